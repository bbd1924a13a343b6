//! Archives: compressed streams, and zip and tar files that no program makes, put together from their
//! records.

use std::fmt::Write as _;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use lzma_rust2::{XzOptions, XzWriter};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

pub(crate) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut stream = GzEncoder::new(Vec::new(), Compression::best());
    stream.write_all(content).expect("memory");
    stream.finish().expect("memory")
}

pub(crate) fn bzip2(content: &[u8]) -> Vec<u8> {
    let mut stream = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
    stream.write_all(content).expect("memory");
    stream.finish().expect("memory")
}

pub(crate) fn xz(content: &[u8]) -> Vec<u8> {
    let mut stream = XzWriter::new(Vec::new(), XzOptions::default()).expect("options");
    stream.write_all(content).expect("memory");
    stream.finish().expect("memory")
}

pub(crate) fn zstd(content: &[u8]) -> Vec<u8> {
    compress_to_vec(content, CompressionLevel::Fastest)
}

/// A zip file with one compressed member.
pub(crate) fn zip(name: &str, content: &[u8]) -> Vec<u8> {
    let mut stream = DeflateEncoder::new(Vec::new(), Compression::best());
    stream.write_all(content).expect("memory");
    let data = stream.finish().expect("memory");
    let mut file = ZipFile::default();
    file.add(&Entry::new(name, 8, &data, content));
    file.finish()
}

/// A tar file with one member.
pub(crate) fn tar(name: &str, content: &[u8]) -> Vec<u8> {
    let size = octal(content.len());
    [tar_member(name, b"ustar\x0000", &size, content), vec![0; 1024]].concat()
}

/// Builds a zip file.
#[derive(Default)]
pub(crate) struct ZipFile {
    pub(crate) bytes: Vec<u8>,
    directory: Vec<u8>,
    entries: u16,
}

/// An entry; all that its headers say can be chosen.
#[derive(Clone, Copy)]
pub(crate) struct Entry<'e> {
    pub(crate) name: &'e str,
    pub(crate) method: u16,
    pub(crate) flags: u16,
    /// The data as they stand in the file, and the checksum of their content.
    pub(crate) data: &'e [u8],
    pub(crate) sum: u32,
    pub(crate) size: usize,
}

impl<'e> Entry<'e> {
    /// An entry that is as it should be; `data` is `content` by `method`.
    pub(crate) fn new(name: &'e str, method: u16, data: &'e [u8], content: &[u8]) -> Self {
        let (sum, size) = (crc32fast::hash(content), content.len());
        Self { name, method, flags: 0, data, sum, size }
    }

    pub(crate) fn stored(name: &'e str, data: &'e [u8]) -> Self {
        Self::new(name, 0, data, data)
    }

    fn fields(&self) -> Vec<u8> {
        let mut fields = Vec::new();
        for field in [20, self.flags, self.method, 0, 0] {
            fields.extend(field.to_le_bytes());
        }
        fields.extend(self.sum.to_le_bytes());
        for size in [self.data.len(), self.size] {
            fields.extend(u32::try_from(size).expect("short").to_le_bytes());
        }
        fields.extend(u16::try_from(self.name.len()).expect("short").to_le_bytes());
        fields.extend([0, 0]);
        fields
    }
}

impl ZipFile {
    /// Writes header and data; where the header is.
    pub(crate) fn local(&mut self, entry: &Entry<'_>) -> usize {
        let at = self.bytes.len();
        self.bytes.extend(b"PK\x03\x04");
        self.bytes.extend(entry.fields());
        self.bytes.extend(entry.name.as_bytes());
        self.bytes.extend(entry.data);
        at
    }

    /// Lists an entry in the directory.
    pub(crate) fn list(&mut self, entry: &Entry<'_>, at: usize) {
        self.directory.extend(b"PK\x01\x02\x14\0");
        self.directory.extend(entry.fields());
        self.directory.extend([0; 10]);
        self.directory.extend(u32::try_from(at).expect("short").to_le_bytes());
        self.directory.extend(entry.name.as_bytes());
        self.entries = self.entries.wrapping_add(1);
    }

    pub(crate) fn add(&mut self, entry: &Entry<'_>) {
        let at = self.local(entry);
        self.list(entry, at);
    }

    pub(crate) fn finish(mut self) -> Vec<u8> {
        let start = self.bytes.len();
        self.bytes.extend(&self.directory);
        self.bytes.extend(b"PK\x05\x06\0\0\0\0");
        for _ in 0..2 {
            self.bytes.extend(self.entries.to_le_bytes());
        }
        for number in [self.directory.len(), start] {
            self.bytes.extend(u32::try_from(number).expect("short").to_le_bytes());
        }
        self.bytes.extend([0, 0]);
        self.bytes
    }
}

/// A tar header with `magic` and `size` as they are given, and the checksum they have.
pub(crate) fn tar_header(name: &str, kind: u8, magic: &[u8], size: &[u8; 12]) -> Vec<u8> {
    let mut header = vec![0; 512];
    header[..name.len()].copy_from_slice(name.as_bytes());
    header[100..107].copy_from_slice(b"0000644");
    header[124..136].copy_from_slice(size);
    header[156] = kind;
    header[257..257 + magic.len()].copy_from_slice(magic);
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
    let mut text = String::new();
    write!(text, "{sum:06o}").expect("memory");
    header[148..154].copy_from_slice(text.as_bytes());
    header[154] = 0;
    header
}

/// A member of a tar file.
pub(crate) fn tar_member(name: &str, magic: &[u8], size: &[u8; 12], content: &[u8]) -> Vec<u8> {
    let mut member = tar_header(name, b'0', magic, size);
    member.extend(content);
    member.resize(member.len().next_multiple_of(512), 0);
    member
}

/// A size as octal digits.
pub(crate) fn octal(size: usize) -> [u8; 12] {
    format!("{size:011o}\0").into_bytes().try_into().expect("12 bytes")
}
