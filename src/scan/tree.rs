//! The entries of a tree object, and the links of commits and tags.

use super::id::{HashKind, ObjectId};

/// The mode of a submodule's commit, which is stored in another repository.
const GITLINK: &[u8] = b"160000";
/// The modes of a directory; git reads both.
const DIRECTORY: [&[u8]; 2] = [b"40000", b"040000"];

/// One entry of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TreeEntry<'t> {
    mode: &'t [u8],
    /// The name, and where in the tree it begins.
    pub(super) name: &'t [u8],
    pub(super) name_at: usize,
    /// The bytes of the id.
    pub(super) id: &'t [u8],
}

impl TreeEntry<'_> {
    /// Whether it names a commit of another repository.
    pub(super) fn is_gitlink(&self) -> bool {
        self.mode == GITLINK
    }

    /// Whether it names a tree.
    pub(super) fn is_directory(&self) -> bool {
        DIRECTORY.contains(&self.mode)
    }
}

/// Walks a tree's entries: `mode SP name NUL id`.
pub(super) struct TreeEntries<'t> {
    content: &'t [u8],
    at: usize,
    id_length: usize,
    /// Whether the rest makes no sense.
    pub(super) is_damaged: bool,
}

impl<'t> TreeEntries<'t> {
    pub(super) fn new(content: &'t [u8], hash: HashKind) -> Self {
        Self { content, at: 0, id_length: hash.len(), is_damaged: false }
    }

    #[inline]
    fn parse(&self) -> Option<TreeEntry<'t>> {
        let rest = &self.content[self.at..];
        // Names are short, so a plain loop finds their ends faster than a wide search starts.
        let space = rest.iter().take(8).position(|&byte| byte == b' ')?;
        let length = rest[space + 1..].iter().position(|&byte| byte == 0)?;
        let end = space + 1 + length;
        let id = rest.get(end + 1..end + 1 + self.id_length)?;
        let name_at = self.at + space + 1;
        Some(TreeEntry { mode: &rest[..space], name: &rest[space + 1..end], name_at, id })
    }
}

impl<'t> Iterator for TreeEntries<'t> {
    type Item = TreeEntry<'t>;

    #[inline]
    fn next(&mut self) -> Option<TreeEntry<'t>> {
        if self.at == self.content.len() || self.is_damaged {
            return None;
        }
        let entry = self.parse();
        match &entry {
            Some(entry) => self.at = entry.name_at + entry.name.len() + 1 + self.id_length,
            None => self.is_damaged = true,
        }
        entry
    }
}

/// What a commit's header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CommitLinks {
    pub(super) tree: ObjectId,
    pub(super) parents: Vec<ObjectId>,
}

impl CommitLinks {
    /// Reads the lines `tree` and `parent` at the start of a commit.
    pub(super) fn parse(content: &[u8], hash: HashKind) -> Option<Self> {
        let mut lines = content.split(|&byte| byte == b'\n');
        let tree = ObjectId::from_hex(lines.next()?.strip_prefix(b"tree ")?, hash)?;
        let mut parents = Vec::new();
        for line in lines {
            let Some(parent) = line.strip_prefix(b"parent ") else { break };
            parents.push(ObjectId::from_hex(parent, hash)?);
        }
        Some(Self { tree, parents })
    }
}

/// The object that an annotated tag is about.
pub(super) fn tag_target(content: &[u8], hash: HashKind) -> Option<ObjectId> {
    let line = content.split(|&byte| byte == b'\n').next()?;
    ObjectId::from_hex(line.strip_prefix(b"object ")?, hash)
}

/// Where the message of a commit or tag begins: after the first empty line.
pub(super) fn message_start(content: &[u8]) -> usize {
    if content.starts_with(b"\n") {
        return 1;
    }
    memchr::memmem::find(content, b"\n\n").map_or(content.len(), |at| at + 2)
}
