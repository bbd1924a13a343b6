//! One pack: single objects, and what holds it together.

pub(crate) mod delta;
pub(crate) mod entry;
pub(crate) mod forest;
pub(crate) mod index;
pub(crate) mod inflate;
pub(crate) mod junctions;
pub(crate) mod planted;
pub(crate) mod share;
pub(crate) mod traverse;

use std::path::{Path, PathBuf};

use super::MEMORY_LIMIT;
use super::buffer::Buffer;
use crate::git::gap::{ObjectFault, PackFault};
use crate::git::io::mapped::MappedFile;
use crate::git::object::id::{HashKind, ObjectId, ObjectKind};
use crate::git::odb::pack::delta::{Delta, Unwatched};
use crate::git::odb::pack::entry::{EntryHeader, Form};
use crate::git::odb::pack::forest::Forest;
use crate::git::odb::pack::index::PackIndex;
use crate::git::odb::pack::inflate::Inflater;

/// One pack with its index.
#[derive(Debug)]
pub(crate) struct Pack {
    pub(crate) path: PathBuf,
    pub(crate) index: PackIndex,
    pub(crate) data: MappedFile,
    pub(crate) hash: HashKind,
}

impl Pack {
    /// Opens `name.idx` and `name.pack`. Says what is wrong if that cannot be done.
    pub(crate) fn open(index_path: &Path, hash: HashKind) -> Result<Self, PackFault> {
        let index = PackIndex::open(index_path, hash)?;
        let path = index_path.with_extension("pack");
        let data =
            MappedFile::open(&path).map_err(|error| PackFault::Unreadable(error.to_string()))?;
        let Some(header) = data.first_chunk::<12>().filter(|header| header.starts_with(b"PACK"))
        else {
            return Err(PackFault::Magic);
        };
        let version = header_field(header, 4);
        if !matches!(version, 2 | 3) {
            return Err(PackFault::Version(version));
        }
        Ok(Self { path, index, data, hash })
    }

    /// Reads the headers of all entries with as many threads.
    pub(crate) fn plant(&self, threads: usize) -> Result<Forest, PackFault> {
        let position_of = |id: &ObjectId| self.index.find(id.as_bytes());
        Forest::plant(&self.data, &self.index, self.hash, threads, position_of)
            .ok_or(PackFault::Offsets)
    }

    /// What does not hold together: each entry has a checksum, which is compared when the entry is
    /// read; these are about the rest.
    pub(crate) fn faults(&self) -> Vec<PackFault> {
        let mut faults = Vec::new();
        let (stated, indexed) = (header_field(&self.data, 8), self.index.count());
        if stated != indexed {
            faults.push(PackFault::Count { pack: stated, index: indexed });
        }
        if !self.index.is_intact() {
            faults.push(PackFault::IndexChecksum);
        }
        if !self.data.ends_with(self.index.pack_checksum()) {
            faults.push(PackFault::OtherPack);
        } else if !self.index.has_crcs() {
            // Version 1 of the index has no checksum for each entry, so the pack's own is needed.
            let (content, own) = self.data.split_at(self.data.len() - self.hash.len());
            if self.hash.digest(content).as_bytes() != own {
                faults.push(PackFault::Checksum);
            }
        }
        faults
    }

    /// Reads the object at `position` of the index. Its checksum is not compared, which takes
    /// knowing where the entry ends: the caller has the id.
    pub(crate) fn read(
        &self,
        position: u32,
        read_base: &impl Fn(&ObjectId) -> Option<(ObjectKind, Vec<u8>)>,
    ) -> Result<(ObjectKind, Vec<u8>), ObjectFault> {
        let mut offset = self.index.offset(position).ok_or(ObjectFault::Header)?;
        let mut inflater = Inflater::new();
        // From the object down to its base, then back up. No chain is longer than the pack.
        let mut deltas = Vec::new();
        let mut content = Buffer::default();
        let kind = loop {
            let header =
                EntryHeader::parse(&self.data, offset, self.hash).ok_or(ObjectFault::Header)?;
            match header.form {
                Form::Whole(kind) => {
                    self.inflate_at(&header, &mut inflater, &mut content)?;
                    break kind;
                }
                Form::OffsetDelta(base) => {
                    deltas.push(header);
                    offset = base;
                }
                Form::RefDelta(id) => {
                    deltas.push(header);
                    let id = ObjectId::new(&self.data[id..id + self.hash.len()]);
                    let position = self.index.find(id.as_bytes());
                    if let Some(base) = position.and_then(|at| self.index.offset(at)) {
                        offset = base;
                    } else {
                        let (kind, base) = read_base(&id).ok_or(ObjectFault::Base)?;
                        content.prepare(base.len())[..base.len()].copy_from_slice(&base);
                        break kind;
                    }
                }
            }
            if deltas.len() > self.index.count() as usize {
                return Err(ObjectFault::Header);
            }
        };
        let (mut packed, mut result) = (Buffer::default(), Buffer::default());
        for header in deltas.into_iter().rev() {
            self.inflate_at(&header, &mut inflater, &mut packed)?;
            let delta = Delta::parse(&packed).map_err(|_| ObjectFault::Delta)?;
            if delta.result_size > MEMORY_LIMIT {
                return Err(ObjectFault::TooLarge(delta.result_size));
            }
            delta.apply(&content, &mut result, &mut Unwatched).map_err(|_| ObjectFault::Delta)?;
            std::mem::swap(&mut content, &mut result);
        }
        Ok((kind, content.content().to_vec()))
    }

    /// Inflates an entry, wherever it ends.
    fn inflate_at(
        &self,
        header: &EntryHeader,
        inflater: &mut Inflater,
        out: &mut Buffer,
    ) -> Result<(), ObjectFault> {
        if header.size > MEMORY_LIMIT {
            return Err(ObjectFault::TooLarge(header.size));
        }
        // The file may be cut short within its checksum.
        let end = self.data.len().saturating_sub(self.hash.len());
        let rest = self.data.get(header.stream..end).ok_or(ObjectFault::Header)?;
        inflater.first(rest, header.size, out).map(drop).map_err(|_| ObjectFault::Inflate)
    }

    /// The kind of the object at `position`, told by the headers from it down to its base; `None`
    /// when that is in another pack.
    pub(crate) fn kind(&self, position: u32) -> Option<ObjectKind> {
        let mut offset = self.index.offset(position)?;
        for _ in 0..=self.index.count() {
            match EntryHeader::parse(&self.data, offset, self.hash)?.form {
                Form::Whole(kind) => return Some(kind),
                Form::OffsetDelta(base) => offset = base,
                Form::RefDelta(id) => {
                    let id = &self.data[id..id + self.hash.len()];
                    offset = self.index.offset(self.index.find(id)?)?;
                }
            }
        }
        None
    }
}

/// A number in a pack's header.
fn header_field(pack: &[u8], at: usize) -> u32 {
    pack[at..at + 4].iter().fold(0, |number, &byte| number << 8 | u32::from(byte))
}
