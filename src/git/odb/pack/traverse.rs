//! All entries of a pack, in the order of their delta trees.

use super::delta::{Delta, Unwatched, Watch};
use super::entry::Form;
use super::forest::EntryNumber;
use super::inflate::Inflater;
use super::junctions::Junctions;
use super::planted::PlantedPack;
use super::share::{Share, Work};
use crate::git::gap::ObjectFault;
use crate::git::object::id::{HashKind, ObjectId, ObjectKind};
use crate::git::object::tree::{AddedEntries, Boundaries, Copied, TreeEntry};
use crate::git::odb::buffer::{Buffer, Pool, Reusable};
use crate::git::odb::{Kinds, MEMORY_LIMIT, Object, TreeView, Unread, Visit, WHOLE_LIMIT};
use crate::git::progress::Progress;
use crate::threads;

/// How far around an edge is looked for what the edge may have put together, in bytes.
const AROUND: usize = 32;

impl PlantedPack<'_> {
    /// Shows every object of these kinds that these roots lead to, to the visitors, each in its own
    /// thread.
    pub(crate) fn visit<V: Visit>(
        &self,
        roots: &[EntryNumber],
        kinds: Kinds,
        visitors: &mut [V],
        read_base: &(impl Fn(&ObjectId) -> Option<(ObjectKind, Vec<u8>)> + Sync),
        progress: &Progress,
    ) -> Vec<Unread> {
        let work = Work::new(roots, visitors.len());
        let unread = threads::each(visitors, |visitor| {
            let _present = work.attend();
            let mut reader = Reader::new(*self, visitor, &work, progress);
            while let Some(share) = work.take() {
                match share {
                    Share::Roots(roots) => {
                        for &root in roots {
                            self.fetch(root);
                        }
                        for &root in roots {
                            reader.root_and_below(root, kinds, read_base);
                        }
                    }
                    Share::Below(level) => reader.below(vec![level]),
                }
                reader.report_progress();
            }
            reader.unread
        });
        unread.into_iter().flatten().collect()
    }
}

/// An object with what the objects that build on it need to know.
#[derive(Clone, Debug, Default)]
struct Base {
    content: Buffer,
    /// Of a tree: where its entries begin.
    boundaries: Boundaries,
    /// Whether those that build on it are shown whole, and trees with all their entries.
    is_marked: bool,
}

impl Reusable for Base {
    fn memory(&self) -> usize {
        self.content.capacity()
    }
}

/// An object whose deltas are being resolved: the next of its children, and where they end.
struct Level {
    number: EntryNumber,
    kind: ObjectKind,
    base: Base,
    next_child: usize,
    end: usize,
}

/// One thread's way through delta trees.
struct Reader<'p, V> {
    planted: PlantedPack<'p>,
    visitor: &'p mut V,
    work: &'p Work<'p, Level>,
    progress: &'p Progress,
    inflater: Inflater,
    packed: Buffer,
    /// The entries of the tree at hand that need a look.
    entries: Vec<TreeEntry>,
    copies: Vec<Copied>,
    /// Where in a blob edges meet that need a look.
    met: Vec<usize>,
    added_entries: AddedEntries,
    /// The last base that was outside the pack.
    foreign: Option<(ObjectId, ObjectKind, Vec<u8>)>,
    pool: Pool<Base>,
    unread: Vec<Unread>,
    objects: u64,
    bytes: u64,
}

impl<'p, V: Visit> Reader<'p, V> {
    fn new(
        planted: PlantedPack<'p>,
        visitor: &'p mut V,
        work: &'p Work<'p, Level>,
        progress: &'p Progress,
    ) -> Self {
        Self {
            planted,
            visitor,
            work,
            progress,
            inflater: Inflater::new(),
            packed: Buffer::default(),
            entries: Vec::new(),
            copies: Vec::new(),
            met: Vec::new(),
            added_entries: AddedEntries::default(),
            foreign: None,
            pool: Pool::default(),
            unread: Vec::new(),
            objects: 0,
            bytes: 0,
        }
    }

    /// Shows a root and everything that is built on it.
    fn root_and_below(
        &mut self,
        root: EntryNumber,
        kinds: Kinds,
        read_base: &impl Fn(&ObjectId) -> Option<(ObjectKind, Vec<u8>)>,
    ) {
        match self.root(root, kinds, read_base) {
            Ok(Some((kind, base))) => {
                let level = self.level(root, kind, base);
                self.below(vec![level]);
            }
            Ok(None) => {}
            Err(fault) => self.give_up(root, fault),
        }
    }

