//! Searches the files on disk that git would add, and tracked files as they are on disk.
//!
//! Ignored files that are not tracked are left alone: an ignored `.env` is where a token belongs.
//! The user's own list of files to ignore (`core.excludesFile`) is not read, because the report on
//! a repository must not depend on who asks. What it would leave out is searched.

use std::collections::HashSet;
use std::fs::{DirEntry, FileType};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::git::gap::Gap;
use crate::git::ignore::excludes::Excludes;
use crate::git::index::Index;
use crate::git::repository::locate::Located;
use crate::scan::everything::submodules::is_repository;
use crate::scan::job::Job;
use crate::scan::report::coverage::{Coverage, Note, Noted};
use crate::scan::report::finding::Source;
use crate::scan::report::findings::Findings;
use crate::scan::report::gap::Skipped;
use crate::scan::repository::Repository;
use crate::scan::search::files::{FileSearch, Place, join, name_bytes};
use crate::scan::target::Target;

/// So many files are searched at once, by all threads.
const AT_ONCE: usize = 1024;

/// Reads the working tree that was given.
pub(super) fn read(
    job: &Job<'_>,
    repository: &Repository<'_>,
    findings: &mut Findings,
) -> Coverage {
    let Target { located, shown } = &**repository;
    let mut search = FileSearch::new(job, shown, findings);
    match &located.worktree {
        Some(root) => {
            let index = repository.index().unwrap_or_else(|gap| {
                search.skip(gap.clone());
                None
            });
            let tracked = index.map(Tracked::of).unwrap_or_default();
            Walk { search: &mut search, located, tracked, files: Vec::new() }.run(root);
        }
        None => search.skip(Skipped::no_worktree(shown)),
    }
    let coverage = search.finish();
    Coverage { files: None, worktree_files: coverage.files, ..coverage }
}

/// What the index has.
#[derive(Default)]
struct Tracked<'i> {
    files: HashSet<&'i [u8]>,
    submodules: HashSet<&'i [u8]>,
    /// Every directory that has a tracked file somewhere below it.
    directories: HashSet<&'i [u8]>,
}

impl<'i> Tracked<'i> {
    fn of(index: &'i Index) -> Self {
        let mut tracked = Self::default();
        for entry in index.entries() {
            let path = index.path(entry);
            if index.is_gitlink(entry) {
                tracked.submodules.insert(path);
            } else if !index.is_directory(entry) {
                tracked.files.insert(path);
                let mut above = path;
                while let Some(slash) = memchr::memrchr(b'/', above) {
                    above = &above[..slash];
                    if !tracked.directories.insert(above) {
                        break;
                    }
                }
            }
        }
        tracked
    }
}

/// A directory that was met and not listed yet.
struct Directory {
    path: PathBuf,
    /// Its path in the working tree.
    name: Vec<u8>,
    /// `None` below a directory that is ignored: only what is tracked counts there.
    excludes: Option<Arc<Excludes>>,
}

struct Walk<'w, 'f> {
    search: &'w mut FileSearch<'f>,
    located: &'w Located,
    tracked: Tracked<'w>,
    /// Files that are to be searched.
    files: Vec<(PathBuf, Vec<u8>)>,
}

impl Walk<'_, '_> {
    fn run(&mut self, root: &Path) {
        let excludes = Some(Excludes::of_repository(&self.located.common));
        let mut waiting = vec![Directory { path: root.to_owned(), name: Vec::new(), excludes }];
        while let Some(directory) = waiting.pop() {
            self.list(directory, &mut waiting);
        }
        self.search_files();
    }

    fn list(&mut self, mut directory: Directory, waiting: &mut Vec<Directory>) {
        if let Some(excludes) = &directory.excludes {
            match excludes.enter(&directory.path, &directory.name) {
                Ok(own) => directory.excludes = Some(own),
                // Without its patterns more is read, not less; but the file itself was not.
                Err(error) => {
                    self.search.skip(Gap::unreadable(&directory.path.join(".gitignore"), &error));
                }
            }
        }
        let entries = match std::fs::read_dir(&directory.path) {
            Ok(entries) => entries,
            Err(error) => return self.search.unlisted(&directory.path, &error),
        };
        for entry in entries {
            match entry.and_then(|entry| Ok((entry.file_type()?, entry))) {
                Ok((kind, entry)) => self.entry(&directory, &entry, kind, waiting),
                Err(error) => self.search.unlisted(&directory.path, &error),
            }
        }
    }

    fn entry(
        &mut self,
        directory: &Directory,
        entry: &DirEntry,
        kind: FileType,
        waiting: &mut Vec<Directory>,
    ) {
        let file_name = entry.file_name();
        // Git adds no such path, in upper case or lower case.
        if file_name.eq_ignore_ascii_case(".git") {
            return;
        }
        let path = entry.path();
        let name = join(&directory.name, name_bytes(&file_name));
        if kind.is_dir() {
            if path != self.located.git_dir && path != self.located.common {
                waiting.extend(self.enter(directory, path, name));
            }
            return;
        }
        let is_ignored = || directory.excludes.as_ref().is_none_or(|all| all.ignores(&name, false));
        if !self.tracked.files.contains(name.as_slice()) && is_ignored() {
            return;
        }
        let place = Place { source: Source::Worktree, path: &name };
        self.search.name(place);
        if kind.is_symlink() {
            self.search.link(&path, place);
        } else if kind.is_file() {
            self.files.push((path, name));
            if self.files.len() >= AT_ONCE {
                self.search_files();
            }
        } else {
            self.search.special(&path, kind);
        }
    }

    /// A directory with all that is to be read of it, if anything is.
    fn enter(&mut self, above: &Directory, path: PathBuf, name: Vec<u8>) -> Option<Directory> {
        let excludes = above.excludes.as_ref().filter(|all| !all.ignores(&name, true));
        let has_tracked = self.tracked.directories.contains(name.as_slice());
        let is_submodule = self.tracked.submodules.contains(name.as_slice());
        if excludes.is_none() && !has_tracked && !is_submodule {
            return None;
        }
        self.search.name(Place { source: Source::Worktree, path: &name });
        let is_repository = is_repository(&path);
        if is_repository {
            let reason = if is_submodule {
                "a submodule, whose working tree was not read: give its path too"
            } else {
                "another repository in the working tree, which was not read: give its path too"
            };
            self.search.note(Note::new(
                Noted::NestedRepository,
                path.display().to_string(),
                reason,
            ));
        }
        if is_repository && !has_tracked {
            return None;
        }
        let excludes = excludes.filter(|_| !is_repository).cloned();
        Some(Directory { path, name, excludes })
    }

    fn search_files(&mut self) {
        let files = std::mem::take(&mut self.files);
        self.search.files(&files, Source::Worktree);
    }
}
