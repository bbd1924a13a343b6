//! Names the kinds of secrets that are found by their names.

/// What a secret is for, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SecretKind {
    /// Signs webhooks, and is the app's OAuth secret.
    Client,
    /// Signs webhooks by its name: the client secret, or the secret of the Fin Agent API.
    Webhook,
    /// Signs user hashes and the Messenger's tokens (JWT).
    Identity,
}
