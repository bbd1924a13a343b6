//! Single refs, looked up by name.
//!
//! [`crate::git::refs::claims`] reads all that a repository claims; who asks for a few refs does not wait for a
//! million others.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use super::reftable::{RefValue, Stack};
use crate::git::gap::{Gap, RefFault, Subject};
use crate::git::io::mapped::MappedFile;
use crate::git::io::small_file::{is_absent, path_from_bytes, read};
use crate::git::object::id::{HashKind, ObjectId};
use crate::git::repository::locate::Located;

/// Git gives up after so many symbolic refs.
const MAX_STEPS: u32 = 5;

/// Directories below `refs` are followed no deeper.
const MAX_DIRECTORIES: usize = 256;

/// Refs that each worktree has for itself, besides those that do not begin with `refs/`.
const WORKTREE_REFS: [&[u8]; 3] = [b"refs/bisect/", b"refs/rewritten/", b"refs/worktree/"];

/// The refs of a repository, as the worktree that was given sees them.
pub(crate) struct RefFiles<'l> {
    located: &'l Located,
    packed: OnceCell<io::Result<Option<MappedFile>>>,
    /// The tables of the repository, then those of the worktree, where refs are in such.
    tables: [OnceCell<Result<Stack, Gap>>; 2],
}

/// Why a ref cannot be looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LookupError {
    /// Symbolic refs lead to one another.
    Circle,
    /// A file cannot be read, or holds no ref.
    Unreadable(Gap),
}

/// What a ref says.
enum Target {
    Object(ObjectId),
    Ref(Vec<u8>),
}

/// Reads the `HEAD` of the worktree that was given; `Ok(None)` on a branch without commits.
pub(crate) fn read_head(located: &Located) -> Result<Option<ObjectId>, Gap> {
    RefFiles::new(located).find(b"HEAD").map_err(|fault| match fault {
        LookupError::Circle => Gap::of_ref(Subject::name(b"HEAD"), RefFault::Circle),
        LookupError::Unreadable(gap) => gap,
    })
}

impl<'l> RefFiles<'l> {
    pub(crate) fn new(located: &'l Located) -> Self {
        Self { located, packed: OnceCell::new(), tables: [OnceCell::new(), OnceCell::new()] }
    }

    /// The object that the ref with this full name names; `Ok(None)` when there is no such ref, or
    /// when it leads to a branch without commits.
    pub(crate) fn find(&self, name: &[u8]) -> Result<Option<ObjectId>, LookupError> {
        let mut name = name.to_vec();
        for _ in 0..=MAX_STEPS {
            match self.read(&name)? {
                Some(Target::Object(id)) => return Ok(Some(id)),
                // Below `refs`, and nowhere else by way of `..`.
                Some(Target::Ref(target))
                    if target.starts_with(b"refs/") && is_ref_name(&target) =>
                {
                    name = target;
                }
                Some(Target::Ref(_)) => return Err(damaged(&name)),
                // Every repository has one.
                None if name == b"HEAD" => return Err(damaged(&name)),
                None => return Ok(None),
            }
        }
        Err(LookupError::Circle)
    }

    /// The objects that the refs below a directory (`refs/remotes`) name, but for those whose names
    /// begin with one of `except` and those that cannot be read.
    pub(crate) fn below(
        &self,
        directory: &str,
        except: &[String],
    ) -> Result<Vec<ObjectId>, LookupError> {
        // A hook is told the address of a remote that has no name; it has no branches here.
        if !is_ref_name(directory.as_bytes()) {
            return Ok(Vec::new());
        }
        let prefix = format!("{directory}/").into_bytes();
        let found = if self.located.config.has_reftable {
            let refs = self.tables(false)?.refs();
            let names = refs.into_keys().filter(|name| name.starts_with(&prefix));
            names.map(|name| (name.to_vec(), self.find(name).ok().flatten())).collect()
        } else {
            self.files_below(directory, &prefix)?
        };
        let is_wanted =
            |name: &[u8]| !except.iter().any(|other| name.starts_with(other.as_bytes()));
        Ok(found.into_iter().filter_map(|(name, id)| id.filter(|_| is_wanted(&name))).collect())
    }

