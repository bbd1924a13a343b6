//! The search for the mistakes that give a claimed digest.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::ops::ControlFlow;
use std::sync::OnceLock;

use super::budget::{Bounds, Budget, Meter};
use super::cause::{Cause, Certainty, Computation, Diagnosis, Own};
use super::claim::Claim;
use super::computation;
use super::key::{self, Key};
use crate::crypto::Algorithm;
use crate::crypto::hmac::Keyed;
use crate::secret::Secret;

/// Takes what a message may have been; breaks off where that is enough.
pub(crate) type Visit<'v, O> = dyn FnMut(Cause<O>, Cow<'_, [u8]>) -> ControlFlow<()> + 'v;

/// What else a message may have been.
pub(crate) trait Variants<O: Own> {
    /// Hands over each text that the message may have been, the likeliest first.
    fn each(&self, message: &[u8], bounds: &Bounds, visit: &mut Visit<'_, O>) -> ControlFlow<()>;

    /// Whether a second mistake in the message is looked for behind this one.
    fn leads_on(&self, _first: &Cause<O>) -> bool {
        true
    }
}

/// How many mistakes are looked for at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Depth {
    One = 1,
    Two = 2,
}

/// What does not match.
pub(crate) struct Question<'q, O: Own> {
    /// The digest that is not the message's.
    pub(crate) claim: &'q Claim,
    pub(crate) message: &'q [u8],
    pub(crate) variants: &'q dyn Variants<O>,
    /// What is known to be wrong already; it is not counted as a mistake.
    pub(crate) known: &'q [Cause<O>],
}

/// Explains mismatches of the same secrets.
pub(crate) struct Explainer<O> {
    keys: Vec<Key<O>>,
    /// The algorithm that belongs there.
    expected: Algorithm,
    /// The keys made ready for the algorithm that belongs there: most claims are of that.
    prepared: OnceLock<Vec<Keyed>>,
}

impl<O: Own> Explainer<O> {
    /// Prepares the secrets that count. `others` are secrets that do not, each with the cause that it
    /// is if it signed.
    pub(crate) fn new(expected: Algorithm, secrets: &[Secret], others: &[(O, &Secret)]) -> Self {
        Self { keys: key::all(secrets, others), expected, prepared: OnceLock::new() }
    }

    /// Looks for what went wrong.
    pub(crate) fn explain(
        &self,
        question: &Question<'_, O>,
        depth: Depth,
        budget: &Budget,
    ) -> Diagnosis<O> {
        if question.message.len() > budget.message {
            return Diagnosis::too_long();
        }
        let bounds = Bounds::new(budget);
        let mut search = Search::new(self, question, budget, &bounds);
        let _ = (0..=depth as usize).try_for_each(|mistakes| search.run(mistakes));
        search.into_diagnosis()
    }

    /// Looks for the same mistakes as in `known` alone.
    pub(crate) fn explain_as(
        &self,
        question: &Question<'_, O>,
        known: &Diagnosis<O>,
        budget: &Budget,
    ) -> Diagnosis<O> {
        if question.message.len() > budget.message {
            return Diagnosis::too_long();
        }
        let bounds = Bounds::new(budget);
        let mut search = Search::new(self, question, budget, &bounds);
        search.pattern = Some(&known.causes);
        let most = known.causes.len().min(Depth::Two as usize);
        let _ = (0..=most).try_for_each(|mistakes| search.run(mistakes));
        search.into_diagnosis()
    }

    /// The keys with this many mistakes.
    fn with(&self, mistakes: usize) -> std::ops::Range<usize> {
        let start = self.keys.partition_point(|key| key.causes.len() < mistakes);
        start..self.keys.partition_point(|key| key.causes.len() <= mistakes)
    }
}

/// One hash function that may have made the claimed digest.
struct Maker {
    algorithm: Algorithm,
    /// The keys made ready for it, where it is not the expected one.
    keyed: OnceCell<Vec<Keyed>>,
}

