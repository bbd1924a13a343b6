//! The arguments of `jwt`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::{Format, IdentitySecretArgs};
use crate::cli::environment::help_end;

/// Sign, verify and explain the Messenger's tokens (JWT), which replace the user_hash
///
/// A token is HS256 with the Messenger API secret (the identity verification secret), names the user
/// in user_id, and is handed to the Messenger as intercom_user_jwt. No other algorithm is accepted,
/// and never `none`.
#[derive(Debug, Args)]
#[command(after_long_help = help_end("jwt", EXAMPLES, EXIT_STATUS), disable_help_subcommand = true)]
#[command(arg_required_else_help = true)]
pub(crate) struct JwtArgs {
    #[command(subcommand)]
    pub(crate) action: JwtAction,
}

impl JwtArgs {
    pub(crate) const fn format(&self) -> Format {
        match &self.action {
            JwtAction::Sign(args) => args.format,
            JwtAction::Verify(args) | JwtAction::Explain(args) => args.format,
            JwtAction::Migrate => Format::Human,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum JwtAction {
    /// Sign a token for one user and print it
    Sign(JwtSignArgs),
    /// Verify a token: exit status 0 if the Messenger would take it, 1 if not
    Verify(JwtTokenArgs),
    /// Show what a token says, and which rules it breaks; the secret is not needed
    ///
    /// With a secret in a file or variable the signature is verified too, and a mismatch explained.
    Explain(JwtTokenArgs),
    /// Print what to change to go from user_hash to tokens
    Migrate,
}

#[derive(Debug, Args)]
pub(crate) struct JwtSignArgs {
    /// The id of the user in your own system
    #[arg(long, value_name = "ID", allow_negative_numbers = true)]
    pub(crate) user_id: String,
    /// The user's email
    #[arg(long, value_name = "EMAIL")]
    pub(crate) email: Option<String>,
    /// A JSON file with an object of further attributes to sign; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) claims: Option<PathBuf>,
    /// When the token ends: a number and s, m, h or d
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = parse_lifetime)]
    pub(crate) expires_in: Duration,
    /// How to show the result
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) secret: IdentitySecretArgs,
}

#[derive(Debug, Args)]
pub(crate) struct JwtTokenArgs {
    /// The token; `-` is standard input, which keeps it out of the list of processes
    #[arg(value_name = "TOKEN", required_unless_present = "jwt_file")]
    pub(crate) token: Option<String>,
    /// The file with the token; `-` is standard input
    #[arg(long, value_name = "PATH", conflicts_with = "token")]
    pub(crate) jwt_file: Option<PathBuf>,
    /// How to show the result
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) secret: IdentitySecretArgs,
}

/// The longest life that can be asked for, in seconds: ten years.
const MAX_LIFETIME: u64 = 10 * 365 * 86_400;

fn parse_lifetime(text: &str) -> Result<Duration, String> {
    let unit = text.trim_start_matches(|digit: char| digit.is_ascii_digit());
    let number: u64 = text[..text.len() - unit.len()]
        .parse()
        .map_err(|_| "a number and s, m, h or d, as 1h".to_owned())?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err("a number and s, m, h or d, as 1h".to_owned()),
    };
    number
        .checked_mul(seconds)
        .filter(|seconds| (1..=MAX_LIFETIME).contains(seconds))
        .map(Duration::from_secs)
        .ok_or_else(|| "between 1s and 3650d".to_owned())
}

const EXAMPLES: &str = "\
Examples:
  In a terminal, a token for one user (asks for the secret):
    intercom-sec jwt sign --user-id 12345 --email ada@example.com

  Why the Messenger refuses a token, without the secret or with it:
    intercom-sec jwt explain - < token.txt
    intercom-sec jwt explain - --secret-file secret.txt < token.txt

  In a pre-commit hook, that the token in a test fixture is signed right:
    intercom-sec jwt verify --jwt-file tests/token.txt \\
      --secret-file tests/identity-secret

  In CI, with the secret in the variable INTERCOM_IDENTITY_SECRET:
    intercom-sec jwt sign --user-id 12345 --expires-in 5m > token.txt

  In a rotation runbook, that the backend signs with the new secret:
    intercom-sec jwt verify - --secret-file new-secret.txt < token.txt

  From user_hash to tokens, step by step:
    intercom-sec jwt migrate";

const EXIT_STATUS: &str = "\
Exit status:
  0  the token was signed, or it verifies; explain: no rule is broken
  1  the token is refused: wrong signature, ended, no user_id
  2  no verdict: wrong usage, no secret, what is given is no token";
