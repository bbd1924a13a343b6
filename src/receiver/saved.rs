//! Saves deliveries to disk: each file is there whole, or not at all.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use hyper::http::request::Parts;
use tempfile::NamedTempFile;

/// How much of an id goes into a file's name, in characters.
const MAX_ID: usize = 80;

/// How many files may share a name: the same delivery, sent again within a millisecond.
const MAX_SAME: u32 = 1_000;

/// The directory in which deliveries are saved.
#[derive(Debug)]
pub(super) struct SaveDirectory(PathBuf);

impl SaveDirectory {
    /// Opens a directory, makes it if it is missing, and checks that files can be made there.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        if !path.is_dir() {
            make_directory(path)?;
        }
        let directory = Self(path.to_owned());
        directory.unnamed()?;
        Ok(directory)
    }

    /// Saves a request. When this returns, the whole file is on disk under its name. A file whose
    /// name begins with a dot is unfinished: the program or the machine was stopped.
    pub(super) fn save(&self, name: &str, parts: [&[u8]; 2]) -> io::Result<String> {
        let mut file = self.unnamed()?;
        for part in parts {
            file.write_all(part)?;
        }
        file.as_file().sync_all()?;
        for attempt in 1..=MAX_SAME {
            let name = match attempt {
                1 => format!("{name}.http"),
                _ => format!("{name}-{attempt}.http"),
            };
            match file.persist_noclobber(self.0.join(&name)) {
                Ok(_) => {
                    self.sync()?;
                    return Ok(name);
                }
                Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                    file = error.file;
                }
                Err(error) => return Err(error.error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Makes a file that only its owner may read. It is removed unless it gets a name.
    fn unnamed(&self) -> io::Result<NamedTempFile> {
        tempfile::Builder::new().prefix(".").suffix(".partial").tempfile_in(&self.0)
    }

    /// Writes the directory to disk, which holds the name of a new file.
    #[cfg(unix)]
    fn sync(&self) -> io::Result<()> {
        File::open(&self.0)?.sync_all()
    }

    #[cfg(not(unix))]
    fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(unix)]
fn make_directory(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().mode(0o700).create(path)
}

#[cfg(not(unix))]
fn make_directory(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

/// The name of a delivery's file, without its extension: the time `at` (milliseconds since 1970,
/// UTC) and the notification's id. Letters, digits, `-` and `_` stay; every other character becomes
/// `_`.
///
/// ```
/// use intercom_sec::receiver::file_name;
///
/// assert_eq!(file_name(1_700_000_000_123, Some("notif_1")), "20231114T221320.123Z-notif_1");
/// assert_eq!(file_name(0, Some("../../etc\0")), "19700101T000000.000Z-______etc_");
/// ```
pub fn file_name(at: i64, id: Option<&str>) -> String {
    let mut name = jiff::Timestamp::from_millisecond(at).map_or_else(
        |_| "unknown-time".to_owned(),
        |time| time.strftime("%Y%m%dT%H%M%S").to_string(),
    );
    let _ = write!(name, ".{:03}Z-", at.rem_euclid(1_000));
    let id = id.filter(|id| !id.is_empty()).unwrap_or("no-id");
    name.extend(id.chars().take(MAX_ID).map(|character| match character {
        '-' | '_' => character,
        _ if character.is_ascii_alphanumeric() => character,
        _ => '_',
    }));
    name
}

/// A request's head as it is saved, without the empty line at its end: the request line, and the
/// headers in their order. Names are in lower case, as in HTTP/2. `transfer-encoding` is left out,
/// because the body is saved without the marks of a chunked transfer.
///
/// `headers` are names and values.
pub fn request_head<'h>(
    request_line: &str,
    headers: impl IntoIterator<Item = (&'h str, &'h [u8])>,
) -> Vec<u8> {
    let mut head = Vec::with_capacity(1024);
    head.extend_from_slice(request_line.as_bytes());
    head.extend_from_slice(b"\r\n");
    for (name, value) in headers {
        if name != "transfer-encoding" {
            head.extend_from_slice(name.as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value);
            head.extend_from_slice(b"\r\n");
        }
    }
    head
}

/// The head of a request that came in.
pub(super) fn head_of(parts: &Parts) -> Vec<u8> {
    let line = format!("{} {} {:?}", parts.method, parts.uri, parts.version);
    request_head(&line, parts.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())))
}

/// Ends a head: adds the length if it is missing, and the empty line.
pub(super) fn finish_head(mut head: Vec<u8>, parts: &Parts, length: usize) -> Vec<u8> {
    if !parts.headers.contains_key(hyper::header::CONTENT_LENGTH) {
        head.extend_from_slice(format!("content-length: {length}\r\n").as_bytes());
    }
    head.extend_from_slice(b"\r\n");
    head
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_file_is_there_whole_or_not_at_all() {
        let directory = tempfile::tempdir().unwrap();
        let saved = SaveDirectory::open(&directory.path().join("new")).unwrap();
        assert_eq!(saved.save("a", [b"head", b"body"]).unwrap(), "a.http");
        assert_eq!(saved.save("a", [b"", b"other"]).unwrap(), "a-2.http");
        let read = |name| fs::read(directory.path().join("new").join(name)).unwrap();
        assert_eq!((read("a.http"), read("a-2.http")), (b"headbody".into(), b"other".into()));
        assert!(saved.save("no/such/directory", [b"", b""]).is_err());
        assert_eq!(fs::read_dir(directory.path().join("new")).unwrap().count(), 2);
    }

    #[test]
    #[cfg(unix)]
    fn only_the_owner_may_read_what_is_saved() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("new");
        SaveDirectory::open(&path).unwrap().save("a", [b"", b""]).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&path.join("a.http"))), (0o700, 0o600));
    }

    #[test]
    fn a_path_that_is_no_directory_is_refused() {
        let file = NamedTempFile::new().unwrap();
        assert!(SaveDirectory::open(file.path()).is_err());
        assert!(SaveDirectory::open(&file.path().join("below")).is_err());
    }

    proptest! {
        #[test]
        fn a_name_is_one_plain_visible_component(at: i64, id: Option<String>) {
            let name = file_name(at, id.as_deref());
            prop_assert!(name.len() <= 120, "{}", name);
            prop_assert!(!name.starts_with('.'));
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
            prop_assert!(name.bytes().all(is_plain), "{}", name);
        }
    }
}
