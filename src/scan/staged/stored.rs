//! Single objects by their ids, with words for what cannot be read.

use crate::bytes::to_text;
use crate::git::gap::{MEND_DAMAGE, Skipped, What};
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
    pub(super) fn tree_of(&self, commit: &ObjectId) -> Result<ObjectId, Skipped> {
        let content = self.read(commit, ObjectKind::Commit, head_leads_there)?;
        let links = CommitLinks::parse(&content, self.hash);
        links.map(|links| links.tree).ok_or_else(|| damaged(commit, ObjectKind::Commit))
    }

    /// A tree.
    pub(super) fn tree(&self, id: &ObjectId) -> Result<Tree, Skipped> {
        let content = self.read(id, ObjectKind::Tree, head_leads_there)?;
        let (mut boundaries, mut entries) = (Boundaries::default(), Vec::new());
        boundaries.read(&content, self.hash, &mut entries);
        if boundaries.is_damaged {
            return Err(damaged(id, ObjectKind::Tree));
        }
        Ok(Tree { content, entries })
    }

    /// A file's content.
    pub(super) fn blob(&self, id: &ObjectId, path: &[u8]) -> Result<Vec<u8>, Skipped> {
        self.read(id, ObjectKind::Blob, || format!("{} is staged with it", to_text(path)))
    }

    /// Reads an object. Its content has that very id: a pack that gives it another content cannot
    /// say that `HEAD` has what it has not.
    fn read(
        &self,
        id: &ObjectId,
        kind: ObjectKind,
        place: impl FnOnce() -> String,
    ) -> Result<Vec<u8>, Skipped> {
        match self.store.read(id) {
            Ok(Some((actual, content))) if actual == kind => Ok(content),
            Ok(Some(_)) => Err(damaged(id, kind)),
            Ok(None) => Err(self.missing(id, &place())),
            Err(reason) => {
                let unread = Skipped::new(What::Object, id.to_string(), reason.to_string());
                Err(unread.mend(reason.mend()))
            }
        }
    }

    fn missing(&self, id: &ObjectId, place: &str) -> Skipped {
        let (what, state, mend) = if self.is_partial_clone {
            (
                What::PromisedObject,
                "it was not fetched (partial clone)",
                "fetch what the filter left out: git fetch --refetch --no-filter",
            )
        } else {
            (What::MissingObject, "it is not stored here", "git fsck shows what else is missing")
        };
        let reason = format!("{place}; {state}");
        Skipped::new(what, id.to_string(), reason).mend(mend)
    }
}

fn head_leads_there() -> String {
    "HEAD or the index leads to it".to_owned()
}

fn damaged(id: &ObjectId, kind: ObjectKind) -> Skipped {
    let reason = format!("the {} is damaged", kind.name());
    Skipped::new(What::Object, id.to_string(), reason).mend(MEND_DAMAGE)
}
