//! Verifies bearer tokens (RFC 6750) that are JWTs: they say who asks for settings.

use std::fmt;

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;

use crate::advice::Advice;
use crate::crypto;
use crate::secret::Secret;

/// How far two machines' clocks may differ, in seconds.
const LEEWAY: u64 = 30;

/// The longest accepted subject, in bytes.
const MAX_SUBJECT: usize = 1024;

/// The shortest key of HS256 that cannot be guessed from a token, in bytes (RFC 7518, section 3.2).
const MIN_HS256: usize = 32;

/// The key that verifies bearer tokens. The key decides the algorithm, never the token.
pub struct BearerKey {
    key: DecodingKey,
    rules: Validation,
    is_short: bool,
}

impl BearerKey {
    /// Reads a public RSA key in PEM for RS256, and any other text as the shared secret of HS256.
    pub fn parse(key: &Secret) -> Result<Self, BearerKeyError> {
        crypto::jwt::install();
        // Exposed to become the key.
        let bytes = key.expose();
        let (key, algorithm) = match pem_label(bytes)? {
            None => (DecodingKey::from_secret(bytes), Algorithm::HS256),
            Some("PUBLIC KEY" | "RSA PUBLIC KEY") => {
                let key = DecodingKey::from_rsa_pem(bytes).map_err(|_| BearerKeyError::NotRsa)?;
                (key, Algorithm::RS256)
            }
            Some(label) if label.ends_with("PRIVATE KEY") => return Err(BearerKeyError::Private),
            Some(_) => return Err(BearerKeyError::NotRsa),
        };
        let mut rules = Validation::new(algorithm);
        rules.leeway = LEEWAY;
        rules.validate_nbf = true;
        // The expected audience is not known.
        rules.validate_aud = false;
        rules.set_required_spec_claims(&["exp", "sub"]);
        let is_short = algorithm == Algorithm::HS256 && bytes.len() < MIN_HS256;
        Ok(Self { key, rules, is_short })
    }

    /// Whether it is a shared secret so short that anyone with a token can find it by trying.
    pub fn is_short(&self) -> bool {
        self.is_short
    }

    /// Verifies the token in the value of an `Authorization` header, and returns its subject.
    pub fn subject(&self, authorization: &[u8]) -> Result<String, BearerError> {
        let text = std::str::from_utf8(authorization).map_err(|_| BearerError::Malformed)?;
        let (scheme, token) = text.split_once(' ').ok_or(BearerError::NotBearer)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(BearerError::NotBearer);
        }
        let claims = jsonwebtoken::decode::<Claims>(token.trim(), &self.key, &self.rules)
            .map_err(|error| BearerError::of(error.kind()))?
            .claims;
        if claims.sub.is_empty() || claims.sub.len() > MAX_SUBJECT {
            return Err(BearerError::Subject);
        }
        Ok(claims.sub)
    }
}

impl fmt::Debug for BearerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BearerKey(..)")
    }
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
}

/// The label after `-----BEGIN ` in a PEM text. `None` for any other text.
fn pem_label(bytes: &[u8]) -> Result<Option<&str>, BearerKeyError> {
    let Some(rest) = bytes.trim_ascii_start().strip_prefix(b"-----BEGIN ") else {
        return Ok(None);
    };
    let text = std::str::from_utf8(rest).map_err(|_| BearerKeyError::NotRsa)?;
    text.split_once("-----").map(|(label, _)| Some(label)).ok_or(BearerKeyError::NotRsa)
}

/// Why a key cannot verify bearer tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BearerKeyError {
    /// A PEM text that is not a public RSA key.
    #[error("the bearer key is PEM, but not a public RSA key")]
    NotRsa,
    /// The private key, which signs.
    #[error("the bearer key is a private key")]
    Private,
}

impl Advice for BearerKeyError {
    fn code(&self) -> &'static str {
        "bearer-key-malformed"
    }

    fn hint(&self) -> Option<String> {
        Some(
            match self {
                Self::NotRsa => "give a public RSA key (BEGIN PUBLIC KEY) or the secret of HS256",
                Self::Private => "give the public key: openssl rsa -in KEY -pubout writes it",
            }
            .to_owned(),
        )
    }
}

/// Why a request for settings is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BearerError {
    /// The request has no `Authorization` header.
    #[error("the request has no Authorization header")]
    Missing,
    /// The request has several `Authorization` headers.
    #[error("the request has several Authorization headers")]
    Several,
    /// The `Authorization` header has another scheme.
    #[error("the Authorization header is not a bearer token")]
    NotBearer,
    /// The token is not a JWT.
    #[error("the bearer token is not a JWT")]
    Malformed,
    /// The token has another algorithm than the key.
    #[error("the bearer token is signed with another algorithm")]
    Algorithm,
    /// The token was not signed with the key.
    #[error("the bearer token was not signed with the key")]
    Signature,
    /// The token has expired.
    #[error("the bearer token has expired")]
    Expired,
    /// The token is not valid yet.
    #[error("the bearer token is not valid yet")]
    Early,
    /// The token has no `exp` or no `sub`.
    #[error("the bearer token has no exp or no sub")]
    Claims,
    /// The subject is empty or too long to be a user id.
    #[error("the bearer token's sub is empty or too long")]
    Subject,
}

impl BearerError {
    fn of(kind: &ErrorKind) -> Self {
        match kind {
            ErrorKind::InvalidSignature => Self::Signature,
            ErrorKind::InvalidAlgorithm | ErrorKind::InvalidAlgorithmName => Self::Algorithm,
            ErrorKind::ExpiredSignature => Self::Expired,
            ErrorKind::ImmatureSignature => Self::Early,
            ErrorKind::MissingRequiredClaim(_) | ErrorKind::InvalidClaimFormat(_) => Self::Claims,
            _ => Self::Malformed,
        }
    }
}

impl Advice for BearerError {
    fn code(&self) -> &'static str {
        match self {
            Self::Missing | Self::Several | Self::NotBearer => "bearer-missing",
            Self::Malformed => "bearer-malformed",
            Self::Algorithm => "bearer-algorithm",
            Self::Signature => "bearer-signature",
            Self::Expired | Self::Early => "bearer-expired",
            Self::Claims | Self::Subject => "bearer-claims",
        }
    }

    fn hint(&self) -> Option<String> {
        Some(
            match self {
                Self::Missing | Self::Several | Self::NotBearer => {
                    "send one header: Authorization: Bearer, and the session's token"
                }
                Self::Malformed => "send the token as the login issued it",
                Self::Algorithm => {
                    "sign with RS256 for a public RSA key, with HS256 for any other key"
                }
                Self::Signature => "check that the bearer key is the key of the same login",
                Self::Expired | Self::Early => "log in again, and check both clocks",
                Self::Claims | Self::Subject => {
                    "set exp to the time when the token ends, and sub to the user's id as text"
                }
            }
            .to_owned(),
        )
    }
}
