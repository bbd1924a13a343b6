//! Reads tar files: v7, ustar and pax (POSIX.1-2001), GNU.

pub(super) mod header;

use self::header::{BLOCK, decimal, is_header, next_record, number, own_path, to_zero};
use super::feed::{Fault, Feed, Limited, Peek};
use super::format::Format;
use super::sink::{Location, Sink};
use super::visitor::TextKind;

/// How much of a long name or of pax records is read, in bytes.
const LONGEST_RECORD: usize = 1 << 20;

/// Shows the members of the archive that begins in `source`, and of the archives after it.
pub(super) fn open(sink: &dyn Sink, location: &Location, source: &mut dyn Peek) {
    let mut archive = Archive { sink, location, source, named: Named::default(), read: 0 };
    if let Err(fault) = archive.members() {
        sink.note_fault(&location.inside(Format::Tar), fault, archive.read);
    }
}

struct Archive<'a> {
    sink: &'a dyn Sink,
    location: &'a Location,
    source: &'a mut dyn Peek,
    /// What the headers before a member say about it.
    named: Named,
    read: u64,
}

/// Values that override a header's own fields.
#[derive(Default)]
struct Named {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
}

impl Archive<'_> {
    fn members(&mut self) -> Result<(), Fault> {
        // Whether the archive's end was seen, and whether a block that is not a header was.
        let (mut is_over, mut is_lost) = (false, false);
        while !self.sink.is_stopped() {
            let block = self.source.peek(BLOCK)?;
            let Some(block) = block.first_chunk::<BLOCK>() else {
                let is_cut = !is_over && !is_lost && block.iter().any(|&byte| byte != 0);
                return if is_cut { Err(Fault::Truncated) } else { Ok(()) };
            };
            let block = *block;
            self.source.consume(BLOCK);
            if block.iter().all(|&byte| byte == 0) {
                is_over = true;
            } else if is_header(&block) {
                (is_over, is_lost) = (false, false);
                self.entry(&block)?;
            } else if !is_over && !is_lost {
                // A later block may be a header again. After the archive's end, anything may
                // follow.
                is_lost = true;
                let read = self.read;
                self.sink.note_fault(&self.location.inside(Format::Tar), Fault::Damaged, read);
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

    /// The content of a header that describes the next member.
    fn record(&mut self, size: u64) -> Result<Vec<u8>, Fault> {
        let mut content = Vec::new();
        let mut data = Limited::new(self.source, size);
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

    /// Reads pax records, each "length key=value\n".
    fn extended(&mut self, records: &[u8], is_global: bool) {
        let inside = self.location.inside(Format::Tar);
        self.sink.text(&inside, TextKind::Extra, records);
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
        let location = self.location.member(Format::Tar, &path);
        self.sink.text(&location, TextKind::Name, &path);
        let link = named.link.unwrap_or_else(|| to_zero(&header[157..257]).to_vec());
        self.sink.text(&location, TextKind::Link, &link);
        if kind == b'S' {
            self.skip_sparse_map(header)?;
        }
        let size = named.size.unwrap_or(size);
        // Links, devices and directories have no content, even if the size field is not 0. Some
        // programs write content all the same: then the next block is not a header.
        let has_content = !matches!(kind, b'1'..=b'6') || !self.is_header_next()?;
        if size == 0 || !has_content {
            return Ok(());
        }
        // Content that is cut off ends without a fault here: an archive in it then reports the cut.
        let mut data = Limited::or_less(self.source, size);
        let end = self.sink.member(&location, &mut data);
        let left = data.left();
        self.read += end.read;
        if left > 0 {
            let fault = end.fault.unwrap_or(Fault::Truncated);
            self.sink.note_fault(&location, fault, end.read);
            // The source has no more bytes, or a limit was reached.
            return Err(Fault::Below);
        }
        self.skip_padding(size)
    }

    fn is_header_next(&mut self) -> Result<bool, Fault> {
        let block = self.source.peek(BLOCK)?;
        let block = block.get(..BLOCK).unwrap_or(block);
        Ok(block.iter().all(|&byte| byte == 0) || is_header(block))
    }

    /// An old GNU header of a sparse file continues in extra blocks.
    fn skip_sparse_map(&mut self, header: &[u8; BLOCK]) -> Result<(), Fault> {
        let mut goes_on = header[482] != 0;
        while goes_on {
            let block = *self.source.peek(BLOCK)?.first_chunk::<BLOCK>().ok_or(Fault::Truncated)?;
            self.source.consume(BLOCK);
            goes_on = block[504] != 0;
        }
        Ok(())
    }

    /// Members are padded to whole blocks. The last one may lack its padding.
    fn skip_padding(&mut self, size: u64) -> Result<(), Fault> {
        let mut left = usize::try_from(size.wrapping_neg() % BLOCK as u64).unwrap_or(0);
        while left > 0 {
            let length = self.source.fill()?.len().min(left);
            if length == 0 {
                break;
            }
            self.source.consume(length);
            left -= length;
        }
        Ok(())
    }
}
