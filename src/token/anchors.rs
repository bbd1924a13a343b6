//! Searches for anchors: every text that holds a token, in any form, holds one of these byte
//! strings.
//!
//! A token begins with `dG9rO`, so each form of a token begins with that form of `dG9rO`. A form
//! that may be broken anywhere (base64 with line breaks, a split literal) has two anchors. They
//! share no position where a break could cut both, so one break leaves one anchor whole.
//!
//! All anchors are searched at once. Each anchor has at least four bytes, so it holds three
//! consecutive pairs of bytes, and one of them begins at a multiple of three. So the search reads
//! every third pair.

use std::ops::ControlFlow;

use super::encoding::Encoding;

/// No anchor is longer, in bytes.
pub(super) const MAX_ANCHOR: usize = 32;

/// What an anchor says about the text around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// The first letters of a token.
    Start,
    /// Letters soon after the first letters, which a break has cut off.
    Near,
    /// The last letters of a token with the tail `:1:0`.
    Tail,
    /// Base64 of a form of the token. The number is the position of the anchor's first character in
    /// its group of four.
    Base64(u8),
    /// Each byte written as a number.
    Numbers(Numbers),
    /// Zeros precede or follow each letter.
    Wide,
    /// An archive may be here. It has to be unpacked first.
    Packed,
    /// An archive in base64, encoded once or twice.
    PackedBase64,
}

/// How bytes are written as numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Numbers {
    /// The text before each number.
    pub(super) prefix: &'static [u8],
    /// The text after each number. Separators may follow it.
    pub(super) suffix: &'static [u8],
    pub(super) base: Base,
    /// The names of the encodings, the outermost first.
    pub(super) encodings: &'static [Encoding],
}

impl Numbers {
    /// Whether the numbers are bare hex digits.
    pub(super) fn may_be_dumped(self) -> bool {
        self.base == Base::Hex && self.prefix.is_empty()
    }

    /// Whether the numbers may have the suffix of a type in a programming language.
    pub(super) fn may_have_type(self) -> bool {
        match self.base {
            Base::Decimal => self.prefix.is_empty(),
            Base::Hex => matches!(self.prefix, b"0x" | b"0X"),
            Base::Octal => false,
        }
    }
}

/// The base of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Base {
    /// Base 8, at most three digits.
    Octal,
    /// Base 10, any number of digits.
    Decimal,
    /// Base 16, two digits.
    Hex,
}

const fn numbers(
    prefix: &'static [u8],
    suffix: &'static [u8],
    base: Base,
    encodings: &'static [Encoding],
) -> Numbers {
    Numbers { prefix, suffix, base, encodings }
}

const BARE: Numbers = numbers(b"", b"", Base::Hex, &[Encoding::Hex]);
const DECIMAL: Numbers = numbers(b"", b"", Base::Decimal, &[Encoding::Decimal]);
const HEX_0X: Numbers = numbers(b"0x", b"", Base::Hex, &[Encoding::Hex]);
const HTML: &[Encoding] = &[Encoding::Html];
const JSON: &[Encoding] = &[Encoding::Json];
const CHR: &[Encoding] = &[Encoding::Decimal];

