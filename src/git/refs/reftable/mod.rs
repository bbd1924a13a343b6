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

/// Names longer than this are refused: git's own tools make none, and a table of a few megabytes
/// could spell out terabytes of them.
const MAX_NAME: usize = 64 << 10;

/// So much is made of a stack of tables, in bytes: names are stored as what they share with the name
/// before, and logs are compressed.
const MAX_EXPANDED: usize = 512 << 20;

/// Why a table cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableFault {
    /// It does not begin or end as a table does.
    #[error("it is no reftable")]
    Magic,
    /// Another version of the format.
    #[error("its version, {0}, is not known")]
    Version(u8),
    /// It holds ids of another hash than the repository's.
    #[error("its ids are of another hash than the repository's")]
    Hash,
    /// The end of the file does not have the checksum that it states, or another header.
    #[error("its footer is damaged")]
    Footer,
    /// A block that makes no sense begins at this byte.
    #[error("its block at byte {0} is damaged")]
    Block(usize),
    /// More than is read.
    #[error("its names and logs take more than {} MiB", MAX_EXPANDED >> 20)]
    TooLarge,
}

/// How much may still be made of compressed names and logs.
#[derive(Debug)]
pub(crate) struct Budget(usize);

impl Budget {
    const fn new() -> Self {
        Self(MAX_EXPANDED)
    }

    fn spend(&mut self, bytes: usize) -> Result<(), TableFault> {
        self.0 = self.0.checked_sub(bytes).ok_or(TableFault::TooLarge)?;
        Ok(())
    }
}
