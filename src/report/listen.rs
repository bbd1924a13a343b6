//! What the receiver tells, for people and for scripts.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::net::SocketAddr;

use serde::Serialize;

use super::advisor::Advisor;
use super::gate as text;
use super::role::Role;
use super::words::Words;
use crate::advice::Advice;
use crate::receiver::{Delivery, Event, Forwarded, Refusal, SettingsAnswer, Tally, Verdict};
use crate::webhook::{Cause, Mismatch, Notification};

/// The name and version of the shape; a change that breaks a reader gets a new number.
const SCHEMA: &str = "intercom-sec.listen/1";

/// The longest topic or id that is shown to people, in characters.
const MAX_SHOWN: usize = 120;

/// The first line for people: where the receiver listens.
pub fn start_line(address: SocketAddr) -> String {
    format!("listening on http://{address}\n")
}

/// The first record: where the receiver listens.
pub fn start_record(address: SocketAddr) -> impl Serialize {
    Line {
        record: "listening",
        schema: SCHEMA,
        content: Start {
            version: env!("CARGO_PKG_VERSION"),
            address: address.ip().to_string(),
            port: address.port(),
            url: format!("http://{address}"),
        },
    }
}

/// An event as a line for people. `paint` colours a part of it.
pub fn line(event: &Event, advisor: &dyn Advisor, paint: impl Fn(Role, &str) -> String) -> String {
    match event {
        Event::Delivery(delivery) => delivery_line(delivery, advisor, paint),
        Event::Forwarded(forwarded) => forwarded_line(forwarded, advisor, paint),
        Event::Settings(answer) => settings_line(answer, advisor, paint),
        Event::Trouble(cause) => {
            let word = paint(Role::Bad, &format!("{:<10}", "waiting"));
            format!("{} {word} no connection can be accepted: {}\n", blank(), shown(cause))
        }
    }
}

fn delivery_line(
    delivery: &Delivery,
    advisor: &dyn Advisor,
    paint: impl Fn(Role, &str) -> String,
) -> String {
    let role = match &delivery.verdict {
        Verdict::Verified => Role::Good,
        Verdict::Duplicate => Role::Warning,
        Verdict::Refused(_) => Role::Bad,
    };
    let mut line = begin(delivery.at, delivery.verdict.name(), role, &paint);
    if let Verdict::Refused(refusal) = &delivery.verdict {
        let _ = write!(line, " {}: {}", delivery.status, text::for_terminal(&refusal.to_string()));
        if let Some(hint) = advisor.hint(refusal) {
            let _ = write!(line, "; {}", text::for_terminal(&hint));
        }
    } else {
        let absent = Notification::default();
        let notification = delivery.notification.as_ref().unwrap_or(&absent);
        push_names(&mut line, notification.topic.as_deref(), notification.id.as_deref(), &paint);
        if let Some(attempts) = notification.delivery_attempts {
            let _ = write!(line, "  attempt {attempts}");
        }
        if let Some(name) = &delivery.saved_as {
            let _ = write!(line, "  {}", paint(Role::Dim, &format!("saved as {name}")));
        }
    }
    line.push('\n');
    line
}

fn forwarded_line(
    forwarded: &Forwarded,
    advisor: &dyn Advisor,
    paint: impl Fn(Role, &str) -> String,
) -> String {
    let role = if forwarded.is_taken() { Role::Good } else { Role::Bad };
    let word = if forwarded.outcome.is_ok() { "forwarded" } else { "not sent" };
    let mut line = begin(forwarded.at, word, role, &paint);
    push_names(&mut line, forwarded.topic.as_deref(), forwarded.id.as_deref(), &paint);
    let milliseconds = forwarded.took.as_millis();
    let _ = match &forwarded.outcome {
        Ok(status @ (400 | 401 | 403)) => write!(
            line,
            "  answered {status} in {milliseconds} ms; it was verified here, so if the target \
             verifies too, look whether it takes the raw body"
        ),
        Ok(status) => write!(line, "  answered {status} in {milliseconds} ms"),
        Err(failure) => {
            let hint = advisor.hint(failure).unwrap_or_default();
            write!(line, "  {}; {hint}", text::for_terminal(&failure.to_string()))
        }
    };
    line.push('\n');
    line
}

fn settings_line(
    answer: &SettingsAnswer,
    advisor: &dyn Advisor,
    paint: impl Fn(Role, &str) -> String,
) -> String {
    match &answer.outcome {
        Ok(user) => {
            let line = begin(answer.at, "settings", Role::Good, &paint);
            format!("{line} 200: told the user_hash of {}\n", shown(user))
        }
        Err(error) => {
            let line = begin(answer.at, "settings", Role::Bad, &paint);
            format!("{line} 401: {error}; {}\n", advisor.hint(error).unwrap_or_default())
        }
    }
}

