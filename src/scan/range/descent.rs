//! Goes from trees down to what was found in a range, and says where it stands.
//!
//! This happens only when something was found or is missing. Every tree below the roots is read
//! once.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::changes::{Tree, Trees};
use crate::git::history::containment::{Containment, Edge, name_only};
use crate::git::object::id::ObjectId;
use crate::git::odb::verified::Verified;

/// A search for objects, and for names in trees, from roots downwards.
pub(super) struct Descent<'s> {
    trees: Trees<'s>,
    wanted: HashSet<ObjectId>,
    /// The names that are wanted in a tree.
    names: HashMap<ObjectId, HashSet<Box<[u8]>>>,
    met: HashSet<ObjectId>,
    /// The trees that lead to something.
    edges: HashMap<ObjectId, Vec<Edge>>,
}

/// A tree on the way down.
struct Level {
    id: ObjectId,
    tree: Rc<Tree>,
    next: usize,
    edges: Vec<Edge>,
}

impl<'s> Descent<'s> {
    pub(super) fn new(
        objects: Verified<'s>,
        mut wanted: HashSet<ObjectId>,
        names: impl IntoIterator<Item = (ObjectId, Box<[u8]>)>,
    ) -> Self {
        let mut by_tree: HashMap<_, HashSet<_>> = HashMap::new();
        for (tree, name) in names {
            wanted.insert(tree);
            by_tree.entry(tree).or_default().insert(name);
        }
        Self {
            trees: Trees::new(objects),
            wanted,
            names: by_tree,
            met: HashSet::new(),
            edges: HashMap::new(),
        }
    }

    /// Goes through all trees below `roots` that were not met yet. One that cannot be read leads
    /// nowhere.
    pub(super) fn descend(&mut self, roots: impl IntoIterator<Item = ObjectId>) {
        if self.wanted.is_empty() {
            return;
        }
        for root in roots {
            let mut levels: Vec<Level> = self.enter(root).into_iter().collect();
            while let Some(level) = levels.last_mut() {
                let content = &level.tree.content;
                let Some(entry) = level.tree.entries.get(level.next) else {
                    let done = levels.pop();
                    self.leave(done);
                    continue;
                };
                let child = ObjectId::new(entry.id(content));
                let is_directory = entry.is_directory(content);
                if is_directory && !self.met.contains(&child) {
                    // The entry is looked at again when it is known where the directory leads.
                    levels.extend(self.enter(child));
                    continue;
                }
                level.next += 1;
                let leads = self.wanted.contains(&child) || self.edges.contains_key(&child);
                if leads && !entry.is_gitlink(content) {
                    let name = entry.name(content).into();
                    level.edges.push(Edge { name, child, is_directory });
                }
            }
        }
    }

    fn enter(&mut self, id: ObjectId) -> Option<Level> {
        if !self.met.insert(id) {
            return None;
        }
        let tree = self.trees.read(id).ok()?;
        let mut edges = Vec::new();
        for name in self.names.get(&id).into_iter().flatten() {
            edges.push(Edge { name: name.clone(), child: name_only(), is_directory: false });
        }
        Some(Level { id, tree, next: 0, edges })
    }

    fn leave(&mut self, level: Option<Level>) {
        let Some(Level { id, mut edges, .. }) = level else { return };
        if !edges.is_empty() {
            edges.sort_unstable();
            edges.dedup();
            self.edges.insert(id, edges);
        }
    }

    /// Everything wanted that is below these trees, and the trees themselves. They were gone
    /// through before.
    pub(super) fn below(&self, roots: impl IntoIterator<Item = ObjectId>) -> HashSet<ObjectId> {
        let mut reached = HashSet::new();
        let mut open: Vec<_> = roots.into_iter().collect();
        while let Some(id) = open.pop() {
            if reached.insert(id) {
                open.extend(self.edges.get(&id).into_iter().flatten().map(|edge| edge.child));
            }
        }
        reached
    }

    /// What was found, for attribution: names only in the trees that count.
    pub(super) fn finish(mut self, counts: impl Fn(&ObjectId) -> bool) -> Containment {
        for (tree, edges) in &mut self.edges {
            if !counts(tree) {
                edges.retain(|edge| edge.child != name_only());
            }
        }
        Containment::of(self.edges)
    }
}
