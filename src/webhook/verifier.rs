//! Decides whether a delivery is genuine: the one policy for saved and for received deliveries.
//!
//! - Every signature whose secret is known must match. The others are reported.
//! - Without any secret for a delivery's signatures it is not verified. A program that can ask for
//!   a secret asks for the kind that keys the first signature.
//! - A body that breaks off never matches. Where its reader fails, what came before is not judged.
//!   Where it is shorter than its sender stated, a mismatch stays a mismatch.
//! - An explanation never changes the verdict.

use std::io::Read;

use super::comparison::{ClaimedDigest, Comparison, compare};
use super::explain::{BodyCause, Cause, Certainty, Claim, Diagnosis, diagnose};
use super::headers::SignatureText;
use super::scheme::{Scheme, SecretKind};
use super::secrets::{Given, Secrets};
use super::signature::WebhookSignature;
use super::signatures::Signatures;
use super::suspect::Suspect;
use super::verdict::{Mismatch, Verified, VerifyError};
use crate::secret::Secret;

/// Verifies deliveries with the secrets that are known.
///
/// ```
/// use intercom_sec::secret::Secret;
/// use intercom_sec::webhook::{Secrets, Signatures, Verifier, VerifyError};
///
/// let secret = Secret::new(b"secret".to_vec()).expect("not empty");
/// let verifier = Verifier::new(Secrets::client(vec![secret]));
///
/// let headers = b"X-Hub-Signature: sha1=f8446672f033e4b2beafc5ca3a71eafcd2cafb6e\r\n";
/// let signatures = Signatures::in_headers(headers)?;
/// let verified = verifier.verify(&signatures, br#"{"a":1}"#.as_slice())?;
/// assert_eq!(verified.length, 7);
///
/// let changed = verifier.verify(&signatures, br#"{"a": 1}"#.as_slice());
/// assert!(matches!(changed, Err(VerifyError::Mismatch(_))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Verifier {
    secrets: Secrets,
}

impl Verifier {
    /// With these secrets.
    pub const fn new(secrets: Secrets) -> Self {
        Self { secrets }
    }

    /// The kinds of secret to read for these signatures. Where no secret for them is given, it is the
    /// kind of the first signature: a program that can ask for a secret asks for that one.
    pub fn kinds_asked(signatures: &Signatures, given: Given) -> Vec<SecretKind> {
        let counted = counted(signatures, given);
        let mut kinds: Vec<_> =
            counted.iter().map(|signature| signature.scheme().secret_kind()).collect();
        // The order of the schemes puts signatures of one kind side by side.
        kinds.dedup();
        if kinds.is_empty() {
            kinds.push(signatures.first().scheme().secret_kind());
        }
        kinds
    }

    /// Verifies a body, which is read to its end in pieces.
    pub fn verify(
        &self,
        signatures: &Signatures,
        body: impl Read,
    ) -> Result<Verified, VerifyError> {
        self.compare(signatures, body)?.verdict()
    }

    /// Verifies a body and, where it does not match, looks for the cause. `stated` is how long the
    /// body is by its sender's words, where that is known.
    pub fn verify_and_explain(
        &self,
        signatures: &Signatures,
        body: impl Read,
        stated: Option<u64>,
    ) -> Result<Verified, VerifyError> {
        let compared = self.compare(signatures, body)?;
        let found = compared.comparison.body.length;
        let stated = stated.filter(|&stated| found < stated);
        let mut mismatch = match (compared.verdict(), stated) {
            (Ok(_), Some(stated)) => return Err(VerifyError::BreaksOff { stated, found }),
            (Err(VerifyError::Mismatch(mismatch)), _) => mismatch,
            (verdict, _) => return verdict,
        };
        let diagnosis = match compared.comparison.body.bytes() {
            Some(body) => self.explain(signatures, mismatch.scheme, body),
            None => Diagnosis::too_long(),
        };
        mismatch.diagnosis =
            Some(if stated.is_some() && diagnosis.certainty != Certainty::Proven {
                Diagnosis {
                    certainty: Certainty::Likely,
                    causes: vec![Cause::Body(BodyCause::Truncated)],
                    secret: None,
                }
            } else {
                diagnosis
            });
        Err(VerifyError::Mismatch(mismatch))
    }

    /// Looks for the cause of a mismatch of the signature of this scheme.
    pub fn explain(&self, signatures: &Signatures, scheme: Scheme, body: &[u8]) -> Diagnosis {
        let signature = signatures.of(scheme).unwrap_or(signatures.first());
        self.diagnose(signature.scheme(), &signature.into(), body)
    }

    /// Looks for the cause of a malformed signature; `None` where it is not proven.
    pub fn explain_malformed(&self, text: SignatureText<'_>, body: &[u8]) -> Option<Diagnosis> {
        let (scheme, value) = text.malformed()?;
        if body.is_empty() || self.secrets.of(scheme.secret_kind()).is_empty() {
            return None;
        }
        let diagnosis = self.diagnose(scheme, &Claim::read(scheme, &value)?, body);
        let is_proven = diagnosis.certainty == Certainty::Proven && !diagnosis.causes.is_empty();
        is_proven.then_some(diagnosis)
    }