/// The columns that every line has.
fn begin(at: i64, word: &str, role: Role, paint: &impl Fn(Role, &str) -> String) -> String {
    let time = time_of_day(at);
    format!("{} {}", paint(Role::Dim, &time), paint(role, &format!("{word:<10}")))
}

fn push_names(
    line: &mut String,
    topic: Option<&str>,
    id: Option<&str>,
    paint: &impl Fn(Role, &str) -> String,
) {
    let topic = topic.map_or_else(|| "(no topic)".to_owned(), shown);
    let id = id.map_or_else(|| "(no id)".to_owned(), shown);
    let _ = write!(line, " {}  {id}", paint(Role::Strong, &topic));
}

/// A text from outside, as far as it is worth reading.
fn shown(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        // First the gate: a token that is cut in two would not be known for one.
        Some(_) => {
            let mut safe: String = text::for_terminal(text).chars().take(MAX_SHOWN).collect();
            safe.push('…');
            safe
        }
        None => text::for_terminal(text),
    }
}

/// The time of day in UTC, to the second.
fn time_of_day(at: i64) -> String {
    jiff::Timestamp::from_millisecond(at)
        .map_or_else(|_| blank(), |time| time.strftime("%H:%M:%SZ").to_string())
}

fn blank() -> String {
    " ".repeat("00:00:00Z".len())
}

/// The last line for people: how many of each there were.
pub fn end_line(tally: &Tally) -> String {
    let mut line = format!("{} verified, {} refused", tally.verified, tally.refused);
    for (count, what) in [
        (tally.duplicates, "duplicate"),
        (tally.failed, "failed here"),
        (tally.forwarded, "forwarded"),
        (tally.forward_refused, "refused by the target"),
        (tally.forward_failed, "not sent on"),
    ] {
        if count > 0 {
            let _ = write!(line, ", {count} {what}");
        }
    }
    if tally.is_cut_short {
        line.push_str("; not all requests came to their end");
    }
    line.push('\n');
    line
}

/// The verdict in a line: how many of each there were.
pub fn words(tally: &Tally, verdict: &'static str) -> Words {
    Words::new(verdict, end_line(tally).trim_end())
}

/// An event as a record, to be written on one line.
pub fn record<'e>(event: &'e Event, advisor: &dyn Advisor) -> impl Serialize + use<'e> {
    match event {
        Event::Delivery(delivery) => Record::Delivery(Line {
            record: "delivery",
            schema: SCHEMA,
            content: DeliveryRecord::new(delivery, advisor),
        }),
        Event::Forwarded(forwarded) => Record::Forwarded(Line {
            record: "forwarded",
            schema: SCHEMA,
            content: ForwardedRecord::new(forwarded, advisor),
        }),
        Event::Settings(answer) => Record::Settings(Line {
            record: "settings",
            schema: SCHEMA,
            content: SettingsRecord {
                time: rfc3339(answer.at),
                status: if answer.outcome.is_ok() { 200 } else { 401 },
                user_id: answer.outcome.as_deref().ok().map(text::redact),
                reason: answer.outcome.as_ref().err().map(|error| Reason::new(error, advisor)),
            },
        }),
        Event::Trouble(cause) => Record::Trouble(Line {
            record: "trouble",
            schema: SCHEMA,
            content: Trouble { message: text::redact(cause) },
        }),
    }
}

