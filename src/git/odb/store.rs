//! The packs and loose objects of a repository and its alternates, and single objects in them.

use std::io;
use std::path::{Path, PathBuf};

use super::loose::LooseObjects;
use super::pack::Pack;
use crate::git::gap::{Cause, Gap, ObjectFault, PackFault, Subject};
use crate::git::object::id::{HashKind, Hasher, ObjectId, ObjectKind};

/// A base of a base of a base in yet another pack: deeper nesting is refused.
const MAX_FOREIGN_BASES: u32 = 64;

/// The objects of a repository, wherever they are stored. Opening it reads next to nothing.
#[derive(Debug)]
pub struct ObjectStore {
    pub(crate) packs: Vec<Pack>,
    pub(crate) loose: Vec<LooseObjects>,
    pub(crate) hash: HashKind,
}

impl ObjectStore {
    /// Opens object directories (`objects` and its alternates); tells what cannot be opened.
    pub fn open(directories: &[PathBuf], hash: HashKind) -> (Self, Vec<Gap>) {
        let mut gaps = Vec::new();
        let mut store = Self { packs: Vec::new(), loose: Vec::new(), hash };
        for directory in directories {
            for path in list_packs(&directory.join("pack"), &mut gaps) {
                match Pack::open(&path, hash) {
                    Ok(pack) => store.packs.push(pack),
                    Err(fault) => {
                        gaps.push(damaged_pack(&path.with_extension("pack"), fault));
                    }
                }
            }
            store.loose.push(LooseObjects::new(directory, hash));
        }
        (store, gaps)
    }

    /// Opens these packs, by their indexes, and takes these loose objects of each directory; `None`
    /// when a pack cannot be opened.
    pub(crate) fn of(
        indexes: &[PathBuf],
        loose: Vec<(PathBuf, Vec<ObjectId>)>,
        hash: HashKind,
    ) -> Option<Self> {
        let packs =
            indexes.iter().map(|path| Pack::open(path, hash).ok()).collect::<Option<_>>()?;
        let loose = loose.into_iter().map(|(path, ids)| LooseObjects::of(path, ids, hash));
        Some(Self { packs, loose: loose.collect(), hash })
    }

    /// Whether an object is in a pack.
    pub(crate) fn has_packed(&self, id: &ObjectId) -> bool {
        self.packs.iter().any(|pack| pack.index.find(id.as_bytes()).is_some())
    }

    /// Whether an object is stored.
    pub fn contains(&self, id: &ObjectId) -> bool {
        self.place(id).is_some()
    }

    /// Reads one object and compares its content with its id; `Ok(None)` when it is not stored.
    pub fn read(&self, id: &ObjectId) -> Result<Option<(ObjectKind, Vec<u8>)>, ObjectFault> {
        let Some(place) = self.place(id) else { return Ok(None) };
        let (kind, content) = self.read_at(id, place, 0)?;
        let mut hasher = Hasher::new(self.hash);
        hasher.update(format!("{} {}\0", kind.name(), content.len()).as_bytes());
        hasher.update(&content);
        let actual = hasher.finish();
        if actual == *id { Ok(Some((kind, content))) } else { Err(ObjectFault::WrongId(actual)) }
    }

    /// The ids that begin with these hex digits, in order.
    pub(crate) fn starting_with(&self, digits: &str) -> Vec<ObjectId> {
        let digits = digits.to_ascii_lowercase();
        // The first id that may begin so: the digits, then zeros.
        let mut first = vec![0; self.hash.len()];
        let padded = format!("{digits}0");
        let bytes = digits.len().div_ceil(2);
        let is_hex = first
            .get_mut(..bytes)
            .is_some_and(|first| hex::decode_to_slice(&padded[..bytes * 2], first).is_ok());
        if !is_hex {
            return Vec::new();
        }
        let mut found: Vec<ObjectId> = Vec::new();
        for pack in &self.packs {
            let ids = pack.index.ids_from(&first);
            found.extend(ids.take_while(|id| id.to_string().starts_with(&digits)));
        }
        for loose in &self.loose {
            let ids = loose.ids_of(first[0]).into_iter();
            found.extend(ids.filter(|id| id.to_string().starts_with(&digits)));
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The kind of an object, as far as headers tell.
    pub(crate) fn kind(&self, id: &ObjectId) -> Option<ObjectKind> {
        match self.place(id)? {
            Place::Packed(pack, position) => self.packs[pack].kind(position),
            Place::Loose(loose) => self.loose[loose].kind(id),
        }
    }

    /// Reads an object that another pack's entry builds on.
    pub(crate) fn read_base(&self, id: &ObjectId, depth: u32) -> Option<(ObjectKind, Vec<u8>)> {
        if depth > MAX_FOREIGN_BASES {
            return None;
        }
        self.read_at(id, self.place(id)?, depth).ok()
    }

    fn place(&self, id: &ObjectId) -> Option<Place> {
        let packed = self.packs.iter().enumerate().find_map(|(number, pack)| {
            Some(Place::Packed(number, pack.index.find(id.as_bytes())?))
        });
        packed.or_else(|| self.loose.iter().position(|loose| loose.contains(id)).map(Place::Loose))
    }

    fn read_at(
        &self,
        id: &ObjectId,
        place: Place,
        depth: u32,
    ) -> Result<(ObjectKind, Vec<u8>), ObjectFault> {
        match place {
            Place::Packed(pack, position) => {
                self.packs[pack].read(position, &|base: &ObjectId| self.read_base(base, depth + 1))
            }
            Place::Loose(loose) => self.loose[loose].read(*id),
        }
    }
}

/// Where an object is stored.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// In this pack, at this position of its index.
    Packed(usize, u32),
    /// Among these loose objects.
    Loose(usize),
}

/// The indexes in a pack directory, in the order of their names; packs without one are told.
fn list_packs(directory: &Path, gaps: &mut Vec<Gap>) -> Vec<PathBuf> {
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            gaps.push(Gap::unlistable(directory, &error));
            return Vec::new();
        }
    };
    let mut paths = Vec::new();
    for entry in entries {
        match entry {
            Ok(entry) => paths.push(entry.path()),
            Err(error) => gaps.push(Gap::unlistable(directory, &error)),
        }
    }
    paths.sort();
    let has_extension = |path: &Path, wanted: &str| path.extension().is_some_and(|e| e == wanted);
    for path in paths.iter().filter(|path| has_extension(path, "pack")) {
        if paths.binary_search(&path.with_extension("idx")).is_err() {
            gaps.push(damaged_pack(path, PackFault::NoIndex));
        }
    }
    paths.retain(|path| has_extension(path, "idx"));
    paths
}

pub(crate) fn damaged_pack(pack: &Path, fault: PackFault) -> Gap {
    Gap::new(Subject::path(pack), Cause::Pack(fault))
}
