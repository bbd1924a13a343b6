//! The settings that a saved page hands to the Messenger.

use std::io::Read as _;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use intercom_sec::identity::settings::{Level, check};
use intercom_sec::report;

use crate::cli::args::{HashArgs, HashFormat};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::secret_input::{SecretInput, unreadable};
use crate::cli::terminal::Terminal;
use crate::commands::identity_secret;

/// More than any page or bundle that is looked at by hand, in bytes.
const MAX_PAGE: u64 = 16 * 1024 * 1024;

pub(super) fn run(
    args: &HashArgs,
    path: &Path,
    terminal: &mut Terminal,
    secrets: &mut SecretInput,
) -> Result<Exit, Failure> {
    if !matches!(args.format, HashFormat::Text | HashFormat::Json) {
        return Err(Failure::new("usage", "--settings is shown as text or json")
            .hint("use --format text or --format json"));
    }
    let mut inputs = vec![("--settings", Some(path))];
    inputs.extend(identity_secret::inputs(&args.secret));
    SecretInput::check_stdin(&inputs)?;
    let page = read(path, secrets)?;
    // Nobody is asked for a secret: much can be told without it.
    let secret = identity_secret::read_if_given(&args.secret, secrets)?;
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let checked = check(&page, secret.as_ref(), i64::try_from(since.as_secs()).unwrap_or(i64::MAX));
    if args.format == HashFormat::Json {
        terminal.json(&report::settings::document(&checked));
    } else {
        let lines = report::settings::lines(&checked, |role, text| terminal.paint(role, text));
        terminal.report(&lines);
    }
    Ok(match checked.worst() {
        Some(Level::Wrong) => Exit::No,
        Some(Level::Unknown) => Exit::NoVerdict,
        Some(Level::Warning) | None => Exit::Yes,
    })
}

fn read(path: &Path, secrets: &mut SecretInput) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    secrets
        .open("--settings", path)?
        .take(MAX_PAGE + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable("--settings", path, &error))?;
    if bytes.len() as u64 > MAX_PAGE {
        return Err(Failure::new("page-too-long", "the page is longer than 16 MiB")
            .hint("save the page itself, or cut out the part with the settings"));
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
    }
    String::from_utf8(bytes)
        .map_err(|_| Failure::new("not-utf8", "the page is not UTF-8").hint("save it as UTF-8"))
}
