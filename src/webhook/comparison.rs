//! Compares claimed digests with the digests of a body, in one pass and in constant time.

use std::io::{self, Read};

use subtle::{Choice, ConstantTimeEq as _};

use super::notification::{Details, MAX_DETAILS, Notification};
use crate::crypto::hmac::{Algorithm, Keyed};
use crate::secret::Secret;

/// A digest that someone claims, and the secrets that may have made it.
pub(super) struct ClaimedDigest<'c> {
    pub(super) algorithm: Algorithm,
    pub(super) digest: &'c [u8],
    pub(super) secrets: &'c [Secret],
}

/// What came of a comparison.
pub(super) struct Comparison {
    /// For each digest, the place of the secret that made it.
    pub(super) made_by: Vec<Option<usize>>,
    pub(super) body: ReadBody,
}

/// Reads the body to its end in pieces. An error of the reader is no verdict: what came before it
/// may match by itself, and is not the body.
pub(super) fn compare(claims: &[ClaimedDigest<'_>], mut body: impl Read) -> io::Result<Comparison> {
    let keyed = |claim: &ClaimedDigest<'_>| {
        // Exposed because a key is what the secret is for.
        let by = |secret: &Secret| Keyed::new(claim.algorithm, secret.expose());
        claim.secrets.iter().map(by).collect::<Vec<_>>()
    };
    let mut macs: Vec<Vec<Keyed>> = claims.iter().map(keyed).collect();
    let mut read = ReadBody::default();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let length = match body.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let piece = buffer.get(..length).unwrap_or_default();
        for mac in macs.iter_mut().flatten() {
            mac.update(piece);
        }
        read.add(piece);
    }
    let made_by = claims.iter().zip(macs).map(|(claim, macs)| {
        // All are compared, so that the time does not tell which one it was.
        let matching: Vec<Choice> =
            macs.into_iter().map(|mac| mac.finish().ct_eq(claim.digest)).collect();
        matching.into_iter().position(bool::from)
    });
    Ok(Comparison { made_by: made_by.collect(), body: read })
}

/// What is kept of a body while it is read.
#[derive(Default)]
pub(super) struct ReadBody {
    pub(super) length: u64,
    /// The first bytes.
    pub(super) head: Vec<u8>,
    pub(super) last: Option<u8>,
    /// The body itself, until it is too long.
    kept: Vec<u8>,
}

impl ReadBody {
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

    /// The body itself; `None` where it is too long to be kept.
    pub(super) fn bytes(&self) -> Option<&[u8]> {
        (!self.is_too_long()).then_some(&self.kept)
    }

    /// What the body says about itself.
    pub(super) fn details(&self) -> Details {
        let Some(bytes) = self.bytes() else { return Details::TooLong };
        Notification::parse(bytes).map_or(Details::NotANotification, Details::Notification)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_over_the_limit_is_not_kept() {
        let piece = vec![b'a'; 1 << 20];
        let mut read = ReadBody::default();
        (0..40).for_each(|_| read.add(&piece));
        assert_eq!(read.kept.capacity(), 0);
        assert_eq!(read.details(), Details::TooLong);
    }
}
