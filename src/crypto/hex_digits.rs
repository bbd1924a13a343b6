//! A digest as people paste it: read strictly, with the reason when it is none.

use std::num::NonZeroUsize;

/// How the letters of a hex text are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HexCase {
    /// No upper-case letter.
    Lower,
    /// At least one upper-case letter.
    Upper,
}

/// Why a text is not the hex digits that belong there. Reads on after "the signature" or
/// "the hash".
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotHex {
    /// There is nothing.
    #[error("is empty")]
    Empty,
    /// White space stands before or after it.
    #[error("has white space around it")]
    Spaced,
    /// Quotes stand before or after it.
    #[error("has quotes around it")]
    Quoted,
    /// A digest of the right length, in the wrong encoding.
    #[error("is base64 where hex belongs")]
    Base64,
    /// Too short or too long.
    #[error("has {found} characters where {expected} hex digits belong")]
    Length {
        /// How many hex digits belong there.
        expected: usize,
        /// How many characters stand there.
        found: usize,
    },
    /// The length is right, a character is not.
    #[error("has another character in place {position} of its {expected} hex digits")]
    Alphabet {
        /// How many hex digits belong there.
        expected: usize,
        /// The place of the first wrong character, counted from 1.
        position: NonZeroUsize,
    },
}

impl NotHex {
    /// The one cause that has its own remedy: the text was cut out of a line with too much.
    pub(crate) fn hint(self) -> Option<&'static str> {
        match self {
            Self::Empty => Some("the variable or file that it came from may be empty"),
            Self::Spaced => Some("remove the white space before and after it"),
            Self::Quoted => Some("remove the quotes"),
            Self::Base64 => Some("write the digest in hex"),
            Self::Length { .. } | Self::Alphabet { .. } => None,
        }
    }
}

/// Refuses what a careless copy leaves around a value, before the value itself is looked at.
pub(crate) fn check_edges(text: &str) -> Result<(), NotHex> {
    const QUOTES: [char; 9] = ['"', '\'', '`', '“', '”', '‘', '’', '«', '»'];
    if text.is_empty() {
        Err(NotHex::Empty)
    } else if text.trim().len() != text.len() {
        Err(NotHex::Spaced)
    } else if text.starts_with(QUOTES) || text.ends_with(QUOTES) {
        Err(NotHex::Quoted)
    } else {
        Ok(())
    }
}

/// Reads exactly `N` bytes from hex digits of either case.
pub(crate) fn decode<const N: usize>(digits: &str) -> Result<([u8; N], HexCase), NotHex> {
    let expected = 2 * N;
    let found = digits.chars().count();
    if found != expected {
        let is_base64 = found == N.div_ceil(3) * 4
            && digits.trim_end_matches('=').bytes().all(is_base64_character);
        return Err(if is_base64 { NotHex::Base64 } else { NotHex::Length { expected, found } });
    }
    let wrong = (1..).zip(digits.chars()).find(|(_, digit)| !digit.is_ascii_hexdigit());
    if let Some(position) = wrong.and_then(|(position, _)| NonZeroUsize::new(position)) {
        return Err(NotHex::Alphabet { expected, position });
    }
    let mut bytes = [0; N];
    hex::decode_to_slice(digits, &mut bytes).map_err(|_| NotHex::Length { expected, found })?;
    let case = if digits.bytes().any(|byte| byte.is_ascii_uppercase()) {
        HexCase::Upper
    } else {
        HexCase::Lower
    };
    Ok((bytes, case))
}

fn is_base64_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}
