//! Turns bytes from a repository into text.

use std::fmt::Write as _;

/// Turns bytes into text, with invalid UTF-8 as `\xNN`. So different bytes stay different texts.
/// Replacement characters would make them equal.
pub fn to_text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}
