//! Names the kinds of secrets that are found by their names.

/// What a secret is for, as its name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecretKind {
    /// Signs webhooks, and is the app's OAuth secret.
    Client,
    /// Said to sign webhooks: the client secret by another name, or that of the Fin Agent API.
    Webhook,
    /// Signs user hashes and the Messenger's tokens (JWT).
    Identity,
}
