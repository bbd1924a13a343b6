//! Which trees lead to given objects: the search from the bottom up.
//!
//! A commit walk reads every tree of every commit. From the bottom up it takes one pass over all
//! trees to find those that hold a wanted object. They become wanted objects themselves, until no
//! tree is new; what names them was noted during the scan, so that only these trees are read again,
//! with those that are stored as deltas against them.

use std::collections::{HashMap, HashSet};

use crate::git::history::History;
use crate::git::history::links::sign;
use crate::git::object::id::{HashKind, ObjectId, ObjectKind};
use crate::git::object::tree::Boundaries;
use crate::git::odb::{
    Inventory, Kinds, Object, ObjectSource as _, Ordinal, TreeEntry, TreeView, Visit,
};
use crate::git::progress::Progress;

/// So many levels of directories are searched one by one; hardly a repository has more.
const MAX_PASSES: usize = 24;

/// The trees that lead to wanted objects, reduced to the entries that do.
#[derive(Debug, Default)]
pub(crate) struct Containment {
    trees: HashMap<ObjectId, Vec<Edge>>,
}

/// An entry that leads to a wanted object, or is it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Edge {
    pub(crate) name: Box<[u8]>,
    pub(crate) child: ObjectId,
    pub(crate) is_directory: bool,
}

impl Containment {
    /// Searches upwards from `wanted`. `named` are trees that are wanted for the name of an entry;
    /// such an entry has the edge's child [`name_only`].
    pub(crate) fn search(
        history: &History<'_>,
        wanted: impl IntoIterator<Item = ObjectId>,
        named: impl IntoIterator<Item = (ObjectId, Box<[u8]>)>,
    ) -> Self {
        let (store, hash, threads) = (history.store, history.hash, history.threads);
        let mut containment = Self::default();
        let mut level: HashSet<ObjectId> = wanted.into_iter().collect();
        for (tree, name) in named {
            level.insert(tree);
            let edge = Edge { name, child: name_only(), is_directory: false };
            containment.trees.entry(tree).or_default().push(edge);
        }
        // What may name the level's objects: everything, then what was noted to.
        let mut namers: Option<Vec<_>> = None;
        for _ in 0..MAX_PASSES {
            if level.is_empty() {
                break;
            }
            let filter = Filter::new(&level);
            let mut visitors: Vec<_> = (0..threads)
                .map(|_| Level { wanted: &level, filter: &filter, found: Vec::new() })
                .collect();
            let (kinds, progress) = (Kinds::only(ObjectKind::Tree), &Progress::new());
            // What cannot be read was told by the scan itself.
            let _ = match &namers {
                None => store.visit(kinds, &mut visitors, progress),
                Some(namers) => store.visit_related(namers, kinds, &mut visitors, progress),
            };
            let found: Vec<_> = visitors.into_iter().flat_map(|visitor| visitor.found).collect();
            level.clear();
            for (tree, edge) in found {
                containment.enter(tree, edge, |tree| {
                    level.insert(tree);
                });
            }
            namers = Some(history.mentioned.namers_of(&level));
        }
        if !level.is_empty() {
            containment.climb(store, hash, threads, level.into_iter().collect());
        }
        for edges in containment.trees.values_mut() {
            // A tree that is stored twice was seen twice.
            edges.sort_unstable();
            edges.dedup();
        }
        containment
    }

    /// What another search has found: for each tree its edges, in order.
    pub(crate) fn of(trees: HashMap<ObjectId, Vec<Edge>>) -> Self {
        Self { trees }
    }

    fn enter(&mut self, tree: ObjectId, edge: Edge, if_new: impl FnOnce(ObjectId)) {
        self.trees
            .entry(tree)
            .or_insert_with(|| {
                if_new(tree);
                Vec::new()
            })
            .push(edge);
    }

    /// Goes on from `waiting` by a list of all subtrees: a directory that lies thousands of levels
    /// deep must not cost as many passes over all trees.
    fn climb(
        &mut self,
        store: &Inventory,
        hash: HashKind,
        threads: usize,
        mut waiting: Vec<ObjectId>,
    ) {
        let mut visitors: Vec<_> =
            (0..threads).map(|_| Subtrees { store, found: Vec::new() }).collect();
        let _ = store.visit(Kinds::only(ObjectKind::Tree), &mut visitors, &Progress::new());
        let mut subtrees: Vec<_> = visitors.into_iter().flat_map(|visitor| visitor.found).collect();
        subtrees.sort_unstable();
        subtrees.dedup();
        let (mut boundaries, mut entries) = (Boundaries::default(), Vec::new());
        while let Some(child) = waiting.pop() {
            let sign = sign(child.as_bytes());
            let first = subtrees.partition_point(|subtree| subtree.0 < sign);
            for &(_, tree) in subtrees[first..].iter().take_while(|subtree| subtree.0 == sign) {
                let tree = store.id_of(tree);
                let Ok(Some((_, content))) = store.read(&tree) else { continue };
                boundaries.read(&content, hash, &mut entries);
                let is_child = |entry: &&TreeEntry| {
                    entry.id(&content) == child.as_bytes() && !entry.is_gitlink(&content)
                };
                for entry in entries.iter().filter(is_child) {
                    let name = entry.name(&content).into();
                    let is_directory = entry.is_directory(&content);
                    self.enter(tree, Edge { name, child, is_directory }, |tree| waiting.push(tree));
                }
            }
        }
    }

