//! Describes what a scan did not read, as data: what kind of thing, which one, and why.

use crate::archive::{Format, Reason};
use crate::git::gap::{Cause, Gap, Subject};
use crate::git::object::id::ObjectId;
use crate::git::refs::revision::{RevisionError, RevisionProblem};
use crate::git::repository::locate::LocateError;

/// A kind of thing that a scan could not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum GapKind {
    /// A repository as a whole.
    Repository,
    /// An object that is stored but damaged.
    Object,
    /// An object that is named and not stored.
    MissingObject,
    /// An object that is named and not stored, which the remote of a partial clone has promised to
    /// deliver.
    PromisedObject,
    /// A pack or its index.
    Pack,
    /// A directory.
    Directory,
    /// A file of the git directory.
    File,
    /// The object directory of another repository.
    Alternate,
    /// A ref.
    Ref,
    /// The history before a shallow clone's boundary.
    ShallowBoundary,
    /// A revision that names nothing.
    Revision,
    /// An archive, or something in it.
    Archive,
}

impl GapKind {
    /// The name as it stands in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Repository => "repository",
            Self::Object => "object",
            Self::MissingObject | Self::PromisedObject => "missing-object",
            Self::Pack => "pack",
            Self::Directory => "directory",
            Self::File => "file",
            Self::Alternate => "alternate",
            Self::Ref => "ref",
            Self::ShallowBoundary => "shallow-boundary",
            Self::Revision => "revision",
            Self::Archive => "archive",
        }
    }
}

/// One thing that a scan did not read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Skipped {
    /// What kind of thing.
    pub kind: GapKind,
    /// Which one. Text in it may come from the repository; whoever shows it escapes it.
    pub subject: Subject,
    /// Why.
    pub cause: SkipCause,
    /// Of an archive among the objects: a path at which a commit has it.
    pub path: Option<String>,
}

/// Why a scan did not read something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum SkipCause {
    /// The repository has a gap.
    Git(Cause),
    /// An archive was not opened, or not all of it.
    Archive(ArchiveFault),
    /// A revision names nothing.
    Revision {
        /// What is wrong with it.
        problem: RevisionProblem,
        /// Whether the repository is a shallow clone, which lacks most of its history.
        is_shallow: bool,
    },
    /// There is no repository at the path.
    NoRepository(LocateError),
    /// The repository has no working tree that could be read.
    NoWorktree,
    /// The index was named for one of several repositories, and not for which.
    AmbiguousIndex,
}

/// Why an archive was not opened, or not all of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ArchiveFault {
    /// It is too large.
    TooLarge,
    /// A zip file ends the content, and is too large.
    TooLargeAtEnd,
    /// Something in it was not read, or not to its end.
    Member {
        /// What had to be opened to get to it, the outermost first.
        chain: Vec<Format>,
        /// Its path in the archive; empty for the archive itself.
        member: String,
        /// Why.
        reason: Reason,
    },
    /// So many more members were not read.
    MoreMembers(u64),
}

impl Skipped {
    /// An archive, and a path at which a commit has it, where it is an object.
    pub(crate) fn archive(subject: Subject, fault: ArchiveFault, path: Option<String>) -> Self {
        Self { kind: GapKind::Archive, subject, cause: SkipCause::Archive(fault), path }
    }

    /// A repository without a working tree that could be read.
    pub(crate) fn no_worktree(repository: &str) -> Self {
        let subject = Subject::Path(repository.to_owned());
        Self { kind: GapKind::Directory, subject, cause: SkipCause::NoWorktree, path: None }
    }

    /// A path that is not in a repository, as it was given.
    pub fn no_repository(path: &str, error: LocateError) -> Self {
        let (subject, cause) = (Subject::Path(path.to_owned()), SkipCause::NoRepository(error));
        Self { kind: GapKind::Repository, subject, cause, path: None }
    }

    /// An index that was named for one of several repositories.
    pub fn ambiguous_index(path: &str) -> Self {
        let subject = Subject::Path(path.to_owned());
        Self { kind: GapKind::File, subject, cause: SkipCause::AmbiguousIndex, path: None }
    }

    /// The object that was not read, where it is one.
    pub fn object(&self) -> Option<ObjectId> {
        match self.subject {
            Subject::Object(id) => Some(id),
            _ => None,
        }
    }

    /// The texts in it that may come from the repository.
    pub(crate) fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        let (cause, subject_of_cause) = match &mut self.cause {
            SkipCause::Git(cause) => (cause.text_mut(), None),
            SkipCause::Archive(ArchiveFault::Member { member, .. }) => (Some(member), None),
            SkipCause::Revision { problem: RevisionProblem::BadRef(gap), .. } => {
                (gap.cause.text_mut(), gap.subject.text_mut())
            }
            SkipCause::NoRepository(
                LocateError::Path { path, .. } | LocateError::NotARepository { path },
            ) => (Some(path), None),
            _ => (None, None),
        };
        let texts = [self.subject.text_mut(), cause, subject_of_cause, self.path.as_mut()];
        texts.into_iter().flatten()
    }
}

impl From<Gap> for Skipped {
    fn from(Gap { subject, cause }: Gap) -> Self {
        let kind = match &cause {
            Cause::Layout(_) => GapKind::Repository,
            Cause::Object { .. } => GapKind::Object,
            Cause::NotStored(_) => GapKind::MissingObject,
            Cause::NotFetched(_) => GapKind::PromisedObject,
            Cause::Pack(_) => GapKind::Pack,
            Cause::Unlistable(_) | Cause::ForeignIds => GapKind::Directory,
            Cause::Unreadable(_) | Cause::ShallowFile | Cause::Index(_) | Cause::Config(_) => {
                GapKind::File
            }
            Cause::Alternate(_) => GapKind::Alternate,
            Cause::Ref(_) => GapKind::Ref,
            Cause::Shallow { .. } => GapKind::ShallowBoundary,
        };
        Self { kind, subject, cause: SkipCause::Git(cause), path: None }
    }
}

impl From<RevisionError> for Skipped {
    fn from(RevisionError { revision, problem, is_shallow }: RevisionError) -> Self {
        let (subject, cause) =
            (Subject::Name(revision), SkipCause::Revision { problem, is_shallow });
        Self { kind: GapKind::Revision, subject, cause, path: None }
    }
}
