//! States whether a token is live.

use crate::api::{Check, Judgement, Verdict};
use crate::report::words::Words;

/// The verdict in a line or two.
pub fn words(check: &Check) -> Words {
    let judgement = &check.judgement;
    let sentence = match judgement.verdict() {
        Verdict::Unknown => format!(
            "whether the token is live is unknown: {}: {judgement} (attempts: {})",
            check.host, check.attempts
        ),
        Verdict::Live | Verdict::Dead => judgement.to_string(),
    };
    let words = Words::new(in_words(judgement), sentence);
    match judgement.reason.hint() {
        Some(hint) => words.next(hint),
        None => words,
    }
}

/// The verdict for people.
pub(super) fn in_words(judgement: &Judgement) -> &'static str {
    match judgement.verdict() {
        Verdict::Live if !judgement.proves_admin() => "live, but no proof of an admin",
        verdict => name(verdict),
    }
}

/// The verdict for scripts.
pub(super) const fn name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Live => "live",
        Verdict::Dead => "dead",
        Verdict::Unknown => "unknown",
    }
}
