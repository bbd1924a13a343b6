//! Each object → the tokens in it, and the objects that it names and that are not stored.

use std::collections::HashMap;
use std::sync::Arc;

use super::content::{Inspection, MAX_ARCHIVE, Tail, inspect, is_suspect, may_begin};
use super::pieces::{PieceSearch, TextHit};
use crate::archive;
use crate::git::history::links::{LookUp, Mentioned};
use crate::git::object::id::{HashKind, ObjectId, ObjectKind};
use crate::git::object::tree::message_start;
use crate::git::odb::{Inventory, Object, Pairs, TreeView, Visit};
use crate::git::progress::Progress;
use crate::rules::{Detector, Leak};
use crate::scan::report::gap::ArchiveFault;

/// A token in an object.
#[derive(Clone, Debug)]
pub(crate) struct ObjectHit {
    pub(crate) object: ObjectId,
    pub(crate) part: Part,
    /// Its number in [`Found::tokens`].
    pub(crate) token: u32,
    /// How it is written there, the outermost encoding first.
    pub(crate) encoding: Box<[&'static str]>,
    /// The member of an archive that holds it.
    pub(crate) member: Option<Arc<[u8]>>,
}

/// Where in an object a token stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
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
pub(crate) struct Position {
    pub(crate) line: u64,
    pub(crate) column: u64,
}

/// One thread's search through objects.
pub(crate) struct Search<'s> {
    detector: &'s Detector,
    /// Those of what the detector searches for; `None` where every blob has to be seen whole.
    pairs: Option<&'s Pairs>,
    progress: &'s Progress,
    inventory: &'s Inventory,
    look_up: LookUp<'s>,
    large: Large,
    found: Found,
}

/// What a search has found.
#[derive(Default)]
pub(crate) struct Found {
    /// Each token once: a leak that nobody mended is in every later version of its file.
    pub(crate) tokens: Tokens,
    pub(crate) hits: Vec<ObjectHit>,
    pub(crate) mentioned: Mentioned,
    /// Objects that were inflated and make no sense.
    pub(crate) malformed: Vec<(ObjectId, ObjectKind)>,
    /// Blobs that are archives and were not read whole, and why.
    pub(crate) unopened: Vec<(ObjectId, ArchiveFault)>,
}

impl Found {
    /// Searches the content of an object that is no tree. True when the literal shows up in it.
    pub(crate) fn search(
        &mut self,
        detector: &Detector,
        object: &Object<'_>,
        content: &[u8],
    ) -> bool {
        if !is_suspect(detector, content) {
            return false;
        }
        let inspection = inspect(detector, content);
        match object.kind {
            ObjectKind::Blob => self.add_inspection(object, inspection, Part::Blob),
            kind => {
                let message = Message::of(content);
                self.add_inspection(object, inspection, |position| message.part(kind, position));
            }
        }
        true
    }

    /// Searches the name of a tree's entry.
    pub(crate) fn search_name(&mut self, detector: &Detector, object: &Object<'_>, name: &[u8]) {
        if name.len() >= detector.min_len() && is_suspect(detector, name) {
            let hits = inspect(detector, name).hits;
            self.add_texts(object, hits, |_| Part::Name(name.to_vec()));
        }
    }

    /// Adds what an object holds.
    fn add_inspection(
        &mut self,
        object: &Object<'_>,
        inspection: Inspection,
        part: impl Fn(Position) -> Part,
    ) {
        let unopened = inspection.unopened.into_iter();
        self.unopened.extend(unopened.map(|fault| (object.id(), fault)));
        self.add_texts(object, inspection.hits, part);
    }

    fn add_texts(
        &mut self,
        object: &Object<'_>,
        hits: Vec<TextHit>,
        part: impl Fn(Position) -> Part,
    ) {
        for hit in hits {
            self.hits.push(ObjectHit {
                object: object.id(),
                part: part(hit.position),
                token: self.tokens.number(hit.leak),
                encoding: hit.encoding.into_boxed_slice(),
                member: hit.member,
            });
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
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
        self.unopened.extend(other.unopened);
    }
}

/// Where the message of a commit or tag begins.
struct Message {
    header_lines: u64,
}

impl Message {
    fn of(content: &[u8]) -> Self {
        let start = message_start(content);
        if start == content.len() {
            return Self { header_lines: u64::MAX };
        }
        Self { header_lines: memchr::memchr_iter(b'\n', &content[..start]).count() as u64 }
    }

