//! The command line: what goes in (arguments, secrets), what comes out (text, exit status).

pub(crate) mod advice;
pub(crate) mod args;
pub(crate) mod conclusion;
pub(crate) mod environment;
pub(crate) mod exit;
pub(crate) mod failure;
pub(crate) mod secret_input;
pub(crate) mod terminal;

use std::ffi::OsString;
use std::process::ExitCode;

use self::args::Command;
use self::conclusion::Conclusion;
use self::failure::Failure;
use self::secret_input::SecretInput;
use self::terminal::Terminal;

/// Runs a command, and returns what it concludes.
type Run = fn(&Command, &mut Terminal, &mut SecretInput) -> Result<Conclusion, Failure>;

/// Parses the arguments, runs the command with `run` and returns its exit status.
pub(crate) fn run(arguments: impl IntoIterator<Item = OsString>, run: Run) -> ExitCode {
    let cli = match args::parse(arguments) {
        Ok(cli) => cli,
        Err(stop) => return Terminal::show_usage(&stop).into(),
    };
    let mut terminal = Terminal::new(cli.output.color, cli.output.quiet);
    let outcome = run(&cli.command, &mut terminal, &mut SecretInput::default());
    terminal.finish(outcome, &cli.command).into()
}
