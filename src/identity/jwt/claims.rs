//! The claims of a token, checked and signed.

use std::time::Duration;

use serde_json::{Map, Value};

use super::hs256;
use crate::advice::Advice;
use crate::json;
use crate::rules::holds_leak;
use crate::secret::Secret;

/// A token that lives longer is warned of.
pub const LONG_LIFE: Duration = Duration::from_secs(86_400);

/// What is signed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Claims {
    /// The id of the user in the owner's system.
    pub user_id: String,
    /// The email.
    pub email: Option<String>,
    /// Further attributes.
    pub further: Map<String, Value>,
}

/// Signs a token that is issued at `now` (seconds since 1970) and ends a while later.
///
/// ```
/// use std::time::Duration;
/// use intercom_sec::identity::Secrets;
/// use intercom_sec::identity::jwt::{Claims, Signature, Token, judge, sign};
/// use intercom_sec::secret::Secret;
///
/// let secret = Secret::new(b"s3cre7".to_vec()).expect("not empty");
/// let claims = Claims { user_id: "42".to_owned(), ..Claims::default() };
/// let text = sign(&secret, &claims, Duration::from_secs(3600), 1_000_000_000)?;
/// let token = Token::parse(&text).expect("a token");
/// let judgement = judge(&token, Some(&Secrets::new(secret)), 1_000_000_001);
/// assert_eq!(judgement.signature, Signature::Valid);
/// assert!(!judgement.is_refused());
/// # Ok::<(), intercom_sec::identity::jwt::SignError>(())
/// ```
pub fn sign(
    secret: &Secret,
    claims: &Claims,
    lifetime: Duration,
    now: i64,
) -> Result<String, SignError> {
    let mut all = claims.further.clone();
    if claims.user_id.is_empty() {
        return Err(SignError::NoUserId);
    }
    for name in ["exp", "iat"] {
        if all.contains_key(name) {
            return Err(SignError::OwnTime(name));
        }
    }
    let own = [("user_id", Some(&claims.user_id)), ("email", claims.email.as_ref())];
    for (name, value) in own.into_iter().filter_map(|(name, value)| Some((name, value?))) {
        let before = all.insert(name.to_owned(), Value::String(value.clone()));
        if before.is_some_and(|before| before != *value) {
            return Err(SignError::Twice(name));
        }
    }
    let text = Value::Object(all.clone()).to_string();
    if holds_leak(&text) || holds_secret(&all, secret) {
        return Err(SignError::SecretInside);
    }
    let lifetime = i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX);
    all.insert("iat".to_owned(), now.into());
    all.insert("exp".to_owned(), now.saturating_add(lifetime).into());
    hs256::sign(secret, &all).ok_or(SignError::Failed)
}

/// Reads attributes that are to be signed: a JSON object.
pub fn parse_claims(text: &[u8]) -> Result<Map<String, Value>, MalformedClaims> {
    // The parser's own message may repeat what it read.
    let object =
        json::object(text).map_err(|error| MalformedClaims::NotAnObject { line: error.line() })?;
    if object.repeated.is_empty() { Ok(object.members) } else { Err(MalformedClaims::Repeated) }
}

/// Whether the secret itself stands in what everyone can read.
pub(super) fn holds_secret(claims: &Map<String, Value>, secret: &Secret) -> bool {
    // Exposed to compare: who signs the secret tells it.
    let Ok(secret) = std::str::from_utf8(secret.expose()) else {
        return false;
    };
    // A shorter one is in many texts by chance, and is no secret.
    secret.len() >= 16
        && claims.values().any(|value| any_text(value, &|text| text.contains(secret)))
}

/// Whether a text of the value, at any depth, is such a one.
pub(super) fn any_text(value: &Value, is_it: &impl Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => is_it(text),
        Value::Array(values) => values.iter().any(|value| any_text(value, is_it)),
        Value::Object(values) => {
            values.iter().any(|(name, value)| is_it(name) || any_text(value, is_it))
        }
        _ => false,
    }
}

/// Why a token is not signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// There is no user.
    #[error("the user id is empty")]
    NoUserId,
    /// The attributes have a time of their own.
    #[error("the claims already have {0}")]
    OwnTime(&'static str),
    /// The attributes name another user.
    #[error("the claims already have another {0}")]
    Twice(&'static str),
    /// A secret is among what is signed.
    #[error("the claims hold a secret")]
    SecretInside,
    /// The library did not sign.
    #[error("the token could not be signed")]
    Failed,
}

impl Advice for SignError {
    fn code(&self) -> &'static str {
        match self {
            Self::NoUserId => "user-id-empty",
            Self::OwnTime(_) | Self::Twice(_) => "claim-twice",
            Self::SecretInside => "claims-hold-secret",
            Self::Failed => "not-signed",
        }
    }

    fn hint(&self) -> Option<String> {
        Some(
            match self {
                Self::NoUserId => {
                    "the Messenger refuses a token without one (is a shell variable unset?)"
                }
                Self::OwnTime(_) => "leave it out: it is added when the token is signed",
                Self::Twice(_) => "leave it out of the claims, or give the same one",
                Self::SecretInside => {
                    "everyone who sees a token can read its claims; take the secret out and replace it"
                }
                Self::Failed => "check the claims",
            }
            .to_owned(),
        )
    }
}

/// Why a text is no attributes that could be signed. It holds nothing of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedClaims {
    /// It is not a JSON object.
    #[error("the claims are not a JSON object (line {line})")]
    NotAnObject {
        /// Where it stops being one.
        line: usize,
    },
    /// Readers would take different values.
    #[error("a name stands twice in the claims")]
    Repeated,
}

impl Advice for MalformedClaims {
    fn code(&self) -> &'static str {
        match self {
            Self::NotAnObject { .. } => "claims-malformed",
            Self::Repeated => "claim-twice",
        }
    }

    fn hint(&self) -> Option<String> {
        Some(
            match self {
                Self::NotAnObject { .. } => {
                    "give an object, as {\"name\": \"Ada\", \"plan\": \"pro\"}"
                }
                Self::Repeated => "write each name once: readers take different values of it",
            }
            .to_owned(),
        )
    }
}
