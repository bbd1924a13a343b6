//! Webhook signatures: `X-Hub-Signature`, HMAC-SHA1 over the raw body.

use std::fmt;
use std::io::{self, Read};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use subtle::ConstantTimeEq as _;

use super::hex_digits::{self, NotHex};
use super::notification::Notification;
use crate::advice::Advice;
use crate::secret::Secret;
use crate::token::AccessToken;

/// A longer body is verified, but not kept to read its details, in bytes.
pub const MAX_DETAILS: usize = 16 * 1024 * 1024;

const PREFIX: &str = "sha1=";

/// The value of an `X-Hub-Signature` header: 20 bytes that someone claims.
///
/// `==` tells whether two claims are the same; only [`verify`](Self::verify) compares with the
/// truth, and it does so in constant time.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSignature([u8; 20]);

impl WebhookSignature {
    /// Reads `sha1=` and 40 hex digits.
    ///
    /// ```
    /// use intercom_sec::signature::{MalformedSignature, WebhookSignature};
    ///
    /// let value = "sha1=f8446672f033e4b2beafc5ca3a71eafcd2cafb6e";
    /// assert!(WebhookSignature::parse(value).is_ok());
    /// assert_eq!(WebhookSignature::parse(&value[5..]), Err(MalformedSignature::NoPrefix));
    /// ```
    pub fn parse(value: &str) -> Result<Self, MalformedSignature> {
        hex_digits::check_edges(value)?;
        let digits = value.strip_prefix(PREFIX);
        if is_sha256(digits.unwrap_or(value)) || value.starts_with("sha256=") {
            return Err(MalformedSignature::Sha256);
        }
        let Some(digits) = digits else {
            let is_bare = hex_digits::decode::<20>(value).is_ok();
            return Err(if is_bare {
                MalformedSignature::NoPrefix
            } else {
                MalformedSignature::Prefix
            });
        };
        let (bytes, _) = hex_digits::decode(digits)?;
        Ok(Self(bytes))
    }

    /// Compares with the signature of `body`, read to its end in pieces.
    ///
    /// ```
    /// use intercom_sec::secret::Secret;
    /// use intercom_sec::signature::{VerifyError, WebhookSignature};
    ///
    /// let secret = Secret::new(b"secret".to_vec()).expect("not empty");
    /// let signature = WebhookSignature::parse("sha1=f8446672f033e4b2beafc5ca3a71eafcd2cafb6e")?;
    /// assert!(signature.verify(&secret, br#"{"a":1}"#.as_slice()).is_ok());
    /// let reserialised = signature.verify(&secret, br#"{"a": 1}"#.as_slice());
    /// assert!(matches!(reserialised, Err(VerifyError::Mismatch(_))));
    /// # Ok::<(), intercom_sec::signature::MalformedSignature>(())
    /// ```
    pub fn verify(&self, secret: &Secret, mut body: impl Read) -> Result<Verified, VerifyError> {
        let mut mac = keyed(secret);
        let mut seen = Seen::default();
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let length = match body.read(&mut buffer) {
                Ok(0) => break,
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(VerifyError::Unreadable(error)),
            };
            mac.update(&buffer[..length]);
            seen.add(&buffer[..length]);
        }
        if bool::from(mac.finalize().into_bytes().as_slice().ct_eq(&self.0)) {
            return Ok(Verified { length: seen.length, details: seen.details() });
        }
        if seen.length == 0 {
            return Err(VerifyError::EmptyPayload);
        }
        Err(VerifyError::Mismatch(Mismatch { suspect: suspect(secret, &seen) }))
    }
}

impl fmt::Debug for WebhookSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSignature(..)")
    }
}

/// A body whose signature matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How long the body is, in bytes.
    pub length: u64,
    /// What it says about itself.
    pub details: Details,
}

/// What a verified body says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Details {
    /// A notification.
    Notification(Notification),
    /// Something else: not JSON, or other JSON.
    NotANotification,
    /// More than [`MAX_DETAILS`] bytes: not looked at.
    TooLong,
}

