//! The commands around webhooks.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use intercom_sec::webhook::{Framework, Scheme};

use super::{Format, SecretArgs};

/// Check a saved webhook payload against its signature
///
/// Verifies X-Hub-Signature (HMAC-SHA1), X-Body-Signature and X-Fin-Agent-API-Webhook-Signature
/// (HMAC-SHA256) over the raw bytes of the body. The first two are keyed with the app's client
/// secret, the last one with the Fin Agent API's own. Given several secrets, as while one is
/// replaced, it tells which one signed. When nothing matches, it names the cause, or two of them
/// together: in the body, the secret or the signature. The expected signature is never printed.
#[derive(Debug, Args)]
#[command(after_long_help = VERIFY_WEBHOOK_EXAMPLES)]
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

impl FrameworkChoice {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Express => "express",
            Self::Flask => "flask",
            Self::Rails => "rails",
            Self::Laravel => "laravel",
            Self::Axum => "axum",
        }
    }
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

const VERIFY_WEBHOOK_EXAMPLES: &str = "\
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
      --secret-file old-secret.txt --secret-file new-secret.txt

Environment:
  INTERCOM_WEBHOOK_SECRET      the app's client secret
  INTERCOM_CLIENT_SECRET       the same, where the first is not set
  INTERCOM_FIN_WEBHOOK_SECRET  the secret of X-Fin-Agent-API-Webhook-Signature

Exit status:
  0  the signature matches; of many deliveries, all of them
  1  the signature does not match; of many, that of at least one
  2  no verdict: no signature, a malformed one, unreadable input, no secret,
     wrong usage; of many, none fails to match and at least one has no verdict";

/// The secrets that sign, several where one is being replaced.
#[derive(Debug, Args)]
pub(crate) struct WebhookSecretArgs {
    /// A file with a secret; `-` is standard input; again for further secrets
    ///
    /// One trailing line ending is dropped, nothing else.
    #[arg(long, value_name = "PATH")]
    pub(crate) secret_file: Vec<PathBuf>,
    /// The name of an environment variable with a secret; again for further ones
    #[arg(long, value_name = "NAME")]
    pub(crate) secret_env: Vec<String>,
    /// A file with a secret for X-Fin-Agent-API-Webhook-Signature alone
    ///
    /// Without --fin-secret-file and --fin-secret-env, the secrets that are given are tried for every
    /// signature.
    #[arg(long, value_name = "PATH")]
    pub(crate) fin_secret_file: Vec<PathBuf>,
    /// The name of an environment variable with such a secret
    #[arg(long, value_name = "NAME")]
    pub(crate) fin_secret_env: Vec<String>,
}

/// Make test deliveries of webhooks, and post them to an endpoint
///
/// Signs a body as Intercom does. Without --topic it prints the header for the body that is given;
/// with --topic it makes a notification, with an id and a time of its own, and prints the whole
/// request in the form that verify-webhook reads.
#[derive(Debug, Args)]
#[command(after_long_help = SIGN_WEBHOOK_EXAMPLES)]
#[command(group(clap::ArgGroup::new("what").required(true)))]
pub(crate) struct SignWebhookArgs {
    /// The file with the body; `-` is standard input
    #[arg(value_name = "PAYLOAD", group = "what")]
    pub(crate) payload: Option<PathBuf>,
    /// Make a notification of this topic
    #[arg(long, value_name = "TOPIC", group = "what")]
    pub(crate) topic: Option<String>,
    /// Show the topics that there are templates for
    #[arg(long, group = "what")]
    pub(crate) list_topics: bool,
    /// Which of Intercom's signatures to make
    #[arg(long, value_name = "SCHEME", default_value = "hub")]
    pub(crate) scheme: SchemeChoice,
    /// What to print; without it, a header for PAYLOAD and a request for --topic
    #[arg(long, value_name = "WHAT", conflicts_with = "send_to")]
    pub(crate) output: Option<SignOutput>,
    /// Post the delivery to this address, and show the answer
    #[arg(long, value_name = "URL")]
    pub(crate) send_to: Option<String>,
    /// Let --send-to be another machine, over HTTPS
    #[arg(long, requires = "send_to")]
    pub(crate) allow_remote: bool,
    /// How to show the result
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) secret: SecretArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemeChoice {
    /// X-Hub-Signature
    Hub,
    /// X-Body-Signature
    Body,
    /// X-Fin-Agent-API-Webhook-Signature
    Fin,
}

impl From<SchemeChoice> for Scheme {
    fn from(choice: SchemeChoice) -> Self {
        match choice {
            SchemeChoice::Hub => Self::Hub,
            SchemeChoice::Body => Self::Body,
            SchemeChoice::Fin => Self::FinAgent,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SignOutput {
    /// The line of the signature's header
    Header,
    /// The whole HTTP request
    Request,
}

const SIGN_WEBHOOK_EXAMPLES: &str = "\
Examples:
  In a terminal, a test delivery to the server that is being written (asks for
  the secret):
    intercom-sec sign-webhook --topic conversation.user.created \\
      --send-to http://localhost:3000/webhook

  In a pre-push hook, that the server still takes a signed delivery:
    intercom-sec sign-webhook tests/ping.json --quiet \\
      --secret-file tests/client-secret --send-to http://localhost:3000/webhook

  In CI, the header for a body that another program sends:
    intercom-sec sign-webhook body.json --secret-env TEST_SECRET

  In a rotation runbook, that the server takes the new secret already:
    intercom-sec sign-webhook --topic ping --secret-file new-secret.txt \\
      --send-to https://hooks.example.com/intercom --allow-remote

Environment:
  INTERCOM_WEBHOOK_SECRET      the app's client secret
  INTERCOM_CLIENT_SECRET       the same, where the first is not set
  INTERCOM_FIN_WEBHOOK_SECRET  the secret, for --scheme fin

Exit status:
  0  signed; with --send-to, the endpoint took the delivery (2xx)
  1  the endpoint refused it
  2  nothing was signed, or no answer came; or wrong usage";
