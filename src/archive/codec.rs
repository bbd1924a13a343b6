//! Decodes compressed streams: the decoders behind one trait, and the feed of their output.

use bzip2::Decompress;
use deflate64::InflaterManaged;
use lzma_rust2::{Action, LzmaStream, Status as LzmaStatus, XzStream};
use sirocco::Format as Wrapping;
use sirocco::inflate::Decoder as Deflate;

use super::feed::{Fault, Feed, Peek};
use super::magic;
use super::outcome::Feature;

/// How much is decoded at once, in bytes. A decoder's own memory comes on top.
const WINDOW: usize = 64 * 1024;

/// The result of a step.
#[derive(Debug)]
pub(super) struct Step {
    /// How many bytes of the input it consumed.
    pub(super) consumed: usize,
    /// Where its output is in the output buffer.
    pub(super) made: std::ops::Range<usize>,
    pub(super) state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// More input or another step is needed.
    Going,
    /// The stream has ended.
    Done,
    /// It cannot continue.
    Failed(Fault),
}

/// A decoder of one stream.
pub(super) trait Decode {
    /// Decodes some of `input`. An empty `input` means the end of the data.
    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Step;
}

/// A format whose streams may follow each other.
pub(super) trait Streams {
    /// Reads the header of the next stream. False if no stream follows.
    fn begin(&mut self, source: &mut dyn Peek) -> Result<bool, Fault>;

    /// The decoder of the stream that begins.
    fn decoder(&mut self) -> &mut dyn Decode;

    /// Receives what the decoder made.
    fn made(&mut self, _content: &[u8]) {}

    /// Reads what follows the stream: checksums.
    fn end(&mut self, _source: &mut dyn Peek) -> Result<(), Fault> {
        Ok(())
    }
}

/// The decoded content of a format's streams, one after the other.
pub(super) struct Decoded<'s, S> {
    source: &'s mut dyn Peek,
    streams: S,
    output: Box<[u8]>,
    /// The part of the output that was not consumed yet.
    ready: std::ops::Range<usize>,
    phase: Phase,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Between,
    Inside,
    Ended,
    Failed(Fault),
}

impl<'s, S: Streams> Decoded<'s, S> {
    pub(super) fn new(source: &'s mut dyn Peek, streams: S) -> Self {
        let output = vec![0; WINDOW + DEFLATE_HISTORY].into_boxed_slice();
        Self { source, streams, output, ready: 0..0, phase: Phase::Between }
    }

    fn advance(&mut self) -> Result<Phase, Fault> {
        match self.phase {
            Phase::Between if self.streams.begin(self.source)? => Ok(Phase::Inside),
            Phase::Between => Ok(Phase::Ended),
            Phase::Inside => self.step(),
            phase => Ok(phase),
        }
    }

    fn step(&mut self) -> Result<Phase, Fault> {
        let input = self.source.fill()?;
        let is_end = input.is_empty();
        let step = self.streams.decoder().step(input, &mut self.output);
        self.source.consume(step.consumed);
        self.ready = step.made;
        let made = self.output.get(self.ready.clone()).unwrap_or_default();
        self.streams.made(made);
        match step.state {
            State::Failed(fault) => Ok(Phase::Failed(fault)),
            State::Done => {
                // The output comes before the fault.
                Ok(self.streams.end(self.source).map_or_else(Phase::Failed, |()| Phase::Between))
            }
            State::Going if is_end && made.is_empty() => Ok(Phase::Failed(Fault::Truncated)),
            State::Going => Ok(Phase::Inside),
        }
    }
}

impl<S: Streams> Feed for Decoded<'_, S> {
    fn fill(&mut self) -> Result<&[u8], Fault> {
        while self.ready.is_empty() {
            match self.phase {
                Phase::Ended => return Ok(&[]),
                Phase::Failed(fault) => return Err(fault),
                _ => self.phase = self.advance().unwrap_or_else(Phase::Failed),
            }
        }
        Ok(self.output.get(self.ready.clone()).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.ready.start = (self.ready.start + count).min(self.ready.end);
    }
}

/// How far back a deflate decoder may refer, in bytes.
const DEFLATE_HISTORY: usize = 32 * 1024;

