//! Bytes that come in chunks, and why they end.

use super::outcome::Reason;

/// Why bytes came to an end that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// What the bytes are made from came to an end that is none: whoever saw it tells why.
    Below,
    Damaged,
    Checksum,
    Truncated,
    Unsupported(&'static str),
    Memory,
}

impl Fault {
    /// What to report when `read` bytes came before it; nothing if another one reports it.
    pub(super) fn reason(self, read: u64) -> Option<Reason> {
        Some(match self {
            Self::Below => return None,
            Self::Damaged => Reason::Damaged { read },
            Self::Checksum => Reason::Checksum { read },
            Self::Truncated => Reason::Truncated { read },
            Self::Unsupported(what) => Reason::Unsupported(what),
            Self::Memory => Reason::Memory,
        })
    }
}

/// Where bytes come from, as [`std::io::BufRead`], with an error that says what it means.
pub(super) trait Feed {
    /// Bytes that were not consumed, at least one of them but at the end.
    fn fill(&mut self) -> Result<&[u8], Fault>;

    /// The first `count` of those bytes need not come again.
    fn consume(&mut self, count: usize);
}

/// A feed with a view of what comes next.
pub(super) trait Peek: Feed {
    /// The next `count` bytes, fewer at the end or more.
    fn peek(&mut self, count: usize) -> Result<&[u8], Fault>;
}

/// Bytes in memory, a part at a time: limits are looked at between the parts.
#[derive(Debug)]
pub(super) struct Slice<'s>(pub(super) &'s [u8]);

impl Slice<'_> {
    const PART: usize = 256 * 1024;
}

impl Feed for Slice<'_> {
    fn fill(&mut self) -> Result<&[u8], Fault> {
        Ok(self.0.get(..Self::PART).unwrap_or(self.0))
    }

    fn consume(&mut self, count: usize) {
        self.0 = self.0.get(count..).unwrap_or_default();
    }
}

impl Peek for Slice<'_> {
    fn peek(&mut self, _count: usize) -> Result<&[u8], Fault> {
        Ok(self.0)
    }
}

/// So many bytes of another feed.
pub(super) struct Limited<'f> {
    feed: &'f mut dyn Peek,
    left: u64,
    /// What it is when the feed ends before.
    early: Option<Fault>,
}

impl<'f> Limited<'f> {
    /// The bytes, and no end before.
    pub(super) fn new(feed: &'f mut dyn Peek, length: u64) -> Self {
        Self { feed, left: length, early: Some(Fault::Truncated) }
    }

    /// As many of the bytes as there are: whoever reads them sees an end, and [`Limited::left`] tells
    /// that it came early.
    pub(super) fn or_less(feed: &'f mut dyn Peek, length: u64) -> Self {
        Self { feed, left: length, early: None }
    }

    /// How many bytes were not consumed.
    pub(super) const fn left(&self) -> u64 {
        self.left
    }
}

impl Feed for Limited<'_> {
    fn fill(&mut self) -> Result<&[u8], Fault> {
        if self.left == 0 {
            return Ok(&[]);
        }
        let chunk = self.feed.fill()?;
        match self.early {
            Some(fault) if chunk.is_empty() => Err(fault),
            _ => Ok(at_most(chunk, self.left)),
        }
    }

    fn consume(&mut self, count: usize) {
        self.left = self.left.saturating_sub(count as u64);
        self.feed.consume(count);
    }
}

impl Peek for Limited<'_> {
    fn peek(&mut self, count: usize) -> Result<&[u8], Fault> {
        Ok(at_most(self.feed.peek(count)?, self.left))
    }
}

fn at_most(chunk: &[u8], most: u64) -> &[u8] {
    usize::try_from(most).ok().and_then(|most| chunk.get(..most)).unwrap_or(chunk)
}
