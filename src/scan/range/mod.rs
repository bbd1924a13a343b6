//! Reads a part of the history: what some commits lead to and others do not.
//!
//! ```text
//! revision → ends → select → changes → blobs → membership ─┬→ findings
//!                  (commits) (trees)                       └→ coverage
//! ```
//!
//! A range without tokens and gaps costs its own commits, the trees that they change and their new
//! blobs. Only where there is something to report, the scan asks whether the other side has it too
//! (`descent`), and where it comes from.
//!
//! The ids of its ends alone decide what a range is. Nothing that the repository's files say
//! changes it: each object that decides what is read is compared with its id
//! ([`crate::git::odb::verified`]).

mod changes;
mod descent;
mod ends;
mod membership;
mod near;
mod select;

use std::collections::HashSet;

use self::changes::{Changed, Changes};
use self::ends::{Extent, Tags};
use self::membership::{Gathered, Surroundings};
use self::select::{Commits, Number};
use crate::git::gap::{Cause, Gap, Subject};
use crate::git::history::commit_graph::CommitGraphFile;
use crate::git::object::id::{ObjectId, ObjectKind};
use crate::git::odb::verified::{Lack, Verified};
use crate::git::odb::{Object, ObjectStore};
use crate::git::refs::revision::{RevisionError, Revisions};
use crate::git::repository::locate::Located;
use crate::scan::job::Job;
use crate::scan::options::RangeSpec;
use crate::scan::report::coverage::Coverage;
use crate::scan::report::findings::Findings;
use crate::scan::report::gap::Skipped;
use crate::scan::repository::Repository;
use crate::scan::search::found::Found;
use crate::threads;

/// So many commits or blobs are taken by a thread at once.
const AT_ONCE: usize = 16;

/// Reads what `spec` asks for.
pub(super) fn scan(
    job: &Job<'_>,
    repository: &Repository<'_>,
    spec: &RangeSpec,
    findings: &mut Findings,
) -> Result<Coverage, Vec<RevisionError>> {
    let located = &repository.located;
    let detector = &job.detector;
    let hash = located.hash();
    let (store, faults) = ObjectStore::open(&located.objects, hash);
    let ends = ends::resolve(spec, &Revisions::new(located, &store))?;
    let objects = Verified::new(&store, hash);
    let graph = CommitGraphFile::open(&located.objects, hash);
    let mut commits = Commits::new(objects, detector, graph.as_ref());
    let mut tags = Tags::new(objects, detector);
    let extents: Vec<Extent> =
        ends.iter().map(|ends| Extent::select(ends, &mut tags, &mut commits)).collect();

    let numbers = commits_of(&extents);
    let own_tags: HashSet<ObjectId> =
        extents.iter().flat_map(|extent| &extent.tags).copied().collect();
    let mut reading = Reading { job, objects };
    let mut changed = reading.changes(&commits, &numbers, &extents);
    let blobs = reading.blobs(&mut changed);

    let mut coverage = Coverage {
        objects: (numbers.len() + own_tags.len() + changed.trees.len()) as u64 + blobs.objects,
        bytes: blobs.bytes
            + changed.trees.values().sum::<u64>()
            + numbers.iter().filter_map(|&number| Some(commits.content(number)?.size)).sum::<u64>()
            + own_tags.iter().filter_map(|tag| tags.size(tag)).sum::<u64>(),
        commits: Some(numbers.len() as u64),
        ..Coverage::default()
    };
    let is_own: HashSet<ObjectId> = numbers.iter().map(|&number| commits.id(number)).collect();
    let mut found = std::mem::take(&mut commits.found);
    found.merge(std::mem::take(&mut tags.found));
    found.hits.retain(|id, _| is_own.contains(id) || own_tags.contains(id));
    found.merge(std::mem::take(&mut changed.found));
    found.merge(blobs.found);
    for (id, lack, commit) in blobs.lacking {
        changed.lack(id, lack, commit);
    }
    let gathered =
        Gathered { extents: &extents, numbers: &numbers, found, lacking: changed.lacking };
    let surroundings = Surroundings { objects, repository };
    let (mut gaps, attributed) = surroundings.settle(gathered, commits, graph.as_ref(), findings);
    add_gaps_of_repository(&mut gaps, located, faults);
    let mut skipped: Vec<Skipped> = gaps.into_iter().map(Skipped::from).collect();
    skipped.sort();
    skipped.dedup();
    skipped.extend(attributed.gaps);
    coverage.skipped = skipped;
    coverage.has_unlisted_places = attributed.has_unlisted_places;
    Ok(coverage)
}

