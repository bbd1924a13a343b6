//! Says what git uses a file of its directory for, by the file's path there.

use crate::scan::report::finding::Source;
use crate::scan::search::files::Links;

/// How a file is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The object store reads it, or it is computed from what that reads.
    Object,
    Index,
    PackedRefs,
    Text(Source, Links),
}

/// What is computed from objects, and the packs themselves. `.keep` and `.promisor` are texts.
const PACK_EXTENSIONS: [&[u8]; 7] =
    [b"pack", b"idx", b"rev", b"bitmap", b"mtimes", b"midx", b"graph"];

/// The role of the file with this path in the git directory.
pub(super) fn of(path: &[u8]) -> Role {
    let own = in_worktree(path);
    let is_below = |directory: &[u8]| own.starts_with(directory);
    if path.starts_with(b"objects/") && is_object_file(path) || path == b"objects" {
        Role::Object
    } else if own == b"index" || own.starts_with(b"sharedindex.") {
        Role::Index
    } else if own == b"packed-refs" {
        Role::PackedRefs
    } else if own == b"HEAD" || own == b"refs" || is_below(b"refs/") {
        Role::Text(Source::RefName, Links::Follow)
    } else if own == b"logs" || is_below(b"logs/") {
        Role::Text(Source::Reflog, Links::Follow)
    } else if own == b"config" || own == b"config.worktree" {
        Role::Text(Source::Config, Links::Follow)
    } else if path.starts_with(b"lfs/") {
        Role::Text(Source::Lfs, Links::Refuse)
    } else {
        Role::Text(Source::GitDir, Links::Refuse)
    }
}

/// The ref that the path of a file below `refs` or `logs` names.
pub(super) fn ref_name(path: &[u8]) -> Option<&[u8]> {
    let own = in_worktree(path);
    if own.starts_with(b"refs/") {
        return Some(path);
    }
    let name = own.strip_prefix(b"logs/")?;
    // The log of a linked worktree's ref: without the name of the worktree.
    Some(name)
}

/// Whether the directory's parts are parts of refs' names, so that any of them may be there.
pub(super) fn is_for_names(directory: &[u8]) -> bool {
    let own = in_worktree(directory);
    [&b"refs"[..], b"logs"].iter().any(|name| {
        own.strip_prefix(*name).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
    })
}

/// The name of the submodule whose git directory has this path.
pub(super) fn submodule_name(path: &[u8]) -> &[u8] {
    in_worktree(path).strip_prefix(b"modules/").unwrap_or(path)
}

/// The path in the git directory of a linked worktree, where it lies in one.
fn in_worktree(path: &[u8]) -> &[u8] {
    let Some(rest) = path.strip_prefix(b"worktrees/") else { return path };
    memchr::memchr(b'/', rest).map_or(path, |slash| &rest[slash + 1..])
}

/// Whether a file holds objects that git does not know of: of a push or fetch that broke off.
pub(super) fn is_leftover(path: &[u8]) -> bool {
    let Some(own) = path.strip_prefix(b"objects/") else { return false };
    let mut parts = own.rsplit(|&byte| byte == b'/');
    let (name, directory) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let is_temporary = name.starts_with(b"tmp_pack_") || name.starts_with(b"tmp_obj_");
    let is_known = parts.next().is_none();
    let is_loose = directory.len() == 2 && is_object_file(path);
    is_temporary || !is_known && (is_loose || directory == b"pack" && name.ends_with(b".pack"))
}

