//! Why a row has no hash, and why a batch ends early.

use std::io;

use crate::advice::Advice;
use crate::identity::user_hash::MalformedHash;

/// The longest record, in bytes: a longer one is no id, but a quote that was not closed.
pub const MAX_RECORD: usize = 1024 * 1024;

/// Why a row cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// There is no id.
    #[error("the id is empty, and a hash of nothing would be one for everyone")]
    EmptyId,
    /// The id is not text.
    #[error("the id is not UTF-8, which is what the Messenger sends")]
    NotUtf8,
    /// The id has a NUL byte.
    #[error("the id holds a NUL byte (is the file in UTF-16?)")]
    Nul,
    /// The row has more or fewer fields than the first one.
    #[error("the row has {found} fields where {expected} belong")]
    Fields {
        /// How many the first row has.
        expected: usize,
        /// How many this one has.
        found: usize,
    },
    /// A quoted field does not end as one.
    #[error("a quote is not closed, or text stands after the closing one")]
    Quote,
    /// There is an id and no hash.
    #[error("the line has no hash after the id")]
    NoHash,
    /// The hash is none.
    #[error("{0}")]
    Hash(#[from] MalformedHash),
}

/// Why a batch ends early.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// The input cannot be read to its end.
    #[error("cannot read the ids: {0}")]
    Unreadable(#[source] io::Error),
    /// The output cannot be written.
    #[error("cannot write the result: {0}")]
    Unwritable(#[source] io::Error),
    /// A record is longer than any id.
    #[error("what begins on line {line} is longer than {MAX_RECORD} bytes")]
    TooLong {
        /// Where it begins.
        line: u64,
    },
    /// The input is in another encoding.
    #[error("the ids are in UTF-16")]
    Utf16,
    /// There is nothing to read.
    #[error("there is no id in the input")]
    Empty,
    /// No column has this name.
    #[error("no column is named {name}; the first row has: {names}")]
    NoColumn {
        /// The name that was asked for.
        name: String,
        /// Those that there are.
        names: String,
    },
    /// Several columns have this name.
    #[error("several columns are named {0}")]
    TwoColumns(String),
    /// There are fewer columns.
    #[error("there is no column {number}: the first row has {found}")]
    NoNumber {
        /// The number that was asked for.
        number: usize,
        /// How many there are.
        found: usize,
    },
    /// A name was asked for, and there are none.
    #[error("column {0} has no name, because there is no header")]
    NoHeader(String),
    /// The result's column is there already.
    #[error("the first row already has a column user_hash")]
    HasHash,
    /// The first row cannot be read.
    #[error("the first row cannot be read: {0}")]
    BadHeader(Problem),
}

impl Advice for BatchError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "unreadable",
            Self::Unwritable(_) => "unwritable",
            Self::TooLong { .. } => "record-too-long",
            Self::Utf16 => "not-utf8",
            Self::Empty => "no-ids",
            Self::NoColumn { .. } | Self::NoNumber { .. } | Self::NoHeader(_) => "no-column",
            Self::TwoColumns(_) => "column-ambiguous",
            Self::HasHash => "column-exists",
            Self::BadHeader(_) => "header-malformed",
        }
    }

    fn hint(&self) -> Option<String> {
        Some(
            match self {
                Self::Unreadable(_) => "check the file and the disk it is on",
                Self::Unwritable(_) => "check where standard output goes, and the disk it is on",
                Self::TooLong { .. } => {
                    "give one id a line; in CSV, look for a quote that is not closed"
                }
                Self::Utf16 => "save the file as UTF-8",
                Self::Empty => "check what writes the ids; an empty list is no success",
                Self::NoColumn { .. } => {
                    "names are compared exactly; give the name or the number of a column, and \
                     --delimiter if another character than a comma divides the fields"
                }
                Self::NoNumber { .. } => "columns are counted from 1",
                Self::NoHeader(_) => "give the number of the column, or leave --no-header out",
                Self::TwoColumns(_) => "give the number of the column",
                Self::HasHash => "rename that column, or compare it with --verify",
                Self::BadHeader(_) => "mend the first row, or save the file as CSV again",
            }
            .to_owned(),
        )
    }
}
