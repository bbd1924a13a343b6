//! Describes what a detector found in a text, and where.

use super::encoding::Encoding;

/// Something found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Match<T> {
    /// Where it begins, in bytes from the start of the text.
    pub start: usize,
    /// Where it ends (exclusive), its padding included.
    pub end: usize,
    /// What was found.
    pub found: T,
    /// How it is written, the outermost encoding first. Empty if it is written plainly.
    pub encoding: Vec<Encoding>,
}

impl<T> Match<T> {
    /// The same match, as another type.
    pub(crate) fn map<U>(self, wrap: impl FnOnce(T) -> U) -> Match<U> {
        Match { start: self.start, end: self.end, found: wrap(self.found), encoding: self.encoding }
    }
}
