//! Reads gzip files (RFC 1952).

use crc32fast::Hasher;

use super::codec::{Decode, Inflate, Streams, skip_zeros};
use super::feed::{Fault, Peek};
use super::magic;
use super::visitor::TextKind;

/// A gzip file: members, and zeros after them.
pub(super) struct Gzip<'t> {
    inflate: Inflate,
    sum: Hasher,
    length: u32,
    is_first: bool,
    /// Called with the names, comments and extra fields.
    text: &'t dyn Fn(TextKind, &[u8]),
}

impl<'t> Gzip<'t> {
    pub(super) fn new(text: &'t dyn Fn(TextKind, &[u8])) -> Self {
        Self { inflate: Inflate::new(), sum: Hasher::new(), length: 0, is_first: true, text }
    }
}

impl Streams for Gzip<'_> {
    fn begin(&mut self, source: &mut dyn Peek) -> Result<bool, Fault> {
        if !self.is_first {
            skip_zeros(source)?;
            self.inflate.reset();
            (self.sum, self.length) = (Hasher::new(), 0);
        }
        self.is_first = false;
        let start = source.peek(10)?;
        if !magic::is_gzip(start) {
            return Ok(false);
        }
        let &[_, _, _, flags, _, _, _, _, _, _, ..] = start else {
            return Err(Fault::Truncated);
        };
        source.consume(10);
        if flags & 4 != 0 {
            let [low, high] = array(source)?;
            let extra = text_of(source, usize::from(low) | usize::from(high) << 8)?;
            (self.text)(TextKind::Extra, &extra);
        }
        if flags & 8 != 0 {
            (self.text)(TextKind::Name, &text_to_zero(source)?);
        }
        if flags & 16 != 0 {
            (self.text)(TextKind::Comment, &text_to_zero(source)?);
        }
        if flags & 2 != 0 {
            array::<2>(source)?;
        }
        Ok(true)
    }

    fn decoder(&mut self) -> &mut dyn Decode {
        &mut self.inflate
    }

    fn made(&mut self, content: &[u8]) {
        self.sum.update(content);
        // The length is kept modulo 2^32 (RFC 1952, 2.3.1).
        #[expect(clippy::cast_possible_truncation, reason = "so it is defined")]
        let length = content.len() as u32;
        self.length = self.length.wrapping_add(length);
    }

    fn end(&mut self, source: &mut dyn Peek) -> Result<(), Fault> {
        let sum = u32::from_le_bytes(array(source)?);
        let length = u32::from_le_bytes(array(source)?);
        let agrees = (sum, length) == (self.sum.clone().finalize(), self.length);
        if agrees { Ok(()) } else { Err(Fault::Checksum) }
    }
}

fn array<const N: usize>(source: &mut dyn Peek) -> Result<[u8; N], Fault> {
    let array = *source.peek(N)?.first_chunk().ok_or(Fault::Truncated)?;
    source.consume(N);
    Ok(array)
}

fn text_of(source: &mut dyn Peek, length: usize) -> Result<Vec<u8>, Fault> {
    let text = source.peek(length)?.get(..length).ok_or(Fault::Truncated)?.to_vec();
    source.consume(length);
    Ok(text)
}

/// How much of a name or a comment is kept, in bytes.
const LONGEST_TEXT: usize = 64 * 1024;

fn text_to_zero(source: &mut dyn Peek) -> Result<Vec<u8>, Fault> {
    let mut text = Vec::new();
    loop {
        let chunk = source.fill()?;
        if chunk.is_empty() {
            return Err(Fault::Truncated);
        }
        let end = memchr::memchr(0, chunk);
        let part = end.and_then(|end| chunk.get(..end)).unwrap_or(chunk);
        let room = LONGEST_TEXT.saturating_sub(text.len());
        text.extend_from_slice(part.get(..room).unwrap_or(part));
        let length = part.len() + usize::from(end.is_some());
        source.consume(length);
        if end.is_some() {
            return Ok(text);
        }
    }
}
