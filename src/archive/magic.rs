//! Recognizes archives and compressed streams by their first and last bytes.

use super::format::Format;
use super::tar::header as tar;
use super::zip::headers::{self as zip, END_RECORD};

const GZIP: &[u8] = b"\x1f\x8b\x08";
/// What zip files that were once split begin with.
const SPANNING: [&[u8]; 2] = [b"PK\x07\x08", b"PK00"];
pub(super) const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";
const SKIPPABLE: [u8; 3] = [0x2a, 0x4d, 0x18];
const XZ: &[u8] = b"\xfd7zXZ\0";
/// The start of a block of bzip2, and of the end of its stream: pi and its square root, in decimal.
const BZIP2_BLOCKS: [[u8; 6]; 2] =
    [[0x31, 0x41, 0x59, 0x26, 0x53, 0x59], [0x17, 0x72, 0x45, 0x38, 0x50, 0x90]];

/// Whether a content with these first bytes, at least four, may be an archive of a format that
/// begins with its magic number.
pub(crate) fn may_begin(start: &[u8]) -> bool {
    let magics: [&[u8]; 5] = [GZIP, b"PK", ZSTD, XZ, b"BZh"];
    magics.iter().any(|magic| start.starts_with(magic)) || start.get(1..4) == Some(&SKIPPABLE)
}

/// Whether [`walk`](super::walk()) may find something to unpack in a content.
pub(crate) fn may_be(content: &[u8]) -> bool {
    format_of(&content[..content.len().min(START)]).is_some()
        || memchr::memmem::rfind(content, END_RECORD).is_some()
}

/// How many bytes from the end of a content [`may_end`] reads: a zip file's last record with the
/// longest comment.
pub(crate) const END: usize = END_FIELDS + 0xffff;

const END_FIELDS: usize = 22;

/// Whether a content with these last [`END`] bytes ends as a zip file with members does. Its first
/// bytes do not matter.
pub(crate) fn may_end(end: &[u8]) -> bool {
    let Some(at) = memchr::memmem::rfind(end, END_RECORD) else { return false };
    let record = end.get(at..).unwrap_or_default();
    let field = |at: usize| match record.get(at..at + 2) {
        Some(&[low, high]) => Some(u16::from_le_bytes([low, high])),
        _ => None,
    };
    let comment = field(END_FIELDS - 2).map(usize::from);
    comment == record.len().checked_sub(END_FIELDS) && field(10) != Some(0)
}

/// How many bytes of a content [`format_of`] reads.
pub(crate) const START: usize = 512;

/// The format of a content that begins with `start`: its first 512 bytes, or all of it.
///
/// The magic number is not enough. The header must be valid as far as it can be checked (reserved
/// bits, checksums, the type of the first block): a file that has these first bytes by chance is
/// neither an archive nor a damaged one.
pub fn format_of(start: &[u8]) -> Option<Format> {
    match start {
        [0x1f, ..] if is_gzip(start) => Some(Format::Gzip),
        [b'P', b'K', ..] if is_zip(start) => Some(Format::Zip),
        [0xfd, ..] if is_xz(start) => Some(Format::Xz),
        [b'B', b'Z', ..] if is_bzip2(start) => Some(Format::Bzip2),
        _ if is_zstd(start) => Some(Format::Zstd),
        _ if tar::is_header(start) => Some(Format::Tar),
        _ => None,
    }
}

/// Whether a gzip member begins here: the only method, and no reserved flag (RFC 1952, 2.3.1).
pub(super) fn is_gzip(start: &[u8]) -> bool {
    start.starts_with(GZIP) && start.get(3).is_some_and(|flags| flags & 0xe0 == 0)
}

fn is_zip(start: &[u8]) -> bool {
    let rest = SPANNING.iter().find_map(|mark| start.strip_prefix(*mark)).unwrap_or(start);
    zip::is_local_header(rest) || (rest.starts_with(END_RECORD) && rest.len() >= 22)
}

/// Whether an xz stream begins here. Its flags have a checksum (xz file format, 2.1.1).
pub(super) fn is_xz(start: &[u8]) -> bool {
    let Some(rest) = start.strip_prefix(XZ) else { return false };
    let Some((flags, rest)) = rest.split_first_chunk::<2>() else { return false };
    let Some(sum) = rest.first_chunk() else { return false };
    crc32fast::hash(flags) == u32::from_le_bytes(*sum)
}

/// Whether a bzip2 stream begins here.
pub(super) fn is_bzip2(start: &[u8]) -> bool {
    let Some(rest) = start.strip_prefix(b"BZh") else { return false };
    matches!(rest.split_first(), Some((b'1'..=b'9', block))
        if BZIP2_BLOCKS.iter().any(|magic| block.starts_with(magic)))
}

/// Whether a frame of zstd begins here, with a valid first block, or a frame to skip.
pub(super) fn is_zstd(start: &[u8]) -> bool {
    if is_skippable(start) {
        return true;
    }
    let Some([descriptor, rest @ ..]) = start.strip_prefix(ZSTD) else { return false };
    // RFC 8878, 3.1.1.1: sizes of the header's fields, and a bit that is always zero.
    let is_single = descriptor & 0x20 != 0;
    let window = usize::from(!is_single);
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let content = match descriptor >> 6 {
        0 => usize::from(is_single),
        size => 1 << size,
    };
    let Some(block) = rest.get(window + dictionary + content..) else { return false };
    descriptor & 8 == 0 && block.len() >= 3 && block.first().is_some_and(|kind| kind & 6 != 6)
}

/// Whether a skippable frame begins here (RFC 8878, 3.1.2).
pub(super) fn is_skippable(start: &[u8]) -> bool {
    matches!(start, [0x50..=0x5f, rest @ ..] if rest.starts_with(&SKIPPABLE) && rest.len() >= 7)
}