    /// The refs below a directory, packed or in files; none for those that cannot be read.
    fn files_below(
        &self,
        directory: &str,
        prefix: &[u8],
    ) -> Result<BTreeMap<Vec<u8>, Option<ObjectId>>, LookupError> {
        let hash = self.located.hash();
        let mut found = BTreeMap::new();
        for line in self.packed()?.split(|&byte| byte == b'\n') {
            let Some((id, name)) = line.split_at_checked(hash.len() * 2 + 1) else { continue };
            if name.starts_with(prefix)
                && let Some(id) = id.strip_suffix(b" ")
            {
                found.insert(name.to_vec(), ObjectId::from_hex(id, hash));
            }
        }
        let mut waiting =
            vec![(self.located.common.join(directory), directory.as_bytes().to_vec())];
        while let Some((path, name)) = waiting.pop() {
            let Ok(entries) = std::fs::read_dir(path) else { continue };
            for entry in entries.flatten() {
                let name = [&name, b"/".as_slice(), entry.file_name().as_encoded_bytes()].concat();
                if !is_ref_name(&name) {
                    continue;
                }
                // A symbolic link to a directory is not followed: it may lead back here.
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    if memchr::memchr_iter(b'/', &name).count() < MAX_DIRECTORIES {
                        waiting.push((entry.path(), name));
                    }
                } else {
                    // A file counts before what was packed, which may be long out of date.
                    let id = self.find(&name).ok().flatten();
                    found.insert(name, id);
                }
            }
        }
        Ok(found)
    }

    fn read(&self, name: &[u8]) -> Result<Option<Target>, LookupError> {
        let Some((path, may_be_packed)) = self.path(name) else { return Ok(None) };
        if self.located.config.has_reftable {
            // What may be packed is shared by all worktrees.
            let target = self.tables(!may_be_packed)?.find(name).map(|value| match value {
                RefValue::Object(id) | RefValue::Tag { id, .. } => Some(Target::Object(*id)),
                RefValue::Symbolic(target) => Some(Target::Ref(target.clone())),
                RefValue::Deleted => None,
            });
            return Ok(target.flatten());
        }
        // Old versions of git made symbolic links of symbolic refs.
        let link = std::fs::read_link(&path).ok();
        let link = link.map(|target| target.into_os_string().into_encoded_bytes());
        if let Some(target) = link.filter(|target| target.starts_with(b"refs/")) {
            return Ok(Some(Target::Ref(target)));
        }
        // While there is `refs/heads/a/b`, the directory `refs/heads/a` is no ref.
        if !path.is_dir() {
            let content = read(&path);
            let content =
                content.map_err(|error| LookupError::Unreadable(Gap::unreadable(&path, &error)))?;
            if let Some(content) = content {
                let target = parse(&content, self.located.hash());
                return target.map(Some).ok_or_else(|| damaged(name));
            }
        }
        let id = if may_be_packed { self.find_packed(name)? } else { None };
        Ok(id.map(Target::Object))
    }

    /// Where a ref has its file, and whether it may be packed instead; `None` when no ref can be
    /// called so. A name never leads out of the directories that are for refs.
    fn path(&self, name: &[u8]) -> Option<(PathBuf, bool)> {
        if !is_ref_name(name) {
            return None;
        }
        let is_root = |byte: &u8| byte.is_ascii_uppercase() || matches!(byte, b'_' | b'-');
        let is_own =
            name.iter().all(is_root) || WORKTREE_REFS.iter().any(|prefix| name.starts_with(prefix));
        if !is_own && !name.starts_with(b"refs/") {
            return None;
        }
        let directory = if is_own { &self.located.git_dir } else { &self.located.common };
        Some((directory.join(path_from_bytes(name)), !is_own))
    }

    /// The tables with the refs that the worktree has for itself, or with all others.
    fn tables(&self, is_own: bool) -> Result<&Stack, LookupError> {
        let directory = if is_own { &self.located.git_dir } else { &self.located.common };
        let tables = self.tables[usize::from(is_own)].get_or_init(|| {
            let (stack, gaps) = Stack::read(&directory.join("reftable"), self.located.hash());
            // In a table that cannot be read may be what counts.
            gaps.into_iter().next().map_or(Ok(stack), Err)
        });
        tables.as_ref().map_err(|gap| LookupError::Unreadable(gap.clone()))
    }

    /// Looks a ref up in `packed-refs`: lines of an id, a space and a name.
    fn find_packed(&self, name: &[u8]) -> Result<Option<ObjectId>, LookupError> {
        let content = self.packed()?;
        let line_end = [b" ", name].concat();
        for at in memchr::memmem::find_iter(content, &line_end) {
            let line = memchr::memrchr(b'\n', &content[..at]).map_or(0, |end| end + 1);
            if matches!(content.get(at + line_end.len()), None | Some(b'\n'))
                && let Some(id) = ObjectId::from_hex(&content[line..at], self.located.hash())
            {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    fn packed(&self) -> Result<&[u8], LookupError> {
        let path = self.located.common.join("packed-refs");
        let packed = self.packed.get_or_init(|| match MappedFile::open(&path) {
            Ok(content) => Ok(Some(content)),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(error),
        });
        match packed {
            Ok(content) => Ok(content.as_deref().unwrap_or_default()),
            Err(error) => Err(LookupError::Unreadable(Gap::unreadable(&path, error))),
        }
    }
}

/// Reads `ref: NAME` or an id; `FETCH_HEAD` has more behind it.
fn parse(content: &[u8], hash: HashKind) -> Option<Target> {
    let text = content.trim_ascii_end();
    if let Some(name) = text.strip_prefix(b"ref:") {
        return Some(Target::Ref(name.trim_ascii_start().to_vec()));
    }
    let (id, rest) = text.split_at_checked(hash.len() * 2)?;
    let id = ObjectId::from_hex(id, hash)?;
    (!id.is_zero() && rest.first().is_none_or(u8::is_ascii_whitespace))
        .then_some(Target::Object(id))
}

fn damaged(name: &[u8]) -> LookupError {
    LookupError::Unreadable(Gap::of_ref(Subject::name(name), RefFault::NoObject))
}

/// Whether a ref may have this name (git-check-ref-format).
pub(crate) fn is_ref_name(name: &[u8]) -> bool {
    let is_forbidden = |byte: &u8| byte.is_ascii_control() || b" ~^:?*[\\".contains(byte);
    let has = |part: &[u8]| memchr::memmem::find(name, part).is_some();
    !name.iter().any(is_forbidden)
        && !has(b"..")
        && !has(b"@{")
        && !name.ends_with(b".")
        && name != b"@"
        && !name
            .split(|&byte| byte == b'/')
            .any(|part| part.is_empty() || part.starts_with(b".") || part.ends_with(b".lock"))
}
