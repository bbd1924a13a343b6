//! Decodes UTF-16 and base64 around the word `intercom`.

use crate::token::Encoding;

/// How much before an anchor is decoded, in bytes of the text: a name and its context.
const BEFORE: usize = 16 << 10;

/// How much after an anchor is decoded, at most. A secret further away has its own anchor.
const BEHIND: usize = 1 << 20;

/// How many non-ASCII characters end a text in UTF-16.
const MAX_OTHERS: usize = 64;

/// A decoded part of a text.
pub(super) struct Unwrapped {
    pub(super) bytes: Vec<u8>,
    /// For each byte: where it begins and ends in the text.
    places: Vec<(usize, usize)>,
    pub(super) encoding: Encoding,
    /// Anchors before this position need not be decoded again.
    pub(super) done: usize,
}

impl Unwrapped {
    /// Where these bytes begin and end in the text.
    pub(super) fn place(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        Some((self.places.get(start)?.0, self.places.get(end.checked_sub(1)?)?.1))
    }

    fn new(encoding: Encoding) -> Self {
        Self { bytes: Vec::new(), places: Vec::new(), encoding, done: 0 }
    }

    fn push(&mut self, byte: u8, start: usize, end: usize) {
        self.bytes.push(byte);
        self.places.push((start, end));
    }

    /// Sets where the next anchor is decoded again: a text that was cut may continue.
    fn finish(mut self, end: usize, is_cut: bool) -> Self {
        self.done = if is_cut { end.saturating_sub(BEFORE) } else { end };
        self
    }
}

/// The two-byte characters around the one whose letter is at `at`.
pub(super) fn wide(text: &[u8], at: usize) -> Unwrapped {
    let is_zero = |at: usize| text.get(at) == Some(&0);
    let follows_zero = |at: usize| at.checked_sub(1).is_some_and(is_zero);
    let is_ascii = |at: usize| text[at].is_ascii() && (is_zero(at + 1) || follows_zero(at));
    let first = first_wide(at, is_ascii);
    // Each letter except the first and the last has a zero on both sides. Most texts begin at even
    // positions.
    let is_big_endian = follows_zero(first) && (!first.is_multiple_of(2) || !is_zero(first + 1));
    let encoding = if is_big_endian { Encoding::Utf16Be } else { Encoding::Utf16Le };
    let zero = usize::from(is_big_endian);
    let mut unwrapped = Unwrapped::new(encoding);
    let mut others = 0;
    let mut place = first;
    while place < text.len() && place < at + BEHIND && (others <= MAX_OTHERS || place < at) {
        let (byte, more) = if is_ascii(place) { (text[place], None) } else { (0xff, Some(others)) };
        others = more.map_or(0, |others| others + 1);
        unwrapped.push(byte, place - zero, (place + 2 - zero).min(text.len()));
        place += 2;
    }
    unwrapped.finish(place, place >= at + BEHIND)
}

/// Where the two-byte characters begin that lead to the one at `at`.
fn first_wide(at: usize, is_ascii: impl Fn(usize) -> bool) -> usize {
    let (mut first, mut others) = (at, 0);
    for place in (at % 2..at).rev().step_by(2).take(BEFORE / 2).map(|place| place - 1) {
        if is_ascii(place) {
            (first, others) = (place, 0);
        } else if others == MAX_OTHERS {
            break;
        } else {
            others += 1;
        }
    }
    first
}

/// The base64 around the character at `at`, which has the position `place` in its group of four.
pub(super) fn base64(text: &[u8], at: usize, place: u8) -> Unwrapped {
    let mut before = Vec::new();
    let mut first = at;
    while at - first < BEFORE {
        let Some(previous) = previous(text, first) else { break };
        before.push(previous);
        first = previous;
    }
    // Only whole groups.
    let place = usize::from(place);
    let groups = before.len().saturating_sub(place) / 4;
    let kept = if before.len() < place { 0 } else { place + groups * 4 };
    before.truncate(kept);
    // Zeros fill up the first group.
    let mut unwrapped = Unwrapped::new(Encoding::Base64);
    let missing = if kept == 0 { place } else { 0 };
    let mut group: Vec<(u32, usize, usize)> = vec![(0, at, at); missing];
    let mut next = before.last().copied().unwrap_or(at);
    while let Some((value, start, end)) = character(text, next) {
        if start >= at + BEHIND {
            break;
        }
        group.push((value, start, end));
        if let [a, b, c, d] = group[..] {
            let bits = a.0 << 18 | b.0 << 12 | c.0 << 6 | d.0;
            let [_, one, two, three] = bits.to_be_bytes();
            unwrapped.push(one, a.1, b.2);
            unwrapped.push(two, b.1, c.2);
            unwrapped.push(three, c.1, d.2);
            group.clear();
        }
        next = end;
    }
    match group[..] {
        [a, b] => unwrapped.push((a.0 << 2 | b.0 >> 4).to_le_bytes()[0], a.1, b.2),
        [a, b, c] => {
            unwrapped.push((a.0 << 2 | b.0 >> 4).to_le_bytes()[0], a.1, b.2);
            unwrapped.push((b.0 << 4 | c.0 >> 2).to_le_bytes()[0], b.1, c.2);
        }
        _ => {}
    }
    let is_cut = character(text, next).is_some();
    unwrapped.finish(next, is_cut)
}

/// The base64 character before `at`, also on the line before.
fn previous(text: &[u8], at: usize) -> Option<usize> {
    let before = text.get(..at)?;
    let last = before.len().checked_sub(1)?;
    if value(before[last]).is_some() {
        return Some(last);
    }
    let indent =
        before.iter().rev().take(MAX_BREAK).take_while(|byte| b" \t".contains(byte)).count();
    let rest = before[..before.len() - indent].strip_suffix(b"\n")?;
    let rest = rest.strip_suffix(b"\r").unwrap_or(rest);
    let last = rest.len().checked_sub(1)?;
    value(rest[last]).map(|_| last)
}

/// The longest indentation of a line of base64.
const MAX_BREAK: usize = 64;

/// The base64 character at `at`, or on the next line: its value, where it begins and ends.
fn character(text: &[u8], at: usize) -> Option<(u32, usize, usize)> {
    let rest = text.get(at..)?;
    if let Some(value) = value(*rest.first()?) {
        return Some((value, at, at + 1));
    }
    let line = rest.strip_prefix(b"\r").unwrap_or(rest).strip_prefix(b"\n")?;
    let indent = line.iter().take(MAX_BREAK).take_while(|byte| b" \t".contains(byte)).count();
    let start = text.len() - line.len() + indent;
    value(*text.get(start)?).map(|value| (value, start, start + 1))
}

/// The value of a character in either alphabet (RFC 4648, sections 4 and 5).
fn value(byte: u8) -> Option<u32> {
    Some(u32::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    }))
}
