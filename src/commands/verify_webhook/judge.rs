//! One delivery, verified, and explained where it does not match.

use std::io::Read;
use std::path::Path;

use intercom_sec::delivery::{Delivery, Oddity};
use intercom_sec::secret::Secret;
use intercom_sec::signature::{
    BodyCause, Cause, Certainty, Claim, Details, Diagnosis, HeadersError, HexCase, MAX_EXPLAINED,
    Recorder, Scheme, Verified, VerifyError, WebhookSignature, claimed_in_headers, diagnose,
    signature_in_headers,
};

use super::super::webhook_secrets::Keyring;
use crate::cli::args::WebhookSecretArgs;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::secret_input::{SecretInput, unreadable};

/// What came out for a delivery whose signature and body could be read.
pub(super) enum Judgement {
    Match(Match),
    Mismatch(Mismatch),
}

pub(super) struct Match {
    pub(super) scheme: Scheme,
    /// How the signature's digits are written.
    case: HexCase,
    pub(super) verified: Verified,
    /// Where the secret came from that signed it.
    pub(super) secret_name: String,
    pub(super) are_several: bool,
}

pub(super) struct Mismatch {
    pub(super) scheme: Scheme,
    pub(super) diagnosis: Diagnosis,
    /// Where the secret came from that signed it, once the causes are undone.
    pub(super) secret_name: Option<String>,
    pub(super) are_several: bool,
}

impl Judgement {
    pub(super) const fn scheme(&self) -> Scheme {
        match self {
            Self::Match(matched) => matched.scheme,
            Self::Mismatch(mismatch) => mismatch.scheme,
        }
    }

    pub(super) const fn exit(&self) -> Exit {
        match self {
            Self::Match(_) => Exit::Yes,
            Self::Mismatch(_) => Exit::No,
        }
    }

    /// Why a matching body shows no notification, or what is unusual about its signature.
    pub(super) const fn remark(&self) -> Option<&'static str> {
        let Self::Match(matched) = self else { return None };
        match &matched.verified.details {
            Details::Notification(_) if matches!(matched.case, HexCase::Upper) => Some(
                "the signature's digits are in upper case and Intercom's in lower case: who \
                 compares texts refuses it",
            ),
            Details::Notification(_) => None,
            Details::NotANotification if matched.verified.length == 0 => Some("the body is empty"),
            Details::NotANotification => Some("the body is not a JSON notification"),
            Details::TooLong => Some("the body is too long to read its details"),
        }
    }
}

impl Mismatch {
    /// The cause in one sentence, with the secret's name where there are several.
    pub(super) fn sentence(&self) -> String {
        let sentence = self.diagnosis.sentence();
        match &self.secret_name {
            Some(name) if self.are_several => format!("{sentence} (with the secret of {name})"),
            _ => sentence,
        }
    }
}

/// Judges deliveries with the secrets that are given.
pub(super) struct Judge<'a> {
    keyring: Keyring<'a>,
}

impl<'a> Judge<'a> {
    pub(super) const fn new(args: &'a WebhookSecretArgs) -> Self {
        Self { keyring: Keyring::new(args) }
    }

    /// Judges a saved delivery.
    pub(super) fn delivery(
        &mut self,
        delivery: &Delivery,
        secrets: &mut SecretInput,
    ) -> Result<Judgement, Failure> {
        let signature = match signature_in_headers(&delivery.head) {
            Ok(signature) => signature,
            Err(error @ HeadersError::Malformed(_)) => {
                let claimed = claimed_in_headers(&delivery.head)
                    .and_then(|(scheme, value)| Some((scheme, Claim::read(scheme, &value)?)));
                let body = delivery.body.as_slice();
                return Err(self.malformed(error.into(), claimed.as_ref(), body, secrets));
            }
            Err(error) => return Err(error.into()),
        };
        let body = delivery.body.as_slice();
        let mut judgement = self.body(&signature, body, secrets, Path::new(&delivery.name))?;
        if let (Judgement::Mismatch(mismatch), Some(Oddity::Shorter { .. })) =
            (&mut judgement, delivery.oddity)
            && mismatch.diagnosis.certainty != Certainty::Proven
        {
            mismatch.diagnosis = Diagnosis {
                certainty: Certainty::Likely,
                causes: vec![Cause::Body(BodyCause::Truncated)],
                secret: None,
            };
        }
        Ok(judgement)
    }

    /// Judges a body against a signature.
    pub(super) fn body(
        &mut self,
        signature: &WebhookSignature,
        body: impl Read,
        secrets: &mut SecretInput,
        path: &Path,
    ) -> Result<Judgement, Failure> {
        let scheme = signature.scheme();
        let candidates = self.keyring.candidates(scheme, secrets)?;
        let mut body = Recorder::new(body, MAX_EXPLAINED);
        let are_several = candidates.are_several();
        match signature.verify_any(&candidates.secrets, &mut body) {
            Ok(verified) => Ok(Judgement::Match(Match {
                scheme,
                case: signature.case(),
                secret_name: candidates.name(verified.secret).to_owned(),
                verified,
                are_several,
            })),
            Err(VerifyError::Mismatch(_)) => {
                let diagnosis = match body.into_kept() {
                    Some(body) => self.diagnose(scheme, &signature.into(), &body, secrets)?,
                    None => Diagnosis::too_long(),
                };
                let candidates = self.keyring.candidates(scheme, secrets)?;
                let secret_name = diagnosis.secret.map(|place| candidates.name(place).to_owned());
                Ok(Judgement::Mismatch(Mismatch { scheme, diagnosis, secret_name, are_several }))
            }
            Err(VerifyError::Unreadable(error)) => Err(unreadable("PAYLOAD", path, &error)),
            Err(error @ VerifyError::EmptyPayload) => Err(error.into()),
        }
    }

    /// A failure to read a signature, with the cause where the body and the secrets tell it.
    pub(super) fn malformed(
        &mut self,
        failure: Failure,
        claimed: Option<&(Scheme, Claim)>,
        body: impl Read,
        secrets: &mut SecretInput,
    ) -> Failure {
        let Some((scheme, claim)) = claimed else { return failure };
        if failure.code != "signature-malformed" {
            return failure;
        }
        // Nobody is asked for a secret for this.
        if !self.keyring.is_at_hand(*scheme) {
            return failure;
        }
        let mut kept = Vec::new();
        let limit = MAX_EXPLAINED as u64 + 1;
        if body.take(limit).read_to_end(&mut kept).is_err() || kept.is_empty() {
            return failure;
        }
        match self.diagnose(*scheme, claim, &kept, secrets) {
            Ok(diagnosis)
                if diagnosis.certainty == Certainty::Proven && !diagnosis.causes.is_empty() =>
            {
                failure.hint(diagnosis.sentence())
            }
            _ => failure,
        }
    }

    fn diagnose(
        &mut self,
        scheme: Scheme,
        claim: &Claim,
        body: &[u8],
        secrets: &mut SecretInput,
    ) -> Result<Diagnosis, Failure> {
        let other = if scheme == Scheme::FinAgent { Scheme::Hub } else { Scheme::FinAgent };
        let others: Vec<Secret> = if self.keyring.is_at_hand(other) {
            // To be tried as an explanation only; one that cannot be read explains nothing.
            self.keyring
                .candidates(other, secrets)
                .map(|candidates| candidates.secrets.clone())
                .unwrap_or_default()
        } else {
            Vec::new()
        };
        let candidates = self.keyring.candidates(scheme, secrets)?;
        Ok(diagnose(claim, &candidates.secrets, &others, body))
    }
}
