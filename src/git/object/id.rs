//! Object ids and kinds.

use std::fmt;

use sha2::Digest as _;

/// The hash function that names a repository's objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HashKind {
    /// 20 bytes: nearly every repository.
    Sha1,
    /// 32 bytes: `extensions.objectFormat = sha256`.
    Sha256,
}

impl HashKind {
    /// The length of an id, in bytes.
    #[expect(clippy::len_without_is_empty, reason = "the length of an id is never zero")]
    pub const fn len(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }

    /// The hash of bytes.
    pub(crate) fn digest(self, bytes: &[u8]) -> ObjectId {
        let mut hasher = Hasher::new(self);
        hasher.update(bytes);
        hasher.finish()
    }
}

/// Hashes bytes that come in pieces.
pub(crate) enum Hasher {
    Sha1(sha1::Sha1),
    Sha256(sha2::Sha256),
}

impl Hasher {
    pub(crate) fn new(hash: HashKind) -> Self {
        match hash {
            HashKind::Sha1 => Self::Sha1(sha1::Sha1::new()),
            HashKind::Sha256 => Self::Sha256(sha2::Sha256::new()),
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha1(hasher) => hasher.update(bytes),
            Self::Sha256(hasher) => hasher.update(bytes),
        }
    }

    pub(crate) fn finish(self) -> ObjectId {
        match self {
            Self::Sha1(hasher) => ObjectId::new(&hasher.finalize()),
            Self::Sha256(hasher) => ObjectId::new(&hasher.finalize()),
        }
    }
}

/// The value of each hex digit; 255 for what is none. (A history has two ids in each commit, so that
/// the general decoder's time would show.)
const NIBBLES: [u8; 256] = {
    let mut table = [255; 256];
    let mut value = 0_u8;
    while value < 16 {
        table[b"0123456789abcdef"[value as usize] as usize] = value;
        table[b"0123456789ABCDEF"[value as usize] as usize] = value;
        value += 1;
    }
    table
};

/// The length of the longest id, in bytes.
const MAX_LEN: usize = 32;

/// The name of an object: 20 or 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    bytes: [u8; MAX_LEN],
    length: u8,
}

impl ObjectId {
    /// Takes 20 or 32 bytes.
    ///
    /// # Panics
    ///
    /// When `id` is longer than 32 bytes.
    pub fn new(id: &[u8]) -> Self {
        let mut bytes = [0; MAX_LEN];
        match <&[u8; 20]>::try_from(id) {
            // Of a known length, a copy takes a few instructions instead of a call.
            Ok(id) => bytes[..20].copy_from_slice(id),
            Err(_) => bytes[..id.len()].copy_from_slice(id),
        }
        #[expect(clippy::cast_possible_truncation, reason = "32 at the most")]
        let length = id.len() as u8;
        Self { bytes, length }
    }

    /// Reads an id written in hex, as commits, tags and refs have it.
    pub fn from_hex(text: &[u8], hash: HashKind) -> Option<Self> {
        let (pairs, []) = text.as_chunks::<2>() else { return None };
        if pairs.len() != hash.len() {
            return None;
        }
        let mut bytes = [0; MAX_LEN];
        let mut all = 0;
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            let (high, low) = (NIBBLES[usize::from(*high)], NIBBLES[usize::from(*low)]);
            all |= high | low;
            *byte = high << 4 | low;
        }
        (all < 16).then(|| Self::new(&bytes[..hash.len()]))
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    /// Whether it names no object: git writes zeros for "none".
    pub fn is_zero(&self) -> bool {
        self.as_bytes().iter().all(|&byte| byte == 0)
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.as_bytes()))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The kind of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectKind {
    /// A commit.
    Commit,
    /// A directory's listing.
    Tree,
    /// A file's content.
    Blob,
    /// An annotated tag.
    Tag,
}

impl ObjectKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Commit, Self::Tree, Self::Blob, Self::Tag];

    /// Git's name for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Tree => "tree",
            Self::Blob => "blob",
            Self::Tag => "tag",
        }
    }

    /// Reads git's name for it.
    pub fn from_name(name: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name().as_bytes() == name)
    }
}
