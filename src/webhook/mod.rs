//! Verifies webhooks, reads saved deliveries, and makes test deliveries.
//!
//! Intercom signs a delivery in up to three headers ([`Scheme`]). Each is an HMAC (RFC 2104) of the raw
//! body, keyed with the literal bytes of a secret. Verify a webhook before anything parses its body:
//!
//! ```
//! use intercom_sec::secret::Secret;
//! use intercom_sec::webhook::{Details, Secrets, Signatures, Verifier, VerifyError};
//!
//! // The app's client secret, from a file or a variable of the environment.
//! let secret = Secret::new(b"secret".to_vec()).ok_or("the secret is empty")?;
//! let verifier = Verifier::new(Secrets::client(vec![secret]));
//!
//! // A request as it was received: its headers, and the bytes of its body.
//! let headers = b"X-Hub-Signature: sha1=909dec4939d5f9bade3faccd2584294f913d287e\r\n";
//! let body = br#"{"topic":"ping","id":"notif_1"}"#;
//!
//! // A request without a signature, or with a malformed one, ends here.
//! let signatures = Signatures::in_headers(headers)?;
//! match verifier.verify(&signatures, body.as_slice()) {
//!     Ok(verified) => {
//!         if let Details::Notification(notification) = verified.details {
//!             assert_eq!(notification.topic.as_deref(), Some("ping"));
//!         }
//!     }
//!     Err(VerifyError::Mismatch(mismatch)) => panic!("answer 401: {}", mismatch.why()),
//!     Err(error) => panic!("answer 401: {error}"),
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A signature is parsed before it is compared: "missing", "malformed" and "does not match" are
//! different errors. Comparisons take constant time. The signature that would match is never shown.

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
