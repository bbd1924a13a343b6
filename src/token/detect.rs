//! Finds access tokens in bytes, in any form.
//!
//! It searches for the anchors first: every form holds one of them. It decodes the text around each
//! anchor and searches the result again, until it has a token or none.

use std::ops::{ControlFlow, Range};

use super::anchors::{self, Anchors, MAX_ANCHOR, Sign};
use super::boundary::has_left_boundary;
use super::encoding::Encoding;
use super::format::{AccessToken, MAX_LEN};
use super::joins::{self, Break};
use super::matches::Match;
use super::padding;
use super::window::{self, Reach, Wide, Window};

/// How far before its anchor a form of a token may begin, in bytes. A piece of a stream needs this
/// much of the piece before it.
pub(crate) const REACH_BEFORE: usize = 8 << 10;

/// How far after its start a form of a token may end, in bytes.
pub(crate) const REACH_AFTER: usize = 64 << 10;

/// How many times nested encodings are decoded.
const MAX_DEPTH: usize = 6;

/// How far from the decoded anchor a token in the decoded text may begin, in bytes.
const AROUND: usize = 16;

/// How far before its second letters a token may begin that is broken after its first, in bytes.
const MAX_NEAR: usize = 600;

/// How far before its last letters a token may begin that is broken into parts, in bytes.
const MAX_BROKEN: usize = 4 << 10;

/// What a byte order mark says about the characters after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark(Wide);

/// Finds tokens. Build it once and share it: it holds the prepared search for the anchors.
#[derive(Clone, Debug)]
pub struct TokenDetector {
    anchors: Anchors,
}

impl TokenDetector {
    /// Prepares the search.
    pub fn new() -> Self {
        Self { anchors: Anchors::new() }
    }

    /// Whether `text` may hold a token. If this and [`suspects_start`](Self::suspects_start) return
    /// false, it holds none.
    pub fn suspects(&self, text: &[u8]) -> bool {
        self.anchors.search(text, |_, _| ControlFlow::Break(())).is_break()
    }

    /// Whether a text that begins like this has characters of more than one byte.
    pub fn suspects_start(text: &[u8]) -> bool {
        Self::mark(text).is_some()
    }

    /// What a byte order mark at the start of `text` says.
    pub(crate) fn mark(text: &[u8]) -> Option<Mark> {
        Wide::of_mark(text).map(Mark)
    }

    /// The anchors. [`suspects`](Self::suspects) returns true for exactly the texts that hold one.
    pub(crate) fn anchors(&self) -> impl Iterator<Item = &[u8]> {
        self.anchors.texts()
    }

    /// Every token in `text`, from left to right.
    ///
    /// ```
    /// use intercom_sec::token::TokenDetector;
    ///
    /// // "token" in base64 begins like a token, but is not one.
    /// assert!(TokenDetector::new().matches(b"Authorization: Basic dG9rZW4=").is_empty());
    /// ```
    pub fn matches(&self, text: &[u8]) -> Vec<Match<AccessToken>> {
        self.matches_in_part(text, Self::mark(text)).0
    }

    /// Every token in a part of a text, and whether [`packed`](Self::packed) may find something in
    /// it. `mark` is the byte order mark of the whole text. The part begins at a multiple of four
    /// bytes.
    pub(crate) fn matches_in_part(
        &self,
        part: &[u8],
        mark: Option<Mark>,
    ) -> (Vec<Match<AccessToken>>, bool) {
        let mut search = Search::new(self, part, 0);
        search.wide = mark.map(|mark| mark.0);
        if let Some(wide) = search.wide {
            let window = Window::all_wide(part, wide);
            let mut inner = Search::new(self, &window.bytes, 1);
            inner.follow(0..window.bytes.len());
            let matches = inner.finish();
            search.add(&window, &[wide.encoding()], matches);
        }
        search.follow(0..part.len());
        let has_packed = search.has_packed;
        (search.finish(), has_packed)
    }

    /// Texts that begin like base64 of an archive: the position of each in `text`, and its decoded
    /// bytes. Those may be base64 again.
    pub(crate) fn packed(&self, text: &[u8]) -> Vec<(usize, Vec<u8>)> {
        let mut packed = Vec::new();
        let mut searched = 0;
        let _ = self.anchors.search(text, |at, sign| {
            // A match inside of a decoded text is part of it.
            if sign == Sign::PackedBase64 && at >= searched {
                let (bytes, end) = window::base64_from(text, at, anchors::begins_packed);
                searched = end;
                // No archive is shorter.
                if bytes.len() >= 16 {
                    packed.push((at, bytes));
                }
            }
            ControlFlow::Continue(())
        });
        packed
    }
}

impl Default for TokenDetector {
    fn default() -> Self {
        Self::new()
    }
}

/// A search of one text.
struct Search<'s> {
    detector: &'s TokenDetector,
    text: &'s [u8],
    depth: usize,
    /// What a byte order mark says about the characters of the whole text.
    wide: Option<Wide>,
    /// Where the last second letters, and the last last letters, of a token were seen.
    last_near: usize,
    last_tail: usize,
    matches: Vec<Match<AccessToken>>,
    /// Whether the text may begin in the middle of something.
    is_part: bool,
    /// Whether a token may begin here and continue after the end of the text.
    is_open: bool,
    has_packed: bool,
}

