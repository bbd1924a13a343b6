//! Reads files that the owner of a repository may have made hostile.

pub(crate) mod mapped;
pub(crate) mod small_file;
