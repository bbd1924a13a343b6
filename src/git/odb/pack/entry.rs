//! The header of a pack entry (gitformat-pack, "pack-*.pack files").

use crate::git::object::id::{HashKind, ObjectKind};

/// What an entry's compressed bytes hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// The object itself.
    Whole(ObjectKind),
    /// A delta against the entry that begins at this offset in the same pack.
    OffsetDelta(u64),
    /// A delta against the object whose id stands at this offset in the pack.
    RefDelta(usize),
}

/// The header of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EntryHeader {
    pub(crate) form: Form,
    /// The size of what inflating gives: the object's, or the delta's.
    pub(crate) size: u64,
    /// Where the zlib stream begins in the pack.
    pub(crate) stream: usize,
}

impl EntryHeader {
    /// As many bytes hold every header but that of an entry that names its base by id.
    pub(crate) const HEAD: usize = 24;

    /// The first bytes of the entry at `offset`, with zeros where the pack is over.
    #[inline]
    pub(crate) fn head(pack: &[u8], offset: u64) -> [u8; Self::HEAD] {
        let rest = usize::try_from(offset).ok().and_then(|at| pack.get(at..)).unwrap_or_default();
        rest.first_chunk().copied().unwrap_or_else(|| {
            let mut head = [0; Self::HEAD];
            head[..rest.len()].copy_from_slice(rest);
            head
        })
    }

    /// Reads the header at `offset`; `None` when it is none.
    #[inline]
    pub(crate) fn parse(pack: &[u8], offset: u64, hash: HashKind) -> Option<Self> {
        let bytes = pack.get(usize::try_from(offset).ok()?..)?;
        Self::parse_bytes(bytes, pack.len(), offset, hash)
    }

    /// Reads the header at `offset` in a pack of this length, given the first bytes from there on.
    #[inline]
    pub(crate) fn parse_bytes(
        bytes: &[u8],
        pack_length: usize,
        offset: u64,
        hash: HashKind,
    ) -> Option<Self> {
        let start = usize::try_from(offset).ok()?;
        let first = *bytes.first()?;
        let mut at = 1;
        let mut size = u64::from(first & 0x0f);
        let (mut more, mut shift) = (first & 0x80 != 0, 4);
        while more {
            let byte = *bytes.get(at)?;
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
                let mut byte = *bytes.get(at)?;
                at += 1;
                let mut distance = u64::from(byte & 0x7f);
                while byte & 0x80 != 0 {
                    byte = *bytes.get(at)?;
                    at += 1;
                    // Each further byte stands for the values that a shorter text cannot write.
                    distance = distance.checked_add(1)?.checked_mul(128)?;
                    distance |= u64::from(byte & 0x7f);
                }
                Form::OffsetDelta(offset.checked_sub(distance).filter(|_| distance > 0)?)
            }
            7 => {
                let id = start.checked_add(at)?;
                at += hash.len();
                Form::RefDelta(id)
            }
            _ => return None,
        };
        let stream = start.checked_add(at).filter(|&stream| stream <= pack_length)?;
        Some(Self { form, size, stream })
    }
}
