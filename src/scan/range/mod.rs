//! A part of the history: what some commits lead to and others do not.
//!
//! ```text
//! revision → ends → select → changes → blobs ─┬→ origin → finding
//!                  (commits) (trees)          └→ origin → coverage
//! ```
//!
//! A range without tokens and gaps costs its own commits, the trees that they change and their new
//! blobs. Only for something that is to be told is it asked whether the other side has it too
//! (`descent`), and where it comes from.
//!
//! Given the ids of its ends, a range is the same whatever the repository's files say: each object
//! that decides what is read is held against its id ([`crate::git::odb::verified`]).

mod changes;
mod descent;
mod ends;
mod origin;
mod select;

use std::collections::HashSet;
use std::str::FromStr;

use self::changes::{Changed, Changes};
use self::ends::{Part, Tags};
use self::origin::{Gathered, Surroundings};
use self::select::{Commits, Number};
use crate::git::gap::{Cause, Gap, Subject};
use crate::git::history::commit_graph::CommitGraphFile;
use crate::git::object::id::{ObjectId, ObjectKind};
use crate::git::odb::verified::{Lack, Verified};
use crate::git::odb::{Object, ObjectStore};
use crate::git::progress::Progress;
use crate::git::refs::revision::{Revision, RevisionError, RevisionSyntaxError, Revisions};
use crate::rules::Detector;
use crate::scan::report::coverage::Coverage;
use crate::scan::report::finding::Findings;
use crate::scan::report::gap::Skipped;
use crate::scan::repository::Repository;
use crate::scan::search::objects::Found;
use crate::threads;

/// So many commits or blobs are taken by a thread at once.
const AT_ONCE: usize = 16;

/// Ranges of the history, each for itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RangeSpec {
    /// What is asked for. Without any, all that `HEAD` reaches.
    pub ranges: Vec<Range>,
    /// What is left out of each range besides its own start.
    pub not: Vec<Revision>,
    /// Whether what remotes are known to have is left out too.
    pub not_remotes: Option<Remotes>,
}

/// Whose remote-tracking branches are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remotes {
    /// Those of all remotes.
    All,
    /// Those of the remote with this name.
    Named(String),
}

impl FromStr for Remotes {
    type Err = RevisionSyntaxError;

    /// Reads a name, or `*` for all, which no remote can be called.
    fn from_str(text: &str) -> Result<Self, RevisionSyntaxError> {
        match text {
            "" => Err(RevisionSyntaxError::Empty),
            "*" => Ok(Self::All),
            name => Ok(Self::Named(name.to_owned())),
        }
    }
}

/// `A..B`: what `B` reaches and `A` does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// `A`; without it, all that `B` reaches.
    pub from: Option<Revision>,
    /// `B`.
    pub to: Revision,
}

impl FromStr for Range {
    type Err = RevisionSyntaxError;

    fn from_str(text: &str) -> Result<Self, RevisionSyntaxError> {
        let Some((from, to)) = text.split_once("..") else {
            return Ok(Self { from: None, to: text.parse()? });
        };
        if to.starts_with('.') {
            return Err(RevisionSyntaxError::Symmetric);
        }
        let end = |text: &str| if text.is_empty() { Ok(Revision::head()) } else { text.parse() };
        match (from, to) {
            ("", "") => Err(RevisionSyntaxError::Empty),
            _ => Ok(Self { from: Some(end(from)?), to: end(to)? }),
        }
    }
}

