//! Finds the signatures in HTTP headers.

use std::borrow::Cow;

use super::malformed::MalformedSignature;
use super::scheme::Scheme;
use super::signature::WebhookSignature;
use super::signatures::Signatures;
use crate::advice::Advice;

/// More than any server sends as headers, in bytes; a larger input is some other file.
pub const MAX_HEADERS: usize = 1024 * 1024;

impl Signatures {
    /// Finds Intercom's signatures in header lines as `curl -D` saves them.
    ///
    /// A request or status line may stand first; lines end with CRLF or LF; an empty line ends the
    /// headers. One malformed signature makes all of it an error: a receiver that reads only that
    /// one would refuse the delivery.
    ///
    /// ```
    /// use intercom_sec::webhook::{HeadersError, Scheme, Signatures};
    ///
    /// let headers = format!("POST / HTTP/1.1\r\nx-hub-signature: sha1={}\r\n", "0".repeat(40));
    /// assert_eq!(Signatures::in_headers(headers.as_bytes())?.first().scheme(), Scheme::Hub);
    /// assert_eq!(Signatures::in_headers(b"Host: a\n"), Err(HeadersError::Missing));
    /// # Ok::<(), HeadersError>(())
    /// ```
    pub fn in_headers(headers: &[u8]) -> Result<Self, HeadersError> {
        let mut found = Found::default();
        // The name in the line before, which a folded line continues.
        let mut before: Option<&[u8]> = None;
        for (number, line) in lines(headers) {
            if line.is_empty() {
                break;
            }
            let is_folded = line.starts_with(b" ") || line.starts_with(b"\t");
            if let (true, Some(name)) = (is_folded, before) {
                // RFC 9112, section 5.2, lets a reader refuse it; it harms in the signature only.
                if let Some(scheme) = Scheme::of_header(name) {
                    return Err(HeadersError::Folded { scheme, line: number });
                }
                continue;
            }
            let Some((name, value)) = split(line) else {
                if is_start_line(line) && before.is_none() {
                    continue;
                }
                return Err(HeadersError::NotAHeader { line: number });
            };
            before = Some(name);
            found.add(name, value, number)?;
        }
        found.signatures()
    }
}

/// Whether the header lines hold a signature of Intercom's, well-formed or not.
pub(super) fn has_signature(head: &[u8]) -> bool {
    Scheme::ALL.into_iter().any(|scheme| header_values(head, scheme.header()).next().is_some())
}

/// The text that holds the signatures of a delivery, as it is given.
#[derive(Clone, Copy, Debug)]
pub enum SignatureText<'t> {
    /// Header lines, as [`Signatures::in_headers`] reads them.
    Headers(&'t [u8]),
    /// The value of one header. Its form tells which one it is.
    Value(&'t str),
}

impl<'t> SignatureText<'t> {
    /// Takes a header's value, or a whole header line as it is copied from a log.
    pub fn of_value_or_line(text: &'t str) -> Self {
        let is_line = text.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("x-"));
        if is_line && text.contains(':') {
            Self::Headers(text.as_bytes())
        } else {
            Self::Value(text)
        }
    }

    /// Reads the signatures.
    pub fn parse(self) -> Result<Signatures, HeadersError> {
        match self {
            Self::Headers(headers) => Signatures::in_headers(headers),
            Self::Value(value) => Ok(WebhookSignature::parse(value)?.into()),
        }
    }

    /// The scheme and value of a signature that is malformed.
    pub(super) fn malformed(self) -> Option<(Scheme, Cow<'t, str>)> {
        match self {
            Self::Headers(headers) => Scheme::ALL.into_iter().find_map(|scheme| {
                let value = header_values(headers, scheme.header()).next()?;
                let value = String::from_utf8_lossy(value);
                let is_malformed = WebhookSignature::parse_as(scheme, &value).is_err();
                is_malformed.then_some((scheme, value))
            }),
            Self::Value(value) => {
                let is_malformed = WebhookSignature::parse(value).is_err();
                is_malformed.then_some((Scheme::Hub, Cow::Borrowed(value)))
            }
        }
    }
}

/// The values of the headers with this name, in any letter case, up to an empty line.
pub(super) fn header_values<'h>(head: &'h [u8], name: &str) -> impl Iterator<Item = &'h [u8]> {
    let lines = lines(head).map(|(_, line)| line).take_while(|line| !line.is_empty());
    lines.filter_map(split).filter_map(move |(found, value)| {
        found.eq_ignore_ascii_case(name.as_bytes()).then_some(value)
    })
}

/// The values of the signatures' headers, in the order of [`Scheme::ALL`].
#[derive(Default)]
struct Found<'h>([Option<&'h [u8]>; 3]);

