//! Where a found object comes from: the commits and paths that introduced it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::ancestry::CommitNumber;
use super::containment::{Containment, Edge, name_only, named};
use crate::git::object::id::ObjectId;

/// No object is followed to more paths: a tree that holds one blob under ten names on each of ten
/// levels leads to ten thousand million.
const MAX_PATHS: usize = 10_000;

/// Of paths that are longer than hardly any system takes, in bytes, no more is listed in all than
/// this, besides the first of each thing: a tree that contains itself has paths of any length.
const LONG_PATH: usize = 1024;
const MAX_LONG: usize = 4 << 20;

/// Directories are followed no deeper; git itself refuses such trees (`core.maxTreeDepth`).
const MAX_DEPTH: usize = 4096;

/// Enough stack for [`MAX_DEPTH`], in bytes.
const STACK: usize = 64 << 20;

/// How many tree entries are looked at in all, for the same reason.
const MAX_STEPS: u64 = 200_000_000;

/// A path at which an object was introduced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Introduction {
    pub(crate) path: Arc<[u8]>,
    /// The tree that holds the entry.
    pub(crate) tree: ObjectId,
    pub(crate) commit: CommitNumber,
    pub(crate) present_at_head: bool,
}

/// What a path leads to: an object, or a name that was wanted for itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Wanted {
    Object(ObjectId),
    /// An entry of this tree, by its name.
    Name(Box<[u8]>),
}

/// The introductions of each wanted thing, by path.
#[derive(Debug, Default)]
pub(crate) struct Introductions {
    by_wanted: HashMap<Wanted, BTreeMap<Arc<[u8]>, Introduction>>,
    /// Whether a limit was reached, so that some paths are not listed.
    pub(crate) is_cut_short: bool,
}

impl Introductions {
    /// Finds, for each path to a wanted object, the first of `commits` that has it there while none
    /// of its parents does. `trees` tells a commit's tree and those of its parents, `head` is the
    /// tree that is checked out.
    pub(crate) fn find(
        commits: Vec<CommitNumber>,
        trees: impl Fn(CommitNumber) -> Option<(ObjectId, Vec<ObjectId>)> + Sync,
        containment: &Containment,
        head: Option<ObjectId>,
    ) -> Self {
        let mut walk = Walk {
            containment,
            found: Self::default(),
            exhausted: HashSet::new(),
            steps: 0,
            long_bytes: 0,
        };
        let go = || {
            // The first commit to come with a path keeps it.
            for number in commits {
                if let Some((tree, parents)) = trees(number) {
                    walk.tree(number, &tree, &parents, &mut Vec::new(), 0);
                }
            }
        };
        // Directories as deep as git's own limit need more stack than the caller may have.
        let builder = std::thread::Builder::new().stack_size(STACK);
        let is_walked = std::thread::scope(|scope| builder.spawn_scoped(scope, go).is_ok());
        let mut found = walk.found;
        found.is_cut_short |= !is_walked;
        if let Some(tree) = head {
            for (wanted, paths) in &mut found.by_wanted {
                for (path, introduction) in paths {
                    introduction.present_at_head = leads_to(containment, tree, path, wanted);
                }
            }
        }
        found
    }

    /// The introductions of one wanted thing, in the order of their paths.
    pub(crate) fn of(&self, wanted: &Wanted) -> impl Iterator<Item = &Introduction> {
        self.by_wanted.get(wanted).into_iter().flat_map(BTreeMap::values)
    }

    /// Every commit that introduced something.
    pub(crate) fn commits(&self) -> Vec<CommitNumber> {
        let commits: HashSet<_> =
            self.by_wanted.values().flat_map(BTreeMap::values).map(|found| found.commit).collect();
        let mut commits: Vec<_> = commits.into_iter().collect();
        commits.sort_unstable();
        commits
    }
}

/// Whether `path` leads from `tree` to what is wanted. (A name with a slash, which no git writes,
/// is not followed.)
fn leads_to(containment: &Containment, tree: ObjectId, path: &[u8], wanted: &Wanted) -> bool {
    let mut trees = vec![tree];
    let mut names = path.split(|&byte| byte == b'/').peekable();
    while let Some(name) = names.next() {
        let edges = trees.iter().flat_map(|tree| containment.edges_named(tree, name));
        if names.peek().is_none() {
            return edges.into_iter().any(|edge| leaf(containment, edge).as_ref() == Some(wanted));
        }
        let mut below: Vec<_> =
            edges.filter(|edge| edge.is_directory).map(|edge| edge.child).collect();
        below.sort_unstable();
        below.dedup();
        trees = below;
    }
    false
}

