//! What a repository claims to have and does not store.
//!
//! An object that is named and not stored is no gap when only leftovers of history that was thrown
//! away name it: those may lack anything. So what is missing is settled by asking which of it the
//! refs, reflogs and indexes lead to.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::ancestry::{Ancestry as _, CommitNumber};
use super::ascent::Ascent;
use super::containment::Containment;
use crate::bytes::to_text;
use crate::git::gap::{MEND_COPY, Skipped, What};
use crate::git::history::History;
use crate::git::history::links::Role;
use crate::git::object::id::ObjectId;
use crate::git::odb::Ordinal;

/// The history before a shallow clone's boundary was not fetched.
const MEND_SHALLOW: &str = "fetch the whole history: git fetch --unshallow";

/// A partial clone lacks an object.
const MEND_PARTIAL: &str = "fetch what the filter left out: git fetch --refetch --no-filter";

/// Any other repository lacks one.
const MEND_DAMAGED: &str = MEND_COPY;

/// An object that is an archive and cannot be opened.
pub(crate) const MEND_ARCHIVE: &str =
    "open the archive by other means (git cat-file blob ID), and accept it: --allow-missing ID";

/// All that is advised about gaps.
pub(crate) const MENDS: [&str; 4] = [MEND_SHALLOW, MEND_PARTIAL, MEND_DAMAGED, MEND_ARCHIVE];

/// So many of the missing objects are told with their path: each costs reading the trees above it.
const MAX_DESCRIBED: usize = 100;

/// A longer path is not told.
const MAX_PATH: usize = 4096;

/// Finds the gaps, given what some stored object names and that is not stored.
pub(crate) fn find(history: &History<'_>, is_partial_clone: bool) -> Vec<Skipped> {
    let mut gaps = BTreeMap::new();
    for (id, claimant) in history.claims.all() {
        if !history.store.contains(id) {
            gaps.entry(*id).or_insert_with(|| format!("{claimant} names it"));
        }
    }
    if !history.mentioned.missing.is_empty() {
        gaps.extend(reachable(history));
    }
    let promisors = if is_partial_clone { history.store.promisors() } else { Vec::new() };
    let is_promised = |id: &ObjectId| {
        let namers = history.mentioned.missing.get(id).into_iter().flatten();
        namers.into_iter().any(|(namer, _)| promisors.iter().any(|part| part.contains(namer)))
    };
    let gaps = gaps.into_iter().map(|(id, place)| absent(id, &place, is_promised(&id)));
    gaps.chain(shallow(&history.claims.shallow)).collect()
}

/// An object that `place` names and that is not stored. The remote of a partial clone has promised
/// to deliver what the objects name that came from there, and nothing else.
pub(crate) fn absent(id: ObjectId, place: &str, is_promised: bool) -> Skipped {
    let (what, state, mend) = if is_promised {
        (What::PromisedObject, "it was not fetched (partial clone)", MEND_PARTIAL)
    } else {
        (What::MissingObject, "it is not stored here", MEND_DAMAGED)
    };
    Skipped::new(what, id.to_string(), format!("{place}; {state}")).mend(mend)
}

/// The commits at which a shallow clone's history ends, as one gap.
pub(crate) fn shallow(boundary: &[ObjectId]) -> Option<Skipped> {
    let first = boundary.first()?;
    let count = boundary.len();
    let commits = if count == 1 { "this commit".to_owned() } else { format!("{count} commits") };
    let reason = format!("the history before {commits} was not fetched");
    let gap = Skipped::new(What::ShallowBoundary, first.to_string(), reason);
    Some(gap.mend(MEND_SHALLOW))
}

/// Which of the missing objects refs, reflogs and indexes lead to, each with words for where it
/// belongs.
fn reachable(history: &History<'_>) -> HashMap<ObjectId, String> {
    let missing = &history.mentioned.missing;
    let graph = history.graph();
    // What a ref that cannot be read leads to is not known, so everything counts as reached.
    let is_unknown = history.claims.has_unknown_refs;
    let tips = history.tips();
    let is_reached = if is_unknown {
        vec![true; graph.len()]
    } else {
        graph.reachable(tips.keys().filter_map(|tip| graph.number(tip)))
    };
    // The parents that a shallow clone cut off are told as one gap, not one by one.
    let shallow: HashSet<ObjectId> = history.claims.shallow.iter().copied().collect();
    let mut cut_off = HashSet::new();
    let mut found = HashMap::new();
    for (&id, namers) in missing {
        let named_by = |wanted: Role| namers.iter().filter(move |(_, role)| *role == wanted);
        let commits = |role| {
            let commit = |&(namer, _): &_| graph.number_at(history.store.canonical(namer));
            named_by(role).filter_map(commit)
        };
        let is_reached = |commit: &CommitNumber| is_reached[*commit as usize];
        if let Some(commit) = commits(Role::Tree).filter(is_reached).min() {
            found.insert(id, format!("it is the tree of commit {}", graph.id(commit)));
            continue;
        }
        let (at_boundary, parents): (Vec<_>, Vec<_>) =
            commits(Role::Parent).partition(|&commit| shallow.contains(&graph.id(commit)));
        if !at_boundary.is_empty() {
            cut_off.insert(id);
        }
        if let Some(commit) = parents.into_iter().filter(is_reached).min() {
            found.insert(id, format!("commit {} names it as a parent", graph.id(commit)));
        }
    }
    for (&id, tag) in tips.iter().filter(|(id, _)| missing.contains_key(id)) {
        if let Some(tag) = tag {
            found.entry(id).or_insert_with(|| format!("tag {tag} names it"));
        }
    }
    let is_open = |id: &ObjectId| !found.contains_key(id) && !cut_off.contains(id);
    let open: Vec<ObjectId> = missing.keys().copied().filter(is_open).collect();
    if open.is_empty() {
        return found;
    }
    let mut commit_of_root = HashMap::new();
    for commit in graph.numbers().filter(|&commit| is_reached[commit as usize]) {
        if let Some(tree) = graph.tree_at(commit) {
            commit_of_root.entry(tree).or_insert(commit);
        }
    }
    let mut roots: HashSet<Ordinal> = commit_of_root.keys().copied().collect();
    roots.extend(tips.keys().filter_map(|tip| history.store.find(tip.as_bytes())));
    let ascent =
        Ascent::climb(history.store, history.hash, history.mentioned, open.iter().copied());
    for (id, (root, path)) in ascent.reached(&roots, MAX_DESCRIBED) {
        let root = match commit_of_root.get(&root) {
            Some(&commit) => format!("commit {}", graph.id(commit)),
            None => format!("tree {}", history.store.id_of(root)),
        };
        // Longer paths than any system takes are nothing to read.
        let path = path.filter(|path| path.len() <= MAX_PATH);
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
        let containment = Containment::search(history, wanted, std::iter::empty());
        let below = containment.below(roots.into_iter().map(|root| history.store.id_of(root)));
        open.into_iter().filter(|id| below.contains(id)).collect()
    };
    let words = "a tree that is no longer on any path from a commit, or a tag, names it";
    found.extend(below.into_iter().map(|id| (id, words.to_owned())));
    found
}
