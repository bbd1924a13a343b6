//! A token's three parts, read strictly and judged by nobody yet.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::advice::Advice;
use crate::json;

/// A longer one is no token that a browser would send.
const MAX_LENGTH: usize = 64 * 1024;

/// A token (RFC 7519, in the compact form of RFC 7515, section 3.1) that can be read. Nothing of it
/// is verified.
#[derive(Clone, PartialEq)]
pub struct Token {
    text: String,
    header: Map<String, Value>,
    claims: Map<String, Value>,
    /// The part and the name of what stands twice.
    repeated: Vec<(&'static str, String)>,
    /// How many bytes of the text are signed: header and claims.
    signed: usize,
    signature: Vec<u8>,
}

impl Token {
    /// Reads a token.
    pub fn parse(text: &str) -> Result<Self, MalformedToken> {
        if text.is_empty() {
            return Err(MalformedToken::Empty);
        }
        if text.len() > MAX_LENGTH {
            return Err(MalformedToken::TooLong);
        }
        if text.trim().len() != text.len() {
            return Err(MalformedToken::Spaced);
        }
        if text.starts_with(['"', '\'']) || text.ends_with(['"', '\'']) {
            return Err(MalformedToken::Quoted);
        }
        if text.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("bearer ")) {
            return Err(MalformedToken::Bearer);
        }
        let parts: Vec<&str> = text.split('.').collect();
        let [header_text, claims_text, signature] = parts.as_slice() else {
            return Err(MalformedToken::Parts(parts.len()));
        };
        let signature = decode("signature", signature)?;
        let header = object("header", header_text)?;
        let claims = object("claims", claims_text)?;
        let in_header = header.repeated.into_iter().map(|name| ("header", name));
        let in_claims = claims.repeated.into_iter().map(|name| ("claims", name));
        Ok(Self {
            text: text.to_owned(),
            repeated: in_header.chain(in_claims).collect(),
            header: header.members,
            claims: claims.members,
            signed: header_text.len() + 1 + claims_text.len(),
            signature,
        })
    }

    /// What the header says.
    pub const fn header(&self) -> &Map<String, Value> {
        &self.header
    }

    /// What is claimed, true or not.
    pub const fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// The names that stand twice, with the part (`header` or `claims`) that they stand in.
    pub(super) fn repeated(&self) -> &[(&'static str, String)] {
        &self.repeated
    }

    /// Whether anything stands where the signature belongs.
    pub(super) const fn has_signature(&self) -> bool {
        !self.signature.is_empty()
    }

    /// What is signed, and the signature that is claimed.
    pub(super) fn signature(&self) -> (&[u8], &[u8]) {
        (&self.text.as_bytes()[..self.signed], &self.signature)
    }

    /// The text itself: who has it can pose as the user until it ends. For the library alone.
    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

/// Who reads a token in a log can pose as its user until it ends.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

fn decode(part: &'static str, text: &str) -> Result<Vec<u8>, MalformedToken> {
    if text.contains(['=', '+', '/']) {
        return Err(MalformedToken::OtherBase64(part));
    }
    URL_SAFE_NO_PAD.decode(text).map_err(|_| MalformedToken::Base64(part))
}

fn object(part: &'static str, text: &str) -> Result<json::Object, MalformedToken> {
    json::object(&decode(part, text)?).map_err(|_| MalformedToken::Json(part))
}

/// Why a text is no token. It holds nothing of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedToken {
    /// There is nothing.
    #[error("the token is empty")]
    Empty,
    /// It is longer than any token.
    #[error("the token is longer than 64 KiB")]
    TooLong,
    /// White space stands around it.
    #[error("the token has white space around it")]
    Spaced,
    /// Quotes stand around it.
    #[error("the token has quotes around it")]
    Quoted,
    /// It is the value of a header.
    #[error("the token has Bearer before it")]
    Bearer,
    /// It has not three parts.
    #[error("the token has {0} parts where 3 belong, divided by dots")]
    Parts(usize),
    /// A part is in the other base64, or padded.
    #[error("the {0} of the token is in plain base64 where base64url without = belongs")]
    OtherBase64(&'static str),
    /// A part is no base64url.
    #[error("the {0} of the token is not base64url")]
    Base64(&'static str),
    /// A part is no JSON object.
    #[error("the token's {0} cannot be read as a JSON object")]
    Json(&'static str),
}

impl Advice for MalformedToken {
    fn code(&self) -> &'static str {
        "token-malformed"
    }

    fn hint(&self) -> Option<String> {
        Some(
            match self {
                Self::Empty => "the variable or file that it came from may be empty",
                Self::TooLong => "give the token alone",
                Self::Spaced => "remove the white space before and after it",
                Self::Quoted => "remove the quotes",
                Self::Bearer => "give what stands after Bearer",
                Self::Parts(5) => {
                    "five parts are an encrypted token, which the Messenger does not take"
                }
                Self::Parts(1) => "a user_hash or a secret is no token",
                Self::Parts(_) => "copy all of it: header, claims and signature",
                Self::OtherBase64(_) => "let a JWT library write the token",
                Self::Base64(_) | Self::Json(_) => "copy all of it, or let a JWT library write it",
            }
            .to_owned(),
        )
    }
}
