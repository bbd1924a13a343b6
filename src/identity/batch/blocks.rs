//! An input cut into blocks of whole records, in constant memory.

use std::io::{self, Read};

use memchr::{memchr, memchr_iter, memchr2, memrchr};

use super::error::{BatchError, MAX_RECORD};

/// How much is read at once.
const BLOCK: usize = 256 * 1024;

/// A byte order mark (UTF-8).
pub(super) const MARK: &[u8] = b"\xef\xbb\xbf";

/// Where a record ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Records {
    /// At each line ending.
    Lines,
    /// At each line ending that is not inside quotes.
    Csv(u8),
}

/// Whole records.
#[derive(Default)]
pub(super) struct Block {
    pub(super) bytes: Vec<u8>,
    /// The number of its first line, from 1.
    pub(super) line: u64,
    /// Whether the input had no more at hand: whoever waits for an answer is to get it now.
    pub(super) is_last_at_hand: bool,
}

/// Cuts an input.
pub(super) struct Blocks<R> {
    input: R,
    records: Records,
    /// The start of a record whose end was not read yet.
    rest: Vec<u8>,
    line: u64,
    is_at_end: bool,
    /// Whether the input began with a byte order mark, which was dropped.
    pub(super) had_mark: bool,
    is_begun: bool,
}

impl<R: Read> Blocks<R> {
    pub(super) const fn new(input: R, records: Records) -> Self {
        Self {
            input,
            records,
            rest: Vec::new(),
            line: 1,
            is_at_end: false,
            had_mark: false,
            is_begun: false,
        }
    }

    /// The next block, in a buffer that is used again; `None` at the end.
    pub(super) fn next(&mut self, mut bytes: Vec<u8>) -> Result<Option<Block>, BatchError> {
        bytes.clear();
        bytes.append(&mut self.rest);
        // What was searched already holds no end of a record.
        let mut searched = if self.records == Records::Lines { bytes.len() } else { 0 };
        loop {
            let read = if self.is_at_end { 0 } else { self.fill(&mut bytes)? };
            if read == 0 {
                self.is_at_end = true;
                self.begin(&mut bytes)?;
                if bytes.is_empty() {
                    return Ok(None);
                }
                return Ok(Some(self.block(bytes, true)));
            }
            self.begin(&mut bytes)?;
            if let Some(end) = self.records.end_of_last(&bytes, searched.min(bytes.len())) {
                self.rest.extend_from_slice(&bytes[end..]);
                bytes.truncate(end);
                return Ok(Some(self.block(bytes, read < BLOCK / 4)));
            }
            if bytes.len() > MAX_RECORD {
                return Err(BatchError::TooLong { line: self.line });
            }
            if self.records == Records::Lines {
                searched = bytes.len();
            }
        }
    }

    fn fill(&mut self, bytes: &mut Vec<u8>) -> Result<usize, BatchError> {
        let start = bytes.len();
        bytes.resize(start + BLOCK, 0);
        let read = loop {
            match self.input.read(&mut bytes[start..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result,
            }
        };
        bytes.truncate(start + read.as_ref().copied().unwrap_or(0));
        read.map_err(BatchError::Unreadable)
    }

    /// Looks at the first bytes: drops a mark, and refuses an encoding that is not UTF-8.
    fn begin(&mut self, bytes: &mut Vec<u8>) -> Result<(), BatchError> {
        if self.is_begun || (bytes.len() < MARK.len() && !self.is_at_end) {
            return Ok(());
        }
        self.is_begun = true;
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            return Err(BatchError::Utf16);
        }
        if bytes.starts_with(MARK) {
            self.had_mark = true;
            bytes.drain(..MARK.len());
        }
        Ok(())
    }

    fn block(&mut self, bytes: Vec<u8>, is_last_at_hand: bool) -> Block {
        let line = self.line;
        self.line += memchr_iter(b'\n', &bytes).count() as u64;
        Block { bytes, line, is_last_at_hand }
    }
}

impl Records {
    /// Where the last whole record of `bytes` ends, if one does. Before `searched` none ends.
    fn end_of_last(self, bytes: &[u8], searched: usize) -> Option<usize> {
        match self {
            Self::Lines => memrchr(b'\n', &bytes[searched..]).map(|at| searched + at + 1),
            Self::Csv(delimiter) => {
                let mut end = 0;
                // Up to the next quote, each line ending is the end of a record.
                while let Some(quote) = memchr(b'"', &bytes[end..]) {
                    end += memrchr(b'\n', &bytes[end..end + quote]).map_or(0, |at| at + 1);
                    match end_of_csv(&bytes[end..], delimiter) {
                        Some(length) => end += length,
                        None => return (end > 0).then_some(end),
                    }
                }
                end += memrchr(b'\n', &bytes[end..]).map_or(0, |at| at + 1);
                (end > 0).then_some(end)
            }
        }
    }

    /// Where the first record of `bytes` ends; all of `bytes` is records.
    pub(super) fn end_of_first(self, bytes: &[u8]) -> usize {
        match self {
            Self::Lines => memchr(b'\n', bytes).map(|at| at + 1),
            Self::Csv(delimiter) => end_of_csv(bytes, delimiter),
        }
        .unwrap_or(bytes.len())
    }
}

/// Where the CSV record at the start of `bytes` ends, its line ending included. A quote opens a field
/// at its very start alone, as other readers have it.
fn end_of_csv(bytes: &[u8], delimiter: u8) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr2(b'"', b'\n', &bytes[at..])?;
        if bytes[at] == b'\n' {
            return Some(at + 1);
        }
        let opens = at == 0 || bytes[at - 1] == delimiter;
        at += 1;
        if opens {
            at += end_of_quoted(&bytes[at..])?;
        }
    }
}

/// How many bytes are in a quoted field after its first quote, the last one included.
pub(super) fn end_of_quoted(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr(b'"', &bytes[at..])? + 1;
        if bytes.get(at) != Some(&b'"') {
            return Some(at);
        }
        at += 1;
    }
}
