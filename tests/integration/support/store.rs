//! Packs, their indexes and loose objects made by hand, for what git itself never writes.

use std::fs;
use std::path::Path;

use intercom_sec::scan::HashKind;

use super::pack::{self, IndexForm, PackFile};

/// The id of an object.
pub(crate) fn id(kind: &str, content: &[u8]) -> [u8; 20] {
    pack::id(HashKind::Sha1, kind, content).try_into().expect("20 bytes")
}

/// A zlib stream (RFC 1950) that stores its content as it is.
pub(crate) fn zlib(content: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let mut blocks = content.chunks(0xffff).peekable();
    if blocks.peek().is_none() {
        stream.extend([1, 0, 0, 0xff, 0xff]);
    }
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).expect("16 bits");
        stream.push(u8::from(blocks.peek().is_none()));
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(block);
    }
    let (mut a, mut b) = (1_u32, 0_u32);
    for &byte in content {
        a = (a + u32::from(byte)) % 65521;
        b = (b + a) % 65521;
    }
    stream.extend((b << 16 | a).to_be_bytes());
    stream
}

/// Writes a loose object under a name, its own or not.
pub(crate) fn write_loose(objects: &Path, id: impl AsRef<[u8]>, kind: &str, content: &[u8]) {
    let name = hex::encode(id);
    let directory = objects.join(&name[..2]);
    fs::create_dir_all(&directory).expect("a directory");
    let header = format!("{kind} {}\0", content.len());
    fs::write(directory.join(&name[2..]), zlib(&[header.as_bytes(), content].concat()))
        .expect("a loose object");
}

/// One entry of a pack.
pub(crate) struct Entry {
    /// Under which id the index has it.
    pub(crate) id: [u8; 20],
    pub(crate) form: Form,
    /// The object, or the delta.
    pub(crate) content: Vec<u8>,
    /// What the header says of the size, if not the truth.
    pub(crate) claimed_size: Option<u64>,
}

#[derive(Clone, Copy)]
pub(crate) enum Form {
    /// 1 commit, 2 tree, 3 blob, 4 tag; others are no kind.
    Whole(u8),
    /// A delta against the entry that begins so many bytes before.
    OffsetDelta(u64),
    /// A delta against the object with this id.
    RefDelta([u8; 20]),
}

impl Entry {
    pub(crate) fn blob(content: &[u8]) -> Self {
        let id = id("blob", content);
        Self { id, form: Form::Whole(3), content: content.to_vec(), claimed_size: None }
    }

    /// The blob `result` as a delta against `base` that copies what both begin with.
    pub(crate) fn delta(form: Form, base: &[u8], result: &[u8]) -> Self {
        let id = id("blob", result);
        Self { id, form, content: delta(base, result), claimed_size: None }
    }

    /// The entry as it stands in the pack.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let kind = match self.form {
            Form::Whole(kind) => kind,
            Form::OffsetDelta(_) => 6,
            Form::RefDelta(_) => 7,
        };
        let size = self.claimed_size.unwrap_or(self.content.len() as u64);
        let mut bytes = pack::entry_start(kind, size);
        match self.form {
            Form::Whole(_) => {}
            Form::OffsetDelta(distance) => bytes.extend(pack::distance_field(distance)),
            Form::RefDelta(id) => bytes.extend(id),
        }
        bytes.extend(zlib(&self.content));
        bytes
    }
}

/// A delta that copies the common beginning and inserts the rest.
pub(crate) fn delta(base: &[u8], result: &[u8]) -> Vec<u8> {
    let common = base.iter().zip(result).take_while(|(a, b)| a == b).count().min(0xffff);
    let mut delta = [size(base.len() as u64), size(result.len() as u64)].concat();
    if common > 0 {
        let [low, high, ..] = common.to_le_bytes();
        delta.extend([0xb0, low, high]);
    }
    for piece in result[common..].chunks(127) {
        delta.push(u8::try_from(piece.len()).expect("7 bits"));
        delta.extend(piece);
    }
    delta
}

/// A size as deltas write it.
pub(crate) fn size(mut size: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while size > 0x7f {
        bytes.push((size & 0x7f) as u8 | 0x80);
        size >>= 7;
    }
    bytes.push((size & 0x7f) as u8);
    bytes
}

/// Writes a pack of these entries and an index that fits it, whatever they hold.
pub(crate) fn write_pack(objects: &Path, entries: &[Entry]) {
    let mut pack = PackFile::new(HashKind::Sha1, 2);
    for entry in entries {
        pack.push(&entry.id, &entry.bytes());
    }
    pack.write(objects, IndexForm::V2);
}
