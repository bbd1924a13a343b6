//! Recognizes Intercom access tokens: their format, and where they are in any bytes.
//!
//! A token is the base64 text of `tok:`, a version-4 UUID written with `_`, and a numeric tail
//! (`:1:0` on every token seen so far). An [`AccessToken`] is such a text with a valid format. A
//! [`TokenDetector`] finds such texts in any bytes, also in another [`Encoding`]. Neither does I/O.
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

/// The version of the rules. It changes whenever a text may become a token or cease to be one, so
/// that the result of a scan by other rules is not reused.
pub(crate) const RULES: u32 = 4;

pub use detect::TokenDetector;
pub(crate) use detect::{Mark, REACH_AFTER, REACH_BEFORE};
pub use encoding::Encoding;
pub(crate) use format::MIN_LEN;
pub use format::{AccessToken, Confidence, TokenError};
pub use matches::Match;

#[cfg(test)]
pub(crate) mod samples {
    use base64::Engine as _;

    /// Makes a token of no workspace, so that the source holds none.
    pub(crate) fn token(number: u64) -> String {
        let text = format!("tok:{number:08x}_0000_4000_8000_000000000000:1:0");
        base64::engine::general_purpose::STANDARD.encode(text)
    }
}
