//! Tape archives: v7, ustar and pax (POSIX.1-2001), GNU.

use super::feed::{Fault, Feed, Limited, Peek};
use super::walk::{self, Place, Walk};
use super::{Format, TextKind, Visitor, format};

const BLOCK: usize = 512;

/// How much of a long name or of pax records is looked at.
const LONGEST_RECORD: usize = 1 << 20;

/// Shows the members of the archive that begins in `tee`, and of those behind it.
pub(super) fn open<V: Visitor>(walk: &Walk<'_, V>, place: &Place, tee: &mut dyn Peek) {
    let mut archive = Archive { walk, place, tee, named: Named::default(), read: 0 };
    if let Err(fault) = archive.members() {
        walk.note_fault(&place.inside(Format::Tar), fault, archive.read);
    }
}

struct Archive<'a, 'v, V: Visitor> {
    walk: &'a Walk<'v, V>,
    place: &'a Place,
    tee: &'a mut dyn Peek,
    /// What the headers before a member say of it.
    named: Named,
    read: u64,
}

/// What overrides a header's own fields.
#[derive(Default)]
struct Named {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
}

impl<V: Visitor> Archive<'_, '_, V> {
    fn members(&mut self) -> Result<(), Fault> {
        // Whether the archive's end was seen, and whether bytes that are no header were.
        let (mut is_over, mut is_lost) = (false, false);
        while !self.walk.is_stopped() {
            let block = self.tee.peek(BLOCK)?;
            let Some(block) = block.first_chunk::<BLOCK>() else {
                let is_cut = !is_over && !is_lost && block.iter().any(|&byte| byte != 0);
                return if is_cut { Err(Fault::Truncated) } else { Ok(()) };
            };
            let block = *block;
            self.tee.consume(BLOCK);
            if block.iter().all(|&byte| byte == 0) {
                is_over = true;
            } else if format::is_tar_header(&block) {
                (is_over, is_lost) = (false, false);
                self.entry(&block)?;
            } else if !is_over && !is_lost {
                // The next header may be found again; behind the end, anything may follow.
                is_lost = true;
                let read = self.read;
                self.walk.note_fault(&self.place.inside(Format::Tar), Fault::Damaged, read);
            }
        }
        Ok(())
    }

    fn entry(&mut self, header: &[u8; BLOCK]) -> Result<(), Fault> {
        let size = number(&header[124..136]).ok_or(Fault::Damaged)?;
        match header[156] {
            b'L' => {
                let name = self.record(size)?;
                self.named.path = Some(to_zero(&name).to_vec());
                Ok(())
            }
            b'K' => {
                let name = self.record(size)?;
                self.named.link = Some(to_zero(&name).to_vec());
                Ok(())
            }
            b'x' | b'X' | b'g' => {
                let records = self.record(size)?;
                self.extended(&records, header[156] == b'g');
                Ok(())
            }
            kind => self.member(header, kind, size),
        }
    }

    /// The content of a header that speaks of the next member.
    fn record(&mut self, size: u64) -> Result<Vec<u8>, Fault> {
        let mut content = Vec::new();
        let mut data = Limited::new(self.tee, size);
        loop {
            let chunk = data.fill()?;
            if chunk.is_empty() {
                break;
            }
            let room = LONGEST_RECORD.saturating_sub(content.len());
            content.extend_from_slice(chunk.get(..room).unwrap_or(chunk));
            let length = chunk.len();
            data.consume(length);
        }
        self.skip_padding(size)?;
        Ok(content)
    }

    /// Takes in pax records, each "length key=value\n".
    fn extended(&mut self, records: &[u8], is_global: bool) {
        let inside = self.place.inside(Format::Tar);
        self.walk.text(&inside, TextKind::Extra, records);
        if is_global {
            return;
        }
        let mut rest = records;
        while let Some((record, after)) = next_record(rest) {
            rest = after;
            let Some(equals) = memchr::memchr(b'=', record) else { continue };
            let (key, value) = (&record[..equals], &record[equals + 1..]);
            match key {
                b"path" | b"GNU.sparse.name" => self.named.path = Some(value.to_vec()),
                b"linkpath" => self.named.link = Some(value.to_vec()),
                b"size" => self.named.size = decimal(value),
                _ => {}
            }
        }
    }

