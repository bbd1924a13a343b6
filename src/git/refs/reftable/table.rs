//! One table: a file of blocks between a header and a footer.

use sirocco::Format;
use sirocco::inflate::Decoder;

use super::record::{Cursor, LogRecord, RefRecord};
use super::{Budget, TableFault};
use crate::git::object::id::HashKind;

const MAGIC: &[u8] = b"REFT";

/// What a block begins with: its kind and, in three bytes, its length.
const BLOCK_HEADER: usize = 4;

/// A deflate stream cannot make more than 1032 bytes of one (zlib's technical notes).
const MAX_RATIO: usize = 1032;

/// What one table says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Its refs, deleted ones too, by name.
    pub refs: Vec<RefRecord>,
    /// Its lines of reflogs, deleted ones too, by the ref's name, the latest first.
    pub logs: Vec<LogRecord>,
}

/// What the header and the footer say.
struct Frame {
    header: usize,
    /// Where the footer begins.
    end: usize,
    /// Where the first block of logs begins; 0 where the footer has none.
    logs: u64,
}

impl Table {
    /// Reads a table, whole.
    ///
    /// # Errors
    ///
    /// When anything in it is not as the format wants it.
    pub fn parse(bytes: &[u8], hash: HashKind) -> Result<Self, TableFault> {
        Self::parse_within(bytes, hash, &mut Budget::new())
    }

    pub(crate) fn parse_within(
        bytes: &[u8],
        hash: HashKind,
        budget: &mut Budget,
    ) -> Result<Self, TableFault> {
        let frame = Frame::parse(bytes, hash)?;
        let mut table = Self::default();
        let (mut key, mut section, mut first_log) = (Vec::new(), 0, None);
        let mut at = frame.header;
        while let Some(&kind) = bytes[..frame.end].get(at) {
            let fault = TableFault::Block(at);
            // Blocks may be filled up with zeros.
            if kind == 0 && at > frame.header {
                at += 1;
                continue;
            }
            // The first block begins with the header of the file.
            let start = if at == frame.header { 0 } else { at };
            let length = bytes.get(at + 1..at + BLOCK_HEADER).ok_or(fault)?;
            let length = number(length);
            let order = match kind {
                b'r' => 1,
                b'o' => 2,
                b'g' => 3,
                b'i' => section,
                _ => return Err(fault),
            };
            if order < section || order == 0 {
                return Err(fault);
            }
            if order > section {
                key.clear();
            }
            section = order;
            if kind == b'g' {
                first_log = first_log.or(Some(at));
                let body = length.checked_sub(at + BLOCK_HEADER - start).ok_or(fault)?;
                budget.spend(body)?;
                let packed = bytes.get(at + BLOCK_HEADER..frame.end).ok_or(fault)?;
                let (content, consumed) = inflate(packed, body).ok_or(fault)?;
                let block =
                    Block { bytes: &content, offset: at + BLOCK_HEADER - start, file_offset: at };
                block.each(&mut key, budget, |key, form, cursor| {
                    table.logs.push(LogRecord::parse(key, form, cursor, hash)?);
                    Some(())
                })?;
                at += BLOCK_HEADER + consumed;
                continue;
            }
            let end = start.checked_add(length).filter(|&end| end <= frame.end).ok_or(fault)?;
            let body = bytes.get(at + BLOCK_HEADER..end).ok_or(fault)?;
            if kind == b'r' {
                let block =
                    Block { bytes: body, offset: at + BLOCK_HEADER - start, file_offset: at };
                block.each(&mut key, budget, |key, form, cursor| {
                    table.refs.push(RefRecord::parse(key, form, cursor, hash)?);
                    Some(())
                })?;
            }
            at = end;
        }
        // What the footer leads git to must be what was read.
        let is_alone = first_log == Some(frame.header);
        if !is_alone && frame.logs != first_log.map_or(0, |at| at as u64) {
            return Err(TableFault::Footer);
        }
        Ok(table)
    }
}

