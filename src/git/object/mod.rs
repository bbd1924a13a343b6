//! Objects by themselves: ids, kinds, and what trees, commits and tags name.

pub(crate) mod id;
pub(crate) mod tree;
