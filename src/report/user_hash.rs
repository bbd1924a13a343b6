//! The `user_hash` of one value, or whether a claimed one is right, for people and for scripts.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::Serialize;

use super::causes::{self, CauseRecord, HASH};
use super::gate::{Envelope, for_terminal, redact};
use super::role::Role;
use crate::crypto::HexCase;
use crate::explain::Certainty;
use crate::identity::{Identifier, Mismatch, UserHash, Verdict};

/// The subcommand that the documents are of.
const COMMAND: &str = "hash";

/// The JSON document of a hash.
pub fn hashed(identifier: Identifier<'_>, hash: &UserHash) -> impl Serialize {
    let user_hash = Some(hash.to_string());
    Envelope::unjudged(COMMAND, Content { user_hash, ..Content::new(identifier) })
}

/// The JSON document of a comparison. The right hash is not in it.
pub fn compared(identifier: Identifier<'_>, verdict: &Verdict) -> impl Serialize {
    let content = Content::new(identifier);
    let case = |case| if case == HexCase::Upper { "upper" } else { "lower" };
    match verdict {
        Verdict::Match(found) => {
            Envelope::document(COMMAND, "match", Content { case: Some(case(*found)), ..content })
        }
        Verdict::Mismatch(Mismatch { form, explanation }) => {
            let is_explained = !explanation.causes.is_empty();
            let content = Content {
                case: form.ok().map(case),
                certainty: is_explained.then(|| explanation.certainty.name()),
                causes: is_explained.then(|| causes::records(&explanation.causes, HASH)),
                ..content
            };
            Envelope::document(COMMAND, "mismatch", content)
        }
        Verdict::Malformed(_) => Envelope::document(COMMAND, "malformed", content),
    }
}

/// The lines of a comparison for people. The right hash is not in them.
pub fn lines(verdict: &Verdict, paint: impl Fn(Role, &str) -> String) -> String {
    let (role, word, sentence) = match verdict {
        Verdict::Match(_) => (Role::Good, "match", "this is the value's user_hash"),
        Verdict::Mismatch(_) => (Role::Bad, "mismatch", "this is not the value's user_hash"),
        Verdict::Malformed(_) => (Role::Warning, "malformed", "this is no user_hash"),
    };
    let mut report = format!("{}: {sentence}\n", paint(role, word));
    if let Verdict::Mismatch(Mismatch { explanation, .. }) = verdict
        && !explanation.causes.is_empty()
    {
        let why = for_terminal(&causes::sentence(&explanation.causes, HASH));
        let how_sure = if explanation.certainty == Certainty::Likely { "probably " } else { "" };
        let _ = writeln!(report, "why: {how_sure}{why}");
        let _ = writeln!(report, "next: {}", causes::all_advice(&explanation.causes, HASH));
    }
    report
}

/// What is said besides, on standard error.
pub fn note(verdict: &Verdict) -> Option<Cow<'static, str>> {
    match verdict {
        Verdict::Match(HexCase::Upper) => {
            Some("the hash is in upper case: the web takes it, the mobile SDKs refuse it".into())
        }
        Verdict::Mismatch(Mismatch { explanation, .. }) if explanation.causes.is_empty() => {
            let unexplained = causes::unexplained(explanation.certainty, HASH);
            Some(unexplained.into())
        }
        _ => None,
    }
}

#[derive(Serialize)]
struct Content<'a> {
    identifier: &'static str,
    value: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_hash: Option<String>,
    /// How the claimed hash is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<&'static str>,
    /// How sure the causes are: `proven` or `likely`.
    #[serde(skip_serializing_if = "Option::is_none")]
    certainty: Option<&'static str>,
    /// Why it does not match, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    causes: Option<Vec<CauseRecord>>,
}

impl<'a> Content<'a> {
    fn new(identifier: Identifier<'a>) -> Self {
        Self {
            identifier: identifier.name(),
            value: redact(identifier.value()),
            user_hash: None,
            case: None,
            certainty: None,
            causes: None,
        }
    }
}
