//! Reads the value of a signature's header strictly, and says what is wrong with a malformed one.

use super::scheme::Scheme;
use crate::advice::Advice;
use crate::crypto::hex_digits::{self, HexCase, NotHex};

/// A digest, and how its digits are written.
type Digits = (Vec<u8>, HexCase);

/// Reads a value whose header is not known: each scheme has a form of its own.
pub(crate) fn parse(value: &str) -> Result<(Scheme, Digits), MalformedSignature> {
    hex_digits::check_edges(value)?;
    let scheme = if value.starts_with(Scheme::FinAgent.prefix()) {
        Scheme::FinAgent
    } else if hex_digits::decode::<32>(value).is_ok() {
        Scheme::Body
    } else {
        Scheme::Hub
    };
    Ok((scheme, parse_as(scheme, value)?))
}

/// Reads the value of the scheme's header.
pub(crate) fn parse_as(scheme: Scheme, value: &str) -> Result<Digits, MalformedSignature> {
    hex_digits::check_edges(value)?;
    let rest = value.split_once('=').filter(|(name, _)| is_hash_name(name));
    let digits = rest.map_or(value, |(_, digits)| digits);
    if let Some(found) = other_hash(scheme, digits) {
        return Err(MalformedSignature::OtherHash { scheme, found });
    }
    let Some(digits) = value.strip_prefix(scheme.prefix()) else {
        let is_bare = bytes(scheme, value).is_ok();
        return Err(if is_bare {
            MalformedSignature::NoPrefix(scheme)
        } else {
            MalformedSignature::Prefix(scheme)
        });
    };
    if scheme.prefix().is_empty() && rest.is_some() {
        return Err(MalformedSignature::Prefix(scheme));
    }
    Ok(bytes(scheme, digits)?)
}

/// The hash of another scheme, where the value has its form.
fn other_hash(scheme: Scheme, digits: &str) -> Option<&'static str> {
    let other = match scheme {
        Scheme::Hub => hex_digits::decode::<32>(digits).is_ok().then_some("SHA-256"),
        Scheme::Body | Scheme::FinAgent => {
            hex_digits::decode::<20>(digits).is_ok().then_some("SHA-1")
        }
    };
    other.or_else(|| hex_digits::decode::<64>(digits).is_ok().then_some("SHA-512"))
}

