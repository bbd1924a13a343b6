//! Every object that a repository and its alternates store, counted and numbered.

use std::ops::Range;

use super::super::progress::Progress;
use super::id_table::{IdTable, Ordinal};
use super::loose::LooseObjects;
use super::store::{ObjectStore, damaged_pack};
use super::{IdAt, Kinds, Object, ObjectSource, Unread, Visit};
use crate::git::gap::{Gap, ObjectFault};
use crate::git::object::id::{ObjectId, ObjectKind};
use crate::git::odb::pack::Pack;
use crate::git::odb::pack::forest::Forest;
use crate::git::odb::pack::index::PackIndex;
use crate::git::odb::pack::planted::PlantedPack;
use crate::git::odb::verified::Verified;
use crate::threads;

/// Every object of a store.
#[derive(Debug)]
pub struct Inventory {
    store: ObjectStore,
    /// Packs that do not hold together. Single objects may still be read from them.
    broken: Vec<Pack>,
    /// One for each pack.
    forests: Vec<Forest>,
    /// The first ordinal of each pack, then of each set of loose objects, then the end.
    firsts: Vec<Ordinal>,
    table: IdTable,
}

impl Inventory {
    /// Lists the loose objects and reads the headers of the packs' entries, with as many threads;
    /// tells what cannot be listed and which packs do not hold together.
    pub fn take(mut store: ObjectStore, threads: usize) -> (Self, Vec<Gap>) {
        let mut gaps: Vec<_> = store.loose.iter_mut().flat_map(LooseObjects::list).collect();
        let (inventory, faults) = Self::of_listed(store, threads);
        gaps.extend(faults);
        (inventory, gaps)
    }

    /// As [`take`](Self::take), with the loose objects that were listed before.
    pub(crate) fn of_listed(mut store: ObjectStore, threads: usize) -> (Self, Vec<Gap>) {
        let mut gaps = Vec::new();
        let firsts = firsts(&store);
        let look_up = || {
            let faults = store.packs.iter().flat_map(|pack| {
                pack.faults().into_iter().map(|fault| damaged_pack(&pack.path, fault))
            });
            (id_table(&store), faults.collect::<Vec<_>>())
        };
        let plant = || store.packs.iter().map(|pack| pack.plant(threads)).collect::<Vec<_>>();
        let ((table, faults), planted) = threads::both(look_up, plant);
        gaps.extend(faults);
        let is_whole = planted.iter().all(Result::is_ok);
        let mut forests = Vec::new();
        let (mut packs, mut broken) = (Vec::new(), Vec::new());
        for (pack, forest) in store.packs.into_iter().zip(planted) {
            match forest {
                Ok(forest) => {
                    forests.push(forest);
                    packs.push(pack);
                }
                Err(fault) => {
                    gaps.push(damaged_pack(&pack.path, fault));
                    broken.push(pack);
                }
            }
        }
        store.packs = packs;
        let mut inventory = Self { store, broken, forests, firsts, table };
        if !is_whole {
            inventory.firsts = self::firsts(&inventory.store);
            inventory.table = id_table(&inventory.store);
        }
        (inventory, gaps)
    }

    /// The store as it was taken, without what was counted and numbered.
    pub(crate) fn into_store(self) -> ObjectStore {
        let Self { mut store, mut broken, .. } = self;
        store.packs.append(&mut broken);
        store
    }

