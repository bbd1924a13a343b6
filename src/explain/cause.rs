//! What can go wrong between who makes a MAC and who compares it: codes with their values, no words.

use std::fmt;
use std::hash::Hash;

use crate::crypto::Algorithm;

/// One thing that went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause<O> {
    /// The message at hand is not the one that was signed.
    Message(Difference),
    /// Something that stands for "no message" was signed.
    NoMessage(Nothing),
    /// The secret at hand is not the one that signed.
    Secret(Difference),
    /// Something that stands for "no secret" signed.
    NoSecret(Nothing),
    /// The secret at hand has the form of another credential.
    Credential(Credential),
    /// Something else than the right HMAC was computed.
    Computation(Computation),
    /// The digest is written in another way.
    Writing(Writing),
    /// What only this kind of MAC can have.
    Own(O),
}

impl<O> Cause<O> {
    /// Whether it is the secret, and not what was done with it.
    pub const fn is_of_secret(&self) -> bool {
        matches!(self, Self::Secret(_) | Self::NoSecret(_) | Self::Credential(_))
    }
}

/// What is special about a kind of MAC: its own causes, and its codes.
pub trait Own: Clone + fmt::Debug + PartialEq + Eq + Hash {
    /// Which kind it is.
    const SUBJECT: Subject;

    /// A stable name for scripts.
    fn code(&self) -> &'static str;

    /// Whether another one is the same cause with other values.
    fn is_like(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// What a MAC is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Subject {
    /// A webhook's signature, over a body.
    Webhook,
    /// A `user_hash`, over a user id or email.
    UserHash,
}

/// Which side has a change that the other has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Difference {
    /// What is at hand has it. What was used to sign has not.
    Given(Change),
    /// What was used to sign has it. What is at hand has not.
    Signed(Change),
}

impl Difference {
    /// The change itself.
    pub const fn change(self) -> Change {
        match self {
            Self::Given(change) | Self::Signed(change) => change,
        }
    }
}

/// A change that programs and people make to texts by mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Change {
    /// A line ending after it.
    LineEnding,
    /// White space around it.
    WhiteSpace,
    /// This character in it, which nobody sees.
    Invisible(char),
    /// A UTF-8 byte order mark before it.
    ByteOrderMark,
    /// Quotes around it.
    Quotes,
    /// CRLF for LF.
    Crlf,
    /// Another mix of upper and lower case.
    LetterCase,
    /// The hyphens of a UUID.
    Hyphens,
    /// Braces around it.
    Braces,
    /// A colon before it, as a symbol of Ruby has.
    RubySymbol,
    /// With what programs write around the digits of MongoDB's `ObjectId`.
    ObjectId,
    /// A type before it, as a global id has.
    GlobalId,
    /// Its domain in Punycode, as in `xn--…`.
    Punycode,
    /// Written in hex.
    Hex,
    /// Written in base64.
    Base64,
    /// Written in the base64 of URLs.
    Base64Url,
    /// Percent-encoded.
    PercentEncoded,
    /// A plus sign for each space.
    PlusForSpace,
    /// Escaped for HTML.
    HtmlEscapes,
    /// In UTF-16.
    Utf16,
    /// In ISO 8859-1 or Windows-1252.
    Latin1,
    /// UTF-8 that was taken for ISO 8859-1 and encoded once more.
    Utf8Twice,
    /// In ASCII, with something else for every other character.
    Ascii,
    /// In this Unicode normalization form.
    UnicodeForm(&'static str),
    /// As a JSON string, with its quotes.
    JsonString,
    /// As a JSON string without its quotes.
    JsonEscapes,
    /// With `\x22` and its like, as servers write their logs.
    LogEscapes,
    /// Python's `repr` of bytes.
    PythonBytes,
    /// A name before it, as in `NAME=value`.
    Assignment,
    /// Further lines or fields beside it.
    Lines,
    /// A JSON object around it, as a secret store answers.
    JsonObject,
}

/// What stands for "nothing" and was used all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Nothing {
    /// No bytes at all.
    Empty,
    /// This word.
    Word(&'static str),
}

/// Another kind of credential than the one that belongs there, by its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Credential {
    /// An access token of the API.
    AccessToken,
    /// An app id, which is no secret.
    AppId,
    /// An identity verification secret.
    Identity,
    /// An app's client secret.
    Client,
}

/// Something else than the right HMAC of the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Computation {
    /// Key and message in each other's place.
    Swapped,
    /// A plain hash, of these parts one after the other.
    Plain(Algorithm, Parts),
    /// Another hash function.
    OtherHash {
        /// The one that belongs there.
        expected: Algorithm,
        /// The one that was used.
        found: Algorithm,
    },
}

/// What a plain hash is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Parts {
    /// The message alone.
    Message,
    /// The secret and the message after it.
    SecretMessage,
    /// The message and the secret after it.
    MessageSecret,
}

/// Another way to write a digest than in hex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Writing {
    /// In base64.
    Base64,
    /// In the base64 of URLs.
    Base64Url,
    /// As the base64 of the hex digits.
    Base64OfHex,
    /// In hex that has lost its end.
    Truncated,
}

/// What came out of the search for a cause.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Diagnosis<O> {
    /// How sure it is.
    pub certainty: Certainty,
    /// The causes, most often one or two; none where nothing was found.
    pub causes: Vec<Cause<O>>,
    /// The place of the secret that signed, where that is proven.
    pub secret: Option<usize>,
}

/// How sure a diagnosis is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Certainty {
    /// With the causes undone, the MAC matches.
    Proven,
    /// The causes leave a trace, and it was not possible to undo them.
    Likely,
    /// Nothing was found, and all that is known was tried.
    Unknown,
    /// Nothing was found before the budget was used up.
    GivenUp,
    /// The message is too long to look for a cause.
    TooLong,
}

impl Certainty {
    /// A stable name for scripts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Likely => "likely",
            Self::Unknown | Self::GivenUp | Self::TooLong => "unknown",
        }
    }
}

impl<O: Own> Diagnosis<O> {
    /// Causes that leave a trace.
    pub const fn likely(causes: Vec<Cause<O>>) -> Self {
        Self { certainty: Certainty::Likely, causes, secret: None }
    }

    /// Where the message is too long to be kept.
    pub const fn too_long() -> Self {
        Self { certainty: Certainty::TooLong, causes: Vec::new(), secret: None }
    }

    /// Where nothing is looked for any more.
    pub const fn given_up() -> Self {
        Self { certainty: Certainty::GivenUp, causes: Vec::new(), secret: None }
    }

    /// Whether the causes are proven.
    pub fn is_proven(&self) -> bool {
        self.certainty == Certainty::Proven
    }
}
