//! Decodes a part of a text, and remembers where each decoded byte comes from.

use super::anchors::{Base, Numbers};
use super::encoding::Encoding;
use super::format::sextet;
use super::joins;

/// How much around an anchor is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Enough to see whether more is worth it.
    Glance,
    /// A plain token, and enough before it to see whether one may begin there.
    Near,
    /// A token that is encoded again, or broken.
    Far,
}

impl Reach {
    /// How many bytes before the anchor are decoded.
    const fn before(self) -> usize {
        if matches!(self, Self::Glance) { 20 } else { 40 }
    }

    /// How many bytes from the anchor on are decoded.
    const fn after(self) -> usize {
        match self {
            Self::Glance => 24,
            Self::Near => 100,
            Self::Far => 1200,
        }
    }
}

/// A decoded part of a text.
#[derive(Default)]
pub(super) struct Window {
    pub(super) bytes: Vec<u8>,
    /// For each byte: where it begins and ends in the text.
    places: Vec<(usize, usize)>,
    /// Whether the text continues after it.
    pub(super) is_cut: bool,
    /// Whether the text may begin before it.
    pub(super) is_part: bool,
    /// The position of the anchor in the bytes.
    pub(super) anchor: usize,
}

impl Window {
    /// Where these bytes begin and end in the text.
    pub(super) fn place(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        Some((self.places.get(start)?.0, self.places.get(end.checked_sub(1)?)?.1))
    }

    fn push(&mut self, byte: u8, start: usize, end: usize) {
        self.bytes.push(byte);
        self.places.push((start, end));
    }

