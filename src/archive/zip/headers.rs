//! Reads the records of a zip file (PKWARE's APPNOTE.TXT 6.3).

/// What an entry's local header begins with.
pub(in crate::archive) const LOCAL_HEADER: &[u8] = b"PK\x03\x04";
/// What the record at the end of a zip file begins with.
pub(in crate::archive) const END_RECORD: &[u8] = b"PK\x05\x06";
pub(super) const CENTRAL_HEADER: &[u8] = b"PK\x01\x02";
pub(super) const DESCRIPTOR: &[u8] = b"PK\x07\x08";
const END_64_LOCATOR: &[u8] = b"PK\x06\x07";
const END_64: &[u8] = b"PK\x06\x06";

/// The fixed length of a local header.
pub(super) const LOCAL_LENGTH: usize = 30;
const CENTRAL_LENGTH: usize = 46;
const END_LENGTH: usize = 22;

/// The compression methods that APPNOTE.TXT defines (4.4.5).
fn is_method(method: u16) -> bool {
    matches!(method, 0..=10 | 12 | 14 | 16 | 18..=20 | 93..=99)
}

/// A header of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header<'h> {
    flags: u16,
    pub(super) method: u16,
    pub(super) sum: u32,
    /// The length of the data, compressed and uncompressed.
    pub(super) packed: u64,
    pub(super) size: u64,
    pub(super) name: &'h [u8],
    pub(super) extra: &'h [u8],
    pub(super) comment: &'h [u8],
    /// Where the local header is, from the archive's start. Only central headers have it.
    pub(super) offset: u64,
    /// The length of this header.
    pub(super) length: usize,
}

impl<'h> Header<'h> {
    /// Reads a local header at the start of `bytes`.
    pub(super) fn local(bytes: &'h [u8]) -> Option<Self> {
        let fixed = bytes.first_chunk::<LOCAL_LENGTH>()?;
        let name_end = LOCAL_LENGTH + usize::from(u16_at(fixed, 26)?);
        let length = name_end + usize::from(u16_at(fixed, 28)?);
        let header = Self {
            flags: u16_at(fixed, 6)?,
            method: u16_at(fixed, 8)?,
            sum: u32_at(fixed, 14)?,
            packed: u32_at(fixed, 18)?.into(),
            size: u32_at(fixed, 22)?.into(),
            name: bytes.get(LOCAL_LENGTH..name_end)?,
            extra: bytes.get(name_end..length)?,
            comment: &[],
            offset: 0,
            length,
        };
        Some(header.with_64())
    }

    /// Reads a header of the central directory at the start of `bytes`.
    pub(super) fn central(bytes: &'h [u8]) -> Option<Self> {
        let fixed = bytes.first_chunk::<CENTRAL_LENGTH>()?;
        let name_end = CENTRAL_LENGTH + usize::from(u16_at(fixed, 28)?);
        let extra_end = name_end + usize::from(u16_at(fixed, 30)?);
        let length = extra_end + usize::from(u16_at(fixed, 32)?);
        let header = Self {
            flags: u16_at(fixed, 8)?,
            method: u16_at(fixed, 10)?,
            sum: u32_at(fixed, 16)?,
            packed: u32_at(fixed, 20)?.into(),
            size: u32_at(fixed, 24)?.into(),
            name: bytes.get(CENTRAL_LENGTH..name_end)?,
            extra: bytes.get(name_end..extra_end)?,
            comment: bytes.get(extra_end..length)?,
            offset: u32_at(fixed, 42)?.into(),
            length,
        };
        (fixed.starts_with(CENTRAL_HEADER)).then(|| header.with_64())
    }

    pub(super) const fn is_encrypted(&self) -> bool {
        self.flags & 1 != 0 || self.method == 99
    }

    /// Whether the checksum and the sizes are in a descriptor after the data, and not here.
    pub(super) const fn is_described_behind(&self) -> bool {
        self.flags & 8 != 0 && self.packed == 0
    }

    pub(super) fn is_directory(&self) -> bool {
        self.name.ends_with(b"/") && self.packed == 0 && !self.is_described_behind()
    }

    /// Fills in the 64-bit numbers: a number that is all ones in the header is in extra field 1.
    /// They have this order there (4.5.3).
    fn with_64(mut self) -> Self {
        const NONE: u64 = 0xffff_ffff;
        let Some(mut field) = extra_field(self.extra, 1) else { return self };
        for number in [&mut self.size, &mut self.packed, &mut self.offset] {
            if *number == NONE
                && let Some((value, rest)) = field.split_first_chunk()
            {
                *number = u64::from_le_bytes(*value);
                field = rest;
            }
        }
        self
    }
}

