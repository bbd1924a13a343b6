//! Readers of objects: the program's own, and libgit2's, which the same suite holds it against.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::PathBuf;

use intercom_sec::git::gap::{Gap, ObjectFault};
use intercom_sec::git::odb::{Inventory, Kinds, Object, ObjectSource, ObjectStore, Unread, Visit};
use intercom_sec::scan::{HashKind, ObjectId, ObjectKind, Progress};

use super::Repo;
use crate::support::history::{self, SMALL, Size};
use crate::support::naive;
use crate::support::store::{self, Entry, Form};
use crate::support::tokens::Random;

/// libgit2's object database as a reader.
struct Libgit2(git2::Odb<'static>);

impl Libgit2 {
    fn open(directories: &[PathBuf], hash: HashKind) -> Self {
        let format = match hash {
            HashKind::Sha1 => git2::ObjectFormat::Sha1,
            HashKind::Sha256 => git2::ObjectFormat::Sha256,
        };
        let odb = git2::Odb::new_ext(format).expect("a database");
        for directory in directories {
            odb.add_disk_alternate(directory.to_str().expect("UTF-8")).expect("a directory");
        }
        Self(odb)
    }
}

fn kind_of(kind: git2::ObjectType) -> ObjectKind {
    ObjectKind::from_name(kind.str().as_bytes()).expect("a kind")
}

impl ObjectSource for Libgit2 {
    fn visit<V: Visit>(&self, kinds: Kinds, visitors: &mut [V], _: &Progress) -> Vec<Unread> {
        let mut ids = Vec::new();
        self.0
            .foreach(|id| {
                ids.push(ObjectId::new(id.as_bytes()));
                true
            })
            .expect("a listing");
        let count = visitors.len();
        let mut unread = Vec::new();
        for (number, id) in ids.into_iter().enumerate() {
            match self.read(&id) {
                Ok(Some((kind, content))) if kinds.contains(kind) => {
                    let object = Object::new(kind, content.len() as u64, id);
                    visitors[number % count].whole(&object, &content);
                }
                Ok(_) => {}
                Err(fault) => unread.push(Unread { id, fault }),
            }
        }
        unread
    }

    fn read(&self, id: &ObjectId) -> Result<Option<(ObjectKind, Vec<u8>)>, ObjectFault> {
        let id = git2::Oid::from_bytes(id.as_bytes()).expect("an id");
        match self.0.read(id) {
            Ok(object) => Ok(Some((kind_of(object.kind()), object.data().to_vec()))),
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(error) => Err(ObjectFault::File(error.to_string())),
        }
    }
}

/// Keeps everything that it is shown.
#[derive(Default)]
struct Keep {
    objects: Vec<(String, ObjectKind, Vec<u8>)>,
    pieces: Vec<u8>,
}

impl Visit for Keep {
    fn whole(&mut self, object: &Object<'_>, content: &[u8]) -> bool {
        assert_eq!(object.size, content.len() as u64);
        self.objects.push((object.id().to_string(), object.kind, content.to_vec()));
        true
    }

    fn piece(&mut self, object: &Object<'_>, offset: u64, piece: &[u8]) {
        assert_eq!((object.kind, offset), (ObjectKind::Blob, self.pieces.len() as u64));
        self.pieces.extend_from_slice(piece);
    }

    fn end(&mut self, object: &Object<'_>) {
        let content = std::mem::take(&mut self.pieces);
        // A blob that could not be read to its end is over too.
        if object.size == content.len() as u64 {
            self.objects.push((object.id().to_string(), object.kind, content));
        }
    }
}

type Contents = BTreeMap<String, (String, Vec<u8>)>;

/// What one reader shows of these kinds; an object that is shown twice must be the same twice.
fn shown(source: &impl ObjectSource, kinds: Kinds, threads: usize) -> Contents {
    let mut visitors: Vec<_> = (0..threads).map(|_| Keep::default()).collect();
    assert_eq!(source.visit(kinds, &mut visitors, &Progress::new()), []);
    let mut contents = Contents::new();
    for (id, kind, content) in visitors.into_iter().flat_map(|visitor| visitor.objects) {
        let object = (kind.name().to_owned(), content);
        let known = contents.insert(id, object.clone());
        assert!(known.is_none_or(|known| known == object));
    }
    contents
}

fn from_hex(id: &str, hash: HashKind) -> ObjectId {
    ObjectId::from_hex(id.as_bytes(), hash).expect("an id")
}

/// The program's own reader, and what it cannot open.
fn open(directories: &[PathBuf], hash: HashKind) -> (Inventory, Vec<Gap>) {
    let (store, mut skipped) = ObjectStore::open(directories, hash);
    let (inventory, faults) = Inventory::take(store, 2);
    skipped.extend(faults);
    (inventory, skipped)
}

/// What every reader must do.
fn check(source: &impl ObjectSource, hash: HashKind, expected: &Contents) {
    for threads in [1, 2, 5] {
        assert_same(&shown(source, Kinds::ALL, threads), expected);
    }
    for kind in ObjectKind::ALL {
        let mut wanted = expected.clone();
        wanted.retain(|_, (name, _)| name == kind.name());
        assert_same(&shown(source, Kinds::only(kind), 2), &wanted);
    }
    for (id, object) in expected {
        let (kind, content) = source.read(&from_hex(id, hash)).expect("readable").expect("stored");
        assert_same(&(kind.name().to_owned(), content), object);
    }
    let absent = from_hex(&"5a".repeat(hash.len()), hash);
    assert_eq!(source.read(&absent), Ok(None));
}

/// As `assert_eq`, without megabytes of output.
#[track_caller]
fn assert_same<T: PartialEq + Debug>(found: &T, expected: &T) {
    assert!(found == expected, "not what git says");
}

/// Holds both readers against git's own listing.
fn check_both(repo: &Repo, others: &[&Repo], hash: HashKind) {
    let (directories, expected) = check_own(repo, others, hash);
    check(&Libgit2::open(&directories, hash), hash, &expected);
}

/// Holds the program's own reader against git's listing.
fn check_own(repo: &Repo, others: &[&Repo], hash: HashKind) -> (Vec<PathBuf>, Contents) {
    let objects = naive::objects(repo).into_iter();
    let expected: Contents =
        objects.map(|object| (object.id, (object.kind, object.content))).collect();
    let directories: Vec<_> =
        [repo].iter().chain(others).map(|repo| repo.git_path("objects")).collect();
    let (store, skipped) = open(&directories, hash);
    assert_eq!(skipped, []);
    assert_eq!(store.distinct(), expected.len() as u64);
    check(&store, hash, &expected);
    (directories, expected)
}

#[test]
fn every_reader_shows_loose_and_packed_objects_alike() {
    for seed in 400..403 {
        let repo = Repo::new();
        repo.import(&history::random(seed, SMALL), false);
        check_both(&repo, &[], HashKind::Sha1);
        repo.import(&history::random(seed + 10, Size { commits: 30, lines: 200 }), true);
        check_both(&repo, &[], HashKind::Sha1);
        repo.repack(&[], &["--window=20", "--depth=250"]);
        check_both(&repo, &[], HashKind::Sha1);
        repo.repack(&["repack.useDeltaBaseOffset=false", "pack.indexVersion=1"], &[]);
        check_both(&repo, &[], HashKind::Sha1);
    }
}

#[test]
fn every_reader_shows_borrowed_and_repeated_objects_alike() {
    let (one, two) = (Repo::new(), Repo::new());
    one.import(&history::random(420, SMALL), true);
    two.import(&history::random(420, SMALL), false);
    two.import(&history::random(421, SMALL), true);
    let borrowed = format!("{}\n", two.git_path("objects").display());
    std::fs::write(one.git_path("objects/info/alternates"), borrowed).expect("a file");
    check_both(&one, &[&two], HashKind::Sha1);
}

#[test]
fn every_reader_shows_sha_256_objects_alike() {
    let repo = Repo::init(&["--object-format=sha256"]);
    repo.import(&history::random(430, SMALL), false);
    check_both(&repo, &[], HashKind::Sha256);
    repo.repack(&[], &[]);
    // libgit2 1.9 lists only some of the objects in a SHA-256 pack.
    check_own(&repo, &[], HashKind::Sha256);
}

/// The program's own reader over packs that were made by hand.
fn store_of(packs: &[&[Entry]]) -> (Repo, Inventory) {
    let repo = Repo::init(&["--bare"]);
    for pack in packs {
        store::write_pack(&repo.git_path("objects"), pack);
    }
    let (store, skipped) = open(&[repo.git_path("objects")], HashKind::Sha1);
    assert_eq!(skipped, []);
    (repo, store)
}

#[test]
fn deltas_against_objects_in_other_packs_and_files_are_resolved() {
    let random = &mut Random::new(440);
    let base = random.bytes(3000);
    let texts: Vec<_> =
        (0..5).map(|n| [&base[..600 * (n + 1)], &random.bytes(200)].concat()).collect();
    let against = |base: &[u8]| Form::RefDelta(store::id("blob", base));
    // A chain over three packs, in both orders of their names, and a base that is loose.
    let first = [Entry::delta(against(&texts[1]), &texts[1], &texts[0])];
    let second = [
        Entry::delta(against(&texts[2]), &texts[2], &texts[1]),
        Entry::delta(against(&texts[3]), &texts[3], &texts[2]),
    ];
    let third = [Entry::delta(against(&texts[4]), &texts[4], &texts[3])];
    let (repo, _) = store_of(&[&first, &second, &third]);
    let objects = repo.git_path("objects");
    store::write_loose(&objects, store::id("blob", &texts[4]), "blob", &texts[4]);
    let (store, _) = open(&[objects], HashKind::Sha1);
    let expected: Contents = texts
        .iter()
        .map(|text| (hex::encode(store::id("blob", text)), ("blob".to_owned(), text.clone())))
        .collect();
    check(&store, HashKind::Sha1, &expected);
}

#[test]
fn entries_that_make_no_sense_are_told_and_the_others_are_read() {
    let text = b"a blob that is stored whole".to_vec();
    let id = |n: u8| [n; 20];
    let whole = || Entry::blob(&text);
    let entry = |n, form, content: &[u8]| Entry {
        id: id(n),
        form,
        content: content.to_vec(),
        claimed_size: None,
    };
    let good_delta = store::delta(&text, b"a blob that is");
    let against_whole = Form::RefDelta(store::id("blob", &text));
    let huge = 1_u64 << 60;
    let cases: Vec<(&str, Vec<Entry>)> = vec![
        ("unknown kinds", vec![entry(1, Form::Whole(0), b"x"), entry(2, Form::Whole(5), b"x")]),
        ("a base before the pack", vec![entry(1, Form::OffsetDelta(1 << 40), &good_delta)]),
        ("a base that is no entry", vec![entry(1, Form::OffsetDelta(1), &good_delta)]),
        ("itself as base", vec![entry(1, Form::RefDelta(id(1)), &good_delta)]),
        (
            "a circle of bases",
            vec![
                entry(1, Form::RefDelta(id(2)), &good_delta),
                entry(2, Form::RefDelta(id(3)), &good_delta),
                entry(3, Form::RefDelta(id(1)), &good_delta),
            ],
        ),
        ("a base that is nowhere", vec![entry(1, Form::RefDelta(id(9)), &good_delta)]),
        ("an empty delta", vec![entry(1, against_whole, b"")]),
        ("a delta without instructions", vec![entry(1, against_whole, &[27, 5])]),
        ("a delta for another base", vec![entry(1, against_whole, &store::delta(b"xy", b"xyz"))]),
        ("a copy past the base's end", vec![entry(1, against_whole, &[27, 20, 0x91, 20, 20])]),
        ("a copy far past any end", {
            let copy = [27, 20, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
            vec![entry(1, against_whole, &copy)]
        }),
        ("an insertion that is cut short", vec![entry(1, against_whole, &[27, 20, 20, b'x'])]),
        ("the reserved instruction", vec![entry(1, against_whole, &[27, 1, 0])]),
        ("a result longer than it claims", vec![entry(1, against_whole, &[27, 1, 2, b'x', b'y'])]),
        ("a result of an exabyte", {
            vec![entry(1, against_whole, &[vec![27], store::size(huge), vec![1, b'x']].concat())]
        }),
        ("a size field without end", vec![entry(1, against_whole, &[0xff; 40])]),
        ("an object of an exabyte", {
            vec![Entry { claimed_size: Some(huge), ..entry(1, Form::Whole(3), b"x") }]
        }),
        ("an object longer than it claims", {
            vec![Entry { claimed_size: Some(1), ..entry(1, Form::Whole(3), b"xy") }]
        }),
        ("an object shorter than it claims", {
            vec![Entry { claimed_size: Some(9), ..entry(1, Form::Whole(3), b"xy") }]
        }),
    ];
    for (case, mut entries) in cases {
        let damaged: Vec<_> = entries.iter().map(|entry| hex::encode(entry.id)).collect();
        entries.insert(0, whole());
        let (_repo, store) = store_of(&[&entries]);
        let mut visitors = [Keep::default(), Keep::default()];
        let unread = store.visit(Kinds::ALL, &mut visitors, &Progress::new());
        let mut ids: Vec<_> = unread.iter().map(|unread| unread.id.to_string()).collect();
        ids.sort();
        assert_eq!(ids, damaged, "{case}");
        let read: Vec<_> = visitors.into_iter().flat_map(|visitor| visitor.objects).collect();
        assert_eq!(read.len(), 1, "{case}");
        assert_eq!(read[0].2, text, "{case}");
        for id in ids {
            assert!(store.read(&from_hex(&id, HashKind::Sha1)).is_err(), "{case}");
        }
    }
}

#[test]
fn what_builds_on_a_damaged_entry_is_told_too() {
    let text = b"a blob".to_vec();
    let [one, two, three] = [1, 2, 3].map(|n: u8| [n; 20]);
    let delta = store::delta(&text, b"a blo");
    let entry = |id, base| Entry {
        id,
        form: Form::RefDelta(base),
        content: delta.clone(),
        claimed_size: None,
    };
    let entries = [
        Entry { id: one, form: Form::Whole(3), content: text.clone(), claimed_size: Some(99) },
        entry(two, one),
        entry(three, two),
    ];
    let (_repo, store) = store_of(&[&entries]);
    let unread = store.visit(Kinds::ALL, &mut [Keep::default()], &Progress::new());
    let reasons: Vec<_> = unread.iter().map(|unread| (unread.id, unread.fault.clone())).collect();
    let expected = [
        (ObjectId::new(&one), ObjectFault::Inflate),
        (ObjectId::new(&two), ObjectFault::Base),
        (ObjectId::new(&three), ObjectFault::Base),
    ];
    assert_eq!(reasons, expected);
}
