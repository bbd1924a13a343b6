//! One pack: its entries in the order of their delta trees, and single objects.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::id::{HashKind, ObjectId, ObjectKind};
use super::super::mapped::MappedFile;
use super::super::progress::Progress;
use super::super::tree::{Boundaries, TreeEntry};
use super::buffer::{Buffer, Pool, Reusable};
use super::delta::Delta;
use super::entry::{EntryHeader, Form};
use super::forest::{EntryNumber, Forest};
use super::inflate::Inflater;
use super::pack_index::PackIndex;
use super::{
    IdAt, Kinds, MEMORY_LIMIT, Object, Ordinal, TreeView, Unread, UnreadReason, Visit, WHOLE_LIMIT,
};

/// How many roots a thread takes at once.
const ROOTS_AT_ONCE: usize = 16;

/// One pack with its index.
#[derive(Debug)]
pub(super) struct Pack {
    pub(super) index: PackIndex,
    data: MappedFile,
    hash: HashKind,
    forest: Forest,
    /// The ordinal of the object at position 0 of the index.
    pub(super) first: Ordinal,
}

impl Pack {
    /// Opens `name.idx` and `name.pack`, and reads the headers of all entries with as many threads.
    /// Says what is wrong if that cannot be done.
    pub(super) fn open(index_path: &Path, hash: HashKind, threads: usize) -> Result<Self, String> {
        let index = PackIndex::open(index_path, hash)?;
        let data = MappedFile::open(&index_path.with_extension("pack"))
            .map_err(|error| format!("its .pack file cannot be read: {error}"))?;
        let Some(header) = data.first_chunk::<12>().filter(|header| header.starts_with(b"PACK"))
        else {
            return Err("the file does not begin like a pack".to_owned());
        };
        let version = header_field(header, 4);
        if !matches!(version, 2 | 3) {
            return Err(format!("pack version {version} is unknown"));
        }
        let position_of = |id: &ObjectId| find_sorted(&index, id.as_bytes());
        let forest = Forest::plant(&data, &index, hash, threads, position_of)
            .ok_or("the index points outside the pack, or twice to one entry")?;
        Ok(Self { index, data, hash, forest, first: 0 })
    }

