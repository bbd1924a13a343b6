//! A secret with more around it: a line of an `.env` file, a whole one, the answer of a secret store.

use std::ops::ControlFlow;

use serde_json::Value;
use zeroize::Zeroizing;

use super::part::{Part, Take};
use crate::explain::cause::Change;

/// So many lines, fields and members are tried.
const MOST: usize = 64;

/// `NAME=value`, `export NAME="value"`, `NAME: value`.
pub(super) fn assigned(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    let line = text.trim_ascii();
    if line.contains(&b'\n') {
        return ControlFlow::Continue(());
    }
    match value_of(line) {
        Some(value) => take(Change::Assignment, value.into()),
        None => ControlFlow::Continue(()),
    }
}

/// What stands behind the name of a line, without its quotes and what ends a statement.
fn value_of(line: &[u8]) -> Option<&[u8]> {
    let at = line.iter().position(|byte| matches!(byte, b'=' | b':'))?;
    let value = line.get(at + 1..)?.trim_ascii();
    // As in `name := "value"` and `name => "value"`.
    let value = value.strip_prefix(b"=").or_else(|| value.strip_prefix(b">")).unwrap_or(value);
    Some(bare(value)).filter(|value| !value.is_empty())
}

/// A value without quotes, and without the comma or semicolon after it.
fn bare(value: &[u8]) -> &[u8] {
    let value = value.trim_ascii();
    let value = value.strip_suffix(b";").or_else(|| value.strip_suffix(b",")).unwrap_or(value);
    let unquoted = [b"\"", b"'", b"`"]
        .into_iter()
        .find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote));
    unquoted.unwrap_or(value)
}

/// Each line of several, what stands behind its name, and its fields.
pub(super) fn lines(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    let lines = || text.trim_ascii().split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    let is_one = lines().nth(1).is_none();
    let mut left = MOST;
    for line in lines().filter(|line| !line.is_empty()) {
        let is_mark = |byte: &u8| matches!(byte, b',' | b';' | b'\t');
        let whole = (!is_one).then_some(line);
        let value = value_of(line).filter(|_| !is_one);
        let fields = line.contains(&b',') || line.contains(&b';') || line.contains(&b'\t');
        let fields = line.split(is_mark).map(bare).filter(|_| fields);
        for candidate in whole.into_iter().chain(value).chain(fields) {
            if left == 0 {
                return ControlFlow::Continue(());
            }
            left -= 1;
            if !candidate.is_empty() {
                take(Change::Lines, candidate.into())?;
            }
        }
    }
    ControlFlow::Continue(())
}

/// The texts of a JSON document.
pub(super) fn members(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    let trimmed = text.trim_ascii();
    if !matches!(trimmed.first(), Some(b'{' | b'[')) {
        return ControlFlow::Continue(());
    }
    let Ok(mut value) = serde_json::from_slice::<Value>(trimmed) else {
        return ControlFlow::Continue(());
    };
    let mut texts = Vec::new();
    collect(&mut value, &mut texts);
    for text in texts.iter().take(MOST) {
        take(Change::JsonObject, text.as_bytes().into())?;
    }
    ControlFlow::Continue(())
}

/// Takes the texts out of a value. They are wiped on drop: one of them may be the secret.
fn collect(value: &mut Value, texts: &mut Vec<Zeroizing<String>>) {
    match value {
        Value::String(text) => texts.push(Zeroizing::new(std::mem::take(text))),
        Value::Array(values) => values.iter_mut().for_each(|value| collect(value, texts)),
        Value::Object(members) => {
            members.values_mut().for_each(|value| collect(value, texts));
        }
        _ => {}
    }
}
