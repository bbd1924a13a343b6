//! Renders how far a scan is.

use crate::report::quantity::{grouped, size};

/// One line: how much is read of how much, and how many hits there are.
pub fn progress_line(total: u64, objects: u64, bytes: u64, hits: u64) -> String {
    let percent = (objects * 100).checked_div(total).unwrap_or_default().min(100);
    format!(
        "{percent:>3}%  {} of {} objects  {}  {} {}",
        grouped(objects),
        grouped(total),
        size(bytes),
        grouped(hits),
        if hits == 1 { "place with a token" } else { "places with a token" },
    )
}
