//! Webhook signatures: an HMAC over the raw body, in one of three headers.

use std::fmt;
use std::io::{self, Read};

use subtle::{Choice, ConstantTimeEq as _};

use super::malformed::{self, MalformedSignature};
use super::mismatch::{Mismatch, VerifyError, suspect};
use super::notification::Notification;
use super::scheme::Scheme;
use crate::crypto::hex_digits::HexCase;
use crate::crypto::hmac::Keyed;
use crate::secret::Secret;

/// A longer body is verified, but not kept to read its details, in bytes.
pub const MAX_DETAILS: usize = 16 * 1024 * 1024;

/// The value of a signature's header: a digest that someone claims.
///
/// `==` tells whether two claims are the same; only [`verify`](Self::verify) compares with the
/// truth, and it does so in constant time.
#[derive(Clone)]
pub struct WebhookSignature {
    scheme: Scheme,
    /// As many bytes as the scheme's hash has.
    digest: Vec<u8>,
    case: HexCase,
}

impl PartialEq for WebhookSignature {
    fn eq(&self, other: &Self) -> bool {
        // How the digits are written makes no other claim of it.
        self.scheme == other.scheme && self.digest == other.digest
    }
}

impl Eq for WebhookSignature {}

impl WebhookSignature {
    /// Reads a value of which the header is not known, by its form: `sha1=` and 40 hex digits
    /// (`X-Hub-Signature`), 64 hex digits alone (`X-Body-Signature`), or `sha256=` and 64 hex
    /// digits (`X-Fin-Agent-API-Webhook-Signature`).
    ///
    /// ```
    /// use intercom_sec::webhook::{MalformedSignature, Scheme, WebhookSignature};
    ///
    /// let value = "sha1=f8446672f033e4b2beafc5ca3a71eafcd2cafb6e";
    /// assert_eq!(WebhookSignature::parse(value)?.scheme(), Scheme::Hub);
    /// let bare = WebhookSignature::parse(&value[5..]);
    /// assert_eq!(bare, Err(MalformedSignature::NoPrefix(Scheme::Hub)));
    /// # Ok::<(), MalformedSignature>(())
    /// ```
    pub fn parse(value: &str) -> Result<Self, MalformedSignature> {
        let (scheme, (digest, case)) = malformed::parse(value)?;
        Ok(Self { scheme, digest, case })
    }

    /// Reads the value of the scheme's header.
    ///
    /// ```
    /// use intercom_sec::webhook::{Scheme, WebhookSignature};
    ///
    /// let value = "a".repeat(64);
    /// assert!(WebhookSignature::parse_as(Scheme::Body, &value).is_ok());
    /// assert!(WebhookSignature::parse_as(Scheme::Hub, &value).is_err());
    /// ```
    pub fn parse_as(scheme: Scheme, value: &str) -> Result<Self, MalformedSignature> {
        let (digest, case) = malformed::parse_as(scheme, value)?;
        Ok(Self { scheme, digest, case })
    }

    /// Which of Intercom's signatures it is.
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// How its digits are written. Intercom writes lower case, and either is verified here; a receiver
    /// that compares texts refuses the other.
    pub const fn case(&self) -> HexCase {
        self.case
    }

    pub(crate) fn digest(&self) -> &[u8] {
        &self.digest
    }

    /// Compares with the signature of `body`, read to its end in pieces.
    ///
    /// ```
    /// use intercom_sec::secret::Secret;
    /// use intercom_sec::webhook::{VerifyError, WebhookSignature};
    ///
    /// let secret = Secret::new(b"secret".to_vec()).expect("not empty");
    /// let signature = WebhookSignature::parse("sha1=f8446672f033e4b2beafc5ca3a71eafcd2cafb6e")?;
    /// assert!(signature.verify(&secret, br#"{"a":1}"#.as_slice()).is_ok());
    /// let reserialised = signature.verify(&secret, br#"{"a": 1}"#.as_slice());
    /// assert!(matches!(reserialised, Err(VerifyError::Mismatch(_))));
    /// # Ok::<(), intercom_sec::webhook::MalformedSignature>(())
    /// ```
    pub fn verify(&self, secret: &Secret, body: impl Read) -> Result<Verified, VerifyError> {
        self.verify_any(std::slice::from_ref(secret), body)
    }

