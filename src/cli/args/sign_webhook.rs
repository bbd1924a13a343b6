//! The arguments of `sign-webhook`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use intercom_sec::webhook::Scheme;

use super::{Format, SecretArgs};
use crate::cli::environment::help_end;

/// Make test deliveries of webhooks, and post them to an endpoint
///
/// Signs a body as Intercom does. Without --topic it prints the header for the body that is given;
/// with --topic it makes a notification, with an id and a time of its own, and prints the whole
/// request in the form that verify-webhook reads.
#[derive(Debug, Args)]
#[command(after_long_help = help_end("sign-webhook", EXAMPLES, EXIT_STATUS))]
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

const EXAMPLES: &str = "\
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
      --send-to https://hooks.example.com/intercom --allow-remote";

const EXIT_STATUS: &str = "\
Exit status:
  0  signed; with --send-to, the endpoint took the delivery (2xx)
  1  the endpoint refused it
  2  nothing was signed, or no answer came; or wrong usage";
