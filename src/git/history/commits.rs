//! All commits of a repository as a graph.

use std::sync::OnceLock;

use super::ancestry::{Ancestry, CommitNumber};
use crate::git::history::links::{ABSENT, Mentioned};
use crate::git::object::id::ObjectId;
use crate::git::odb::{Inventory, Ordinal};

/// Every stored commit, reachable or not. Commits are numbered in the order of their ordinals.
#[derive(Debug)]
pub(crate) struct CommitGraph<'i> {
    inventory: &'i Inventory,
    ordinals: Vec<Ordinal>,
    /// [`ABSENT`] where it is not stored.
    trees: Vec<Ordinal>,
    /// The stored parents of commit `n` are `parents[starts[n]..starts[n + 1]]`.
    starts: Vec<u32>,
    parents: Vec<CommitNumber>,
    times: Vec<i64>,
    orders: OnceLock<Vec<i64>>,
}

impl<'i> CommitGraph<'i> {
    pub(crate) fn new(inventory: &'i Inventory, mentioned: &Mentioned) -> Self {
        let end_of = |at: usize| match mentioned.commits.get(at + 1) {
            Some(next) => next.first_link as usize,
            None => mentioned.links.len(),
        };
        let mut records: Vec<(Ordinal, usize)> = mentioned
            .commits
            .iter()
            .enumerate()
            .map(|(at, record)| (inventory.canonical(record.commit), at))
            .collect();
        records.sort_unstable();
        records.dedup_by_key(|&mut (ordinal, _)| ordinal);
        let mut graph = Self {
            inventory,
            ordinals: records.iter().map(|&(ordinal, _)| ordinal).collect(),
            trees: Vec::with_capacity(records.len()),
            starts: Vec::with_capacity(records.len() + 1),
            parents: Vec::with_capacity(records.len() * 5 / 4),
            times: Vec::with_capacity(records.len()),
            orders: OnceLock::new(),
        };
        graph.starts.push(0);
        for (_, at) in records {
            let record = mentioned.commits[at];
            let links = &mentioned.links[record.first_link as usize..end_of(at)];
            graph.trees.push(links.first().copied().unwrap_or(ABSENT));
            let parents = links.get(1..).unwrap_or_default();
            let parents = parents.iter().filter_map(|&parent| graph.number_at(parent));
            // (The graph is borrowed by the iterator.)
            let parents: Vec<_> = parents.collect();
            graph.parents.extend(parents);
            graph.starts.push(u32::try_from(graph.parents.len()).unwrap_or(u32::MAX));
            graph.times.push(record.time);
        }
        graph
    }

    /// Every commit.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = CommitNumber> {
        (0..).take(self.len())
    }

    pub(crate) fn number(&self, id: &ObjectId) -> Option<CommitNumber> {
        self.number_at(self.inventory.find(id.as_bytes())?)
    }

    /// The commit that is stored there.
    pub(crate) fn number_at(&self, ordinal: Ordinal) -> Option<CommitNumber> {
        let at = self.ordinals.binary_search(&ordinal).ok()?;
        u32::try_from(at).ok()
    }

    pub(crate) fn id(&self, number: CommitNumber) -> ObjectId {
        self.inventory.id_of(self.ordinals[number as usize])
    }

    /// Its tree, if that is stored.
    pub(crate) fn tree(&self, number: CommitNumber) -> Option<ObjectId> {
        self.tree_at(number).map(|ordinal| self.inventory.id_of(ordinal))
    }

    /// Where its tree is stored, if it is.
    pub(crate) fn tree_at(&self, number: CommitNumber) -> Option<Ordinal> {
        Some(self.trees[number as usize]).filter(|&ordinal| ordinal != ABSENT)
    }

    /// Its place in time: seconds since 1970 as the committer's clock had it, but never before a
    /// parent's. Clocks differ, and many commits are made in one second.
    pub(crate) fn order(&self, number: CommitNumber) -> i64 {
        let orders = self.orders.get_or_init(|| self.orders_of(&self.times));
        orders[number as usize]
    }
}

impl Ancestry for CommitGraph<'_> {
    fn len(&self) -> usize {
        self.ordinals.len()
    }

    fn parents(&self, number: CommitNumber) -> &[CommitNumber] {
        let number = number as usize;
        &self.parents[self.starts[number] as usize..self.starts[number + 1] as usize]
    }
}

/// Who did something, and when: a line `author NAME <EMAIL> SECONDS ZONE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person<'c> {
    pub(crate) name: &'c [u8],
    pub(crate) email: &'c [u8],
    /// Seconds since 1970.
    pub(crate) time: i64,
    /// Minutes east of Greenwich.
    pub(crate) zone: i32,
}

impl<'c> Person<'c> {
    /// Finds the line with this key in the header of a commit or tag.
    pub(crate) fn in_header(content: &'c [u8], key: &[u8]) -> Option<Self> {
        let mut rest = content;
        loop {
            let (line, behind) = match memchr::memchr(b'\n', rest) {
                Some(end) => (&rest[..end], &rest[end + 1..]),
                None => (rest, &rest[rest.len()..]),
            };
            if line.is_empty() {
                return None;
            }
            if let Some(value) = line.strip_prefix(key) {
                return Some(Self::parse(value));
            }
            rest = behind;
        }
    }

    /// A line that is damaged still tells what it can: a forged date must hide nothing.
    fn parse(line: &'c [u8]) -> Self {
        let (rest, date) = match memchr::memrchr(b'>', line) {
            Some(at) => (&line[..at], &line[at + 1..]),
            None => (line, &line[line.len()..]),
        };
        let (name, email) = match memchr::memchr(b'<', rest) {
            Some(at) => (&rest[..at], &rest[at + 1..]),
            None => (rest, &rest[rest.len()..]),
        };
        let date = std::str::from_utf8(date).unwrap_or_default();
        let mut fields = date.split_whitespace();
        let time = fields.next().and_then(|field| field.parse().ok()).unwrap_or_default();
        let zone: i32 = fields.next().and_then(|field| field.parse().ok()).unwrap_or_default();
        // `+0530` is five hours and thirty minutes.
        let zone = (zone / 100).saturating_mul(60).saturating_add(zone % 100);
        Self { name: name.trim_ascii(), email: email.trim_ascii(), time, zone }
    }
}
