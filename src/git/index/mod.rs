//! The entries of an index (gitformat-index).
//!
//! Split and sparse indexes are read too, which libgit2 refuses, and by safe code: the file comes
//! from the repository that is scanned.

mod file;
mod link;

use std::path::{Path, PathBuf};

use self::file::{Check, Fault, IndexFile};
use self::link::Link;
use crate::git::gap::{Cause, Gap, IndexFault, Subject};
use crate::git::io::small_file::is_absent;
use crate::git::object::id::{HashKind, ObjectId};

/// The mode of a submodule's commit, which is in another repository.
const GITLINK: u32 = 0o160_000;

/// The mode of a directory that stands for its files (a sparse index).
pub(crate) const DIRECTORY: u32 = 0o040_000;

/// What an index names, in the order of its paths as far as its writer kept to it.
#[derive(Debug)]
pub(crate) struct Index {
    own: IndexFile,
    /// The rest of a split index, in a file of its own.
    shared: Option<IndexFile>,
    entries: Vec<Entry>,
}

/// One entry: where it stands. What it says is asked of its index.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    at: u32,
    path: u32,
    path_length: u32,
    part: Part,
    path_part: Part,
}

#[derive(Clone, Copy, Debug)]
enum Part {
    Own,
    Shared,
}

/// The comparison of an index with its checksum, which goes on by itself.
#[must_use]
pub(crate) struct IndexCheck {
    /// One for each of its files.
    checks: Vec<(Check, PathBuf)>,
}

impl IndexCheck {
    /// Waits for the answer.
    pub(crate) fn finish(self) -> Result<(), Gap> {
        let mut checks = self.checks.into_iter();
        checks.try_for_each(|(check, path)| check.finish().map_err(|fault| gap(&path, fault)))
    }
}

impl Index {
    /// Reads an index and, if it is split, its other part. `Ok(None)` when there is none: nothing
    /// was added yet.
    pub(crate) fn read(path: &Path, git_dir: &Path, hash: HashKind) -> Result<Option<Self>, Gap> {
        let Some((index, check)) = Self::open(path, git_dir, hash)? else { return Ok(None) };
        check.finish()?;
        Ok(Some(index))
    }

    /// Reads an index that is still being compared with its checksum: the check tells whether what
    /// was made of it meanwhile counts.
    pub(crate) fn open(
        path: &Path,
        git_dir: &Path,
        hash: HashKind,
    ) -> Result<Option<(Self, IndexCheck)>, Gap> {
        let (mut own, check) = match IndexFile::open(path, hash) {
            Ok(opened) => opened,
            Err(Fault::Unreadable(error)) if is_absent(&error) => return Ok(None),
            Err(fault) => return Err(gap(path, fault)),
        };
        let mut checks = vec![(check, path.to_owned())];
        let refuse = |fault| damaged(path, fault);
        let link = own.link().map(|data| Link::parse(data, hash)).transpose().map_err(refuse)?;
        let (shared, entries) = match link.flatten() {
            None => (None, std::mem::take(&mut own.entries)),
            Some(link) => {
                let (shared, check) = open_shared(path, git_dir, &link, hash)?;
                checks.push(check);
                let entries = link.merge(&own, &shared).map_err(refuse)?;
                (Some(shared), entries)
            }
        };
        Ok(Some((Self { own, shared, entries }, IndexCheck { checks })))
    }

    /// The entries.
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// An entry's path; a directory's ends with a slash.
    #[inline]
    pub(crate) fn path(&self, entry: &Entry) -> &[u8] {
        self.file(entry.path_part).path(entry.path, entry.path_length)
    }

    /// The bytes of the id that an entry names.
    #[inline]
    pub(crate) fn id(&self, entry: &Entry) -> &[u8] {
        self.file(entry.part).id(entry.at)
    }

    /// An entry's mode.
    #[inline]
    pub(crate) fn mode(&self, entry: &Entry) -> u32 {
        self.file(entry.part).mode(entry.at)
    }

