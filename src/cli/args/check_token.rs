//! The arguments of `check-token`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::{Format, parse_seconds};
use crate::cli::environment::help_end;

/// Ask Intercom whether an access token is live, and whose it is
///
/// Calls GET /me and shows the workspace, its region and the admin. The token is sent to the one
/// host and shown nowhere. Proxies are taken from HTTPS_PROXY, ALL_PROXY and NO_PROXY.
#[derive(Debug, Args)]
#[command(after_long_help = help_end("check-token", EXAMPLES, EXIT_STATUS))]
pub(crate) struct CheckTokenArgs {
    /// The file with the token; `-` is standard input
    ///
    /// One trailing line ending is dropped, nothing else.
    #[arg(long, value_name = "PATH", conflicts_with = "token_env")]
    pub(crate) token_file: Option<PathBuf>,
    /// The name of the environment variable with the token
    #[arg(long, value_name = "NAME")]
    pub(crate) token_env: Option<String>,
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

const EXAMPLES: &str = "\
Examples:
  In a terminal (asks for the token):
    intercom-sec check-token

  In a pre-push hook, that the token of the staging environment still works:
    intercom-sec check-token --token-file .secrets/staging-token --quiet

  In CI, with the token in the variable INTERCOM_ACCESS_TOKEN:
    intercom-sec check-token --format json

  In a rotation runbook, that the old token is dead (status 1) before the
  ticket is closed:
    intercom-sec check-token --token-file old-token.txt; test $? -eq 1";

const EXIT_STATUS: &str = "\
Exit status:
  0  live: a live admin's token
  1  dead: Intercom refuses it for good
  2  unknown: no answer, an answer that tells nothing, or live without proof
     of an admin; or wrong usage";
