//! Which archive or compressed stream begins somewhere.

/// A kind of archive or compressed stream that [`super::walk`] opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// A gzip file (RFC 1952): one member or several.
    Gzip,
    /// A zip file and its kin: jar, docx, whl, apk.
    Zip,
    /// A tape archive: v7, ustar, pax, GNU.
    Tar,
    /// Zstandard frames (RFC 8878).
    Zstd,
    /// An xz file.
    Xz,
    /// A bzip2 file.
    Bzip2,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Gzip, Self::Zip, Self::Tar, Self::Zstd, Self::Xz, Self::Bzip2];

    /// Its usual name, in lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zip => "zip",
            Self::Tar => "tar",
            Self::Zstd => "zstd",
            Self::Xz => "xz",
            Self::Bzip2 => "bzip2",
        }
    }
}

/// Byte strings one of which is in every content that [`super::walk`] finds more in than its bytes
/// show as they are.
///
/// A tar file of the oldest kind has none of them; but then nothing in it is compressed, and all that
/// it holds is in plain sight.
pub const MAGICS: &[&[u8]] = &[
    GZIP,
    LOCAL_HEADER,
    END_RECORD,
    ZSTD,
    // The end of a skippable frame's number, whose first byte has sixteen values.
    &SKIPPABLE,
    XZ,
    b"BZh",
    USTAR,
];

const GZIP: &[u8] = b"\x1f\x8b\x08";
/// What a zip entry's header begins with.
pub(super) const LOCAL_HEADER: &[u8] = b"PK\x03\x04";
/// What the record at the end of a zip file begins with.
pub(super) const END_RECORD: &[u8] = b"PK\x05\x06";
/// What zip files that were once split begin with.
const SPANNING: [&[u8]; 2] = [b"PK\x07\x08", b"PK00"];
pub(super) const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";
const SKIPPABLE: [u8; 3] = [0x2a, 0x4d, 0x18];
const XZ: &[u8] = b"\xfd7zXZ\0";
/// What a block of bzip2 begins with, and the end of its stream: pi and its square root, in decimal.
const BZIP2_BLOCKS: [[u8; 6]; 2] =
    [[0x31, 0x41, 0x59, 0x26, 0x53, 0x59], [0x17, 0x72, 0x45, 0x38, 0x50, 0x90]];
const USTAR: &[u8] = b"ustar";

/// Whether a content with these first bytes, four at least, may be an archive of a kind that begins
/// with its magic number.
pub fn may_begin(start: &[u8]) -> bool {
    let magics: [&[u8]; 5] = [GZIP, b"PK", ZSTD, XZ, b"BZh"];
    magics.iter().any(|magic| start.starts_with(magic)) || start.get(1..4) == Some(&SKIPPABLE)
}

/// Whether [`super::walk`] finds more in a content than its bytes show.
pub fn may_be(content: &[u8]) -> bool {
    format_of(&content[..content.len().min(START)]).is_some()
        || memchr::memmem::rfind(content, END_RECORD).is_some()
}

/// How many bytes of the end of a content [`may_end`] looks at: a zip file's last record with the
/// longest comment.
pub const END: usize = END_FIELDS + 0xffff;

const END_FIELDS: usize = 22;

/// Whether what ends like this, in its last [`END`] bytes, ends as a zip file with members does,
/// whatever it begins with.
pub fn may_end(end: &[u8]) -> bool {
    let Some(at) = memchr::memmem::rfind(end, END_RECORD) else { return false };
    let record = end.get(at..).unwrap_or_default();
    let field = |at: usize| match record.get(at..at + 2) {
        Some(&[low, high]) => Some(u16::from_le_bytes([low, high])),
        _ => None,
    };
    let comment = field(END_FIELDS - 2).map(usize::from);
    comment == record.len().checked_sub(END_FIELDS) && field(10) != Some(0)
}

/// How many bytes of a content [`format_of`] looks at.
pub const START: usize = 512;

/// What begins with `start`, the first [`START`] bytes of a content or all of it.
///
/// More than the magic number is asked for: a header must make sense as far as it can be checked
/// (reserved bits, checksums, the first block's kind), for a file that merely begins with these bytes
/// is no archive, and no damaged one either.
pub fn format_of(start: &[u8]) -> Option<Format> {
    match start {
        [0x1f, ..] if is_gzip(start) => Some(Format::Gzip),
        [b'P', b'K', ..] if is_zip(start) => Some(Format::Zip),
        [0xfd, ..] if is_xz(start) => Some(Format::Xz),
        [b'B', b'Z', ..] if is_bzip2(start) => Some(Format::Bzip2),
        _ if is_zstd(start) => Some(Format::Zstd),
        _ if is_tar_header(start) => Some(Format::Tar),
        _ => None,
    }
}

/// Whether a gzip member begins here: the only method, and no reserved flag (RFC 1952, 2.3.1).
pub(super) fn is_gzip(start: &[u8]) -> bool {
    start.starts_with(GZIP) && start.get(3).is_some_and(|flags| flags & 0xe0 == 0)
}

fn is_zip(start: &[u8]) -> bool {
    let rest = SPANNING.iter().find_map(|mark| start.strip_prefix(*mark)).unwrap_or(start);
    super::zip::is_local_header(rest) || (rest.starts_with(END_RECORD) && rest.len() >= 22)
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

/// Whether a frame of zstd begins here, with a first block that makes sense, or one to skip.
pub(super) fn is_zstd(start: &[u8]) -> bool {
    if is_skippable(start) {
        return true;
    }
    let Some([descriptor, rest @ ..]) = start.strip_prefix(ZSTD) else { return false };
    // RFC 8878, 3.1.1.1: sizes of the header's fields, and a bit that is zero.
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

/// Whether a frame that carries no content of zstd begins here.
pub(super) fn is_skippable(start: &[u8]) -> bool {
    matches!(start, [0x50..=0x5f, rest @ ..] if rest.starts_with(&SKIPPABLE) && rest.len() >= 7)
}

/// Whether this is a header of tar: its checksum tells, with or without `ustar`.
pub(super) fn is_tar_header(start: &[u8]) -> bool {
    let Some(block) = start.first_chunk::<512>() else { return false };
    let Some(sum) = block.get(148..156).and_then(super::tar::octal) else { return false };
    // The checksum counts its own field as spaces. Some old programs added signed bytes.
    let outside = || block[..148].iter().chain(&block[156..]);
    let unsigned = outside().map(|&byte| u64::from(byte)).sum::<u64>() + 8 * 32;
    let signed = outside().map(|&byte| i64::from(byte.cast_signed())).sum::<i64>() + 8 * 32;
    let agrees = sum == unsigned || i64::try_from(sum) == Ok(signed);
    // Without the magic only a name and a size tell it from a block that adds up by chance.
    let is_named = block[0] != 0 && block.get(124..136).and_then(super::tar::number).is_some();
    agrees && (block[257..].starts_with(USTAR) || is_named)
}
