//! Bounds how far a walk goes.

/// How far [`walk`](super::walk()) goes. What is left out for one of these is in the [`Outcome`](super::Outcome).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many archives may stand one in the other.
    pub depth: usize,
    /// How many members are read, all together.
    pub members: u64,
    /// How many bytes are read and made, all together and at every depth.
    pub bytes: u64,
    /// How many times the content's own length that may be.
    pub ratio: u64,
    /// What is below the ratio's notice.
    pub ratio_from: u64,
    /// How many bytes are held in memory at once, by a decoder or to find the directory at the end of
    /// an inner zip file. A longer one is read by its local headers alone.
    pub memory: usize,
}

impl Default for Limits {
    /// 10 archives deep, a million members, 4 GiB, 1000 times the content or 64 MiB, and 128 MiB of
    /// memory: what `xz -9` and `zstd --ultra -22` need to be read.
    fn default() -> Self {
        Self {
            depth: 10,
            members: 1_000_000,
            bytes: 4 << 30,
            ratio: 1000,
            ratio_from: 64 << 20,
            memory: 129 << 20,
        }
    }
}
