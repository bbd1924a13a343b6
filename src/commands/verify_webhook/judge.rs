//! Judges one delivery with the secrets that the options name.

use std::io::Read;
use std::path::Path;

use intercom_sec::report::verify_webhook::Judged;
use intercom_sec::webhook::saved::SavedDelivery;
use intercom_sec::webhook::{HeadersError, MAX_EXPLAINED, SignatureText, Verifier, VerifyError};

use crate::cli::args::WebhookSecretArgs;
use crate::cli::failure::Failure;
use crate::cli::secret_input::{SecretInput, unreadable};
use crate::commands::webhook_secrets::Keyring;

/// Judges deliveries. Secrets are read when the first delivery needs them.
pub(super) struct Judge<'a> {
    keyring: Keyring<'a>,
}

impl<'a> Judge<'a> {
    pub(super) const fn new(args: &'a WebhookSecretArgs) -> Self {
        Self { keyring: Keyring::new(args) }
    }

    /// Judges a saved delivery.
    pub(super) fn saved(
        &mut self,
        delivery: &SavedDelivery,
        secrets: &mut SecretInput,
    ) -> Result<Judged, Failure> {
        let text = SignatureText::Headers(&delivery.head);
        let stated = delivery.stated_length();
        self.judge(text, delivery.body.as_slice(), stated, Path::new(&delivery.name), secrets)
    }

    /// Judges the body of the file at `path`.
    pub(super) fn raw(
        &mut self,
        text: SignatureText<'_>,
        body: impl Read,
        path: &Path,
        secrets: &mut SecretInput,
    ) -> Result<Judged, Failure> {
        self.judge(text, body, None, path, secrets)
    }

    fn judge(
        &mut self,
        text: SignatureText<'_>,
        body: impl Read,
        stated: Option<u64>,
        path: &Path,
        secrets: &mut SecretInput,
    ) -> Result<Judged, Failure> {
        let signatures = match text.parse() {
            Ok(signatures) => signatures,
            Err(error) => return Err(self.not_a_signature(error, text, body, secrets)),
        };
        let kinds = Verifier::kinds_asked(&signatures, self.keyring.given());
        let verifier = Verifier::new(self.keyring.secrets(&kinds, secrets)?);
        let verdict = match verifier.verify_and_explain(&signatures, body, stated) {
            Ok(signed) => Ok(signed),
            Err(VerifyError::Mismatch(mismatch)) => Err(mismatch),
            Err(VerifyError::Unreadable(error)) => {
                return Err(unreadable("PAYLOAD", path, &error));
            }
            Err(error) => return Err(error.into()),
        };
        let scheme = match &verdict {
            Ok(signed) => signed.scheme,
            Err(mismatch) => mismatch.scheme,
        };
        Ok(Judged { verdict, secret_names: self.keyring.names(scheme.secret_kind()) })
    }

    /// The failure, with the cause where the body and the secrets at hand prove it.
    fn not_a_signature(
        &mut self,
        error: HeadersError,
        text: SignatureText<'_>,
        body: impl Read,
        secrets: &mut SecretInput,
    ) -> Failure {
        let is_malformed = matches!(error, HeadersError::Malformed(_));
        let failure = Failure::from(error);
        // Nobody is asked for a secret for this.
        let Some(at_hand) = is_malformed.then(|| self.keyring.at_hand(secrets)).flatten() else {
            return failure;
        };
        let mut kept = Vec::new();
        if body.take(MAX_EXPLAINED as u64 + 1).read_to_end(&mut kept).is_err() {
            return failure;
        }
        match Verifier::new(at_hand).explain_malformed(text, &kept) {
            Some(diagnosis) => failure.hint(diagnosis.sentence()),
            None => failure,
        }
    }
}
