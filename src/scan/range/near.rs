//! Builds the graph of a range's commits and of the commits between them and the refs.

use std::collections::{HashMap, HashSet};

use super::select::{Commits, Number};
use crate::git::history::ancestry::{Ancestry, CommitNumber};
use crate::git::history::commit_graph::{CommitGraphFile, Generation, GraphCommit};
use crate::git::object::id::ObjectId;
use crate::scan::attribution::Lineage;

/// How far clocks are trusted when refs are sought that lead to a commit, in seconds. This decides
/// which refs are listed with a token, not whether it is reported.
const CLOCK_ERROR: i64 = 24 * 60 * 60;

/// The range's commits, and the commits that may stand between refs and them.
pub(super) struct NearCommits {
    numbers: HashMap<ObjectId, CommitNumber>,
    ids: Vec<ObjectId>,
    trees: Vec<ObjectId>,
    parents: Vec<Vec<CommitNumber>>,
    orders: Vec<i64>,
}

impl NearCommits {
    /// Goes from the range's commits to their parents, and from `refs` back as far as one of the
    /// range's commits may come.
    ///
    /// Where the graph file has a commit, it is asked. A lie in it can make the names of refs wrong
    /// that are listed with a token, and nothing else.
    pub(super) fn walk(
        commits: &mut Commits<'_>,
        graph: Option<&CommitGraphFile>,
        numbers: &[Number],
        refs: impl IntoIterator<Item = ObjectId>,
    ) -> Self {
        let times = numbers.iter().filter_map(|&number| Some(commits.content(number)?.time));
        let oldest = times.min().unwrap_or(i64::MAX).saturating_sub(CLOCK_ERROR);
        let generations = numbers.iter().filter_map(|&number| commits.generation(number));
        let lowest = generations.min().unwrap_or(Generation::MAX);
        let is_own: HashSet<ObjectId> = numbers.iter().map(|&number| commits.id(number)).collect();
        let mut met = HashSet::new();
        let mut found: Vec<(ObjectId, GraphCommit)> = Vec::new();
        let mut open: Vec<ObjectId> = is_own.iter().copied().chain(refs).collect();
        while let Some(id) = open.pop() {
            if !met.insert(id) {
                continue;
            }
            let position = graph.and_then(|graph| graph.position(&id));
            let commit = if let Some(number) = commits.known(&id) {
                commits.links(number)
            } else if let Some(commit) = position.and_then(|position| graph?.commit(position)) {
                Some(commit)
            } else {
                let number = commits.number(id);
                commits.read(number);
                commits.links(number)
            };
            let Some(commit) = commit else { continue };
            let generation = position.and_then(|position| graph?.generation(position));
            let may_lead =
                generation.map_or(commit.time >= oldest, |generation| generation > lowest);
            if may_lead || is_own.contains(&id) {
                open.extend_from_slice(&commit.parents);
            }
            found.push((id, commit));
        }
        Self::of(found)
    }

    fn of(mut found: Vec<(ObjectId, GraphCommit)>) -> Self {
        found.sort_unstable_by_key(|found| found.0);
        let numbers: HashMap<_, _> = found.iter().map(|found| found.0).zip(0..).collect();
        let parents = |commit: &GraphCommit| {
            commit.parents.iter().filter_map(|parent| numbers.get(parent).copied()).collect()
        };
        let mut near = Self {
            ids: found.iter().map(|found| found.0).collect(),
            trees: found.iter().map(|found| found.1.tree).collect(),
            parents: found.iter().map(|found| parents(&found.1)).collect(),
            orders: Vec::new(),
            numbers,
        };
        let times: Vec<i64> = found.iter().map(|found| found.1.time).collect();
        near.orders = near.orders_of(&times);
        near
    }
}

impl Ancestry for NearCommits {
    fn len(&self) -> usize {
        self.ids.len()
    }

    fn parents(&self, number: CommitNumber) -> &[CommitNumber] {
        &self.parents[number as usize]
    }
}

impl Lineage for NearCommits {
    fn number(&self, id: &ObjectId) -> Option<CommitNumber> {
        self.numbers.get(id).copied()
    }

    fn id(&self, number: CommitNumber) -> ObjectId {
        self.ids[number as usize]
    }

    fn tree(&self, number: CommitNumber) -> Option<ObjectId> {
        Some(self.trees[number as usize])
    }

    fn order(&self, number: CommitNumber) -> i64 {
        self.orders[number as usize]
    }
}
