//! The digest of a large file, made by all threads.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use sha2::{Digest as _, Sha256};

use super::state::Digest;
use crate::git::io::mapped::MappedFile;

/// What a thread takes at once, in bytes.
const PART_LEN: usize = 4 << 20;

/// SHA-256 of the digests of a file's parts; `None` when it cannot be read.
pub(super) fn digest(path: &Path, threads: usize) -> Option<Digest> {
    let file = MappedFile::open(path).ok()?;
    let parts: Vec<&[u8]> = file.chunks(PART_LEN).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut digests = Vec::new();
        while let Some((at, part)) = {
            let at = next.fetch_add(1, Ordering::Relaxed);
            parts.get(at).map(|part| (at, part))
        } {
            digests.push((at, Sha256::digest(part)));
        }
        digests
    };
    let mut digests = Vec::new();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads.min(parts.len())).map(|_| scope.spawn(work)).collect();
        for thread in threads {
            match thread.join() {
                Ok(more) => digests.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    digests.sort_unstable_by_key(|&(at, _)| at);
    let mut whole = Sha256::new();
    for (_, digest) in digests {
        whole.update(digest);
    }
    Some(whole.finalize().into())
}
