//! The stable names of the causes, for scripts.

use std::borrow::Cow;

use super::cause::{
    Cause, Change, Computation, Credential, Difference, Nothing, Own, Parts, Subject, Writing,
};
use crate::crypto::Algorithm;

impl<O: Own> Cause<O> {
    /// A stable name for scripts.
    pub fn code(&self) -> Cow<'static, str> {
        let code = match self {
            Self::Message(difference) => return of_message(O::SUBJECT, *difference),
            Self::Secret(difference) => return of_secret(O::SUBJECT, *difference),
            Self::NoMessage(nothing) => match (O::SUBJECT, nothing) {
                (Subject::UserHash, _) => "no-value",
                (Subject::Webhook, Nothing::Empty) => "signed-empty",
                (Subject::Webhook, Nothing::Word(_)) => "signed-unset",
            },
            Self::NoSecret(Nothing::Empty) => "signer-secret-empty",
            Self::NoSecret(Nothing::Word(_)) => "signer-secret-unset",
            Self::Credential(credential) => match credential {
                Credential::AccessToken => "secret-access-token",
                Credential::AppId => "secret-app-id",
                Credential::Identity => "secret-identity",
                Credential::Client => "secret-client",
            },
            Self::Computation(computation) => of_computation(O::SUBJECT, *computation),
            Self::Writing(writing) => of_writing(O::SUBJECT, *writing),
            Self::Own(own) => own.code(),
        };
        Cow::Borrowed(code)
    }

    /// Whether another one is the same cause with other values.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Own(one), Self::Own(other)) => one.is_like(other),
            (Self::Message(one), Self::Message(other))
            | (Self::Secret(one), Self::Secret(other)) => one == other,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

/// The codes of bodies are the change itself, those of values say whose value it is. Some are older
/// than this rule, and stay.
fn of_message(subject: Subject, difference: Difference) -> Cow<'static, str> {
    use Change as C;
    use Difference::{Given, Signed};
    let old = match (subject, difference) {
        (Subject::Webhook, Given(C::LineEnding)) => "final-newline-added",
        (Subject::Webhook, Signed(C::LineEnding)) => "final-newline-missing",
        (Subject::Webhook, Given(C::Crlf)) => "crlf-for-lf",
        (Subject::Webhook, Signed(C::Crlf)) => "lf-for-crlf",
        (Subject::Webhook, Given(C::ByteOrderMark)) => "bom-added",
        (Subject::Webhook, Signed(C::ByteOrderMark)) => "bom-missing",
        (Subject::Webhook, Given(C::WhiteSpace)) => "white-space-around",
        (Subject::Webhook, Given(C::Base64)) => "body-base64",
        (Subject::UserHash, Given(C::LineEnding)) => "value-white-space",
        (Subject::UserHash, Given(C::Quotes)) => "value-quoted",
        (Subject::UserHash, Signed(C::ByteOrderMark)) => "byte-order-mark",
        (Subject::UserHash, Signed(C::Utf16 | C::Latin1 | C::Utf8Twice | C::Ascii)) => "charset",
        (Subject::UserHash, Given(C::LetterCase) | Signed(C::LetterCase)) => "letter-case",
        (Subject::UserHash, Given(C::UnicodeForm(_)) | Signed(C::UnicodeForm(_))) => "unicode-form",
        (Subject::Webhook, Given(change)) => name(change),
        (Subject::Webhook, Signed(change)) => return format!("signed-{}", name(change)).into(),
        (Subject::UserHash, Given(change)) => return format!("value-{}", name(change)).into(),
        (Subject::UserHash, Signed(change)) => return format!("hashed-{}", name(change)).into(),
    };
    Cow::Borrowed(old)
}

