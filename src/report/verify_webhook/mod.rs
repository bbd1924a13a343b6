//! Shows what `verify-webhook` found: one delivery, or many and a summary.

mod human;
mod json;
mod judged;

pub use self::human::{line, report, summary_lines};
pub use self::json::{document, documents};
pub use self::judged::{Delivery, Fix, Judged, Unreadable};
