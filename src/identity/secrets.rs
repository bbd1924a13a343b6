//! The secrets that sign for users.

use super::platform::Platform;
use crate::crypto::HexCase;
use crate::secret::Secret;

/// The secret that counts, and those of other platforms, which explain a mismatch.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Secrets {
    /// The one that signs. No other one makes a match.
    pub secret: Secret,
    /// The platform that it is of, where that is known.
    pub platform: Option<Platform>,
    /// Those of other platforms.
    pub others: Vec<(Platform, Secret)>,
}

impl Secrets {
    /// One secret, of a platform that nobody named.
    pub const fn new(secret: Secret) -> Self {
        Self { secret, platform: None, others: Vec::new() }
    }

    /// The platform that refuses a hash for the case of its digits: mobile SDKs take lower case only.
    pub fn refusing(&self, case: HexCase) -> Option<Platform> {
        self.platform.filter(|platform| case == HexCase::Upper && platform.is_mobile())
    }
}
