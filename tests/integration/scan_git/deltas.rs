//! Tokens that only a delta makes: the base has all of their bytes, and not one token.

use std::collections::BTreeSet;

use intercom_sec::report::Plain;
use intercom_sec::report::scan_git::json;
use intercom_sec::scan::{GapKind, HashKind, Verdict};

use super::{Repo, library_scan};
use crate::support::deltas::{self, Manner};
use crate::support::edits;
use crate::support::families::{Model, NEVER, Size};
use crate::support::naive::{self, Stored};
use crate::support::pack::{self, IndexForm, PackFile};
use crate::support::store;
use crate::support::tokens::{self, Random};

/// A pack of blobs in a new repository.
struct Blobs {
    pack: PackFile,
    stored: Vec<Stored>,
}

impl Blobs {
    fn new() -> Self {
        Self { pack: PackFile::new(HashKind::Sha1, 2), stored: Vec::new() }
    }

    fn whole(&mut self, content: &[u8]) -> Vec<u8> {
        self.add(3, &[], content, content.to_vec())
    }

    /// The blob that `delta` makes of the one with the id `base`.
    fn delta(&mut self, base: &[u8], delta: &[u8], content: Vec<u8>) -> Vec<u8> {
        self.add(7, base, delta, content)
    }

    fn add(&mut self, kind: u8, base: &[u8], packed: &[u8], content: Vec<u8>) -> Vec<u8> {
        let id = pack::id(HashKind::Sha1, "blob", &content);
        let start = pack::entry_start(kind, packed.len() as u64);
        self.pack.push(&id, &[&start, base, &store::zlib(packed)].concat());
        self.stored.push(Stored { id: hex::encode(&id), kind: "blob".to_owned(), content });
        id
    }

    /// Scans a repository of these blobs, after git has agreed on what they hold.
    fn check(self) -> usize {
        let repo = Repo::init(&["--bare"]);
        self.pack.write(&repo.git_path("objects"), IndexForm::V2);
        let ids = |objects: &[Stored]| -> BTreeSet<_> {
            objects.iter().map(|object| (object.id.clone(), object.content.len())).collect()
        };
        let objects = naive::objects(&repo);
        assert_eq!(ids(&objects), ids(&self.stored));
        let report = serde_json::to_value(json(&library_scan(repo.path(), 2), &Plain));
        let places = naive::compare(&objects, &report.expect("JSON"));
        places.unwrap_or_else(|difference| panic!("{difference}"))
    }
}

/// One piece of a delta's result: copied from where it stands in the base, or inserted.
fn piece(delta: &mut Vec<u8>, base: &[u8], text: &[u8], is_copied: bool, random: &mut Random) {
    let place = base.windows(text.len().max(1)).position(|window| window == text);
    match place {
        Some(from) if is_copied => deltas::copy(delta, from, text.len(), random),
        _ => deltas::insert(delta, text),
    }
}

#[test]
fn a_token_is_found_wherever_a_delta_cuts_it() {
    let random = &mut Random::new(700);
    let token = tokens::token(random);
    let token = token.as_bytes();
    // Both halves of the literal, and never the two together.
    let base = [b"start dG9r end\n".as_slice(), &token[1..], b" \"x\n"].concat();
    assert!(naive::tokens_in(&base).is_empty() && !base.windows(5).any(|five| five == b"dG9rO"));
    let mut blobs = Blobs::new();
    let base_id = blobs.whole(&base);
    let mut expected = 0;
    for first in 0..=token.len() {
        for second in first..=token.len() {
            for copied in 0..8_usize {
                // Far from the literal, one way of each is enough.
                if first > 8 && copied != (first + second) % 8 {
                    continue;
                }
                let before = [b" ".as_slice(), b"x", b"\n"][(first + second + copied) % 3];
                let start = format!("{first} {second} {copied}");
                let parts = [&token[..first], &token[first..second], &token[second..]];
                let content = [start.as_bytes(), before, token, b"\n"].concat();
                let mut delta = deltas::sizes(base.len(), content.len(), random);
                deltas::insert(&mut delta, start.as_bytes());
                piece(&mut delta, &base, before, copied % 2 == 0, random);
                for (at, part) in parts.into_iter().enumerate() {
                    if !part.is_empty() {
                        piece(&mut delta, &base, part, copied >> at & 1 == 1, random);
                    }
                }
                piece(&mut delta, &base, b"\n", true, random);
                blobs.delta(&base_id, &delta, content);
                expected += usize::from(before != b"x");
            }
        }
    }
    assert_eq!(blobs.check(), expected);
}

