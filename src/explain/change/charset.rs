//! Character encodings and Unicode forms.

use std::ops::ControlFlow;

use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use super::part::{Part, Take};
use crate::explain::cause::Change;

pub(super) fn from_utf16(part: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    if !text.contains(&0) {
        return ControlFlow::Continue(());
    }
    for read in [u16::from_le_bytes as fn([u8; 2]) -> u16, u16::from_be_bytes] {
        // A line ending of which a reader took one byte off leaves an odd one.
        let (pairs, rest) = text.as_chunks::<2>();
        if !rest.is_empty() && part != Part::Secret {
            continue;
        }
        let units = pairs.iter().map(|pair| read(*pair));
        let mut decoded = Zeroizing::new(String::with_capacity(text.len() * 2));
        if char::decode_utf16(units).any(|one| one.map(|one| decoded.push(one)).is_err()) {
            continue;
        }
        let inner = decoded.strip_prefix('\u{feff}').unwrap_or(&decoded);
        take(Change::Utf16, inner.as_bytes().into())?;
        if part == Part::Secret {
            take(Change::Utf16, inner.trim().as_bytes().into())?;
        }
    }
    ControlFlow::Continue(())
}

pub(super) fn in_utf16(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    let Ok(text) = std::str::from_utf8(text) else { return ControlFlow::Continue(()) };
    for (mark, write) in [
        (&b""[..], u16::to_le_bytes as fn(u16) -> [u8; 2]),
        (b"\xff\xfe", u16::to_le_bytes),
        (b"", u16::to_be_bytes),
    ] {
        let mut units = Vec::with_capacity(2 * text.len() + mark.len());
        units.extend_from_slice(mark);
        units.extend(text.encode_utf16().flat_map(write));
        take(Change::Utf16, units.into())?;
    }
    ControlFlow::Continue(())
}

/// The text in UTF-8, where it is none and may be in a charset of one byte for each character.
pub(super) fn from_latin1(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    if std::str::from_utf8(text).is_ok() {
        return ControlFlow::Continue(());
    }
    for decode in CHARSETS {
        let decoded: String = text.iter().copied().map(decode).collect();
        take(Change::Latin1, decoded.into_bytes().into())?;
    }
    ControlFlow::Continue(())
}

pub(super) fn in_latin1(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    encoded(text, |bytes| {
        // What is UTF-8 then was encoded twice, which is another change.
        if std::str::from_utf8(&bytes).is_ok() {
            return ControlFlow::Continue(());
        }
        take(Change::Latin1, bytes.into())
    })
}

/// UTF-8 that was taken for another charset and encoded once more.
pub(super) fn from_twice(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    encoded(text, |bytes| {
        if std::str::from_utf8(&bytes).is_err() {
            return ControlFlow::Continue(());
        }
        take(Change::Utf8Twice, bytes.into())
    })
}

pub(super) fn twice(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    if text.is_ascii() || std::str::from_utf8(text).is_err() {
        return ControlFlow::Continue(());
    }
    for decode in CHARSETS {
        let again: String = text.iter().copied().map(decode).collect();
        take(Change::Utf8Twice, again.into_bytes().into())?;
    }
    ControlFlow::Continue(())
}

/// What encoders write for characters that ASCII has not: a question mark for each character or for
/// each unit of UTF-16, or nothing.
pub(super) fn in_ascii(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    let Ok(text) = std::str::from_utf8(text) else { return ControlFlow::Continue(()) };
    if text.is_ascii() {
        return ControlFlow::Continue(());
    }
    for marks in [|_: char| 1, char::len_utf16 as fn(char) -> usize, |_: char| 0] {
        let mut ascii = Vec::with_capacity(text.len());
        for character in text.chars() {
            match u8::try_from(character) {
                Ok(byte) if byte.is_ascii() => ascii.push(byte),
                _ => ascii.extend(std::iter::repeat_n(b'?', marks(character))),
            }
        }
        take(Change::Ascii, ascii.into())?;
    }
    ControlFlow::Continue(())
}

pub(super) fn forms(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    let Ok(text) = std::str::from_utf8(text) else { return ControlFlow::Continue(()) };
    if text.is_ascii() {
        return ControlFlow::Continue(());
    }
    let made: [(&'static str, String); 4] = [
        ("NFC", text.nfc().collect()),
        ("NFD", text.nfd().collect()),
        ("NFKC", text.nfkc().collect()),
        ("NFKD", text.nfkd().collect()),
    ];
    for (form, text) in made {
        take(Change::UnicodeForm(form), text.into_bytes().into())?;
    }
    ControlFlow::Continue(())
}

/// The charsets of one byte for each character that are taken for UTF-8, and UTF-8 for them.
const CHARSETS: [fn(u8) -> char; 2] = [char::from, windows_1252];

/// Hands over a text that is not ASCII in each charset that has all of its characters.
fn encoded(text: &[u8], mut take: impl FnMut(Vec<u8>) -> ControlFlow<()>) -> ControlFlow<()> {
    let Ok(text) = std::str::from_utf8(text) else { return ControlFlow::Continue(()) };
    if text.is_ascii() {
        return ControlFlow::Continue(());
    }
    for decode in CHARSETS {
        let high: Vec<(char, u8)> = (0x80..=0xff).map(|byte| (decode(byte), byte)).collect();
        let byte = |character: char| match u8::try_from(character) {
            Ok(byte) if byte.is_ascii() => Some(byte),
            _ => high.iter().find(|(known, _)| *known == character).map(|(_, byte)| *byte),
        };
        if let Some(bytes) = text.chars().map(byte).collect() {
            take(bytes)?;
        }
    }
    ControlFlow::Continue(())
}

/// Windows-1252 as the Encoding Standard has it: ISO 8859-1 except for 0x80 to 0x9f.
fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    let high = byte.checked_sub(0x80).and_then(|index| HIGH.get(usize::from(index)));
    high.copied().unwrap_or(char::from(byte))
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    #[test]
    fn ascii_replaces_a_character_or_each_of_its_units() {
        let mut made = Vec::new();
        let _ = in_ascii(Part::Body, "a😀é".as_bytes(), &mut |_, text: Cow<'_, [u8]>| {
            made.push(String::from_utf8(text.into_owned()).unwrap());
            ControlFlow::Continue(())
        });
        assert_eq!(made, ["a??", "a???", "a"]);
    }
}
