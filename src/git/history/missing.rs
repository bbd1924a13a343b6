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
use crate::git::gap::{Cause, Gap, Referrer, Subject};
use crate::git::history::History;
use crate::git::history::links::Role;
use crate::git::object::id::ObjectId;
use crate::git::odb::Ordinal;

/// So many of the missing objects are told with their path: each costs reading the trees above it.
const MAX_DESCRIBED: usize = 100;

/// A longer path is not told.
const MAX_PATH: usize = 4096;

/// Finds the gaps, given what some stored object names and that is not stored.
pub(crate) fn find(history: &History<'_>, is_partial_clone: bool) -> Vec<Gap> {
    let mut gaps = BTreeMap::new();
    for (id, claimant) in history.claims.all() {
        if !history.store.contains(id) {
            gaps.entry(*id).or_insert_with(|| claimant.to_referrer());
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
    let gaps = gaps.into_iter().map(|(id, referrer)| absent(id, referrer, is_promised(&id)));
    gaps.chain(shallow(&history.claims.shallow)).collect()
}

/// An object that is named and not stored. The remote of a partial clone has promised to deliver
/// what the objects name that came from there, and nothing else.
pub(crate) fn absent(id: ObjectId, referrer: Referrer, is_promised: bool) -> Gap {
    let cause = if is_promised { Cause::NotFetched(referrer) } else { Cause::NotStored(referrer) };
    Gap::new(Subject::Object(id), cause)
}

/// The commits at which a shallow clone's history ends, as one gap.
pub(crate) fn shallow(boundary: &[ObjectId]) -> Option<Gap> {
    let first = Subject::Object(*boundary.first()?);
    Some(Gap::new(first, Cause::Shallow { commits: boundary.len() }))
}

/// Which of the missing objects refs, reflogs and indexes lead to, each with what leads to it.
fn reachable(history: &History<'_>) -> HashMap<ObjectId, Referrer> {
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
            found.insert(id, Referrer::TreeOf(graph.id(commit)));
            continue;
        }
        let (at_boundary, parents): (Vec<_>, Vec<_>) =
            commits(Role::Parent).partition(|&commit| shallow.contains(&graph.id(commit)));
        if !at_boundary.is_empty() {
            cut_off.insert(id);
        }
        if let Some(commit) = parents.into_iter().filter(is_reached).min() {
            found.insert(id, Referrer::ParentOf(graph.id(commit)));
        }
    }
    for (&id, tag) in tips.iter().filter(|(id, _)| missing.contains_key(id)) {
        if let Some(tag) = tag {
            found.entry(id).or_insert(Referrer::Tag(*tag));
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
        // Longer paths than any system takes are nothing to read.
        let path = path.filter(|path| path.len() <= MAX_PATH).map(|path| to_text(&path));
        let referrer = match commit_of_root.get(&root) {
            Some(&commit) => Referrer::Commit(graph.id(commit), path),
            None => Referrer::Tree(history.store.id_of(root), path),
        };
        found.insert(id, referrer);
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
    found.extend(below.into_iter().map(|id| (id, Referrer::Unplaced)));
    found
}
