//! What may have been hashed in the place of the user id or email.

use std::ops::ControlFlow;

use super::cause::{Cause, ValueCause};
use super::number;
use crate::explain::{Bounds, Change, Difference, Nothing, Part, Variants, Visit, given, signed};

/// What stands for "no value" in the languages that servers are written in.
const WORDS: [&str; 6] = ["undefined", "null", "None", "nil", "NaN", "[object Object]"];

/// The variants of a user id or email.
pub(super) struct Value<'v> {
    /// The email that is sent beside a user id.
    pub(super) email: Option<&'v [u8]>,
}

impl Variants<ValueCause> for Value<'_> {
    fn each(
        &self,
        value: &[u8],
        bounds: &Bounds,
        visit: &mut Visit<'_, ValueCause>,
    ) -> ControlFlow<()> {
        given(Part::Value, value, bounds, &mut |difference, text| {
            visit(Cause::Message(difference), text)
        })?;
        if let Ok(text) = std::str::from_utf8(value) {
            for (cause, form) in number::forms(text) {
                visit(Cause::Own(cause), form.into())?;
            }
        }
        signed(Part::Value, value, bounds, &mut |difference, text| {
            visit(Cause::Message(difference), text)
        })?;
        if let Some(email) = self.email {
            visit(Cause::Own(ValueCause::EmailHashed), email.into())?;
        }
        for word in WORDS {
            visit(Cause::NoMessage(Nothing::Word(word)), word.as_bytes().into())?;
        }
        visit(Cause::NoMessage(Nothing::Empty), b"".into())
    }

    /// Those that are often made first: the value at hand was changed, or only looks the same.
    fn leads_on(&self, first: &Cause) -> bool {
        matches!(
            first,
            Cause::Own(ValueCause::EmailHashed)
                | Cause::Message(
                    Difference::Given(_)
                        | Difference::Signed(Change::LetterCase | Change::UnicodeForm(_))
                )
        )
    }
}
