//! The only exit numbers. Scripts depend on them.

use std::process::ExitCode;

/// What a command answers, from the most to the least certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Clean and complete; it matches; the token is live.
    Yes,
    /// A leak, a mismatch, a dead token.
    No,
    /// Usage, unreadable input, network, an incomplete scan that found nothing.
    NoVerdict,
}

impl Exit {
    /// The statuses as the help of every command states them.
    pub(crate) const HELP: &'static str = "\
Exit status:
  0  yes: clean and complete, signature or hash matches, token is a live admin's
  1  no: a leak was found (even if the scan was also incomplete), mismatch, dead token
  2  no verdict: usage, unreadable input, network, an incomplete scan that found nothing";
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Yes => 0,
            Exit::No => 1,
            Exit::NoVerdict => 2,
        })
    }
}
