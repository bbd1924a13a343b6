//! Hashes for whole lists of users, and whether those of a list are right: as a stream, in order, on
//! all cores, in constant memory.

mod blocks;
mod columns;
mod error;
mod ordered;
mod reader;
mod record;
mod row;
mod run;
mod verify;

pub use self::columns::{Column, Input};
pub use self::error::{BatchError, MAX_RECORD, Problem};
pub use self::row::{Odd, Renderer, Row, Tally};
pub use self::run::Batch;
pub use self::verify::Verify;
