//! One file a subcommand: settings in, one library call, report out.

mod check_token;
mod completions;
mod hash;
mod identity_secret;
mod jwt;
mod listen;
mod scan_git;
mod sign_webhook;
mod verify_webhook;
mod webhook_secrets;

use crate::cli::args::Command;
use crate::cli::conclusion::Conclusion;
use crate::cli::failure::Failure;
use crate::cli::secret_input::SecretInput;
use crate::cli::terminal::Terminal;

/// Runs one command.
pub(crate) fn run(
    command: &Command,
    terminal: &mut Terminal,
    secrets: &mut SecretInput,
) -> Result<Conclusion, Failure> {
    match command {
        Command::ScanGit(args) => Ok(scan_git::run(args, terminal)),
        Command::Hash(args) => hash::run(args, terminal, secrets).map(Into::into),
        Command::Jwt(args) => jwt::run(args, terminal, secrets).map(Into::into),
        Command::VerifyWebhook(args) => verify_webhook::run(args, terminal, secrets),
        Command::SignWebhook(args) => sign_webhook::run(args, terminal, secrets),
        Command::Listen(args) => listen::run(args, terminal, secrets),
        Command::CheckToken(args) => check_token::run(args, terminal, secrets),
        Command::Completions(args) => completions::run(args),
    }
}
