//! Holds the token that is sent, and removes it from every text that is shown.

use zeroize::Zeroizing;

use crate::advice::Advice;
use crate::secret::Secret;
use crate::token::{AccessToken, TokenDetector};

/// The text that replaces the token.
const HIDDEN: &str = "[token]";

/// No token is longer, in bytes. Servers refuse such a long header for its length alone.
const MAX_LEN: usize = 4096;

/// A token that can be sent: visible ASCII characters, with nothing around them.
pub struct Credential {
    text: Zeroizing<String>,
    shape: Shape,
}

/// What the token looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape {
    /// A complete access token.
    AccessToken,
    /// An access token whose final `=` was missing and was restored.
    PaddingRestored,
    /// Not a format that this version knows. It can be sent all the same: the format may change.
    Unknown,
}

impl Credential {
    /// Reads a token as the user gave it.
    pub fn parse(secret: &Secret) -> Result<Self, CredentialError> {
        // Exposed to be checked and kept for sending.
        let bytes = secret.expose();
        if bytes.len() > MAX_LEN {
            return Err(CredentialError::TooLong);
        }
        if bytes.contains(&b'\n') {
            return Err(CredentialError::SeveralLines);
        }
        if bytes.iter().any(|byte| matches!(byte, b' ' | b'\t' | b'\r' | 0x0b | 0x0c)) {
            return Err(CredentialError::WhiteSpace);
        }
        if !bytes.iter().all(u8::is_ascii_graphic) {
            return Err(CredentialError::NotText);
        }
        if let Ok(token) = AccessToken::parse(bytes) {
            let complete = token.expose().as_bytes() == bytes;
            return Ok(Self {
                text: Zeroizing::new(token.expose().to_owned()),
                shape: if complete { Shape::AccessToken } else { Shape::PaddingRestored },
            });
        }
        // `INTERCOM_TOKEN=dG9r…`, quotes: Intercom would call that text dead, but the token in it
        // may be live.
        if !TokenDetector::new().matches(bytes).is_empty() || !is_token68(bytes) {
            return Err(CredentialError::Surrounded);
        }
        let text = String::from_utf8(bytes.to_vec()).map_err(|_| CredentialError::NotText)?;
        Ok(Self { text: Zeroizing::new(text), shape: Shape::Unknown })
    }

    /// What it looks like.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// The text of the token. The client calls this to send it.
    pub(super) fn expose(&self) -> &str {
        &self.text
    }

    /// `text` without this token, in any letter case, with or without percent-encoding and padding.
    /// A server may repeat what it was sent.
    pub fn hide_in(&self, text: &str) -> String {
        let stem = self.text.trim_end_matches('=');
        let mut shown = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            if let Some(mut length) = matched(rest.as_bytes(), stem.as_bytes()) {
                while let Some(padding) = matched(&rest.as_bytes()[length..], b"=") {
                    length += padding;
                }
                shown.push_str(HIDDEN);
                // A match is ASCII, so it ends at a character boundary.
                rest = &rest[length..];
            } else {
                shown.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
        shown
    }
}

/// Whether the text is one that a `Bearer` header may carry (RFC 6750, section 2.1).
fn is_token68(text: &[u8]) -> bool {
    let end = text.iter().rposition(|&byte| byte != b'=').map_or(0, |last| last + 1);
    end > 0 && text[..end].iter().all(|b| b.is_ascii_alphanumeric() || b"-._~+/".contains(b))
}

/// How many bytes at the start of `text` spell `wanted`, each character as itself or as `%XX`.
fn matched(text: &[u8], wanted: &[u8]) -> Option<usize> {
    let mut at = 0;
    for byte in wanted {
        let (found, length) = match text[at..] {
            [b'%', high, low, ..] if *byte != b'%' => (hex_value(high)? << 4 | hex_value(low)?, 3),
            [found, ..] => (found, 1),
            [] => return None,
        };
        if !found.eq_ignore_ascii_case(byte) {
            return None;
        }
        at += length;
    }
    Some(at)
}

fn hex_value(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// Why a text is not sent as a token. No message repeats the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// It has a line ending, apart from the one at the end of its file.
    #[error("the token continues after line 1")]
    SeveralLines,
    /// It has spaces or tabs in it or around it.
    #[error("line 1 of the token has white space in it")]
    WhiteSpace,
    /// It has control characters, or characters outside ASCII.
    #[error("line 1 of the token has characters that no token has")]
    NotText,
    /// It is longer than any token.
    #[error("the token is longer than any token")]
    TooLong,
    /// Something is before or after the token: quotes, a name.
    #[error("line 1 holds something else around the token")]
    Surrounded,
}

impl Advice for CredentialError {
    fn code(&self) -> &'static str {
        match self {
            Self::SeveralLines => "token-several-lines",
            Self::WhiteSpace => "token-white-space",
            Self::NotText => "token-not-text",
            Self::TooLong => "token-too-long",
            Self::Surrounded => "token-surrounded",
        }
    }

