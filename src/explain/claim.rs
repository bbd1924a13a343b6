//! A digest that someone claims, in any form that it may be written in.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use subtle::ConstantTimeEq as _;

use super::cause::Writing;
use crate::crypto::Algorithm;

/// Fewer hex digits than this could stand there by chance.
const MIN_TRUNCATED: usize = 8;

/// A longer text is no digest.
const MAX_TEXT: usize = 200;

/// A claimed digest that does not match, read in every way that makes a digest of it.
///
/// It can be explained, never accepted: nothing here says that a claim holds.
#[derive(Clone)]
pub(crate) struct Claim {
    readings: Vec<Reading>,
}

/// A digest that the claim may be.
#[derive(Clone)]
pub(super) struct Reading {
    algorithm: Algorithm,
    digest: Digits,
    /// What is unusual about how it is written.
    pub(super) writing: Option<Writing>,
}

#[derive(Clone)]
enum Digits {
    Whole(Vec<u8>),
    /// The first hex digits, in lower case.
    First(String),
}

impl Claim {
    /// A whole digest of this algorithm.
    pub(crate) fn of(algorithm: Algorithm, digest: &[u8]) -> Self {
        let digest = Digits::Whole(digest.to_vec());
        Self { readings: vec![Reading { algorithm, digest, writing: None }] }
    }

    /// Reads a text in which a digest belongs, of the `expected` algorithm or another one: hex
    /// digits, all or the first of them, or base64. `None` for anything else.
    pub(crate) fn read(text: &str, expected: Algorithm) -> Option<Self> {
        let mut readings = Vec::new();
        let whole = |digest: Vec<u8>, writing| {
            let algorithm = Algorithm::of_length(digest.len())?;
            Some(Reading { algorithm, digest: Digits::Whole(digest), writing })
        };
        let digits = text.to_ascii_lowercase();
        readings.extend(hex::decode(&digits).ok().and_then(|digest| whole(digest, None)));
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_hex && (MIN_TRUNCATED..2 * expected.length()).contains(&digits.len()) {
            readings.push(Reading {
                algorithm: expected,
                digest: Digits::First(digits),
                writing: Some(Writing::Truncated),
            });
        }
        // Hex digits of a whole digest are base64 of something else too.
        if !readings.iter().any(|reading| reading.writing.is_none()) {
            let (decoded, writing) = from_base64(text).unwrap_or((Vec::new(), Writing::Base64));
            let inner = hex::decode(&decoded).ok();
            readings.extend(inner.and_then(|inner| whole(inner, Some(Writing::Base64OfHex))));
            readings.extend(whole(decoded, Some(writing)));
        }
        (!readings.is_empty()).then_some(Self { readings })
    }

    /// The algorithms that may have made it, each once.
    pub(super) fn algorithms(&self) -> Vec<Algorithm> {
        let mut all = Vec::new();
        for reading in &self.readings {
            if !all.contains(&reading.algorithm) {
                all.push(reading.algorithm);
            }
        }
        all
    }

    /// The reading by which a computed digest is the claimed one.
    pub(super) fn reading(&self, algorithm: Algorithm, digest: &[u8]) -> Option<&Reading> {
        let is_it =
            |reading: &&Reading| reading.algorithm == algorithm && reading.digest.are(digest);
        self.readings.iter().find(is_it)
    }
}

impl Digits {
    fn are(&self, digest: &[u8]) -> bool {
        match self {
            Self::Whole(claimed) => claimed.ct_eq(digest).into(),
            Self::First(digits) => {
                let whole = hex::encode(digest);
                let start = whole.as_bytes().get(..digits.len());
                start.is_some_and(|start| bool::from(start.ct_eq(digits.as_bytes())))
            }
        }
    }
}

/// What a text in base64 stands for, padded or not.
fn from_base64(text: &str) -> Option<(Vec<u8>, Writing)> {
    let (alphabet, writing) = if text.contains(['-', '_']) {
        (alphabet::URL_SAFE, Writing::Base64Url)
    } else {
        (alphabet::STANDARD, Writing::Base64)
    };
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let decoded = (text.len() <= MAX_TEXT)
        .then(|| GeneralPurpose::new(&alphabet, config).decode(text).ok())
        .flatten()?;
    Some((decoded, writing))
}
