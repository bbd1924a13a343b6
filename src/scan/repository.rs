//! Reads once what several parts of a scan ask of a repository.

use std::cell::OnceCell;
use std::ops::Deref;

use super::target::Target;
use crate::git::gap::Gap;
use crate::git::index::Index;
use crate::git::refs::claims::Claims;

/// A repository that is being scanned. What several parts of the scan ask for is read at the first
/// question, and once.
pub(crate) struct Repository<'t> {
    target: &'t Target,
    index: OnceCell<Result<Option<Index>, Gap>>,
    claims: OnceCell<Claims>,
}

impl<'t> Repository<'t> {
    pub(crate) const fn new(target: &'t Target) -> Self {
        Self { target, index: OnceCell::new(), claims: OnceCell::new() }
    }

    /// The index of the worktree that was given; `Ok(None)` when there is none.
    pub(crate) fn index(&self) -> Result<Option<&Index>, &Gap> {
        let located = &self.target.located;
        let read = || Index::read(&located.git_dir.join("index"), &located.git_dir, located.hash());
        self.index.get_or_init(read).as_ref().map(Option::as_ref)
    }

    /// What its refs, reflogs and indexes name.
    pub(crate) fn claims(&self) -> &Claims {
        self.claims.get_or_init(|| Claims::read(&self.target.located, || self.index()))
    }
}

impl Deref for Repository<'_> {
    type Target = Target;

    fn deref(&self) -> &Target {
        self.target
    }
}