    /// What does not hold together: each entry has a checksum, which is compared when the entry is
    /// read; these are about the rest.
    pub(super) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let (stated, indexed) = (header_field(&self.data, 8), self.index.count());
        if stated != indexed {
            faults
                .push(format!("the pack says that it holds {stated} objects, its index {indexed}"));
        }
        if !self.index.is_intact() {
            faults.push("the index does not match its own checksum".to_owned());
        }
        if !self.data.ends_with(self.index.pack_checksum()) {
            faults.push("the pack does not end with the checksum that its index states".to_owned());
        } else if indexed > 0 && self.index.crc(0).is_none() {
            // Version 1 of the index has no checksum for each entry, so the pack's own is needed.
            let (content, own) = self.data.split_at(self.data.len() - self.hash.len());
            if self.hash.digest(content).as_bytes() != own {
                faults.push("the pack does not match its own checksum".to_owned());
            }
        }
        faults
    }

    /// Shows every object of these kinds to the visitors, each in its own thread.
    pub(super) fn visit<V: Visit>(
        &self,
        kinds: Kinds,
        visitors: &mut [V],
        read_base: &(impl Fn(&ObjectId) -> Option<(ObjectKind, Vec<u8>)> + Sync),
        progress: &Progress,
    ) -> Vec<Unread> {
        let next = AtomicUsize::new(0);
        let roots = self.forest.roots();
        let mut unread: Vec<Unread> = self
            .forest
            .unreachable()
            .iter()
            .map(|&number| self.unread(number, UnreadReason::Header))
            .collect();
        std::thread::scope(|scope| {
            let threads: Vec<_> = visitors
                .iter_mut()
                .map(|visitor| {
                    let next = &next;
                    scope.spawn(move || {
                        let mut reader = Reader::new(self, visitor, progress);
                        loop {
                            let first = next.fetch_add(ROOTS_AT_ONCE, Ordering::Relaxed);
                            let Some(roots) = roots.get(first..) else { break };
                            for &root in &roots[..roots.len().min(ROOTS_AT_ONCE)] {
                                reader.tree(root, kinds, read_base);
                            }
                            progress.read(reader.objects, reader.bytes);
                            (reader.objects, reader.bytes) = (0, 0);
                        }
                        reader.unread
                    })
                })
                .collect();
            for thread in threads {
                match thread.join() {
                    Ok(more) => unread.extend(more),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
        });
        unread
    }

    /// Reads the object at `position` of the index.
    pub(super) fn read(
        &self,
        position: u32,
        read_base: &impl Fn(&ObjectId) -> Option<(ObjectKind, Vec<u8>)>,
    ) -> Result<(ObjectKind, Vec<u8>), UnreadReason> {
        let mut number = self
            .index
            .offset(position)
            .and_then(|offset| self.forest.entry_at(offset))
            .ok_or(UnreadReason::Header)?;
        let mut inflater = Inflater::new();
        // From the object down to its base, then back up. No chain is longer than the pack.
        let mut deltas = Vec::new();
        let mut content = Buffer::default();
        let kind = loop {
            let header = self.header(number)?;
            match header.form {
                Form::Whole(kind) => {
                    self.inflate(number, &header, &mut inflater, &mut content)?;
                    break kind;
                }
                Form::OffsetDelta(base) => {
                    deltas.push(number);
                    number = self.forest.entry_at(base).ok_or(UnreadReason::Base)?;
                }
                Form::RefDelta(id) => {
                    deltas.push(number);
                    let id = ObjectId::new(&self.data[id..id + self.hash.len()]);
                    let position = find_sorted(&self.index, id.as_bytes());
                    if let Some(offset) = position.and_then(|at| self.index.offset(at)) {
                        number = self.forest.entry_at(offset).ok_or(UnreadReason::Base)?;
                    } else {
                        let (kind, base) = read_base(&id).ok_or(UnreadReason::Base)?;
                        content.prepare(base.len())[..base.len()].copy_from_slice(&base);
                        break kind;
                    }
                }
            }
            if deltas.len() > self.index.count() as usize {
                return Err(UnreadReason::Header);
            }
        };
        let (mut packed, mut result) = (Buffer::default(), Buffer::default());
        for number in deltas.into_iter().rev() {
            let header = self.header(number)?;
            self.inflate(number, &header, &mut inflater, &mut packed)?;
            let delta = Delta::parse(packed.content()).map_err(|_| UnreadReason::Delta)?;
            if delta.result_size > MEMORY_LIMIT {
                return Err(UnreadReason::TooLarge(delta.result_size));
            }
            delta.apply(&content, &mut result).map_err(|_| UnreadReason::Delta)?;
            std::mem::swap(&mut content, &mut result);
        }
        Ok((kind, content.content().to_vec()))
    }

    /// The kind of the object at `position`, told by the headers from it down to its base; `None`
    /// when that is in another pack.
    pub(super) fn kind(&self, position: u32) -> Option<ObjectKind> {
        let mut offset = self.index.offset(position)?;
        for _ in 0..=self.index.count() {
            match EntryHeader::parse(&self.data, offset, self.hash)?.form {
                Form::Whole(kind) => return Some(kind),
                Form::OffsetDelta(base) => offset = base,
                Form::RefDelta(id) => {
                    let id = &self.data[id..id + self.hash.len()];
                    offset = self.index.offset(find_sorted(&self.index, id)?)?;
                }
            }
        }
        None
    }

    fn header(&self, number: EntryNumber) -> Result<EntryHeader, UnreadReason> {
        let (start, _) = self.forest.extent(number);
        EntryHeader::parse(&self.data, start, self.hash).ok_or(UnreadReason::Header)
    }

    /// The zlib stream of an entry, after its checksum was compared.
    fn stream(&self, number: EntryNumber, header: &EntryHeader) -> Result<&[u8], UnreadReason> {
        let (start, end) = self.forest.extent(number);
        let range = |from: usize| {
            let end = usize::try_from(end).ok()?;
            self.data.get(from..end)
        };
        let entry = usize::try_from(start).ok().and_then(range).ok_or(UnreadReason::Header)?;
        if let Some(crc) = self.index.crc(self.forest.position(number))
            && crc32fast::hash(entry) != crc
        {
            return Err(UnreadReason::Checksum);
        }
        range(header.stream).ok_or(UnreadReason::Header)
    }

    fn inflate(
        &self,
        number: EntryNumber,
        header: &EntryHeader,
        inflater: &mut Inflater,
        out: &mut Buffer,
    ) -> Result<(), UnreadReason> {
        let stream = self.stream(number, header)?;
        if header.size > MEMORY_LIMIT {
            return Err(UnreadReason::TooLarge(header.size));
        }
        inflater.whole(stream, header.size, out).map_err(|_| UnreadReason::Inflate)
    }

    fn object(&self, number: EntryNumber, kind: ObjectKind, size: u64) -> Object<'_> {
        let position = self.forest.position(number);
        Object { kind, size, id: IdAt::Indexed(&self.index, position, self.first + position) }
    }

    fn unread(&self, number: EntryNumber, reason: UnreadReason) -> Unread {
        Unread { id: self.index.id(self.forest.position(number)), reason }
    }
}

