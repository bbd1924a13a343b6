//! The commit-graph that git keeps beside the objects (gitformat-commit-graph): every commit of
//! most of the history with its tree, parents, date and generation, to be asked without inflating
//! anything.
//!
//! It is a copy of what the commits say, with nothing that proves it: its checksum tells an accident
//! from a whole file, and whoever writes a wrong graph writes a fitting checksum. So nothing that
//! decides what is read may come from here. What may:
//!
//! - when to stop looking for what is left out of a range: stopping too early leaves less out;
//! - which refs lead to a commit, which is shown with a token and hides none.
//!
//! Every number in the file is checked when it is used. One that makes no sense is as good as none.

use std::path::{Path, PathBuf};

use crate::git::io::mapped::MappedFile;
use crate::git::io::small_file::read;
use crate::git::object::id::{HashKind, ObjectId};

/// The number of a commit in the graph, over all its layers.
pub(crate) type Position = u32;

/// How far a commit is from the roots: a commit has a higher one than any that it leads to.
pub(crate) type Generation = u64;

/// No parent.
const NO_PARENT: u32 = 0x7000_0000;
/// More than two parents: the rest stands in a list of its own.
const IN_LIST: u32 = 0x8000_0000;
/// The last of a list.
const LAST: u32 = 0x8000_0000;
/// A date that is too far off for its 31 bits stands in a list of its own.
const OVERFLOW: u32 = 0x8000_0000;

const HEADER_LEN: usize = 8;
const FANOUT_LEN: usize = 256 * 4;
/// A list without an end must not be read over and over.
const MAX_PARENTS: usize = 1 << 16;
/// No graph has more layers: git merges them as they grow.
const MAX_LAYERS: usize = 1024;

/// A commit as the graph has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GraphCommit {
    pub(crate) tree: ObjectId,
    pub(crate) parents: Vec<ObjectId>,
    /// The committer's date, in seconds since 1970.
    pub(crate) time: i64,
}

/// A commit-graph: one file, or a chain of layers.
#[derive(Debug)]
pub(crate) struct CommitGraphFile {
    layers: Vec<Layer>,
    /// Whether every layer has corrected dates, which tell more than levels.
    has_dates: bool,
}

#[derive(Debug)]
struct Layer {
    file: MappedFile,
    hash: HashKind,
    /// The position of its first commit.
    first: Position,
    count: u32,
    fanout: usize,
    ids: usize,
    commits: usize,
    /// Where the list of further parents is, and how long.
    edges: Option<(usize, usize)>,
    /// Where the corrections of the dates are.
    corrections: Option<usize>,
    /// The corrections that are too large, and how many bytes of them.
    large: Option<(usize, usize)>,
}

impl CommitGraphFile {
    /// Opens the graph of the first of these object directories that has one. `None` when there is
    /// none, or one that makes no sense.
    pub(crate) fn open(directories: &[PathBuf], hash: HashKind) -> Option<Self> {
        directories.iter().find_map(|directory| {
            let single = directory.join("info/commit-graph");
            let layers = match Layer::open(&single, hash, 0) {
                Some(layer) => vec![layer],
                None => chain(directory, directories, hash)?,
            };
            let has_dates = layers.iter().all(|layer| layer.corrections.is_some());
            Some(Self { layers, has_dates })
        })
    }

    /// Where a commit stands.
    pub(crate) fn position(&self, id: &ObjectId) -> Option<Position> {
        self.layers.iter().rev().find_map(|layer| layer.position(id.as_bytes()))
    }

    /// What it says of a commit.
    pub(crate) fn commit(&self, position: Position) -> Option<GraphCommit> {
        let (layer, at) = self.place(position)?;
        let row = layer.row(at)?;
        let (tree, row) = row.split_at_checked(layer.hash.len())?;
        let (first, second) = (u32_at(row, 0)?, u32_at(row, 4)?);
        let mut parents = Vec::new();
        if first != NO_PARENT {
            parents.push(self.id(first)?);
        }
        if second & IN_LIST != 0 {
            let (start, length) = layer.edges?;
            let list = layer.file.get(start..start + length)?;
            let mut at = (second & !IN_LIST) as usize;
            loop {
                let edge = u32_at(list, at.checked_mul(4)?)?;
                parents.push(self.id(edge & !LAST)?);
                if edge & LAST != 0 {
                    break;
                }
                if parents.len() > MAX_PARENTS {
                    return None;
                }
                at += 1;
            }
        } else if second != NO_PARENT {
            parents.push(self.id(second)?);
        }
        Some(GraphCommit { tree: ObjectId::new(tree), parents, time: layer.time(at)? })
    }

    /// A commit's generation; `None` when the graph does not tell.
    pub(crate) fn generation(&self, position: Position) -> Option<Generation> {
        let (layer, at) = self.place(position)?;
        if self.has_dates {
            let correction = u32_at(&layer.file, layer.corrections? + at as usize * 4)?;
            let correction = if correction & OVERFLOW == 0 {
                u64::from(correction)
            } else {
                let (start, length) = layer.large?;
                let at = (correction & !OVERFLOW) as usize * 8;
                let list = layer.file.get(start..start + length)?;
                u64::from(u32_at(list, at)?) << 32 | u64::from(u32_at(list, at + 4)?)
            };
            return u64::try_from(layer.time(at)?).ok()?.checked_add(correction);
        }
        let level = u32_at(layer.row(at)?, layer.hash.len() + 8)? >> 2;
        // Old versions of git wrote no levels.
        (level != 0).then_some(u64::from(level))
    }

