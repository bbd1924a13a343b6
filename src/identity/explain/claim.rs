//! A hash that someone claims, in whatever form it was written.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use subtle::ConstantTimeEq as _;

use super::Cause;
use crate::identity::UserHash;

/// Fewer hex digits than this could stand there by chance.
const MIN_TRUNCATED: usize = 8;

/// A claimed hash that is not the right one, read in every way that makes a digest of it.
///
/// It can be explained, never accepted: nothing here tells that a claim holds.
#[derive(Clone)]
pub struct Claim {
    readings: Vec<Reading>,
}

/// A digest that the claim may be.
#[derive(Clone)]
pub(crate) struct Reading {
    digest: Vec<u8>,
    /// What is wrong with the form itself.
    pub(crate) cause: Option<Cause>,
    /// Hex digits of which some are missing at the end.
    truncated: Option<String>,
}

impl Claim {
    /// A hash in the right form, which is another one than the value's.
    pub fn of(hash: &UserHash) -> Self {
        Self { readings: vec![Reading::whole(hash.as_bytes().to_vec(), None)] }
    }

    /// Reads a text that is no `user_hash` by its form, but a digest in another one: base64, the hex
    /// digits of another algorithm, hex digits with some missing. `None` for anything else.
    pub fn of_other_form(text: &str) -> Option<Self> {
        let mut readings = Vec::new();
        let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_hex {
            let digits = text.to_ascii_lowercase();
            if let (20 | 64, Ok(digest)) = (digits.len() / 2, hex::decode(&digits)) {
                readings.push(Reading::whole(digest, None));
            }
            if (MIN_TRUNCATED..64).contains(&digits.len()) {
                readings.push(Reading {
                    digest: Vec::new(),
                    cause: Some(Cause::Truncated),
                    truncated: Some(digits),
                });
            }
        }
        let (alphabet, cause) = if text.contains(['-', '_']) {
            (alphabet::URL_SAFE, Cause::Base64Url)
        } else {
            (alphabet::STANDARD, Cause::Base64)
        };
        let config = GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true);
        if text.len() <= 200
            && let Ok(digest) = GeneralPurpose::new(&alphabet, config).decode(text)
        {
            if let Ok(inner) = hex::decode(&digest)
                && inner.len() == 32
            {
                readings.push(Reading::whole(inner, Some(Cause::Base64OfHex)));
            }
            if matches!(digest.len(), 20 | 32 | 64) {
                readings.push(Reading::whole(digest, Some(cause)));
            }
        }
        (!readings.is_empty()).then_some(Self { readings })
    }

    /// Whether a digest of this length could be the claimed one.
    pub(crate) fn admits(&self, length: usize) -> bool {
        self.readings
            .iter()
            .any(|reading| reading.truncated.is_some() || reading.digest.len() == length)
    }

    /// The reading that a computed digest agrees with, and what is wrong with its form.
    pub(crate) fn reads_as(&self, digest: &[u8]) -> Option<&Reading> {
        self.readings.iter().find(|reading| reading.is(digest))
    }
}

impl Reading {
    const fn whole(digest: Vec<u8>, cause: Option<Cause>) -> Self {
        Self { digest, cause, truncated: None }
    }

    fn is(&self, digest: &[u8]) -> bool {
        match &self.truncated {
            Some(digits) => {
                let whole = hex::encode(digest);
                let start = whole.as_bytes().get(..digits.len());
                start.is_some_and(|start| bool::from(start.ct_eq(digits.as_bytes())))
            }
            None => bool::from(self.digest.ct_eq(digest)),
        }
    }
}
