//! Finds the files of the git directory that its configuration includes.
//!
//! They are searched as every file is; that they are included only decides how they are called.
//! What lies outside of the directory is not followed.

use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};

use crate::git::io::small_file::{path_from_bytes, read};
use crate::scan::search::files::join;

/// Git follows includes of includes no deeper, and no repository has this many.
const MAX_FILES: usize = 1000;

/// The included files, by their paths in the git directory.
pub(super) fn find(git_dir: &Path) -> HashSet<Vec<u8>> {
    let mut found = HashSet::new();
    let mut waiting = vec![PathBuf::from("config"), PathBuf::from("config.worktree")];
    while let Some(file) = waiting.pop() {
        let Ok(Some(content)) = read(&git_dir.join(&file)) else { continue };
        for target in targets(&content) {
            let target = path_from_bytes(&target);
            // A path is relative to the file that has it.
            let target = match target.strip_prefix(git_dir) {
                Ok(own) => normal(own),
                Err(_) => normal(&file.with_file_name("").join(target)),
            };
            if let Some(target) = target
                && found.len() < MAX_FILES
                && found.insert(in_git_form(&target))
            {
                waiting.push(target);
            }
        }
    }
    found
}

/// A path without `.` and `..`; `None` when it leads out of the directory that it is relative to.
fn normal(path: &Path) -> Option<PathBuf> {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => normal.push(name),
            Component::CurDir => {}
            Component::ParentDir if normal.pop() => {}
            _ => return None,
        }
    }
    Some(normal)
}

fn in_git_form(path: &Path) -> Vec<u8> {
    let names = path.components().map(|part| part.as_os_str().as_encoded_bytes());
    names.fold(Vec::new(), |path, name| join(&path, name))
}

/// The values of `path` in the sections `include` and `includeIf`, under any condition.
fn targets(config: &[u8]) -> Vec<Vec<u8>> {
    let mut targets = Vec::new();
    let mut is_include = false;
    for line in config.split(|&byte| byte == b'\n') {
        let mut line = line.trim_ascii();
        if let Some(rest) = line.strip_prefix(b"[") {
            let name = rest.split(|byte| b" \t\"]".contains(byte)).next().unwrap_or_default();
            is_include =
                name.eq_ignore_ascii_case(b"include") || name.eq_ignore_ascii_case(b"includeIf");
            // A key may follow on the line. A condition may hold the bracket too.
            let end = memchr::memrchr(b']', line).map_or(line.len(), |bracket| bracket + 1);
            line = line[end..].trim_ascii_start();
        }
        let Some(equals) = memchr::memchr(b'=', line).filter(|_| is_include) else { continue };
        if line[..equals].trim_ascii().eq_ignore_ascii_case(b"path") {
            let value = line[equals + 1..].trim_ascii();
            let value = value.strip_prefix(b"\"").unwrap_or(value);
            targets.push(value.strip_suffix(b"\"").unwrap_or(value).to_vec());
        }
    }
    targets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn included_files_of_the_git_directory_are_named() {
        let directory = tempfile::tempdir().unwrap();
        let git_dir = directory.path().join("x.git");
        std::fs::create_dir_all(git_dir.join("deep/er")).unwrap();
        let config = format!(
            "[core]\n\tpath = no\n[include]\n\tpath = one\n\tPath = \"deep/two\"\n\
             path = ../outside\npath=/etc/passwd\npath = ~/x\n\
             [includeIf \"gitdir:/a]b/\"] path = {}/three\n[other \"include\"]\npath = no\n",
            git_dir.display()
        );
        std::fs::write(git_dir.join("config"), config).unwrap();
        std::fs::write(git_dir.join("deep/two"), "[INCLUDE]\npath = er/../four\npath = ./two")
            .unwrap();
        std::fs::write(git_dir.join("deep/four"), "[include]\npath=../../x.git/../up").unwrap();
        let mut found: Vec<_> = find(&git_dir).into_iter().collect();
        found.sort();
        let expected: [&[u8]; 5] = [b"deep/four", b"deep/two", b"one", b"three", b"~/x"];
        assert_eq!(found, expected);
    }
}
