//! All commits of a repository as a graph.

use std::collections::HashMap;

use super::id::{HashKind, ObjectId, ObjectKind};
use super::objects::{Kinds, Object, ObjectSource, Visit};
use super::progress::Progress;
use super::tree::CommitLinks;

/// The number of a commit in its graph.
pub(super) type CommitNumber = u32;

/// Every stored commit, reachable or not.
#[derive(Debug, Default)]
pub(super) struct CommitGraph {
    numbers: HashMap<ObjectId, CommitNumber>,
    pub(super) commits: Vec<Commit>,
}

/// What a search through history needs of a commit.
#[derive(Clone, Debug)]
pub(super) struct Commit {
    pub(super) id: ObjectId,
    pub(super) tree: ObjectId,
    /// The parents that are stored.
    pub(super) parents: Vec<CommitNumber>,
    /// The parents that are named and not stored.
    pub(super) absent_parents: Vec<ObjectId>,
    /// Its place in time: seconds since 1970 as the committer's clock had it, but never before a
    /// parent's. Clocks differ, and many commits are made in one second.
    pub(super) order: i64,
}

impl CommitGraph {
    pub(super) fn read(source: &impl ObjectSource, hash: HashKind, threads: usize) -> Self {
        let mut visitors: Vec<_> =
            (0..threads).map(|_| Collector { hash, commits: Vec::new() }).collect();
        // What cannot be read was told by the scan itself.
        let _ = source.visit(Kinds::only(ObjectKind::Commit), &mut visitors, &Progress::new());
        let mut graph = Self::default();
        let mut links: Vec<_> = visitors.into_iter().flat_map(|visitor| visitor.commits).collect();
        links.sort_unstable_by_key(|&(id, ..)| id);
        links.dedup_by_key(|&mut (id, ..)| id);
        for (number, (id, ..)) in (0..).zip(&links) {
            graph.numbers.insert(*id, number);
        }
        for (id, CommitLinks { tree, parents }, time) in links {
            let mut commit =
                Commit { id, tree, parents: Vec::new(), absent_parents: Vec::new(), order: time };
            for parent in parents {
                match graph.numbers.get(&parent) {
                    Some(&number) => commit.parents.push(number),
                    None => commit.absent_parents.push(parent),
                }
            }
            graph.commits.push(commit);
        }
        for number in graph.parents_first() {
            let after = |&parent: &CommitNumber| graph.get(parent).order.saturating_add(1);
            let earliest = graph.get(number).parents.iter().map(after).max();
            let order = &mut graph.commits[number as usize].order;
            *order = (*order).max(earliest.unwrap_or(i64::MIN));
        }
        graph
    }

    pub(super) fn number(&self, id: &ObjectId) -> Option<CommitNumber> {
        self.numbers.get(id).copied()
    }

    pub(super) fn get(&self, number: CommitNumber) -> &Commit {
        &self.commits[number as usize]
    }

    /// Which commits the given ones lead to, themselves included.
    pub(super) fn reachable(&self, tips: impl IntoIterator<Item = CommitNumber>) -> Vec<bool> {
        let mut is_reached = vec![false; self.commits.len()];
        let mut waiting: Vec<_> = tips.into_iter().collect();
        while let Some(number) = waiting.pop() {
            if !std::mem::replace(&mut is_reached[number as usize], true) {
                waiting.extend_from_slice(&self.get(number).parents);
            }
        }
        is_reached
    }

    /// For each of `commits`, which of `tips` lead to it: the first `most` (as positions in `tips`)
    /// and how many there are.
    pub(super) fn tips_containing(
        &self,
        commits: &[CommitNumber],
        tips: &[CommitNumber],
        most: usize,
    ) -> Vec<(Vec<usize>, usize)> {
        let order = self.parents_first();
        let mut containing = vec![(Vec::new(), 0); commits.len()];
        // Sixty-four commits at once: one bit each, handed on from parents to children.
        for (chunk, containing) in commits.chunks(64).zip(containing.chunks_mut(64)) {
            let mut masks = vec![0_u64; self.commits.len()];
            for (bit, &commit) in chunk.iter().enumerate() {
                masks[commit as usize] |= 1 << bit;
            }
            for &number in &order {
                for &parent in &self.get(number).parents {
                    masks[number as usize] |= masks[parent as usize];
                }
            }
            for (at, &tip) in tips.iter().enumerate() {
                let mut mask = masks[tip as usize];
                while mask != 0 {
                    let (first, total) = &mut containing[mask.trailing_zeros() as usize];
                    if first.len() < most {
                        first.push(at);
                    }
                    *total += 1;
                    mask &= mask - 1;
                }
            }
        }
        containing
    }

    /// Parents before their children.
    fn parents_first(&self) -> Vec<CommitNumber> {
        let mut order = Vec::with_capacity(self.commits.len());
        let mut is_placed = vec![false; self.commits.len()];
        let mut path: Vec<(CommitNumber, usize)> = Vec::new();
        for start in (0..).take(self.commits.len()) {
            if std::mem::replace(&mut is_placed[start as usize], true) {
                continue;
            }
            path.push((start, 0));
            while let Some((number, next)) = path.last_mut() {
                if let Some(&parent) = self.get(*number).parents.get(*next) {
                    *next += 1;
                    if !std::mem::replace(&mut is_placed[parent as usize], true) {
                        path.push((parent, 0));
                    }
                } else {
                    order.push(*number);
                    path.pop();
                }
            }
        }
        order
    }
}

struct Collector {
    hash: HashKind,
    commits: Vec<(ObjectId, CommitLinks, i64)>,
}

impl Visit for Collector {
    fn whole(&mut self, object: &Object<'_>, content: &[u8]) -> bool {
        if let Some(links) = CommitLinks::parse(content, self.hash) {
            let time = Person::in_header(content, b"committer ").map_or(0, |person| person.time);
            self.commits.push((object.id(), links, time));
        }
        false
    }
}

/// Who did something, and when: a line `author NAME <EMAIL> SECONDS ZONE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Person<'c> {
    pub(super) name: &'c [u8],
    pub(super) email: &'c [u8],
    /// Seconds since 1970.
    pub(super) time: i64,
    /// Minutes east of Greenwich.
    pub(super) zone: i32,
}

impl<'c> Person<'c> {
    /// Finds the line with this key in the header of a commit or tag.
    pub(super) fn in_header(content: &'c [u8], key: &[u8]) -> Option<Self> {
        content
            .split(|&byte| byte == b'\n')
            .take_while(|line| !line.is_empty())
            .find_map(|line| line.strip_prefix(key))
            .map(Self::parse)
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
