//! Lists the files that hold a repository's objects, and sees whether one has changed.

use std::fs::{File, Metadata};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::codec::{Reader, Writer};
use super::content::{self, Digest};
use crate::git::io::small_file::path_from_bytes;
use crate::git::object::id::{HashKind, ObjectId};
use crate::git::odb::is_foreign;

/// The end of a pack has its checksum; the end of its index, that and the index's own.
const TAIL_LEN: usize = 64;

/// The files of a repository's object directories.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Snapshot {
    /// In the order of the directories.
    pub(super) directories: Vec<Directory>,
}

/// The files of one object directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Directory {
    /// Packs and their indexes by name, in ascending order; none without the other.
    packs: Vec<(Box<[u8]>, PackFile)>,
    /// In ascending order.
    loose: Vec<(ObjectId, Identity)>,
}

/// A pack or its index.
#[derive(Clone, Copy, Debug)]
struct PackFile {
    identity: Identity,
    tail: [u8; TAIL_LEN],
    /// Of the content. To make it takes long, so it is there only where it was of use before.
    digest: Option<Digest>,
}

impl PartialEq for PackFile {
    /// Whether a file is the one that it was, as far as this shows without reading it.
    fn eq(&self, other: &Self) -> bool {
        (self.identity, self.tail) == (other.identity, other.tail)
    }
}

impl Eq for PackFile {}

/// What changes when a file is replaced or written to. (Whoever writes can set the time of the last
/// modification back, but not that of the last change, where the system keeps one.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity {
    device: u64,
    inode: u64,
    size: u64,
    /// Seconds and nanoseconds since 1970.
    modified: (i64, i64),
    changed: (i64, i64),
}

/// What an object directory has and an earlier snapshot of it has not.
#[derive(Debug, Default)]
pub(super) struct Additions {
    /// The indexes of packs.
    pub(super) indexes: Vec<PathBuf>,
    pub(super) loose: Vec<ObjectId>,
    /// Loose objects that were there, and whose files have changed: git renews the time of one that
    /// it would write again.
    pub(super) touched: Vec<ObjectId>,
    /// Whether a pack has another time, and nothing shows whether that is all.
    pub(super) is_uncertain: bool,
}

impl Snapshot {
    /// Looks at the object directories. `None` where something is not as it should be: only a scan
    /// can say what that means.
    pub(super) fn take(directories: &[PathBuf], hash: HashKind) -> Option<Self> {
        let directories = directories.iter().map(|path| Directory::take(path, hash));
        Some(Self { directories: directories.collect::<Option<_>>()? })
    }

    /// Makes the digests of all packs and indexes.
    pub(super) fn digest(&mut self, paths: &[PathBuf], threads: usize) {
        for (directory, path) in self.directories.iter_mut().zip(paths) {
            for (name, file) in &mut directory.packs {
                file.digest = content::digest(&pack_path(path, name), threads);
            }
        }
    }

    /// Takes over the digests of what was there `earlier` and has the same content.
    pub(super) fn take_digests(&mut self, earlier: &Self) {
        for (directory, earlier) in self.directories.iter_mut().zip(&earlier.directories) {
            for (name, file) in &mut directory.packs {
                let before = earlier.packs.binary_search_by(|(before, _)| before.cmp(name));
                file.digest = before.ok().and_then(|at| earlier.packs[at].1.digest);
            }
        }
    }

    /// Whether a loose object is among the files.
    pub(super) fn has_loose(&self, id: &ObjectId) -> bool {
        self.directories
            .iter()
            .any(|directory| directory.loose.binary_search_by_key(&id, |(id, _)| id).is_ok())
    }

