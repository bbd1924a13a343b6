//! Renders what `check-token` found out, one file a format.

mod human;
mod json;
mod verdict;

pub use human::human;
pub use json::{json, unanswered_json};
pub use verdict::words;
