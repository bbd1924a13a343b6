//! Reads what is staged: the part of the index that the current commit does not have.
//!
//! Nothing else is read, so that the time depends on the change and not on the repository. The
//! objects that are read are the current commit, its trees of directories that differ, and the
//! staged files.

mod contents;
mod difference;
mod directories;
mod stored;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::contents::Contents;
use self::difference::{Difference, StagedFile};
use self::stored::Stored;
use crate::git::gap::{Cause, Gap};
use crate::git::index::{self, Index};
use crate::git::odb::ObjectStore;
use crate::git::refs::lookup::read_head;
use crate::git::repository::locate::Located;
use crate::rules::Detector;
use crate::scan::job::Job;
use crate::scan::report::coverage::Coverage;
use crate::scan::report::finding::{Location, MAX_MORE_PLACES, Source};
use crate::scan::report::findings::Findings;
use crate::scan::report::gap::Skipped;
use crate::scan::search::found::Found;
use crate::scan::target::Target;
use crate::token::Encoding;

/// Reads what is staged in the worktree that was given. `index_file` is another index than the
/// worktree's own.
pub(super) fn scan(
    job: &Job<'_>,
    target: &Target,
    index_file: Option<&Path>,
    findings: &mut Findings,
) -> Coverage {
    let located = &target.located;
    // A lost alternate matters only when something is not found.
    let (lenders, unread): (Vec<_>, Vec<_>) =
        located.gaps.iter().cloned().partition(|gap| matches!(gap.cause, Cause::Alternate(_)));
    let skipped = unread.into_iter().map(Skipped::from).collect();
    let mut coverage = Coverage { staged_files: Some(0), skipped, ..Coverage::default() };
    let (path, must_exist) = index_path(located, index_file);
    let opened = match Index::open(&path, &located.git_dir, located.hash()) {
        // Git takes an absent index for an empty one. One that was asked for by name is a mistake.
        Ok(None) if must_exist => Err(Gap::unreadable(&path, &std::io::ErrorKind::NotFound.into())),
        opened => opened,
    };
    let (index, check) = match opened {
        Ok(Some(opened)) => opened,
        Ok(None) => return coverage,
        Err(gap) => {
            coverage.skipped.push(gap.into());
            return coverage;
        }
    };
    let (store, mut lost) = ObjectStore::open(&located.objects, located.hash());
    let stored = Stored::new(&store, located);
    let difference = compare(&index, &path, located, &stored);
    let difference = check.finish().and(difference);
    let Difference { files, gaps, is_cut_short } =
        difference.unwrap_or_else(|gap| Difference { gaps: vec![gap], ..Difference::default() });
    let mut skipped: Vec<Skipped> = gaps.into_iter().map(Skipped::from).collect();
    let by_content = contents::by_content(&files);
    let contents = Contents::read(job, &files, &by_content, &stored);
    coverage.objects = contents.objects;
    coverage.bytes = contents.bytes;
    coverage.staged_files = Some(contents.files);
    let mut places = Places { repository: target.shown.as_str().into(), findings };
    coverage.has_unlisted_places =
        places.add_contents(&files, &by_content, &contents.found) || is_cut_short;
    job.progress.found(places.add_names(&files, &job.detector));
    skipped.extend(contents.skipped);
    if !skipped.is_empty() {
        lost.extend(lenders);
        coverage.skipped.extend(lost.into_iter().map(Skipped::from));
    }
    coverage.skipped.extend(skipped);
    coverage.skipped.sort();
    coverage.skipped.dedup();
    coverage
}

/// The index that is read, and whether there must be one.
fn index_path(located: &Located, other: Option<&Path>) -> (PathBuf, bool) {
    let own = located.git_dir.join("index");
    match other {
        Some(other) if !is_same(other, &own) => (other.to_owned(), true),
        _ => (own, false),
    }
}

/// Whether both paths lead to one place in one directory, where there need not be a file.
fn is_same(a: &Path, b: &Path) -> bool {
    let directory = |path: &Path| -> Option<PathBuf> {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        std::fs::canonicalize(parent.unwrap_or(Path::new("."))).ok()
    };
    a.file_name() == b.file_name() && directory(a).is_some_and(|a| Some(a) == directory(b))
}

/// What is staged, as far as it can be read.
fn compare<'i>(
    index: &'i Index,
    path: &Path,
    located: &Located,
    stored: &Stored<'_>,
) -> Result<Difference<'i>, Gap> {
    let directories =
        directories::find(index, located.hash()).map_err(|fault| index::damaged(path, fault))?;
    let head = read_head(located)?.map(|commit| stored.tree_of(&commit)).transpose()?;
    Ok(difference::find(index, &directories, head, stored))
}

/// Adds places to the findings.
struct Places<'f> {
    repository: Arc<str>,
    findings: &'f mut Findings,
}

impl Places<'_> {
    /// Adds each hit in a content, at every path where it is staged. True when there are paths that
    /// are not listed.
    fn add_contents(
        &mut self,
        files: &[StagedFile<'_>],
        by_content: &[usize],
        found: &Found,
    ) -> bool {
        let mut more_paths = MAX_MORE_PLACES;
        let mut is_cut_short = false;
        for (object, hits) in &found.hits {
            let numbers = contents::with_content(files, by_content, object);
            for hit in hits {
                // The first path of each hit is always listed.
                let more = (numbers.len() - 1).min(more_paths);
                is_cut_short |= more + 1 < numbers.len();
                more_paths -= more;
                let locations = self.findings.of(&hit.leak);
                for &number in &numbers[..=more] {
                    locations.push(Location {
                        object: Some(*object),
                        path: Some((*files[number].path).into()),
                        ..hit.location(Source::Index, &self.repository)
                    });
                }
            }
        }
        is_cut_short
    }

    /// Adds each token in the name of a file or directory, once however many files are staged below
    /// it. Returns how many there are.
    fn add_names(&mut self, files: &[StagedFile<'_>], detector: &Detector) -> u64 {
        let mut seen = HashSet::new();
        for file in files.iter().filter(|file| file.path.len() >= detector.min_len()) {
            for hit in detector.matches(&file.path) {
                let rest = &file.path[hit.end..];
                let end = hit.end + memchr::memchr(b'/', rest).unwrap_or(rest.len());
                let path = &file.path[..end];
                if seen.insert((path, hit.start)) {
                    let location = Location {
                        object: Some(file.id),
                        path: Some(path.into()),
                        encoding: names(&hit.encoding),
                        ..Location::new(Source::Path, &self.repository)
                    };
                    self.findings.of(&hit.found).push(location);
                }
            }
        }
        seen.len() as u64
    }
}

fn names(encoding: &[Encoding]) -> Vec<&'static str> {
    encoding.iter().map(|encoding| encoding.name()).collect()
}
