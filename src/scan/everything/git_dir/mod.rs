//! Searches everything in a git directory besides the objects: refs and their names, reflogs, the
//! configuration, the index, hooks, and any other file.
//!
//! The directory is listed, and each regular file in it is searched as text. Nothing in a file is
//! obeyed, so nothing can lead the search away from another one. What git uses a file for decides
//! how its places are called ([`role`]). Two kinds of files hold names in a form that a search of
//! their text would miss or could not name: the index and `packed-refs`. Objects are compressed,
//! and are read by the object store.

mod includes;
mod index_names;
mod packed_refs;
mod role;

use std::collections::HashSet;
use std::fs::{DirEntry, FileType};
use std::path::{Path, PathBuf};

use self::role::Role;
use crate::git::object::id::HashKind;
use crate::scan::job::Job;
use crate::scan::report::coverage::{Coverage, Note, Noted};
use crate::scan::report::finding::Source;
use crate::scan::report::findings::Findings;
use crate::scan::search::files::{FileSearch, Links, Place, join, name_bytes};
use crate::scan::target::Target;

/// What a git directory holds besides the objects.
pub(crate) struct GitDir {
    pub(crate) coverage: Coverage,
    /// The git directories in it, which are those of submodules.
    pub(crate) repositories: Vec<Inner>,
    /// The paths at which the index of the worktree that was given has submodules.
    pub(crate) gitlinks: Vec<Vec<u8>>,
}

/// A git directory in another one.
pub(crate) struct Inner {
    pub(crate) path: PathBuf,
    /// The name of the submodule.
    pub(crate) name: Vec<u8>,
}

/// Reads the git directory of a repository, those of its linked worktrees included.
pub(crate) fn read(job: &Job<'_>, target: &Target, findings: &mut Findings) -> GitDir {
    let located = &target.located;
    let mut walk = Walk {
        search: FileSearch::new(job, &target.shown, findings),
        hash: located.hash(),
        own_git_dir: &located.git_dir,
        quarantine: located.objects.get(located.own_objects..).unwrap_or_default(),
        included: HashSet::new(),
        waiting: Vec::new(),
        repositories: Vec::new(),
        gitlinks: Vec::new(),
    };
    walk.run(&located.common);
    // A worktree's own directory lies in the shared one, unless somebody has moved it.
    if !located.git_dir.starts_with(&located.common) {
        walk.run(&located.git_dir);
        if is_git_dir(&located.git_dir) {
            // What it stores itself, git reads from the shared one alone.
            let (path, name) = (located.git_dir.clone(), b"the git directory itself".to_vec());
            walk.repositories.push(Inner { path, name });
        }
    }
    let Walk { search, mut repositories, mut gitlinks, .. } = walk;
    repositories.sort_by(|a, b| a.path.cmp(&b.path));
    gitlinks.sort();
    gitlinks.dedup();
    GitDir { coverage: search.finish(), repositories, gitlinks }
}

/// A directory that was met and not listed yet.
struct Directory {
    path: PathBuf,
    /// Its path in the git directory.
    name: Vec<u8>,
}

struct Walk<'w> {
    search: FileSearch<'w>,
    hash: HashKind,
    /// The git directory of the worktree that was given.
    own_git_dir: &'w Path,
    /// Where the objects of a push are.
    quarantine: &'w [PathBuf],
    /// Files that the configuration includes, by their paths in the git directory.
    included: HashSet<Vec<u8>>,
    waiting: Vec<Directory>,
    repositories: Vec<Inner>,
    gitlinks: Vec<Vec<u8>>,
}

