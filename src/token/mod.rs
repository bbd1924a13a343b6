//! Intercom access tokens: their format, and how they are found in bytes.
//!
//! A token is the base64 text of `tok:`, a version-4 UUID written with `_`, and a numeric tail
//! (`:1:0` on every token seen so far). [`AccessToken`] is that text after the format was checked;
//! [`Detector`] finds such texts in any bytes. Neither does any I/O.

mod detect;
mod format;

/// The version of the rules: it changes with everything that makes a text a token or none, so that
/// no earlier scan is trusted that went by other rules.
pub const RULES: u32 = 1;

pub use detect::{Detector, Hit, LEFT_CONTEXT, LITERAL};
pub use format::{AccessToken, Confidence, MAX_LEN, MIN_LEN, TokenError};
