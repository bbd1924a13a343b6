//! `intercom-sec verify-webhook`: checks a saved payload against its signature.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Read as _};
use std::path::Path;

use intercom_sec::report::{Role, text};
use intercom_sec::signature::{
    Details, MAX_HEADERS, Mismatch, Notification, Scheme, Verified, VerifyError, WebhookSignature,
    signature_in_headers,
};
use serde::Serialize;

use super::webhook_secrets::{Candidates, Keyring};
use crate::cli::args::{Format, VerifyWebhookArgs};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::secret_input::{SecretInput, unreadable};
use crate::cli::terminal::Terminal;

pub(super) fn run(
    args: &VerifyWebhookArgs,
    terminal: &mut Terminal,
    secrets: &mut SecretInput,
) -> Result<Exit, Failure> {
    let mut options =
        vec![("PAYLOAD", Some(args.payload.as_path())), ("--headers", args.headers.as_deref())];
    options.extend(Keyring::stdin_options(&args.secrets));
    SecretInput::check_stdin(&options)?;
    // Opened first: a wrong path is told before a secret is asked for.
    let payload = secrets.open("PAYLOAD", &args.payload)?;
    let signature = signature(args, secrets)?;
    let scheme = signature.scheme();
    let mut keyring = Keyring::new(&args.secrets);
    let candidates = keyring.candidates(scheme, secrets)?;
    match signature.verify_any(&candidates.secrets, payload) {
        Ok(verified) => {
            show_match(scheme, &verified, candidates, args.format, terminal);
            Ok(Exit::Yes)
        }
        Err(VerifyError::Mismatch(mismatch)) => {
            show_mismatch(scheme, mismatch, candidates, args.format, terminal);
            Ok(Exit::No)
        }
        Err(VerifyError::Unreadable(error)) => Err(unreadable("PAYLOAD", &args.payload, &error)),
        Err(error @ VerifyError::EmptyPayload) => Err(error.into()),
    }
}

fn signature(
    args: &VerifyWebhookArgs,
    secrets: &mut SecretInput,
) -> Result<WebhookSignature, Failure> {
    if let Some(path) = &args.headers {
        return Ok(signature_in_headers(&read_headers(path, secrets)?)?);
    }
    let value = args.signature.as_deref().unwrap_or_default();
    // The whole header line, as it is copied from a log.
    let is_line = value.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("x-"));
    if is_line && value.contains(':') {
        return Ok(signature_in_headers(value.as_bytes())?);
    }
    Ok(WebhookSignature::parse(value)?)
}

fn read_headers(path: &Path, secrets: &mut SecretInput) -> Result<Vec<u8>, Failure> {
    let mut headers = Vec::new();
    secrets
        .open("--headers", path)?
        .take(MAX_HEADERS as u64 + 1)
        .read_to_end(&mut headers)
        .map_err(|error: io::Error| unreadable("--headers", path, &error))?;
    if headers.len() > MAX_HEADERS {
        return Err(Failure::new(
            "headers-too-long",
            "the input of --headers is longer than any server's headers",
        )
        .hint("give a file of header lines, without the body"));
    }
    Ok(headers)
}

fn show_match(
    scheme: Scheme,
    verified: &Verified,
    candidates: &Candidates,
    format: Format,
    terminal: &mut Terminal,
) {
    let name = candidates.name(verified.secret);
    let remark = match &verified.details {
        Details::Notification(_) => None,
        Details::NotANotification if verified.length == 0 => Some("the body is empty"),
        Details::NotANotification => Some("the body is not a JSON notification"),
        Details::TooLong => Some("the body is too long to read its details"),
    };
    if format == Format::Json {
        let notification = match &verified.details {
            Details::Notification(notification) => Some(NotificationDocument::new(notification)),
            _ => None,
        };
        terminal.json(&Document {
            bytes: Some(verified.length),
            notification,
            remark,
            secret: Some(SecretRecord { position: verified.secret + 1, name: text::redact(name) }),
            ..Document::new("match", scheme)
        });
        return;
    }
    let verdict = terminal.paint(Role::Good, "match");
    let mut report = if candidates.are_several() {
        format!("{verdict}: the body was signed with the secret of {}\n", text::for_terminal(name))
    } else {
        format!("{verdict}: the body was signed with this secret\n")
    };
    if let Details::Notification(notification) = &verified.details {
        for (label, value) in details(notification) {
            let label = terminal.paint(Role::Dim, &format!("{label:<8}"));
            let _ = writeln!(report, "  {label} {value}");
        }
    }
    if let Some(remark) = remark {
        let _ = writeln!(report, "  {remark}");
    }
    terminal.report(&report);
}

fn show_mismatch(
    scheme: Scheme,
    mismatch: Mismatch,
    candidates: &Candidates,
    format: Format,
    terminal: &mut Terminal,
) {
    if format == Format::Json {
        terminal
            .json(&Document { hint: Some(mismatch.hint()), ..Document::new("mismatch", scheme) });
        return;
    }
    let verdict = terminal.paint(Role::Bad, "mismatch");
    let which = if candidates.are_several() { "any of these secrets" } else { "this secret" };
    terminal.report(&format!("{verdict}: the body was not signed with {which}\n"));
    terminal.note(mismatch.hint());
}

/// The lines for people, of what is there.
fn details(notification: &Notification) -> impl Iterator<Item = (&'static str, String)> {
    let shown = |text: &Option<String>| text.as_deref().map(text::for_terminal);
    [
        ("topic", shown(&notification.topic)),
        ("id", shown(&notification.id)),
        ("app id", shown(&notification.app_id)),
        ("time", notification.created_at_rfc3339()),
        ("attempt", notification.delivery_attempts.map(|attempts| attempts.to_string())),
    ]
    .into_iter()
    .filter_map(|(label, value)| Some((label, value?)))
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    version: &'static str,
    verdict: &'static str,
    scheme: &'static str,
    header: &'static str,
    /// How long the body is.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    notification: Option<NotificationDocument<'a>>,
    /// Which of the secrets signed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<SecretRecord<'a>>,
    /// Why a matching body shows no notification.
    #[serde(skip_serializing_if = "Option::is_none")]
    remark: Option<&'static str>,
    /// What to look at after a mismatch.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'static str>,
}

impl Document<'_> {
    fn new(verdict: &'static str, scheme: Scheme) -> Self {
        Self {
            schema: "intercom-sec.verify-webhook/1",
            version: env!("CARGO_PKG_VERSION"),
            verdict,
            scheme: scheme.name(),
            header: scheme.header(),
            bytes: None,
            notification: None,
            secret: None,
            remark: None,
            hint: None,
        }
    }
}

/// A secret, told by where it came from.
#[derive(Serialize)]
struct SecretRecord<'a> {
    /// Among those that were given, from 1.
    position: usize,
    name: Cow<'a, str>,
}

#[derive(Serialize)]
struct NotificationDocument<'a> {
    topic: Option<Cow<'a, str>>,
    id: Option<Cow<'a, str>>,
    app_id: Option<Cow<'a, str>>,
    created_at: Option<String>,
    delivery_attempts: Option<i64>,
}

impl<'a> NotificationDocument<'a> {
    fn new(notification: &'a Notification) -> Self {
        let shown = |text: &'a Option<String>| text.as_deref().map(text::redact);
        Self {
            topic: shown(&notification.topic),
            id: shown(&notification.id),
            app_id: shown(&notification.app_id),
            created_at: notification.created_at_rfc3339(),
            delivery_attempts: notification.delivery_attempts,
        }
    }
}