/// Raw deflate (RFC 1951).
pub(super) struct Inflate {
    decoder: Box<Deflate>,
    /// The decoder as it was before the last step.
    before: Box<Deflate>,
    /// How much of the output buffer is filled.
    position: usize,
    is_full: bool,
    /// How much input the next step takes at most, in bytes.
    portion: usize,
}

impl Inflate {
    pub(super) fn new() -> Self {
        let decoder = Deflate::new(Wrapping::Deflate);
        Self {
            before: Box::new(decoder.clone()),
            decoder: Box::new(decoder),
            position: 0,
            is_full: false,
            portion: WINDOW,
        }
    }

    /// Resets it for the next stream.
    pub(super) fn reset(&mut self) {
        self.decoder.reset();
        (self.position, self.is_full, self.portion) = (0, false, WINDOW);
    }
}

impl Decode for Inflate {
    /// A failed step returns none of the output that it made before the fault. So it is undone and
    /// repeated with less input, until all output before the fault was returned.
    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Step {
        let is_end = input.is_empty();
        let input = input.get(..self.portion).unwrap_or(input);
        if self.is_full {
            self.position -= self.decoder.make_room(output).min(self.position);
            self.is_full = false;
        }
        self.before.clone_from(&self.decoder);
        match self.decoder.decompress(input, output, is_end) {
            Ok(progress) => {
                self.is_full = progress.full;
                let state = if progress.done { State::Done } else { State::Going };
                let made = self.position..self.position + progress.output.len();
                self.position = made.end;
                Step { consumed: progress.consumed, made, state }
            }
            Err(sirocco::inflate::Error::Truncated) => failed(Fault::Truncated),
            Err(_) if input.len() > 1 => {
                std::mem::swap(&mut self.decoder, &mut self.before);
                self.portion = input.len() / 2;
                Step { consumed: 0, made: 0..0, state: State::Going }
            }
            Err(_) => failed(Fault::Damaged),
        }
    }
}

fn failed(fault: Fault) -> Step {
    Step { consumed: 0, made: 0..0, state: State::Failed(fault) }
}

/// Deflate64, as zip files use it: a window of 64 KiB.
pub(super) struct Inflate64(Box<InflaterManaged>);

impl Inflate64 {
    pub(super) fn new() -> Self {
        Self(Box::new(InflaterManaged::new()))
    }
}

impl Decode for Inflate64 {
    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Step {
        let result = self.0.inflate(input, output);
        let state = if result.data_error || self.0.errored() {
            State::Failed(Fault::Damaged)
        } else if self.0.finished() {
            State::Done
        } else {
            State::Going
        };
        Step { consumed: result.bytes_consumed, made: 0..result.bytes_written, state }
    }
}

/// One stream of bzip2.
pub(super) struct Bunzip2(Decompress);

impl Bunzip2 {
    pub(super) fn new() -> Self {
        Self(Decompress::new(false))
    }
}

impl Decode for Bunzip2 {
    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Step {
        let (read, made) = (self.0.total_in(), self.0.total_out());
        let state = match self.0.decompress(input, output) {
            Ok(bzip2::Status::StreamEnd) => State::Done,
            Ok(bzip2::Status::MemNeeded) => State::Failed(Fault::Memory),
            Ok(_) => State::Going,
            Err(_) => State::Failed(Fault::Damaged),
        };
        let made = difference(self.0.total_out(), made).min(output.len());
        let consumed = difference(self.0.total_in(), read).min(input.len());
        Step { consumed, made: 0..made, state }
    }
}

fn difference(after: u64, before: u64) -> usize {
    usize::try_from(after.saturating_sub(before)).unwrap_or(usize::MAX)
}

/// One stream of xz.
pub(super) struct Unxz(XzStream);

impl Unxz {
    pub(super) fn new(memory: usize) -> Self {
        Self(XzStream::new_mem_limit(false, kibibytes(memory)))
    }
}

impl Decode for Unxz {
    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Step {
        let (read, made) = (self.0.total_in(), self.0.total_out());
        let result = self.0.process(input, output, action(input));
        let made = difference(self.0.total_out(), made).min(output.len());
        let consumed = difference(self.0.total_in(), read).min(input.len());
        let state = result.map_or_else(
            |error| State::Failed(lzma_fault(&error)),
            |result| lzma_state(result.status),
        );
        Step { consumed, made: 0..made, state }
    }
}

