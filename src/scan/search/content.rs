//! Searches a file's content, and the archives in it.

use std::collections::HashMap;
use std::sync::Arc;

use super::hit::{Hit, Part, Position};
use super::pieces::{LineCounter, PieceSearch};
use crate::archive::{self, Format, Limits, Member, Reason, TextKind, Unopened, Visitor};
use crate::bytes::to_text;
use crate::rules::{Detector, Leak};
use crate::scan::report::gap::ArchiveFault;
use crate::token::{Encoding, TokenDetector};

/// What base64 of an archive may be encoded in once more: Helm does so.
const MAX_UNWRAPPED: usize = 3;

const BASE64: &str = Encoding::Base64.name();

/// An archive of up to this size is held in memory and opened, in bytes.
pub(crate) const MAX_ARCHIVE: u64 = 1 << 30;

/// Members of archives are held, all that are open together, up to this size, in bytes, to see
/// archives in them that are in base64.
const MAX_HELD: usize = 16 << 20;

/// The end of a content that comes in pieces. A zip file may end there that does not begin with the
/// content, as in programs that extract themselves.
#[derive(Default)]
pub(crate) struct Tail(Vec<u8>);

impl Tail {
    pub(crate) fn push(&mut self, piece: &[u8]) {
        self.0.extend_from_slice(&piece[piece.len().saturating_sub(archive::END)..]);
        if self.0.len() > 16 * archive::END {
            self.0.drain(..self.0.len() - archive::END);
        }
    }

    /// Why a part of the content was not opened, if that is so.
    pub(crate) fn unopened(&self) -> Option<ArchiveFault> {
        let end = &self.0[self.0.len().saturating_sub(archive::END)..];
        archive::may_end(end).then_some(ArchiveFault::TooLargeAtEnd)
    }
}

/// What a content holds.
#[derive(Default)]
pub(crate) struct Inspection {
    pub(crate) hits: Vec<Hit>,
    /// What in it could not be opened, and why.
    pub(crate) unopened: Vec<ArchiveFault>,
}

/// Whether a content may hold something; where this says no, it does not.
pub(crate) fn is_suspect(detector: &Detector, content: &[u8]) -> bool {
    detector.suspects(content) || may_begin(content)
}

/// Whether a content that begins like this may hold something, with any bytes behind.
pub(crate) fn may_begin(start: &[u8]) -> bool {
    TokenDetector::suspects_start(start) || archive::format_of(start).is_some()
}

/// Every token in a file's content.
pub(crate) fn inspect(detector: &Detector, content: &[u8]) -> Inspection {
    let mut inspection = Inspection::default();
    let mut lines = LineCounter::default();
    let hits = detector.matches(content).into_iter();
    inspection.hits.extend(hits.map(|hit| Hit::new(lines.position(content, hit.start), 0, hit)));
    let limits = Limits::default();
    let bytes = (content.len() as u64).saturating_mul(limits.ratio);
    let bytes = bytes.clamp(limits.ratio_from, limits.bytes);
    let mut opening = Opening { detector, inspection: &mut inspection, bytes, room: MAX_HELD };
    opening.open(content, &Around::default());
    opening.unwrap(content, &Around::default());
    keep_innermost(&mut inspection.hits);
    inspection
}

/// Opens all archives that one content holds.
struct Opening<'i> {
    detector: &'i Detector,
    inspection: &'i mut Inspection,
    /// How many bytes may still come out of all archives together.
    bytes: u64,
    /// How many bytes of members may still be held.
    room: usize,
}

/// What surrounds something that is opened.
#[derive(Clone, Default)]
struct Around {
    /// What it is encoded in, the outermost first.
    chain: Vec<&'static str>,
    /// The member of an archive that it is in.
    path: Vec<u8>,
    /// In base64: where that begins in the text around it.
    position: Option<Position>,
}

