//! The ways to store the same objects: loose, in packs, as deltas of one kind or another, borrowed.

use std::fs;
use std::path::{Path, PathBuf};

use intercom_sec::scan::HashKind;
use sirocco::Format;
use sirocco::deflate::Level;

use super::deltas::{self, Manner};
use super::edits;
use super::families::{Model, NEVER};
use super::pack::{self, IndexForm, PackFile};
use super::repository::Repo;
use super::store;
use super::tokens::Random;

/// How deltas name their base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bases {
    ByOffset,
    ById,
    Mixed,
}

/// In which order a pack has its entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    BasesFirst,
    BasesLast,
    Shuffled,
}

/// How one pack is made.
#[derive(Clone, Copy, Debug)]
struct PackShape {
    bases: Bases,
    order: Order,
    index: IndexForm,
    version: u32,
    manner: Option<Manner>,
}

/// How a repository is stored.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    packs: Vec<PackShape>,
    /// How many of the packs belong to another repository that this one borrows from.
    borrowed: usize,
    /// One object in so many is loose.
    loose: usize,
    /// One object in so many is in two packs, or twice in one.
    twice: usize,
    has_multi_pack_index: bool,
    /// Whether deltas may be against objects outside of their pack. Git leaves such packs behind
    /// when it is interrupted, and cannot read them.
    pub(crate) is_thin: bool,
    /// One object in so many is stored whole although it could be a delta.
    whole: usize,
}

impl Layout {
    pub(crate) fn any(random: &mut Random) -> Self {
        let count = random.pick(&[1, 1, 1, 2, 3, 5]);
        let packs: Vec<_> = (0..count).map(|_| PackShape::any(random)).collect();
        let is_thin = count > 1 && random.one_in(3);
        Self {
            borrowed: if random.one_in(4) { random.below(count + 1) } else { 0 },
            loose: random.pick(&[10, NEVER, NEVER]),
            twice: random.pick(&[4, NEVER]),
            has_multi_pack_index: !is_thin && random.one_in(4),
            is_thin,
            whole: random.pick(&[5, 20, NEVER]),
            packs,
        }
    }

    /// One pack in which everything that can be is a delta of the version before.
    pub(crate) fn deep(random: &mut Random) -> Self {
        Self {
            packs: vec![PackShape::any(random)],
            borrowed: 0,
            loose: NEVER,
            twice: NEVER,
            has_multi_pack_index: false,
            is_thin: false,
            whole: NEVER,
        }
    }

    /// Stores the objects in a new repository.
    pub(crate) fn store(&self, model: &Model, random: &mut Random) -> Repo {
        let format = match model.hash {
            HashKind::Sha1 => "--object-format=sha1",
            HashKind::Sha256 => "--object-format=sha256",
        };
        let repo = Repo::init(&["--bare", "--template=", format]);
        let own = repo.git_path("objects");
        let lender = repo.beside("lender/objects");
        if self.borrowed > 0 {
            fs::create_dir_all(&lender).expect("directories");
            fs::create_dir_all(own.join("info")).expect("a directory");
            fs::write(own.join("info/alternates"), format!("{}\n", lender.display()))
                .expect("a file");
        }
        let directory = |at: usize| if at < self.borrowed { &lender } else { &own };
        let places = Places::choose(self, model, random);
        for (at, &shape) in self.packs.iter().enumerate() {
            write_pack(directory(at), shape, &places.packed[at], model, random);
        }
        for &number in &places.loose {
            write_loose(directory(random.below(self.packs.len())), model, number, random);
        }
        if self.has_multi_pack_index && !repo.packs("pack").is_empty() {
            repo.git(["multi-pack-index", "write"]);
        }
        write_refs(&repo, model, random);
        repo
    }
}

impl PackShape {
    fn any(random: &mut Random) -> Self {
        Self {
            bases: random.pick(&[Bases::ByOffset, Bases::ById, Bases::Mixed]),
            order: random.pick(&[Order::BasesFirst, Order::BasesLast, Order::Shuffled]),
            index: random.pick(&[IndexForm::V1, IndexForm::V2, IndexForm::V2, IndexForm::V2Large]),
            version: 2 + u32::from(random.one_in(8)),
            manner: (!random.one_in(3)).then(|| Manner::any(random)),
        }
    }
}

/// An object in a pack, and what it is a delta of.
struct Packed {
    number: usize,
    base: Option<usize>,
}

/// What is stored where.
struct Places {
    packed: Vec<Vec<Packed>>,
    loose: Vec<usize>,
}

impl Places {
    /// A base outside the pack may itself be built on one. No more than this many, because a reader
    /// may have its limit.
    const MAX_NESTING: u32 = 40;

