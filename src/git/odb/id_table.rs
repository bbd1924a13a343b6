//! Which objects there are: the ids of all packs and loose objects, in order.

use crate::git::io::mapped::{prefer_huge_pages, prefetch};

/// Where an object is stored: packs first, in their order, then loose objects.
pub(crate) type Ordinal = u32;

/// So many ids are in a bucket on average: few enough that one is found near its likely place, and
/// enough that the buckets stay in the processor's cache.
const BUCKET: u32 = 8;

/// Finds an object's place by its id.
///
/// Ids are hashes, so that where one stands among all can be calculated but for a few places. Each
/// look-up is a cache miss all the same, so it can be asked for ahead; the ids are copied from the
/// mapped indexes because there it would miss the cache of page addresses too.
#[derive(Debug, Default)]
pub(crate) struct IdTable {
    /// All ids side by side, in ascending order, each once.
    ids: Vec<u8>,
    length: usize,
    /// The ordinal of each; empty when they are `0, 1, 2…`.
    ordinals: Vec<Ordinal>,
    /// The ids that begin with `n` in their first `64 - shift` bits are those from `buckets[n]` up
    /// to `buckets[n + 1]`.
    buckets: Vec<u32>,
    shift: u32,
}

impl IdTable {
    /// Enters ids of `length` bytes, given as parts whose ids are in order, as an index has them.
    /// The ordinals count through the parts; of equal ids the first stays.
    pub(crate) fn build<'i, I>(length: usize, parts: Vec<I>) -> Self
    where
        I: ExactSizeIterator<Item = &'i [u8]> + Clone,
    {
        let total: usize = parts.iter().map(ExactSizeIterator::len).sum();
        let mut table = Self { length, ..Self::default() };
        table.ids.reserve_exact(total * length);
        prefer_huge_pages(table.ids.spare_capacity_mut());
        match <[I; 1]>::try_from(parts) {
            Ok([part]) if is_ascending(part.clone()) => {
                part.for_each(|id| table.ids.extend_from_slice(id));
            }
            Ok(part) => table.merge(part.into()),
            Err(parts) => table.merge(parts),
        }
        table.fill_buckets();
        table
    }

    /// Enters several parts, or one that is not in order.
    fn merge<'i, I>(&mut self, parts: Vec<I>)
    where
        I: ExactSizeIterator<Item = &'i [u8]> + Clone,
    {
        let largest = (0..parts.len()).max_by_key(|&at| parts[at].len());
        let mut first: Ordinal = 0;
        let mut rest: Vec<(&[u8], Ordinal)> = Vec::new();
        let mut sorted = None;
        for (at, part) in parts.into_iter().enumerate() {
            let count = part.len();
            let numbered = part.clone().zip(first..);
            first = first.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
            // Nearly always one pack is much larger than the rest, and in order.
            if Some(at) == largest && is_ascending(part) {
                sorted = Some(numbered);
            } else {
                rest.extend(numbered);
            }
        }
        rest.sort_unstable();
        let mut rest = rest.into_iter().peekable();
        let mut sorted = sorted.into_iter().flatten().peekable();
        let mut last: Option<&[u8]> = None;
        loop {
            let next = match (rest.peek(), sorted.peek()) {
                (Some(a), Some(b)) if a <= b => rest.next(),
                (Some(_), None) => rest.next(),
                _ => sorted.next(),
            };
            let Some((id, ordinal)) = next else { break };
            if last != Some(id) {
                self.ids.extend_from_slice(id);
                self.ordinals.push(ordinal);
                last = Some(id);
            }
        }
    }

    fn fill_buckets(&mut self) {
        let count = u32::try_from(self.distinct()).unwrap_or(u32::MAX);
        let bits = (count / BUCKET).checked_ilog2().unwrap_or_default().max(1);
        self.shift = 64 - bits;
        self.buckets.reserve_exact((1 << bits) + 1);
        prefer_huge_pages(self.buckets.spare_capacity_mut());
        for number in 0..count {
            let bucket = self.bucket(prefix(self.id(number)));
            while self.buckets.len() <= bucket {
                self.buckets.push(number);
            }
        }
        self.buckets.resize((1 << bits) + 1, count);
    }

    /// How many different ids there are.
    pub(crate) fn distinct(&self) -> usize {
        self.ids.len().checked_div(self.length).unwrap_or_default()
    }

