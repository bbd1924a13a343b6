//! A part of a text, decoded, and where in the text each byte of it comes from.

use super::anchors::Numbers;
use super::encoding::Encoding;
use super::format::sextet;
use super::joins;

/// How much around an anchor is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// What shows whether it is worth it.
    Glance,
    /// A plain token, and what tells whether one may begin there.
    Near,
    /// A token that is encoded or broken in it once more.
    Far,
}

impl Reach {
    /// How many bytes before the anchor.
    const fn before(self) -> usize {
        if matches!(self, Self::Glance) { 20 } else { 40 }
    }

    /// How many bytes from the anchor on.
    const fn after(self) -> usize {
        match self {
            Self::Glance => 24,
            Self::Near => 100,
            Self::Far => 1200,
        }
    }
}

/// A part of a text, decoded.
#[derive(Default)]
pub(super) struct Window {
    pub(super) bytes: Vec<u8>,
    /// For each byte: where it begins and ends in the text.
    places: Vec<(usize, usize)>,
    /// Whether the text goes on behind it.
    pub(super) is_cut: bool,
    /// Where in the bytes the anchor is decoded.
    pub(super) anchor: usize,
}

impl Window {
    /// Where in the text what stands in these bytes begins and ends.
    pub(super) fn place(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        Some((self.places.get(start)?.0, self.places.get(end.checked_sub(1)?)?.1))
    }

    fn push(&mut self, byte: u8, start: usize, end: usize) {
        self.bytes.push(byte);
        self.places.push((start, end));
    }

    /// Decodes base64 around `at`, where the character in the given place of a group of four
    /// stands: only enough to see whether a form of a token is there, or all that is needed.
    pub(super) fn base64(text: &[u8], at: usize, place: u8, reach: Reach) -> Self {
        let (before, after) = (reach.before(), reach.after());
        let place = usize::from(place);
        let mut before_anchor = Vec::with_capacity(before / 3 * 4 + 4);
        let mut first = at;
        while before_anchor.len() < before / 3 * 4 + place {
            let belongs = |byte| base64_value(byte).is_some();
            let Some(previous) = joins::previous(text, first, belongs) else { break };
            before_anchor.push(previous);
            first = previous;
        }
        // A group that begins before the text does is filled up with zeros.
        let groups = before_anchor.len().saturating_sub(place) / 4;
        let missing = place.saturating_sub(before_anchor.len());
        before_anchor.truncate(place + groups * 4);
        let mut window = Self::default();
        let mut group = Group::default();
        for _ in 0..missing {
            window.add(&mut group, 0, first, first);
        }
        for &place in before_anchor.iter().rev() {
            window.add(&mut group, base64_value(text[place]).unwrap_or(0), place, place + 1);
        }
        window.anchor = window.bytes.len();
        let mut place = at;
        for _ in 0..after / 3 * 4 {
            let Some((value, start, end)) = base64_character(text, place) else { return window };
            window.add(&mut group, value, start, end);
            place = end;
        }
        window.is_cut = true;
        window
    }

    fn add(&mut self, group: &mut Group, value: u8, start: usize, end: usize) {
        let first = if group.bits == 0 { start } else { group.start };
        group.value = group.value << 6 | u32::from(value);
        group.bits += 6;
        if group.bits >= 8 {
            group.bits -= 8;
            let byte = (group.value >> group.bits).to_le_bytes()[0];
            self.push(byte, first, end);
        }
        group.start = start;
    }

    /// Decodes numbers from `at` on.
    pub(super) fn numbers(text: &[u8], at: usize, style: Numbers, reach: Reach) -> Self {
        let mut window = Self::default();
        let mut place = at;
        if style.prefix.is_empty() && !style.is_decimal {
            // The first bytes may stand before a line end.
            for _ in 0..8 {
                let belongs = |byte: u8| byte.is_ascii_hexdigit();
                let Some(previous) = joins::previous(text, place, belongs) else { break };
                place = previous;
            }
            // Whole bytes only.
            let digits = text[place..at].iter().filter(|byte| byte.is_ascii_hexdigit()).count();
            if digits % 2 == 1 {
                place += 1;
            }
        }
        while window.bytes.len() < reach.after() {
            let Some((byte, start, end)) = number(text, place, style, !window.bytes.is_empty())
            else {
                return window;
            };
            window.push(byte, start, end);
            place = end;
        }
        window.is_cut = true;
        window
    }

