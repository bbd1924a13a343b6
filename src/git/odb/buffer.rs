//! Reused memory for inflated objects.

/// How much longer than its content a buffer is, so that short copies may overshoot.
pub(crate) const SLACK: usize = 64;

/// Bytes whose memory stays initialised between uses: clearing a gigabyte a second time only to
/// overwrite it would cost as much as resolving the deltas.
#[derive(Clone, Debug, Default)]
pub(crate) struct Buffer {
    bytes: Vec<u8>,
    length: usize,
}

impl Buffer {
    /// Makes room for `length` bytes and hands out that room with the slack behind it. What is in
    /// it is left from earlier uses.
    pub(crate) fn prepare(&mut self, length: usize) -> &mut [u8] {
        self.length = length;
        if self.bytes.len() < length + SLACK {
            self.bytes.resize((length + SLACK).next_multiple_of(4096), 0);
        }
        &mut self.bytes[..length + SLACK]
    }

    /// The content.
    pub(crate) fn content(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// The content and the slack behind it.
    pub(crate) fn with_slack(&self) -> &[u8] {
        &self.bytes[..self.bytes.len().min(self.length + SLACK)]
    }

    /// How much memory it holds, in bytes.
    pub(crate) fn capacity(&self) -> usize {
        self.bytes.len()
    }
}

/// Something that holds memory worth using again.
pub(crate) trait Reusable: Default {
    /// How much, in bytes.
    fn memory(&self) -> usize;
}

/// Memory that waits for its next use, one pool a thread.
#[derive(Debug, Default)]
pub(crate) struct Pool<T> {
    free: Vec<T>,
}

impl<T: Reusable> Pool<T> {
    /// More memory than this is given back to the allocator rather than kept.
    const KEEP: usize = 4 << 20;

    pub(crate) fn take(&mut self) -> T {
        self.free.pop().unwrap_or_default()
    }

    pub(crate) fn give_back(&mut self, used: T) {
        if used.memory() <= Self::KEEP && self.free.len() < 64 {
            self.free.push(used);
        }
    }
}