/// The styles of numbers, each with an anchor: the first bytes of a token in this style. A style
/// that may be broken into lines has two anchors, because a line may end inside of one.
const NUMBERS: [(Numbers, &[u8]); 42] = [
    (BARE, b"644739"),
    (BARE, b"39724f"),
    (BARE, b"39724F"),
    (BARE, b"64 47 39"),
    (BARE, b"39 72 4f"),
    (BARE, b"39 72 4F"),
    (BARE, b"64:47:39"),
    (BARE, b"64-47-39"),
    // As xxd writes them.
    (BARE, b"6447 3972"),
    (BARE, b"3972 4f6"),
    (BARE, b"3972 4F6"),
    (BARE, b"64 4739"),
    (BARE, b"4739 724"),
    (numbers(b"\\x", b"", Base::Hex, &[Encoding::Hex]), b"\\x64\\x47"),
    (numbers(b"\\\\x", b"", Base::Hex, &[Encoding::Json, Encoding::Hex]), b"\\\\x64\\\\x47"),
    (numbers(b"\\x{", b"}", Base::Hex, &[Encoding::Hex]), b"\\x{64}"),
    (numbers(b"%", b"", Base::Hex, &[Encoding::Percent]), b"%64%47"),
    (numbers(b"%25", b"", Base::Hex, &[Encoding::Percent, Encoding::Percent]), b"%2564%2547"),
    (numbers(b"=", b"", Base::Hex, &[Encoding::QuotedPrintable]), b"=64=47"),
    (numbers(b"\\u00", b"", Base::Hex, JSON), b"\\u0064\\u0047"),
    (numbers(b"\\\\u00", b"", Base::Hex, &[Encoding::Json, Encoding::Json]), b"\\\\u0064\\\\u0047"),
    (numbers(b"\\u{", b"}", Base::Hex, JSON), b"\\u{64}"),
    (numbers(b"\\U000000", b"", Base::Hex, JSON), b"\\U00000064"),
    (HEX_0X, b"0x64,"),
    (HEX_0X, b"0x64u8,"),
    (numbers(b"0X", b"", Base::Hex, &[Encoding::Hex]), b"0X64,"),
    (numbers(b"&#x", b";", Base::Hex, HTML), b"&#x64;&#x47;"),
    (numbers(b"&#X", b";", Base::Hex, HTML), b"&#X64;"),
    (numbers(b"&#x00", b";", Base::Hex, HTML), b"&#x0064;"),
    (numbers(b"&#", b";", Base::Decimal, HTML), b"&#100;&#71;"),
    (numbers(b"&#", b";", Base::Decimal, HTML), b"&#0100;"),
    (
        numbers(b"&amp;#", b";", Base::Decimal, &[Encoding::Html, Encoding::Html]),
        b"&amp;#100;&amp;#71;",
    ),
    (DECIMAL, b"100,71,57"),
    (DECIMAL, b"100, 71, 57"),
    (DECIMAL, b"57,114,79"),
    (DECIMAL, b"57, 114, 79"),
    (DECIMAL, b"100u8, 71"),
    (numbers(b"chr(", b")", Base::Decimal, CHR), b"chr(100)"),
    (numbers(b"Chr(", b")", Base::Decimal, CHR), b"Chr(100)"),
    (numbers(b"CHR(", b")", Base::Decimal, CHR), b"CHR(100)"),
    (numbers(b"\\", b"", Base::Octal, &[Encoding::Octal]), b"\\144\\107"),
    (numbers(b"\\0", b"", Base::Octal, &[Encoding::Octal]), b"\\0144\\0107"),
];

/// The end of a zip directory (APPNOTE, section 4.3.16). A zip file need not begin with a magic
/// number.
const PACKED: [&[u8]; 1] = [b"PK\x05\x06"];

/// Base64 of the first bytes of gzip, zip, zstd, xz, and bzip2 with each of its block sizes.
const PACKED_BASE64: [&[u8]; 13] = [
    b"H4sIA",
    b"UEsDB",
    b"KLUv/",
    b"/Td6WFo",
    b"QlpoMTFBWSZTW",
    b"QlpoMjFBWSZTW",
    b"QlpoMzFBWSZTW",
    b"QlpoNDFBWSZTW",
    b"QlpoNTFBWSZTW",
    b"QlpoNjFBWSZTW",
    b"QlpoNzFBWSZTW",
    b"QlpoODFBWSZTW",
    b"QlpoOTFBWSZTW",
];

/// How many pairs of bytes there are.
const PAIRS: usize = 1 << 16;

/// All anchors, ready to be searched.
#[derive(Clone, Debug)]
pub(super) struct Anchors {
    list: Vec<(Vec<u8>, Sign)>,
    /// For each pair of bytes: 1 if an anchor holds it. Bits would take an eighth of the memory and
    /// twice the time.
    pairs: Box<[u8]>,
    /// For each pair with a byte next to it, by its hash: whether an anchor may hold it.
    triples: Box<[u64; 1024]>,
    /// The pairs in order, each with the number of its anchor and the offset in it.
    known: Vec<(u16, u16, u8)>,
}

