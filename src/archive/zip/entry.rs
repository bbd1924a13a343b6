//! Decodes the data of one entry of a zip file.

use crc32fast::Hasher;

use crate::archive::codec::{Bunzip2, Decode, Decoded, Inflate, Inflate64, Streams, Unlzma, Xz};
use crate::archive::feed::{Fault, Feed, Peek};
use crate::archive::outcome::Reason;
use crate::archive::sink::{Location, Sink};
use crate::archive::zstd::Zstd;

/// What a header says about an entry's data.
#[derive(Clone, Copy, Debug)]
pub(super) struct Data {
    pub(super) method: u16,
    /// The checksum and the length of the content.
    pub(super) sum: Option<u32>,
    pub(super) size: Option<u64>,
    /// Whether to report a fault even if nothing could be decoded.
    pub(super) is_sure: bool,
}

/// Shows the content of an entry.
pub(super) fn show(
    sink: &dyn Sink,
    location: &Location,
    data: Data,
    source: &mut dyn Peek,
) -> Shown {
    let memory = sink.memory();
    let shown = |feed: &mut dyn Feed| show_checked(sink, location, data, feed);
    match data.method {
        0 => shown(&mut Through(source)),
        8 => shown(&mut Decoded::new(source, Once::new(Inflate::new()))),
        9 => shown(&mut Decoded::new(source, Once::new(Inflate64::new()))),
        12 => shown(&mut Decoded::new(source, Once::new(Bunzip2::new()))),
        14 => shown(&mut Decoded::new(source, Once::new(Unlzma::new(data.size, memory)))),
        20 | 93 => shown(&mut Zstd::new(source, memory)),
        95 => shown(&mut Decoded::new(source, Xz::new(memory))),
        method => {
            sink.note(location, Reason::Method(method));
            Shown { read: 0, sum: 0, is_whole: false }
        }
    }
}

/// The result of showing an entry.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    pub(super) read: u64,
    pub(super) sum: u32,
    pub(super) is_whole: bool,
}

fn show_checked(sink: &dyn Sink, location: &Location, data: Data, feed: &mut dyn Feed) -> Shown {
    let mut summed = Summed { feed, sum: Hasher::new() };
    let end = sink.member(location, &mut summed);
    let sum = summed.sum.finalize();
    let differs = data.sum.is_some_and(|stated| stated != sum);
    let fault = end.fault.or_else(|| differs.then_some(Fault::Checksum));
    if let Some(fault) = fault
        && (data.is_sure || end.read > 0)
    {
        sink.note_fault(location, fault, end.read);
    }
    Shown { read: end.read, sum, is_whole: fault.is_none() }
}

/// The source itself, for a stored entry.
struct Through<'t>(&'t mut dyn Peek);

impl Feed for Through<'_> {
    fn fill(&mut self) -> Result<&[u8], Fault> {
        self.0.fill()
    }

    fn consume(&mut self, count: usize) {
        self.0.consume(count);
    }
}

/// One stream, with nothing after it.
struct Once<D> {
    decoder: D,
    is_over: bool,
}

impl<D> Once<D> {
    fn new(decoder: D) -> Self {
        Self { decoder, is_over: false }
    }
}

impl<D: Decode> Streams for Once<D> {
    fn begin(&mut self, _source: &mut dyn Peek) -> Result<bool, Fault> {
        Ok(!std::mem::replace(&mut self.is_over, true))
    }

    fn decoder(&mut self) -> &mut dyn Decode {
        &mut self.decoder
    }
}

/// Computes the checksum of what is consumed.
struct Summed<'f> {
    feed: &'f mut dyn Feed,
    sum: Hasher,
}

impl Feed for Summed<'_> {
    fn fill(&mut self) -> Result<&[u8], Fault> {
        self.feed.fill()
    }

    fn consume(&mut self, count: usize) {
        if let Ok(chunk) = self.feed.fill() {
            self.sum.update(chunk.get(..count).unwrap_or(chunk));
        }
        self.feed.consume(count);
    }
}
