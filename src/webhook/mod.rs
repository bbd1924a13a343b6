//! Signatures of webhooks, of which Intercom has three ([`Scheme`]), and deliveries that were saved
//! or are made to test an endpoint.
//!
//! All are HMACs (RFC 2104) keyed with the literal bytes of a secret. A signature that someone
//! claims is parsed before it is compared: a [`WebhookSignature`] has exactly as many bytes as its
//! scheme's, so that "missing", "malformed" and "does not match" are different errors. Comparisons
//! take constant time. What would match is never shown.

mod example_code;
mod explain;
mod headers;
mod malformed;
mod mismatch;
mod notification;
mod recorder;
pub mod saved;
mod scheme;
mod sign;
mod signature;
pub mod test_delivery;

pub use example_code::{Framework, receiver};
pub use explain::{
    BodyCause, Cause, Certainty, Claim, Construction, Diagnosis, FormCause, Habit, MAX_EXPLAINED,
    SecretCause, diagnose,
};
pub use headers::{
    HeadersError, MAX_HEADERS, has_signature, header_values, malformed_in_headers,
    signatures_in_headers,
};
pub use malformed::MalformedSignature;
pub use mismatch::{Mismatch, Suspect, VerifyError};
pub use notification::Notification;
pub use recorder::Recorder;
pub use scheme::{Scheme, SecretKind};
pub use sign::sign_webhook;
pub use signature::{Details, Failed, MAX_DETAILS, Verified, WebhookSignature};
