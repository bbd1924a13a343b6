//! The only exit numbers. Scripts depend on them.

use std::process::ExitCode;

/// What a command answers, ordered by what weighs more: a certain "no" outweighs a gap, and a gap
/// outweighs every "yes". Of several answers the greatest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Clean and complete; it matches; the token is live.
    Yes,
    /// Usage, unreadable input, network, an incomplete scan that found nothing.
    NoVerdict,
    /// A leak, a mismatch, a dead token.
    No,
}

impl Exit {
    /// The statuses as the help of every command states them.
    pub(crate) const HELP: &'static str = "\
Exit status:
  0  yes: clean and complete, signature or hash matches, token is a live admin's
  1  no: a leak was found (even if the scan was also incomplete), mismatch, dead token
  2  no verdict: usage, unreadable input, network, an incomplete scan that found nothing";

    /// Decides from a tally: whether anything was a "no", and whether anything is not known.
    pub(crate) const fn of(has_no: bool, has_gap: bool) -> Self {
        match (has_no, has_gap) {
            (true, _) => Self::No,
            (false, true) => Self::NoVerdict,
            (false, false) => Self::Yes,
        }
    }
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

#[cfg(test)]
mod tests {
    use super::Exit;

    #[test]
    fn a_certain_no_outweighs_a_gap_and_a_gap_outweighs_a_yes() {
        assert_eq!(Exit::of(true, true), Exit::No);
        assert_eq!(Exit::of(false, true), Exit::NoVerdict);
        assert_eq!(Exit::of(false, false), Exit::Yes);
        assert_eq!(Exit::No.max(Exit::NoVerdict), Exit::No);
        assert_eq!(Exit::NoVerdict.max(Exit::Yes), Exit::NoVerdict);
    }
}
