//! Repositories that are small to store and large to read: each scan ends with a verdict, within the
//! memory that it may take.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::symlink;

use super::Repo;
use crate::support::pack::{self, IndexForm, PackFile};
use crate::support::store::{self, Entry, Form};
use crate::support::tokens::{self, Random};
use crate::support::tool::{Run, Tool};
use intercom_sec::scan::HashKind;

type Id = [u8; 20];

/// Address space for the program itself, its threads and what it maps, in megabytes.
const MEMORY: u64 = 600;

fn token(seed: u64) -> String {
    tokens::token(&mut Random::new(seed))
}

/// A scan on two threads within so many megabytes.
fn scan_within(megabytes: u64, repo: &Repo, options: &[&str]) -> Run {
    let path = repo.path().to_str().expect("UTF-8");
    let arguments = ["scan-git", "--threads", "2", "--format", "json", path];
    Tool::new([&arguments, options].concat()).within(megabytes).run()
}

/// The verdicts of a scan of everything, of what is staged, and of all that `HEAD` reaches.
fn verdicts(repo: &Repo) -> [String; 3] {
    [&[][..], &["--staged"], &["--range", "HEAD"]].map(|scope| {
        let report = scan_within(MEMORY, repo, scope).json();
        report["verdict"].as_str().expect("a verdict").to_owned()
    })
}

fn commit(tree: Id, parents: &[Id], date: &str, message: &str) -> Vec<u8> {
    let mut text = format!("tree {}\n", hex::encode(tree));
    for parent in parents {
        let _ = writeln!(text, "parent {}", hex::encode(parent));
    }
    let _ = write!(text, "author A <a> {date}\ncommitter A <a> {date}\n\n{message}\n");
    text.into_bytes()
}

fn tree_entry(mode: &str, name: &str, id: Id) -> Vec<u8> {
    [mode.as_bytes(), b" ", name.as_bytes(), b"\0", &id].concat()
}

/// A bare repository whose objects are put together here.
struct Made {
    repo: Repo,
    pack: PackFile,
}

impl Made {
    fn new() -> Self {
        let repo = Repo::init(&["--bare"]);
        Self { repo, pack: PackFile::new(HashKind::Sha1, 2) }
    }

    /// Adds an object to the pack, under its own id or another.
    fn add(&mut self, kind: &str, content: &[u8], id: Option<Id>) -> Id {
        let id = id.unwrap_or_else(|| store::id(kind, content));
        let number = ["commit", "tree", "blob", "tag"].iter().position(|name| *name == kind);
        let form = Form::Whole(u8::try_from(number.expect("a kind")).expect("small") + 1);
        let entry = Entry { id, form, content: content.to_vec(), claimed_size: None };
        self.pack.push(&id, &entry.bytes());
        id
    }

    /// The repository, with `main` at this commit.
    fn finish(self, head: Id) -> Repo {
        self.pack.write(&self.repo.git_path("objects"), IndexForm::V2);
        fs::write(self.repo.git_path("refs/heads/main"), hex::encode(head)).expect("a ref");
        self.repo
    }
}

#[test]
fn a_gibibyte_of_zeros_is_read_in_pieces() {
    let mut made = Made::new();
    let size = 1_u64 << 30;
    let id = [0x31; 20];
    made.pack.push(&id, &[pack::entry_start(3, size), zeros(size)].concat());
    let tree = made.add("tree", &tree_entry("100644", "zeros", id), None);
    let head = made.add("commit", &commit(tree, &[], "1 +0000", "m"), None);
    let repo = made.finish(head);
    let report = scan_within(256, &repo, &[]).expect(0).json();
    assert!(report["coverage"]["bytes"].as_u64().is_some_and(|bytes| bytes > size));
}

/// A zlib stream of so many zeros: each 258 of them are a copy of what is before, in 13 bits.
fn zeros(size: u64) -> Vec<u8> {
    let mut bits = Bits { bytes: vec![0x78, 0x01], held: 0, count: 0 };
    // The last block, with fixed codes; a literal zero has the code 00110000.
    bits.push(0b011, 3);
    bits.push(0b0000_1100, 8);
    let (copies, rest) = ((size - 1) / 258, (size - 1) % 258);
    for _ in 0..copies {
        // Length 258 is 11000101, distance 1 is 00000.
        bits.push(0b1010_0011, 8);
        bits.push(0, 5);
    }
    for _ in 0..rest {
        bits.push(0b0000_1100, 8);
    }
    // The end of the block, 0000000, and up to a whole byte.
    bits.push(0, 7);
    bits.push(0, 7);
    let mut bytes = bits.bytes;
    let b = u32::try_from(size % 65521).expect("small");
    bytes.extend((b << 16 | 1).to_be_bytes());
    bytes
}

