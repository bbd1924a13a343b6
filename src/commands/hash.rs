//! `intercom-sec hash`: computes or checks a `user_hash`.

use std::borrow::Cow;

use intercom_sec::report::{Role, text};
use intercom_sec::signature::{HexCase, Identifier, UserHash, messenger_settings, user_hash};
use serde::Serialize;

use crate::cli::args::{HashArgs, HashFormat, SecretArgs};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::secret_input::{SecretInput, Wanted};
use crate::cli::terminal::Terminal;

/// Stands in the snippet where no app id was given, as in Intercom's own examples.
const APP_ID_PLACEHOLDER: &str = "YOUR_APP_ID";

pub(super) fn run(
    args: &HashArgs,
    terminal: &mut Terminal,
    secrets: &mut SecretInput,
) -> Result<Exit, Failure> {
    // On Unix these are the very bytes of the argument, UTF-8 or not.
    let value = args.value.as_encoded_bytes();
    check_value(value)?;
    check_options(args)?;
    if args.app_id.is_some() && args.format != HashFormat::Snippet {
        terminal.note("--app-id is used by --format snippet alone");
    }
    // All that can be wrong with the arguments is told before a secret is asked for.
    let claimed = args.verify.as_deref().map(UserHash::parse).transpose()?;
    let identifier = identifier(args)?;
    let secret = secrets.read(&wanted(&args.secret))?;
    // Exposed to compare: an argument that is the secret must not come back in the output.
    if secret.expose() == value {
        return Err(Failure::new("value-is-secret", "VALUE is the secret itself")
            .hint("give the user id or email; replace the secret, which was in a command line"));
    }
    if holds_token(&args.value.to_string_lossy()) {
        if args.format == HashFormat::Snippet {
            return Err(Failure::new("value-is-secret", "VALUE holds an access token")
                .hint("a snippet shows its value to everyone; give the user id or email"));
        }
        terminal.note("VALUE looks like an access token, which is a secret and no user id");
    }
    let hash = user_hash(&secret, value);
    if let Some((claimed, case)) = claimed {
        let claim = Claim { identifier, matches: claimed == hash, case };
        return Ok(judge(&claim, args.format, terminal));
    }
    match (args.format, identifier) {
        (HashFormat::Json, Some(identifier)) => terminal
            .json(&Document { user_hash: Some(hash.to_string()), ..Document::new(identifier) }),
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

/// A hash that someone claims, compared.
struct Claim<'a> {
    identifier: Option<Identifier<'a>>,
    matches: bool,
    case: HexCase,
}

/// Tells whether the claimed hash matches. The right one is not told.
fn judge(claim: &Claim<'_>, format: HashFormat, terminal: &mut Terminal) -> Exit {
    let (exit, verdict, role, sentence) = if claim.matches {
        (Exit::Yes, "match", Role::Good, "this is the value's user_hash")
    } else {
        (Exit::No, "mismatch", Role::Bad, "this is not the value's user_hash")
    };
    if let (HashFormat::Json, Some(identifier)) = (format, claim.identifier) {
        terminal.json(&Document {
            verdict: Some(verdict),
            case: Some(if claim.case == HexCase::Upper { "upper" } else { "lower" }),
            ..Document::new(identifier)
        });
    } else {
        let verdict = terminal.paint(role, verdict);
        terminal.report(&format!("{verdict}: {sentence}\n"));
    }
    if !claim.matches {
        terminal.note(
            "usual causes: the secret of another platform (web, iOS and Android have one each) or \
             workspace, another identifier (with both sent, the user id counts), white space or \
             letter case in the value",
        );
    } else if claim.case == HexCase::Upper {
        terminal.note("the hash is in upper case: the web takes it, the mobile SDKs refuse it");
    }
    exit
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'static str>,
    identifier: &'static str,
    value: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_hash: Option<String>,
    /// How the claimed hash is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<&'static str>,
}

impl<'a> Document<'a> {
    fn new(identifier: Identifier<'a>) -> Self {
        Self {
            schema: "intercom-sec.hash/1",
            version: env!("CARGO_PKG_VERSION"),
            verdict: None,
            identifier: identifier.name(),
            value: text::redact(identifier.value()),
            user_hash: None,
            case: None,
        }
    }
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
    if holds_token(app_id) {
        return Err(Failure::new("app-id-is-secret", "the app id holds an access token").hint(
            "an app id has 8 letters and digits; replace the token, which was in a command line",
        ));
    }
    Ok(())
}

/// The value as text, with its kind; `None` where only its bytes count.
fn identifier(args: &HashArgs) -> Result<Option<Identifier<'_>>, Failure> {
    match args.value.to_str() {
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

fn holds_token(text: &str) -> bool {
    text::redact(text) != text
}

fn wanted(args: &SecretArgs) -> Wanted<'_> {
    Wanted {
        what: "identity verification secret",
        file: ("--secret-file", args.secret_file.as_deref()),
        env: ("--secret-env", args.secret_env.as_deref()),
        default_env: &["INTERCOM_IDENTITY_SECRET", "INTERCOM_IDENTITY_VERIFICATION_SECRET"],
    }
}