    fn choose(layout: &Layout, model: &Model, random: &mut Random) -> Self {
        let count = layout.packs.len();
        let mut is_in_pack = vec![vec![false; model.objects.len()]; count];
        let mut packed: Vec<Vec<Packed>> = (0..count).map(|_| Vec::new()).collect();
        let mut loose = Vec::new();
        let mut nesting: Vec<u32> = Vec::new();
        // Versions of the same thing mostly come into the same pack.
        let mut home = random.below(count);
        for number in 0..model.objects.len() {
            if random.one_in(20) {
                home = random.below(count);
            }
            let mut homes = vec![home];
            if random.one_in(layout.twice) {
                homes.push(random.below(count));
                // An index may list an object twice: packs that other programs wrote did.
                if random.one_in(10) {
                    homes.push(home);
                }
            }
            let mut depth = 0;
            let is_loose = random.one_in(layout.loose);
            if is_loose {
                loose.push(number);
            }
            if !is_loose || random.one_in(3) {
                for pack in homes {
                    // Git takes a delta that makes nothing for damage.
                    let may_be_delta = layout.is_thin || !model.objects[number].content.is_empty();
                    let base = model.bases[number]
                        .filter(|_| may_be_delta && !random.one_in(layout.whole));
                    let inside = |base: &usize| is_in_pack[pack][*base];
                    let near = layout.is_thin && random.one_in(2);
                    let base = base
                        .filter(|base| inside(base) || near && nesting[*base] < Self::MAX_NESTING);
                    if let Some(base) = base {
                        depth = depth.max(nesting[base] + u32::from(!inside(&base)));
                    }
                    packed[pack].push(Packed { number, base });
                    is_in_pack[pack][number] = true;
                }
            }
            nesting.push(depth);
        }
        Self { packed, loose }
    }
}

fn write_pack(
    objects: &Path,
    shape: PackShape,
    packed: &[Packed],
    model: &Model,
    random: &mut Random,
) {
    let mut order: Vec<usize> = (0..packed.len()).collect();
    match shape.order {
        Order::BasesFirst => {}
        Order::BasesLast => order.reverse(),
        Order::Shuffled => {
            for at in (1..order.len()).rev() {
                order.swap(at, random.below(at + 1));
            }
        }
    }
    let mut pack = PackFile::new(model.hash, shape.version);
    let mut offsets = vec![None; model.objects.len()];
    for at in order {
        let Packed { number, base } = packed[at];
        let object = &model.objects[number];
        let start = pack.end();
        let entry = match base {
            None => {
                let kinds = ["commit", "tree", "blob", "tag"];
                let kind = kinds.iter().position(|kind| *kind == object.kind).expect("a kind") + 1;
                let kind = u8::try_from(kind).expect("a kind");
                entry(kind, &[], &object.content, random)
            }
            Some(base) => {
                let manner = shape.manner.unwrap_or_else(|| Manner::any(random));
                let cuts = edits::cuts(&object.content, random);
                let base_content = &model.objects[base].content;
                let delta = deltas::encode(base_content, &object.content, manner, &cuts, random);
                let by_offset = match shape.bases {
                    Bases::ByOffset => true,
                    Bases::ById => false,
                    Bases::Mixed => random.one_in(2),
                };
                match offsets[base] {
                    Some(offset) if by_offset => {
                        entry(6, &pack::distance_field(start - offset), &delta, random)
                    }
                    _ => entry(7, &model.id(base), &delta, random),
                }
            }
        };
        pack.push(&model.id(number), &entry);
        offsets[number] = Some(start);
    }
    pack.write(objects, shape.index);
}

fn entry(kind: u8, base: &[u8], content: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = pack::entry_start(kind, content.len() as u64);
    bytes.extend(base);
    bytes.extend(zlib(content, random));
    bytes
}

fn zlib(content: &[u8], random: &mut Random) -> Vec<u8> {
    match random.below(4) {
        0 => store::zlib(content),
        level => sirocco::compress(Format::Zlib, Level::new([1, 6, 9][level - 1]), content),
    }
}

fn write_loose(objects: &Path, model: &Model, number: usize, random: &mut Random) {
    let object = &model.objects[number];
    let path: PathBuf = objects.join(&object.id[..2]);
    fs::create_dir_all(&path).expect("a directory");
    let header = format!("{} {}\0", object.kind, object.content.len());
    let stream = zlib(&[header.as_bytes(), &object.content].concat(), random);
    fs::write(path.join(&object.id[2..]), stream).expect("a loose object");
}

/// Writes each ref as a file of its own, or among the packed ones.
fn write_refs(repo: &Repo, model: &Model, random: &mut Random) {
    let mut packed = vec!["# pack-refs with: sorted".to_owned()];
    let mut refs: Vec<_> = model.refs.iter().collect();
    refs.sort();
    refs.dedup_by(|a, b| a.0 == b.0);
    for (name, number) in refs {
        let id = &model.objects[*number].id;
        if random.one_in(2) {
            packed.push(format!("{id} {name}"));
        } else {
            let path = repo.git_path(name);
            fs::create_dir_all(path.parent().expect("a directory")).expect("directories");
            fs::write(path, format!("{id}\n")).expect("a ref");
        }
    }
    fs::write(repo.git_path("packed-refs"), packed.join("\n") + "\n").expect("a file");
}
