//! The entries of a pack as a forest: each delta is a child of its base.
//!
//! Reading a pack in this order resolves each delta once, against a base that is at hand.

use std::sync::OnceLock;

use super::entry::{EntryHeader, Form};
use crate::git::io::mapped::prefer_huge_pages;
use crate::git::object::id::{HashKind, ObjectId};
use crate::git::odb::pack::index::PackIndex;
use crate::threads;

/// Entries are numbered in the order of their offsets: `EntryNumber` counts from 0.
pub(crate) type EntryNumber = u32;

/// The forest of one pack.
#[derive(Debug)]
pub(crate) struct Forest {
    /// In the order of their offsets, and one that stands for the end of the pack.
    entries: Vec<Entry>,
    /// Entries that are no delta, or one against an object outside the pack. Those with the most
    /// entries below them come first, so that no thread is left with one at the end.
    roots: Vec<EntryNumber>,
    /// See [`Forest::children`].
    children: Vec<EntryNumber>,
    /// Entries that no root leads to: their header, or that of a base, makes no sense.
    unreachable: Vec<EntryNumber>,
}

/// What reading an entry needs, side by side: the order of the delta trees is not the order of the
/// file, so that each table of its own would be a cache miss of its own.
#[derive(Clone, Copy, Debug)]
struct Entry {
    offset: u64,
    /// The position of its object in the index.
    position: u32,
    /// Where its children begin; they end where those of the next entry begin.
    first_child: u32,
    /// The CRC-32 that the index states.
    crc: u32,
}

impl Forest {
    /// Reads every header of `pack`, with as many threads. A base named by id is looked for with
    /// `position_of`, which tells its position in this pack's index. `None` when the index makes
    /// no sense.
    pub(crate) fn plant(
        pack: &[u8],
        index: &PackIndex,
        hash: HashKind,
        threads: usize,
        position_of: impl Fn(&ObjectId) -> Option<u32> + Sync,
    ) -> Option<Self> {
        let by_offset = ByOffset::sort(index, pack.len() as u64)?;
        let parents = by_offset.parents(pack, hash, threads, position_of);
        let mut forest = Self {
            entries: by_offset.entries,
            roots: Vec::new(),
            children: Vec::new(),
            unreachable: Vec::new(),
        };
        forest.link(&parents);
        forest.order(&parents);
        Some(forest)
    }

    /// Lists the children of each entry.
    fn link(&mut self, parents: &[u32]) {
        for &parent in parents.iter().filter(|&&parent| parent < NOWHERE) {
            self.entries[parent as usize].first_child += 1;
        }
        let mut total = 0;
        for entry in &mut self.entries {
            total += entry.first_child;
            entry.first_child = total;
        }
        self.children = vec![0; total as usize];
        // From behind, so that each list ends up in the order of the file and each entry knows
        // where its own begins.
        for (number, &parent) in numbers(parents.len()).zip(parents).rev() {
            if parent < NOWHERE {
                let slot = &mut self.entries[parent as usize].first_child;
                *slot -= 1;
                self.children[*slot as usize] = number;
            }
        }
    }

    /// Puts the heaviest child last and the heaviest roots first, and finds what no root leads to.
    fn order(&mut self, parents: &[u32]) {
        let count = parents.len();
        self.roots = numbers(count).filter(|&number| parents[number as usize] == ROOT).collect();
        let mut weights = vec![1_u32; count];
        let mut weigh = |number: EntryNumber| {
            let parent = parents[number as usize];
            if parent < NOWHERE {
                weights[parent as usize] += weights[number as usize];
            }
        };
        // Git writes a base before what builds on it, unless it is named by its id.
        let is_in_order =
            numbers(count).zip(parents).all(|(number, &parent)| parent < number || parent == ROOT);
        if is_in_order {
            numbers(count).rev().for_each(weigh);
        } else {
            // Breadth first: parents stand before their children.
            let mut sequence = self.roots.clone();
            let mut at = 0;
            while let Some(&number) = sequence.get(at) {
                sequence.extend_from_slice(self.children(number));
                at += 1;
            }
            sequence.iter().rev().for_each(|&number| weigh(number));
            if sequence.len() < count {
                let mut is_reached = vec![false; count];
                for &number in &sequence {
                    is_reached[number as usize] = true;
                }
                self.unreachable =
                    numbers(count).filter(|&number| !is_reached[number as usize]).collect();
            }
        }
        for ends in self.entries.windows(2) {
            let siblings =
                &mut self.children[ends[0].first_child as usize..ends[1].first_child as usize];
            if siblings.len() > 1 {
                let heaviest = (0..siblings.len()).max_by_key(|&at| weights[siblings[at] as usize]);
                if let Some(heaviest) = heaviest {
                    let last = siblings.len() - 1;
                    siblings.swap(heaviest, last);
                }
            }
        }
        let heavy = u32::try_from(count / 256).unwrap_or(u32::MAX).max(64);
        // Stable, so that the many light ones stay in the order of the file.
        self.roots.sort_by_key(|&root| {
            let weight = weights[root as usize];
            std::cmp::Reverse(if weight < heavy { 0 } else { weight })
        });
    }

