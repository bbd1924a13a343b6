//! The result of `verify-webhook` for scripts, and the parts of it that people see too.

use std::borrow::Cow;

use intercom_sec::report::text;
use intercom_sec::webhook::{Details, Notification, Scheme};
use serde::Serialize;

use super::judge::Judgement;
use crate::cli::args::FrameworkChoice;

pub(super) const SCHEMA: &str = "intercom-sec.verify-webhook/1";

/// The lines for people, of what is there.
pub(super) fn details(
    notification: &Notification,
) -> impl Iterator<Item = (&'static str, String)> + use<> {
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

/// One delivery.
#[derive(Serialize)]
pub(super) struct Document<'a> {
    schema: &'static str,
    version: &'static str,
    #[serde(flatten)]
    record: Record<'a>,
    /// Code that verifies as it should.
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<FixRecord<'a>>,
}

impl<'a> Document<'a> {
    pub(super) fn new(
        judgement: &'a Judgement,
        fix: Option<&'a (FrameworkChoice, String)>,
    ) -> Self {
        Self {
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION"),
            record: Record::new(judgement),
            fix: fix.map(FixRecord::new),
        }
    }
}

/// Code of a receiver.
#[derive(Serialize)]
pub(super) struct FixRecord<'a> {
    framework: &'static str,
    code: &'a str,
}

impl<'a> FixRecord<'a> {
    pub(super) fn new((framework, code): &'a (FrameworkChoice, String)) -> Self {
        Self { framework: framework.name(), code }
    }
}

/// What is told of a delivery, alone or among others.
#[derive(Serialize)]
pub(super) struct Record<'a> {
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
    remark: Option<String>,
    /// Signatures that are there too, and for which there is no secret.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_verified: Vec<&'static str>,
    /// Other signatures of the same delivery that match, where this one does not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    matching: Vec<&'static str>,
    /// What a mismatch is due to, in one sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    /// How sure that is: `proven`, `likely` or `unknown`.
    #[serde(skip_serializing_if = "Option::is_none")]
    certainty: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    causes: Option<Vec<CauseRecord>>,
}

impl<'a> Record<'a> {
    pub(super) fn new(judgement: &'a Judgement) -> Self {
        match judgement {
            Judgement::Match(matched) => Self {
                bytes: Some(matched.verified.length),
                notification: match &matched.verified.details {
                    Details::Notification(notification) => {
                        Some(NotificationDocument::new(notification))
                    }
                    _ => None,
                },
                secret: Some(SecretRecord {
                    position: matched.verified.secret + 1,
                    name: text::redact(&matched.secret_name),
                }),
                remark: judgement.remark(),
                not_verified: headers(&matched.not_verified),
                ..Self::bare("match", matched.scheme)
            },
            Judgement::Mismatch(mismatch) => Self {
                matching: headers(&mismatch.matching),
                hint: Some(text::redact(&mismatch.sentence()).into_owned()),
                certainty: Some(mismatch.diagnosis.certainty.name()),
                causes: Some(
                    mismatch
                        .diagnosis
                        .causes
                        .iter()
                        .map(|cause| CauseRecord { code: cause.code(), text: cause.clause() })
                        .collect(),
                ),
                ..Self::bare("mismatch", mismatch.scheme)
            },
        }
    }

    const fn bare(verdict: &'static str, scheme: Scheme) -> Self {
        Self {
            verdict,
            scheme: scheme.name(),
            header: scheme.header(),
            bytes: None,
            notification: None,
            secret: None,
            remark: None,
            not_verified: Vec::new(),
            matching: Vec::new(),
            hint: None,
            certainty: None,
            causes: None,
        }
    }
}

fn headers(schemes: &[Scheme]) -> Vec<&'static str> {
    schemes.iter().map(|scheme| scheme.header()).collect()
}

/// A secret, told by where it came from.
#[derive(Serialize)]
struct SecretRecord<'a> {
    /// Among those that were given, from 1.
    position: usize,
    name: Cow<'a, str>,
}

#[derive(Serialize)]
struct CauseRecord {
    code: &'static str,
    text: Cow<'static, str>,
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
