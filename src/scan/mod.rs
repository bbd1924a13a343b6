//! What a repository stores → what is found.
//!
//! ```text
//! git: repository → odb → search ─┬→ attribution (introductions, containment) → report
//!         refs (config, index) ───┴→ missing (ascent, containment) ──────────→ coverage
//!                                    both ask git's history (commits, links)
//! ```
//!
//! Every stored object is read, reachable or not, in the order of the packs' delta trees
//! ([`crate::git::odb`]). `search` looks for tokens in each, checks that what it names is stored too, and
//! keeps what commits and trees name (links, in git's history). Only when there is a token, or something is
//! missing, is the history asked where it belongs. What was read, and by which rules, is remembered
//! outside of the repository, so that the next scan reads what is new (`cache`).
//!
//! Then comes what is no object (`everything`): the rest of the git directory (`git_dir`) and the
//! repositories in it (`submodules`). Each file is searched as the text that it is (`search::files`,
//! `search::text`), and nothing of that is remembered. The files on disk (`worktree`) are read where
//! that is asked for, whatever else is.
//!
//! A scan of what is staged ([`Scope::Staged`]) goes another way: `staged` compares the `index` with
//! the trees of `head`, and reads the files in which they differ.
//!
//! A part of the history ([`Scope::Range`]) is read from commits down to what they change (`range`).

mod attribution;
mod cache;
mod everything;
mod options;
mod range;
mod report;
mod repository;
mod search;
mod staged;
mod worktree;

use std::collections::HashSet;
use std::num::NonZeroUsize;

pub use crate::git::gap::{Cause as GapCause, ObjectFault, Subject};
pub use crate::git::object::id::{HashKind, ObjectId, ObjectKind};
pub use crate::git::progress::Progress;
pub use crate::git::refs::revision::{
    Revision, RevisionError, RevisionProblem, RevisionSyntaxError,
};
pub use crate::git::repository::locate::LocateError;
pub use cache::Cache;
pub use options::{IndexFile, Scope};
pub use range::{Range, RangeSpec, Remotes};
pub use report::coverage::{Accepted, Coverage, Note, Noted};
pub use report::finding::{Finding, Location, MAX_REFS, Origin, Source};
pub use report::gap::{ArchiveFault, GapKind, SkipCause, Skipped};
pub use report::{ScanReport, Verdict};
pub use repository::Repository;

/// Scans repositories, one after the other, each with `threads` threads.
pub fn scan(
    repositories: &[Repository],
    scope: &Scope,
    threads: NonZeroUsize,
    progress: &Progress,
) -> ScanReport {
    let mut findings = report::finding::Findings::default();
    let mut coverage = Coverage::default();
    let mut unresolved = Vec::new();
    let mut seen = HashSet::new();
    for repository in repositories {
        let threads = threads.get();
        let mut part = match scope {
            Scope::Everything => {
                everything::scan(repository, threads, progress, &mut findings, &mut seen)
            }
            Scope::Staged { index_file } => {
                let index_file = index_file.as_ref().filter(|file| file.belongs_to(repository));
                let path = index_file.map(|file| file.path.as_path());
                staged::scan(repository, path, threads, progress, &mut findings)
            }
            Scope::Range(spec) => {
                match range::scan(repository, spec, threads, progress, &mut findings) {
                    Ok(part) => part,
                    Err(errors) => {
                        coverage.skipped.extend(errors.iter().cloned().map(Skipped::from));
                        unresolved.extend(errors);
                        continue;
                    }
                }
            }
        };
        if repository.reads_worktree {
            part.add(worktree::read(repository, threads, progress, &mut findings));
            part.skipped.sort();
            part.skipped.dedup();
            part.notes.sort();
        }
        coverage.add(part);
    }
    let (mut findings, secrets) = findings.finish();
    secrets.conceal(&mut findings, &mut coverage);
    ScanReport { findings, coverage, unresolved }
}
