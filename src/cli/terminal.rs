//! The only writer to standard output and standard error.
//!
//! Standard output carries the result and nothing else, standard error the rest.

use std::cell::Cell;
use std::io::{self, BufWriter, IsTerminal as _, Write as _};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use colored::Colorize as _;
use intercom_sec::report::gate::{self, Reason, json};
use intercom_sec::report::{Role, Words};
use serde::Serialize;

use super::args::{ColorChoice, Command, Stop};
use super::conclusion::Conclusion;
use super::environment;
use super::exit::Exit;
use super::failure::Failure;

/// Work that takes no longer shows no progress.
const PROGRESS_AFTER: Duration = Duration::from_millis(500);
const PROGRESS_EVERY: Duration = Duration::from_millis(100);

/// The two streams, with what may be shown on each.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(crate) struct Terminal {
    quiet: bool,
    color_out: bool,
    color_err: bool,
    write_error: Option<io::Error>,
    /// Whether a person who reads standard error has the report before their eyes.
    is_report_seen: bool,
    /// Whether a failure is on standard error.
    is_failure_shown: Cell<bool>,
}

impl Terminal {
    pub(crate) fn new(color: ColorChoice, quiet: bool) -> Self {
        // `colored` decides by standard output alone; here each stream is decided by itself, so
        // `colored` only paints.
        colored::control::set_override(true);
        Self {
            quiet,
            color_out: wants_color(color, io::stdout().is_terminal()),
            color_err: wants_color(color, io::stderr().is_terminal()),
            write_error: None,
            is_report_seen: false,
            is_failure_shown: Cell::new(false),
        }
    }

    /// Shows help or a usage error.
    pub(crate) fn show_usage(stop: &Stop) -> Exit {
        let mut terminal = Self::new(ColorChoice::Auto, false);
        if stop.is_error {
            write_ignoring_errors(&gate::redact(&stop.text));
            return Exit::NoVerdict;
        }
        terminal.result(&stop.text);
        terminal.settle(Exit::Yes)
    }

    /// Writes the result that was asked for by name, `--quiet` or not.
    pub(crate) fn result(&mut self, text: &str) {
        self.write(|stdout| stdout.write_all(text.as_bytes()));
    }

