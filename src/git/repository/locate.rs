//! From a path to a repository: its git directory and the directories that hold its objects.

use std::path::{Path, PathBuf};

use super::config::StorageConfig;
use crate::git::gap::{AlternateFault, Cause, Gap, Subject};
use crate::git::io::small_file::{path_from_bytes, read};
use crate::git::object::id::HashKind;

/// Git itself follows alternates of alternates no deeper.
const MAX_ALTERNATE_DEPTH: u32 = 6;

/// No more alternates than that are read, and no more are told that cannot be.
const MAX_ALTERNATES: usize = 10_000;

/// Where a repository keeps its things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Located {
    /// The git directory of the worktree that was given: its `HEAD` and its index.
    pub(crate) git_dir: PathBuf,
    /// The directory that all worktrees share: objects, refs, configuration.
    pub(crate) common: PathBuf,
    /// The working tree, where there is one.
    pub(crate) worktree: Option<PathBuf>,
    /// The name of the `HEAD` of the worktree that was given.
    pub(crate) head: String,
    /// `objects`, then the alternates, then what a push brings that waits for a hook's answer.
    pub(crate) objects: Vec<PathBuf>,
    /// How many of these are the repository's own, and not a push's.
    pub(crate) own_objects: usize,
    pub(crate) config: StorageConfig,
    /// What of the above cannot be read.
    pub(crate) gaps: Vec<Gap>,
}

impl Located {
    pub(crate) fn hash(&self) -> HashKind {
        self.config.hash()
    }
}

/// There is no repository to scan.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[non_exhaustive]
pub enum LocateError {
    /// The path does not exist or cannot be reached.
    #[error("cannot open {path}: {error}")]
    Path {
        /// The path, as it was given.
        path: String,
        /// The system's reason.
        error: String,
    },
    /// Neither the path nor a directory above it is a repository.
    #[error("not a git repository: {path}")]
    NotARepository {
        /// The path, as it was given.
        path: String,
    },
}

/// Finds the repository that `path` is, or lies in. While a push waits for the answer of a hook,
/// git keeps its objects in the directory `quarantine`.
pub(crate) fn locate(path: &Path, quarantine: Option<&Path>) -> Result<Located, LocateError> {
    let shown = path.display().to_string();
    let path = std::fs::canonicalize(path)
        .map_err(|error| LocateError::Path { path: shown.clone(), error: error.to_string() })?;
    let (git_dir, worktree) = discover(&path).ok_or(LocateError::NotARepository { path: shown })?;
    let mut gaps = Vec::new();
    let common = match read_file(&git_dir.join("commondir"), &mut gaps) {
        Some(bytes) => git_dir.join(path_from_bytes(bytes.trim_ascii_end())),
        None => git_dir.clone(),
    };
    Ok(gather(git_dir, common, worktree, quarantine, gaps))
}

/// The repository of a submodule, by its git directory, which shares nothing with another one.
pub(crate) fn locate_submodule(git_dir: PathBuf) -> Located {
    gather(git_dir.clone(), git_dir, None, None, Vec::new())
}

fn read_file(path: &Path, gaps: &mut Vec<Gap>) -> Option<Vec<u8>> {
    read(path).unwrap_or_else(|error| {
        gaps.push(Gap::unreadable(path, &error));
        None
    })
}

/// All that belongs to a git directory.
fn gather(
    git_dir: PathBuf,
    common: PathBuf,
    worktree: Option<PathBuf>,
    quarantine: Option<&Path>,
    mut gaps: Vec<Gap>,
) -> Located {
    // Two paths to one repository must look the same, so that it is scanned once.
    let git_dir = std::fs::canonicalize(&git_dir).unwrap_or(git_dir);
    let common = std::fs::canonicalize(&common).unwrap_or(common);
    let config = read_file(&common.join("config"), &mut gaps);
    let config = StorageConfig::parse(&config.unwrap_or_default());
    if let Some(damage) = config.damage {
        gaps.push(Gap::new(Subject::path(&common.join("config")), Cause::Config(damage)));
    }
    if let Some(setting) = &config.unknown {
        gaps.push(Gap::new(Subject::path(&common), Cause::Layout(setting.clone())));
    }
    let mut objects = Vec::new();
    follow_alternates(&common.join("objects"), 0, &mut objects, &mut gaps);
    let own_objects = objects.len();
    if let Some(quarantine) = quarantine {
        match std::fs::canonicalize(quarantine) {
            // Another repository's push is no business of this scan.
            Ok(path)
                if path.starts_with(&common) || objects.iter().any(|own| path.starts_with(own)) =>
            {
                follow_alternates(&path, 0, &mut objects, &mut gaps);
            }
            Ok(_) => {}
            Err(error) => gaps.push(Gap::unreadable(quarantine, &error)),
        }
    }
    let head = match git_dir.strip_prefix(&common).ok().and_then(|own| own.to_str()) {
        None | Some("") => "HEAD".to_owned(),
        Some(own) => format!("{own}/HEAD"),
    };
    let worktree = worktree.or_else(|| worktree_of(&git_dir));
    Located { git_dir, common, worktree, head, objects, own_objects, config, gaps }
}

