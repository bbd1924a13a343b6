//! Notes the files of Git LFS whose content is not stored here.
//!
//! A commit has a pointer in the place of such a file. Content in the git directory is searched
//! there. Other content that the current commit names is noted, and is no gap: nothing that this
//! repository claims to have is missing.

use std::path::Path;
use std::sync::Arc;

use crate::bytes::to_text;
use crate::git::ignore::pattern::Pattern;
use crate::git::io::small_file::read;
use crate::git::object::id::ObjectId;
use crate::git::repository::head::{HeadFiles, Tree};
use crate::scan::report::coverage::{Note, Noted};
use crate::scan::search::files::join;

/// The largest pointer (Git LFS specification, "The pointer").
const MAX_POINTER: usize = 1024;

/// No more directories than these are looked through, and no more files are looked at: this is only
/// a note.
const MAX_DIRECTORIES: usize = 100_000;
const MAX_FILES: usize = 10_000;

/// How attributes say that a file is in LFS.
const FILTER: &[u8] = b"filter=lfs";

/// Notes the files of the current commit whose content is not in the git directory.
pub(super) fn absent(head: &HeadFiles<'_>, common: &Path) -> Option<Note> {
    let of_repository = read(&common.join("info/attributes")).ok().flatten().unwrap_or_default();
    let of_root = head.read(b".gitattributes").unwrap_or_default();
    // Few repositories use it, and the others are not looked through.
    let is_used = |content: &[u8]| memchr::memmem::find(content, FILTER).is_some();
    if !is_used(&of_repository) && !is_used(&of_root) {
        return None;
    }
    let top = Attributes { patterns: parse(&of_repository), depth: 0, above: None };
    let mut absent = Absent { count: 0, first: None, looked_at: 0 };
    let mut directories = 0;
    let mut waiting: Vec<(Option<ObjectId>, Vec<u8>, Arc<Attributes>)> =
        vec![(None, Vec::new(), Arc::new(top))];
    while let Some((id, path, above)) = waiting.pop() {
        directories += 1;
        let read = id.map(|id| head.tree(&id));
        let Some(tree) = read.as_ref().map_or(Some(head.root()), Option::as_ref) else { continue };
        let attributes = Attributes::enter(&above, head, tree, &path);
        for (name, id, is_directory) in tree.entries() {
            let path = join(&path, name);
            if is_directory && directories + waiting.len() < MAX_DIRECTORIES {
                waiting.push((Some(id), path, Arc::clone(&attributes)));
            } else if !is_directory && attributes.say_lfs(&path) {
                absent.look_at(head, &id, path, common);
            }
        }
    }
    absent.note()
}

/// The pointers without a content.
struct Absent {
    count: usize,
    first: Option<Vec<u8>>,
    looked_at: usize,
}

impl Absent {
    fn look_at(&mut self, head: &HeadFiles<'_>, id: &ObjectId, path: Vec<u8>, common: &Path) {
        if self.looked_at >= MAX_FILES {
            return;
        }
        self.looked_at += 1;
        let Some(content) = head.blob(id) else { return };
        let Some(oid) = pointer(&content) else { return };
        let stored = common.join("lfs/objects").join(&oid[..2]).join(&oid[2..4]).join(oid);
        if !stored.is_file() {
            self.count += 1;
            self.first.get_or_insert(path);
        }
    }

    fn note(self) -> Option<Note> {
        let more = if self.looked_at >= MAX_FILES { " or more" } else { "" };
        let files = if self.count == 1 { "file" } else { "files" };
        let reason = format!(
            "{}{more} Git LFS {files} of the current commit, of which this is one, not stored \
             here: git lfs fetch --all",
            self.count
        );
        self.first.map(|path| Note::new(Noted::AbsentLfsFiles, to_text(&path), reason))
    }
}

/// The id that a pointer has for its content: 64 hex digits.
fn pointer(content: &[u8]) -> Option<&str> {
    let is_pointer = content.len() <= MAX_POINTER && content.starts_with(b"version https://");
    let mut lines = content.split(|&byte| byte == b'\n').filter(|_| is_pointer);
    let oid = lines.find_map(|line| line.strip_prefix(b"oid sha256:"))?.trim_ascii();
    let is_hex = oid.len() == 64 && oid.iter().all(u8::is_ascii_hexdigit);
    std::str::from_utf8(oid).ok().filter(|_| is_hex)
}

/// What the `.gitattributes` of a directory and of those above it say.
struct Attributes {
    /// Each pattern, and whether it puts files into LFS.
    patterns: Vec<(Pattern, bool)>,
    /// How many bytes of a path lead to the directory of the file.
    depth: usize,
    above: Option<Arc<Attributes>>,
}

impl Attributes {
    fn enter(above: &Arc<Self>, head: &HeadFiles<'_>, tree: &Tree, path: &[u8]) -> Arc<Self> {
        let content = tree.find(b".gitattributes").and_then(|id| head.blob(&id));
        let patterns = content.map(|content| parse(&content)).unwrap_or_default();
        if patterns.is_empty() {
            return Arc::clone(above);
        }
        let depth = if path.is_empty() { 0 } else { path.len() + 1 };
        Arc::new(Self { patterns, depth, above: Some(Arc::clone(above)) })
    }

    fn say_lfs(&self, path: &[u8]) -> bool {
        let mut level = Some(self);
        while let Some(attributes) = level {
            let own = path.get(attributes.depth..).unwrap_or_default();
            let mut patterns = attributes.patterns.iter().rev();
            if let Some((_, is_lfs)) = patterns.find(|(pattern, _)| pattern.matches(own, false)) {
                return *is_lfs;
            }
            level = attributes.above.as_deref();
        }
        false
    }
}

/// The lines that say something of filters.
fn parse(content: &[u8]) -> Vec<(Pattern, bool)> {
    let line = |line: &[u8]| {
        let line = line.trim_ascii();
        let (pattern, attributes) = match line.strip_prefix(b"\"") {
            Some(rest) => rest.split_at(memchr::memchr(b'"', rest)?),
            None => line.split_at(line.iter().position(u8::is_ascii_whitespace)?),
        };
        let says = |name: &[u8]| attributes.windows(name.len()).any(|part| part == name);
        let pattern = Pattern::parse(pattern).filter(|pattern| !pattern.is_negated);
        Some((pattern.filter(|_| says(b"filter"))?, says(FILTER)))
    };
    content.split(|&byte| byte == b'\n').filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_are_told_from_other_files() {
        let oid = "4d7a".repeat(16);
        let text =
            format!("version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 12\n");
        assert_eq!(pointer(text.as_bytes()), Some(oid.as_str()));
        assert_eq!(pointer(text.replace("4d7a", "4d7").as_bytes()), None);
        assert_eq!(pointer(text.replace("version", "x").as_bytes()), None);
        assert_eq!(pointer(b""), None);
    }

    #[test]
    fn attributes_say_which_files_are_in_lfs() {
        let top = parse(b"# *.x filter=lfs\n*.bin filter=lfs diff=lfs -text\n*.txt text\n");
        let top = Arc::new(Attributes { patterns: top, depth: 0, above: None });
        let own = parse(b"small.bin -filter\n\"with space\" filter=lfs\n");
        let own = Attributes { patterns: own, depth: 4, above: Some(top) };
        for (path, is_lfs) in [
            (&b"dir/a.bin"[..], true),
            (b"dir/small.bin", false),
            (b"dir/a.txt", false),
            (b"dir/with space", true),
            (b"dir/a.x", false),
        ] {
            assert_eq!(own.say_lfs(path), is_lfs, "{}", to_text(path));
        }
    }
}
