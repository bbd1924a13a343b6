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

/// Looks at the edges in a delta's result.
#[derive(Debug)]
pub(super) struct Junctions<'p> {
    pairs: &'p Pairs,
    /// The last byte so far.
    last: u8,
    /// Whether a pair was met.
    pub(super) is_met: bool,
}

impl<'p> Junctions<'p> {
    pub(super) fn new(pairs: &'p Pairs) -> Self {
        // Before the first byte there is none, and a pair that is met too much does no harm.
        Self { pairs, last: 0, is_met: false }
    }
}

#[expect(clippy::inline_always, reason = "measured: each runs some ten million times a scan")]
impl Watch for Junctions<'_> {
    #[inline(always)]
    fn copied(&mut self, base: &[u8], from: usize, _: usize, length: usize) {
        self.is_met |= self.pairs.contains(self.last, base[from]);
        self.last = base[from + length - 1];
    }

    #[inline(always)]
    fn inserted(&mut self, delta: &[u8], from: usize, length: usize) {
        self.is_met |= self.pairs.contains(self.last, delta[from]);
        self.last = delta[from + length - 1];
    }
}