impl Anchors {
    pub(super) fn new() -> Self {
        let mut list: Vec<(Vec<u8>, Sign)> = vec![
            (b"dG9r".to_vec(), Sign::Start),
            (b"9rOj".to_vec(), Sign::Near),
            (b"9rOm".to_vec(), Sign::Near),
            (b"oxOjA".to_vec(), Sign::Tail),
        ];
        // A break after the third letter leaves too little on either side.
        list.extend(
            b"\"'`\\&<=\n\r\x1b".iter().map(|&end| (vec![b'd', b'G', b'9', end], Sign::Start)),
        );
        let once: Vec<_> = [&b"dG9rOj"[..], b"dG9rOm"].into_iter().flat_map(base64_parts).collect();
        // A break in either of the two texts leaves one anchor whole.
        let twice = once.iter().flat_map(|(part, _)| base64_images(part));
        // The same anchors serve both byte orders.
        let wide = base64_parts(b"d\0G\09\0r");
        let all = once.iter().cloned().chain(twice).chain(wide);
        list.extend(all.map(|(part, place)| (part, Sign::Base64(place))));
        let once = once.iter().map(|(part, _)| part.as_slice());
        for text in [&b"dG9r"[..], b"oxOjA"].into_iter().chain(once) {
            list.push((widened(text, 2), Sign::Wide));
            list.push((widened(text, 4), Sign::Wide));
        }
        list.extend(NUMBERS.iter().map(|&(numbers, text)| (text.to_vec(), Sign::Numbers(numbers))));
        list.extend(PACKED.iter().map(|text| (text.to_vec(), Sign::Packed)));
        let twice = PACKED_BASE64.iter().filter_map(|text| base64_images(text).next());
        let packed =
            PACKED_BASE64.iter().map(|text| text.to_vec()).chain(twice.map(|image| image.0));
        list.extend(packed.map(|text| (text, Sign::PackedBase64)));
        list.sort_by(|a, b| a.0.cmp(&b.0));
        list.dedup();
        let mut pairs = vec![0; PAIRS].into_boxed_slice();
        let mut triples = Box::new([0_u64; 1024]);
        let mut known = Vec::new();
        for (number, (text, _)) in list.iter().enumerate() {
            let first = rarest(text);
            for at in first..first + 3 {
                let pair = pair_at(text, at);
                pairs[usize::from(pair)] = 1;
                let triple = if at + 2 < text.len() {
                    triple(pair, text[at + 2], Side::After)
                } else {
                    triple(pair, text[at - 1], Side::Before)
                };
                triples[triple / 64] |= 1 << (triple % 64);
                known.push((pair, u16::try_from(number).unwrap_or(0), at.to_le_bytes()[0]));
            }
        }
        known.sort_unstable();
        Self { list, pairs, triples, known }
    }

    /// The texts of the anchors.
    pub(super) fn texts(&self) -> impl Iterator<Item = &[u8]> {
        self.list.iter().map(|(text, _)| text.as_slice())
    }

    /// Calls `found` with the position and the meaning of each anchor in `text`, nearly in order.
    #[inline]
    pub(super) fn search(
        &self,
        text: &[u8],
        mut found: impl FnMut(usize, Sign) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        // The length is always right. This tells the compiler.
        let Some(pairs) = self.pairs.first_chunk::<PAIRS>() else {
            return ControlFlow::Continue(());
        };
        let (blocks, _) = text.as_chunks::<24>();
        // Eight probes at a time, which the processor runs in parallel.
        for (number, block) in blocks.iter().enumerate() {
            let probe = |at: usize| pairs[usize::from(pair_at(block, at))];
            let first = probe(0) | probe(3) | probe(6) | probe(9);
            if first | probe(12) | probe(15) | probe(18) | probe(21) != 0 {
                for at in [0, 3, 6, 9, 12, 15, 18, 21] {
                    self.verify(text, number * 24 + at, &mut found)?;
                }
            }
        }
        let mut at = blocks.len() * 24;
        while at + 1 < text.len() {
            self.verify(text, at, &mut found)?;
            at += 3;
        }
        ControlFlow::Continue(())
    }

    /// Whether the byte next to the pair at `at` fits an anchor.
    #[inline]
    fn may_be_known(&self, text: &[u8], at: usize, pair: u16) -> bool {
        let is_set = |triple: usize| self.triples[triple / 64] >> (triple % 64) & 1 != 0;
        text.get(at + 2).is_some_and(|&byte| is_set(triple(pair, byte, Side::After)))
            || at > 0 && is_set(triple(pair, text[at - 1], Side::Before))
    }

