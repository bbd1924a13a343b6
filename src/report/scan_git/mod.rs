//! Renders what `scan-git` found, one file a format.

mod human;
mod json;
mod ndjson;
mod place;
mod progress;
mod records;
mod verdict;

pub use human::human;
pub use json::json;
pub use ndjson::ndjson;
pub use progress::progress_line;
pub use verdict::words;
