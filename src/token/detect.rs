//! Finding access tokens in bytes, in whatever form they are written there.
//!
//! First the anchors: byte strings of which one stands in every form. Around each, what stands there
//! is decoded, and searched again, until it is a token or none.

use std::ops::ControlFlow;

use super::anchors::{Anchors, MAX_ANCHOR, Sign};
use super::boundary::has_left_boundary;
use super::encoding::Encoding;
use super::format::{AccessToken, MAX_LEN};
use super::joins::{self, Break};
use super::padding;
use super::window::{self, Wide, Window};

/// How far before its anchor a form of a token may begin, in bytes: what a piece of a stream needs to
/// see of the one before.
pub const REACH_BEFORE: usize = 8 << 10;

/// How far behind its start a form of a token may end, in bytes.
pub const REACH_AFTER: usize = 64 << 10;

/// What is encoded more often than this is not decoded.
const MAX_DEPTH: usize = 6;

/// How far before its second letters a token that is broken behind its first may begin, in bytes.
const MAX_NEAR: usize = 600;

/// How far before its last letters a token that is broken into parts may begin, in bytes.
const MAX_BROKEN: usize = 4 << 10;

/// One token found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Where it begins, in bytes from the start of the text.
    pub start: usize,
    /// Where it ends (exclusive), its padding included.
    pub end: usize,
    /// The token.
    pub token: AccessToken,
    /// How it is written, the outermost encoding first; empty for a token that stands there plainly.
    pub encoding: Vec<Encoding>,
}

/// What a byte order mark says about the characters behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark(Wide);

/// Finds tokens. Build it once and share it: it holds the prepared search for the anchors.
#[derive(Clone, Debug)]
pub struct Detector {
    anchors: Anchors,
}

impl Detector {
    /// Prepares the search.
    pub fn new() -> Self {
        Self { anchors: Anchors::new() }
    }

    /// Whether something in `text` may be a token, or hold one; where this says no, there is none,
    /// unless [`suspects_start`](Self::suspects_start) says yes.
    pub fn suspects(&self, text: &[u8]) -> bool {
        self.anchors.search(text, |_, _| ControlFlow::Break(())).is_break()
    }

    /// Whether a text that begins like this is written in characters of more than one byte.
    pub fn suspects_start(text: &[u8]) -> bool {
        Self::mark(text).is_some()
    }

    /// What a byte order mark at the start of `text` says.
    pub fn mark(text: &[u8]) -> Option<Mark> {
        Wide::of_mark(text).map(Mark)
    }

    /// The byte strings of which one stands in every text that
    /// [`suspects`](Self::suspects) says yes to.
    pub fn anchors(&self) -> impl Iterator<Item = &[u8]> {
        self.anchors.texts()
    }

    /// The length of the longest of them is not above this.
    pub const MAX_ANCHOR: usize = MAX_ANCHOR;

    /// Every token in `text`, from left to right.
    ///
    /// ```
    /// use intercom_sec::token::Detector;
    ///
    /// // "token" in base64 begins like a token and is none.
    /// assert!(Detector::new().hits(b"Authorization: Basic dG9rZW4=").is_empty());
    /// ```
    pub fn hits(&self, text: &[u8]) -> Vec<Hit> {
        self.hits_below(text, 0, Self::mark(text))
    }

    /// Every token in a part of a text that begins with `mark`. The part begins at a multiple of
    /// four bytes.
    pub fn hits_in_part(&self, part: &[u8], mark: Option<Mark>) -> Vec<Hit> {
        self.hits_below(part, 0, mark)
    }

    /// What begins like base64 of an archive: where in `text`, and decoded. It may be base64 once
    /// more.
    pub fn packed(&self, text: &[u8]) -> Vec<(usize, Vec<u8>)> {
        let mut packed = Vec::new();
        let mut searched = 0;
        let _ = self.anchors.search(text, |at, sign| {
            // What is inside of one that was decoded is a part of it.
            if sign == Sign::PackedBase64 && at >= searched {
                let (bytes, end) = window::base64_from(text, at);
                searched = end;
                packed.push((at, bytes));
            }
            ControlFlow::Continue(())
        });
        packed
    }