impl Opening<'_> {
    /// Opens what stands in a text in base64.
    fn unwrap(&mut self, content: &[u8], around: &Around) {
        if around.chain.iter().filter(|&&name| name == BASE64).count() >= MAX_UNWRAPPED {
            return;
        }
        let mut lines = LineCounter::default();
        for (start, packed) in self.detector.packed(content) {
            let position = lines.position(content, start);
            let mut around = around.clone();
            around.chain.push(BASE64);
            around.position.get_or_insert(position);
            self.open(&packed, &around);
            self.unwrap(&packed, &around);
        }
    }

    /// Opens an archive.
    fn open(&mut self, content: &[u8], around: &Around) {
        if !archive::may_be(content) {
            return;
        }
        let limits = Limits { bytes: self.bytes, ..Limits::default() };
        let mut members = Members { opening: self, around };
        let outcome = archive::walk(content, &limits, &mut members);
        self.bytes = self.bytes.saturating_sub(outcome.bytes);
        let unopened = &mut self.inspection.unopened;
        let gaps = outcome.unopened.iter().filter(|unopened| !is_all_there_is(unopened));
        unopened.extend(gaps.map(|unopened| fault(unopened, around)));
        if outcome.more > 0 {
            unopened.push(ArchiveFault::MoreMembers(outcome.more));
        }
    }
}

/// Whether all that is stored was read, although the archive wants more: a tape archive's members
/// stand in it as they are, so that one that is cut off hides nothing.
fn is_all_there_is(unopened: &Unopened) -> bool {
    let is_cut = matches!(unopened.reason, Reason::Truncated { .. });
    is_cut && unopened.chain.last() == Some(&Format::Tar)
}

fn fault(Unopened { chain, path, reason }: &Unopened, around: &Around) -> ArchiveFault {
    let member = to_text(&around.member(path));
    ArchiveFault::Member { chain: chain.clone(), member, reason: *reason }
}

/// Whether `all` has these steps, in their order, and others between them.
fn is_within(steps: &[&str], all: &[&str]) -> bool {
    let mut rest = all.iter();
    steps.iter().all(|step| rest.any(|other| other == step))
}

/// Leaves out hits that another one further in repeats: an archive that stores a member
/// uncompressed shows the same token itself.
fn keep_innermost(hits: &mut Vec<Hit>) {
    /// A token that is found in more ways than these is reported in all of them.
    const MAX_WAYS: usize = 100;
    if hits.iter().all(|hit| hit.member.is_none()) {
        return;
    }
    // The same token may stand there thousands of times, but in few ways.
    let mut ways: HashMap<Arc<Leak>, Vec<Way>> = HashMap::new();
    for hit in &*hits {
        let (known, way) = (ways.entry(Arc::clone(&hit.leak)).or_default(), way(hit));
        if known.len() <= MAX_WAYS && !known.contains(&way) {
            known.push(way);
        }
    }
    for ways in ways.values_mut() {
        let all = std::mem::take(ways);
        if all.len() <= MAX_WAYS {
            let is_outer = |outer: &&Way| all.iter().any(|inner| is_further_in(inner, outer));
            *ways = all.iter().filter(is_outer).cloned().collect();
        }
    }
    hits.retain(|hit| ways.get(&hit.leak).is_none_or(|outer| !outer.contains(&way(hit))));
}

