//! What the scan's second half asks of a repository's history: the graph of commits, and what its
//! refs lead to.

use std::cell::OnceCell;
use std::collections::HashSet;

use super::commits::{CommitGraph, CommitNumber};
use super::id::{HashKind, ObjectId};
use super::objects::ObjectStore;
use super::refs::Claims;
use super::tree::tag_target;

/// A repository's history. The graph of its commits is read when the first question needs it: a
/// scan without findings and gaps asks none.
pub(super) struct History<'r> {
    pub(super) store: &'r ObjectStore,
    pub(super) claims: &'r Claims,
    pub(super) hash: HashKind,
    pub(super) threads: usize,
    graph: OnceCell<CommitGraph>,
}

impl<'r> History<'r> {
    pub(super) fn new(
        store: &'r ObjectStore,
        claims: &'r Claims,
        hash: HashKind,
        threads: usize,
    ) -> Self {
        Self { store, claims, hash, threads, graph: OnceCell::new() }
    }

    pub(super) fn graph(&self) -> &CommitGraph {
        self.graph.get_or_init(|| CommitGraph::read(self.store, self.hash, self.threads))
    }

    /// The commit that `HEAD` leads to.
    pub(super) fn head(&self) -> Option<CommitNumber> {
        self.graph().number(&self.claims.head?)
    }

    /// What refs, reflogs and indexes name, with tags followed to what they are about.
    pub(super) fn tips(&self) -> Vec<ObjectId> {
        let mut tips = HashSet::new();
        for (id, _) in self.claims.all() {
            let mut id = *id;
            // A tag may be about a tag, and so on.
            while tips.insert(id) {
                match self.store.read_tag(&id) {
                    Some(content) => match tag_target(&content, self.hash) {
                        Some(target) => id = target,
                        None => break,
                    },
                    None => break,
                }
            }
        }
        tips.into_iter().collect()
    }

    /// Every ref that leads to a commit, branches first.
    pub(super) fn refs(&self) -> Vec<(String, CommitNumber)> {
        let mut refs: Vec<_> = self
            .claims
            .refs
            .iter()
            .filter_map(|(name, &id)| Some((name.clone(), self.graph().number(&self.peel(id))?)))
            .collect();
        let rank = |name: &str| {
            ["refs/heads/", "refs/remotes/", "refs/tags/", "refs/"]
                .iter()
                .position(|prefix| name.starts_with(prefix))
                .unwrap_or(4)
        };
        refs.sort_by(|a, b| (rank(&a.0), &a.0).cmp(&(rank(&b.0), &b.0)));
        refs
    }

    /// Follows a tag to what it is about.
    fn peel(&self, mut id: ObjectId) -> ObjectId {
        // A chain of tags ends; a forged circle of them must too.
        for _ in 0..64 {
            let content = self.store.read_tag(&id);
            match content.and_then(|content| tag_target(&content, self.hash)) {
                Some(target) => id = target,
                None => break,
            }
        }
        id
    }
}