    /// What part of the object a position in it belongs to.
    fn part(&self, kind: ObjectKind, Position { line, column }: Position) -> Part {
        let in_message = line.checked_sub(self.header_lines).filter(|&line| line > 0);
        match (kind, in_message) {
            (ObjectKind::Commit, Some(line)) => Part::CommitMessage(Position { line, column }),
            (ObjectKind::Commit, None) => Part::CommitHeader,
            (_, Some(line)) => Part::TagMessage(Position { line, column }),
            (_, None) => Part::TagHeader,
        }
    }
}

/// The tokens that were found, numbered.
#[derive(Default)]
pub(crate) struct Tokens {
    pub(crate) list: Vec<Leak>,
    numbers: HashMap<Leak, u32>,
}

impl Tokens {
    fn number(&mut self, token: Leak) -> u32 {
        let next = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        *self.numbers.entry(token).or_insert_with_key(|token| {
            self.list.push(token.clone());
            next
        })
    }
}

impl<'s> Search<'s> {
    pub(crate) fn new(
        detector: &'s Detector,
        pairs: Option<&'s Pairs>,
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
            large: Large::default(),
            found: Found::default(),
        }
    }

    pub(crate) fn finish(mut self) -> Found {
        self.found.mentioned = self.look_up.finish();
        self.found
    }

    /// Searches the next piece of a blob that is no archive.
    fn piece_of_text(&mut self, object: &Object<'_>, piece: &[u8]) {
        let Large::Text(search, tail) = &mut self.large else { return };
        let mut hits = Vec::new();
        search.push(self.detector, piece, &mut hits);
        tail.push(piece);
        self.progress.found(hits.len() as u64);
        self.found.add_texts(object, hits, Part::Blob);
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
        self.pairs
    }

    fn begins(&self, start: &[u8]) -> bool {
        may_begin(start)
    }

    fn inserted(&self, delta: &[u8]) -> bool {
        self.detector.suspects(delta)
    }

    fn tree(&mut self, object: &Object<'_>, content: &[u8], view: &TreeView<'_>) -> bool {
        self.entries(object, content, view)
    }

    fn piece(&mut self, object: &Object<'_>, offset: u64, piece: &[u8]) {
        if offset == 0 {
            self.large = Large::beginning_with(piece);
        }
        if let Large::Archive(content) = &mut self.large
            && (content.len() + piece.len()) as u64 > MAX_ARCHIVE
        {
            // Its bytes are searched as they are.
            let content = std::mem::take(content);
            self.large = Large::default();
            self.found.unopened.push((object.id(), ArchiveFault::TooLarge));
            self.piece_of_text(object, &content);
        }
        match &mut self.large {
            Large::Text(..) => self.piece_of_text(object, piece),
            Large::Archive(content) => content.extend_from_slice(piece),
        }
    }

    fn end(&mut self, object: &Object<'_>) {
        let before = self.found.hits.len();
        match std::mem::take(&mut self.large) {
            Large::Text(search, tail) => {
                let mut hits = Vec::new();
                search.finish(self.detector, &mut hits);
                self.found.add_texts(object, hits, Part::Blob);
                self.found.unopened.extend(tail.unopened().map(|fault| (object.id(), fault)));
            }
            Large::Archive(content) => {
                self.found.add_inspection(object, inspect(self.detector, &content), Part::Blob);
            }
        }
        self.progress.found((self.found.hits.len() - before) as u64);
    }
}

/// A blob that comes in pieces.
enum Large {
    Text(PieceSearch, Tail),
    /// An archive, which is opened when it is whole.
    Archive(Vec<u8>),
}

impl Large {
    fn beginning_with(piece: &[u8]) -> Self {
        if archive::may_begin(piece) || archive::format_of(piece).is_some() {
            Self::Archive(Vec::new())
        } else {
            Self::default()
        }
    }
}

impl Default for Large {
    fn default() -> Self {
        Self::Text(PieceSearch::default(), Tail::default())
    }
}