impl<'s> Search<'s> {
    fn new(detector: &'s TokenDetector, text: &'s [u8], depth: usize) -> Self {
        Self {
            detector,
            text,
            depth,
            wide: None,
            last_near: 0,
            last_tail: 0,
            matches: Vec::new(),
            is_part: false,
            is_open: false,
            has_packed: false,
        }
    }

    /// Follows up the anchors that begin in this part.
    fn follow(&mut self, part: Range<usize>) {
        let detector = self.detector;
        let text = &self.text[..self.text.len().min(part.end.saturating_add(MAX_ANCHOR))];
        let _ = detector.anchors.search(text, |at, sign| {
            if part.contains(&at) {
                self.look(at, sign);
            }
            ControlFlow::Continue(())
        });
    }

    fn finish(mut self) -> Vec<Match<AccessToken>> {
        let by_place = |a: &Match<AccessToken>, b: &Match<AccessToken>| {
            (a.start, a.end, &a.encoding).cmp(&(b.start, b.end, &b.encoding))
        };
        self.matches.sort_by(by_place);
        self.matches.dedup();
        one_a_place(self.matches)
    }

    fn look(&mut self, at: usize, sign: Sign) {
        match sign {
            Sign::Start => self.plain(at),
            Sign::Near => {
                // Only a break is between a token's first letters and these.
                let reach = (at - self.last_near.min(at)).min(MAX_NEAR);
                self.last_near = at;
                self.broken_starts(at, reach);
            }
            Sign::Tail => {
                let reach = (at - self.last_tail.min(at)).min(MAX_BROKEN);
                self.last_tail = at;
                self.broken_starts(at, reach);
            }
            Sign::Base64(place) => {
                let text = self.text;
                self.decode(|reach| Window::base64(text, at, place, reach), &[Encoding::Base64]);
            }
            Sign::Numbers(style) => {
                let (text, known) = (self.text, self.matches.len());
                if style.may_be_dumped() && text[at..].iter().take(12).any(|&byte| byte == b' ') {
                    self.decode(|reach| Window::dump(text, at, reach), style.encodings);
                }
                if self.matches.len() > known {
                    return;
                }
                self.decode(|reach| Window::numbers(text, at, style, reach), style.encodings);
            }
            Sign::Wide => {
                if self.wide.is_none() {
                    let wide = Wide::of_zeros(self.text, at, self.is_part);
                    let text = self.text;
                    let encodings = [wide.encoding()];
                    self.decode(|reach| Window::wide(text, at, wide, reach), &encodings);
                }
            }
            Sign::Packed => {}
            Sign::PackedBase64 => self.has_packed = true,
        }
    }

    fn plain(&mut self, start: usize) {
        match plain(self.text, start) {
            Plain::Match(found) => self.matches.push(found),
            Plain::Open => self.is_open = true,
            Plain::None => {}
        }
    }

    /// Reads tokens that begin at most `reach` bytes before `at` and are broken in their first
    /// letters.
    fn broken_starts(&mut self, at: usize, reach: usize) {
        let from = at - reach;
        for start in memchr::memchr_iter(b'd', &self.text[from..at]) {
            let start = from + start;
            let rest = &self.text[start..];
            let run = rest.iter().take(4).take_while(|byte| byte.is_ascii_alphanumeric()).count();
            // Longer beginnings are anchors themselves.
            if run < 4 && b"dG9".starts_with(&rest[..run]) {
                self.plain(start);
            }
        }
    }

    /// Decodes the text around an anchor, and searches for tokens that begin near it: a token that
    /// begins elsewhere has its own anchor. It decodes more only if that is needed, so that a text
    /// full of anchors does not take forever.
    fn decode(&mut self, window: impl Fn(Reach) -> Window, encodings: &[Encoding]) {
        if self.depth >= MAX_DEPTH {
            return;
        }
        for reach in [Reach::Glance, Reach::Near, Reach::Far] {
            let window = window(reach);
            let mut inner = Search::new(self.detector, &window.bytes, self.depth + 1);
            inner.is_part = window.is_part;
            inner.follow(window.anchor.saturating_sub(AROUND)..window.anchor + AROUND);
            // A token that is cut off may look like a shorter one.
            let is_cut = inner.matches.iter().any(|found| found.end == window.bytes.len());
            let needs_more = is_cut || inner.is_open && inner.matches.is_empty();
            if needs_more && window.is_cut && reach != Reach::Far {
                continue;
            }
            self.is_open |= inner.is_open && !window.is_cut;
            let matches = inner.finish();
            return self.add(&window, encodings, matches);
        }
    }

