//! Git's deltas: a base's size, a result's size, then instructions to copy from the base or to
//! insert (gitformat-pack, "Deltified representation").

use super::super::tree::Copied;
use super::buffer::Buffer;

/// Memory for a result up to this size is set aside on the delta's word, in bytes.
const TRUSTED_SIZE: usize = 1 << 20;

/// A delta's instructions, with the sizes it claims.
#[derive(Clone, Copy, Debug)]
pub(super) struct Delta<'a> {
    /// The size of the base it was made for, in bytes.
    pub(super) base_size: u64,
    /// The size of what it makes, in bytes.
    pub(super) result_size: u64,
    instructions: &'a [u8],
}

/// The delta is not one, or not one for this base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BadDelta;

impl<'a> Delta<'a> {
    pub(super) fn parse(mut bytes: &'a [u8]) -> Result<Self, BadDelta> {
        let base_size = take_size(&mut bytes)?;
        let result_size = take_size(&mut bytes)?;
        Ok(Self { base_size, result_size, instructions: bytes })
    }

    /// Writes the result to `out`.
    pub(super) fn apply(&self, base: &Buffer, out: &mut Buffer) -> Result<(), BadDelta> {
        const SHORT: usize = 32;
        if base.content().len() as u64 != self.base_size {
            return Err(BadDelta);
        }
        let size = usize::try_from(self.result_size).map_err(|_| BadDelta)?;
        if size > TRUSTED_SIZE && !self.makes_what_it_claims() {
            return Err(BadDelta);
        }
        let source = base.with_slack();
        let target = out.prepare(size);
        let mut written = 0;
        let mut at = 0;
        while let Some(instruction) = self.next(&mut at)? {
            let (from, start, length) = match instruction {
                Instruction::Copy { offset, length } => {
                    if offset + length > base.content().len() {
                        return Err(BadDelta);
                    }
                    (source, offset, length)
                }
                Instruction::Insert { start, length } => (self.instructions, start, length),
            };
            if length > size - written {
                return Err(BadDelta);
            }
            // Most copies are short. One of a fixed length is two instructions; it overshoots into
            // what the next one overwrites, or into the slack.
            match from.get(start..start + SHORT) {
                Some(short) if length <= SHORT => {
                    target[written..written + SHORT].copy_from_slice(short);
                }
                _ => {
                    target[written..written + length].copy_from_slice(&from[start..start + length]);
                }
            }
            written += length;
        }
        if written == size { Ok(()) } else { Err(BadDelta) }
    }

    /// Hands the result out in pieces, without holding it.
    pub(super) fn pieces(&self, base: &[u8], mut piece: impl FnMut(&[u8])) -> Result<(), BadDelta> {
        if base.len() as u64 != self.base_size {
            return Err(BadDelta);
        }
        let mut written = 0;
        let mut at = 0;
        while let Some(instruction) = self.next(&mut at)? {
            let bytes = match instruction {
                Instruction::Copy { offset, length } => base.get(offset..offset + length),
                Instruction::Insert { start, length } => {
                    self.instructions.get(start..start + length)
                }
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

    /// What the instructions copy from the base. The delta was applied before, so that every number
    /// is known to fit.
    pub(super) fn copies(&self) -> impl Iterator<Item = Copied> {
        let (mut at, mut to) = (0, 0_usize);
        std::iter::from_fn(move || {
            while let Ok(Some(instruction)) = self.next(&mut at) {
                let start = to;
                match instruction {
                    Instruction::Insert { length, .. } => to += length,
                    Instruction::Copy { offset, length } => {
                        to += length;
                        return Some(Copied {
                            from: u32::try_from(offset).ok()?,
                            to: u32::try_from(start).ok()?,
                            length: u32::try_from(length).ok()?,
                        });
                    }
                }
            }
            None
        })
    }

    /// Whether the instructions make as many bytes as the delta claims: asked before memory is set
    /// aside for a large claim.
    fn makes_what_it_claims(&self) -> bool {
        let (mut at, mut made) = (0, 0_u64);
        while let Ok(Some(instruction)) = self.next(&mut at) {
            made += match instruction {
                Instruction::Copy { length, .. } | Instruction::Insert { length, .. } => {
                    length as u64
                }
            };
        }
        made == self.result_size
    }

    /// Reads the instruction at `at` and moves `at` behind it.
    #[inline]
    fn next(&self, at: &mut usize) -> Result<Option<Instruction>, BadDelta> {
        let bytes = self.instructions;
        let Some(&opcode) = bytes.get(*at) else { return Ok(None) };
        *at += 1;
        if opcode & 0x80 == 0 {
            let (start, length) = (*at, usize::from(opcode));
            *at += length;
            // The opcode 0 is reserved.
            return if length == 0 || *at > bytes.len() {
                Err(BadDelta)
            } else {
                Ok(Some(Instruction::Insert { start, length }))
            };
        }
        let mut field = |bits: u8, first: u8| {
            let mut value = 0_usize;
            for index in 0..bits {
                if opcode & (1 << (first + index)) != 0 {
                    let byte = *bytes.get(*at).ok_or(BadDelta)?;
                    *at += 1;
                    value |= usize::from(byte) << (8 * index);
                }
            }
            Ok(value)
        };
        let offset = field(4, 0)?;
        let length = field(3, 4)?;
        Ok(Some(Instruction::Copy { offset, length: if length == 0 { 0x1_0000 } else { length } }))
    }
}

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
