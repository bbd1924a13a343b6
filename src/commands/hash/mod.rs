//! `intercom-sec hash`: computes or checks a `user_hash`, or a whole list of them, or the settings of
//! a saved page.

mod batch;
mod one;
mod settings;

use crate::cli::args::{HashArgs, HashFormat};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::secret_input::SecretInput;
use crate::cli::terminal::Terminal;

pub(super) fn run(
    args: &HashArgs,
    terminal: &mut Terminal,
    secrets: &mut SecretInput,
) -> Result<Exit, Failure> {
    if let Some(value) = &args.value {
        if matches!(args.format, HashFormat::Csv | HashFormat::Ndjson) {
            return Err(Failure::new("usage", "this format is for lists (--ids, --csv)")
                .hint("use --format text or json for one value"));
        }
        return one::run(args, value, terminal, secrets);
    }
    for (is_given, option) in [
        (args.email, "--email"),
        (args.user_id, "--user-id"),
        (args.also_email.is_some(), "--also-email"),
        (args.app_id.is_some(), "--app-id"),
    ] {
        if is_given {
            return Err(Failure::new("usage", format!("{option} is for one VALUE"))
                .hint("leave it out; for emails in a CSV file there is --email-column"));
        }
    }
    if let Some(path) = &args.settings {
        settings::run(args, path, terminal, secrets)
    } else {
        batch::run(args, terminal, secrets)
    }
}
