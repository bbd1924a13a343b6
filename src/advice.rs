//! What an error tells its reader besides the cause.

/// An error that knows what its reader can do next.
///
/// The message (`Display`) says what failed and on what; it never holds content of a secret.
pub trait Advice: std::error::Error {
    /// A stable name for scripts, in kebab case, as it stands in `--format json`.
    fn code(&self) -> &'static str;

    /// What to do next, as one sentence without a final period.
    fn hint(&self) -> Option<String>;
}
