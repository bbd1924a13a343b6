//! `intercom-sec verify-webhook`: checks saved payloads against their signatures.

mod batch;
mod document;
mod judge;

use std::fmt::Write as _;
use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;

use intercom_sec::report::{Role, text};
use intercom_sec::webhook::saved::{self, DeliveryError, Form, SNIFFED};
use intercom_sec::webhook::{
    Cause, Certainty, Claim, Details, MAX_HEADERS, Scheme, WebhookSignature, malformed_in_headers,
    receiver, signatures_in_headers,
};

use self::document::Document;
use self::judge::{Judge, Judgement};
use super::webhook_secrets::Keyring;
use crate::cli::args::{Format, InputForm, VerifyWebhookArgs};
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
    let mut judge = Judge::new(&args.secrets);
    if args.signature.is_some() || args.headers.is_some() {
        let judgement = raw(args, &mut judge, secrets)?;
        return Ok(show(&judgement, args, terminal));
    }
    let is_directory = args.input == InputForm::Directory
        || args.input == InputForm::Auto && args.payload.is_dir();
    if is_directory {
        let entries = saved::read_directory(&args.payload)
            .map_err(|error| unreadable("PAYLOAD", &args.payload, &error))?;
        return batch::run(entries, args, &mut judge, terminal, secrets);
    }
    let (form, input) = open(args, secrets)?;
    match form {
        Form::Request => {
            let saved = read_up_to(input, saved::MAX_DELIVERY, &args.payload)?;
            let delivery = saved::read_request("PAYLOAD", saved).map_err(in_payload)?;
            if let Some(oddity) = delivery.oddity {
                terminal.note(&oddity.to_string());
            }
            let judgement = judge.delivery(&delivery, secrets)?;
            Ok(show(&judgement, args, terminal))
        }
        Form::Har => {
            let text = read_up_to(input, saved::MAX_HAR, &args.payload)?;
            let entries = saved::read_har(&text).map_err(in_payload)?;
            batch::run(entries.into_iter(), args, &mut judge, terminal, secrets)
        }
        Form::Ndjson => {
            let entries = saved::read_ndjson(BufReader::new(input));
            batch::run(entries, args, &mut judge, terminal, secrets)
        }
        Form::Raw | Form::Directory => Err(Failure::new(
            "signature-missing",
            "PAYLOAD is a body alone, and no signature was given",
        )
        .hint(
            "give the header's value with --signature or saved headers with --headers, or save the \
             whole HTTP request (see --help)",
        )),
    }
}

/// A body alone, as long as it likes, with the signature beside it.
fn raw(
    args: &VerifyWebhookArgs,
    judge: &mut Judge<'_>,
    secrets: &mut SecretInput,
) -> Result<Judgement, Failure> {
    if !matches!(args.input, InputForm::Auto | InputForm::Raw) {
        return Err(Failure::new("usage", "--signature and --headers go with a raw body")
            .hint("leave them out: a saved request has its headers with it"));
    }
    // Opened first: a wrong path is told before a secret is asked for.
    let payload = secrets.open("PAYLOAD", &args.payload)?;
    let (signatures, claimed) = signatures(args, secrets)?;
    match signatures {
        Ok(signatures) => judge.body(&signatures, payload, secrets, &args.payload),
        Err(failure) => Err(judge.malformed(failure, claimed.as_ref(), payload, secrets)),
    }
}

/// Signatures, or why one is none and what can be made out of it.
type Read1 = (Result<Vec<WebhookSignature>, Failure>, Option<(Scheme, Claim)>);

fn signatures(args: &VerifyWebhookArgs, secrets: &mut SecretInput) -> Result<Read1, Failure> {
    if let Some(path) = &args.headers {
        return Ok(in_headers(&read_headers(path, secrets)?));
    }
    let value = args.signature.as_deref().unwrap_or_default();
    // The whole header line, as it is copied from a log.
    let is_line = value.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("x-"));
    if is_line && value.contains(':') {
        return Ok(in_headers(value.as_bytes()));
    }
    let signature = WebhookSignature::parse(value).map(|one| vec![one]).map_err(Failure::from);
    Ok((signature, Claim::read(Scheme::Hub, value).map(|claim| (Scheme::Hub, claim))))
}

