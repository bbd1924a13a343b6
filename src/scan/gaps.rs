//! What a repository claims to have and does not store.
//!
//! An object that is named and not stored is no gap when only leftovers of history that was thrown
//! away name it: those may lack anything. So what is missing is settled by asking which of it the
//! refs, reflogs and indexes lead to.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::ascent::Ascent;
use super::containment::Containment;
use super::coverage::{Skipped, What};
use super::history::History;
use super::id::ObjectId;
use crate::bytes::to_text;

/// So many of the missing objects are told with their path: each costs reading the trees above it.
const MAX_DESCRIBED: usize = 100;

/// Finds the gaps, given every id that some stored object names and that is not stored.
pub(super) fn find(
    history: &History<'_>,
    missing: &HashSet<ObjectId>,
    is_partial_clone: bool,
) -> Vec<Skipped> {
    let mut gaps = BTreeMap::new();
    for (id, claimant) in history.claims.all() {
        if !history.store.contains(id) {
            gaps.entry(*id).or_insert_with(|| format!("{claimant} names it"));
        }
    }
    if !missing.is_empty() {
        gaps.extend(reachable(history, missing));
    }
    let (state, mend) = if is_partial_clone {
        (
            "it was not fetched (partial clone)",
            "fetch what the filter left out: git fetch --refetch --no-filter",
        )
    } else {
        ("it is not stored here", "fetch a whole copy: git clone --mirror URL")
    };
    let mut skipped: Vec<_> = gaps
        .into_iter()
        .map(|(id, place)| {
            Skipped::new(What::MissingObject, id.to_string(), format!("{place}; {state}"))
                .mend(mend)
        })
        .collect();
    if let Some(boundary) = history.claims.shallow.first() {
        let count = history.claims.shallow.len();
        let commits =
            if count == 1 { "this commit".to_owned() } else { format!("{count} commits") };
        let reason = format!("the history before {commits} was not fetched");
        skipped.push(
            Skipped::new(What::ShallowBoundary, boundary.to_string(), reason)
                .mend("fetch the whole history: git fetch --unshallow"),
        );
    }
    skipped
}

/// Which of the missing objects refs, reflogs and indexes lead to, each with words for where it
/// belongs.
fn reachable(history: &History<'_>, missing: &HashSet<ObjectId>) -> HashMap<ObjectId, String> {
    let graph = history.graph();
    // What a ref that cannot be read leads to is not known, so everything counts as reached.
    let is_unknown = history.claims.has_unknown_refs;
    let tips = history.tips();
    let is_reached = if is_unknown {
        vec![true; graph.commits.len()]
    } else {
        graph.reachable(tips.keys().filter_map(|tip| graph.number(tip)))
    };
    // The parents that a shallow clone cut off are told as one gap, not one by one.
    let shallow: HashSet<ObjectId> = history.claims.shallow.iter().copied().collect();
    let mut cut_off = HashSet::new();
    let mut found = HashMap::new();
    let mut commit_of_root = HashMap::new();
    for (commit, is_reached) in graph.commits.iter().zip(&is_reached) {
        if shallow.contains(&commit.id) {
            cut_off.extend(commit.absent_parents.iter().copied());
        } else if *is_reached {
            for &parent in &commit.absent_parents {
                found.insert(parent, format!("commit {} names it as a parent", commit.id));
            }
        }
        if *is_reached {
            commit_of_root.entry(commit.tree).or_insert(commit.id);
            if missing.contains(&commit.tree) {
                found.insert(commit.tree, format!("it is the tree of commit {}", commit.id));
            }
        }
    }
    for (&id, tag) in tips.iter().filter(|(id, _)| missing.contains(id)) {
        if let Some(tag) = tag {
            found.entry(id).or_insert_with(|| format!("tag {tag} names it"));
        }
    }
    let mut roots: HashSet<ObjectId> = commit_of_root.keys().copied().collect();
    roots.extend(tips.keys());
    let is_open = |id: &&ObjectId| !found.contains_key(id) && !cut_off.contains(id);
    let open: HashSet<ObjectId> = missing.iter().filter(is_open).copied().collect();
    if open.is_empty() {
        return found;
    }
    let ascent = Ascent::climb(history.store, history.hash, history.threads, &open);
    for (id, (root, path)) in ascent.reached(&roots, MAX_DESCRIBED) {
        let root = match commit_of_root.get(&root) {
            Some(commit) => format!("commit {commit}"),
            None => format!("tree {root}"),
        };
        let place = path.map(|path| format!(" has it at {}", to_text(&path)));
        found.insert(id, root + &place.unwrap_or_else(|| " leads to it".to_owned()));
    }
    let open: HashSet<ObjectId> = open.into_iter().filter(|id| !found.contains_key(id)).collect();
    if open.is_empty() {
        return found;
    }
    let below = if is_unknown {
        open
    } else {
        let wanted = open.iter().copied();
        let named = std::iter::empty();
        let containment =
            Containment::search(history.store, history.hash, history.threads, wanted, named);
        let below = containment.below(roots);
        open.into_iter().filter(|id| below.contains(id)).collect()
    };
    let words = "a tree that is no longer on any path from a commit, or a tag, names it";
    found.extend(below.into_iter().map(|id| (id, words.to_owned())));
    found
}
