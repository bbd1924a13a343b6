//! Says what was read, and what was not.

use super::gap::{GapKind, Skipped};
use crate::git::object::id::ObjectId;

/// A kind of thing that is no gap, and that the reader of the report may want to know of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Noted {
    /// A submodule that is declared, and whose repository is not stored here.
    AbsentSubmodule,
    /// Files of Git LFS that are not stored here.
    AbsentLfsFiles,
    /// A symbolic link in the git directory, which is not followed.
    Link,
    /// A pipe, socket or device, which holds nothing and is never opened.
    SpecialFile,
    /// A repository in the working tree that is no submodule.
    NestedRepository,
    /// What an operation that broke off has left beside the objects, compressed.
    Leftover,
    /// More notes than are listed.
    More,
}

impl Noted {
    /// The name as it stands in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AbsentSubmodule => "absent-submodule",
            Self::AbsentLfsFiles => "absent-lfs-files",
            Self::Link => "link",
            Self::SpecialFile => "special-file",
            Self::NestedRepository => "nested-repository",
            Self::Leftover => "leftover",
            Self::More => "more",
        }
    }
}

/// Gaps with which a scan may still be called clean, each by its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Accepted {
    /// The history before a shallow clone's boundary.
    pub shallow: bool,
    /// What the remote of a partial clone has promised.
    pub promised: bool,
    /// These objects: missing, damaged, or archives that cannot be opened.
    pub objects: Vec<ObjectId>,
}

impl Accepted {
    /// No gap is accepted.
    pub fn none() -> Self {
        Self::default()
    }

    /// Whether the history before a shallow clone's boundary may be missing.
    #[must_use]
    pub fn shallow(self, shallow: bool) -> Self {
        Self { shallow, ..self }
    }

    /// Whether what the remote of a partial clone has promised may be missing.
    #[must_use]
    pub fn promised(self, promised: bool) -> Self {
        Self { promised, ..self }
    }

    /// These objects may be missing, damaged, or archives that cannot be opened.
    #[must_use]
    pub fn objects(self, objects: Vec<ObjectId>) -> Self {
        Self { objects, ..self }
    }

    fn covers(&self, gap: &Skipped) -> bool {
        let is_named = || gap.object().is_some_and(|id| self.objects.contains(&id));
        match gap.kind {
            GapKind::ShallowBoundary => self.shallow,
            GapKind::PromisedObject => self.promised || is_named(),
            GapKind::MissingObject | GapKind::Object | GapKind::Archive => is_named(),
            _ => false,
        }
    }
}

/// Something that was left alone, rightly: what was asked for was read without it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Note {
    /// What kind of thing.
    pub what: Noted,
    /// Which one: a path or a name.
    pub id: String,
    /// Why it was left alone.
    pub reason: String,
}

impl Note {
    /// Text in `id` and `reason` may come from the repository; whoever shows it escapes it.
    pub fn new(what: Noted, id: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { what, id: id.into(), reason: reason.into() }
    }
}

/// What a scan has read, and what it could not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Coverage {
    /// How many different objects were read.
    pub objects: u64,
    /// How many bytes they have, inflated and with deltas resolved.
    pub bytes: u64,
    /// How many files these are, where only staged files were asked for.
    pub staged_files: Option<u64>,
    /// How many commits the ranges have that were asked for.
    pub commits: Option<u64>,
    /// How many files of git directories were read besides the objects, where everything was asked
    /// for.
    pub files: Option<u64>,
    /// How many files of working trees were read, where they were asked for.
    pub worktree_files: Option<u64>,
    /// What could not be read.
    pub skipped: Vec<Skipped>,
    /// What was left alone, rightly.
    pub notes: Vec<Note>,
    /// What could not be read either, and was accepted by whoever asked for the scan.
    pub accepted: Vec<Skipped>,
    /// Whether a leaked object stands at more paths than are listed, or deeper. All of it was read;
    /// only the list of places is not whole.
    pub has_unlisted_places: bool,
    /// How many of the objects were read by an earlier scan, and not by this one, because they have
    /// not changed.
    pub known_objects: u64,
}

impl Coverage {
    /// Adds what was read of another repository.
    pub(crate) fn add(&mut self, other: Self) {
        self.objects += other.objects;
        self.bytes += other.bytes;
        let sum = |one: Option<u64>, other: Option<u64>| match (one, other) {
            (None, count) | (count, None) => count,
            (Some(one), Some(other)) => Some(one + other),
        };
        self.staged_files = sum(self.staged_files, other.staged_files);
        self.commits = sum(self.commits, other.commits);
        self.files = sum(self.files, other.files);
        self.worktree_files = sum(self.worktree_files, other.worktree_files);
        self.skipped.extend(other.skipped);
        self.notes.extend(other.notes);
        self.accepted.extend(other.accepted);
        self.has_unlisted_places |= other.has_unlisted_places;
        self.known_objects += other.known_objects;
    }

    /// Puts gaps and notes in order, each gap once.
    pub(crate) fn sort(&mut self) {
        self.skipped.sort();
        self.skipped.dedup();
        self.notes.sort();
    }

    /// Whether everything was read. What was accepted was not.
    pub fn is_complete(&self) -> bool {
        self.skipped.is_empty() && self.accepted.is_empty()
    }

    /// Moves the gaps that are accepted away from those that make a scan incomplete.
    pub fn accept(&mut self, accepted: &Accepted) {
        let skipped = std::mem::take(&mut self.skipped);
        let (accepted, skipped) = skipped.into_iter().partition(|gap| accepted.covers(gap));
        self.skipped = skipped;
        self.accepted.extend::<Vec<_>>(accepted);
    }
}
