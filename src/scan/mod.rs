//! What a repository stores → what is found.
//!
//! ```text
//! git: repository → odb → search ─┬→ places (introductions, containment) → finding
//!         refs (config, index) ───┴→ missing (ascent, containment) ──────→ coverage
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
//! repositories in it (`submodules`). Each file is searched as the text that it is (`file_search`,
//! `text_search`), and nothing of that is remembered. The files on disk (`worktree`) are read where
//! that is asked for, whatever else is.
//!
//! A scan of what is staged ([`Scope::Staged`]) goes another way: `staged` compares the `index` with
//! the trees of `head`, and reads the files in which they differ.
//!
//! A part of the history ([`Scope::Range`]) is read from commits down to what they change (`range`).

mod cache;
mod conceal;
mod coverage;
mod everything;
mod file_search;
mod finding;
mod git_dir;
mod inspect;
mod lfs;
mod pieces;
mod places;
mod range;
mod repository;
mod search;
mod staged;
mod submodules;
mod text_search;
mod worktree;

use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::path::PathBuf;

pub use crate::git::gap::{Skipped, What};
pub use crate::git::object::id::{HashKind, ObjectId, ObjectKind};
pub use crate::git::progress::Progress;
pub use crate::git::refs::revision::{
    Revision, RevisionError, RevisionProblem, RevisionSyntaxError,
};
pub use crate::git::repository::locate::LocateError;
pub use cache::Cache;
pub use coverage::{Accepted, Coverage, Note, Noted};
pub use finding::{Finding, Location, MAX_REFS, Origin, Source};
pub use range::{Range, RangeSpec, Remotes};
pub use repository::Repository;

/// What of a repository is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every object that it stores, the rest of its git directory, and the repositories of its
    /// submodules.
    Everything,
    /// What is staged: the files of the index that the current commit does not have.
    Staged {
        /// Another index than the worktree's own, as git names one to its hooks.
        index_file: Option<IndexFile>,
    },
    /// What some commits lead to and others do not.
    Range(RangeSpec),
}

/// An index that is not in the place of a worktree's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexFile {
    /// Where it is.
    pub path: PathBuf,
    /// The git directory of the worktree that it belongs to; without one, it is taken for that of
    /// each.
    pub git_dir: Option<PathBuf>,
}

impl IndexFile {
    fn belongs_to(&self, repository: &Repository) -> bool {
        self.git_dir.as_deref().is_none_or(|git_dir| git_dir == repository.git_dir())
    }
}

/// What a scan of one or more repositories says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanReport {
    /// The leaks, in the order in which they were introduced.
    pub findings: Vec<Finding>,
    /// What was read, and what not.
    pub coverage: Coverage,
    /// Revisions that name nothing, so that a repository was not read. The coverage lists them too.
    pub unresolved: Vec<RevisionError>,
}

/// The answer in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// No leak, and everything was read but for what was accepted.
    Clean,
    /// A token was found, or another secret that was looked for.
    Leak,
    /// Nothing was found, but something could not be read.
    Incomplete,
}

impl Verdict {
    /// The word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Leak => "leak",
            Self::Incomplete => "incomplete",
        }
    }
}

impl ScanReport {
    /// The answer in one word: a leak outweighs what could not be read.
    pub fn verdict(&self) -> Verdict {
        match (self.findings.is_empty(), self.coverage.skipped.is_empty()) {
            (false, _) => Verdict::Leak,
            (true, true) => Verdict::Clean,
            (true, false) => Verdict::Incomplete,
        }
    }
}

/// Scans repositories, one after the other, each with `threads` threads.
pub fn scan(
    repositories: &[Repository],
    scope: &Scope,
    threads: NonZeroUsize,
    progress: &Progress,
) -> ScanReport {
    let mut findings = finding::Findings::default();
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
                        coverage.skipped.extend(errors.iter().map(RevisionError::to_skipped));
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
