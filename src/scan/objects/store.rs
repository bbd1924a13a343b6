//! All packs and loose objects of a repository and its alternates.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use super::super::coverage::{Skipped, What};
use super::super::id::{HashKind, ObjectId, ObjectKind};
use super::super::progress::Progress;
use super::id_table::{IdTable, Ordinal, RecentIds};
use super::loose::LooseObjects;
use super::pack::Pack;
use super::{IdAt, Kinds, Object, ObjectSource, Unread, UnreadReason, Visit};

/// A base of a base of a base in yet another pack: deeper nesting is refused.
const MAX_FOREIGN_BASES: u32 = 64;

/// The objects of a repository, wherever they are stored.
#[derive(Debug)]
pub struct ObjectStore {
    packs: Vec<Pack>,
    loose: Vec<LooseObjects>,
    /// The first ordinal of each pack, then of each set of loose objects, then the end.
    firsts: Vec<Ordinal>,
    table: IdTable,
}

impl ObjectStore {
    /// Opens object directories (`objects` and its alternates) with as many threads; tells what
    /// cannot be opened.
    pub fn open(directories: &[PathBuf], hash: HashKind, threads: usize) -> (Self, Vec<Skipped>) {
        let mut skipped = Vec::new();
        let (mut packs, mut paths, mut loose) = (Vec::new(), Vec::new(), Vec::new());
        for directory in directories {
            for path in list_packs(&directory.join("pack"), &mut skipped) {
                match Pack::open(&path, hash, threads) {
                    Ok(pack) => {
                        packs.push(pack);
                        paths.push(path);
                    }
                    Err(fault) => skipped.push(damaged_pack(&path, &fault)),
                }
            }
            let (objects, unlisted) = LooseObjects::list(directory, hash);
            skipped.extend(unlisted.into_iter().map(|(path, error)| unlistable(&path, &error)));
            loose.push(objects);
        }
        let mut firsts: Vec<Ordinal> = vec![0];
        let counts = packs
            .iter()
            .map(|pack| pack.index.count())
            .chain(loose.iter().map(|loose| u32::try_from(loose.ids().len()).unwrap_or(u32::MAX)));
        for count in counts {
            let next = firsts.last().copied().unwrap_or_default().saturating_add(count);
            firsts.push(next);
        }
        for (pack, &first) in packs.iter_mut().zip(&firsts) {
            pack.first = first;
        }
        let mut store = Self { packs, loose, firsts, table: IdTable::default() };
        store.table = std::thread::scope(|scope| {
            let checks = scope.spawn(|| {
                let faults_of = |(path, pack): (&PathBuf, &Pack)| {
                    let faults = pack.faults().into_iter();
                    faults.map(|fault| damaged_pack(path, &fault)).collect::<Vec<_>>()
                };
                paths.iter().zip(&store.packs).flat_map(faults_of).collect::<Vec<_>>()
            });
            let total = store.firsts.last().copied().unwrap_or_default();
            let table = IdTable::build(total, |ordinal| store.id_bytes(ordinal));
            match checks.join() {
                Ok(faults) => skipped.extend(faults),
                Err(panic) => std::panic::resume_unwind(panic),
            }
            table
        });
        (store, skipped)
    }

    /// How many entries there are, an object that is stored twice counted twice.
    pub fn entries(&self) -> u64 {
        self.firsts.last().copied().unwrap_or_default().into()
    }

    /// How many different objects there are.
    pub fn distinct(&self) -> u64 {
        self.table.distinct() as u64
    }

    /// Whether an object is stored.
    pub fn contains(&self, id: &ObjectId) -> bool {
        self.find(id.as_bytes()).is_some()
    }

    /// A list of what is named and not stored; one a thread.
    pub(in super::super) fn missing_ids(&self) -> MissingIds<'_> {
        MissingIds {
            store: self,
            recent: RecentIds::new(),
            waiting: Vec::with_capacity(MissingIds::AT_ONCE),
            missing: HashSet::new(),
        }
    }

    /// Reads an annotated tag; `None` when the object is none or cannot be read.
    pub fn read_tag(&self, id: &ObjectId) -> Option<Vec<u8>> {
        let ordinal = self.find(id.as_bytes())?;
        let (part, position) = self.place(ordinal);
        // Nearly every ref names a commit, and the headers tell that for nothing.
        let kind = match self.packs.get(part) {
            Some(pack) => pack.kind(position),
            None => self.loose[part - self.packs.len()].kind(id),
        };
        if kind.is_some_and(|kind| kind != ObjectKind::Tag) {
            return None;
        }
        match self.read(id) {
            Ok(Some((ObjectKind::Tag, content))) => Some(content),
            _ => None,
        }
    }

    /// Where an object is stored that this store has shown.
    pub(in super::super) fn ordinal(&self, object: &Object<'_>) -> Option<Ordinal> {
        match object.id {
            IdAt::Indexed(_, _, ordinal) => Some(ordinal),
            IdAt::Known(id) => self.find(id.as_bytes()),
        }
    }

    /// The id of what is stored there.
    pub(in super::super) fn id_of(&self, ordinal: Ordinal) -> ObjectId {
        ObjectId::new(self.id_bytes(ordinal))
    }

    fn find(&self, id: &[u8]) -> Option<Ordinal> {
        self.table.find(id, |ordinal| self.id_bytes(ordinal))
    }

    fn id_bytes(&self, ordinal: Ordinal) -> &[u8] {
        let (part, position) = self.place(ordinal);
        match self.packs.get(part) {
            Some(pack) => pack.index.id_bytes(position),
            None => self.loose[part - self.packs.len()].ids()[position as usize].as_bytes(),
        }
    }

    /// Which pack or set of loose objects, and which position in it.
    fn place(&self, ordinal: Ordinal) -> (usize, u32) {
        let part = self.firsts.partition_point(|&first| first <= ordinal) - 1;
        (part, ordinal - self.firsts[part])
    }

    fn read_nested(
        &self,
        id: &ObjectId,
        depth: u32,
    ) -> Result<Option<(ObjectKind, Vec<u8>)>, UnreadReason> {
        if depth > MAX_FOREIGN_BASES {
            return Err(UnreadReason::Base);
        }
        let Some(ordinal) = self.find(id.as_bytes()) else { return Ok(None) };
        let (part, position) = self.place(ordinal);
        let object = match self.packs.get(part) {
            Some(pack) => {
                pack.read(position, &|base: &ObjectId| self.read_nested(base, depth + 1).ok()?)?
            }
            None => self.loose[part - self.packs.len()].read(*id)?,
        };
        Ok(Some(object))
    }
}

