//! One record of a batch, taken apart.
//!
//! The fields of CSV (RFC 4180) are found here and not by a library, because the record itself must
//! come out again exactly as it went in. A test compares with a library on any input.

use std::borrow::Cow;

use memchr::memchr;

use super::blocks::end_of_quoted;

/// Splits a record from its line ending.
pub(super) fn split_ending(record: &[u8]) -> (&[u8], &[u8]) {
    let length = match record {
        [.., b'\r', b'\n'] => 2,
        [.., b'\n'] => 1,
        _ => 0,
    };
    record.split_at(record.len() - length)
}

/// The fields of a CSV record without its line ending, in order; the last item is an error where a
/// quoted field does not end as one.
pub(super) struct Fields<'a> {
    rest: Option<&'a [u8]>,
    delimiter: u8,
}

/// Text stands after a closing quote, or a quote is not closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BadQuote;

impl<'a> Fields<'a> {
    pub(super) const fn new(record: &'a [u8], delimiter: u8) -> Self {
        Self { rest: Some(record), delimiter }
    }
}

impl<'a> Iterator for Fields<'a> {
    /// The field as it stands there.
    type Item = Result<&'a [u8], BadQuote>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.rest.take()?;
        let end = match rest.split_first() {
            Some((b'"', inside)) => {
                let Some(length) = end_of_quoted(inside) else {
                    return Some(Err(BadQuote));
                };
                let end = 1 + length;
                if rest.get(end).is_some_and(|&byte| byte != self.delimiter) {
                    return Some(Err(BadQuote));
                }
                end
            }
            _ => memchr(self.delimiter, rest).unwrap_or(rest.len()),
        };
        let (field, behind) = rest.split_at(end);
        self.rest = behind.split_first().map(|(_, rest)| rest);
        Some(Ok(field))
    }
}

/// A field without its quotes.
pub(super) fn unquoted(field: &[u8]) -> Cow<'_, [u8]> {
    let Some(inside) = field.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")) else {
        return Cow::Borrowed(field);
    };
    if memchr(b'"', inside).is_none() {
        return Cow::Borrowed(inside);
    }
    let mut text = Vec::with_capacity(inside.len());
    let mut bytes = inside.iter();
    while let Some(&byte) = bytes.next() {
        text.push(byte);
        if byte == b'"' {
            // The second one of the two that stand for one.
            bytes.next();
        }
    }
    Cow::Owned(text)
}

/// The two columns of a line: an id, and the hash as the last word of it. A tab divides them, or
/// else a comma or semicolon, or else spaces.
pub(super) fn pair(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let last = |divides: fn(u8) -> bool| line.iter().rposition(|&byte| divides(byte));
    if let Some(at) =
        last(|byte| byte == b'\t').or_else(|| last(|byte| matches!(byte, b',' | b';')))
    {
        let (id, hash) = line.split_at(at);
        return Some((id, hash[1..].trim_ascii()));
    }
    let line = line.trim_ascii_end();
    let at = line.iter().rposition(|&byte| byte == b' ')?;
    let (id, hash) = line.split_at(at);
    Some((id.trim_ascii_end(), &hash[1..]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::blocks::{Blocks, Records};
    use super::*;

    /// What this module makes of a whole file.
    fn read(file: &[u8]) -> Vec<Result<Vec<Vec<u8>>, BadQuote>> {
        let records = Records::Csv(b',');
        let mut blocks = Blocks::new(file, records);
        let mut all = Vec::new();
        while let Some(block) = blocks.next(Vec::new()).unwrap() {
            let mut rest = block.bytes.as_slice();
            while !rest.is_empty() {
                let (record, behind) = rest.split_at(records.end_of_first(rest));
                rest = behind;
                let (record, _) = split_ending(record);
                all.push(
                    Fields::new(record, b',')
                        .map(|field| field.map(|field| unquoted(field).into_owned()))
                        .collect(),
                );
            }
        }
        all
    }

    fn library(file: &[u8]) -> Vec<Vec<Vec<u8>>> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .terminator(csv::Terminator::Any(b'\n'))
            .from_reader(file);
        let records = reader.byte_records().map(Result::unwrap);
        records.map(|record| record.iter().map(<[u8]>::to_vec).collect()).collect()
    }

    proptest! {
        #[test]
        fn what_a_library_writes_is_read_back(
            rows in proptest::collection::vec(
                proptest::collection::vec("[a,\"\\r\\n é=]{0,6}", 1..4), 1..8),
        ) {
            let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let file = writer.into_inner().unwrap();
            let read: Vec<Vec<Vec<u8>>> = read(&file).into_iter().map(Result::unwrap).collect();
            let rows: Vec<Vec<Vec<u8>>> =
                rows.iter().map(|row| row.iter().map(|field| field.as_bytes().to_vec()).collect()).collect();
            prop_assert_eq!(read, rows);
        }

        #[test]
        fn any_file_is_read_as_a_library_reads_it_or_refused(file in "[ab,\"\n]{0,40}") {
            let read = read(file.as_bytes());
            if read.iter().any(Result::is_err) {
                return Ok(());
            }
            // The library leaves empty lines out.
            let mine: Vec<_> = read
                .into_iter()
                .map(Result::unwrap)
                .filter(|row| row.len() > 1 || !row[0].is_empty())
                .collect();
            let theirs: Vec<_> = library(file.as_bytes())
                .into_iter()
                .filter(|row| row.len() > 1 || !row[0].is_empty())
                .collect();
            prop_assert_eq!(mine, theirs);
        }

        #[test]
        fn no_byte_of_a_file_is_lost_between_blocks(file in proptest::collection::vec(any::<u8>(), 0..400)) {
            for records in [Records::Lines, Records::Csv(b',')] {
                // In the middle of a file, where there is no mark.
                let file = [b"x".as_slice(), &file].concat();
                let mut blocks = Blocks::new(file.as_slice(), records);
                let mut all = Vec::new();
                while let Some(block) = blocks.next(Vec::new()).unwrap() {
                    all.extend(block.bytes);
                }
                prop_assert_eq!(&all, &file);
            }
        }
    }

    #[test]
    fn the_hash_is_the_last_word_of_a_line() {
        for (line, id, hash) in [
            ("42\tab", "42", "ab"),
            ("42,ab", "42", "ab"),
            ("42, ab ", "42", "ab"),
            ("Doe, Jane\tab", "Doe, Jane", "ab"),
            ("Doe, Jane;ab", "Doe, Jane", "ab"),
            ("42   ab", "42", "ab"),
            (" 42 ab", " 42", "ab"),
            ("\tab", "", "ab"),
        ] {
            assert_eq!(pair(line.as_bytes()), Some((id.as_bytes(), hash.as_bytes())), "{line:?}");
        }
        assert_eq!(pair(b"42"), None);
    }
}
