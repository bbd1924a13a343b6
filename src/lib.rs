//! Security toolkit for teams that use Intercom.
//!
//! This library does the work of the `intercom-sec` program and touches no terminal, no process
//! arguments and no environment, but for the proxy and certificate variables that the HTTP client of
//! [`api`] reads. Data flows in one direction, in the order of the folders:
//!
//! ```text
//! cli/args → commands → (signature → identity, receiver | token, named_secret → rules → scan | api) → report → cli/terminal → exit
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`secret`] | [`secret::Secret`]: wiped on drop, impossible to print |
//! | [`bytes`] | bytes from a repository as text |
//! | [`advice`] | what every error tells besides its cause: a code and a hint |
//! | [`signature`] | the Messenger `user_hash` and webhook signatures: pure functions |
//! | [`delivery`] | webhooks as they were saved: requests, HAR, NDJSON, directories |
//! | [`identity`] | lists of user hashes, why one does not match, saved settings, tokens (JWT) |
//! | [`receiver`] | a local receiver of webhooks: verified, saved, acknowledged, sent on |
//! | [`named_secret`] | identity, client and webhook secrets, found by the name they are assigned to: pure |
//! | [`rules`] | what counts as a leak, and one detector for the rules that were chosen |
//! | [`token`] | the access token's format, its detection in bytes, mask and fingerprint: pure |
//! | [`archive`] | what is in archives and compressed streams, nested ones included: pure |
//! | [`scan`] | what a git repository stores → findings and coverage |
//! | [`api`] | Intercom's API: the client, and the judgement of an answer |
//! | [`report`] | findings and coverage → text and JSON; the gate for text from outside |
//!
//! The binary alone holds `cli` (arguments, secret input, terminal, exit status) and `commands`
//! (one file a subcommand). The public interface shows types of the standard library and of this
//! crate only.

pub mod advice;
pub mod api;
pub mod archive;
pub mod bytes;
pub mod delivery;
pub mod identity;
mod json;
mod jwt_crypto;
pub mod named_secret;
pub mod receiver;
pub mod report;
pub mod rules;
pub mod scan;
pub mod secret;
pub mod signature;
pub mod token;
