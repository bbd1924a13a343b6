//! The Messenger's `user_hash`: what stops one user from posing as another.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::block_api::compress256;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::advice::Advice;
use crate::crypto::hex_digits::{self, HexCase, NotHex};
use crate::secret::Secret;

/// Computes the `user_hash`: HMAC-SHA256, keyed with the platform's identity verification secret,
/// over the exact bytes of the user id or email.
///
/// ```
/// use intercom_sec::secret::Secret;
/// use intercom_sec::identity::user_hash;
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

/// A secret made ready to compute many hashes: what HMAC (RFC 2104) does with the key alone is done
/// once, so that an id of up to 55 bytes costs two compressions of SHA-256.
///
/// ```
/// use intercom_sec::secret::Secret;
/// use intercom_sec::identity::{UserHashKey, user_hash};
///
/// let secret = Secret::new(b"s3cre7".to_vec()).expect("not empty");
/// let key = UserHashKey::new(&secret);
/// assert_eq!(key.hash(b"abcdef"), user_hash(&secret, b"abcdef"));
/// ```
#[derive(Clone)]
pub struct UserHashKey {
    inner: Zeroizing<[u32; 8]>,
    outer: Zeroizing<[u32; 8]>,
}

impl UserHashKey {
    /// Prepares the secret.
    pub fn new(secret: &Secret) -> Self {
        // Exposed because a key is what the secret is for.
        Self::from_bytes(secret.expose())
    }

    /// Prepares any bytes as the key: to look for what went wrong somewhere else.
    pub(crate) fn from_bytes(key: &[u8]) -> Self {
        let mut block = Zeroizing::new([0; BLOCK]);
        if key.len() > BLOCK {
            let digest: Zeroizing<[u8; 32]> = Zeroizing::new(Sha256::digest(key).into());
            block[..32].copy_from_slice(digest.as_slice());
        } else {
            block[..key.len()].copy_from_slice(key);
        }
        let half = |pad: u8| {
            let padded = Zeroizing::new(block.map(|byte| byte ^ pad));
            let mut state = Zeroizing::new(INITIAL_STATE);
            compress256(&mut state, std::slice::from_ref(&*padded));
            state
        };
        Self { inner: half(0x36), outer: half(0x5c) }
    }

    /// The `user_hash` of an identifier, over its exact bytes.
    #[inline]
    pub fn hash(&self, identifier: &[u8]) -> UserHash {
        let mut state = *self.inner;
        let (blocks, rest) = identifier.as_chunks::<BLOCK>();
        if !blocks.is_empty() {
            compress256(&mut state, blocks);
        }
        let mut last = [0; BLOCK];
        last[..rest.len()].copy_from_slice(rest);
        last[rest.len()] = 0x80;
        if rest.len() >= LENGTH_AT {
            compress256(&mut state, &[last]);
            last = [0; BLOCK];
        }
        // The key's block counts too.
        let bits = (identifier.len() as u64 + BLOCK as u64) * 8;
        last[LENGTH_AT..].copy_from_slice(&bits.to_be_bytes());
        compress256(&mut state, &[last]);
        let mut outer = OUTER_BLOCK;
        outer[..32].copy_from_slice(&bytes(&state));
        let mut state = *self.outer;
        compress256(&mut state, &[outer]);
        UserHash(bytes(&state))
    }
}

impl fmt::Debug for UserHashKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserHashKey(..)")
    }
}

/// How many bytes SHA-256 takes at once (FIPS 180-4, section 1).
const BLOCK: usize = 64;

/// Where the message's length stands in the last block (section 5.1.1).
const LENGTH_AT: usize = BLOCK - 8;

/// The initial hash value (section 5.3.3).
const INITIAL_STATE: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// The block of the outer hash, but for the inner digest: 32 bytes after the key's block.
const OUTER_BLOCK: [u8; BLOCK] = {
    let mut block = [0; BLOCK];
    block[32] = 0x80;
    // (64 + 32) * 8 = 768 bits.
    block[BLOCK - 2] = 3;
    block
};

fn bytes(state: &[u32; 8]) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (chunk, word) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(state) {
        *chunk = word.to_be_bytes();
    }
    bytes
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
    /// use intercom_sec::crypto::HexCase;
    /// use intercom_sec::identity::UserHash;
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

    /// The 64 lowercase hex digits.
    pub fn to_hex(&self) -> [u8; 64] {
        // Without a table, so that it becomes a few vector instructions.
        let digit = |nibble: u8| nibble + b'0' + u8::from(nibble > 9) * (b'a' - b'9' - 1);
        let high = self.0.map(|byte| digit(byte >> 4));
        let low = self.0.map(|byte| digit(byte & 15));
        let mut hex = [0; 64];
        for (pair, (high, low)) in hex.as_chunks_mut::<2>().0.iter_mut().zip(high.iter().zip(low)) {
            *pair = [*high, low];
        }
        hex
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
        fn a_prepared_key_computes_the_same(
            key in proptest::collection::vec(any::<u8>(), 1..200),
            identifier in proptest::collection::vec(any::<u8>(), 0..300),
        ) {
            let secret = Secret::new(key).unwrap();
            let hash = UserHashKey::new(&secret).hash(&identifier);
            prop_assert_eq!(&hash, &user_hash(&secret, &identifier));
            prop_assert_eq!(hash.to_hex().to_vec(), hash.to_string().into_bytes());
        }

        #[test]
        fn one_flipped_bit_makes_another_hash(bytes: [u8; 32], bit in 0_usize..256) {
            let mut flipped = bytes;
            flipped[bit / 8] ^= 1 << (bit % 8);
            prop_assert_ne!(UserHash(bytes), UserHash(flipped));
        }
    }
}
