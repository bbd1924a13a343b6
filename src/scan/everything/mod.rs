//! All that a repository holds: its objects, the rest of its git directory, and the repositories of
//! its submodules.

pub(crate) mod git_dir;
mod lfs;
pub(crate) mod submodules;

use std::collections::HashSet;
use std::path::PathBuf;

use crate::git::odb::ObjectStore;
use crate::git::progress::Progress;
use crate::git::repository::head::HeadFiles;
use crate::scan::report::coverage::Coverage;
use crate::scan::report::finding::Findings;
use crate::scan::repository::Repository;

/// Reads a repository and those of its submodules, but for those in `seen`, to which they are
/// added: two worktrees of one repository share all of this.
pub(super) fn scan(
    repository: &Repository,
    threads: usize,
    progress: &Progress,
    findings: &mut Findings,
    seen: &mut HashSet<PathBuf>,
) -> Coverage {
    let mut coverage = Coverage::default();
    let mut waiting = Vec::new();
    if seen.insert(repository.common_dir().to_owned()) {
        waiting = one(repository, threads, progress, findings, &mut coverage);
    }
    while let Some(submodule) = waiting.pop() {
        if seen.insert(submodule.common_dir().to_owned()) {
            waiting.extend(one(&submodule, threads, progress, findings, &mut coverage));
        }
    }
    coverage
}

/// Reads one repository. Its submodules are handed back.
fn one(
    repository: &Repository,
    threads: usize,
    progress: &Progress,
    findings: &mut Findings,
    coverage: &mut Coverage,
) -> Vec<Repository> {
    let mut own = repository.scan_objects(threads, progress, findings);
    let git_dir =
        git_dir::read(&repository.located, repository.rules, &repository.shown, progress, findings);
    let store = ObjectStore::open(&repository.located.objects, repository.located.hash()).0;
    let head = HeadFiles::open(&repository.located, &store);
    let found =
        submodules::find(repository, git_dir.repositories, &git_dir.gitlinks, head.as_ref());
    let lfs = head.as_ref().and_then(|head| lfs::absent(head, &repository.located.common));
    own.add(git_dir.coverage);
    own.notes.extend(found.absent.into_iter().chain(lfs));
    // What is in the way of reading refs is in the way of searching their names, too.
    own.skipped.sort();
    own.skipped.dedup();
    own.notes.sort();
    coverage.add(own);
    found.present
}
