//! Finds what commits have in their trees that their parents do not.
//!
//! Of each commit's tree only those entries are followed that none of its parents has at the same
//! path: what a parent has was found there, or stands in a commit that is left out. Where a parent
//! cannot be read, all of the tree is followed.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::rc::Rc;

use super::select::Number;
use crate::git::gap::ObjectFault;
use crate::git::object::id::{ObjectId, ObjectKind};
use crate::git::object::tree::Boundaries;
use crate::git::odb::verified::{Lack, Verified};
use crate::git::odb::{Object, TreeEntry};
use crate::rules::Detector;
use crate::scan::search::found::Found;

/// A tree is compared with so many others; a merge of thousands has most of its files in the first.
const MAX_OTHERS: usize = 16;

/// So many times a tree is followed where something of it is in the parents; then once as a whole,
/// and never again. One tree may stand at a thousand million paths.
const MAX_VISITS: usize = 16;

/// Trees that are kept for the next comparison, in bytes.
const CACHE_LIMIT: usize = 32 << 20;

/// One thread's way through trees.
pub(super) struct Changes<'s> {
    trees: Trees<'s>,
    detector: &'s Detector,
    visits: HashMap<ObjectId, Visits>,
    open: Vec<(ObjectId, Others)>,
    pub(super) changed: Changed,
}

/// The trees that stand at the same path in the parents.
type Others = Vec<ObjectId>;

/// What was found in trees.
#[derive(Default)]
pub(super) struct Changed {
    /// The trees that were followed, with their sizes in bytes.
    pub(super) trees: HashMap<ObjectId, u64>,
    /// The blobs that they name, each with the first commit that led to it, if one did.
    pub(super) blobs: HashMap<ObjectId, Option<Number>>,
    /// The tokens in names.
    pub(super) found: Found,
    /// What could not be read, or not whole, each with the first commit that led to it.
    pub(super) lacking: HashMap<ObjectId, (Lack, Option<Number>)>,
}

impl Changed {
    pub(super) fn merge(&mut self, other: Self) {
        self.trees.extend(other.trees);
        for (id, commit) in other.blobs {
            self.blob(id, commit);
        }
        self.found.merge(other.found);
        for (id, (lack, commit)) in other.lacking {
            self.lack(id, lack, commit);
        }
    }

    /// Notes that a commit leads to a blob.
    pub(super) fn blob(&mut self, id: ObjectId, commit: Option<Number>) {
        let first = self.blobs.entry(id).or_insert(commit);
        *first = commit.min(*first);
    }

    /// Notes that something could not be read.
    pub(super) fn lack(&mut self, id: ObjectId, lack: Lack, commit: Option<Number>) {
        let (_, first) = self.lacking.entry(id).or_insert((lack, commit));
        *first = commit.min(*first);
    }
}

/// With what a tree was compared so far.
#[derive(Default)]
struct Visits {
    compared: Vec<Others>,
    is_complete: bool,
}

impl Visits {
    /// With what to compare the tree now; `None` when that was done before.
    fn admit(&mut self, others: Others) -> Option<Others> {
        if self.is_complete || self.compared.contains(&others) {
            return None;
        }
        if others.is_empty() || self.compared.len() >= MAX_VISITS {
            self.is_complete = true;
            self.compared = Vec::new();
            return Some(Vec::new());
        }
        self.compared.push(others.clone());
        Some(others)
    }
}

impl<'s> Changes<'s> {
    pub(super) fn new(objects: Verified<'s>, detector: &'s Detector) -> Self {
        Self {
            trees: Trees::new(objects),
            detector,
            visits: HashMap::new(),
            open: Vec::new(),
            changed: Changed::default(),
        }
    }

    /// Follows the tree of a commit, given those of its parents.
    pub(super) fn follow(
        &mut self,
        tree: ObjectId,
        parents: impl IntoIterator<Item = ObjectId>,
        commit: Option<Number>,
    ) {
        self.push(tree, parents.into_iter().collect());
        while let Some((tree, others)) = self.open.pop() {
            self.tree(tree, &others, commit);
        }
    }

    /// Notes a tree to be followed, unless it is as in a parent or was followed before.
    fn push(&mut self, tree: ObjectId, mut others: Others) {
        if others.contains(&tree) {
            return;
        }
        others.sort_unstable();
        others.dedup();
        others.truncate(MAX_OTHERS);
        if let Some(others) = self.visits.entry(tree).or_default().admit(others) {
            self.open.push((tree, others));
        }
    }

