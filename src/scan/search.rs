//! Each object → the tokens in it, and the objects that it names and that are not stored.

use std::collections::HashMap;

use super::id::{HashKind, ObjectId, ObjectKind};
use super::mentions::{LookUp, Mentioned};
use super::objects::{Inventory, Object, Pairs, TreeView, Visit};
use super::progress::Progress;
use super::tree::message_start;
use crate::token::{AccessToken, Detector, LEFT_CONTEXT, MAX_LEN, MIN_LEN};

/// A token in an object.
#[derive(Clone, Debug)]
pub(super) struct ObjectHit {
    pub(super) object: ObjectId,
    pub(super) part: Part,
    /// Its number in [`Found::tokens`].
    pub(super) token: u32,
}

/// Where in an object a token stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Blob(Position),
    CommitHeader,
    CommitMessage(Position),
    TagHeader,
    TagMessage(Position),
    /// In the name of a tree's entry.
    Name(Vec<u8>),
}

/// A place in a text, both from 1; the column counts bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    pub(super) line: u64,
    pub(super) column: u64,
}

/// One thread's search through objects.
pub(super) struct Search<'s> {
    detector: &'s Detector,
    /// Those of what the detector searches for.
    pairs: &'s Pairs,
    progress: &'s Progress,
    inventory: &'s Inventory,
    look_up: LookUp<'s>,
    stream: StreamSearch,
    found: Found,
}

/// What a search has found.
#[derive(Default)]
pub(super) struct Found {
    /// Each token once: a leak that nobody mended is in every later version of its file.
    pub(super) tokens: Tokens,
    pub(super) hits: Vec<ObjectHit>,
    pub(super) mentioned: Mentioned,
    /// Objects that were inflated and make no sense.
    pub(super) malformed: Vec<(ObjectId, ObjectKind)>,
}

impl Found {
    /// Searches the content of an object that is no tree. True when the literal shows up in it.
    pub(super) fn search(
        &mut self,
        detector: &Detector,
        object: &Object<'_>,
        content: &[u8],
    ) -> bool {
        if !detector.suspects(content) {
            return false;
        }
        let mut message = None;
        let mut lines = LineCounter::default();
        for hit in detector.hits(content) {
            let start = match object.kind {
                ObjectKind::Blob => 0,
                _ => *message.get_or_insert_with(|| message_start(content)),
            };
            let position =
                hit.start.checked_sub(start).map(|at| lines.position(&content[start..], at));
            let part = match (object.kind, position) {
                (ObjectKind::Commit, Some(position)) => Part::CommitMessage(position),
                (ObjectKind::Commit, None) => Part::CommitHeader,
                (ObjectKind::Tag, Some(position)) => Part::TagMessage(position),
                (ObjectKind::Tag, None) => Part::TagHeader,
                (ObjectKind::Blob | ObjectKind::Tree, Some(position)) => Part::Blob(position),
                (ObjectKind::Blob | ObjectKind::Tree, None) => continue,
            };
            self.add(object, part, hit.token);
        }
        true
    }

    /// Searches the name of a tree's entry.
    pub(super) fn search_name(&mut self, detector: &Detector, object: &Object<'_>, name: &[u8]) {
        if name.len() >= MIN_LEN {
            for hit in detector.hits(name) {
                self.add(object, Part::Name(name.to_vec()), hit.token);
            }
        }
    }

    fn add(&mut self, object: &Object<'_>, part: Part, token: AccessToken) {
        let token = self.tokens.number(token);
        self.hits.push(ObjectHit { object: object.id(), part, token });
    }

    pub(super) fn merge(&mut self, other: Self) {
        let numbers: Vec<u32> =
            other.tokens.list.into_iter().map(|token| self.tokens.number(token)).collect();
        self.hits.extend(
            other
                .hits
                .into_iter()
                .map(|hit| ObjectHit { token: numbers[hit.token as usize], ..hit }),
        );
        self.mentioned.merge(other.mentioned);
        self.malformed.extend(other.malformed);
    }
}

/// The tokens that were found, numbered.
#[derive(Default)]
pub(super) struct Tokens {
    pub(super) list: Vec<AccessToken>,
    numbers: HashMap<AccessToken, u32>,
}

impl Tokens {
    fn number(&mut self, token: AccessToken) -> u32 {
        let next = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        *self.numbers.entry(token).or_insert_with_key(|token| {
            self.list.push(token.clone());
            next
        })
    }
}

impl<'s> Search<'s> {
    pub(super) fn new(
        detector: &'s Detector,
        pairs: &'s Pairs,
        inventory: &'s Inventory,
        hash: HashKind,
        progress: &'s Progress,
    ) -> Self {
        Self {
            detector,
            pairs,
            progress,
            inventory,
            look_up: LookUp::new(inventory, hash),
            stream: StreamSearch::default(),
            found: Found::default(),
        }
    }

    pub(super) fn finish(mut self) -> Found {
        self.found.mentioned = self.look_up.finish();
        self.found
    }

    /// Looks up what the object names. False when it does not make sense.
    fn follow(&mut self, object: &Object<'_>, content: &[u8]) -> bool {
        let Some(ordinal) = self.inventory.ordinal(object) else { return false };
        match object.kind {
            // Trees come with their entries.
            ObjectKind::Blob | ObjectKind::Tree => true,
            ObjectKind::Commit => self.look_up.commit(ordinal, content),
            ObjectKind::Tag => self.look_up.tag(ordinal, content),
        }
    }

