//! Finds what the index has and `HEAD` does not.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashSet;

use super::directories::Directory;
use super::stored::{Stored, Tree};
use crate::git::gap::{Cause, Gap, ObjectFault, Subject};
use crate::git::index::{Entry, Index};
use crate::git::object::id::ObjectId;
use crate::git::object::tree::TreeEntry;

/// A file that is staged.
#[derive(Debug)]
pub(super) struct StagedFile<'i> {
    pub(super) path: Cow<'i, [u8]>,
    pub(super) id: ObjectId,
    /// It is a submodule: the id is that of a commit in another repository.
    pub(super) is_gitlink: bool,
}

/// The files that are staged, and what could not be compared.
#[derive(Debug, Default)]
pub(super) struct Difference<'i> {
    /// In the order of their paths.
    pub(super) files: Vec<StagedFile<'i>>,
    pub(super) gaps: Vec<Gap>,
    /// Whether directories are left out whose files all stand in others as well.
    pub(super) is_cut_short: bool,
}

/// Compares an index with a tree: a file is staged when the tree does not have it at that path with
/// that id.
///
/// A directory whose tree cannot be read counts as absent, and all below it as staged.
pub(super) fn find<'i>(
    index: &'i Index,
    directories: &[Directory],
    head: Option<ObjectId>,
    stored: &Stored<'_>,
) -> Difference<'i> {
    let mut search = Search {
        index,
        directories,
        stored,
        difference: Difference::default(),
        waiting: Vec::new(),
        trees: Vec::new(),
        seen: HashSet::new(),
        looked_at: 0,
    };
    if directories.first().is_some_and(|root| root.tree != head || head.is_none()) {
        search.waiting.push((0, head));
    }
    while let Some((number, theirs)) = search.waiting.pop() {
        search.directory(number, theirs);
    }
    while let Some(pair) = search.trees.pop() {
        search.trees(pair);
    }
    let mut difference = search.difference;
    difference.files.sort_by(|a, b| (&a.path, a.id).cmp(&(&b.path, b.id)));
    // Two sides of a conflict may be the same.
    difference.files.dedup_by(|a, b| (&a.path, a.id) == (&b.path, b.id));
    difference
}

/// Deeper nested directories are not followed; a path that git can check out has fewer.
const MAX_DEPTH: u32 = 4096;

/// No more entries than these are looked at again in trees that were compared before: a few trees
/// that name one another can make more paths than anybody can list.
const MAX_REPEATED: usize = 1_000_000;

struct Search<'s, 'i> {
    index: &'i Index,
    directories: &'s [Directory],
    stored: &'s Stored<'s>,
    difference: Difference<'i>,
    /// Directories of the index that are to be compared, each with the tree in its place.
    waiting: Vec<(usize, Option<ObjectId>)>,
    /// Trees that the index names, where a directory stands for its files.
    trees: Vec<Pair>,
    seen: HashSet<(ObjectId, Option<ObjectId>)>,
    looked_at: usize,
}

/// A tree that the index names, and the one in its place.
struct Pair {
    /// With a slash at its end.
    path: Vec<u8>,
    depth: u32,
    ours: ObjectId,
    theirs: Option<ObjectId>,
}

impl Search<'_, '_> {
    /// Compares what stands directly in a directory of the index.
    fn directory(&mut self, number: usize, theirs: Option<ObjectId>) {
        let theirs = self.tree(theirs);
        let mut theirs = Names::of(&theirs);
        let index = self.index;
        let directory = &self.directories[number];
        let (mut at, mut below) = (directory.first, number + 1);
        while at < directory.end {
            let entry = &index.entries()[at];
            let path = index.path(entry);
            let name = &path[directory.path_length..];
            if below < directory.next && self.directories[below].first == at {
                let next = &self.directories[below];
                let name = &path[directory.path_length..next.path_length - 1];
                let theirs = theirs.directory(name);
                if theirs.is_none() || next.tree != theirs {
                    self.waiting.push((below, theirs));
                }
                (at, below) = (next.end, next.next);
                continue;
            }
            if index.is_directory(entry) {
                let ours = ObjectId::new(index.id(entry));
                let theirs = theirs.directory(&name[..name.len() - 1]);
                if theirs != Some(ours) {
                    self.trees.push(Pair { path: path.to_vec(), depth: 0, ours, theirs });
                }
            } else if !index.is_intent_to_add(entry) {
                self.file(entry, theirs.file(name));
            }
            at += 1;
        }
    }

