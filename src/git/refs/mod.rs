//! Reads refs and reflogs, and resolves revisions.

pub(crate) mod claims;
pub(crate) mod lookup;
pub mod reftable;
pub(crate) mod revision;
