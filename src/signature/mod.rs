//! Intercom's signatures: the Messenger's `user_hash`, and those of webhooks, of which there are
//! three ([`Scheme`]).
//!
//! All are HMACs (RFC 2104) keyed with the literal bytes of a secret. A signature that someone
//! claims is parsed before it is compared: [`UserHash`] is exactly 32 bytes and a
//! [`WebhookSignature`] exactly as many as its scheme has, so that "missing", "malformed" and "does
//! not match" are different errors. Comparisons take constant time. What would match is never told.

mod explain;
mod headers;
mod hex_digits;
mod keyed;
mod malformed;
mod mismatch;
mod notification;
mod receiver;
mod recorder;
mod scheme;
mod sign;
mod snippet;
mod user_hash;
mod webhook;

pub use explain::{
    BodyCause, Cause, Certainty, Claim, Construction, Diagnosis, FormCause, Habit, MAX_EXPLAINED,
    SecretCause, diagnose,
};
pub use headers::{
    HeadersError, MAX_HEADERS, has_signature, header_values, malformed_in_headers,
    signatures_in_headers,
};
pub use hex_digits::{HexCase, NotHex};
pub use malformed::MalformedSignature;
pub use mismatch::{Mismatch, Suspect, VerifyError};
pub use notification::Notification;
pub use receiver::{Framework, receiver};
pub use recorder::Recorder;
pub use scheme::Scheme;
pub use sign::sign_webhook;
pub use snippet::{Identifier, messenger_settings};
pub use user_hash::{MalformedHash, UserHash, UserHashKey, user_hash};
pub use webhook::{Details, Failed, MAX_DETAILS, Verified, WebhookSignature};
