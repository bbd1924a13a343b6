//! Claimed hashes of a list: which are wrong, and why.

use super::error::Problem;
use super::row::{Odd, Parsed};
use crate::crypto::HexCase;
use crate::explain::Depth;
use crate::identity::explain::{Claim, Explainer, Explanation, Question};
use crate::identity::platform::Platform;
use crate::identity::secrets::Secrets;
use crate::identity::user_hash::{UserHash, UserHashKey};
use crate::identity::verify::upper_case;

/// So many mismatches are searched for two mistakes at once, beyond those that were found before.
const DEEP: u64 = 1_000;

/// So many mismatches without an explanation end the search for other ones than were found before.
const PATIENCE: u64 = 10_000;

/// So many explanations are kept in mind.
const KNOWN: usize = 16;

/// How claimed hashes are judged.
pub struct Verify<'a> {
    secrets: &'a Secrets,
    /// Says why they do not match.
    explainer: Explainer,
}

impl<'a> Verify<'a> {
    /// Prepares the secrets.
    pub fn new(secrets: &'a Secrets) -> Self {
        Self { secrets, explainer: Explainer::new(&secrets.secret, &secrets.others) }
    }
}

impl Verify<'_> {
    pub(super) fn refusing(&self, case: HexCase) -> Option<Platform> {
        self.secrets.refusing(case)
    }

    pub(super) fn judge(&self, parsed: &Parsed<'_>, key: &UserHashKey, doubts: &mut Doubts) -> Odd {
        let Some(text) = parsed.hash.as_deref() else {
            return Odd::Unreadable(Problem::NoHash);
        };
        let text = String::from_utf8_lossy(text);
        let (claim, malformed) = match UserHash::parse(&text) {
            Ok((claimed, case)) => {
                if let Some(platform) = self.refusing(case)
                    && claimed == key.hash(&parsed.id)
                {
                    return Odd::Mismatch(upper_case(platform));
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
        let explanation = doubts.explain(&self.explainer, question);
        match malformed {
            Some(malformed) if !explanation.is_proven() => Odd::Unreadable(malformed.into()),
            _ => Odd::Mismatch(explanation),
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
    fn explain(&mut self, explainer: &Explainer, question: Question<'_>) -> Explanation {
        let again = |known| explainer.search_again(question, known);
        if let Some(again) = self.known.iter().map(again).find(Explanation::is_proven) {
            return again;
        }
        if self.unexplained >= PATIENCE {
            return Explanation::given_up();
        }
        self.searches += 1;
        let depth = if self.searches <= DEEP { Depth::Two } else { Depth::One };
        let explanation = explainer.search(question, depth);
        if !explanation.is_proven() {
            self.unexplained += 1;
        } else if self.known.len() < KNOWN {
            self.known.push(explanation.clone());
        }
        explanation
    }
}