    /// Whether every file was left alone for so long before `now` that another change would show in
    /// its time.
    ///
    /// Times of files move in steps: two changes within a step look like one, and a scan may have
    /// read the file between them. (Git's index has the same problem: "racy".)
    pub(super) fn is_settled(&self, now: SystemTime) -> bool {
        let Ok(now) = now.duration_since(UNIX_EPOCH) else { return false };
        self.directories.iter().all(|directory| {
            let packs = directory.packs.iter().map(|(_, file)| &file.identity);
            let mut files = packs.chain(directory.loose.iter().map(|(_, identity)| identity));
            files.all(|identity| identity.is_settled(now))
        })
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.count(self.directories.len());
        for directory in &self.directories {
            writer.count(directory.packs.len());
            for (name, file) in &directory.packs {
                writer.text(name);
                file.identity.write(writer);
                writer.raw(&file.tail);
                writer.optional(file.digest.as_ref(), |writer, digest| writer.raw(digest));
            }
            writer.count(directory.loose.len());
            for (id, identity) in &directory.loose {
                writer.raw(id.as_bytes());
                identity.write(writer);
            }
        }
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let directories = reader.list(|reader| {
            let packs = reader.list(|reader| {
                let name = reader.text()?.into();
                let identity = Identity::read(reader)?;
                let tail = reader.array()?;
                let digest = reader.optional(Reader::array)?;
                Some((name, PackFile { identity, tail, digest }))
            })?;
            let loose = reader.list(|reader| Some((reader.id()?, Identity::read(reader)?)))?;
            Some(Directory { packs, loose })
        })?;
        Some(Self { directories })
    }
}

impl Directory {
    fn take(path: &Path, hash: HashKind) -> Option<Self> {
        let mut directory = Self::default();
        directory.take_packs(&path.join("pack"))?;
        for first in 0..=u8::MAX {
            directory.take_loose(first, &path.join(hex::encode([first])), hash)?;
        }
        directory.loose.sort_unstable_by_key(|(id, _)| *id);
        Some(directory)
    }

    fn take_packs(&mut self, path: &Path) -> Option<()> {
        let Some(entries) = list(path)? else { return Some(()) };
        for entry in entries {
            let entry = entry.ok()?;
            let path = entry.path();
            if !path.extension().is_some_and(|extension| extension == "idx" || extension == "pack")
            {
                continue;
            }
            let identity = Identity::of(&entry.metadata().ok()?)?;
            let tail = tail(&path).ok()?;
            let name = entry.file_name().as_encoded_bytes().into();
            self.packs.push((name, PackFile { identity, tail, digest: None }));
        }
        self.packs.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        // `pack-X.idx` stands right before `pack-X.pack`, unless one is missing.
        let (pairs, rest) = self.packs.as_chunks::<2>();
        let is_pair = |[(index, _), (pack, _)]: &[(Box<[u8]>, PackFile); 2]| {
            index
                .strip_suffix(b".idx")
                .is_some_and(|stem| pack.strip_prefix(stem) == Some(b".pack"))
        };
        (rest.is_empty() && pairs.iter().all(is_pair)).then_some(())
    }

    fn take_loose(&mut self, first: u8, path: &Path, hash: HashKind) -> Option<()> {
        let Some(entries) = list(path)? else { return Some(()) };
        for entry in entries {
            let entry = entry.ok()?;
            let name = entry.file_name();
            let mut id = vec![first; hash.len()];
            if hex::decode_to_slice(name.as_encoded_bytes(), &mut id[1..]).is_ok() {
                let identity = Identity::of(&entry.metadata().ok()?)?;
                self.loose.push((ObjectId::new(&id), identity));
            } else if is_foreign(name.as_encoded_bytes()) {
                return None;
            }
        }
        Some(())
    }

    /// What this one has and `earlier` has not; `None` when something of `earlier` is gone, or one
    /// of its packs has changed.
    pub(super) fn additions_to(
        &self,
        path: &Path,
        earlier: &Self,
        threads: usize,
    ) -> Option<Additions> {
        let mut additions = Additions::default();
        for (name, file, before) in merged(&self.packs, &earlier.packs)? {
            match before {
                Some(before) if before == file => {}
                Some(before)
                    if (before.identity.size, before.tail) == (file.identity.size, file.tail) =>
                {
                    match before.digest {
                        Some(digest) => {
                            content::digest(&pack_path(path, name), threads)
                                .filter(|&now| now == digest)?;
                        }
                        None => additions.is_uncertain = true,
                    }
                }
                Some(_) => return None,
                None => additions.indexes.extend(index_path(path, name)),
            }
        }
        for (&id, file, before) in merged(&self.loose, &earlier.loose)? {
            match before {
                Some(before) if before == file => {}
                Some(_) => additions.touched.push(id),
                None => additions.loose.push(id),
            }
        }
        Some(additions)
    }

