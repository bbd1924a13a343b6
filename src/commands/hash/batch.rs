//! Whole lists: their hashes, or whether those that they have are right.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::num::NonZeroUsize;
use std::path::Path;
use std::thread;

use intercom_sec::advice::Advice as _;
use intercom_sec::identity::UserHashKey;
use intercom_sec::identity::batch::{Batch, BatchError, Column, Input, Odd, Row, Tally, Verify};
use intercom_sec::report::Role;
use intercom_sec::report::causes::{HASH, all_advice};
use intercom_sec::report::user_hashes::{Style, UserHashes, told};

use crate::cli::args::{HashArgs, HashFormat};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::secret_input::{SecretInput, unreadable as unreadable_file};
use crate::cli::terminal::Terminal;
use crate::commands::identity_secret;

/// So many rows without a hash are told on standard error; the others are counted.
const TOLD: u64 = 20;

/// So many different explanations get their advice at the end.
const ADVICE: usize = 5;

pub(super) fn run(
    args: &HashArgs,
    terminal: &mut Terminal,
    secrets: &mut SecretInput,
) -> Result<Exit, Failure> {
    let (option, path) = source(args)?;
    let verifies = args.verify.is_some();
    let renderer = UserHashes { style: style(args)?, verifies };
    let mut inputs = vec![(option, Some(path))];
    inputs.extend(identity_secret::inputs(&args.secret));
    SecretInput::check_stdin(&inputs)?;
    // Opened first: a wrong path is told before a secret is asked for.
    let input = secrets.open(option, path)?;
    let secret = identity_secret::read(&args.secret, secrets, verifies)?;
    let cores = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let batch = Batch {
        input: layout(args),
        key: &UserHashKey::new(&secret.secret),
        verify: verifies.then(|| Verify::new(&secret)),
        threads: args.threads.unwrap_or(cores),
    };
    let mut seen = Seen::default();
    let mut tally = Tally::default();
    let mut failure = None;
    let mut is_begun = false;
    let is_list = verifies && renderer.style == Style::Lines;
    let arrived = terminal.stream(is_list, |out| {
        let mut out = Watched { out, is_used: &mut is_begun };
        let mut tell = |row: &Row<'_>, odd: &Odd| seen.add(row, odd);
        match batch.run(input, &mut out, &renderer, &mut tally, &mut tell) {
            Err(BatchError::Unwritable(error)) => return Err(error),
            Err(error) => failure = Some(error),
            Ok(()) => {}
        }
        let end = failure.as_ref().map(|error| (error.code(), error.to_string()));
        match end {
            // Nothing was begun that has to be ended: the failure is all that is told.
            Some(_) if !*out.is_used => Ok(()),
            Some((code, message)) => {
                out.write_all(renderer.tail(&tally, Some((code, &message))).as_bytes())
            }
            None => out.write_all(renderer.tail(&tally, None).as_bytes()),
        }
    });
    notes(&tally, terminal);
    if verifies {
        summary(&tally, &seen, is_list, terminal);
    } else {
        unreadable(&tally, &seen, terminal);
    }
    let exit = match &tally {
        Tally { mismatches: 1.., .. } => Exit::No,
        Tally { unreadable: 1.., .. } => Exit::NoVerdict,
        // Nobody saw whether what was not written matches.
        _ if !arrived && verifies => Exit::NoVerdict,
        _ => Exit::Yes,
    };
    match failure {
        // What ends a document that was begun is told in it.
        Some(error) if exit == Exit::No || is_begun => {
            terminal.failure(&failed(error, path));
            Ok(if exit == Exit::No { Exit::No } else { Exit::NoVerdict })
        }
        Some(error) => Err(failed(error, path)),
        None => Ok(exit),
    }
}

/// Where the list comes from.
fn source(args: &HashArgs) -> Result<(&'static str, &Path), Failure> {
    if args.verify.as_ref().is_some_and(|hash| !hash.is_empty()) {
        return Err(Failure::new("usage", "--verify with a HASH is for one VALUE")
            .hint("with --ids or --csv, the hashes come from the file: give --verify alone"));
    }
    match (&args.ids, &args.csv) {
        (Some(path), _) => Ok(("--ids", path)),
        (_, Some(path)) => Ok(("--csv", path)),
        _ => Err(Failure::new("usage", "nothing to hash was given")
            .hint("give a VALUE, --ids FILE or --csv FILE")),
    }
}

fn layout(args: &HashArgs) -> Input {
    if args.csv.is_none() {
        return Input::Lines;
    }
    Input::Csv {
        delimiter: args.delimiter,
        has_header: !args.no_header,
        id: Column(args.column.clone()),
        hash: args.verify.as_ref().map(|_| Column(args.hash_column.clone())),
        email: args.email_column.clone().map(Column),
    }
}

