//! Describes the three ways in which Intercom signs a webhook.

use std::fmt;

use crate::crypto::hmac::Algorithm;

/// Which of Intercom's signatures it is: each has its own header, form and hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// `X-Hub-Signature`, of every topic: SHA-1, keyed with the app's client secret.
    Hub,
    /// `X-Body-Signature`, of Canvas Kit, the install health check and the uninstall: SHA-256, keyed
    /// with the app's client secret.
    Body,
    /// `X-Fin-Agent-API-Webhook-Signature`, of the Fin Agent API: SHA-256, keyed with its own secret.
    FinAgent,
}

impl Scheme {
    /// All of them, in the order in which a delivery's signatures are verified and reported.
    pub const ALL: [Self; 3] = [Self::Hub, Self::Body, Self::FinAgent];

    /// The header's name.
    pub const fn header(self) -> &'static str {
        match self {
            Self::Hub => "X-Hub-Signature",
            Self::Body => "X-Body-Signature",
            Self::FinAgent => "X-Fin-Agent-API-Webhook-Signature",
        }
    }

    /// A short name, as options and JSON have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hub => "hub",
            Self::Body => "body",
            Self::FinAgent => "fin",
        }
    }

    /// What stands before the hex digits.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Hub => "sha1=",
            Self::Body => "",
            Self::FinAgent => "sha256=",
        }
    }

    /// Which secret keys it.
    pub const fn secret_kind(self) -> SecretKind {
        match self {
            Self::Hub | Self::Body => SecretKind::Client,
            Self::FinAgent => SecretKind::FinAgent,
        }
    }

    /// How many hex digits there are.
    pub const fn digits(self) -> usize {
        2 * self.algorithm().length()
    }

    /// The hash, as people write it.
    pub const fn hash(self) -> &'static str {
        self.algorithm().name()
    }

    pub(crate) const fn algorithm(self) -> Algorithm {
        match self {
            Self::Hub => Algorithm::Sha1,
            Self::Body | Self::FinAgent => Algorithm::Sha256,
        }
    }

    /// What a value of this header looks like, in words.
    pub(crate) const fn form(self) -> &'static str {
        match self {
            Self::Hub => "X-Hub-Signature is sha1= and 40 hex digits",
            Self::Body => "X-Body-Signature is 64 hex digits, without a prefix",
            Self::FinAgent => "X-Fin-Agent-API-Webhook-Signature is sha256= and 64 hex digits",
        }
    }

    /// The scheme of the header with this name, in any letter case.
    pub fn of_header(name: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|scheme| name.eq_ignore_ascii_case(scheme.header().as_bytes()))
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.header())
    }
}

/// Which secret keys a signature: the Fin Agent API has one of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SecretKind {
    /// The app's client secret.
    Client,
    /// The secret of the Fin Agent API's webhooks.
    FinAgent,
}

impl SecretKind {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Client, Self::FinAgent];

    /// Its name, as people write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Client => "client secret",
            Self::FinAgent => "Fin Agent API webhook secret",
        }
    }

    /// The kind that it is not.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Client => Self::FinAgent,
            Self::FinAgent => Self::Client,
        }
    }
}
