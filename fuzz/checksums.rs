//! Checksums made to fit what was changed. All of it is SHA-1.

use sha1::{Digest as _, Sha1};

const HASH: usize = 20;

/// Makes the checksum at the end of a file fit what is before it.
pub(crate) fn mend_end(file: &mut [u8]) {
    if let Some(end) = file.len().checked_sub(HASH) {
        let checksum = Sha1::digest(&file[..end]);
        file[end..].copy_from_slice(&checksum);
    }
}

/// Makes all checksums in an index fit the pack, as far as it still looks like an index.
pub(crate) fn mend_index(index: &mut [u8], pack: &[u8]) {
    let pack_checksum = pack.last_chunk::<HASH>();
    let at = index.len().checked_sub(2 * HASH);
    if let (Some(pack_checksum), Some(at)) = (pack_checksum, at) {
        index[at..at + HASH].copy_from_slice(pack_checksum);
    }
    if index.starts_with(b"\xfftOc\0\0\0\x02") {
        let _ = mend_entries(index, pack);
    }
    mend_end(index);
}

/// Makes the CRC-32 of each entry fit; `None` when there is no table where it should be.
fn mend_entries(index: &mut [u8], pack: &[u8]) -> Option<()> {
    let number = |index: &[u8], at: usize| {
        Some(u32::from_be_bytes(*index.get(at..)?.first_chunk()?) as usize)
    };
    let count = number(index, 8 + 255 * 4)?;
    let crcs = 8 + 256 * 4 + count.checked_mul(HASH)?;
    let offsets = crcs.checked_add(count * 4)?;
    index.get(offsets..offsets.checked_add(count * 4)?)?;
    let offset = |index: &[u8], at: usize| number(index, offsets + at * 4);
    let mut starts: Vec<usize> = (0..count).filter_map(|at| offset(index, at)).collect();
    starts.push(pack.len().saturating_sub(HASH));
    starts.sort_unstable();
    for at in 0..count {
        let start = offset(index, at)?;
        let end = starts[starts.partition_point(|&other| other <= start).min(count)];
        if let Some(entry) = pack.get(start..end) {
            let crc = crc32fast::hash(entry).to_be_bytes();
            index[crcs + at * 4..][..4].copy_from_slice(&crc);
        }
    }
    Some(())
}
