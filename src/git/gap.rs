//! Describes what of a repository cannot be read, as data: what it is, and why.
//!
//! Texts in it may come from the repository. Whoever shows them escapes them.

use std::fmt;
use std::path::Path;

use crate::bytes::to_text;
use crate::git::object::id::{ObjectId, ObjectKind};

/// One thing of a repository that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// What cannot be read.
    pub subject: Subject,
    /// Why.
    pub cause: Cause,
}

impl Gap {
    pub(crate) fn new(subject: Subject, cause: Cause) -> Self {
        Self { subject, cause }
    }

    /// A file that the system does not let us read.
    pub(crate) fn unreadable(path: &Path, error: &std::io::Error) -> Self {
        Self::new(Subject::path(path), Cause::Unreadable(error.to_string()))
    }

    /// A directory that the system does not list.
    pub(crate) fn unlistable(path: &Path, error: &std::io::Error) -> Self {
        Self::new(Subject::path(path), Cause::Unlistable(error.to_string()))
    }

    /// A ref or a file of refs.
    pub(crate) fn of_ref(subject: Subject, fault: RefFault) -> Self {
        Self::new(subject, Cause::Ref(fault))
    }
}

/// What cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Subject {
    /// An object.
    Object(ObjectId),
    /// A file or directory.
    Path(String),
    /// A ref or revision.
    Name(String),
}

impl Subject {
    pub(crate) fn path(path: &Path) -> Self {
        Self::Path(path.display().to_string())
    }

    pub(crate) fn name(name: &[u8]) -> Self {
        Self::Name(to_text(name))
    }

    /// The text in it, which may come from the repository.
    pub(crate) fn text_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::Object(_) => None,
            Self::Path(text) | Self::Name(text) => Some(text),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Object(id) => id.fmt(f),
            Self::Path(text) | Self::Name(text) => f.write_str(text),
        }
    }
}

/// Why something of a repository cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Cause {
    /// A file cannot be read. The text is the system's reason.
    Unreadable(String),
    /// A directory cannot be listed. The text is the system's reason.
    Unlistable(String),
    /// A directory has objects whose names are ids of another hash than the repository's.
    ForeignIds,
    /// An object is stored and cannot be used.
    Object {
        /// What is wrong with it.
        fault: ObjectFault,
        /// What leads to it, where that is known.
        referrer: Option<Referrer>,
    },
    /// An object is named and not stored.
    NotStored(Referrer),
    /// An object is named and not stored. The remote of a partial clone has promised to deliver it.
    NotFetched(Referrer),
    /// The history before a shallow clone's boundary was not fetched.
    Shallow {
        /// How many commits the boundary has.
        commits: usize,
    },
    /// The file that lists the commits of a shallow clone's boundary has a damaged line.
    ShallowFile,
    /// A pack or its index is damaged.
    Pack(PackFault),
    /// The object directory of another repository, from which this one borrows, cannot be read.
    Alternate(AlternateFault),
    /// A ref or a file of refs is damaged.
    Ref(RefFault),
    /// An index is damaged.
    Index(IndexFault),
    /// The repository's configuration is damaged, so that git refuses the repository.
    Config(ConfigFault),
    /// The repository's configuration has this setting, which says in an unknown way where objects
    /// or refs are kept.
    Layout(String),
}

impl Cause {
    /// The text in it, which may come from the repository.
    pub(crate) fn text_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::Unreadable(text) | Self::Unlistable(text) | Self::Layout(text) => Some(text),
            Self::NotStored(referrer) | Self::NotFetched(referrer) => referrer.text_mut(),
            Self::Object { referrer, .. } => referrer.as_mut()?.text_mut(),
            _ => None,
        }
    }
}

/// What leads to an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Referrer {
    /// A ref, by its full name.
    Ref(String),
    /// The reflog of a ref.
    Reflog(String),
    /// An index, by its path.
    Index(String),
    /// A commit, whose tree it is.
    TreeOf(ObjectId),
    /// A commit, whose parent it is.
    ParentOf(ObjectId),
    /// A tag.
    Tag(ObjectId),
    /// A commit, at this path in its tree if that is known.
    Commit(ObjectId, Option<String>),
    /// A tree, at this path below it if that is known.
    Tree(ObjectId, Option<String>),
    /// A tree or tag that has no known place in the history.
    Unplaced,
    /// The current commit, or an index in which a directory stands for its files.
    HeadOrIndex,
    /// A file in the index, by its path.
    StagedFile(String),
    /// Whoever asks for it.
    Request,
}

