//! Signatures of webhooks, of which Intercom has three ([`Scheme`]), and deliveries that were saved
//! or are made to test an endpoint.
//!
//! All are HMACs (RFC 2104) keyed with the literal bytes of a secret. A signature that someone
//! claims is parsed before it is compared: a [`WebhookSignature`] has exactly as many bytes as its
//! scheme's, so that "missing", "malformed" and "does not match" are different errors. Comparisons
//! take constant time. What would match is never shown.

mod comparison;
mod example_code;
mod explain;
mod headers;
mod malformed;
mod notification;
pub mod saved;
mod scheme;
mod secrets;
mod sign;
mod signature;
mod signatures;
mod suspect;
pub mod test_delivery;
mod verdict;
mod verifier;

pub use example_code::Framework;
pub use explain::{
    BodyCause, Cause, Certainty, Claim, Construction, Diagnosis, FormCause, Habit, MAX_EXPLAINED,
    SecretCause, diagnose,
};
pub use headers::{HeadersError, MAX_HEADERS, SignatureText};
pub use malformed::MalformedSignature;
pub use notification::{Details, MAX_DETAILS, Notification};
pub use scheme::{Scheme, SecretKind};
pub use secrets::{Given, Secrets};
pub use sign::sign_webhook;
pub use signature::WebhookSignature;
pub use signatures::Signatures;
pub use suspect::Suspect;
pub use verdict::{Mismatch, Verified, VerifyError};
pub use verifier::Verifier;