    fn hits_below(&self, text: &[u8], depth: usize, mark: Option<Mark>) -> Vec<Hit> {
        let mut finding = Finding { detector: self, text, depth, last_tail: 0, hits: Vec::new() };
        let mark = mark.map(|mark| mark.0);
        if let Some(wide) = mark {
            finding.decoded(&Window::all_wide(text, wide), wide.encoding());
        }
        let _ = self.anchors.search(text, |at, sign| {
            finding.look(at, sign, mark);
            ControlFlow::Continue(())
        });
        let mut hits = finding.hits;
        hits.sort_by(|a, b| (a.start, a.end, &a.encoding).cmp(&(b.start, b.end, &b.encoding)));
        hits.dedup();
        one_a_place(hits)
    }
}

impl Default for Detector {
    fn default() -> Self {
        Self::new()
    }
}

/// The search of one text.
struct Finding<'s> {
    detector: &'s Detector,
    text: &'s [u8],
    depth: usize,
    /// Where the last letters of a token were seen last.
    last_tail: usize,
    hits: Vec<Hit>,
}

impl Finding<'_> {
    fn look(&mut self, at: usize, sign: Sign, mark: Option<Wide>) {
        match sign {
            Sign::Start => self.hits.extend(plain(self.text, at)),
            Sign::Near => self.starts_before(at, MAX_NEAR),
            Sign::Tail => {
                let reach = (at - self.last_tail.min(at)).min(MAX_BROKEN);
                self.last_tail = at;
                // Where the letters before are not broken, the token's start was seen.
                let run = self.text[..at].iter().rev().take(MAX_LEN);
                let run = run.take_while(|byte| byte.is_ascii_alphanumeric()).count();
                if run < 5 + 49 {
                    self.starts_before(at, reach);
                }
            }
            Sign::Base64(place) => {
                let glance = Window::base64(self.text, at, place, true);
                if self.depth < MAX_DEPTH && self.detector.suspects(&glance.bytes) {
                    let window = Window::base64(self.text, at, place, false);
                    self.decoded(&window, Encoding::Base64);
                }
            }
            Sign::Numbers(style) => {
                let window = Window::numbers(self.text, at, style);
                let encoding = match (style.prefix, style.is_decimal) {
                    (b"%", _) => Encoding::Percent,
                    (b"\\u00", _) => Encoding::Json,
                    (b"&#x" | b"&#", _) => Encoding::Html,
                    (_, true) => Encoding::Decimal,
                    (_, false) => Encoding::Hex,
                };
                self.decoded(&window, encoding);
            }
            Sign::Wide => {
                if mark.is_none() {
                    let wide = Wide::of_zeros(self.text, at, self.depth > 0);
                    self.decoded(&Window::wide(self.text, at, wide), wide.encoding());
                }
            }
            Sign::Packed | Sign::PackedBase64 => {}
        }
    }

    /// Reads tokens that begin at most `reach` bytes before `at`.
    fn starts_before(&mut self, at: usize, reach: usize) {
        let from = at.saturating_sub(reach);
        for start in memchr::memchr_iter(b'd', &self.text[from..at]) {
            let start = from + start;
            // A whole beginning is another anchor.
            if !self.text[start..].starts_with(b"dG9r") {
                self.hits.extend(plain(self.text, start));
            }
        }
    }

    /// Adds what is found in a decoded part of the text.
    fn decoded(&mut self, window: &Window, encoding: Encoding) {
        if self.depth >= MAX_DEPTH || !self.detector.suspects(&window.bytes) {
            return;
        }
        let bytes = &window.bytes;
        // What is cut off may look like a shorter token.
        let uncertain = if window.is_cut { MAX_LEN } else { 0 };
        let certain = bytes.len().saturating_sub(uncertain);
        for hit in self.detector.hits_below(bytes, self.depth + 1, Detector::mark(bytes)) {
            if hit.end > certain {
                continue;
            }
            let Some((start, end)) = window.place(hit.start, hit.end) else { continue };
            let mut encodings = Vec::with_capacity(hit.encoding.len() + 1);
            encodings.push(encoding);
            encodings.extend(hit.encoding);
            self.hits.push(Hit { start, end, token: hit.token, encoding: encodings });
        }
    }
}

