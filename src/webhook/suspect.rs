//! Names a likely cause of a mismatch that is seen at once, without a search.

use super::comparison::ReadBody;
use crate::secret::Secret;
use crate::token::AccessToken;

/// A likely cause of a mismatch that is seen without knowing what was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
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

impl Suspect {
    /// What to look at first, as a sentence without a final period.
    pub(super) const fn sentence(suspect: Option<Self>) -> &'static str {
        match suspect {
            None => {
                "usual causes: another app's secret, an access token or identity secret instead of \
                 the client secret, or a body that is not the raw one (parsed and serialised \
                 again, a final newline added)"
            }
            Some(Self::AccessToken) => {
                "the secret is an access token; webhooks are signed with the app's client secret"
            }
            Some(Self::SpacedSecret) => {
                "the secret begins or ends with white space, which counts as part of it"
            }
            Some(Self::Compressed) => "the body is compressed; Intercom signs it uncompressed",
            Some(Self::ByteOrderMark) => {
                "the body begins with a byte order mark, which an editor adds and Intercom does not"
            }
            Some(Self::Indented) => {
                "the body is indented JSON and Intercom sends compact JSON: it was parsed and \
                 serialised again; save the raw bytes"
            }
            Some(Self::FinalLineEnding) => {
                "the body ends with a line ending, which an editor or echo adds and Intercom does \
                 not; save the raw bytes"
            }
        }
    }

    /// Looks at the secrets that did not match, and at the body; the surest cause comes first.
    pub(super) fn of(secrets: &[Secret], body: &ReadBody) -> Option<Self> {
        for secret in secrets {
            // Exposed to look at its form; only the verdict on that leaves.
            let secret = secret.expose();
            if AccessToken::parse(secret.trim_ascii()).is_ok() {
                return Some(Self::AccessToken);
            }
            if secret.trim_ascii().len() != secret.len() {
                return Some(Self::SpacedSecret);
            }
        }
        match body.head.as_slice() {
            [0x1f, 0x8b, ..] => Some(Self::Compressed),
            [0xef, 0xbb, 0xbf, ..] => Some(Self::ByteOrderMark),
            [b'{', b' ' | b'\t' | b'\r' | b'\n', ..] => Some(Self::Indented),
            _ if body.last == Some(b'\n') => Some(Self::FinalLineEnding),
            _ => None,
        }
    }
}