/// Why a text is no `X-Hub-Signature`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedSignature {
    /// The digits are wrong, or something stands around the value.
    #[error("the signature {0}")]
    Digits(#[from] NotHex),
    /// 40 hex digits alone.
    #[error("the signature has no sha1= before its hex digits")]
    NoPrefix,
    /// Anything else without `sha1=`.
    #[error("the signature does not begin with sha1=")]
    Prefix,
    /// The form of another header.
    #[error("the signature is a SHA-256 one, and X-Hub-Signature is SHA-1")]
    Sha256,
}

impl Advice for MalformedSignature {
    fn code(&self) -> &'static str {
        "signature-malformed"
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Digits(problem) => problem.hint(),
            Self::NoPrefix => Some("give the header's value as it was received, with its sha1="),
            Self::Prefix => None,
            Self::Sha256 => Some(
                "X-Body-Signature and X-Fin-Agent-API-Webhook-Signature are SHA-256; at present \
                 only X-Hub-Signature is verified",
            ),
        };
        Some(hint.unwrap_or("X-Hub-Signature is sha1= and 40 hex digits").to_owned())
    }
}

/// Why a signature is not verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It is not the body's.
    #[error("the signature does not match the body")]
    Mismatch(Mismatch),
    /// It is not an empty body's, and the body is empty.
    #[error("the payload is empty")]
    EmptyPayload,
    /// The body cannot be read to its end.
    #[error("cannot read the body: {0}")]
    Unreadable(#[source] io::Error),
}

impl Advice for VerifyError {
    fn code(&self) -> &'static str {
        match self {
            Self::Mismatch(_) => "signature-mismatch",
            Self::EmptyPayload => "payload-empty",
            Self::Unreadable(_) => "unreadable",
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Mismatch(mismatch) => mismatch.hint().to_owned(),
            Self::EmptyPayload => "save the raw body before anything else reads it; a body can be \
                                   read only once in most frameworks"
                .to_owned(),
            Self::Unreadable(_) => "check the file and the disk it is on".to_owned(),
        })
    }
}

/// A signature that is not the body's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// What the body or the secret gives as the likely cause.
    pub suspect: Option<Suspect>,
}

impl Mismatch {
    /// What to look at first.
    pub const fn hint(self) -> &'static str {
        match self.suspect {
            None => {
                "usual causes: another app's secret, an access token or identity secret instead \
                 of the client secret, or a body that is not the raw one (parsed and serialised \
                 again, a final newline added)"
            }
            Some(Suspect::AccessToken) => {
                "the secret given is an access token; webhooks are signed with the app's client \
                 secret"
            }
            Some(Suspect::SpacedSecret) => {
                "the secret begins or ends with white space, which counts as part of it"
            }
            Some(Suspect::Compressed) => {
                "the body is compressed; Intercom signs it as it was before"
            }
            Some(Suspect::ByteOrderMark) => {
                "the body begins with a byte order mark, which an editor adds and Intercom does not"
            }
            Some(Suspect::Indented) => {
                "the body is indented JSON and Intercom sends compact JSON: it was parsed and \
                 serialised again; save the raw bytes"
            }
            Some(Suspect::FinalLineEnding) => {
                "the body ends with a line ending, which an editor or echo adds and Intercom does \
                 not; save the raw bytes"
            }
        }
    }
}

/// A likely cause of a mismatch that can be seen without knowing what was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suspect {
    /// The secret is an access token.
    AccessToken,
    /// The secret begins or ends with white space.
    SpacedSecret,
    /// The body is in gzip format.
    Compressed,
    /// The body begins with a byte order mark.
    ByteOrderMark,
    /// The body is JSON with white space after the first bracket.
    Indented,
    /// The body ends with a line ending.
    FinalLineEnding,
}

/// What is kept of a body while it is read.
#[derive(Default)]
struct Seen {
    length: u64,
    head: Vec<u8>,
    last: Option<u8>,
    /// The body itself, until it is too long.
    kept: Vec<u8>,
}