    /// The indexes of its packs.
    pub(super) fn indexes(&self, path: &Path) -> Vec<PathBuf> {
        self.packs.iter().filter_map(|(name, _)| index_path(path, name)).collect()
    }
}

/// A key, what it stands for, and what it stood for earlier.
type Merged<'m, K, V> = (&'m K, &'m V, Option<&'m V>);

/// The keys of `now`, each with what `earlier` has under it; both in ascending order. `None` when a
/// key of `earlier` is gone.
fn merged<'m, K: Ord, V>(
    now: &'m [(K, V)],
    earlier: &'m [(K, V)],
) -> Option<Vec<Merged<'m, K, V>>> {
    let mut earlier = earlier.iter().peekable();
    let mut keys = Vec::with_capacity(now.len());
    for (key, value) in now {
        let before = earlier.next_if(|(before, _)| before == key);
        keys.push((key, value, before.map(|(_, value)| value)));
    }
    earlier.next().is_none().then_some(keys)
}

fn pack_path(directory: &Path, name: &[u8]) -> PathBuf {
    directory.join("pack").join(path_from_bytes(name))
}

fn index_path(directory: &Path, name: &[u8]) -> Option<PathBuf> {
    name.ends_with(b".idx").then(|| pack_path(directory, name))
}

/// The entries of a directory; `Some(None)` when there is none, `None` when it cannot be listed.
#[expect(clippy::option_option, reason = "two kinds of nothing, each handled at once")]
fn list(path: &Path) -> Option<Option<std::fs::ReadDir>> {
    match std::fs::read_dir(path) {
        Ok(entries) => Some(Some(entries)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Some(None),
        Err(_) => None,
    }
}

fn tail(path: &Path) -> io::Result<[u8; TAIL_LEN]> {
    let mut file = File::open(path)?;
    let mut tail = [0; TAIL_LEN];
    let length = i64::try_from(TAIL_LEN).unwrap_or_default();
    file.seek(SeekFrom::End(-length))?;
    file.read_exact(&mut tail)?;
    Ok(tail)
}

impl Identity {
    /// Of a regular file. (A link is none, and what it leads to has another path.)
    fn of(metadata: &Metadata) -> Option<Self> {
        metadata.is_file().then(|| Self::of_file(metadata))?
    }

    #[cfg(unix)]
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere there may be no time")]
    fn of_file(metadata: &Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;
        Some(Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        })
    }

    #[cfg(not(unix))]
    fn of_file(metadata: &Metadata) -> Option<Self> {
        let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        let seconds = i64::try_from(modified.as_secs()).ok()?;
        let modified = (seconds, modified.subsec_nanos().into());
        Some(Self { device: 0, inode: 0, size: metadata.len(), modified, changed: modified })
    }

    fn is_settled(&self, now: Duration) -> bool {
        let (seconds, nanoseconds) = self.changed;
        // Linux moves the times of files on up to a hundredth of a second late, Windows up to a
        // sixtieth. File systems that keep whole seconds, or pairs of them, show no parts.
        let window =
            if nanoseconds == 0 { Duration::from_secs(3) } else { Duration::from_millis(100) };
        let (Ok(seconds), Ok(nanoseconds)) = (seconds.try_into(), nanoseconds.try_into()) else {
            return false;
        };
        let changed =
            Duration::from_secs(seconds).saturating_add(Duration::from_nanos(nanoseconds));
        changed.saturating_add(window) <= now
    }

    fn write(&self, writer: &mut Writer) {
        for number in [self.device, self.inode, self.size] {
            writer.u64(number);
        }
        for (seconds, nanoseconds) in [self.modified, self.changed] {
            writer.i64(seconds);
            writer.i64(nanoseconds);
        }
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            device: reader.u64()?,
            inode: reader.u64()?,
            size: reader.u64()?,
            modified: (reader.i64()?, reader.i64()?),
            changed: (reader.i64()?, reader.i64()?),
        })
    }
}
