//! Lets text from outside pass into a report: paths, names, messages, server answers.
//!
//! Text that has passed the gate can neither steer a terminal nor carry an access token or a named
//! secret. Every format of every report takes its text from here, writes its JSON here, and has its
//! envelope from here:
//!
//! - [`redact`] and [`readable`] mask secrets, for JSON;
//! - [`for_terminal`] masks and escapes, for a terminal and the log of a CI job;
//! - [`json::write`] writes JSON;
//! - [`Envelope`] is what every JSON document and record begins with, [`Reason`] an error in one.

mod characters;
mod envelope;
pub mod json;
mod readable;
mod terminal;

pub use envelope::{Envelope, Reason, VERSION, failure, schema};
pub use readable::readable;
pub use terminal::for_terminal;

pub use crate::rules::redact;
