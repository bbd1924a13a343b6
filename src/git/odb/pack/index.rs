//! Pack indexes, versions 1 and 2 (gitformat-pack, "pack-*.idx files").

use std::path::Path;

use crate::git::gap::PackFault;
use crate::git::io::mapped::MappedFile;
use crate::git::object::id::{HashKind, ObjectId};

const V2_MAGIC: [u8; 8] = *b"\xfftOc\0\0\0\x02";
const FANOUT_LEN: usize = 256 * 4;

/// The index of one pack: which objects it holds, where, and the CRC-32 of each packed entry.
#[derive(Debug)]
pub(crate) struct PackIndex {
    file: MappedFile,
    hash: HashKind,
    count: u32,
    /// Where the table begins that tells how many ids begin with no byte above each.
    fanout: usize,
    layout: Layout,
}

/// Where the tables stand in the file.
#[derive(Clone, Copy, Debug)]
enum Layout {
    V1 { entries: usize, stride: usize },
    V2 { ids: usize, crcs: usize, offsets: usize, large_offsets: usize, large_count: usize },
}

impl PackIndex {
    /// Opens and checks an index.
    pub(crate) fn open(path: &Path, hash: HashKind) -> Result<Self, PackFault> {
        let file = MappedFile::open(path)
            .map_err(|error| PackFault::UnreadableIndex(error.to_string()))?;
        Self::parse(file, hash).ok_or(PackFault::Index)
    }

    fn parse(file: MappedFile, hash: HashKind) -> Option<Self> {
        let length = file.len();
        // Two hashes end the file: the pack's and the index's own.
        let body = length.checked_sub(2 * hash.len())?;
        let is_v2 = file.starts_with(&V2_MAGIC);
        let fanout = if is_v2 { V2_MAGIC.len() } else { 0 };
        let tables = fanout + FANOUT_LEN;
        if tables > body {
            return None;
        }
        let totals: Vec<u32> = file[fanout..tables]
            .as_chunks::<4>()
            .0
            .iter()
            .copied()
            .map(u32::from_be_bytes)
            .collect();
        if !totals.is_sorted() {
            return None;
        }
        let count = *totals.last()?;
        let n = usize::try_from(count).ok()?;
        let layout = if is_v2 {
            let ids = tables;
            let crcs = ids.checked_add(n.checked_mul(hash.len())?)?;
            let offsets = crcs.checked_add(n * 4)?;
            let large_offsets = offsets.checked_add(n * 4)?;
            let large = body.checked_sub(large_offsets)?;
            if large % 8 != 0 {
                return None;
            }
            Layout::V2 { ids, crcs, offsets, large_offsets, large_count: large / 8 }
        } else {
            // An offset, then an id.
            let stride = 4 + hash.len();
            if body != tables + n.checked_mul(stride)? {
                return None;
            }
            Layout::V1 { entries: tables, stride }
        };
        Some(Self { file, hash, count, fanout, layout })
    }

    /// How many objects the pack holds.
    pub(crate) const fn count(&self) -> u32 {
        self.count
    }

    /// Whether the file's own checksum is right.
    pub(crate) fn is_intact(&self) -> bool {
        let (content, own) = self.file.split_at(self.file.len() - self.hash.len());
        self.hash.digest(content).as_bytes() == own
    }

    /// The checksum that the pack ends with, as the index has it.
    pub(crate) fn pack_checksum(&self) -> &[u8] {
        let end = self.file.len() - self.hash.len();
        &self.file[end - self.hash.len()..end]
    }

    /// The bytes of the id of the object at `position`.
    #[inline]
    pub(crate) fn id_bytes(&self, position: u32) -> &[u8] {
        let (start, stride) = match self.layout {
            Layout::V1 { entries, stride } => (entries + 4, stride),
            Layout::V2 { ids, .. } => (ids, self.hash.len()),
        };
        let at = start + position as usize * stride;
        &self.file[at..at + self.hash.len()]
    }

    /// The id of the object at `position`.
    pub(crate) fn id(&self, position: u32) -> ObjectId {
        ObjectId::new(self.id_bytes(position))
    }

    /// Where in the pack the entry of the object at `position` begins; `None` when the index
    /// points outside its own table.
    pub(crate) fn offset(&self, position: u32) -> Option<u64> {
        match self.layout {
            Layout::V1 { entries, stride } => {
                Some(u64::from(self.u32_at(entries + position as usize * stride)))
            }
            Layout::V2 { offsets, large_offsets, large_count, .. } => {
                let offset = self.u32_at(offsets + position as usize * 4);
                if offset & 0x8000_0000 == 0 {
                    return Some(u64::from(offset));
                }
                let large = (offset & 0x7fff_ffff) as usize;
                if large >= large_count {
                    return None;
                }
                let at = large_offsets + large * 8;
                Some(u64::from(self.u32_at(at)) << 32 | u64::from(self.u32_at(at + 4)))
            }
        }
    }

    /// Where the entries of all objects begin, in the order of their positions; `None` when one is
    /// not `valid`.
    pub(crate) fn offsets(&self, valid: impl Fn(u64) -> bool) -> Option<Vec<u64>> {
        (0..self.count).map(|at| self.offset(at).filter(|&offset| valid(offset))).collect()
    }

    /// The position of an object.
    pub(crate) fn find(&self, id: &[u8]) -> Option<u32> {
        let first = *id.first()?;
        let total = |byte: u8| self.u32_at(self.fanout + usize::from(byte) * 4);
        // The fan-out was checked when the file was opened, but the file may change.
        let mut high = total(first).min(self.count);
        let mut low = if first == 0 { 0 } else { total(first - 1).min(high) };
        while low < high {
            let middle = low + (high - low) / 2;
            match self.id_bytes(middle).cmp(id) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(middle),
            }
        }
        None
    }

    /// The ids from `first` on, in order.
    pub(crate) fn ids_from(&self, first: &[u8]) -> impl Iterator<Item = ObjectId> {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.id_bytes(middle) < first {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        (low..self.count).map(|position| self.id(position))
    }

    /// Whether the index states the CRC-32 of each entry; version 1 does not.
    pub(crate) const fn has_crcs(&self) -> bool {
        matches!(self.layout, Layout::V2 { .. })
    }

    /// The CRC-32 of the entry of the object at `position`.
    pub(crate) fn crc(&self, position: u32) -> Option<u32> {
        match self.layout {
            Layout::V1 { .. } => None,
            Layout::V2 { crcs, .. } => Some(self.u32_at(crcs + position as usize * 4)),
        }
    }

    fn u32_at(&self, at: usize) -> u32 {
        let mut bytes = [0; 4];
        bytes.copy_from_slice(&self.file[at..at + 4]);
        u32::from_be_bytes(bytes)
    }
}
