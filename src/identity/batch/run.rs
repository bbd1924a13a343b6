//! Computes or compares the hashes of a whole list.

use std::io::{self, Read};
use std::num::NonZeroUsize;

use memchr::{memchr, memchr_iter};

use super::blocks::{Block, Blocks, MARK, Records};
use super::columns::{Column, Columns, Input};
use super::error::{BatchError, Problem};
use super::ordered;
use super::reader::{RowReader, check};
use super::record::{Fields, split_ending, unquoted};
use super::row::{Odd, Parsed, Renderer, Row, Tally};
use super::verify::{Doubts, Verify};
use crate::crypto::HexCase;
use crate::identity::user_hash::{UserHash, UserHashKey};

/// A batch.
pub struct Batch<'a> {
    /// What the input looks like.
    pub input: Input,
    /// The prepared secret.
    pub key: &'a UserHashKey,
    /// With it, the hashes that the input has are compared instead of computed.
    pub verify: Option<Verify<'a>>,
    /// How many threads compute.
    pub threads: NonZeroUsize,
}

/// What a thread makes of a block.
#[derive(Default)]
struct Answer {
    bytes: Vec<u8>,
    out: Vec<u8>,
    odd: Vec<Place>,
    tally: Tally,
}

/// Where a row is that has to be looked at in its turn.
struct Place {
    /// Where in the output it belongs.
    at: usize,
    start: usize,
    line: u64,
}

