//! The arguments of `verify-webhook`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use intercom_sec::webhook::Framework;

use super::{Format, WebhookSecretArgs};
use crate::cli::environment::help_end;

/// Check a saved webhook payload against its signature
///
/// Verifies X-Hub-Signature (HMAC-SHA1), X-Body-Signature and X-Fin-Agent-API-Webhook-Signature
/// (HMAC-SHA256) over the raw bytes of the body. The first two are keyed with the app's client
/// secret, the last one with the Fin Agent API's own. Given several secrets, as while one is
/// replaced, it tells which one signed. When nothing matches, it names the cause, or two of them
/// together: in the body, the secret or the signature. The expected signature is never printed.
#[derive(Debug, Args)]
#[command(after_long_help = help_end("verify-webhook", EXAMPLES, EXIT_STATUS))]
pub(crate) struct VerifyWebhookArgs {
    /// The file with the raw body or with saved deliveries; `-` is standard input
    ///
    /// With --signature or --headers it is the raw body, byte for byte as it was received. Without
    /// them it is a saved HTTP request (request line, headers, an empty line, the untouched body), an
    /// HTTP archive (HAR), NDJSON (an object a line: "headers", and "body" or "body_base64"), or a
    /// directory with a request in each file NAME.http, as `listen --save` writes them.
    #[arg(value_name = "PAYLOAD")]
    pub(crate) payload: PathBuf,
    /// The value of the signature's header, or the whole header line
    ///
    /// Of a value alone the form tells the header: `sha1=` and 40 hex digits, 64 hex digits, or
    /// `sha256=` and 64 hex digits.
    #[arg(long, value_name = "VALUE", conflicts_with = "headers", allow_hyphen_values = true)]
    pub(crate) signature: Option<String>,
    /// A file of HTTP headers to take the signature from; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) headers: Option<PathBuf>,
    /// What PAYLOAD is, where its name and first bytes do not tell
    #[arg(long, value_name = "FORM", default_value = "auto", hide_default_value = true)]
    pub(crate) input: InputForm,
    /// Print code that verifies the raw body, for this framework
    #[arg(long, value_name = "FRAMEWORK")]
    pub(crate) fix: Option<FrameworkChoice>,
    /// How to show the result
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) secrets: WebhookSecretArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum InputForm {
    /// By its name and first bytes
    Auto,
    /// A body alone
    Raw,
    /// A saved HTTP request
    Request,
    /// An HTTP archive
    Har,
    /// A JSON object a line
    Ndjson,
    /// A directory of saved HTTP requests
    Directory,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FrameworkChoice {
    /// Node
    Express,
    /// Python
    Flask,
    /// Ruby
    Rails,
    /// PHP
    Laravel,
    /// Rust
    Axum,
}

impl From<FrameworkChoice> for Framework {
    fn from(choice: FrameworkChoice) -> Self {
        match choice {
            FrameworkChoice::Express => Self::Express,
            FrameworkChoice::Flask => Self::Flask,
            FrameworkChoice::Rails => Self::Rails,
            FrameworkChoice::Laravel => Self::Laravel,
            FrameworkChoice::Axum => Self::Axum,
        }
    }
}

const EXAMPLES: &str = "\
Examples:
  In a terminal, a saved body and the header's value (asks for the secret):
    intercom-sec verify-webhook body.json --signature sha1=0123…

  In a pre-commit hook, that a recorded fixture still verifies:
    intercom-sec verify-webhook tests/ping.json --headers tests/ping.headers \\
      --secret-file tests/client-secret --quiet

  In CI, with the secret in the variable INTERCOM_WEBHOOK_SECRET:
    intercom-sec verify-webhook body.json --headers headers.txt --format json

  All deliveries that were saved, a line for each and a summary:
    intercom-sec verify-webhook deliveries/

  Code that verifies the raw body, for the server that refuses its webhooks:
    intercom-sec verify-webhook body.json --headers headers.txt --fix express

  In a rotation runbook, which of two client secrets signed the last delivery:
    intercom-sec verify-webhook body.json --headers headers.txt \\
      --secret-file old-secret.txt --secret-file new-secret.txt";

const EXIT_STATUS: &str = "\
Exit status:
  0  the signature matches; of many deliveries, all of them
  1  the signature does not match; of many, that of at least one
  2  no verdict: no signature, a malformed one, unreadable input, no secret,
     wrong usage; of many, none fails to match and at least one has no verdict";
