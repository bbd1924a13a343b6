//! Where a page, a script or a JSON file hands settings to the Messenger.

use memchr::{memmem, memrchr};

use super::literal::{self, Literal};
use super::tag;

/// More than any page has.
const MAX: usize = 100;

/// How far back a comment on the same line is looked for, in bytes.
const MAX_LINE: usize = 4096;

/// Settings that were found.
pub(super) struct Found {
    /// Where they begin, in bytes from the start of the text.
    pub(super) at: usize,
    /// What they are; `None` where only a run of the page would tell, or they do not end.
    pub(super) literal: Option<Literal>,
}

/// Finds all settings, in the order of the text.
pub(super) fn find(text: &str) -> Vec<Found> {
    let start = text.len() - text.trim_start().len();
    if text[start..].starts_with('{') {
        // A JSON file is the settings, or has them at some depth.
        let named = calls(text);
        if named.is_empty() {
            return vec![Found { at: start, literal: literal::read(text, start) }];
        }
        return named;
    }
    calls(text)
}

fn calls(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for (name, argument) in
        [("intercomSettings", assigned as fn(&str) -> Option<usize>), ("Intercom", called)]
    {
        for at in memmem::find_iter(text.as_bytes(), name.as_bytes()) {
            let end = at + name.len();
            let is_part = |character: char| character.is_alphanumeric() || "_$".contains(character);
            if text[..at].ends_with(is_part) || text[end..].starts_with(is_part) {
                continue;
            }
            let Some(skipped) = argument(&text[end..]) else {
                continue;
            };
            if is_in_comment(text, at) {
                continue;
            }
            let at = end + skipped;
            if found.len() >= MAX {
                // Not looked at, and so not known to be right.
                found.push(Found { at, literal: None });
                break;
            }
            found.push(Found { at, literal: literal::read(text, at) });
        }
    }
    found.extend(elements(text));
    found.sort_by_key(|found| found.at);
    found
}

/// Elements of JSX that name a user.
fn elements(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for name in ["<Intercom", "<IntercomProvider"] {
        for at in memmem::find_iter(text.as_bytes(), name.as_bytes()) {
            let end = at + name.len();
            let is_end = |character: char| character.is_whitespace() || "/>{".contains(character);
            if !text[end..].starts_with(is_end) || is_in_comment(text, at) {
                continue;
            }
            if found.len() >= MAX {
                found.push(Found { at, literal: None });
                break;
            }
            let literal = tag::read_tag(text, end);
            if literal.as_ref().is_none_or(tag::names_a_user) {
                found.push(Found { at, literal });
            }
        }
    }
    found
}

/// How far the object is behind `intercomSettings`: `= {`, or `": {` in an object.
fn assigned(rest: &str) -> Option<usize> {
    let mut left = rest.trim_start_matches(['"', '\'', ']']).trim_start();
    // With a type, as in TypeScript: `intercomSettings: Settings = {`.
    left = match left.split_at_checked(1)? {
        ("=", right) if !right.starts_with('=') => right,
        (":", right) => right,
        _ => return None,
    };
    Some(rest.len() - left.trim_start().len())
}

/// How far the object is behind `Intercom`: `('boot', {`, `("update", {` or `({`.
fn called(rest: &str) -> Option<usize> {
    let inside = rest.trim_start().strip_prefix('(')?.trim_start();
    let quotes = ['"', '\'', '`'];
    let Some(inside) = inside.strip_prefix(quotes) else {
        return inside.starts_with('{').then(|| rest.len() - inside.len());
    };
    let (method, inside) = inside.split_once(quotes)?;
    if !matches!(method, "boot" | "update") {
        return None;
    }
    let left = inside.trim_start().strip_prefix(',')?;
    Some(rest.len() - left.trim_start().len())
}

/// Whether the place is in a comment of its line. Other comments are read like the page: what stands
/// in them is sent to every visitor too, and to take a page for a comment would hide it.
fn is_in_comment(text: &str, at: usize) -> bool {
    let before = text.as_bytes().get(at.saturating_sub(MAX_LINE)..at).unwrap_or_default();
    let line = memrchr(b'\n', before).map_or(before, |end| &before[end..]);
    line.trim_ascii_start().starts_with(b"//")
}
