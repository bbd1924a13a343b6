//! What can go wrong between signing and verifying, each with a name, a clause and a remedy.

use std::borrow::Cow;

use super::habit::Habit;
use crate::webhook::scheme::Scheme;

/// Something that is different from what was signed, or from how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// How the signature is written.
    Form(FormCause),
    /// The body.
    Body(BodyCause),
    /// The secret.
    Secret(SecretCause),
    /// The computation.
    Construction(Construction),
}

/// How the signature is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormCause {
    /// In base64.
    Base64,
    /// Without what stands before the digits.
    MissingPrefix(Scheme),
    /// With something else before the digits.
    WrongPrefix(Scheme),
    /// White space or quotes around it.
    Wrapped,
    /// Made with another hash than the header's.
    OtherHash {
        /// Whose value it should be.
        scheme: Scheme,
        /// The hash it was made with.
        found: &'static str,
    },
    /// It is in the form of another header.
    OtherHeader {
        /// The header it stands in.
        scheme: Scheme,
        /// The header whose form it has.
        found: Scheme,
    },
}

/// How the body that was given differs from the one that was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyCause {
    /// It ends with a line ending more.
    FinalNewlineAdded,
    /// It lacks the final line ending.
    FinalNewlineMissing,
    /// CRLF for LF.
    CrlfForLf,
    /// LF for CRLF.
    LfForCrlf,
    /// A byte order mark more.
    BomAdded,
    /// A byte order mark less.
    BomMissing,
    /// White space around it.
    Padded,
    /// Parsed and serialised again; by whom, where that can be told.
    Reserialised(Option<Habit>),
    /// The signer did so instead.
    SignedReserialised(Habit),
    /// Its keys were put in alphabetical order.
    KeysSorted,
    /// The signer did so instead.
    SignedKeysSorted(Habit),
    /// Compressed, as this format.
    Compressed(&'static str),
    /// Percent-encoded.
    PercentEncoded,
    /// The signer did so instead.
    SignedPercentEncoded,
    /// A field of an HTML form holds it.
    FormField,
    /// Encoded as UTF-16.
    Utf16,
    /// The signer did so instead.
    SignedUtf16,
    /// Encoded as Latin-1 or Windows-1252.
    Latin1,
    /// The signer did so instead.
    SignedLatin1,
    /// UTF-8 that was read as Latin-1 and written as UTF-8 again.
    Mojibake,
    /// Base64 of it.
    Base64,
    /// A JSON string of it.
    JsonString,
    /// Node's `Buffer` as JSON.
    NodeBuffer,
    /// Python's `repr` of bytes.
    PythonBytes,
    /// HTTP headers before it.
    WithHeaders,
    /// The signer had an empty body.
    SignedEmpty,
    /// It breaks off.
    Truncated,
    /// `[object Object]`.
    ObjectObject,
    /// Python's `repr` of a dict.
    PythonDict,
    /// Bytes that are no UTF-8 were replaced.
    Replaced,
}

/// How the secret that was given differs from the one that signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretCause {
    /// It has white space around it.
    Spaced,
    /// The signer's has a line ending or a space after it.
    SignerSpaced,
    /// It has quotes around it.
    Quoted,
    /// The signer's has.
    SignerQuoted,
    /// It is a line `NAME=value`.
    Assignment,
    /// It begins with a byte order mark.
    Bom,
    /// It is UTF-16.
    Utf16,
    /// The signer decoded it from hex.
    SignerHex,
    /// The signer decoded it from base64.
    SignerBase64,
    /// Its letter case differs.
    Case,
    /// Its hyphens differ.
    Hyphens,
    /// The signer had none.
    SignerEmpty,
    /// The signer had this word in its place.
    SignerWord(&'static str),
    /// The secret of the other kind signed.
    OtherKind,
    /// It is an access token.
    AccessToken,
    /// It has the form of an app id.
    AppId,
    /// It has the form of an identity verification secret.
    Identity,
}

/// How the signer computed something else than an HMAC of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Construction {
    /// The hash of the body, without a key.
    PlainHash,
    /// The hash of the secret and the body, one after the other.
    Concatenated,
    /// Key and message in each other's place.
    Swapped,
}

impl Cause {
    /// A stable name for scripts.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Form(cause) => cause.code(),
            Self::Body(cause) => cause.code(),
            Self::Secret(cause) => cause.code(),
            Self::Construction(construction) => match construction {
                Construction::PlainHash => "plain-hash",
                Construction::Concatenated => "concatenated-hash",
                Construction::Swapped => "key-and-message-swapped",
            },
        }
    }

    /// The cause as a clause.
    pub fn clause(self) -> Cow<'static, str> {
        match self {
            Self::Form(cause) => cause.clause(),
            Self::Body(cause) => cause.clause(),
            Self::Secret(cause) => cause.clause(),
            Self::Construction(construction) => Cow::Borrowed(match construction {
                Construction::PlainHash => {
                    "the signature is a plain hash of the body, which needs no secret"
                }
                Construction::Concatenated => {
                    "the signature is a hash of secret and body together and no HMAC"
                }
                Construction::Swapped => "the signer swapped the key and the message of the HMAC",
            }),
        }
    }

    /// What to do, as a clause.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::Form(_) => "compare with the header's value exactly as Intercom sends it",
            Self::Construction(_) => "compute HMAC(key = secret, message = raw body)",
            Self::Secret(cause) => cause.remedy(),
            Self::Body(cause) => cause.remedy(),
        }
    }
}