    /// An entry's stage in a merge: zero, or one of the three sides of a conflict.
    #[inline]
    pub(crate) fn stage(&self, entry: &Entry) -> u16 {
        self.file(entry.part).stage(entry.at)
    }

    /// Whether an entry announces a file whose content will be added later.
    #[inline]
    pub(crate) fn is_intent_to_add(&self, entry: &Entry) -> bool {
        self.file(entry.part).is_intent_to_add(entry.at)
    }

    /// Whether an entry is a directory that stands for its files.
    #[inline]
    pub(crate) fn is_directory(&self, entry: &Entry) -> bool {
        self.mode(entry) == DIRECTORY
    }

    /// Whether an entry names a commit of another repository.
    #[inline]
    pub(crate) fn is_gitlink(&self, entry: &Entry) -> bool {
        self.mode(entry) == GITLINK
    }

    /// The objects that it names and that are to be stored here.
    pub(crate) fn objects(&self) -> impl Iterator<Item = ObjectId> {
        let is_stored = |entry: &&Entry| !self.is_gitlink(entry) && !self.is_intent_to_add(entry);
        let ids = self.entries.iter().filter(is_stored).map(|entry| ObjectId::new(self.id(entry)));
        ids.filter(|id| !id.is_zero())
    }

    #[inline]
    fn file(&self, part: Part) -> &IndexFile {
        match (part, &self.shared) {
            (Part::Shared, Some(shared)) => shared,
            _ => &self.own,
        }
    }
}

/// Opens the shared part of a split index, which is in the git directory or, failing that, beside
/// the other part.
fn open_shared(
    path: &Path,
    git_dir: &Path,
    link: &Link<'_>,
    hash: HashKind,
) -> Result<(IndexFile, (Check, PathBuf)), Gap> {
    let name = format!("sharedindex.{}", link.id);
    let mut path = path.with_file_name(&name);
    let in_git_dir = git_dir.join(name);
    if in_git_dir.exists() {
        path = in_git_dir;
    }
    let opened = IndexFile::open(&path, hash);
    let (shared, check) = opened.map_err(|fault| gap(&path, fault))?;
    let fault = if shared.checksum() != link.id {
        IndexFault::OtherPart
    } else if shared.link().is_some() {
        IndexFault::SplitPart
    } else {
        return Ok((shared, (check, path)));
    };
    Err(damaged(&path, fault))
}

fn gap(path: &Path, fault: Fault) -> Gap {
    match fault {
        Fault::Unreadable(error) => Gap::unreadable(path, &error),
        Fault::Damaged(fault) => damaged(path, fault),
    }
}

/// An index that cannot be read because of what stands in it.
pub(crate) fn damaged(path: &Path, fault: IndexFault) -> Gap {
    Gap::new(Subject::path(path), Cause::Index(fault))
}

/// The names in one file of an index, with nothing compared or put together.
pub(crate) struct IndexNames(IndexFile);

impl IndexNames {
    /// Reads a file, whatever its checksum says.
    pub(crate) fn read(path: &Path, hash: HashKind) -> Result<Self, Gap> {
        IndexFile::open_unchecked(path, hash).map(Self).map_err(|fault| gap(path, fault))
    }

    /// Each entry's path, and the bytes of the id that it names.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let file = &self.0;
        file.entries
            .iter()
            .map(|entry| (file.path(entry.path, entry.path_length), file.id(entry.at)))
    }

    /// The paths of submodules.
    pub(crate) fn gitlinks(&self) -> impl Iterator<Item = &[u8]> {
        let file = &self.0;
        let gitlinks = file.entries.iter().filter(|entry| file.mode(entry.at) == GITLINK);
        gitlinks.map(|entry| file.path(entry.path, entry.path_length))
    }

    /// What follows the entries: resolved conflicts, names of untracked files and the like.
    pub(crate) fn extensions(&self) -> &[u8] {
        self.0.extensions()
    }

    /// How many bytes the file has.
    pub(crate) fn len(&self) -> u64 {
        self.0.len()
    }
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk::<4>().map(|bytes| u32::from_be_bytes(*bytes))
}