    /// Adds what was found in a decoded part of the text.
    fn add(&mut self, window: &Window, encodings: &[Encoding], matches: Vec<Match<AccessToken>>) {
        for found in matches {
            let Some((start, end)) = window.place(found.start, found.end) else { continue };
            let encoding = encodings.iter().copied().chain(found.encoding).collect();
            self.matches.push(Match { start, end, found: found.found, encoding });
        }
    }
}

/// Keeps one match of each token in each place: the text decoded around a second anchor may begin
/// in the middle of an encoding and look like another one.
fn one_a_place(matches: Vec<Match<AccessToken>>) -> Vec<Match<AccessToken>> {
    let mut kept: Vec<Match<AccessToken>> = Vec::with_capacity(matches.len());
    for found in matches {
        let is_same =
            |other: &Match<AccessToken>| found.start < other.end && found.found == other.found;
        match kept.last_mut().filter(|last| is_same(last)) {
            Some(last) if found.encoding.len() < last.encoding.len() => *last = found,
            Some(_) => {}
            None => kept.push(found),
        }
    }
    kept
}

/// What begins at a position.
enum Plain {
    Match(Match<AccessToken>),
    /// The text ends too early to decide.
    Open,
    None,
}

/// The token that begins at `start`, in one piece or broken into parts.
fn plain(text: &[u8], start: usize) -> Plain {
    let run = text[start..].iter().take(MAX_LEN).take_while(|byte| byte.is_ascii_alphanumeric());
    let run = run.count();
    if !AccessToken::may_begin(&text[start..start + run]) || !has_left_boundary(&text[..start]) {
        return Plain::None;
    }
    let is_cut = start + run == text.len();
    let whole = AccessToken::at_start(&text[start..]);
    // A token with padding, or with the tail of every token seen, is not part of a longer one.
    let may_go_on =
        whole.as_ref().is_none_or(|(token, length)| *length == run && !token.has_usual_tail());
    let broken =
        if may_go_on { broken(text, start, start + run, whole.is_some()) } else { Ok(None) };
    let (token, end, mut encoding) = match (whole, broken) {
        (_, Ok(Some((token, end, encoding)))) => (token, end, vec![encoding]),
        (Some((token, length)), _) => (token, start + length, Vec::new()),
        (None, Ok(None)) if is_cut => return Plain::Open,
        (None, Ok(None)) => return Plain::None,
        (None, Err(TextEnds)) => return Plain::Open,
    };
    let is_padded = text[start..end].ends_with(b"=");
    let from = end - usize::from(is_padded);
    let mut end = end;
    if let Some((length, escape, times)) = padding::escaped(&text[from..]) {
        if encoding.first() != Some(&escape) {
            encoding.splice(0..0, std::iter::repeat_n(escape, times));
        }
        end = from + length;
    }
    Plain::Match(Match { start, end, found: token, encoding })
}

/// The text ends in the middle of what may be a token.
struct TextEnds;

/// The token that begins at `start`, and whose first part ends at `end`. If that part alone is a
/// token (`is_whole`), only a certain continuation counts.
fn broken(
    text: &[u8],
    start: usize,
    end: usize,
    is_whole: bool,
) -> Result<Option<(AccessToken, usize, Encoding)>, TextEnds> {
    let Some((mut at, mut kind)) = joins::skip_more(text, end) else {
        let is_cut = !is_whole && joins::may_be_cut(text, end);
        return if is_cut { Err(TextEnds) } else { Ok(None) };
    };
    let may_be_over = is_whole && kind == Break::Other;
    let mut encoding = Encoding::Split;
    let mut letters = text[start..end].to_vec();
    let mut best = None;
    loop {
        let run = text[at..].iter().take(MAX_LEN - letters.len());
        let run = run.take_while(|byte| byte.is_ascii_alphanumeric()).count();
        if run == 0 {
            return if best.is_none() && at == text.len() { Err(TextEnds) } else { Ok(best) };
        }
        if kind == Break::Soft {
            encoding = kind.encoding();
        }
        letters.extend_from_slice(&text[at..at + run]);
        at += run;
        if !AccessToken::may_begin(&letters) {
            return Ok(best);
        }
        // A token that ends in the first part is not broken. If the first part may be the whole
        // token, a longer one must have the tail of every token seen.
        let token = AccessToken::at_start(&letters);
        let token = token.filter(|(token, length)| {
            *length == letters.len() && (!may_be_over || token.has_usual_tail())
        });
        if let Some((token, _)) = token {
            let is_padded = text.get(at) == Some(&b'=') && token.expose().ends_with('=');
            let found = (token, at + usize::from(is_padded), encoding);
            // Padding ends a token, although `=` at the end of a line looks like a soft line break.
            if is_padded {
                return Ok(Some(found));
            }
            best = Some(found);
        }
        // The usual tail ends a token.
        if best.as_ref().is_some_and(|(token, ..)| token.has_usual_tail()) {
            return Ok(best);
        }
        match joins::skip_more(text, at) {
            Some(next) if letters.len() < MAX_LEN => (at, kind) = next,
            _ if best.is_none() && (at == text.len() || joins::may_be_cut(text, at)) => {
                return Err(TextEnds);
            }
            _ => return Ok(best),
        }
    }
}
