//! What a list looks like, and which fields of CSV are read.

use std::borrow::Cow;
use std::num::NonZeroUsize;

use super::error::{BatchError, Problem};
use super::record::{Fields, unquoted};
use super::row::Parsed;
use crate::bytes::to_text;

/// How many names of columns an error shows.
const SHOWN: usize = 12;

/// What the input looks like.
#[derive(Clone, Debug)]
pub enum Input {
    /// An id a line; to verify, an id and its hash a line.
    Lines,
    /// CSV (RFC 4180).
    Csv {
        /// What stands between fields.
        delimiter: u8,
        /// Whether the first record names the columns.
        has_header: bool,
        /// The column of the ids.
        id: Column,
        /// The column of the hashes, to verify them.
        hash: Option<Column>,
        /// The column of the emails that are sent beside the ids, to explain with.
        email: Option<Column>,
    },
}

/// A column of CSV: its name as it stands in the first row or, where no column has that name, its
/// number from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column(pub String);

impl Column {
    /// The place of the column, from 0.
    pub(super) fn find(
        &self,
        names: Option<&[Cow<'_, [u8]>]>,
        count: usize,
    ) -> Result<usize, BatchError> {
        let Self(name) = self;
        let with_name: Vec<usize> = names
            .unwrap_or_default()
            .iter()
            .enumerate()
            .filter(|(_, found)| ***found == *name.as_bytes())
            .map(|(place, _)| place)
            .collect();
        match (with_name.as_slice(), name.parse::<NonZeroUsize>(), names) {
            ([place], ..) => Ok(*place),
            ([_, ..], ..) => Err(BatchError::TwoColumns(name.clone())),
            ([], Ok(number), _) if number.get() <= count => Ok(number.get() - 1),
            ([], Ok(number), _) => Err(BatchError::NoNumber { number: number.get(), found: count }),
            ([], Err(_), None) => Err(BatchError::NoHeader(name.clone())),
            ([], Err(_), Some(names)) => {
                let mut shown: Vec<String> =
                    names.iter().take(SHOWN).map(|name| to_text(name)).collect();
                if names.len() > SHOWN {
                    shown.push("…".to_owned());
                }
                Err(BatchError::NoColumn { name: name.clone(), names: shown.join(", ") })
            }
        }
    }
}

/// The places of the columns that are read.
pub(super) struct Columns {
    pub(super) delimiter: u8,
    pub(super) count: usize,
    pub(super) id: usize,
    pub(super) hash: Option<usize>,
    pub(super) email: Option<usize>,
}

impl Columns {
    /// Takes a record apart; `None` for a blank line, which writers of CSV leave at the end.
    pub(super) fn parse<'a>(&self, record: &'a [u8]) -> Result<Option<Parsed<'a>>, Problem> {
        if record.is_empty() && self.count > 1 {
            return Ok(None);
        }
        let mut parsed = Parsed { id: Cow::Borrowed(b"".as_slice()), hash: None, email: None };
        let mut found = 0;
        for (place, field) in Fields::new(record, self.delimiter).enumerate() {
            let field = field.map_err(|_| Problem::Quote)?;
            if place == self.id {
                parsed.id = unquoted(field);
            }
            if self.hash == Some(place) {
                parsed.hash = Some(unquoted(field));
            }
            if self.email == Some(place) {
                parsed.email = Some(unquoted(field)).filter(|email| !email.is_empty());
            }
            found += 1;
        }
        if found == self.count {
            Ok(Some(parsed))
        } else {
            Err(Problem::Fields { expected: self.count, found })
        }
    }
}
