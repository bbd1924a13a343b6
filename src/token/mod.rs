//! Intercom access tokens: their format, and how they are found in bytes.
//!
//! A token is the base64 text of `tok:`, a version-4 UUID written with `_`, and a numeric tail
//! (`:1:0` on every token seen so far). [`AccessToken`] is that text after the format was checked;
//! [`TokenDetector`] finds such texts in any bytes, also encoded once more ([`Encoding`]). Neither does
//! any I/O.
//!
//! ```text
//! anchors → window (joins) → boundary, format, padding → detect
//! ```

mod anchors;
mod boundary;
mod detect;
mod encoding;
mod format;
mod joins;
mod matches;
mod padding;
mod window;

/// The version of the rules: it changes with everything that makes a text a token or none, so that
/// no earlier scan is trusted that went by other rules.
pub const RULES: u32 = 4;

pub use detect::{Mark, REACH_AFTER, REACH_BEFORE, TokenDetector};
pub use encoding::Encoding;
pub use format::{AccessToken, Confidence, MAX_LEN, MIN_LEN, TokenError};
pub use matches::Match;

#[cfg(test)]
pub(crate) mod samples {
    use base64::Engine as _;

    /// A token of no workspace, made here so that none stands in the source.
    pub(crate) fn token(number: u64) -> String {
        let text = format!("tok:{number:08x}_0000_4000_8000_000000000000:1:0");
        base64::engine::general_purpose::STANDARD.encode(text)
    }
}