    fn level(&self, number: EntryNumber, kind: ObjectKind, base: Base) -> Level {
        let children = self.planted.forest.children(number);
        if let Some(&first) = children.first() {
            self.planted.fetch(first);
        }
        let end = children.len();
        Level { number, kind, base, next_child: 0, end }
    }

    /// Shows everything that is built on these objects, each of which is built on the one before.
    fn below(&mut self, mut levels: Vec<Level>) {
        while let Some(level) = levels.last_mut() {
            if level.next_child == level.end {
                self.pool.give_back(levels.pop().map(|level| level.base).unwrap_or_default());
                continue;
            }
            let children = self.planted.forest.children(level.number);
            let child = children[level.next_child];
            let kind = level.kind;
            level.next_child += 1;
            if let Some(&next) = children.get(level.next_child) {
                self.planted.fetch(next);
            }
            let is_last = level.next_child == level.end;
            let shown = self.child(child, kind, &level.base);
            if is_last {
                // Before the last child's own children are built, so that a chain of any length
                // needs two buffers.
                self.pool.give_back(levels.pop().map(|level| level.base).unwrap_or_default());
            }
            match shown {
                Ok(Some(base)) => levels.push(self.level(child, kind, base)),
                Ok(None) => {}
                Err(fault) => self.give_up(child, fault),
            }
            if self.work.has_idle() {
                self.share(&mut levels);
            }
        }
    }

    /// Hands a part of the work to a thread that has none.
    fn share(&mut self, levels: &mut [Level]) {
        /// Fewer children are not worth a copy of their base.
        const MIN_SPLIT: usize = 8;
        let Some((current, below)) = levels.split_last_mut() else { return };
        // This thread does not come back to the first levels soon, and needs their bases for
        // nothing else.
        if let Some(level) = below.iter_mut().find(|level| level.next_child < level.end) {
            let base = std::mem::take(&mut level.base);
            let (next_child, end) = (level.next_child, level.end);
            level.next_child = end;
            self.work.hand_over(Level { base, next_child, end, ..*level });
        } else if current.end - current.next_child >= MIN_SPLIT {
            let middle = current.next_child.midpoint(current.end);
            let base = current.base.clone();
            self.work.hand_over(Level { base, next_child: middle, ..*current });
            current.end = middle;
        }
    }

