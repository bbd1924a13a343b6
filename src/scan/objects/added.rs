//! What a delta adds to its base: the bytes in which something can stand that the base does not have.

use super::delta::Watch;

/// How far what is searched for is looked at across an edge between inserted and copied bytes.
///
/// Of a text of up to `REACH + 1` bytes that stands in the result and not in the base, all bytes
/// are among the added ones.
pub const REACH: usize = 16;

/// Stands between bytes that are not side by side in the result. UTF-8, which most of what is
/// searched for is in, has no such byte.
const SEPARATOR: u8 = 0xff;

/// Insertions up to this length are copied at a fixed one, in bytes.
const SHORT: usize = 32;

/// The longest insertion has 127 bytes, in bytes.
const ROOM: usize = 128;

/// Memory above this size is given back after a large delta, in bytes.
const KEEP: usize = 4 << 20;

/// The inserted bytes, and of what is copied the ends: a search of these finds every short text that
/// a search of the whole result would find and one of the base would not.
#[derive(Debug, Default)]
pub(super) struct Added {
    bytes: Vec<u8>,
    length: usize,
}

#[expect(clippy::inline_always, reason = "see below")]
impl Added {
    pub(super) fn clear(&mut self) {
        self.length = 0;
        if self.bytes.len() > KEEP {
            self.bytes = Vec::new();
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// Room for what one instruction adds.
    #[inline(always)]
    fn room(&mut self) -> &mut [u8; ROOM] {
        let end = self.length + ROOM;
        if self.bytes.len() < end {
            self.bytes.resize(end.next_power_of_two(), 0);
        }
        match self.bytes[self.length..end].first_chunk_mut() {
            Some(room) => room,
            None => unreachable!("the range is as long"),
        }
    }
}

#[expect(clippy::inline_always, reason = "measured: each runs some ten million times a scan")]
impl Watch for Added {
    #[inline(always)]
    fn copied(&mut self, base: &[u8], from: usize, _: usize, length: usize) {
        // Lengths differ from one instruction to the next, so a branch on each would be
        // mispredicted. What overshoots is overwritten by what comes next.
        let tail = from + length.max(REACH) - REACH;
        let added = if length > 2 * REACH { 2 * REACH + 1 } else { length };
        let tail_at = added.max(REACH) - REACH;
        let room = self.room();
        room[..REACH].copy_from_slice(&base[from..from + REACH]);
        room[REACH] = SEPARATOR;
        room[tail_at..tail_at + REACH].copy_from_slice(&base[tail..tail + REACH]);
        self.length += added;
    }

    #[inline(always)]
    fn inserted(&mut self, delta: &[u8], from: usize, length: usize) {
        let room = self.room();
        match delta.get(from..from + SHORT) {
            // A copy of a fixed length is two instructions.
            Some(short) if length <= SHORT => room[..SHORT].copy_from_slice(short),
            _ => room[..length].copy_from_slice(&delta[from..from + length]),
        }
        self.length += length;
    }
}