/// LZMA as in a zip entry: a version, the length of the properties, the properties.
pub(super) struct Unlzma {
    header: Vec<u8>,
    stream: Option<LzmaStream>,
    size: u64,
    memory: usize,
}

impl Unlzma {
    /// `size` is the length of the content. It ends a stream without an end marker.
    pub(super) const fn new(size: Option<u64>, memory: usize) -> Self {
        let size = match size {
            Some(size) => size,
            None => u64::MAX,
        };
        Self { header: Vec::new(), stream: None, size, memory }
    }

    fn start(&mut self) -> Result<LzmaStream, Fault> {
        let [_, _, 5, 0, properties, window @ ..] = self.header.as_slice() else {
            return Err(Fault::Damaged);
        };
        let window = window.try_into().map_or(u32::MAX, u32::from_le_bytes);
        if window as usize > self.memory {
            return Err(Fault::Memory);
        }
        LzmaStream::new_with_props(self.size, *properties, window, None).map_err(|_| Fault::Damaged)
    }
}

impl Decode for Unlzma {
    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Step {
        let Some(stream) = &mut self.stream else {
            let missing = 9 - self.header.len().min(9);
            let part = input.get(..missing).unwrap_or(input);
            self.header.extend_from_slice(part);
            if self.header.len() == 9 {
                match self.start() {
                    Ok(stream) => self.stream = Some(stream),
                    Err(fault) => return failed(fault),
                }
            }
            return Step { consumed: part.len(), made: 0..0, state: State::Going };
        };
        let (read, made) = (stream.total_in(), stream.total_out());
        let result = stream.process(input, output, action(input));
        let made = difference(stream.total_out(), made).min(output.len());
        let consumed = difference(stream.total_in(), read).min(input.len());
        let state = result.map_or_else(
            |error| State::Failed(lzma_fault(&error)),
            |result| lzma_state(result.status),
        );
        Step { consumed, made: 0..made, state }
    }
}

fn kibibytes(bytes: usize) -> u32 {
    u32::try_from(bytes / 1024).unwrap_or(u32::MAX)
}

fn action(input: &[u8]) -> Action {
    if input.is_empty() { Action::Finish } else { Action::Run }
}

fn lzma_state(status: LzmaStatus) -> State {
    match status {
        LzmaStatus::Ok => State::Going,
        LzmaStatus::StreamEnd => State::Done,
    }
}

fn lzma_fault(error: &std::io::Error) -> Fault {
    match error.kind() {
        std::io::ErrorKind::OutOfMemory => Fault::Memory,
        std::io::ErrorKind::UnexpectedEof => Fault::Truncated,
        std::io::ErrorKind::Unsupported => Fault::Unsupported(Feature::XzFilter),
        _ => Fault::Damaged,
    }
}

/// An xz file: streams, and zeros between them.
pub(super) struct Xz {
    decoder: Unxz,
    memory: usize,
}

impl Xz {
    pub(super) fn new(memory: usize) -> Self {
        Self { decoder: Unxz::new(memory), memory }
    }
}

impl Streams for Xz {
    fn begin(&mut self, source: &mut dyn Peek) -> Result<bool, Fault> {
        self.decoder = Unxz::new(self.memory);
        skip_zeros(source)?;
        Ok(magic::is_xz(source.peek(12)?))
    }

    fn decoder(&mut self) -> &mut dyn Decode {
        &mut self.decoder
    }
}

/// A bzip2 file: streams.
pub(super) struct Bzip2(Bunzip2);

impl Bzip2 {
    pub(super) fn new() -> Self {
        Self(Bunzip2::new())
    }
}

impl Streams for Bzip2 {
    fn begin(&mut self, source: &mut dyn Peek) -> Result<bool, Fault> {
        self.0 = Bunzip2::new();
        Ok(magic::is_bzip2(source.peek(10)?))
    }

    fn decoder(&mut self) -> &mut dyn Decode {
        &mut self.0
    }
}

/// Skips the zeros that pad a file.
pub(super) fn skip_zeros(source: &mut dyn Peek) -> Result<(), Fault> {
    loop {
        let chunk = source.fill()?;
        let zeros = chunk.iter().take_while(|&&byte| byte == 0).count();
        let is_over = zeros < chunk.len() || chunk.is_empty();
        source.consume(zeros);
        if is_over {
            return Ok(());
        }
    }
}
