//! `intercom-sec sign-webhook`: makes test deliveries, and posts them to an endpoint.

use std::io::{Cursor, Read};
use std::time::{SystemTime, UNIX_EPOCH};

use intercom_sec::report::{Role, text};
use intercom_sec::webhook::saved::MAX_DELIVERY;
use intercom_sec::webhook::test_delivery::{Reply, Target, template, topics};
use intercom_sec::webhook::{Scheme, sign_webhook};
use serde::Serialize;

use crate::cli::args::{Format, SignOutput, SignWebhookArgs};
use crate::cli::environment;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::secret_input::{SecretInput, Wanted, unreadable};
use crate::cli::terminal::Terminal;

const SCHEMA: &str = "intercom-sec.sign-webhook/1";

pub(super) fn run(
    args: &SignWebhookArgs,
    terminal: &mut Terminal,
    secrets: &mut SecretInput,
) -> Result<Exit, Failure> {
    if args.list_topics {
        list_topics(args, terminal);
        return Ok(Exit::Yes);
    }
    SecretInput::check_stdin(&[
        ("PAYLOAD", args.payload.as_deref()),
        ("--secret-file", args.secret.secret_file.as_deref()),
    ])?;
    // All that can be wrong with the arguments is told before a secret is asked for.
    let target = args
        .send_to
        .as_deref()
        .map(|address| Target::parse(address, args.allow_remote))
        .transpose()?;
    let body = open(args, secrets)?;
    let scheme = Scheme::from(args.scheme);
    let secret = secrets.read(&wanted(args, scheme))?;
    let broken = |error: &std::io::Error| {
        unreadable("PAYLOAD", args.payload.as_deref().unwrap_or("-".as_ref()), error)
    };
    let output = args.output.unwrap_or(if args.topic.is_some() {
        SignOutput::Request
    } else {
        SignOutput::Header
    });
    if target.is_none() && output == SignOutput::Header {
        let value = sign_webhook(scheme, &secret, body).map_err(|error| broken(&error))?;
        show_header(scheme, &value, args.format, terminal);
        return Ok(Exit::Yes);
    }
    let mut kept = Vec::new();
    body.take(MAX_DELIVERY as u64 + 1).read_to_end(&mut kept).map_err(|error| broken(&error))?;
    if kept.len() > MAX_DELIVERY {
        return Err(Failure::new("payload-too-long", "PAYLOAD is too long for a delivery")
            .hint("without --send-to, and with --output header, it can be as long as it likes"));
    }
    let value = sign_webhook(scheme, &secret, kept.as_slice()).map_err(|error| broken(&error))?;
    let Some(target) = target else {
        terminal.bytes(&saved_request(scheme, &value, &kept));
        return Ok(Exit::Yes);
    };
    let reply = terminal.with_progress(
        || "waiting for the endpoint".to_owned(),
        || target.post((scheme, &value), kept),
    )?;
    Ok(show_reply(scheme, &reply, args.format, terminal))
}

fn open(args: &SignWebhookArgs, secrets: &mut SecretInput) -> Result<Box<dyn Read>, Failure> {
    if let Some(path) = &args.payload {
        return secrets.open("PAYLOAD", path);
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let topic = args.topic.as_deref().unwrap_or_default();
    let body = template(topic, i64::try_from(now).unwrap_or_default()).ok_or_else(|| {
        Failure::new("topic-unknown", "there is no template of this topic")
            .hint("--list-topics shows those that there are; give the body of another as PAYLOAD")
    })?;
    Ok(Box::new(Cursor::new(body.into_bytes())))
}

fn wanted(args: &SignWebhookArgs, scheme: Scheme) -> Wanted<'_> {
    let is_fin = scheme == Scheme::FinAgent;
    Wanted {
        what: if is_fin { "Fin Agent API webhook secret" } else { "client secret" },
        file: ("--secret-file", args.secret.secret_file.as_deref()),
        env: ("--secret-env", args.secret.secret_env.as_deref()),
        default_env: if is_fin {
            &[environment::FIN_WEBHOOK_SECRET]
        } else {
            environment::CLIENT_SECRETS
        },
    }
}

/// An HTTP request as `verify-webhook` reads it.
fn saved_request(scheme: Scheme, value: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /webhook HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json; \
         charset=utf-8\r\nContent-Length: {}\r\n{scheme}: {value}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn list_topics(args: &SignWebhookArgs, terminal: &mut Terminal) {
    if args.format == Format::Json {
        terminal.json(&Document { topics: Some(topics().collect()), ..Document::new("listed") });
        return;
    }
    let lines: Vec<&str> = topics().collect();
    terminal.result(&(lines.join("\n") + "\n"));
}

fn show_header(scheme: Scheme, value: &str, format: Format, terminal: &mut Terminal) {
    if format == Format::Json {
        let document = Document { value: Some(value), ..Document::of(scheme, "signed") };
        terminal.json(&document);
        return;
    }
    terminal.result(&format!("{scheme}: {value}\n"));
}

fn show_reply(scheme: Scheme, reply: &Reply, format: Format, terminal: &mut Terminal) -> Exit {
    let (exit, verdict, role) = if reply.is_accepted() {
        (Exit::Yes, "accepted", Role::Good)
    } else {
        (Exit::No, "refused", Role::Bad)
    };
    if format == Format::Json {
        terminal.json(&Document {
            http_status: Some(reply.status),
            body: Some(text::readable(&reply.body)),
            body_is_cut: Some(reply.is_cut),
            ..Document::of(scheme, verdict)
        });
        return exit;
    }
    let mut report =
        format!("{}: the endpoint answered {}\n", terminal.paint(role, verdict), reply.status);
    if !reply.body.is_empty() {
        let cut = if reply.is_cut { " …" } else { "" };
        report += "  ";
        report += &text::for_terminal(&text::readable(&reply.body));
        report += cut;
        report.push('\n');
    }
    terminal.report(&report);
    exit
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    version: &'static str,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    scheme: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    header: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body_is_cut: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    topics: Option<Vec<&'static str>>,
}

impl Document<'_> {
    const fn new(verdict: &'static str) -> Self {
        Self {
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION"),
            verdict,
            scheme: None,
            header: None,
            value: None,
            http_status: None,
            body: None,
            body_is_cut: None,
            topics: None,
        }
    }

    fn of(scheme: Scheme, verdict: &'static str) -> Self {
        Self { scheme: Some(scheme.name()), header: Some(scheme.header()), ..Self::new(verdict) }
    }
}
