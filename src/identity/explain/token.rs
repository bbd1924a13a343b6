//! Explains signatures of tokens (JWT) that do not match.

use std::ops::ControlFlow;
use std::slice;

use super::cause::{Explanation, ValueCause, others};
use crate::crypto::Algorithm;
use crate::explain::{Bounds, Budget, Claim, Depth, Explainer, Question, Variants, Visit};
use crate::identity::secrets::Secrets;

/// Why the signature of a token is not the secret's.
pub(in crate::identity) fn explain_signature(
    signed: &[u8],
    signature: &[u8],
    secrets: &Secrets,
) -> Explanation {
    let claim = Claim::of(Algorithm::Sha256, signature);
    let question = Question { claim: &claim, message: signed, variants: &AsItIs, known: &[] };
    let others = others(&secrets.others);
    let explainer = Explainer::new(Algorithm::Sha256, slice::from_ref(&secrets.secret), &others);
    explainer.explain(&question, Depth::Two, &Budget::VALUE)
}

/// A message that a library made: nobody changed it.
struct AsItIs;

impl Variants<ValueCause> for AsItIs {
    fn each(&self, _: &[u8], _: &Bounds, _: &mut Visit<'_, ValueCause>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}
