//! Shows what `verify-webhook` found: one delivery, or many and a summary.

mod human;
mod json;
mod judged;
mod verdict;

pub use self::human::{line, report, summary_lines};
pub use self::json::{document, documents};
pub use self::judged::{Delivery, Fix, Judged, Unreadable};
pub use self::verdict::{summary_words, words};
