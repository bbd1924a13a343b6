//! Lists the rules, and the sets of rules to choose from.

use serde::Serialize;

use crate::named_secret::{self, SecretKind};
use crate::token;

/// What a scan looks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RuleSet {
    /// Access tokens, which have a format of their own.
    #[default]
    Tokens,
    /// Access tokens, and secrets that are assigned to a known name.
    All,
}

impl RuleSet {
    /// The name to choose it by.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tokens => "tokens",
            Self::All => "all",
        }
    }

    /// The version of the rules. Scans with different versions are not comparable.
    pub(crate) const fn version(self) -> (u32, u32) {
        match self {
            Self::Tokens => (token::RULES, 0),
            Self::All => (token::RULES, named_secret::RULES),
        }
    }
}

/// A rule: one kind of leak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// An access token.
    AccessToken,
    /// An app's client secret.
    ClientSecret,
    /// A secret that signs webhooks, by its name.
    WebhookSecret,
    /// A secret that signs user hashes and the Messenger's tokens.
    IdentitySecret,
}

impl Rule {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::AccessToken, Self::ClientSecret, Self::WebhookSecret, Self::IdentitySecret];

    /// The id, as in JSON.
    pub const fn id(self) -> &'static str {
        match self {
            Self::AccessToken => "intercom-access-token",
            Self::ClientSecret => "intercom-client-secret",
            Self::WebhookSecret => "intercom-webhook-secret",
            Self::IdentitySecret => "intercom-identity-secret",
        }
    }

    /// What was found, in words.
    pub const fn title(self) -> &'static str {
        match self {
            Self::AccessToken => "leaked access token",
            Self::ClientSecret => "possible client secret",
            Self::WebhookSecret => "possible webhook secret",
            Self::IdentitySecret => "possible identity secret",
        }
    }

    /// How to make the leaked secret useless in Intercom: a sentence without a final period.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::AccessToken => "regenerate each token in Intercom's Developer Hub first",
            Self::ClientSecret => {
                "replace a client secret in the settings of its app, in Intercom's Developer Hub"
            }
            Self::WebhookSecret => {
                "replace a webhook secret in Intercom: it is the client secret of the app, or the \
                 secret of the Fin Agent API's webhooks"
            }
            Self::IdentitySecret => {
                "for an identity secret, make another Messenger API secret in Intercom's settings \
                 (two can live side by side), sign with it, then delete the leaked one"
            }
        }
    }
}

impl From<SecretKind> for Rule {
    fn from(kind: SecretKind) -> Self {
        match kind {
            SecretKind::Client => Self::ClientSecret,
            SecretKind::Webhook => Self::WebhookSecret,
            SecretKind::Identity => Self::IdentitySecret,
        }
    }
}

impl Serialize for Rule {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}
