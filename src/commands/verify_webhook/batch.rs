//! Many deliveries: a line each, and a summary.

use std::fmt::Write as _;

use intercom_sec::report::{Role, text};
use intercom_sec::webhook::saved::{Delivery, Entry, Remark, Sequence};
use intercom_sec::webhook::{Details, Notification, Scheme, receiver};
use serde::Serialize;
use serde_json::Value;

use super::document::{FixRecord, Record, SCHEMA};
use super::judge::{Judge, Judgement};
use crate::cli::args::{Format, VerifyWebhookArgs};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::secret_input::SecretInput;
use crate::cli::terminal::Terminal;

pub(super) fn run(
    entries: impl Iterator<Item = Entry>,
    args: &VerifyWebhookArgs,
    judge: &mut Judge<'_>,
    terminal: &mut Terminal,
    secrets: &mut SecretInput,
) -> Result<Exit, Failure> {
    let mut summary = Summary::default();
    let mut sequence = Sequence::default();
    let mut records = Vec::new();
    let mut scheme = None;
    for entry in entries {
        let outcome = match entry {
            Entry::Ignored => {
                summary.ignored += 1;
                continue;
            }
            Entry::Unreadable { name, error } => Outcome {
                name: name.clone(),
                judgement: Err(Failure { message: format!("it {error}"), ..error.into() }),
                remarks: Vec::new(),
            },
            Entry::Delivery(delivery) => Outcome::of(&delivery, judge, &mut sequence, secrets),
        };
        summary.add(&outcome);
        if let Ok(Judgement::Mismatch(mismatch)) = &outcome.judgement {
            scheme = scheme.or(Some(mismatch.scheme));
        }
        if args.format == Format::Json {
            records.push(outcome.record());
        } else {
            terminal.report(&outcome.line(terminal));
        }
    }
    if summary.deliveries == 0 {
        return Err(Failure::new("no-deliveries", "there is no delivery in PAYLOAD").hint(
            "a directory has to hold files NAME.http; an archive, requests with a signature of \
             Intercom's",
        ));
    }
    let fix =
        args.fix.map(|choice| (choice, receiver(choice.into(), scheme.unwrap_or(Scheme::Hub))));
    if args.format == Format::Json {
        terminal.json(&Document {
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION"),
            verdict: summary.verdict(),
            deliveries: records,
            summary: &summary,
            fix: fix.as_ref().map(FixRecord::new),
        });
    } else {
        terminal.report(&summary.lines());
        if let Some((_, code)) = &fix {
            terminal.result(code);
        }
    }
    Ok(summary.exit())
}

/// What came out for one.
struct Outcome {
    name: String,
    judgement: Result<Judgement, Failure>,
    remarks: Vec<(&'static str, String)>,
}

impl Outcome {
    fn of(
        delivery: &Delivery,
        judge: &mut Judge<'_>,
        sequence: &mut Sequence,
        secrets: &mut SecretInput,
    ) -> Self {
        let judgement = judge.delivery(delivery, secrets);
        let mut remarks = Vec::new();
        if let Some(notification) = judgement.as_ref().ok().and_then(notification) {
            remarks.extend(sequence.add(&delivery.name, notification).map(in_words));
        }
        remarks.extend(delivery.oddity.map(|oddity| ("oddity", oddity.to_string())));
        Self { name: delivery.name.clone(), judgement, remarks }
    }

    fn line(&self, terminal: &Terminal) -> String {
        let name = text::for_terminal(&self.name);
        let mut line = match &self.judgement {
            Ok(Judgement::Match(matched)) => {
                let mut line = format!("{}  {name}", terminal.paint(Role::Good, "match     "));
                if let Details::Notification(notification) = &matched.verified.details {
                    for part in [&notification.topic, &notification.id].into_iter().flatten() {
                        let _ = write!(line, "  {}", text::for_terminal(part));
                    }
                }
                if matched.are_several {
                    let _ = write!(line, "  by {}", text::for_terminal(&matched.secret_name));
                }
                line
            }
            Ok(Judgement::Mismatch(mismatch)) => format!(
                "{}  {name}: {}",
                terminal.paint(Role::Bad, "mismatch  "),
                text::for_terminal(&mismatch.sentence())
            ),
            Err(failure) => {
                let hint =
                    failure.hint.as_ref().map_or_else(String::new, |hint| format!(" ({hint})"));
                format!(
                    "{}  {name}: {}",
                    terminal.paint(Role::Warning, "unreadable"),
                    text::for_terminal(&(failure.message.clone() + &hint))
                )
            }
        };
        for (_, remark) in &self.remarks {
            let _ = write!(line, "\n            {}", text::for_terminal(remark));
        }
        line + "\n"
    }

