//! Reads zip files as any reader may see them.
//!
//! Most readers go by the central directory at the end, some by the local headers. Something could
//! hide where one kind of reader does not see it. So the entries of both are read. If a local
//! header contradicts the directory, both readings of the entry are shown.

mod entry;
pub(super) mod headers;

use std::cell::OnceCell;
use std::collections::HashMap;

use memchr::memmem;

use self::entry::{Data, Shown};
use self::headers::{
    CENTRAL_HEADER, DESCRIPTOR, END_RECORD, End, Header, LOCAL_HEADER, LOCAL_LENGTH,
    is_local_header, u32_at,
};
use super::feed::{Fault, Feed, Limited, Peek, Slice};
use super::format::Format;
use super::outcome::{Feature, Reason};
use super::sink::{Location, Sink};
use super::visitor::TextKind;

/// Whether `content` ends as a zip file does. Its first bytes do not matter.
pub(super) fn ends_here(content: &[u8]) -> bool {
    let Some(end) = End::of(content) else { return false };
    let first = content.get(end.start..end.until).and_then(Header::central);
    let local = first.and_then(|first| local_at(content, first.offset.wrapping_add(end.shift)));
    local.is_some()
}

/// Reads the local header at an offset, and returns it with the offset as an index.
fn local_at(content: &[u8], offset: u64) -> Option<(usize, Header<'_>)> {
    let at = usize::try_from(offset).ok()?;
    let bytes = content.get(at..)?;
    Some((at, Header::local(bytes.starts_with(LOCAL_HEADER).then_some(bytes)?)?))
}

/// Shows the entries of the zip file that `content` is.
pub(super) fn open(sink: &dyn Sink, location: &Location, content: &[u8]) {
    let described = OnceCell::new();
    let mut archive = Archive { sink, location, content, read: Vec::new(), described, entries: 0 };
    let end = End::of(content);
    if let Some(end) = end {
        archive.by_directory(&end);
    }
    archive.by_local_headers();
    if end.is_none() && archive.entries > 0 {
        // The directory is written last.
        sink.note(&location.inside(Format::Zip), Reason::Truncated { read: content.len() as u64 });
    }
}

struct Archive<'a, 'c> {
    sink: &'a dyn Sink,
    location: &'a Location,
    content: &'c [u8],
    /// The parts of the content that were read as entries.
    read: Vec<std::ops::Range<usize>>,
    /// Descriptors after data give its length. This holds where such data would begin, and the
    /// length.
    described: OnceCell<HashMap<usize, usize>>,
    entries: u64,
}