/// The working tree of a git directory that was given itself, as hooks are told it: the directory
/// around `.git`, or of a linked worktree the one that leads back here.
fn worktree_of(git_dir: &Path) -> Option<PathBuf> {
    if git_dir.file_name().is_some_and(|name| name == ".git") {
        return git_dir.parent().map(Path::to_owned);
    }
    let link = read(&git_dir.join("gitdir")).ok()??;
    let dot_git = git_dir.join(path_from_bytes(link.trim_ascii_end()));
    let back = follow_git_file(&dot_git)?;
    let is_back = std::fs::canonicalize(back).is_ok_and(|back| back == git_dir);
    dot_git.parent().filter(|_| is_back).and_then(|path| std::fs::canonicalize(path).ok())
}

/// Where a `.git` file leads.
pub(crate) fn follow_git_file(dot_git: &Path) -> Option<PathBuf> {
    let content = read(dot_git).ok()??;
    let target = content.strip_prefix(b"gitdir: ")?;
    let end = target.iter().rposition(|byte| !b"\r\n".contains(byte))?;
    Some(dot_git.parent()?.join(path_from_bytes(&target[..=end])))
}

/// The git directory that `path` is, has, or lies below, and its working tree; `None` as well when a `.git` file on the
/// way leads nowhere, because a repository further up is not the one that was meant.
///
/// libgit2 could tell too, but it opens `commondir` whatever that is, and waits for a pipe forever.
fn discover(path: &Path) -> Option<(PathBuf, Option<PathBuf>)> {
    for directory in path.ancestors() {
        let dot_git = directory.join(".git");
        match std::fs::metadata(&dot_git) {
            Ok(metadata) if metadata.is_dir() => {
                if is_git_dir(&dot_git) {
                    return Some((dot_git, Some(directory.to_owned())));
                }
            }
            Ok(_) => {
                let target = follow_git_file(&dot_git)?;
                return is_git_dir(&target).then(|| (target, Some(directory.to_owned())));
            }
            Err(_) => {}
        }
        if is_git_dir(directory) {
            return Some((directory.to_owned(), None));
        }
    }
    None
}

/// Whether a directory is a git directory: it has a `HEAD`, and `objects` and `refs` of its own or
/// those of the worktree's repository.
fn is_git_dir(directory: &Path) -> bool {
    let common = match read(&directory.join("commondir")) {
        Ok(Some(target)) => directory.join(path_from_bytes(target.trim_ascii_end())),
        _ => directory.to_owned(),
    };
    // A `HEAD` that is a link need not lead anywhere: old versions of git made it one.
    std::fs::symlink_metadata(directory.join("HEAD")).is_ok()
        && common.join("objects").is_dir()
        && common.join("refs").is_dir()
}

fn follow_alternates(
    directory: &Path,
    depth: u32,
    directories: &mut Vec<PathBuf>,
    gaps: &mut Vec<Gap>,
) {
    let directory = match std::fs::canonicalize(directory) {
        Ok(directory) if directory.is_dir() => directory,
        Ok(_) => return gaps.push(alternate(directory, AlternateFault::NotADirectory)),
        Err(error) => {
            return gaps.push(alternate(directory, AlternateFault::Unreadable(error.to_string())));
        }
    };
    if directories.contains(&directory) {
        return;
    }
    if directories.len() > MAX_ALTERNATES {
        return gaps.push(alternate(&directory, AlternateFault::TooMany));
    }
    if depth > MAX_ALTERNATE_DEPTH {
        return gaps.push(alternate(&directory, AlternateFault::TooDeep));
    }
    directories.push(directory.clone());
    let list = directory.join("info/alternates");
    let lines = match read(&list) {
        Ok(lines) => lines.unwrap_or_default(),
        Err(error) => return gaps.push(Gap::unreadable(&list, &error)),
    };
    for line in lines.split(|&byte| byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        if gaps.len() > MAX_ALTERNATES {
            // All are told that anybody would read.
            return;
        }
        let path = if line.starts_with(b"\"") { unquote(line) } else { line.to_vec() };
        follow_alternates(&directory.join(path_from_bytes(&path)), depth + 1, directories, gaps);
    }
}

/// Reads a path that git has quoted like a C string.
fn unquote(text: &[u8]) -> Vec<u8> {
    let inner = text.strip_prefix(b"\"").unwrap_or(text);
    let inner = inner.strip_suffix(b"\"").unwrap_or(inner);
    let mut path = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            path.push(byte);
            continue;
        }
        match bytes.next() {
            Some(b'n') => path.push(b'\n'),
            Some(b't') => path.push(b'\t'),
            Some(b'r') => path.push(b'\r'),
            Some(digit @ b'0'..=b'3') => {
                let mut value = digit - b'0';
                while let Some(next @ b'0'..=b'7') = bytes.peek().copied() {
                    bytes.next();
                    value = value.wrapping_mul(8).wrapping_add(next - b'0');
                }
                path.push(value);
            }
            Some(other) => path.push(other),
            None => {}
        }
    }
    path
}

fn alternate(path: &Path, fault: AlternateFault) -> Gap {
    Gap::new(Subject::path(path), Cause::Alternate(fault))
}