impl Walk<'_> {
    fn run(&mut self, root: &Path) {
        self.included = includes::find(root);
        self.waiting.push(Directory { path: root.to_owned(), name: Vec::new() });
        // Without recursion: the directories of a hostile repository may be nested deeply.
        while let Some(directory) = self.waiting.pop() {
            if !directory.name.is_empty()
                && !role::is_for_names(&directory.name)
                && is_git_dir(&directory.path)
            {
                let name = role::submodule_name(&directory.name).to_vec();
                self.repositories.push(Inner { path: directory.path, name });
            } else {
                self.list(&directory);
            }
        }
    }

    fn list(&mut self, directory: &Directory) {
        let entries = match std::fs::read_dir(&directory.path) {
            Ok(entries) => entries,
            Err(error) => return self.search.unlisted(&directory.path, &error),
        };
        for entry in entries {
            match entry.and_then(|entry| Ok((entry.file_type()?, entry))) {
                Ok((kind, entry)) => self.entry(directory, &entry, kind),
                Err(error) => self.search.unlisted(&directory.path, &error),
            }
        }
    }

    fn entry(&mut self, directory: &Directory, entry: &DirEntry, kind: FileType) {
        let path = entry.path();
        let name = join(&directory.name, name_bytes(&entry.file_name()));
        self.name(&name);
        if kind.is_dir() {
            self.waiting.push(Directory { path, name });
        } else if kind.is_symlink() {
            self.link(path, name);
        } else if kind.is_file() {
            self.file(&path, &name);
        } else {
            self.search.special(&path, kind);
        }
    }

    fn name(&mut self, name: &[u8]) {
        let source = if role::ref_name(name).is_some() { Source::RefName } else { Source::GitDir };
        self.search.name(Place { source, path: role::ref_name(name).unwrap_or(name) });
    }

    fn file(&mut self, path: &Path, name: &[u8]) {
        // A hook reads what the push has brought, which waits there for its answer.
        let is_read = self.quarantine.iter().any(|directory| path.starts_with(directory));
        if role::is_leftover(name) && !is_read {
            let reason = "objects that git does not know of, which were not read: git prune \
                          deletes what an operation that broke off has left";
            self.search.note(Note::new(Noted::Leftover, path.display().to_string(), reason));
        }
        match self.role(name) {
            Role::Object => {}
            Role::Index => self.index(path, name),
            Role::PackedRefs => packed_refs::search(&mut self.search, path, name),
            Role::Text(source, links) => {
                self.search.file(path, links, Place { source, path: name });
            }
        }
    }

    fn role(&self, name: &[u8]) -> Role {
        match role::of(name) {
            Role::Text(Source::GitDir, links) if self.included.contains(name) => {
                Role::Text(Source::Config, links)
            }
            role => role,
        }
    }

    fn index(&mut self, path: &Path, name: &[u8]) {
        let gitlinks = index_names::search(&mut self.search, path, name, self.hash);
        if path.parent() == Some(self.own_git_dir) {
            self.gitlinks.extend(gitlinks);
        }
    }

    /// A symbolic link. Git follows those of refs, reflogs, the index and the configuration, and so
    /// does whoever reads them; no other is followed, because it may lead anywhere.
    fn link(&mut self, path: PathBuf, name: Vec<u8>) {
        let role = self.role(&name);
        let source = match role {
            Role::Text(source, _) => source,
            Role::Object => return,
            Role::Index | Role::PackedRefs => Source::GitDir,
        };
        self.search.link(&path, Place { source, path: &name });
        let Ok(target) = std::fs::metadata(&path) else { return };
        let is_followed = !matches!(role, Role::Text(_, Links::Refuse));
        if is_followed && target.is_file() {
            self.file(&path, &name);
        } else if target.is_dir() && matches!(&*name, b"refs" | b"logs") {
            // Here alone: deeper, a link may lead back to where it is.
            self.waiting.push(Directory { path, name });
        } else if (target.is_file() || target.is_dir()) && &*name != b"objects" {
            let reason = "a symbolic link in the git directory, which is not followed";
            self.search.note(Note::new(Noted::Link, path.display().to_string(), reason));
        }
    }
}

/// Whether a directory is a git directory that stands for itself: with its own objects and refs.
pub(crate) fn is_git_dir(directory: &Path) -> bool {
    let is_directory = |name: &str| {
        let metadata = std::fs::symlink_metadata(directory.join(name));
        metadata.is_ok_and(|metadata| metadata.is_dir())
    };
    std::fs::symlink_metadata(directory.join("HEAD")).is_ok()
        && is_directory("objects")
        && is_directory("refs")
}
