//! Explains user hashes that do not match, with the secrets at hand.

use super::cause::{self, Explanation, ValueCause};
use super::claim::Claim;
use super::value::Value;
use crate::crypto::Algorithm;
use crate::explain::{self, Budget, Certainty, Depth, Diagnosis, other_credential};
use crate::identity::platform::Platform;
use crate::secret::Secret;

/// Explains mismatches of one secret.
pub struct Explainer {
    engine: explain::Explainer<ValueCause>,
    credential: Option<explain::Credential>,
}

/// What does not match.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The user id or email.
    pub value: &'a [u8],
    /// The email that is sent beside a user id.
    pub email: Option<&'a [u8]>,
    /// The hash that is not the value's.
    pub claim: &'a Claim,
}

impl Explainer {
    /// Prepares the secret, and those of other platforms that may have been taken by mistake.
    pub fn new(secret: &Secret, others: &[(Platform, Secret)]) -> Self {
        let others = cause::others(others);
        let secrets = std::slice::from_ref(secret);
        Self {
            engine: explain::Explainer::new(Algorithm::Sha256, secrets, &others),
            credential: other_credential::<ValueCause>(secret),
        }
    }

    /// Looks for what went wrong: one mistake, or two that were made together.
    ///
    /// ```
    /// use intercom_sec::explain::{Change, Difference};
    /// use intercom_sec::identity::explain::{Cause, Claim, Explainer, Question};
    /// use intercom_sec::identity::user_hash;
    /// use intercom_sec::secret::Secret;
    ///
    /// let secret = Secret::new(b"s3cre7".to_vec()).expect("not empty");
    /// let claim = Claim::of(&user_hash(&secret, b"42\n"));
    /// let question = Question { value: b"42", email: None, claim: &claim };
    /// let explanation = Explainer::new(&secret, &[]).explain(question);
    /// assert!(explanation.is_proven());
    /// assert_eq!(explanation.causes, [Cause::Message(Difference::Signed(Change::LineEnding))]);
    /// assert_eq!(explanation.causes[0].code(), "hashed-line-ending");
    /// ```
    pub fn explain(&self, question: Question<'_>) -> Explanation {
        let mut explanation = self.search(question, Depth::Two);
        if let (Certainty::Unknown | Certainty::GivenUp, Some(credential)) =
            (explanation.certainty, self.credential)
        {
            explanation = Diagnosis::likely(vec![explain::Cause::Credential(credential)]);
        }
        explanation
    }

    /// Looks for mistakes that are proven, up to so many at once.
    pub(in crate::identity) fn search(&self, question: Question<'_>, depth: Depth) -> Explanation {
        question.ask(|question| self.engine.explain(question, depth, &Budget::VALUE))
    }

    /// Looks for the mistakes of another value alone.
    pub(in crate::identity) fn search_again(
        &self,
        question: Question<'_>,
        known: &Explanation,
    ) -> Explanation {
        question.ask(|question| self.engine.explain_as(question, known, &Budget::VALUE))
    }
}

impl Question<'_> {
    fn ask(
        &self,
        engine: impl FnOnce(&explain::Question<'_, ValueCause>) -> Explanation,
    ) -> Explanation {
        engine(&explain::Question {
            claim: &self.claim.0,
            message: self.value,
            variants: &Value { email: self.email },
            known: &[],
        })
    }
}
