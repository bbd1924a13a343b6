//! Where a found object comes from: the commits and paths that introduced it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::commits::{CommitGraph, CommitNumber};
use super::containment::{Containment, Edge, MAX_DEPTH, name_only};
use super::id::ObjectId;

/// No object is followed to more paths: a tree that holds one blob under ten names on each of ten
/// levels leads to ten thousand million.
const MAX_PATHS: usize = 1000;

/// How many tree entries are looked at in all, for the same reason.
const MAX_STEPS: u64 = 200_000_000;

/// A path at which an object was introduced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Introduction {
    pub(super) path: Arc<[u8]>,
    /// The tree that holds the entry.
    pub(super) tree: ObjectId,
    pub(super) commit: CommitNumber,
    pub(super) present_at_head: bool,
}

/// What a path leads to: an object, or a name that was wanted for itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Wanted {
    Object(ObjectId),
    /// An entry of this tree, by its name.
    Name(Box<[u8]>),
}

/// The introductions of each wanted thing, by path.
#[derive(Debug, Default)]
pub(super) struct Introductions {
    by_wanted: HashMap<Wanted, BTreeMap<Arc<[u8]>, Introduction>>,
    /// Whether a limit was reached, so that some paths are not listed.
    pub(super) is_cut_short: bool,
}

impl Introductions {
    /// Finds, for each path to a wanted object, the first commit that has it there while none of
    /// its parents does. Of several, one that `is_reachable` from a ref comes first, then the
    /// earliest.
    pub(super) fn find(
        graph: &CommitGraph,
        containment: &Containment,
        is_reachable: &[bool],
        head: Option<CommitNumber>,
    ) -> Self {
        let mut walk = Walk { containment, steps: 0, is_cut_short: false };
        let mut found = Self::default();
        for number in (0..).take(graph.commits.len()) {
            let commit = graph.get(number);
            if containment.edges(&commit.tree).is_empty() {
                continue;
            }
            let parents: Vec<ObjectId> =
                commit.parents.iter().map(|&parent| graph.get(parent).tree).collect();
            let rank = |number: CommitNumber| {
                let commit = graph.get(number);
                (!is_reachable[number as usize], commit.time, commit.id)
            };
            walk.tree(&commit.tree, &parents, &mut Vec::new(), 0, &mut |wanted, path, tree| {
                let paths = found.by_wanted.entry(wanted).or_default();
                if let Some(known) = paths.get_mut(path) {
                    if rank(number) < rank(known.commit) {
                        (known.commit, known.tree) = (number, tree);
                    }
                } else if paths.len() < MAX_PATHS {
                    let path: Arc<[u8]> = path.into();
                    let introduction = Introduction {
                        path: path.clone(),
                        tree,
                        commit: number,
                        present_at_head: false,
                    };
                    paths.insert(path, introduction);
                } else {
                    found.is_cut_short = true;
                }
            });
        }
        if let Some(head) = head {
            let tree = graph.get(head).tree;
            walk.tree(&tree, &[], &mut Vec::new(), 0, &mut |wanted, path, _| {
                let paths = found.by_wanted.get_mut(&wanted);
                if let Some(introduction) = paths.and_then(|paths| paths.get_mut(path)) {
                    introduction.present_at_head = true;
                }
            });
        }
        found.is_cut_short |= walk.is_cut_short;
        found
    }

    /// The introductions of one wanted thing, in the order of their paths.
    pub(super) fn of(&self, wanted: &Wanted) -> impl Iterator<Item = &Introduction> {
        self.by_wanted.get(wanted).into_iter().flat_map(BTreeMap::values)
    }

    /// Every commit that introduced something.
    pub(super) fn commits(&self) -> Vec<CommitNumber> {
        let commits: HashSet<_> =
            self.by_wanted.values().flat_map(BTreeMap::values).map(|found| found.commit).collect();
        let mut commits: Vec<_> = commits.into_iter().collect();
        commits.sort_unstable();
        commits
    }
}

struct Walk<'c> {
    containment: &'c Containment,
    steps: u64,
    is_cut_short: bool,
}

impl<'c> Walk<'c> {
    /// Calls `each` for every path below `tree` to a wanted thing that none of `others` has there.
    fn tree(
        &mut self,
        tree: &ObjectId,
        others: &[ObjectId],
        path: &mut Vec<u8>,
        depth: usize,
        each: &mut impl FnMut(Wanted, &[u8], ObjectId),
    ) {
        if others.contains(tree) {
            return;
        }
        if depth > MAX_DEPTH / 8 {
            self.is_cut_short = true;
            return;
        }
        let others: Vec<&'c [Edge]> =
            others.iter().map(|other| self.containment.edges(other)).collect();
        let prefix = path.len();
        for edge in self.containment.edges(tree) {
            self.steps += 1;
            if self.steps > MAX_STEPS {
                self.is_cut_short = true;
                return;
            }
            if others.iter().any(|edges| edges.binary_search(edge).is_ok()) {
                continue;
            }
            if depth > 0 {
                path.push(b'/');
            }
            path.extend_from_slice(&edge.name);
            if edge.child == name_only() {
                each(Wanted::Name(edge.name.clone()), path, *tree);
            } else if edge.is_directory && !self.containment.edges(&edge.child).is_empty() {
                let same_name = |edges: &&'c [Edge]| {
                    let first = edges.partition_point(|other| other.name < edge.name);
                    edges[first..].iter().take_while(|other| other.name == edge.name)
                };
                let same_name: Vec<ObjectId> = others
                    .iter()
                    .flat_map(same_name)
                    .filter(|other| other.is_directory)
                    .map(|other| other.child)
                    .collect();
                self.tree(&edge.child, &same_name, path, depth + 1, each);
            } else {
                each(Wanted::Object(edge.child), path, *tree);
            }
            path.truncate(prefix);
        }
    }
}
