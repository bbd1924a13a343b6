//! Defines what the receiver reports: an event for each delivery, and its outcome.

use std::time::Duration;

use super::bearer::BearerError;
use crate::advice::Advice;
use crate::webhook::{HeadersError, Mismatch, Notification, Scheme};

/// Something that happened.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event {
    /// A delivery came and was answered.
    Delivery(Delivery),
    /// A verified delivery was forwarded, or could not be.
    Forwarded(Forwarded),
    /// `GET /api/intercom-settings` was answered.
    Settings(SettingsAnswer),
    /// New connections cannot be accepted at the moment. The text is the system's error.
    Trouble(String),
}

/// A request that may be a webhook.
#[derive(Debug)]
#[non_exhaustive]
pub struct Delivery {
    /// When it was answered, in milliseconds since 1970 UTC.
    pub at: i64,
    /// Whether it was accepted.
    pub verdict: Verdict,
    /// The status of the answer.
    pub status: u16,
    /// The length of the body, if it was read.
    pub bytes: Option<u64>,
    /// What a verified body says about itself.
    pub notification: Option<Notification>,
    /// The name of its file.
    pub saved_as: Option<String>,
}

/// Whether a delivery was accepted.
#[derive(Debug)]
#[non_exhaustive]
pub enum Verdict {
    /// It is signed with the secret, and is new.
    Verified,
    /// It is signed with the secret, and its id came before.
    Duplicate,
    /// It was refused.
    Refused(Refusal),
}

impl Verdict {
    /// Its name in reports. `failed` is a delivery that was refused because of this side, so the
    /// sender tries again.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Duplicate => "duplicate",
            Self::Refused(refusal) if refusal.is_own_failure() => "failed",
            Self::Refused(_) => "refused",
        }
    }
}

/// Why a delivery is refused. The message goes to the sender too. The hint does not: it may reveal
/// something about the secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The headers hold no signature that can be verified.
    #[error(transparent)]
    Signature(#[from] HeadersError),
    /// A signature does not match the body.
    #[error("{}", .0.sentence())]
    Mismatch(Mismatch),
    /// No secret is known for the signature.
    #[error("the receiver has no secret for {0}")]
    NoSecret(Scheme),
    /// The body is empty, and the signature is not that of an empty body.
    #[error("the body is empty")]
    Empty,
    /// The body is longer than the limit.
    #[error("the body is longer than {limit} bytes")]
    TooLong {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The body did not arrive in time.
    #[error("the body did not arrive within {} s", .0.as_secs_f64())]
    TooSlow(Duration),
    /// The connection ended before the body did, or the body is not valid HTTP.
    #[error("the body broke off")]
    Broken,
    /// It could not be saved. The text is the system's error.
    #[error("the delivery could not be saved")]
    NotSaved(String),
    /// Too many deliveries are waiting.
    #[error("too many deliveries are waiting")]
    Busy,
}

impl Refusal {
    /// The HTTP status that says so.
    pub fn status(&self) -> u16 {
        match self {
            Self::Signature(_) | Self::Mismatch(_) | Self::NoSecret(_) | Self::Empty => 401,
            Self::TooLong { .. } => 413,
            Self::TooSlow(_) => 408,
            Self::Broken => 400,
            Self::NotSaved(_) => 500,
            Self::Busy => 503,
        }
    }

    /// Whether nothing was wrong with the delivery.
    pub fn is_own_failure(&self) -> bool {
        matches!(self, Self::NotSaved(_) | Self::Busy)
    }

    /// Whether a part of the request may not have been read.
    pub(super) fn leaves_a_rest(&self) -> bool {
        matches!(self, Self::TooLong { .. } | Self::TooSlow(_) | Self::Broken | Self::Busy)
    }
}

impl Advice for Refusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Signature(error) => error.code(),
            Self::Mismatch(_) => "signature-mismatch",
            Self::NoSecret(_) => "secret-missing",
            Self::Empty => "payload-empty",
            Self::TooLong { .. } => "body-too-long",
            Self::TooSlow(_) => "body-timeout",
            Self::Broken => "body-broken",
            Self::NotSaved(_) => "unwritable",
            Self::Busy => "busy",
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Signature(error) => return error.hint(),
            Self::Mismatch(mismatch) => mismatch.why(),
            Self::NoSecret(Scheme::FinAgent) => {
                "give the Fin Agent API's secret: it signs with one of its own".to_owned()
            }
            Self::NoSecret(_) => "give the app's client secret".to_owned(),
            Self::Empty => "check the sender: Intercom sends no delivery without a body".to_owned(),
            Self::TooLong { .. } => "allow a longer body".to_owned(),
            Self::TooSlow(_) | Self::Broken => {
                "check the sender and the proxies on the way: one of them gave up, or is slow"
                    .to_owned()
            }
            Self::NotSaved(cause) => cause.clone(),
            Self::Busy => {
                "check the server that deliveries are forwarded to, and the disk: one is too slow"
                    .to_owned()
            }
        })
    }
}

