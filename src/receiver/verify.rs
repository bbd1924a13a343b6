//! Turns what the verifier says of a delivery into a notification or a refusal.

use super::event::Refusal;
use crate::webhook::{Details, Notification, Signatures, Verifier, VerifyError};

/// Verifies a body, and reads what a genuine one says about itself.
pub(super) fn verify(
    verifier: &Verifier,
    signatures: &Signatures,
    body: &[u8],
) -> Result<Option<Notification>, Refusal> {
    match verifier.verify(signatures, body)?.details {
        Details::Notification(notification) => Ok(Some(notification)),
        Details::NotANotification | Details::TooLong => Ok(None),
    }
}

impl From<VerifyError> for Refusal {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Mismatch(mismatch) => Self::Mismatch(mismatch),
            VerifyError::NoSecret(scheme) => Self::NoSecret(scheme),
            VerifyError::EmptyPayload => Self::Empty,
            VerifyError::BreaksOff { .. } | VerifyError::Unreadable(_) => Self::Broken,
        }
    }
}
