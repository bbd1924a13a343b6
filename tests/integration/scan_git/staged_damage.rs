//! `scan-git --staged` of what is damaged, missing or made to mislead: never clean by mistake.

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use intercom_sec::scan::{self, Options, Progress, ScanReport, Scope, Target, Verdict};
use sha1::{Digest as _, Sha1};

use super::{Repo, skipped, staged};
use crate::support::repository::{make_fifo, replace};
use crate::support::store;
use crate::support::tokens::{self, Random};

fn token(seed: u64) -> String {
    tokens::token(&mut Random::new(seed))
}

fn library_scan(repository: &Path) -> ScanReport {
    let target = Target::locate(repository, None).expect("a repository");
    let scope = Scope::Staged { index_file: None };
    let options = Options::new().scope(scope).threads(NonZeroUsize::MIN);
    scan::scan(&[target], &options, &Progress::new())
}

/// A commit of a few files, and a token that is staged in one more.
fn with_staged_token(settings: &[&str]) -> Repo {
    let repo = Repo::new();
    for setting in settings {
        let (name, value) = setting.split_once('=').expect("a setting");
        repo.git(["config", name, value]);
    }
    for number in 0..4 {
        repo.write(format!("dir/file-{number}"), number.to_string());
    }
    repo.commit("add");
    repo.write("dir/other", token(4000));
    repo.write("dir/file-2", token(4001));
    repo.git(["add", "."]);
    repo
}

fn shared_index(repo: &Repo) -> PathBuf {
    let entries = fs::read_dir(repo.git_path("")).expect("a directory");
    let mut paths = entries.map(|entry| entry.expect("an entry").path());
    let is_shared = |path: &PathBuf| path.to_string_lossy().contains("sharedindex.");
    paths.find(is_shared).expect("a shared index")
}

/// Changes every byte of a file in each of these bits, one at a time.
fn flip_every_byte(
    repo: &Repo,
    path: &Path,
    bits: &[u8],
    mut assert: impl FnMut(&ScanReport, usize),
) {
    let content = fs::read(path).expect("a file");
    for at in 0..content.len() {
        for bit in bits {
            let mut changed = content.clone();
            changed[at] ^= 1 << bit;
            replace(path, &changed);
            assert(&library_scan(repo.path()), at);
        }
    }
    replace(path, content);
}

#[test]
fn no_changed_byte_of_an_index_is_taken_for_nothing() {
    for settings in [&["index.version=2"][..], &["index.version=4"]] {
        let repo = with_staged_token(settings);
        assert_eq!(library_scan(repo.path()).findings.len(), 2);
        flip_every_byte(&repo, &repo.git_path("index"), &[5], |report, at| {
            assert!(!report.coverage.is_complete(), "byte {at}");
        });
    }
}

#[test]
fn no_changed_byte_of_a_split_index_is_taken_for_nothing() {
    let settings = ["core.splitIndex=true", "splitIndex.maxPercentChange=100"];
    let repo = with_staged_token(&settings);
    let whole = library_scan(repo.path());
    assert_eq!(whole.findings.len(), 2);
    for path in [repo.git_path("index"), shared_index(&repo)] {
        flip_every_byte(&repo, &path, &[5], |report, at| {
            assert!(!report.coverage.is_complete(), "byte {at} of {}", path.display());
        });
    }
    assert_eq!(library_scan(repo.path()), whole);
}

#[test]
fn no_changed_bit_of_an_index_without_checksum_makes_it_clean() {
    for version in ["index.version=2", "index.version=4"] {
        let repo = with_staged_token(&["index.skipHash=true", version]);
        let whole = library_scan(repo.path());
        assert_eq!((whole.findings.len(), whole.verdict()), (2, Verdict::Leak));
        flip_every_byte(&repo, &repo.git_path("index"), &[0, 1, 2, 3, 4, 5, 6, 7], |report, at| {
            // Where a whole entry is lost to a flag, the other one is still found.
            assert_ne!(report.verdict(), Verdict::Clean, "byte {at}");
        });
    }
}

#[test]
fn an_index_that_is_cut_short_is_told_at_any_length() {
    let repo = with_staged_token(&[]);
    let path = repo.git_path("index");
    let content = fs::read(&path).expect("an index");
    for length in 0..content.len() {
        replace(&path, &content[..length]);
        assert_eq!(library_scan(repo.path()).verdict(), Verdict::Incomplete, "{length}");
    }
}