    /// The entries of a tree that lead to wanted objects.
    pub(crate) fn edges(&self, tree: &ObjectId) -> &[Edge] {
        self.trees.get(tree).map_or(&[], Vec::as_slice)
    }

    /// Those of them that have this name.
    pub(crate) fn edges_named(&self, tree: &ObjectId, name: &[u8]) -> impl Iterator<Item = &Edge> {
        named(self.edges(tree), name)
    }

    /// Everything that these trees lead to, trees and wanted objects.
    pub(crate) fn below(&self, trees: impl IntoIterator<Item = ObjectId>) -> HashSet<ObjectId> {
        let mut reached = HashSet::new();
        let mut waiting: Vec<_> = trees.into_iter().collect();
        while let Some(id) = waiting.pop() {
            if reached.insert(id) {
                waiting.extend(self.edges(&id).iter().map(|edge| edge.child));
            }
        }
        reached
    }
}

/// Of a tree's edges, those with this name; the edges of a tree are in order.
pub(crate) fn named<'e>(edges: &'e [Edge], name: &[u8]) -> impl Iterator<Item = &'e Edge> {
    let first = edges.partition_point(|edge| &*edge.name < name);
    edges[first..].iter().take_while(move |edge| &*edge.name == name)
}

/// Stands for an entry that is wanted for its name, whatever it names.
pub(crate) fn name_only() -> ObjectId {
    ObjectId::new(&[])
}

/// Tells most unwanted ids by sixteen of their bits.
pub(crate) struct Filter(Vec<u64>);

impl Filter {
    pub(crate) fn new<'i>(wanted: impl IntoIterator<Item = &'i ObjectId>) -> Self {
        let mut filter = Self(vec![0; 1024]);
        for id in wanted {
            let bit = Self::bit(id.as_bytes());
            filter.0[bit / 64] |= 1 << (bit % 64);
        }
        filter
    }

    /// Whether some wanted id begins like this one; the first two bytes are enough to ask.
    #[inline]
    pub(crate) fn may_contain(&self, id: &[u8]) -> bool {
        let bit = Self::bit(id);
        self.0[bit / 64] & 1 << (bit % 64) != 0
    }

    #[inline]
    fn bit(id: &[u8]) -> usize {
        id.first_chunk::<2>().map_or(0, |start| usize::from(u16::from_be_bytes(*start)))
    }
}

struct Level<'w> {
    wanted: &'w HashSet<ObjectId>,
    filter: &'w Filter,
    found: Vec<(ObjectId, Edge)>,
}

impl Level<'_> {
    /// Notes the entries that name something wanted. True when there is one.
    fn entries(&mut self, object: &Object<'_>, content: &[u8], entries: &[TreeEntry]) -> bool {
        let before = self.found.len();
        for entry in entries {
            let id = entry.id(content);
            if !self.filter.may_contain(id) {
                continue;
            }
            let child = ObjectId::new(id);
            // What a submodule names is another repository's, whatever has the same id here.
            if self.wanted.contains(&child) && !entry.is_gitlink(content) {
                let name = entry.name(content).into();
                let is_directory = entry.is_directory(content);
                self.found.push((object.id(), Edge { name, child, is_directory }));
            }
        }
        self.found.len() > before
    }
}

impl Visit for Level<'_> {
    const INCREMENTAL: bool = true;

    fn whole(&mut self, _: &Object<'_>, _: &[u8]) -> bool {
        false
    }

    fn tree(&mut self, object: &Object<'_>, content: &[u8], view: &TreeView<'_>) -> bool {
        self.entries(object, content, view.entries)
    }
}

/// Every subtree that one thread is shown, by a part of its id, and the tree that names it.
struct Subtrees<'s> {
    store: &'s Inventory,
    found: Vec<(u32, Ordinal)>,
}

impl Visit for Subtrees<'_> {
    fn whole(&mut self, _: &Object<'_>, _: &[u8]) -> bool {
        false
    }

    fn tree(&mut self, object: &Object<'_>, content: &[u8], view: &TreeView<'_>) -> bool {
        let mut tree = None;
        for entry in view.entries.iter().filter(|entry| entry.is_directory(content)) {
            tree = tree.or_else(|| self.store.ordinal(object));
            if let Some(tree) = tree {
                self.found.push((sign(entry.id(content)), tree));
            }
        }
        // All entries of every tree are wanted.
        true
    }
}
