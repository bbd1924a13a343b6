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
use std::iter::successors;

use intercom_sec::advice::Advice;
use intercom_sec::identity::jwt::{MalformedToken, SignError};
use intercom_sec::report::Advisor;

/// Words of the program, or `None` where the library's own do.
type Words = Option<Cow<'static, str>>;

/// The words for one type of error, if it is of that type.
type Entry = fn(&(dyn Error + 'static)) -> Words;

const HINTS: &[Entry] = &[
    |error| error.downcast_ref().and_then(sign_error),
    |error| error.downcast_ref().and_then(malformed_token),
];

const MESSAGES: &[Entry] = &[];

/// The advisor of this program, for the library's reports.
pub(crate) struct Program;

impl Advisor for Program {
    fn hint(&self, error: &(dyn Advice + 'static)) -> Option<String> {
        hint(error)
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
