//! Whether a claimed hash is the value's, and why it is not.

use super::explain::{Cause, Claim, Explainer, Explanation, Question, ValueCause};
use super::platform::Platform;
use super::secrets::Secrets;
use super::user_hash::{MalformedHash, UserHash, user_hash};
use crate::crypto::HexCase;
use crate::explain::{Certainty, Diagnosis};

/// A hash that someone claims, in the form of one or in another form of a digest.
#[derive(Clone)]
pub struct ClaimedHash {
    form: Form,
}

#[derive(Clone)]
enum Form {
    /// A hash, which can match.
    Hash(UserHash, HexCase),
    /// A digest in another form, which can be explained alone.
    Other(Claim, MalformedHash),
}

impl ClaimedHash {
    /// Reads a claimed hash; an error where the text is no digest in any form.
    pub fn parse(text: &str) -> Result<Self, MalformedHash> {
        let form = match UserHash::parse(text) {
            Ok((hash, case)) => Form::Hash(hash, case),
            Err(malformed) => Form::Other(Claim::of_other_form(text).ok_or(malformed)?, malformed),
        };
        Ok(Self { form })
    }

    /// Why it cannot match, where it has not the form of a hash.
    pub const fn malformed(&self) -> Option<MalformedHash> {
        match &self.form {
            Form::Hash(..) => None,
            Form::Other(_, malformed) => Some(*malformed),
        }
    }

    /// Compares with the value's hash, in constant time, and explains a mismatch.
    ///
    /// ```
    /// use intercom_sec::identity::{ClaimedHash, Secrets, Verdict, user_hash};
    /// use intercom_sec::secret::Secret;
    ///
    /// let secret = Secret::new(b"s3cre7".to_vec()).expect("not empty");
    /// let claimed = user_hash(&secret, b"ada@example.com").to_string();
    /// let claimed = ClaimedHash::parse(&claimed).expect("64 hex digits");
    /// let secrets = Secrets::new(secret);
    /// assert!(matches!(claimed.verify(b"ada@example.com", None, &secrets), Verdict::Match(_)));
    /// assert!(matches!(claimed.verify(b"Ada@example.com", None, &secrets), Verdict::Mismatch(_)));
    /// ```
    pub fn verify(&self, value: &[u8], email: Option<&[u8]>, secrets: &Secrets) -> Verdict {
        let explain = |claim: &Claim| {
            let question = Question { value, email, claim };
            Explainer::new(&secrets.secret, &secrets.others).explain(question)
        };
        match &self.form {
            Form::Hash(hash, case) if *hash == user_hash(&secrets.secret, value) => {
                match secrets.refusing(*case) {
                    None => Verdict::Match(*case),
                    Some(platform) => Verdict::Mismatch(Mismatch {
                        form: Ok(*case),
                        explanation: upper_case(platform),
                    }),
                }
            }
            Form::Hash(hash, case) => {
                let explanation = explain(&Claim::of(hash));
                Verdict::Mismatch(Mismatch { form: Ok(*case), explanation })
            }
            Form::Other(claim, malformed) => {
                let explanation = explain(claim);
                if explanation.is_proven() {
                    Verdict::Mismatch(Mismatch { form: Err(*malformed), explanation })
                } else {
                    Verdict::Malformed(*malformed)
                }
            }
        }
    }
}

/// Upper-case hex where the platform's SDK refuses it.
pub(super) fn upper_case(platform: Platform) -> Explanation {
    let causes = vec![Cause::Own(ValueCause::UpperCase(platform))];
    Diagnosis { certainty: Certainty::Proven, causes, secret: None }
}

/// What a comparison came to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// It is the value's hash, in digits of this case.
    Match(HexCase),
    /// It is not.
    Mismatch(Mismatch),
    /// It has not the form of a hash, and nothing is known that would make it.
    Malformed(MalformedHash),
}

/// A claimed hash that is not the value's.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mismatch {
    /// How its digits are written, or why it has not the form of a hash.
    pub form: Result<HexCase, MalformedHash>,
    /// Why it does not match, as far as that is known.
    pub explanation: Explanation,
}
