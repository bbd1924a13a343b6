//! What the scan's second half asks of a repository's history: the graph of commits, and what its
//! refs lead to.

pub(crate) mod ancestry;
pub(crate) mod ascent;
pub(crate) mod commit_graph;
pub(crate) mod commits;
pub(crate) mod containment;
pub(crate) mod introductions;
pub(crate) mod links;
pub(crate) mod missing;

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use crate::git::history::ancestry::CommitNumber;
use crate::git::history::commits::CommitGraph;
use crate::git::history::links::Mentioned;
use crate::git::object::id::{HashKind, ObjectId};
use crate::git::object::tree::tag_target;
use crate::git::odb::Inventory;
use crate::git::refs::claims::{Claimant, Claims, NamedBy};

/// A repository's history. The graph of its commits is made when the first question needs it: a
/// scan without findings and gaps asks none.
pub(crate) struct History<'r> {
    pub(crate) store: &'r Inventory,
    pub(crate) mentioned: &'r Mentioned,
    pub(crate) claims: &'r Claims,
    pub(crate) hash: HashKind,
    pub(crate) threads: usize,
    graph: OnceLock<CommitGraph<'r>>,
}

impl<'r> History<'r> {
    pub(crate) fn new(
        store: &'r Inventory,
        mentioned: &'r Mentioned,
        claims: &'r Claims,
        hash: HashKind,
        threads: usize,
    ) -> Self {
        Self { store, mentioned, claims, hash, threads, graph: OnceLock::new() }
    }

    pub(crate) fn graph(&self) -> &CommitGraph<'r> {
        self.graph.get_or_init(|| CommitGraph::new(self.store, self.mentioned))
    }

    /// The commit that `HEAD` leads to.
    pub(crate) fn head(&self) -> Option<CommitNumber> {
        self.graph().number(&self.claims.head?)
    }

    /// What refs, reflogs and indexes name, and what the tags among it are about, with the tag.
    pub(crate) fn tips(&self) -> HashMap<ObjectId, Option<ObjectId>> {
        let mut tips: HashMap<_, _> = self.claims.all().map(|(&id, _)| (id, None)).collect();
        // An index names files, which may be many and are no tags.
        let is_index = |claimant| matches!(claimant, Claimant::Other(NamedBy::Index(_)));
        let tagged = self.claims.all().filter(|(_, claimant)| !is_index(*claimant));
        // A million refs may name one object.
        let tagged: HashSet<ObjectId> = tagged.map(|(id, _)| *id).collect();
        for mut id in tagged {
            // A tag may be about a tag, and so on.
            while let Some(content) = self.store.read_tag(&id) {
                let Some(target) = tag_target(&content, self.hash) else { break };
                if tips.insert(target, Some(id)).is_some_and(|known| known.is_some()) {
                    break;
                }
                id = target;
            }
        }
        tips
    }

    /// Every ref that leads to a commit, branches first.
    pub(crate) fn refs(&self) -> Vec<(String, CommitNumber)> {
        let mut refs: Vec<_> = self
            .claims
            .refs
            .iter()
            .filter_map(|(name, &id)| Some((name.clone(), self.commit(id)?)))
            .collect();
        branches_first(&mut refs);
        refs
    }

    /// The commit that a ref's object is, or that it is a tag of. Nearly all are commits, and
    /// asking each of a million refs' objects for its kind would open as many files.
    fn commit(&self, id: ObjectId) -> Option<CommitNumber> {
        self.graph().number(&id).or_else(|| self.graph().number(&self.peel(id)))
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

/// Brings refs into the order in which they are told.
pub(crate) fn branches_first(refs: &mut [(String, CommitNumber)]) {
    let rank = |name: &str| {
        ["refs/heads/", "refs/remotes/", "refs/tags/", "refs/"]
            .iter()
            .position(|prefix| name.starts_with(prefix))
            .unwrap_or(4)
    };
    refs.sort_by(|a, b| (rank(&a.0), &a.0).cmp(&(rank(&b.0), &b.0)));
}
