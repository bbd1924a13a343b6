//! Ends a command: its exit status, and why it is not a "yes".

use intercom_sec::report::Words;

use super::exit::Exit;
use super::failure::Failure;

/// How a command ended. Every end other than a "yes" has words for standard error: a job that keeps
/// the result in a file must not fail in silence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Conclusion {
    /// Everything is as it should be.
    Yes,
    /// A verdict that is not a "yes".
    Verdict(Exit, Words),
    /// No verdict. The result that was written says so too.
    Failed(Failure),
    /// An exit status alone.
    Silent(Exit),
}

impl Conclusion {
    /// A verdict and its words. Those of a "yes" are not needed.
    pub(crate) fn new(exit: Exit, words: Words) -> Self {
        if exit == Exit::Yes { Self::Yes } else { Self::Verdict(exit, words) }
    }
}

// For the commands that do not yet say why.
impl From<Exit> for Conclusion {
    fn from(exit: Exit) -> Self {
        Self::Silent(exit)
    }
}
