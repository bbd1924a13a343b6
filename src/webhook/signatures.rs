//! Holds the signatures of one delivery: at least one, each of another scheme.

use super::scheme::Scheme;
use super::signature::WebhookSignature;

/// The signatures of one delivery, parsed: at least one, each of another scheme, in the order of
/// [`Scheme::ALL`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signatures {
    first: WebhookSignature,
    rest: Vec<WebhookSignature>,
}

impl Signatures {
    /// `None` where there is none.
    pub(super) fn new(signatures: impl IntoIterator<Item = WebhookSignature>) -> Option<Self> {
        let mut signatures = signatures.into_iter();
        Some(Self { first: signatures.next()?, rest: signatures.collect() })
    }

    /// The first of them.
    pub const fn first(&self) -> &WebhookSignature {
        &self.first
    }

    /// The one of this scheme.
    pub fn of(&self, scheme: Scheme) -> Option<&WebhookSignature> {
        self.iter().find(|signature| signature.scheme() == scheme)
    }

    /// Whether there are more than one.
    pub const fn are_several(&self) -> bool {
        !self.rest.is_empty()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &WebhookSignature> {
        std::iter::once(&self.first).chain(&self.rest)
    }
}

impl From<WebhookSignature> for Signatures {
    fn from(signature: WebhookSignature) -> Self {
        Self { first: signature, rest: Vec::new() }
    }
}