impl Seen {
    const HEAD: usize = 4;

    fn add(&mut self, piece: &[u8]) {
        let missing = Self::HEAD - self.head.len();
        self.head.extend(piece.iter().take(missing));
        self.last = piece.last().copied().or(self.last);
        self.length += piece.len() as u64;
        if self.is_too_long() {
            self.kept = Vec::new();
        } else {
            self.kept.extend_from_slice(piece);
        }
    }

    fn is_too_long(&self) -> bool {
        self.length > MAX_DETAILS as u64
    }

    fn details(&self) -> Details {
        if self.is_too_long() {
            return Details::TooLong;
        }
        Notification::parse(&self.kept).map_or(Details::NotANotification, Details::Notification)
    }
}

/// The causes of a mismatch that leave a trace, the surest first.
fn suspect(secret: &Secret, seen: &Seen) -> Option<Suspect> {
    // Exposed to look at its form; only the verdict on that leaves.
    let secret = secret.expose();
    if AccessToken::parse(secret.trim_ascii()).is_ok() {
        return Some(Suspect::AccessToken);
    }
    if secret.trim_ascii().len() != secret.len() {
        return Some(Suspect::SpacedSecret);
    }
    match seen.head.as_slice() {
        [0x1f, 0x8b, ..] => Some(Suspect::Compressed),
        [0xef, 0xbb, 0xbf, ..] => Some(Suspect::ByteOrderMark),
        [b'{', b' ' | b'\t' | b'\r' | b'\n', ..] => Some(Suspect::Indented),
        _ if seen.last == Some(b'\n') => Some(Suspect::FinalLineEnding),
        _ => None,
    }
}

fn is_sha256(digits: &str) -> bool {
    hex_digits::decode::<32>(digits).is_ok()
}

