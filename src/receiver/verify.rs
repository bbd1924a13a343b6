//! The signature of a delivery.

use super::Secrets;
use super::event::Refusal;
use crate::signature::{
    Details, Notification, Scheme, VerifyError, WebhookSignature, signature_in_headers,
};

/// A signature that someone claims for a body that is still to be read.
pub(super) struct Claim(WebhookSignature);

impl Claim {
    /// Finds it in a request's head. Without one the body need not be read.
    pub(super) fn find(head: &[u8]) -> Result<Self, Refusal> {
        Ok(Self(signature_in_headers(head)?))
    }

    /// Compares with the truth, and reads what a body that matches says about itself.
    pub(super) fn verify(
        &self,
        secrets: &Secrets,
        body: &[u8],
    ) -> Result<Option<Notification>, Refusal> {
        let scheme = self.0.scheme();
        let secrets = match scheme {
            Scheme::Hub | Scheme::Body => &secrets.client,
            Scheme::FinAgent => &secrets.fin,
        };
        if secrets.is_empty() {
            return Err(Refusal::NoSecret(scheme));
        }
        match self.0.verify_any(secrets, body) {
            Ok(verified) => Ok(match verified.details {
                Details::Notification(notification) => Some(notification),
                Details::NotANotification | Details::TooLong => None,
            }),
            Err(VerifyError::Mismatch(mismatch)) => Err(Refusal::Mismatch(mismatch)),
            Err(VerifyError::EmptyPayload) => Err(Refusal::Empty),
            // A slice can be read.
            Err(VerifyError::Unreadable(_)) => Err(Refusal::Broken),
        }
    }
}
