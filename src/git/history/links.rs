//! What objects name: looked up while they are read, and kept for the questions about history.
//!
//! The questions come up only where a token was found or something is missing, but then reading
//! all commits and trees a second time would take longer than keeping what they name.

use std::collections::{HashMap, HashSet};

use super::commits::Person;
use super::containment::Filter;
use crate::git::object::id::{HashKind, ObjectId};
use crate::git::object::tree::{CommitLinks, tag_target};
use crate::git::odb::{Inventory, Ordinal, RecentIds};

/// What objects name.
#[derive(Debug, Default)]
pub(crate) struct Mentioned {
    /// What is not stored, and what names it.
    pub(crate) missing: HashMap<ObjectId, Vec<(Ordinal, Role)>>,
    /// Subtrees by a part of their id, and a tree that names each. A tree that is stored as a delta
    /// is listed only with what its base does not name.
    pub(crate) subtrees: Vec<(u32, Ordinal)>,
    pub(crate) commits: Vec<CommitRecord>,
    /// Of each commit its tree, then its parents; [`ABSENT`] stands for what is missing.
    pub(crate) links: Vec<Ordinal>,
}

/// A commit and where its links are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CommitRecord {
    pub(crate) commit: Ordinal,
    pub(crate) first_link: u32,
    /// The committer's, in seconds since 1970.
    pub(crate) time: i64,
}

/// As what something is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    /// By a commit.
    Tree,
    /// By a commit.
    Parent,
    /// By a tag.
    Target,
    /// By a tree.
    Entry,
}

/// Stands for an object that is not stored.
pub(crate) const ABSENT: Ordinal = Ordinal::MAX;

/// The part of an id that tells most of them apart.
#[inline]
pub(crate) fn sign(id: &[u8]) -> u32 {
    id.first_chunk::<4>().map_or(0, |start| u32::from_be_bytes(*start))
}

impl Mentioned {
    /// Trees that name one of these and are not stored as deltas against one that does; perhaps
    /// others, too.
    pub(crate) fn namers_of(&self, trees: &HashSet<ObjectId>) -> Vec<Ordinal> {
        let filter = Filter::new(trees);
        let signs: HashSet<u32> = trees.iter().map(|tree| sign(tree.as_bytes())).collect();
        self.subtrees
            .iter()
            .filter(|(sign, _)| filter.may_contain(&sign.to_be_bytes()) && signs.contains(sign))
            .map(|&(_, tree)| tree)
            .collect()
    }

    pub(crate) fn merge(&mut self, other: Self) {
        let first_link = u32::try_from(self.links.len()).unwrap_or(u32::MAX);
        self.commits.extend(other.commits.into_iter().map(|record| CommitRecord {
            first_link: record.first_link.saturating_add(first_link),
            ..record
        }));
        self.links.extend(other.links);
        self.subtrees.extend(other.subtrees);
        for (id, mut namers) in other.missing {
            self.missing.entry(id).or_default().append(&mut namers);
        }
    }
}

/// Looks up what one thread's objects name.
pub(crate) struct LookUp<'i> {
    inventory: &'i Inventory,
    hash: HashKind,
    /// Ids that were found.
    recent: RecentIds,
    waiting: Vec<Waiting>,
    /// How many links of commits were noted, looked up or waiting.
    links: u32,
    mentioned: Mentioned,
}

#[derive(Clone, Copy)]
struct Waiting {
    id: ObjectId,
    namer: Ordinal,
    role: Role,
}

impl<'i> LookUp<'i> {
    /// A look-up misses the processor's caches, so it is done some time after what it reads was
    /// asked for.
    const AT_ONCE: usize = 64;

    pub(crate) fn new(inventory: &'i Inventory, hash: HashKind) -> Self {
        Self {
            inventory,
            hash,
            recent: RecentIds::new(),
            waiting: Vec::with_capacity(Self::AT_ONCE),
            links: 0,
            mentioned: Mentioned::default(),
        }
    }

    pub(crate) fn finish(mut self) -> Mentioned {
        self.look_up();
        self.mentioned
    }

    /// Notes what a commit names. False when it does not make sense.
    pub(crate) fn commit(&mut self, commit: Ordinal, content: &[u8]) -> bool {
        let Some(links) = CommitLinks::parse(content, self.hash) else { return false };
        let time = Person::in_header(links.rest(), b"committer ").map_or(0, |person| person.time);
        self.mentioned.commits.push(CommitRecord { commit, first_link: self.links, time });
        self.wait(commit, &links.tree, Role::Tree);
        for parent in links.parents() {
            self.wait(commit, &parent, Role::Parent);
        }
        true
    }

    /// Notes what a tag names. False when it does not make sense.
    pub(crate) fn tag(&mut self, tag: Ordinal, content: &[u8]) -> bool {
        let Some(target) = tag_target(content, self.hash) else { return false };
        self.wait(tag, &target, Role::Target);
        true
    }

    /// Notes an entry of a tree.
    #[inline]
    pub(crate) fn entry(&mut self, tree: Ordinal, id: &[u8], is_directory: bool) {
        if is_directory {
            self.mentioned.subtrees.push((sign(id), tree));
        }
        if !self.recent.contains(id) {
            self.wait(tree, &ObjectId::new(id), Role::Entry);
        }
    }

    #[inline]
    fn wait(&mut self, namer: Ordinal, id: &ObjectId, role: Role) {
        self.links += u32::from(matches!(role, Role::Tree | Role::Parent));
        self.inventory.fetch(id);
        self.waiting.push(Waiting { id: *id, namer, role });
        if self.waiting.len() == Self::AT_ONCE {
            self.look_up();
        }
    }

    fn look_up(&mut self) {
        for &Waiting { id, namer, role } in &self.waiting {
            let found = self.inventory.find(id.as_bytes());
            match (found, role) {
                (None, _) => self.mentioned.missing.entry(id).or_default().push((namer, role)),
                (Some(_), Role::Entry) => self.recent.remember(id.as_bytes()),
                (Some(_), _) => {}
            }
            if matches!(role, Role::Tree | Role::Parent) {
                self.mentioned.links.push(found.unwrap_or(ABSENT));
            }
        }
        self.waiting.clear();
    }
}