/// The commits of all ranges, each once.
fn commits_of(extents: &[Extent]) -> Vec<Number> {
    let mut numbers: Vec<Number> =
        extents.iter().flat_map(|extent| &extent.selected.commits).copied().collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// Adds what is wrong with the repository, as far as it may explain the gaps of the range or make
/// another range of it.
fn add_gaps_of_repository(gaps: &mut Vec<Gap>, located: &Located, faults: Vec<Gap>) {
    if gaps.is_empty() {
        // In a layout that is not known, names may mean other commits.
        let config = Subject::path(&located.common.join("config"));
        let is_layout = |gap: &&Gap| matches!(gap.cause, Cause::Layout(_)) || gap.subject == config;
        gaps.extend(located.gaps.iter().filter(is_layout).cloned());
    } else {
        gaps.extend(faults);
        gaps.extend_from_slice(&located.gaps);
    }
}

/// What the threads read.
struct Reading<'s> {
    job: &'s Job<'s>,
    objects: Verified<'s>,
}

/// What was read of blobs.
#[derive(Default)]
struct Blobs {
    objects: u64,
    bytes: u64,
    found: Found,
    lacking: Vec<(ObjectId, Lack, Option<Number>)>,
}

impl Reading<'_> {
    /// What the commits, and trees that were named themselves, have that was not there before.
    fn changes(
        &mut self,
        commits: &Commits<'_>,
        numbers: &[Number],
        extents: &[Extent],
    ) -> Changed {
        let jobs = |number: &Number| {
            let content = commits.content(*number)?;
            let parents = content.parents.iter();
            let parents = parents.filter_map(|&parent| Some(commits.content(parent)?.tree));
            Some((content.tree, parents.collect::<Vec<_>>(), Some(*number)))
        };
        let named = extents.iter().flat_map(|extent| &extent.trees);
        let named = named.map(|&tree| (tree, Vec::new(), None));
        let jobs: Vec<_> = numbers.iter().filter_map(jobs).chain(named).collect();
        let (objects, detector) = (self.objects, &self.job.detector);
        let parts_of_it = self.share(&jobs, |jobs| {
            let mut changes = Changes::new(objects, detector);
            for (tree, parents, commit) in jobs.flatten() {
                changes.follow(*tree, parents.iter().copied(), *commit);
            }
            changes.changed
        });
        let mut changed = Changed::default();
        for part in parts_of_it {
            changed.merge(part);
        }
        for &blob in extents.iter().flat_map(|extent| &extent.blobs) {
            changed.blob(blob, None);
        }
        changed
    }

    /// Searches the blobs.
    fn blobs(&mut self, changed: &mut Changed) -> Blobs {
        let mut ids: Vec<_> = std::mem::take(&mut changed.blobs).into_iter().collect();
        ids.sort_unstable();
        let (objects, Job { detector, progress, .. }) = (self.objects, self.job);
        let parts = self.share(&ids, |ids| {
            let mut blobs = Blobs::default();
            for &(id, commit) in ids.flatten() {
                match objects.read_as(&id, ObjectKind::Blob) {
                    Ok(content) => {
                        let size = content.len() as u64;
                        let object = Object::new(ObjectKind::Blob, size, id);
                        let before = blobs.found.count();
                        blobs.found.search(detector, &object, &content);
                        progress.found(blobs.found.count() - before);
                        progress.read(0, size);
                        blobs.objects += 1;
                        blobs.bytes += size;
                    }
                    Err(lack) => blobs.lacking.push((id, lack, commit)),
                }
            }
            blobs
        });
        let mut blobs = Blobs::default();
        for part in parts {
            blobs.objects += part.objects;
            blobs.bytes += part.bytes;
            blobs.found.merge(part.found);
            blobs.lacking.extend(part.lacking);
        }
        blobs
    }

    /// Shares `items` out among threads, a few at once; what each thread makes of its own.
    fn share<'i, T: Sync, R: Send>(
        &self,
        items: &'i [T],
        work: impl Fn(&mut dyn Iterator<Item = &'i [T]>) -> R + Sync,
    ) -> Vec<R> {
        self.job.progress.expect(items.len() as u64);
        threads::share(items, AT_ONCE, self.job.threads(), |queue| {
            work(&mut queue.shares().inspect(|share| self.job.progress.read(share.len() as u64, 0)))
        })
    }
}