    fn record(&self) -> DeliveryRecord {
        let of_record =
            |judgement| serde_json::to_value(Record::new(judgement)).unwrap_or_default();
        DeliveryRecord {
            name: text::redact(&self.name).into_owned(),
            delivery: match &self.judgement {
                Ok(judgement) => of_record(judgement),
                Err(failure) => serde_json::json!({
                    "verdict": "unreadable",
                    "error": {
                        "code": failure.code,
                        "message": text::redact(&failure.message),
                        "hint": failure.hint.as_deref().map(text::redact),
                    },
                }),
            },
            remarks: self
                .remarks
                .iter()
                .map(|(code, remark)| RemarkRecord {
                    code,
                    text: text::redact(remark).into_owned(),
                })
                .collect(),
        }
    }
}

fn notification(judgement: &Judgement) -> Option<&Notification> {
    let Judgement::Match(matched) = judgement else { return None };
    match &matched.verified.details {
        Details::Notification(notification) => Some(notification),
        _ => None,
    }
}

fn in_words(remark: Remark) -> (&'static str, String) {
    match remark {
        Remark::Duplicate { of } => ("duplicate", format!("duplicate of {of}")),
        Remark::Repeated { attempt, of: Some(of) } => {
            ("repeated-attempt", format!("attempt {attempt} of {of}"))
        }
        Remark::Repeated { attempt, of: None } => {
            ("repeated-attempt", format!("attempt {attempt}; the one before is not here"))
        }
        Remark::OutOfOrder { after } => {
            ("out-of-order", format!("out of order: made before {after}"))
        }
    }
}

/// How many of each.
#[derive(Default, Serialize)]
struct Summary {
    deliveries: usize,
    matching: usize,
    mismatching: usize,
    unreadable: usize,
    duplicates: usize,
    repeated_attempts: usize,
    out_of_order: usize,
    /// Files or requests that are no deliveries.
    ignored: usize,
}

impl Summary {
    fn add(&mut self, outcome: &Outcome) {
        self.deliveries += 1;
        match &outcome.judgement {
            Ok(Judgement::Match(_)) => self.matching += 1,
            Ok(Judgement::Mismatch(_)) => self.mismatching += 1,
            Err(_) => self.unreadable += 1,
        }
        for (code, _) in &outcome.remarks {
            match *code {
                "duplicate" => self.duplicates += 1,
                "repeated-attempt" => self.repeated_attempts += 1,
                "out-of-order" => self.out_of_order += 1,
                _ => {}
            }
        }
    }

    /// A mismatch is certain, whatever else could not be read.
    const fn exit(&self) -> Exit {
        if self.mismatching > 0 {
            Exit::No
        } else if self.unreadable > 0 {
            Exit::NoVerdict
        } else {
            Exit::Yes
        }
    }

    const fn verdict(&self) -> &'static str {
        match self.exit() {
            Exit::Yes => "match",
            Exit::No => "mismatch",
            Exit::NoVerdict => "incomplete",
        }
    }

    fn lines(&self) -> String {
        let count = |number: usize, one: &str, many: &str| {
            format!("{number} {}", if number == 1 { one } else { many })
        };
        let mut text = format!(
            "\n{}: {} match, {} do not, {} unreadable",
            count(self.deliveries, "delivery", "deliveries"),
            self.matching,
            self.mismatching,
            self.unreadable
        );
        for (number, one, many) in [
            (self.duplicates, "duplicate", "duplicates"),
            (self.repeated_attempts, "repeated attempt", "repeated attempts"),
            (self.out_of_order, "out of order", "out of order"),
            (self.ignored, "other left out", "others left out"),
        ] {
            if number > 0 {
                let _ = write!(text, "; {}", count(number, one, many));
            }
        }
        text + "\n"
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    version: &'static str,
    verdict: &'static str,
    deliveries: Vec<DeliveryRecord>,
    summary: &'a Summary,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<FixRecord<'a>>,
}

#[derive(Serialize)]
struct DeliveryRecord {
    name: String,
    #[serde(flatten)]
    delivery: Value,
    remarks: Vec<RemarkRecord>,
}

#[derive(Serialize)]
struct RemarkRecord {
    code: &'static str,
    text: String,
}
