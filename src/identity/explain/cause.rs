//! The causes that user hashes alone have.

use crate::explain::{self, Diagnosis, Own, Subject};
use crate::identity::platform::Platform;
use crate::secret::Secret;

/// One thing that went wrong where a hash was made.
pub type Cause = explain::Cause<ValueCause>;

/// What explains a mismatch: one mistake, or some that were made together.
pub type Explanation = Diagnosis<ValueCause>;

/// What goes wrong with user ids, emails and the secrets of platforms.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ValueCause {
    /// The email was hashed, and the user id is what counts.
    EmailHashed,
    /// The number was written another way, as this.
    Number(String),
    /// The number was rounded, as this.
    NumberRounded(String),
    /// The secret of another platform.
    OtherPlatform(Platform),
    /// Upper-case hex, which the SDK of this platform refuses.
    UpperCase(Platform),
}

impl Own for ValueCause {
    const SUBJECT: Subject = Subject::UserHash;

    fn code(&self) -> &'static str {
        match self {
            Self::EmailHashed => "email-hashed",
            Self::Number(_) => "number-form",
            Self::NumberRounded(_) => "number-rounded",
            Self::OtherPlatform(_) => "other-platform",
            Self::UpperCase(_) => "upper-case",
        }
    }
}

/// The secrets of other platforms, each with the cause that it is if it signed.
pub(super) fn others(others: &[(Platform, Secret)]) -> Vec<(ValueCause, &Secret)> {
    others.iter().map(|(platform, secret)| (ValueCause::OtherPlatform(*platform), secret)).collect()
}
