//! Reads Zstandard files (RFC 8878).

use std::io::{self, Read};

use ruzstd::decoding::errors::FrameDecoderError;
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::feed::{Fault, Feed, Peek};
use super::magic;
use super::outcome::Feature;

/// Frames of zstd, with skippable frames between them.
pub(super) struct Zstd<'s> {
    source: &'s mut dyn Peek,
    decoder: FrameDecoder,
    buffer: Box<[u8]>,
    ready: std::ops::Range<usize>,
    phase: Phase,
    /// No frame of zstd was read yet. Other formats begin with a skippable frame too.
    is_first: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Between,
    Inside,
    /// The frame is decoded as far as possible. After its output comes this fault, if any.
    Draining(Option<Fault>),
    Ended(Option<Fault>),
}

impl<'s> Zstd<'s> {
    pub(super) fn new(source: &'s mut dyn Peek, memory: usize) -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(memory as u64);
        let buffer = vec![0; 64 * 1024].into_boxed_slice();
        Self { source, decoder, buffer, ready: 0..0, phase: Phase::Between, is_first: true }
    }

    /// Begins the next frame, if there is one.
    fn begin(&mut self) -> Result<Phase, Fault> {
        let start = self.source.peek(32)?;
        if let (true, [_, _, _, _, a, b, c, d, ..]) = (magic::is_skippable(start), start) {
            let length = u64::from(u32::from_le_bytes([*a, *b, *c, *d]));
            self.source.consume(8);
            return self.skip(length);
        }
        if !magic::is_zstd(start) {
            let is_cut = !self.is_first && start.starts_with(magic::ZSTD);
            return Ok(Phase::Ended(is_cut.then_some(Fault::Truncated)));
        }
        self.is_first = false;
        let mut source = DecoderInput { source: self.source, fault: None };
        match self.decoder.init(&mut source) {
            Ok(()) => Ok(Phase::Inside),
            Err(error) => Err(fault(&error, source.fault)),
        }
    }

    fn skip(&mut self, mut length: u64) -> Result<Phase, Fault> {
        while length > 0 {
            let chunk = self.source.fill()?.len();
            if chunk == 0 {
                let is_known = !self.is_first;
                return Ok(Phase::Ended(is_known.then_some(Fault::Truncated)));
            }
            let step = usize::try_from(length).map_or(chunk, |length| chunk.min(length));
            self.source.consume(step);
            length -= step as u64;
        }
        Ok(Phase::Between)
    }

    fn decode(&mut self) -> Phase {
        let mut source = DecoderInput { source: self.source, fault: None };
        let blocks = BlockDecodingStrategy::UptoBlocks(1);
        match self.decoder.decode_blocks(&mut source, blocks) {
            Ok(false) => Phase::Inside,
            Ok(true) => Phase::Draining(None),
            Err(error) => {
                let fault = fault(&error, source.fault);
                // The decoder holds back what later blocks may refer to. An empty last block, with
                // a checksum that is not checked, makes it release that.
                let last = [1, 0, 0, 0, 0, 0, 0];
                let _ = self.decoder.decode_blocks(last.as_slice(), BlockDecodingStrategy::All);
                Phase::Draining(Some(fault))
            }
        }
    }

    /// Compares the checksum at the end of a frame.
    fn check(&self) -> Phase {
        let stored = self.decoder.get_checksum_from_data();
        if stored.is_some() && stored != self.decoder.get_calculated_checksum() {
            return Phase::Ended(Some(Fault::Checksum));
        }
        Phase::Between
    }

    fn collect(&mut self) -> usize {
        self.decoder.read(&mut self.buffer).unwrap_or(0)
    }
}

impl Feed for Zstd<'_> {
    fn fill(&mut self) -> Result<&[u8], Fault> {
        while self.ready.is_empty() {
            let phase = self.phase;
            match phase {
                Phase::Between => {
                    self.phase = self.begin().unwrap_or_else(|fault| Phase::Ended(Some(fault)));
                }
                Phase::Inside => {
                    self.ready = 0..self.collect();
                    if self.ready.is_empty() {
                        self.phase = self.decode();
                    }
                }
                Phase::Draining(fault) => {
                    self.ready = 0..self.collect();
                    if self.ready.is_empty() {
                        let failed = |fault| Phase::Ended(Some(fault));
                        self.phase = fault.map_or_else(|| self.check(), failed);
                    }
                }
                Phase::Ended(None) => return Ok(&[]),
                Phase::Ended(Some(fault)) => return Err(fault),
            }
        }
        Ok(self.buffer.get(self.ready.clone()).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.ready.start = (self.ready.start + count).min(self.ready.end);
    }
}

fn fault(error: &FrameDecoderError, below: Option<Fault>) -> Fault {
    match (error, below) {
        (_, Some(fault)) => fault,
        (FrameDecoderError::WindowSizeTooBig { .. }, _) => Fault::Memory,
        (FrameDecoderError::DictNotProvided { .. }, _) => Fault::Unsupported(Feature::Dictionary),
        _ => Fault::Damaged,
    }
}

/// The source as a [`Read`].
struct DecoderInput<'r> {
    source: &'r mut dyn Peek,
    /// Why it ended.
    fault: Option<Fault>,
}

impl Read for DecoderInput<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let chunk = match self.source.fill() {
            Ok(chunk) => chunk,
            Err(fault) => {
                self.fault = Some(fault);
                return Err(io::ErrorKind::Other.into());
            }
        };
        if chunk.is_empty() && !into.is_empty() {
            self.fault = Some(Fault::Truncated);
        }
        let count = chunk.len().min(into.len());
        into[..count].copy_from_slice(&chunk[..count]);
        self.source.consume(count);
        Ok(count)
    }
}