    /// Shows a root: its kind and content, or `None` when nothing is built on it or it is not
    /// wanted.
    fn root(
        &mut self,
        number: EntryNumber,
        kinds: Kinds,
        read_base: &impl Fn(&ObjectId) -> Option<(ObjectKind, Vec<u8>)>,
    ) -> Result<Option<(ObjectKind, Base)>, ObjectFault> {
        let planted = self.planted;
        let header = planted.header(number)?;
        let kind = match header.form {
            Form::Whole(kind) => kind,
            Form::OffsetDelta(_) => return Err(ObjectFault::Header),
            // The base is in another pack or loose. Git never stores such an entry, but a fetch
            // that was cut short can leave one.
            Form::RefDelta(id) => {
                let id = ObjectId::new(&planted.pack.data[id..id + planted.pack.hash.len()]);
                // What was cut short in one fetch has few bases, and the same one many times.
                if self.foreign.as_ref().is_none_or(|(known, ..)| *known != id) {
                    let (kind, base) = read_base(&id).ok_or(ObjectFault::Base)?;
                    self.foreign = Some((id, kind, base));
                }
                let Some((_, kind, base)) = &self.foreign else { return Ok(None) };
                let kind = *kind;
                if !kinds.contains(kind) {
                    return Ok(None);
                }
                let mut foreign = self.pool.take();
                foreign.content.prepare(base.len())[..base.len()].copy_from_slice(base);
                // What it holds is not known here, so what builds on it is shown whole.
                foreign.is_marked = true;
                let result = self.child(number, kind, &foreign);
                self.pool.give_back(foreign);
                return result.map(|base| base.map(|base| (kind, base)));
            }
        };
        if !kinds.contains(kind) {
            return Ok(None);
        }
        let has_children = !planted.forest.children(number).is_empty();
        let object = planted.object(number, kind, header.size);
        if header.size > WHOLE_LIMIT && kind == ObjectKind::Blob && !has_children {
            let stream = planted.stream(number, &header)?;
            let mut pieces = Pieces::new(self.visitor, &object);
            let result = self.inflater.pieces(stream, header.size, |piece| pieces.push(piece));
            pieces.end();
            self.count(header.size);
            return result.map(|()| None).map_err(|_| ObjectFault::Inflate);
        }
        let mut base = self.pool.take();
        planted.inflate(number, &header, &mut self.inflater, &mut base.content)?;
        if kind == ObjectKind::Tree {
            base.boundaries.read(base.content.content(), planted.pack.hash, &mut self.entries);
            base.is_marked = self.show_tree(&object, &base);
        } else {
            base.is_marked = self.visitor.whole(&object, base.content.content());
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
    ) -> Result<Option<Base>, ObjectFault> {
        let planted = self.planted;
        let header = planted.header(number)?;
        planted.inflate(number, &header, &mut self.inflater, &mut self.packed)?;
        // Taken out for the borrow checker, and put back whatever comes.
        let packed = std::mem::take(&mut self.packed);
        let result = Delta::parse(&packed).map_err(|_| ObjectFault::Delta).and_then(|delta| {
            let object = planted.object(number, kind, delta.result_size);
            let has_children = !planted.forest.children(number).is_empty();
            match kind {
                ObjectKind::Tree => self.tree(&object, &delta, base, has_children),
                ObjectKind::Blob => self.blob(&object, &delta, base, has_children),
                ObjectKind::Commit | ObjectKind::Tag => {
                    let mut result = made_of(&mut self.pool, &delta, base, &mut Unwatched)?;
                    result.is_marked = self.visitor.whole(&object, result.content.content());
                    Ok(Some(result))
                }
            }
            .map(|result| {
                self.count(object.size);
                if has_children {
                    return result;
                }
                if let Some(free) = result {
                    self.pool.give_back(free);
                }
                None
            })
        });
        self.packed = packed;
        result
    }

    /// Shows a blob that is stored as a delta.
    fn blob(
        &mut self,
        object: &Object<'_>,
        delta: &Delta<'_>,
        base: &Base,
        has_children: bool,
    ) -> Result<Option<Base>, ObjectFault> {
        let mut made = None;
        if V::INCREMENTAL
            && !base.is_marked
            && let Some(pairs) = self.visitor.pairs()
        {
            let mut junctions = Junctions::new(pairs, &mut self.met);
            if has_children {
                made = Some(made_of(&mut self.pool, delta, base, &mut junctions)?);
            } else {
                delta.follow(&base.content, &mut junctions).map_err(|_| ObjectFault::Delta)?;
            }
            let is_new = self.visitor.begins(junctions.start())
                || self.visitor.inserted(delta.instructions());
            if !is_new && (self.met.is_empty() || object.size <= WHOLE_LIMIT) {
                if made.is_none() && !self.met.is_empty() {
                    made = Some(made_of(&mut self.pool, delta, base, &mut Unwatched)?);
                }
                if let Some(made) = &mut made {
                    let content = made.content.content();
                    made.is_marked = self.met.iter().any(|&at| {
                        let around = at.saturating_sub(AROUND)..content.len().min(at + AROUND);
                        self.visitor.inserted(&content[around])
                    });
                }
                if made.as_ref().is_none_or(|made| !made.is_marked) {
                    return Ok(made);
                }
            }
        }
        if object.size > WHOLE_LIMIT && !has_children {
            let mut pieces = Pieces::new(self.visitor, object);
            let result = delta.pieces(&base.content, |piece| pieces.push(piece));
            pieces.end();
            return result.map(|()| None).map_err(|_| ObjectFault::Delta);
        }
        let mut made = match made {
            Some(made) => made,
            None => made_of(&mut self.pool, delta, base, &mut Unwatched)?,
        };
        made.is_marked = self.visitor.whole(object, made.content.content());
        Ok(Some(made))
    }

    /// Shows a tree that is stored as a delta.
    fn tree(
        &mut self,
        object: &Object<'_>,
        delta: &Delta<'_>,
        base: &Base,
        has_children: bool,
    ) -> Result<Option<Base>, ObjectFault> {
        let hash = self.planted.pack.hash;
        let is_incremental = !base.is_marked && !base.boundaries.is_damaged;
        if V::INCREMENTAL && is_incremental && !has_children && object.size <= MEMORY_LIMIT {
            self.added_entries.clear();
            let mut watch = TreeWatch { base, hash, added: &mut self.added_entries };
            delta.follow(&base.content, &mut watch).map_err(|_| ObjectFault::Delta)?;
            let is_damaged = !self.added_entries.finish(hash);
            let view = TreeView { entries: &self.added_entries.entries, is_damaged };
            self.visitor.tree(object, self.added_entries.bytes(), &view);
            return Ok(None);
        }
        self.copies.clear();
        let mut watch = CopyList(&mut self.copies);
        let mut result = made_of(&mut self.pool, delta, base, &mut watch)?;
        let content = result.content.content();
        if is_incremental {
            let (known, copies) = (&base.boundaries, &self.copies);
            result.boundaries.read_delta(content, hash, known, copies, &mut self.entries);
        } else {
            result.boundaries.read(content, hash, &mut self.entries);
        }
        result.is_marked = self.show_tree(object, &result);
        Ok(Some(result))
    }

    fn show_tree(&mut self, object: &Object<'_>, tree: &Base) -> bool {
        let view = TreeView { entries: &self.entries, is_damaged: tree.boundaries.is_damaged };
        self.visitor.tree(object, tree.content.content(), &view)
    }

    fn count(&mut self, bytes: u64) {
        /// How many objects may be read before anyone hears of it.
        const UNREPORTED: u64 = 4096;
        self.objects += 1;
        self.bytes += bytes;
        if self.objects >= UNREPORTED {
            self.report_progress();
        }
    }

    fn report_progress(&mut self) {
        self.progress.read(self.objects, self.bytes);
        (self.objects, self.bytes) = (0, 0);
    }

    /// Notes that an entry cannot be read, nor anything that is built on it.
    fn give_up(&mut self, number: EntryNumber, fault: ObjectFault) {
        self.unread.push(self.planted.unread(number, fault));
        let mut below = self.planted.forest.children(number).to_vec();
        while let Some(number) = below.pop() {
            self.unread.push(self.planted.unread(number, ObjectFault::Base));
            below.extend_from_slice(self.planted.forest.children(number));
        }
    }
}

/// The result of a delta.
fn made_of(
    pool: &mut Pool<Base>,
    delta: &Delta<'_>,
    base: &Base,
    watch: &mut impl Watch,
) -> Result<Base, ObjectFault> {
    if delta.result_size > MEMORY_LIMIT {
        return Err(ObjectFault::TooLarge(delta.result_size));
    }
    let mut result = pool.take();
    delta.apply(&base.content, &mut result.content, watch).map_err(|_| ObjectFault::Delta)?;
    Ok(result)
}

/// Lists what a delta copies.
struct CopyList<'c>(&'c mut Vec<Copied>);