    /// Decodes base64 around `at`. The character there has the given `place` in its group of four.
    pub(super) fn base64(text: &[u8], at: usize, place: u8, reach: Reach) -> Self {
        let (before, after) = (reach.before(), reach.after());
        let place = usize::from(place);
        let mut before_anchor = Vec::with_capacity(before / 3 * 4 + 4);
        let mut first = at;
        let most = before / 3 * 4 + place;
        while before_anchor.len() < most {
            let belongs = |byte| base64_value(byte).is_some();
            let Some(previous) = joins::previous(text, first, belongs) else { break };
            before_anchor.push(previous);
            first = previous;
        }
        let is_part = before_anchor.len() == most || before_anchor.len() % 4 != place;
        // Zeros fill up a group that begins before the text.
        let groups = before_anchor.len().saturating_sub(place) / 4;
        let missing = place.saturating_sub(before_anchor.len());
        before_anchor.truncate(place + groups * 4);
        let mut window = Self { is_part, ..Self::default() };
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

    /// Decodes numbers around `at`. The first few may be before it, on another line.
    pub(super) fn numbers(text: &[u8], at: usize, style: Numbers, reach: Reach) -> Self {
        let mut window = Self { is_part: true, ..Self::default() };
        let mut place = at;
        if style.may_be_dumped() {
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
        if place == at {
            for _ in 0..4 {
                let Some(previous) = number_before(text, place, style) else { break };
                place = previous;
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

    /// Decodes the lines of a dump (xxd, hexdump, od) around `at`. Empty if there is none.
    pub(super) fn dump(text: &[u8], at: usize, reach: Reach) -> Self {
        /// No line of a dump is longer.
        const MAX_LINE: usize = 400;
        let line_start = |before: usize| {
            let from = before.saturating_sub(MAX_LINE);
            let line_end = memchr::memrchr(b'\n', &text[from..before]);
            line_end.map(|end| from + end + 1).or((from == 0).then_some(0))
        };
        let mut window = Self { is_part: true, ..Self::default() };
        let Some(own) = line_start(at) else { return window };
        let before = own.checked_sub(1).and_then(line_start);
        for start in before.into_iter().chain([own]) {
            window.dump_line(text, start);
        }
        let Some(anchor) = window.places.iter().position(|place| place.0 == at) else {
            return Self::default();
        };
        window.anchor = anchor;
        let mut start = own;
        while window.bytes.len() < anchor + reach.after() {
            let rest = &text[start..];
            let Some(end) = memchr::memchr(b'\n', &rest[..rest.len().min(MAX_LINE)]) else {
                return window;
            };
            start += end + 1;
            if !window.dump_line(text, start) {
                return window;
            }
        }
        window.is_cut = true;
        window
    }

    /// Decodes a line of a dump: an offset, groups of pairs of hex digits, and often the bytes as
    /// text. False if it is something else.
    fn dump_line(&mut self, text: &[u8], start: usize) -> bool {
        let before = self.bytes.len();
        let run = |at: usize, wanted: fn(&u8) -> bool| {
            text[at..].iter().take(20).take_while(|&byte| wanted(byte)).count()
        };
        let offset = start + run(start, |&byte| byte == b' ');
        let mut at = offset + run(offset, u8::is_ascii_hexdigit);
        let has_colon = text.get(at) == Some(&b':');
        if !(4..=16).contains(&(at - offset)) {
            return false;
        }
        at += usize::from(has_colon);
        let mut is_first = true;
        loop {
            let spaces = run(at, |&byte| byte == b' ');
            // Some dumps have a gap in the middle. After a wider gap comes the text.
            let count = self.bytes.len() - before;
            let is_gap = !has_colon && spaces == 2 && count.is_multiple_of(8);
            if spaces == 0 && is_first || spaces > 1 && !is_first && !is_gap {
                break;
            }
            at += spaces;
            let mut byte = [0];
            let Some(Ok(())) = text.get(at..at + 2).map(|two| hex::decode_to_slice(two, &mut byte))
            else {
                break;
            };
            self.push(byte[0], at, at + 2);
            at += 2;
            is_first = false;
        }
        self.bytes.len() > before
    }

    /// Decodes wide characters around `at`. If the last letters of a token are there, it decodes so
    /// many before them that the first letters are among them.
    pub(super) fn wide(text: &[u8], at: usize, wide: Wide, reach: Reach) -> Self {
        /// The length of a token, and more than breaks usually have.
        const BEFORE_TAIL: usize = 160;
        let width = wide.width();
        let low = if wide.is_little_endian() { 0 } else { width - 1 };
        let is_tail = text.get(at) == Some(&b'o');
        let at = at.saturating_sub(low);
        let before = if is_tail { BEFORE_TAIL } else { reach.before() }.min(at / width);
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

/// Decodes base64 from `at` to its end. It also ends before an empty line, and before a line or
/// literal that `begins` something of its own. Returns the bytes and where the base64 ends.
pub(super) fn base64_from(
    text: &[u8],
    at: usize,
    begins: impl Fn(&[u8]) -> bool,
) -> (Vec<u8>, usize) {
    let mut bytes = Vec::new();
    let (mut bits, mut value, mut end) = (0, 0, at);
    // Padding ends it, although `=` at the end of a line looks like a soft line break.
    while text.get(end) != Some(&b'=')
        && let Some((next, start, behind)) = base64_character(text, end)
    {
        let is_new = start > end && begins(&text[start..]);
        if is_new || memchr::memchr_iter(b'\n', &text[end..start]).nth(1).is_some() {
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

/// An incomplete group of base64 characters.
#[derive(Default)]
struct Group {
    value: u32,
    bits: u32,
    /// Where the last character begins.
    start: usize,
}

/// The base64 character at `at`, or after a break there: its value, where it begins and ends.
fn base64_character(text: &[u8], at: usize) -> Option<(u8, usize, usize)> {
    let character = |at: usize| {
        let &byte = text.get(at)?;
        if let Some(value) = base64_value(byte) {
            return Some((value, at, at + 1));
        }
        // JSON, URLs and HTML may escape the two characters that are not letters or digits.
        let escaped: [(&[u8], u8); 13] = [
            (b"\\/", 63),
            (b"%2B", 62),
            (b"%2b", 62),
            (b"%2F", 63),
            (b"%2f", 63),
            (b"\\u002B", 62),
            (b"\\u002b", 62),
            (b"\\u002F", 63),
            (b"\\u002f", 63),
            (b"&#43;", 62),
            (b"&#x2B;", 62),
            (b"&#47;", 63),
            (b"&#x2F;", 63),
        ];
        let (escape, value) =
            escaped.into_iter().find(|(escape, _)| text[at..].starts_with(escape))?;
        Some((value, at, at + escape.len()))
    };
    character(at).or_else(|| character(joins::skip(text, at)?.0))
}

/// The value of a character in either base64 alphabet.
fn base64_value(byte: u8) -> Option<u8> {
    match byte {
        b'-' => Some(62),
        b'_' => Some(63),
        _ => sextet(byte),
    }
}

/// Whether this byte may be between two numbers.
fn is_separator(byte: u8) -> bool {
    byte.is_ascii_whitespace() || b",:-;.+&|".contains(&byte)
}

/// The longest run of separators: a line end and an indentation.
const MAX_SEPARATORS: usize = 64;

/// The byte that a number at `at`, or after separators there, stands for. Also where the number
/// begins and ends.
fn number(text: &[u8], at: usize, style: Numbers, is_next: bool) -> Option<(u8, usize, usize)> {
    let found = number_at(text, at, style);
    if found.is_some() || !is_next {
        return found;
    }
    let start = skip_separators(text, at);
    number_at(text, start, style).or_else(|| {
        let (next, _) = joins::skip(text, start)?;
        number_at(text, skip_separators(text, next), style)
    })
}

/// Skips the separators between two numbers, and a cast of the next one.
fn skip_separators(text: &[u8], at: usize) -> usize {
    let blanks = |at: usize| {
        let rest = text[at.min(text.len())..].iter().take(MAX_SEPARATORS);
        at + rest.take_while(|&&byte| is_separator(byte)).count()
    };
    let at = blanks(at);
    let Some(rest) = text[at.min(text.len())..].strip_prefix(b"(") else { return at };
    let name =
        rest.iter().take(12).take_while(|&&byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let name = name.count();
    if rest.get(name) == Some(&b')') { blanks(at + name + 2) } else { at }
}

fn number_at(text: &[u8], start: usize, style: Numbers) -> Option<(u8, usize, usize)> {
    let digits = text.get(start..)?.strip_prefix(style.prefix)?;
    let (value, length) = match style.base {
        Base::Decimal => {
            let length = digits.iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
            (std::str::from_utf8(&digits[..length]).ok()?.parse().ok()?, length)
        }
        Base::Octal => {
            let is_octal = |byte: &&u8| matches!(byte, b'0'..=b'7');
            let length = digits.iter().take(3).take_while(is_octal).count();
            let digits = std::str::from_utf8(&digits[..length]).ok()?;
            (u8::from_str_radix(digits, 8).ok()?, length)
        }
        Base::Hex => {
            let mut byte = [0];
            hex::decode_to_slice(digits.get(..2)?, &mut byte).ok()?;
            (byte[0], 2)
        }
    };
    let mut rest = digits[length..].strip_prefix(style.suffix)?;
    if style.may_have_type() {
        // In some languages, a suffix names the type of a number.
        let types: [&[u8]; 4] = [b"u8", b"U", b"u", b"L"];
        rest = types.iter().find_map(|name| rest.strip_prefix(*name)).unwrap_or(rest);
    }
    Some((value, start, text.len() - rest.len()))
}

/// Where the number before the one at `at` begins.
fn number_before(text: &[u8], at: usize, style: Numbers) -> Option<usize> {
    let before = &text[at.saturating_sub(MAX_SEPARATORS)..at];
    let separators = before.iter().rev().take_while(|&&byte| is_separator(byte)).count();
    let end = at - separators;
    // Tries the longest first: a decimal number has no mark at its start.
    let longest = style.prefix.len() + 3 + style.suffix.len();
    (end.saturating_sub(longest)..end)
        .find(|&start| number_at(text, start, style).is_some_and(|(.., to)| to == end))
}

/// Characters of two or four bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wide(Encoding);

impl Wide {
    /// How many letters before an anchor are checked.
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

    /// What the zeros around an anchor say, for a text without a byte order mark. The first letter
    /// is at `at`. `is_part` says that `text` begins in the middle of something.
    pub(super) fn of_zeros(text: &[u8], at: usize, is_part: bool) -> Self {
        let width = if text.get(at + 2) == Some(&0) { 4 } else { 2 };
        let zeros = width - 1;
        let are_zero = |from: usize, to: usize| text[from..to].iter().all(|&byte| byte == 0);
        // The first letter of the text decides: it has zeros before it, or none.
        let mut first = at;
        let end = at.saturating_sub(Self::MAX_WALK * width);
        let is_text = |byte: u8| matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n');
        while first >= end + width && is_text(text[first - width]) && are_zero(first - zeros, first)
        {
            first -= width;
        }
        let has_zeros_before = first >= zeros && are_zero(first - zeros, first);
        // A text that begins in the middle may begin inside of a letter. If the beginning is far
        // away, letters are assumed to begin at multiples of their width.
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

    /// An ASCII character as its byte, any other as a byte that no token has.
    fn character(self, unit: &[u8]) -> u8 {
        let (low, zeros) = if self.is_little_endian() {
            (unit[0], &unit[1..])
        } else {
            (unit[unit.len() - 1], &unit[..unit.len() - 1])
        };
        if low < 0x80 && zeros.iter().all(|&byte| byte == 0) { low } else { 0xff }
    }
}
