//! One value: its `user_hash`, or whether a given one is right and why not.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fmt::Write as _;

use intercom_sec::crypto::HexCase;
use intercom_sec::identity::Platform;
use intercom_sec::identity::explain::{Claim, Depth, Explainer, Explanation, Question};
use intercom_sec::identity::{Identifier, MalformedHash, UserHash, messenger_settings, user_hash};
use intercom_sec::report::user_hashes::{CauseRecord, explained};
use intercom_sec::report::{Role, text};
use serde::Serialize;

use crate::cli::args::{HashArgs, HashFormat};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::secret_input::SecretInput;
use crate::cli::terminal::Terminal;
use crate::commands::identity_secret::{self, IdentitySecrets};

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
    if holds_token(&argument.to_string_lossy()) {
        if args.format == HashFormat::Snippet {
            return Err(Failure::new("value-is-secret", "VALUE holds an access token")
                .hint("a snippet shows its value to everyone; give the user id or email"));
        }
        terminal.note("VALUE looks like an access token, which is a secret and no user id");
    }
    if let Some(claimed) = claimed {
        let judgement = compare(claimed, value, args.also_email.as_deref(), &secret)?;
        return Ok(show(&judgement, identifier, args.format, terminal));
    }
    let hash = user_hash(&secret.secret, value);
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

/// A hash that someone claims.
enum Claimed {
    /// In the right form.
    Hash(UserHash, HexCase),
    /// In another form, which can only be explained.
    OtherForm(Claim, MalformedHash),
}

/// Reads the claimed hash. One in another form is refused at once, unless there is a secret at hand
/// that may tell how it was made.
fn read_claimed(text: &str, args: &HashArgs) -> Result<Claimed, Failure> {
    match UserHash::parse(text) {
        Ok((hash, case)) => Ok(Claimed::Hash(hash, case)),
        Err(malformed) => match Claim::of_other_form(text) {
            Some(claim) if identity_secret::is_given(&args.secret) => {
                Ok(Claimed::OtherForm(claim, malformed))
            }
            _ => Err(malformed.into()),
        },
    }
}

/// What a comparison came to.
struct Judgement {
    matches: bool,
    case: Option<HexCase>,
    explanation: Option<Explanation>,
}

/// Compares in constant time. Only after a mismatch it is asked why, which changes nothing of it.
fn compare(
    claimed: Claimed,
    value: &[u8],
    email: Option<&str>,
    secrets: &IdentitySecrets,
) -> Result<Judgement, Failure> {
    let explain = |claim: &Claim| {
        let explainer = Explainer::new(&secrets.secret, &secrets.others);
        let question = Question { value, email: email.map(str::as_bytes), claim };
        explainer.explain(question, Depth::Two)
    };
    match claimed {
        Claimed::OtherForm(claim, malformed) => match explain(&claim) {
            Some(explanation) => {
                Ok(Judgement { matches: false, case: None, explanation: Some(explanation) })
            }
            // Nothing that is known makes it: it is no hash, and there is nothing to compare.
            None => Err(malformed.into()),
        },
        Claimed::Hash(hash, case) => {
            let is_right = hash == user_hash(&secrets.secret, value);
            let refused = secrets
                .platform
                .filter(|platform| case == HexCase::Upper && Platform::is_mobile(*platform));
            let explanation = match (is_right, refused) {
                (true, None) => None,
                (true, Some(platform)) => Some(Explanation::upper_case(platform)),
                (false, _) => explain(&Claim::of(&hash)),
            };
            let matches = is_right && refused.is_none();
            Ok(Judgement { matches, case: Some(case), explanation })
        }
    }
}

/// Tells whether the claimed hash matches, and why not. The right one is not told.
fn show(
    judgement: &Judgement,
    identifier: Option<Identifier<'_>>,
    format: HashFormat,
    terminal: &mut Terminal,
) -> Exit {
    let (exit, verdict, role, sentence) = if judgement.matches {
        (Exit::Yes, "match", Role::Good, "this is the value's user_hash")
    } else {
        (Exit::No, "mismatch", Role::Bad, "this is not the value's user_hash")
    };
    if let (HashFormat::Json, Some(identifier)) = (format, identifier) {
        terminal.json(&Document {
            verdict: Some(verdict),
            case: judgement.case.map(|case| if case == HexCase::Upper { "upper" } else { "lower" }),
            causes: judgement.explanation.as_ref().map(explained),
            ..Document::new(identifier)
        });
    } else {
        let mut report = format!("{}: {sentence}\n", terminal.paint(role, verdict));
        if let Some(explanation) = &judgement.explanation {
            let _ = writeln!(report, "why: {}", text::for_terminal(&explanation.sentence()));
            let _ = writeln!(report, "next: {}", explanation.advice());
        }
        terminal.report(&report);
    }
    if !judgement.matches && judgement.explanation.is_none() {
        terminal.note(
            "no known mistake makes this hash of the value; usual causes: the secret of another \
             platform (web, iOS and Android have one each) or workspace, another identifier (with \
             both sent, the user id counts: see --also-email)",
        );
    } else if judgement.matches && judgement.case == Some(HexCase::Upper) {
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
    /// Why it does not match, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    causes: Option<Vec<CauseRecord>>,
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
            causes: None,
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

fn holds_token(text: &str) -> bool {
    text::redact(text) != text
}