    fn hint(&self) -> Option<String> {
        Some("give the token alone, on one line, without quotes, spaces or a name".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stand-in for a token, of no format.
    const SAMPLE: &str = "Abc+/d9=";

    fn credential(text: &str) -> Result<Credential, CredentialError> {
        Credential::parse(&Secret::new(text.as_bytes().to_vec()).unwrap())
    }

    #[test]
    fn what_no_header_can_carry_is_refused() {
        for (text, error) in [
            ("a b", CredentialError::WhiteSpace),
            (" a", CredentialError::WhiteSpace),
            ("a\t", CredentialError::WhiteSpace),
            ("a\r", CredentialError::WhiteSpace),
            ("a\nb", CredentialError::SeveralLines),
            ("a\r\nb", CredentialError::SeveralLines),
            ("a\n", CredentialError::SeveralLines),
            ("\na", CredentialError::SeveralLines),
            ("a\0", CredentialError::NotText),
            ("a\x7f", CredentialError::NotText),
            ("é", CredentialError::NotText),
            ("\u{feff}a", CredentialError::NotText),
        ] {
            assert_eq!(credential(text).err(), Some(error), "{text:?}");
        }
        assert_eq!(credential(&"a".repeat(MAX_LEN + 1)).err(), Some(CredentialError::TooLong));
        assert!(credential(&"a".repeat(MAX_LEN)).is_ok());
    }

    #[test]
    fn an_unknown_format_is_kept_as_it_is() {
        let credential = credential(SAMPLE).unwrap();
        assert_eq!((credential.shape(), credential.expose()), (Shape::Unknown, SAMPLE));
    }

    #[test]
    fn the_token_is_hidden_however_it_is_written() {
        let credential = credential(SAMPLE).unwrap();
        for (text, shown) in [
            ("", ""),
            ("héllo", "héllo"),
            (SAMPLE, "[token]"),
            ("é Abc+/d9=é", "é [token]é"),
            ("abc+/D9", "[token]"),
            ("Abc%2B%2fd9%3D.", "[token]."),
            ("%41bc+%2Fd9%3d=", "[token]"),
            ("Abc+/d9=Abc+/d9", "[token][token]"),
            ("AAbc+/d9", "A[token]"),
            ("Abc+/d", "Abc+/d"),
            ("Abc%2", "Abc%2"),
            ("Abc%zz/d9", "Abc%zz/d9"),
        ] {
            assert_eq!(credential.hide_in(text), shown, "{text:?}");
        }
    }

    #[test]
    fn text_around_a_token_is_refused() {
        for text in ["\"Abc\"", "'Abc'", "TOKEN=Abc", "Abc,", "==", "Abc=d"] {
            assert_eq!(credential(text).err(), Some(CredentialError::Surrounded), "{text:?}");
        }
    }
}
