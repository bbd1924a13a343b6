//! Searches any text outside of the objects.
//!
//! Large files are read in pieces, so that memory does not depend on their size.

use std::io::{self, Read};

use super::content::{MAX_ARCHIVE, Tail, inspect, may_begin};
use super::hit::Hit;
use super::pieces::PieceSearch;
use crate::rules::Detector;
use crate::scan::report::gap::ArchiveFault;

/// How many bytes are read at once.
const PIECE: u64 = 1 << 20;

/// A file of up to this size is held in memory, and opened if it is an archive, in bytes.
const WHOLE: u64 = 32 << 20;

/// What the search of a text has found.
#[derive(Default)]
pub(crate) struct Searched {
    pub(crate) hits: Vec<Hit>,
    /// How many bytes were read.
    pub(crate) bytes: u64,
    /// Why the rest of the text could not be read.
    pub(crate) error: Option<io::Error>,
    /// What in it could not be opened, and why.
    pub(crate) unopened: Vec<ArchiveFault>,
}

/// Searches a text to its end, or as far as it can be read.
pub(crate) fn leaks_in_text(detector: &Detector, mut text: impl Read) -> Searched {
    let mut searched = Searched::default();
    let mut content = Vec::new();
    let mut search = None;
    loop {
        let before = content.len();
        let read = text.by_ref().take(PIECE).read_to_end(&mut content);
        searched.bytes += (content.len() - before) as u64;
        let is_last = match read {
            Ok(read) => (read as u64) < PIECE,
            Err(error) => {
                searched.error = Some(error);
                true
            }
        };
        let is_large = searched.bytes > if may_begin(&content) { MAX_ARCHIVE } else { WHOLE };
        if search.is_none() && is_large {
            if may_begin(&content) {
                searched.unopened.push(ArchiveFault::TooLarge);
            }
            search = Some((PieceSearch::default(), Tail::default()));
        }
        if let Some((search, tail)) = &mut search {
            search.push(detector, &content, &mut searched.hits);
            tail.push(&content);
            content.clear();
        }
        if is_last {
            break;
        }
    }
    if let Some((search, tail)) = search {
        search.finish(detector, &mut searched.hits);
        if searched.unopened.is_empty() {
            searched.unopened.extend(tail.unopened());
        }
    } else {
        let inspection = inspect(detector, &content);
        searched.hits = inspection.hits;
        searched.unopened = inspection.unopened;
    }
    searched
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::leaks_in_text;
    use crate::rules::{Detector, RuleSet};
    use crate::token::samples::token;

    #[test]
    fn what_was_read_before_a_failure_counts() {
        struct Fails<'t>(&'t [u8]);
        impl Read for Fails<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                if self.0.is_empty() {
                    return Err(std::io::Error::other("a broken disk"));
                }
                self.0.read(buffer)
            }
        }
        let text = token(9);
        let searched = leaks_in_text(&Detector::new(RuleSet::Tokens), Fails(text.as_bytes()));
        assert_eq!((searched.hits.len(), searched.error.is_some()), (1, true));
    }
}
