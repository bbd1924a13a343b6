//! The entries of a pack as a forest: each delta is a child of its base.
//!
//! Reading a pack in this order resolves each delta once, against a base that is at hand.

use std::sync::OnceLock;

use super::super::id::{HashKind, ObjectId};
use super::entry::{EntryHeader, Form};
use super::pack_index::PackIndex;

/// Entries are numbered in the order of their offsets: `EntryNumber` counts from 0.
pub(super) type EntryNumber = u32;

/// The forest of one pack.
#[derive(Debug)]
pub(super) struct Forest {
    by_offset: ByOffset,
    /// The position in the index of each entry's object.
    positions: Vec<u32>,
    /// Entries that are no delta, or one against an object outside the pack. Those with the most
    /// entries below them come first, so that no thread is left with one at the end.
    roots: Vec<EntryNumber>,
    /// The children of entry `n` are `children[starts[n]..starts[n + 1]]`; the one with the most
    /// entries below it is the last, see [`Forest::children`].
    starts: Vec<u32>,
    children: Vec<EntryNumber>,
    /// Entries that no root leads to: their header, or that of a base, makes no sense.
    unreachable: Vec<EntryNumber>,
}

impl Forest {
    /// Reads every header of `pack`, with as many threads. A base named by id is looked for with
    /// `position_of`, which tells its position in this pack's index. `None` when the index makes
    /// no sense.
    pub(super) fn plant(
        pack: &[u8],
        index: &PackIndex,
        hash: HashKind,
        threads: usize,
        position_of: impl Fn(&ObjectId) -> Option<u32> + Sync,
    ) -> Option<Self> {
        let (by_offset, positions) = ByOffset::sort(index, pack.len() as u64)?;
        let count = positions.len();
        let entry_of_position = OnceLock::new();
        let parent_of =
            |number: usize| match EntryHeader::parse(pack, by_offset.offsets[number], hash)?.form {
                Form::Whole(_) => Some(ROOT),
                Form::OffsetDelta(base) => by_offset.find(base),
                Form::RefDelta(id) => {
                    let id = ObjectId::new(&pack[id..id + hash.len()]);
                    let Some(position) = position_of(&id) else { return Some(ROOT) };
                    let entries = entry_of_position.get_or_init(|| inverse(&positions));
                    Some(entries[position as usize])
                }
            };
        let mut parents = vec![NOWHERE; count];
        // Reading a header may have to wait for the disk, so small packs are not shared out and
        // large ones in equal parts.
        let part = (count / threads + 1).max(10_000);
        std::thread::scope(|scope| {
            for (at, parents) in parents.chunks_mut(part).enumerate() {
                let parent_of = &parent_of;
                let fill = move || {
                    for (number, parent) in (at * part..).zip(parents) {
                        *parent = parent_of(number).unwrap_or(NOWHERE);
                    }
                };
                if count <= part { fill() } else { drop(scope.spawn(fill)) }
            }
        });
        let mut starts = vec![0_u32; count + 1];
        for &parent in parents.iter().filter(|&&parent| parent < NOWHERE) {
            starts[parent as usize] += 1;
        }
        let mut total = 0;
        for start in &mut starts {
            (*start, total) = (total, total + *start);
        }
        let mut children = vec![0; total as usize];
        let mut next = starts.clone();
        for number in numbers(count) {
            let parent = parents[number as usize];
            if parent < NOWHERE {
                children[next[parent as usize] as usize] = number;
                next[parent as usize] += 1;
            }
        }
        drop(next);
        let roots = numbers(count).filter(|&number| parents[number as usize] == ROOT).collect();
        let mut forest =
            Self { by_offset, positions, roots, starts, children, unreachable: Vec::new() };
        forest.order(&mut parents);
        Some(forest)
    }

    /// Puts the heaviest child last and the heaviest roots first, and finds what no root leads to.
    /// `parents` is used up as scratch memory.
    fn order(&mut self, parents: &mut [u32]) {
        // Breadth first: parents stand before their children.
        let mut sequence = self.roots.clone();
        let mut at = 0;
        while let Some(&number) = sequence.get(at) {
            sequence.extend_from_slice(self.children(number));
            at += 1;
        }
        let mut weights = vec![1_u32; self.positions.len()];
        for &number in sequence.iter().rev() {
            let parent = parents[number as usize];
            if parent < NOWHERE {
                weights[parent as usize] += weights[number as usize];
            }
        }
        if sequence.len() < self.positions.len() {
            let mut is_reached = vec![false; self.positions.len()];
            for &number in &sequence {
                is_reached[number as usize] = true;
            }
            self.unreachable = numbers(self.positions.len())
                .filter(|&number| !is_reached[number as usize])
                .collect();
        }
        drop(sequence);
        for ends in self.starts.windows(2) {
            let siblings = &mut self.children[ends[0] as usize..ends[1] as usize];
            if siblings.len() > 1 {
                let heaviest = (0..siblings.len()).max_by_key(|&at| weights[siblings[at] as usize]);
                if let Some(heaviest) = heaviest {
                    let last = siblings.len() - 1;
                    siblings.swap(heaviest, last);
                }
            }
        }
        let heavy = u32::try_from(self.positions.len() / 256).unwrap_or(u32::MAX).max(64);
        // Stable, so that the many light ones stay in the order of the file.
        self.roots.sort_by_key(|&root| {
            let weight = weights[root as usize];
            std::cmp::Reverse(if weight < heavy { 0 } else { weight })
        });
    }

