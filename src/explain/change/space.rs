//! Line endings, white space, marks and quotes around a text.

use std::borrow::Cow;
use std::ops::ControlFlow;

use super::part::{Part, Take};
use crate::explain::cause::Change;

/// The UTF-8 byte order mark.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Characters that nobody sees, or takes for a space: they come along when a text is pasted.
const INVISIBLE: [char; 10] = [
    '\u{200b}', '\u{a0}', '\u{feff}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{202f}', '\u{200e}',
    '\u{200f}', '\u{ad}',
];

pub(super) fn without_line_ending(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    for ending in [b"\r\n".as_slice(), b"\n", b"\r"] {
        if let Some(rest) = text.strip_suffix(ending) {
            take(Change::LineEnding, rest.into())?;
        }
    }
    ControlFlow::Continue(())
}

pub(super) fn with_line_ending(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    for ending in [b"\n".as_slice(), b"\r\n", b"\r"] {
        take(Change::LineEnding, [text, ending].concat().into())?;
    }
    ControlFlow::Continue(())
}

pub(super) fn without_mark(part: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    let Some(rest) = text.strip_prefix(MARK) else { return ControlFlow::Continue(()) };
    take(Change::ByteOrderMark, rest.into())?;
    // What writes a mark into a file writes a line ending after it, most often.
    if part == Part::Secret {
        take(Change::ByteOrderMark, rest.trim_ascii().into())
    } else {
        ControlFlow::Continue(())
    }
}

pub(super) fn with_mark(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    take(Change::ByteOrderMark, [MARK, text].concat().into())
}

pub(super) fn without_carriage_returns(
    _: Part,
    text: &[u8],
    take: &mut Take<'_>,
) -> ControlFlow<()> {
    if memchr::memmem::find(text, b"\r\n").is_none() {
        return ControlFlow::Continue(());
    }
    take(Change::Crlf, replaced(text, b"\r\n", b"\n").into())
}

pub(super) fn with_carriage_returns(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    if !text.contains(&b'\n') {
        return ControlFlow::Continue(());
    }
    let lines = replaced(text, b"\r\n", b"\n");
    take(Change::Crlf, replaced(&lines, b"\n", b"\r\n").into())
}

pub(super) fn trimmed(part: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    take(Change::WhiteSpace, text.trim_ascii().into())?;
    if part == Part::Body {
        return ControlFlow::Continue(());
    }
    // A character that is white space to Unicode alone, as the no-break space that is pasted along.
    match std::str::from_utf8(text) {
        Ok(text) => take(Change::WhiteSpace, text.trim().as_bytes().into()),
        Err(_) => ControlFlow::Continue(()),
    }
}

pub(super) fn padded(part: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    let all = [("", " "), (" ", ""), (" ", " "), ("", "\t"), ("\t", "")];
    // A body is long, and begins with no white space.
    let kinds = if part == Part::Body { &all[..1] } else { &all[..] };
    for (before, after) in kinds {
        take(Change::WhiteSpace, [before.as_bytes(), text, after.as_bytes()].concat().into())?;
    }
    ControlFlow::Continue(())
}

pub(super) fn unquoted(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    for (open, close) in [("\"", "\""), ("'", "'"), ("`", "`"), ("“", "”"), ("‘", "’"), ("«", "»")]
    {
        // White space behind the closing quote is the file's.
        let inside = text.trim_ascii().strip_prefix(open.as_bytes());
        if let Some(inside) = inside.and_then(|rest| rest.strip_suffix(close.as_bytes())) {
            take(Change::Quotes, inside.into())?;
        }
    }
    ControlFlow::Continue(())
}

pub(super) fn quoted(part: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    // Nobody writes a whole body as a literal of a shell.
    let quotes = if part == Part::Body { &["\""][..] } else { &["\"", "'", "`"] };
    for quote in quotes {
        take(Change::Quotes, [quote.as_bytes(), text, quote.as_bytes()].concat().into())?;
    }
    ControlFlow::Continue(())
}

pub(super) fn without_invisible(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    let Ok(text) = std::str::from_utf8(text) else { return ControlFlow::Continue(()) };
    let Some(first) = text.chars().find(|one| INVISIBLE.contains(one)) else {
        return ControlFlow::Continue(());
    };
    let mut rest = String::with_capacity(text.len());
    rest.extend(text.chars().filter(|one| !INVISIBLE.contains(one)));
    take(Change::Invisible(first), rest.into_bytes().into())
}

pub(super) fn with_invisible(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    for character in INVISIBLE {
        let mut buffer = [0; 4];
        let encoded = character.encode_utf8(&mut buffer).as_bytes();
        for made in [[text, encoded].concat(), [encoded, text].concat()] {
            take(Change::Invisible(character), Cow::Owned(made))?;
        }
    }
    ControlFlow::Continue(())
}

/// The text with every `from` as `to`.
pub(super) fn replaced(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut changed = Vec::with_capacity(text.len());
    let mut copied = 0;
    for at in memchr::memmem::find_iter(text, from) {
        changed.extend_from_slice(text.get(copied..at).unwrap_or_default());
        changed.extend_from_slice(to);
        copied = at + from.len();
    }
    changed.extend_from_slice(text.get(copied..).unwrap_or_default());
    changed
}
