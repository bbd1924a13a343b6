//! How far a scan is, for whoever watches it.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters that a scan moves on and another thread may read at any time.
#[derive(Debug, Default)]
pub struct Progress {
    /// How many objects there are, in all repositories opened so far.
    total: AtomicU64,
    objects: AtomicU64,
    bytes: AtomicU64,
    hits: AtomicU64,
}

impl Progress {
    /// Nothing read yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many objects are stored, as far as that is known.
    pub fn total(&self) -> u64 {
        self.total.load(Ordering::Relaxed)
    }

    /// How many objects were read.
    pub fn objects(&self) -> u64 {
        self.objects.load(Ordering::Relaxed)
    }

    /// How many bytes they have, inflated and with deltas resolved.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// How many places with a token were seen.
    pub fn hits(&self) -> u64 {
        self.hits.load(Ordering::Relaxed)
    }

    pub(crate) fn expect(&self, objects: u64) {
        self.total.fetch_add(objects, Ordering::Relaxed);
    }

    pub(crate) fn read(&self, objects: u64, bytes: u64) {
        self.objects.fetch_add(objects, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn found(&self, hits: u64) {
        self.hits.fetch_add(hits, Ordering::Relaxed);
    }
}
