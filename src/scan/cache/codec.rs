//! Writes numbers and texts as bytes, and reads them back.
//!
//! What is read may be anything: every read can fail, and none takes more memory than the bytes
//! that it was given.

use crate::git::object::id::{HashKind, ObjectId};

/// Writes values one after the other.
#[derive(Debug, Default)]
pub(super) struct Writer {
    pub(super) bytes: Vec<u8>,
}

impl Writer {
    pub(super) fn byte(&mut self, value: u8) {
        self.bytes.push(value);
    }

    pub(super) fn flag(&mut self, value: bool) {
        self.byte(value.into());
    }

    pub(super) fn u64(&mut self, value: u64) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn i64(&mut self, value: i64) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// How many values follow.
    pub(super) fn count(&mut self, value: usize) {
        self.u64(value as u64);
    }

    /// Bytes of a length that the reader knows.
    pub(super) fn raw(&mut self, value: &[u8]) {
        self.bytes.extend_from_slice(value);
    }

    pub(super) fn text(&mut self, value: &[u8]) {
        self.count(value.len());
        self.raw(value);
    }

    pub(super) fn optional<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.flag(value.is_some());
        if let Some(value) = value {
            write(self, value);
        }
    }
}

/// Reads what a [`Writer`] wrote.
#[derive(Debug)]
pub(super) struct Reader<'b> {
    rest: &'b [u8],
    hash: HashKind,
}

impl<'b> Reader<'b> {
    pub(super) const fn new(bytes: &'b [u8], hash: HashKind) -> Self {
        Self { rest: bytes, hash }
    }

    /// Whether everything was read.
    pub(super) const fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.rest.split_off_first().copied()
    }

    pub(super) fn flag(&mut self) -> Option<bool> {
        match self.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub(super) fn i64(&mut self) -> Option<i64> {
        self.array().map(i64::from_le_bytes)
    }

    /// How many values follow, each of one byte at least.
    fn count(&mut self) -> Option<usize> {
        usize::try_from(self.u64()?).ok().filter(|&count| count <= self.rest.len())
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*array)
    }

    pub(super) fn text(&mut self) -> Option<&'b [u8]> {
        let length = self.count()?;
        self.rest.split_off(..length)
    }

    pub(super) fn string(&mut self) -> Option<String> {
        String::from_utf8(self.text()?.to_vec()).ok()
    }

    pub(super) fn id(&mut self) -> Option<ObjectId> {
        self.rest.split_off(..self.hash.len()).map(ObjectId::new)
    }

    #[expect(clippy::option_option, reason = "the outer one says whether it could be read")]
    pub(super) fn optional<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<Option<T>> {
        if self.flag()? { read(self).map(Some) } else { Some(None) }
    }

    pub(super) fn list<T>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        (0..self.count()?).map(|_| read(self)).collect()
    }
}
