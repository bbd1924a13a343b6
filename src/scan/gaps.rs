//! What a repository claims to have and does not store.
//!
//! An object that is named and not stored is no gap when only leftovers of history that was thrown
//! away name it: those may lack anything. So what is missing is settled by asking which of it the
//! refs, reflogs and indexes lead to.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::attribution::{Introductions, Wanted};
use super::containment::Containment;
use super::coverage::{Skipped, What};
use super::history::History;
use super::id::ObjectId;
use crate::report::text::readable;

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
    let containment = Containment::search(
        history.store,
        history.hash,
        history.threads,
        missing.iter().copied(),
        std::iter::empty(),
    );
    let graph = history.graph();
    // What a ref that cannot be read leads to is not known, so everything counts as reached.
    let is_unknown = history.claims.has_unknown_refs;
    let tips = history.tips();
    let is_reached = if is_unknown {
        vec![true; graph.commits.len()]
    } else {
        graph.reachable(tips.iter().filter_map(|tip| graph.number(tip)))
    };
    // The parents that a shallow clone cut off are told as one gap, not one by one.
    let shallow: HashSet<ObjectId> = history.claims.shallow.iter().copied().collect();
    let mut cut_off = HashSet::new();
    let mut found = HashMap::new();
    let mut roots = tips;
    for (commit, is_reached) in graph.commits.iter().zip(&is_reached) {
        if shallow.contains(&commit.id) {
            cut_off.extend(commit.absent_parents.iter().copied());
        } else if *is_reached {
            for &parent in &commit.absent_parents {
                found.insert(parent, format!("commit {} names it as a parent", commit.id));
            }
        }
        if *is_reached {
            roots.push(commit.tree);
            if missing.contains(&commit.tree) {
                found.insert(commit.tree, format!("it is the tree of commit {}", commit.id));
            }
        }
    }
    let introductions = Introductions::find(graph, &containment, &is_reached, None);
    let below = containment.below(roots);
    let is_gap = |id: &&ObjectId| below.contains(id) || is_unknown && !cut_off.contains(id);
    for &id in missing.iter().filter(is_gap) {
        found.entry(id).or_insert_with(|| match introductions.of(&Wanted::Object(id)).next() {
            Some(place) => {
                let commit = graph.get(place.commit).id;
                format!("commit {commit} has it at {}", readable(&place.path))
            }
            None => "a tag or an unreachable tree names it".to_owned(),
        });
    }
    found
}
