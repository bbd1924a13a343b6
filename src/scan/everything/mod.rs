//! Reads all that a repository holds: its objects, the rest of its git directory, and the
//! repositories of its submodules.

pub(crate) mod git_dir;
mod lfs;
mod objects;
pub(crate) mod submodules;

use std::collections::HashSet;
use std::path::PathBuf;

use self::objects::Objects;
use super::job::Job;
use super::report::coverage::Coverage;
use super::report::findings::Findings;
use super::repository::Repository;
use super::target::Target;
use crate::git::repository::head::HeadFiles;

/// Reads a repository and those of its submodules, except those in `seen`, to which they are added:
/// two worktrees of one repository share all of this.
pub(super) fn scan(
    job: &Job<'_>,
    repository: &Repository<'_>,
    findings: &mut Findings,
    seen: &mut HashSet<PathBuf>,
) -> Coverage {
    let mut coverage = Coverage::default();
    let mut waiting = Vec::new();
    if seen.insert(repository.common_dir().to_owned()) {
        waiting = one(job, repository, findings, &mut coverage);
    }
    while let Some(submodule) = waiting.pop() {
        if seen.insert(submodule.common_dir().to_owned()) {
            waiting.extend(one(job, &Repository::new(&submodule), findings, &mut coverage));
        }
    }
    coverage
}

/// Reads one repository. Its submodules are handed back.
fn one(
    job: &Job<'_>,
    repository: &Repository<'_>,
    findings: &mut Findings,
    coverage: &mut Coverage,
) -> Vec<Target> {
    let Objects { coverage: mut own, store } = objects::scan(job, repository, findings);
    let git_dir = git_dir::read(job, repository, findings);
    let head = HeadFiles::open(&repository.located, &store);
    let found =
        submodules::find(repository, git_dir.repositories, &git_dir.gitlinks, head.as_ref());
    let lfs = head.as_ref().and_then(|head| lfs::absent(head, &repository.located.common));
    own.add(git_dir.coverage);
    own.notes.extend(found.absent.into_iter().chain(lfs));
    // What is in the way of reading refs is in the way of searching their names, too.
    own.sort();
    coverage.add(own);
    found.present
}