    /// Its objects one by one, each checked when it is read.
    pub(crate) fn verified(&self) -> Verified<'_> {
        Verified::new(&self.store, self.store.hash)
    }

    /// How many entries there are, an object that is stored twice counted twice.
    pub fn entries(&self) -> u64 {
        self.firsts.last().copied().unwrap_or_default().into()
    }

    /// How many different objects there are.
    pub fn distinct(&self) -> u64 {
        self.table.distinct() as u64
    }

    /// Every object, once.
    pub(crate) fn ids(&self) -> impl Iterator<Item = ObjectId> {
        let ordinals = 0..self.firsts.last().copied().unwrap_or_default();
        ordinals.filter(|&at| self.canonical(at) == at).map(|at| self.id_of(at))
    }

    /// Whether an object is stored.
    pub fn contains(&self, id: &ObjectId) -> bool {
        self.find(id.as_bytes()).is_some()
    }

    /// Reads an annotated tag; `None` when the object is none or cannot be read.
    pub fn read_tag(&self, id: &ObjectId) -> Option<Vec<u8>> {
        // Nearly every ref names a commit, and the headers tell that for nothing.
        if self.store.kind(id)? != ObjectKind::Tag {
            return None;
        }
        match self.read(id) {
            Ok(Some((ObjectKind::Tag, content))) => Some(content),
            _ => None,
        }
    }

    /// Shows these objects and all that are in the same delta trees, of these kinds, as
    /// [`ObjectSource::visit`] does all objects.
    pub(crate) fn visit_related<V: Visit>(
        &self,
        objects: &[Ordinal],
        kinds: Kinds,
        visitors: &mut [V],
        progress: &Progress,
    ) -> Vec<Unread> {
        let mut objects = objects.to_vec();
        objects.sort_unstable();
        objects.dedup();
        let mut unread = Vec::new();
        for parts in objects.chunk_by(|&a, &b| self.part(a) == self.part(b)) {
            let part = self.part(parts[0]);
            let first = self.firsts[part];
            let positions = parts.iter().map(|ordinal| ordinal - first);
            if let Some(planted) = self.planted(part) {
                let roots = planted.roots_of(positions);
                unread.extend(planted.visit(
                    &roots,
                    kinds,
                    visitors,
                    &self.base_reader(),
                    progress,
                ));
            } else {
                let loose = &self.store.loose[part - self.store.packs.len()];
                let ids: Vec<_> =
                    positions.map(|position| loose.ids()[position as usize]).collect();
                unread.extend(loose.visit(&ids, kinds, visitors, progress));
            }
        }
        unread
    }

    /// The ordinals of what came from the remote of a partial clone, which has promised to deliver
    /// what that names: git marks such packs.
    pub(crate) fn promisors(&self) -> Vec<Range<Ordinal>> {
        let parts = self.store.packs.iter().zip(self.firsts.windows(2));
        parts
            .filter(|(pack, _)| pack.path.with_extension("promisor").exists())
            .map(|(_, ends)| ends[0]..ends[1])
            .collect()
    }

    /// The pack with this number.
    fn planted(&self, number: usize) -> Option<PlantedPack<'_>> {
        let (pack, forest) = (self.store.packs.get(number)?, self.forests.get(number)?);
        Some(PlantedPack::new(pack, forest, self.firsts[number]))
    }

    fn base_reader(&self) -> impl Fn(&ObjectId) -> Option<(ObjectKind, Vec<u8>)> + Sync {
        |base| self.store.read_base(base, 1)
    }

    /// In which pack or, counted on, set of loose objects.
    fn part(&self, ordinal: Ordinal) -> usize {
        self.firsts.partition_point(|&first| first <= ordinal) - 1
    }

    /// Where an object is stored that this inventory has shown.
    pub(crate) fn ordinal(&self, object: &Object<'_>) -> Option<Ordinal> {
        match object.id {
            IdAt::Indexed(_, _, ordinal) => Some(ordinal),
            IdAt::Known(id) => self.find(id.as_bytes()),
        }
    }

    /// Asks for what looking up this id reads, ahead of the look-up.
    #[inline]
    pub(crate) fn fetch(&self, id: &ObjectId) {
        self.table.fetch(id.as_bytes());
    }

    /// The id of what is stored there.
    pub(crate) fn id_of(&self, ordinal: Ordinal) -> ObjectId {
        ObjectId::new(self.id_bytes(ordinal))
    }

    /// Of an object that is stored twice, the place that looking up its id gives.
    pub(crate) fn canonical(&self, ordinal: Ordinal) -> Ordinal {
        if self.distinct() == self.entries() {
            return ordinal;
        }
        self.find(self.id_bytes(ordinal)).unwrap_or(ordinal)
    }

    pub(crate) fn find(&self, id: &[u8]) -> Option<Ordinal> {
        self.table.find(id)
    }

    fn id_bytes(&self, ordinal: Ordinal) -> &[u8] {
        id_bytes(&self.store, &self.firsts, ordinal)
    }
}

