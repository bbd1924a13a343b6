//! Ends a command: its exit status, and why it is not a "yes".

use intercom_sec::report::Words;

use super::exit::Exit;

/// What a command came to. Every verdict other than a "yes" has words for standard error: a job
/// that keeps the result in a file must not fail in silence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Conclusion {
    pub(crate) exit: Exit,
    pub(crate) words: Option<Words>,
}

impl Conclusion {
    /// A verdict and its words. Those of a "yes" are not needed.
    pub(crate) fn new(exit: Exit, words: Words) -> Self {
        Self { exit, words: (exit != Exit::Yes).then_some(words) }
    }
}

// For the commands that do not yet say why.
impl From<Exit> for Conclusion {
    fn from(exit: Exit) -> Self {
        Self { exit, words: None }
    }
}
