//! The command line's definition: parses and validates, does nothing.

// The comments on arguments are the text of `--help`, which is not Markdown.
#![allow(clippy::doc_markdown)]

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{OsStringValueParser, TypedValueParser as _};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
use intercom_sec::rules::RuleSet;
use intercom_sec::scan::{HashKind, ObjectId, Range, Remotes, Revision};

mod hash;
mod jwt;
mod listen;
mod webhook;

pub(crate) use hash::{HashArgs, HashFormat, IdentitySecretArgs};
pub(crate) use jwt::{JwtAction, JwtArgs, JwtSignArgs, JwtTokenArgs};
pub(crate) use listen::{ListenArgs, ListenFormat, MessengerArgs};
pub(crate) use webhook::{
    FrameworkChoice, InputForm, SignOutput, SignWebhookArgs, VerifyWebhookArgs, WebhookSecretArgs,
};

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

/// Find leaked Intercom access tokens anywhere in a git repository
///
/// Reads every object that the repository stores: commits, trees, blobs and tags, reachable or
/// not, packed and loose, alternates included; then the rest of the git directory: names of refs,
/// reflogs, configuration, index, hooks, linked worktrees and the repositories of submodules. Exit
/// status 0 means that all of it was read and that nothing is missing. A token is shown as a mask and a fingerprint, never whole.
///
/// A plain clone does not carry everything: stashes, reflogs, notes, pull request refs and
/// unreachable objects stay where they were made. Scan a mirror (`git clone --mirror`) to see all
/// that a server hands out, and the working copies themselves to see the rest.
#[derive(Debug, Args)]
#[command(after_long_help = SCAN_GIT_EXAMPLES)]
pub(crate) struct ScanGitArgs {
    /// Repositories to scan: a working tree, a directory in one, or a git directory
    ///
    /// Without any, the one that git has told a hook about (GIT_DIR), or the one around the current
    /// directory.
    #[arg(value_name = "REPO", env = "GIT_DIR", hide_env = true, default_value = ".")]
    #[arg(hide_default_value = true)]
    pub(crate) repositories: Vec<PathBuf>,
    /// Read only what is staged: what the next commit would bring
    ///
    /// Compares the index with the current commit and searches the files that differ, as they are
    /// in the index; what is in the working tree alone is not read. Exit status 0 means that all of
    /// them were read. Takes about as long as `git diff --cached`, however long the history is. In a
    /// hook, the index of its worktree is the one that git has told it about (GIT_INDEX_FILE).
    #[arg(long, conflicts_with = "revisions")]
    pub(crate) staged: bool,
    /// Read the working tree too: files that git would add, and tracked files as they are on disk
    ///
    /// Files that are ignored (.gitignore, info/exclude) and not tracked are left alone. With
    /// --staged or a range, these files are read besides what is staged or in the range.
    #[arg(long)]
    pub(crate) worktree: bool,
    /// What to look for
    ///
    /// `all` needs every file's content as a whole, which takes longer, and its other findings
    /// are guesses by name and value: look at each.
    #[arg(long, value_name = "RULES", default_value = "tokens")]
    pub(crate) rules: RulesChoice,
    #[command(flatten)]
    pub(crate) revisions: RevisionArgs,
    #[command(flatten)]
    pub(crate) accepted: AcceptedArgs,
    /// How to show the result
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: ScanFormat,
    /// How many threads read objects, up to 512 [default: one for each core]
    #[arg(long, value_name = "N", value_parser = parse_threads)]
    pub(crate) threads: Option<NonZeroUsize>,
    /// Read everything again, and remember nothing
    ///
    /// Otherwise a scan remembers which packs and loose objects it has read, and the next one reads
    /// what is new.
    #[arg(long)]
    pub(crate) no_cache: bool,
    /// Where scans are remembered [default: intercom-sec in the user's cache directory]
    ///
    /// The directory holds masks and fingerprints of findings, never a token, and can be deleted at
    /// any time. It must not lie in a repository that is scanned. Empty: nothing is remembered.
    #[arg(long, value_name = "DIR", env = "INTERCOM_SEC_CACHE_DIR", hide_env_values = true)]
    #[arg(value_parser = OsStringValueParser::new().map(PathBuf::from))]
    pub(crate) cache_dir: Option<PathBuf>,
    /// Where git keeps the objects of a push that waits for the answer of a hook: told by git, not
    /// by the user.
    #[arg(skip = std::env::var_os("GIT_QUARANTINE_PATH").map(PathBuf::from))]
    pub(crate) quarantine: Option<PathBuf>,
    /// The index that the hook is about, which is another one for `git commit -a`: told by git, not
    /// by the user.
    #[arg(skip = std::env::var_os("GIT_INDEX_FILE").filter(|name| !name.is_empty()).map(PathBuf::from))]
    pub(crate) index_file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RulesChoice {
    /// Access tokens, which are known by their format
    Tokens,
    /// Also identity, client and webhook secrets assigned to a name that says so, by shape and
    /// randomness: medium confidence, and slower
    All,
}

impl From<RulesChoice> for RuleSet {
    fn from(choice: RulesChoice) -> Self {
        match choice {
            RulesChoice::Tokens => Self::Tokens,
            RulesChoice::All => Self::All,
        }
    }
}

/// Which part of the history is scanned, instead of everything that is stored.
#[derive(Clone, Debug, Args)]
#[group(id = "revisions", multiple = true)]
pub(crate) struct RevisionArgs {
    /// Scan only what B reaches and A does not; again for more ranges, each for itself
    ///
    /// `A..` is `A..HEAD`, `..B` is `HEAD..B`, `B` alone is all that B reaches. An A of zeros, as
    /// hooks and CI have it for a new branch, leaves nothing out; a B of zeros, for a deleted one,
    /// is no range. Revisions are ids, which may be abbreviated, and names of refs, with `~N`,
    /// `^N`, `^{commit}` or `^{}` after them; of others give what `git rev-parse` prints.
    #[arg(long, value_name = "A..B")]
    pub(crate) range: Vec<Range>,
    /// Scan only what HEAD reaches and REV does not: `--range REV..HEAD`
    #[arg(long, value_name = "REV")]
    pub(crate) since: Option<Revision>,
    /// Leave out what REV reaches, in each range or, without one, in what HEAD reaches
    #[arg(long, value_name = "REV")]
    pub(crate) not: Vec<Revision>,
    /// Leave out what the remote-tracking branches reach, all of them or those of one remote
    ///
    /// For pre-push hooks. Not for CI, where they have what was just pushed.
    #[arg(long, value_name = "REMOTE", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "*")]
    pub(crate) not_remotes: Option<Remotes>,
}

/// Which gaps leave a scan clean: it is told in the report that they were accepted.
#[derive(Clone, Debug, Args)]
pub(crate) struct AcceptedArgs {
    /// Accept that a shallow clone lacks the history before its boundary
    ///
    /// The scan is then clean if nothing else is missing, and the report says what was accepted.
    #[arg(long = "allow-shallow")]
    pub(crate) shallow: bool,
    /// Accept that a partial clone lacks what its remote has promised to deliver
    #[arg(long = "allow-partial")]
    pub(crate) partial: bool,
    /// Accept that the object with this full id is missing or damaged; again for more
    ///
    /// Old histories lack objects that nobody has any more. Any other one still makes the scan
    /// incomplete.
    #[arg(long = "allow-missing", value_name = "ID", value_parser = parse_object_id)]
    pub(crate) missing: Vec<ObjectId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScanFormat {
    /// Text for people
    Human,
    /// One JSON document
    Json,
    /// One JSON record a line: each finding, then the coverage
    Ndjson,
}

const SCAN_GIT_EXAMPLES: &str = "\
Examples:
  In a terminal, the repository you stand in:
    intercom-sec scan-git

