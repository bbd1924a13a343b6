//! One value: its `user_hash`, or whether a given one is right and why not.

use std::ffi::OsStr;

use intercom_sec::identity::{self, ClaimedHash, Identifier, Verdict, messenger_settings};
use intercom_sec::report::user_hash;
use intercom_sec::rules::holds_leak;

use crate::cli::args::{HashArgs, HashFormat};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::secret_input::SecretInput;
use crate::cli::terminal::Terminal;
use crate::commands::identity_secret;

/// Stands in the snippet where no app id was given, as in Intercom's own examples.
const APP_ID_PLACEHOLDER: &str = "YOUR_APP_ID";

pub(super) fn run(
    args: &HashArgs,
    argument: &OsStr,
    terminal: &mut Terminal,
    secrets: &mut SecretInput,
) -> Result<Exit, Failure> {
    // On Unix these are the very bytes of the argument, UTF-8 or not.
    let value = argument.as_encoded_bytes();
    check_value(value)?;
    check_options(args)?;
    if args.app_id.is_some() && args.format != HashFormat::Snippet {
        terminal.note("--app-id is used by --format snippet alone");
    }
    // All that can be wrong with the arguments is told before a secret is asked for.
    let claimed = args.verify.as_deref().map(|text| read_claimed(text, args)).transpose()?;
    let identifier = identifier(args, argument)?;
    let secret = identity_secret::read(&args.secret, secrets, claimed.is_some())?;
    // Exposed to compare: an argument that is the secret must not come back in the output.
    if secret.secret.expose() == value {
        return Err(Failure::new("value-is-secret", "VALUE is the secret itself")
            .hint("give the user id or email; replace the secret, which was in a command line"));
    }
    if holds_leak(&argument.to_string_lossy()) {
        if args.format == HashFormat::Snippet {
            return Err(Failure::new("value-is-secret", "VALUE holds an access token")
                .hint("a snippet shows its value to everyone; give the user id or email"));
        }
        terminal.note("VALUE looks like an access token, which is a secret and no user id");
    }
    if let Some(claimed) = claimed {
        let email = args.also_email.as_deref().map(str::as_bytes);
        let verdict = claimed.verify(value, email, &secret);
        return show(&verdict, identifier, args.format, terminal);
    }
    let hash = identity::user_hash(&secret.secret, value);
    match (args.format, identifier) {
        (HashFormat::Json, Some(identifier)) => {
            terminal.json(&user_hash::hashed(identifier, &hash));
        }
        (HashFormat::Snippet, Some(identifier)) => {
            let app_id = args.app_id.as_deref().unwrap_or_else(|| {
                terminal.note("no --app-id was given: replace YOUR_APP_ID in the snippet");
                APP_ID_PLACEHOLDER
            });
            terminal.result(&messenger_settings(app_id, identifier, &hash));
        }
        _ => terminal.result(&format!("{hash}\n")),
    }
    Ok(Exit::Yes)
}

/// Reads the claimed hash. One in another form is refused at once, unless there is a secret at hand
/// that may tell how it was made.
fn read_claimed(text: &str, args: &HashArgs) -> Result<ClaimedHash, Failure> {
    let claimed = ClaimedHash::parse(text)?;
    match claimed.malformed() {
        Some(malformed) if !identity_secret::is_given(&args.secret) => Err(malformed.into()),
        _ => Ok(claimed),
    }
}

/// Shows whether the claimed hash matches, and why not. The right one is not shown.
fn show(
    verdict: &Verdict,
    identifier: Option<Identifier<'_>>,
    format: HashFormat,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let exit = match verdict {
        Verdict::Match(_) => Exit::Yes,
        Verdict::Mismatch(_) => Exit::No,
        // Nothing that is known makes it: it is no hash, and there is nothing to compare.
        Verdict::Malformed(malformed) => return Err((*malformed).into()),
        _ => Exit::NoVerdict,
    };
    if let (HashFormat::Json, Some(identifier)) = (format, identifier) {
        terminal.json(&user_hash::compared(identifier, verdict));
    } else {
        terminal.report(&user_hash::lines(verdict, |role, text| terminal.paint(role, text)));
    }
    if let Some(note) = user_hash::note(verdict) {
        terminal.note(&note);
    }
    Ok(exit)
}

fn check_value(value: &[u8]) -> Result<(), Failure> {
    if value.is_empty() {
        return Err(Failure::new("value-empty", "VALUE is empty").hint(
            "give the user id or email; a hash of nothing would be one for everyone (is a shell \
             variable unset?)",
        ));
    }
    Ok(())
}

/// What the parser cannot know: options that exclude each other by their values.
fn check_options(args: &HashArgs) -> Result<(), Failure> {
    if args.verify.is_some() && args.format == HashFormat::Snippet {
        return Err(Failure::new("usage", "--verify has a verdict and no snippet")
            .hint("leave --format snippet or --verify out"));
    }
    let Some(app_id) = &args.app_id else {
        return Ok(());
    };
    if app_id.is_empty() {
        return Err(Failure::new("app-id-empty", "the app id is empty")
            .hint("leave --app-id out for a placeholder (is a shell variable unset?)"));
    }
    if holds_leak(app_id) {
        return Err(Failure::new("app-id-is-secret", "the app id holds an access token").hint(
            "an app id has 8 letters and digits; replace the token, which was in a command line",
        ));
    }
    Ok(())
}

/// The value as text, with its kind; `None` where only its bytes count.
fn identifier<'a>(args: &HashArgs, argument: &'a OsStr) -> Result<Option<Identifier<'a>>, Failure> {
    match argument.to_str() {
        Some(value) if args.email || (!args.user_id && value.contains('@')) => {
            Ok(Some(Identifier::Email(value)))
        }
        Some(value) => Ok(Some(Identifier::UserId(value))),
        None if args.format == HashFormat::Text => Ok(None),
        None => Err(Failure::new("value-not-utf8", "VALUE is not UTF-8").hint(
            "JSON and JavaScript cannot hold it, and the Messenger sends UTF-8; --format text \
             hashes any bytes",
        )),
    }
}
