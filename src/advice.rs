//! Defines what every error says besides its cause: a code and a hint.

/// An error that says what its reader can do next.
///
/// The message (`Display`) says what failed, and on what. It never holds content of a secret.
/// Neither the message nor the hint names an option of a program: the caller may have none.
pub trait Advice: std::error::Error {
    /// A stable name for scripts, in kebab case.
    fn code(&self) -> &'static str;

    /// What to do next: one sentence that begins with a verb, without a final period.
    fn hint(&self) -> Option<String>;
}