  As a pre-commit hook (.git/hooks/pre-commit), which sees what is staged; a
  leak or an incomplete scan stops the commit:
    #!/bin/sh
    exec intercom-sec scan-git --staged

  As a pre-push hook: what the remote does not have; the README has the loop
  over the lines that git gives to the hook, with a range for each:
    intercom-sec scan-git --range \"$remote_oid..$local_oid\" --not-remotes=origin

  In CI, what a push brings, with the ids that the server hands out:
    intercom-sec scan-git --range \"$CI_COMMIT_BEFORE_SHA..$CI_COMMIT_SHA\"

  In CI, after a checkout of the whole history (a shallow one is reported as
  incomplete, status 2; git fetch --unshallow completes it):
    intercom-sec scan-git --format json > intercom-leaks.json

  In a rotation runbook, all that the server hands out, pull request refs
  included:
    git clone --mirror https://github.com/acme/shop.git
    intercom-sec scan-git shop.git

Exit status:
  0  clean: no token was found, and everything was read (with --staged or of a
     range, all that is in it)
  1  leak: a token was found (even if something could not be read)
  2  incomplete: no token was found, but something could not be read; or wrong
     usage";

/// Ask Intercom whether an access token is live, and whose it is
///
/// Calls GET /me and shows the workspace, its region and the admin. The token is sent to the one
/// host and shown nowhere. Proxies are taken from HTTPS_PROXY, ALL_PROXY and NO_PROXY.
#[derive(Debug, Args)]
#[command(after_long_help = CHECK_TOKEN_EXAMPLES)]
pub(crate) struct CheckTokenArgs {
    /// The file with the token; `-` is standard input
    ///
    /// One trailing line ending is dropped, nothing else.
    #[arg(long, value_name = "PATH", conflicts_with = "token_env")]
    pub(crate) token_file: Option<PathBuf>,
    /// The name of the environment variable with the token
    #[arg(long, value_name = "NAME")]
    pub(crate) token_env: Option<String>,
    // Without `env`: the parser would let a variable conflict with the option that overrides it.
    /// The region whose host is asked [env: INTERCOM_REGION]; `us` routes to the right one by itself
    #[arg(long, value_name = "REGION", ignore_case = true, conflicts_with = "base_url")]
    pub(crate) region: Option<RegionChoice>,
    /// Another address of the API [env: INTERCOM_API_BASE_URL]; HTTPS, or HTTP to this machine
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// Seconds until an attempt is given up
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = parse_seconds)]
    pub(crate) timeout: Duration,
    /// How often to ask again after a passing failure
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(0..=10))]
    pub(crate) retries: u32,
    /// How to show the result
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RegionChoice {
    /// api.intercom.io
    Us,
    /// api.eu.intercom.io
    Eu,
    /// api.au.intercom.io
    Au,
}

