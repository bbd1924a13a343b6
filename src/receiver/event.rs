//! What the receiver tells: one event for each delivery, and what became of it.

use std::time::Duration;

use super::bearer::BearerError;
use crate::advice::Advice;
use crate::webhook::{Diagnosis, HeadersError, Mismatch, Notification, Scheme};

/// Something that happened.
#[derive(Debug)]
pub enum Event {
    /// A delivery came, and was answered.
    Delivery(Delivery),
    /// A verified delivery was sent on, or could not be.
    Forwarded(Forwarded),
    /// `GET /api/intercom-settings` was answered.
    Settings(SettingsAnswer),
    /// New connections cannot be accepted for the moment.
    Trouble(String),
}

/// A request that may be a webhook.
#[derive(Debug)]
pub struct Delivery {
    /// When it was answered, in milliseconds since 1970 UTC.
    pub at: i64,
    /// What it is.
    pub verdict: Verdict,
    /// What was answered.
    pub status: u16,
    /// How long the body is, where it was read.
    pub bytes: Option<u64>,
    /// What a verified body says about itself.
    pub notification: Option<Notification>,
    /// The name of its file.
    pub saved_as: Option<String>,
    /// Why its signature does not match, where that was looked for.
    pub why: Option<Diagnosis>,
}

/// What a delivery is.
#[derive(Debug)]
pub enum Verdict {
    /// It was signed with the secret, and is new.
    Verified,
    /// It was signed with the secret, and its id was there before.
    Duplicate,
    /// It was not taken.
    Refused(Refusal),
}

impl Verdict {
    /// Its name in reports: `failed` is a delivery that was not taken for a reason of this side, so
    /// that the sender tries again.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Duplicate => "duplicate",
            Self::Refused(refusal) if refusal.is_own_failure() => "failed",
            Self::Refused(_) => "refused",
        }
    }
}

/// Why a delivery is not taken. The message goes to the sender too, the hint does not: it may say
/// something about the secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The headers hold no signature that can be verified.
    #[error(transparent)]
    Signature(#[from] HeadersError),
    /// The signature is not the body's.
    #[error("{} does not match the body", .which.map_or("the signature", Scheme::header))]
    Mismatch {
        /// Which one, where there are several.
        which: Option<Scheme>,
        /// What can be seen at once.
        mismatch: Mismatch,
    },
    /// There is nothing to verify the signature with.
    #[error("the receiver has no secret for {0}")]
    NoSecret(Scheme),
    /// The body is empty, and that is not what was signed.
    #[error("the body is empty")]
    Empty,
    /// The body is longer than the limit.
    #[error("the body is longer than {limit} bytes")]
    TooLong {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The body did not come to its end in time.
    #[error("the body did not arrive within {} s", .0.as_secs_f64())]
    TooSlow(Duration),
    /// The connection ended before the body, or the body is not HTTP.
    #[error("the body broke off")]
    Broken,
    /// It could not be saved.
    #[error("the delivery could not be saved")]
    NotSaved(String),
    /// Too much is waiting already.
    #[error("too many deliveries are waiting")]
    Busy,
}

impl Refusal {
    /// The HTTP status that says so.
    pub fn status(&self) -> u16 {
        match self {
            Self::Signature(_) | Self::Mismatch { .. } | Self::NoSecret(_) | Self::Empty => 401,
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
            Self::Mismatch { .. } => "signature-mismatch",
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
            Self::Mismatch { mismatch, .. } => mismatch.hint().to_owned(),
            Self::NoSecret(Scheme::FinAgent) => {
                "the Fin Agent API signs with a secret of its own; give it by --fin-secret-file"
                    .to_owned()
            }
            Self::NoSecret(_) => "give the app's client secret by --secret-file".to_owned(),
            Self::Empty => "Intercom sends no delivery without a body".to_owned(),
            Self::TooLong { .. } => "--max-body sets another limit".to_owned(),
            Self::TooSlow(_) | Self::Broken => {
                "the sender or a proxy gave up, or is slow".to_owned()
            }
            Self::NotSaved(cause) => cause.clone(),
            Self::Busy => "the target of --forward-to or the disk is too slow".to_owned(),
        })
    }
}

/// What became of a delivery that was sent on.
#[derive(Debug)]
pub struct Forwarded {
    /// When it was done, in milliseconds since 1970 UTC.
    pub at: i64,
    /// The delivery's topic.
    pub topic: Option<String>,
    /// The delivery's id.
    pub id: Option<String>,
    /// The status that the target answered.
    pub outcome: Result<u16, ForwardFailure>,
    /// How long it took.
    pub took: Duration,
}

impl Forwarded {
    /// Whether the target took it.
    pub fn is_taken(&self) -> bool {
        matches!(self.outcome, Ok(200..=299))
    }
}

/// Why there is no answer from the target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ForwardFailure {
    /// Nothing accepts connections.
    #[error("the target cannot be reached: {0}")]
    Connect(String),
    /// No answer in time.
    #[error("the target gave no answer within {} s", .0.as_secs_f64())]
    Timeout(Duration),
    /// The connection ended before an answer, or what came is not HTTP.
    #[error("the target gave no answer: {0}")]
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
                Self::Connect(_) => "start the server that --forward-to names",
                Self::Timeout(_) => {
                    "answer first and work later, or give it more --forward-timeout"
                }
                Self::Interrupted(_) => "look at the log of the server that --forward-to names",
            }
            .to_owned(),
        )
    }
}

/// An answer to `GET /api/intercom-settings`.
#[derive(Debug)]
pub struct SettingsAnswer {
    /// When, in milliseconds since 1970 UTC.
    pub at: i64,
    /// The user whose hash was told, or why none was.
    pub outcome: Result<String, BearerError>,
}

/// How many of each there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Signed with the secret, and new.
    pub verified: u64,
    /// Signed with the secret, and there before.
    pub duplicates: u64,
    /// Not taken because of the request.
    pub refused: u64,
    /// Not taken because of this side.
    pub failed: u64,
    /// Sent on, and taken by the target.
    pub forwarded: u64,
    /// Sent on, and refused by the target.
    pub forward_refused: u64,
    /// Not sent on: the target did not answer.
    pub forward_failed: u64,
    /// Whether the end came before all of it was done.
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
