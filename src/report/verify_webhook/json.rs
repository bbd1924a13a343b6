//! The results of `verify-webhook` for scripts.

use std::borrow::Cow;

use serde::Serialize;

use super::judged::{Delivery, Fix, Judged, Unreadable};
use crate::report::gate::{Envelope, Reason, redact};
use crate::webhook::saved::{Outcome, Summary};
use crate::webhook::{Cause, Mismatch, Notification, Scheme, Verified};

/// The name of the command whose shape this is.
const COMMAND: &str = "verify-webhook";

/// The document of the only delivery.
pub fn document<'a>(judged: &'a Judged, fix: Option<&'a Fix>) -> impl Serialize + use<'a> {
    let content = WithFix { content: JudgedRecord::new(judged), fix: fix.map(FixRecord::new) };
    Envelope::document(COMMAND, word(judged.outcome()), content)
}

/// The document of many deliveries.
pub fn documents<'a>(
    deliveries: &'a [Delivery],
    summary: &Summary,
    fix: Option<&'a Fix>,
) -> impl Serialize + use<'a> {
    let verdict = match summary.outcome() {
        Outcome::Unreadable => "incomplete",
        outcome => word(outcome),
    };
    let content = Deliveries {
        deliveries: deliveries.iter().map(DeliveryRecord::new).collect(),
        summary: SummaryRecord::new(summary),
    };
    Envelope::document(COMMAND, verdict, WithFix { content, fix: fix.map(FixRecord::new) })
}

const fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Match => "match",
        Outcome::Mismatch => "mismatch",
        Outcome::Unreadable => "unreadable",
    }
}

#[derive(Serialize)]
struct WithFix<'a, T> {
    #[serde(flatten)]
    content: T,
    /// Code that verifies as it should.
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<FixRecord<'a>>,
}

#[derive(Serialize)]
struct FixRecord<'a> {
    framework: &'static str,
    code: &'a str,
}

impl<'a> FixRecord<'a> {
    fn new(fix: &'a Fix) -> Self {
        Self { framework: fix.framework.name(), code: &fix.code }
    }
}

#[derive(Serialize)]
struct Deliveries<'a> {
    deliveries: Vec<DeliveryRecord<'a>>,
    summary: SummaryRecord,
}

#[derive(Serialize)]
struct DeliveryRecord<'a> {
    name: Cow<'a, str>,
    verdict: &'static str,
    #[serde(flatten)]
    content: VerdictRecord<'a>,
    remarks: Vec<TextRecord<'a>>,
}