struct Search<'s, O: Own> {
    explainer: &'s Explainer<O>,
    question: &'s Question<'s, O>,
    makers: Vec<Maker>,
    /// The causes that are looked for; all, where nothing is said.
    pattern: Option<&'s [Cause<O>]>,
    meter: Meter,
    bounds: &'s Bounds,
    seen: HashSet<u64>,
    found: Option<(Vec<Cause<O>>, Option<usize>)>,
}

impl<'s, O: Own> Search<'s, O> {
    fn new(
        explainer: &'s Explainer<O>,
        question: &'s Question<'s, O>,
        budget: &Budget,
        bounds: &'s Bounds,
    ) -> Self {
        let maker = |algorithm| Maker { algorithm, keyed: OnceCell::new() };
        Self {
            explainer,
            question,
            makers: question.claim.algorithms().into_iter().map(maker).collect(),
            pattern: None,
            meter: Meter::new(budget),
            bounds,
            seen: HashSet::new(),
            found: None,
        }
    }

    fn into_diagnosis(self) -> Diagnosis<O> {
        let certainty = match &self.found {
            Some(_) => Certainty::Proven,
            None if self.meter.is_over() || self.bounds.is_short() => Certainty::GivenUp,
            None => Certainty::Unknown,
        };
        let (causes, secret) = self.found.unwrap_or_default();
        Diagnosis { certainty, causes, secret }
    }

    /// Tries what takes exactly this many mistakes.
    fn run(&mut self, mistakes: usize) -> ControlFlow<()> {
        let question = self.question;
        let message = question.message;
        self.try_keys(&[], message, mistakes)?;
        if let Some(fewer) = mistakes.checked_sub(1) {
            self.try_computations(&[], message, fewer)?;
            self.seen.clear();
            self.is_new(message);
            self.try_variants(fewer)?;
        }
        if mistakes < 2 { ControlFlow::Continue(()) } else { self.try_variants_of_variants() }
    }

    /// Tries what the message may have been, with this many mistakes besides.
    fn try_variants(&mut self, besides: usize) -> ControlFlow<()> {
        let (question, bounds) = (self.question, self.bounds);
        question.variants.each(question.message, bounds, &mut |cause, changed| {
            self.meter.pay(changed.len())?;
            let causes = [cause];
            if !self.fits(&causes, &[], None) || !self.is_new(&changed) {
                return ControlFlow::Continue(());
            }
            self.try_keys(&causes, &changed, besides)?;
            match besides.checked_sub(1) {
                Some(fewer) => self.try_computations(&causes, &changed, fewer),
                None => ControlFlow::Continue(()),
            }
        })
    }

    /// Tries what the message may have been before two changes.
    fn try_variants_of_variants(&mut self) -> ControlFlow<()> {
        let (question, bounds) = (self.question, self.bounds);
        let mut firsts = HashSet::new();
        question.variants.each(question.message, bounds, &mut |first, changed| {
            let fits = self.fits(std::slice::from_ref(&first), &[], None);
            let is_new = firsts.insert(hash_of(&changed));
            if !fits || !is_new || !question.variants.leads_on(&first) {
                return ControlFlow::Continue(());
            }
            self.meter.pay(4 * changed.len())?;
            question.variants.each(&changed, bounds, &mut |second, twice| {
                self.meter.pay(twice.len())?;
                let causes = [first.clone(), second];
                if !self.fits(&causes, &[], None) || !self.is_new(&twice) {
                    return ControlFlow::Continue(());
                }
                self.try_keys(&causes, &twice, 0)
            })
        })
    }

    /// Whether this text was not tried before.
    fn is_new(&mut self, text: &[u8]) -> bool {
        self.seen.insert(hash_of(text))
    }

