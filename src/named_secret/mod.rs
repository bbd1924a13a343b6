//! Intercom's identity secrets, client secrets and webhook secrets: found by the name that they are
//! assigned to.
//!
//! These secrets have no form of their own: 40 or 43 letters, or a UUID. What tells them is their
//! name (`INTERCOM_CLIENT_SECRET`, `intercom: identity_secret`) and that the value looks random.
//! Neither is a proof, so all of them are told with medium confidence. No I/O here.
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

pub use self::detect::{MIN_LEN, NamedSecretDetector};
pub use self::kind::SecretKind;
pub use self::value::NamedSecret;

/// The version of these rules: it changes with everything that makes a text a secret or none, so that
/// no earlier scan is trusted that went by other rules.
pub const RULES: u32 = 1;
