//! The arguments of `hash`.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{IdentitySecretArgs, parse_threads};
use crate::cli::environment::help_end;

/// Compute the Messenger user_hash that stops impersonation, or say why one is wrong
///
/// Prints the lowercase hex of HMAC-SHA256 over the exact bytes of VALUE, keyed with the identity
/// verification secret of the platform (web, iOS and Android have one each). Of whole lists with
/// --ids and --csv.
#[derive(Debug, Args)]
#[command(after_long_help = help_end("hash", EXAMPLES, EXIT_STATUS))]
#[command(group(clap::ArgGroup::new("subject").required(true).multiple(false)))]
pub(crate) struct HashArgs {
    /// The user id or email, exactly as the Messenger sends it; after `--` if it begins with `-`
    #[arg(value_name = "VALUE", allow_negative_numbers = true, group = "subject")]
    pub(crate) value: Option<OsString>,
    /// A file of user ids or emails, one a line; `-` is standard input
    ///
    /// With --verify, of pairs: an id and, as the last word of the line, its hash. White space is
    /// part of an id, a line ending (LF or CRLF) is not.
    #[arg(long, value_name = "FILE", group = "subject")]
    pub(crate) ids: Option<PathBuf>,
    /// A CSV file with a column of user ids or emails; `-` is standard input
    #[arg(long, value_name = "FILE", group = "subject")]
    pub(crate) csv: Option<PathBuf>,
    /// A saved page, script or JSON file whose Messenger settings are checked; `-` is standard input
    #[arg(long, value_name = "FILE", group = "subject", conflicts_with = "verify")]
    pub(crate) settings: Option<PathBuf>,
    /// VALUE is an email, whatever it looks like
    #[arg(long, conflicts_with = "user_id")]
    pub(crate) email: bool,
    /// VALUE is a user id, whatever it looks like
    ///
    /// Without --email and --user-id, a value with an `@` is taken for an email. The hash is the
    /// same either way; the snippet and the JSON name the identifier.
    #[arg(long)]
    pub(crate) user_id: bool,
    /// Compare with this hash in constant time instead: exit status 0 if it matches, 1 if not
    ///
    /// A mismatch is explained where a known mistake makes the hash. With --ids or --csv without a
    /// HASH: the hashes of the file are compared, and those that do not match are listed.
    // Without a HASH it is empty, as from a shell variable that is unset: that is none for one VALUE.
    #[arg(long, value_name = "HASH", num_args = 0..=1, default_missing_value = "")]
    pub(crate) verify: Option<String>,
    /// The email that is sent beside the user id VALUE, to explain a mismatch with
    #[arg(long, value_name = "EMAIL", requires = "verify", conflicts_with = "email")]
    pub(crate) also_email: Option<String>,
    /// The workspace's app id, for the snippet
    #[arg(long, value_name = "APP_ID")]
    pub(crate) app_id: Option<String>,
    /// The column of the ids: its name, or its number from 1
    #[arg(long, value_name = "COLUMN", default_value = "user_id", conflicts_with_all = NOT_CSV)]
    pub(crate) column: String,
    /// The column of the hashes to compare: its name, or its number from 1
    #[arg(long, value_name = "COLUMN", default_value = "user_hash", conflicts_with_all = NOT_CSV)]
    pub(crate) hash_column: String,
    /// The column of the emails that are sent beside the ids, to explain mismatches with
    #[arg(long, value_name = "COLUMN", conflicts_with_all = NOT_CSV)]
    pub(crate) email_column: Option<String>,
    /// What stands between the fields of the CSV file: one character, or `tab`
    #[arg(long, value_name = "CHAR", default_value = ",", conflicts_with_all = NOT_CSV)]
    #[arg(value_parser = parse_delimiter)]
    pub(crate) delimiter: u8,
    /// The first row of the CSV file is a row like the others
    #[arg(long, conflicts_with_all = NOT_CSV)]
    pub(crate) no_header: bool,
    /// How many threads compute, up to 512 [default: one for each core]
    #[arg(long, value_name = "N", value_parser = parse_threads)]
    pub(crate) threads: Option<NonZeroUsize>,
    /// How to show the result
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: HashFormat,
    #[command(flatten)]
    pub(crate) secret: IdentitySecretArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum HashFormat {
    /// The hash alone; of a list, one a line
    Text,
    /// One JSON document
    Json,
    /// JavaScript that sets window.intercomSettings
    Snippet,
    /// Of a list: the input, and a column user_hash (or verdict and cause)
    Csv,
    /// Of a list: one JSON record a line, then a summary
    Ndjson,
}

/// What the options of CSV files do not go with.
const NOT_CSV: [&str; 3] = ["value", "ids", "settings"];

fn parse_delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        _ if text == "tab" => Ok(b'\t'),
        [byte] if byte.is_ascii_punctuation() && *byte != b'"' || *byte == b'\t' => Ok(*byte),
        _ => Err("one character, as , ; | or tab".to_owned()),
    }
}

const EXAMPLES: &str = "\
Examples:
  In a terminal (asks for the secret):
    intercom-sec hash 12345

  Why the Messenger refuses a user: the hash that the page has, and the email
  that it sends beside the id:
    intercom-sec hash 12345 --verify 532cd9… --also-email ada@example.com \\
      --platform ios --ios-secret-file ios.txt --web-secret-file web.txt

  What a saved page hands to the Messenger:
    intercom-sec hash --settings page.html --secret-file secret.txt

  All users of an export, and whether the hashes of one are right:
    intercom-sec hash --csv users.csv --column user_id --format csv > out.csv
    intercom-sec hash --csv out.csv --verify

  In a pre-commit hook, that the hash in a test fixture is still right:
    intercom-sec hash 12345 --verify \"$(cat tests/user_hash.txt)\" \\
      --secret-file tests/identity-secret

  In CI, with the secret in the variable INTERCOM_IDENTITY_SECRET:
    intercom-sec hash alice@example.com --email --format json

  In a rotation runbook, the Messenger settings for one test user:
    intercom-sec hash 12345 --format snippet --app-id abcd1234 \\
      --secret-file new-secret.txt";

const EXIT_STATUS: &str = "\
Exit status:
  0  the hashes were printed, or they match, or the settings are right
  1  a hash does not match, or the settings are wrong
  2  no verdict: wrong usage, no secret, an id that could not be read";
