//! Names the lines of a report that stand beside its result.

use super::role::Role;

/// What a line beside the result is. Every report has the same name for the same thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// A cause.
    Why,
    /// What to do.
    Next,
    /// Anything else that the reader may want to know.
    Note,
}

impl Label {
    /// The name as it stands in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Why => "why",
            Self::Next => "next",
            Self::Note => "note",
        }
    }

    /// One line with its ending. The caller has passed `text` through the gate.
    pub fn line(self, text: &str, paint: impl Fn(Role, &str) -> String) -> String {
        format!("{}: {text}\n", paint(Role::Note, self.name()))
    }
}
