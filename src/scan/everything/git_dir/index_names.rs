//! Searches the names in an index: of its entries, and in what git keeps behind them.

use std::path::Path;

use crate::git::index::IndexNames;
use crate::git::object::id::{HashKind, ObjectId};
use crate::scan::report::finding::Source;
use crate::scan::search::files::{FileSearch, Links, Place};

/// Searches one file of an index, the shared part of a split one too. Returns the paths at which it
/// has submodules.
///
/// Each file is read for itself: the shared part still has the names that the other part deletes.
pub(super) fn search(
    search: &mut FileSearch<'_>,
    path: &Path,
    name: &[u8],
    hash: HashKind,
) -> Vec<Vec<u8>> {
    let whole = Place { source: Source::Index, path: name };
    let Ok(index) = IndexNames::read(path, hash) else {
        // The damage is reported where the index is read for its objects. All versions except 4
        // have their names in plain sight.
        search.file(path, Links::Follow, whole);
        return Vec::new();
    };
    for (path, id) in index.entries() {
        let object = Some(ObjectId::new(id)).filter(|id| !id.is_zero());
        search.path(Place { source: Source::Index, path }, object);
    }
    // The directories of the entries above stand there again.
    search.more_names(index.extensions(), whole);
    search.count_file(index.len());
    index.gitlinks().map(<[u8]>::to_vec).collect()
}
