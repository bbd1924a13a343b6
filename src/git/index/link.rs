//! The two parts of a split index, put together as git does it (`split-index.c`).

use std::cmp::Ordering;

use super::file::IndexFile;
use super::{Entry, Part, u32_at};
use crate::git::gap::IndexFault;
use crate::git::object::id::{HashKind, ObjectId};

const DAMAGED: IndexFault = IndexFault::Link;

/// What one part says about the other, which is a file of its own.
#[derive(Debug)]
pub(crate) struct Link<'i> {
    /// The checksum that is part of the other's name.
    pub(crate) id: ObjectId,
    bitmaps: &'i [u8],
}

impl<'i> Link<'i> {
    /// Reads the extension. Without an id the index is whole: git writes that before it splits.
    pub(crate) fn parse(data: &'i [u8], hash: HashKind) -> Result<Option<Self>, IndexFault> {
        let (id, bitmaps) = data.split_at_checked(hash.len()).ok_or(DAMAGED)?;
        let id = ObjectId::new(id);
        Ok((!id.is_zero()).then_some(Self { id, bitmaps }))
    }

    /// The entries that both parts make, given those of each.
    ///
    /// The own part begins with the new content of entries that the shared part has, without their
    /// paths, in the order of the bits that tell which they are. Then come the entries that the
    /// shared part does not have.
    pub(crate) fn merge(
        &self,
        own: &IndexFile,
        shared: &IndexFile,
    ) -> Result<Vec<Entry>, IndexFault> {
        let in_shared =
            |entry: &Entry| Some(Entry { part: Part::Shared, path_part: Part::Shared, ..*entry });
        let mut entries: Vec<Option<Entry>> = shared.entries.iter().map(in_shared).collect();
        let mut new = own.entries.iter();
        // Without bitmaps, all entries of the other part count.
        if !self.bitmaps.is_empty() {
            let mut deleted = Vec::new();
            let rest = each_bit(self.bitmaps, |bit| {
                deleted.push(bit);
                bit < entries.len()
            });
            let rest = each_bit(rest.ok_or(DAMAGED)?, |bit| {
                let (Some(Some(old)), Some(new)) = (entries.get_mut(bit), new.next()) else {
                    return false;
                };
                old.at = new.at;
                old.part = Part::Own;
                new.path_length == 0
            });
            if rest.is_none_or(|rest| !rest.is_empty()) {
                return Err(DAMAGED);
            }
            for bit in deleted {
                entries[bit] = None;
            }
        }
        let new = new.as_slice();
        if new.iter().any(|entry| entry.path_length == 0) {
            return Err(DAMAGED);
        }
        Ok(interleave(entries.into_iter().flatten(), new, own, shared))
    }
}

/// Both lists in one order. A new entry takes the place of an old one with the same path and stage;
/// one of stage zero, of all with the same path: it settles the conflict.
fn interleave(
    old: impl Iterator<Item = Entry>,
    new: &[Entry],
    own: &IndexFile,
    shared: &IndexFile,
) -> Vec<Entry> {
    let file = |part| match part {
        Part::Own => own,
        Part::Shared => shared,
    };
    let path = |entry: &Entry| file(entry.path_part).path(entry.path, entry.path_length);
    let stage = |entry: &Entry| file(entry.part).stage(entry.at);
    let mut new = new.iter().copied().peekable();
    let mut entries: Vec<Entry> = Vec::with_capacity(shared.entries.len() + own.entries.len());
    // The last of the new entries that are among the entries.
    let mut last: Option<Entry> = None;
    for old in old {
        let is_before = |new: &Entry| {
            let order = path(new).cmp(path(&old));
            order.then_with(|| stage(new).cmp(&stage(&old))) != Ordering::Greater
        };
        while let Some(next) = new.next_if(is_before) {
            entries.push(next);
            last = Some(next);
        }
        let is_replaced = last.is_some_and(|last| {
            path(&last) == path(&old) && (stage(&last) == 0 || stage(&last) == stage(&old))
        });
        if !is_replaced {
            entries.push(old);
        }
    }
    entries.extend(new);
    entries
}

/// Calls `take` for each bit of an EWAH bitmap that is set, as long as it answers true, and hands
/// back the bytes behind the bitmap: a count of bits, a count of words, the words, the position of
/// the last marker. Each marker word tells how many words of equal bits and how many literal words
/// follow.
fn each_bit(bytes: &[u8], mut take: impl FnMut(usize) -> bool) -> Option<&[u8]> {
    let count = u32_at(bytes, 4)? as usize;
    let end = 8 + count.checked_mul(8)?;
    let (words, _) = bytes.get(8..end)?.as_chunks::<8>();
    let mut words = words.iter().map(|word| u64::from_be_bytes(*word));
    let mut at = 0_usize;
    while let Some(marker) = words.next() {
        let run = usize::try_from(marker >> 1 & 0xffff_ffff).ok()?.checked_mul(64)?;
        let run_end = at.checked_add(run)?;
        if marker & 1 != 0 && !(at..run_end).all(&mut take) {
            return None;
        }
        at = run_end;
        for _ in 0..marker >> 33 {
            let word = words.next()?;
            for bit in (0..64).filter(|bit| word >> bit & 1 != 0) {
                if !take(at.checked_add(bit)?) {
                    return None;
                }
            }
            at = at.checked_add(64)?;
        }
    }
    // The position of the last marker helps only who appends.
    bytes.get(end + 4..)
}
