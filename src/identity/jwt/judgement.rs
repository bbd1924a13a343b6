//! What the Messenger asks of a token, and which of it a token breaks.

use serde_json::Value;

use super::claims::{LONG_LIFE, any_text, holds_secret};
use super::hs256;
use super::token::Token;
use crate::identity::explain::{Cause, explain_signature};
use crate::identity::secrets::Secrets;
use crate::rules::holds_leak;
use crate::secret::Secret;

/// Clocks that are not set differ by less, in seconds.
pub const SKEW: i64 = 300;

/// Names that can be told; others are someone's text.
const KNOWN: [&str; 10] =
    ["alg", "typ", "kid", "user_id", "email", "name", "sub", "exp", "nbf", "iat"];

/// Later than any time in seconds that is meant: the year 5138.
const MILLISECONDS: i64 = 100_000_000_000;

/// What became of the signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signature {
    /// It is HS256 with the secret.
    Valid,
    /// It is not; these causes explain it, if they are known.
    Wrong(Vec<Cause>),
    /// There was no secret to verify it with, or no algorithm that could be.
    Unverified,
}

/// How bad it is to break a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The token is refused, or must not be used.
    Refused,
    /// It may work, and should be changed.
    Warning,
}

/// A rule that a token breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The header asks for no signature at all.
    AlgorithmNone,
    /// The header names another algorithm, or none.
    Algorithm,
    /// The header asks for extensions.
    Critical,
    /// A name stands twice in the header or the claims: readers take different values of it.
    Repeated {
        /// `header` or `claims`.
        part: &'static str,
        /// Which name, if it is one that is known.
        name: Option<&'static str>,
    },
    /// There is nothing where the signature belongs.
    NoSignature,
    /// The signature is wrong.
    WrongSignature(Vec<Cause>),
    /// There is no user id.
    NoUserId,
    /// The user id is a number.
    UserIdNumber,
    /// The user id is neither text nor number, or empty.
    UserIdShape,
    /// It has ended, so many seconds ago.
    Expired(i64),
    /// It does not begin yet, for so many seconds.
    NotYet(i64),
    /// A time is no number.
    TimeShape(&'static str),
    /// A time is in milliseconds.
    Milliseconds(&'static str),
    /// It never ends.
    NoExpiry,
    /// It lives for so many seconds, more than a day.
    LongLife(i64),
    /// It was issued in the future, by so many seconds.
    IssuedLater(i64),
    /// It carries a `user_hash`.
    HashInside,
    /// A secret stands in the claims.
    SecretInside,
}

/// What a token is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// What became of the signature.
    pub signature: Signature,
    /// The rules that it breaks, those that refuse it first.
    pub broken: Vec<Rule>,
    /// When it ends, in seconds since 1970.
    pub expires_at: Option<i64>,
}

impl Judgement {
    /// Whether the token must not be taken.
    pub fn is_refused(&self) -> bool {
        self.broken.iter().any(|rule| rule.severity() == Severity::Refused)
    }

    /// Whether it is signed with the secret and breaks no rule that refuses it.
    pub fn is_valid(&self) -> bool {
        self.signature == Signature::Valid && !self.is_refused()
    }
}

/// Judges a token at a time (seconds since 1970), with the secret and those of other platforms, which
/// explain a wrong signature and never make it a right one.
pub fn judge(token: &Token, secrets: Option<&Secrets>, now: i64) -> Judgement {
    let mut broken = Vec::new();
    let is_hs256 = match token.header().get("alg") {
        Some(Value::String(name)) if name == "HS256" => true,
        Some(Value::String(name)) if name.eq_ignore_ascii_case("none") => {
            broken.push(Rule::AlgorithmNone);
            false
        }
        _ => {
            broken.push(Rule::Algorithm);
            false
        }
    };
    if token.header().contains_key("crit") {
        broken.push(Rule::Critical);
    }
    for (part, name) in token.repeated() {
        let name = KNOWN.into_iter().find(|known| known == name);
        let rule = Rule::Repeated { part, name };
        if !broken.contains(&rule) {
            broken.push(rule);
        }
    }
    // No library reads such a header, whatever the signature.
    let is_readable = token.repeated().iter().all(|(part, _)| *part != "header");
    let signature = if !token.has_signature() {
        broken.push(Rule::NoSignature);
        Signature::Wrong(Vec::new())
    } else if !is_hs256 || !is_readable {
        Signature::Unverified
    } else if let Some(secrets) = secrets {
        verify(token, secrets)
    } else {
        Signature::Unverified
    };
    if let (Signature::Wrong(causes), true) = (&signature, token.has_signature()) {
        broken.push(Rule::WrongSignature(causes.clone()));
    }
    user(token, &mut broken);
    let expires_at = times(token, now, &mut broken);
    content(token, secrets.map(|secrets| &secrets.secret), &mut broken);
    broken.sort_by_key(|rule| rule.severity() == Severity::Warning);
    Judgement { signature, broken, expires_at }
}

