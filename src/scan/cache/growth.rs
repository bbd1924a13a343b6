//! Reads the objects that were added since an earlier scan, if nothing else has happened.
//!
//! Each rule here is one that is surely enough, not one that is needed. Where a rule does not hold,
//! the answer is "unknown" and the repository is read whole.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use super::snapshot::{Directory, Snapshot};
use super::state::State;
use crate::git::history::links::Mentioned;
use crate::git::object::id::{HashKind, ObjectId, ObjectKind};
use crate::git::object::tree::{CommitLinks, tag_target};
use crate::git::odb::{Inventory, ObjectSource as _, ObjectStore};
use crate::git::progress::Progress;
use crate::git::refs::claims::Claims;
use crate::git::repository::locate::Located;
use crate::rules::Detector;
use crate::scan::report::coverage::Coverage;
use crate::scan::report::gap::{GapKind, Skipped};
use crate::scan::search::objects::search_all;

/// The repository as it is now, and how it is searched.
pub(super) struct Now<'n> {
    pub(super) located: &'n Located,
    pub(super) files: &'n Snapshot,
    pub(super) detector: &'n Detector,
    pub(super) threads: usize,
    /// Set when a digest of the packs would have helped.
    pub(super) wants_digests: &'n Cell<bool>,
}

/// Reads what was added since `state` and adds it up. `None` when that is not enough to know.
pub(super) fn grow(now: &Now<'_>, state: &State, claims: &Claims) -> Option<Coverage> {
    let hash = now.located.hash();
    // A state that can grow has no shallow boundary.
    if !state.can_grow || !claims.shallow.is_empty() {
        return None;
    }
    let is_archive = |gap: &&Skipped| gap.kind == GapKind::Archive;
    let (archives, others): (Vec<&Skipped>, Vec<&Skipped>) =
        state.coverage.skipped.iter().partition(is_archive);
    let gaps = gaps(&others)?;
    let Stores { old, new, touched } = Stores::open(now, &state.files, hash)?;
    // They are counted among the old ones, and name what they named, if they can be read as what
    // they were.
    search(now, touched, &Progress::new())?;
    let progress = Progress::new();
    let (new, mentioned) = search(now, new, &progress)?;
    let grown = Grown { old, old_files: &state.files, files: now.files, new, hash };

    // With all that it names stored, or a gap already, no added object makes a gap. Nor does a ref
    // that leads to an old object: what any of those names is stored or a gap.
    let is_known = |id: &ObjectId| grown.has(id) || gaps.contains_key(id);
    if !mentioned.missing.keys().all(is_known) || !claimed(claims).iter().all(|id| grown.has(id)) {
        return None;
    }
    // With all that led to the gaps still there, those that nothing filled stay.
    let mut skipped: Vec<Skipped> =
        gaps.iter().filter(|(id, _)| !grown.has(id)).map(|(_, &gap)| gap.clone()).collect();
    if !skipped.is_empty() && !grown.leads_to_all(claims, &state.claimed) {
        return None;
    }
    // Nothing that was stored is gone.
    skipped.extend(archives.into_iter().cloned());
    skipped.sort();
    Some(Coverage {
        objects: state.coverage.objects + grown.added(),
        bytes: state.coverage.bytes + progress.bytes(),
        skipped,
        known_objects: state.coverage.objects,
        ..Coverage::default()
    })
}

/// All that refs, reflogs and indexes name, in the order in which looking it up is fastest.
pub(super) fn claimed(claims: &Claims) -> Vec<ObjectId> {
    let mut claimed: Vec<_> = claims.all().map(|(&id, _)| id).collect();
    claimed.sort_unstable();
    claimed.dedup();
    claimed
}

/// The gaps of an earlier scan by the objects that are missing.
fn gaps<'s>(skipped: &[&'s Skipped]) -> Option<HashMap<ObjectId, &'s Skipped>> {
    let gap = |skipped: &Skipped| match skipped.kind {
        GapKind::MissingObject | GapKind::PromisedObject => skipped.object(),
        _ => None,
    };
    skipped.iter().map(|&skipped| Some((gap(skipped)?, skipped))).collect()
}

