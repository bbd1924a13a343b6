//! One file of an index: where each entry of it stands.

use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::thread::{JoinHandle, spawn};

use super::{Entry, Part, u32_at};
use crate::git::gap::IndexFault;
use crate::git::io::mapped::MappedFile;
use crate::git::object::id::{HashKind, ObjectId};

const HEADER_LEN: usize = 12;

/// Times, device, inode, mode, owner, group and size of an entry; its id follows.
const STAT_LEN: usize = 40;

/// In an entry's flags: the stage, whether more flags follow, and the length of the path. A path
/// whose length does not fit has all bits of it set.
const STAGE_SHIFT: u16 = 12;
const EXTENDED: u16 = 0x4000;
const LENGTH: u16 = 0x0fff;

/// In the further flags: the file is entered without its content (`git add --intent-to-add`).
const INTENT_TO_ADD: u16 = 0x2000;
/// In the further flags: the file is not checked out.
const SKIP_WORKTREE: u16 = 0x4000;

/// Paths of version 4 that are written out take no more memory than this, in bytes: each takes
/// over as much as it likes of the one before it, so that a small file can name a thousand times
/// its size.
const MAX_PATHS: usize = 1 << 30;

/// A larger file is hashed beside reading its entries, in bytes.
const HASH_BESIDE: usize = 1 << 19;

/// A file that was read to its end.
#[derive(Debug)]
pub(crate) struct IndexFile {
    bytes: Arc<MappedFile>,
    hash: HashKind,
    /// Of version 4 the paths, one after the other; the other versions have them in the file.
    paths: Option<Vec<u8>>,
    pub(crate) entries: Vec<Entry>,
    /// Where the extension of a split index stands.
    link: Option<Range<usize>>,
    /// Where the entries end and the extensions begin.
    entries_end: usize,
}

/// Why there are no entries.
#[derive(Debug)]
pub(crate) enum Fault {
    Unreadable(io::Error),
    Damaged(IndexFault),
}

impl IndexFile {
    /// Reads the file to its end. Whether it is whole is told by the check that comes with it.
    pub(crate) fn open(path: &Path, hash: HashKind) -> Result<(Self, Check), Fault> {
        let (bytes, end) = map(path, hash)?;
        let check = Check::start(&bytes, end, hash);
        match read(&bytes[..end], hash) {
            Ok(parts) => Ok((Self::of(bytes, hash, parts), check)),
            // Damage is the reason that helps, where there is damage.
            Err(problem) => Err(check.finish().err().unwrap_or(Fault::Damaged(problem))),
        }
    }

    /// Reads the file to its end without comparing it with its checksum.
    pub(crate) fn open_unchecked(path: &Path, hash: HashKind) -> Result<Self, Fault> {
        let (bytes, end) = map(path, hash)?;
        let parts = read(&bytes[..end], hash).map_err(Fault::Damaged)?;
        Ok(Self::of(bytes, hash, parts))
    }

    fn of(bytes: Arc<MappedFile>, hash: HashKind, parts: Parts) -> Self {
        let Parts { entries, paths, link, entries_end } = parts;
        Self { bytes, hash, paths, entries, link, entries_end }
    }

    /// What follows the entries, the checksum included.
    pub(crate) fn extensions(&self) -> &[u8] {
        &self.bytes[self.entries_end..]
    }

    /// How many bytes the file has.
    pub(crate) fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// The checksum at its end; zeros where git was told to leave it out (`index.skipHash`).
    pub(crate) fn checksum(&self) -> ObjectId {
        ObjectId::new(&self.bytes[self.bytes.len() - self.hash.len()..])
    }

    /// The extension that makes it one part of a split index.
    pub(crate) fn link(&self) -> Option<&[u8]> {
        self.link.clone().map(|range| &self.bytes[range])
    }

    /// A path.
    pub(crate) fn path(&self, at: u32, length: u32) -> &[u8] {
        let text = self.paths.as_deref().unwrap_or(&self.bytes);
        &text[at as usize..][..length as usize]
    }

