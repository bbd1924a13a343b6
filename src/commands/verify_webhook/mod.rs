//! Runs `intercom-sec verify-webhook`: checks saved deliveries against their signatures.

mod batch;
mod judge;

use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;

use intercom_sec::report::Label;
use intercom_sec::report::verify_webhook::{Fix, Judged, document, report, words};
use intercom_sec::webhook::saved::{self, DeliveryError, Form, Outcome, SNIFFED};
use intercom_sec::webhook::{Cause, Certainty, MAX_HEADERS, SignatureText};

use self::judge::Judge;
use super::webhook_secrets::Keyring;
use crate::cli::args::{Format, InputForm, VerifyWebhookArgs};
use crate::cli::conclusion::Conclusion;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::secret_input::{SecretInput, unreadable};
use crate::cli::terminal::Terminal;

pub(super) fn run(
    args: &VerifyWebhookArgs,
    terminal: &mut Terminal,
    secrets: &mut SecretInput,
) -> Result<Conclusion, Failure> {
    let mut options =
        vec![("PAYLOAD", Some(args.payload.as_path())), ("--headers", args.headers.as_deref())];
    options.extend(Keyring::stdin_options(&args.secrets));
    SecretInput::check_stdin(&options)?;
    let mut judge = Judge::new(&args.secrets);
    if args.signature.is_some() || args.headers.is_some() {
        let judged = raw(args, &mut judge, secrets)?;
        return Ok(show(&judged, args, terminal));
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
            let judged = judge.saved(&delivery, secrets)?;
            Ok(show(&judged, args, terminal))
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
) -> Result<Judged, Failure> {
    if !matches!(args.input, InputForm::Auto | InputForm::Raw) {
        return Err(Failure::new("usage", "--signature and --headers go with a raw body")
            .hint("leave them out: a saved request has its headers with it"));
    }
    // Opened first: a wrong path is told before a secret is asked for.
    let payload = secrets.open("PAYLOAD", &args.payload)?;
    let headers = args.headers.as_deref().map(|path| read_headers(path, secrets)).transpose()?;
    let text = match &headers {
        Some(headers) => SignatureText::Headers(headers),
        None => SignatureText::of_value_or_line(args.signature.as_deref().unwrap_or_default()),
    };
    judge.raw(text, payload, &args.payload, secrets)
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

/// Shows what is known of the only delivery.
fn show(judged: &Judged, args: &VerifyWebhookArgs, terminal: &mut Terminal) -> Conclusion {
    let fix = args.fix.map(|framework| Fix::new(framework.into(), judged.scheme()));
    match args.format {
        Format::Json => terminal.json(&document(judged, fix.as_ref())),
        Format::Human => {
            terminal.report(&report(judged, |role, text| terminal.paint(role, text)));
            if fix.is_none() && is_fixed_by_code(judged) {
                let next =
                    "--fix express|flask|rails|laravel|axum prints code that verifies the raw body";
                let line = Label::Next.line(next, |role, text| terminal.paint(role, text));
                terminal.report(&line);
            }
            if let Some(fix) = &fix {
                terminal.result(&fix.code);
            }
        }
    }
    Conclusion::new(exit_of(judged.outcome()), words(judged))
}

/// Whether other code of the receiver would have verified the delivery.
fn is_fixed_by_code(judged: &Judged) -> bool {
    let mismatch = judged.verdict.as_ref().err();
    mismatch.and_then(|mismatch| mismatch.diagnosis.as_ref()).is_some_and(|diagnosis| {
        diagnosis.certainty == Certainty::Proven
            && diagnosis.causes.iter().any(|cause| !matches!(cause, Cause::Secret(_)))
    })
}

fn exit_of(outcome: Outcome) -> Exit {
    Exit::of(outcome == Outcome::Mismatch, outcome == Outcome::Unreadable)
}
