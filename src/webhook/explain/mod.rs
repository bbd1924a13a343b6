//! Why a signature does not match: tried to explain, never to accept.
//!
//! What is tried are changes that happen in practice, to the body, the secret and the computation,
//! and two of them together. One that makes the signature match is proven to be the cause; where
//! none does, what leaves a trace is told as likely. Nothing here can turn a mismatch into a match:
//! the outcome is a [`Diagnosis`], and [`Verified`](super::Verified) is made elsewhere.

mod bodies;
mod cause;
mod claim;
mod habit;
mod json;
mod keys;

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::ops::ControlFlow;

use subtle::ConstantTimeEq as _;

pub use self::cause::{BodyCause, Cause, Construction, FormCause, SecretCause};
pub use self::claim::Claim;
pub use self::habit::Habit;
use self::json::Parsed;
use self::keys::Key;
use crate::crypto::hmac::Keyed;
use crate::secret::Secret;

/// A longer body is not explained, in bytes.
pub const MAX_EXPLAINED: usize = 1024 * 1024;

/// How many bytes are hashed at most before the search is given up.
const BUDGET: usize = 192 * MAX_EXPLAINED;

/// What came out of the search for a cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// How sure it is.
    pub certainty: Certainty,
    /// The causes, one or two; none where nothing was found.
    pub causes: Vec<Cause>,
    /// The place of the secret that signed, where that is proven.
    pub secret: Option<usize>,
}

/// How sure a diagnosis is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// With the causes undone, the signature matches.
    Proven,
    /// They leave a trace, and it was not possible to undo them.
    Likely,
    /// Nothing was found, and all that is known was tried.
    Unknown,
    /// Nothing was found in the time that is given to it.
    GivenUp,
    /// The body is too long to look for a cause.
    TooLong,
}

impl Certainty {
    /// A stable name for scripts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Likely => "likely",
            Self::Unknown | Self::GivenUp | Self::TooLong => "unknown",
        }
    }
}

impl Diagnosis {
    /// The answer in one sentence, without a final period.
    pub fn sentence(&self) -> String {
        const USUAL: &str = "another app's secret, or a body that something changed in a way that \
                             cannot be undone (values changed, keys in another order, parts left \
                             out)";
        let clauses: Vec<_> = self.causes.iter().map(|cause| cause.clause()).collect();
        let because = clauses.join(", and ");
        let remedy = self.causes.first().map_or("", |cause| cause.remedy());
        match self.certainty {
            Certainty::Proven if self.causes.is_empty() => "nothing differs".to_owned(),
            Certainty::Proven => format!("{because}: {remedy}"),
            Certainty::Likely => format!("probably {because}: {remedy}"),
            Certainty::Unknown => {
                format!("none of the usual changes explains it; left are: {USUAL}")
            }
            Certainty::GivenUp => {
                format!("the cause was not found in the time given to it; usual causes: {USUAL}")
            }
            Certainty::TooLong => {
                format!("the body is too long to look for the cause; usual causes: {USUAL}")
            }
        }
    }

    /// Where the body is too long to be kept.
    pub const fn too_long() -> Self {
        Self { certainty: Certainty::TooLong, causes: Vec::new(), secret: None }
    }
}

/// Looks for what makes a claim differ from the signature of `body` by one of `secrets`.
///
/// `others` are secrets of the other kind, where they are at hand: to tell that one of these signed.
///
/// ```
/// use intercom_sec::secret::Secret;
/// use intercom_sec::webhook::{BodyCause, Cause, WebhookSignature, diagnose};
///
/// let secrets = [Secret::new(b"secret".to_vec()).expect("not empty")];
/// let signature = WebhookSignature::parse("sha1=f8446672f033e4b2beafc5ca3a71eafcd2cafb6e")?;
/// let diagnosis = diagnose(&(&signature).into(), &secrets, &[], b"{\"a\":1}\n");
/// assert_eq!(diagnosis.causes, [Cause::Body(BodyCause::FinalNewlineAdded)]);
/// # Ok::<(), intercom_sec::webhook::MalformedSignature>(())
/// ```
pub fn diagnose(claim: &Claim, secrets: &[Secret], others: &[Secret], body: &[u8]) -> Diagnosis {
    if body.len() > MAX_EXPLAINED {
        return Diagnosis::too_long();
    }
    let mut search = Search::new(claim, secrets, others);
    let _ = search.run(body);
    if let Some((mut causes, secret)) = search.found {
        // The signature's form is part of the cause, and the first thing to mend.
        causes.splice(0..0, claim.form.iter().copied());
        return Diagnosis { certainty: Certainty::Proven, causes, secret };
    }
    let mut causes = claim.form.clone();
    causes.extend(trace(secrets, body).into_iter().flatten());
    let certainty = match (causes.is_empty(), search.budget) {
        (false, _) => Certainty::Likely,
        (true, 0) => Certainty::GivenUp,
        (true, _) => Certainty::Unknown,
    };
    Diagnosis { certainty, causes, secret: None }
}

/// A search, with what is left of its budget.
struct Search<'c> {
    claim: &'c Claim,
    keys: Vec<(Key, Keyed)>,
    /// How many keys are the secrets themselves; they come first.
    plain: usize,
    seen: HashSet<u64>,
    budget: usize,
    found: Option<(Vec<Cause>, Option<usize>)>,
}

