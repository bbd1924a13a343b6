//! Decides which files git ignores (gitignore).

pub(crate) mod excludes;
pub(crate) mod pattern;
