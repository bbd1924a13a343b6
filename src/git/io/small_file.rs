//! Reading small files of a git directory that its owner may have made hostile.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::path::Path;

/// The largest file that is read into memory, in bytes: `packed-refs` with a million refs has 80
/// MB.
const MAX_LEN: u64 = 512 << 20;

/// Reads a regular file. `Ok(None)` when there is none; a pipe or device is an error, because
/// opening one may never return.
pub(crate) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let metadata = match std::fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(error),
    };
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    let too_large = || io::Error::new(io::ErrorKind::FileTooLarge, "larger than 512 MiB");
    if metadata.len() > MAX_LEN {
        return Err(too_large());
    }
    // It may grow meanwhile.
    let mut bytes = Vec::new();
    open(path)?.take(MAX_LEN + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_LEN { Err(too_large()) } else { Ok(Some(bytes)) }
}

/// Opens a file without waiting for anything: a link may lead to one that the system makes up, says
/// is regular, and fills only when something happens (`/proc/kmsg`).
fn open(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(target_os = "linux")]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    options.open(path)
}

/// Opens a regular file of any size. A pipe or device is an error, also when it has come into the
/// place of the file a moment ago: opening it must not wait, nor do what devices do.
pub(crate) fn open_regular(path: &Path, follow_link: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt as _;
        let mut flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        if !follow_link {
            flags |= OFlags::NOFOLLOW;
        }
        options.custom_flags(flags.bits().cast_signed());
    }
    let file = options.open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    Ok(file)
}

/// Whether the path does not exist, a file in the place of a parent directory included.
pub(crate) fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Bytes of a path in a file of git's, as a path.
#[cfg(unix)]
pub(crate) fn path_from_bytes(bytes: &[u8]) -> std::path::PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    std::ffi::OsStr::from_bytes(bytes).into()
}

/// Bytes of a path in a file of git's, as a path.
#[cfg(not(unix))]
pub(crate) fn path_from_bytes(bytes: &[u8]) -> std::path::PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}
