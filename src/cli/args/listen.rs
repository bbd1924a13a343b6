//! The arguments of `listen`.

use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::{WebhookSecretArgs, parse_seconds};
use crate::cli::environment::help_end;

/// Receive webhooks on this machine: verify, show, save and forward them
///
/// A local receiver for development. Answers HEAD (Intercom's check of an address), and each POST
/// by its signature: 200 {"received":true} when it is right, 401 with the reason when it is missing
/// or wrong. With --save, a delivery is on the disk before it is acknowledged.
///
/// Deliveries come through a tunnel of yours (ngrok, cloudflared) that ends at this port. Nothing is
/// trusted for where it comes from: neither the sender's address nor the Host header counts, only
/// the signature.
#[derive(Debug, Args)]
#[command(after_long_help = help_end("listen", EXAMPLES, EXIT_STATUS))]
pub(crate) struct ListenArgs {
    /// The port; 0 takes a free one, which the first line of the output names
    #[arg(long, value_name = "PORT", default_value_t = 3000)]
    pub(crate) port: u16,
    /// The address to listen on; others than this machine's own let others in
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1", value_parser = parse_host)]
    pub(crate) host: IpAddr,
    /// Send verified deliveries on to this address, as they came
    ///
    /// http://HOST:PORT/PATH on this machine; the path is used as it stands here. The answer to
    /// Intercom does not wait for it: a target that is slow or down shows in the output alone.
    /// Bytes and headers stay as they are, but for Host and what belongs to one connection alone.
    #[arg(long, value_name = "URL")]
    pub(crate) forward_to: Option<String>,
    /// Let --forward-to name another machine
    ///
    /// Deliveries hold personal data, and HTTP shows it to everyone on the way.
    #[arg(long, requires = "forward_to")]
    pub(crate) forward_anywhere: bool,
    /// Seconds until the target has to have answered
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = parse_seconds)]
    pub(crate) forward_timeout: Duration,
    /// Save each verified delivery in this directory, before it is acknowledged
    ///
    /// A file NAME.http holds the request line, the headers, an empty line and the raw body. Only
    /// the user may read it. A delivery that cannot be saved is answered 500, so that Intercom
    /// sends it again.
    #[arg(long, value_name = "DIR")]
    pub(crate) save: Option<PathBuf>,
    /// The longest body that is read, as 500000, 512KiB or 10MiB
    #[arg(long, value_name = "SIZE", default_value = "10MiB", value_parser = parse_size)]
    pub(crate) max_body: usize,
    /// Take a delivery whose id was there before like any other
    ///
    /// Otherwise it is answered 200 and neither saved nor forwarded. 65,536 ids are remembered,
    /// until the receiver ends.
    #[arg(long)]
    pub(crate) keep_duplicates: bool,
    /// Stop after N verified deliveries; exit status 1 if any other was refused
    #[arg(long, value_name = "N")]
    pub(crate) exit_after: Option<NonZeroU64>,
    /// How to show what comes
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: ListenFormat,
    #[command(flatten)]
    pub(crate) secrets: WebhookSecretArgs,
    #[command(flatten)]
    pub(crate) messenger: MessengerArgs,
}

/// What `GET /api/intercom-settings` needs.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options for GET /api/intercom-settings")]
pub(crate) struct MessengerArgs {
    /// Answer with app_id, user_id and user_hash for the subject of the bearer token
    ///
    /// The request needs `Authorization: Bearer JWT`, signed with the bearer key, with
    /// `sub` and `exp`. Anyone else gets 401.
    #[arg(long, value_name = "APP_ID")]
    pub(crate) settings_app_id: Option<String>,
    /// The file with the identity verification secret of the web; `-` is standard input
    #[arg(long, value_name = "PATH", requires = "settings_app_id")]
    #[arg(conflicts_with = "identity_secret_env")]
    pub(crate) identity_secret_file: Option<PathBuf>,
    /// The name of the environment variable with the identity verification secret
    #[arg(long, value_name = "NAME", requires = "settings_app_id")]
    pub(crate) identity_secret_env: Option<String>,
    /// The file with the key of bearer tokens; `-` is standard input
    ///
    /// A public RSA key in PEM takes tokens of RS256 only, any other text is the secret of HS256.
    #[arg(long, value_name = "PATH", requires = "settings_app_id")]
    #[arg(conflicts_with = "bearer_key_env")]
    pub(crate) bearer_key_file: Option<PathBuf>,
    /// The name of the environment variable with the key of bearer tokens
    #[arg(long, value_name = "NAME", requires = "settings_app_id")]
    pub(crate) bearer_key_env: Option<String>,
    /// The one other origin whose pages may ask, as http://localhost:5173 [default: none]
    #[arg(long, value_name = "ORIGIN", requires = "settings_app_id", value_parser = parse_origin)]
    pub(crate) settings_origin: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListenFormat {
    /// A line for each delivery
    Human,
    /// One JSON record a line
    Ndjson,
}

const EXAMPLES: &str = "\
Examples:
  In a terminal, with an app that listens on port 4000 behind it:
    intercom-sec listen --forward-to http://localhost:4000/webhooks \\
      --save deliveries --secret-file client-secret.txt

  In a pre-push hook, that a recorded delivery still gets its answer:
    intercom-sec listen --port 3999 --exit-after 1 --quiet \\
      --secret-file tests/client-secret &
    curl --retry 5 --retry-connrefused --data-binary @tests/ping.json \\
      -H @tests/ping.headers http://127.0.0.1:3999/; wait $!

  In CI, records of three deliveries, with the secret in the variable
  INTERCOM_WEBHOOK_SECRET:
    intercom-sec listen --exit-after 3 --format ndjson > deliveries.ndjson

  In a rotation runbook, that Intercom signs with the new client secret:
    intercom-sec listen --exit-after 1 --secret-file new-secret.txt";

const EXIT_STATUS: &str = "\
Exit status:
  0  stopped by Ctrl-C or SIGTERM; with --exit-after: N deliveries were
     verified, and none was refused
  1  with --exit-after: a delivery was refused here, or by the target
  2  no verdict: the port is in use, wrong usage, no secret; stopped in the
     midst; with --exit-after: stopped before N, or one could not be
     saved or sent on";

fn parse_host(text: &str) -> Result<IpAddr, String> {
    if text.eq_ignore_ascii_case("localhost") {
        return Ok(Ipv4Addr::LOCALHOST.into());
    }
    text.trim_start_matches('[')
        .trim_end_matches(']')
        .parse()
        .map_err(|_| "an IP address of this machine, or localhost".to_owned())
}

/// A number of bytes, with a unit of 1024 or without one.
fn parse_size(text: &str) -> Result<usize, String> {
    const LARGEST: usize = 1 << 30;
    let digits = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let shift = match unit.trim_start().to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kib" => 10,
        "m" | "mib" => 20,
        "g" | "gib" => 30,
        _ => return Err("a number of bytes, KiB or MiB".to_owned()),
    };
    let bytes = number.parse::<usize>().ok().and_then(|number| number.checked_mul(1 << shift));
    bytes
        .filter(|bytes| (1..=LARGEST).contains(bytes))
        .ok_or_else(|| "from 1 byte to 1 GiB".to_owned())
}

/// An origin as browsers send it: exactly that, or nothing would match.
fn parse_origin(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    let is_plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-:[]".contains(&byte);
    match rest {
        Some(host) if !host.is_empty() && host.bytes().all(is_plain) => Ok(text.to_owned()),
        _ => Err("an origin as http://localhost:5173, without a path, and not *".to_owned()),
    }
}