    /// Decodes wide characters around `at`.
    pub(super) fn wide(text: &[u8], at: usize, wide: Wide, reach: Reach) -> Self {
        let width = wide.width();
        let low = if wide.is_little_endian() { 0 } else { width - 1 };
        let at = at.saturating_sub(low);
        let before = (at / width).min(reach.before());
        let first = at - before * width;
        let mut window = Self { anchor: before, ..Self::default() };
        window.widen(text, first, wide, Some(before + reach.after()));
        window
    }

    /// Decodes a whole text of wide characters.
    pub(super) fn all_wide(text: &[u8], wide: Wide) -> Self {
        let mut window = Self::default();
        window.widen(text, 0, wide, None);
        window
    }

    fn widen(&mut self, text: &[u8], first: usize, wide: Wide, limit: Option<usize>) {
        let width = wide.width();
        let units = text[first.min(text.len())..].chunks_exact(width);
        let count = units.len();
        let limit = limit.unwrap_or(count);
        for (number, unit) in units.take(limit).enumerate() {
            let start = first + number * width;
            self.push(wide.character(unit), start, start + width);
        }
        self.is_cut = limit < count;
    }
}

/// Decodes base64 from `at` on, as far as it goes or up to an empty line; tells where it ends.
pub(super) fn base64_from(text: &[u8], at: usize) -> (Vec<u8>, usize) {
    let mut bytes = Vec::new();
    let (mut bits, mut value, mut end) = (0, 0, at);
    while let Some((next, start, behind)) = base64_character(text, end) {
        if memchr::memchr_iter(b'\n', &text[end..start]).nth(1).is_some() {
            break;
        }
        value = value << 6 | u32::from(next);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((value >> bits).to_le_bytes()[0]);
        }
        end = behind;
    }
    (bytes, end)
}

/// A group of base64 characters that is not complete.
#[derive(Default)]
struct Group {
    value: u32,
    bits: u32,
    /// Where the last character begins.
    start: usize,
}

/// The character of base64 at `at`, or behind a break there: its value, where it begins and ends.
fn base64_character(text: &[u8], at: usize) -> Option<(u8, usize, usize)> {
    let character = |at: usize| {
        let &byte = text.get(at)?;
        if let Some(value) = base64_value(byte) {
            return Some((value, at, at + 1));
        }
        // As JSON and URLs may write the two that are no letters or digits.
        let escaped: [(&[u8], u8); 5] =
            [(b"\\/", 63), (b"%2B", 62), (b"%2b", 62), (b"%2F", 63), (b"%2f", 63)];
        let (escape, value) =
            escaped.into_iter().find(|(escape, _)| text[at..].starts_with(escape))?;
        Some((value, at, at + escape.len()))
    };
    character(at).or_else(|| character(joins::skip(text, at)?.0))
}

/// The value of a character of either base64 alphabet.
fn base64_value(byte: u8) -> Option<u8> {
    match byte {
        b'-' => Some(62),
        b'_' => Some(63),
        _ => sextet(byte),
    }
}

