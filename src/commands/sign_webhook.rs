//! Runs `intercom-sec sign-webhook`: makes test deliveries, and posts them to an endpoint.

use std::io::{Cursor, Read};
use std::time::{SystemTime, UNIX_EPOCH};

use intercom_sec::report::sign_webhook::{
    header_document, reply_document, reply_report, reply_words, topics_document,
};
use intercom_sec::webhook::saved::MAX_DELIVERY;
use intercom_sec::webhook::test_delivery::{Endpoint, Reply, template, topics};
use intercom_sec::webhook::{Scheme, SecretKind, sign_webhook};

use crate::cli::args::{Format, SignOutput, SignWebhookArgs};
use crate::cli::conclusion::Conclusion;
use crate::cli::environment;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::secret_input::{SecretInput, Wanted, unreadable};
use crate::cli::terminal::Terminal;

pub(super) fn run(
    args: &SignWebhookArgs,
    terminal: &mut Terminal,
    secrets: &mut SecretInput,
) -> Result<Conclusion, Failure> {
    if args.list_topics {
        list_topics(args, terminal);
        return Ok(Conclusion::Yes);
    }
    SecretInput::check_stdin(&[
        ("PAYLOAD", args.payload.as_deref()),
        ("--secret-file", args.secret.secret_file.as_deref()),
    ])?;
    // A wrong argument is reported before a secret is asked for.
    let endpoint = args
        .send_to
        .as_deref()
        .map(|address| Endpoint::parse(address, args.allow_remote))
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
    if endpoint.is_none() && output == SignOutput::Header {
        let value = sign_webhook(scheme, &secret, body).map_err(|error| broken(&error))?;
        show_header(scheme, &value, args.format, terminal);
        return Ok(Conclusion::Yes);
    }
    let mut kept = Vec::new();
    body.take(MAX_DELIVERY as u64 + 1).read_to_end(&mut kept).map_err(|error| broken(&error))?;
    if kept.len() > MAX_DELIVERY {
        return Err(Failure::new("payload-too-long", "PAYLOAD is too long for a delivery")
            .hint("without --send-to, and with --output header, it can be as long as it likes"));
    }
    let value = sign_webhook(scheme, &secret, kept.as_slice()).map_err(|error| broken(&error))?;
    let Some(endpoint) = endpoint else {
        terminal.bytes(&saved_request(scheme, &value, &kept));
        return Ok(Conclusion::Yes);
    };
    let reply = terminal.with_progress(
        || "waiting for the endpoint".to_owned(),
        || endpoint.post((scheme, &value), kept),
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
    let kind = scheme.secret_kind();
    Wanted {
        what: kind.name(),
        file: ("--secret-file", args.secret.secret_file.as_deref()),
        env: ("--secret-env", args.secret.secret_env.as_deref()),
        default_env: match kind {
            SecretKind::Client => environment::CLIENT_SECRETS,
            SecretKind::FinAgent => &[environment::FIN_WEBHOOK_SECRET],
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
    match args.format {
        Format::Json => terminal.json(&topics_document(topics())),
        Format::Human => {
            let lines: Vec<&str> = topics().collect();
            terminal.result(&(lines.join("\n") + "\n"));
        }
    }
}

fn show_header(scheme: Scheme, value: &str, format: Format, terminal: &mut Terminal) {
    match format {
        Format::Json => terminal.json(&header_document(scheme, value)),
        Format::Human => terminal.result(&format!("{scheme}: {value}\n")),
    }
}

fn show_reply(
    scheme: Scheme,
    reply: &Reply,
    format: Format,
    terminal: &mut Terminal,
) -> Conclusion {
    match format {
        Format::Json => terminal.json(&reply_document(scheme, reply)),
        Format::Human => {
            terminal.report(&reply_report(reply, |role, text| terminal.paint(role, text)));
        }
    }
    Conclusion::new(Exit::of(!reply.is_accepted(), false), reply_words(reply))
}
