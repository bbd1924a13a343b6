//! The header of a pack entry (gitformat-pack, "pack-*.pack files").

use super::super::id::{HashKind, ObjectKind};

/// What an entry's compressed bytes hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// The object itself.
    Whole(ObjectKind),
    /// A delta against the entry that begins at this offset in the same pack.
    OffsetDelta(u64),
    /// A delta against the object whose id stands at this offset in the pack.
    RefDelta(usize),
}

/// The header of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct EntryHeader {
    pub(super) form: Form,
    /// The size of what inflating gives: the object's, or the delta's.
    pub(super) size: u64,
    /// Where the zlib stream begins in the pack.
    pub(super) stream: usize,
}

impl EntryHeader {
    /// Reads the header at `offset`; `None` when it is none.
    #[inline]
    pub(super) fn parse(pack: &[u8], offset: u64, hash: HashKind) -> Option<Self> {
        let mut at = usize::try_from(offset).ok()?;
        let first = *pack.get(at)?;
        at += 1;
        let mut size = u64::from(first & 0x0f);
        let (mut more, mut shift) = (first & 0x80 != 0, 4);
        while more {
            let byte = *pack.get(at)?;
            at += 1;
            if shift > 57 {
                return None;
            }
            size |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            more = byte & 0x80 != 0;
        }
        let form = match first >> 4 & 7 {
            1 => Form::Whole(ObjectKind::Commit),
            2 => Form::Whole(ObjectKind::Tree),
            3 => Form::Whole(ObjectKind::Blob),
            4 => Form::Whole(ObjectKind::Tag),
            6 => {
                let mut byte = *pack.get(at)?;
                at += 1;
                let mut distance = u64::from(byte & 0x7f);
                while byte & 0x80 != 0 {
                    byte = *pack.get(at)?;
                    at += 1;
                    // Each further byte stands for the values that a shorter text cannot write.
                    distance = distance.checked_add(1)?.checked_mul(128)?;
                    distance |= u64::from(byte & 0x7f);
                }
                Form::OffsetDelta(offset.checked_sub(distance).filter(|_| distance > 0)?)
            }
            7 => {
                let id = at;
                at = at.checked_add(hash.len()).filter(|&end| end <= pack.len())?;
                Form::RefDelta(id)
            }
            _ => return None,
        };
        Some(Self { form, size, stream: at })
    }
}
