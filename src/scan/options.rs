//! Holds what a caller chooses about a scan.

use std::path::PathBuf;

use crate::scan::range::RangeSpec;
use crate::scan::repository::Repository;

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
    pub(crate) fn belongs_to(&self, repository: &Repository) -> bool {
        self.git_dir.as_deref().is_none_or(|git_dir| git_dir == repository.git_dir())
    }
}