    /// Tries the right HMAC with the keys of this many mistakes.
    fn try_keys(
        &mut self,
        causes: &[Cause<O>],
        message: &[u8],
        mistakes: usize,
    ) -> ControlFlow<()> {
        let explainer = self.explainer;
        for maker in 0..self.makers.len() {
            let algorithm = self.makers[maker].algorithm;
            let other = self.other_hash(algorithm);
            for index in explainer.with(mistakes) {
                let key = &explainer.keys[index];
                if !self.fits(causes, &key.causes, other.as_ref()) {
                    continue;
                }
                self.meter.pay(message.len())?;
                let mut mac = self.keyed(maker)[index].clone();
                mac.update(message);
                self.compare(algorithm, &mac.finish(), causes, key, None)?;
            }
        }
        ControlFlow::Continue(())
    }

    /// Tries other computations with the keys of this many mistakes.
    fn try_computations(
        &mut self,
        causes: &[Cause<O>],
        message: &[u8],
        mistakes: usize,
    ) -> ControlFlow<()> {
        let explainer = self.explainer;
        for maker in 0..self.makers.len() {
            let algorithm = self.makers[maker].algorithm;
            for computation in computation::others(algorithm) {
                let cause = Cause::Computation(computation);
                for index in explainer.with(mistakes) {
                    let key = &explainer.keys[index];
                    // Without the secret, once is enough.
                    if computation.is_without_secret() && (mistakes > 0 || index > 0)
                        || !self.fits(causes, &key.causes, Some(&cause))
                    {
                        continue;
                    }
                    self.meter.pay(message.len())?;
                    let digest = computation.run(algorithm, &key.bytes, message);
                    self.compare(algorithm, &digest, causes, key, Some(computation))?;
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// Ends the search where a computed digest is the claimed one. What was computed does not leave.
    fn compare(
        &mut self,
        algorithm: Algorithm,
        digest: &[u8],
        causes: &[Cause<O>],
        key: &Key<O>,
        computation: Option<Computation>,
    ) -> ControlFlow<()> {
        let Some(reading) = self.question.claim.reading(algorithm, digest) else {
            return ControlFlow::Continue(());
        };
        let writing = reading.writing;
        let known = self.question.known.iter().cloned();
        let other = self.other_hash(algorithm);
        let made = causes.iter().chain(&key.causes).cloned();
        let last = computation.map(Cause::Computation).into_iter().chain(other);
        let all: Vec<_> =
            known.chain(made).chain(last).chain(writing.map(Cause::Writing)).collect();
        // Nothing that is wrong would be a match, which nobody asks for here.
        if all.is_empty() {
            return ControlFlow::Continue(());
        }
        self.found = Some((all, key.secret));
        ControlFlow::Break(())
    }

    /// The cause that another algorithm is than the one that belongs there.
    fn other_hash(&self, found: Algorithm) -> Option<Cause<O>> {
        let expected = self.explainer.expected;
        (found != expected)
            .then_some(Cause::Computation(Computation::OtherHash { expected, found }))
    }

    /// Whether the causes are among those that are looked for.
    fn fits(&self, message: &[Cause<O>], key: &[Cause<O>], last: Option<&Cause<O>>) -> bool {
        self.pattern.is_none_or(|pattern| {
            let mut wanted = pattern.iter();
            let mut made = message.iter().chain(key).chain(last);
            made.all(|cause| wanted.next().is_some_and(|wanted| wanted.is_like(cause)))
        })
    }

    /// The keys made ready for an algorithm.
    fn keyed(&self, maker: usize) -> &[Keyed] {
        let Maker { algorithm, keyed } = &self.makers[maker];
        let make = || {
            let keys = self.explainer.keys.iter();
            keys.map(|key| Keyed::new(*algorithm, &key.bytes)).collect()
        };
        if *algorithm == self.explainer.expected {
            self.explainer.prepared.get_or_init(make)
        } else {
            keyed.get_or_init(make)
        }
    }
}

fn hash_of(text: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
