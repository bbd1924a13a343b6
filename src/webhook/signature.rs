//! Parses a webhook's signature as its header states it.

use std::fmt;

use super::malformed::{self, MalformedSignature};
use super::scheme::Scheme;
use crate::crypto::hex_digits::HexCase;

/// The value of a signature's header: a digest that someone claims.
///
/// `==` says whether two claims are the same. Only a [`Verifier`](super::Verifier) compares a claim
/// with the truth, in constant time.
#[derive(Clone)]
pub struct WebhookSignature {
    scheme: Scheme,
    /// As many bytes as the scheme's hash has.
    digest: Vec<u8>,
    case: HexCase,
}

impl PartialEq for WebhookSignature {
    fn eq(&self, other: &Self) -> bool {
        // Upper and lower case claim the same digest.
        self.scheme == other.scheme && self.digest == other.digest
    }
}

impl Eq for WebhookSignature {}

impl WebhookSignature {
    /// Reads a value whose header is not known, by its form: `sha1=` and 40 hex digits
    /// (`X-Hub-Signature`), 64 hex digits alone (`X-Body-Signature`), or `sha256=` and 64 hex
    /// digits (`X-Fin-Agent-API-Webhook-Signature`).
    ///
    /// ```
    /// use intercom_sec::webhook::{MalformedSignature, Scheme, WebhookSignature};
    ///
    /// let value = "sha1=f8446672f033e4b2beafc5ca3a71eafcd2cafb6e";
    /// assert_eq!(WebhookSignature::parse(value)?.scheme(), Scheme::Hub);
    /// let bare = WebhookSignature::parse(&value[5..]);
    /// assert_eq!(bare, Err(MalformedSignature::NoPrefix(Scheme::Hub)));
    /// # Ok::<(), MalformedSignature>(())
    /// ```
    pub fn parse(value: &str) -> Result<Self, MalformedSignature> {
        let (scheme, (digest, case)) = malformed::parse(value)?;
        Ok(Self { scheme, digest, case })
    }

    /// Reads the value of the scheme's header.
    ///
    /// ```
    /// use intercom_sec::webhook::{Scheme, WebhookSignature};
    ///
    /// let value = "a".repeat(64);
    /// assert!(WebhookSignature::parse_as(Scheme::Body, &value).is_ok());
    /// assert!(WebhookSignature::parse_as(Scheme::Hub, &value).is_err());
    /// ```
    pub fn parse_as(scheme: Scheme, value: &str) -> Result<Self, MalformedSignature> {
        let (digest, case) = malformed::parse_as(scheme, value)?;
        Ok(Self { scheme, digest, case })
    }

    /// Which of Intercom's signatures it is.
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// How its digits are written. Intercom writes lower case. Either is verified here; a receiver
    /// that compares texts refuses upper case.
    pub const fn case(&self) -> HexCase {
        self.case
    }

    pub(crate) fn digest(&self) -> &[u8] {
        &self.digest
    }
}

impl fmt::Debug for WebhookSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebhookSignature({}, ..)", self.scheme.name())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hex_digits_of_either_case_are_the_same_signature() {
        let upper = format!("sha1={}", "AB".repeat(20));
        let lower = format!("sha1={}", "ab".repeat(20));
        assert_eq!(WebhookSignature::parse(&upper), WebhookSignature::parse(&lower));
    }

    #[test]
    fn debug_shows_nothing_of_the_signature() {
        let signature = WebhookSignature::parse(&format!("sha1={}", "ab".repeat(20))).unwrap();
        assert_eq!(format!("{signature:?}"), "WebhookSignature(hub, ..)");
    }

    proptest! {
        #[test]
        fn nothing_but_the_three_forms_parses(
            value in "(sha1=|sha256=|SHA1=)?([0-9a-fA-F]{38,42}|[0-9a-fA-F]{63,65})|.{0,60}"
        ) {
            let is_hex = |digits: &str, length| {
                digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
            };
            let is_signature = is_hex(&value, 64)
                || value.strip_prefix("sha1=").is_some_and(|digits| is_hex(digits, 40))
                || value.strip_prefix("sha256=").is_some_and(|digits| is_hex(digits, 64));
            prop_assert_eq!(WebhookSignature::parse(&value).is_ok(), is_signature);
        }
    }
}