#[test]
fn random_damage_in_an_index_neither_panics_nor_passes() {
    let split = ["core.splitIndex=true", "splitIndex.maxPercentChange=100"];
    for settings in [&["index.version=2"][..], &["index.version=4"], &split] {
        let repo = with_staged_token(settings);
        let path = repo.git_path("index");
        let content = fs::read(&path).expect("an index");
        let end = content.len() - 20;
        let mut random = Random::new(4100);
        for _ in 0..2000 {
            let mut changed = content[..end].to_vec();
            for _ in 0..=random.below(4) {
                let at = random.below(changed.len());
                let length = (1 + random.below(8)).min(changed.len() - at);
                match random.below(3) {
                    0 => changed[at..at + length].fill(0xff),
                    1 => drop(changed.drain(at..at + length)),
                    _ => drop(changed.splice(at..at, random.bytes(length))),
                }
            }
            // With a checksum that fits, so that it is read all the way.
            let checksum = Sha1::digest(&changed);
            changed.extend(checksum);
            replace(&path, &changed);
            library_scan(repo.path());
        }
    }
}

#[test]
fn a_forged_cache_of_trees_hides_nothing() {
    let repo = Repo::new();
    for number in 0..4 {
        repo.write(format!("dir/file-{number}"), number.to_string());
    }
    repo.commit("add");
    let tree = repo.ask(["rev-parse", "HEAD^{tree}"]);
    let inner = repo.ask(["rev-parse", "HEAD:dir"]);
    repo.write("dir/file-2", token(4200));
    repo.git(["add", "."]);
    // The cache of an index whose directories are all as HEAD has them.
    repo.git(["write-tree"]);
    let path = repo.git_path("index");
    let content = fs::read(&path).expect("an index");
    let mut forged = content[..content.len() - 20].to_vec();
    for (name, head) in [("", tree), ("dir", inner)] {
        let current = repo.ask(["write-tree", &format!("--prefix={name}")]);
        let current = hex::decode(current).expect("hex");
        let found = memchr::memmem::rfind(&forged, &current).expect("the cached id");
        forged[found..found + 20].copy_from_slice(&hex::decode(head).expect("hex"));
    }
    let checksum = Sha1::digest(&forged);
    forged.extend(checksum);
    replace(&path, &forged);
    // Git believes it.
    assert!(repo.git_in(repo.path(), ["diff", "--cached", "--quiet"]).status.success());
    staged(repo.path()).expect(1);
}

#[test]
fn entries_that_are_out_of_order_or_no_paths_are_refused() {
    let blob = store::id("blob", b"x");
    let cases: [(&str, &[&str]); 6] = [
        ("not in order", &["b", "a"]),
        ("twice", &["a", "a"]),
        ("a directory behind a file", &["a/b", "a"]),
        ("no path", &[""]),
        ("a slash at the end", &["a/"]),
        ("a directory and another", &["a/", "a/b"]),
    ];
    for (case, paths) in cases {
        let repo = Repo::new();
        repo.blob("x");
        let entries: Vec<_> = paths.iter().map(|path| (0o100_644, blob, path.as_bytes())).collect();
        fs::write(repo.git_path("index"), index(&entries)).expect("an index");
        assert_eq!(skipped(&staged(repo.path()).expect(2).json()), ["file"], "{case}");
    }
}

/// An index of version 2 with these modes, ids and paths, whatever they are.
fn index(entries: &[(u32, [u8; 20], &[u8])]) -> Vec<u8> {
    let count = u32::try_from(entries.len()).expect("32 bits");
    let mut bytes = [b"DIRC".as_slice(), &2_u32.to_be_bytes(), &count.to_be_bytes()].concat();
    for (mode, id, path) in entries {
        let start = bytes.len();
        bytes.extend([0; 24]);
        bytes.extend(mode.to_be_bytes());
        bytes.extend([0; 12]);
        bytes.extend(id);
        let length = u16::try_from(path.len().min(0xfff)).expect("16 bits");
        bytes.extend(length.to_be_bytes());
        bytes.extend(*path);
        let length = bytes.len() - start;
        bytes.resize(start + (length / 8 + 1) * 8, 0);
    }
    let checksum = Sha1::digest(&bytes);
    bytes.extend(checksum);
    bytes
}