/// The objects of a repository by what became of them.
struct Stores {
    /// The packs that were there, and the directories of loose objects.
    old: ObjectStore,
    new: ObjectStore,
    /// Loose objects that were there, in files that have changed.
    touched: ObjectStore,
}

impl Stores {
    fn open(now: &Now<'_>, earlier: &Snapshot, hash: HashKind) -> Option<Self> {
        let nothing = Directory::default();
        let (mut old, mut new) = (Vec::new(), Vec::new());
        let (mut old_loose, mut new_loose, mut touched) = (Vec::new(), Vec::new(), Vec::new());
        let directories = now.located.objects.iter().zip(&now.files.directories);
        for (at, (path, directory)) in directories.enumerate() {
            let earlier = earlier.directories.get(at).unwrap_or(&nothing);
            let additions = directory.additions_to(path, earlier, now.threads)?;
            if additions.is_uncertain {
                now.wants_digests.set(true);
                return None;
            }
            old.extend(earlier.indexes(path));
            new.extend(additions.indexes);
            old_loose.push((path.clone(), Vec::new()));
            new_loose.push((path.clone(), additions.loose));
            touched.push((path.clone(), additions.touched));
        }
        Some(Self {
            old: ObjectStore::of(&old, old_loose, hash)?,
            new: ObjectStore::of(&new, new_loose, hash)?,
            touched: ObjectStore::of(&[], touched, hash)?,
        })
    }
}

/// Searches all objects of a store; `None` when there is a token, or something that cannot be read.
fn search(
    now: &Now<'_>,
    store: ObjectStore,
    progress: &Progress,
) -> Option<(Inventory, Mentioned)> {
    let (inventory, faults) = Inventory::of_listed(store, now.threads);
    if !faults.is_empty() {
        return None;
    }
    let (found, unread) =
        search_all(&inventory, now.located.hash(), now.detector, now.threads, progress);
    let is_clean = unread.is_empty()
        && found.malformed.is_empty()
        && found.unopened.is_empty()
        && found.hits.is_empty();
    is_clean.then_some((inventory, found.mentioned))
}

/// A repository to which objects were added.
struct Grown<'s> {
    old: ObjectStore,
    old_files: &'s Snapshot,
    /// All files, old and new.
    files: &'s Snapshot,
    new: Inventory,
    hash: HashKind,
}

impl Grown<'_> {
    /// Whether an object is stored and was read. (A loose object that came after the files were
    /// listed was not.)
    fn has(&self, id: &ObjectId) -> bool {
        self.was_there(id) || self.new.contains(id) || self.files.has_loose(id)
    }

    fn was_there(&self, id: &ObjectId) -> bool {
        self.old.has_packed(id) || self.old_files.has_loose(id)
    }

    /// How many different objects were added.
    fn added(&self) -> u64 {
        self.new.ids().filter(|id| !self.was_there(id)).count() as u64
    }

    /// Whether refs, reflogs and indexes lead to all that they led to `earlier`.
    fn leads_to_all(&self, claims: &Claims, earlier: &[ObjectId]) -> bool {
        let mut reached: HashSet<ObjectId> = claims.all().map(|(id, _)| *id).collect();
        let mut waiting: Vec<ObjectId> = reached.iter().copied().collect();
        while let Some(id) = waiting.pop() {
            if !self.new.contains(&id) {
                continue;
            }
            let Ok(Some((kind, content))) = self.new.read(&id) else { return false };
            let named: Vec<ObjectId> = match kind {
                ObjectKind::Commit => CommitLinks::parse(&content, self.hash)
                    .map(|links| links.parents().collect())
                    .unwrap_or_default(),
                ObjectKind::Tag => tag_target(&content, self.hash).into_iter().collect(),
                ObjectKind::Tree | ObjectKind::Blob => Vec::new(),
            };
            waiting.extend(named.into_iter().filter(|&id| reached.insert(id)));
        }
        // A blob, as indexes name them, leads nowhere.
        let is_blob = |id: &ObjectId| self.old.kind(id) == Some(ObjectKind::Blob);
        earlier.iter().all(|id| reached.contains(id) || is_blob(id))
    }
}
