//! What can be wrong with settings.

use crate::identity::MalformedHash;
use crate::identity::explain::Explanation;
use crate::identity::jwt::{MalformedToken, Rule};

/// How bad a problem is, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// It works, and could be better.
    Warning,
    /// It could not be checked.
    Unknown,
    /// It is wrong.
    Wrong,
}

impl Level {
    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Unknown => "unknown",
            Self::Wrong => "wrong",
        }
    }
}

/// What is wrong with settings, or could not be checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Nothing hands settings over.
    NoSettings,
    /// The settings are no literal.
    SettingsUnknown,
    /// Some settings come from elsewhere.
    MoreUnknown,
    /// A value is no literal.
    ValueUnknown(&'static str),
    /// There is no secret to compare with.
    NotCompared,
    /// An access token stands in the page, of this mask.
    AccessToken(String),
    /// The identity verification secret stands in the page.
    IdentitySecret,
    /// Something with the name and shape of a secret stands in the settings.
    SecretNamed,
    /// There is no app id.
    NoAppId,
    /// The app id is none by its shape.
    AppIdShape,
    /// The user id or email is an empty text.
    EmptyIdentifier,
    /// The user id is a number.
    NumberIdentifier,
    /// User id and email are both there.
    BothIdentifiers,
    /// A user is named and not proved.
    NoProof,
    /// A hash, and nobody whose it is.
    HashWithoutUser,
    /// The hash is no text.
    HashNotText,
    /// The hash has not the form of one.
    HashMalformed(MalformedHash, Option<Explanation>),
    /// The hash is in upper case.
    UpperCase,
    /// The hash is not the user's.
    Mismatch(Explanation),
    /// A hash stands beside a token.
    HashBesideJwt,
    /// The token is none.
    JwtMalformed(MalformedToken),
    /// The token breaks a rule, and may be refused for it.
    JwtRule(Rule, bool),
}

impl Problem {
    /// How bad it is.
    pub const fn level(&self) -> Level {
        match self {
            Self::NoSettings
            | Self::SettingsUnknown
            | Self::MoreUnknown
            | Self::ValueUnknown(_)
            | Self::NotCompared => Level::Unknown,
            Self::NoAppId
            | Self::AppIdShape
            | Self::NumberIdentifier
            | Self::BothIdentifiers
            | Self::NoProof
            | Self::UpperCase
            | Self::HashBesideJwt
            | Self::JwtRule(_, false) => Level::Warning,
            _ => Level::Wrong,
        }
    }

    /// A stable name for scripts.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoSettings => "no-settings",
            Self::SettingsUnknown => "settings-unknown",
            Self::MoreUnknown => "more-settings-unknown",
            Self::ValueUnknown(_) => "value-unknown",
            Self::NotCompared => "not-compared",
            Self::AccessToken(_) => "access-token-in-page",
            Self::IdentitySecret => "identity-secret-in-page",
            Self::SecretNamed => "secret-in-settings",
            Self::NoAppId => "no-app-id",
            Self::AppIdShape => "app-id-shape",
            Self::EmptyIdentifier => "identifier-empty",
            Self::NumberIdentifier => "user-id-number",
            Self::BothIdentifiers => "both-identifiers",
            Self::NoProof => "no-user-hash",
            Self::HashWithoutUser => "hash-without-user",
            Self::HashNotText => "hash-not-text",
            Self::HashMalformed(..) => "hash-malformed",
            Self::UpperCase => "upper-case",
            Self::Mismatch(_) => "mismatch",
            Self::HashBesideJwt => "hash-beside-jwt",
            Self::JwtMalformed(_) => "jwt-malformed",
            Self::JwtRule(..) => "jwt-rule",
        }
    }
}