impl<'a> DeliveryRecord<'a> {
    fn new(delivery: &'a Delivery) -> Self {
        let remark = |(code, remark): (_, String)| TextRecord {
            code,
            text: redact(&remark).into_owned().into(),
        };
        Self {
            name: redact(&delivery.name),
            verdict: word(delivery.outcome()),
            content: match &delivery.verdict {
                Ok(judged) => VerdictRecord::Judged(JudgedRecord::new(judged)),
                Err(Unreadable { code, message, hint }) => {
                    VerdictRecord::Unreadable { error: Reason::new(code, message, hint.as_deref()) }
                }
            },
            remarks: delivery.remarks().map(remark).collect(),
        }
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum VerdictRecord<'a> {
    Judged(JudgedRecord<'a>),
    Unreadable { error: Reason },
}

/// A delivery that has a verdict, alone or among others.
#[derive(Serialize)]
#[serde(untagged)]
enum JudgedRecord<'a> {
    Match(MatchRecord<'a>),
    Mismatch(MismatchRecord),
}

impl<'a> JudgedRecord<'a> {
    fn new(judged: &'a Judged) -> Self {
        match &judged.verdict {
            Ok(verified) => Self::Match(MatchRecord::new(judged, verified)),
            Err(mismatch) => Self::Mismatch(MismatchRecord::new(judged, mismatch)),
        }
    }
}

#[derive(Serialize)]
struct MatchRecord<'a> {
    scheme: &'static str,
    header: &'static str,
    /// How long the body is.
    bytes: u64,
    notification: Option<NotificationRecord<'a>>,
    /// Which of the secrets signed it.
    secret: SecretRecord<'a>,
    /// Why there is no notification, or what is unusual about the signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    remark: Option<String>,
    /// Signatures that are there too, and for which there is no secret.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_verified: Vec<&'static str>,
}

impl<'a> MatchRecord<'a> {
    fn new(judged: &'a Judged, verified: &Verified) -> Self {
        Self {
            scheme: verified.scheme.name(),
            header: verified.scheme.header(),
            bytes: verified.length,
            notification: judged.notification().map(NotificationRecord::new),
            secret: SecretRecord {
                position: verified.secret + 1,
                name: redact(judged.secret_name(verified.secret)),
            },
            remark: judged.remark(),
            not_verified: headers(&verified.not_verified),
        }
    }
}

#[derive(Serialize)]
struct MismatchRecord {
    scheme: &'static str,
    header: &'static str,
    /// Always null: what an unverified body says of itself proves nothing.
    notification: (),
    /// Other signatures of the same delivery that match, where this one does not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    matching: Vec<&'static str>,
    /// Why it does not match, in one sentence.
    hint: Option<String>,
    /// How sure that is: `proven`, `likely` or `unknown`.
    #[serde(skip_serializing_if = "Option::is_none")]
    certainty: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    causes: Option<Vec<TextRecord<'static>>>,
}

impl MismatchRecord {
    fn new(judged: &Judged, mismatch: &Mismatch) -> Self {
        let record = |cause: &Cause| TextRecord { code: cause.code(), text: cause.clause() };
        let diagnosis = mismatch.diagnosis.as_ref();
        Self {
            scheme: mismatch.scheme.name(),
            header: mismatch.scheme.header(),
            notification: (),
            matching: headers(&mismatch.matching),
            hint: judged.why().map(|why| redact(&why).into_owned()),
            certainty: diagnosis.map(|diagnosis| diagnosis.certainty.name()),
            causes: diagnosis.map(|diagnosis| diagnosis.causes.iter().map(record).collect()),
        }
    }
}

fn headers(schemes: &[Scheme]) -> Vec<&'static str> {
    schemes.iter().map(|scheme| scheme.header()).collect()
}

/// A secret, named by where it came from.
#[derive(Serialize)]
struct SecretRecord<'a> {
    /// Among those that were given, from 1.
    position: usize,
    name: Cow<'a, str>,
}

/// A cause or a remark.
#[derive(Serialize)]
struct TextRecord<'a> {
    code: &'static str,
    text: Cow<'a, str>,
}

#[derive(Serialize)]
struct NotificationRecord<'a> {
    topic: Option<Cow<'a, str>>,
    id: Option<Cow<'a, str>>,
    app_id: Option<Cow<'a, str>>,
    created_at: Option<String>,
    delivery_attempts: Option<i64>,
}

impl<'a> NotificationRecord<'a> {
    fn new(notification: &'a Notification) -> Self {
        let shown = |text: &'a Option<String>| text.as_deref().map(redact);
        Self {
            topic: shown(&notification.topic),
            id: shown(&notification.id),
            app_id: shown(&notification.app_id),
            created_at: notification.created_at_rfc3339(),
            delivery_attempts: notification.delivery_attempts,
        }
    }
}

#[derive(Serialize)]
struct SummaryRecord {
    deliveries: usize,
    matching: usize,
    mismatching: usize,
    unreadable: usize,
    duplicates: usize,
    repeated_attempts: usize,
    out_of_order: usize,
    /// Files or requests that are not deliveries.
    ignored: usize,
}

impl SummaryRecord {
    const fn new(summary: &Summary) -> Self {
        Self {
            deliveries: summary.deliveries(),
            matching: summary.matching,
            mismatching: summary.mismatching,
            unreadable: summary.unreadable,
            duplicates: summary.duplicates,
            repeated_attempts: summary.repeated_attempts,
            out_of_order: summary.out_of_order,
            ignored: summary.ignored,
        }
    }
}
