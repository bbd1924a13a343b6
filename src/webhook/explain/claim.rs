//! A signature that is read leniently, to say what is wrong with its form.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use super::cause::{Cause, FormCause};
use crate::crypto::hmac::Algorithm;
use crate::webhook::scheme::Scheme;
use crate::webhook::signature::WebhookSignature;

/// A digest that someone claims, with what is unusual about how it is written. It can be explained,
/// and not verified.
#[derive(Clone)]
pub struct Claim {
    pub(crate) algorithm: Algorithm,
    pub(crate) digest: Vec<u8>,
    pub(crate) form: Vec<Cause>,
}

impl Claim {
    /// Finds a digest in the value of the scheme's header, however it is written; `None` where
    /// there is none.
    pub fn read(scheme: Scheme, value: &str) -> Option<Self> {
        let mut form = Vec::new();
        let is_around = |c: char| c.is_whitespace() || "\"'`“”‘’«»".contains(c);
        let inner = value.trim_matches(is_around);
        if inner.len() != value.len() {
            form.push(FormCause::Wrapped);
        }
        let (prefix, text) = split(inner);
        let (digest, is_base64) = decode(text)?;
        let algorithm = Algorithm::of_length(digest.len())?;
        // Of several things that are wrong, the one that says most.
        let found = Scheme::ALL.into_iter().find(|scheme| {
            scheme.algorithm() == algorithm && scheme.prefix() == prefix && !is_base64
        });
        match found {
            Some(found) if found == scheme => {}
            Some(found) => form.push(FormCause::OtherHeader { scheme, found }),
            None if algorithm != scheme.algorithm() => {
                form.push(FormCause::OtherHash { scheme, found: algorithm.name() });
            }
            None if prefix.is_empty() && !scheme.prefix().is_empty() => {
                form.push(FormCause::MissingPrefix(scheme));
            }
            None if prefix != scheme.prefix() => form.push(FormCause::WrongPrefix(scheme)),
            None => {}
        }
        if is_base64 {
            form.insert(0, FormCause::Base64);
            form.retain(|cause| !matches!(cause, FormCause::MissingPrefix(_)));
        }
        let form = form.into_iter().map(Cause::Form).collect();
        Some(Self { algorithm, digest, form })
    }
}

impl From<&WebhookSignature> for Claim {
    fn from(signature: &WebhookSignature) -> Self {
        Self {
            algorithm: signature.scheme().algorithm(),
            digest: signature.digest().to_vec(),
            form: Vec::new(),
        }
    }
}

/// What stands before the digits, with its `=`, and the digits. A `=` at the end is base64's.
fn split(value: &str) -> (&str, &str) {
    let at = value.find(['=', ':']).filter(|&at| at <= 12 && at + 2 < value.len());
    at.and_then(|at| value.split_at_checked(at + 1)).unwrap_or(("", value))
}

fn decode(text: &str) -> Option<(Vec<u8>, bool)> {
    if let Ok(bytes) = hex::decode(text) {
        return Some((bytes, false));
    }
    [STANDARD, URL_SAFE, STANDARD_NO_PAD, URL_SAFE_NO_PAD]
        .iter()
        .find_map(|engine| engine.decode(text).ok())
        .map(|bytes| (bytes, true))
}