fn style(args: &HashArgs) -> Result<Style, Failure> {
    match args.format {
        HashFormat::Text => Ok(Style::Lines),
        HashFormat::Csv if args.csv.is_some() => {
            Ok(Style::Csv { delimiter: args.delimiter, from_lines: false })
        }
        HashFormat::Csv => Ok(Style::Csv { delimiter: b',', from_lines: true }),
        HashFormat::Ndjson => Ok(Style::Ndjson),
        HashFormat::Json => Ok(Style::Json),
        HashFormat::Snippet => Err(Failure::new("usage", "a snippet is for one VALUE")
            .hint("use --format text, csv, ndjson or json for lists")),
    }
}

/// What the reader is told of rows that are not as they should be, in constant memory.
#[derive(Default)]
struct Seen {
    /// The first ones that could not be read.
    unreadable: Vec<String>,
    /// The first pieces of advice, with how often each came.
    advice: Vec<(String, u64)>,
}

impl Seen {
    fn add(&mut self, row: &Row<'_>, odd: &Odd) {
        match odd {
            Odd::Unreadable(_) if (self.unreadable.len() as u64) < TOLD => {
                self.unreadable.push(format!("line {}: {}", row.line, told(odd).1));
            }
            Odd::Mismatch(explanation) if !explanation.causes.is_empty() => {
                // Numbers differ in each of them, and their advice does not.
                let advice = all_advice(&explanation.causes, HASH);
                let has_room = self.advice.len() < ADVICE;
                match self.advice.iter_mut().find(|(known, _)| *known == advice) {
                    Some((_, count)) => *count += 1,
                    None if has_room => self.advice.push((advice, 1)),
                    None => {}
                }
            }
            _ => {}
        }
    }
}

fn notes(tally: &Tally, terminal: &Terminal) {
    if tally.had_mark {
        terminal.note("the file begins with a byte order mark, which is not part of the first id");
    }
    if tally.spaced > 0 {
        terminal.note(&format!(
            "{} with white space around them, which counts: the Messenger has to send it too",
            counted(tally.spaced, "id", "ids")
        ));
    }
    if tally.upper_case > 0 {
        terminal.note(&format!(
            "{} in upper case: the web takes that, the mobile SDKs refuse it",
            counted(tally.upper_case, "hash", "hashes")
        ));
    }
}

/// The end of a comparison, for people.
fn summary(tally: &Tally, seen: &Seen, is_list: bool, terminal: &mut Terminal) {
    if !is_list {
        return;
    }
    let (role, verdict) = match tally {
        Tally { mismatches: 1.., .. } => (Role::Bad, "mismatch"),
        Tally { unreadable: 1.., .. } | Tally { rows: 0, .. } => (Role::Warning, "incomplete"),
        _ => (Role::Good, "match"),
    };
    let mut report = format!("{}: ", terminal.paint(role, verdict));
    let _ = write!(report, "{} of {}", tally.good, counted(tally.rows, "hash", "hashes"));
    report.push_str(if tally.good == 1 { " matches" } else { " match" });
    if tally.unreadable > 0 {
        let _ = write!(report, ", {} unreadable", counted(tally.unreadable, "row", "rows"));
    }
    report.push('\n');
    for (advice, count) in &seen.advice {
        let _ = writeln!(report, "next ({count}): {advice}");
    }
    terminal.report(&report);
}

/// The rows that have no hash: they are missed by nobody who reads only the output.
fn unreadable(tally: &Tally, seen: &Seen, terminal: &Terminal) {
    for line in &seen.unreadable {
        terminal.failure(&Failure::new("row-unreadable", line.clone()));
    }
    if tally.unreadable > 0 {
        terminal.failure(
            &Failure::new(
                "rows-unreadable",
                format!("{} without a hash", counted(tally.unreadable, "row", "rows")),
            )
            .hint("mend these rows; their places in the output are empty"),
        );
    }
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn failed(error: BatchError, path: &Path) -> Failure {
    match error {
        BatchError::Unreadable(error) => unreadable_file("the list", path, &error),
        error => error.into(),
    }
}

/// Remembers whether anything was written.
struct Watched<'a> {
    out: &'a mut dyn io::Write,
    is_used: &'a mut bool,
}

impl io::Write for Watched<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        *self.is_used |= !bytes.is_empty();
        self.out.write(bytes)
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        *self.is_used |= !bytes.is_empty();
        self.out.write_all(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
