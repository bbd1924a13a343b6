//! The commit that is checked out, found without reading the other refs: there may be many.

use std::io;
use std::path::Path;

use super::coverage::{Skipped, What};
use super::files::{is_absent, path_from_bytes, read};
use super::id::{HashKind, ObjectId};
use super::locate::{Located, unreadable};
use super::mapped::MappedFile;
use crate::bytes::to_text;

/// Git gives up after so many symbolic refs.
const MAX_STEPS: u32 = 5;

/// Refs that each worktree has for itself, besides those that do not begin with `refs/`.
const WORKTREE_REFS: [&[u8]; 3] = [b"refs/bisect/", b"refs/rewritten/", b"refs/worktree/"];

/// What a ref says.
enum Target {
    Object(ObjectId),
    Ref(Vec<u8>),
}

/// Reads the `HEAD` of the worktree that was given; `Ok(None)` on a branch without commits.
pub(super) fn read_head(located: &Located) -> Result<Option<ObjectId>, Skipped> {
    if located.config.has_reftable {
        let path = located.common.join("reftable").display().to_string();
        return Err(Skipped::new(What::Ref, path, "refs in the reftable format are not read")
            .mend("convert them: git refs migrate --ref-format=files"));
    }
    let mut name = b"HEAD".to_vec();
    for _ in 0..=MAX_STEPS {
        match read_ref(located, &name)? {
            Some(Target::Object(id)) => return Ok(Some(id)),
            Some(Target::Ref(target)) if is_valid(&target) => name = target,
            Some(Target::Ref(_)) => return Err(damaged(&name)),
            None if name == b"HEAD" => return Err(damaged(&name)),
            None => return Ok(None),
        }
    }
    Err(Skipped::new(What::Ref, "HEAD", "it leads from ref to ref and to no object"))
}

fn read_ref(located: &Located, name: &[u8]) -> Result<Option<Target>, Skipped> {
    let is_own =
        !name.starts_with(b"refs/") || WORKTREE_REFS.iter().any(|prefix| name.starts_with(prefix));
    let directory = if is_own { &located.git_dir } else { &located.common };
    let path = directory.join(path_from_bytes(name));
    // Old versions of git made symbolic links of symbolic refs.
    let link = std::fs::read_link(&path).ok();
    let link = link.map(|target| target.into_os_string().into_encoded_bytes());
    if let Some(target) = link.filter(|target| target.starts_with(b"refs/")) {
        return Ok(Some(Target::Ref(target)));
    }
    // While there is `refs/heads/a/b`, the directory `refs/heads/a` is no ref.
    if !path.is_dir()
        && let Some(content) = read(&path).map_err(|error| unreadable(&path, &error))?
    {
        return parse(&content, located.hash()).map(Some).ok_or_else(|| damaged(name));
    }
    if is_own {
        return Ok(None);
    }
    let path = located.common.join("packed-refs");
    let packed = find_packed(&path, name, located.hash());
    packed.map(|id| id.map(Target::Object)).map_err(|error| unreadable(&path, &error))
}

/// Reads `ref: NAME` or an id.
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

/// Looks a ref up in `packed-refs`: lines of an id, a space and a name.
fn find_packed(path: &Path, name: &[u8], hash: HashKind) -> io::Result<Option<ObjectId>> {
    let content = match MappedFile::open(path) {
        Ok(content) => content,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(error),
    };
    let line_end = [b" ", name].concat();
    for at in memchr::memmem::find_iter(&content, &line_end) {
        let line = memchr::memrchr(b'\n', &content[..at]).map_or(0, |end| end + 1);
        if matches!(content.get(at + line_end.len()), None | Some(b'\n'))
            && let Some(id) = ObjectId::from_hex(&content[line..at], hash)
        {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// Whether git lets a symbolic ref lead there: below `refs`, and nowhere else by way of `..`.
fn is_valid(name: &[u8]) -> bool {
    name.starts_with(b"refs/")
        && name.split(|&byte| byte == b'/').all(|part| {
            !part.is_empty()
                && !part.starts_with(b".")
                && !part.ends_with(b".lock")
                && !part.iter().any(|byte| byte.is_ascii_control() || *byte == b'\\')
        })
}

fn damaged(name: &[u8]) -> Skipped {
    Skipped::new(What::Ref, to_text(name), "the ref names no object")
}