    /// Compares with the signatures of `body` by several secrets, as there are while one is
    /// replaced by another. [`Verified::secret`] tells which one it was. Without any secret nothing
    /// matches.
    pub fn verify_any(&self, secrets: &[Secret], body: impl Read) -> Result<Verified, VerifyError> {
        Self::verify_all(&[(self, secrets)], body).map_err(|failed| failed.error)
    }

    /// Compares several signatures of one body, each with the secrets that may have made it. Only if
    /// all of them match the body is verified; without any, nothing is. [`Verified::secret`] is the
    /// first one's.
    pub fn verify_all(
        claims: &[(&Self, &[Secret])],
        mut body: impl Read,
    ) -> Result<Verified, Failed> {
        let keyed = |(signature, secrets): &(&Self, &[Secret])| {
            secrets.iter().map(|secret| signature.keyed(secret)).collect::<Vec<_>>()
        };
        let mut macs: Vec<Vec<Keyed>> = claims.iter().map(keyed).collect();
        let mut seen = Seen::default();
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let length = match body.read(&mut buffer) {
                Ok(0) => break,
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(Failed::of(0, VerifyError::Unreadable(error))),
            };
            let piece = buffer.get(..length).unwrap_or_default();
            for mac in macs.iter_mut().flatten() {
                mac.update(piece);
            }
            seen.add(piece);
        }
        let matching: Vec<Option<usize>> = claims
            .iter()
            .zip(macs)
            .map(|((signature, _), macs)| {
                // All are compared, so that the time does not tell which one it was.
                let matching: Vec<Choice> =
                    macs.into_iter().map(|mac| mac.finish().ct_eq(&signature.digest)).collect();
                matching.into_iter().position(bool::from)
            })
            .collect();
        let wrong = matching.iter().position(Option::is_none);
        if let (None, Some(secret)) = (wrong, matching.first().copied().flatten()) {
            return Ok(Verified { secret, length: seen.length, details: seen.details() });
        }
        let place = wrong.unwrap_or_default();
        let secrets = claims.get(place).map_or(&[][..], |(_, secrets)| *secrets);
        let error = if seen.length == 0 {
            VerifyError::EmptyPayload
        } else {
            VerifyError::Mismatch(Mismatch { suspect: suspect(secrets, &seen) })
        };
        let is_right = |place: &usize| matching.get(*place).is_some_and(Option::is_some);
        Err(Failed { place, matching: (0..matching.len()).filter(is_right).collect(), error })
    }

    fn keyed(&self, secret: &Secret) -> Keyed {
        // Exposed because a key is what the secret is for.
        Keyed::new(self.scheme.algorithm(), secret.expose())
    }
}

impl fmt::Debug for WebhookSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebhookSignature({}, ..)", self.scheme.name())
    }
}

/// A body whose signature matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The place of the secret that signed it among those that were given, from 0.
    pub secret: usize,
    /// How long the body is, in bytes.
    pub length: u64,
    /// What it says about itself.
    pub details: Details,
}

/// Signatures of one body, of which at least one does not match.
#[derive(Debug)]
pub struct Failed {
    /// The place of the first one that does not, from 0.
    pub place: usize,
    /// The places of those that do.
    pub matching: Vec<usize>,
    /// Why it does not.
    pub error: VerifyError,
}

impl Failed {
    fn of(place: usize, error: VerifyError) -> Self {
        Self { place, matching: Vec::new(), error }
    }
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

/// What is kept of a body while it is read.
#[derive(Default)]
pub(crate) struct Seen {
    length: u64,
    pub(crate) head: Vec<u8>,
    pub(crate) last: Option<u8>,
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::mismatch::Suspect;
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
        sign_as(Scheme::Hub, secret, body)
    }

