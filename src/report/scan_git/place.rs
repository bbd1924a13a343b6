//! Names a place, and a thing that was not read, on one line.

use std::fmt::Write as _;

use crate::report::gap::reason;
use crate::report::gate::{for_terminal, readable};
use crate::scan::{Location, ObjectId, Skipped};

/// Where a token stands, in the form that editors and `grep` share: `path:line:column`.
pub(super) fn place(location: &Location, with_repository: bool) -> String {
    let mut place = if let Some(path) = &location.path {
        for_terminal(&readable(path))
    } else {
        let object = location.object.map(short).unwrap_or_default();
        format!("{} {object}", location.source.name().replace('-', " "))
    };
    if let Some(member) = location.member.as_deref().filter(|member| !member.is_empty()) {
        let _ = write!(place, "!/{}", for_terminal(&readable(member)));
    }
    if let (Some(line), Some(column)) = (location.line, location.column) {
        let _ = write!(place, ":{line}:{column}");
    }
    if !location.encoding.is_empty() {
        let _ = write!(place, "  ({})", location.encoding.join(" > "));
    }
    if location.path.is_some() && location.source.name() == "path" {
        place.push_str("  (in the name)");
    }
    if with_repository {
        let _ = write!(place, "  in {}", for_terminal(&location.repository));
    }
    place
}

/// One thing that was not read, and why.
pub(super) fn gap(gap: &Skipped) -> String {
    let path = gap.path.as_deref().map(|path| format!(" ({})", for_terminal(path)));
    format!(
        "{} {}{}: {}",
        gap.kind.name().replace('-', " "),
        for_terminal(&gap.subject.to_string()),
        path.unwrap_or_default(),
        for_terminal(&reason(gap))
    )
}

/// The start of an id, as long as git shows in large repositories.
pub(super) fn short(id: ObjectId) -> String {
    let mut text = id.to_string();
    text.truncate(12);
    text
}