    fn id(&self, position: Position) -> Option<ObjectId> {
        let (layer, at) = self.place(position)?;
        Some(ObjectId::new(layer.id_bytes(at)?))
    }

    fn place(&self, position: Position) -> Option<(&Layer, u32)> {
        let next = self.layers.partition_point(|layer| layer.first <= position);
        let layer = self.layers.get(next.checked_sub(1)?)?;
        let at = position - layer.first;
        (at < layer.count).then_some((layer, at))
    }
}

/// Opens the layers that `commit-graph-chain` lists, the oldest first.
fn chain(directory: &Path, directories: &[PathBuf], hash: HashKind) -> Option<Vec<Layer>> {
    let list = read(&directory.join("info/commit-graphs/commit-graph-chain")).ok()??;
    let mut layers: Vec<Layer> = Vec::new();
    for line in list.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
        let name = format!("info/commit-graphs/graph-{}.graph", ObjectId::from_hex(line, hash)?);
        let first = layers.last().map_or(Some(0), |last| last.first.checked_add(last.count))?;
        // The layers below may be those of the repository whose objects are borrowed.
        let mut paths = std::iter::once(directory).chain(directories.iter().map(PathBuf::as_path));
        layers.push(paths.find_map(|place| Layer::open(&place.join(&name), hash, first))?);
        if layers.len() > MAX_LAYERS {
            return None;
        }
    }
    (!layers.is_empty()).then_some(layers)
}

impl Layer {
    fn open(path: &Path, hash: HashKind, first: Position) -> Option<Self> {
        Self::parse(MappedFile::open(path).ok()?, hash, first)
    }

    fn parse(file: MappedFile, hash: HashKind, first: Position) -> Option<Self> {
        let hash_version = match hash {
            HashKind::Sha1 => 1,
            HashKind::Sha256 => 2,
        };
        let header = file.first_chunk::<HEADER_LEN>()?;
        if !header.starts_with(b"CGPH\x01") || header[5] != hash_version {
            return None;
        }
        // The chunks, each with its name and where it begins; the next one's start is its end.
        let end = file.len().checked_sub(hash.len())?;
        let mut chunks = Vec::new();
        for number in 0..usize::from(header[6]) {
            let at = HEADER_LEN + number * 12;
            let name: [u8; 4] = file.get(at..at + 4)?.try_into().ok()?;
            let (start, next) = (offset_at(&file, at + 4)?, offset_at(&file, at + 16)?);
            if start > next || next > end {
                return None;
            }
            chunks.push((name, start, next - start));
        }
        let chunk = |name: &[u8; 4]| {
            chunks.iter().find(|chunk| chunk.0 == *name).map(|&(_, start, length)| (start, length))
        };
        let (fanout, length) = chunk(b"OIDF")?;
        let totals = file.get(fanout..fanout + FANOUT_LEN).filter(|_| length == FANOUT_LEN)?;
        let totals = totals.as_chunks::<4>().0.iter().map(|total| u32::from_be_bytes(*total));
        let totals: Vec<u32> = totals.collect();
        let count = *totals.last().filter(|_| totals.is_sorted())?;
        let rows = usize::try_from(count).ok()?;
        let sized = |name: &[u8; 4], size: usize| {
            chunk(name).filter(|chunk| Some(chunk.1) == rows.checked_mul(size)).map(|chunk| chunk.0)
        };
        let (ids, commits) = (sized(b"OIDL", hash.len())?, sized(b"CDAT", hash.len() + 16)?);
        let (edges, corrections, large) = (chunk(b"EDGE"), sized(b"GDA2", 4), chunk(b"GDO2"));
        Some(Self { file, hash, first, count, fanout, ids, commits, edges, corrections, large })
    }

    fn position(&self, id: &[u8]) -> Option<Position> {
        let first_byte = usize::from(*id.first()?);
        let total = |at: usize| u32_at(&self.file, self.fanout + at * 4);
        let mut low = if first_byte == 0 { 0 } else { total(first_byte - 1)? };
        let mut high = total(first_byte)?;
        while low < high {
            let middle = low + (high - low) / 2;
            match self.id_bytes(middle)?.cmp(id) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return self.first.checked_add(middle),
            }
        }
        None
    }

    fn id_bytes(&self, at: u32) -> Option<&[u8]> {
        let start = self.ids + at as usize * self.hash.len();
        self.file.get(start..start + self.hash.len())
    }

    /// The tree, two parents, the level with the upper bits of the date, the rest of it.
    fn row(&self, at: u32) -> Option<&[u8]> {
        let length = self.hash.len() + 16;
        let start = self.commits + at as usize * length;
        self.file.get(start..start + length)
    }

    fn time(&self, at: u32) -> Option<i64> {
        let row = self.row(at)?;
        let high = u32_at(row, self.hash.len() + 8)? & 0b11;
        let low = u32_at(row, self.hash.len() + 12)?;
        Some(i64::from(high) << 32 | i64::from(low))
    }
}

fn offset_at(bytes: &[u8], at: usize) -> Option<usize> {
    let offset = bytes.get(at..)?.first_chunk::<8>()?;
    usize::try_from(u64::from_be_bytes(*offset)).ok()
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk::<4>().map(|bytes| u32::from_be_bytes(*bytes))
}
