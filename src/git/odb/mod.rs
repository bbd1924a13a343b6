//! Reading every object that a repository stores, and single ones.
//!
//! [`ObjectStore`] reads single objects. [`Inventory`] knows all of them and shows each, in the order
//! of the packs' delta trees. [`ObjectSource`] is the seam at which the tests hold it against other
//! readers of the same repositories.

mod buffer;
mod id_table;
mod inventory;
mod loose;
pub(crate) mod pack;
mod store;
pub(crate) mod verified;

pub(crate) use self::id_table::{Ordinal, RecentIds};
pub use self::inventory::Inventory;
pub(crate) use self::loose::is_foreign;
pub use self::store::ObjectStore;
use super::progress::Progress;
use crate::git::gap::ObjectFault;
use crate::git::object::id::{ObjectId, ObjectKind};
pub use crate::git::object::tree::TreeEntry;
pub use crate::git::odb::pack::junctions::Pairs;

/// An object at hand, without its content.
#[derive(Clone, Copy, Debug)]
pub struct Object<'a> {
    /// Its kind.
    pub kind: ObjectKind,
    /// Its size, in bytes.
    pub size: u64,
    id: IdAt<'a>,
}

/// Where an object's id is. Most objects are never asked for it, and reading it from a large index
/// costs a cache miss.
#[derive(Clone, Copy, Debug)]
enum IdAt<'a> {
    Known(ObjectId),
    Indexed(&'a pack::index::PackIndex, u32, Ordinal),
}

impl Object<'_> {
    /// An object whose id is known.
    pub const fn new(kind: ObjectKind, size: u64, id: ObjectId) -> Self {
        Self { kind, size, id: IdAt::Known(id) }
    }

    /// Its id.
    pub fn id(&self) -> ObjectId {
        match self.id {
            IdAt::Known(id) => id,
            IdAt::Indexed(index, position, _) => index.id(position),
        }
    }
}

/// What is done with each object; each thread has a visitor of its own.
pub trait Visit: Send {
    /// Whether what an object has and the one that it is stored as a delta against has not is
    /// enough: then trees come with no more content than their added entries need, and blobs come
    /// if [`pairs`](Self::pairs) or [`inserted`](Self::inserted) say so.
    const INCREMENTAL: bool = false;

    /// An object with its whole content; a tree comes to [`tree`](Self::tree). Where this method
    /// answers true, what is stored as a delta against this object comes whole, too.
    fn whole(&mut self, object: &Object<'_>, content: &[u8]) -> bool;

    /// The pairs of bytes in what is searched for, which is no longer than 32 bytes. Where a delta
    /// puts such a pair together, the bytes around it are shown to [`inserted`](Self::inserted).
    fn pairs(&self) -> Option<&Pairs> {
        None
    }

    /// The first bytes of a blob that is stored as a delta, 512 of them. Where this method answers
    /// true, the blob comes whole.
    fn begins(&self, start: &[u8]) -> bool {
        let _ = start;
        false
    }

    /// The instructions of a delta, with the bytes that it inserts, or some bytes of its result.
    /// Where this method answers true, the blob comes whole.
    fn inserted(&self, delta: &[u8]) -> bool {
        let _ = delta;
        true
    }

    /// A tree with its content, and those of its entries that need a look: all of them, or, if the
    /// tree is stored as a delta, those that its base does not have. Where this method answers
    /// true, trees that build on this one come with all their entries.
    fn tree(&mut self, object: &Object<'_>, content: &[u8], entries: &TreeView<'_>) -> bool {
        let _ = entries;
        self.whole(object, content)
    }

    /// A piece of a blob that is too large to hold. Pieces come in order; the first has offset 0.
    fn piece(&mut self, object: &Object<'_>, offset: u64, piece: &[u8]) {
        let _ = (object, offset, piece);
    }

    /// The blob whose pieces came is over, or the rest of it cannot be read.
    fn end(&mut self, object: &Object<'_>) {
        let _ = object;
    }
}

/// Entries of a tree.
#[derive(Clone, Copy, Debug)]
pub struct TreeView<'t> {
    /// The entries.
    pub entries: &'t [TreeEntry],
    /// Whether a part of the tree makes no sense.
    pub is_damaged: bool,
}

/// A set of object kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds(u8);

impl Kinds {
    /// Every kind.
    pub const ALL: Self = Self(0b1111);

    /// One kind.
    pub const fn only(kind: ObjectKind) -> Self {
        Self(1 << kind as u8)
    }

    /// Whether `kind` is in the set.
    pub const fn contains(self, kind: ObjectKind) -> bool {
        self.0 & 1 << kind as u8 != 0
    }
}

/// Something that stores objects.
pub trait ObjectSource {
    /// Shows every stored object of these kinds to one of the visitors, each in a thread of its
    /// own, in no certain order; an object that is stored twice is shown twice. Tells what could
    /// not be read.
    fn visit<V: Visit>(&self, kinds: Kinds, visitors: &mut [V], progress: &Progress)
    -> Vec<Unread>;

    /// Reads one object and compares its content with its id; `Ok(None)` when it is not stored.
    fn read(&self, id: &ObjectId) -> Result<Option<(ObjectKind, Vec<u8>)>, ObjectFault>;
}

/// An object that is stored and cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The id under which it is stored.
    pub id: ObjectId,
    /// Why.
    pub fault: ObjectFault,
}

/// A blob above this size that no delta builds on is read in pieces, in bytes.
const WHOLE_LIMIT: u64 = 32 << 20;

/// No object above this size is built in memory, in bytes. Git itself makes no deltas of files
/// above half of it (`core.bigFileThreshold`).
const MEMORY_LIMIT: u64 = 1 << 30;
