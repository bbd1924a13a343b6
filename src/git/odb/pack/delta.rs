//! Git's deltas: a base's size, a result's size, then instructions to copy from the base or to
//! insert (gitformat-pack, "Deltified representation").

use crate::git::odb::buffer::Buffer;

/// Memory for a result up to this size is set aside on the delta's word, in bytes.
const TRUSTED_SIZE: usize = 1 << 20;

/// Copies up to this length are made at a fixed one, in bytes.
const SHORT: usize = 64;

/// A delta's instructions, with the sizes it claims.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Delta<'a> {
    /// The size of the base it was made for, in bytes.
    pub(crate) base_size: u64,
    /// The size of what it makes, in bytes.
    pub(crate) result_size: u64,
    /// The instructions, with a buffer's slack behind them.
    bytes: &'a [u8],
    start: usize,
    end: usize,
}

/// The delta is not one, or not one for this base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadDelta;

/// Is told what a delta does, in the order of the result.
pub(crate) trait Watch {
    /// Bytes are copied: `base[from..from + length]`. Behind the base's content `base` goes on with
    /// slack.
    fn copied(&mut self, base: &[u8], from: usize, to: usize, length: usize);

    /// Bytes are inserted: `delta[from..from + length]`, where `delta` goes on with slack.
    fn inserted(&mut self, delta: &[u8], from: usize, length: usize);
}

/// Watches nothing.
pub(crate) struct Unwatched;

impl Watch for Unwatched {
    fn copied(&mut self, _: &[u8], _: usize, _: usize, _: usize) {}
    fn inserted(&mut self, _: &[u8], _: usize, _: usize) {}
}

impl<'a> Delta<'a> {
    pub(crate) fn parse(packed: &'a Buffer) -> Result<Self, BadDelta> {
        let mut rest = packed.content();
        let base_size = take_size(&mut rest)?;
        let result_size = take_size(&mut rest)?;
        let end = packed.content().len();
        let start = end - rest.len();
        Ok(Self { base_size, result_size, bytes: packed.with_slack(), start, end })
    }