/// The outcome of forwarding a delivery.
#[derive(Debug)]
#[non_exhaustive]
pub struct Forwarded {
    /// When it ended, in milliseconds since 1970 UTC.
    pub at: i64,
    /// The delivery's topic.
    pub topic: Option<String>,
    /// The delivery's id.
    pub id: Option<String>,
    /// The status of the target's answer.
    pub outcome: Result<u16, ForwardFailure>,
    /// How long it took.
    pub took: Duration,
}

impl Forwarded {
    /// Whether the target accepted it.
    pub fn is_taken(&self) -> bool {
        matches!(self.outcome, Ok(200..=299))
    }
}

/// Why the target did not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ForwardFailure {
    /// The target does not accept connections. The text is the system's error.
    #[error("the target cannot be reached: {0}")]
    Connect(String),
    /// The target did not answer in time.
    #[error("the target did not answer within {} s", .0.as_secs_f64())]
    Timeout(Duration),
    /// The connection ended before an answer, or the answer is not HTTP.
    #[error("the target did not answer: {0}")]
    Interrupted(String),
}

impl Advice for ForwardFailure {
    fn code(&self) -> &'static str {
        match self {
            Self::Connect(_) => "network-connect",
            Self::Timeout(_) => "network-timeout",
            Self::Interrupted(_) => "network-interrupted",
        }
    }

    fn hint(&self) -> Option<String> {
        Some(
            match self {
                Self::Connect(_) => "start the server that deliveries are forwarded to",
                Self::Timeout(_) => "answer first and work later, or allow more time",
                Self::Interrupted(_) => {
                    "check the log of the server that deliveries are forwarded to"
                }
            }
            .to_owned(),
        )
    }
}

/// An answer to `GET /api/intercom-settings`.
#[derive(Debug)]
#[non_exhaustive]
pub struct SettingsAnswer {
    /// When, in milliseconds since 1970 UTC.
    pub at: i64,
    /// The user whose hash the answer holds, or why it holds none.
    pub outcome: Result<String, BearerError>,
}

/// Counts the events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tally {
    /// Deliveries signed with the secret, and new.
    pub verified: u64,
    /// Deliveries signed with the secret whose id came before.
    pub duplicates: u64,
    /// Deliveries refused because of the request.
    pub refused: u64,
    /// Deliveries refused because of this side.
    pub failed: u64,
    /// Forwarded, and accepted by the target.
    pub forwarded: u64,
    /// Forwarded, and refused by the target.
    pub forward_refused: u64,
    /// Not forwarded: the target did not answer.
    pub forward_failed: u64,
    /// Whether the receiver ended before everything was done.
    pub is_cut_short: bool,
}

impl Tally {
    pub(super) fn count(&mut self, event: &Event) {
        match event {
            Event::Delivery(delivery) => match &delivery.verdict {
                Verdict::Verified => self.verified += 1,
                Verdict::Duplicate => self.duplicates += 1,
                Verdict::Refused(refusal) if refusal.is_own_failure() => self.failed += 1,
                Verdict::Refused(_) => self.refused += 1,
            },
            Event::Forwarded(forwarded) if forwarded.is_taken() => self.forwarded += 1,
            Event::Forwarded(Forwarded { outcome: Ok(_), .. }) => self.forward_refused += 1,
            Event::Forwarded(_) => self.forward_failed += 1,
            Event::Settings(_) | Event::Trouble(_) => {}
        }
    }
}
