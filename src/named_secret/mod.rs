//! Finds Intercom's identity, client and webhook secrets by the names that they are assigned to.
//!
//! These secrets have no format of their own: 40 or 43 letters, or a UUID. The name shows what they
//! are (`INTERCOM_CLIENT_SECRET`, `intercom: identity_secret`), and the value must look random.
//! Neither is a proof, so every match has medium confidence. No I/O here.
//!
//! ```text
//! anchors → unwrap (UTF-16, base64) → name, context → assignment → value → detect
//! ```

mod anchors;
mod assignment;
mod context;
mod detect;
mod kind;
mod name;
mod unwrap;
mod value;

pub(crate) use self::detect::MIN_LEN;
pub use self::detect::NamedSecretDetector;
pub use self::kind::SecretKind;
pub use self::value::NamedSecret;

/// The version of these rules. It changes whenever a text may become a secret or cease to be one,
/// so that the result of a scan by other rules is not reused.
pub(crate) const RULES: u32 = 1;