impl ObjectSource for ObjectStore {
    fn visit<V: Visit>(
        &self,
        kinds: Kinds,
        visitors: &mut [V],
        progress: &Progress,
    ) -> Vec<Unread> {
        let read_base = |base: &ObjectId| self.read_nested(base, 1).ok()?;
        let mut unread = Vec::new();
        for pack in &self.packs {
            unread.extend(pack.visit(kinds, visitors, &read_base, progress));
        }
        for loose in &self.loose {
            unread.extend(loose.visit(kinds, visitors, progress));
        }
        unread
    }

    fn read(&self, id: &ObjectId) -> Result<Option<(ObjectKind, Vec<u8>)>, UnreadReason> {
        self.read_nested(id, 0)
    }
}

/// Gathers the ids that are named and not stored.
pub(in super::super) struct MissingIds<'s> {
    store: &'s ObjectStore,
    recent: RecentIds,
    waiting: Vec<ObjectId>,
    missing: HashSet<ObjectId>,
}

impl MissingIds<'_> {
    /// A look-up misses the processor's caches twice. Of this many, most misses overlap.
    const AT_ONCE: usize = 64;

    /// Notes that something names this id.
    #[inline]
    pub(in super::super) fn mention(&mut self, id: &[u8]) {
        if !self.recent.contains(id) {
            self.recent.remember(id);
            self.waiting.push(ObjectId::new(id));
            if self.waiting.len() == Self::AT_ONCE {
                self.look_up();
            }
        }
    }

    /// The ids that are not stored.
    pub(in super::super) fn finish(mut self) -> HashSet<ObjectId> {
        self.look_up();
        self.missing
    }

    fn look_up(&mut self) {
        let store = self.store;
        // These loads do not wait for one another; the comparisons below find them in the cache.
        let mut places = [None; Self::AT_ONCE];
        for (place, id) in places.iter_mut().zip(&self.waiting) {
            *place = store.table.likely_place(id.as_bytes());
        }
        let touched = places.iter().flatten().fold(0_u8, |touched, &ordinal| {
            touched ^ store.id_bytes(ordinal).first().copied().unwrap_or_default()
        });
        std::hint::black_box(touched);
        for id in self.waiting.drain(..) {
            if !store.contains(&id) {
                self.missing.insert(id);
            }
        }
    }
}

/// The indexes in a pack directory, in the order of their names; packs without one are told.
fn list_packs(directory: &Path, skipped: &mut Vec<Skipped>) -> Vec<PathBuf> {
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            skipped.push(unlistable(directory, &error));
            return Vec::new();
        }
    };
    let mut paths = Vec::new();
    for entry in entries {
        match entry {
            Ok(entry) => paths.push(entry.path()),
            Err(error) => skipped.push(unlistable(directory, &error)),
        }
    }
    paths.sort();
    let has_extension = |path: &Path, wanted: &str| path.extension().is_some_and(|e| e == wanted);
    for path in paths.iter().filter(|path| has_extension(path, "pack")) {
        if paths.binary_search(&path.with_extension("idx")).is_err() {
            let pack = path.display().to_string();
            skipped.push(
                Skipped::new(What::Pack, pack, "the pack has no index")
                    .mend("make the index: git index-pack PACK"),
            );
        }
    }
    paths.retain(|path| has_extension(path, "idx"));
    paths
}

fn damaged_pack(index: &Path, fault: &str) -> Skipped {
    Skipped::new(What::Pack, index.with_extension("pack").display().to_string(), fault)
}

fn unlistable(path: &Path, error: &io::Error) -> Skipped {
    Skipped::new(What::Directory, path.display().to_string(), format!("cannot be listed: {error}"))
}