/// The first ordinal of each pack, then of each set of loose objects, then the end.
fn firsts(store: &ObjectStore) -> Vec<Ordinal> {
    let packed = store.packs.iter().map(|pack| pack.index.count());
    let loose = store.loose.iter().map(|loose| u32::try_from(loose.ids().len()));
    let mut end: Ordinal = 0;
    let mut firsts = vec![end];
    firsts.extend(packed.chain(loose.map(|count| count.unwrap_or(u32::MAX))).map(|count| {
        end = end.saturating_add(count);
        end
    }));
    firsts
}

fn id_table(store: &ObjectStore) -> IdTable {
    let packed = store.packs.iter().map(|pack| Ids::Packed(&pack.index, 0));
    let loose = store.loose.iter().map(|loose| Ids::Loose(loose.ids()));
    // Nearly always there is one pack and nothing else, which needs no merging.
    let parts: Vec<_> = packed.chain(loose).filter(|ids| ids.len() > 0).collect();
    IdTable::build(store.hash.len(), parts)
}

/// The ids of a pack or of loose objects.
#[derive(Clone)]
enum Ids<'s> {
    Packed(&'s PackIndex, u32),
    Loose(&'s [ObjectId]),
}

impl<'s> Iterator for Ids<'s> {
    type Item = &'s [u8];

    fn next(&mut self) -> Option<&'s [u8]> {
        match self {
            Self::Packed(index, next) => {
                let position = *next;
                *next += 1;
                (position < index.count()).then(|| index.id_bytes(position))
            }
            Self::Loose(ids) => ids.split_off_first().map(ObjectId::as_bytes),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = match self {
            Self::Packed(index, next) => index.count().saturating_sub(*next) as usize,
            Self::Loose(ids) => ids.len(),
        };
        (left, Some(left))
    }
}

impl ExactSizeIterator for Ids<'_> {}

fn id_bytes<'s>(store: &'s ObjectStore, firsts: &[Ordinal], ordinal: Ordinal) -> &'s [u8] {
    // Which pack or set of loose objects, and which position in it; nearly always the first pack.
    let part = match firsts.get(1) {
        Some(&second) if ordinal < second => 0,
        _ => firsts.partition_point(|&first| first <= ordinal) - 1,
    };
    let position = ordinal - firsts[part];
    match store.packs.get(part) {
        Some(pack) => pack.index.id_bytes(position),
        None => store.loose[part - store.packs.len()].ids()[position as usize].as_bytes(),
    }
}

impl ObjectSource for Inventory {
    fn visit<V: Visit>(
        &self,
        kinds: Kinds,
        visitors: &mut [V],
        progress: &Progress,
    ) -> Vec<Unread> {
        let mut unread = Vec::new();
        for number in 0..self.forests.len() {
            let Some(planted) = self.planted(number) else { continue };
            unread.extend(planted.unreachable());
            let roots = planted.roots();
            unread.extend(planted.visit(roots, kinds, visitors, &self.base_reader(), progress));
        }
        for loose in &self.store.loose {
            unread.extend(loose.visit(loose.ids(), kinds, visitors, progress));
        }
        unread
    }

    fn read(&self, id: &ObjectId) -> Result<Option<(ObjectKind, Vec<u8>)>, ObjectFault> {
        self.store.read(id)
    }
}