    pub(super) fn roots(&self) -> &[EntryNumber] {
        &self.roots
    }

    pub(super) fn unreachable(&self) -> &[EntryNumber] {
        &self.unreachable
    }

    /// The deltas against this entry. The one with the most entries below it is the last: its base
    /// is no longer needed then, so that a chain of any length needs few buffers.
    #[inline]
    pub(super) fn children(&self, number: EntryNumber) -> &[EntryNumber] {
        let number = number as usize;
        &self.children[self.starts[number] as usize..self.starts[number + 1] as usize]
    }

    /// The position in the index of an entry's object.
    #[inline]
    pub(super) fn position(&self, number: EntryNumber) -> u32 {
        self.positions[number as usize]
    }

    /// Where an entry begins and ends.
    #[inline]
    pub(super) fn extent(&self, number: EntryNumber) -> (u64, u64) {
        let offsets = &self.by_offset.offsets;
        (offsets[number as usize], offsets[number as usize + 1])
    }

    /// The entry that begins at `offset`.
    pub(super) fn entry_at(&self, offset: u64) -> Option<EntryNumber> {
        self.by_offset.find(offset)
    }
}

/// Stands for the base of an entry that is no delta, or whose base is outside the pack.
const ROOT: EntryNumber = EntryNumber::MAX;
/// Stands for the base of an entry whose header makes no sense or leads to no entry.
const NOWHERE: EntryNumber = EntryNumber::MAX - 1;

/// Offsets in ascending order, then the end of the last entry; found again in constant time.
#[derive(Debug)]
struct ByOffset {
    offsets: Vec<u64>,
    /// For each stretch of `1 << shift` bytes, the first entry that begins in it or after it.
    stretches: Vec<u32>,
    shift: u32,
}

impl ByOffset {
    /// Sorts the offsets of an index by counting; also tells each entry's position in the index.
    /// `None` when an offset lies outside the pack or two entries share one.
    fn sort(index: &PackIndex, pack_length: u64) -> Option<(Self, Vec<u32>)> {
        let count = index.count() as usize;
        let end = pack_length.checked_sub(index.pack_checksum().len() as u64)?;
        // About two entries a stretch.
        let shift = (end / (count as u64 / 2 + 1)).max(1).ilog2();
        let mut stretches = vec![0_u32; usize::try_from(end >> shift).ok()? + 2];
        // Every offset is below the pack's length, which fits: the pack is mapped.
        #[expect(clippy::cast_possible_truncation, reason = "see above")]
        let stretch = |offset: u64| (offset >> shift) as usize;
        // Read once: should the index change meanwhile, both passes still see the same.
        let in_order = (0..index.count())
            .map(|position| index.offset(position).filter(|offset| (12..end).contains(offset)))
            .collect::<Option<Vec<u64>>>()?;
        for &offset in &in_order {
            stretches[stretch(offset) + 1] += 1;
        }
        for at in 1..stretches.len() {
            stretches[at] += stretches[at - 1];
        }
        let mut sorted = vec![(0_u64, 0_u32); count];
        let mut next = stretches.clone();
        for (position, offset) in (0..).zip(in_order) {
            let slot = &mut next[stretch(offset)];
            sorted[*slot as usize] = (offset, position);
            *slot += 1;
        }
        drop(next);
        for ends in stretches.windows(2) {
            sorted[ends[0] as usize..ends[1] as usize].sort_unstable();
        }
        let is_distinct = sorted.windows(2).all(|pair| pair[0].0 < pair[1].0);
        let offsets = sorted.iter().map(|entry| entry.0).chain([end]).collect();
        let positions = sorted.iter().map(|entry| entry.1).collect();
        is_distinct.then_some((Self { offsets, stretches, shift }, positions))
    }

    fn find(&self, offset: u64) -> Option<EntryNumber> {
        let stretch = usize::try_from(offset >> self.shift).ok()?;
        let (first, end) = (*self.stretches.get(stretch)?, *self.stretches.get(stretch + 1)?);
        (first..end).find(|&number| self.offsets[number as usize] == offset)
    }
}

/// The numbers of `count` entries; an index counts them in 32 bits.
#[expect(clippy::cast_possible_truncation, reason = "the index counts its objects in 32 bits")]
fn numbers(count: usize) -> std::ops::Range<u32> {
    0..count as u32
}

fn inverse(positions: &[u32]) -> Vec<u32> {
    let mut entries = vec![0; positions.len()];
    for (number, &position) in numbers(positions.len()).zip(positions) {
        entries[position as usize] = number;
    }
    entries
}
