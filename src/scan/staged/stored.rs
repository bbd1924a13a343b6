//! Reads single objects by their ids, and says what cannot be read.

use crate::bytes::to_text;
use crate::git::gap::{Cause, Gap, ObjectFault, Referrer, Subject};
use crate::git::history::missing;
use crate::git::object::id::{HashKind, ObjectId, ObjectKind};
use crate::git::object::tree::{Boundaries, CommitLinks};
use crate::git::odb::{ObjectStore, TreeEntry};
use crate::git::repository::locate::Located;

/// The objects of a repository.
pub(super) struct Stored<'s> {
    pub(super) store: &'s ObjectStore,
    pub(super) hash: HashKind,
    pub(super) is_partial_clone: bool,
}

/// A tree that was read.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) content: Vec<u8>,
    pub(super) entries: Vec<TreeEntry>,
}

impl<'s> Stored<'s> {
    pub(super) fn new(store: &'s ObjectStore, located: &Located) -> Self {
        let is_partial_clone = located.config.is_partial_clone;
        Self { store, hash: located.hash(), is_partial_clone }
    }

    /// The tree of a commit.
    pub(super) fn tree_of(&self, commit: &ObjectId) -> Result<ObjectId, Gap> {
        let content = self.read(commit, ObjectKind::Commit, || Referrer::HeadOrIndex)?;
        let links = CommitLinks::parse(&content, self.hash);
        links.map(|links| links.tree).ok_or_else(|| damaged(commit, ObjectKind::Commit))
    }

    /// A tree.
    pub(super) fn tree(&self, id: &ObjectId) -> Result<Tree, Gap> {
        let content = self.read(id, ObjectKind::Tree, || Referrer::HeadOrIndex)?;
        let (mut boundaries, mut entries) = (Boundaries::default(), Vec::new());
        boundaries.read(&content, self.hash, &mut entries);
        if boundaries.is_damaged {
            return Err(damaged(id, ObjectKind::Tree));
        }
        Ok(Tree { content, entries })
    }

    /// A file's content.
    pub(super) fn blob(&self, id: &ObjectId, path: &[u8]) -> Result<Vec<u8>, Gap> {
        self.read(id, ObjectKind::Blob, || Referrer::StagedFile(to_text(path)))
    }

    /// Reads an object. Its content has that very id: a pack that gives it another content cannot
    /// say that `HEAD` has what it has not.
    fn read(
        &self,
        id: &ObjectId,
        kind: ObjectKind,
        referrer: impl FnOnce() -> Referrer,
    ) -> Result<Vec<u8>, Gap> {
        match self.store.read(id) {
            Ok(Some((actual, content))) if actual == kind => Ok(content),
            Ok(Some(_)) => Err(damaged(id, kind)),
            Ok(None) => Err(missing::absent(*id, referrer(), self.is_partial_clone)),
            Err(fault) => Err(unusable(id, fault)),
        }
    }
}

fn damaged(id: &ObjectId, kind: ObjectKind) -> Gap {
    unusable(id, ObjectFault::Malformed(kind))
}

fn unusable(id: &ObjectId, fault: ObjectFault) -> Gap {
    Gap::new(Subject::Object(*id), Cause::Object { fault, referrer: None })
}
