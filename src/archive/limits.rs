//! Bounds how far a walk goes.

/// How far [`walk`](super::walk()) goes. The [`Outcome`](super::Outcome) lists what was left out
/// because of one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// How many archives may be nested.
    pub depth: usize,
    /// How many members are read in all.
    pub members: u64,
    /// How many bytes are read and decompressed in all, at every depth.
    pub bytes: u64,
    /// How many bytes are read and decompressed for each byte of the content.
    pub ratio: u64,
    /// The ratio always allows this many bytes.
    pub ratio_from: u64,
    /// How many bytes may be in memory at once, for a decoder or for an inner zip file, whose
    /// directory is at its end. A longer inner zip file is read by its local headers alone.
    pub memory: usize,
}

impl Default for Limits {
    /// 10 archives deep, a million members, 4 GiB, 1000 times the content or 64 MiB, and 129 MiB of
    /// memory: as much as the files of `xz -9` and `zstd --ultra -22` need.
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
