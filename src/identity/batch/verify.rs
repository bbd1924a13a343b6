//! Claimed hashes of a list: which are wrong, and why.

use super::{Odd, Parsed, Problem};
use crate::crypto::HexCase;
use crate::identity::Platform;
use crate::identity::explain::{Claim, Depth, Explainer, Explanation, Question};
use crate::identity::{UserHash, UserHashKey};

/// So many mismatches are searched for two mistakes at once, beyond those that were found before.
const DEEP: u64 = 1_000;

/// So many mismatches without an explanation end the search for other ones than were found before.
const PATIENCE: u64 = 10_000;

/// So many explanations are kept in mind.
const KNOWN: usize = 16;

/// How claimed hashes are judged.
#[derive(Clone, Copy)]
pub struct Verify<'a> {
    /// Says why they do not match.
    pub explainer: &'a Explainer,
    /// The platform on which they are sent: a mobile one refuses upper case.
    pub platform: Option<Platform>,
}

impl Verify<'_> {
    pub(super) fn refuses(&self, case: HexCase) -> bool {
        case == HexCase::Upper && self.platform.is_some_and(Platform::is_mobile)
    }

    pub(super) fn judge(&self, parsed: &Parsed<'_>, key: &UserHashKey, doubts: &mut Doubts) -> Odd {
        let Some(text) = parsed.hash.as_deref() else {
            return Odd::Unreadable(Problem::NoHash);
        };
        let text = String::from_utf8_lossy(text);
        let (claim, malformed) = match UserHash::parse(&text) {
            Ok((claimed, case)) => {
                if let (true, Some(platform)) = (self.refuses(case), self.platform)
                    && claimed == key.hash(&parsed.id)
                {
                    return Odd::Mismatch(Some(Explanation::upper_case(platform)));
                }
                (Claim::of(&claimed), None)
            }
            Err(malformed) => match Claim::of_other_form(&text) {
                Some(claim) => (claim, Some(malformed)),
                None => return Odd::Unreadable(malformed.into()),
            },
        };
        let question =
            Question { value: &parsed.id, email: parsed.email.as_deref(), claim: &claim };
        match (doubts.explain(self.explainer, question), malformed) {
            (None, Some(malformed)) => Odd::Unreadable(malformed.into()),
            (explanation, _) => Odd::Mismatch(explanation),
        }
    }
}

/// What earlier mismatches teach: in one file, most have the same cause.
#[derive(Default)]
pub(super) struct Doubts {
    known: Vec<Explanation>,
    searches: u64,
    unexplained: u64,
}

impl Doubts {
    fn explain(&mut self, explainer: &Explainer, question: Question<'_>) -> Option<Explanation> {
        if let Some(again) = explainer.explain_as(question, &self.known) {
            return Some(again);
        }
        if self.unexplained >= PATIENCE {
            return None;
        }
        self.searches += 1;
        let depth = if self.searches <= DEEP { Depth::Two } else { Depth::One };
        let explanation = explainer.explain(question, depth);
        match &explanation {
            Some(new) if self.known.len() < KNOWN => self.known.push(new.clone()),
            Some(_) => {}
            None => self.unexplained += 1,
        }
        explanation
    }
}