#[test]
fn paths_longer_than_the_flags_can_say_are_read() {
    let repo = Repo::new();
    repo.commit_file("a", "harmless\n");
    let id: [u8; 20] =
        hex::decode(repo.blob(token(4300))).expect("hex").try_into().expect("20 bytes");
    let long = ["0123456789abcdef"; 300].join("/");
    fs::write(repo.git_path("index"), index(&[(0o100_644, id, long.as_bytes())]))
        .expect("an index");
    let report = staged(repo.path()).expect(1).json();
    assert_eq!(report["findings"][0]["locations"][0]["path"], long);
    // Deeper than any path that can be checked out: refused, in no great time or memory.
    let deep = "a/".repeat(100_000) + "a";
    fs::write(repo.git_path("index"), index(&[(0o100_644, id, deep.as_bytes())]))
        .expect("an index");
    assert_eq!(skipped(&staged(repo.path()).expect(2).json()), ["file"]);
}

#[test]
fn staged_content_that_cannot_be_read_is_told() {
    let missing = with_staged_token(&[]);
    for path in [":dir/other", ":dir/file-2"] {
        fs::remove_file(missing.loose(&missing.ask(["rev-parse", path]))).expect("a loose object");
    }
    let report = staged(missing.path()).expect(2).json();
    assert_eq!(skipped(&report), ["missing-object", "missing-object"]);
    assert!(report.to_string().contains("dir/other is staged with it"), "{report}");

    let damaged = with_staged_token(&[]);
    for path in [":dir/other", ":dir/file-2"] {
        replace(&damaged.loose(&damaged.ask(["rev-parse", path])), "no stream");
    }
    assert_eq!(skipped(&staged(damaged.path()).expect(2).json()), ["object", "object"]);

    let too_large = Repo::new();
    let entry = store::Entry { claimed_size: Some(1 << 31), ..store::Entry::blob(b"x") };
    fs::write(too_large.git_path("index"), index(&[(0o100_644, entry.id, b"a")]))
        .expect("an index");
    store::write_pack(&too_large.git_path("objects"), &[entry]);
    let report = staged(too_large.path()).expect(2).json();
    assert_eq!(skipped(&report), ["object"]);
    assert!(report.to_string().contains("too large"), "{report}");

    let no_blob = Repo::new();
    no_blob.commit_file("a", "harmless\n");
    let tree = no_blob.ask(["rev-parse", "HEAD^{tree}"]);
    let id: [u8; 20] = hex::decode(tree).expect("hex").try_into().expect("20 bytes");
    fs::write(no_blob.git_path("index"), index(&[(0o100_644, id, b"a")])).expect("an index");
    assert_eq!(skipped(&staged(no_blob.path()).expect(2).json()), ["object"]);
}

#[test]
fn what_does_not_matter_for_what_is_staged_is_not_missed() {
    let repo = Repo::new();
    let gone = repo.commit_file("old", "of an old commit\n");
    let blob = repo.ask(["rev-parse", "HEAD:old"]);
    repo.git(["rm", "--quiet", "old"]);
    repo.commit("remove");
    for id in [gone, blob] {
        fs::remove_file(repo.loose(&id)).expect("a loose object");
    }
    fs::write(repo.git_path("objects/pack/pack-x.pack"), "without an index").expect("a file");
    fs::write(repo.git_path("objects/info/alternates"), "/no/such/directory\n").expect("a file");
    fs::write(repo.git_path("refs/heads/broken"), "no id").expect("a file");
    repo.write("new", "harmless\n");
    repo.git_in(repo.path(), ["add", "new"]);
    staged(repo.path()).expect(0);
    // When something is missing, it may be there.
    fs::remove_file(repo.loose(&repo.ask(["rev-parse", ":new"]))).expect("a loose object");
    let told = skipped(&staged(repo.path()).expect(2).json());
    assert_eq!(told, ["missing-object", "pack", "alternate"]);
}

