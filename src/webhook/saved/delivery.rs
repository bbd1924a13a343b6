//! A saved delivery, and why something that was saved is not one.

use std::io;

use crate::advice::Advice;

/// The longest delivery that is read, in bytes. A raw body can be longer.
pub const MAX_DELIVERY: usize = 64 * 1024 * 1024;

/// The longest HTTP archive that is read, in bytes.
pub const MAX_HAR: usize = 512 * 1024 * 1024;

/// A delivery that was saved.
#[derive(Clone, Debug, PartialEq, Eq)]
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
pub enum Oddity {
    /// `Content-Length` says more than there is.
    #[error(
        "the body breaks off: {found} of the {stated} bytes that Content-Length states are there"
    )]
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
    /// What may be a delivery, and cannot be read.
    Unreadable {
        /// Where it stood.
        name: String,
        /// Why it cannot be read.
        error: DeliveryError,
    },
    /// Something else, which was not asked for.
    Ignored,
}

/// Why something that was saved cannot be read as a delivery.
#[derive(Debug, thiserror::Error)]
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
    /// There is no request line, or no empty line after the headers.
    #[error("is not a saved HTTP request: {0}")]
    NotARequest(&'static str),
    /// It is not the JSON that belongs there.
    #[error("is not {0}")]
    NotJson(&'static str),
    /// A part is missing or of another type.
    #[error("{0}")]
    Part(&'static str),
}

impl Advice for DeliveryError {
    fn code(&self) -> &'static str {
        match self {
            Self::Io(_) => "unreadable",
            Self::TooLong { .. } => "delivery-too-long",
            Self::NotARequest(_) | Self::NotJson(_) | Self::Part(_) => "delivery-malformed",
        }
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Io(_) => "check the file and the disk it is on",
            Self::TooLong { .. } => "give the raw body, and its signature or headers beside it",
            Self::NotARequest(_) => {
                "save the request line, the headers, an empty line and the untouched body"
            }
            Self::NotJson(_) | Self::Part(_) => {
                "save deliveries as HTTP requests, as an HTTP archive (HAR) or as NDJSON"
            }
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
            return Err(DeliveryError::Part("has a header with a line break in it"));
        }
        head.extend_from_slice(name.as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    Ok(head)
}
