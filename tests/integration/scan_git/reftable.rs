//! Refs and reflogs in the reftable format: read as git reads them, or told to be unread.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use intercom_sec::git::refs::reftable::{RefValue, Stack, Table, TableFault};
use intercom_sec::scan::{HashKind, Revision};
use proptest::prelude::*;

use super::{Repo, library_scan, scan, skipped, staged};
use crate::support::pack::distance_field;
use crate::support::repository::{make_fifo, replace};
use crate::support::tokens::{self, Random};
use crate::support::tool::Tool;

fn reftable(options: &[&str]) -> Repo {
    Repo::init(&[&["--ref-format=reftable"], options].concat())
}

/// The files of a stack, the oldest first.
fn tables(repo: &Repo, directory: &str) -> Vec<PathBuf> {
    let directory = repo.git_path(directory);
    let list = fs::read_to_string(directory.join("tables.list")).expect("a list of tables");
    list.lines().map(|name| directory.join(name)).collect()
}

/// Reads a stack by way of the public parts.
fn stack(repo: &Repo, directory: &str, hash: HashKind) -> Stack {
    let parse = |path: PathBuf| {
        Table::parse(&fs::read(&path).expect("a table"), hash).expect("a table that can be read")
    };
    Stack { tables: tables(repo, directory).into_iter().map(parse).collect() }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// Compares refs with what git says.
fn assert_refs_as_git_reads(repo: &Repo, stack: &Stack) {
    let format = "--format=%(refname) %(objectname) %(*objectname)%(symref)";
    let expected: BTreeMap<String, String> = repo
        .ask(["for-each-ref", format])
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in stack.refs() {
        assert_eq!(stack.find(name), Some(value));
        if !name.starts_with(b"refs/") {
            continue;
        }
        let value = match value {
            RefValue::Deleted => panic!("a deleted ref is none"),
            RefValue::Object(id) => format!("{id} "),
            RefValue::Tag { id, peeled } => format!("{id} {peeled}"),
            // Git tells none that leads nowhere.
            RefValue::Symbolic(target) if stack.find(target).is_none() => continue,
            RefValue::Symbolic(target) => {
                format!("{} {}", repo.ask(["rev-parse", &text(target)]), text(target))
            }
        };
        found.insert(text(name), value);
    }
    assert_eq!(found, expected);
}

/// Compares refs and reflogs with what git says.
fn assert_as_git_reads(repo: &Repo, hash: HashKind) {
    let stack = stack(repo, "reftable", hash);
    assert_refs_as_git_reads(repo, &stack);
    let mut logs: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for ((name, _), entry) in stack.logs() {
        let line = format!(
            "{} {} <{}> {} {:+05} {}",
            entry.new,
            text(&entry.person),
            text(&entry.email),
            entry.time,
            entry.zone,
            text(&entry.message)
        );
        logs.entry(text(name)).or_default().insert(0, line.trim_end().to_owned());
    }
    for name in repo.ask(["reflog", "list"]).lines() {
        // In the place of an empty one, git shows that of the branch.
        if name == "HEAD" && !logs.contains_key(name) {
            continue;
        }
        let format = "--format=%H %gn <%ge> %gd %gs";
        let shown = repo.ask(["log", "--walk-reflogs", "--date=raw", format, name, "--"]);
        let mut expected: Vec<String> = Vec::new();
        for line in shown.lines() {
            // `REF@{1700000000 +0200}`
            let (start, rest) = line.split_once("@{").expect("a selector");
            let (date, message) = rest.split_once('}').expect("its end");
            let start = &start[..start.rfind(' ').expect("a space")];
            expected.push(format!("{start} {date}{message}").trim_end().to_owned());
        }
        assert_eq!(logs.remove(name), Some(expected), "{name}");
    }
    assert_eq!(logs.keys().collect::<Vec<_>>(), Vec::<&String>::new());
}

/// Refs of all kinds, changed, deleted and made again.
fn busy(options: &[&str]) -> Repo {
    let repo = reftable(options);
    for number in 0..4 {
        repo.commit_file("a", number.to_string());
        repo.git(["branch", &format!("branch-{number}")]);
        repo.git(["tag", "-a", "-m", "x", &format!("v{number}")]);
    }
    repo.git(["symbolic-ref", "refs/remotes/origin/HEAD", "refs/heads/branch-2"]);
    repo.git(["branch", "-D", "branch-1"]);
    repo.git(["branch", "-f", "branch-3", "HEAD~2"]);
    repo.git(["tag", "-d", "v2"]);
    repo.write("a", "stashed");
    repo.git(["stash", "--quiet"]);
    repo
}

#[test]
fn refs_and_reflogs_are_those_that_git_reads() {
    for (format, hash) in [("sha1", HashKind::Sha1), ("sha256", HashKind::Sha256)] {
        let repo = busy(&[&format!("--object-format={format}")]);
        assert_as_git_reads(&repo, hash);
        repo.git(["pack-refs", "--all"]);
        assert_as_git_reads(&repo, hash);
        repo.git(["branch", "-D", "branch-0"]);
        repo.git(["reflog", "expire", "--expire=all", "HEAD"]);
        repo.git(["reflog", "delete", "refs/heads/main@{1}"]);
        assert_as_git_reads(&repo, hash);
        scan(repo.path()).expect(0);
    }
}

#[test]
fn thousands_of_refs_in_blocks_of_any_size_are_read() {
    for (size, interval) in [("4096", "16"), ("512", "3"), ("65536", "1"), ("16777215", "40")] {
        let repo = reftable(&["--bare"]);
        let tree = repo.tree("");
        let commit = repo.ask(["commit-tree", "-m", "x", &tree]);
        let other = repo.ask(["commit-tree", "-m", "y", &tree]);
        let refs = (0..2000).fold(String::new(), |refs, number| {
            let id = if number % 3 == 0 { &commit } else { &other };
            refs + &format!("create refs/pull/{number}/head {id}\n")
        });
        let settings = [
            format!("reftable.blockSize={size}"),
            format!("reftable.restartInterval={interval}"),
            "core.logAllRefUpdates=always".to_owned(),
        ];
        let settings = settings.iter().flat_map(|setting| ["-c", setting]);
        let arguments: Vec<_> = settings.chain(["update-ref", "--stdin"]).collect();
        repo.git_with(arguments, refs.as_bytes());
        let stack = stack(&repo, "reftable", HashKind::Sha1);
        assert_eq!((stack.refs().len(), stack.logs().len()), (2001, 2000));
        assert_refs_as_git_reads(&repo, &stack);
        scan(repo.path()).expect(0);
    }
}

#[test]
fn what_only_a_table_names_must_be_there() {
    // A branch, a tag, a line of a reflog, a stash, a worktree's head.
    type Case = (&'static str, fn(&Repo) -> String);
    let cases: [Case; 5] = [
        ("a branch", |repo| repo.ask(["rev-parse", "branch-2"])),
        ("a tag", |repo| repo.ask(["rev-parse", "v1"])),
        ("a reflog", |repo| {
            repo.git(["checkout", "--quiet", "--detach"]);
            let gone = repo.commit_file("a", "detached");
            repo.git(["checkout", "--quiet", "main"]);
            gone
        }),
        ("a stash", |repo| repo.ask(["rev-parse", "stash"])),
        ("a worktree", |repo| {
            let tree = repo.beside("tree");
            repo.git(["worktree", "add", "--quiet", "--detach", tree.to_str().expect("UTF-8")]);
            repo.git_in(&tree, ["commit", "--quiet", "--allow-empty", "-m", "in the worktree"]);
            String::from_utf8(repo.git_in(&tree, ["rev-parse", "HEAD"]).stdout).expect("ASCII")
        }),
    ];
    for (case, of) in cases {
        let repo = busy(&[]);
        let id = of(&repo);
        scan(repo.path()).expect(0);
        fs::remove_file(repo.loose(id.trim())).expect("a loose object");
        let report = scan(repo.path()).expect(2).json();
        assert!(report["coverage"]["skipped"].to_string().contains(id.trim()), "{case}");
    }
}

#[test]
fn what_a_deleted_ref_named_may_be_gone() {
    let repo = busy(&[]);
    repo.git(["stash", "drop", "--quiet"]);
    repo.git(["branch", "-D", "branch-2"]);
    repo.git(["checkout", "--quiet", "--detach"]);
    let gone = repo.commit_file("a", "detached");
    repo.git(["checkout", "--quiet", "main"]);
    repo.git(["reflog", "expire", "--expire-unreachable=all", "--all"]);
    repo.git(["prune", "--expire=now"]);
    assert!(!repo.loose(&gone).exists());
    scan(repo.path()).expect(0);
}

#[test]
fn a_leak_is_told_with_the_refs_that_lead_to_it() {
    let repo = reftable(&["--object-format=sha256"]);
    repo.commit_file("a", tokens::token(&mut Random::new(7000)));
    repo.git(["tag", "-a", "-m", "x", "v1"]);
    let tree = repo.beside("tree");
    repo.git(["worktree", "add", "--quiet", "--detach", tree.to_str().expect("UTF-8")]);
    for path in [repo.path(), &tree] {
        let report = scan(path).expect(1).json();
        let location = &report["findings"][0]["locations"][0];
        let expected = ["refs/heads/main", "refs/tags/v1", "HEAD", "worktrees/tree/HEAD"];
        assert_eq!(location["refs"], serde_json::json!(expected));
        assert_eq!(location["present_at_head"], true);
        staged(path).expect(0);
    }
}

#[test]
fn staged_files_and_ranges_are_read_by_the_names_of_refs() {
    let repo = reftable(&[]);
    repo.commit_file("a", "1\n");
    repo.commit_file("a", tokens::token(&mut Random::new(7001)));
    repo.git(["update-ref", "refs/remotes/origin/main", "HEAD~"]);
    repo.git(["update-ref", "refs/remotes/origin/private/x", "HEAD"]);
    repo.git(["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
    let path = repo.path().to_str().expect("UTF-8");
    let range = |options: &[&str]| Tool::new([&["scan-git", path], options].concat()).run();
    range(&["--range", "HEAD~..main"]).expect(1);
    range(&["--range", "origin..HEAD"]).expect(1);
    range(&["--range", "..origin/main"]).expect(0);
    range(&["--range", "HEAD", "--not-remotes"]).expect(0);
    repo.git(["config", "remote.origin/private.url", "x"]);
    range(&["--range", "HEAD", "--not-remotes=origin"]).expect(1);
    range(&["--range", "gone"]).expect(2);
    staged(repo.path()).expect(0);
    repo.write("b", tokens::token(&mut Random::new(7002)));
    repo.git(["add", "b"]);
    staged(repo.path()).expect(1);
    let unborn = reftable(&[]);
    staged(unborn.path()).expect(0);
    scan(unborn.path()).expect(0);
    assert!("HEAD".parse::<Revision>().is_ok());
}

#[test]
fn tables_that_cannot_be_read_are_no_clean() {
    type Damage = fn(&Repo);
    let cases: [(&str, Damage); 12] = [
        ("no list", |repo| {
            fs::remove_file(repo.git_path("reftable/tables.list")).expect("a list");
        }),
        ("an empty list", |repo| replace(&repo.git_path("reftable/tables.list"), "")),
        ("a list that leads away", |repo| {
            replace(&repo.git_path("reftable/tables.list"), "../../../x\n");
        }),
        ("a list of itself", |repo| {
            replace(&repo.git_path("reftable/tables.list"), "tables.list\n");
        }),
        ("a list of directories", |repo| {
            fs::create_dir(repo.git_path("reftable/d")).expect("a directory");
            replace(&repo.git_path("reftable/tables.list"), "d\n");
        }),
        ("a list without end", |repo| {
            replace(&repo.git_path("reftable/tables.list"), "x\n".repeat(1_000_000));
        }),
        ("bytes that are no names", |repo| {
            replace(&repo.git_path("reftable/tables.list"), b"\xff\x00\x1b[2J\n");
        }),
        ("no table", |repo| {
            fs::remove_file(&tables(repo, "reftable")[0]).expect("a table");
        }),
        ("an empty table", |repo| replace(&tables(repo, "reftable")[0], "")),
        ("a pipe for a table", |repo| make_fifo(&tables(repo, "reftable")[0])),
        ("a pipe for a list", |repo| make_fifo(&repo.git_path("reftable/tables.list"))),
        ("a table of the other hash", |repo| {
            let other = busy(&["--object-format=sha256"]);
            let table = fs::read(&tables(&other, "reftable")[0]).expect("a table");
            replace(&tables(repo, "reftable")[0], table);
        }),
    ];
    for (case, damage) in cases {
        let repo = busy(&[]);
        damage(&repo);
        let report = scan(repo.path()).expect(2).json();
        assert!(skipped(&report).contains(&"ref".to_owned()), "{case}: {report:#}");
        assert!(report["coverage"]["skipped"].to_string().contains("git clone --mirror"), "{case}");
        staged(repo.path()).expect(2);
    }
}

#[test]
fn a_table_that_is_cut_short_is_told_at_any_length() {
    for options in [&[][..], &["--object-format=sha256"]] {
        let repo = busy(options);
        let hash = if options.is_empty() { HashKind::Sha1 } else { HashKind::Sha256 };
        repo.git(["pack-refs", "--all"]);
        let path = tables(&repo, "reftable").swap_remove(0);
        let content = fs::read(path).expect("a table");
        for length in 0..content.len() {
            assert!(Table::parse(&content[..length], hash).is_err(), "{length}");
        }
        assert!(Table::parse(&[content, vec![0]].concat(), hash).is_err());
    }
}

/// Writes the checksum anew, so that what was changed before it gets further.
fn mended(mut table: Vec<u8>) -> Vec<u8> {
    let footer = table.len() - 68;
    let end = table.len() - 4;
    let header = table[..24].to_vec();
    table[footer..footer + 24].copy_from_slice(&header);
    let checksum = crc32(&table[footer..end]);
    table[end..].copy_from_slice(&checksum.to_be_bytes());
    table
}

/// CRC-32 (ISO 3309), bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            crc >> 1 ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 }
        })
    })
}

