//! Memory-mapped files: the one place where `unsafe` is allowed.
//!
//! Packs are read in the order of their delta trees, which is not the order of the file. Reading
//! each entry with a system call of its own costs about as much as inflating it, and reading the
//! whole pack into memory takes as much memory as the pack has bytes; the kernel's page cache,
//! mapped, does neither (the benchmark `floor` measures both ways).
#![allow(unsafe_code)]

use std::fs::File;
use std::io;
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
pub(super) struct MappedFile(Option<Mmap>);

impl MappedFile {
    /// Maps the file at `path`, which must be a regular file.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
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
