//! The words of the causes of user hashes and tokens.

use std::borrow::Cow;

use super::nouns::{Nouns, Words};
use crate::explain::{Change, Difference, Nothing};
use crate::identity::explain::ValueCause;

const SECRET: &str = "the identity verification secret of this workspace and platform";

const UNTRIED: &str = "the secret of another platform (web, iOS and Android have one each) or \
                       workspace, another identifier (with both sent, the user id counts)";

/// A `user_hash`.
pub const HASH: Nouns = Nouns { mac: "hash", message: "value", secret: SECRET, untried: UNTRIED };

/// The signature of a token (JWT).
pub const TOKEN: Nouns =
    Nouns { mac: "signature", message: "token", secret: SECRET, untried: UNTRIED };

impl Words for ValueCause {
    fn clause(&self, Nouns { mac, .. }: Nouns) -> Cow<'static, str> {
        match self {
            Self::EmailHashed => {
                "the hash is of the email, but with both sent the user_id is what counts".into()
            }
            Self::Number(form) => format!("the hash is of the number written as {form}").into(),
            Self::NumberRounded(form) => {
                format!("the hash is of a rounded number, {form}: the id does not fit a float")
                    .into()
            }
            Self::OtherPlatform(platform) => {
                format!("the {mac} was made with the secret of {}", platform.title()).into()
            }
            Self::UpperCase(platform) => format!(
                "the hash is in upper-case hex, which the web takes and the {} SDK refuses",
                platform.title()
            )
            .into(),
        }
    }

    fn advice(&self) -> &'static str {
        match self {
            Self::EmailHashed => "hash the user_id, or do not send one",
            Self::Number(_) => "make the id a decimal text once, and hash and send that text",
            Self::NumberRounded(_) => {
                "keep the id as text on its whole way: numbers lose digits above 2^53"
            }
            Self::OtherPlatform(_) => "use the secret of the platform on which it is sent",
            Self::UpperCase(_) => "write the digest in lowercase hex, which every platform takes",
        }
    }

    fn message_advice(difference: Difference) -> &'static str {
        match difference {
            Difference::Signed(Change::LineEnding) => {
                "remove the line ending before hashing (echo adds one, printf '%s' does not)"
            }
            Difference::Given(Change::LineEnding | Change::WhiteSpace) => {
                "send the value to the Messenger without the white space"
            }
            Difference::Given(Change::Quotes) => {
                "send the value to the Messenger without the quotes"
            }
            Difference::Signed(Change::Quotes | Change::JsonString) => {
                "hash the text itself, not its JSON"
            }
            Difference::Given(Change::LetterCase) | Difference::Signed(Change::LetterCase) => {
                "send and hash the same text: change the case in both places or in none"
            }
            Difference::Given(Change::UnicodeForm(_))
            | Difference::Signed(Change::UnicodeForm(_)) => {
                "normalise the value once (NFC), and hash and send that text"
            }
            Difference::Given(Change::ByteOrderMark)
            | Difference::Signed(Change::ByteOrderMark) => {
                "remove the byte order mark (save the file as UTF-8 without one)"
            }
            Difference::Signed(
                Change::Utf16 | Change::Latin1 | Change::Utf8Twice | Change::Ascii,
            ) => "hash the UTF-8 bytes of the value: that is what the Messenger sends",
            _ => "make the id a text once, and hash and send exactly that text",
        }
    }

    fn nothing_signed(nothing: Nothing) -> String {
        let what = match nothing {
            Nothing::Empty => "an empty text",
            Nothing::Word(word) => word,
        };
        format!("the hash is of {what}, not of any user: it is the same for everyone")
    }
}
