//! The Messenger's `user_hash`: what stops one user from posing as another.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use super::hex_digits::{self, HexCase, NotHex};
use crate::advice::Advice;
use crate::secret::Secret;

/// Computes the `user_hash`: HMAC-SHA256, keyed with the platform's identity verification secret,
/// over the exact bytes of the user id or email.
///
/// ```
/// use intercom_sec::secret::Secret;
/// use intercom_sec::signature::user_hash;
///
/// let secret = Secret::new(b"s3cre7".to_vec()).expect("not empty");
/// assert_eq!(
///     user_hash(&secret, b"abcdef").to_string(),
///     "532cd9cd6bfa49528cf2503db0743bb72456bda2cb7424d2894c5b11f6cad6cf"
/// );
/// ```
pub fn user_hash(secret: &Secret, identifier: &[u8]) -> UserHash {
    let mut mac = keyed(secret);
    mac.update(identifier);
    UserHash(mac.finalize().into_bytes().into())
}

/// A `user_hash`, computed or claimed. `Display` writes the lowercase hex that Intercom takes on
/// every platform; `==` takes constant time.
#[derive(Clone)]
pub struct UserHash([u8; 32]);

impl UserHash {
    /// Reads 64 hex digits, and tells their case: the web takes either, the mobile SDKs take
    /// lower case only.
    ///
    /// ```
    /// use intercom_sec::signature::{HexCase, UserHash};
    ///
    /// let (hash, case) = UserHash::parse(&"AB".repeat(32)).expect("64 hex digits");
    /// assert_eq!(hash.to_string(), "ab".repeat(32));
    /// assert_eq!(case, HexCase::Upper);
    /// ```
    pub fn parse(text: &str) -> Result<(Self, HexCase), MalformedHash> {
        hex_digits::check_edges(text)?;
        if text.starts_with("sha256=") || text.starts_with("sha1=") {
            return Err(MalformedHash::Prefixed);
        }
        let (bytes, case) = hex_digits::decode(text)?;
        Ok((Self(bytes), case))
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for UserHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for UserHash {}

impl fmt::Display for UserHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// Who reads a user's hash in a log can pose as that user, so it has to be asked for.
impl fmt::Debug for UserHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserHash(..)")
    }
}

/// The text is no `user_hash`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedHash {
    /// It is not 64 hex digits.
    #[error("the hash {0}")]
    Digits(#[from] NotHex),
    /// An algorithm's name stands before the digits, as in a webhook's signature.
    #[error("the hash has a prefix before its hex digits")]
    Prefixed,
}

impl Advice for MalformedHash {
    fn code(&self) -> &'static str {
        "hash-malformed"
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Digits(problem) => problem.hint(),
            Self::Prefixed => Some("that form is a webhook's; verify-webhook checks those"),
        };
        Some(hint.unwrap_or("a user_hash is 64 hex digits and nothing else").to_owned())
    }
}

fn keyed(secret: &Secret) -> Hmac<Sha256> {
    // Exposed because a key is what the secret is for.
    Hmac::new_from_slice(secret.expose()).expect("HMAC takes a key of any length: RFC 2104")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_malformed_hash_has_its_own_reason() {
        let good = "0123456789abcdef".repeat(4);
        let base64 = format!("{}=", "A".repeat(43));
        for (text, message) in [
            (String::new(), "the hash is empty"),
            (format!("{good}\n"), "the hash has white space around it"),
            (format!("\"{good}\""), "the hash has quotes around it"),
            (format!("sha256={good}"), "the hash has a prefix before its hex digits"),
            (base64, "the hash is base64 where hex belongs"),
            (good[1..].to_owned(), "the hash has 63 characters where 64 hex digits belong"),
            (format!("{good}0"), "the hash has 65 characters where 64 hex digits belong"),
            (
                good.replacen('9', "g", 1),
                "the hash has another character in place 10 of its 64 hex digits",
            ),
            (
                good.replacen('f', "é", 1),
                "the hash has another character in place 16 of its 64 hex digits",
            ),
        ] {
            assert_eq!(UserHash::parse(&text).unwrap_err().to_string(), message, "{text:?}");
        }
    }

    #[test]
    fn debug_shows_nothing_of_the_hash() {
        let (hash, _) = UserHash::parse(&"ab".repeat(32)).unwrap();
        assert_eq!(format!("{hash:?}"), "UserHash(..)");
    }

    proptest! {
        #[test]
        fn what_display_writes_parse_reads_in_either_case(bytes: [u8; 32]) {
            let hash = UserHash(bytes);
            let (lower, case) = UserHash::parse(&hash.to_string()).unwrap();
            prop_assert_eq!(&lower, &hash);
            prop_assert_eq!(case, HexCase::Lower);
            let (upper, _) = UserHash::parse(&hash.to_string().to_uppercase()).unwrap();
            prop_assert_eq!(&upper, &hash);
        }

        #[test]
        fn nothing_but_64_hex_digits_parses(text in "[0-9a-fA-F]{60,68}|.{0,80}") {
            let is_hash = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            prop_assert_eq!(UserHash::parse(&text).is_ok(), is_hash);
        }

        #[test]
        fn one_flipped_bit_makes_another_hash(bytes: [u8; 32], bit in 0_usize..256) {
            let mut flipped = bytes;
            flipped[bit / 8] ^= 1 << (bit % 8);
            prop_assert_ne!(UserHash(bytes), UserHash(flipped));
        }
    }
}