impl<'c> Search<'c> {
    fn new(claim: &'c Claim, secrets: &[Secret], others: &[Secret]) -> Self {
        let mut keys = keys::all(secrets);
        keys.extend(others.iter().map(|other| Key {
            secret: usize::MAX,
            cause: Some(SecretCause::OtherKind),
            // Exposed to try it as a key.
            bytes: zeroize::Zeroizing::new(other.expose().to_vec()),
        }));
        let keyed = |key: Key| {
            let keyed = Keyed::new(claim.algorithm, &key.bytes);
            (key, keyed)
        };
        Self {
            claim,
            keys: keys.into_iter().map(keyed).collect(),
            plain: secrets.len(),
            seen: HashSet::new(),
            budget: BUDGET,
            found: None,
        }
    }

    /// Fewer causes come before more.
    fn run(&mut self, body: &[u8]) -> ControlFlow<()> {
        self.try_keys(&[], body, usize::MAX)?;
        self.try_constructions(&[], body)?;
        let plain = self.plain;
        bodies::each(body, &mut |cause, changed| {
            self.try_keys(&[Cause::Body(cause)], &changed, plain)
        })?;
        bodies::each(body, &mut |cause, changed| {
            self.try_keys(&[Cause::Body(cause)], &changed, usize::MAX)?;
            self.try_constructions(&[Cause::Body(cause)], &changed)
        })?;
        self.seen.clear();
        bodies::each(body, &mut |first, changed| {
            if !self.is_new(&changed) {
                return ControlFlow::Continue(());
            }
            bodies::each(&changed, &mut |second, twice| {
                if !self.is_new(&twice) {
                    return ControlFlow::Continue(());
                }
                self.try_keys(&[Cause::Body(first), Cause::Body(second)], &twice, plain)
            })
        })
    }

    /// Whether this body was not tried before. What is made only to be thrown away costs too.
    fn is_new(&mut self, body: &[u8]) -> bool {
        self.budget = self.budget.saturating_sub(body.len());
        let mut hasher = DefaultHasher::new();
        body.hash(&mut hasher);
        self.seen.insert(hasher.finish())
    }

    /// Tries the first `limit` keys.
    fn try_keys(&mut self, causes: &[Cause], body: &[u8], limit: usize) -> ControlFlow<()> {
        for index in 0..self.keys.len().min(limit) {
            self.pay(body)?;
            let Some((key, keyed)) = self.keys.get(index) else { break };
            let mut mac = keyed.clone();
            mac.update(body);
            if bool::from(mac.finish().ct_eq(&self.claim.digest)) {
                let secret = (key.secret != usize::MAX).then_some(key.secret);
                let by_key = key.cause.map(Cause::Secret);
                // A key of its own that has nothing to do with the secret given.
                let is_foreign = matches!(
                    key.cause,
                    Some(SecretCause::SignerEmpty | SecretCause::SignerWord(_))
                );
                let causes = causes.iter().copied().chain(by_key).collect();
                self.found = Some((causes, secret.filter(|_| !is_foreign)));
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    }

    fn try_constructions(&mut self, causes: &[Cause], body: &[u8]) -> ControlFlow<()> {
        let algorithm = self.claim.algorithm;
        for index in 0..self.plain {
            self.pay(body)?;
            self.pay(body)?;
            let Some((key, _)) = self.keys.get(index) else { break };
            let mut swapped = Keyed::new(algorithm, body);
            swapped.update(&key.bytes);
            let tried = [
                (Construction::PlainHash, algorithm.hash(&[body])),
                (Construction::Concatenated, algorithm.hash(&[&key.bytes, body])),
                (Construction::Concatenated, algorithm.hash(&[body, &key.bytes])),
                (Construction::Swapped, swapped.finish()),
            ];
            let is_it = |(_, digest): &&(Construction, crate::crypto::hmac::Digest)| {
                bool::from(digest.ct_eq(&self.claim.digest))
            };
            if let Some((construction, _)) = tried.iter().find(is_it) {
                let construction = Cause::Construction(*construction);
                let causes = causes.iter().copied().chain([construction]).collect();
                self.found = Some((causes, Some(key.secret)));
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    }

    /// Stops the search when the budget is used up.
    fn pay(&mut self, body: &[u8]) -> ControlFlow<()> {
        // A digest of nothing takes its time too.
        self.budget = self.budget.saturating_sub(body.len() + 256);
        if self.budget == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// What cannot be undone and leaves a trace, the surest alone, or who wrote the body and in which order.
fn trace(secrets: &[Secret], body: &[u8]) -> [Option<Cause>; 2] {
    if let Some(cause) = secrets.iter().find_map(keys::other_credential) {
        return [Some(Cause::Secret(cause)), None];
    }
    let text = body.trim_ascii();
    let cause = if text == b"[object Object]" {
        BodyCause::ObjectObject
    } else if text.starts_with(b"{'") || text.starts_with(b"[{'") {
        BodyCause::PythonDict
    } else if memchr::memmem::find(body, "\u{fffd}".as_bytes()).is_some() {
        BodyCause::Replaced
    } else {
        match json::parse(body) {
            Parsed::BreaksOff if matches!(text.first(), Some(b'{' | b'[')) => BodyCause::Truncated,
            Parsed::Value(value) => {
                let sorted = value.is_sorted().then_some(BodyCause::KeysSorted);
                let habit = Habit::of(body, &value).filter(|habit| !habit.is_intercoms());
                let written = habit.map(|habit| BodyCause::Reserialised(Some(habit)));
                return match (written, sorted) {
                    (None, sorted) => [sorted.map(Cause::Body), None],
                    (written, sorted) => [written.map(Cause::Body), sorted.map(Cause::Body)],
                };
            }
            _ => return [None, None],
        }
    };
    [Some(Cause::Body(cause)), None]
}

#[cfg(test)]
mod tests;