/// Leaves one of those that are the same token in the same place: what is decoded around two anchors
/// may begin in the middle of something that looks like another encoding.
fn one_a_place(hits: Vec<Hit>) -> Vec<Hit> {
    let mut kept: Vec<Hit> = Vec::with_capacity(hits.len());
    for hit in hits {
        let is_same = |other: &Hit| hit.start < other.end && hit.token == other.token;
        match kept.last_mut().filter(|last| is_same(last)) {
            Some(last) if hit.encoding.len() < last.encoding.len() => *last = hit,
            Some(_) => {}
            None => kept.push(hit),
        }
    }
    kept
}

/// The token that begins at `start`, in one piece or broken into parts.
fn plain(text: &[u8], start: usize) -> Option<Hit> {
    if !has_left_boundary(&text[..start]) {
        return None;
    }
    let whole = AccessToken::at_start(&text[start..]);
    let run = text[start..].iter().take(MAX_LEN).take_while(|byte| byte.is_ascii_alphanumeric());
    let run = run.count();
    // What has its padding is no part of something longer.
    let may_go_on = whole.as_ref().is_none_or(|&(_, length)| length == run);
    let broken = if may_go_on { broken(text, start, start + run, whole.is_some()) } else { None };
    let (token, end, mut encoding) = match (whole, broken) {
        (Some((token, length)), None) => (token, start + length, Vec::new()),
        (_, Some((token, end, encoding))) => (token, end, vec![encoding]),
        (None, None) => return None,
    };
    let is_padded = text[start..end].ends_with(b"=");
    let from = end - usize::from(is_padded);
    let Some((length, escape, times)) = padding::escaped(&text[from..]) else {
        return Some(Hit { start, end, token, encoding });
    };
    if encoding.first() != Some(&escape) {
        encoding.splice(0..0, std::iter::repeat_n(escape, times));
    }
    Some(Hit { start, end: from + length, token, encoding })
}

/// The token that begins at `start` and whose first part ends at `end`. If that part `is_whole`,
/// only what surely goes on is not taken for another text.
fn broken(
    text: &[u8],
    start: usize,
    end: usize,
    is_whole: bool,
) -> Option<(AccessToken, usize, Encoding)> {
    let (mut at, mut kind) = joins::skip(text, end)?;
    let may_be_over = is_whole && kind == Break::Other;
    let mut encoding = Encoding::Split;
    let mut letters = text[start..end].to_vec();
    let mut best = None;
    loop {
        let run = text[at..].iter().take(MAX_LEN - letters.len());
        let run = run.take_while(|byte| byte.is_ascii_alphanumeric()).count();
        if run == 0 {
            return best;
        }
        if kind == Break::Soft {
            encoding = kind.encoding();
        }
        letters.extend_from_slice(&text[at..at + run]);
        at += run;
        // The first letters tell, and most texts do not begin so.
        if letters.len() >= 5 && !letters.starts_with(b"dG9rO") {
            return None;
        }
        // What ends in the first part is not broken. Where that may be all, only the tail that
        // every token seen has is taken for more.
        let token = AccessToken::at_start(&letters);
        let token = token.filter(|(token, length)| {
            *length == letters.len() && (!may_be_over || token.expose().ends_with("oxOjA="))
        });
        if let Some((token, _)) = token {
            let is_padded = text.get(at) == Some(&b'=') && token.expose().ends_with('=');
            let found = (token, at + usize::from(is_padded), encoding);
            // Padding is an end, though a line that ends with it looks like one that goes on.
            if is_padded {
                return Some(found);
            }
            best = Some(found);
        }
        match joins::skip(text, at) {
            Some(next) if letters.len() < MAX_LEN => (at, kind) = next,
            _ => return best,
        }
    }
}