struct Bits {
    bytes: Vec<u8>,
    held: u32,
    count: u32,
}

impl Bits {
    fn push(&mut self, bits: u32, count: u32) {
        self.held |= bits << self.count;
        self.count += count;
        while self.count >= 8 {
            self.bytes.push((self.held & 0xff) as u8);
            self.held >>= 8;
            self.count -= 8;
        }
    }
}

#[test]
fn deltas_that_double_sixty_times_are_told() {
    let mut made = Made::new();
    let base = vec![7; 4];
    let mut size = 4_u64;
    let mut before = made.pack.end();
    made.add("blob", &base, None);
    for number in 0..60_u8 {
        // Copies of the whole base, in pieces that the format allows.
        let mut delta = [store::size(size), store::size(size * 2)].concat();
        let piece = size.min(0xff_ffff);
        for _ in 0..(size * 2 / piece).min(64) {
            let [a, b, c, ..] = piece.to_le_bytes();
            delta.extend([0xf0, a, b, c]);
        }
        let at = made.pack.end();
        let form = Form::OffsetDelta(at - before);
        let entry = Entry { id: [number + 0x40; 20], form, content: delta, claimed_size: None };
        made.pack.push(&entry.id, &entry.bytes());
        (before, size) = (at, size * 2);
    }
    let tree = made.add("tree", b"", None);
    let head = made.add("commit", &commit(tree, &[], "1 +0000", "m"), None);
    let repo = made.finish(head);
    let report = scan_within(MEMORY, &repo, &[]).expect(2).json();
    assert!(super::skipped(&report).iter().all(|what| what == "object"));
    assert_eq!(report["coverage"]["skipped"].as_array().map(|gaps| gaps.len() > 30), Some(true));
}

#[test]
fn an_object_of_two_gibibytes_is_told_and_can_be_accepted() {
    let mut made = Made::new();
    let base = vec![b'x'; 1 << 16];
    let before = made.pack.end();
    made.add("blob", &base, None);
    let mut delta = [store::size(1 << 16), store::size(2 << 30)].concat();
    // Copies of the whole base.
    delta.extend(vec![0x80; (2 << 30) >> 16]);
    let form = Form::OffsetDelta(made.pack.end() - before);
    let id = [0x55; 20];
    made.pack.push(&id, &Entry { id, form, content: delta, claimed_size: None }.bytes());
    let tree = made.add("tree", &tree_entry("100644", "huge", id), None);
    let head = made.add("commit", &commit(tree, &[], "1 +0000", "m"), None);
    // By itself, it is read in pieces. What builds on it needs it whole.
    let other = [0x56; 20];
    let delta = [store::size(2 << 30), store::size(1 << 16), vec![0x80]].concat();
    let form = Form::RefDelta(id);
    made.pack.push(&other, &Entry { id: other, form, content: delta, claimed_size: None }.bytes());
    let repo = made.finish(head);
    let report = scan_within(MEMORY, &repo, &[]).expect(2).json();
    let gaps = report["coverage"]["skipped"].to_string();
    assert!(gaps.contains("too large") && gaps.contains("--allow-missing"), "{gaps}");
    let accept = [id, other].map(|id| format!("--allow-missing={}", hex::encode(id)));
    scan_within(MEMORY, &repo, &[&accept[0]]).expect(2);
    scan_within(MEMORY, &repo, &[&accept[0], &accept[1]]).expect(0);
}

