//! Finds the repositories of submodules, and notes those that are declared and not here.

use std::collections::{BTreeMap, HashSet};
use std::path::{Component, Path, PathBuf};

use super::git_dir::{Inner, is_git_dir};
use crate::bytes::to_text;
use crate::git::io::small_file::path_from_bytes;
use crate::git::repository::head::HeadFiles;
use crate::git::repository::locate::{Located, follow_git_file};
use crate::scan::report::coverage::{Note, Noted};
use crate::scan::target::Target;

/// The submodules of a repository.
pub(crate) struct Submodules {
    pub(crate) present: Vec<Target>,
    /// Those that are declared and not here.
    pub(crate) absent: Vec<Note>,
}

/// Finds the submodules, given the git directories in that of the superproject, and the paths at
/// which its index has submodules.
pub(crate) fn find(
    superproject: &Target,
    stored: Vec<Inner>,
    gitlinks: &[Vec<u8>],
    head: Option<&HeadFiles<'_>>,
) -> Submodules {
    let located = &superproject.located;
    // What cannot be read here was reported when all objects were read.
    let declared = head.and_then(|head| head.read(b".gitmodules"));
    let declared = declared.map_or_else(Vec::new, |content| parse(&content));
    let mut names: HashSet<Vec<u8>> = stored.iter().map(|inner| inner.name.clone()).collect();
    let mut present: Vec<Target> = stored
        .into_iter()
        .map(|Inner { path, name }| superproject.submodule(path, &name))
        .collect();
    let mut paths: BTreeMap<&[u8], &[u8]> =
        gitlinks.iter().map(|path| (path.as_slice(), path.as_slice())).collect();
    paths.extend(declared.iter().map(|(path, name)| (path.as_slice(), name.as_slice())));
    let mut elsewhere = BTreeMap::new();
    for (&path, &name) in &paths {
        match checked_out(located, path) {
            Some(CheckedOut::Here(git_dir)) if names.insert(name.to_vec()) => {
                present.push(superproject.submodule(git_dir, name));
            }
            Some(CheckedOut::Elsewhere(git_dir)) => drop(elsewhere.insert(name, git_dir)),
            _ => {}
        }
    }
    let absent = paths.iter().filter(|(_, name)| !names.contains(**name));
    let absent = absent.map(|(path, name)| {
        let reason = match elsewhere.get(name) {
            Some(git_dir) => format!(
                "a submodule whose repository is elsewhere, and was not read: {}",
                git_dir.display()
            ),
            None => "a submodule that is declared, and whose repository is not stored here: \
                     git submodule update --init fetches it"
                .to_owned(),
        };
        Note::new(Noted::AbsentSubmodule, to_text(path), reason)
    });
    let absent = absent.collect();
    Submodules { present, absent }
}

/// Where the repository of a submodule that is checked out has its git directory.
enum CheckedOut {
    Here(PathBuf),
    Elsewhere(PathBuf),
}

/// Looks for `.git` at a submodule's path in the working tree. Old versions of git put the whole
/// git directory there; newer ones put it into that of the superproject, and a file here.
fn checked_out(located: &Located, path: &[u8]) -> Option<CheckedOut> {
    let worktree = located.worktree.as_ref()?;
    let path = path_from_bytes(path);
    if !path.components().all(|part| matches!(part, Component::Normal(_))) {
        return None;
    }
    let dot_git = worktree.join(path).join(".git");
    let metadata = std::fs::symlink_metadata(&dot_git).ok()?;
    // No link on the way may lead out of the working tree.
    let dot_git = std::fs::canonicalize(&dot_git).ok()?;
    let is_own = dot_git.starts_with(std::fs::canonicalize(worktree).ok()?);
    if metadata.is_dir() && is_own && is_git_dir(&dot_git) {
        return Some(CheckedOut::Here(dot_git));
    }
    if !metadata.is_file() || !is_own {
        return None;
    }
    let target = std::fs::canonicalize(follow_git_file(&dot_git)?).ok()?;
    (!target.starts_with(&located.common)).then_some(CheckedOut::Elsewhere(target))
}

/// Reads the paths and names in the form of git's configuration.
fn parse(content: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut declared = Vec::new();
    let mut name: Option<Vec<u8>> = None;
    for line in content.split(|&byte| byte == b'\n') {
        let line = line.trim_ascii();
        if line.starts_with(b"[") {
            let quoted = line.strip_prefix(b"[submodule \"").and_then(|rest| {
                let end = memchr::memrchr(b'"', rest)?;
                Some(rest[..end].iter().copied().filter(|&byte| byte != b'\\').collect())
            });
            name = quoted;
        } else if let (Some(name), Some(equals)) = (&name, memchr::memchr(b'=', line))
            && line[..equals].trim_ascii().eq_ignore_ascii_case(b"path")
        {
            let value = line[equals + 1..].trim_ascii();
            let value = value.strip_prefix(b"\"").unwrap_or(value);
            let value = value.strip_suffix(b"\"").unwrap_or(value);
            declared.push((value.to_vec(), name.clone()));
        }
    }
    declared
}

/// Whether a directory in a working tree is a repository of its own.
pub(crate) fn is_repository(directory: &Path) -> bool {
    let dot_git = directory.join(".git");
    match std::fs::symlink_metadata(&dot_git) {
        Ok(metadata) if metadata.is_dir() => is_git_dir(&dot_git),
        Ok(metadata) if metadata.is_file() => {
            follow_git_file(&dot_git).is_some_and(|target| target.join("HEAD").exists())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn declared_submodules_are_read_as_git_writes_them() {
        let text = b"[submodule \"libs/a\"]\n\tpath = vendor/a\n\turl = ../a\n\
                     [submodule \"b \\\"c\\\"\"]\n\turl = x\n\tPATH=\"d e\"\n[other]\n\tpath = no\n";
        let expected: [(&[u8], &[u8]); 2] = [(b"vendor/a", b"libs/a"), (b"d e", b"b \"c\"")];
        let found = parse(text);
        let found: Vec<(&[u8], &[u8])> =
            found.iter().map(|(path, name)| (path.as_slice(), name.as_slice())).collect();
        assert_eq!(found, expected);
    }
}