/// `sha1`, `sha256`, `SHA512`, `md5`: what stands before `=`.
fn is_hash_name(name: &str) -> bool {
    (3..=8).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.ends_with(|last: char| last.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn bytes(scheme: Scheme, digits: &str) -> Result<Digits, NotHex> {
    Ok(match scheme {
        Scheme::Hub => {
            let (digest, case) = hex_digits::decode::<20>(digits)?;
            (digest.to_vec(), case)
        }
        Scheme::Body | Scheme::FinAgent => {
            let (digest, case) = hex_digits::decode::<32>(digits)?;
            (digest.to_vec(), case)
        }
    })
}

/// Why a text is not a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MalformedSignature {
    /// The digits are wrong, or something stands around the value.
    #[error("the signature {0}")]
    Digits(#[from] NotHex),
    /// The hex digits alone.
    #[error("the signature has no {} before its hex digits", .0.prefix())]
    NoPrefix(Scheme),
    /// Anything else before the digits.
    #[error("the signature {}", prefix_problem(*.0))]
    Prefix(Scheme),
    /// The form of another hash.
    #[error("the signature is a {found} one, and {scheme} is {}", scheme.hash())]
    OtherHash {
        /// Whose value it should be.
        scheme: Scheme,
        /// The hash that the digits are of, by their number.
        found: &'static str,
    },
}

fn prefix_problem(scheme: Scheme) -> String {
    match scheme.prefix() {
        "" => "has a prefix before its hex digits".to_owned(),
        prefix => format!("does not begin with {prefix}"),
    }
}

impl Advice for MalformedSignature {
    fn code(&self) -> &'static str {
        "signature-malformed"
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Digits(problem) => match problem.hint() {
                Some(hint) => hint.to_owned(),
                None => Scheme::ALL.map(Scheme::form).join("; "),
            },
            Self::NoPrefix(scheme) => {
                format!("give the header's value as it was received, with its {}", scheme.prefix())
            }
            Self::Prefix(scheme) => scheme.form().to_owned(),
            Self::OtherHash { scheme, .. } => {
                format!("{}; give the value of one header with its own name", scheme.form())
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_malformed_signature_has_its_own_reason() {
        let good = "0123456789abcdef0123456789abcdef01234567";
        for (value, message) in [
            (String::new(), "the signature is empty"),
            (" ".to_owned(), "the signature has white space around it"),
            (format!("sha1={good}\n"), "the signature has white space around it"),
            (format!("\u{a0}sha1={good}"), "the signature has white space around it"),
            (format!("'sha1={good}'"), "the signature has quotes around it"),
            (good.to_owned(), "the signature has no sha1= before its hex digits"),
            (format!("SHA1={good}"), "the signature does not begin with sha1="),
            (format!("md5={good}"), "the signature does not begin with sha1="),
            (format!("sha1:{good}"), "the signature does not begin with sha1="),
            ("sha256=".to_owned(), "the signature has 0 characters where 64 hex digits belong"),
            (
                format!("sha256={good}"),
                "the signature is a SHA-1 one, and X-Fin-Agent-API-Webhook-Signature is SHA-256",
            ),
            ("a".repeat(128), "the signature is a SHA-512 one, and X-Hub-Signature is SHA-1"),
            (
                format!("sha1={}", "a".repeat(64)),
                "the signature is a SHA-256 one, and X-Hub-Signature is SHA-1",
            ),
            ("sha1=".to_owned(), "the signature has 0 characters where 40 hex digits belong"),
            (
                format!("sha1={}", &good[1..]),
                "the signature has 39 characters where 40 hex digits belong",
            ),
            (
                format!("sha1={good}, sha1={good}"),
                "the signature has 87 characters where 40 hex digits belong",
            ),
            (
                format!("sha1={}", good.replacen('a', "o", 1)),
                "the signature has another character in place 11 of its 40 hex digits",
            ),
            (
                format!("sha1={}=", "Ab3+/".repeat(6)[..27].to_owned()),
                "the signature is base64 where hex belongs",
            ),
        ] {
            assert_eq!(parse(&value).unwrap_err().to_string(), message, "{value}");
        }
    }

    #[test]
    fn a_value_is_judged_by_the_form_of_its_own_header() {
        let (short, long) = ("ab".repeat(20), "ab".repeat(32));
        for (scheme, value, message) in [
            (Scheme::Hub, &long, "a SHA-256 one, and X-Hub-Signature is SHA-1"),
            (Scheme::Body, &short, "a SHA-1 one, and X-Body-Signature is SHA-256"),
            (Scheme::Body, &format!("sha1={short}"), "a SHA-1 one, and X-Body-Signature"),
            (Scheme::Body, &format!("sha256={long}"), "has a prefix before its hex digits"),
            (Scheme::FinAgent, &long, "has no sha256= before its hex digits"),
            (Scheme::FinAgent, &format!("sha1={long}"), "does not begin with sha256="),
            (Scheme::FinAgent, &format!("sha512={long}{long}"), "a SHA-512 one"),
        ] {
            let error = parse_as(scheme, value).unwrap_err();
            assert!(error.to_string().contains(message), "{error}");
            assert!(error.hint().is_some_and(|hint| !hint.contains(value)));
        }
        assert!(parse_as(Scheme::Hub, &format!("sha1={short}")).is_ok());
        assert!(parse_as(Scheme::Body, &long).is_ok());
        assert!(parse_as(Scheme::FinAgent, &format!("sha256={long}")).is_ok());
    }
}
