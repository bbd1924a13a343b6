//! Bytes from a repository as text.

use std::fmt::Write as _;

/// Bytes as text, those that are no UTF-8 as `\xNN`: different bytes stay different texts, which
/// replacement characters would not keep apart.
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
