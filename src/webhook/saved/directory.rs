//! Reads a directory of saved requests.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::delivery::{DeliveryError, Entry, MAX_DELIVERY};
use super::request::read_request;

/// Reads the files `NAME.http` of a directory, in the order of their names. Other files are
/// [`Entry::Ignored`], and directories in it are not entered.
pub fn read_directory(path: &Path) -> io::Result<impl Iterator<Item = Entry> + use<>> {
    let mut names: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(path)? {
        names.push(entry?.path());
    }
    names.sort();
    Ok(names.into_iter().map(|path| read_file(&path)))
}

fn read_file(path: &Path) -> Entry {
    if path.extension().is_none_or(|extension| extension != "http") {
        return Entry::Ignored;
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    match read_all(path).and_then(|saved| read_request(&name, saved)) {
        Ok(delivery) => Entry::Delivery(delivery),
        Err(error) => Entry::Unreadable { name, error },
    }
}

fn read_all(path: &Path) -> Result<Vec<u8>, DeliveryError> {
    // Looked at first: to open a pipe would wait for its writer.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a regular file").into());
    }
    let mut saved = Vec::new();
    File::open(path)?.take(MAX_DELIVERY as u64 + 1).read_to_end(&mut saved)?;
    if saved.len() > MAX_DELIVERY {
        return Err(DeliveryError::TooLong { limit: MAX_DELIVERY });
    }
    Ok(saved)
}