/// How a token is written, and in which member of an archive.
type Way = (Vec<&'static str>, Option<Arc<[u8]>>);

fn way(hit: &Hit) -> Way {
    (hit.encoding.clone(), hit.member.clone())
}

/// Whether a token that stands there in the first way shows in the second way too.
fn is_further_in((inner, member): &Way, (outer, around): &Way) -> bool {
    let path = |member: &Option<Arc<[u8]>>| member.clone().unwrap_or_default();
    member.is_some()
        && inner.len() > outer.len()
        && is_within(outer, inner)
        && path(member).starts_with(&path(around))
}

impl Around {
    /// A member's path, behind that of what is around.
    fn member(&self, path: &[u8]) -> Vec<u8> {
        let parts = [self.path.as_slice(), path];
        let parts: Vec<&[u8]> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(&b"!/"[..])
    }

    /// What surrounds a member's content.
    fn inside(&self, member: &Member<'_>) -> Self {
        let formats = member.chain.iter().map(|format| format.name());
        Self {
            chain: self.chain.iter().copied().chain(formats).collect(),
            path: self.member(member.path),
            position: self.position,
        }
    }

    /// Says of hits in a member where it is.
    fn place(&self, hits: &mut [Hit]) {
        let path: Arc<[u8]> = self.path.as_slice().into();
        for hit in hits {
            hit.encoding.splice(0..0, self.chain.iter().copied());
            hit.member = Some(Arc::clone(&path));
            if let Some(position) = self.position {
                hit.part = Part::Content(position);
            }
        }
    }
}

/// The members of an archive.
struct Members<'m, 'i> {
    opening: &'m mut Opening<'i>,
    /// What surrounds the archive.
    around: &'m Around,
}

/// A member whose content comes.
struct Content {
    search: PieceSearch,
    around: Around,
    held: Held,
}

/// What is held of a member, in case that archives stand in it in base64.
enum Held {
    /// What the search holds anyway is all of it.
    BySearch,
    /// All of it.
    Here(Vec<u8>),
    /// There was no room for it.
    Nothing,
}

impl Held {
    /// Holds the next bytes too, which come behind what the search has.
    fn push(&mut self, search: &PieceSearch, bytes: &[u8], room: &mut usize) {
        let known = match self {
            Self::BySearch => search.text(),
            Self::Here(_) => &[],
            Self::Nothing => return,
        };
        let more = known.len() + bytes.len();
        match (&mut *self, room.checked_sub(more)) {
            (Self::BySearch, _) if more < PieceSearch::BATCH => {}
            (Self::BySearch, Some(left)) => {
                *room = left;
                *self = Self::Here([known, bytes].concat());
            }
            (Self::Here(held), Some(left)) => {
                *room = left;
                held.extend_from_slice(bytes);
            }
            (_, None) => {
                *room += self.give_up().len();
            }
            (Self::Nothing, _) => {}
        }
    }

    fn give_up(&mut self) -> Vec<u8> {
        match std::mem::replace(self, Self::Nothing) {
            Self::Here(held) => held,
            _ => Vec::new(),
        }
    }
}

impl Visitor for Members<'_, '_> {
    type Content = Content;

    fn begin(&mut self, member: &Member<'_>) -> Content {
        let around = self.around.inside(member);
        Content { search: PieceSearch::default(), around, held: Held::BySearch }
    }

    fn piece(&mut self, content: &mut Content, bytes: &[u8]) {
        let Opening { detector, inspection, room, .. } = &mut *self.opening;
        content.held.push(&content.search, bytes, room);
        let known = inspection.hits.len();
        content.search.push(detector, bytes, &mut inspection.hits);
        content.around.place(&mut inspection.hits[known..]);
    }

    fn end(&mut self, content: Content) {
        let Content { search, around, mut held } = content;
        let Opening { detector, inspection, room, .. } = &mut *self.opening;
        let known = inspection.hits.len();
        let text = search.finish(detector, &mut inspection.hits);
        around.place(&mut inspection.hits[known..]);
        let held = held.give_up();
        *room += held.len();
        if let Some(text) = text {
            // One of them is empty.
            self.opening.unwrap(if held.is_empty() { &text } else { &held }, &around);
        }
    }

    fn text(&mut self, member: &Member<'_>, _: TextKind, text: &[u8]) {
        let Opening { detector, inspection, .. } = &mut *self.opening;
        let known = inspection.hits.len();
        let position = Position { line: 1, column: 1 };
        let hits = detector.matches(text).into_iter();
        inspection.hits.extend(hits.map(|hit| Hit::new(position, 0, hit)));
        self.around.inside(member).place(&mut inspection.hits[known..]);
    }
}
