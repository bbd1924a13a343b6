//! The table of the changes: one row for each in each direction.

use std::borrow::Cow;
use std::ops::ControlFlow;

use super::part::{Make, Part, Take};
use super::{case, charset, encoding, escape, id, secret_file, space};
use crate::explain::budget::Bounds;
use crate::explain::cause::Difference;

/// A change in one direction.
struct Row {
    /// The parts that it happens to, added up.
    parts: u8,
    /// How many times longer it makes a text at most.
    growth: usize,
    make: Make,
}

const SECRET: u8 = Part::Secret as u8;
const VALUE: u8 = Part::Value as u8;
const BODY: u8 = Part::Body as u8;
const ALL: u8 = SECRET | VALUE | BODY;

/// What is at hand has the change: it is undone. Those that happen often come first.
const UNDO: &[Row] = &[
    Row { parts: ALL, growth: 1, make: space::without_line_ending },
    Row { parts: ALL, growth: 1, make: space::without_mark },
    Row { parts: BODY, growth: 1, make: space::without_carriage_returns },
    Row { parts: ALL, growth: 1, make: space::trimmed },
    Row { parts: BODY, growth: 1, make: escape::from_json_string },
    Row { parts: ALL, growth: 1, make: space::unquoted },
    Row { parts: VALUE, growth: 1, make: escape::from_json_string },
    Row { parts: SECRET, growth: 1, make: secret_file::assigned },
    Row { parts: SECRET, growth: 1, make: secret_file::members },
    Row { parts: SECRET, growth: 1, make: secret_file::lines },
    Row { parts: ALL, growth: 2, make: charset::from_utf16 },
    Row { parts: SECRET, growth: 1, make: encoding::from_hex },
    Row { parts: ALL, growth: 1, make: encoding::from_base64 },
    Row { parts: SECRET | VALUE, growth: 1, make: id::without_hyphens },
    Row { parts: VALUE, growth: 1, make: id::without_braces },
    Row { parts: VALUE, growth: 1, make: id::without_colon },
    Row { parts: VALUE, growth: 1, make: id::from_object_id },
    Row { parts: VALUE, growth: 1, make: id::from_global_id },
    Row { parts: VALUE, growth: 2, make: id::from_punycode },
    Row { parts: BODY | VALUE, growth: 1, make: encoding::percent_decoded },
    Row { parts: BODY | VALUE, growth: 1, make: encoding::spaces_for_plus },
    Row { parts: BODY | VALUE, growth: 1, make: escape::from_python },
    Row { parts: BODY | VALUE, growth: 1, make: escape::from_log },
    Row { parts: BODY | VALUE, growth: 1, make: escape::from_json_escapes },
    Row { parts: BODY | VALUE, growth: 1, make: escape::from_html },
    Row { parts: BODY | VALUE, growth: 3, make: charset::from_latin1 },
    Row { parts: BODY | VALUE, growth: 1, make: charset::from_twice },
    Row { parts: SECRET | VALUE, growth: 1, make: space::without_invisible },
];

/// What was used has the change: it is made.
const REDO: &[Row] = &[
    Row { parts: ALL, growth: 2, make: space::with_line_ending },
    Row { parts: SECRET | VALUE, growth: 3, make: space::padded },
    Row { parts: BODY, growth: 1, make: space::padded },
    Row { parts: ALL, growth: 2, make: space::with_mark },
    Row { parts: ALL, growth: 2, make: space::quoted },
    Row { parts: BODY, growth: 2, make: space::with_carriage_returns },
    Row { parts: SECRET | VALUE, growth: 3, make: case::mixes },
    Row { parts: SECRET | VALUE, growth: 2, make: id::with_hyphens },
    Row { parts: VALUE, growth: 2, make: id::in_braces },
    Row { parts: VALUE, growth: 2, make: id::with_colon },
    Row { parts: VALUE, growth: 2, make: id::object_id },
    Row { parts: VALUE, growth: 4, make: id::punycode },
    Row { parts: VALUE, growth: 6, make: charset::forms },
    Row { parts: BODY | VALUE, growth: 1, make: charset::in_latin1 },
    Row { parts: BODY | VALUE, growth: 2, make: charset::twice },
    Row { parts: ALL, growth: 2, make: charset::in_utf16 },
    Row { parts: BODY | VALUE, growth: 1, make: charset::in_ascii },
    Row { parts: BODY | VALUE, growth: 3, make: encoding::percent_encoded },
    Row { parts: VALUE, growth: 1, make: encoding::plus_for_spaces },
    Row { parts: BODY | VALUE, growth: 6, make: escape::json_string },
    Row { parts: BODY | VALUE, growth: 4, make: escape::python },
    Row { parts: BODY | VALUE, growth: 6, make: escape::html },
    Row { parts: ALL, growth: 2, make: encoding::in_base64 },
    Row { parts: SECRET | VALUE, growth: 2, make: encoding::in_hex },
    Row { parts: SECRET | VALUE, growth: 3, make: space::with_invisible },
];

/// What a difference and the text that it makes are handed to.
pub(crate) type TakeDifference<'t> = dyn FnMut(Difference, Cow<'_, [u8]>) -> ControlFlow<()> + 't;

/// Hands over what a text was before a change that it has.
pub(crate) fn given(
    part: Part,
    text: &[u8],
    bounds: &Bounds,
    take: &mut TakeDifference<'_>,
) -> ControlFlow<()> {
    each(UNDO, part, text, bounds, &mut |change, made| take(Difference::Given(change), made))
}

/// Hands over what a text becomes by a change that it has not.
pub(crate) fn signed(
    part: Part,
    text: &[u8],
    bounds: &Bounds,
    take: &mut TakeDifference<'_>,
) -> ControlFlow<()> {
    each(REDO, part, text, bounds, &mut |change, made| take(Difference::Signed(change), made))
}

fn each(
    rows: &[Row],
    part: Part,
    text: &[u8],
    bounds: &Bounds,
    take: &mut Take<'_>,
) -> ControlFlow<()> {
    for row in rows.iter().filter(|row| row.parts & part as u8 != 0) {
        // A short text may double by a byte that is added to it.
        if bounds.allow((text.len().saturating_mul(row.growth)).saturating_add(64)) {
            (row.make)(part, text, &mut |change, made| {
                if *made == *text { ControlFlow::Continue(()) } else { take(change, made) }
            })?;
        }
    }
    ControlFlow::Continue(())
}