const CHECK_TOKEN_EXAMPLES: &str = "\
Examples:
  In a terminal (asks for the token):
    intercom-sec check-token

  In a pre-push hook, that the token of the staging environment still works:
    intercom-sec check-token --token-file .secrets/staging-token --quiet

  In CI, with the token in the variable INTERCOM_ACCESS_TOKEN:
    intercom-sec check-token --format json

  In a rotation runbook, that the old token is dead (status 1) before the
  ticket is closed:
    intercom-sec check-token --token-file old-token.txt; test $? -eq 1

Environment:
  INTERCOM_ACCESS_TOKEN        the token
  INTERCOM_TOKEN               the token, where the first is not set
  INTERCOM_REGION              us, eu or au
  INTERCOM_API_BASE_URL        another address of the API
  HTTPS_PROXY, ALL_PROXY       a proxy
  NO_PROXY                     hosts that are asked without it
  SSL_CERT_FILE, SSL_CERT_DIR  other roots than the system's

Exit status:
  0  live: a live admin's token
  1  dead: Intercom refuses it for good
  2  unknown: no answer, an answer that tells nothing, or live without proof
     of an admin; or wrong usage";

/// The secret that signs.
#[derive(Debug, Args)]
pub(crate) struct SecretArgs {
    /// The file with the secret; `-` is standard input
    ///
    /// One trailing line ending is dropped, nothing else.
    #[arg(long, value_name = "PATH", conflicts_with = "secret_env")]
    pub(crate) secret_file: Option<PathBuf>,
    /// The name of the environment variable with the secret
    #[arg(long, value_name = "NAME")]
    pub(crate) secret_env: Option<String>,
}

/// Write shell completions and man pages
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The directory to write to
    #[arg(value_name = "DIR", default_value = "completions")]
    pub(crate) directory: PathBuf,
}

fn parse_object_id(text: &str) -> Result<ObjectId, String> {
    let kinds = [HashKind::Sha1, HashKind::Sha256];
    let id = kinds.into_iter().find_map(|hash| ObjectId::from_hex(text.as_bytes(), hash));
    id.ok_or_else(|| "a full id of 40 or 64 hex digits".to_owned())
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

/// Why the arguments run no command: help or version was asked for, or they are wrong.
#[derive(Debug)]
pub(crate) struct Stop {
    pub(crate) text: String,
    pub(crate) is_error: bool,
}

/// Parses the arguments.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, Stop> {
    Cli::try_parse_from(arguments)
        .map_err(|error| Stop { is_error: error.use_stderr(), text: without_values(error) })
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

/// The parser's message without what the user typed as a value: someone who hands a secret over as
/// an argument by mistake must not find it in the log of the build as well.
fn without_values(mut error: clap::Error) -> String {
    if !error.use_stderr() {
        return error.render().to_string();
    }
    let mut typed = None;
    for kind in [ContextKind::InvalidArg, ContextKind::InvalidSubcommand, ContextKind::InvalidValue]
    {
        let Some(ContextValue::String(value)) = error.get(kind) else { continue };
        let is_hidden = match kind {
            ContextKind::InvalidArg => {
                error.kind() == ErrorKind::UnknownArgument && !is_option_name(value)
            }
            _ => !value.is_empty(),
        };
        if is_hidden {
            typed = error.insert(kind, ContextValue::String("…".to_owned()));
            // "to pass '…' as a value" repeats it.
            error.remove(ContextKind::Suggested);
        }
    }
    if let Some(ContextValue::Strings(names)) = error.remove(ContextKind::SuggestedSubcommand) {
        let is_shown = |name: &String| definition().find_subcommand(name).is_some();
        let names: Vec<_> = names.into_iter().filter(is_shown).collect();
        if !names.is_empty() {
            error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(names));
        }
    }
    let mut text = error.render().to_string();
    if let (Some(ContextValue::String(value)), ErrorKind::ValueValidation) = (&typed, error.kind())
        && value.len() > 1
    {
        // The reason may repeat it, as in "99 is not in 0..=10".
        text = text.replace(value.as_str(), "…");
    }
    if typed.is_some() && error.kind() == ErrorKind::UnknownArgument {
        text.push_str(
            "\nhint: a value that begins with - goes after --\nhint: secrets are never taken as arguments, which other users of the machine can \
             read; hand them over by a --…-file option, an environment variable or the prompt\n",
        );
    }
    text
}

/// Whether an unknown argument can only be a mistyped option: a secret has capitals or digits.
fn is_option_name(argument: &str) -> bool {
    argument.starts_with('-')
        && argument.len() <= 24
        && argument.bytes().all(|byte| byte == b'-' || byte.is_ascii_lowercase())
}
