//! The command line's definition: parses and validates, does nothing.

// The comments on arguments are the text of `--help`, which is not Markdown.
#![allow(clippy::doc_markdown)]

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::time::Duration;

use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};

mod check_token;
mod completions;
mod hash;
mod jwt;
mod listen;
mod scan_git;
mod secret;
mod sign_webhook;
mod usage;
mod verify_webhook;

pub(crate) use check_token::{CheckTokenArgs, RegionChoice};
pub(crate) use completions::CompletionsArgs;
pub(crate) use hash::{HashArgs, HashFormat};
pub(crate) use jwt::{JwtAction, JwtArgs, JwtSignArgs, JwtTokenArgs};
pub(crate) use listen::{ListenArgs, ListenFormat, MessengerArgs};
pub(crate) use scan_git::{AcceptedArgs, RevisionArgs, ScanFormat, ScanGitArgs};
pub(crate) use secret::{IdentitySecretArgs, SecretArgs, WebhookSecretArgs};
pub(crate) use sign_webhook::{SignOutput, SignWebhookArgs};
pub(crate) use usage::Stop;
pub(crate) use verify_webhook::{InputForm, VerifyWebhookArgs};

use super::exit::Exit;

/// Security toolkit for teams that use Intercom
///
/// Finds leaked access tokens in git repositories, computes and checks Messenger user hashes and
/// tokens (JWT), verifies webhook signatures, and tells whether an access token is live. Secrets come from a
/// file, standard input, an environment variable or a prompt, never from an argument.
#[derive(Debug, Parser)]
#[command(name = "intercom-sec", version, propagate_version = true, after_help = Exit::HELP)]
#[command(arg_required_else_help = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// How every command shows its result.
#[derive(Debug, Args)]
#[command(next_display_order = 900)]
pub(crate) struct OutputArgs {
    /// When to use colour, decided for each stream
    ///
    /// `auto`: where the stream is a terminal, unless NO_COLOR is set; CLICOLOR_FORCE forces it.
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_default_value = true
    )]
    pub(crate) color: ColorChoice,
    /// Show no report, notes or progress: the exit status tells
    ///
    /// Errors are still shown. So is what was asked for by name: the hash, and every format but
    /// `human`.
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    ScanGit(ScanGitArgs),
    Hash(Box<HashArgs>),
    Jwt(JwtArgs),
    VerifyWebhook(VerifyWebhookArgs),
    SignWebhook(SignWebhookArgs),
    Listen(Box<ListenArgs>),
    CheckToken(CheckTokenArgs),
    #[command(hide = true)]
    Completions(CompletionsArgs),
}

impl Command {
    /// The name in JSON schemas.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::ScanGit(_) => "scan-git",
            Self::Hash(_) => "hash",
            Self::Jwt(_) => "jwt",
            Self::VerifyWebhook(_) => "verify-webhook",
            Self::SignWebhook(_) => "sign-webhook",
            Self::Listen(_) => "listen",
            Self::CheckToken(_) => "check-token",
            Self::Completions(_) => "completions",
        }
    }

    /// Whether the result is wanted as JSON, so that a failure is told in JSON too.
    pub(crate) fn wants_json(&self) -> bool {
        match self {
            Self::ScanGit(args) => args.format != ScanFormat::Human,
            Self::Hash(args) => matches!(args.format, HashFormat::Json | HashFormat::Ndjson),
            Self::Jwt(args) => args.format() == Format::Json,
            Self::VerifyWebhook(args) => args.format == Format::Json,
            Self::SignWebhook(args) => args.format == Format::Json,
            Self::Listen(args) => args.format == ListenFormat::Ndjson,
            Self::CheckToken(args) => args.format == Format::Json,
            Self::Completions(_) => false,
        }
    }
}

/// Human or machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Text for people
    Human,
    /// One JSON document
    Json,
}

/// Parses the arguments.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, Stop> {
    Cli::try_parse_from(arguments)
        .map_err(|error| Stop { is_error: error.use_stderr(), text: usage::without_values(error) })
}

/// The definition as `--help` shows it, for completions and man pages: clap's generators would show
/// hidden subcommands too, and a definition cannot lose one.
pub(crate) fn definition() -> clap::Command {
    let full = Cli::command();
    let mut shown = clap::Command::new("intercom-sec")
        .version(env!("CARGO_PKG_VERSION"))
        .propagate_version(true)
        .subcommand_required(true)
        .args(full.get_arguments().cloned())
        .subcommands(full.get_subcommands().filter(|command| !command.is_hide_set()).cloned());
    if let Some(about) = full.get_about() {
        shown = shown.about(about.clone());
    }
    if let Some(about) = full.get_long_about() {
        shown = shown.long_about(about.clone());
    }
    if let Some(end) = full.get_after_help() {
        shown = shown.after_help(end.clone());
    }
    shown
}

fn parse_threads(text: &str) -> Result<NonZeroUsize, String> {
    let threads = text.parse().ok().filter(|threads: &NonZeroUsize| threads.get() <= 512);
    threads.ok_or_else(|| "a number from 1 to 512".to_owned())
}

fn parse_seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().map_err(|_| "not a number of seconds".to_owned())?;
    if (0.1..=600.0).contains(&seconds) {
        Ok(Duration::from_secs_f64(seconds))
    } else {
        Err("between 0.1 and 600 seconds".to_owned())
    }
}
