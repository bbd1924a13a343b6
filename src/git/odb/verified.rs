//! Single objects by their ids.
//!
//! A scan of everything reads everything under whatever id it is stored. Where an id decides what
//! is read, a pack whose index tells wrong ids could hide what it likes: an old commit under the id
//! of which stands one that has the new ones as its parents. So each object's content is held
//! against its id, which [`ObjectStore::read`] does.

use std::fmt;

use crate::git::object::id::{HashKind, ObjectId, ObjectKind};
use crate::git::odb::{ObjectStore, UnreadReason};

/// A store's objects, each checked when it is read.
#[derive(Clone, Copy)]
pub(crate) struct Verified<'s> {
    store: &'s ObjectStore,
    pub(crate) hash: HashKind,
}

/// Why there is no object to work with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Lack {
    /// It is not stored.
    Missing,
    /// It is stored and cannot be read.
    Unread(UnreadReason),
    /// It is not of the kind that what names it says.
    Kind { found: ObjectKind, wanted: ObjectKind },
    /// It was read and makes no sense.
    Malformed(ObjectKind),
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("it is not stored here"),
            Self::Unread(reason) => reason.fmt(f),
            Self::Kind { found, wanted } => {
                write!(f, "it is a {}, and named as a {}", found.name(), wanted.name())
            }
            Self::Malformed(kind) => write!(f, "the {} is damaged", kind.name()),
        }
    }
}

impl<'s> Verified<'s> {
    pub(crate) fn new(store: &'s ObjectStore, hash: HashKind) -> Self {
        Self { store, hash }
    }

    /// Whether an object is stored under this id, whatever it is.
    pub(crate) fn contains(&self, id: &ObjectId) -> bool {
        self.store.contains(id)
    }

    /// The ids that begin with these hex digits.
    pub(crate) fn starting_with(&self, digits: &str) -> Vec<ObjectId> {
        self.store.starting_with(digits)
    }

    /// Reads an object.
    pub(crate) fn read(&self, id: &ObjectId) -> Result<(ObjectKind, Vec<u8>), Lack> {
        self.store.read(id).map_err(Lack::Unread)?.ok_or(Lack::Missing)
    }

    /// Reads a tag; `None` when the object is none, which its header tells, or cannot be read.
    pub(crate) fn read_tag(&self, id: &ObjectId) -> Option<Vec<u8>> {
        let may_be = self.store.kind(id).is_none_or(|kind| kind == ObjectKind::Tag);
        may_be.then(|| self.read_as(id, ObjectKind::Tag).ok())?
    }

    /// Reads an object that must be of this kind.
    pub(crate) fn read_as(&self, id: &ObjectId, wanted: ObjectKind) -> Result<Vec<u8>, Lack> {
        match self.read(id)? {
            (kind, content) if kind == wanted => Ok(content),
            (found, _) => Err(Lack::Kind { found, wanted }),
        }
    }
}