fn verify(token: &Token, secrets: &Secrets) -> Signature {
    // Exposed because a key is what the secret is for.
    if hs256::verifies(token.text(), secrets.secret.expose()) {
        return Signature::Valid;
    }
    let (signed, signature) = token.signature();
    Signature::Wrong(explain_signature(signed, signature, secrets).causes)
}

fn user(token: &Token, broken: &mut Vec<Rule>) {
    broken.extend(match token.claims().get("user_id") {
        None | Some(Value::Null) => Some(Rule::NoUserId),
        Some(Value::String(id)) if !id.is_empty() => None,
        Some(Value::Number(_)) => Some(Rule::UserIdNumber),
        Some(_) => Some(Rule::UserIdShape),
    });
}

/// Judges the times, and tells when the token ends.
fn times(token: &Token, now: i64, broken: &mut Vec<Rule>) -> Option<i64> {
    let mut read = |name: &'static str| {
        let value = token.claims().get(name).filter(|value| !value.is_null())?;
        let Some(time) = seconds(value) else {
            broken.push(Rule::TimeShape(name));
            return None;
        };
        if (MILLISECONDS..MILLISECONDS * 1000).contains(&time) {
            broken.push(Rule::Milliseconds(name));
            return Some(time / 1000);
        }
        Some(time)
    };
    let (expires, begins, issued) = (read("exp"), read("nbf"), read("iat"));
    match expires {
        Some(end) if end <= now => broken.push(Rule::Expired(now.saturating_sub(end))),
        Some(end) => {
            let life = end.saturating_sub(issued.filter(|&issued| issued <= now).unwrap_or(now));
            if life > i64::try_from(LONG_LIFE.as_secs()).unwrap_or(i64::MAX) {
                broken.push(Rule::LongLife(life));
            }
        }
        None if token.claims().get("exp").is_none_or(Value::is_null) => broken.push(Rule::NoExpiry),
        None => {}
    }
    if let Some(begins) = begins.filter(|&begins| begins > now) {
        broken.push(Rule::NotYet(begins.saturating_sub(now)));
    }
    if let Some(issued) = issued.filter(|&issued| issued > now) {
        broken.push(Rule::IssuedLater(issued.saturating_sub(now)));
    }
    expires
}

/// A time as RFC 7519 has it: a number of seconds, with a fraction or without.
fn seconds(value: &Value) -> Option<i64> {
    let number = value.as_number()?;
    number.as_i64().or_else(|| {
        let float = number.as_f64()?.floor();
        #[expect(clippy::cast_possible_truncation, reason = "what is out of range stays so")]
        Some(float as i64)
    })
}

fn content(token: &Token, secret: Option<&Secret>, broken: &mut Vec<Rule>) {
    if token.claims().contains_key("user_hash") {
        broken.push(Rule::HashInside);
    }
    let has_token = token.claims().values().any(|value| any_text(value, &holds_leak));
    if has_token || secret.is_some_and(|secret| holds_secret(token.claims(), secret)) {
        broken.push(Rule::SecretInside);
    }
}

impl Rule {
    /// How bad it is.
    pub const fn severity(&self) -> Severity {
        match self {
            Self::UserIdNumber
            | Self::NoExpiry
            | Self::LongLife(_)
            | Self::IssuedLater(_)
            | Self::Milliseconds(_)
            | Self::HashInside => Severity::Warning,
            _ => Severity::Refused,
        }
    }

    /// A stable name for scripts.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::AlgorithmNone => "algorithm-none",
            Self::Algorithm => "algorithm",
            Self::Critical => "critical-extension",
            Self::Repeated { .. } => "repeated-name",
            Self::NoSignature => "no-signature",
            Self::WrongSignature(_) => "wrong-signature",
            Self::NoUserId => "no-user-id",
            Self::UserIdNumber => "user-id-number",
            Self::UserIdShape => "user-id-shape",
            Self::Expired(_) => "expired",
            Self::NotYet(_) => "not-yet-valid",
            Self::TimeShape(_) => "time-shape",
            Self::Milliseconds(_) => "milliseconds",
            Self::NoExpiry => "no-expiry",
            Self::LongLife(_) => "long-life",
            Self::IssuedLater(_) => "issued-in-future",
            Self::HashInside => "user-hash-inside",
            Self::SecretInside => "secret-inside",
        }
    }
}
