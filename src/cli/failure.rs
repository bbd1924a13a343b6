//! Why a command has no verdict.

use intercom_sec::advice::Advice;
use intercom_sec::report::Words;

use super::advice;

/// An error on its way to the reader: cause, then hint, never content of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// A stable name for scripts.
    pub(crate) code: &'static str,
    /// What failed, and on what.
    pub(crate) message: String,
    /// What to do next.
    pub(crate) hint: Option<String>,
}

impl Failure {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None }
    }

    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// A verdict that is no verdict: the words say what failed.
    pub(crate) fn of_words(code: &'static str, words: Words) -> Self {
        Self { code, message: words.sentence, hint: words.more.map(|(_, text)| text) }
    }
}

impl<E: Advice + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { code: error.code(), message: advice::message(&error), hint: advice::hint(&error) }
    }
}
