//! Packs put together entry by entry, with their indexes, for either hash.

use std::fs;
use std::path::Path;

use intercom_sec::scan::HashKind;
use sha1::{Digest as _, Sha1};
use sha2::Sha256;

/// The hash of bytes.
pub(crate) fn digest(hash: HashKind, bytes: &[u8]) -> Vec<u8> {
    match hash {
        HashKind::Sha1 => Sha1::digest(bytes).to_vec(),
        HashKind::Sha256 => Sha256::digest(bytes).to_vec(),
    }
}

/// The id of an object.
pub(crate) fn id(hash: HashKind, kind: &str, content: &[u8]) -> Vec<u8> {
    digest(hash, &[format!("{kind} {}\0", content.len()).as_bytes(), content].concat())
}

/// The start of an entry: its kind, and the size of what its stream inflates to.
pub(crate) fn entry_start(kind: u8, mut size: u64) -> Vec<u8> {
    let mut byte = kind << 4 | (size & 0x0f) as u8;
    size >>= 4;
    let mut bytes = Vec::new();
    while size > 0 {
        bytes.push(byte | 0x80);
        byte = (size & 0x7f) as u8;
        size >>= 7;
    }
    bytes.push(byte);
    bytes
}

/// How far before an entry its base begins, as the entry states it.
pub(crate) fn distance_field(mut distance: u64) -> Vec<u8> {
    let mut field = vec![(distance & 0x7f) as u8];
    distance >>= 7;
    while distance > 0 {
        distance -= 1;
        field.insert(0, (distance & 0x7f) as u8 | 0x80);
        distance >>= 7;
    }
    field
}

/// The form of an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IndexForm {
    V1,
    V2,
    /// With the offsets in the table that is meant for those above 2 GiB.
    V2Large,
}

/// A pack that grows.
pub(crate) struct PackFile {
    hash: HashKind,
    bytes: Vec<u8>,
    rows: Vec<(Vec<u8>, u32, u32)>,
}

impl PackFile {
    /// An empty pack of version 2 or 3.
    pub(crate) fn new(hash: HashKind, version: u32) -> Self {
        let bytes = [b"PACK".as_slice(), &version.to_be_bytes(), &[0; 4]].concat();
        Self { hash, bytes, rows: Vec::new() }
    }

    /// Where the next entry begins.
    pub(crate) fn end(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Adds an entry, whatever it holds, for the object with this id.
    pub(crate) fn push(&mut self, id: &[u8], entry: &[u8]) {
        let offset = u32::try_from(self.bytes.len()).expect("32 bits");
        self.rows.push((id.to_vec(), crc32fast::hash(entry), offset));
        self.bytes.extend_from_slice(entry);
    }

    /// Writes the pack and an index that fits it into `objects/pack`.
    pub(crate) fn write(mut self, objects: &Path, form: IndexForm) {
        let count = u32::try_from(self.rows.len()).expect("32 bits");
        self.bytes[8..12].copy_from_slice(&count.to_be_bytes());
        let checksum = digest(self.hash, &self.bytes);
        self.bytes.extend_from_slice(&checksum);
        let index = self.index(form, &checksum);
        let directory = objects.join("pack");
        fs::create_dir_all(&directory).expect("a directory");
        let name = format!("pack-{}", hex::encode(&checksum));
        fs::write(directory.join(format!("{name}.pack")), self.bytes).expect("a pack");
        fs::write(directory.join(format!("{name}.idx")), index).expect("an index");
    }

    fn index(&mut self, form: IndexForm, checksum: &[u8]) -> Vec<u8> {
        self.rows.sort_unstable();
        let mut index = Vec::new();
        if form != IndexForm::V1 {
            index.extend(b"\xfftOc\0\0\0\x02");
        }
        for first in 0..=255 {
            let total = self.rows.partition_point(|(id, ..)| id[0] <= first);
            index.extend(u32::try_from(total).expect("32 bits").to_be_bytes());
        }
        if form == IndexForm::V1 {
            for (id, _, offset) in &self.rows {
                index.extend(offset.to_be_bytes());
                index.extend(id);
            }
        } else {
            index.extend(self.rows.iter().flat_map(|(id, ..)| id));
            index.extend(self.rows.iter().flat_map(|(_, crc, _)| crc.to_be_bytes()));
            // Git expects that the first entry is never far behind.
            let is_large = |offset: u32| form == IndexForm::V2Large && offset > 12;
            let mut large = Vec::new();
            for &(.., offset) in &self.rows {
                if is_large(offset) {
                    let at = 0x8000_0000 + u32::try_from(large.len() / 8).expect("32 bits");
                    index.extend(at.to_be_bytes());
                    large.extend(u64::from(offset).to_be_bytes());
                } else {
                    index.extend(offset.to_be_bytes());
                }
            }
            index.extend(large);
        }
        index.extend(checksum);
        index.extend(digest(self.hash, &index));
        index
    }
}