    pub(crate) fn find(&self, id: &[u8]) -> Option<Ordinal> {
        let wanted = prefix(id);
        let (mut first, mut end) = self.range(wanted)?;
        // Only a forged index has ids that are not spread evenly.
        while end - first > 4 * BUCKET {
            let middle = first.midpoint(end);
            if self.id(middle) <= id {
                first = middle;
            } else {
                end = middle;
            }
        }
        let mut number = self.guess(wanted, first, end);
        while number > first && prefix(self.id(number)) >= wanted {
            number -= 1;
        }
        while number < end && prefix(self.id(number)) < wanted {
            number += 1;
        }
        while number < end && !same(self.id(number), id) {
            if prefix(self.id(number)) > wanted {
                return None;
            }
            number += 1;
        }
        if number == end {
            return None;
        }
        Some(if self.ordinals.is_empty() { number } else { self.ordinals[number as usize] })
    }

    /// Asks for what looking up `id` reads.
    #[inline]
    pub(crate) fn fetch(&self, id: &[u8]) {
        let wanted = prefix(id);
        if let Some((first, end)) = self.range(wanted) {
            let number = self.guess(wanted, first, end).saturating_sub(1);
            prefetch(&self.ids, number as usize * self.length);
        }
    }

    /// The bucket in which an id with this prefix is, if it is anywhere and any id is.
    #[inline]
    fn range(&self, prefix: u64) -> Option<(u32, u32)> {
        let bucket = self.bucket(prefix);
        let (first, end) = (*self.buckets.get(bucket)?, *self.buckets.get(bucket + 1)?);
        (first < end).then_some((first, end))
    }

    /// Where between `first` and `end` an id with this prefix is likely to be.
    #[inline]
    fn guess(&self, prefix: u64, first: u32, end: u32) -> u32 {
        let within = (prefix << (64 - self.shift)) >> 32;
        let guess = (within * u64::from(end - first)) >> 32;
        first + u32::try_from(guess).unwrap_or_default()
    }

    #[inline]
    fn id(&self, number: u32) -> &[u8] {
        let start = number as usize * self.length;
        &self.ids[start..start + self.length]
    }

    #[inline]
    fn bucket(&self, prefix: u64) -> usize {
        usize::try_from(prefix >> self.shift).unwrap_or_default()
    }
}

/// The first 64 bits of an id.
#[inline]
fn prefix(id: &[u8]) -> u64 {
    id.first_chunk::<8>().map_or(0, |prefix| u64::from_be_bytes(*prefix))
}

fn is_ascending<'i>(mut ids: impl Iterator<Item = &'i [u8]>) -> bool {
    let mut last: &[u8] = &[];
    ids.all(|id| std::mem::replace(&mut last, id) < id)
}

/// Compares ids of one length; of a known length, that takes a few instructions instead of a call.
#[inline]
fn same(a: &[u8], b: &[u8]) -> bool {
    match (a.first_chunk::<20>(), b.first_chunk::<20>()) {
        (Some(first), Some(second)) => first == second && (a.len() == 20 || a[20..] == b[20..]),
        _ => a == b,
    }
}

/// A bounded memory of ids that were looked up, so that one that many trees share costs no look-up
/// in the large table each time.
#[derive(Debug)]
pub(crate) struct RecentIds {
    /// Zeros stand for none, because git gives no object that id.
    slots: Vec<[u8; 32]>,
}

impl RecentIds {
    const SLOTS: usize = 1 << 14;

    pub(crate) fn new() -> Self {
        Self { slots: vec![[0; 32]; Self::SLOTS] }
    }

    /// Whether `id` is remembered.
    #[inline]
    pub(crate) fn contains(&self, id: &[u8]) -> bool {
        let slot = &self.slots[Self::slot(id)];
        same(&slot[..id.len()], id) && id.iter().any(|&byte| byte != 0)
    }

    pub(crate) fn remember(&mut self, id: &[u8]) {
        self.slots[Self::slot(id)][..id.len()].copy_from_slice(id);
    }

    #[inline]
    fn slot(id: &[u8]) -> usize {
        let end = id.last_chunk::<2>().map_or(0, |end| usize::from(u16::from_le_bytes(*end)));
        end % Self::SLOTS
    }
}