/// A number in a pack's header.
fn header_field(pack: &[u8], at: usize) -> u32 {
    pack[at..at + 4].iter().fold(0, |number, &byte| number << 8 | u32::from(byte))
}

/// The position of an id in an index, whose ids are sorted.
fn find_sorted(index: &PackIndex, id: &[u8]) -> Option<u32> {
    let (mut low, mut high) = (0, index.count());
    while low < high {
        let middle = low + (high - low) / 2;
        match index.id_bytes(middle).cmp(id) {
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
            std::cmp::Ordering::Equal => return Some(middle),
        }
    }
    None
}

/// One thread's way through delta trees.
struct Reader<'p, V> {
    pack: &'p Pack,
    visitor: &'p mut V,
    progress: &'p Progress,
    inflater: Inflater,
    packed: Buffer,
    /// The entries of the tree at hand that need a look.
    entries: Vec<TreeEntry>,
    /// The last base that was outside the pack.
    foreign: Option<(ObjectId, ObjectKind, Vec<u8>)>,
    pool: Pool<Base>,
    unread: Vec<Unread>,
    objects: u64,
    bytes: u64,
}

impl Reusable for Base {
    fn memory(&self) -> usize {
        self.content.capacity()
    }
}

/// An object with what the objects that build on it need to know.
#[derive(Debug, Default)]
struct Base {
    content: Buffer,
    /// Of a tree: where its entries begin.
    boundaries: Boundaries,
    /// Of a tree: whether those that build on it are shown with all their entries.
    is_marked: bool,
}

/// An object whose deltas are being resolved.
struct Level {
    number: EntryNumber,
    base: Base,
    next_child: usize,
}

impl<'p, V: Visit> Reader<'p, V> {
    fn new(pack: &'p Pack, visitor: &'p mut V, progress: &'p Progress) -> Self {
        Self {
            pack,
            visitor,
            progress,
            inflater: Inflater::new(),
            packed: Buffer::default(),
            entries: Vec::new(),
            foreign: None,
            pool: Pool::default(),
            unread: Vec::new(),
            objects: 0,
            bytes: 0,
        }
    }

    /// Shows a root and everything that is built on it.
    fn tree(
        &mut self,
        root: EntryNumber,
        kinds: Kinds,
        read_base: &impl Fn(&ObjectId) -> Option<(ObjectKind, Vec<u8>)>,
    ) {
        let (kind, base) = match self.root(root, kinds, read_base) {
            Ok(Some(base)) => base,
            Ok(None) => return,
            Err(reason) => return self.give_up(root, reason),
        };
        let mut levels = vec![Level { number: root, base, next_child: 0 }];
        while let Some(level) = levels.last_mut() {
            let children = self.pack.forest.children(level.number);
            let Some(&child) = children.get(level.next_child) else {
                self.pool.give_back(levels.pop().map(|level| level.base).unwrap_or_default());
                continue;
            };
            level.next_child += 1;
            let is_last = level.next_child == children.len();
            let shown = self.child(child, kind, &level.base);
            if is_last {
                // Before the last child's own children are built, so that a chain of any length
                // needs two buffers.
                self.pool.give_back(levels.pop().map(|level| level.base).unwrap_or_default());
            }
            match shown {
                Ok(Some(base)) => levels.push(Level { number: child, base, next_child: 0 }),
                Ok(None) => {}
                Err(reason) => self.give_up(child, reason),
            }
        }
    }

