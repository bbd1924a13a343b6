//! What no scanner can go below: inflating every entry of the packs once, with the same inflater,
//! and doing nothing with what comes out.

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use memmap2::Mmap;

/// Inflates every entry of a repository's packs.
pub(crate) fn run(repository: &Path, threads: usize, mapped: bool) {
    for pack in packs(repository) {
        floor(&pack, threads, mapped);
    }
}

/// The packs of a repository given by its git directory or working tree.
pub(crate) fn packs(repository: &Path) -> Vec<PathBuf> {
    let directory = ["objects/pack", ".git/objects/pack"]
        .iter()
        .map(|below| repository.join(below))
        .find(|path| path.is_dir())
        .expect("a repository with packs");
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|extension| extension == "pack")).collect()
}

/// Inflates every entry of a pack once.
fn floor(pack: &Path, threads: usize, mapped: bool) {
    let offsets = offsets(&fs::read(pack.with_extension("idx")).unwrap());
    let file = File::open(pack).unwrap();
    // SAFETY: the benchmark's own repositories are not written to while it runs.
    let map = unsafe { Mmap::map(&file) }.unwrap();
    let end = map.len() - 20;
    let next = AtomicUsize::new(0);
    let inflated = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut decoder = sirocco::inflate::Decoder::new(sirocco::Format::Zlib);
                let (mut buffer, mut input) = (vec![0; 1 << 20], Vec::new());
                let mut total = 0;
                loop {
                    let first = next.fetch_add(64, Ordering::Relaxed);
                    if first >= offsets.len() {
                        break;
                    }
                    for at in first..offsets.len().min(first + 64) {
                        let range = offsets[at]..offsets.get(at + 1).copied().unwrap_or(end);
                        let entry = if mapped {
                            &map[range]
                        } else {
                            input.resize(range.len(), 0);
                            file.read_exact_at(&mut input, range.start as u64).unwrap();
                            &input
                        };
                        let (size, stream) = header(entry);
                        if buffer.len() < size + 64 {
                            buffer.resize(size + 64, 0);
                        }
                        decoder.reset();
                        let progress =
                            decoder.decompress(&entry[stream..], &mut buffer[..size + 64], true);
                        total += progress.unwrap().output.len();
                    }
                }
                inflated.fetch_add(total, Ordering::Relaxed);
            });
        }
    });
    println!("{} entries, {} bytes", offsets.len(), inflated.into_inner());
}

/// The offsets of an index of version 2, in ascending order.
fn offsets(index: &[u8]) -> Vec<usize> {
    let number = |at: usize| u32::from_be_bytes(index[at..at + 4].try_into().unwrap()) as usize;
    assert_eq!(&index[..8], b"\xfftOc\0\0\0\x02", "an index of version 2");
    let count = number(8 + 255 * 4);
    let table = 8 + 1024 + count * 24;
    let large = table + count * 4;
    let mut offsets: Vec<usize> = (0..count)
        .map(|at| match number(table + at * 4) {
            offset if offset < 0x8000_0000 => offset,
            offset => {
                let at = large + (offset - 0x8000_0000) * 8;
                number(at) << 32 | number(at + 4)
            }
        })
        .collect();
    offsets.sort_unstable();
    offsets
}

/// The size that an entry's header states, and where its stream begins.
fn header(entry: &[u8]) -> (usize, usize) {
    let (mut size, mut shift, mut at) = (usize::from(entry[0] & 15), 4, 1);
    while entry[at - 1] & 0x80 != 0 {
        size |= usize::from(entry[at] & 0x7f) << shift;
        (shift, at) = (shift + 7, at + 1);
    }
    match entry[0] >> 4 & 7 {
        6 => {
            while entry[at] & 0x80 != 0 {
                at += 1;
            }
            (size, at + 1)
        }
        7 => (size, at + 20),
        _ => (size, at),
    }
}