/// Reads what `spec` asks for.
pub(super) fn scan(
    repository: &Repository,
    spec: &RangeSpec,
    threads: usize,
    progress: &Progress,
    findings: &mut Findings,
) -> Result<Coverage, Vec<RevisionError>> {
    let Repository { located, shown, rules, .. } = repository;
    let hash = located.hash();
    let (store, faults) = ObjectStore::open(&located.objects, hash);
    let ends = ends::resolve(spec, &Revisions::new(located, &store))?;
    let objects = Verified::new(&store, hash);
    let graph = CommitGraphFile::open(&located.objects, hash);
    let detector = Detector::new(*rules);
    let mut commits = Commits::new(objects, &detector, graph.as_ref());
    let mut tags = Tags::new(objects, &detector);
    let parts: Vec<Part> =
        ends.iter().map(|ends| Part::select(ends, &mut tags, &mut commits)).collect();

    let mut numbers: Vec<Number> =
        parts.iter().flat_map(|part| &part.selected.commits).copied().collect();
    numbers.sort_unstable();
    numbers.dedup();
    let own_tags: HashSet<ObjectId> = parts.iter().flat_map(|part| &part.tags).copied().collect();
    let mut reading = Reading { objects, detector: &detector, threads, progress };
    let mut changed = reading.changes(&commits, &numbers, &parts);
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
    found.hits.retain(|hit| is_own.contains(&hit.object) || own_tags.contains(&hit.object));
    found.merge(std::mem::take(&mut changed.found));
    found.merge(blobs.found);
    for (id, lack, commit) in blobs.lacking {
        changed.lack(id, lack, commit);
    }
    let gathered = Gathered { parts: &parts, numbers: &numbers, found, lacking: changed.lacking };
    let surroundings = Surroundings { objects, located, shown };
    let (mut gaps, told) = surroundings.settle(gathered, commits, graph.as_ref(), findings);
    if gaps.is_empty() {
        // In a layout that is not known, names may mean other commits.
        let config = Subject::path(&located.common.join("config"));
        let is_layout = |gap: &&Gap| matches!(gap.cause, Cause::Layout(_)) || gap.subject == config;
        gaps.extend(located.gaps.iter().filter(is_layout).cloned());
    } else {
        // What else is wrong may tell why. Where nothing of the range is missing, it is no matter.
        gaps.extend(faults);
        gaps.extend_from_slice(&located.gaps);
    }
    let mut skipped: Vec<Skipped> = gaps.into_iter().map(Skipped::from).collect();
    skipped.sort();
    skipped.dedup();
    skipped.extend(told.gaps);
    coverage.skipped = skipped;
    coverage.has_unlisted_places = told.has_unlisted_places;
    Ok(coverage)
}

/// What the threads read.
struct Reading<'s> {
    objects: Verified<'s>,
    detector: &'s Detector,
    threads: usize,
    progress: &'s Progress,
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
    fn changes(&mut self, commits: &Commits<'_>, numbers: &[Number], parts: &[Part]) -> Changed {
        let jobs = |number: &Number| {
            let content = commits.content(*number)?;
            let parents = content.parents.iter();
            let parents = parents.filter_map(|&parent| Some(commits.content(parent)?.tree));
            Some((content.tree, parents.collect::<Vec<_>>(), Some(*number)))
        };
        let named = parts.iter().flat_map(|part| &part.trees);
        let named = named.map(|&tree| (tree, Vec::new(), None));
        let jobs: Vec<_> = numbers.iter().filter_map(jobs).chain(named).collect();
        let (objects, detector) = (self.objects, self.detector);
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
        for &blob in parts.iter().flat_map(|part| &part.blobs) {
            changed.blob(blob, None);
        }
        changed
    }

    /// Searches the blobs.
    fn blobs(&mut self, changed: &mut Changed) -> Blobs {
        let mut ids: Vec<_> = std::mem::take(&mut changed.blobs).into_iter().collect();
        ids.sort_unstable();
        let (objects, detector, progress) = (self.objects, self.detector, self.progress);
        let parts = self.share(&ids, |ids| {
            let mut blobs = Blobs::default();
            for &(id, commit) in ids.flatten() {
                match objects.read_as(&id, ObjectKind::Blob) {
                    Ok(content) => {
                        let size = content.len() as u64;
                        let object = Object::new(ObjectKind::Blob, size, id);
                        let before = blobs.found.hits.len();
                        blobs.found.search(detector, &object, &content);
                        progress.found((blobs.found.hits.len() - before) as u64);
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
        self.progress.expect(items.len() as u64);
        threads::share(items, AT_ONCE, self.threads, |queue| {
            work(&mut queue.inspect(|share| self.progress.read(share.len() as u64, 0)))
        })
    }
}
