//! Why a hash is not the right one, and what to change.

use crate::identity::Platform;

/// One thing that went wrong where a hash was made.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// The value has white space around it, and what was hashed has not.
    ValueSpaced,
    /// What was hashed has white space around it, and the value has not.
    HashedSpaced,
    /// What was hashed has a line ending after it.
    HashedLine,
    /// Upper and lower case differ.
    LetterCase,
    /// The email was hashed, and the user id is what counts.
    EmailHashed,
    /// The number was written another way, as this.
    Number(String),
    /// The number was rounded, as this.
    NumberRounded(String),
    /// The value has quotes around it, and what was hashed has not.
    ValueQuoted,
    /// What was hashed has quotes around it.
    HashedQuoted,
    /// Another Unicode normalization form was hashed.
    Form(&'static str),
    /// Another character encoding than UTF-8 was hashed.
    Charset(&'static str),
    /// A byte order mark was hashed with it.
    ByteOrderMark,
    /// No value was hashed, but what stands for none.
    NoValue(&'static str),
    /// The secret of another platform.
    OtherPlatform(Platform),
    /// The secret with a line ending.
    SecretLine,
    /// The secret given has white space around it; the hash was made without, or the other way round.
    SecretSpaced,
    /// The secret with quotes, or without those that it was given with.
    SecretQuoted,
    /// The secret was decoded first, from this encoding.
    SecretDecoded(&'static str),
    /// The key and the message changed places.
    Swapped,
    /// Plain SHA-256, of this.
    Plain(&'static str),
    /// HMAC with another hash function.
    OtherHash(&'static str),
    /// Base64 instead of hex.
    Base64,
    /// The base64 of URLs instead of hex.
    Base64Url,
    /// Base64 of the hex digits.
    Base64OfHex,
    /// Some of the hex digits are missing at the end.
    Truncated,
    /// Upper-case hex, which the SDK of this platform refuses.
    UpperCase(Platform),
}

impl Cause {
    /// A stable name for scripts.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ValueSpaced => "value-white-space",
            Self::HashedSpaced => "hashed-white-space",
            Self::HashedLine => "hashed-line-ending",
            Self::LetterCase => "letter-case",
            Self::EmailHashed => "email-hashed",
            Self::Number(_) => "number-form",
            Self::NumberRounded(_) => "number-rounded",
            Self::ValueQuoted => "value-quoted",
            Self::HashedQuoted => "hashed-quotes",
            Self::Form(_) => "unicode-form",
            Self::Charset(_) => "charset",
            Self::ByteOrderMark => "byte-order-mark",
            Self::NoValue(_) => "no-value",
            Self::OtherPlatform(_) => "other-platform",
            Self::SecretLine => "secret-line-ending",
            Self::SecretSpaced => "secret-white-space",
            Self::SecretQuoted => "secret-quotes",
            Self::SecretDecoded(_) => "secret-decoded",
            Self::Swapped => "key-and-message-swapped",
            Self::Plain(_) => "plain-sha256",
            Self::OtherHash(_) => "other-algorithm",
            Self::Base64 => "base64",
            Self::Base64Url => "base64url",
            Self::Base64OfHex => "base64-of-hex",
            Self::Truncated => "truncated",
            Self::UpperCase(_) => "upper-case",
        }
    }

    /// What happened, as one sentence without a final period. It holds neither the value nor the
    /// secret, nor the right hash.
    pub fn sentence(&self) -> String {
        match self {
            Self::ValueSpaced => {
                "the value has white space around it, and the hash is of the value without it"
                    .into()
            }
            Self::HashedSpaced => "the hash is of the value with white space around it".into(),
            Self::HashedLine => "the hash is of the value with a line ending after it".into(),
            Self::LetterCase => {
                "the hash is of the value in another mix of upper and lower case".into()
            }
            Self::EmailHashed => {
                "the hash is of the email, but with both sent the user_id is what counts".into()
            }
            Self::Number(form) => format!("the hash is of the number written as {form}"),
            Self::NumberRounded(form) => {
                format!("the hash is of a rounded number, {form}: the id does not fit a float")
            }
            Self::ValueQuoted => {
                "the value has quotes around it, and the hash is of the value without them".into()
            }
            Self::HashedQuoted => "the hash is of the value with quotes around it".into(),
            Self::Form(form) => format!("the hash is of the value in the Unicode form {form}"),
            Self::Charset(name) => format!("the hash is of the value encoded in {name}"),
            Self::ByteOrderMark => {
                "the hash is of the value with a byte order mark before it".into()
            }
            Self::NoValue(word) => {
                format!("the hash is of {word}, not of any user: it would be the same for everyone")
            }
            Self::OtherPlatform(platform) => {
                format!("the hash was made with the secret of {}", platform.title())
            }
            Self::SecretLine => {
                "the hash was made with a line ending at the end of the secret".into()
            }
            Self::SecretSpaced => {
                "the white space around the secret differs from that of the hash's secret".into()
            }
            Self::SecretQuoted => {
                "the quotes around the secret differ from those of the hash's secret".into()
            }
            Self::SecretDecoded(encoding) => {
                format!("the hash was made with the secret decoded from {encoding}")
            }
            Self::Swapped => {
                "the hash was made with the value as the key and the secret as the message".into()
            }
            Self::Plain(what) => format!("the hash is plain SHA-256 of {what}, not HMAC"),
            Self::OtherHash(name) => format!("the hash is HMAC-{name}, not HMAC-SHA256"),
            Self::Base64 => "the hash is written in base64, not in hex".into(),
            Self::Base64Url => "the hash is written in base64url, not in hex".into(),
            Self::Base64OfHex => "the hash is the base64 of the hex digits".into(),
            Self::Truncated => "the hash has lost its end: it has fewer than 64 hex digits".into(),
            Self::UpperCase(platform) => format!(
                "the hash is in upper-case hex, which the web takes and the {} SDK refuses",
                platform.title()
            ),
        }
    }

    /// What to change, as one sentence without a final period.
    pub const fn advice(&self) -> &'static str {
        match self {
            Self::ValueSpaced => "send the value to the Messenger without the white space",
            Self::HashedSpaced => {
                "hash exactly the bytes that the Messenger sends, without white space"
            }
            Self::HashedLine => {
                "remove the line ending before hashing (echo adds one, printf '%s' does not)"
            }
            Self::LetterCase => {
                "send and hash the same text: change the case in both places or in none"
            }
            Self::EmailHashed => "hash the user_id, or do not send one",
            Self::Number(_) => "make the id a decimal text once, and hash and send that text",
            Self::NumberRounded(_) => {
                "keep the id as text on its whole way: numbers lose digits above 2^53"
            }
            Self::ValueQuoted => "send the value to the Messenger without the quotes",
            Self::HashedQuoted => "hash the text itself, not its JSON",
            Self::Form(_) => "normalise the value once (NFC), and hash and send that text",
            Self::Charset(_) => {
                "hash the UTF-8 bytes of the value: that is what the Messenger sends"
            }
            Self::ByteOrderMark => {
                "remove the byte order mark (save the file as UTF-8 without one)"
            }
            Self::NoValue(_) => {
                "look for the variable that had no value, and never hash one that is unset"
            }
            Self::OtherPlatform(_) => "use the secret of the platform on which the hash is sent",
            Self::SecretLine => {
                "remove the line ending where the secret is read (trim the file's content)"
            }
            Self::SecretSpaced => {
                "use the secret exactly as Intercom shows it, without white space around it"
            }
            Self::SecretQuoted => {
                "use the secret exactly as Intercom shows it, without quotes around it"
            }
            Self::SecretDecoded(_) => {
                "use the secret's text as it is as the key, without decoding it"
            }
            Self::Swapped => "give the secret as the key and the value as the message",
            Self::Plain(_) => {
                "use HMAC-SHA256 with the secret as the key; and replace the secret if it was hashed alone with public text"
            }
            Self::OtherHash(_) => "use SHA-256 in the HMAC",
            Self::Base64 | Self::Base64Url | Self::Base64OfHex => {
                "write the digest in hex: 64 lowercase digits"
            }
            Self::Truncated => "send all 64 hex digits (is a database column too short?)",
            Self::UpperCase(_) => "write the digest in lowercase hex, which every platform takes",
        }
    }
}
