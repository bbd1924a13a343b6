//! Single objects by their ids.
//!
//! A scan of everything reads everything under whatever id it is stored. Where an id decides what
//! is read, a pack whose index tells wrong ids could hide what it likes: an old commit under the id
//! of which stands one that has the new ones as its parents. So each object's content is held
//! against its id, which [`ObjectStore::read`] does.

use crate::git::gap::ObjectFault;
use crate::git::object::id::{HashKind, ObjectId, ObjectKind};
use crate::git::odb::ObjectStore;

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
    /// It is stored and cannot be used.
    Fault(ObjectFault),
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
        self.store.read(id).map_err(Lack::Fault)?.ok_or(Lack::Missing)
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
            (found, _) => Err(Lack::Fault(ObjectFault::Kind { found, wanted })),
        }
    }
}
