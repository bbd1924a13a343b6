//! Keeps states in private files, sealed with a key that is kept beside them.
//!
//! A file that somebody else made, changed, cut short or put in the place of another does not have
//! the right seal, and counts as absent. Nothing here reports a failure: a state that cannot be
//! kept costs time only.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The largest file that is kept, in bytes: reading it must take less time than a scan.
const MAX_LEN: usize = 64 << 20;

const SEAL_LEN: usize = 32;

const KEY_LEN: usize = 32;

/// A directory for states.
#[derive(Clone, Debug)]
pub(super) struct Vault {
    directory: PathBuf,
}

impl Vault {
    pub(super) fn at(directory: PathBuf) -> Self {
        Self { directory }
    }

    /// What was kept under `name`, as it was.
    pub(super) fn load(&self, name: &str) -> Option<Vec<u8>> {
        let key = self.key()?;
        let mut bytes = read_private(&self.directory.join(name))?;
        let content = bytes.len().checked_sub(SEAL_LEN)?;
        seal(&key, name, &bytes[..content])?.verify_slice(&bytes[content..]).ok()?;
        bytes.truncate(content);
        Some(bytes)
    }

    /// Keeps `content` under `name`, whole or not at all.
    pub(super) fn keep(&self, name: &str, mut content: Vec<u8>) -> Option<()> {
        if content.len() > MAX_LEN - SEAL_LEN {
            return None;
        }
        create_private_directory(&self.directory)?;
        let key = if let Some(key) = self.key() {
            key
        } else {
            let mut key = vec![0; KEY_LEN];
            random(&mut key)?;
            self.write("key", &key)?;
            key
        };
        let seal = seal(&key, name, &content)?.finalize().into_bytes();
        content.extend_from_slice(&seal);
        self.write(name, &content)
    }

    fn key(&self) -> Option<Vec<u8>> {
        read_private(&self.directory.join("key")).filter(|key| key.len() == KEY_LEN)
    }

    /// Writes a file under another name first: a reader sees the old one or the new one, whole.
    fn write(&self, name: &str, content: &[u8]) -> Option<()> {
        let mut unique = [0; 8];
        random(&mut unique)?;
        let temporary = self.directory.join(format!("{name}.{}", hex::encode(unique)));
        let written = create_private_file(&temporary)
            .and_then(|mut file| file.write_all(content))
            .and_then(|()| fs::rename(&temporary, self.directory.join(name)));
        if written.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        written.ok()
    }
}

/// The name is sealed too: one repository's state must not be taken for another's.
fn seal(key: &[u8], name: &str, content: &[u8]) -> Option<Hmac<Sha256>> {
    let mut seal = Hmac::<Sha256>::new_from_slice(key).ok()?;
    seal.update(name.as_bytes());
    seal.update(&[0]);
    seal.update(content);
    Some(seal)
}

fn random(bytes: &mut [u8]) -> Option<()> {
    rustls::crypto::ring::default_provider().secure_random.fill(bytes).ok()
}

/// Reads a regular file that the user of this process owns and nobody else may read or write.
/// (Opening a pipe would wait for a writer.)
fn read_private(path: &Path) -> Option<Vec<u8>> {
    let before = fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file)?;
    let file = File::open(path).ok()?;
    let metadata = file.metadata().ok().filter(fs::Metadata::is_file)?;
    if !is_private(&before) || !is_private(&metadata) {
        return None;
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).ok()?.min(MAX_LEN));
    file.take(MAX_LEN as u64 + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() <= MAX_LEN).then_some(bytes)
}

#[cfg(unix)]
fn is_private(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let of_others = metadata.mode() & 0o077;
    metadata.uid() == rustix::process::geteuid().as_raw() && of_others == 0
}

#[cfg(not(unix))]
fn is_private(_: &fs::Metadata) -> bool {
    // The directories of a user are closed to others there.
    true
}

fn create_private_directory(path: &Path) -> Option<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).ok()
}

fn create_private_file(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