    /// Writes a result that is not text for people.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.write(|stdout| stdout.write_all(bytes));
    }

    /// Writes a result that is made while it is written; a report for people goes nowhere with
    /// `--quiet`. Says whether all of it arrived.
    pub(crate) fn stream(
        &mut self,
        is_report: bool,
        write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
    ) -> bool {
        if is_report && self.quiet {
            return write(&mut io::sink()).is_ok();
        }
        self.write(write);
        self.is_report_seen |= is_report && is_one_terminal();
        self.write_error.is_none()
    }

    fn write(&mut self, write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) {
        let mut stdout = BufWriter::new(io::stdout().lock());
        if let Err(error) = write(&mut stdout).and_then(|()| stdout.flush()) {
            self.write_error.get_or_insert(error);
        }
    }

    /// Writes the report for people, unless `--quiet`.
    pub(crate) fn report(&mut self, text: &str) {
        if !self.quiet {
            self.result(text);
            self.is_report_seen |= is_one_terminal();
        }
    }

    /// Writes a JSON document and a line ending.
    pub(crate) fn json(&mut self, document: &impl Serialize) {
        self.write(|stdout| json::write(stdout, document, true));
    }

    /// Writes JSON records, one a line.
    pub(crate) fn json_lines(&mut self, records: impl IntoIterator<Item = impl Serialize>) {
        self.write(|stdout| {
            records.into_iter().try_for_each(|record| json::write(stdout, &record, false))
        });
    }

    /// Whether a result did not arrive: further ones would not either.
    pub(crate) fn is_cut_off(&self) -> bool {
        self.write_error.is_some()
    }

    /// Paints a part of the report as the terminal's user wants it.
    pub(crate) fn paint(&self, role: Role, text: &str) -> String {
        paint(self.color_out, role, text)
    }

    /// Says something besides the result.
    pub(crate) fn note(&self, message: &str) {
        if !self.quiet {
            self.say("note", Role::Note, message);
        }
    }

    /// Runs `work` and, on a terminal, shows `line` while it takes its time.
    pub(crate) fn with_progress<T>(
        &self,
        line: impl Fn() -> String + Send,
        work: impl FnOnce() -> T,
    ) -> T {
        if self.quiet || !io::stderr().is_terminal() {
            return work();
        }
        thread::scope(|scope| {
            let (done, is_done) = mpsc::channel::<()>();
            scope.spawn(move || {
                let mut wait = PROGRESS_AFTER;
                while is_done.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                    write_ignoring_errors(&format!("\r\x1b[K{}", line()));
                    wait = PROGRESS_EVERY;
                }
                if wait == PROGRESS_EVERY {
                    write_ignoring_errors("\r\x1b[K");
                }
            });
            let result = work();
            drop(done);
            result
        })
    }

    /// Ends a command: says why its verdict is not a "yes", and returns the exit status.
    pub(crate) fn finish(
        mut self,
        outcome: Result<Conclusion, Failure>,
        command: &Command,
    ) -> Exit {
        match outcome {
            Ok(Conclusion::Yes) => self.settle(Exit::Yes),
            Ok(Conclusion::Silent(exit)) => self.settle(exit),
            Ok(Conclusion::Verdict(exit, words)) => {
                let exit = self.settle(exit);
                self.conclude(exit, &words);
                exit
            }
            Ok(Conclusion::Failed(failure)) => {
                self.failure(&failure);
                self.settle(Exit::NoVerdict)
            }
            Err(failure) => {
                if command.wants_json() {
                    let hint = failure.hint.as_deref();
                    let reason = Reason::new(failure.code, &failure.message, hint);
                    self.json(&gate::failure(command.name(), reason));
                }
                self.failure(&failure);
                self.settle(Exit::NoVerdict)
            }
        }
    }

    /// Says a verdict on standard error, whatever the format of the result is: a job that keeps the
    /// result in a file must not fail in silence.
    fn conclude(&self, exit: Exit, words: &Words) {
        let is_pipe_closed = self
            .write_error
            .as_ref()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe);
        // A failure says why there is no verdict. It does not say that there is a leak.
        let is_known = exit == Exit::NoVerdict && self.is_failure_shown.get();
        if self.quiet || self.is_report_seen || is_pipe_closed || is_known {
            return;
        }
        let role = if exit == Exit::No { Role::Bad } else { Role::Warning };
        self.say(words.verdict, role, &words.sentence);
        if let Some((label, text)) = &words.more {
            self.say(label.name(), Role::Note, text);
        }
    }

    /// A result that did not arrive is no verdict, unless it is a "no": that one stays.
    fn settle(&self, exit: Exit) -> Exit {
        match &self.write_error {
            // The reader closed the pipe on purpose: it has seen enough.
            Some(error) if error.kind() == io::ErrorKind::BrokenPipe => exit,
            Some(error) => {
                let failure =
                    Failure::new("unwritable", format!("cannot write the result: {error}"))
                        .hint("check where standard output goes, and the disk it is on");
                self.failure(&failure);
                exit.max(Exit::NoVerdict)
            }
            None => exit,
        }
    }

    /// Says a failure that does not end the command.
    pub(crate) fn failure(&self, failure: &Failure) {
        self.is_failure_shown.set(true);
        self.say("error", Role::Bad, &failure.message);
        if let Some(hint) = &failure.hint {
            self.say("hint", Role::Note, hint);
        }
    }

    fn say(&self, label: &str, role: Role, message: &str) {
        let label = paint(self.color_err, role, label);
        write_ignoring_errors(&format!("{label}: {}\n", gate::for_terminal(message)));
    }
}

/// Whether one person sees both streams.
fn is_one_terminal() -> bool {
    io::stdout().is_terminal() && io::stderr().is_terminal()
}

/// Standard error is the last resort: when it fails, nobody can be informed.
fn write_ignoring_errors(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

fn paint(color: bool, role: Role, text: &str) -> String {
    if !color {
        return text.to_owned();
    }
    match role {
        Role::Good => text.green().bold(),
        Role::Bad => text.red().bold(),
        Role::Warning => text.yellow().bold(),
        Role::Note => text.cyan(),
        Role::Strong => text.bold(),
        Role::Dim => text.dimmed(),
    }
    .to_string()
}

/// `--color` over `NO_COLOR` and `CLICOLOR_FORCE` over whether the stream is a terminal.
fn wants_color(choice: ColorChoice, is_terminal: bool) -> bool {
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if environment::NO_COLOR.read_filled().is_some() => false,
        ColorChoice::Auto => match environment::CLICOLOR_FORCE.read_filled() {
            Some(value) => value != "0",
            None => is_terminal && environment::TERM.read().is_none_or(|term| term != "dumb"),
        },
    }
}