impl Watch for CopyList<'_> {
    fn copied(&mut self, _: &[u8], from: usize, to: usize, length: usize) {
        self.0.extend(copied(from, to, length));
    }

    fn inserted(&mut self, _: &[u8], _: usize, _: usize) {}
}

/// Finds the entries that a delta adds to a tree.
struct TreeWatch<'w> {
    base: &'w Base,
    hash: HashKind,
    added: &'w mut AddedEntries,
}

impl Watch for TreeWatch<'_> {
    fn copied(&mut self, base: &[u8], from: usize, to: usize, length: usize) {
        if let Some(copied) = copied(from, to, length) {
            self.added.copy(base, &self.base.boundaries, copied, self.hash);
        }
    }

    fn inserted(&mut self, delta: &[u8], from: usize, length: usize) {
        self.added.insert(&delta[from..from + length]);
    }
}

/// `None` never comes up in a tree, whose size is limited.
fn copied(from: usize, to: usize, length: usize) -> Option<Copied> {
    Some(Copied {
        from: u32::try_from(from).ok()?,
        to: u32::try_from(to).ok()?,
        length: u32::try_from(length).ok()?,
    })
}

/// A blob that is shown in pieces.
struct Pieces<'v, V> {
    visitor: &'v mut V,
    object: &'v Object<'v>,
    offset: u64,
}

impl<'v, V: Visit> Pieces<'v, V> {
    fn new(visitor: &'v mut V, object: &'v Object<'v>) -> Self {
        Self { visitor, object, offset: 0 }
    }

    fn push(&mut self, piece: &[u8]) {
        self.visitor.piece(self.object, self.offset, piece);
        self.offset += piece.len() as u64;
    }

    fn end(self) {
        self.visitor.end(self.object);
    }
}