    /// The entry that begins at `offset`.
    pub(crate) fn number(&self, offset: u64) -> Option<EntryNumber> {
        let (_, entries) = self.entries.split_last()?;
        let at = entries.binary_search_by_key(&offset, |entry| entry.offset).ok()?;
        u32::try_from(at).ok()
    }

    pub(crate) const fn roots(&self) -> &[EntryNumber] {
        self.roots.as_slice()
    }

    pub(crate) fn unreachable(&self) -> &[EntryNumber] {
        &self.unreachable
    }

    /// The deltas against this entry. The one with the most entries below it is the last: its base
    /// is no longer needed then, so that a chain of any length needs few buffers.
    #[inline]
    pub(crate) fn children(&self, number: EntryNumber) -> &[EntryNumber] {
        let [entry, next] = self.pair(number);
        &self.children[entry.first_child as usize..next.first_child as usize]
    }

    /// The position in the index of an entry's object.
    #[inline]
    pub(crate) fn position(&self, number: EntryNumber) -> u32 {
        self.entries[number as usize].position
    }

    /// Where an entry begins and ends, and the CRC-32 that the index states for it.
    #[inline]
    pub(crate) fn extent(&self, number: EntryNumber) -> (u64, u64, u32) {
        let [entry, next] = self.pair(number);
        (entry.offset, next.offset, entry.crc)
    }

    #[inline]
    fn pair(&self, number: EntryNumber) -> [Entry; 2] {
        let number = number as usize;
        [self.entries[number], self.entries[number + 1]]
    }
}

/// Stands for the base of an entry that is no delta, or whose base is outside the pack.
const ROOT: EntryNumber = EntryNumber::MAX;
/// Stands for the base of an entry whose header makes no sense or leads to no entry.
const NOWHERE: EntryNumber = EntryNumber::MAX - 1;

/// The entries in the order of their offsets, found again in constant time.
#[derive(Debug)]
struct ByOffset {
    entries: Vec<Entry>,
    /// For each stretch of `1 << shift` bytes, the first entry that begins in it or after it.
    stretches: Vec<u32>,
    shift: u32,
}

