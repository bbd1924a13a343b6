//! Searches every stored object for leaks, and looks up what each names.

use super::content::{MAX_ARCHIVE, Tail, inspect, may_begin};
use super::found::Found;
use super::pieces::PieceSearch;
use crate::archive;
use crate::git::history::links::LookUp;
use crate::git::object::id::{HashKind, ObjectKind};
use crate::git::odb::{
    Inventory, Kinds, Object, ObjectSource as _, Pairs, TreeView, Unread, Visit,
};
use crate::git::progress::Progress;
use crate::rules::Detector;
use crate::scan::report::gap::ArchiveFault;

/// Searches every object, with as many threads. Returns too what cannot be read.
pub(crate) fn search_all(
    store: &Inventory,
    hash: HashKind,
    detector: &Detector,
    threads: usize,
    progress: &Progress,
) -> (Found, Vec<Unread>) {
    let pairs = detector.anchors().map(Pairs::of);
    let pairs = pairs.as_ref();
    let mut visitors: Vec<_> =
        (0..threads).map(|_| Search::new(detector, pairs, store, hash, progress)).collect();
    let unread = store.visit(Kinds::ALL, &mut visitors, progress);
    let mut found = Found::default();
    for visitor in visitors {
        found.merge(visitor.finish());
    }
    (found, unread)
}

/// One thread's search through objects.
struct Search<'s> {
    detector: &'s Detector,
    /// Those of what the detector searches for; `None` where every blob has to be seen whole.
    pairs: Option<&'s Pairs>,
    progress: &'s Progress,
    inventory: &'s Inventory,
    look_up: LookUp<'s>,
    large: Large,
    found: Found,
}

impl<'s> Search<'s> {
    fn new(
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

    fn finish(mut self) -> Found {
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
        self.found.add(object, hits);
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
        let before = self.found.count();
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
        self.progress.found(self.found.count() - before);
        self.found.count() > before
    }
}

impl Visit for Search<'_> {
    const INCREMENTAL: bool = true;

    fn whole(&mut self, object: &Object<'_>, content: &[u8]) -> bool {
        if !self.follow(object, content) {
            self.found.malformed.push((object.id(), object.kind));
        }
        let before = self.found.count();
        let is_suspect = self.found.search(self.detector, object, content);
        self.progress.found(self.found.count() - before);
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
        let before = self.found.count();
        match std::mem::take(&mut self.large) {
            Large::Text(search, tail) => {
                let mut hits = Vec::new();
                search.finish(self.detector, &mut hits);
                self.found.add(object, hits);
                self.found.unopened.extend(tail.unopened().map(|fault| (object.id(), fault)));
            }
            Large::Archive(content) => {
                self.found.add_inspection(object, inspect(self.detector, &content));
            }
        }
        self.progress.found(self.found.count() - before);
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