    fn tree(&mut self, id: ObjectId, others: &[ObjectId], commit: Option<Number>) {
        let tree = match self.trees.read(id) {
            Ok(tree) => tree,
            Err(lack) => return self.changed.lack(id, lack, commit),
        };
        if self.changed.trees.insert(id, tree.content.len() as u64).is_none() {
            self.names(id, &tree);
            if tree.is_damaged {
                self.changed.lack(
                    id,
                    Lack::Fault(ObjectFault::Malformed(ObjectKind::Tree)),
                    commit,
                );
            }
        }
        // A parent's tree that cannot be read is no reason to follow less.
        let others: Vec<_> = others.iter().filter_map(|&id| self.trees.read(id).ok()).collect();
        let mut cursors: Vec<_> =
            others.iter().map(|other| Cursor { tree: other, at: 0 }).collect();
        let content = &tree.content;
        for entry in tree.entries.iter().filter(|entry| !entry.is_gitlink(content)) {
            let is_directory = entry.is_directory(content);
            let mut same_path = Others::new();
            let mut is_known = false;
            for cursor in &mut cursors {
                let Some((other, content_of_other)) = cursor.find(entry, content) else { continue };
                if other.is_gitlink(content_of_other)
                    || other.is_directory(content_of_other) != is_directory
                {
                    continue;
                }
                is_known |= other.id(content_of_other) == entry.id(content);
                if is_directory {
                    same_path.push(ObjectId::new(other.id(content_of_other)));
                }
            }
            if is_known {
                continue;
            }
            let id = ObjectId::new(entry.id(content));
            if is_directory {
                self.push(id, same_path);
            } else {
                self.changed.blob(id, commit);
            }
        }
    }

    /// Searches the names in a tree. Not only new ones: the object is.
    fn names(&mut self, id: ObjectId, tree: &Tree) {
        if !self.detector.suspects(&tree.content) {
            return;
        }
        let object = Object::new(ObjectKind::Tree, tree.content.len() as u64, id);
        for entry in &tree.entries {
            let name = entry.name(&tree.content);
            self.changed.found.search_name(self.detector, &object, name);
        }
    }
}

/// A place in a tree that moves on with another tree's entries.
struct Cursor<'t> {
    tree: &'t Tree,
    at: usize,
}

impl<'t> Cursor<'t> {
    /// The entry of the same name. In a tree that is not in git's order it may be missed; then
    /// more is followed.
    fn find(&mut self, entry: &TreeEntry, content: &[u8]) -> Option<(&'t TreeEntry, &'t [u8])> {
        let (tree, own) = (self.tree, &self.tree.content[..]);
        while let Some(other) = tree.entries.get(self.at) {
            match compare((other, own), (entry, content)) {
                Ordering::Less => self.at += 1,
                Ordering::Equal => return Some((other, own)),
                Ordering::Greater => return None,
            }
        }
        None
    }
}

/// Git's order, in which a directory's name ends with a slash (`base_name_compare` in tree.c).
fn compare(a: (&TreeEntry, &[u8]), b: (&TreeEntry, &[u8])) -> Ordering {
    let (name_a, name_b) = (a.0.name(a.1), b.0.name(b.1));
    let common = name_a.len().min(name_b.len());
    let next = |(entry, content): (&TreeEntry, &[u8]), name: &[u8]| {
        let end = if entry.is_directory(content) { b'/' } else { 0 };
        name.get(common).copied().unwrap_or(end)
    };
    let order = name_a[..common].cmp(&name_b[..common]);
    order.then_with(|| next(a, name_a).cmp(&next(b, name_b)))
}

/// A tree with its entries.
pub(super) struct Tree {
    pub(super) content: Vec<u8>,
    pub(super) entries: Vec<TreeEntry>,
    pub(super) is_damaged: bool,
}

/// Reads trees, and keeps the last ones.
pub(super) struct Trees<'s> {
    objects: Verified<'s>,
    kept: HashMap<ObjectId, Rc<Tree>>,
    bytes: usize,
}

impl<'s> Trees<'s> {
    pub(super) fn new(objects: Verified<'s>) -> Self {
        Self { objects, kept: HashMap::new(), bytes: 0 }
    }

    pub(super) fn read(&mut self, id: ObjectId) -> Result<Rc<Tree>, Lack> {
        if let Some(tree) = self.kept.get(&id) {
            return Ok(Rc::clone(tree));
        }
        let content = self.objects.read_as(&id, ObjectKind::Tree)?;
        let (mut boundaries, mut entries) = (Boundaries::default(), Vec::new());
        boundaries.read(&content, self.objects.hash, &mut entries);
        let size = content.len() + entries.len() * size_of::<TreeEntry>();
        if self.bytes + size > CACHE_LIMIT {
            self.kept.clear();
            self.bytes = 0;
        }
        self.bytes += size;
        let tree = Rc::new(Tree { content, entries, is_damaged: boundaries.is_damaged });
        self.kept.insert(id, Rc::clone(&tree));
        Ok(tree)
    }
}
