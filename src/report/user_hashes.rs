//! Batches of user hashes, as lines, CSV and JSON records.

use std::borrow::Cow;

use serde::Serialize;

use super::causes::{self, CauseRecord, HASH};
use super::gate::json::write;
use super::gate::{Envelope, VERSION, for_terminal, redact, schema};
use crate::bytes::to_text;
use crate::crypto::HexCase;
use crate::identity::UserHash;
use crate::identity::batch::{Odd, Renderer, Row, Tally};

/// The subcommand that the documents are of.
const COMMAND: &str = "hash";

/// How much of an id a line for people shows, in characters.
const SHOWN: usize = 60;

/// The form of a batch's output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A hash a line, an empty one where there is none; to verify, what does not match.
    Lines,
    /// The input, with columns of ours behind its own.
    Csv {
        /// What stands between fields.
        delimiter: u8,
        /// Whether the input is lines, which become fields first.
        from_lines: bool,
    },
    /// A JSON record a line.
    Ndjson,
    /// One JSON document.
    Json,
}

/// Shows the rows of a batch.
#[derive(Clone, Copy, Debug)]
pub struct UserHashes {
    /// The form.
    pub style: Style,
    /// Whether claimed hashes are compared.
    pub verifies: bool,
}

impl UserHashes {
    fn head(self) -> String {
        match self.style {
            // The verdict is known at the end alone.
            Style::Json => format!(
                "{{\n  \"schema\": \"{}\",\n  \"version\": \"{VERSION}\",\n  \"rows\": [",
                schema(COMMAND)
            ),
            Style::Csv { from_lines: true, .. } => {
                format!("id{}\n", self.titles(b','))
            }
            _ => String::new(),
        }
    }

    /// What stands after the rows: the summary, and why they end early if they do.
    pub fn tail(self, tally: &Tally, failure: Option<(&str, &str)>) -> String {
        let verdict = verdict(tally, self.verifies, failure.is_some());
        let summary = Summary {
            rows_read: tally.rows,
            hashed: (!self.verifies).then_some(tally.good),
            matches: self.verifies.then_some(tally.good),
            mismatches: self.verifies.then_some(tally.mismatches),
            unreadable: tally.unreadable,
            error: failure.map(|(code, message)| ErrorRecord { code, message: redact(message) }),
        };
        match self.style {
            Style::Ndjson => line(&Envelope::last("summary", COMMAND, verdict, summary)),
            // The rest of the document that the head began.
            Style::Json => {
                let rest = line(&Judged { verdict, summary });
                format!("\n  ],\n  {}\n", rest.trim_end().trim_start_matches('{'))
            }
            _ => String::new(),
        }
    }

    fn titles(self, delimiter: u8) -> String {
        let delimiter = char::from(delimiter);
        if self.verifies {
            format!("{delimiter}verdict{delimiter}cause")
        } else {
            format!("{delimiter}user_hash")
        }
    }

    fn record(self, row: &Row<'_>, result: &Record<'_>, out: &mut Vec<u8>) {
        let value = to_text(row.value);
        let shown = Numbered { record: "hash", line: row.line, value: redact(&value), result };
        if self.style == Style::Json {
            out.extend_from_slice(b",\n    ");
        }
        let _ = write(out, &shown, false);
        if self.style == Style::Json {
            out.pop();
        }
    }

    /// The user's own columns, exactly as they are; a line becomes a field.
    fn own(self, row: &Row<'_>, out: &mut Vec<u8>) {
        if !matches!(self.style, Style::Csv { from_lines: true, .. }) {
            out.extend_from_slice(row.record);
        } else if row.value.iter().any(|byte| matches!(byte, b'"' | b',' | b'\r' | b'\n')) {
            out.push(b'"');
            for &byte in row.value {
                out.extend(std::iter::repeat_n(byte, 1 + usize::from(byte == b'"')));
            }
            out.push(b'"');
        } else {
            out.extend_from_slice(row.value);
        }
    }

    fn ending<'r>(self, row: &Row<'r>) -> &'r [u8] {
        match self.style {
            Style::Csv { from_lines: false, .. } => row.ending,
            _ => b"\n",
        }
    }
}

/// The verdict of a batch in JSON.
fn verdict(tally: &Tally, verifies: bool, has_failed: bool) -> &'static str {
    if tally.mismatches > 0 {
        "mismatch"
    } else if tally.unreadable > 0 || has_failed {
        "incomplete"
    } else if verifies {
        "match"
    } else {
        "complete"
    }
}