    #[inline]
    fn verify(
        &self,
        text: &[u8],
        at: usize,
        found: &mut impl FnMut(usize, Sign) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let pair = pair_at(text, at);
        if self.pairs[usize::from(pair)] == 0 || !self.may_be_known(text, at, pair) {
            return ControlFlow::Continue(());
        }
        self.compare(text, at, pair, found)
    }

    #[inline(never)]
    fn compare(
        &self,
        text: &[u8],
        at: usize,
        pair: u16,
        found: &mut impl FnMut(usize, Sign) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let from = self.known.partition_point(|&(known, ..)| known < pair);
        for &(_, number, offset) in self.known[from..].iter().take_while(|known| known.0 == pair) {
            let (anchor, sign) = &self.list[usize::from(number)];
            let Some(start) = at.checked_sub(usize::from(offset)) else { continue };
            if text[start..].starts_with(anchor) {
                found(start, *sign)?;
            }
        }
        ControlFlow::Continue(())
    }
}

/// Whether base64 of an archive begins here.
pub(super) fn begins_packed(text: &[u8]) -> bool {
    PACKED_BASE64.iter().any(|start| text.starts_with(start))
}

fn pair_at(text: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([text[at], text[at + 1]])
}

/// The side of a pair that a byte is on.
#[derive(Clone, Copy)]
enum Side {
    Before,
    After,
}

/// The number of a pair with a byte next to it, below 65,536.
#[inline]
fn triple(pair: u16, byte: u8, side: Side) -> usize {
    let number = u32::from(pair) | u32::from(byte) << 16 | (side as u32) << 24;
    // Fibonacci hashing: the upper bits depend on all bits.
    (number.wrapping_mul(0x9e37_79b1) >> 16) as usize
}

/// The offset in an anchor of the three pairs that are rarest in other texts.
fn rarest(text: &[u8]) -> usize {
    let frequency = |byte: u8| match byte {
        b'a'..=b'z' | b' ' | 0 => 6,
        b'0'..=b'9' | b',' => 4,
        b'A'..=b'Z' => 2,
        _ => 1,
    };
    let cost = |at: usize| -> u32 {
        (at..at + 3).map(|at| frequency(text[at]) * frequency(text[at + 1])).sum()
    };
    (0..text.len().saturating_sub(3)).min_by_key(|&at| cost(at)).unwrap_or(0)
}

/// Each byte followed by zeros, except the last, so that it fits either byte order.
fn widened(text: &[u8], width: usize) -> Vec<u8> {
    let mut wide = Vec::with_capacity(text.len() * width);
    for &byte in text {
        wide.push(byte);
        wide.resize(wide.len() + width - 1, 0);
    }
    wide.truncate((text.len() - 1) * width + 1);
    wide
}

/// The characters that every base64 text of something that holds `text` holds. There are three, one
/// for each position of `text` in its group of three bytes. Each comes with the position of its
/// first character in its group of four.
fn base64_images(text: &[u8]) -> impl Iterator<Item = (Vec<u8>, u8)> + '_ {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    (0..3).map(move |before| {
        let bit = |at: usize| usize::from(text[at / 8 - before] >> (7 - at % 8) & 1);
        let first = (before * 8).div_ceil(6);
        let last = (before + text.len()) * 8 / 6;
        let character = |place: usize| {
            ALPHABET[(place * 6..place * 6 + 6).fold(0, |value, at| value << 1 | bit(at))]
        };
        ((first..last).map(character).collect(), (first % 4).to_le_bytes()[0])
    })
}

/// The same in two parts that share one character, so that a line break in the middle leaves one
/// part whole.
fn base64_parts(text: &[u8]) -> Vec<(Vec<u8>, u8)> {
    let mut parts = Vec::new();
    for (image, place) in base64_images(text) {
        let middle = image.len() / 2;
        let tail_place = (usize::from(place) + middle) % 4;
        parts.push((image[..=middle].to_vec(), place));
        parts.push((image[middle..].to_vec(), tail_place.to_le_bytes()[0]));
    }
    parts.sort();
    parts.dedup();
    parts
}
