//! Gathers the hits of objects.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::content::{Inspection, inspect, is_suspect};
use super::hit::{Hit, Part, Position};
use crate::git::history::links::Mentioned;
use crate::git::object::id::{ObjectId, ObjectKind};
use crate::git::object::tree::message_start;
use crate::git::odb::Object;
use crate::rules::{Detector, Leak};
use crate::scan::report::gap::ArchiveFault;

/// What a search through objects has found.
#[derive(Default)]
pub(crate) struct Found {
    /// By the object that holds them.
    pub(crate) hits: BTreeMap<ObjectId, Vec<Hit>>,
    pub(crate) mentioned: Mentioned,
    /// Objects that were inflated and make no sense.
    pub(crate) malformed: Vec<(ObjectId, ObjectKind)>,
    /// Blobs that are archives and were not read whole, and why.
    pub(crate) unopened: Vec<(ObjectId, ArchiveFault)>,
    /// Each leak once: one that nobody removed is in every later version of its file.
    leaks: HashSet<Arc<Leak>>,
    count: u64,
}

impl Found {
    /// How many hits were added.
    pub(crate) const fn count(&self) -> u64 {
        self.count
    }

    /// Whether there is nothing to attribute.
    pub(crate) fn is_empty(&self) -> bool {
        self.hits.is_empty() && self.unopened.is_empty()
    }

    /// The names that have hits, each with its tree.
    pub(crate) fn names(&self) -> impl Iterator<Item = (ObjectId, Box<[u8]>)> {
        self.hits.iter().flat_map(|(&tree, hits)| {
            hits.iter().filter_map(move |hit| match &hit.part {
                Part::Name(name) => Some((tree, name.clone())),
                _ => None,
            })
        })
    }

    /// Searches the content of an object that is no tree. True when it may hold something, so that
    /// what is stored as a delta against it may as well.
    pub(crate) fn search(
        &mut self,
        detector: &Detector,
        object: &Object<'_>,
        content: &[u8],
    ) -> bool {
        if !is_suspect(detector, content) {
            return false;
        }
        let mut inspection = inspect(detector, content);
        if object.kind != ObjectKind::Blob && !inspection.hits.is_empty() {
            let message = Message::of(content);
            for hit in &mut inspection.hits {
                if let Part::Content(position) = hit.part {
                    hit.part = message.part(object.kind, position);
                }
            }
        }
        self.add_inspection(object, inspection);
        true
    }

    /// Searches the name of a tree's entry.
    pub(crate) fn search_name(&mut self, detector: &Detector, object: &Object<'_>, name: &[u8]) {
        if name.len() >= detector.min_len() && is_suspect(detector, name) {
            let mut hits = inspect(detector, name).hits;
            for hit in &mut hits {
                hit.part = Part::Name(name.into());
            }
            self.add(object, hits);
        }
    }

    /// Adds what an object holds.
    pub(crate) fn add_inspection(&mut self, object: &Object<'_>, inspection: Inspection) {
        let unopened = inspection.unopened.into_iter();
        self.unopened.extend(unopened.map(|fault| (object.id(), fault)));
        self.add(object, inspection.hits);
    }

    /// Adds hits of an object.
    pub(crate) fn add(&mut self, object: &Object<'_>, mut hits: Vec<Hit>) {
        if hits.is_empty() {
            return;
        }
        self.count += hits.len() as u64;
        for hit in &mut hits {
            match self.leaks.get(&hit.leak) {
                Some(known) => hit.leak = Arc::clone(known),
                None => drop(self.leaks.insert(Arc::clone(&hit.leak))),
            }
        }
        self.hits.entry(object.id()).or_default().append(&mut hits);
    }

    /// Adds what another search has found.
    pub(crate) fn merge(&mut self, other: Self) {
        for (object, mut hits) in other.hits {
            self.hits.entry(object).or_default().append(&mut hits);
        }
        self.mentioned.merge(other.mentioned);
        self.malformed.extend(other.malformed);
        self.unopened.extend(other.unopened);
        self.count += other.count;
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

    /// The part of the object that a position in it belongs to.
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
