//! Takes the rows of a list apart.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter};

use super::blocks::Records;
use super::columns::Columns;
use super::error::Problem;
use super::record::{pair, split_ending};
use super::row::{Parsed, Row};

/// Takes rows apart.
pub(super) struct RowReader {
    /// Those of CSV.
    pub(super) columns: Option<Columns>,
    pub(super) records: Records,
    pub(super) verifies: bool,
}

impl RowReader {
    /// The first row of `bytes`; `None` for a blank one, which is no row.
    pub(super) fn row<'a>(
        &self,
        bytes: &'a [u8],
        line: u64,
    ) -> (Row<'a>, Result<Option<Parsed<'a>>, Problem>) {
        let (record, ending) = split_ending(&bytes[..self.records.end_of_first(bytes)]);
        (Row { line, record, ending, value: b"" }, self.parse(record))
    }

    fn parse<'a>(&self, record: &'a [u8]) -> Result<Option<Parsed<'a>>, Problem> {
        let plain = |id, hash| Parsed { id: Cow::Borrowed(id), hash, email: None };
        match &self.columns {
            Some(columns) => columns.parse(record),
            None if !self.verifies => Ok(Some(plain(record, None))),
            None if record.is_empty() => Err(Problem::EmptyId),
            None => {
                let (id, hash) = pair(record).ok_or(Problem::NoHash)?;
                Ok(Some(plain(id, Some(Cow::Borrowed(hash)))))
            }
        }
    }

    /// How many lines a record takes.
    pub(super) fn lines(&self, record: &[u8]) -> u64 {
        match self.records {
            Records::Lines => 1,
            Records::Csv(_) => memchr_iter(b'\n', record).count() as u64,
        }
    }
}

/// Whether an id can be hashed for the Messenger.
pub(super) fn check(id: &[u8], is_plain: bool) -> Result<(), Problem> {
    if id.is_empty() {
        Err(Problem::EmptyId)
    } else if is_plain {
        Ok(())
    } else if std::str::from_utf8(id).is_err() {
        Err(Problem::NotUtf8)
    } else if memchr(0, id).is_some() {
        Err(Problem::Nul)
    } else {
        Ok(())
    }
}
