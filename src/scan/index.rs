//! The objects that an index names (gitformat-index).
//!
//! Split and sparse indexes are read too, which libgit2 refuses, and by safe code: the file comes
//! from the repository that is scanned.

use super::id::{HashKind, ObjectId};

const HEADER_LEN: usize = 12;

/// Times, device, inode, mode, owner, group and size of an entry.
const STAT_LEN: usize = 40;

/// The mode of a submodule's commit, which is in another repository.
const GITLINK: u32 = 0o160_000;

/// What an index names.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// The id of each entry in order; `None` for one that names nothing stored here.
    entries: Vec<Option<ObjectId>>,
    /// The rest of a split index, in a file of its own.
    pub(super) shared: Option<Shared>,
}

/// The other part of a split index.
#[derive(Debug)]
pub(super) struct Shared {
    /// The checksum that is part of its name.
    pub(super) id: ObjectId,
    /// Which of its entries no longer count.
    replaced: Vec<bool>,
}

impl Shared {
    /// Whether the entry at `position` of the shared part still counts.
    fn counts(&self, position: usize) -> bool {
        !self.replaced.get(position).copied().unwrap_or(false)
    }

    /// Of the shared part, the ids that still count.
    pub(super) fn ids<'i>(&'i self, part: &'i Index) -> impl Iterator<Item = ObjectId> + 'i {
        let entries = part.entries.iter().enumerate();
        entries.filter(|(position, _)| self.counts(*position)).filter_map(|(_, id)| *id)
    }
}

impl Index {
    /// Reads an index; the error says what is wrong with it.
    pub(super) fn parse(bytes: &[u8], hash: HashKind) -> Result<Self, &'static str> {
        let (content, own) = bytes
            .split_at_checked(bytes.len().saturating_sub(hash.len()))
            .filter(|(content, _)| content.len() >= HEADER_LEN)
            .ok_or("it is cut short")?;
        // With `index.skipHash` git writes zeros.
        if own.iter().any(|&byte| byte != 0) && hash.digest(content).as_bytes() != own {
            return Err("it does not match its own checksum");
        }
        let version = u32_at(content, 4).filter(|_| content.starts_with(b"DIRC"));
        let version = version.ok_or("it does not begin like an index")?;
        if !(2..=4).contains(&version) {
            return Err("its version is unknown");
        }
        let count = u32_at(content, 8).unwrap_or_default();
        let mut index = Self::default();
        let mut at = HEADER_LEN;
        for _ in 0..count {
            let entry = Entry::parse(content, at, version, hash).ok_or("an entry is damaged")?;
            index.entries.push(entry.id);
            at = entry.end;
        }
        while at < content.len() {
            let length = u32_at(content, at + 4).ok_or("an extension is damaged")? as usize;
            let data = content.get(at + 8..).and_then(|rest| rest.get(..length));
            let data = data.ok_or("an extension is damaged")?;
            match &content[at..at + 4] {
                b"link" => index.shared = parse_link(data, hash)?,
                // An index in which a directory may stand for its files: it names the tree.
                b"sdir" => {}
                // In upper case, what a reader may pass over.
                name if name[0].is_ascii_uppercase() => {}
                _ => return Err("it has an extension that is unknown and cannot be passed over"),
            }
            at += 8 + length;
        }
        Ok(index)
    }

    /// The ids that it names itself.
    pub(super) fn ids(&self) -> impl Iterator<Item = ObjectId> {
        self.entries.iter().copied().flatten()
    }
}

struct Entry {
    id: Option<ObjectId>,
    end: usize,
}

impl Entry {
    fn parse(content: &[u8], start: usize, version: u32, hash: HashKind) -> Option<Self> {
        let mode = u32_at(content, start + 24)?;
        let id = ObjectId::new(content.get(start + STAT_LEN..start + STAT_LEN + hash.len())?);
        let flags = start + STAT_LEN + hash.len();
        let is_extended = version >= 3 && content.get(flags)? & 0x40 != 0;
        // `git add --intent-to-add` enters a file without its content.
        let is_intent = is_extended && content.get(flags + 2)? & 0x20 != 0;
        let name = flags + if is_extended { 4 } else { 2 };
        let end = if version == 4 {
            // How much of the last name is taken over, then the rest of the name and a NUL.
            let digits = content.get(name..)?.iter().position(|&byte| byte & 0x80 == 0)?;
            let rest = name + digits + 1;
            rest + memchr::memchr(0, content.get(rest..)?)? + 1
        } else {
            // A NUL ends the name, and up to seven more fill the entry up.
            let length = memchr::memchr(0, content.get(name..)?)?;
            start + ((name - start + length) / 8 + 1) * 8
        };
        let is_named = mode != GITLINK && !is_intent && !id.is_zero();
        (end <= content.len()).then_some(Self { id: is_named.then_some(id), end })
    }
}

/// Reads the extension of a split index: the other part's id, and two bitmaps of its entries: those
/// that were deleted and those that were replaced.
fn parse_link(data: &[u8], hash: HashKind) -> Result<Option<Shared>, &'static str> {
    const DAMAGED: &str = "the link of a split index is damaged";
    let (id, bitmaps) = data.split_at_checked(hash.len()).ok_or(DAMAGED)?;
    let id = ObjectId::new(id);
    let mut replaced = Vec::new();
    let mut at = 0;
    // Without bitmaps, all entries of the other part count.
    while at < bitmaps.len() {
        at += add_bitmap(&bitmaps[at..], &mut replaced).ok_or(DAMAGED)?;
    }
    Ok((!id.is_zero()).then_some(Shared { id, replaced }))
}

/// Adds an EWAH bitmap to `bits`, and tells how many bytes it takes: a count of bits, a count of
/// words, the words, the position of the last marker. Each marker word tells how many words of equal
/// bits and how many literal words follow.
fn add_bitmap(bytes: &[u8], bits: &mut Vec<bool>) -> Option<usize> {
    // No index has more entries than bytes; a forged count must not take memory.
    const MAX_BITS: usize = 1 << 28;
    let size = usize::try_from(u32_at(bytes, 0)?).ok().filter(|&size| size <= MAX_BITS)?;
    let count = u32_at(bytes, 4)? as usize;
    let end = 8 + count.checked_mul(8)?;
    let (words, _) = bytes.get(8..end)?.as_chunks::<8>();
    let mut words = words.iter().map(|word| u64::from_be_bytes(*word));
    if bits.len() < size {
        bits.resize(size, false);
    }
    let mut at = 0_usize;
    while let Some(marker) = words.next() {
        let run = usize::try_from(marker >> 1 & 0xffff_ffff).ok()?.checked_mul(64)?;
        if marker & 1 != 0 {
            let run_end = at.saturating_add(run).min(size);
            bits.get_mut(at..run_end)?.fill(true);
        }
        at = at.saturating_add(run);
        for _ in 0..marker >> 33 {
            let word = words.next()?;
            for bit in (0..64).filter(|bit| word >> bit & 1 != 0) {
                if let Some(slot) = bits.get_mut(at.saturating_add(bit)) {
                    *slot = true;
                }
            }
            at = at.saturating_add(64);
        }
    }
    // The position of the last marker helps only who appends.
    (bytes.len() >= end + 4).then_some(end + 4)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk::<4>().map(|bytes| u32::from_be_bytes(*bytes))
}