#[test]
fn tokens_between_copies_are_found_in_a_blob_too_large_to_hold() {
    for cut in [1, 3, 4, 5, 30, 55] {
        let random = &mut Random::new(710 + cut as u64);
        let token = tokens::token(random);
        let (head, tail) = token.as_bytes().split_at(cut);
        let line = [&b".".repeat(99), b"\n".as_slice()].concat();
        let middle = line.repeat(700);
        // Whoever copies it twice has the token where the copies meet.
        let base = [tail, b"\n", &middle, b"\n", head].concat();
        assert!(base.len() > 0x1_0000);
        let start = tail.len() + 1;
        let mut blobs = Blobs::new();
        let base_id = blobs.whole(&base);
        let (mut content, mut instructions) = (Vec::new(), Vec::new());
        for number in 0..520 {
            let (from, length) = if number % 200 < 2 { (0, base.len()) } else { (start, 0x1_0000) };
            content.extend(&base[from..from + length]);
            deltas::copy(&mut instructions, from, length, random);
        }
        // Above the size from which on blobs are searched in pieces.
        assert!(content.len() > 32 << 20);
        let sizes = deltas::sizes(base.len(), content.len(), random);
        blobs.delta(&base_id, &[sizes, instructions].concat(), content);
        assert_eq!(blobs.check(), 3, "cut at {cut}");
    }
}

/// A way to make a delta wrong.
type Damage = (&'static str, fn(&mut Vec<u8>, usize));

/// What each does to a delta's instructions, given the size of the base.
const DAMAGE: [Damage; 8] = [
    ("a copy that begins behind the base's end", |delta, base| {
        deltas::copy(delta, base, 1, &mut Random::new(0));
    }),
    ("a copy that ends behind the base's end", |delta, base| {
        deltas::copy(delta, base / 2, base - base / 2 + 1, &mut Random::new(0));
    }),
    ("the reserved instruction", |delta, _| delta.push(0)),
    ("an instruction more", |delta, _| delta.extend([1, b'x'])),
    ("an insert that is cut short", |delta, _| delta.extend([5, b'x'])),
    ("a copy that is cut short", |delta, _| delta.push(0xff)),
    ("a byte less", |delta, _| delta.truncate(delta.len() - 1)),
    ("no instruction", |delta, _| delta.clear()),
];

#[test]
fn a_delta_that_does_not_fit_is_told_with_all_that_builds_on_it() {
    for seed in 720..760 {
        let random = &mut Random::new(seed);
        let size = Size {
            families: 1,
            versions: 40,
            text: 300,
            trees: 0,
            entries: 0,
            commits: 0,
            lost: NEVER,
            is_chain: random.one_in(2),
        };
        let model = Model::random(HashKind::Sha1, size, random);
        let blobs: Vec<_> =
            (0..model.objects.len()).filter(|&at| model.objects[at].kind == "blob").collect();
        let deltas: Vec<_> =
            blobs.iter().copied().filter(|&number| model.bases[number].is_some()).collect();
        let victim = random.pick(&deltas);
        let fault = random.below(DAMAGE.len() + 2);
        let mut pack = PackFile::new(HashKind::Sha1, 2);
        let mut lost = BTreeSet::new();
        for &number in &blobs {
            let content = &model.objects[number].content;
            let Some(base) = model.bases[number] else {
                let start = pack::entry_start(3, content.len() as u64);
                pack.push(&model.id(number), &[start, store::zlib(content)].concat());
                continue;
            };
            let base_content = &model.objects[base].content;
            let cuts = edits::cuts(content, random);
            let manner = Manner::any(random);
            let mut sizes = [base_content.len(), content.len()];
            let mut delta = deltas::instructions(base_content, content, manner, &cuts, random);
            if number == victim {
                match DAMAGE.get(fault) {
                    Some((_, damage)) => damage(&mut delta, base_content.len()),
                    None => sizes[fault - DAMAGE.len()] += 1,
                }
            }
            let delta = [deltas::sizes(sizes[0], sizes[1], random), delta].concat();
            if number == victim || lost.contains(&base) {
                lost.insert(number);
            }
            let start = pack::entry_start(7, delta.len() as u64);
            pack.push(&model.id(number), &[start, model.id(base), store::zlib(&delta)].concat());
        }
        let repo = Repo::init(&["--bare"]);
        pack.write(&repo.git_path("objects"), IndexForm::V2);
        let report = library_scan(repo.path(), 2);
        let case = DAMAGE.get(fault).map_or("a wrong size", |damage| damage.0);
        assert_ne!(report.verdict(), Verdict::Clean, "seed {seed}: {case}");
        let told: BTreeSet<_> = report
            .coverage
            .skipped
            .iter()
            .map(|skipped| {
                assert_eq!(skipped.kind, GapKind::Object, "seed {seed}: {case}");
                skipped.subject.to_string()
            })
            .collect();
        let expected: BTreeSet<_> =
            lost.iter().map(|&number| model.objects[number].id.clone()).collect();
        assert_eq!(told, expected, "seed {seed}: {case}");
    }
}
