//! Finds the repository to scan.

use std::path::{Path, PathBuf};

use crate::bytes::to_text;
use crate::git::repository::locate::{LocateError, Located, locate, locate_submodule};

/// A repository that was found, and is not read yet.
#[derive(Clone, Debug)]
pub struct Target {
    /// The path as it was given, for reports.
    pub(crate) shown: String,
    pub(crate) located: Located,
}

impl Target {
    /// Finds the repository that `path` is, or lies in.
    ///
    /// `quarantine` is where git keeps the objects of a push while it waits for a hook's answer
    /// (githooks, "pre-receive"). A directory outside of the repository is ignored.
    pub fn locate(path: &Path, quarantine: Option<&Path>) -> Result<Self, LocateError> {
        let located = locate(path, quarantine)?;
        Ok(Self { shown: path.display().to_string(), located })
    }

    /// The repository of a submodule, by its git directory.
    pub(crate) fn submodule(&self, git_dir: PathBuf, name: &[u8]) -> Self {
        let shown = format!("{} (submodule {})", self.shown, to_text(name));
        Self { shown, located: locate_submodule(git_dir) }
    }

    /// The directory that all of the repository's worktrees share: its identity.
    pub fn common_dir(&self) -> &Path {
        &self.located.common
    }

    /// The git directory of the worktree that was given: its identity among the worktrees.
    pub fn git_dir(&self) -> &Path {
        &self.located.git_dir
    }
}