    /// The instructions, with what they insert.
    pub(crate) fn instructions(&self) -> &'a [u8] {
        &self.bytes[self.start..self.end]
    }

    /// Writes the result to `out`.
    pub(crate) fn apply(
        &self,
        base: &Buffer,
        out: &mut Buffer,
        watch: &mut impl Watch,
    ) -> Result<(), BadDelta> {
        let size = usize::try_from(self.result_size).map_err(|_| BadDelta)?;
        // Asked before memory is set aside for a large claim.
        if size > TRUSTED_SIZE {
            self.follow(base, &mut Unwatched)?;
        }
        self.run::<true>(base, out.prepare(size), watch)
    }

    /// Goes through the instructions without making the result.
    pub(crate) fn follow(&self, base: &Buffer, watch: &mut impl Watch) -> Result<(), BadDelta> {
        self.run::<false>(base, &mut [], watch)
    }

    #[inline]
    fn run<const WRITE: bool>(
        &self,
        base: &Buffer,
        target: &mut [u8],
        watch: &mut impl Watch,
    ) -> Result<(), BadDelta> {
        let length = base.content().len();
        if length as u64 != self.base_size {
            return Err(BadDelta);
        }
        let source = base.with_slack();
        let size = usize::try_from(self.result_size).map_err(|_| BadDelta)?;
        let mut written = 0;
        let mut at = self.start;
        while let Some(instruction) = self.next(&mut at)? {
            let (from, start, length) = match instruction {
                Instruction::Copy { offset, length: copied } => {
                    if offset + copied > length {
                        return Err(BadDelta);
                    }
                    watch.copied(source, offset, written, copied);
                    (source, offset, copied)
                }
                Instruction::Insert { start, length } => {
                    watch.inserted(self.bytes, start, length);
                    (self.bytes, start, length)
                }
            };
            if length > size - written {
                return Err(BadDelta);
            }
            if WRITE {
                // Most copies are short. One of a fixed length is two instructions; it overshoots
                // into what the next one overwrites, or into the slack.
                match from.get(start..start + SHORT) {
                    Some(short) if length <= SHORT => {
                        target[written..written + SHORT].copy_from_slice(short);
                    }
                    _ => {
                        let bytes = &from[start..start + length];
                        target[written..written + length].copy_from_slice(bytes);
                    }
                }
            }
            written += length;
        }
        if written == size { Ok(()) } else { Err(BadDelta) }
    }

    /// Hands the result out in pieces, without holding it.
    pub(crate) fn pieces(
        &self,
        base: &Buffer,
        mut piece: impl FnMut(&[u8]),
    ) -> Result<(), BadDelta> {
        let base = base.content();
        if base.len() as u64 != self.base_size {
            return Err(BadDelta);
        }
        let mut written = 0;
        let mut at = self.start;
        while let Some(instruction) = self.next(&mut at)? {
            let bytes = match instruction {
                Instruction::Copy { offset, length } => base.get(offset..offset + length),
                Instruction::Insert { start, length } => self.bytes.get(start..start + length),
            }
            .ok_or(BadDelta)?;
            written += bytes.len() as u64;
            if written > self.result_size {
                return Err(BadDelta);
            }
            piece(bytes);
        }
        if written == self.result_size { Ok(()) } else { Err(BadDelta) }
    }

    /// Reads the instruction at `at` and moves `at` behind it.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "measured: as a call it takes twice as long")]
    fn next(&self, at: &mut usize) -> Result<Option<Instruction>, BadDelta> {
        if *at >= self.end {
            return Ok(None);
        }
        // At most seven bytes follow an opcode, and the slack is longer.
        let Some(head) = self.bytes.get(*at..).and_then(|rest| rest.first_chunk::<9>()) else {
            return Err(BadDelta);
        };
        let [opcode, word @ ..] = *head;
        *at += 1;
        let instruction = if opcode & 0x80 == 0 {
            let (start, length) = (*at, usize::from(opcode));
            *at += length;
            // The opcode 0 is reserved.
            if length == 0 {
                return Err(BadDelta);
            }
            Instruction::Insert { start, length }
        } else {
            let word = u64::from_le_bytes(word);
            let bits = opcode & 0x7f;
            let shifts = &SHIFTS[usize::from(bits)];
            // Which bytes are there differs from one instruction to the next, so a branch on each
            // would be mispredicted; a byte that is not there is masked instead.
            let field = |index: u8| {
                let mask = u64::from(bits >> index & 1).wrapping_neg() & 0xff;
                word >> shifts[usize::from(index)] & mask
            };
            let offset = field(0) | field(1) << 8 | field(2) << 16 | field(3) << 24;
            let length = field(4) | field(5) << 8 | field(6) << 16;
            *at += usize::from(shifts[7]);
            let length = if length == 0 { 0x1_0000 } else { length };
            #[expect(clippy::cast_possible_truncation, reason = "32 bits at most")]
            Instruction::Copy { offset: offset as usize, length: length as usize }
        };
        if *at > self.end { Err(BadDelta) } else { Ok(Some(instruction)) }
    }
}

/// For the lower seven bits of an opcode: by how many bits each of the bytes that may follow it is
/// shifted, and how many bytes follow.
const SHIFTS: [[u8; 8]; 128] = {
    let mut table = [[0; 8]; 128];
    let mut bits = 0;
    while bits < 128 {
        let (mut index, mut bytes) = (0, 0);
        while index < 7 {
            table[bits][index] = bytes * 8_u8;
            if bits >> index & 1 != 0 {
                bytes += 1;
            }
            index += 1;
        }
        table[bits][7] = bytes;
        bits += 1;
    }
    table
};

enum Instruction {
    /// Copy from the base.
    Copy { offset: usize, length: usize },
    /// Insert bytes that stand among the instructions.
    Insert { start: usize, length: usize },
}

/// Reads a size: seven bits a byte, the lowest first.
fn take_size(bytes: &mut &[u8]) -> Result<u64, BadDelta> {
    let mut size = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first().ok_or(BadDelta)?;
        *bytes = rest;
        let bits = u64::from(byte & 0x7f);
        if bits << shift >> shift != bits {
            return Err(BadDelta);
        }
        size |= bits << shift;
        if byte & 0x80 == 0 {
            return Ok(size);
        }
    }
    Err(BadDelta)
}
