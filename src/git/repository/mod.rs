//! Finds a repository and reads how it stores its objects.

pub(crate) mod config;
pub(crate) mod head;
pub(crate) mod locate;