/// What an edge leads to, if it does not go on into a directory.
fn leaf(containment: &Containment, edge: &Edge) -> Option<Wanted> {
    if edge.child == name_only() {
        Some(Wanted::Name(edge.name.clone()))
    } else {
        let goes_on = edge.is_directory && !containment.edges(&edge.child).is_empty();
        (!goes_on).then_some(Wanted::Object(edge.child))
    }
}

struct Walk<'c> {
    containment: &'c Containment,
    found: Introductions,
    /// Trees below which everything has as many paths as are listed: a thing with a thousand
    /// million paths must not cost as many steps.
    exhausted: HashSet<ObjectId>,
    steps: u64,
    /// How many bytes the long paths have that were entered.
    long_bytes: usize,
}

impl<'c> Walk<'c> {
    /// Enters every path below `tree` to a wanted thing that none of `others` has there. Tells
    /// whether no further path below `tree` would be listed.
    fn tree(
        &mut self,
        commit: CommitNumber,
        tree: &ObjectId,
        others: &[ObjectId],
        path: &mut Vec<u8>,
        depth: usize,
    ) -> bool {
        if self.exhausted.contains(tree) {
            self.found.is_cut_short = true;
            return true;
        }
        if others.contains(tree) {
            return false;
        }
        if depth > MAX_DEPTH {
            self.found.is_cut_short = true;
            return true;
        }
        let containment = self.containment;
        // A merge of thousands mostly has the same few trees, or such as lead nowhere.
        let others: HashSet<&ObjectId> = others.iter().collect();
        let others = others.into_iter().map(|other| containment.edges(other));
        let others: Vec<&'c [Edge]> = others.filter(|edges| !edges.is_empty()).collect();
        let prefix = path.len();
        let mut is_exhausted = true;
        for edge in containment.edges(tree) {
            self.steps += 1 + others.len() as u64;
            if self.steps > MAX_STEPS {
                self.found.is_cut_short = true;
                return false;
            }
            if others.iter().any(|edges| edges.binary_search(edge).is_ok()) {
                is_exhausted = is_exhausted
                    && match leaf(containment, edge) {
                        Some(wanted) => self.is_full(&wanted),
                        None => self.exhausted.contains(&edge.child),
                    };
                continue;
            }
            if depth > 0 {
                path.push(b'/');
            }
            path.extend_from_slice(&edge.name);
            is_exhausted &= if let Some(wanted) = leaf(containment, edge) {
                self.enter(wanted, path, *tree, commit)
            } else {
                let same_name = |edges: &&'c [Edge]| named(edges, &edge.name);
                let same_name: Vec<ObjectId> = others
                    .iter()
                    .flat_map(same_name)
                    .filter(|other| other.is_directory)
                    .map(|other| other.child)
                    .collect();
                self.tree(commit, &edge.child, &same_name, path, depth + 1)
            };
            path.truncate(prefix);
        }
        if is_exhausted {
            self.exhausted.insert(*tree);
        }
        is_exhausted
    }

    /// Enters one path, unless an earlier commit has. Tells whether the wanted thing has as many
    /// as are listed.
    fn enter(&mut self, wanted: Wanted, path: &[u8], tree: ObjectId, commit: CommitNumber) -> bool {
        let paths = self.found.by_wanted.entry(wanted).or_default();
        if paths.contains_key(path) {
            return paths.len() >= MAX_PATHS;
        }
        let is_long = path.len() > LONG_PATH;
        if paths.len() >= MAX_PATHS || is_long && !paths.is_empty() && self.long_bytes >= MAX_LONG {
            self.found.is_cut_short = true;
            return true;
        }
        self.long_bytes += if is_long { path.len() } else { 0 };
        let path: Arc<[u8]> = path.into();
        let introduction =
            Introduction { path: path.clone(), tree, commit, present_at_head: false };
        paths.insert(path, introduction);
        false
    }

    fn is_full(&self, wanted: &Wanted) -> bool {
        self.found.by_wanted.get(wanted).is_some_and(|paths| paths.len() >= MAX_PATHS)
    }
}