/// Whether a file below `objects` is an object or a pack, or is computed from them.
fn is_object_file(path: &[u8]) -> bool {
    let mut parts = path.rsplit(|&byte| byte == b'/');
    let (name, directory) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let is_hex = |text: &[u8]| text.iter().all(u8::is_ascii_hexdigit);
    let is_loose =
        directory.len() == 2 && is_hex(directory) && [38, 62].contains(&name.len()) && is_hex(name);
    let extension = memchr::memrchr(b'.', name).map_or(&b""[..], |dot| &name[dot + 1..]);
    is_loose
        || directory == b"pack" && PACK_EXTENSIONS.contains(&extension)
        || directory == b"pack" && name == b"multi-pack-index"
        || directory == b"info" && name == b"commit-graph"
        || directory == b"commit-graphs" && extension == b"graph"
        || directory == b"multi-pack-index.d" && PACK_EXTENSIONS.contains(&extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_the_role_that_git_gives_them() {
        let text = |source, links| Role::Text(source, links);
        let id = "a".repeat(38);
        for (path, role) in [
            ("HEAD", text(Source::RefName, Links::Follow)),
            ("worktrees/x/HEAD", text(Source::RefName, Links::Follow)),
            ("refs/heads/config", text(Source::RefName, Links::Follow)),
            ("logs/refs/heads/index", text(Source::Reflog, Links::Follow)),
            ("worktrees/x/logs/HEAD", text(Source::Reflog, Links::Follow)),
            ("config", text(Source::Config, Links::Follow)),
            ("worktrees/x/config.worktree", text(Source::Config, Links::Follow)),
            ("worktrees/config", text(Source::GitDir, Links::Refuse)),
            ("hooks/config", text(Source::GitDir, Links::Refuse)),
            ("FETCH_HEAD", text(Source::GitDir, Links::Refuse)),
            ("lfs/objects/aa/bb/x", text(Source::Lfs, Links::Refuse)),
            ("index", Role::Index),
            ("index.lock", text(Source::GitDir, Links::Refuse)),
            ("worktrees/x/sharedindex.0", Role::Index),
            ("packed-refs", Role::PackedRefs),
            (&format!("objects/aa/{id}"), Role::Object),
            (&format!("objects/incoming-1/aa/{id}"), Role::Object),
            (&format!("objects/aa/{id}0"), text(Source::GitDir, Links::Refuse)),
            (&format!("hooks/aa/{id}"), text(Source::GitDir, Links::Refuse)),
            ("objects/pack/pack-1.pack", Role::Object),
            ("objects/pack/pack-1.keep", text(Source::GitDir, Links::Refuse)),
            ("objects/pack.pack", text(Source::GitDir, Links::Refuse)),
            ("objects/info/alternates", text(Source::GitDir, Links::Refuse)),
            ("objects/info/commit-graphs/graph-1.graph", Role::Object),
        ] {
            assert_eq!(of(path.as_bytes()), role, "{path}");
        }
    }

    #[test]
    fn what_is_not_read_as_an_object_is_known() {
        let id = "a".repeat(38);
        for (path, expected) in [
            (format!("objects/aa/{id}"), false),
            ("objects/pack/pack-1.pack".to_owned(), false),
            ("objects/pack/multi-pack-index".to_owned(), false),
            ("objects/pack/multi-pack-index.d/multi-pack-index-1.midx".to_owned(), false),
            ("objects/info/commit-graph".to_owned(), false),
            ("objects/info/commit-graphs/graph-1.graph".to_owned(), false),
            ("objects/aa/tmp_obj_abcdef".to_owned(), true),
            ("objects/pack/tmp_pack_abcdef".to_owned(), true),
            (format!("objects/tmp_objdir-incoming-1/aa/{id}"), true),
            ("objects/tmp_objdir-incoming-1/pack/pack-1.pack".to_owned(), true),
            ("objects/tmp_objdir-incoming-1/pack/pack-1.idx".to_owned(), false),
            ("hooks/tmp_pack_abcdef".to_owned(), false),
        ] {
            assert_eq!(is_leftover(path.as_bytes()), expected, "{path}");
        }
    }

    #[test]
    fn refs_and_submodules_have_the_names_that_git_gives_them() {
        let named = |path: &'static str| ref_name(path.as_bytes());
        assert_eq!(named("refs/heads/a"), Some(&b"refs/heads/a"[..]));
        assert_eq!(named("logs/refs/heads/a"), Some(&b"refs/heads/a"[..]));
        assert_eq!(named("worktrees/x/refs/bisect/a"), Some(&b"worktrees/x/refs/bisect/a"[..]));
        assert_eq!(named("hooks/refs/heads/a"), None);
        assert_eq!(submodule_name(b"modules/a/b"), b"a/b");
        assert_eq!(submodule_name(b"worktrees/x/modules/a"), b"a");
        assert_eq!(submodule_name(b"elsewhere"), b"elsewhere");
        assert!(is_for_names(b"refs") && is_for_names(b"worktrees/x/logs/refs"));
        assert!(!is_for_names(b"refsx") && !is_for_names(b"modules/refs"));
    }
}
