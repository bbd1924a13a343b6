//! Computes for each directory of an index the id of the tree that a commit would make of it.
//!
//! Git keeps such ids in the index, as a cache that nobody checks: one with a forged id would let a
//! staged file pass for one that `HEAD` has. To compute them costs less than to read the trees of
//! `HEAD`, and is as good as comparing every name and id.

use std::cmp::Ordering;

use crate::git::gap::IndexFault;
use crate::git::index::{DIRECTORY, Entry, Index};
use crate::git::object::id::{HashKind, Hasher, ObjectId};

/// So many nested directories are followed; a path that git can check out has fewer.
const MAX_DEPTH: usize = 4096;

/// So many directories are followed, so that an index of short names does not take memory.
const MAX_DIRECTORIES: usize = 1 << 24;

const DAMAGED: IndexFault = IndexFault::Entry;

/// A directory of an index, the root included.
#[derive(Clone, Debug)]
pub(super) struct Directory {
    /// Its first entry, and the one behind its last, all below it included.
    pub(super) first: usize,
    pub(super) end: usize,
    /// The number of the directory behind this one and all below it.
    pub(super) next: usize,
    /// The length of its path, with the slash.
    pub(super) path_length: usize,
    /// The tree that it makes. `None` in a conflict, as no tree is made of one.
    pub(super) tree: Option<ObjectId>,
}

/// Finds the directories, each followed by those below it, the root first.
pub(super) fn find(index: &Index, hash: HashKind) -> Result<Vec<Directory>, IndexFault> {
    let mut walk = Walk::new(hash);
    let mut last: &[u8] = b"";
    let mut last_stage = 0;
    for (at, entry) in index.entries().iter().enumerate() {
        let path = index.path(entry);
        let stage = index.stage(entry);
        while !path.starts_with(&last[..walk.current().path_length]) {
            walk.leave(at, last);
        }
        let mut start = walk.current().path_length;
        let is_in_order = match path[start..].cmp(&last[start..]) {
            Ordering::Less => false,
            Ordering::Equal => stage > last_stage,
            Ordering::Greater => true,
        };
        if !is_in_order {
            return Err(IndexFault::Order);
        }
        // A directory that stands for its files ends with a slash, and no other path does.
        let name_end = match path.split_last() {
            Some((b'/', name)) if index.is_directory(entry) => name.len(),
            Some((&byte, _)) if byte != b'/' && !index.is_directory(entry) => path.len(),
            _ => return Err(DAMAGED),
        };
        let mut name = path.get(start..name_end).ok_or(DAMAGED)?;
        while let Some(found) = memchr::memchr2(b'/', 0, name) {
            if name[found] == 0 {
                return Err(DAMAGED);
            }
            if walk.depth == MAX_DEPTH || walk.directories.len() == MAX_DIRECTORIES {
                return Err(IndexFault::Directories);
            }
            start += found + 1;
            name = &name[found + 1..];
            walk.enter(at, start);
        }
        walk.add(index, entry, name);
        (last, last_stage) = (path, stage);
    }
    while walk.depth > 0 {
        walk.leave(index.entries().len(), last);
    }
    Ok(walk.directories)
}

struct Walk {
    hash: HashKind,
    directories: Vec<Directory>,
    /// The directories around the current entry, the root first, and behind them some whose memory
    /// waits for its next use.
    open: Vec<Open>,
    depth: usize,
}

/// A directory whose end was not seen yet.
#[derive(Default)]
struct Open {
    number: usize,
    path_length: usize,
    /// The tree that it makes, as far as its entries were seen.
    tree: Vec<u8>,
    has_conflict: bool,
}

impl Walk {
    fn new(hash: HashKind) -> Self {
        let mut walk = Self { hash, directories: Vec::new(), open: Vec::new(), depth: 0 };
        walk.enter(0, 0);
        walk
    }

    /// The innermost directory.
    fn current(&mut self) -> &mut Open {
        &mut self.open[self.depth - 1]
    }

    fn enter(&mut self, first: usize, path_length: usize) {
        let number = self.directories.len();
        self.directories.push(Directory {
            first,
            end: first,
            next: number,
            path_length,
            tree: None,
        });
        if self.open.len() == self.depth {
            self.open.push(Open::default());
        }
        self.depth += 1;
        let open = self.current();
        open.tree.clear();
        (open.number, open.path_length, open.has_conflict) = (number, path_length, false);
    }

    /// Adds an entry as it would stand in the tree of a commit.
    fn add(&mut self, index: &Index, entry: &Entry, name: &[u8]) {
        let open = self.current();
        if index.stage(entry) != 0 {
            open.has_conflict = true;
        } else if !index.is_intent_to_add(entry) {
            push(&mut open.tree, index.mode(entry), name, index.id(entry));
        }
    }

    /// Ends the innermost directory; `path` is one in it.
    fn leave(&mut self, end: usize, path: &[u8]) {
        let next = self.directories.len();
        self.depth -= 1;
        let (above, below) = self.open.split_at_mut(self.depth);
        let open = &below[0];
        let directory = &mut self.directories[open.number];
        (directory.end, directory.next) = (end, next);
        if !open.has_conflict {
            let mut hasher = Hasher::new(self.hash);
            hasher.update(format!("tree {}\0", open.tree.len()).as_bytes());
            hasher.update(&open.tree);
            directory.tree = Some(hasher.finish());
        }
        let Some(parent) = above.last_mut() else { return };
        parent.has_conflict |= open.has_conflict;
        // A directory in which files are only announced is in no commit.
        if let (Some(id), false) = (directory.tree, open.tree.is_empty()) {
            let name = &path[parent.path_length..open.path_length - 1];
            push(&mut parent.tree, DIRECTORY, name, id.as_bytes());
        }
    }
}

/// Adds `mode SP name NUL id` to a tree.
#[inline]
fn push(tree: &mut Vec<u8>, mode: u32, name: &[u8], id: &[u8]) {
    tree.reserve(16 + name.len() + id.len());
    match mode {
        0o100_644 => tree.extend_from_slice(b"100644 "),
        DIRECTORY => tree.extend_from_slice(b"40000 "),
        _ => tree.extend_from_slice(format!("{mode:o} ").as_bytes()),
    }
    tree.extend_from_slice(name);
    tree.push(0);
    tree.extend_from_slice(id);
}
