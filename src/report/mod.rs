//! Findings and coverage → text for people and JSON for scripts.

mod advisor;
pub mod check_token;
pub mod gate;
pub mod human;
pub mod json;
pub mod jwt;
pub mod listen;
pub mod settings;
pub mod time;
pub mod user_hashes;

pub use self::gate as text;
pub use advisor::{Advisor, Plain};

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
