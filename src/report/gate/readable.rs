//! Turns bytes that come from outside into text without secrets.

use crate::bytes::to_text;
use crate::rules::redact;

/// Turns bytes from outside into text: tokens and secrets masked, invalid UTF-8 as `\xNN`.
pub fn readable(bytes: &[u8]) -> String {
    redact(&to_text(bytes)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::readable;

    #[test]
    fn bytes_that_are_not_utf8_stay_apart() {
        assert_eq!(readable(b"a\xff\xfe"), "a\\xff\\xfe");
    }
}
