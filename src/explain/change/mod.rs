//! The changes that programs and people make to texts: done again, and undone.
//!
//! One row of a table is one change in one direction, with what it happens to. Secrets, bodies and
//! identifiers share the table.

mod case;
mod charset;
mod encoding;
mod escape;
mod id;
mod part;
mod secret_file;
mod space;
mod table;

pub(crate) use self::part::Part;
pub(crate) use self::table::{given, signed};
