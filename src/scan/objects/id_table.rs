//! Which objects there are: a hash table over the ids of all packs and loose objects.

use std::hash::{BuildHasher as _, RandomState};

/// Where an object is stored: packs first, in their order, then loose objects.
pub(in super::super) type Ordinal = u32;

/// Finds an object's place by its id. The ids themselves stay where they are (in the mapped
/// indexes), which is why every method is handed a way to read them.
#[derive(Debug, Default)]
pub(super) struct IdTable {
    slots: Vec<Ordinal>,
    distinct: usize,
    /// Set when the ids turned out not to be spread evenly, which no hash function would do but a
    /// forged index can.
    keyed: Option<RandomState>,
}

const EMPTY: Ordinal = Ordinal::MAX;

impl IdTable {
    /// Enters the ids of the ordinals `0..count`; of equal ids the first stays.
    pub(super) fn build<'i>(count: u32, id_of: impl Fn(Ordinal) -> &'i [u8]) -> Self {
        // Half full, a table needs half a step more than one for each id on average.
        let patience = 8 * (u64::from(count) + 64);
        let mut table = Self { slots: Vec::new(), distinct: 0, keyed: None };
        if !table.fill(count, &id_of, patience) {
            table.keyed = Some(RandomState::new());
            table.fill(count, &id_of, u64::MAX);
        }
        table
    }

    fn fill<'i>(
        &mut self,
        count: u32,
        id_of: &impl Fn(Ordinal) -> &'i [u8],
        mut patience: u64,
    ) -> bool {
        self.slots.clear();
        self.slots.resize(count as usize * 2 + 1, EMPTY);
        self.distinct = 0;
        for ordinal in 0..count {
            let id = id_of(ordinal);
            let mut slot = self.first_slot(id);
            loop {
                let other = self.slots[slot];
                if other == EMPTY {
                    self.slots[slot] = ordinal;
                    self.distinct += 1;
                    break;
                }
                if id_of(other) == id {
                    break;
                }
                if patience == 0 {
                    return false;
                }
                patience -= 1;
                slot = self.after(slot);
            }
        }
        true
    }

    /// How many different ids there are.
    pub(super) const fn distinct(&self) -> usize {
        self.distinct
    }

    pub(super) fn find<'i>(
        &self,
        id: &[u8],
        id_of: impl Fn(Ordinal) -> &'i [u8],
    ) -> Option<Ordinal> {
        let mut slot = self.first_slot(id);
        loop {
            match self.slots[slot] {
                EMPTY => return None,
                ordinal if same(id_of(ordinal), id) => return Some(ordinal),
                _ => slot = self.after(slot),
            }
        }
    }

    /// What stands where the search for `id` begins.
    pub(super) fn likely_place(&self, id: &[u8]) -> Option<Ordinal> {
        self.slots.get(self.first_slot(id)).copied().filter(|&ordinal| ordinal != EMPTY)
    }

    /// In the order of the ids: an index is sorted, so it is entered without a cache miss.
    fn first_slot(&self, id: &[u8]) -> usize {
        let hash = match &self.keyed {
            None => id.first_chunk::<8>().map_or(0, |prefix| u64::from_be_bytes(*prefix)),
            Some(state) => state.hash_one(id),
        };
        usize::try_from((u128::from(hash) * self.slots.len() as u128) >> 64).unwrap_or_default()
    }

    fn after(&self, slot: usize) -> usize {
        if slot + 1 == self.slots.len() { 0 } else { slot + 1 }
    }
}

/// Compares ids of one length; of a known length, that takes a few instructions instead of a call.
#[inline]
fn same(a: &[u8], b: &[u8]) -> bool {
    match (a.first_chunk::<20>(), b.first_chunk::<20>()) {
        (Some(first), Some(second)) => first == second && a[20..] == b[20..],
        _ => a == b,
    }
}

/// A bounded memory of ids that were looked up, so that one that many trees share costs no look-up
/// in the large table each time.
pub(super) struct RecentIds {
    /// Zeros stand for none, because git gives no object that id.
    slots: Vec<[u8; 32]>,
}

impl RecentIds {
    const SLOTS: usize = 1 << 14;

    pub(super) fn new() -> Self {
        Self { slots: vec![[0; 32]; Self::SLOTS] }
    }

    /// Whether `id` is remembered.
    #[inline]
    pub(super) fn contains(&self, id: &[u8]) -> bool {
        let slot = &self.slots[Self::slot(id)];
        same(&slot[..id.len()], id) && id.iter().any(|&byte| byte != 0)
    }

    pub(super) fn remember(&mut self, id: &[u8]) {
        self.slots[Self::slot(id)][..id.len()].copy_from_slice(id);
    }

    #[inline]
    fn slot(id: &[u8]) -> usize {
        let end = id.last_chunk::<2>().map_or(0, |end| usize::from(u16::from_le_bytes(*end)));
        end % Self::SLOTS
    }
}