impl ByOffset {
    /// Sorts the offsets of an index by counting. `None` when an offset lies outside the pack or
    /// two entries share one.
    fn sort(index: &PackIndex, pack_length: u64) -> Option<Self> {
        let count = index.count() as usize;
        let end = pack_length.checked_sub(index.pack_checksum().len() as u64)?;
        // About two entries a stretch; a place in a stretch and a position fill 64 bits.
        let shift = (end / (count as u64 / 2 + 1)).max(1).ilog2().min(32);
        let mut stretches = vec![0_u32; usize::try_from(end >> shift).ok()? + 2];
        // Every offset is below the pack's length, which fits: the pack is mapped.
        #[expect(clippy::cast_possible_truncation, reason = "see above")]
        let stretch = |offset: u64| (offset >> shift) as usize;
        // Read once: should the index change meanwhile, both passes still see the same.
        let in_order = index.offsets(|offset| (12..end).contains(&offset))?;
        for &offset in &in_order {
            stretches[stretch(offset) + 1] += 1;
        }
        for at in 1..stretches.len() {
            stretches[at] += stretches[at - 1];
        }
        // In each stretch, by the rest of the offset, which stands above the position.
        let mut sorted = vec![0_u64; count];
        let mut next = stretches.clone();
        for (position, offset) in (0_u64..).zip(in_order) {
            let slot = &mut next[stretch(offset)];
            sorted[*slot as usize] = (offset & ((1 << shift) - 1)) << 32 | position;
            *slot += 1;
        }
        drop(next);
        let mut entries = Vec::with_capacity(count + 1);
        prefer_huge_pages(entries.spare_capacity_mut());
        let (mut last, mut is_distinct) = (0, true);
        for (start, ends) in (0_u64..).zip(stretches.windows(2)) {
            let within = &mut sorted[ends[0] as usize..ends[1] as usize];
            within.sort_unstable();
            #[expect(clippy::cast_possible_truncation, reason = "the lower half is wanted")]
            for &packed in &*within {
                let (offset, position) = (start << shift | packed >> 32, packed as u32);
                is_distinct &= last < offset;
                last = offset;
                let crc = index.crc(position).unwrap_or_default();
                entries.push(Entry { offset, position, first_child: 0, crc });
            }
        }
        entries.push(Entry { offset: end, position: u32::MAX, first_child: 0, crc: 0 });
        is_distinct.then_some(Self { entries, stretches, shift })
    }

    fn find(&self, offset: u64) -> Option<EntryNumber> {
        let stretch = usize::try_from(offset >> self.shift).ok()?;
        let (first, end) = (*self.stretches.get(stretch)?, *self.stretches.get(stretch + 1)?);
        (first..end).find(|&number| self.entries[number as usize].offset == offset)
    }

    /// The base of each entry.
    fn parents(
        &self,
        pack: &[u8],
        hash: HashKind,
        threads: usize,
        position_of: impl Fn(&ObjectId) -> Option<u32> + Sync,
    ) -> Vec<u32> {
        let count = self.entries.len() - 1;
        let entry_of_position = OnceLock::new();
        let parent_of =
            |head: &[u8; EntryHeader::HEAD], offset: u64| match EntryHeader::parse_bytes(
                head,
                pack.len(),
                offset,
                hash,
            )?
            .form
            {
                Form::Whole(_) => Some(ROOT),
                Form::OffsetDelta(base) => self.find(base),
                Form::RefDelta(id) => {
                    let id = ObjectId::new(&pack[id..id + hash.len()]);
                    let Some(position) = position_of(&id) else { return Some(ROOT) };
                    let entries = entry_of_position.get_or_init(|| self.inverse());
                    Some(entries[position as usize])
                }
            };
        let mut parents = vec![NOWHERE; count];
        // Reading a header may have to wait for the disk, so small packs are not shared out and
        // large ones in equal parts.
        let part = (count / threads + 1).max(10_000);
        let parts = self.entries[..count].chunks(part).zip(parents.chunks_mut(part));
        threads::each(parts, |(entries, parents)| {
            // What a header says decides how it is read on, and until it is in the cache nothing
            // else happens. So several are fetched first, which do not wait for one another.
            const AT_ONCE: usize = 16;
            let mut heads = [[0; EntryHeader::HEAD]; AT_ONCE];
            for (entries, parents) in entries.chunks(AT_ONCE).zip(parents.chunks_mut(AT_ONCE)) {
                for (head, entry) in heads.iter_mut().zip(entries) {
                    *head = EntryHeader::head(pack, entry.offset);
                }
                for ((head, entry), parent) in heads.iter().zip(entries).zip(parents) {
                    *parent = parent_of(head, entry.offset).unwrap_or(NOWHERE);
                }
            }
        });
        parents
    }

    /// The entry of each position.
    fn inverse(&self) -> Vec<u32> {
        let mut numbers_by_position = vec![0; self.entries.len() - 1];
        for (number, entry) in numbers(self.entries.len() - 1).zip(&self.entries) {
            numbers_by_position[entry.position as usize] = number;
        }
        numbers_by_position
    }
}

/// The numbers of `count` entries; an index counts them in 32 bits.
#[expect(clippy::cast_possible_truncation, reason = "the index counts its objects in 32 bits")]
fn numbers(count: usize) -> std::ops::Range<u32> {
    0..count as u32
}