impl FormCause {
    const fn code(self) -> &'static str {
        match self {
            Self::Base64 => "signature-base64",
            Self::MissingPrefix(_) => "prefix-missing",
            Self::WrongPrefix(_) => "prefix-wrong",
            Self::Wrapped => "signature-wrapped",
            Self::OtherHash { .. } => "other-hash",
            Self::OtherHeader { .. } => "other-header",
        }
    }

    fn clause(self) -> Cow<'static, str> {
        match self {
            Self::Base64 => "the signature is in base64 where hex belongs".into(),
            Self::MissingPrefix(scheme) => {
                format!("the signature lacks its {}", scheme.prefix()).into()
            }
            Self::WrongPrefix(scheme) if scheme.prefix().is_empty() => {
                "the signature has a prefix where none belongs".into()
            }
            Self::WrongPrefix(scheme) => {
                format!("the signature has another prefix than {}", scheme.prefix()).into()
            }
            Self::Wrapped => "the signature has white space or quotes around it".into(),
            Self::OtherHash { scheme, found } => {
                format!("the signature was made with {found} where {scheme} has {}", scheme.hash())
                    .into()
            }
            Self::OtherHeader { scheme, found } => {
                format!("the signature is that of {found} and stands in {scheme}").into()
            }
        }
    }
}

impl BodyCause {
    const fn code(self) -> &'static str {
        match self {
            Self::FinalNewlineAdded => "final-newline-added",
            Self::FinalNewlineMissing => "final-newline-missing",
            Self::CrlfForLf => "crlf-for-lf",
            Self::LfForCrlf => "lf-for-crlf",
            Self::BomAdded => "bom-added",
            Self::BomMissing => "bom-missing",
            Self::Padded => "white-space-around",
            Self::Reserialised(_) => "reserialised",
            Self::SignedReserialised(_) => "signed-reserialised",
            Self::KeysSorted => "keys-sorted",
            Self::SignedKeysSorted(_) => "signed-keys-sorted",
            Self::Compressed(_) => "compressed",
            Self::PercentEncoded => "percent-encoded",
            Self::SignedPercentEncoded => "signed-percent-encoded",
            Self::FormField => "form-field",
            Self::Utf16 => "utf-16",
            Self::SignedUtf16 => "signed-utf-16",
            Self::Latin1 => "latin-1",
            Self::SignedLatin1 => "signed-latin-1",
            Self::Mojibake => "encoded-twice",
            Self::Base64 => "body-base64",
            Self::JsonString => "json-string",
            Self::NodeBuffer => "node-buffer",
            Self::PythonBytes => "python-bytes",
            Self::WithHeaders => "with-headers",
            Self::SignedEmpty => "signed-empty",
            Self::Truncated => "truncated",
            Self::ObjectObject => "object-object",
            Self::PythonDict => "python-dict",
            Self::Replaced => "characters-replaced",
        }
    }

    #[allow(clippy::too_many_lines, reason = "a table")]
    fn clause(self) -> Cow<'static, str> {
        let clause = match self {
            Self::FinalNewlineAdded => "the body ends with a line ending that was not signed",
            Self::FinalNewlineMissing => "the body lacks the final line ending that was signed",
            Self::CrlfForLf => "the body has CRLF line endings where LF was signed",
            Self::LfForCrlf => "the body has LF line endings where CRLF was signed",
            Self::BomAdded => "the body begins with a byte order mark that was not signed",
            Self::BomMissing => "the body lacks the byte order mark that was signed",
            Self::Padded => "the body has white space around it that was not signed",
            Self::Reserialised(None) => "the body was parsed and serialised again",
            Self::Reserialised(Some(habit)) => {
                return format!(
                    "the body was parsed and serialised again, as by {}",
                    habit.description()
                )
                .into();
            }
            Self::SignedReserialised(habit) => {
                return format!(
                    "the signature was made over the body parsed and serialised again, as by {}",
                    habit.description()
                )
                .into();
            }
            Self::KeysSorted => {
                "the body was parsed and serialised again with its keys in alphabetical order"
            }
            Self::SignedKeysSorted(habit) => {
                return format!(
                    "the signature was made over the body with its keys in alphabetical order, \
                     written as by {}",
                    habit.description()
                )
                .into();
            }
            Self::Compressed(format) => {
                return format!("the body is compressed ({format}), and what is inside was signed")
                    .into();
            }
            Self::PercentEncoded => "the body is percent-encoded",
            Self::SignedPercentEncoded => "the signature was made over the percent-encoded body",
            Self::FormField => "the body is a field of an HTML form, and its value was signed",
            Self::Utf16 => "the body is UTF-16 where UTF-8 was signed",
            Self::SignedUtf16 => "the signature was made over the body in UTF-16",
            Self::Latin1 => "the body is in Latin-1 (ISO-8859-1) where UTF-8 was signed",
            Self::SignedLatin1 => "the signature was made over the body in Latin-1 (ISO-8859-1)",
            Self::Mojibake => "the body was read as Latin-1 and written as UTF-8 once more",
            Self::Base64 => {
                "the body is in base64 (as AWS Lambda's isBase64Encoded), and what is inside was \
                 signed"
            }
            Self::JsonString => "the body is a JSON string, and what is inside was signed",
            Self::NodeBuffer => "the body is a Node Buffer written as JSON",
            Self::PythonBytes => "the body is Python's b'…', the repr of the bytes",
            Self::WithHeaders => "the body has the HTTP headers before it",
            Self::SignedEmpty => {
                "the signature is that of an empty body: something had read the body before"
            }
            Self::Truncated => "the body breaks off in the middle of its JSON",
            Self::ObjectObject => "the body is [object Object]: a parsed body was made a string",
            Self::PythonDict => {
                "the body is Python's repr of a dict: a parsed body was made a string"
            }
            Self::Replaced => {
                "the body holds replacement characters (U+FFFD): it was decoded with the wrong charset"
            }
        };
        clause.into()
    }

    const fn remedy(self) -> &'static str {
        match self {
            Self::FinalNewlineAdded
            | Self::FinalNewlineMissing
            | Self::CrlfForLf
            | Self::LfForCrlf
            | Self::BomAdded
            | Self::BomMissing
            | Self::Padded
            | Self::WithHeaders => "save the raw bytes of the body, without an editor",
            Self::Compressed(_) => "decompress it first",
            Self::Base64 | Self::JsonString => "decode it first",
            Self::Truncated => "save the whole body",
            _ => "verify the raw bytes of the request, before anything parses them",
        }
    }
}

