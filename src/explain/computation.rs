//! What may have been computed in the place of the right HMAC.

use super::cause::{Computation, Parts};
use crate::crypto::Algorithm;
use crate::crypto::hmac::{Digest, Keyed};

/// Every other computation that is tried, for one hash function.
pub(super) const fn others(algorithm: Algorithm) -> [Computation; 4] {
    [
        Computation::Swapped,
        Computation::Plain(algorithm, Parts::Message),
        Computation::Plain(algorithm, Parts::SecretMessage),
        Computation::Plain(algorithm, Parts::MessageSecret),
    ]
}

impl Computation {
    /// Whether the secret takes no part in it.
    pub(super) const fn is_without_secret(self) -> bool {
        matches!(self, Self::Plain(_, Parts::Message))
    }

    /// Computes it.
    pub(super) fn run(self, algorithm: Algorithm, secret: &[u8], message: &[u8]) -> Digest {
        match self {
            Self::Swapped => hmac(algorithm, message, secret),
            Self::Plain(algorithm, Parts::Message) => algorithm.hash(&[message]),
            Self::Plain(algorithm, Parts::SecretMessage) => algorithm.hash(&[secret, message]),
            Self::Plain(algorithm, Parts::MessageSecret) => algorithm.hash(&[message, secret]),
            Self::OtherHash { found, .. } => hmac(found, secret, message),
        }
    }
}

fn hmac(algorithm: Algorithm, key: &[u8], message: &[u8]) -> Digest {
    let mut mac = Keyed::new(algorithm, key);
    mac.update(message);
    mac.finish()
}