    fn member(&mut self, header: &[u8; BLOCK], kind: u8, size: u64) -> Result<(), Fault> {
        let named = std::mem::take(&mut self.named);
        let path = named.path.unwrap_or_else(|| own_path(header));
        let place = self.place.member(Format::Tar, &path);
        self.walk.text(&place, TextKind::Name, &path);
        let link = named.link.unwrap_or_else(|| to_zero(&header[157..257]).to_vec());
        self.walk.text(&place, TextKind::Link, &link);
        if kind == b'S' {
            self.skip_sparse_map(header)?;
        }
        let size = named.size.unwrap_or(size);
        // Links, devices and directories have no content, whatever the size field says. Some
        // programs write one nevertheless: then the next header is not right behind.
        let has_content = !matches!(kind, b'1'..=b'6') || !self.is_header_next()?;
        if size == 0 || !has_content {
            return Ok(());
        }
        // An archive in it has to tell itself that it is cut off: its bytes say less than a text's.
        let mut data = Limited::or_less(self.tee, size);
        let end = walk::member(self.walk, &place, &mut data);
        let left = data.left();
        self.read += end.read;
        if left > 0 {
            let fault = end.fault.unwrap_or(Fault::Truncated);
            self.walk.note_fault(&place, fault, end.read);
            // What is below cannot give more, or nothing more is wanted.
            return Err(Fault::Below);
        }
        self.skip_padding(size)
    }

    fn is_header_next(&mut self) -> Result<bool, Fault> {
        let block = self.tee.peek(BLOCK)?;
        let block = block.get(..BLOCK).unwrap_or(block);
        Ok(block.iter().all(|&byte| byte == 0) || format::is_tar_header(block))
    }

    /// An old GNU header of a sparse file goes on in blocks of its own.
    fn skip_sparse_map(&mut self, header: &[u8; BLOCK]) -> Result<(), Fault> {
        let mut goes_on = header[482] != 0;
        while goes_on {
            let block = *self.tee.peek(BLOCK)?.first_chunk::<BLOCK>().ok_or(Fault::Truncated)?;
            self.tee.consume(BLOCK);
            goes_on = block[504] != 0;
        }
        Ok(())
    }

    /// Members end on a block's boundary; the last may do without.
    fn skip_padding(&mut self, size: u64) -> Result<(), Fault> {
        let mut left = usize::try_from(size.wrapping_neg() % BLOCK as u64).unwrap_or(0);
        while left > 0 {
            let length = self.tee.fill()?.len().min(left);
            if length == 0 {
                break;
            }
            self.tee.consume(length);
            left -= length;
        }
        Ok(())
    }
}

/// The path of a header without others before it: ustar's prefix, and the name.
fn own_path(header: &[u8; BLOCK]) -> Vec<u8> {
    let name = to_zero(&header[..100]);
    // Old GNU headers keep other things where ustar has the prefix.
    let is_ustar = header[257..].starts_with(b"ustar\0");
    let prefix = if is_ustar { to_zero(&header[345..500]) } else { b"" };
    if prefix.is_empty() { name.to_vec() } else { [prefix, b"/", name].concat() }
}

fn to_zero(text: &[u8]) -> &[u8] {
    memchr::memchr(0, text).and_then(|end| text.get(..end)).unwrap_or(text)
}

/// The first of some pax records, without its length and line ending, and the others.
fn next_record(records: &[u8]) -> Option<(&[u8], &[u8])> {
    let space = memchr::memchr(b' ', records)?;
    let length = usize::try_from(decimal(records.get(..space)?)?).ok()?;
    let (record, rest) = records.split_at_checked(length)?;
    Some((record.get(space + 1..)?.strip_suffix(b"\n")?, rest))
}

fn decimal(text: &[u8]) -> Option<u64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// A number as headers write it: octal, or in base 256 where octal has no room.
pub(super) fn number(field: &[u8]) -> Option<u64> {
    match field {
        [first, rest @ ..] if first & 0x80 != 0 => {
            // The sign bit of a two's complement number: sizes have none.
            let start = u64::from(first & 0x7f);
            rest.iter().try_fold(start, |number, &byte| {
                number.checked_mul(256).map(|number| number | u64::from(byte))
            })
        }
        _ => octal(field),
    }
}

/// An octal number between spaces and zero bytes; an empty field is zero.
pub(super) fn octal(field: &[u8]) -> Option<u64> {
    let field = field.trim_ascii_start();
    let end = field.iter().position(|byte| matches!(byte, 0 | b' ')).unwrap_or(field.len());
    field[..end].iter().try_fold(0_u64, |number, &digit| match digit {
        b'0'..=b'7' => number.checked_mul(8).map(|number| number | u64::from(digit - b'0')),
        _ => None,
    })
}
