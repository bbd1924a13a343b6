//! Security toolkit for teams that use Intercom.
//!
//! This library does the work of the `intercom-sec` program and touches no terminal, no process
//! arguments and no environment, but for the proxy and certificate variables that the HTTP client of
//! [`api`] reads. Data flows in one direction, in the order of the folders:
//!
//! ```text
//! cli/args → commands → (webhook | identity | receiver | scan → git, archive, rules → token | api) → report → cli/terminal → exit
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`secret`] | [`secret::Secret`]: wiped on drop, impossible to print |
//! | [`bytes`] | bytes from a repository as text |
//! | [`advice`] | what every error says besides its cause: a code and a hint |
//! | `loopback` | which host names are this machine |
//! | `threads` | work shared out among threads |
//! | [`crypto`] | HMAC, the algorithms of JWT, hexadecimal digits |
//! | [`git`] | a repository, read: objects, refs, index, history. Knows nothing of tokens |
//! | [`archive`] | archives and compressed streams, nested ones included: pure |
//! | [`token`] | the access token's format, its detection in bytes, mask and fingerprint: pure |
//! | [`named_secret`] | identity, client and webhook secrets, found by the name they are assigned to: pure |
//! | [`rules`] | what counts as a leak, and one detector for the rules that were chosen |
//! | [`scan`] | a git repository → findings and coverage |
//! | [`explain`] | why a MAC does not match: the search that webhooks and user hashes share |
//! | [`webhook`] | signatures of webhooks, saved deliveries, test deliveries |
//! | [`identity`] | the Messenger's `user_hash`, lists of them, saved settings, tokens (JWT) |
//! | [`receiver`] | a local receiver of webhooks: verified, saved, acknowledged, forwarded |
//! | [`api`] | Intercom's API: the client, and the judgement of an answer |
//! | [`report`] | results → text and JSON; the gate for text from outside |
//!
//! The binary alone holds `cli` (arguments, secret input, terminal, exit status) and `commands`
//! (one file a subcommand). The public interface shows types of the standard library and of this
//! crate only.

pub mod advice;
pub mod api;
pub mod archive;
pub mod bytes;
pub mod crypto;
pub mod explain;
pub mod git;
pub mod identity;
mod json;
mod loopback;
pub mod named_secret;
pub mod receiver;
pub mod report;
pub mod rules;
pub mod scan;
pub mod secret;
mod threads;
pub mod token;
pub mod webhook;

// The examples of the page about the library run with the other examples.
#[cfg(doctest)]
#[doc = include_str!("../docs/library.md")]
struct LibraryPage;
