//! A saved delivery, and why something that was saved is not one.

use std::io;

use crate::advice::Advice;

/// The longest delivery that is read, in bytes. A raw body can be longer.
pub const MAX_DELIVERY: usize = 64 * 1024 * 1024;

/// The longest HTTP archive that is read, in bytes.
pub const MAX_HAR: usize = 512 * 1024 * 1024;

/// A delivery that was saved.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SavedDelivery {
    /// Where it stood: a file's name, or a number.
    pub name: String,
    /// The header lines, without the empty line after them.
    pub head: Vec<u8>,
    /// The body.
    pub body: Vec<u8>,
    /// What is odd about the way it was saved.
    pub oddity: Option<Oddity>,
}

impl SavedDelivery {
    /// How long the body is by its sender's words, where it is shorter.
    pub const fn stated_length(&self) -> Option<u64> {
        match self.oddity {
            Some(Oddity::Shorter { stated, .. }) => Some(stated),
            _ => None,
        }
    }
}

/// What is odd about a saved delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Oddity {
    /// `Content-Length` says more than there is.
    #[error("the body breaks off: Content-Length states {stated} bytes, and {found} are there")]
    Shorter {
        /// What `Content-Length` states.
        stated: u64,
        /// How many there are.
        found: u64,
    },
    /// `Content-Length` says less than there is.
    #[error("the body has {found} bytes, and Content-Length states {stated}")]
    Longer {
        /// What `Content-Length` states.
        stated: u64,
        /// How many there are.
        found: u64,
    },
    /// The headers name the chunked coding, and the body is not in it.
    #[error("the headers say that the body is chunked, and it is not: it was taken as it is")]
    NotChunked,
}

/// One thing of many that were saved.
#[derive(Debug)]
pub enum Entry {
    /// A delivery.
    Delivery(SavedDelivery),
    /// It may be a delivery, and cannot be read.
    Unreadable {
        /// Where it stood.
        name: String,
        /// Why it cannot be read.
        error: DeliveryError,
    },
    /// Something else, which was not asked for.
    Ignored,
}

/// Why something that was saved cannot be read as a delivery. The messages are predicates: put what
/// was read before them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeliveryError {
    /// The file cannot be read.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It is too long.
    #[error("is longer than {} MiB", .limit / (1024 * 1024))]
    TooLong {
        /// The limit, in bytes.
        limit: usize,
    },
    /// It does not begin with a request line.
    #[error("is not a saved HTTP request: it does not begin with a request line")]
    NoRequestLine,
    /// No empty line ends the headers.
    #[error("is not a saved HTTP request: no empty line ends its headers")]
    NoEndOfHead,
    /// It is not an HTTP archive.
    #[error("is not an HTTP archive (HAR)")]
    NotHar,
    /// It is not a JSON object.
    #[error("is not a JSON object")]
    NotAnObject,
    /// An object has a name twice: one reader would verify one value, and another use the other.
    #[error("has a name that stands twice in one object")]
    RepeatedName,
    /// An entry of an archive has no request.
    #[error("has no request with a method and headers")]
    NoRequest,
    /// There are no headers.
    #[error("has no headers, as an object or a list of pairs")]
    NoHeaders,
    /// A header holds a line break.
    #[error("has a header with a line break in it")]
    LineBreakInHeader,
    /// There is no body.
    #[error("has no body")]
    NoBody,
    /// The archive was saved without bodies.
    #[error("has no body: it was saved without the content")]
    BodyNotSaved,
    /// The archive has the body in another form than text.
    #[error("has no text of its body")]
    NoTextOfBody,
    /// There are a `body` and a `body_base64`.
    #[error("has both a body and a body_base64")]
    TwoBodies,
    /// The body was parsed before it was saved.
    #[error("has a body that is not text: it was parsed, and the signature is over the raw text")]
    ParsedBody,
    /// The body is not the base64 that it should be.
    #[error("has a body that is not base64, and should be")]
    NotBase64,
}

impl Advice for DeliveryError {
    fn code(&self) -> &'static str {
        match self {
            Self::Io(_) => "unreadable",
            Self::TooLong { .. } => "delivery-too-long",
            _ => "delivery-malformed",
        }
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Io(_) => "check the file and the disk it is on",
            Self::TooLong { .. } => "give the raw body, and its signature or headers beside it",
            Self::NoRequestLine | Self::NoEndOfHead => {
                "save the request line, the headers, an empty line and the untouched body"
            }
            _ => "save deliveries as HTTP requests, as an HTTP archive (HAR) or as NDJSON",
        };
        Some(hint.to_owned())
    }
}

/// Header lines of names and values that come from JSON, which can hold line breaks.
pub(super) fn head_of<'h>(
    headers: impl IntoIterator<Item = (&'h str, &'h str)>,
) -> Result<Vec<u8>, DeliveryError> {
    let mut head = Vec::new();
    for (name, value) in headers {
        if name.contains(['\r', '\n', ':']) && !name.starts_with(':')
            || value.contains(['\r', '\n'])
        {
            return Err(DeliveryError::LineBreakInHeader);
        }
        head.extend_from_slice(name.as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    Ok(head)
}