    fn file(&mut self, entry: &Entry, theirs: Option<(ObjectId, bool)>) {
        let id = ObjectId::new(self.index.id(entry));
        let is_gitlink = self.index.is_gitlink(entry);
        if theirs != Some((id, is_gitlink)) {
            let path = Cow::Borrowed(self.index.path(entry));
            self.difference.files.push(StagedFile { path, id, is_gitlink });
        }
    }

    /// Compares what stands directly in a tree that the index names.
    fn trees(&mut self, Pair { path, depth, ours, theirs }: Pair) {
        if !self.seen.insert((ours, theirs)) && self.looked_at > MAX_REPEATED {
            self.difference.is_cut_short = true;
            return;
        }
        if depth > MAX_DEPTH {
            let cause = Cause::Object { fault: ObjectFault::TooDeep, referrer: None };
            return self.skip(Gap::new(Subject::Object(ours), cause));
        }
        let ours = self.tree(Some(ours));
        let theirs = self.tree(theirs);
        let mut theirs = Names::of(&theirs);
        self.looked_at += ours.entries.len();
        for entry in &ours.entries {
            let name = entry.name(&ours.content);
            let id = ObjectId::new(entry.id(&ours.content));
            let mut path = [&path, name].concat();
            if entry.is_directory(&ours.content) {
                let theirs = theirs.directory(name);
                if theirs != Some(id) {
                    path.push(b'/');
                    self.trees.push(Pair { path, depth: depth + 1, ours: id, theirs });
                }
            } else {
                let is_gitlink = entry.is_gitlink(&ours.content);
                if theirs.file(name) != Some((id, is_gitlink)) {
                    let path = Cow::Owned(path);
                    self.difference.files.push(StagedFile { path, id, is_gitlink });
                }
            }
        }
    }

    fn tree(&mut self, id: Option<ObjectId>) -> Tree {
        let Some(id) = id else { return Tree::default() };
        match self.stored.tree(&id) {
            Ok(tree) => tree,
            Err(gap) => {
                self.skip(gap);
                Tree::default()
            }
        }
    }

    fn skip(&mut self, gap: Gap) {
        self.difference.gaps.push(gap);
    }
}

/// The names in a tree, asked for in the order in which git sorts them.
///
/// A tree that is not sorted so has fewer names than it seems: more is staged then, never less.
struct Names<'t> {
    content: &'t [u8],
    entries: &'t [TreeEntry],
}

impl<'t> Names<'t> {
    fn of(tree: &'t Tree) -> Self {
        Self { content: &tree.content, entries: &tree.entries }
    }

    /// The tree of a directory.
    fn directory(&mut self, name: &[u8]) -> Option<ObjectId> {
        let entry = self.find(name, true)?;
        Some(ObjectId::new(entry.id(self.content)))
    }

    /// The id of a file, and whether it is a submodule.
    fn file(&mut self, name: &[u8]) -> Option<(ObjectId, bool)> {
        let entry = self.find(name, false)?;
        Some((ObjectId::new(entry.id(self.content)), entry.is_gitlink(self.content)))
    }

    fn find(&mut self, name: &[u8], is_directory: bool) -> Option<&'t TreeEntry> {
        while let Some((first, rest)) = self.entries.split_first() {
            let own = (first.name(self.content), first.is_directory(self.content));
            match compare(own, (name, is_directory)) {
                Ordering::Less => self.entries = rest,
                Ordering::Equal => return Some(first),
                Ordering::Greater => break,
            }
        }
        None
    }
}

/// Directories are sorted as if their names ended with a slash.
fn compare(a: (&[u8], bool), b: (&[u8], bool)) -> Ordering {
    let common = a.0.len().min(b.0.len());
    let order = a.0[..common].cmp(&b.0[..common]);
    let next = |(name, is_directory): (&[u8], bool)| match name.get(common) {
        Some(&byte) => Some(byte),
        None => is_directory.then_some(b'/'),
    };
    order.then_with(|| next(a).cmp(&next(b)))
}
