//! Letter case.

use std::ops::ControlFlow;

use super::part::{Part, Take};
use crate::explain::cause::Change;

/// A longer text is no id or email.
const MAX_VALUE: usize = 1024;

pub(super) fn mixes(part: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    take(Change::LetterCase, text.to_ascii_lowercase().into())?;
    take(Change::LetterCase, text.to_ascii_uppercase().into())?;
    let Ok(text) = std::str::from_utf8(text) else { return ControlFlow::Continue(()) };
    if part == Part::Secret || text.len() > MAX_VALUE {
        return ControlFlow::Continue(());
    }
    for mix in mixes_of_value(text) {
        take(Change::LetterCase, mix.into_bytes().into())?;
    }
    ControlFlow::Continue(())
}

/// The mixes of upper and lower case in which ids and emails are written.
fn mixes_of_value(text: &str) -> impl Iterator<Item = String> {
    let lower = text.to_lowercase();
    let is_break = |before: char| !before.is_alphanumeric();
    let mut mixes =
        vec![text.to_uppercase(), capitalise(&lower, |_| false), capitalise(&lower, is_break)];
    if let Some((local, domain)) = text.rsplit_once('@') {
        let domain = domain.to_lowercase();
        let local_lower = local.to_lowercase();
        mixes.push(format!("{}@{domain}", capitalise(&local_lower, is_break)));
        mixes.push(format!("{local}@{domain}"));
        mixes.push(format!("{local_lower}@{}", capitalise(&domain, |_| false)));
    }
    std::iter::once(lower).chain(mixes)
}

/// Makes the first letter upper case, and each one behind a character that ends a word.
fn capitalise(lower: &str, ends_word: impl Fn(char) -> bool) -> String {
    let mut text = String::with_capacity(lower.len());
    let mut before = None;
    for character in lower.chars() {
        if before.is_none_or(&ends_word) {
            text.extend(character.to_uppercase());
        } else {
            text.push(character);
        }
        before = Some(character);
    }
    text
}