impl Renderer for UserHashes {
    fn between(&self) -> &'static [u8] {
        if self.style == Style::Json { b"," } else { b"" }
    }

    fn begin(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.head().as_bytes());
    }

    fn header(&self, row: &Row<'_>, delimiter: u8, out: &mut Vec<u8>) {
        if matches!(self.style, Style::Csv { .. }) {
            out.extend_from_slice(row.record);
            if row.line > 0 {
                out.extend_from_slice(self.titles(delimiter).as_bytes());
                out.extend_from_slice(if row.ending.is_empty() { b"\n" } else { row.ending });
            }
        }
    }

    fn blank(&self, row: &Row<'_>, out: &mut Vec<u8>) {
        if matches!(self.style, Style::Csv { .. }) {
            out.extend_from_slice(row.ending);
        }
    }

    fn hashed(&self, row: &Row<'_>, hash: &UserHash, out: &mut Vec<u8>) {
        match self.style {
            Style::Lines => {
                out.extend_from_slice(&hash.to_hex());
                out.push(b'\n');
            }
            Style::Csv { delimiter, .. } => {
                self.own(row, out);
                out.push(delimiter);
                out.extend_from_slice(&hash.to_hex());
                out.extend_from_slice(self.ending(row));
            }
            Style::Ndjson | Style::Json => {
                let hash = hash.to_string();
                self.record(row, &Record { user_hash: Some(&hash), ..Record::default() }, out);
            }
        }
    }

    fn matched(&self, row: &Row<'_>, _case: HexCase, out: &mut Vec<u8>) {
        if let Style::Csv { delimiter, .. } = self.style {
            self.own(row, out);
            out.push(delimiter);
            out.extend_from_slice(b"match");
            out.push(delimiter);
            out.extend_from_slice(self.ending(row));
        }
    }

    fn odd(&self, row: &Row<'_>, odd: &Odd, out: &mut Vec<u8>) {
        let (verdict, why) = told(odd);
        match self.style {
            Style::Lines if !self.verifies => out.push(b'\n'),
            Style::Lines => {
                let value: String = to_text(row.value).chars().take(SHOWN).collect();
                let shown = for_terminal(&value);
                let separator = if shown.is_empty() { "" } else { ": " };
                let line = format!("line {}: {verdict}: {shown}{separator}{why}\n", row.line);
                out.extend_from_slice(line.as_bytes());
            }
            Style::Csv { delimiter, from_lines } => {
                if from_lines && row.value.is_empty() {
                    out.extend_from_slice(row.record);
                } else {
                    self.own(row, out);
                }
                // Behind a quote that is not closed, nothing can be a column of its own.
                if !matches!(odd, Odd::Unreadable(crate::identity::batch::Problem::Quote)) {
                    out.push(delimiter);
                    if self.verifies {
                        out.extend_from_slice(verdict.as_bytes());
                        out.push(delimiter);
                        // Our own words, which begin with a letter: no formula.
                        out.push(b'"');
                        out.extend_from_slice(why.replace('"', "\"\"").as_bytes());
                        out.push(b'"');
                    }
                }
                out.extend_from_slice(self.ending(row));
            }
            Style::Ndjson | Style::Json => {
                let causes = match odd {
                    Odd::Mismatch(explanation) => causes::records(&explanation.causes, HASH),
                    Odd::Unreadable(_) => Vec::new(),
                };
                let is_mismatch = matches!(odd, Odd::Mismatch(_));
                let record = Record {
                    verdict: Some(verdict),
                    causes: is_mismatch.then_some(causes),
                    error: (!is_mismatch).then_some(why),
                    ..Record::default()
                };
                self.record(row, &record, out);
            }
        }
    }
}

/// What a row is, and why, in words.
pub fn told(odd: &Odd) -> (&'static str, Cow<'static, str>) {
    match odd {
        Odd::Unreadable(problem) => ("unreadable", Cow::Owned(problem.to_string())),
        Odd::Mismatch(explanation) if explanation.causes.is_empty() => {
            ("mismatch", Cow::Borrowed(UNEXPLAINED))
        }
        Odd::Mismatch(explanation) => {
            ("mismatch", Cow::Owned(causes::sentence(&explanation.causes, HASH)))
        }
    }
}

/// Stands where no cause is known.
const UNEXPLAINED: &str = "none of the known mistakes explains this hash";

#[derive(Serialize)]
struct Numbered<'a> {
    record: &'static str,
    line: u64,
    value: Cow<'a, str>,
    #[serde(flatten)]
    result: &'a Record<'a>,
}

#[derive(Default, Serialize)]
struct Record<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    user_hash: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    causes: Option<Vec<CauseRecord>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Cow<'static, str>>,
}

/// A value as one line of JSON.
fn line(value: &impl Serialize) -> String {
    let mut line = Vec::new();
    // Writing to memory does not fail.
    let _ = write(&mut line, value, false);
    String::from_utf8(line).unwrap_or_default()
}

#[derive(Serialize)]
struct Judged<'a> {
    verdict: &'static str,
    #[serde(flatten)]
    summary: Summary<'a>,
}

#[derive(Serialize)]
struct Summary<'a> {
    rows_read: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    hashed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    matches: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mismatches: Option<u64>,
    unreadable: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorRecord<'a>>,
}

#[derive(Serialize)]
struct ErrorRecord<'a> {
    code: &'a str,
    message: Cow<'a, str>,
}
