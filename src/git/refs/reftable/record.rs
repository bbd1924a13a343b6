//! The records of a block.

use super::MAX_NAME;
use crate::git::object::id::{HashKind, ObjectId};

/// A ref in one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefRecord {
    /// The full name.
    pub name: Vec<u8>,
    /// What it names.
    pub value: RefValue,
}

/// What a ref names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefValue {
    /// The ref of the tables before is deleted.
    Deleted,
    /// An object.
    Object(ObjectId),
    /// An annotated tag, and what it is about in the end.
    Tag {
        /// The tag.
        id: ObjectId,
        /// What it is about.
        peeled: ObjectId,
    },
    /// Another ref.
    Symbolic(Vec<u8>),
}

/// A line of a reflog in one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRecord {
    /// The full name of the ref.
    pub name: Vec<u8>,
    /// The number of the transaction: later ones are higher.
    pub update: u64,
    /// The line; `None` where that of the tables before is deleted.
    pub entry: Option<LogEntry>,
}

/// What a line of a reflog says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// What the ref named before; zeros for nothing.
    pub old: ObjectId,
    /// What it named from then on; zeros for nothing.
    pub new: ObjectId,
    /// Who changed it.
    pub person: Vec<u8>,
    /// Their address.
    pub email: Vec<u8>,
    /// When, in seconds since 1970.
    pub time: u64,
    /// The zone: git writes 200 for `+0200`, where the format's description wants minutes.
    pub zone: i16,
    /// Why.
    pub message: Vec<u8>,
}

/// Bytes that are read from front to back; `None` where they end too soon.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Cursor<'b> {
    pub(crate) const fn new(bytes: &'b [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    pub(crate) const fn at(&self) -> usize {
        self.at
    }

    pub(crate) const fn is_at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    fn take(&mut self, length: usize) -> Option<&'b [u8]> {
        let taken = self.bytes.get(self.at..self.at.checked_add(length)?)?;
        self.at += length;
        Some(taken)
    }

    /// A number as packs write the distance to a delta's base.
    fn number(&mut self) -> Option<u64> {
        let mut byte = *self.take(1)?.first()?;
        let mut value = u64::from(byte & 0x7f);
        while byte & 0x80 != 0 {
            byte = *self.take(1)?.first()?;
            value = value.checked_add(1)?.checked_mul(128)? | u64::from(byte & 0x7f);
        }
        Some(value)
    }

    /// Bytes with their length before them.
    fn text(&mut self) -> Option<&'b [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        self.take(length)
    }

    fn id(&mut self, hash: HashKind) -> Option<ObjectId> {
        self.take(hash.len()).map(ObjectId::new)
    }

    /// A key, which begins as the one before it does, and the number of the form that the value has.
    /// Tells how much of the key is new.
    pub(crate) fn key(&mut self, key: &mut Vec<u8>) -> Option<(usize, u64)> {
        let shared = usize::try_from(self.number()?).ok()?;
        let length_and_form = self.number()?;
        let suffix = self.take(usize::try_from(length_and_form >> 3).ok()?)?;
        if shared > key.len() || shared + suffix.len() > MAX_NAME {
            return None;
        }
        // Keys stand in ascending order; after what is shared, that is for the suffix to show.
        if !key.is_empty() && suffix <= key.get(shared..)? {
            return None;
        }
        key.truncate(shared);
        key.extend_from_slice(suffix);
        Some((shared, length_and_form & 7))
    }
}

impl RefRecord {
    /// Reads what stands behind the key.
    pub(crate) fn parse(
        name: &[u8],
        form: u64,
        cursor: &mut Cursor<'_>,
        hash: HashKind,
    ) -> Option<Self> {
        let _update = cursor.number()?;
        let value = match form {
            0 => RefValue::Deleted,
            1 => RefValue::Object(cursor.id(hash)?),
            2 => RefValue::Tag { id: cursor.id(hash)?, peeled: cursor.id(hash)? },
            3 => RefValue::Symbolic(cursor.text()?.to_vec()),
            _ => return None,
        };
        Some(Self { name: name.to_vec(), value })
    }
}

impl LogRecord {
    /// Reads what stands behind the key: the name, a NUL, and the number of the transaction, turned
    /// around so that later ones come first.
    pub(crate) fn parse(
        key: &[u8],
        form: u64,
        cursor: &mut Cursor<'_>,
        hash: HashKind,
    ) -> Option<Self> {
        let (name, update) = key.split_last_chunk::<8>()?;
        let name = name.strip_suffix(b"\0")?;
        let entry = match form {
            0 => None,
            1 => Some(LogEntry::parse(cursor, hash)?),
            _ => return None,
        };
        Some(Self { name: name.to_vec(), update: !u64::from_be_bytes(*update), entry })
    }
}

impl LogEntry {
    fn parse(cursor: &mut Cursor<'_>, hash: HashKind) -> Option<Self> {
        Some(Self {
            old: cursor.id(hash)?,
            new: cursor.id(hash)?,
            person: cursor.text()?.to_vec(),
            email: cursor.text()?.to_vec(),
            time: cursor.number()?,
            zone: i16::from_be_bytes(*cursor.take(2)?.first_chunk()?),
            message: cursor.text()?.to_vec(),
        })
    }
}