#[test]
fn a_changed_byte_changes_an_id_or_a_text_or_is_noticed() {
    let repo = busy(&[]);
    repo.git(["pack-refs", "--all"]);
    let path = tables(&repo, "reftable").swap_remove(0);
    let content = fs::read(&path).expect("a table");
    let whole = Table::parse(&content, HashKind::Sha1).expect("a table");
    let blocks = content.len() - 68;
    for at in 0..blocks {
        for bit in 0..8 {
            let mut changed = content.clone();
            changed[at] ^= 1 << bit;
            let changed = if at < 24 { mended(changed) } else { changed };
            if let Ok(table) = Table::parse(&changed, HashKind::Sha1) {
                // No ref and no line gets lost.
                let is_header = (5..24).contains(&at);
                assert!(table != whole || is_header || at >= 24, "byte {at}");
                assert_eq!(table.refs.len(), whole.refs.len(), "byte {at}");
                assert_eq!(table.logs.len(), whole.logs.len(), "byte {at}");
            }
        }
    }
    // The scan of any of them ends with a verdict.
    for at in (24..blocks).step_by(17) {
        let mut changed = content.clone();
        changed[at] ^= 0x55;
        replace(&path, &changed);
        library_scan(repo.path(), 1);
    }
}

/// A table of these blocks, without logs.
fn table_of(blocks: &[u8]) -> Vec<u8> {
    let mut table = b"REFT\x01".to_vec();
    table.extend([0; 3]);
    table.extend(1_u64.to_be_bytes());
    table.extend(1_u64.to_be_bytes());
    table.extend(blocks);
    table.extend([0; 64]);
    let end = table.len();
    table.extend([0; 4]);
    assert_eq!(end - 24 - blocks.len(), 64);
    mended(table)
}