#[test]
fn a_million_refs_are_read_with_and_without_a_leak() {
    let repo = Repo::init(&["--bare"]);
    let tree = repo.tree("");
    for message in ["harmless".to_owned(), token(8300)] {
        let id = repo.ask(["commit-tree", "-m", &message, &tree]);
        repo.git(["update-ref", "refs/heads/main", &id]);
        let mut packed = String::from("# pack-refs with: peeled fully-peeled sorted \n");
        for number in 0..1_000_000 {
            let _ = writeln!(packed, "{id} refs/pull/{number:07}/head");
        }
        fs::write(repo.git_path("packed-refs"), packed).expect("a file");
        let status = i32::from(message != "harmless");
        let report = scan_within(1500, &repo, &[]).expect(status).json();
        assert_eq!(report["coverage"]["complete"], true);
        if status == 1 {
            assert_eq!(report["findings"][0]["locations"][0]["refs_total"], 1_000_002);
        }
        scan_within(1500, &repo, &["--range", "HEAD"]).expect(status);
        scan_within(1500, &repo, &["--staged"]).expect(0);
    }
}

#[test]
fn chains_and_circles_of_any_length_end() {
    // A hundred thousand tags of tags.
    let mut made = Made::new();
    let tree = made.add("tree", b"", None);
    let head = made.add("commit", &commit(tree, &[], "1 +0000", "m"), None);
    let (mut id, mut kind) = (head, "commit");
    for _ in 0..100_000 {
        let tag = format!("object {}\ntype {kind}\ntag x\n\nm\n", hex::encode(id));
        (id, kind) = (made.add("tag", tag.as_bytes(), None), "tag");
    }
    let repo = made.finish(head);
    fs::write(repo.git_path("refs/tags/x"), hex::encode(id)).expect("a ref");
    assert_eq!(verdicts(&repo), ["clean"; 3]);
    scan_within(MEMORY, &repo, &["--range", "x"]).expect(0);

    // As many directories in one another, with a token or a hole at the end.
    for (content, verdict) in [(Some(token(8310)), "leak"), (None, "incomplete")] {
        let mut made = Made::new();
        let mut id = [0x66; 20];
        if let Some(content) = content {
            id = made.add("blob", content.as_bytes(), None);
        }
        let mut entry_mode = "100644";
        for _ in 0..100_000 {
            (id, entry_mode) = (made.add("tree", &tree_entry(entry_mode, "d", id), None), "40000");
        }
        let head = made.add("commit", &commit(id, &[], "1 +0000", "m"), None);
        let repo = made.finish(head);
        assert_eq!(verdicts(&repo), [verdict, "clean", verdict]);
    }

    // Parents, trees and tags that lead back, under ids that a pack's index makes up.
    let mut made = Made::new();
    let (a, b, c) = ([0x11; 20], [0x22; 20], [0x33; 20]);
    made.add("tree", &tree_entry("40000", "again", c), Some(c));
    made.add("commit", &commit(c, &[b, a], "1 +0000", "m"), Some(a));
    made.add("commit", &commit(c, &[a], "1 +0000", &token(8320)), Some(b));
    let tag = format!("object {}\ntype tag\ntag x\n\nm\n", "44".repeat(20));
    made.add("tag", tag.as_bytes(), Some([0x44; 20]));
    let repo = made.finish(a);
    fs::write(repo.git_path("refs/tags/x"), "44".repeat(20)).expect("a ref");
    assert_eq!(verdicts(&repo)[0], "leak");
    let names = [("HEAD~1000000000", 2), ("x", 2), ("main..x", 2), ("HEAD", 2)];
    for (range, status) in names {
        scan_within(MEMORY, &repo, &["--range", range]).expect(status);
    }
}

#[test]
fn wide_objects_and_odd_dates_are_read() {
    let mut made = Made::new();
    let blob = made.add("blob", token(8330).as_bytes(), None);
    // Ten thousand parents.
    let empty = made.add("tree", b"", None);
    let parents: Vec<Id> = (0..10_000)
        .map(|number| made.add("commit", &commit(empty, &[], "1 +0000", &number.to_string()), None))
        .collect();
    // A million entries.
    let mut content = Vec::new();
    for number in 0..1_000_000 {
        content.extend(tree_entry("100644", &format!("f{number:06}"), blob));
    }
    let tree = made.add("tree", &content, None);
    let mut head = made.add("commit", &commit(tree, &parents, "1 +0000", "m"), None);
    for date in [
        "0 +0000",
        "-1 -0000",
        "-62167219200 +0000",
        "253402300800 +2400",
        "9223372036854775807 +9999",
        "9223372036854775808 -9999",
        "-9223372036854775808 +0000",
        "99999999999999999999999999 +0000",
        "1 +99999999999",
        "x y",
        "",
    ] {
        let message = format!("{date} {}", token(8340));
        head = made.add("commit", &commit(tree, &[head], date, &message), None);
    }
    let repo = made.finish(head);
    assert_eq!(verdicts(&repo), ["leak", "clean", "leak"]);
    for format in ["human", "ndjson"] {
        let path = repo.path().to_str().expect("UTF-8");
        Tool::new(["scan-git", "--format", format, path]).within(MEMORY).run().expect(1);
    }
}

