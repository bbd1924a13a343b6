//! Puts the program's own words, above all the names of its options, on what the library says.
//!
//! The library names no option: a server that uses it has none. What it says stands there without
//! them, as `code()`, `Display` and `hint()` of an [`Advice`]. Where the user of this program is
//! helped better by the name of an option, the words stand here:
//!
//! - [`hint`] replaces the hint of an error. Add a function over the error's own type to [`HINTS`]
//!   that answers `Some` for the cases that have other words here, and `None` for the rest. An error
//!   that wraps another needs no entry: the inner one is found by `source()`, so mark it `#[source]`
//!   or `#[from]`. (`#[error(transparent)]` hides it: `source()` is then that of the inner error.)
//! - [`message`] replaces the message in the same way, with [`MESSAGES`]: for errors that are about
//!   the value of an option, which the library can only call "the address" or "the directory".
//!
//! Errors that end a command come by here on their own, through `Failure::from`. A report that shows
//! hints takes an `&dyn Advisor` (see `intercom_sec::report`), and the commands give it [`Program`];
//! a report that has words for anything but errors (a gap, a problem of a page) gets a method of
//! `Advisor` for it, whose default is the library's own text, and [`Program`] overrides it.

use std::borrow::Cow;
use std::error::Error;
use std::io;
use std::iter::successors;

use intercom_sec::advice::Advice;
use intercom_sec::api::TransportError;
use intercom_sec::identity::jwt::{MalformedToken, SignError};
use intercom_sec::receiver::{BearerError, BindError, ForwardFailure, ForwardTargetError, Refusal};
use intercom_sec::report::{Advisor, gap};
use intercom_sec::scan::{GapCause, ObjectFault, RevisionSyntaxError, SkipCause, Skipped};
use intercom_sec::webhook::Scheme;
use intercom_sec::webhook::saved::DeliveryError;
use intercom_sec::webhook::test_delivery::SendError;

/// Words of the program, or `None` where the library's own do.
type Words = Option<Cow<'static, str>>;

