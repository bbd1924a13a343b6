//! Parses access tokens: a text with a valid format becomes an `AccessToken`.

use std::fmt;
use std::hash::{Hash, Hasher};

use serde::Serialize;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::advice::Advice;

/// The longest token, in bytes.
///
/// Every token seen has 60 characters. The tail may grow one day. A bound lets a stream be searched
/// in overlapping pieces.
pub(super) const MAX_LEN: usize = 120;

/// The shortest token, in bytes: its tail has one digit, and it has no padding.
///
/// `tok:`, a UUID and `:1` are 42 bytes, which are 56 characters in base64.
pub(crate) const MIN_LEN: usize = 56;

/// `tok:` and a UUID: 4 + 8 + 1 + 4 + 1 + 4 + 1 + 4 + 1 + 12 bytes.
const HEAD_LEN: usize = 40;

/// How certain a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Confidence {
    /// The format is valid, but the UUID is not of version 4. In every token seen it is.
    Medium,
    /// The format is valid in every detail.
    High,
}

impl Confidence {
    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// An access token in canonical form: base64 with its padding restored. Wiped on drop.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken {
    canonical: Zeroizing<String>,
    confidence: Confidence,
}

impl AccessToken {
    /// Reads the token at the start of `text`, and returns it with its length in `text`.
    ///
    /// The token ends where the tail's grammar ends: at padding, or before a character that base64
    /// does not have. If a letter or digit follows, the text is something longer.
    pub(super) fn at_start(text: &[u8]) -> Option<(Self, usize)> {
        let mut decoded = Zeroizing::new([0_u8; MAX_LEN * 6 / 8]);
        let length = decode(text, &mut decoded);
        let end = grammar_end(&decoded[..length])?;
        let symbols = (end * 8).div_ceil(6);
        // The last character may have bits that belong to no byte. An encoder sets them to zero.
        let spare_bits = symbols * 6 - end * 8;
        if sextet(text[symbols - 1])? & ((1 << spare_bits) - 1) != 0 {
            return None;
        }
        let rest = &text[symbols..];
        // `+` and `/` may follow, as in `https://host/TOKEN/path`: no tail decodes from them.
        if rest.first().is_some_and(u8::is_ascii_alphanumeric) {
            return None;
        }
        let wanted = spare_bits / 2;
        let padding = rest.iter().take(wanted).take_while(|&&byte| byte == b'=').count();
        let mut canonical = Zeroizing::new(String::with_capacity(symbols + wanted));
        canonical.extend(text[..symbols].iter().map(|&byte| char::from(byte)));
        canonical.extend(std::iter::repeat_n('=', wanted));
        let confidence =
            if is_version_4(decoded.as_slice()) { Confidence::High } else { Confidence::Medium };
        Some((Self { canonical, confidence }, symbols + padding))
    }

    /// Whether a token may begin with these letters, or consist of them. Most texts that share the
    /// first few letters with a token differ in the next ones.
    pub(super) fn may_begin(letters: &[u8]) -> bool {
        let (mut bits, mut count, mut length) = (0_u32, 0_u32, 0);
        for value in letters.iter().map_while(|&byte| sextet(byte)) {
            bits = bits << 6 | u32::from(value);
            count += 6;
            if count >= 8 {
                count -= 8;
                if length == HEAD_LEN {
                    return true;
                }
                if !fits_head(length, (bits >> count).to_le_bytes()[0]) {
                    return false;
                }
                length += 1;
            }
        }
        true
    }

    /// Reads all of `text` as one token. Restores missing padding.
    pub fn parse(text: &[u8]) -> Result<Self, TokenError> {
        match Self::at_start(text) {
            Some((token, length)) if length == text.len() => Ok(token),
            _ => Err(TokenError),
        }
    }

    /// The canonical text. The API client sends it to Intercom, and the fingerprint is made of it.
    pub fn expose(&self) -> &str {
        &self.canonical
    }

    /// SHA-256 of the canonical text, in lowercase hex: identifies the token without revealing it.
    pub fn fingerprint(&self) -> String {
        hex::encode(Sha256::digest(self.canonical.as_bytes()))
    }

    /// The first eight and the last four characters: enough to recognize it, too few to use it.
    pub fn mask(&self) -> String {
        let text = self.canonical.as_str();
        format!("{}…{}", &text[..8], &text[text.len() - 4..])
    }

    /// Whether it ends with `:1:0`, as every token seen does.
    pub(super) fn has_usual_tail(&self) -> bool {
        self.canonical.ends_with("oxOjA=")
    }

    /// How certain it is that this is an Intercom token.
    pub const fn confidence(&self) -> Confidence {
        self.confidence
    }
}

impl Hash for AccessToken {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.canonical.as_bytes().hash(state);
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccessToken({})", self.mask())
    }
}

/// The text is not an Intercom access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an Intercom access token")]
pub struct TokenError;

impl Advice for TokenError {
    fn code(&self) -> &'static str {
        "token-malformed"
    }

    fn hint(&self) -> Option<String> {
        Some("check the text: an access token has 60 characters and begins with dG9r".to_owned())
    }
}

/// The value of a base64 character (RFC 4648, section 4).
pub(super) const fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

/// Decodes base64 characters from the start of `text`, up to another character or the end of `out`,
/// and returns the number of bytes. Drops the bits of a partial last byte.
fn decode(text: &[u8], out: &mut [u8; MAX_LEN * 6 / 8]) -> usize {
    let (mut bits, mut count, mut length) = (0_u32, 0_u32, 0);
    for value in text.iter().take(MAX_LEN).map_while(|&byte| sextet(byte)) {
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out[length] = (bits >> count).to_le_bytes()[0];
            length += 1;
        }
    }
    length
}

/// Whether `tok:hex8_hex4_hex4_hex4_hex12` may have this byte at this position.
const fn fits_head(at: usize, byte: u8) -> bool {
    match at {
        0..4 => byte == b"tok:"[at],
        12 | 17 | 22 | 27 => byte == b'_',
        // Upper-case hex would not begin with `dG9rOj` or `dG9rOm`, as every real token does.
        _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
    }
}

/// Where `tok:hex8_hex4_hex4_hex4_hex12(:digits)+` ends, if `decoded` begins with it.
fn grammar_end(decoded: &[u8]) -> Option<usize> {
    let head = decoded.get(..HEAD_LEN)?;
    if !head.iter().enumerate().all(|(at, &byte)| fits_head(at, byte)) {
        return None;
    }
    let mut end = HEAD_LEN;
    while decoded.get(end) == Some(&b':') {
        let digits = decoded[end + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            break;
        }
        end += 1 + digits;
    }
    // A tail that fills the buffer may be longer.
    (end > HEAD_LEN && end < MAX_LEN * 6 / 8).then_some(end)
}

/// Whether the UUID has the version and variant digits of RFC 9562, section 5.4.
fn is_version_4(decoded: &[u8]) -> bool {
    decoded[4 + 14] == b'4' && matches!(decoded[4 + 19], b'8' | b'9' | b'a' | b'b')
}
