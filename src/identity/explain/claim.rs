//! A hash that someone claims, in whatever form it was written.

use crate::crypto::Algorithm;
use crate::explain;
use crate::identity::user_hash::UserHash;

/// A claimed hash that is not the right one, read in every way that makes a digest of it.
///
/// It can be explained, never accepted: nothing here says that a claim holds.
#[derive(Clone)]
pub struct Claim(pub(super) explain::Claim);

impl Claim {
    /// A hash in the right form, which is another one than the value's.
    pub fn of(hash: &UserHash) -> Self {
        Self(explain::Claim::of(Algorithm::Sha256, hash.as_bytes()))
    }

    /// Reads a text that is no `user_hash` by its form, but a digest in another one: base64, the hex
    /// digits of another algorithm, hex digits with some missing. `None` for anything else.
    pub fn of_other_form(text: &str) -> Option<Self> {
        explain::Claim::read(text, Algorithm::Sha256).map(Self)
    }
}
