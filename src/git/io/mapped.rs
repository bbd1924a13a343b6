//! Memory-mapped files: the one place where `unsafe` is allowed.
//!
//! Packs are read in the order of their delta trees, which is not the order of the file. Reading
//! each entry with a system call of its own costs about as much as inflating it, and reading the
//! whole pack into memory takes as much memory as the pack has bytes; the kernel's page cache,
//! mapped, does neither (the benchmark `floor` measures both ways).
#![allow(unsafe_code)]

use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::ops::Deref;
use std::path::Path;

use memmap2::Mmap;

/// The bytes of a regular file, mapped for reading.
///
/// # Invariants
///
/// - The mapping is private to this value and read-only, and the slice it hands out cannot outlive
///   it.
/// - Only regular files are mapped. Git never writes to a pack or an index in place: it writes a
///   new file and renames it, and the old one lives on while it is mapped. Should another program
///   change the file all the same, the readers above see other bytes: each of them checks bounds
///   at every access and keeps no decision about bounds across reads of the content. Should it
///   truncate the file, the kernel ends the process by a signal, which no caller takes for "clean".
#[derive(Debug)]
pub(crate) struct MappedFile(Option<Mmap>);

impl MappedFile {
    /// Maps the file at `path`, which must be a regular file.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let metadata = std::fs::metadata(path)?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        if metadata.len() == 0 {
            // Mapping no bytes is an error on some systems.
            return Ok(Self(None));
        }
        let file = File::open(path)?;
        // SAFETY: the mapping is read-only and owned by the value; see the invariants above for
        // what may happen to the file meanwhile.
        let map = unsafe { Mmap::map(&file) }?;
        Ok(Self(Some(map)))
    }
}

/// Asks for the bytes at `offset` ahead of their use.
///
/// Entries are read in the order of their delta trees, and ids are looked up at random. Without
/// this, waiting for the first bytes of each takes about a twentieth of a scan.
#[inline]
pub(crate) fn prefetch(bytes: &[u8], offset: usize) {
    #[cfg(target_arch = "x86_64")]
    if let Some(bytes) = bytes.get(offset..) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a prefetch changes nothing that a program can see, whatever the address is.
        unsafe {
            _mm_prefetch::<_MM_HINT_T0>(bytes.as_ptr().cast());
            _mm_prefetch::<_MM_HINT_T0>(bytes.as_ptr().wrapping_add(64).cast());
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (bytes, offset);
}

/// Asks for large pages under memory that was set aside and is not used yet: tables that are read
/// at random miss the processor's cache of page addresses with nearly every read otherwise.
pub(crate) fn prefer_huge_pages<T>(memory: &mut [MaybeUninit<T>]) {
    #[cfg(target_os = "linux")]
    {
        const PAGE: usize = 4096;
        let size = std::mem::size_of_val(memory);
        let start = memory.as_mut_ptr().cast::<u8>();
        let skip = start.align_offset(PAGE);
        if let Some(length) = size.checked_sub(skip).filter(|&length| length >= 4 << 20) {
            // SAFETY: the range lies in memory that this program owns, and the advice changes
            // neither its content nor who may use it. A failure changes nothing.
            unsafe {
                let start = start.add(skip).cast();
                libc::madvise(start, length / PAGE * PAGE, libc::MADV_HUGEPAGE);
            }
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = memory;
}

impl Deref for MappedFile {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.0.as_deref().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::MappedFile;

    #[test]
    fn a_mapped_file_holds_what_reading_the_file_gives() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        for content in [&b""[..], b"x", &vec![7; 100_000]] {
            std::fs::write(&path, content).unwrap();
            assert_eq!(&*MappedFile::open(&path).unwrap(), content);
        }
    }

    #[test]
    fn a_mapped_file_survives_its_replacement() {
        let directory = tempfile::tempdir().unwrap();
        let (path, other) = (directory.path().join("file"), directory.path().join("other"));
        std::fs::write(&path, "old").unwrap();
        let mapped = MappedFile::open(&path).unwrap();
        std::fs::write(&other, "new").unwrap();
        std::fs::rename(&other, &path).unwrap();
        assert_eq!(&*mapped, b"old");
    }

    #[test]
    fn directories_and_absent_files_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        assert!(MappedFile::open(directory.path()).is_err());
        assert!(MappedFile::open(&directory.path().join("absent")).is_err());
    }
}
