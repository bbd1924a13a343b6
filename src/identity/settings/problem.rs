//! What can be wrong with settings.

use crate::advice::Advice as _;
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
    Mismatch(Option<Explanation>),
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

    /// What is wrong, as one sentence without a final period.
    pub fn sentence(&self) -> String {
        match self {
            Self::NoSettings => "no settings of the Messenger were found".into(),
            Self::SettingsUnknown => {
                "the settings are not written out here: only a run of the page tells them".into()
            }
            Self::MoreUnknown => {
                "some settings come from elsewhere (a spread, a computed name, a template)".into()
            }
            Self::ValueUnknown(what) => {
                format!("{what} is not written out: only a run of the page tells it")
            }
            Self::NotCompared => "there is no secret to compare with".into(),
            Self::AccessToken(mask) => format!("an access token stands in the page: {mask}"),
            Self::IdentitySecret => "the identity verification secret stands in the page".into(),
            Self::SecretNamed => {
                "a setting has the name and the length of a secret: it is sent to every visitor".into()
            }
            Self::NoAppId => "there is no app_id".into(),
            Self::AppIdShape => "app_id has not the shape of one: 8 lowercase letters and digits".into(),
            Self::EmptyIdentifier => "the user_id or email is empty".into(),
            Self::NumberIdentifier => {
                "the user_id is a number: the hash is of its decimal text, and digits get lost above 2^53"
                    .into()
            }
            Self::BothIdentifiers => {
                "user_id and email are both there: the hash has to be the user_id's".into()
            }
            Self::NoProof => {
                "a user is named without a user_hash or token: anyone can pose as that user".into()
            }
            Self::HashWithoutUser => "there is a user_hash, and no user_id or email".into(),
            Self::HashNotText => "user_hash is not a text".into(),
            Self::HashMalformed(malformed, None) => malformed.to_string(),
            Self::HashMalformed(malformed, Some(explanation)) => {
                format!("{malformed}: {}", explanation.sentence())
            }
            Self::UpperCase => {
                "the user_hash is in upper case: the web takes it, the mobile SDKs refuse it".into()
            }
            Self::Mismatch(None) => "the user_hash is not the user's, for no reason that is known".into(),
            Self::Mismatch(Some(explanation)) => {
                format!("the user_hash is not the user's: {}", explanation.sentence())
            }
            Self::HashBesideJwt => "intercom_user_jwt is there, and user_hash along with it".into(),
            Self::JwtMalformed(malformed) => format!("intercom_user_jwt: {malformed}"),
            Self::JwtRule(rule, _) => format!("intercom_user_jwt: {}", rule.sentence()),
        }
    }

    /// What to do, as one sentence without a final period.
    pub fn advice(&self) -> String {
        match self {
            Self::NoSettings => "save the page as the browser has it (the page's source, or a HAR's answer)",
            Self::SettingsUnknown | Self::MoreUnknown | Self::ValueUnknown(_) => {
                "save what the page has at run time: copy(JSON.stringify(window.intercomSettings)) in the \
                 browser's console"
            }
            Self::NotCompared => "give the secret with --secret-file or a variable",
            Self::AccessToken(_) => {
                "take it out, and regenerate it in Intercom's Developer Hub: every visitor has it"
            }
            Self::IdentitySecret | Self::SecretNamed => {
                "take it out, and replace it: who has it can pose as every user; hash on the server"
            }
            Self::NoAppId => "set app_id to the workspace's id",
            Self::AppIdShape => "copy the app id from the workspace's settings; it is no secret",
            Self::EmptyIdentifier => "leave it out for visitors, or look for the variable that had no value",
            Self::NumberIdentifier => "send the id as a text",
            Self::BothIdentifiers => "hash the user_id; the email needs no hash of its own",
            Self::NoProof => "add the user_hash, or better an intercom_user_jwt",
            Self::HashWithoutUser => "set the user_id or email that was hashed",
            Self::HashNotText => "write the 64 hex digits as a text",
            Self::HashMalformed(malformed, None) => {
                return malformed.hint().unwrap_or_default();
            }
            Self::HashMalformed(_, Some(explanation)) | Self::Mismatch(Some(explanation)) => {
                return explanation.advice();
            }
            Self::UpperCase => "write the hash in lowercase hex, which every platform takes",
            Self::Mismatch(None) => {
                "check that the secret is this workspace's and this platform's, and what is hashed"
            }
            Self::HashBesideJwt => "take user_hash out: the token proves the user",
            Self::JwtMalformed(malformed) => return malformed.hint().unwrap_or_default(),
            Self::JwtRule(rule, _) => return rule.advice(),
        }
        .to_owned()
    }
}