impl<'h> Found<'h> {
    fn add(&mut self, name: &[u8], value: &'h [u8], line: usize) -> Result<(), HeadersError> {
        for (scheme, slot) in Scheme::ALL.into_iter().zip(&mut self.0) {
            if Scheme::of_header(name) != Some(scheme) {
                continue;
            }
            if slot.is_some_and(|first| first != value) {
                return Err(HeadersError::Conflicting { scheme, line });
            }
            *slot = Some(value);
        }
        Ok(())
    }

    fn signatures(&self) -> Result<Signatures, HeadersError> {
        let values = Scheme::ALL.into_iter().zip(self.0);
        let signatures = values
            .filter_map(|(scheme, value)| Some((scheme, value?)))
            .map(|(scheme, value)| {
                WebhookSignature::parse_as(scheme, &String::from_utf8_lossy(value))
            })
            .collect::<Result<Vec<_>, _>>()?;
        Signatures::new(signatures).ok_or(HeadersError::Missing)
    }
}

/// Why the headers hold no signature that can be verified.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeadersError {
    /// There is none of Intercom's signatures.
    #[error("the headers hold no X-Hub-Signature, nor another signature of Intercom's")]
    Missing,
    /// The value of one is not a signature.
    #[error(transparent)]
    Malformed(#[from] MalformedSignature),
    /// There are several, and they differ.
    #[error("line {line} of the headers is a second {scheme} with another value")]
    Conflicting {
        /// Which one it is.
        scheme: Scheme,
        /// Counted from 1.
        line: usize,
    },
    /// The value goes on in the next line.
    #[error("line {line} of the headers continues the {scheme}")]
    Folded {
        /// Which one it is.
        scheme: Scheme,
        /// Counted from 1.
        line: usize,
    },
    /// A line is not `Name: value`.
    #[error("line {line} of the headers is not an HTTP header")]
    NotAHeader {
        /// Counted from 1.
        line: usize,
    },
}

impl Advice for HeadersError {
    fn code(&self) -> &'static str {
        match self {
            Self::Missing => "signature-missing",
            Self::Malformed(error) => error.code(),
            Self::Conflicting { .. } => "signature-conflicting",
            Self::Folded { .. } | Self::NotAHeader { .. } => "headers-malformed",
        }
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Malformed(error) => return error.hint(),
            Self::Missing => {
                "Intercom signs every webhook; a request without the header is not from Intercom, \
                 or a proxy dropped it"
            }
            Self::Conflicting { .. } => {
                "keep the headers of one delivery; a sender that adds a second signature is not \
                 Intercom"
            }
            Self::Folded { .. } => "write the header on one line",
            Self::NotAHeader { .. } => "save the headers as curl -D does: Name: value, one a line",
        };
        Some(hint.to_owned())
    }
}

