//! Files of the current commit, for what they declare.

use super::locate::Located;
use crate::git::object::id::{HashKind, ObjectId, ObjectKind};
use crate::git::object::tree::{Boundaries, CommitLinks};
use crate::git::odb::verified::Verified;
use crate::git::odb::{ObjectStore, TreeEntry};
use crate::git::refs::lookup::read_head;

/// The tree of the current commit.
pub(crate) struct HeadFiles<'s> {
    objects: Verified<'s>,
    root: Tree,
}

/// A tree that was read.
pub(crate) struct Tree {
    content: Vec<u8>,
    entries: Vec<TreeEntry>,
}

impl Tree {
    fn read(objects: Verified<'_>, id: &ObjectId, hash: HashKind) -> Option<Self> {
        let content = objects.read_as(id, ObjectKind::Tree).ok()?;
        let mut entries = Vec::new();
        Boundaries::default().read(&content, hash, &mut entries);
        Some(Self { content, entries })
    }

    /// The id of the file or directory with this name.
    pub(crate) fn find(&self, name: &[u8]) -> Option<ObjectId> {
        self.entries().find(|(entry, ..)| *entry == name).map(|(_, id, _)| id)
    }

    /// The name and id of each entry, and whether it is a directory; submodules have nothing here.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&[u8], ObjectId, bool)> {
        let own = self.entries.iter().filter(|entry| !entry.is_gitlink(&self.content));
        own.map(|entry| {
            let id = ObjectId::new(entry.id(&self.content));
            (entry.name(&self.content), id, entry.is_directory(&self.content))
        })
    }
}

impl<'s> HeadFiles<'s> {
    /// `None` when there is no commit, or it cannot be read; who reads everything tells that.
    pub(crate) fn open(located: &Located, store: &'s ObjectStore) -> Option<Self> {
        let hash = located.hash();
        let head = read_head(located).ok()??;
        let objects = Verified::new(store, hash);
        let commit = objects.read_as(&head, ObjectKind::Commit).ok()?;
        let root = Tree::read(objects, &CommitLinks::parse(&commit, hash)?.tree, hash)?;
        Some(Self { objects, root })
    }

    /// The uppermost directory.
    pub(crate) fn root(&self) -> &Tree {
        &self.root
    }

    /// A directory.
    pub(crate) fn tree(&self, id: &ObjectId) -> Option<Tree> {
        Tree::read(self.objects, id, self.objects.hash)
    }

    /// A file's content.
    pub(crate) fn blob(&self, id: &ObjectId) -> Option<Vec<u8>> {
        self.objects.read_as(id, ObjectKind::Blob).ok()
    }

    /// The content of a file in the uppermost directory.
    pub(crate) fn read(&self, name: &[u8]) -> Option<Vec<u8>> {
        self.blob(&self.root.find(name)?)
    }
}