/// The words for one type of error, if it is of that type.
type Entry = fn(&(dyn Error + 'static)) -> Words;

const HINTS: &[Entry] = &[
    |error| error.downcast_ref().and_then(sign_error),
    |error| error.downcast_ref().and_then(malformed_token),
    |error| error.downcast_ref().and_then(transport_error),
    |error| error.downcast_ref().and_then(bind_error),
    |error| error.downcast_ref().and_then(forward_target_error),
    |error| error.downcast_ref().and_then(refusal),
    |error| error.downcast_ref().and_then(forward_failure),
    |error| error.downcast_ref().and_then(bearer_error),
    |error| error.downcast_ref().and_then(delivery_error),
    |error| error.downcast_ref().and_then(send_error),
];

const MESSAGES: &[Entry] = &[
    |error| error.downcast_ref().and_then(bind_error_message),
    |error| error.downcast_ref().and_then(forward_target_message),
    |error| error.downcast_ref().and_then(send_error_message),
];

/// The advisor of this program, for the library's reports.
pub(crate) struct Program;

impl Advisor for Program {
    fn hint(&self, error: &(dyn Advice + 'static)) -> Option<String> {
        hint(error)
    }

    fn remedy(&self, skipped: &Skipped) -> Option<&'static str> {
        remedy(skipped).or_else(|| gap::remedy(skipped))
    }
}

/// What the user of this program can do about an error.
pub(crate) fn hint(error: &(dyn Advice + 'static)) -> Option<String> {
    find(HINTS, error).or_else(|| error.hint())
}

/// What failed, and on what.
pub(crate) fn message(error: &(dyn Advice + 'static)) -> String {
    find(MESSAGES, error).unwrap_or_else(|| error.to_string())
}

/// The first words that the table has for the error or for what caused it.
fn find(table: &[Entry], error: &(dyn Error + 'static)) -> Option<String> {
    successors(Some(error), |error| (*error).source())
        .find_map(|error| table.iter().find_map(|entry| entry(error)))
        .map(Cow::into_owned)
}

fn sign_error(error: &SignError) -> Words {
    match error {
        SignError::OwnTime(_) => Some("leave it out; --expires-in says when the token ends".into()),
        _ => None,
    }
}

fn malformed_token(error: &MalformedToken) -> Words {
    match error {
        MalformedToken::Parts(1) => {
            Some("a user_hash or a secret is no token; hash --verify checks a user_hash".into())
        }
        _ => None,
    }
}

fn transport_error(error: &TransportError) -> Words {
    match error {
        TransportError::Timeout(_) => {
            Some("check the network, or allow more time with --timeout".into())
        }
        _ => None,
    }
}

fn bind_error(error: &BindError) -> Words {
    let BindError::Port { cause, .. } = error else { return None };
    Some(
        match cause.kind() {
            io::ErrorKind::AddrInUse => {
                "stop the program that uses the port, or give another --port; 0 takes a free one"
            }
            io::ErrorKind::PermissionDenied => {
                "give a --port of 1024 or more: the system reserves the others"
            }
            _ => "give an address of this machine with --host, and a free port with --port",
        }
        .into(),
    )
}

fn bind_error_message(error: &BindError) -> Words {
    match error {
        BindError::Directory { path, cause } => {
            Some(format!("cannot save to {} (--save): {cause}", path.display()).into())
        }
        BindError::Loop => Some("--forward-to is the receiver's own address".into()),
        _ => None,
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the table hands over references")]
fn forward_target_error(error: &ForwardTargetError) -> Words {
    match error {
        ForwardTargetError::Elsewhere => Some(
            "deliveries hold personal data, and HTTP is not encrypted; --forward-anywhere allows it"
                .into(),
        ),
        ForwardTargetError::Credentials => {
            Some("leave them out: other users of this machine can read arguments".into())
        }
        _ => None,
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the table hands over references")]
fn forward_target_message(error: &ForwardTargetError) -> Words {
    Some(
        match error {
            ForwardTargetError::Malformed => "--forward-to is not an http:// URL",
            ForwardTargetError::Https => "--forward-to is an https:// URL",
            ForwardTargetError::Credentials => "--forward-to holds a user name or a password",
            ForwardTargetError::Elsewhere => "--forward-to is not on this machine",
            _ => return None,
        }
        .into(),
    )
}

fn refusal(error: &Refusal) -> Words {
    Some(
        match error {
            Refusal::NoSecret(Scheme::FinAgent) => {
                "give the Fin Agent API's secret with --fin-secret-file: it signs with one of its own"
            }
            Refusal::NoSecret(_) => "give the app's client secret with --secret-file",
            Refusal::TooLong { .. } => "set another limit with --max-body",
            Refusal::Busy => "check the server of --forward-to and the disk: one is too slow",
            _ => return None,
        }
        .into(),
    )
}

fn forward_failure(error: &ForwardFailure) -> Words {
    Some(
        match error {
            ForwardFailure::Connect(_) => "start the server of --forward-to",
            ForwardFailure::Timeout(_) => {
                "answer first and work later, or allow more time with --forward-timeout"
            }
            ForwardFailure::Interrupted(_) => "check the log of the server of --forward-to",
            _ => return None,
        }
        .into(),
    )
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the table hands over references")]
fn bearer_error(error: &BearerError) -> Words {
    match error {
        BearerError::Signature => {
            Some("check that --bearer-key-file is the key of the same login".into())
        }
        _ => None,
    }
}

fn delivery_error(error: &DeliveryError) -> Words {
    match error {
        DeliveryError::TooLong { .. } => {
            Some("give the raw body with --signature or --headers instead".into())
        }
        DeliveryError::Io(_) | DeliveryError::NoRequestLine | DeliveryError::NoEndOfHead => None,
        _ => Some("the help of verify-webhook describes the forms; --input chooses one".into()),
    }
}

fn send_error(error: &SendError) -> Words {
    match error {
        SendError::Remote => Some(
            "whoever gets a signed test delivery can use it like a real one; --allow-remote sends \
             it to another machine"
                .into(),
        ),
        _ => None,
    }
}

fn send_error_message(error: &SendError) -> Words {
    Some(
        match error {
            SendError::Malformed => "--send-to is not an http:// or https:// URL",
            SendError::UserInfo => "--send-to holds a user name or a password",
            SendError::Remote => "--send-to is not on this machine",
            SendError::PlainHttp => "--send-to is another machine over plain HTTP",
            _ => return None,
        }
        .into(),
    )
}

/// Why a revision or range cannot be read.
pub(crate) fn revision_syntax(error: RevisionSyntaxError) -> String {
    match error {
        RevisionSyntaxError::Negative => "what is left out goes to --not".to_owned(),
        _ => error.to_string(),
    }
}

/// What the user of this program can do about something that a scan did not read.
fn remedy(skipped: &Skipped) -> Option<&'static str> {
    match &skipped.cause {
        SkipCause::Git(GapCause::Object { fault: ObjectFault::TooLarge(_), .. }) => {
            Some("search it by other means, and accept it: --allow-missing ID")
        }
        SkipCause::Archive(_) if skipped.object().is_some() => Some(
            "open the archive by other means (git cat-file blob ID), and accept it: \
             --allow-missing ID",
        ),
        SkipCause::NoWorktree => Some("give the path of a working tree, or leave --worktree out"),
        SkipCause::AmbiguousIndex => Some("scan one repository, or unset GIT_INDEX_FILE"),
        _ => None,
    }
}
