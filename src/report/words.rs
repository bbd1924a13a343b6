//! States a verdict in a line or two, for standard error and for logs.

use super::label::Label;

/// A verdict, what it rests on, and a cause or advice.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Words {
    /// The verdict as reports have it: `leak`, `mismatch`, `incomplete`.
    pub verdict: &'static str,
    /// What it rests on, as one sentence without a final period.
    pub sentence: String,
    /// The cause, or what to do.
    pub more: Option<(Label, String)>,
}

impl Words {
    /// A verdict and what it rests on.
    pub fn new(verdict: &'static str, sentence: impl Into<String>) -> Self {
        Self { verdict, sentence: sentence.into(), more: None }
    }

    /// Adds the cause.
    #[must_use]
    pub fn why(self, cause: impl Into<String>) -> Self {
        Self { more: Some((Label::Why, cause.into())), ..self }
    }

    /// Adds what to do.
    #[must_use]
    pub fn next(self, advice: impl Into<String>) -> Self {
        Self { more: Some((Label::Next, advice.into())), ..self }
    }
}
