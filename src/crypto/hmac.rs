//! HMAC (RFC 2104) and plain hashes, with every hash function that a MAC is made with.

use std::ops::Deref;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use sha2::digest::Output;
use sha2::{Sha256, Sha384, Sha512};

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// SHA-1, as in `X-Hub-Signature`.
    Sha1,
    /// SHA-256, as in a `user_hash`.
    Sha256,
    /// SHA-384. Intercom uses it nowhere; it is tried to explain a mismatch.
    Sha384,
    /// SHA-512. Intercom uses it nowhere; it is tried to explain a mismatch.
    Sha512,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Sha1, Self::Sha256, Self::Sha384, Self::Sha512];

    /// The name as people write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        }
    }

    /// How many bytes a digest has.
    pub const fn length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// The one whose digests have this many bytes.
    pub(crate) fn of_length(length: usize) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.length() == length)
    }

    /// The plain hash of the pieces, one after the other. A copy that joins a secret with something
    /// would not be wiped.
    pub(crate) fn hash(self, pieces: &[&[u8]]) -> Digest {
        fn of<D: sha2::Digest>(pieces: &[&[u8]]) -> Output<D> {
            let mut hash = D::new();
            for piece in pieces {
                hash.update(piece);
            }
            hash.finalize()
        }
        match self {
            Self::Sha1 => Digest::of(&of::<Sha1>(pieces)),
            Self::Sha256 => Digest::of(&of::<Sha256>(pieces)),
            Self::Sha384 => Digest::of(&of::<Sha384>(pieces)),
            Self::Sha512 => Digest::of(&of::<Sha512>(pieces)),
        }
    }
}

/// What a hash function or an HMAC came to, of any length.
#[derive(Clone, Copy)]
pub(crate) struct Digest {
    bytes: [u8; 64],
    length: usize,
}

impl Digest {
    fn of(output: &[u8]) -> Self {
        let mut bytes = [0; 64];
        bytes[..output.len()].copy_from_slice(output);
        Self { bytes, length: output.len() }
    }
}

impl AsRef<[u8]> for Digest {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl Deref for Digest {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// An HMAC that is being computed. Its key is wiped on drop.
#[derive(Clone)]
pub(crate) enum Keyed {
    Sha1(Hmac<Sha1>),
    Sha256(Hmac<Sha256>),
    Sha384(Hmac<Sha384>),
    Sha512(Hmac<Sha512>),
}

impl Keyed {
    pub(crate) fn new(algorithm: Algorithm, key: &[u8]) -> Self {
        const ANY_LENGTH: &str = "HMAC takes a key of any length: RFC 2104";
        match algorithm {
            Algorithm::Sha1 => Self::Sha1(Hmac::new_from_slice(key).expect(ANY_LENGTH)),
            Algorithm::Sha256 => Self::Sha256(Hmac::new_from_slice(key).expect(ANY_LENGTH)),
            Algorithm::Sha384 => Self::Sha384(Hmac::new_from_slice(key).expect(ANY_LENGTH)),
            Algorithm::Sha512 => Self::Sha512(Hmac::new_from_slice(key).expect(ANY_LENGTH)),
        }
    }

    pub(crate) fn update(&mut self, piece: &[u8]) {
        match self {
            Self::Sha1(mac) => mac.update(piece),
            Self::Sha256(mac) => mac.update(piece),
            Self::Sha384(mac) => mac.update(piece),
            Self::Sha512(mac) => mac.update(piece),
        }
    }

    pub(crate) fn finish(self) -> Digest {
        match self {
            Self::Sha1(mac) => Digest::of(&mac.finalize().into_bytes()),
            Self::Sha256(mac) => Digest::of(&mac.finalize().into_bytes()),
            Self::Sha384(mac) => Digest::of(&mac.finalize().into_bytes()),
            Self::Sha512(mac) => Digest::of(&mac.finalize().into_bytes()),
        }
    }
}
