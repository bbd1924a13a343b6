//! Why a well-formed signature is not verified.

use std::io;

use crate::advice::Advice;
use crate::secret::Secret;
use crate::token::AccessToken;
use crate::webhook::signature::Seen;

/// Why a signature is not verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It is not the body's.
    #[error("the signature does not match the body")]
    Mismatch(Mismatch),
    /// It is not an empty body's, and the body is empty.
    #[error("the payload is empty")]
    EmptyPayload,
    /// The body cannot be read to its end.
    #[error("cannot read the body: {0}")]
    Unreadable(#[source] io::Error),
}

impl Advice for VerifyError {
    fn code(&self) -> &'static str {
        match self {
            Self::Mismatch(_) => "signature-mismatch",
            Self::EmptyPayload => "payload-empty",
            Self::Unreadable(_) => "unreadable",
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Mismatch(mismatch) => mismatch.hint().to_owned(),
            Self::EmptyPayload => "save the raw body before anything else reads it; a body can be \
                                   read only once in most frameworks"
                .to_owned(),
            Self::Unreadable(_) => "check the file and the disk it is on".to_owned(),
        })
    }
}

/// A signature that is not the body's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// What the body or the secret gives as the likely cause.
    pub suspect: Option<Suspect>,
}

impl Mismatch {
    /// What to look at first.
    pub const fn hint(self) -> &'static str {
        match self.suspect {
            None => {
                "usual causes: another app's secret, an access token or identity secret instead \
                 of the client secret, or a body that is not the raw one (parsed and serialised \
                 again, a final newline added)"
            }
            Some(Suspect::AccessToken) => {
                "the secret given is an access token; webhooks are signed with the app's client \
                 secret"
            }
            Some(Suspect::SpacedSecret) => {
                "the secret begins or ends with white space, which counts as part of it"
            }
            Some(Suspect::Compressed) => {
                "the body is compressed; Intercom signs it as it was before"
            }
            Some(Suspect::ByteOrderMark) => {
                "the body begins with a byte order mark, which an editor adds and Intercom does not"
            }
            Some(Suspect::Indented) => {
                "the body is indented JSON and Intercom sends compact JSON: it was parsed and \
                 serialised again; save the raw bytes"
            }
            Some(Suspect::FinalLineEnding) => {
                "the body ends with a line ending, which an editor or echo adds and Intercom does \
                 not; save the raw bytes"
            }
        }
    }
}

/// A likely cause of a mismatch that can be seen without knowing what was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suspect {
    /// The secret is an access token.
    AccessToken,
    /// The secret begins or ends with white space.
    SpacedSecret,
    /// The body is in gzip format.
    Compressed,
    /// The body begins with a byte order mark.
    ByteOrderMark,
    /// The body is JSON with white space after the first bracket.
    Indented,
    /// The body ends with a line ending.
    FinalLineEnding,
}

/// The causes of a mismatch that leave a trace, the surest first.
pub(crate) fn suspect(secrets: &[Secret], seen: &Seen) -> Option<Suspect> {
    for secret in secrets {
        // Exposed to look at its form; only the verdict on that leaves.
        let secret = secret.expose();
        if AccessToken::parse(secret.trim_ascii()).is_ok() {
            return Some(Suspect::AccessToken);
        }
        if secret.trim_ascii().len() != secret.len() {
            return Some(Suspect::SpacedSecret);
        }
    }
    match seen.head.as_slice() {
        [0x1f, 0x8b, ..] => Some(Suspect::Compressed),
        [0xef, 0xbb, 0xbf, ..] => Some(Suspect::ByteOrderMark),
        [b'{', b' ' | b'\t' | b'\r' | b'\n', ..] => Some(Suspect::Indented),
        _ if seen.last == Some(b'\n') => Some(Suspect::FinalLineEnding),
        _ => None,
    }
}
