//! Loose objects: one zlib stream a file, with the kind and size in front of the content.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::super::progress::Progress;
use super::buffer::Buffer;
use super::{Kinds, MEMORY_LIMIT, Object, TreeView, Unread, Visit, WHOLE_LIMIT};
use crate::git::gap::{Cause, Gap, ObjectFault, Subject};
use crate::git::io::mapped::MappedFile;
use crate::git::object::id::{HashKind, Hasher, ObjectId, ObjectKind};
use crate::git::object::tree::{Boundaries, TreeEntry};
use crate::git::odb::pack::inflate::Inflater;
use crate::threads::{self, Queue};

/// Longer than any header: `commit `, twenty digits and a NUL.
const HEADER_LEN: usize = 32;

/// How many files a thread takes at once.
const FILES_AT_ONCE: usize = 64;

/// A larger file is mapped instead of read, in bytes.
const READ_LIMIT: u64 = 1 << 20;

/// The loose objects of one object directory.
#[derive(Debug)]
pub(crate) struct LooseObjects {
    directory: PathBuf,
    hash: HashKind,
    ids: Vec<ObjectId>,
}

impl LooseObjects {
    /// Those of `directory`, which is not listed yet.
    pub(crate) fn new(directory: &Path, hash: HashKind) -> Self {
        Self { directory: directory.to_owned(), hash, ids: Vec::new() }
    }

    /// Those of `directory` that were listed elsewhere.
    pub(crate) fn of(directory: PathBuf, mut ids: Vec<ObjectId>, hash: HashKind) -> Self {
        ids.sort_unstable();
        Self { directory, hash, ids }
    }

    /// Lists the directory; tells which of its parts cannot be listed.
    pub(crate) fn list(&mut self) -> Vec<Gap> {
        let mut gaps = Vec::new();
        self.ids.clear();
        for first in 0..=u8::MAX {
            let path = self.directory.join(hex::encode([first]));
            match self.list_part(first, &path) {
                Ok(Names { has_foreign_ids: false }) => {}
                Ok(_) => gaps.push(Gap::new(Subject::path(&path), Cause::ForeignIds)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => gaps.push(Gap::unlistable(&path, &error)),
            }
        }
        self.ids.sort_unstable();
        gaps
    }

    /// Whether there is a file for this object, listed or not.
    pub(crate) fn contains(&self, id: &ObjectId) -> bool {
        self.path(id).exists()
    }

    /// The ids that begin with `first`, as far as they can be listed.
    pub(crate) fn ids_of(&self, first: u8) -> Vec<ObjectId> {
        let mut part = Self::new(&self.directory, self.hash);
        let _ = part.list_part(first, &self.directory.join(hex::encode([first])));
        part.ids
    }

    /// Lists the objects whose ids begin with `first`.
    fn list_part(&mut self, first: u8, path: &Path) -> io::Result<Names> {
        let mut has_foreign_ids = false;
        for entry in std::fs::read_dir(path)? {
            let name = entry?.file_name();
            let mut id = vec![first; self.hash.len()];
            if hex::decode_to_slice(name.as_encoded_bytes(), &mut id[1..]).is_ok() {
                self.ids.push(ObjectId::new(&id));
            } else if is_foreign(name.as_encoded_bytes()) {
                has_foreign_ids = true;
            }
            // Anything else is no object: git leaves temporary files when it is interrupted.
        }
        Ok(Names { has_foreign_ids })
    }

    /// The ids that were listed, in ascending order.
    pub(crate) fn ids(&self) -> &[ObjectId] {
        &self.ids
    }

    /// Shows those of these objects that are of these kinds to the visitors, each in its own thread.
    pub(crate) fn visit<V: Visit>(
        &self,
        ids: &[ObjectId],
        kinds: Kinds,
        visitors: &mut [V],
        progress: &Progress,
    ) -> Vec<Unread> {
        let queue = Queue::new(ids, FILES_AT_ONCE);
        let work = |visitor: &mut V| {
            let mut reader = Reader::new(self);
            let mut unread = Vec::new();
            for ids in queue.shares() {
                let mut bytes = 0;
                for &id in ids {
                    match reader.visit(id, kinds, visitor, progress) {
                        Ok(size) => bytes += size,
                        Err(fault) => unread.push(Unread { id, fault }),
                    }
                }
                progress.read(ids.len() as u64, bytes);
            }
            unread
        };
        if ids.len() <= FILES_AT_ONCE {
            return visitors.first_mut().map(work).unwrap_or_default();
        }
        threads::each(visitors, work).into_iter().flatten().collect()
    }

    /// Reads one of the objects.
    pub(crate) fn read(&self, id: ObjectId) -> Result<(ObjectKind, Vec<u8>), ObjectFault> {
        let mut one = Single::default();
        let progress = Progress::new();
        Reader::new(self).visit_file(id, Kinds::ALL, &mut one, MEMORY_LIMIT, &progress)?;
        one.0.ok_or(ObjectFault::Header)
    }

    /// The kind of one of the objects, as far as its header can be read.
    pub(crate) fn kind(&self, id: &ObjectId) -> Option<ObjectKind> {
        let mut file = Vec::new();
        // The header is in the first bytes, however well they are compressed.
        File::open(self.path(id)).ok()?.take(256).read_to_end(&mut file).ok()?;
        let mut start = [0; HEADER_LEN];
        let start = Inflater::new().start(&file, &mut start).ok()?;
        parse_header(start).map(|(kind, ..)| kind)
    }

    fn path(&self, id: &ObjectId) -> PathBuf {
        let name = id.to_string();
        self.directory.join(&name[..2]).join(&name[2..])
    }
}

/// What else stands in a directory of loose objects.
struct Names {
    /// Whether a name is the rest of an id of another hash than the repository's.
    has_foreign_ids: bool,
}

/// Whether a file's name is the rest of an id of some hash, SHA-1's or SHA-256's.
pub(crate) fn is_foreign(name: &[u8]) -> bool {
    [HashKind::Sha1, HashKind::Sha256].iter().any(|hash| name.len() == hash.len() * 2 - 2)
        && name.iter().all(u8::is_ascii_hexdigit)
}

/// Keeps the one object that it is shown.
#[derive(Default)]
struct Single(Option<(ObjectKind, Vec<u8>)>);

impl Visit for Single {
    fn whole(&mut self, object: &Object<'_>, content: &[u8]) -> bool {
        self.0 = Some((object.kind, content.to_vec()));
        true
    }
}

/// One thread's tools.
struct Reader<'l> {
    loose: &'l LooseObjects,
    inflater: Inflater,
    file: Vec<u8>,
    object: Buffer,
    boundaries: Boundaries,
    entries: Vec<TreeEntry>,
}

