//! One row of a list and what becomes of it, for who shows them.

use std::borrow::Cow;

use super::error::Problem;
use crate::crypto::HexCase;
use crate::identity::explain::Explanation;
use crate::identity::user_hash::UserHash;

/// One row, as it came.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    /// The number of the line on which it begins, from 1.
    pub line: u64,
    /// The record without its line ending.
    pub record: &'a [u8],
    /// Its line ending; empty at the end of a file that has none.
    pub ending: &'a [u8],
    /// The id; empty where it could not be read.
    pub value: &'a [u8],
}

/// What a row that has no hash, or not the right one, is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Odd {
    /// No hash can be computed or compared.
    Unreadable(Problem),
    /// The hash is not the id's, for this reason, where one is known.
    Mismatch(Explanation),
}

/// What a batch came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many rows were read, the unreadable ones included.
    pub rows: u64,
    /// How many hashes were computed, or match.
    pub good: u64,
    /// How many do not match.
    pub mismatches: u64,
    /// How many rows could not be read.
    pub unreadable: u64,
    /// How many ids have white space around them, which counts.
    pub spaced: u64,
    /// How many hashes match and are in upper case.
    pub upper_case: u64,
    /// Whether the input began with a byte order mark.
    pub had_mark: bool,
}

/// Shows rows. What it writes for each row stands by itself: several threads write at once.
pub trait Renderer: Sync {
    /// What stands between rows: what is written for a row begins with it, and the first loses it.
    fn between(&self) -> &'static [u8] {
        b""
    }

    /// What stands before all rows.
    fn begin(&self, _out: &mut Vec<u8>) {}

    /// The row that names the columns; on line 0, the mark before it.
    fn header(&self, row: &Row<'_>, delimiter: u8, out: &mut Vec<u8>);
    /// A row without anything, which is no row.
    fn blank(&self, row: &Row<'_>, out: &mut Vec<u8>);
    /// A hash.
    fn hashed(&self, row: &Row<'_>, hash: &UserHash, out: &mut Vec<u8>);
    /// A claimed hash that is right.
    fn matched(&self, row: &Row<'_>, case: HexCase, out: &mut Vec<u8>);
    /// A row that has no hash, or not the right one.
    fn odd(&self, row: &Row<'_>, odd: &Odd, out: &mut Vec<u8>);
}

/// What a record is made of.
pub(super) struct Parsed<'a> {
    pub(super) id: Cow<'a, [u8]>,
    pub(super) hash: Option<Cow<'a, [u8]>>,
    pub(super) email: Option<Cow<'a, [u8]>>,
}

impl Tally {
    pub(super) fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        self.good += other.good;
        self.spaced += other.spaced;
        self.upper_case += other.upper_case;
    }

    pub(super) fn count(&mut self, odd: &Odd) {
        match odd {
            Odd::Unreadable(_) => self.unreadable += 1,
            Odd::Mismatch(_) => self.mismatches += 1,
        }
    }
}
