//! The entries of a tree object, and the links of commits and tags.

use super::id::{HashKind, ObjectId};

/// An entry of a tree: `mode SP name NUL id`.
///
/// It holds offsets instead of slices, so that a list of entries can be used again for the next
/// tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeEntry {
    start: u32,
    name: u32,
    id: u32,
    end: u32,
}

impl TreeEntry {
    /// Reads the entry that begins at `start`.
    #[inline]
    fn parse(content: &[u8], start: u32, hash: HashKind) -> Option<Self> {
        let rest = content.get(start as usize..)?;
        // Modes and most names are short: a plain loop finds their ends before a wide search has
        // started.
        let space = rest.iter().take(8).position(|&byte| byte == b' ')?;
        let name = space + 1;
        let id = name + rest[name..].iter().position(|&byte| byte == 0)? + 1;
        let end = id + hash.len();
        if end > rest.len() {
            return None;
        }
        let at = |offset: usize| u32::try_from(start as usize + offset).ok();
        Some(Self { start, name: at(name)?, id: at(id)?, end: at(end)? })
    }

    fn mode<'t>(&self, tree: &'t [u8]) -> &'t [u8] {
        &tree[self.start as usize..self.name as usize - 1]
    }

    /// Its name.
    #[inline]
    pub(crate) fn name<'t>(&self, tree: &'t [u8]) -> &'t [u8] {
        &tree[self.name as usize..self.id as usize - 1]
    }

    /// The bytes of the id that it names.
    #[inline]
    pub(crate) fn id<'t>(&self, tree: &'t [u8]) -> &'t [u8] {
        &tree[self.id as usize..self.end as usize]
    }

    /// Whether it names a submodule's commit, which is stored in another repository.
    #[inline]
    pub(crate) fn is_gitlink(&self, tree: &[u8]) -> bool {
        matches!(self.mode(tree), b"160000")
    }

    /// Whether it names a tree. Git reads both ways to write that.
    #[inline]
    pub(crate) fn is_directory(&self, tree: &[u8]) -> bool {
        matches!(self.mode(tree), b"40000" | b"040000")
    }
}

/// Where the entries of a tree begin, and the end of the last one.
///
/// A tree that is stored as a delta shares most entries with its base. Where a delta copies whole
/// entries, and the entry before them ends there in both trees, they are the base's entries: they
/// were looked at there, and only the others need parsing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Boundaries {
    offsets: Vec<u32>,
    /// Whether a part of the tree makes no sense; nothing behind it is known then.
    pub(crate) is_damaged: bool,
}

impl Boundaries {
    /// Reads a tree; `entries` gets every entry.
    pub(crate) fn read(&mut self, tree: &[u8], hash: HashKind, entries: &mut Vec<TreeEntry>) {
        self.start(entries);
        self.parse_until(tree, length(tree), hash, entries);
    }

    /// Reads a tree that a delta made of another one, whose boundaries are `base`; `entries` gets
    /// those that the other one does not have.
    pub(crate) fn read_delta(
        &mut self,
        tree: &[u8],
        hash: HashKind,
        base: &Self,
        copies: &[Copied],
        entries: &mut Vec<TreeEntry>,
    ) {
        self.start(entries);
        for copied in copies {
            let end = copied.from + copied.length;
            let mut first = base.offsets.partition_point(|&offset| offset < copied.from);
            let after = first + base.offsets[first..].partition_point(|&offset| offset <= end);
            if first + 1 >= after {
                continue;
            }
            // In this tree the copy stands at `copied.to`.
            let moved = |offset: u32| offset - copied.from + copied.to;
            self.parse_until(tree, moved(base.offsets[first]), hash, entries);
            // Where this tree's entries do not meet the base's at the start of the copy, they may
            // meet later in it.
            while first + 1 < after && !self.is_damaged {
                let here = self.end();
                match moved(base.offsets[first]).cmp(&here) {
                    std::cmp::Ordering::Less => first += 1,
                    std::cmp::Ordering::Equal => {
                        let shared = &base.offsets[first + 1..after];
                        self.offsets.extend(shared.iter().map(|&offset| moved(offset)));
                        break;
                    }
                    std::cmp::Ordering::Greater => {
                        self.parse_until(tree, moved(base.offsets[first]), hash, entries);
                    }
                }
            }
        }
        self.parse_until(tree, length(tree), hash, entries);
    }

    fn start(&mut self, entries: &mut Vec<TreeEntry>) {
        entries.clear();
        self.offsets.clear();
        self.offsets.push(0);
        self.is_damaged = false;
    }

    fn end(&self) -> u32 {
        self.offsets.last().copied().unwrap_or_default()
    }

    /// Parses entries until one ends at `until` or behind it.
    fn parse_until(
        &mut self,
        tree: &[u8],
        until: u32,
        hash: HashKind,
        entries: &mut Vec<TreeEntry>,
    ) {
        while self.end() < until && !self.is_damaged {
            match TreeEntry::parse(tree, self.end(), hash) {
                Some(entry) => {
                    self.offsets.push(entry.end);
                    entries.push(entry);
                }
                None => self.is_damaged = true,
            }
        }
    }
}