fn keyed(secret: &Secret) -> Hmac<Sha1> {
    // Exposed because a key is what the secret is for.
    Hmac::new_from_slice(secret.expose()).expect("HMAC takes a key of any length: RFC 2104")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reads in pieces of changing size, interrupted now and then as by signals.
    struct Pieces<'a> {
        rest: &'a [u8],
        sizes: Vec<usize>,
        turn: usize,
    }

    impl Read for Pieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let size = self.sizes[self.turn % self.sizes.len()];
            self.turn += 1;
            if size == 0 && self.turn % 2 == 1 {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let length = size.max(1).min(buffer.len());
            (&mut self.rest).take(length as u64).read(buffer)
        }
    }

    fn secret(bytes: &[u8]) -> Secret {
        Secret::new(bytes.to_vec()).unwrap()
    }

    fn sign(secret: &Secret, body: impl IntoIterator<Item = impl AsRef<[u8]>>) -> WebhookSignature {
        let mut mac = keyed(secret);
        body.into_iter().for_each(|piece| mac.update(piece.as_ref()));
        WebhookSignature(mac.finalize().into_bytes().into())
    }

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
            ("sha256=".to_owned(), "the signature is a SHA-256 one, and X-Hub-Signature is SHA-1"),
            ("a".repeat(64), "the signature is a SHA-256 one, and X-Hub-Signature is SHA-1"),
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
            assert_eq!(
                WebhookSignature::parse(&value).unwrap_err().to_string(),
                message,
                "{value}"
            );
        }
    }

    #[test]
    fn hex_digits_of_either_case_are_the_same_signature() {
        let upper = format!("sha1={}", "AB".repeat(20));
        let lower = format!("sha1={}", "ab".repeat(20));
        assert_eq!(WebhookSignature::parse(&upper), WebhookSignature::parse(&lower));
    }

    #[test]
    fn debug_shows_nothing_of_the_signature() {
        let signature = sign(&secret(b"k"), [b"body"]);
        assert_eq!(format!("{signature:?}"), "WebhookSignature(..)");
    }

    #[test]
    fn a_body_over_the_limit_is_verified_and_not_kept() {
        let key = secret(b"k");
        let piece = vec![b'a'; 1 << 20];
        let signature = sign(&key, std::iter::repeat_n(&piece, 17));
        let verified = signature.verify(&key, io::repeat(b'a').take(17 << 20)).unwrap();
        assert_eq!(verified, Verified { length: 17 << 20, details: Details::TooLong });

        let mut seen = Seen::default();
        (0..40).for_each(|_| seen.add(&piece));
        assert_eq!(seen.kept.capacity(), 0);
    }

    #[test]
    fn details_are_read_up_to_the_limit_exactly() {
        let key = secret(b"k");
        let mut body = br#"{"topic":"ping"}"#.to_vec();
        body.resize(MAX_DETAILS, b' ');
        let verified = sign(&key, [&body]).verify(&key, body.as_slice()).unwrap();
        assert!(matches!(verified.details, Details::Notification(_)));
        body.push(b' ');
        let verified = sign(&key, [&body]).verify(&key, body.as_slice()).unwrap();
        assert_eq!(verified.details, Details::TooLong);
    }

    #[test]
    fn a_mismatch_names_the_cause_that_left_a_trace() {
        let signature = sign(&secret(b"k"), [br#"{"a":1}"#]);
        for (key, body, expected) in [
            (b"k".as_slice(), b"\x1f\x8b\x08\0".as_slice(), Some(Suspect::Compressed)),
            (b"k", b"\xef\xbb\xbf{\"a\":1}", Some(Suspect::ByteOrderMark)),
            (b"k", b"{\n  \"a\": 1\n}", Some(Suspect::Indented)),
            (b"k", b"{\"a\":1}\n", Some(Suspect::FinalLineEnding)),
            (b"k", b"{\"a\":2}", None),
            (b"k", b"\n", Some(Suspect::FinalLineEnding)),
            (b"k\n", b"{\"a\":1}", Some(Suspect::SpacedSecret)),
            (b"K", b"{\"a\":1}", None),
        ] {
            match signature.verify(&secret(key), body) {
                Err(VerifyError::Mismatch(Mismatch { suspect })) => assert_eq!(suspect, expected),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn a_body_that_breaks_off_is_no_mismatch() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::TimedOut.into())
            }
        }
        let key = secret(b"k");
        let signature = sign(&key, [b"body"]);
        let error = signature.verify(&key, b"body".chain(Broken)).unwrap_err();
        assert!(matches!(error, VerifyError::Unreadable(_)));
    }

    proptest! {
        #[test]
        fn the_pieces_a_body_comes_in_make_no_difference(
            body: Vec<u8>,
            key in proptest::collection::vec(any::<u8>(), 1..100),
            sizes in proptest::collection::vec(0_usize..20, 1..10),
        ) {
            let key = secret(&key);
            let pieces = Pieces { rest: &body, sizes, turn: 0 };
            let verified = sign(&key, [&body]).verify(&key, pieces).unwrap();
            prop_assert_eq!(verified.length, body.len() as u64);
        }

        #[test]
        fn one_flipped_bit_anywhere_is_no_match(
            body in proptest::collection::vec(any::<u8>(), 1..200),
            position: prop::sample::Index,
            bit in 0_u32..8,
            in_body: bool,
        ) {
            let key = secret(b"k");
            let mut signature = sign(&key, [&body]);
            let mut received = body.clone();
            if in_body {
                received[position.index(body.len())] ^= 1 << bit;
            } else {
                signature.0[position.index(20)] ^= 1 << bit;
            }
            prop_assert!(signature.verify(&key, received.as_slice()).is_err());
        }

        #[test]
        fn nothing_but_sha1_and_40_hex_digits_parses(
            value in "(sha1=|sha256=|SHA1=)?[0-9a-fA-F]{38,42}|.{0,60}"
        ) {
            let is_signature = value.strip_prefix("sha1=").is_some_and(|digits| {
                digits.len() == 40 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
            });
            prop_assert_eq!(WebhookSignature::parse(&value).is_ok(), is_signature);
        }
    }
}