impl SecretCause {
    const fn code(self) -> &'static str {
        match self {
            Self::Spaced => "secret-white-space",
            Self::SignerSpaced => "signer-secret-white-space",
            Self::Quoted => "secret-quoted",
            Self::SignerQuoted => "signer-secret-quoted",
            Self::Assignment => "secret-assignment",
            Self::Bom => "secret-bom",
            Self::Utf16 => "secret-utf-16",
            Self::SignerHex => "signer-secret-hex",
            Self::SignerBase64 => "signer-secret-base64",
            Self::Case => "secret-letter-case",
            Self::Hyphens => "secret-hyphens",
            Self::SignerEmpty => "signer-secret-empty",
            Self::SignerWord(_) => "signer-secret-unset",
            Self::OtherKind => "secret-other-kind",
            Self::AccessToken => "secret-access-token",
            Self::AppId => "secret-app-id",
            Self::Identity => "secret-identity",
        }
    }

    fn clause(self) -> Cow<'static, str> {
        let clause = match self {
            Self::Spaced => "the secret has white space around it that does not belong to it",
            Self::SignerSpaced => "the signer's secret has white space after it",
            Self::Quoted => "the secret has quotes around it that do not belong to it",
            Self::SignerQuoted => "the signer's secret has quotes around it",
            Self::Assignment => "the secret is a whole line NAME=value of an .env file",
            Self::Bom => "the secret begins with a byte order mark",
            Self::Utf16 => "the secret is in UTF-16",
            Self::SignerHex => "the signer decoded the secret from hex",
            Self::SignerBase64 => "the signer decoded the secret from base64",
            Self::Case => "the secret is in another letter case",
            Self::Hyphens => "the secret lacks or has hyphens that the signer's has not",
            Self::SignerEmpty => "the signer had an empty secret",
            Self::SignerWord(word) => {
                return format!("the signer had the word {word} for a secret").into();
            }
            Self::OtherKind => {
                "the secret of the other kind signed (client secret and Fin Agent API secret)"
            }
            Self::AccessToken => "the secret given is an access token",
            Self::AppId => "the secret given has the form of an app id, which is no secret",
            Self::Identity => "the secret given has the form of an identity verification secret",
        };
        clause.into()
    }

    const fn remedy(self) -> &'static str {
        match self {
            Self::SignerEmpty | Self::SignerWord(_) => {
                "set the variable that the signer takes it from"
            }
            Self::AccessToken | Self::AppId | Self::Identity => {
                "webhooks are signed with the app's client secret"
            }
            Self::OtherKind => "give each header its own secret",
            _ => "use the secret as the literal text that Intercom shows",
        }
    }
}
