//! Escapes: JSON strings, Python's bytes, logs of servers, HTML.

use std::ops::ControlFlow;

use super::part::{Part, Take};
use super::space::replaced;
use crate::explain::cause::Change;

/// What HTML writes for characters that mean something to it. The ampersand comes first when it is
/// written, and last when it is read.
const ENTITIES: [(&str, &str); 8] = [
    ("&quot;", "\""),
    ("&#34;", "\""),
    ("&#39;", "'"),
    ("&#039;", "'"),
    ("&#x27;", "'"),
    ("&apos;", "'"),
    ("&lt;", "<"),
    ("&gt;", ">"),
];

pub(super) fn from_json_string(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    let trimmed = text.trim_ascii();
    if !trimmed.starts_with(b"\"") {
        return ControlFlow::Continue(());
    }
    match serde_json::from_slice::<String>(trimmed) {
        Ok(inner) => take(Change::JsonString, inner.into_bytes().into()),
        Err(_) => ControlFlow::Continue(()),
    }
}

pub(super) fn json_string(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    let Ok(text) = std::str::from_utf8(text) else { return ControlFlow::Continue(()) };
    match serde_json::to_string(text) {
        Ok(string) => take(Change::JsonString, string.into_bytes().into()),
        Err(_) => ControlFlow::Continue(()),
    }
}

/// As a log holds it that writes a field's escaped text alone.
pub(super) fn from_json_escapes(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    if !text.contains(&b'\\') {
        return ControlFlow::Continue(());
    }
    let quoted = [b"\"", text.trim_ascii(), b"\""].concat();
    match serde_json::from_slice::<String>(&quoted) {
        Ok(inner) => take(Change::JsonEscapes, inner.into_bytes().into()),
        Err(_) => ControlFlow::Continue(()),
    }
}

/// `\x22` as nginx writes it, and the shorter escapes of Apache.
pub(super) fn from_log(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    if memchr::memmem::find(text, b"\\x").is_none() {
        return ControlFlow::Continue(());
    }
    match unescaped(text) {
        Some(bytes) => take(Change::LogEscapes, bytes.into()),
        None => ControlFlow::Continue(()),
    }
}

/// What Python's `repr` of bytes stands for.
pub(super) fn from_python(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    let inner = |quote: &[u8]| {
        let rest = text.trim_ascii().strip_prefix(b"b")?.strip_prefix(quote)?;
        unescaped(rest.strip_suffix(quote)?)
    };
    match inner(b"'").or_else(|| inner(b"\"")) {
        Some(bytes) => take(Change::PythonBytes, bytes.into()),
        None => ControlFlow::Continue(()),
    }
}

pub(super) fn python(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    let quote = if text.contains(&b'\'') && !text.contains(&b'"') { b'"' } else { b'\'' };
    let mut written = Vec::with_capacity(text.len() + 3);
    written.extend_from_slice(&[b'b', quote]);
    for &byte in text {
        match byte {
            b'\\' => written.extend_from_slice(b"\\\\"),
            b'\n' => written.extend_from_slice(b"\\n"),
            b'\r' => written.extend_from_slice(b"\\r"),
            b'\t' => written.extend_from_slice(b"\\t"),
            _ if byte == quote => written.extend_from_slice(&[b'\\', quote]),
            b' '..=b'~' => written.push(byte),
            _ => written.extend_from_slice(format!("\\x{byte:02x}").as_bytes()),
        }
    }
    written.push(quote);
    take(Change::PythonBytes, written.into())
}

/// The bytes that a text with backslashes stands for; `None` where an escape is broken.
fn unescaped(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let (&escaped, after) = rest.split_first()?;
        rest = after;
        bytes.push(match escaped {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'x' => {
                let (digits, after) = rest.split_at_checked(2)?;
                rest = after;
                let mut byte = [0];
                hex::decode_to_slice(digits, &mut byte).ok()?;
                byte[0]
            }
            other => other,
        });
    }
    Some(bytes)
}

pub(super) fn from_html(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    if !text.contains(&b'&') {
        return ControlFlow::Continue(());
    }
    let mut plain = text.to_vec();
    for (entity, character) in ENTITIES {
        if memchr::memmem::find(&plain, entity.as_bytes()).is_some() {
            plain = replaced(&plain, entity.as_bytes(), character.as_bytes());
        }
    }
    take(Change::HtmlEscapes, replaced(&plain, b"&amp;", b"&").into())
}

/// As Ruby, PHP and Python escape, which differ in the apostrophe, and without any for quotes.
pub(super) fn html(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    if !text.iter().any(|byte| b"&<>\"'".contains(byte)) {
        return ControlFlow::Continue(());
    }
    let marked = replaced(text, b"&", b"&amp;");
    let marked = replaced(&replaced(&marked, b"<", b"&lt;"), b">", b"&gt;");
    take(Change::HtmlEscapes, marked.as_slice().into())?;
    let quoted = replaced(&marked, b"\"", b"&quot;");
    for apostrophe in ["&#39;", "&#039;", "&#x27;"] {
        let escaped = replaced(&quoted, b"'", apostrophe.as_bytes());
        take(Change::HtmlEscapes, escaped.into())?;
    }
    ControlFlow::Continue(())
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    #[test]
    fn a_broken_escape_makes_no_text() {
        for broken in ["\\", "\\x", "\\x4", "\\xzz", "a\\"] {
            assert_eq!(unescaped(broken.as_bytes()), None, "{broken}");
        }
        assert_eq!(unescaped(br#"\x22a\\\"\n"#), Some(b"\"a\\\"\n".to_vec()));
    }

    #[test]
    fn bytes_of_python_are_read_back_as_they_were_written() {
        for text in ["it's", "say \"it's\"", "\t\n\r\\ \u{e9}\0\u{7f}", ""] {
            let mut back = None;
            let _ = python(Part::Body, text.as_bytes(), &mut |_, written: Cow<'_, [u8]>| {
                from_python(Part::Body, &written, &mut |_, read: Cow<'_, [u8]>| {
                    back = Some(read.into_owned());
                    ControlFlow::Continue(())
                })
            });
            assert_eq!(back.as_deref(), Some(text.as_bytes()));
        }
    }
}
