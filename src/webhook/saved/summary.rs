//! Counts what came out for many deliveries.

use super::sequence::Remark;

/// How many deliveries there are of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// Their signatures match.
    pub matching: usize,
    /// A signature does not match.
    pub mismatching: usize,
    /// They have no verdict.
    pub unreadable: usize,
    /// The same notification came before, at the same attempt.
    pub duplicates: usize,
    /// The same notification came before, or there was an attempt before this one.
    pub repeated_attempts: usize,
    /// They were made before one that came earlier.
    pub out_of_order: usize,
    /// Files or requests that are not deliveries.
    pub ignored: usize,
}

/// What came out for one delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every signature whose secret is known matches.
    Match,
    /// A signature does not match.
    Mismatch,
    /// There is no verdict: it cannot be read, or there is no secret for it.
    Unreadable,
}

impl Summary {
    /// Counts a delivery.
    pub fn add(&mut self, outcome: Outcome, remark: Option<&Remark>) {
        match outcome {
            Outcome::Match => self.matching += 1,
            Outcome::Mismatch => self.mismatching += 1,
            Outcome::Unreadable => self.unreadable += 1,
        }
        match remark {
            Some(Remark::Duplicate { .. }) => self.duplicates += 1,
            Some(Remark::Repeated { .. }) => self.repeated_attempts += 1,
            Some(Remark::OutOfOrder { .. }) => self.out_of_order += 1,
            None => {}
        }
    }

    /// How many deliveries were counted.
    pub const fn deliveries(&self) -> usize {
        self.matching + self.mismatching + self.unreadable
    }

    /// The verdict on all of them. A mismatch is certain, whatever else cannot be read.
    pub const fn outcome(&self) -> Outcome {
        if self.mismatching > 0 {
            Outcome::Mismatch
        } else if self.unreadable > 0 {
            Outcome::Unreadable
        } else {
            Outcome::Match
        }
    }
}
