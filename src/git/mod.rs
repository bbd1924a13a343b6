//! Reads what a git repository stores. Knows nothing of tokens, reports or options.

pub mod gap;
pub(crate) mod history;
pub(crate) mod ignore;
pub(crate) mod index;
pub(crate) mod io;
pub mod object;
pub mod odb;
pub(crate) mod progress;
pub mod refs;
pub(crate) mod repository;
