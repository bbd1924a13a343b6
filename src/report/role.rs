//! Names what a part of a report is to its reader.

/// What a part of a report is to its reader; the terminal chooses the colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A "yes".
    Good,
    /// A "no" or an error.
    Bad,
    /// Something that needs a look.
    Warning,
    /// Advice besides the result.
    Note,
    /// What the eye should find first.
    Strong,
    /// What may be read last.
    Dim,
}
