//! What a walk tells about itself.

use std::fmt;

use super::format::Format;

/// What a walk through a content came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What the content itself is, if it is an archive.
    pub format: Option<Format>,
    /// How many members were shown.
    pub members: u64,
    /// How many bytes of content they have, all together.
    pub bytes: u64,
    /// What could not be read, at most [`Outcome::MOST`] of them.
    pub unopened: Vec<Unopened>,
    /// How many more there are.
    pub more: u64,
}

impl Outcome {
    /// How many places that could not be read are told of; a hostile archive has millions.
    pub const MOST: usize = 100;

    /// Whether all that is in the content was shown.
    pub fn is_complete(&self) -> bool {
        self.unopened.is_empty()
    }

    pub(super) fn note(&mut self, unopened: Unopened) {
        if self.unopened.len() < Self::MOST {
            self.unopened.push(unopened);
        } else {
            self.more += 1;
        }
    }
}

/// Something in an archive that was not read, or not to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unopened {
    /// What had to be opened to get to it, the outermost first, and what was to be opened.
    pub chain: Vec<Format>,
    /// Its path, as in [`super::Member`]; empty for the content itself.
    pub path: Vec<u8>,
    /// Why.
    pub reason: Reason,
}

/// Why something in an archive was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The data make no sense from some point on.
    Damaged {
        /// How many bytes of content were read.
        read: u64,
    },
    /// All was read, and it is not what the archive's checksum says.
    Checksum {
        /// How many bytes of content were read.
        read: u64,
    },
    /// The data end too early.
    Truncated {
        /// How many bytes of content were read.
        read: u64,
    },
    /// It is encrypted.
    Encrypted,
    /// A zip entry is compressed by a method that is not known here; the number is the method's.
    Method(u16),
    /// It needs something that is not supported.
    Unsupported(&'static str),
    /// To read it takes more memory than [`super::Limits::memory`].
    Memory,
    /// It is more than [`super::Limits::depth`] archives deep.
    Depth,
    /// [`super::Limits::members`] was reached.
    Members,
    /// [`super::Limits::bytes`] was reached.
    Bytes,
    /// [`super::Limits::ratio`] was reached.
    Ratio,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged { read } => write!(f, "damaged: read up to {read} bytes"),
            Self::Checksum { read } => {
                write!(f, "damaged: {read} bytes were read, and the checksum is another")
            }
            Self::Truncated { read } => write!(f, "truncated: read up to {read} bytes"),
            Self::Encrypted => f.write_str("encrypted"),
            Self::Method(method) => write!(f, "unknown compression method {method}"),
            Self::Unsupported(what) => write!(f, "not supported: {what}"),
            Self::Memory => f.write_str("needs more memory than allowed to be opened"),
            Self::Depth => f.write_str("too many archives inside each other"),
            Self::Members => f.write_str("too many members"),
            Self::Bytes => f.write_str("too many bytes in all members together"),
            Self::Ratio => f.write_str("too many bytes for the size of the file"),
        }
    }
}