    /// The bytes of an entry's id.
    pub(crate) fn id(&self, at: u32) -> &[u8] {
        &self.bytes[at as usize + STAT_LEN..][..self.hash.len()]
    }

    /// The entry's mode.
    pub(crate) fn mode(&self, at: u32) -> u32 {
        u32_at(&self.bytes, at as usize + 24).unwrap_or_default()
    }

    /// The entry's stage in a merge: zero, or one of the three sides of a conflict.
    pub(crate) fn stage(&self, at: u32) -> u16 {
        self.flags(at).0 >> STAGE_SHIFT & 3
    }

    /// Whether the file is entered without its content.
    pub(crate) fn is_intent_to_add(&self, at: u32) -> bool {
        self.flags(at).1 & INTENT_TO_ADD != 0
    }

    fn flags(&self, at: u32) -> (u16, u16) {
        flags(&self.bytes, at as usize + STAT_LEN + self.hash.len()).unwrap_or_default()
    }
}

/// The comparison of a file with its own checksum, which goes on while the entries are looked at.
pub(crate) enum Check {
    Done(bool),
    Beside(JoinHandle<bool>),
}

impl Check {
    fn start(bytes: &Arc<MappedFile>, end: usize, hash: HashKind) -> Self {
        let bytes = Arc::clone(bytes);
        let is_whole = move || {
            let (content, own) = bytes.split_at(end);
            // With `index.skipHash` git writes zeros.
            own.iter().all(|&byte| byte == 0) || hash.digest(content).as_bytes() == own
        };
        if end < HASH_BESIDE { Self::Done(is_whole()) } else { Self::Beside(spawn(is_whole)) }
    }

    /// Waits for the answer.
    pub(crate) fn finish(self) -> Result<(), Fault> {
        let is_whole = match self {
            Self::Done(is_whole) => is_whole,
            Self::Beside(thread) => {
                thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            }
        };
        if is_whole { Ok(()) } else { Err(Fault::Damaged(IndexFault::Checksum)) }
    }
}

/// What a file has.
struct Parts {
    entries: Vec<Entry>,
    /// The paths, where they are not in the file.
    paths: Option<Vec<u8>>,
    /// The extension of a split index.
    link: Option<Range<usize>>,
    entries_end: usize,
}

/// Maps a file; tells where its checksum begins.
fn map(path: &Path, hash: HashKind) -> Result<(Arc<MappedFile>, usize), Fault> {
    let bytes = Arc::new(MappedFile::open(path).map_err(Fault::Unreadable)?);
    let end = bytes.len().saturating_sub(hash.len());
    if end < HEADER_LEN {
        return Err(Fault::Damaged(IndexFault::CutShort));
    }
    if u32::try_from(end).is_err() {
        return Err(Fault::Damaged(IndexFault::TooLarge));
    }
    Ok((bytes, end))
}

fn read(content: &[u8], hash: HashKind) -> Result<Parts, IndexFault> {
    let version = u32_at(content, 4).filter(|_| content.starts_with(b"DIRC"));
    let version = version.ok_or(IndexFault::Magic)?;
    if !(2..=4).contains(&version) {
        return Err(IndexFault::Version(version));
    }
    let count = u32_at(content, 8).unwrap_or_default() as usize;
    // A forged count must not take memory.
    let mut entries = Vec::with_capacity(count.min(content.len() / (STAT_LEN + hash.len())));
    let mut paths = (version == 4).then(Vec::new);
    let mut at = HEADER_LEN;
    for _ in 0..count {
        let (entry, end) = match &mut paths {
            Some(paths) => read_short(content, at, hash, entries.last(), paths),
            None => read_padded(content, at, hash),
        }
        .ok_or(IndexFault::Entry)?;
        entries.push(entry);
        at = end;
        if paths.as_ref().is_some_and(|paths| paths.len() > MAX_PATHS) {
            return Err(IndexFault::Paths);
        }
    }
    let entries_end = at;
    let mut link = None;
    while at < content.len() {
        let length = u32_at(content, at + 4).ok_or(IndexFault::Extension)? as usize;
        let data = at + 8..at + 8 + length;
        if data.end > content.len() {
            return Err(IndexFault::Extension);
        }
        match &content[at..at + 4] {
            b"link" => link = Some(data.clone()),
            // An index in which a directory may stand for its files: it names the tree.
            b"sdir" => {}
            // In upper case, what a reader may pass over.
            name if name[0].is_ascii_uppercase() => {}
            _ => return Err(IndexFault::UnknownExtension),
        }
        at = data.end;
    }
    Ok(Parts { entries, paths, link, entries_end })
}

