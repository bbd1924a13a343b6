//! Reports what a walk read and what it could not read.

use std::fmt;

use super::format::Format;

/// The result of a walk through a content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// The format of the content itself, if it is an archive.
    pub format: Option<Format>,
    /// How many members were shown.
    pub members: u64,
    /// How many bytes of content they have in all.
    pub bytes: u64,
    /// What could not be read: at most [`Outcome::MOST`] entries.
    pub unopened: Vec<Unopened>,
    /// How many more entries there are.
    pub more: u64,
}

impl Outcome {
    /// How many entries `unopened` has at most. A hostile archive could make millions.
    pub const MOST: usize = 100;

    /// Whether everything in the content was read.
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
#[non_exhaustive]
pub struct Unopened {
    /// The archives around it, the outermost first, and last its own format.
    pub chain: Vec<Format>,
    /// Its path, as in [`Member`](super::Member). Empty for the content itself.
    pub path: Vec<u8>,
    /// Why.
    pub reason: Reason,
}

/// Why something in an archive was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Reason {
    /// The data are invalid from some point on.
    Damaged {
        /// How many bytes of content were read.
        read: u64,
    },
    /// The whole content was read, but its checksum is wrong.
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
    /// A zip entry has an unknown compression method, with this number.
    Method(u16),
    /// It needs a feature that this reader lacks.
    Unsupported(Feature),
    /// Reading it takes more memory than [`Limits::memory`](super::Limits::memory).
    Memory,
    /// It is more than [`Limits::depth`](super::Limits::depth) archives deep.
    Depth,
    /// [`Limits::members`](super::Limits::members) was reached.
    Members,
    /// [`Limits::bytes`](super::Limits::bytes) was reached.
    Bytes,
    /// [`Limits::ratio`](super::Limits::ratio) was reached.
    Ratio,
}

/// A feature of a format that this reader lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Feature {
    /// A zstd frame that needs a dictionary from elsewhere.
    Dictionary,
    /// A filter of xz.
    XzFilter,
    /// A stored entry of unknown length, in an inner zip file that is too long for the memory.
    UnknownLength,
}

impl Feature {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Dictionary, Self::XzFilter, Self::UnknownLength];
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dictionary => "a dictionary that is not in the file",
            Self::XzFilter => "a filter of xz",
            Self::UnknownLength => {
                "an entry of unknown length in an inner zip file too long to be held"
            }
        })
    }
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