impl Frame {
    fn parse(bytes: &[u8], hash: HashKind) -> Result<Self, TableFault> {
        let version =
            *bytes.strip_prefix(MAGIC).and_then(<[u8]>::first).ok_or(TableFault::Magic)?;
        let header = match version {
            1 => 24,
            2 => 28,
            other => return Err(TableFault::Version(other)),
        };
        // Five positions and a checksum.
        let end = bytes.len().checked_sub(header + 44).filter(|&end| end >= header);
        let end = end.ok_or(TableFault::Footer)?;
        let (footer, checksum) = bytes[end..].split_last_chunk().ok_or(TableFault::Footer)?;
        if footer[..header] != bytes[..header]
            || crc32fast::hash(footer) != u32::from_be_bytes(*checksum)
        {
            return Err(TableFault::Footer);
        }
        let named = match bytes.get(24..header) {
            Some(b"s256") => HashKind::Sha256,
            Some(b"" | b"sha1") => HashKind::Sha1,
            _ => return Err(TableFault::Hash),
        };
        if named != hash {
            return Err(TableFault::Hash);
        }
        let logs = footer.get(header + 24..header + 32).and_then(<[u8]>::first_chunk);
        let logs = u64::from_be_bytes(*logs.ok_or(TableFault::Footer)?);
        Ok(Self { header, end, logs })
    }
}

/// The records of a block, and behind them the list of those that share nothing with the one before.
struct Block<'b> {
    bytes: &'b [u8],
    /// What is before these bytes in the block: its own header, and in the first one the file's.
    offset: usize,
    /// Where in the file it begins.
    file_offset: usize,
}

impl Block<'_> {
    /// Hands out the key of each record, its form, and what stands behind.
    fn each(
        &self,
        key: &mut Vec<u8>,
        budget: &mut Budget,
        mut record: impl FnMut(&[u8], u64, &mut Cursor<'_>) -> Option<()>,
    ) -> Result<(), TableFault> {
        let fault = TableFault::Block(self.file_offset);
        let (rest, count) = self.bytes.split_last_chunk::<2>().ok_or(fault)?;
        let count = usize::from(u16::from_be_bytes(*count));
        let split = rest.len().checked_sub(count * 3).ok_or(fault)?;
        let (records, restarts) = rest.split_at(split);
        let mut restarts = restarts.as_chunks::<3>().0.iter().map(|offset| number(offset));
        let mut restart = restarts.next();
        let mut cursor = Cursor::new(records, 0);
        let mut is_first = true;
        while !cursor.is_at_end() {
            let at = cursor.at() + self.offset;
            let (shared, form) = cursor.key(key).ok_or(fault)?;
            // The first key of a block is whole, and so is each that the list leads to.
            if restart == Some(at) {
                restart = restarts.next();
                if shared != 0 {
                    return Err(fault);
                }
            } else if is_first {
                return Err(fault);
            }
            is_first = false;
            budget.spend(key.len())?;
            record(key, form, &mut cursor).ok_or(fault)?;
        }
        if is_first || restart.is_some() { Err(fault) } else { Ok(()) }
    }
}

/// A number of three bytes.
fn number(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |number, &byte| number << 8 | usize::from(byte))
}

/// Inflates the stream that `input` begins with into `size` bytes; tells how long it is.
fn inflate(input: &[u8], size: usize) -> Option<(Vec<u8>, usize)> {
    if size > input.len().saturating_mul(MAX_RATIO) {
        return None;
    }
    // One more byte shows whether the stream goes on.
    let mut content = vec![0; size + 1];
    let mut decoder = Decoder::new(Format::Zlib);
    let progress = decoder.decompress(input, &mut content, true).ok()?;
    let (is_whole, consumed) = (progress.done && progress.output.len() == size, progress.consumed);
    content.truncate(size);
    is_whole.then_some((content, consumed))
}