impl Referrer {
    fn text_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::Ref(text) | Self::Reflog(text) | Self::Index(text) | Self::StagedFile(text) => {
                Some(text)
            }
            Self::Commit(_, path) | Self::Tree(_, path) => path.as_mut(),
            _ => None,
        }
    }
}

/// What is wrong with an object that is stored.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ObjectFault {
    /// The header of its pack entry or loose file is damaged.
    Header,
    /// Its packed bytes do not have the checksum that the index states.
    Checksum,
    /// Its compressed bytes do not inflate to what its header states.
    Inflate,
    /// Its delta does not fit its base.
    Delta,
    /// The object that its delta is against cannot be read or is not there.
    Base,
    /// Its content has another id.
    WrongId(ObjectId),
    /// It takes more memory than is allowed; its size in bytes.
    TooLarge(u64),
    /// Its file cannot be read. The text is the system's reason.
    File(String),
    /// It is not of the kind that its referrer states.
    Kind {
        /// What it is.
        found: ObjectKind,
        /// What its referrer states.
        wanted: ObjectKind,
    },
    /// Its content makes no sense.
    Malformed(ObjectKind),
    /// Its directories are nested deeper than they are followed.
    TooDeep,
}

/// What is wrong with a pack or its index.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum PackFault {
    /// The pack has no index.
    NoIndex,
    /// The pack cannot be read. The text is the system's reason.
    Unreadable(String),
    /// The index cannot be read. The text is the system's reason.
    UnreadableIndex(String),
    /// The tables of the index make no sense.
    Index,
    /// The file does not begin as a pack does.
    Magic,
    /// Another version of the format.
    Version(u32),
    /// The index points outside the pack, or twice to one entry.
    Offsets,
    /// The pack and its index do not hold as many objects.
    Count {
        /// How many the pack states.
        pack: u32,
        /// How many the index has.
        index: u32,
    },
    /// The index does not match its own checksum.
    IndexChecksum,
    /// The pack does not end with the checksum that its index states.
    OtherPack,
    /// The pack does not match its own checksum.
    Checksum,
}

/// Why an alternate object directory cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum AlternateFault {
    /// It cannot be reached. The text is the system's reason.
    Unreadable(String),
    /// It is not a directory.
    NotADirectory,
    /// More alternates were read than are allowed.
    TooMany,
    /// It is an alternate of an alternate, deeper than git follows.
    TooDeep,
}

/// What is wrong with a ref or a file of refs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum RefFault {
    /// The ref names no object.
    NoObject,
    /// The ref must be there and is not.
    Missing,
    /// Symbolic refs lead to one another.
    Circle,
    /// So many lines of `packed-refs` are damaged.
    Lines(u64),
    /// The file cannot be read. The text is the system's reason.
    Unreadable(String),
    /// The list of reftables is not there.
    NoTableList,
    /// The list of reftables is damaged.
    TableList,
    /// A reftable is listed and not there.
    NoTable,
    /// A reftable is not read because those before it are too large.
    TooMuch,
    /// A reftable is damaged.
    Table(TableFault),
}

/// What is wrong with a reftable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum TableFault {
    /// It does not begin or end as a table does.
    Magic,
    /// Another version of the format.
    Version(u8),
    /// It holds ids of another hash than the repository's.
    Hash,
    /// The end of the file does not have the checksum that it states, or another header.
    Footer,
    /// A block that makes no sense begins at this byte.
    Block(usize),
    /// Its names and logs take more than this many bytes.
    TooLarge(usize),
}

/// What is wrong with an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum IndexFault {
    /// The file is cut short.
    CutShort,
    /// The file is larger than 4 GiB.
    TooLarge,
    /// The file does not begin as an index does.
    Magic,
    /// Another version of the format.
    Version(u32),
    /// An entry is damaged.
    Entry,
    /// The entries are not in order.
    Order,
    /// The paths take more than 1 GiB.
    Paths,
    /// The paths have more directories than are followed.
    Directories,
    /// An extension is damaged.
    Extension,
    /// An extension is unknown, and git wants it to be known.
    UnknownExtension,
    /// The file does not match its own checksum.
    Checksum,
    /// The link between the parts of a split index is damaged.
    Link,
    /// The shared part of a split index is not the one that its name says.
    OtherPart,
    /// The shared part of a split index is split once more.
    SplitPart,
}

/// What is damaged in a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ConfigFault {
    /// A line that is no setting, section or comment.
    Line,
    /// A setting.
    Setting,
    /// The name of a section.
    Section,
    /// A value.
    Value,
}