impl Batch<'_> {
    /// Reads the input to its end. Each row that has no hash, or not the right one, is told to
    /// `tell` too. `tally` counts also what was read before an error.
    pub fn run(
        &self,
        input: impl Read,
        out: &mut dyn io::Write,
        renderer: &impl Renderer,
        tally: &mut Tally,
        tell: &mut dyn FnMut(&Row<'_>, &Odd),
    ) -> Result<(), BatchError> {
        let mut blocks = Blocks::new(input, self.records());
        let mut first = blocks.next(Vec::new())?.ok_or(BatchError::Empty)?;
        tally.had_mark = blocks.had_mark;
        let mut head = Vec::new();
        renderer.begin(&mut head);
        if blocks.had_mark && matches!(self.input, Input::Csv { .. }) {
            // Whatever shows the user's own file shows its mark too.
            renderer.header(&Row { line: 0, record: MARK, ending: b"", value: b"" }, 0, &mut head);
        }
        let columns = self.columns(&mut first, renderer, &mut head)?;
        let reader =
            RowReader { columns, records: self.records(), verifies: self.verify.is_some() };
        out.write_all(&head).map_err(BatchError::Unwritable)?;
        let mut doubts = Doubts::default();
        let mut is_begun = false;
        let first = (!first.bytes.is_empty()).then_some(first);
        ordered::run(
            self.threads,
            first,
            &mut blocks,
            |block, answer: &mut Answer| self.work(&reader, renderer, block, answer),
            |answer| std::mem::take(&mut answer.bytes),
            |answer, is_last| {
                let mut write = |text: &[u8]| {
                    let between = renderer.between();
                    let text =
                        if is_begun || text.is_empty() { text } else { &text[between.len()..] };
                    is_begun |= !text.is_empty();
                    out.write_all(text).map_err(BatchError::Unwritable)
                };
                tally.add(&answer.tally);
                let mut written = 0;
                let mut shown = Vec::new();
                for place in &answer.odd {
                    write(&answer.out[written..place.at])?;
                    written = place.at;
                    let (row, parsed) = reader.row(&answer.bytes[place.start..], place.line);
                    let odd = self.judge(&parsed, &mut doubts);
                    let id =
                        parsed.as_ref().ok().and_then(Option::as_ref).map(|parsed| &*parsed.id);
                    let row = Row { value: id.unwrap_or_default(), ..row };
                    tally.count(&odd);
                    shown.clear();
                    renderer.odd(&row, &odd, &mut shown);
                    write(&shown)?;
                    tell(&row, &odd);
                }
                write(&answer.out[written..])?;
                if is_last { out.flush().map_err(BatchError::Unwritable) } else { Ok(()) }
            },
        )?;
        if tally.rows == 0 { Err(BatchError::Empty) } else { Ok(()) }
    }

    const fn records(&self) -> Records {
        match self.input {
            Input::Lines => Records::Lines,
            Input::Csv { delimiter, .. } => Records::Csv(delimiter),
        }
    }

    /// Which fields are read; takes the header off the first block.
    fn columns(
        &self,
        first: &mut Block,
        renderer: &impl Renderer,
        head: &mut Vec<u8>,
    ) -> Result<Option<Columns>, BatchError> {
        let Input::Csv { delimiter, has_header, id, hash, email } = &self.input else {
            return Ok(None);
        };
        let end = self.records().end_of_first(&first.bytes);
        let (record, ending) = split_ending(&first.bytes[..end]);
        let fields: Result<Vec<_>, _> =
            Fields::new(record, *delimiter).map(|field| field.map(unquoted)).collect();
        let fields = fields.map_err(|_| BatchError::BadHeader(Problem::Quote))?;
        let names = has_header.then_some(fields.as_slice());
        let find = |column: &Column| column.find(names, fields.len());
        let columns = Columns {
            delimiter: *delimiter,
            count: fields.len(),
            id: find(id)?,
            hash: hash.as_ref().map(find).transpose()?,
            email: email.as_ref().map(find).transpose()?,
        };
        if *has_header {
            if self.verify.is_none() && fields.iter().any(|name| &**name == b"user_hash") {
                return Err(BatchError::HasHash);
            }
            renderer.header(&Row { line: 1, record, ending, value: b"" }, *delimiter, head);
            let lines = memchr_iter(b'\n', &first.bytes[..end]).count();
            first.line += lines as u64;
            first.bytes.drain(..end);
        }
        Ok(Some(columns))
    }

    /// Computes or compares all hashes of a block.
    fn work(
        &self,
        reader: &RowReader,
        renderer: &impl Renderer,
        block: Block,
        answer: &mut Answer,
    ) {
        answer.out.clear();
        answer.odd.clear();
        let mut tally = Tally::default();
        let (mut start, mut line) = (0, block.line);
        // Most blocks hold nothing else, and this is told faster for all of it than for each id.
        let is_plain =
            std::str::from_utf8(&block.bytes).is_ok() && memchr(0, &block.bytes).is_none();
        if is_plain && self.verify.is_none() && matches!(self.input, Input::Lines) {
            start = self.plain_lines(renderer, &block, answer, &mut tally);
            line += tally.rows;
        }
        while start < block.bytes.len() {
            let (row, parsed) = reader.row(&block.bytes[start..], line);
            let length = row.record.len() + row.ending.len();
            let next = line + reader.lines(&block.bytes[start..start + length]);
            let parsed = match parsed {
                Ok(None) => {
                    renderer.blank(&row, &mut answer.out);
                    (start, line) = (start + length, next);
                    continue;
                }
                Ok(Some(parsed)) => check(&parsed.id, is_plain).map(|()| parsed),
                Err(problem) => Err(problem),
            };
            tally.rows += 1;
            match parsed.map(|parsed| self.answer(&row, &parsed, renderer, answer, &mut tally)) {
                Ok(true) => tally.good += 1,
                // In its turn: what is told of it may depend on those before.
                _ => answer.odd.push(Place { at: answer.out.len(), start, line }),
            }
            (start, line) = (start + length, next);
        }
        answer.bytes = block.bytes;
        answer.tally = tally;
    }

    /// What [`Self::work`] does for most lists, in a loop that does nothing else; tells where it
    /// ends: behind the last line ending.
    fn plain_lines(
        &self,
        renderer: &impl Renderer,
        block: &Block,
        answer: &mut Answer,
        tally: &mut Tally,
    ) -> usize {
        let mut start = 0;
        for end in memchr_iter(b'\n', &block.bytes) {
            let (record, ending) = split_ending(&block.bytes[start..=end]);
            let line = block.line + tally.rows;
            tally.rows += 1;
            if let (Some(first), Some(last)) = (record.first(), record.last()) {
                let row = Row { line, record, ending, value: record };
                tally.spaced +=
                    u64::from(first.is_ascii_whitespace() || last.is_ascii_whitespace());
                renderer.hashed(&row, &self.key.hash(record), &mut answer.out);
                tally.good += 1;
            } else {
                answer.odd.push(Place { at: answer.out.len(), start, line });
            }
            start = end + 1;
        }
        start
    }

    /// Whether the row is done: its hash is written, or matches.
    fn answer(
        &self,
        row: &Row<'_>,
        parsed: &Parsed<'_>,
        renderer: &impl Renderer,
        answer: &mut Answer,
        tally: &mut Tally,
    ) -> bool {
        let hash = self.key.hash(&parsed.id);
        let row = Row { value: &parsed.id, ..*row };
        let is_blank = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_whitespace);
        tally.spaced += u64::from(is_blank(parsed.id.first()) || is_blank(parsed.id.last()));
        let Some(verify) = &self.verify else {
            renderer.hashed(&row, &hash, &mut answer.out);
            return true;
        };
        let claim = parsed.hash.as_deref().and_then(|text| std::str::from_utf8(text).ok());
        let Some(Ok((claimed, case))) = claim.map(UserHash::parse) else {
            return false;
        };
        let matches = claimed == hash && verify.refusing(case).is_none();
        if matches {
            tally.upper_case += u64::from(case == HexCase::Upper);
            renderer.matched(&row, case, &mut answer.out);
        }
        matches
    }

    /// What is wrong with a row that is not done. Whatever it says, the row does not match.
    fn judge(&self, parsed: &Result<Option<Parsed<'_>>, Problem>, doubts: &mut Doubts) -> Odd {
        let parsed = match parsed {
            Ok(Some(parsed)) => parsed,
            Ok(None) => return Odd::Unreadable(Problem::EmptyId),
            Err(problem) => return Odd::Unreadable(*problem),
        };
        if let Err(problem) = check(&parsed.id, false) {
            return Odd::Unreadable(problem);
        }
        match &self.verify {
            Some(verify) => verify.judge(parsed, self.key, doubts),
            None => Odd::Unreadable(Problem::NoHash),
        }
    }
}
