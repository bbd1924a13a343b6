//! The Messenger's settings as a page sets them.

use std::fmt::Write as _;

use super::user_hash::UserHash;

/// What names a user to the Messenger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identifier<'a> {
    /// The id in the owner's own system. The one that is checked when both are sent.
    UserId(&'a str),
    /// The email.
    Email(&'a str),
}

impl<'a> Identifier<'a> {
    /// The setting's name: `user_id` or `email`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::UserId(_) => "user_id",
            Self::Email(_) => "email",
        }
    }

    /// The text itself.
    pub const fn value(self) -> &'a str {
        match self {
            Self::UserId(value) | Self::Email(value) => value,
        }
    }
}

/// Writes the JavaScript that sets `window.intercomSettings`, safe to stand in a `<script>`
/// element of a page in any encoding.
///
/// ```
/// use intercom_sec::secret::Secret;
/// use intercom_sec::identity::{Identifier, messenger_settings, user_hash};
///
/// let secret = Secret::new(b"s3cre7".to_vec()).expect("not empty");
/// let hash = user_hash(&secret, b"</script>");
/// let settings = messenger_settings("abcd1234", Identifier::UserId("</script>"), &hash);
/// assert!(settings.contains(r#"user_id: "\u003c/script\u003e","#));
/// ```
pub fn messenger_settings(app_id: &str, identifier: Identifier<'_>, hash: &UserHash) -> String {
    format!(
        "window.intercomSettings = {{\n  app_id: {},\n  {}: {},\n  user_hash: \"{hash}\"\n}};\n",
        string_literal(app_id),
        identifier.name(),
        string_literal(identifier.value()),
    )
}

/// A string literal of JavaScript, and of JSON too, inside an HTML script element.
///
/// Only letters, digits and harmless ASCII stand for themselves. `<` would begin `</script>` or
/// `<!--`, and every character outside ASCII is escaped because the hash is over its UTF-8 bytes:
/// a page in another encoding would send another user.
fn string_literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('"');
    for character in text.chars() {
        match character {
            '"' => literal.push_str("\\\""),
            '\\' => literal.push_str("\\\\"),
            '<' | '>' | '&' | '\'' | '`' | '\0'..='\x1f' | '\x7f'.. => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    let _ = write!(literal, "\\u{unit:04x}");
                }
            }
            _ => literal.push(character),
        }
    }
    literal.push('"');
    literal
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_literal_reads_back_as_its_text_and_cannot_end_the_script(
            text in "(?s).{0,40}|[<>/!&'\"`\\\\a-z\\-\u{2028}\u{2029}\r\n\0]{0,40}"
        ) {
            let literal = string_literal(&text);
            prop_assert_eq!(serde_json::from_str::<String>(&literal).unwrap(), text);
            let inside = &literal[1..literal.len() - 1];
            let is_safe =
                |byte: u8| matches!(byte, b' '..=b'~') && !b"<>&'`".contains(&byte);
            prop_assert!(inside.bytes().all(is_safe), "{}", inside);
        }
    }
}