#[test]
fn huge_and_senseless_files_of_the_git_directory_end_in_a_verdict() {
    let mut random = Random::new(8350);
    let garbage = random.bytes(4 << 20);
    let sparse = |path: &std::path::Path| {
        let file = fs::File::create(path).expect("a file");
        file.set_len(3 << 30).expect("a size");
    };
    for name in [
        "packed-refs",
        "config",
        "shallow",
        "index",
        "HEAD",
        "commondir",
        "refs/heads/x",
        "logs/HEAD",
        "objects/info/alternates",
        "info/grafts",
    ] {
        let contents: [(&str, Vec<u8>); 4] = [
            ("garbage", garbage.clone()),
            ("empty lines", vec![b'\n'; 4 << 20]),
            ("short lines", b"x\n".repeat(1 << 20)),
            ("zeros", vec![0; 4 << 20]),
        ];
        for (what, content) in contents {
            let repo = Repo::new();
            repo.commit_file("a", "1\n");
            repo.blob(token(8351));
            let path = repo.git_path(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("directories");
            fs::write(&path, content).expect("a file");
            // One that leads elsewhere makes it no repository.
            let status = if name == "commondir" && what != "empty lines" { 2 } else { 1 };
            let run = scan_within(1500, &repo, &[]);
            assert_eq!(run.status(), status, "{what} as {name}: {}", run.stderr());
        }
        let repo = Repo::new();
        repo.commit_file("a", "1\n");
        let path = repo.git_path(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("directories");
        sparse(&path);
        let status = if name == "info/grafts" { 0 } else { 2 };
        let run = scan_within(1500, &repo, &[]);
        assert_eq!(run.status(), status, "three gibibytes as {name}: {}", run.stdout());
    }
}

#[test]
fn files_that_lead_from_one_to_the_next_end() {
    let repo = Repo::new();
    repo.commit_file("a", "1\n");
    let directory = |name: &str| {
        let path = repo.beside(name);
        fs::create_dir_all(&path).expect("a directory");
        path
    };
    // `.git` files that lead to one another, to themselves, to a file, to a directory above.
    let (one, two) = (directory("one"), directory("two"));
    fs::write(one.join(".git"), "gitdir: ../two/.git\n").expect("a file");
    fs::write(two.join(".git"), "gitdir: ../one/.git\n").expect("a file");
    for path in [&one, &two] {
        Tool::new(["scan-git", path.to_str().expect("UTF-8")]).run().expect(2);
    }
    for target in [".git", ".", "..", "/dev/null", "/dev/zero", "\0", "x\0y"] {
        fs::write(one.join(".git"), format!("gitdir: {target}\n")).expect("a file");
        Tool::new(["scan-git", one.to_str().expect("UTF-8")]).run().expect(2);
    }
    // Devices and links to them in the place of files.
    for name in ["HEAD", "packed-refs", "config", "index", "shallow", "objects/info/alternates"] {
        for device in ["/dev/zero", "/dev/tty", "/dev/stdin", "/proc/self/mem", "/proc/kmsg"] {
            let repo = Repo::new();
            repo.commit_file("a", "1\n");
            let path = repo.git_path(name);
            fs::remove_file(&path).unwrap_or_default();
            symlink(device, &path).expect("a link");
            let status = scan_within(1500, &repo, &[]).status();
            assert_eq!(status, 2, "{device} as {name}");
        }
    }
    // A thousand directories of refs in one another, and links around them.
    let deep = "d/".repeat(1000);
    fs::create_dir_all(repo.git_path(&format!("refs/{deep}"))).expect("directories");
    symlink(repo.git_path("refs"), repo.git_path(&format!("refs/{deep}up"))).expect("a link");
    let status = scan_within(MEMORY, &repo, &[]).status();
    assert!([0, 2].contains(&status));
}