    /// Shows a root: its kind and content, or `None` when nothing is built on it or it is not
    /// wanted.
    fn root(
        &mut self,
        number: EntryNumber,
        kinds: Kinds,
        read_base: &impl Fn(&ObjectId) -> Option<(ObjectKind, Vec<u8>)>,
    ) -> Result<Option<(ObjectKind, Base)>, UnreadReason> {
        let header = self.pack.header(number)?;
        let kind = match header.form {
            Form::Whole(kind) => kind,
            Form::OffsetDelta(_) => return Err(UnreadReason::Header),
            // The base is in another pack or loose. Git never stores such an entry, but a fetch
            // that was cut short can leave one.
            Form::RefDelta(id) => {
                let id = ObjectId::new(&self.pack.data[id..id + self.pack.hash.len()]);
                // What was cut short in one fetch has few bases, and the same one many times.
                if self.foreign.as_ref().is_none_or(|(known, ..)| *known != id) {
                    let (kind, base) = read_base(&id).ok_or(UnreadReason::Base)?;
                    self.foreign = Some((id, kind, base));
                }
                let Some((_, kind, base)) = &self.foreign else { return Ok(None) };
                let kind = *kind;
                if !kinds.contains(kind) {
                    return Ok(None);
                }
                let mut foreign = self.pool.take();
                foreign.content.prepare(base.len())[..base.len()].copy_from_slice(base);
                // Its entries are not known here, so that all of the tree's are shown.
                foreign.is_marked = true;
                let result = self.child(number, kind, &foreign);
                self.pool.give_back(foreign);
                return result.map(|base| base.map(|base| (kind, base)));
            }
        };
        if !kinds.contains(kind) {
            return Ok(None);
        }
        let has_children = !self.pack.forest.children(number).is_empty();
        let object = self.pack.object(number, kind, header.size);
        if header.size > WHOLE_LIMIT && kind == ObjectKind::Blob && !has_children {
            let stream = self.pack.stream(number, &header)?;
            let (visitor, progress) = (&mut *self.visitor, self.progress);
            let mut offset = 0;
            let result = self.inflater.pieces(stream, header.size, |piece| {
                visitor.piece(&object, offset, piece);
                offset += piece.len() as u64;
                progress.read(0, piece.len() as u64);
            });
            visitor.end(&object);
            self.objects += 1;
            return result.map(|()| None).map_err(|_| UnreadReason::Inflate);
        }
        let mut base = self.pool.take();
        self.pack.inflate(number, &header, &mut self.inflater, &mut base.content)?;
        if kind == ObjectKind::Tree {
            base.boundaries.read(base.content.content(), self.pack.hash, &mut self.entries);
            base.is_marked = self.show_tree(&object, &base);
        } else {
            self.visitor.whole(&object, base.content.content());
        }
        self.count(header.size);
        if has_children {
            return Ok(Some((kind, base)));
        }
        self.pool.give_back(base);
        Ok(None)
    }

    /// Shows an object that is stored as a delta against `base`: its content when something is
    /// built on it.
    fn child(
        &mut self,
        number: EntryNumber,
        kind: ObjectKind,
        base: &Base,
    ) -> Result<Option<Base>, UnreadReason> {
        let header = self.pack.header(number)?;
        self.pack.inflate(number, &header, &mut self.inflater, &mut self.packed)?;
        let delta = Delta::parse(self.packed.content()).map_err(|_| UnreadReason::Delta)?;
        let has_children = !self.pack.forest.children(number).is_empty();
        let object = self.pack.object(number, kind, delta.result_size);
        if delta.result_size > WHOLE_LIMIT && kind == ObjectKind::Blob && !has_children {
            let (visitor, progress) = (&mut *self.visitor, self.progress);
            let mut offset = 0;
            let result = delta.pieces(base.content.content(), |piece| {
                visitor.piece(&object, offset, piece);
                offset += piece.len() as u64;
                progress.read(0, piece.len() as u64);
            });
            visitor.end(&object);
            self.objects += 1;
            return result.map(|()| None).map_err(|_| UnreadReason::Delta);
        }
        if delta.result_size > MEMORY_LIMIT {
            return Err(UnreadReason::TooLarge(delta.result_size));
        }
        let mut result = self.pool.take();
        delta.apply(&base.content, &mut result.content).map_err(|_| UnreadReason::Delta)?;
        let content = result.content.content();
        if kind == ObjectKind::Tree {
            if base.is_marked || base.boundaries.is_damaged {
                result.boundaries.read(content, self.pack.hash, &mut self.entries);
            } else {
                result.boundaries.read_delta(
                    content,
                    self.pack.hash,
                    &base.boundaries,
                    delta.copies(),
                    &mut self.entries,
                );
            }
            result.is_marked = self.show_tree(&object, &result);
        } else {
            self.visitor.whole(&object, content);
        }
        self.count(object.size);
        if has_children {
            return Ok(Some(result));
        }
        self.pool.give_back(result);
        Ok(None)
    }

    fn show_tree(&mut self, object: &Object<'_>, tree: &Base) -> bool {
        let view = TreeView { entries: &self.entries, is_damaged: tree.boundaries.is_damaged };
        self.visitor.tree(object, tree.content.content(), &view)
    }

    fn count(&mut self, bytes: u64) {
        self.objects += 1;
        self.bytes += bytes;
    }

    /// Notes that an entry cannot be read, nor anything that is built on it.
    fn give_up(&mut self, number: EntryNumber, reason: UnreadReason) {
        self.unread.push(self.pack.unread(number, reason));
        let mut below = self.pack.forest.children(number).to_vec();
        while let Some(number) = below.pop() {
            self.unread.push(self.pack.unread(number, UnreadReason::Base));
            below.extend_from_slice(self.pack.forest.children(number));
        }
    }
}