impl<'l> Reader<'l> {
    fn new(loose: &'l LooseObjects) -> Self {
        Self {
            loose,
            inflater: Inflater::new(),
            file: Vec::new(),
            object: Buffer::default(),
            boundaries: Boundaries::default(),
            entries: Vec::new(),
        }
    }

    fn visit(
        &mut self,
        id: ObjectId,
        kinds: Kinds,
        visitor: &mut impl Visit,
        progress: &Progress,
    ) -> Result<u64, ObjectFault> {
        self.visit_file(id, kinds, visitor, WHOLE_LIMIT, progress)
    }

    /// Shows one object, in pieces if it is a blob larger than `whole_limit`; tells how many of its
    /// bytes are still to be counted.
    fn visit_file(
        &mut self,
        id: ObjectId,
        kinds: Kinds,
        visitor: &mut impl Visit,
        whole_limit: u64,
        progress: &Progress,
    ) -> Result<u64, ObjectFault> {
        let path = self.loose.path(&id);
        let unreadable = |error: io::Error| ObjectFault::File(error.to_string());
        let metadata = std::fs::metadata(&path).map_err(unreadable)?;
        if !metadata.is_file() {
            return Err(ObjectFault::File("not a regular file".to_owned()));
        }
        let mapped;
        let stream: &[u8] = if metadata.len() > READ_LIMIT {
            mapped = MappedFile::open(&path).map_err(unreadable)?;
            &mapped
        } else {
            self.file.clear();
            let file = File::open(&path).map_err(unreadable)?;
            file.take(READ_LIMIT + 1).read_to_end(&mut self.file).map_err(unreadable)?;
            &self.file
        };
        let mut start = [0; HEADER_LEN];
        let start = self.inflater.start(stream, &mut start).map_err(|_| ObjectFault::Inflate)?;
        let (kind, size, header_length) = parse_header(start).ok_or(ObjectFault::Header)?;
        if !kinds.contains(kind) {
            return Ok(0);
        }
        let object = Object::new(kind, size, id);
        let total = size.checked_add(header_length as u64).ok_or(ObjectFault::Header)?;
        if size > whole_limit && kind == ObjectKind::Blob {
            let mut hasher = Hasher::new(self.loose.hash);
            let (mut offset, mut skip) = (0, header_length);
            let result = self.inflater.pieces(stream, total, |piece| {
                hasher.update(piece);
                let content = &piece[skip.min(piece.len())..];
                skip -= piece.len() - content.len();
                visitor.piece(&object, offset, content);
                offset += content.len() as u64;
                progress.read(0, content.len() as u64);
            });
            visitor.end(&object);
            result.map_err(|_| ObjectFault::Inflate)?;
            return same_id(id, hasher.finish()).map(|()| 0);
        }
        if total > MEMORY_LIMIT {
            return Err(ObjectFault::TooLarge(size));
        }
        self.inflater.whole(stream, total, &mut self.object).map_err(|_| ObjectFault::Inflate)?;
        let content = &self.object.content()[header_length..];
        if kind == ObjectKind::Tree {
            self.boundaries.read(content, self.loose.hash, &mut self.entries);
            let is_damaged = self.boundaries.is_damaged;
            visitor.tree(&object, content, &TreeView { entries: &self.entries, is_damaged });
        } else {
            visitor.whole(&object, content);
        }
        // A loose file has no checksum besides its name.
        let mut hasher = Hasher::new(self.loose.hash);
        hasher.update(self.object.content());
        same_id(id, hasher.finish()).map(|()| size)
    }
}

fn same_id(stored: ObjectId, actual: ObjectId) -> Result<(), ObjectFault> {
    if stored == actual { Ok(()) } else { Err(ObjectFault::WrongId(actual)) }
}

/// Reads `kind size NUL`: the kind, the size and the header's length.
fn parse_header(start: &[u8]) -> Option<(ObjectKind, u64, usize)> {
    let end = memchr::memchr(0, start)?;
    let space = memchr::memchr(b' ', &start[..end])?;
    let kind = ObjectKind::from_name(&start[..space])?;
    let digits = std::str::from_utf8(&start[space + 1..end]).ok()?;
    let is_canonical = digits.bytes().all(|byte| byte.is_ascii_digit())
        && (digits == "0" || !digits.starts_with('0'));
    if !is_canonical {
        return None;
    }
    Some((kind, digits.parse().ok()?, end + 1))
}
