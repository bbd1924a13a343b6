//! Resolves the ends of ranges to commits, and to the tags, trees and blobs that were named.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::select::{Commits, Number, Selected};
use crate::git::gap::ObjectFault;
use crate::git::object::id::{ObjectId, ObjectKind};
use crate::git::object::tree::tag_target;
use crate::git::odb::Object;
use crate::git::odb::verified::{Lack, Verified};
use crate::git::refs::revision::{Revision, RevisionError, RevisionProblem, Revisions};
use crate::rules::Detector;
use crate::scan::options::{Range, RangeSpec, Remotes};
use crate::scan::search::found::Found;

/// The ends of one or more ranges that leave out the same.
pub(super) struct Ends {
    tips: BTreeSet<ObjectId>,
    excluded: BTreeSet<ObjectId>,
}

/// Looks up all that is named. Ranges that leave out the same become one. The others stay apart,
/// because `A..B` and `B..C` together are not what git makes of them (`^A B ^B C`).
pub(super) fn resolve(
    spec: &RangeSpec,
    revisions: &Revisions<'_>,
) -> Result<Vec<Ends>, Vec<RevisionError>> {
    let mut errors = Vec::new();
    let mut common = BTreeSet::new();
    let mut exclude = |revision: &Revision, excluded: &mut BTreeSet<ObjectId>| match left_out(
        revision, revisions,
    ) {
        Ok(id) => excluded.extend(id),
        Err(error) => errors.push(error),
    };
    for revision in &spec.not {
        exclude(revision, &mut common);
    }
    let head = [Range { from: None, to: Revision::head() }];
    let ranges = if spec.ranges.is_empty() { &head } else { spec.ranges.as_slice() };
    let mut resolved = Vec::new();
    for range in ranges {
        let mut excluded = BTreeSet::new();
        if let Some(from) = &range.from {
            exclude(from, &mut excluded);
        }
        resolved.push((range, excluded));
    }
    if let Some(remotes) = &spec.not_remotes {
        let remote = match remotes {
            Remotes::All => None,
            Remotes::Named(name) => Some(name.as_str()),
        };
        match revisions.of_remotes(remote) {
            Ok(ids) => common.extend(ids),
            Err(error) => errors.push(error),
        }
    }
    let mut ends: BTreeMap<BTreeSet<ObjectId>, BTreeSet<ObjectId>> = BTreeMap::new();
    for (range, mut excluded) in resolved {
        // Zeros where a range ends: a ref that is deleted brings nothing.
        if range.to.is_none() {
            continue;
        }
        match revisions.resolve(&range.to) {
            Ok(tip) => {
                excluded.extend(&common);
                ends.entry(excluded).or_default().insert(tip);
            }
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() {
        Ok(ends.into_iter().map(|(excluded, tips)| Ends { tips, excluded }).collect())
    } else {
        Err(errors)
    }
}

/// The object whose history is left out, if there is one.
fn left_out(
    revision: &Revision,
    revisions: &Revisions<'_>,
) -> Result<Option<ObjectId>, RevisionError> {
    if revision.is_none() {
        return Ok(None);
    }
    match revisions.resolve(revision) {
        Ok(id) => Ok(Some(id)),
        // A hook may run before there is a commit: nothing is left out then.
        Err(error) if revision.is_head() && error.problem == RevisionProblem::Unborn => Ok(None),
        Err(error) => Err(error),
    }
}

/// What the ranges of one [`Ends`] have.
pub(super) struct Extent {
    pub(super) selected: Selected,
    /// The tags by which the range's ends are named.
    pub(super) tags: Vec<ObjectId>,
    /// Trees and blobs that are named without a commit.
    pub(super) trees: Vec<ObjectId>,
    pub(super) blobs: Vec<ObjectId>,
    /// Trees that are left out, with all that is below them, and blobs.
    pub(super) without: Vec<ObjectId>,
    /// What tags name and cannot be read, with the tag.
    pub(super) lacking: Vec<(ObjectId, Lack, Option<ObjectId>)>,
}

impl Extent {
    pub(super) fn select(ends: &Ends, tags: &mut Tags<'_>, commits: &mut Commits<'_>) -> Self {
        let (tips, excluded) =
            (Sorted::new(&ends.tips, tags, commits), Sorted::new(&ends.excluded, tags, commits));
        let selected = commits.select(&tips.commits, &excluded.commits);
        let edges = selected.edges.iter();
        let edges = edges.filter_map(|&edge| Some(commits.content(edge)?.tree));
        let without = edges.chain(excluded.trees).chain(excluded.blobs).collect();
        let mut own_tags = tips.tags;
        own_tags.retain(|tag| !excluded.tags.contains(tag));
        let (trees, blobs, lacking) = (tips.trees, tips.blobs, tips.lacking);
        Self { selected, tags: own_tags, trees, blobs, without, lacking }
    }
}

/// Objects that were named, by what they are.
#[derive(Default)]
struct Sorted {
    commits: Vec<Number>,
    tags: Vec<ObjectId>,
    trees: Vec<ObjectId>,
    blobs: Vec<ObjectId>,
    lacking: Vec<(ObjectId, Lack, Option<ObjectId>)>,
}

impl Sorted {
    fn new(named: &BTreeSet<ObjectId>, tags: &mut Tags<'_>, commits: &mut Commits<'_>) -> Self {
        let mut sorted = Self::default();
        for &id in named {
            let (mut id, mut tag) = (id, None);
            // A chain of tags ends: an id is a hash of what it names.
            loop {
                if let Some(number) = commits.known(&id) {
                    sorted.commits.push(number);
                    break;
                }
                match tags.read(id) {
                    Ok(Named::Tag(target)) => {
                        sorted.tags.push(id);
                        tag = Some(id);
                        id = target;
                        continue;
                    }
                    Ok(Named::Commit(content)) => sorted.commits.push(commits.put(id, &content)),
                    Ok(Named::Tree) => sorted.trees.push(id),
                    Ok(Named::Blob) => sorted.blobs.push(id),
                    Err(lack) => sorted.lacking.push((id, lack, tag)),
                }
                break;
            }
        }
        sorted.tags.sort_unstable();
        sorted.tags.dedup();
        sorted
    }
}

/// The tags that were read.
pub(super) struct Tags<'s> {
    objects: Verified<'s>,
    detector: &'s Detector,
    /// What each is about, and its size in bytes.
    known: HashMap<ObjectId, (ObjectId, u64)>,
    pub(super) found: Found,
}

/// An object that was named.
enum Named {
    /// With what it is about.
    Tag(ObjectId),
    /// With its content.
    Commit(Vec<u8>),
    Tree,
    Blob,
}

impl<'s> Tags<'s> {
    pub(super) fn new(objects: Verified<'s>, detector: &'s Detector) -> Self {
        Self { objects, detector, known: HashMap::new(), found: Found::default() }
    }

    pub(super) fn size(&self, id: &ObjectId) -> Option<u64> {
        self.known.get(id).map(|known| known.1)
    }

    fn read(&mut self, id: ObjectId) -> Result<Named, Lack> {
        if let Some((target, _)) = self.known.get(&id) {
            return Ok(Named::Tag(*target));
        }
        let (kind, content) = self.objects.read(&id)?;
        Ok(match kind {
            ObjectKind::Commit => Named::Commit(content),
            ObjectKind::Tree => Named::Tree,
            ObjectKind::Blob => Named::Blob,
            ObjectKind::Tag => {
                let size = content.len() as u64;
                self.found.search(self.detector, &Object::new(kind, size, id), &content);
                let target = tag_target(&content, self.objects.hash);
                let target = target.ok_or(Lack::Fault(ObjectFault::Malformed(kind)))?;
                self.known.insert(id, (target, size));
                Named::Tag(target)
            }
        })
    }
}
