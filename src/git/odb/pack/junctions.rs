//! Where a delta puts bytes side by side that its base does not have side by side.
//!
//! A text that a delta's result has and its base has not is either inserted as a whole, or somewhere
//! in it a byte meets another at the edge of what is copied or inserted. So what is searched for in
//! a result need only be searched for in the inserted bytes, if besides each edge is asked whether
//! the two bytes that meet there can meet in it.

use super::delta::Watch;

/// Pairs of bytes that stand side by side in what is searched for.
#[derive(Clone, Debug)]
pub struct Pairs(Box<[u64; 1024]>);

impl Pairs {
    /// The pairs in these texts, of which none is shorter than two bytes.
    pub fn of<'t>(texts: impl IntoIterator<Item = &'t [u8]>) -> Self {
        let mut pairs = Self(Box::new([0; 1024]));
        for text in texts {
            for pair in text.windows(2) {
                let number = Self::number(pair[0], pair[1]);
                pairs.0[number / 64] |= 1 << (number % 64);
            }
        }
        pairs
    }

    #[inline]
    fn contains(&self, first: u8, second: u8) -> bool {
        let number = Self::number(first, second);
        self.0[number / 64] >> (number % 64) & 1 != 0
    }

    #[inline]
    fn number(first: u8, second: u8) -> usize {
        usize::from(first) << 8 | usize::from(second)
    }
}

/// How many bytes of a result's beginning are kept.
pub(crate) const START: usize = 512;

/// Looks at the edges in a delta's result.
#[derive(Debug)]
pub(crate) struct Junctions<'p> {
    pairs: &'p Pairs,
    /// The last byte so far.
    last: u8,
    /// How many bytes there are so far.
    length: usize,
    /// Where in the result the second byte of a pair was met.
    met: &'p mut Vec<usize>,
    start: [u8; START],
}

impl<'p> Junctions<'p> {
    pub(crate) fn new(pairs: &'p Pairs, met: &'p mut Vec<usize>) -> Self {
        met.clear();
        // Before the first byte there is none, and a pair that is met too much does no harm.
        Self { pairs, last: 0, length: 0, met, start: [0; START] }
    }

    /// The first bytes of the result.
    pub(crate) fn start(&self) -> &[u8] {
        &self.start[..self.length.min(START)]
    }

    #[expect(clippy::inline_always, reason = "measured: runs some ten million times a scan")]
    #[inline(always)]
    fn meet(&mut self, bytes: &[u8], from: usize, length: usize) {
        if self.pairs.contains(self.last, bytes[from]) {
            self.met.push(self.length);
        }
        self.last = bytes[from + length - 1];
        if self.length < START {
            self.begin(&bytes[from..from + length]);
        }
        self.length += length;
    }

    #[cold]
    fn begin(&mut self, bytes: &[u8]) {
        let wanted = bytes.len().min(START - self.length);
        self.start[self.length..self.length + wanted].copy_from_slice(&bytes[..wanted]);
    }
}

#[expect(clippy::inline_always, reason = "measured: each runs some ten million times a scan")]
impl Watch for Junctions<'_> {
    #[inline(always)]
    fn copied(&mut self, base: &[u8], from: usize, _: usize, length: usize) {
        self.meet(base, from, length);
    }

    #[inline(always)]
    fn inserted(&mut self, delta: &[u8], from: usize, length: usize) {
        self.meet(delta, from, length);
    }
}