impl<'c> Archive<'_, 'c> {
    fn by_directory(&mut self, end: &End<'c>) {
        let inside = self.location.inside(Format::Zip);
        self.sink.text(&inside, TextKind::Comment, end.comment);
        let mut rest = self.content.get(end.start..end.until).unwrap_or_default();
        let mut entries = 0;
        while !self.sink.is_stopped()
            && let Some(header) = Header::central(rest)
        {
            rest = rest.get(header.length..).unwrap_or_default();
            entries += 1;
            self.listed(&header, end.shift);
        }
        // Without a 64-bit record, the number is modulo 65536.
        if entries < end.entries || !(entries - end.entries).is_multiple_of(0x1_0000) {
            let read = self.content.len() as u64;
            self.sink.note(&inside, Reason::Damaged { read });
        }
    }

    /// Shows an entry of the directory.
    fn listed(&mut self, header: &Header<'c>, shift: u64) {
        let location = self.location.member(Format::Zip, header.name);
        self.texts(&location, header);
        self.entries += 1;
        let content = self.content;
        let Some((at, local)) = local_at(content, header.offset.wrapping_add(shift)) else {
            self.sink.note(&location, Reason::Damaged { read: 0 });
            return;
        };
        if (local.name, local.extra) != (header.name, header.extra) {
            self.texts(&location, &local);
        }
        let start = at + local.length;
        let data = content.get(start..).unwrap_or_default();
        if header.is_encrypted() && local.is_encrypted() {
            self.sink.note(&location, Reason::Encrypted);
            let length = usize::try_from(header.packed).unwrap_or(usize::MAX);
            self.read.push(at..start.saturating_add(length).min(content.len()));
            return;
        }
        let known = Data {
            method: header.method,
            sum: Some(header.sum),
            size: Some(header.size),
            is_sure: true,
        };
        let length = if header.is_directory() {
            0
        } else {
            self.data(&location, known, data, Some(header.packed)).0
        };
        self.read.push(at..start + length);
        let differs = local.method != header.method
            || (local.packed != header.packed && !local.is_described_behind());
        if differs {
            self.local(at, &local, false);
        }
    }

    /// Shows the entries that have a local header outside of the entries that were read.
    fn by_local_headers(&mut self) {
        let mut read = std::mem::take(&mut self.read);
        read.sort_unstable_by_key(|range| range.start);
        let mut read = read.into_iter().peekable();
        let finder = memmem::Finder::new(LOCAL_HEADER);
        let mut at = 0;
        while !self.sink.is_stopped()
            && let Some(rest) = self.content.get(at..)
            && let Some(next) = finder.find(rest)
        {
            at += next;
            let mut skip = None;
            while let Some(range) = read.next_if(|range| range.start <= at) {
                skip = skip.max(Some(range.end));
            }
            if let Some(end) = skip.filter(|&end| end > at) {
                at = end;
                continue;
            }
            let bytes = self.content.get(at..).unwrap_or_default();
            match Header::local(bytes).filter(|_| is_local_header(bytes)) {
                Some(header) => at = self.local(at, &header, true).max(at + LOCAL_LENGTH),
                None => at += LOCAL_HEADER.len(),
            }
        }
    }

    /// Shows an entry as its local header describes it, and returns where its data end. `is_alone`
    /// says that only the local header shows the entry. Then encryption and checksums are reported.
    fn local(&mut self, at: usize, header: &Header<'c>, is_alone: bool) -> usize {
        let location = self.location.member(Format::Zip, header.name);
        if is_alone {
            self.texts(&location, header);
            self.entries += 1;
        }
        let start = at + header.length;
        let content = self.content.get(start..).unwrap_or_default();
        if header.is_encrypted() {
            if is_alone {
                self.sink.note(&location, Reason::Encrypted);
            }
            return start.saturating_add(usize::try_from(header.packed).unwrap_or(usize::MAX));
        }
        if header.is_directory() {
            return start;
        }
        let is_open = header.is_described_behind();
        let known = Data {
            method: header.method,
            sum: (!is_open && is_alone).then_some(header.sum),
            size: (!is_open).then_some(header.size),
            is_sure: false,
        };
        let packed = match (is_open, header.method) {
            (false, _) => Some(header.packed),
            (true, 0) => Some(self.stored_length(start)),
            (true, _) => None,
        };
        let (length, shown) = self.data(&location, known, content, packed);
        if is_open && is_alone && shown.is_whole && described_sum(content, length, shown.sum) {
            self.sink.note(&location, Reason::Checksum { read: shown.read });
        }
        start + length
    }

    /// Shows the data at the start of `content`, and returns how much of it they take.
    fn data(
        &self,
        location: &Location,
        known: Data,
        content: &[u8],
        packed: Option<u64>,
    ) -> (usize, Shown) {
        let packed = packed.map(|packed| usize::try_from(packed).unwrap_or(usize::MAX));
        let data = packed.and_then(|packed| content.get(..packed)).unwrap_or(content);
        let is_cut = packed.is_some_and(|packed| packed > data.len());
        // A wrong checksum of cut data is not a second fault.
        let sum = known.sum.filter(|_| !is_cut);
        let mut source = Slice(data);
        let shown = entry::show(self.sink, location, Data { sum, ..known }, &mut source);
        if is_cut && shown.is_whole {
            self.sink.note(location, Reason::Truncated { read: shown.read });
        }
        let taken = data.len() - source.0.len();
        // Entries may share their data, and then it is read again and again.
        self.sink.spend(location, taken);
        (taken, shown)
    }

    /// The length of stored data, if only a descriptor after them gives it.
    fn stored_length(&self, start: usize) -> u64 {
        let described = self.described.get_or_init(|| described(self.content));
        if let Some(&length) = described.get(&start) {
            return length as u64;
        }
        // Without a descriptor, they end at the next header.
        let rest = self.content.get(start..).unwrap_or_default();
        let next = memmem::find(rest, LOCAL_HEADER).or_else(|| memmem::find(rest, CENTRAL_HEADER));
        next.unwrap_or(rest.len()) as u64
    }

    fn texts(&self, location: &Location, header: &Header<'_>) {
        self.sink.text(location, TextKind::Name, header.name);
        self.sink.text(location, TextKind::Extra, header.extra);
        self.sink.text(location, TextKind::Comment, header.comment);
    }
}

