//! Holds the secrets that may have signed a webhook, by kind.

use super::scheme::SecretKind;
use crate::secret::Secret;

/// The secrets that a delivery may be signed with; several of a kind while one replaces another.
#[derive(Clone, Debug)]
pub enum Secrets {
    /// Each kind has its own. A signature of a kind without a secret cannot be verified.
    ByKind {
        /// Of `X-Hub-Signature` and `X-Body-Signature`.
        client: Vec<Secret>,
        /// Of `X-Fin-Agent-API-Webhook-Signature`.
        fin_agent: Vec<Secret>,
    },
    /// Their kind is not known. They are tried for every signature. Where a delivery has signatures
    /// of both kinds they count as client secrets, because one secret cannot be both.
    AnyKind(Vec<Secret>),
}

impl Secrets {
    /// Client secrets alone.
    pub const fn client(secrets: Vec<Secret>) -> Self {
        Self::ByKind { client: secrets, fin_agent: Vec::new() }
    }

    /// The secrets that a signature of this kind may be keyed with.
    pub fn of(&self, kind: SecretKind) -> &[Secret] {
        match (self, kind) {
            (Self::AnyKind(secrets), _)
            | (Self::ByKind { client: secrets, .. }, SecretKind::Client)
            | (Self::ByKind { fin_agent: secrets, .. }, SecretKind::FinAgent) => secrets,
        }
    }

    /// Which kinds there are secrets of.
    pub fn given(&self) -> Given {
        match self {
            Self::ByKind { client, fin_agent } => {
                Given::ByKind { client: !client.is_empty(), fin_agent: !fin_agent.is_empty() }
            }
            Self::AnyKind(secrets) if secrets.is_empty() => Given::NOTHING,
            Self::AnyKind(_) => Given::AnyKind,
        }
    }
}

/// Which kinds of secret are given. Known before any secret is read, it decides which to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// These kinds.
    ByKind {
        /// Client secrets.
        client: bool,
        /// Secrets of the Fin Agent API.
        fin_agent: bool,
    },
    /// Secrets whose kind is not known.
    AnyKind,
}

impl Given {
    /// No secret at all.
    pub const NOTHING: Self = Self::ByKind { client: false, fin_agent: false };
}
