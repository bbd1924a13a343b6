//! Inflating zlib streams (RFC 1950) of untrusted size.

use sirocco::Format;
use sirocco::inflate::Decoder;

use crate::git::odb::buffer::{Buffer, SLACK};

/// A deflate stream cannot make more than 1032 bytes of one (zlib's technical notes), so a header
/// that claims more is not believed before memory is set aside for it.
const MAX_RATIO: u64 = 1032;

/// What a large object is inflated through.
const WINDOW: usize = 256 * 1024;

/// The stream does not hold what its header claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadStream;

/// Inflates streams; one a thread, because its tables are costly to set up.
pub(crate) struct Inflater {
    decoder: Decoder,
    window: Vec<u8>,
}

impl Inflater {
    pub(crate) fn new() -> Self {
        Self { decoder: Decoder::new(Format::Zlib), window: Vec::new() }
    }

    /// Inflates the stream that `input` is, whole, into `size` bytes.
    pub(crate) fn whole(
        &mut self,
        input: &[u8],
        size: u64,
        out: &mut Buffer,
    ) -> Result<(), BadStream> {
        let consumed = self.first(input, size, out)?;
        if consumed == input.len() { Ok(()) } else { Err(BadStream) }
    }

    /// Inflates the stream that `input` begins with into `size` bytes; tells how long it is.
    pub(crate) fn first(
        &mut self,
        input: &[u8],
        size: u64,
        out: &mut Buffer,
    ) -> Result<usize, BadStream> {
        if size > (input.len() as u64).saturating_mul(MAX_RATIO) {
            return Err(BadStream);
        }
        let size = usize::try_from(size).map_err(|_| BadStream)?;
        let room = out.prepare(size);
        debug_assert!(room.len() == size + SLACK);
        self.decoder.reset();
        let progress = self.decoder.decompress(input, room, true).map_err(|_| BadStream)?;
        // The slack lets the decoder run fast to the end; it must not have used it.
        let is_exact = progress.done && progress.output.len() == size;
        if is_exact { Ok(progress.consumed) } else { Err(BadStream) }
    }

    /// Inflates the stream that `input` is, whole, and hands it out in pieces of at most 256 KiB.
    pub(crate) fn pieces(
        &mut self,
        input: &[u8],
        size: u64,
        mut piece: impl FnMut(&[u8]),
    ) -> Result<(), BadStream> {
        self.window.resize(WINDOW, 0);
        self.decoder.reset();
        let (mut rest, mut made) = (input, 0_u64);
        loop {
            let progress =
                self.decoder.decompress(rest, &mut self.window, true).map_err(|_| BadStream)?;
            made += progress.output.len() as u64;
            if made > size {
                return Err(BadStream);
            }
            piece(progress.output);
            rest = &rest[progress.consumed..];
            if progress.done {
                break;
            }
            if progress.full {
                self.decoder.make_room(&mut self.window);
            }
        }
        if made == size && rest.is_empty() { Ok(()) } else { Err(BadStream) }
    }

    /// Inflates the start of the stream that `input` begins with, as far as `out` goes.
    pub(crate) fn start<'o>(
        &mut self,
        input: &[u8],
        out: &'o mut [u8],
    ) -> Result<&'o [u8], BadStream> {
        self.decoder.reset();
        let progress = self.decoder.decompress(input, out, true).map_err(|_| BadStream)?;
        Ok(progress.output)
    }
}
