//! Packs, their indexes and loose objects made by hand, for what git itself never writes.

use std::fs;
use std::path::Path;

use sha1::{Digest as _, Sha1};

/// The id of an object.
pub(crate) fn id(kind: &str, content: &[u8]) -> [u8; 20] {
    Sha1::new()
        .chain_update(format!("{kind} {}\0", content.len()))
        .chain_update(content)
        .finalize()
        .into()
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
pub(crate) fn write_loose(objects: &Path, id: [u8; 20], kind: &str, content: &[u8]) {
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
        let mut size = self.claimed_size.unwrap_or(self.content.len() as u64);
        let mut byte = kind << 4 | (size & 0x0f) as u8;
        size >>= 4;
        let mut bytes = Vec::new();
        while size > 0 {
            bytes.push(byte | 0x80);
            byte = (size & 0x7f) as u8;
            size >>= 7;
        }
        bytes.push(byte);
        match self.form {
            Form::Whole(_) => {}
            Form::OffsetDelta(mut distance) => {
                let mut field = vec![(distance & 0x7f) as u8];
                distance >>= 7;
                while distance > 0 {
                    distance -= 1;
                    field.insert(0, (distance & 0x7f) as u8 | 0x80);
                    distance >>= 7;
                }
                bytes.extend(field);
            }
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
    let count = u32::try_from(entries.len()).expect("32 bits");
    let mut pack = [b"PACK".as_slice(), &2_u32.to_be_bytes(), &count.to_be_bytes()].concat();
    let mut rows = Vec::new();
    for entry in entries {
        let bytes = entry.bytes();
        let offset = u32::try_from(pack.len()).expect("32 bits");
        rows.push((entry.id, crc32fast::hash(&bytes), offset));
        pack.extend(bytes);
    }
    let checksum: [u8; 20] = Sha1::digest(&pack).into();
    pack.extend(checksum);
    rows.sort_unstable();
    let mut index = b"\xfftOc\0\0\0\x02".to_vec();
    for first in 0..=255 {
        let total = rows.iter().filter(|(id, ..)| id[0] <= first).count();
        index.extend(u32::try_from(total).expect("32 bits").to_be_bytes());
    }
    index.extend(rows.iter().flat_map(|(id, ..)| *id));
    index.extend(rows.iter().flat_map(|(_, crc, _)| crc.to_be_bytes()));
    index.extend(rows.iter().flat_map(|(.., offset)| offset.to_be_bytes()));
    index.extend(checksum);
    index.extend(Sha1::digest(&index));
    let directory = objects.join("pack");
    fs::create_dir_all(&directory).expect("a directory");
    let name = format!("pack-{}", hex::encode(checksum));
    fs::write(directory.join(format!("{name}.pack")), pack).expect("a pack");
    fs::write(directory.join(format!("{name}.idx")), index).expect("an index");
}