/// A tree is never above the memory limit, which is far below 4 GiB.
fn length(tree: &[u8]) -> u32 {
    u32::try_from(tree.len()).unwrap_or(u32::MAX)
}

/// Bytes that a delta copies from its base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Copied {
    /// From where in the base.
    pub(crate) from: u32,
    /// To where in the result.
    pub(crate) to: u32,
    pub(crate) length: u32,
}

/// The entries that a delta adds to a tree, found without making the result: that is enough for a
/// tree on which no other is built.
#[derive(Debug, Default)]
pub(crate) struct AddedEntries {
    /// Of the result, what stands between shared entries.
    bytes: Vec<u8>,
    /// How much of it is parsed.
    parsed: usize,
    /// Until so much of it is there, parsing on is not tried again: what is in several pieces is
    /// then still parsed in linear time.
    retry_at: usize,
    pub(crate) entries: Vec<TreeEntry>,
}

impl AddedEntries {
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.entries.clear();
        (self.parsed, self.retry_at) = (0, 0);
    }

    /// What the entries' offsets refer to.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Adds bytes that the result has and the base has not.
    pub(crate) fn insert(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Adds bytes that the result has from the base.
    pub(crate) fn copy(
        &mut self,
        base: &[u8],
        boundaries: &Boundaries,
        copied: Copied,
        hash: HashKind,
    ) {
        let (start, end) = (copied.from, copied.from + copied.length);
        let offsets = &boundaries.offsets;
        let first = offsets.partition_point(|&offset| offset < start);
        let after = first + offsets[first..].partition_point(|&offset| offset <= end);
        let mut push = |from: u32, to: u32| {
            self.bytes.extend_from_slice(&base[from as usize..to as usize]);
        };
        if first + 1 >= after {
            return push(start, end);
        }
        push(start, offsets[first]);
        self.parse(hash);
        // Where this tree's entries do not meet the base's at the start of the copy, they may meet
        // later in it.
        let mut at = first;
        while self.parsed < self.bytes.len() && at + 1 < after {
            self.insert(&base[offsets[at] as usize..offsets[at + 1] as usize]);
            at += 1;
            self.parse(hash);
        }
        if self.parsed == self.bytes.len() {
            at = after - 1;
        }
        self.insert(&base[offsets[at] as usize..end as usize]);
    }

    /// Parses the rest. False when a part of it makes no sense.
    pub(crate) fn finish(&mut self, hash: HashKind) -> bool {
        self.retry_at = 0;
        self.parse(hash);
        self.parsed == self.bytes.len()
    }

    fn parse(&mut self, hash: HashKind) {
        if self.bytes.len() < self.retry_at {
            return;
        }
        while self.parsed < self.bytes.len() {
            let start = u32::try_from(self.parsed).unwrap_or(u32::MAX);
            let Some(entry) = TreeEntry::parse(&self.bytes, start, hash) else {
                self.retry_at = self.bytes.len() + (self.bytes.len() - self.parsed);
                break;
            };
            self.parsed = entry.end as usize;
            self.entries.push(entry);
        }
    }
}

/// What a commit's header says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CommitLinks<'c> {
    pub(crate) tree: ObjectId,
    /// The lines `parent`, all of them sound.
    parents: &'c [u8],
    rest: &'c [u8],
    hash: HashKind,
}

impl<'c> CommitLinks<'c> {
    /// Reads the lines `tree` and `parent` at the start of a commit.
    pub(crate) fn parse(content: &'c [u8], hash: HashKind) -> Option<Self> {
        let digits = hash.len() * 2;
        let (line, lines) = content.strip_prefix(b"tree ")?.split_at_checked(digits)?;
        let tree = ObjectId::from_hex(line, hash)?;
        let lines = end_line(lines)?;
        let mut rest = lines;
        while let Some(line) = rest.strip_prefix(b"parent ") {
            let (line, behind) = line.split_at_checked(digits)?;
            ObjectId::from_hex(line, hash)?;
            rest = end_line(behind)?;
        }
        Some(Self { tree, parents: &lines[..lines.len() - rest.len()], rest, hash })
    }

    pub(crate) fn parents(&self) -> impl Iterator<Item = ObjectId> {
        let line = b"parent \n".len() + self.hash.len() * 2;
        let ids = self.parents.chunks(line).map(|line| &line[b"parent ".len()..]);
        ids.filter_map(|id| ObjectId::from_hex(id.trim_ascii_end(), self.hash))
    }

    /// What comes behind the parents.
    pub(crate) const fn rest(&self) -> &'c [u8] {
        self.rest
    }
}

/// What comes behind the end of a line, which is here or nowhere.
fn end_line(rest: &[u8]) -> Option<&[u8]> {
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix(b"\n") }
}

/// The object that an annotated tag is about.
pub(crate) fn tag_target(content: &[u8], hash: HashKind) -> Option<ObjectId> {
    let line = content.split(|&byte| byte == b'\n').next()?;
    ObjectId::from_hex(line.strip_prefix(b"object ")?, hash)
}

/// Where the message of a commit or tag begins: after the first empty line.
pub(crate) fn message_start(content: &[u8]) -> usize {
    if content.starts_with(b"\n") {
        return 1;
    }
    memchr::memmem::find(content, b"\n\n").map_or(content.len(), |at| at + 2)
}