fn in_headers(headers: &[u8]) -> Read1 {
    let claimed = malformed_in_headers(headers)
        .and_then(|(scheme, value)| Some((scheme, Claim::read(scheme, &value)?)));
    (signatures_in_headers(headers).map_err(Failure::from), claimed)
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

/// Opens the payload and looks at its first bytes, which are read again after that.
fn open(
    args: &VerifyWebhookArgs,
    secrets: &mut SecretInput,
) -> Result<(Form, impl Read + use<>), Failure> {
    let mut input = secrets.open("PAYLOAD", &args.payload)?;
    let mut start = Vec::new();
    input
        .by_ref()
        .take(SNIFFED as u64)
        .read_to_end(&mut start)
        .map_err(|error| unreadable("PAYLOAD", &args.payload, &error))?;
    let form = match args.input {
        InputForm::Auto => Form::of(&args.payload, &start),
        InputForm::Raw => Form::Raw,
        InputForm::Request => Form::Request,
        InputForm::Har => Form::Har,
        InputForm::Ndjson => Form::Ndjson,
        InputForm::Directory => Form::Directory,
    };
    Ok((form, Cursor::new(start).chain(input)))
}

fn read_up_to(input: impl Read, limit: usize, path: &Path) -> Result<Vec<u8>, Failure> {
    let mut text = Vec::new();
    input
        .take(limit as u64 + 1)
        .read_to_end(&mut text)
        .map_err(|error| unreadable("PAYLOAD", path, &error))?;
    if text.len() > limit { Err(in_payload(DeliveryError::TooLong { limit })) } else { Ok(text) }
}

#[allow(clippy::needless_pass_by_value, reason = "for map_err")]
fn in_payload(error: DeliveryError) -> Failure {
    let message = format!("PAYLOAD {error}");
    Failure { message, ..Failure::from(error) }
}

/// Shows the judgement of the one delivery that there is.
fn show(judgement: &Judgement, args: &VerifyWebhookArgs, terminal: &mut Terminal) -> Exit {
    let fix = args.fix.map(|framework| (framework, receiver(framework.into(), judgement.scheme())));
    if args.format == Format::Json {
        terminal.json(&Document::new(judgement, fix.as_ref()));
        return judgement.exit();
    }
    match judgement {
        Judgement::Match(_) => show_match(judgement, terminal),
        Judgement::Mismatch(mismatch) => {
            let which = if mismatch.are_several { "any of these secrets" } else { "this secret" };
            let verdict = terminal.paint(Role::Bad, "mismatch");
            terminal.report(&format!("{verdict}: the body was not signed with {which}\n"));
            terminal.note(&mismatch.sentence());
            let diagnosis = &mismatch.diagnosis;
            let is_code = diagnosis.causes.iter().any(|cause| !matches!(cause, Cause::Secret(_)));
            if fix.is_none() && is_code && diagnosis.certainty == Certainty::Proven {
                terminal.note(
                    "--fix express|flask|rails|laravel|axum prints code that verifies the raw body",
                );
            }
        }
    }
    if let Some((_, code)) = &fix {
        terminal.result(code);
    }
    judgement.exit()
}

fn show_match(judgement: &Judgement, terminal: &mut Terminal) {
    let Judgement::Match(matched) = judgement else { return };
    let verdict = terminal.paint(Role::Good, "match");
    let mut report = if matched.are_several {
        let name = text::for_terminal(&matched.secret_name);
        format!("{verdict}: the body was signed with the secret of {name}\n")
    } else {
        format!("{verdict}: the body was signed with this secret\n")
    };
    if let Details::Notification(notification) = &matched.verified.details {
        for (label, value) in document::details(notification) {
            let _ =
                writeln!(report, "  {} {value}", terminal.paint(Role::Dim, &format!("{label:<8}")));
        }
    }
    if let Some(remark) = judgement.remark() {
        let _ = writeln!(report, "  {remark}");
    }
    terminal.report(&report);
}
