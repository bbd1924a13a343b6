//! Holds what a caller chooses about a scan.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;
use std::thread::available_parallelism;

use super::cache::Cache;
use super::report::coverage::Accepted;
use super::target::Target;
use crate::git::refs::revision::{Revision, RevisionSyntaxError};
use crate::rules::RuleSet;

/// How to scan. Without any choice everything that is stored is searched for access tokens, by as
/// many threads as there are cores, and nothing is remembered.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    pub(crate) scope: Scope,
    pub(crate) rules: RuleSet,
    pub(crate) worktree: bool,
    pub(crate) cache: Option<Cache>,
    pub(crate) threads: NonZeroUsize,
    pub(crate) accepted: Accepted,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            scope: Scope::Everything,
            rules: RuleSet::default(),
            worktree: false,
            cache: None,
            threads: available_parallelism().unwrap_or(NonZeroUsize::MIN),
            accepted: Accepted::default(),
        }
    }
}

impl Options {
    /// No choice made yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads this part of each repository.
    #[must_use]
    pub fn scope(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    /// Looks for what these rules call a leak.
    #[must_use]
    pub fn rules(self, rules: RuleSet) -> Self {
        Self { rules, ..self }
    }

    /// Reads the working trees too: the files on disk that git would add, and tracked files as they
    /// are there.
    #[must_use]
    pub fn worktree(self, worktree: bool) -> Self {
        Self { worktree, ..self }
    }

    /// Remembers scans there, and reads only what is new since an earlier one.
    #[must_use]
    pub fn cache(self, cache: Cache) -> Self {
        Self { cache: Some(cache), ..self }
    }

    /// Works with so many threads.
    #[must_use]
    pub fn threads(self, threads: NonZeroUsize) -> Self {
        Self { threads, ..self }
    }

    /// Accepts these gaps: they do not make the scan incomplete.
    #[must_use]
    pub fn accept(self, accepted: Accepted) -> Self {
        Self { accepted, ..self }
    }
}

/// The part of a repository that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
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
#[non_exhaustive]
pub struct IndexFile {
    /// Where it is.
    pub path: PathBuf,
    /// The git directory of the worktree that it belongs to; without one, it is taken for that of
    /// each.
    pub git_dir: Option<PathBuf>,
}

impl IndexFile {
    /// The index at `path`, of the worktree with this git directory or of each.
    pub fn new(path: PathBuf, git_dir: Option<PathBuf>) -> Self {
        Self { path, git_dir }
    }

    pub(crate) fn belongs_to(&self, target: &Target) -> bool {
        self.git_dir.as_deref().is_none_or(|git_dir| git_dir == target.git_dir())
    }
}

/// Ranges of the history, each for itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RangeSpec {
    /// What is asked for. Without any, all that `HEAD` reaches.
    pub ranges: Vec<Range>,
    /// What is left out of each range besides its own start.
    pub not: Vec<Revision>,
    /// Whether what remotes are known to have is left out too.
    pub not_remotes: Option<Remotes>,
}

impl RangeSpec {
    /// These ranges.
    pub fn new(ranges: Vec<Range>) -> Self {
        Self { ranges, ..Self::default() }
    }

    /// Leaves out what these reach.
    #[must_use]
    pub fn without(self, not: Vec<Revision>) -> Self {
        Self { not, ..self }
    }

    /// Leaves out what these remotes are known to have.
    #[must_use]
    pub fn without_remotes(self, remotes: Option<Remotes>) -> Self {
        Self { not_remotes: remotes, ..self }
    }
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