/// The codes of secrets say whose secret it is. Some are older than this rule, and stay.
fn of_secret(subject: Subject, difference: Difference) -> Cow<'static, str> {
    use Change as C;
    use Difference::{Given, Signed};
    let old = match (subject, difference) {
        (_, Given(C::LineEnding)) | (Subject::UserHash, Signed(C::WhiteSpace)) => {
            "secret-white-space"
        }
        (_, Given(C::ByteOrderMark)) => "secret-bom",
        (_, Given(C::LetterCase) | Signed(C::LetterCase)) => "secret-letter-case",
        (_, Given(C::Hyphens) | Signed(C::Hyphens)) => "secret-hyphens",
        (Subject::Webhook, Signed(C::LineEnding | C::WhiteSpace)) => "signer-secret-white-space",
        (Subject::Webhook, Given(C::Quotes)) => "secret-quoted",
        (Subject::Webhook, Signed(C::Quotes)) => "signer-secret-quoted",
        // Whoever decodes the secret has another key: the signer in most cases.
        (Subject::Webhook, Given(C::Hex)) => "signer-secret-hex",
        (Subject::Webhook, Given(C::Base64 | C::Base64Url)) => "signer-secret-base64",
        (Subject::UserHash, Signed(C::LineEnding)) => "secret-line-ending",
        (Subject::UserHash, Given(C::Quotes) | Signed(C::Quotes)) => "secret-quotes",
        (Subject::UserHash, Given(C::Hex | C::Base64 | C::Base64Url)) => "secret-decoded",
        (_, Given(change)) => return format!("secret-{}", name(change)).into(),
        (_, Signed(change)) => return format!("signer-secret-{}", name(change)).into(),
    };
    Cow::Borrowed(old)
}

const fn of_computation(subject: Subject, computation: Computation) -> &'static str {
    match (subject, computation) {
        (_, Computation::Swapped) => "key-and-message-swapped",
        (Subject::UserHash, Computation::Plain(Algorithm::Sha256, _)) => "plain-sha256",
        (Subject::UserHash, Computation::Plain(..))
        | (Subject::Webhook, Computation::Plain(_, Parts::Message)) => "plain-hash",
        (Subject::Webhook, Computation::Plain(..)) => "concatenated-hash",
        (Subject::UserHash, Computation::OtherHash { .. }) => "other-algorithm",
        (Subject::Webhook, Computation::OtherHash { .. }) => "other-hash",
    }
}

const fn of_writing(subject: Subject, writing: Writing) -> &'static str {
    match (subject, writing) {
        (Subject::UserHash, Writing::Base64) => "base64",
        (Subject::UserHash, Writing::Base64Url) => "base64url",
        (Subject::UserHash, Writing::Base64OfHex) => "base64-of-hex",
        (Subject::UserHash, Writing::Truncated) => "truncated",
        (Subject::Webhook, Writing::Base64 | Writing::Base64Url) => "signature-base64",
        (Subject::Webhook, Writing::Base64OfHex) => "signature-base64-of-hex",
        (Subject::Webhook, Writing::Truncated) => "signature-truncated",
    }
}

/// A change's own part of its codes.
const fn name(change: Change) -> &'static str {
    match change {
        Change::LineEnding => "line-ending",
        Change::WhiteSpace => "white-space",
        Change::Invisible(_) => "invisible-character",
        Change::ByteOrderMark => "byte-order-mark",
        Change::Quotes => "quotes",
        Change::Crlf => "crlf",
        Change::LetterCase => "letter-case",
        Change::Hyphens => "hyphens",
        Change::Braces => "braces",
        Change::RubySymbol => "ruby-symbol",
        Change::ObjectId => "object-id",
        Change::GlobalId => "global-id",
        Change::Punycode => "punycode",
        Change::Hex => "hex",
        Change::Base64 => "base64",
        Change::Base64Url => "base64url",
        Change::PercentEncoded => "percent-encoded",
        Change::PlusForSpace => "plus-for-space",
        Change::HtmlEscapes => "html-escapes",
        Change::Utf16 => "utf-16",
        Change::Latin1 => "latin-1",
        Change::Utf8Twice => "encoded-twice",
        Change::Ascii => "ascii",
        Change::UnicodeForm(_) => "unicode-form",
        Change::JsonString => "json-string",
        Change::JsonEscapes => "json-escapes",
        Change::LogEscapes => "log-escapes",
        Change::PythonBytes => "python-bytes",
        Change::Assignment => "assignment",
        Change::Lines => "lines",
        Change::JsonObject => "json",
    }
}