    /// Searches the names, and looks up what they name. True when a name holds a token.
    fn entries(&mut self, object: &Object<'_>, content: &[u8], view: &TreeView<'_>) -> bool {
        let before = self.found.hits.len();
        let Some(ordinal) = self.inventory.ordinal(object) else { return true };
        for entry in view.entries {
            if !entry.is_gitlink(content) {
                self.look_up.entry(ordinal, entry.id(content), entry.is_directory(content));
            }
            self.found.search_name(self.detector, object, entry.name(content));
        }
        if view.is_damaged {
            self.found.malformed.push((object.id(), ObjectKind::Tree));
        }
        self.progress.found((self.found.hits.len() - before) as u64);
        self.found.hits.len() > before
    }
}

impl Visit for Search<'_> {
    const INCREMENTAL: bool = true;

    fn whole(&mut self, object: &Object<'_>, content: &[u8]) -> bool {
        if !self.follow(object, content) {
            self.found.malformed.push((object.id(), object.kind));
        }
        let before = self.found.hits.len();
        let is_suspect = self.found.search(self.detector, object, content);
        self.progress.found((self.found.hits.len() - before) as u64);
        is_suspect
    }

    fn pairs(&self) -> Option<&Pairs> {
        Some(self.pairs)
    }

    fn inserted(&mut self, delta: &[u8]) -> bool {
        self.detector.suspects(delta)
    }

    fn tree(&mut self, object: &Object<'_>, content: &[u8], view: &TreeView<'_>) -> bool {
        self.entries(object, content, view)
    }

    fn piece(&mut self, object: &Object<'_>, offset: u64, piece: &[u8]) {
        if offset == 0 {
            self.stream = StreamSearch::default();
        }
        let before = self.found.hits.len();
        self.stream.push(self.detector, object, piece, &mut self.found);
        self.progress.found((self.found.hits.len() - before) as u64);
    }

    fn end(&mut self, object: &Object<'_>) {
        let before = self.found.hits.len();
        self.stream.flush(self.detector, object, &mut self.found);
        self.progress.found((self.found.hits.len() - before) as u64);
    }
}

/// Every token in a file's content, and where it begins.
pub(super) fn tokens_in<'t>(
    detector: &'t Detector,
    content: &'t [u8],
) -> impl Iterator<Item = (Position, AccessToken)> + 't {
    let mut lines = LineCounter::default();
    detector.hits(content).map(move |hit| (lines.position(content, hit.start), hit.token))
}

/// Searches a blob that comes in pieces, as if it were whole.
#[derive(Default)]
struct StreamSearch {
    /// The pieces that were not searched yet, behind what the left boundary needs to see.
    window: Vec<u8>,
    /// Where in the blob the window begins.
    start: u64,
    /// How many bytes of the window were searched for the start of a token.
    searched: usize,
    /// Line endings before the window, and where the line that the window begins in begins.
    lines: u64,
    line_start: u64,
}

impl StreamSearch {
    /// Short pieces wait for more: a search has a fixed price.
    const BATCH: usize = 256 * 1024;

    fn push(&mut self, detector: &Detector, object: &Object<'_>, piece: &[u8], found: &mut Found) {
        self.window.extend_from_slice(piece);
        if self.window.len() < Self::BATCH {
            return;
        }
        // A token that begins in the last bytes may go on in the next piece.
        let certain = self.window.len() - (MAX_LEN + 1);
        self.search(detector, object, certain, found);
        let keep_from = certain.saturating_sub(LEFT_CONTEXT);
        let gone = &self.window[..keep_from];
        self.lines += memchr::memchr_iter(b'\n', gone).count() as u64;
        if let Some(last) = memchr::memrchr(b'\n', gone) {
            self.line_start = self.start + last as u64 + 1;
        }
        self.start += keep_from as u64;
        self.searched = certain - keep_from;
        self.window.drain(..keep_from);
    }

    fn flush(&mut self, detector: &Detector, object: &Object<'_>, found: &mut Found) {
        self.search(detector, object, self.window.len(), found);
        *self = Self::default();
    }

    /// Reports the tokens that begin before `end` and were not reported.
    fn search(&self, detector: &Detector, object: &Object<'_>, end: usize, found: &mut Found) {
        let mut lines = LineCounter::default();
        for hit in detector.hits(&self.window) {
            if hit.start < self.searched || hit.start >= end {
                continue;
            }
            let Position { line, column } = lines.position(&self.window, hit.start);
            // The window's first line may have begun before the window.
            let before = if line == 1 { self.start - self.line_start } else { 0 };
            let part = Part::Blob(Position { line: self.lines + line, column: before + column });
            found.add(object, part, hit.token);
        }
    }
}

/// Counts lines up to ascending offsets of one text, each byte once.
#[derive(Default)]
struct LineCounter {
    counted: usize,
    lines: u64,
    line_start: usize,
}

impl LineCounter {
    fn position(&mut self, text: &[u8], offset: usize) -> Position {
        let new = &text[self.counted..offset];
        self.lines += memchr::memchr_iter(b'\n', new).count() as u64;
        if let Some(last) = memchr::memrchr(b'\n', new) {
            self.line_start = self.counted + last + 1;
        }
        self.counted = offset;
        Position { line: self.lines + 1, column: (offset - self.line_start) as u64 + 1 }
    }
}
