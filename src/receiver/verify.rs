//! The signatures of a delivery.

use super::event::Refusal;
use super::settings::Secrets;
use crate::secret::Secret;
use crate::webhook::{
    Details, Diagnosis, Notification, Scheme, VerifyError, WebhookSignature, diagnose,
    signatures_in_headers,
};

/// Signatures that someone claims for a body that is still to be read.
pub(super) struct Claims(Vec<WebhookSignature>);

impl Claims {
    /// Finds them in a request's head. Without one the body need not be read.
    pub(super) fn find(head: &[u8]) -> Result<Self, Refusal> {
        Ok(Self(signatures_in_headers(head)?))
    }

    /// Compares with the truth, and reads what a body that matches says about itself. Each
    /// signature has to match whose secret is known.
    pub(super) fn verify(
        &self,
        secrets: &Secrets,
        body: &[u8],
    ) -> Result<Option<Notification>, Refusal> {
        let claims: Vec<_> = self.known(secrets).collect();
        if let ([], Some(first)) = (claims.as_slice(), self.0.first()) {
            return Err(Refusal::NoSecret(first.scheme()));
        }
        match WebhookSignature::verify_all(&claims, body) {
            Ok(verified) => Ok(match verified.details {
                Details::Notification(notification) => Some(notification),
                Details::NotANotification | Details::TooLong => None,
            }),
            Err(failed) => Err(match failed.error {
                VerifyError::Mismatch(mismatch) => {
                    let wrong = claims.get(failed.place).filter(|_| self.0.len() > 1);
                    let which = wrong.map(|(signature, _)| signature.scheme());
                    Refusal::Mismatch { which, mismatch }
                }
                VerifyError::EmptyPayload => Refusal::Empty,
                // A slice can be read.
                VerifyError::Unreadable(_) => Refusal::Broken,
            }),
        }
    }

    /// Why the signature that `which` names, or the only one, does not match.
    pub(super) fn diagnose(
        &self,
        which: Option<Scheme>,
        secrets: &Secrets,
        body: &[u8],
    ) -> Option<Diagnosis> {
        let is_it = |claim: &&WebhookSignature| which.is_none_or(|which| claim.scheme() == which);
        let claim = self.0.iter().find(is_it)?;
        let others =
            if claim.scheme() == Scheme::FinAgent { &secrets.client } else { &secrets.fin };
        Some(diagnose(&claim.into(), secrets.of(claim.scheme()), others, body))
    }

    /// The signatures with the secrets that may have made them, where there are any.
    fn known<'s>(
        &'s self,
        secrets: &'s Secrets,
    ) -> impl Iterator<Item = (&'s WebhookSignature, &'s [Secret])> {
        // One secret that was given for all cannot be the one of both kinds.
        let is_own = self.0.len() == 1 || !secrets.are_of_one_kind();
        self.0
            .iter()
            .filter(move |claim| is_own || claim.scheme() != Scheme::FinAgent)
            .map(|claim| (claim, secrets.of(claim.scheme())))
            .filter(|(_, secrets)| !secrets.is_empty())
    }
}

impl Secrets {
    fn of(&self, scheme: Scheme) -> &[Secret] {
        match scheme {
            Scheme::Hub | Scheme::Body => &self.client,
            Scheme::FinAgent => &self.fin,
        }
    }

    /// Whether the same secrets were given for both kinds.
    fn are_of_one_kind(&self) -> bool {
        // Exposed to compare what was given with what was given.
        let are_same = |(one, other): (&Secret, &Secret)| one.expose() == other.expose();
        self.client.len() == self.fin.len() && self.client.iter().zip(&self.fin).all(are_same)
    }
}