/// The last record: how many of each there were. `verdict` is the one of the exit status.
pub fn end_record(tally: &Tally, verdict: &'static str) -> impl Serialize {
    Line {
        record: "summary",
        schema: SCHEMA,
        content: Summary {
            version: env!("CARGO_PKG_VERSION"),
            verdict,
            verified: tally.verified,
            duplicates: tally.duplicates,
            refused: tally.refused,
            failed: tally.failed,
            forwarded: tally.forwarded,
            forward_refused: tally.forward_refused,
            forward_failed: tally.forward_failed,
            complete: !tally.is_cut_short,
        },
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Record<'e> {
    Delivery(Line<DeliveryRecord<'e>>),
    Forwarded(Line<ForwardedRecord<'e>>),
    Settings(Line<SettingsRecord<'e>>),
    Trouble(Line<Trouble<'e>>),
}

#[derive(Serialize)]
struct Line<T> {
    record: &'static str,
    schema: &'static str,
    #[serde(flatten)]
    content: T,
}

#[derive(Serialize)]
struct Start {
    version: &'static str,
    address: String,
    port: u16,
    url: String,
}

#[derive(Serialize)]
struct DeliveryRecord<'e> {
    time: Option<String>,
    verdict: &'static str,
    status: u16,
    topic: Option<Cow<'e, str>>,
    id: Option<Cow<'e, str>>,
    app_id: Option<Cow<'e, str>>,
    created_at: Option<String>,
    delivery_attempts: Option<i64>,
    /// How long the body is, where it was read.
    bytes: Option<u64>,
    duplicate: bool,
    saved_as: Option<&'e str>,
    /// Why it was not taken.
    reason: Option<Reason>,
}

impl<'e> DeliveryRecord<'e> {
    fn new(delivery: &'e Delivery, advisor: &dyn Advisor) -> Self {
        let notification = delivery.notification.as_ref();
        let gate =
            |part: fn(&Notification) -> Option<&str>| notification.and_then(part).map(text::redact);
        let reason = match &delivery.verdict {
            Verdict::Refused(refusal) => Some(Reason::of_refusal(refusal, advisor)),
            Verdict::Verified | Verdict::Duplicate => None,
        };
        Self {
            time: rfc3339(delivery.at),
            verdict: delivery.verdict.name(),
            status: delivery.status,
            topic: gate(|notification| notification.topic.as_deref()),
            id: gate(|notification| notification.id.as_deref()),
            app_id: gate(|notification| notification.app_id.as_deref()),
            created_at: notification.and_then(Notification::created_at_rfc3339),
            delivery_attempts: notification.and_then(|notification| notification.delivery_attempts),
            bytes: delivery.bytes,
            duplicate: matches!(delivery.verdict, Verdict::Duplicate),
            saved_as: delivery.saved_as.as_deref(),
            reason,
        }
    }
}

#[derive(Serialize)]
struct ForwardedRecord<'e> {
    time: Option<String>,
    topic: Option<Cow<'e, str>>,
    id: Option<Cow<'e, str>>,
    /// What the target answered.
    status: Option<u16>,
    milliseconds: u128,
    /// Why there is no answer.
    reason: Option<Reason>,
}

impl<'e> ForwardedRecord<'e> {
    fn new(forwarded: &'e Forwarded, advisor: &dyn Advisor) -> Self {
        Self {
            time: rfc3339(forwarded.at),
            topic: forwarded.topic.as_deref().map(text::redact),
            id: forwarded.id.as_deref().map(text::redact),
            status: forwarded.outcome.as_ref().ok().copied(),
            milliseconds: forwarded.took.as_millis(),
            reason: forwarded.outcome.as_ref().err().map(|error| Reason::new(error, advisor)),
        }
    }
}

#[derive(Serialize)]
struct SettingsRecord<'e> {
    time: Option<String>,
    status: u16,
    user_id: Option<Cow<'e, str>>,
    reason: Option<Reason>,
}

#[derive(Serialize)]
struct Trouble<'e> {
    message: Cow<'e, str>,
}

#[derive(Serialize)]
struct Reason {
    code: &'static str,
    message: String,
    hint: Option<String>,
    /// How sure the causes of a mismatch are, as `verify-webhook` has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    certainty: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    causes: Option<Vec<CauseRecord>>,
}

#[derive(Serialize)]
struct CauseRecord {
    code: &'static str,
    text: Cow<'static, str>,
}

impl Reason {
    fn new(error: &(impl Advice + 'static), advisor: &dyn Advisor) -> Self {
        Self {
            code: error.code(),
            message: text::redact(&error.to_string()).into_owned(),
            hint: advisor.hint(error).map(|hint| text::redact(&hint).into_owned()),
            certainty: None,
            causes: None,
        }
    }

    fn of_refusal(refusal: &Refusal, advisor: &dyn Advisor) -> Self {
        let reason = Self::new(refusal, advisor);
        let Refusal::Mismatch(Mismatch { diagnosis: Some(diagnosis), .. }) = refusal else {
            return reason;
        };
        let record = |cause: &Cause| CauseRecord { code: cause.code(), text: cause.clause() };
        Self {
            certainty: Some(diagnosis.certainty.name()),
            causes: Some(diagnosis.causes.iter().map(record).collect()),
            ..reason
        }
    }
}

#[derive(Serialize)]
struct Summary {
    version: &'static str,
    verdict: &'static str,
    verified: u64,
    duplicates: u64,
    refused: u64,
    failed: u64,
    forwarded: u64,
    forward_refused: u64,
    forward_failed: u64,
    complete: bool,
}

fn rfc3339(at: i64) -> Option<String> {
    let time = jiff::Timestamp::from_millisecond(at).ok()?;
    Some(time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
}