/// Finds the descriptors: where their data would begin, and the length.
fn described(content: &[u8]) -> HashMap<usize, usize> {
    let mut starts = HashMap::new();
    for at in memmem::find_iter(content, DESCRIPTOR) {
        let length = u32_at(content, at + 8).and_then(|length| usize::try_from(length).ok());
        if let Some(length) = length
            && let Some(start) = at.checked_sub(length)
        {
            starts.entry(start).or_insert(length);
        }
    }
    starts
}

/// Whether a descriptor after the data has another checksum.
fn described_sum(content: &[u8], at: usize, sum: u32) -> bool {
    let behind = content.get(at..).unwrap_or_default();
    behind.starts_with(DESCRIPTOR) && u32_at(behind, 4).is_some_and(|stated| stated != sum)
}

/// Shows the entries of a zip file by their local headers alone, because the file is too long to be
/// held in memory.
pub(super) fn read_through(sink: &dyn Sink, location: &Location, tee: &mut dyn Peek) {
    let mut is_ended = false;
    while !sink.is_stopped() {
        match next_entry(sink, location, tee) {
            Ok(Next::Entry) => {}
            Ok(Next::Directory) => is_ended = true,
            Ok(Next::End) => break,
            Err(_) => return,
        }
    }
    if !is_ended {
        sink.note_fault(&location.inside(Format::Zip), Fault::Truncated, 0);
    }
}

enum Next {
    Entry,
    Directory,
    End,
}

fn next_entry(sink: &dyn Sink, location: &Location, tee: &mut dyn Peek) -> Result<Next, Fault> {
    let chunk = tee.fill()?;
    if chunk.is_empty() {
        return Ok(Next::End);
    }
    let before = memchr::memchr(b'P', chunk).unwrap_or(chunk.len());
    tee.consume(before);
    let start = tee.peek(LOCAL_LENGTH)?;
    if is_local_header(start) {
        // The name and the extra fields at their longest.
        let longest = LOCAL_LENGTH + 2 * usize::from(u16::MAX);
        let header = tee.peek(longest)?;
        let header = header.get(..longest).unwrap_or(header).to_vec();
        if let Some(header) = Header::local(&header) {
            tee.consume(header.length);
            streamed(sink, location, &header, tee)?;
            return Ok(Next::Entry);
        }
    }
    let is_directory = start_is(tee, CENTRAL_HEADER)? || start_is(tee, END_RECORD)?;
    let is_over = tee.fill()?.is_empty();
    tee.consume(usize::from(!is_over));
    Ok(if is_directory { Next::Directory } else { Next::Entry })
}

fn start_is(source: &mut dyn Peek, wanted: &[u8]) -> Result<bool, Fault> {
    Ok(source.peek(wanted.len())?.starts_with(wanted))
}

fn streamed(
    sink: &dyn Sink,
    location: &Location,
    header: &Header<'_>,
    tee: &mut dyn Peek,
) -> Result<(), Fault> {
    let location = location.member(Format::Zip, header.name);
    sink.text(&location, TextKind::Name, header.name);
    sink.text(&location, TextKind::Extra, header.extra);
    let is_open = header.is_described_behind();
    let known = Data {
        method: header.method,
        sum: (!is_open).then_some(header.sum),
        size: (!is_open).then_some(header.size),
        is_sure: true,
    };
    if header.is_encrypted() {
        sink.note(&location, Reason::Encrypted);
    } else if is_open && header.method == 0 {
        sink.note(&location, Reason::Unsupported(Feature::UnknownLength));
    } else if is_open {
        entry::show(sink, &location, known, tee);
        return Ok(());
    } else if !header.is_directory() {
        let mut data = Limited::new(tee, header.packed);
        entry::show(sink, &location, known, &mut data);
        return skip_rest(&mut data);
    }
    skip_rest(&mut Limited::new(tee, header.packed))
}

fn skip_rest(data: &mut Limited<'_>) -> Result<(), Fault> {
    loop {
        let length = data.fill()?.len();
        if length == 0 {
            return Ok(());
        }
        data.consume(length);
    }
}