#[test]
fn a_head_that_cannot_be_followed_is_no_clean() {
    type Change = fn(&Repo);
    let cases: [(&str, Change, &str); 9] = [
        ("no id", |repo| replace(&repo.git_path("refs/heads/main"), "no id"), "ref"),
        ("zeros", |repo| replace(&repo.git_path("refs/heads/main"), "0".repeat(40)), "ref"),
        (
            "an id that goes on",
            |repo| {
                replace(&repo.git_path("refs/heads/main"), "1".repeat(41));
            },
            "ref",
        ),
        (
            "a circle",
            |repo| {
                replace(&repo.git_path("refs/heads/main"), "ref: refs/heads/main\n");
            },
            "ref",
        ),
        (
            "out of the repository",
            |repo| {
                replace(&repo.git_path("HEAD"), "ref: refs/../../../x\n");
            },
            "ref",
        ),
        ("a pipe", |repo| make_fifo(&repo.git_path("refs/heads/main")), "file"),
        (
            "reftable",
            |repo| {
                repo.git(["config", "extensions.refStorage", "reftable"]);
            },
            "ref",
        ),
        (
            "a commit that is missing",
            |repo| {
                fs::remove_file(repo.loose(&repo.head())).expect("a loose object");
            },
            "missing-object",
        ),
        (
            "a tree",
            |repo| {
                let tree = repo.ask(["rev-parse", "HEAD^{tree}"]);
                replace(&repo.git_path("refs/heads/main"), tree);
            },
            "object",
        ),
    ];
    for (case, change, what) in cases {
        let repo = Repo::new();
        repo.commit_file("a", "harmless\n");
        staged(repo.path()).expect(0);
        change(&repo);
        assert_eq!(skipped(&staged(repo.path()).expect(2).json()), [what], "{case}");
    }
}

#[test]
fn a_tree_of_head_that_cannot_be_read_makes_all_below_it_staged() {
    let repo = with_staged_token(&[]);
    repo.git(["reset", "--quiet"]);
    repo.write("dir/file-0", "harmless\n");
    repo.git(["add", "dir/file-0"]);
    fs::remove_file(repo.loose(&repo.ask(["rev-parse", "HEAD:dir"]))).expect("a loose object");
    let report = staged(repo.path()).expect(2).json();
    assert_eq!(skipped(&report), ["missing-object"]);
    assert_eq!(report["coverage"]["staged_files"], 4);
}

#[test]
fn a_pack_that_gives_a_tree_of_head_another_content_is_not_believed() {
    let repo = with_staged_token(&[]);
    let inner = repo.ask(["rev-parse", "HEAD:dir"]);
    let id: [u8; 20] = hex::decode(&inner).expect("hex").try_into().expect("20 bytes");
    fs::remove_file(repo.loose(&inner)).expect("a loose object");
    let listing = repo.ask(["ls-files", "--stage", "dir"]);
    let mut tree = Vec::new();
    for line in listing.lines() {
        let (fields, path) = line.split_once('\t').expect("a path");
        let blob = fields.split(' ').nth(1).expect("an id");
        tree.extend(format!("100644 {}\0", &path["dir/".len()..]).as_bytes());
        tree.extend(hex::decode(blob).expect("hex"));
    }
    let entry = store::Entry { id, form: store::Form::Whole(2), content: tree, claimed_size: None };
    store::write_pack(&repo.git_path("objects"), &[entry]);
    let report = staged(repo.path()).expect(1).json();
    assert_eq!(skipped(&report), ["object"]);
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(2));
}

#[test]
fn trees_that_name_one_another_many_times_take_no_great_time() {
    let repo = Repo::new();
    repo.commit_file("a", "harmless\n");
    let blob = repo.blob(token(4400));
    let mut tree = repo.tree(&format!("100644 blob {blob}\tf\n"));
    for _ in 0..30 {
        let entries: Vec<_> = (0..10).map(|name| format!("040000 tree {tree}\t{name}\n")).collect();
        tree = repo.tree(&entries.concat());
    }
    let id: [u8; 20] = hex::decode(tree).expect("hex").try_into().expect("20 bytes");
    let mut bytes = index(&[(0o040_000, id, b"bomb/")]);
    bytes.truncate(bytes.len() - 20);
    bytes.extend(b"sdir\0\0\0\0");
    let checksum = Sha1::digest(&bytes);
    bytes.extend(checksum);
    fs::write(repo.git_path("index"), bytes).expect("an index");
    let report = staged(repo.path()).expect(1).json();
    assert_eq!(report["coverage"]["unlisted_places"], true);
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(1));
}