/// A block of refs, the first in its file.
fn block_of(records: &[u8], restarts: &[usize]) -> Vec<u8> {
    let length = 24 + 4 + records.len() + 3 * restarts.len() + 2;
    let mut block = vec![b'r'];
    block.extend(&u32::try_from(length).expect("short").to_be_bytes()[1..]);
    block.extend(records);
    for restart in restarts {
        block.extend(&u32::try_from(*restart).expect("short").to_be_bytes()[1..]);
    }
    block.extend(u16::try_from(restarts.len()).expect("few").to_be_bytes());
    block
}

#[test]
fn blocks_that_contradict_themselves_are_refused() {
    let parse = |blocks: &[u8]| Table::parse(&table_of(blocks), HashKind::Sha1);
    let record = |shared: u8, suffix: &[u8], form: u8| {
        let length = u8::try_from(suffix.len()).expect("short") << 3 | form;
        [&[shared, length], suffix, &[0]].concat()
    };
    assert_eq!(parse(b"").map(|table| table.refs.len()), Ok(0));
    let good = [record(0, b"refs/a", 0), record(5, b"b", 0), record(0, b"x", 0)].concat();
    assert_eq!(parse(&block_of(&good, &[28])).map(|table| table.refs.len()), Ok(3));
    assert_eq!(parse(&block_of(&good, &[28, 41])).map(|table| table.refs.len()), Ok(3));
    for (case, block) in [
        ("no restart", block_of(&good, &[])),
        ("a restart between records", block_of(&good, &[28, 29])),
        ("a restart at a record that shares", block_of(&good, &[28, 37])),
        ("a restart behind the records", block_of(&good, &[28, 45])),
        ("restarts out of order", block_of(&good, &[41, 28])),
        ("no records", block_of(b"", &[28])),
        ("shares more than there is", block_of(&record(1, b"a", 0), &[28])),
        ("the same name twice", block_of(&record(0, b"a", 0).repeat(2), &[28])),
        ("a form that is not known", block_of(&record(0, b"a", 4), &[28])),
        ("no value", block_of(&record(0, b"a", 1), &[28])),
        ("a number without end", block_of(&[0xff; 64], &[28])),
        ("a length beyond the block", block_of(&[0, 0xff, 0xff, 0x7f, b'a', 0], &[28])),
        ("an unknown kind", b"x\0\0\x20".to_vec()),
        ("a length beyond the file", b"r\xff\xff\xff".to_vec()),
        ("a length of zero", b"r\0\0\0".to_vec()),
        ("an index first", b"i\0\0\x1e\0\0".to_vec()),
        ("a log that is no stream", b"g\0\xff\xffnothing".to_vec()),
        ("a log of zero bytes", b"g\0\0\0".to_vec()),
        ("a log without a length", b"g".to_vec()),
        ("refs without a length", b"r\0".to_vec()),
    ] {
        assert!(parse(&block).is_err(), "{case}");
    }
    let whole = table_of(b"");
    for (at, value, fault) in [
        (0, b'r', TableFault::Magic),
        (4, 3, TableFault::Version(3)),
        (4, 0, TableFault::Version(0)),
    ] {
        let mut changed = whole.clone();
        changed[at] = value;
        assert_eq!(Table::parse(&changed, HashKind::Sha1), Err(fault));
    }
    assert_eq!(Table::parse(&whole, HashKind::Sha256), Err(TableFault::Hash));
}

