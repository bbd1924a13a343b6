//! Makes the digest of a large file, by all threads.

use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::git::io::mapped::MappedFile;
use crate::threads;

/// SHA-256.
pub(super) type Digest = [u8; 32];

/// What a thread takes at once, in bytes.
const PART_LEN: usize = 4 << 20;

/// SHA-256 of the digests of a file's parts; `None` when it cannot be read.
pub(super) fn digest(path: &Path, threads: usize) -> Option<Digest> {
    let file = MappedFile::open(path).ok()?;
    let parts: Vec<&[u8]> = file.chunks(PART_LEN).collect();
    let mut whole = Sha256::new();
    for digest in threads::map(&parts, 1, threads, |part| Sha256::digest(part)) {
        whole.update(digest);
    }
    Some(whole.finalize().into())
}
