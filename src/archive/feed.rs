//! Passes bytes on in chunks, and says why they end.

use super::outcome::{Feature, Reason};

/// Why bytes ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The source of these bytes ended early. The layer that saw it reports why.
    Below,
    Damaged,
    Checksum,
    Truncated,
    Unsupported(Feature),
    Memory,
}

impl Fault {
    /// What to report after `read` bytes. Nothing if another layer reports it.
    pub(super) fn reason(self, read: u64) -> Option<Reason> {
        Some(match self {
            Self::Below => return None,
            Self::Damaged => Reason::Damaged { read },
            Self::Checksum => Reason::Checksum { read },
            Self::Truncated => Reason::Truncated { read },
            Self::Unsupported(feature) => Reason::Unsupported(feature),
            Self::Memory => Reason::Memory,
        })
    }
}

/// A source of bytes, as [`std::io::BufRead`], with its own error type.
pub(super) trait Feed {
    /// Bytes that were not consumed yet. None at the end.
    fn fill(&mut self) -> Result<&[u8], Fault>;

    /// Marks the first `count` of those bytes as read.
    fn consume(&mut self, count: usize);
}

/// A feed that can look ahead.
pub(super) trait Peek: Feed {
    /// The next bytes: `count` or more, or fewer at the end.
    fn peek(&mut self, count: usize) -> Result<&[u8], Fault>;
}

/// Bytes in memory, one part at a time: limits are checked between the parts.
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

/// A number of bytes of another feed.
pub(super) struct Limited<'f> {
    feed: &'f mut dyn Peek,
    left: u64,
    /// The fault if the feed ends before that.
    early: Option<Fault>,
}

impl<'f> Limited<'f> {
    /// Exactly `length` bytes. It is a fault if there are fewer.
    pub(super) fn new(feed: &'f mut dyn Peek, length: u64) -> Self {
        Self { feed, left: length, early: Some(Fault::Truncated) }
    }

    /// Up to `length` bytes. If there are fewer, the reader sees a normal end, and
    /// [`Limited::left`] is not 0.
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
