//! Keeping a body while it is read, to explain it afterwards.

use std::io::{self, Read};

/// Reads what another reader reads, and keeps it up to a limit.
#[derive(Debug)]
pub struct Recorder<R> {
    inner: R,
    limit: usize,
    kept: Option<Vec<u8>>,
}

impl<R: Read> Recorder<R> {
    /// Keeps up to `limit` bytes.
    pub const fn new(inner: R, limit: usize) -> Self {
        Self { inner, limit, kept: Some(Vec::new()) }
    }

    /// All that was read; `None` where it was more than the limit.
    pub fn into_kept(self) -> Option<Vec<u8>> {
        self.kept
    }
}

impl<R: Read> Read for Recorder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        if let Some(kept) = &mut self.kept {
            if kept.len() + length > self.limit {
                self.kept = None;
            } else {
                kept.extend_from_slice(buffer.get(..length).unwrap_or_default());
            }
        }
        Ok(length)
    }
}
