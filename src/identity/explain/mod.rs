//! Why a `user_hash` does not match: what may have gone wrong is done again, one or two mistakes at
//! a time, until the claimed hash comes out.
//!
//! This only explains. Whoever asks has compared already and knows that the hash is wrong: nothing
//! here answers "it matches", and the right hash is neither told nor kept.

mod cause;
mod claim;
pub(crate) mod key;
mod number;
mod value;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};

use self::claim::Reading;
use self::key::KeyVariant;
use self::value::Variant;
use super::Platform;
use crate::secret::Secret;

pub use cause::Cause;
pub use claim::Claim;

/// The most mistakes that are looked for at once.
const MAX_MISTAKES: usize = 2;

/// What explains a mismatch: one mistake, or two that were made together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Explanation {
    causes: Vec<Cause>,
}

impl Explanation {
    /// Upper-case hex where the platform's SDK refuses it.
    pub fn upper_case(platform: Platform) -> Self {
        Self { causes: vec![Cause::UpperCase(platform)] }
    }

    /// The causes, one or two.
    pub fn causes(&self) -> &[Cause] {
        &self.causes
    }

    /// What happened, as one sentence without a final period.
    pub fn sentence(&self) -> String {
        let sentences: Vec<String> = self.causes.iter().map(Cause::sentence).collect();
        sentences.join("; and ")
    }

    /// What to change, without a final period.
    pub fn advice(&self) -> String {
        let advice: Vec<&str> = self.causes.iter().map(Cause::advice).collect();
        advice.join("; ")
    }
}

/// How far an explanation is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// One mistake.
    One,
    /// Two that were made together, too.
    Two,
}

/// Explains mismatches of one secret.
pub struct Explainer {
    keys: Vec<KeyVariant>,
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

/// What was computed in the place of HMAC-SHA256.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Computation {
    Right,
    Swapped,
    Plain,
    PlainBefore,
    PlainAfter,
    Sha1,
    Sha512,
}

impl Explainer {
    /// Prepares the secret, and those of other platforms that may have been taken by mistake.
    pub fn new(secret: &Secret, others: &[(Platform, Secret)]) -> Self {
        Self { keys: key::variants(secret, others) }
    }

    /// Looks for what went wrong; `None` when nothing that is known gives the claimed hash.
    ///
    /// ```
    /// use intercom_sec::identity::explain::{Cause, Claim, Depth, Explainer, Question};
    /// use intercom_sec::secret::Secret;
    /// use intercom_sec::identity::user_hash;
    ///
    /// let secret = Secret::new(b"s3cre7".to_vec()).expect("not empty");
    /// let claim = Claim::of(&user_hash(&secret, b"ada@example.com"));
    /// let question = Question { value: b"Ada@Example.com", email: None, claim: &claim };
    /// let explanation = Explainer::new(&secret, &[]).explain(question, Depth::Two);
    /// assert_eq!(explanation.expect("explained").causes(), [Cause::LetterCase]);
    /// ```
    pub fn explain(&self, question: Question<'_>, depth: Depth) -> Option<Explanation> {
        let values = value::variants(question.value, question.email);
        let most = if depth == Depth::One { 1 } else { MAX_MISTAKES };
        (1..=most).find_map(|mistakes| self.search(&values, question.claim, mistakes, |_| true))
    }

    /// Looks for explanations of the same kind as some that were found for another value, alone.
    pub(crate) fn explain_as(
        &self,
        question: Question<'_>,
        known: &[Explanation],
    ) -> Option<Explanation> {
        if known.is_empty() {
            return None;
        }
        let values = value::variants(question.value, question.email);
        known.iter().find_map(|known| {
            let is_like = |causes: &[&Cause]| {
                let codes = known.causes.iter().map(Cause::code);
                codes.zip(causes).all(|(known, cause)| known == cause.code())
            };
            self.search(&values, question.claim, known.causes.len(), is_like)
        })
    }

    /// Tries what takes exactly this many mistakes, those of the claim's form included.
    fn search(
        &self,
        values: &[Variant],
        claim: &Claim,
        mistakes: usize,
        is_tried: impl Fn(&[&Cause]) -> bool,
    ) -> Option<Explanation> {
        for computation in Computation::ALL.into_iter().filter(|one| claim.admits(one.length())) {
            let own = computation.cause();
            for key in &self.keys {
                for value in values {
                    let made = value.causes.len() + key.causes.len() + usize::from(own.is_some());
                    // One more may be the form's.
                    if made > mistakes || made + 1 < mistakes {
                        continue;
                    }
                    let causes: Vec<&Cause> =
                        value.causes.iter().chain(&key.causes).chain(&own).collect();
                    if !is_tried(&causes) {
                        continue;
                    }
                    if let Some(reading) = computation.agrees(key, &value.bytes, claim)
                        && made + usize::from(reading.cause.is_some()) == mistakes
                    {
                        let causes = causes.into_iter().chain(&reading.cause).cloned().collect();
                        return Some(Explanation { causes });
                    }
                }
            }
        }
        None
    }
}

impl Computation {
    const ALL: [Self; 7] = [
        Self::Right,
        Self::Swapped,
        Self::Plain,
        Self::PlainAfter,
        Self::PlainBefore,
        Self::Sha1,
        Self::Sha512,
    ];

    const fn length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha512 => 64,
            _ => 32,
        }
    }

    const fn cause(self) -> Option<Cause> {
        match self {
            Self::Right => None,
            Self::Swapped => Some(Cause::Swapped),
            Self::Plain => Some(Cause::Plain("the value alone")),
            Self::PlainBefore => Some(Cause::Plain("the secret and the value after it")),
            Self::PlainAfter => Some(Cause::Plain("the value and the secret after it")),
            Self::Sha1 => Some(Cause::OtherHash("SHA1")),
            Self::Sha512 => Some(Cause::OtherHash("SHA512")),
        }
    }

    /// Computes, and compares with the claim. What was computed does not leave.
    fn agrees<'c>(self, key: &KeyVariant, value: &[u8], claim: &'c Claim) -> Option<&'c Reading> {
        match self {
            Self::Right => claim.reads_as(key.prepared.hash(value).as_bytes()),
            Self::Swapped => {
                let swapped = crate::identity::UserHashKey::from_bytes(value);
                claim.reads_as(swapped.hash(&key.bytes).as_bytes())
            }
            // The key takes no part: once, with the right one, is enough.
            Self::Plain if !key.causes.is_empty() => None,
            Self::Plain => claim.reads_as(&Sha256::digest(value)),
            Self::PlainBefore => claim
                .reads_as(&Sha256::new().chain_update(&*key.bytes).chain_update(value).finalize()),
            Self::PlainAfter => claim
                .reads_as(&Sha256::new().chain_update(value).chain_update(&*key.bytes).finalize()),
            Self::Sha1 => {
                let mac = Hmac::<Sha1>::new_from_slice(&key.bytes).ok()?.chain_update(value);
                claim.reads_as(&mac.finalize().into_bytes())
            }
            Self::Sha512 => {
                let mac = Hmac::<Sha512>::new_from_slice(&key.bytes).ok()?.chain_update(value);
                claim.reads_as(&mac.finalize().into_bytes())
            }
        }
    }
}