/// The lines with their numbers. Empty lines before the first are skipped, as servers do
/// (RFC 9112, section 2.2), and so is the byte order mark of an editor.
fn lines(headers: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let headers = headers.strip_prefix(b"\xef\xbb\xbf").unwrap_or(headers);
    headers
        .split(|&byte| byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .enumerate()
        .map(|(index, line)| (index + 1, line))
        .skip_while(|(_, line)| line.is_empty())
}

/// Name and value (RFC 9112, section 5), without the white space around the value.
fn split(line: &[u8]) -> Option<(&[u8], &[u8])> {
    // HTTP/2 and 3 show request and status as `:method: POST` and so on.
    let field = line.strip_prefix(b":").unwrap_or(line);
    let colon = field.iter().position(|&byte| byte == b':')?;
    let (name, value) = (&field[..colon], &field[colon + 1..]);
    let is_name = !name.is_empty() && name.iter().all(|&byte| is_token(byte));
    is_name.then(|| (name, value.trim_ascii()))
}

/// Characters of a header's name (RFC 9110, section 5.6.2).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// `HTTP/1.1 200 OK` or `POST /hook HTTP/1.1`.
fn is_start_line(line: &[u8]) -> bool {
    line.starts_with(b"HTTP/")
        || line.rsplit(|&byte| byte == b' ').next().is_some_and(|last| last.starts_with(b"HTTP/"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn signature(digit: char) -> String {
        format!("sha1={}", digit.to_string().repeat(40))
    }

    #[track_caller]
    fn assert_finds(headers: &str, digit: char) {
        let expected = WebhookSignature::parse(&signature(digit)).unwrap();
        assert_eq!(Signatures::in_headers(headers.as_bytes()), Ok(expected.into()), "{headers:?}");
    }

    #[test]
    fn the_signature_is_found_in_every_form_of_header_lines() {
        let a = signature('a');
        for headers in [
            format!("X-Hub-Signature: {a}"),
            format!("X-Hub-Signature:{a}\n"),
            format!("x-hub-SIGNATURE: \t {a} \t\r\n"),
            format!("POST /hook?a=b:c HTTP/1.1\r\nHost: x\r\nX-Hub-Signature: {a}\r\n\r\n"),
            format!("HTTP/2 200 \nX-Hub-Signature: {a}\n\n"),
            format!(":method: POST\n:path: /hook\nx-hub-signature: {a}\n"),
            format!("\u{feff}\r\n\nX-Hub-Signature: {a}\n"),
            format!("X-Hub-Signature: {a}\nX-Hub-Signature: {a}\n"),
            format!("Cookie: a\n b\n\tc\nX-Hub-Signature: {a}\n"),
            format!("Empty:\nX-Body: b\nX-Hub-Signature: {a}\n"),
        ] {
            assert_finds(&headers, 'a');
        }
    }

    #[test]
    fn what_comes_after_an_empty_line_is_no_header() {
        let (a, b) = (signature('a'), signature('b'));
        assert_finds(&format!("X-Hub-Signature: {a}\r\n\r\nX-Hub-Signature: {b}\r\n"), 'a');
        assert_eq!(
            Signatures::in_headers(format!("Host: x\n\nX-Hub-Signature: {a}\n").as_bytes()),
            Err(HeadersError::Missing)
        );
    }

    #[test]
    fn two_different_signatures_are_refused() {
        let headers = format!("X-Hub-Signature: {}\nx-hub-signature: sha1=", signature('a'));
        assert_eq!(
            Signatures::in_headers(headers.as_bytes()),
            Err(HeadersError::Conflicting { scheme: Scheme::Hub, line: 2 })
        );
    }

    #[test]
    fn a_signature_over_two_lines_is_refused() {
        let headers = format!("Host: x\nX-Hub-Signature:\n {}\n", signature('a'));
        let expected = Err(HeadersError::Folded { scheme: Scheme::Hub, line: 3 });
        assert_eq!(Signatures::in_headers(headers.as_bytes()), expected);
    }

    #[test]
    fn a_line_that_is_no_header_is_named() {
        for (headers, line) in [
            ("{\"type\":\"notification_event\"}", 1),
            ("Host: x\nnonsense\n", 2),
            ("> X-Hub-Signature: a\n", 1),
            ("X-Hub-Signature : a\n", 1),
            ("X-Hub-Signature: a\nGET / HTTP/1.1\n", 2),
            (": a\n", 1),
            ("  X-Hub-Signature: a\n", 1),
        ] {
            let expected = Err(HeadersError::NotAHeader { line });
            assert_eq!(Signatures::in_headers(headers.as_bytes()), expected, "{headers:?}");
        }
    }

    #[test]
    fn each_header_is_read_in_its_own_form_and_all_that_are_there_are_taken() {
        let long = "ab".repeat(32);
        let fin = format!("X-FIN-AGENT-API-Webhook-Signature: sha256={long}\n");
        let body = format!("x-body-signature: {long}\n{fin}");
        let hub = format!("{body}X-Hub-Signature: {}\n", signature('a'));
        for (headers, schemes) in [
            (fin, &[Scheme::FinAgent][..]),
            (body, &[Scheme::Body, Scheme::FinAgent]),
            (hub.clone(), &Scheme::ALL),
        ] {
            let found = Signatures::in_headers(headers.as_bytes()).unwrap();
            let found: Vec<_> = found.iter().map(WebhookSignature::scheme).collect();
            assert_eq!(found, schemes, "{headers:?}");
        }
        let broken = hub.replace(&format!("sha256={long}"), &long);
        assert!(matches!(
            Signatures::in_headers(broken.as_bytes()),
            Err(HeadersError::Malformed(MalformedSignature::NoPrefix(Scheme::FinAgent)))
        ));
        let malformed = |headers| SignatureText::Headers(headers).malformed();
        assert_eq!(malformed(broken.as_bytes()), Some((Scheme::FinAgent, long.as_str().into())));
        assert_eq!(malformed(hub.as_bytes()), None);
        let error = Signatures::in_headers(format!("X-Hub-Signature: sha256={long}").as_bytes());
        assert!(error.unwrap_err().to_string().contains("X-Hub-Signature is SHA-1"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(headers: Vec<u8>) {
            let _ = Signatures::in_headers(&headers);
        }

        #[test]
        fn any_value_of_the_header_is_judged_like_the_bare_value(value in "[!-~]{0,60}") {
            let headers = format!("Host: x\r\nX-Hub-Signature: {value}\r\n\r\n");
            let found = Signatures::in_headers(headers.as_bytes());
            let expected = WebhookSignature::parse_as(Scheme::Hub, &value);
            let expected = expected.map(Signatures::from);
            prop_assert_eq!(found, expected.map_err(Into::into));
        }
    }
}
