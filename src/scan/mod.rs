//! What a repository stores → what is found.
//!
//! ```text
//! locate → objects → search ─┬→ places (attribution, containment) → finding
//!     refs (config, index) ──┴→ gaps (ascent, containment) ───────→ coverage
//!                               both ask history (commits)
//! ```
//!
//! Every stored object is read, reachable or not, in the order of the packs' delta trees
//! ([`objects`]). `search` looks for tokens in each and checks that what it names is stored too.
//! Only when there is a token, or something is missing, is the history asked where it belongs, in
//! further passes over commits and trees.
//!
//! A scan of what is staged ([`Scope::Staged`]) goes another way: `staged` compares the `index` with
//! the trees of `head`, and reads the files in which they differ.

mod ancestry;
mod ascent;
mod attribution;
mod commits;
mod config;
mod containment;
mod coverage;
mod files;
mod finding;
mod gaps;
mod head;
mod history;
mod id;
mod index;
mod locate;
mod mapped;
mod mentions;
pub mod objects;
mod places;
mod progress;
mod refs;
mod repository;
mod search;
mod staged;
mod tree;

use std::num::NonZeroUsize;
use std::path::PathBuf;

pub use coverage::{Coverage, Skipped, What};
pub use finding::{ACCESS_TOKEN_RULE, Finding, Location, MAX_REFS, Origin, Source};
pub use id::{HashKind, ObjectId, ObjectKind};
pub use locate::LocateError;
pub use progress::Progress;
pub use repository::Repository;

/// What of a repository is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every object that it stores.
    Everything,
    /// What is staged: the files of the index that the current commit does not have.
    Staged {
        /// Another index than the worktree's own, as git names one to its hooks.
        index_file: Option<PathBuf>,
    },
}

/// What a scan of one or more repositories says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanReport {
    /// The leaked tokens, in the order in which they were introduced.
    pub findings: Vec<Finding>,
    /// What was read, and what not.
    pub coverage: Coverage,
}

/// The answer in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// No token, and everything was read.
    Clean,
    /// A token was found.
    Leak,
    /// No token was found, but something could not be read.
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
        match (self.findings.is_empty(), self.coverage.is_complete()) {
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
    for repository in repositories {
        let threads = threads.get();
        let part = match scope {
            Scope::Everything => repository.scan(threads, progress, &mut findings),
            Scope::Staged { index_file } => {
                staged::scan(repository, index_file.as_deref(), threads, progress, &mut findings)
            }
        };
        coverage.objects += part.objects;
        coverage.bytes += part.bytes;
        if let Some(files) = part.staged_files {
            *coverage.staged_files.get_or_insert_default() += files;
        }
        coverage.skipped.extend(part.skipped);
        coverage.has_unlisted_places |= part.has_unlisted_places;
    }
    ScanReport { findings: findings.finish(), coverage }
}
