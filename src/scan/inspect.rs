//! A file's content → the tokens in it, in whatever it is packed.

use std::sync::Arc;

use super::pieces::{LineCounter, PieceSearch, TextHit};
use super::search::Position;
use crate::archive::{self, Limits, Member, TextKind, Unopened, Visitor};
use crate::bytes::to_text;
use crate::token::Detector;

/// What base64 of an archive may be encoded in once more: Helm does so.
const MAX_UNWRAPPED: usize = 3;

/// An archive of up to this size is held in memory and opened, in bytes.
pub(super) const MAX_ARCHIVE: u64 = 1 << 30;

/// What is said of a larger one.
pub(super) const TOO_LARGE: &str = "it is too large to be opened";

/// What a content holds.
#[derive(Default)]
pub(super) struct Inspection {
    pub(super) hits: Vec<TextHit>,
    /// What in it could not be opened, and why.
    pub(super) unopened: Vec<String>,
}

/// Whether a content may hold something; where this says no, it does not.
pub(super) fn is_suspect(detector: &Detector, content: &[u8]) -> bool {
    detector.suspects(content) || may_begin(content)
}

/// Whether a content that begins like this may hold something, whatever comes behind.
pub(super) fn may_begin(start: &[u8]) -> bool {
    Detector::suspects_start(start) || archive::format_of(start).is_some()
}

/// Every token in a file's content.
pub(super) fn inspect(detector: &Detector, content: &[u8]) -> Inspection {
    let mut inspection = Inspection::default();
    let mut lines = LineCounter::default();
    let hits = detector.hits(content).into_iter();
    inspection
        .hits
        .extend(hits.map(|hit| TextHit::new(lines.position(content, hit.start), 0, hit)));
    open(detector, content, &[], None, &mut inspection);
    let mut lines = LineCounter::default();
    for (start, packed) in detector.packed(content) {
        let position = lines.position(content, start);
        unwrap(detector, &packed, &["base64"], position, &mut inspection);
    }
    keep_innermost(&mut inspection.hits);
    inspection
}

/// Opens what was found in base64, or what base64 was found in.
fn unwrap(
    detector: &Detector,
    content: &[u8],
    chain: &[&'static str],
    position: Position,
    inspection: &mut Inspection,
) {
    open(detector, content, chain, Some(position), inspection);
    if chain.len() < MAX_UNWRAPPED {
        for (_, packed) in detector.packed(content) {
            let chain = [chain, &["base64"]].concat();
            unwrap(detector, &packed, &chain, position, inspection);
        }
    }
}

/// Opens an archive; for one that is encoded, `position` is where that begins.
fn open(
    detector: &Detector,
    content: &[u8],
    chain: &[&'static str],
    position: Option<Position>,
    inspection: &mut Inspection,
) {
    if !archive::may_be(content) {
        return;
    }
    let mut members = Members { detector, chain, position, hits: &mut inspection.hits };
    let outcome = archive::walk(content, &Limits::default(), &mut members);
    inspection.unopened.extend(outcome.unopened.iter().map(describe));
    if outcome.more > 0 {
        inspection.unopened.push(format!("and {} more members", outcome.more));
    }
}

fn describe(unopened: &Unopened) -> String {
    let chain: Vec<&str> = unopened.chain.iter().map(|format| format.name()).collect();
    let what = match (unopened.path.as_slice(), chain.as_slice()) {
        ([], []) => String::new(),
        ([], chain) => format!("its {} content: ", chain.join(" in ")),
        (path, _) => format!("{}: ", to_text(path)),
    };
    format!("{what}{}", unopened.reason)
}

/// Leaves out what is told by something further in: an archive that stores a member uncompressed
/// shows the same token itself.
fn keep_innermost(hits: &mut Vec<TextHit>) {
    let is_outer = |outer: &TextHit, inner: &TextHit| {
        let path = |hit: &TextHit| hit.member.clone().unwrap_or_default();
        inner.member.is_some()
            && inner.token == outer.token
            && inner.encoding.len() > outer.encoding.len()
            && inner.encoding.starts_with(&outer.encoding)
            && path(inner).starts_with(&path(outer))
    };
    if hits.iter().all(|hit| hit.member.is_none()) {
        return;
    }
    let all = hits.clone();
    hits.retain(|outer| !all.iter().any(|inner| is_outer(outer, inner)));
}

/// The members of an archive.
struct Members<'m> {
    detector: &'m Detector,
    /// What the archive itself is encoded in.
    chain: &'m [&'static str],
    position: Option<Position>,
    hits: &'m mut Vec<TextHit>,
}

/// A member whose content comes.
struct Content {
    search: PieceSearch,
    chain: Vec<&'static str>,
    path: Arc<[u8]>,
}

impl Members<'_> {
    /// Adds the hits behind the first `known`, as those of a member.
    fn place(&mut self, known: usize, chain: &[&'static str], path: &Arc<[u8]>) {
        for hit in &mut self.hits[known..] {
            hit.encoding.splice(0..0, chain.iter().copied());
            hit.member = Some(Arc::clone(path));
            hit.position = self.position.unwrap_or(hit.position);
        }
    }

    fn chain(&self, member: &Member<'_>) -> Vec<&'static str> {
        let formats = member.chain.iter().map(|format| format.name());
        self.chain.iter().copied().chain(formats).collect()
    }
}

impl Visitor for Members<'_> {
    type Content = Content;

    fn begin(&mut self, member: &Member<'_>) -> Content {
        Content {
            search: PieceSearch::default(),
            chain: self.chain(member),
            path: member.path.into(),
        }
    }

    fn piece(&mut self, content: &mut Content, bytes: &[u8]) {
        let known = self.hits.len();
        content.search.push(self.detector, bytes, self.hits);
        self.place(known, &content.chain, &content.path);
    }

    fn end(&mut self, content: Content) {
        let known = self.hits.len();
        content.search.finish(self.detector, self.hits);
        self.place(known, &content.chain, &content.path);
    }

    fn text(&mut self, member: &Member<'_>, _: TextKind, text: &[u8]) {
        let known = self.hits.len();
        let position = Position { line: 1, column: 1 };
        let hits = self.detector.hits(text).into_iter();
        self.hits.extend(hits.map(|hit| TextHit::new(position, 0, hit)));
        let (chain, path) = (self.chain(member), member.path.into());
        self.place(known, &chain, &path);
    }
}
