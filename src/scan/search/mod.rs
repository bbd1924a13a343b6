//! Searches objects, files and texts for leaks.

pub(crate) mod content;
pub(crate) mod files;
pub(crate) mod found;
pub(crate) mod hit;
pub(crate) mod objects;
pub(crate) mod pieces;
pub(crate) mod text;
