//! The words of the changes that secrets, bodies and values share.

use std::borrow::Cow;

use super::nouns::Nouns;
use crate::explain::{Change, Difference};

/// A message that is not the one that was signed.
pub(super) fn of_message(difference: Difference, Nouns { mac, message, .. }: Nouns) -> String {
    match difference {
        Difference::Given(change) => {
            let Phrases { has, without, .. } = phrases(change);
            format!("the {message} {has}, and the {mac} is of {without}")
        }
        Difference::Signed(change) => {
            format!("the {mac} is of the {message} {}", phrases(change).with)
        }
    }
}

/// A secret that is not the one that signed.
pub(super) fn of_secret(difference: Difference) -> String {
    match difference {
        Difference::Given(change) => {
            let Phrases { has, without, .. } = phrases(change);
            format!("the secret given {has}, and the signer used {without}")
        }
        Difference::Signed(change) => {
            format!("the signer used the secret {}", phrases(change).with)
        }
    }
}

/// How a change is spoken of.
struct Phrases {
    /// After "the value", where it is at hand with the change.
    has: Cow<'static, str>,
    /// After "the hash is of", where that is without the change.
    without: &'static str,
    /// After "the hash is of the value", where that is with the change.
    with: Cow<'static, str>,
}

#[allow(clippy::too_many_lines, reason = "a table")]
fn phrases(change: Change) -> Phrases {
    let (has, without, with) = match change {
        Change::Invisible(character) => {
            let name = format!("an invisible character, {}", named(character));
            return Phrases {
                has: format!("holds {name}").into(),
                without: "it without that",
                with: format!("with {name}, beside it").into(),
            };
        }
        Change::UnicodeForm(form) => {
            return Phrases {
                has: format!("is in the Unicode form {form}").into(),
                without: "it in another form",
                with: format!("in the Unicode form {form}").into(),
            };
        }
        Change::LineEnding => {
            ("ends with a line ending", "it without that", "with a line ending after it")
        }
        Change::WhiteSpace => {
            ("has white space around it", "it without that", "with white space around it")
        }
        Change::ByteOrderMark => {
            ("begins with a byte order mark", "it without that", "with a byte order mark before it")
        }
        Change::Quotes => ("has quotes around it", "it without them", "with quotes around it"),
        Change::Crlf => ("has CRLF line endings", "it with LF", "with CRLF line endings"),
        Change::LetterCase => (
            "is in one mix of upper and lower case",
            "it in another",
            "in another mix of upper and lower case",
        ),
        Change::Hyphens => ("has hyphens", "it without them", "with the hyphens of a UUID"),
        Change::Braces => ("has braces around it", "it without them", "with braces around it"),
        Change::RubySymbol => (
            "begins with a colon, as a symbol of Ruby does",
            "it without that",
            "with a colon before it, as a symbol of Ruby has",
        ),
        Change::ObjectId => (
            "is an ObjectId as a program shows it",
            "its 24 digits alone",
            "as a program shows an ObjectId: {\"$oid\": …} or ObjectId(…)",
        ),
        Change::GlobalId => (
            "is a global id, with a type before the id",
            "the id alone",
            "as a global id, with a type before it",
        ),
        Change::Punycode => (
            "has its domain in Punycode (xn--)",
            "it with the domain in letters",
            "with its domain in Punycode (xn--)",
        ),
        Change::Hex => ("is hex", "what it decodes to", "in hex"),
        Change::Base64 => ("is base64", "what it decodes to", "in base64"),
        Change::Base64Url => ("is base64url", "what it decodes to", "in base64url"),
        Change::PercentEncoded => ("is percent-encoded", "what it decodes to", "percent-encoded"),
        Change::PlusForSpace => {
            ("has a plus sign", "it with a space in its place", "with a plus sign for each space")
        }
        Change::HtmlEscapes => {
            ("has escapes of HTML (&quot;)", "what they stand for", "escaped for HTML")
        }
        Change::Utf16 => ("is in UTF-16", "it in UTF-8", "in UTF-16"),
        Change::Latin1 => ("is in Latin-1 (ISO 8859-1)", "it in UTF-8", "in Latin-1 (ISO 8859-1)"),
        Change::Utf8Twice => {
            ("was encoded as UTF-8 twice", "it encoded once", "encoded as UTF-8 twice")
        }
        Change::Ascii => {
            ("is in ASCII", "it in UTF-8", "in ASCII, with ? or nothing for every other character")
        }
        Change::JsonString => ("is a JSON string", "what is inside", "as a JSON string"),
        Change::JsonEscapes => (
            "is the inside of a JSON string, with its escapes",
            "what they stand for",
            "with the escapes of a JSON string",
        ),
        Change::LogEscapes => (
            "has the escapes of a server's log (\\x22)",
            "what they stand for",
            "with the escapes of a server's log (\\x22)",
        ),
        Change::PythonBytes => (
            "is Python's b'…', the repr of bytes",
            "the bytes themselves",
            "as Python's b'…', the repr of bytes",
        ),
        Change::Assignment => {
            ("is a whole line NAME=value", "the value alone", "as a line NAME=value")
        }
        Change::Lines => (
            "is a file of several lines or fields",
            "one of them alone",
            "with further lines beside it",
        ),
        Change::JsonObject => ("is a JSON document", "one text in it", "inside of a JSON document"),
    };
    Phrases { has: has.into(), without, with: with.into() }
}

/// A character that nobody sees, by its name and number.
fn named(character: char) -> String {
    let name = match character {
        '\u{a0}' => "no-break space",
        '\u{ad}' => "soft hyphen",
        '\u{200b}' => "zero width space",
        '\u{200c}' => "zero width non-joiner",
        '\u{200d}' => "zero width joiner",
        '\u{200e}' => "left-to-right mark",
        '\u{200f}' => "right-to-left mark",
        '\u{202f}' => "narrow no-break space",
        '\u{2060}' => "word joiner",
        _ => "zero width no-break space",
    };
    format!("U+{:04X} ({name})", u32::from(character))
}
