//! From missing objects up to the commits that need them, by what the scan noted of each tree.
//!
//! A tree that is stored as a delta shares most entries with its base, and only the others were
//! noted ([`crate::git::history::links`]). That is enough to climb from an object to one of the
//! trees that name it, and so on to a root: nearly always to a root that some ref leads to. What
//! does not get there is left to the search that looks at every entry
//! ([`super::containment`]).

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use super::containment::Filter;
use crate::git::history::links::{Mentioned, Role, sign};
use crate::git::object::id::{HashKind, ObjectId};
use crate::git::object::tree::Boundaries;
use crate::git::odb::{Inventory, ObjectSource as _, Ordinal};

/// Up to so many steps are checked by reading the tree that names the other. More of them come up
/// only where very much is missing, and then a wrong one changes nothing.
const MAX_CHECKED: usize = 20_000;

/// So many levels of directories are climbed by a look at every subtree; more of them, which hardly
/// a repository has, by looking them up in order.
const MAX_PASSES: usize = 24;

/// What names missing objects, and what names that.
pub(crate) struct Ascent<'s> {
    store: &'s Inventory,
    hash: HashKind,
    /// Trees that name a missing object.
    namers: HashMap<ObjectId, Vec<Ordinal>>,
    /// For each tree on the way, the trees above that name it.
    above: HashMap<Ordinal, Vec<Ordinal>>,
}

impl<'s> Ascent<'s> {
    /// Climbs from `missing` as far as it goes.
    pub(crate) fn climb(
        store: &'s Inventory,
        hash: HashKind,
        mentioned: &Mentioned,
        missing: impl IntoIterator<Item = ObjectId>,
    ) -> Self {
        let mut ascent = Self { store, hash, namers: HashMap::new(), above: HashMap::new() };
        for id in missing {
            let namers = mentioned.missing.get(&id).into_iter().flatten();
            let trees: Vec<_> = namers
                .filter(|(_, role)| *role == Role::Entry)
                .map(|&(tree, _)| store.canonical(tree))
                .collect();
            if !trees.is_empty() {
                ascent.namers.insert(id, trees);
            }
        }
        let mut level: Vec<Ordinal> = ascent.namers.values().flatten().copied().collect();
        let mut sorted: Option<Vec<(u32, Ordinal)>> = None;
        for pass in 0_usize.. {
            if level.is_empty() {
                break;
            }
            let mut wanted: HashMap<u32, Vec<Ordinal>> = HashMap::new();
            let mut ids = Vec::new();
            for tree in level.drain(..) {
                if let Entry::Vacant(entry) = ascent.above.entry(tree) {
                    entry.insert(Vec::new());
                    let id = store.id_of(tree);
                    wanted.entry(sign(id.as_bytes())).or_default().push(tree);
                    ids.push(id);
                }
            }
            if pass == MAX_PASSES {
                let mut subtrees = mentioned.subtrees.clone();
                subtrees.sort_unstable();
                sorted = Some(subtrees);
            }
            let named: Vec<(u32, Ordinal)> = if let Some(subtrees) = &sorted {
                let of = |sign: &u32| {
                    let first = subtrees.partition_point(|subtree| subtree.0 < *sign);
                    let after = subtrees.partition_point(|subtree| subtree.0 <= *sign);
                    subtrees[first..after].iter().copied()
                };
                wanted.keys().flat_map(of).collect()
            } else {
                let filter = Filter::new(&ids);
                let may_name = |(sign, _): &&_| filter.may_contain(&u32::to_be_bytes(*sign));
                mentioned.subtrees.iter().filter(may_name).copied().collect()
            };
            let steps: Vec<(Ordinal, Ordinal)> = named
                .into_iter()
                .filter_map(|(sign, above)| Some((wanted.get(&sign)?, store.canonical(above))))
                .flat_map(|(below, above)| below.iter().map(move |&below| (below, above)))
                .collect();
            let is_checked = steps.len() <= MAX_CHECKED;
            for (below, above) in steps {
                if !is_checked || ascent.name_in(above, &store.id_of(below)).is_some() {
                    ascent.above.entry(below).or_default().push(above);
                    level.push(above);
                }
            }
        }
        ascent
    }

    /// Of the missing objects, those below `roots`, each with the root it was reached from and, for
    /// the first `with_path` of them, its path.
    pub(crate) fn reached(
        &self,
        roots: &HashSet<Ordinal>,
        with_path: usize,
    ) -> HashMap<ObjectId, (Ordinal, Option<Vec<u8>>)> {
        // Back down: for each tree the one through which it is reached.
        let mut below: HashMap<Ordinal, Vec<Ordinal>> = HashMap::new();
        for (&tree, above) in &self.above {
            for &above in above {
                below.entry(above).or_default().push(tree);
            }
        }
        let is_root = |tree: &Ordinal| roots.contains(tree);
        let mut waiting: Vec<Ordinal> = self.above.keys().copied().filter(is_root).collect();
        waiting.sort_unstable();
        let mut through: HashMap<Ordinal, Option<Ordinal>> =
            waiting.iter().map(|&root| (root, None)).collect();
        while let Some(tree) = waiting.pop() {
            for &child in below.get(&tree).into_iter().flatten() {
                through.entry(child).or_insert_with(|| {
                    waiting.push(child);
                    Some(tree)
                });
            }
        }
        let mut ids: Vec<_> = self.namers.iter().collect();
        ids.sort_unstable();
        let mut reached = HashMap::new();
        for (&id, namers) in ids {
            if let Some(&namer) = namers.iter().filter(|tree| through.contains_key(tree)).min() {
                let is_described = reached.len() < with_path;
                reached.insert(id, self.describe(id, namer, &through, is_described));
            }
        }
        reached
    }

    /// The root above `namer`, and the path from it to `id`.
    fn describe(
        &self,
        id: ObjectId,
        namer: Ordinal,
        through: &HashMap<Ordinal, Option<Ordinal>>,
        with_path: bool,
    ) -> (Ordinal, Option<Vec<u8>>) {
        let mut path = Vec::new();
        let (mut tree, mut child) = (namer, id);
        loop {
            if with_path {
                path.push(self.name_in(tree, &child).unwrap_or_default());
            }
            child = self.store.id_of(tree);
            match through.get(&tree).copied().flatten() {
                Some(above) => tree = above,
                None => break,
            }
        }
        path.reverse();
        (tree, with_path.then(|| path.join(&b'/')))
    }

    /// The name under which a tree has an entry.
    fn name_in(&self, tree: Ordinal, child: &ObjectId) -> Option<Vec<u8>> {
        let (_, content) = self.store.read(&self.store.id_of(tree)).ok()??;
        let (mut boundaries, mut entries) = (Boundaries::default(), Vec::new());
        boundaries.read(&content, self.hash, &mut entries);
        let entry = entries.iter().find(|entry| entry.id(&content) == child.as_bytes())?;
        Some(entry.name(&content).to_vec())
    }
}
