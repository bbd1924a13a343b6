//! Intercom's signatures: the Messenger's `user_hash`, and the webhooks' `X-Hub-Signature`.
//!
//! Both are HMACs (RFC 2104) keyed with the literal bytes of a secret. A signature that someone
//! claims is parsed before it is compared: [`UserHash`] is exactly 32 bytes and
//! [`WebhookSignature`] exactly 20, so that "missing", "malformed" and "does not match" are
//! different errors. Comparisons take constant time. What would match is never told.

mod headers;
mod hex_digits;
mod notification;
mod snippet;
mod user_hash;
mod webhook;

pub use headers::{HeadersError, MAX_HEADERS, OtherSignature, signature_in_headers};
pub use hex_digits::{HexCase, NotHex};
pub use notification::Notification;
pub use snippet::{Identifier, messenger_settings};
pub use user_hash::{MalformedHash, UserHash, user_hash};
pub use webhook::{
    Details, MAX_DETAILS, MalformedSignature, Mismatch, Suspect, Verified, VerifyError,
    WebhookSignature,
};