#[test]
fn names_that_share_their_beginning_take_no_more_memory_than_is_allowed() {
    // Two hundred thousand names of 60,000 bytes in less than a megabyte.
    let name = vec![b'a'; 60_000];
    let mut records = [&[0], distance_field(60_000 << 3).as_slice(), &name, &[0]].concat();
    for next in 0..200_000_u32 {
        let suffix = format!("{next:06}");
        records.extend(
            [distance_field(60_000), distance_field(6 << 3), suffix.into_bytes(), vec![0]].concat(),
        );
    }
    let table = table_of(&block_of(&records, &[28]));
    assert!(table.len() < 3 << 20);
    assert_eq!(Table::parse(&table, HashKind::Sha1), Err(TableFault::TooLarge(512 << 20)));
    let name = vec![b'a'; 70_000];
    let long = [&[0], distance_field(70_000 << 3).as_slice(), &name, &[0]].concat();
    assert_eq!(
        Table::parse(&table_of(&block_of(&long, &[28])), HashKind::Sha1),
        Err(TableFault::Block(24))
    );
}

proptest! {
    #[test]
    fn any_bytes_end_in_a_table_or_a_fault(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Table::parse(&bytes, HashKind::Sha1);
        let _ = Table::parse(&table_of(&bytes), HashKind::Sha1);
        let _ = Table::parse(&table_of(&block_of(&bytes, &[28])), HashKind::Sha1);
    }
}
