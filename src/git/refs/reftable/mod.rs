//! Refs and reflogs in the reftable format (git's `Documentation/technical/reftable`).
//!
//! ```text
//! tables.list → stack (which record counts) → table (blocks of one file) → record
//! ```
//!
//! A table is read from its first block to its last, not by way of its indexes: all of it is wanted,
//! and what an index leaves out could hide there. Blocks have no checksum, so everything that the
//! format says twice is compared; what does not fit is a fault, never an empty list.

mod record;
mod stack;
mod table;

pub use self::record::{LogEntry, LogRecord, RefRecord, RefValue};
pub use self::stack::Stack;
pub use self::table::Table;
pub use crate::git::gap::TableFault;

/// Names longer than this are refused: git's own tools make none, and a table of a few megabytes
/// could spell out terabytes of them.
const MAX_NAME: usize = 64 << 10;

/// So much is made of a stack of tables, in bytes: names are stored as what they share with the name
/// before, and logs are compressed.
const MAX_EXPANDED: usize = 512 << 20;

/// How much may still be made of compressed names and logs.
#[derive(Debug)]
pub(crate) struct Budget(usize);

impl Budget {
    const fn new() -> Self {
        Self(MAX_EXPANDED)
    }

    fn spend(&mut self, bytes: usize) -> Result<(), TableFault> {
        self.0 = self.0.checked_sub(bytes).ok_or(TableFault::TooLarge(MAX_EXPANDED))?;
        Ok(())
    }
}
