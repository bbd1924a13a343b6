//! One delivery, verified, and explained where it does not match.

use std::io::Read;
use std::path::Path;

use intercom_sec::crypto::HexCase;
use intercom_sec::secret::Secret;
use intercom_sec::webhook::saved::{Delivery, Oddity};
use intercom_sec::webhook::{
    BodyCause, Cause, Certainty, Claim, Details, Diagnosis, HeadersError, MAX_EXPLAINED, Recorder,
    Scheme, Verified, VerifyError, WebhookSignature, diagnose, malformed_in_headers,
    signatures_in_headers,
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
    /// Signatures that are there too, and for which there is no secret.
    pub(super) not_verified: Vec<Scheme>,
}

pub(super) struct Mismatch {
    pub(super) scheme: Scheme,
    pub(super) diagnosis: Diagnosis,
    /// Where the secret came from that signed it, once the causes are undone.
    pub(super) secret_name: Option<String>,
    pub(super) are_several: bool,
    /// Other signatures of the same delivery that do match.
    pub(super) matching: Vec<Scheme>,
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
    pub(super) fn remark(&self) -> Option<String> {
        let Self::Match(matched) = self else { return None };
        let not_verified = matched
            .not_verified
            .iter()
            .map(|scheme| format!("{scheme} was not verified: there is no secret for it"));
        let about_body = matched.remark().map(str::to_owned);
        let remarks: Vec<String> = about_body.into_iter().chain(not_verified).collect();
        (!remarks.is_empty()).then(|| remarks.join("; "))
    }
}

impl Match {
    const fn remark(&self) -> Option<&'static str> {
        match &self.verified.details {
            Details::Notification(_) if matches!(self.case, HexCase::Upper) => Some(
                "the signature's digits are in upper case and Intercom's in lower case: who \
                 compares texts refuses it",
            ),
            Details::Notification(_) => None,
            Details::NotANotification if self.verified.length == 0 => Some("the body is empty"),
            Details::NotANotification => Some("the body is not a JSON notification"),
            Details::TooLong => Some("the body is too long to read its details"),
        }
    }
}

impl Mismatch {
    /// The cause in one sentence, with the secret's name where there are several.
    pub(super) fn sentence(&self) -> String {
        let sentence = self.diagnosis.sentence();
        let sentence = match &self.secret_name {
            Some(name) if self.are_several => format!("{sentence} (with the secret of {name})"),
            _ => sentence,
        };
        if self.matching.is_empty() {
            return sentence;
        }
        let matching: Vec<&str> = self.matching.iter().map(|scheme| scheme.header()).collect();
        format!(
            "{} matches and {} does not, and each has to: {sentence}",
            matching.join(" and "),
            self.scheme
        )
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
        let signatures = match signatures_in_headers(&delivery.head) {
            Ok(signatures) => signatures,
            Err(error @ HeadersError::Malformed(_)) => {
                let claimed = malformed_in_headers(&delivery.head)
                    .and_then(|(scheme, value)| Some((scheme, Claim::read(scheme, &value)?)));
                let body = delivery.body.as_slice();
                return Err(self.malformed(error.into(), claimed.as_ref(), body, secrets));
            }
            Err(error) => return Err(error.into()),
        };
        let body = delivery.body.as_slice();
        let mut judgement = self.body(&signatures, body, secrets, Path::new(&delivery.name))?;
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

    /// Judges a body against its signatures: each has to match whose secret is known.
    pub(super) fn body(
        &mut self,
        signatures: &[WebhookSignature],
        body: impl Read,
        secrets: &mut SecretInput,
        path: &Path,
    ) -> Result<Judgement, Failure> {
        let (known, unknown) = self.known(signatures);
        let mut keys = Vec::new();
        for signature in &known {
            keys.push(self.keyring.candidates(signature.scheme(), secrets)?.secrets.clone());
        }
        let claims: Vec<_> = known.iter().copied().zip(keys.iter().map(Vec::as_slice)).collect();
        let mut body = Recorder::new(body, MAX_EXPLAINED);
        let failed = match WebhookSignature::verify_all(&claims, &mut body) {
            Ok(verified) => return self.matched(&known, &unknown, verified, secrets),
            Err(failed) => failed,
        };
        match (failed.error, known.get(failed.place)) {
            (VerifyError::Unreadable(error), _) => Err(unreadable("PAYLOAD", path, &error)),
            (VerifyError::Mismatch(_), Some(signature)) => {
                let scheme = signature.scheme();
                let diagnosis = match body.into_kept() {
                    Some(body) => self.diagnose(scheme, &(*signature).into(), &body, secrets)?,
                    None => Diagnosis::too_long(),
                };
                let candidates = self.keyring.candidates(scheme, secrets)?;
                let matching = failed.matching.iter().filter_map(|place| known.get(*place));
                Ok(Judgement::Mismatch(Mismatch {
                    scheme,
                    secret_name: diagnosis.secret.map(|place| candidates.name(place).to_owned()),
                    are_several: candidates.are_several(),
                    diagnosis,
                    matching: matching.map(|signature| signature.scheme()).collect(),
                }))
            }
            (error, _) => Err(error.into()),
        }
    }

    fn matched(
        &mut self,
        known: &[&WebhookSignature],
        unknown: &[&WebhookSignature],
        verified: Verified,
        secrets: &mut SecretInput,
    ) -> Result<Judgement, Failure> {
        // Nothing is verified without a signature.
        let first = known.first().ok_or_else(|| Failure::from(HeadersError::Missing))?;
        let candidates = self.keyring.candidates(first.scheme(), secrets)?;
        Ok(Judgement::Match(Match {
            scheme: first.scheme(),
            case: first.case(),
            secret_name: candidates.name(verified.secret).to_owned(),
            are_several: candidates.are_several(),
            verified,
            not_verified: unknown.iter().map(|signature| signature.scheme()).collect(),
        }))
    }

    /// The signatures whose secret is known, and the others. Nobody is asked for a secret while
    /// there is another signature.
    fn known<'s>(
        &self,
        signatures: &'s [WebhookSignature],
    ) -> (Vec<&'s WebhookSignature>, Vec<&'s WebhookSignature>) {
        let is_known = |signature: &&WebhookSignature| match signature.scheme() {
            // One secret that was given for all cannot be the one of both kinds.
            Scheme::FinAgent => self.keyring.has_own_fin(),
            scheme => self.keyring.is_at_hand(scheme),
        };
        let (known, unknown): (Vec<_>, Vec<_>) = signatures.iter().partition(is_known);
        let Some(first) = signatures.first().filter(|_| known.is_empty()) else {
            return (known, unknown);
        };
        let is_fin = |signature: &WebhookSignature| signature.scheme() == Scheme::FinAgent;
        // One secret is asked for, of the first one's kind.
        signatures.iter().partition(|signature| is_fin(signature) == is_fin(first))
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