/// The byte that is written as a number at `at`, where the number begins and where it ends. Between
/// two numbers there may be separators.
fn number(text: &[u8], at: usize, style: Numbers, is_next: bool) -> Option<(u8, usize, usize)> {
    /// The most that stands between two: a line end and an indentation.
    const MAX_SEPARATORS: usize = 64;
    let mut start = at;
    if is_next && !text.get(start..)?.starts_with(style.prefix) || style.prefix.is_empty() {
        let is_separator = |byte: u8| byte.is_ascii_whitespace() || b",:-;".contains(&byte);
        let rest = text.get(start..)?.iter().take(MAX_SEPARATORS);
        start += rest.take_while(|&&byte| is_separator(byte)).count();
        if text.get(start).is_some_and(|byte| !byte.is_ascii_alphanumeric() && *byte != b'\\')
            && let Some((next, _)) = joins::skip(text, start)
        {
            start = next;
        }
    }
    let digits = text.get(start..)?.strip_prefix(style.prefix)?;
    let (value, length) = if style.is_decimal {
        let length = digits.iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
        let value = std::str::from_utf8(&digits[..length]).ok()?.parse::<u8>().ok()?;
        (value, length)
    } else {
        let mut byte = [0];
        hex::decode_to_slice(digits.get(..2)?, &mut byte).ok()?;
        (byte[0], 2)
    };
    let rest = digits[length..].strip_prefix(style.suffix)?;
    // A decimal number needs an end, or a separator before the next one.
    Some((value, start, text.len() - rest.len()))
}

/// Characters of two or four bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wide(Encoding);

impl Wide {
    /// How many letters before an anchor are looked at.
    const MAX_WALK: usize = 64;

    /// What a byte order mark at the start of a text says (Unicode, section 23.8).
    pub(super) fn of_mark(text: &[u8]) -> Option<Self> {
        let encoding = match text {
            [0xff, 0xfe, 0, 0, ..] => Encoding::Utf32Le,
            [0, 0, 0xfe, 0xff, ..] => Encoding::Utf32Be,
            [0xff, 0xfe, ..] => Encoding::Utf16Le,
            [0xfe, 0xff, ..] => Encoding::Utf16Be,
            _ => return None,
        };
        Some(Self(encoding))
    }

    /// What the zeros around an anchor say, if no mark does. The first letter is at `at`; `is_part`
    /// says that `text` begins in the middle of something.
    pub(super) fn of_zeros(text: &[u8], at: usize, is_part: bool) -> Self {
        let width = if text.get(at + 2) == Some(&0) { 4 } else { 2 };
        let zeros = width - 1;
        let are_zero = |from: usize, to: usize| text[from..to].iter().all(|&byte| byte == 0);
        // The first letter of all tells: it has zeros before it, or none.
        let mut first = at;
        let end = at.saturating_sub(Self::MAX_WALK * width);
        while first >= end + width && text[first - width] != 0 && are_zero(first - zeros, first) {
            first -= width;
        }
        let has_zeros_before = first >= zeros && are_zero(first - zeros, first);
        // What begins in the middle may begin in the middle of a letter. Where the beginning is far
        // away, letters are taken to begin at multiples of their width.
        let is_big_endian = if end > 0 && first < end + width {
            at % width == zeros
        } else {
            has_zeros_before && !(is_part && first == zeros)
        };
        Self(match (width, is_big_endian) {
            (2, false) => Encoding::Utf16Le,
            (2, true) => Encoding::Utf16Be,
            (_, false) => Encoding::Utf32Le,
            (_, true) => Encoding::Utf32Be,
        })
    }

    pub(super) fn encoding(self) -> Encoding {
        self.0
    }

    fn width(self) -> usize {
        if matches!(self.0, Encoding::Utf16Le | Encoding::Utf16Be) { 2 } else { 4 }
    }

    fn is_little_endian(self) -> bool {
        matches!(self.0, Encoding::Utf16Le | Encoding::Utf32Le)
    }

    /// A character of ASCII as its byte, every other as one that no token has.
    fn character(self, unit: &[u8]) -> u8 {
        let (low, zeros) = if self.is_little_endian() {
            (unit[0], &unit[1..])
        } else {
            (unit[unit.len() - 1], &unit[..unit.len() - 1])
        };
        if low < 0x80 && zeros.iter().all(|&byte| byte == 0) { low } else { 0xff }
    }
}