/// Reads an entry of version 2 or 3: a NUL ends the path, and up to seven more fill the entry up.
#[inline]
fn read_padded(content: &[u8], start: usize, hash: HashKind) -> Option<(Entry, usize)> {
    let (path, stated) = path_start(content, start, hash)?;
    let length = match stated {
        Some(length) => length,
        None => memchr::memchr(0, content.get(path..)?)?,
    };
    let end = start + ((path - start + length) / 8 + 1) * 8;
    (end <= content.len() && content[path + length] == 0)
        .then_some((entry(start, path, length)?, end))
}

/// Reads an entry of version 4: how much of the last path is dropped, then the rest of the path and
/// a NUL. The path is written out to the end of `paths`.
fn read_short(
    content: &[u8],
    start: usize,
    hash: HashKind,
    last: Option<&Entry>,
    paths: &mut Vec<u8>,
) -> Option<(Entry, usize)> {
    let (number, stated) = path_start(content, start, hash)?;
    let (dropped, rest) = offset_number(content, number)?;
    let added = memchr::memchr(0, content.get(rest..)?)?;
    let path = paths.len();
    if let Some(last) = last {
        let kept = (last.path_length as usize).checked_sub(dropped)?;
        paths.extend_from_within(last.path as usize..last.path as usize + kept);
    }
    paths.extend_from_slice(&content[rest..rest + added]);
    let length = paths.len() - path;
    stated
        .is_none_or(|stated| stated == length)
        .then_some((entry(start, path, length)?, rest + added + 1))
}

/// Where the path of an entry begins, and the length that its flags state.
#[inline]
fn path_start(content: &[u8], start: usize, hash: HashKind) -> Option<(usize, Option<usize>)> {
    let at = start + STAT_LEN + hash.len();
    let (flags, further) = flags(content, at)?;
    // Other flags than these would mean something that is unknown.
    if further & !(INTENT_TO_ADD | SKIP_WORKTREE) != 0 {
        return None;
    }
    let stated = Some(flags & LENGTH).filter(|&length| length != LENGTH);
    Some((at + if flags & EXTENDED == 0 { 2 } else { 4 }, stated.map(usize::from)))
}

#[inline]
fn entry(at: usize, path: usize, length: usize) -> Option<Entry> {
    let at = u32::try_from(at).ok()?;
    let (path, path_length) = (u32::try_from(path).ok()?, u32::try_from(length).ok()?);
    Some(Entry { at, path, path_length, part: Part::Own, path_part: Part::Own })
}

fn flags(bytes: &[u8], at: usize) -> Option<(u16, u16)> {
    let u16_at = |at: usize| bytes.get(at..)?.first_chunk().map(|bytes| u16::from_be_bytes(*bytes));
    let flags = u16_at(at)?;
    Some((flags, if flags & EXTENDED == 0 { 0 } else { u16_at(at + 2)? }))
}

/// Reads a number as the distances of deltas in a pack are written, and tells where it ends.
fn offset_number(content: &[u8], mut at: usize) -> Option<(usize, usize)> {
    let mut byte = *content.get(at)?;
    let mut number = usize::from(byte & 0x7f);
    while byte & 0x80 != 0 {
        at += 1;
        byte = *content.get(at)?;
        number = number.checked_add(1)?.checked_mul(128)? + usize::from(byte & 0x7f);
    }
    Some((number, at + 1))
}