    fn diagnose(&self, scheme: Scheme, claim: &Claim, body: &[u8]) -> Diagnosis {
        let kind = scheme.secret_kind();
        diagnose(claim, self.secrets.of(kind), self.secrets.of(kind.other()), body)
    }

    /// Compares the signatures that count with those of the body.
    fn compare<'v>(
        &'v self,
        signatures: &'v Signatures,
        body: impl Read,
    ) -> Result<Compared<'v>, VerifyError> {
        let counted: Vec<_> = counted(signatures, self.secrets.given())
            .into_iter()
            .map(|signature| (signature, self.secrets.of(signature.scheme().secret_kind())))
            .collect();
        if counted.is_empty() {
            return Err(VerifyError::NoSecret(signatures.first().scheme()));
        }
        let claims: Vec<_> =
            counted.iter().map(|(signature, secrets)| claim(signature, secrets)).collect();
        let comparison = compare(&claims, body).map_err(VerifyError::Unreadable)?;
        Ok(Compared { signatures, counted, comparison })
    }
}

/// The signatures of a delivery that count: their secret is known.
fn counted(signatures: &Signatures, given: Given) -> Vec<&WebhookSignature> {
    let kind_of = |signature: &WebhookSignature| signature.scheme().secret_kind();
    let is_known = |kind| match (given, kind) {
        (Given::ByKind { client, .. }, SecretKind::Client) => client,
        (Given::ByKind { fin_agent, .. }, SecretKind::FinAgent) => fin_agent,
        (Given::AnyKind, SecretKind::Client) => true,
        // One secret cannot be of both kinds.
        (Given::AnyKind, SecretKind::FinAgent) => {
            signatures.iter().all(|signature| kind_of(signature) == SecretKind::FinAgent)
        }
    };
    signatures.iter().filter(|signature| is_known(kind_of(signature))).collect()
}

fn claim<'c>(signature: &'c WebhookSignature, secrets: &'c [Secret]) -> ClaimedDigest<'c> {
    ClaimedDigest { algorithm: signature.scheme().algorithm(), digest: signature.digest(), secrets }
}

/// A body that was read, compared with the signatures that count: one at least.
struct Compared<'v> {
    signatures: &'v Signatures,
    counted: Vec<(&'v WebhookSignature, &'v [Secret])>,
    comparison: Comparison,
}

impl Compared<'_> {
    fn verdict(&self) -> Result<Verified, VerifyError> {
        let Comparison { made_by, body } = &self.comparison;
        let results = || self.counted.iter().zip(made_by);
        if let Some(((wrong, secrets), _)) = results().find(|(_, made_by)| made_by.is_none()) {
            if body.length == 0 {
                return Err(VerifyError::EmptyPayload);
            }
            let matching = results().filter(|(_, made_by)| made_by.is_some());
            return Err(VerifyError::Mismatch(Mismatch {
                scheme: wrong.scheme(),
                is_one_of_several: self.signatures.are_several(),
                matching: matching.map(|((signature, _), _)| signature.scheme()).collect(),
                suspect: Suspect::of(secrets, body),
                diagnosis: None,
            }));
        }
        // Nothing is verified without a signature that matches.
        let Some(((first, _), &Some(secret))) = results().next() else {
            return Err(VerifyError::NoSecret(self.signatures.first().scheme()));
        };
        let is_counted = |scheme| self.counted.iter().any(|(one, _)| one.scheme() == scheme);
        let schemes = self.signatures.iter().map(WebhookSignature::scheme);
        Ok(Verified {
            scheme: first.scheme(),
            case: first.case(),
            secret,
            length: body.length,
            details: body.details(),
            not_verified: schemes.filter(|&scheme| !is_counted(scheme)).collect(),
        })
    }
}

impl WebhookSignature {
    /// Verifies a body by this signature and one secret that may have made it.
    ///
    /// ```
    /// use intercom_sec::secret::Secret;
    /// use intercom_sec::webhook::{VerifyError, WebhookSignature};
    ///
    /// let secret = Secret::new(b"secret".to_vec()).expect("not empty");
    /// let signature = WebhookSignature::parse("sha1=f8446672f033e4b2beafc5ca3a71eafcd2cafb6e")?;
    /// assert!(signature.verify(&secret, br#"{"a":1}"#.as_slice()).is_ok());
    /// let reserialised = signature.verify(&secret, br#"{"a": 1}"#.as_slice());
    /// assert!(matches!(reserialised, Err(VerifyError::Mismatch(_))));
    /// # Ok::<(), intercom_sec::webhook::MalformedSignature>(())
    /// ```
    pub fn verify(&self, secret: &Secret, body: impl Read) -> Result<Verified, VerifyError> {
        let verifier = Verifier::new(Secrets::AnyKind(vec![secret.clone()]));
        verifier.verify(&self.clone().into(), body)
    }
}

#[cfg(test)]
mod tests;
