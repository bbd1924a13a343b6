//! Bytes that change: a scan says that it is incomplete, or says what it said before.

use std::fs;
use std::path::{Path, PathBuf};

use intercom_sec::scan::ScanReport;

use super::{Repo, library_scan};
use crate::support::history::{self, Size};
use crate::support::repository::replace;
use crate::support::tokens::{self, Random};

/// A small repository in one pack: every kind of object, deltas, and a token in each place.
fn small_pack(settings: &[&str]) -> Repo {
    let random = &mut Random::new(500);
    let repo = Repo::init(&["--bare"]);
    let mut stream = history::Stream::default();
    let mut lines: Vec<String> = (0..12).map(|_| format!("{:x}", random.next())).collect();
    let mut parents = Vec::new();
    for number in 0..4 {
        lines[number * 2] = tokens::token(random);
        let files = [
            ("file".to_owned(), lines.join("\n").into_bytes()),
            (format!("dir/{}", tokens::token(random)), b"x".to_vec()),
        ];
        parents = vec![stream.commit(&history::Commit {
            reference: "refs/heads/main",
            author: "A",
            time: 1_600_000_000,
            zone: "+0000",
            message: &tokens::token(random),
            parents: &parents,
            files: &files.into(),
        })];
    }
    stream.tag("v1", parents[0], &tokens::token(random));
    repo.import(&stream.finish(), true);
    repo.repack(settings, &["--depth=10", "--window=10"]);
    repo
}

fn is_same_or_incomplete(report: &ScanReport, whole: &ScanReport) -> bool {
    !report.coverage.is_complete() || report == whole
}

/// Changes every byte of a file, one at a time.
fn flip_every_byte(repo: &Repo, path: &Path) {
    let whole = library_scan(repo.path(), 1);
    assert!(whole.coverage.is_complete() && whole.findings.len() > 8);
    let content = fs::read(path).expect("a file");
    let mut random = Random::new(501);
    let mut unnoticed = Vec::new();
    for at in 0..content.len() {
        let mut changed = content.clone();
        // Single bits, and now and then all of them.
        changed[at] ^= if random.below(8) == 0 { 0xff } else { 1 << random.below(8) };
        replace(path, &changed);
        let report = library_scan(repo.path(), 1);
        assert!(is_same_or_incomplete(&report, &whole), "byte {at}: {:?}", report.coverage);
        if report.coverage.is_complete() {
            unnoticed.push(at);
        }
    }
    // The one harmless byte is the pack's version, 2 or 3: readers treat both alike.
    assert!(unnoticed.iter().all(|&at| at == 7), "{unnoticed:?}");
    replace(path, content);
}

fn only(paths: Vec<PathBuf>) -> PathBuf {
    assert_eq!(paths.len(), 1);
    paths.into_iter().next().expect("a file")
}

#[test]
fn no_changed_byte_of_a_pack_is_taken_for_nothing() {
    let repo = small_pack(&[]);
    flip_every_byte(&repo, &only(repo.packs("pack")));
}

#[test]
fn no_changed_byte_of_a_pack_with_an_old_index_is_taken_for_nothing() {
    let repo = small_pack(&["pack.indexVersion=1", "repack.useDeltaBaseOffset=false"]);
    flip_every_byte(&repo, &only(repo.packs("pack")));
}

#[test]
fn no_changed_byte_of_an_index_is_taken_for_nothing() {
    for version in ["pack.indexVersion=1", "pack.indexVersion=2"] {
        let repo = small_pack(&[version]);
        flip_every_byte(&repo, &only(repo.packs("idx")));
    }
}

#[test]
fn no_changed_byte_of_a_loose_object_is_taken_for_nothing() {
    let repo = Repo::init(&["--bare"]);
    repo.blob("harmless");
    let blob = repo.blob(format!("a\nb {}\n", tokens::token(&mut Random::new(510))));
    let whole = library_scan(repo.path(), 1);
    let path = repo.loose(&blob);
    let content = fs::read(&path).expect("a loose object");
    for at in 0..content.len() {
        for bit in 0..8 {
            let mut changed = content.clone();
            changed[at] ^= 1 << bit;
            replace(&path, &changed);
            let report = library_scan(repo.path(), 1);
            // The first two bytes also say how hard the compressor tried: nothing of the content.
            assert!(is_same_or_incomplete(&report, &whole), "byte {at}");
        }
    }
}

#[test]
fn a_pack_or_index_that_is_cut_short_is_told_at_any_length() {
    for extension in ["pack", "idx"] {
        let repo = small_pack(&[]);
        let path = only(repo.packs(extension));
        let content = fs::read(&path).expect("a file");
        for length in (0..content.len()).step_by(7).chain(content.len() - 30..content.len()) {
            replace(&path, &content[..length]);
            let report = library_scan(repo.path(), 1);
            assert!(!report.coverage.is_complete(), "{extension} of {length}");
        }
    }
}

#[test]
fn random_damage_in_many_places_neither_panics_nor_passes() {
    let repo = Repo::init(&["--bare"]);
    repo.import(&history::random(520, Size { commits: 10, lines: 30 }), true);
    repo.repack(&[], &[]);
    let whole = library_scan(repo.path(), 2);
    for extension in ["pack", "idx"] {
        let path = only(repo.packs(extension));
        let content = fs::read(&path).expect("a file");
        let mut random = Random::new(521);
        for _ in 0..200 {
            let mut changed = content.clone();
            for _ in 0..=random.below(6) {
                let at = random.below(changed.len());
                let length = (1 + random.below(8)).min(changed.len() - at);
                match random.below(3) {
                    0 => changed[at..at + length].fill(0xff),
                    1 => drop(changed.drain(at..at + length)),
                    _ => drop(changed.splice(at..at, random.bytes(length))),
                }
            }
            replace(&path, &changed);
            assert!(is_same_or_incomplete(&library_scan(repo.path(), 2), &whole));
        }
        replace(&path, content);
    }
}

#[test]
fn a_changed_index_of_the_working_tree_ends_in_a_verdict() {
    let repo = Repo::new();
    for number in 0..5 {
        repo.write(format!("dir/file-{number}"), number.to_string());
    }
    repo.commit("add");
    let path = repo.git_path("index");
    let content = fs::read(&path).expect("an index");
    let whole = library_scan(repo.path(), 1);
    for at in 0..content.len() {
        let mut changed = content.clone();
        changed[at] ^= 1 << (at % 8);
        replace(&path, &changed);
        assert!(is_same_or_incomplete(&library_scan(repo.path(), 1), &whole), "byte {at}");
    }
}