    fn sign_as(
        scheme: Scheme,
        secret: &Secret,
        body: impl IntoIterator<Item = impl AsRef<[u8]>>,
    ) -> WebhookSignature {
        let mut mac = Keyed::new(scheme.algorithm(), secret.expose());
        body.into_iter().for_each(|piece| mac.update(piece.as_ref()));
        WebhookSignature { scheme, digest: mac.finish(), case: HexCase::Lower }
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
        assert_eq!(format!("{signature:?}"), "WebhookSignature(hub, ..)");
    }

    #[test]
    fn the_secret_that_signed_is_named_by_its_place() {
        let secrets = [secret(b"a"), secret(b"b"), secret(b"c")];
        for scheme in Scheme::ALL {
            for (place, key) in secrets.iter().enumerate() {
                let signature = sign_as(scheme, key, [b"body"]);
                let verified = signature.verify_any(&secrets, b"body".as_slice()).unwrap();
                assert_eq!(verified.secret, place);
                let others = signature.verify_any(&secrets[place + 1..], b"body".as_slice());
                assert!(matches!(others, Err(VerifyError::Mismatch(_))));
            }
        }
    }

    #[test]
    fn of_several_signatures_each_has_to_match() {
        let (client, fin) = ([secret(b"old"), secret(b"new")], [secret(b"fin")]);
        let hub = sign_as(Scheme::Hub, &client[1], [b"body"]);
        let right = sign_as(Scheme::Body, &client[0], [b"body"]);
        let wrong = sign_as(Scheme::Body, &client[0], [b"another"]);
        let by_fin = sign_as(Scheme::FinAgent, &fin[0], [b"body"]);
        let verify = |claims: &[(&WebhookSignature, &[Secret])]| {
            WebhookSignature::verify_all(claims, b"body".as_slice())
        };
        let verified = verify(&[(&hub, &client), (&right, &client), (&by_fin, &fin)]).unwrap();
        assert_eq!(verified.secret, 1);
        for (claims, place, matching) in [
            (vec![(&hub, &client[..]), (&wrong, &client)], 1, vec![0]),
            (vec![(&wrong, &client[..]), (&hub, &client)], 0, vec![1]),
            (vec![(&hub, &client[..]), (&by_fin, &client)], 1, vec![0]),
            (vec![(&hub, &client[..]), (&right, &[])], 1, vec![0]),
            (vec![], 0, vec![]),
        ] {
            let failed = verify(&claims).unwrap_err();
            assert_eq!((failed.place, failed.matching), (place, matching));
            assert!(matches!(failed.error, VerifyError::Mismatch(_)));
        }
    }

    #[test]
    fn a_body_over_the_limit_is_verified_and_not_kept() {
        let key = secret(b"k");
        let piece = vec![b'a'; 1 << 20];
        let signature = sign(&key, std::iter::repeat_n(&piece, 17));
        let verified = signature.verify(&key, io::repeat(b'a').take(17 << 20)).unwrap();
        assert_eq!(verified, Verified { secret: 0, length: 17 << 20, details: Details::TooLong });

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
                signature.digest[position.index(20)] ^= 1 << bit;
            }
            prop_assert!(signature.verify(&key, received.as_slice()).is_err());
        }

        #[test]
        fn nothing_but_the_three_forms_parses(
            value in "(sha1=|sha256=|SHA1=)?([0-9a-fA-F]{38,42}|[0-9a-fA-F]{63,65})|.{0,60}"
        ) {
            let is_hex = |digits: &str, length| {
                digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
            };
            let is_signature = is_hex(&value, 64)
                || value.strip_prefix("sha1=").is_some_and(|digits| is_hex(digits, 40))
                || value.strip_prefix("sha256=").is_some_and(|digits| is_hex(digits, 64));
            prop_assert_eq!(WebhookSignature::parse(&value).is_ok(), is_signature);
        }
    }
}