fn extra_field(mut extra: &[u8], wanted: u16) -> Option<&[u8]> {
    loop {
        let (id, length) = (u16_at(extra, 0)?, usize::from(u16_at(extra, 2)?));
        let content = extra.get(4..4 + length)?;
        if id == wanted {
            return Some(content);
        }
        extra = extra.get(4 + length..)?;
    }
}

/// Whether a local header begins here, with a valid version, method and length of the name.
pub(in crate::archive) fn is_local_header(start: &[u8]) -> bool {
    let Some(fixed) = start.first_chunk::<LOCAL_LENGTH>() else { return false };
    let field = |at| u16_at(fixed, at).unwrap_or(u16::MAX);
    fixed.starts_with(LOCAL_HEADER)
        && field(4) & 0xff <= 100
        && is_method(field(8))
        && (1..=0x7fff).contains(&field(26))
}

/// The end record of an archive, and the directory that it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct End<'e> {
    /// Where the central directory begins and ends.
    pub(super) start: usize,
    pub(super) until: usize,
    /// How many entries it has. Without a 64-bit record, only the last 16 bits of that number.
    pub(super) entries: u64,
    /// What to add to the offsets in it: the length of what precedes the archive.
    pub(super) shift: u64,
    pub(super) comment: &'e [u8],
}

/// How far from the end the end record is searched, in bytes: the longest comment, and as much
/// again after it.
const END_REACH: usize = 2 * 0xffff + END_LENGTH;

impl<'e> End<'e> {
    /// Finds the last end record that leads to a directory.
    pub(super) fn of(content: &'e [u8]) -> Option<Self> {
        let from = content.len().saturating_sub(END_REACH);
        let tail = content.get(from..)?;
        memchr::memmem::rfind_iter(tail, END_RECORD).find_map(|at| Self::at(content, from + at))
    }

    fn at(content: &'e [u8], at: usize) -> Option<Self> {
        let record = content.get(at..)?;
        let fixed = record.first_chunk::<END_LENGTH>()?;
        let comment = record.get(END_LENGTH..)?;
        let length = usize::from(u16_at(fixed, 20)?);
        let end = Self {
            start: 0,
            until: at,
            entries: u16_at(fixed, 10)?.into(),
            shift: 0,
            comment: comment.get(..length).unwrap_or(comment),
        };
        let (size, offset) = (u32_at(fixed, 12)?.into(), u32_at(fixed, 16)?.into());
        let long = Self::long(content, at).and_then(|(end_64, entries, size, offset)| {
            Self { until: end_64, entries, ..end }.with_directory(content, size, offset)
        });
        long.or_else(|| end.with_directory(content, size, offset))
    }

    /// Reads the 64-bit record before the record at `at`: its place, entries, size, offset.
    fn long(content: &[u8], at: usize) -> Option<(usize, u64, u64, u64)> {
        let before = content.get(..at)?;
        let locator = before.get(at.checked_sub(20)?..)?;
        if !locator.starts_with(END_64_LOCATOR) {
            return None;
        }
        // Where the locator says, or right before it if something precedes the archive.
        let stated = usize::try_from(u64_at(locator, 8)?).ok();
        let usual = (at - 20).checked_sub(56);
        [stated, usual].into_iter().flatten().find_map(|at| {
            let record = before.get(at..)?;
            let fields = (at, u64_at(record, 32)?, u64_at(record, 40)?, u64_at(record, 48)?);
            record.starts_with(END_64).then_some(fields)
        })
    }

    /// Finds the directory: right before the record, or where the record says.
    fn with_directory(self, content: &[u8], size: u64, offset: u64) -> Option<Self> {
        let usual = (self.until as u64).checked_sub(size);
        let start = [usual, Some(offset)].into_iter().flatten().find_map(|start| {
            let start = usize::try_from(start).ok()?;
            let directory = content.get(start..self.until)?;
            let is_empty = size == 0 && self.entries == 0;
            (directory.starts_with(CENTRAL_HEADER) || is_empty).then_some(start)
        })?;
        Some(Self { start, shift: (start as u64).wrapping_sub(offset), ..self })
    }
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}
