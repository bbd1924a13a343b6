//! A pack whose headers are read: its entries, by their numbers.

use std::collections::HashSet;

use super::entry::{EntryHeader, Form};
use super::forest::{EntryNumber, Forest};
use super::inflate::Inflater;
use crate::git::gap::ObjectFault;
use crate::git::io::mapped::prefetch;
use crate::git::object::id::ObjectKind;
use crate::git::odb::buffer::Buffer;
use crate::git::odb::pack::Pack;
use crate::git::odb::{IdAt, MEMORY_LIMIT, Object, Ordinal, Unread};

/// A pack whose headers are read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlantedPack<'p> {
    pub(crate) pack: &'p Pack,
    pub(crate) forest: &'p Forest,
    /// The ordinal of the object at position 0 of the index.
    first: Ordinal,
    has_crcs: bool,
}

impl<'p> PlantedPack<'p> {
    pub(crate) fn new(pack: &'p Pack, forest: &'p Forest, first: Ordinal) -> Self {
        Self { pack, forest, first, has_crcs: pack.index.has_crcs() }
    }

    /// The entries that are no delta, or one against an object outside the pack.
    pub(crate) const fn roots(&self) -> &'p [EntryNumber] {
        self.forest.roots()
    }

    /// The roots of the delta trees that hold these positions of the index.
    pub(crate) fn roots_of(&self, positions: impl Iterator<Item = u32>) -> Vec<EntryNumber> {
        let mut seen = HashSet::new();
        let mut roots = Vec::new();
        for position in positions {
            let mut number = self.pack.index.offset(position).and_then(|at| self.forest.number(at));
            while let Some(entry) = number.filter(|&entry| seen.insert(entry)) {
                number = self.base(entry);
                if number.is_none() {
                    roots.push(entry);
                }
            }
        }
        roots.sort_unstable();
        roots
    }

    /// The entry that this one is a delta against, if it is one and that is in the pack.
    fn base(&self, number: EntryNumber) -> Option<EntryNumber> {
        let offset = match self.header(number).ok()?.form {
            Form::Whole(_) => return None,
            Form::OffsetDelta(base) => base,
            Form::RefDelta(id) => {
                let id = &self.pack.data[id..id + self.pack.hash.len()];
                self.pack.index.offset(self.pack.index.find(id)?)?
            }
        };
        self.forest.number(offset)
    }

    /// What no root leads to.
    pub(crate) fn unreachable(&self) -> impl Iterator<Item = Unread> {
        let header = |&number: &EntryNumber| self.unread(number, ObjectFault::Header);
        self.forest.unreachable().iter().map(header)
    }

    #[inline]
    pub(crate) fn header(&self, number: EntryNumber) -> Result<EntryHeader, ObjectFault> {
        let (start, ..) = self.forest.extent(number);
        EntryHeader::parse(&self.pack.data, start, self.pack.hash).ok_or(ObjectFault::Header)
    }

    /// The zlib stream of an entry, after its checksum was compared.
    pub(crate) fn stream(
        &self,
        number: EntryNumber,
        header: &EntryHeader,
    ) -> Result<&[u8], ObjectFault> {
        let (start, end, crc) = self.forest.extent(number);
        let range = |from: usize| {
            let end = usize::try_from(end).ok()?;
            self.pack.data.get(from..end)
        };
        let entry = usize::try_from(start).ok().and_then(range).ok_or(ObjectFault::Header)?;
        if self.has_crcs && crc32fast::hash(entry) != crc {
            return Err(ObjectFault::Checksum);
        }
        range(header.stream).ok_or(ObjectFault::Header)
    }

    pub(crate) fn inflate(
        &self,
        number: EntryNumber,
        header: &EntryHeader,
        inflater: &mut Inflater,
        out: &mut Buffer,
    ) -> Result<(), ObjectFault> {
        let stream = self.stream(number, header)?;
        if header.size > MEMORY_LIMIT {
            return Err(ObjectFault::TooLarge(header.size));
        }
        inflater.whole(stream, header.size, out).map_err(|_| ObjectFault::Inflate)
    }

    /// Asks for an entry's bytes ahead of their use.
    #[inline]
    pub(crate) fn fetch(&self, number: EntryNumber) {
        let (start, ..) = self.forest.extent(number);
        prefetch(&self.pack.data, usize::try_from(start).unwrap_or(usize::MAX));
    }

    pub(crate) fn object(&self, number: EntryNumber, kind: ObjectKind, size: u64) -> Object<'_> {
        let position = self.forest.position(number);
        Object { kind, size, id: IdAt::Indexed(&self.pack.index, position, self.first + position) }
    }

    pub(crate) fn unread(&self, number: EntryNumber, fault: ObjectFault) -> Unread {
        Unread { id: self.pack.index.id(self.forest.position(number)), fault }
    }
}
