//! Ranges of repositories made to hide something from them, or to stop them.

use std::collections::BTreeSet;
use std::fs::{self, DirEntry};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use intercom_sec::scan::{self, Options, Progress, RangeSpec, Scope, Target, Verdict};
use serde_json::Value;

use super::{Repo, skipped};
use crate::support::naive;
use crate::support::repository::replace;
use crate::support::shapes::{self, Files, Id, Leaf, Shapes};
use crate::support::store::{self, Entry, Form};
use crate::support::tokens::{self, Random};
use crate::support::tool::{Run, Tool};

fn range(repo: &Repo, range: &str) -> Run {
    let path = repo.path().to_str().expect("UTF-8");
    Tool::new(["scan-git", "--format", "json", path, "--range", range]).run()
}

fn between(from: Id, to: Id) -> String {
    format!("{}..{}", hex::encode(from), hex::encode(to))
}

fn locations_mut(report: &mut Value) -> impl Iterator<Item = &mut Value> {
    let findings = report["findings"].as_array_mut().expect("findings");
    findings.iter_mut().flat_map(|finding| finding["locations"].as_array_mut().expect("locations"))
}

fn token(seed: u64) -> String {
    tokens::token(&mut Random::new(seed))
}

fn fingerprints(report: &Value) -> BTreeSet<String> {
    naive::locations(report).map(|(fingerprint, _)| fingerprint).collect()
}

/// Two commits, the second with a token; and the blob that has it.
fn two(shapes: &mut Shapes<'_>) -> (usize, usize, Id) {
    let mut files = Files::from([("a".to_owned(), shapes.blob("1\n"))]);
    let first = shapes.commit(&[], 1_600_000_000, "one", &files);
    let leak = shapes.blob(token(1));
    files.insert("dir/leak".to_owned(), leak);
    let second = shapes.commit(&[first], 1_600_000_100, "two", &files);
    let Leaf::Blob(leak) = leak else { unreachable!() };
    (first, second, leak)
}

/// Stores something under an id that it does not have.
fn forge(repo: &Repo, id: Id, kind: u8, content: &[u8]) {
    fs::remove_file(repo.loose(&hex::encode(id))).expect("a loose object");
    let entry =
        Entry { id, form: Form::Whole(kind), content: content.to_vec(), claimed_size: None };
    store::write_pack(&repo.git_path("objects"), &[entry]);
}

#[test]
fn a_pack_with_wrong_ids_hides_nothing() {
    // The commit that is left out seems to have the new one as its parent.
    let repo = Repo::new();
    let mut shapes = Shapes::new(&repo);
    let (first, second, _) = two(&mut shapes);
    let [first, second] = [first, second].map(|at| shapes.commits[at].clone());
    let forged = format!(
        "tree {}\nparent {}\nauthor a <a> 1700000000 +0000\ncommitter a <a> 1700000000 +0000\n\n",
        hex::encode(first.tree),
        hex::encode(second.id)
    );
    forge(&repo, first.id, 1, forged.as_bytes());
    range(&repo, &between(first.id, second.id)).expect(1);

    // Its tree seems to have the token already.
    let repo = Repo::new();
    let mut shapes = Shapes::new(&repo);
    let (first, second, _) = two(&mut shapes);
    let [first, second] = [first, second].map(|at| shapes.commits[at].clone());
    let tree = fs::read(repo.loose(&hex::encode(second.tree))).expect("a tree");
    // Stored as it is, behind seven bytes of zlib and the header up to its NUL.
    let start = 7 + tree[7..].iter().position(|&byte| byte == 0).expect("a header") + 1;
    forge(&repo, first.tree, 2, &tree[start..tree.len() - 4]);
    range(&repo, &between(first.id, second.id)).expect(1);

    // The new one seems to be another, or its parts.
    for part in 0..3 {
        let repo = Repo::new();
        let mut shapes = Shapes::new(&repo);
        let (first, second, leak) = two(&mut shapes);
        let [first, second] = [first, second].map(|at| shapes.commits[at].clone());
        let old = hex::encode(first.tree);
        let harmless = format!("tree {old}\nauthor a <a> 1 +0000\ncommitter a <a> 1 +0000\n\n");
        match part {
            0 => forge(&repo, second.id, 1, harmless.as_bytes()),
            1 => forge(&repo, second.tree, 2, b""),
            _ => forge(&repo, leak, 3, b"harmless"),
        }
        let report = range(&repo, &between(first.id, second.id)).expect(2).json();
        assert_eq!(skipped(&report), ["object"], "{part}");
    }
}

/// Every file below a directory.
fn files_below(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).expect("a directory").map(|entry| entry.expect("one"));
    let below = |entry: DirEntry| match entry.path() {
        path if path.is_dir() => files_below(&path),
        path => vec![path],
    };
    let mut files: Vec<_> = entries.flat_map(below).collect();
    files.sort();
    files
}

#[test]
fn no_changed_byte_makes_a_range_with_a_token_clean() {
    for packed in [false, true] {
        let repo = Repo::new();
        let mut shapes = Shapes::new(&repo);
        let (first, second, _) = two(&mut shapes);
        let mut files = shapes.commits[second].files.clone();
        files.insert("dir/leak".to_owned(), shapes.blob("mended"));
        let third = shapes.commit(&[second], 1_600_000_200, "three", &files);
        shapes.set_ref("refs/heads/main", shapes.commits[third].id);
        if packed {
            // Without checksums of the entries.
            repo.repack(&["pack.indexVersion=1"], &["--depth=20"]);
        }
        repo.git(["commit-graph", "write", "--reachable"]);
        let [from, to] = [first, third].map(|at| hex::encode(shapes.commits[at].id));
        let range: scan::Range = format!("{from}..{to}").parse().expect("a range");
        let scope = Scope::Range(RangeSpec::new(vec![range]));
        let options = Options::new().scope(scope).threads(NonZeroUsize::MIN);
        let verdict = || {
            let target = Target::locate(repo.path(), None).expect("a repository");
            scan::scan(&[target], &options, &Progress::new()).verdict()
        };
        assert_eq!(verdict(), Verdict::Leak);
        let files = files_below(&repo.git_path("objects"));
        let random = &mut Random::new(5000);
        for _ in 0..600 {
            let path = &files[random.below(files.len())];
            let original = fs::read(path).expect("a file");
            let mut changed = original.clone();
            for _ in 0..=random.below(3) {
                let at = random.below(changed.len());
                changed[at] = random.bytes(1)[0];
            }
            if random.below(8) == 0 {
                changed.truncate(random.below(changed.len()));
            }
            replace(path, &changed);
            assert_ne!(verdict(), Verdict::Clean, "{}", path.display());
            replace(path, &original);
        }
    }
}

#[test]
fn a_wrong_commit_graph_hides_nothing() {
    for seed in 0..6 {
        let repo = Repo::new();
        let shapes = shapes::random(&repo, 500 + seed, seed % 2 == 0);
        let version = format!("commitGraph.generationVersion={}", 1 + seed / 3);
        repo.git(["-c", &version, "commit-graph", "write", "--reachable"]);
        let path = repo.git_path("objects/info/commit-graph");
        let graph = fs::read(&path).expect("a graph");
        let random = &mut Random::new(seed);
        for _ in 0..12 {
            let [from, to] = [(); 2].map(|()| random.below(shapes.commits.len()));
            let range_of_it = between(shapes.commits[from].id, shapes.commits[to].id);
            fs::remove_file(&path).expect("a graph");
            let expected = range(&repo, &range_of_it).json();
            let mut forged = graph.clone();
            for _ in 0..=random.below(200) {
                let at = random.below(forged.len());
                // Most of it is ids, and wrong ones are only not found.
                let at = if random.below(2) == 0 { at } else { forged.len() - 1 - at / 4 };
                forged[at] = random.bytes(1)[0] & [0xff, 0x80, 0x01, 0x00][random.below(4)];
            }
            if random.below(6) == 0 {
                forged.truncate(random.below(forged.len()));
            }
            fs::write(&path, &forged).expect("a graph");
            let report = range(&repo, &range_of_it).json();
            assert!(
                fingerprints(&report).is_superset(&fingerprints(&expected)),
                "seed {seed}: {range_of_it}"
            );
            assert_eq!(skipped(&report), [""; 0], "seed {seed}: {range_of_it}");
        }
    }
}

#[test]
fn every_form_of_a_commit_graph_tells_the_same() {
    for seed in 0..6 {
        let repo = Repo::new();
        let mut shapes = shapes::random(&repo, 600 + seed, seed % 2 == 0);
        // Dates for which the corrections need more than 31 bits, and a merge of many.
        let last = shapes.commits.len() - 1;
        let files = Files::from([("late".to_owned(), shapes.blob(token(600 + seed)))]);
        let late = shapes.commit(&[last], 9_000_000_000, &token(700 + seed), &files);
        let parents: Vec<_> = (0..=late).rev().step_by(3).collect();
        let early = shapes.commit(&parents, 5, &token(800 + seed), &files);
        shapes.set_ref("refs/heads/main", shapes.commits[early].id);
        let path = repo.git_path("objects/info");
        let mut reports: Vec<Vec<Value>> = Vec::new();
        for form in 0..5 {
            let graph = ["commit-graph", "write", "--reachable", "--changed-paths"];
            match form {
                0 => {}
                1 => drop(repo.git(graph)),
                2 => {
                    let old = ["-c", "commitGraph.generationVersion=1"];
                    drop(repo.git([&old[..], &graph].concat()));
                }
                _ => {
                    // Layers, the first of half of the history.
                    let split = ["commit-graph", "write", "--split=no-merge", "--stdin-commits"];
                    let half = hex::encode(shapes.commits[last / 2].id);
                    repo.git_with(split, half.as_bytes());
                    if form == 4 {
                        // The lower layer without the dates of the upper one.
                        repo.git(["config", "commitGraph.generationVersion", "1"]);
                    }
                    let all = hex::encode(shapes.commits[early].id);
                    repo.git_with(split, all.as_bytes());
                    assert!(path.join("commit-graphs/commit-graph-chain").exists());
                }
            }
            let random = &mut Random::new(seed);
            let mut told = Vec::new();
            for _ in 0..8 {
                let [from, to] = [(); 2].map(|()| random.below(shapes.commits.len()));
                let range_of_it = between(shapes.commits[from].id, shapes.commits[to].id);
                told.push(range(&repo, &range_of_it).json());
            }
            told.push(range(&repo, &format!("{}..main", hex::encode(shapes.commits[0].id))).json());
            reports.push(told);
            fs::remove_dir_all(&path).expect("a directory");
            fs::create_dir(&path).expect("a directory");
        }
        for form in 2..reports.len() {
            assert_eq!(reports[form], reports[1], "seed {seed}, form {form}");
        }
        // Where clocks run as wrong as here, a graph is needed to tell all refs.
        for told in &mut reports[..2] {
            for location in told.iter_mut().flat_map(locations_mut) {
                location["refs"] = Value::Null;
                location["present_at_head"] = Value::Null;
                location["refs_total"] = Value::Null;
            }
        }
        assert_eq!(reports[0], reports[1], "seed {seed}");
    }
}

#[test]
fn a_merge_of_ten_thousand_is_read() {
    let repo = Repo::new();
    let mut shapes = Shapes::new(&repo);
    let mut files = Files::new();
    for number in 0..40 {
        files.insert(format!("dir{number}/file"), shapes.blob(number.to_string()));
    }
    let mut parents = Vec::new();
    for number in 0..10_000 {
        if number % 500 == 0 {
            let path = format!("dir{}/file", number / 500);
            files.insert(path, shapes.blob(format!("changed {number}")));
        }
        parents.push(shapes.commit(&[], 1_600_000_000, &format!("root {number}"), &files));
    }
    files.insert("dir7/leak".to_owned(), shapes.blob(token(2)));
    let merge = shapes.commit(&parents, 1_600_000_000, "merge", &files);
    let repo_range = between(shapes.commits[0].id, shapes.commits[merge].id);
    let report = range(&repo, &repo_range).expect(1).json();
    assert_eq!(report["coverage"]["commits"], 10_000);
    assert_eq!(naive::locations(&report).count(), 1, "{report:#}");
}

#[test]
fn a_tree_at_a_thousand_million_paths_is_read_once() {
    let repo = Repo::new();
    let mut shapes = Shapes::new(&repo);
    let bomb = |shapes: &Shapes<'_>, leaf: Leaf, salt: &str| {
        let Leaf::Blob(mut id) = leaf else { unreachable!() };
        for level in 0..12 {
            let mode = if level == 0 { "100644" } else { "40000" };
            let mut content = Vec::new();
            for name in 0..10 {
                content.extend_from_slice(format!("{mode} {name}{salt}\0").as_bytes());
                content.extend_from_slice(&id);
            }
            id = shapes.write("tree", &content);
        }
        id
    };
    let commit = |shapes: &Shapes<'_>, tree: Id, parent: Option<Id>| {
        let parent = parent.map(|id| format!("parent {}\n", hex::encode(id))).unwrap_or_default();
        let tree = hex::encode(tree);
        let people = "author a <a> 1600000000 +0000\ncommitter a <a> 1600000000 +0000\n";
        shapes.write("commit", format!("tree {tree}\n{parent}{people}\nx").as_bytes())
    };
    let harmless = bomb(&shapes, shapes.blob("1\n"), "");
    let other_names = bomb(&shapes, shapes.blob("2\n"), "x");
    let leak = bomb(&shapes, shapes.blob(token(3)), "");
    let first = commit(&shapes, harmless, None);
    let second = commit(&shapes, other_names, Some(first));
    let third = commit(&shapes, leak, Some(second));
    for (from, to, status) in
        [(first, second, 0), (first, third, 1), (second, third, 1), (third, second, 0)]
    {
        let report = range(&repo, &between(from, to)).expect(status).json();
        let objects = report["coverage"]["objects"].as_u64().expect("a number");
        assert!(objects <= 28, "{objects}");
    }
    // Nested deeper than any stack.
    let Leaf::Blob(mut id) = shapes.blob(token(4)) else { unreachable!() };
    for level in 0..20_000 {
        let mode = if level == 0 { "100644" } else { "40000" };
        id = shapes.write("tree", &[format!("{mode} d\0").as_bytes(), &id].concat());
    }
    let deep = commit(&shapes, id, Some(first));
    let report = range(&repo, &between(first, deep)).expect(1).json();
    assert_eq!(report["coverage"]["objects"], 20_002);
    shapes.commits.clear();
}

#[test]
fn trees_out_of_order_hide_nothing() {
    let repo = Repo::new();
    let shapes = Shapes::new(&repo);
    let Leaf::Blob(harmless) = shapes.blob("1\n") else { unreachable!() };
    let Leaf::Blob(leak) = shapes.blob(token(5)) else { unreachable!() };
    let tree = |entries: &[(&str, &str, Id)]| {
        let mut content = Vec::new();
        for (mode, name, id) in entries {
            content.extend_from_slice(format!("{mode} {name}\0").as_bytes());
            content.extend_from_slice(id);
        }
        shapes.write("tree", &content)
    };
    let commit = |tree: Id, parents: &[Id]| {
        let line = |id: &Id| format!("parent {}\n", hex::encode(id));
        let parents = parents.iter().map(line).collect::<Vec<_>>().concat();
        let tree = hex::encode(tree);
        // Dates that are none.
        let people = "author a <a> -5 +0000\ncommitter a <a> 99999999999999999999 x\n";
        shapes.write("commit", format!("tree {tree}\n{parents}{people}\nx").as_bytes())
    };
    let plain = tree(&[("100644", "a", harmless), ("100644", "b", harmless)]);
    let with_leak = tree(&[("100644", "f", leak)]);
    let before = commit(plain, &[]);
    let link = commit(tree(&[("160000", "a", leak)]), &[]);
    let blob = |name| ("100644", name, harmless);
    for (case, parent, entries) in [
        ("the same name twice", before, vec![blob("a"), ("100644", "a", leak), blob("b")]),
        ("backwards", before, vec![("100644", "z", leak), blob("b"), blob("a")]),
        ("a file and a directory", before, vec![blob("a"), ("40000", "a", with_leak)]),
        ("an odd mode", before, vec![blob("a"), ("100000", "b", leak)]),
        ("a link", before, vec![("120000", "a", leak)]),
        ("a mode of six digits", before, vec![("040000", "a", with_leak)]),
        ("a submodule that becomes a file", link, vec![("100644", "a", leak)]),
    ] {
        let after = commit(tree(&entries), &[parent]);
        let run = range(&repo, &between(parent, after));
        assert_eq!(run.status(), 1, "{case}: {}", run.stdout());
        // What the edge has in another order is known all the same.
        let again = commit(plain, &[after]);
        range(&repo, &between(after, again)).expect(0);
    }
    for (case, entries) in [
        ("a tree in a file's place", vec![("100644", "x", with_leak)]),
        ("a directory's mode with permissions", vec![("40755", "x", with_leak)]),
        ("a file in a directory's place", vec![("40000", "x", leak)]),
        ("a submodule's mode with permissions", vec![("160755", "x", [7; 20])]),
        ("a commit in a file's place", vec![("100644", "x", before)]),
    ] {
        let after = commit(tree(&entries), &[before]);
        let run = range(&repo, &between(before, after));
        assert_eq!(run.status(), 2, "{case}: {}", run.stdout());
    }
    for (case, content) in [
        ("cut short", b"100644 x\0abc".to_vec()),
        ("no mode", [b"x\0".as_slice(), &leak].concat()),
        ("a hit before the damage", [b"100644 x\0".as_slice(), &harmless, b"1"].concat()),
    ] {
        let after = commit(shapes.write("tree", &content), &[before]);
        assert_eq!(range(&repo, &between(before, after)).status(), 2, "{case}");
    }
    let person = "a <a> 1 +0000";
    let tree = hex::encode(plain);
    for (case, content) in [
        ("no tree", format!("author {person}\n\n")),
        ("a short parent", format!("tree {tree}\nparent 1234\n\n")),
        ("a blob as the tree", format!("tree {}\n\n", hex::encode(leak))),
        ("a tree as a parent", format!("tree {tree}\nparent {tree}\n\n")),
        ("nothing", String::new()),
    ] {
        let id = shapes.write("commit", content.as_bytes());
        assert_eq!(range(&repo, &between(before, id)).status(), 2, "{case}");
        // As what is left out, it leaves out nothing, or itself.
        let after = commit(with_leak, &[before]);
        assert_eq!(range(&repo, &between(id, after)).status(), 1, "{case}");
    }
}

#[test]
fn damage_outside_of_the_range_is_not_told() {
    let repo = Repo::new();
    let mut shapes = Shapes::new(&repo);
    let (first, second, _) = two(&mut shapes);
    let files = shapes.commits[second].files.clone();
    let third = shapes.commit(&[second], 1_600_000_200, "three", &files);
    let ids = [first, second, third].map(|at| shapes.commits[at].id);
    repo.blob("unrelated");
    repo.git(["repack", "-adq"]);
    let junk = repo.git_path("objects/pack/pack-1234567890123456789012345678901234567890.idx");
    fs::write(junk, "junk").expect("a file");
    let other = repo.blob("damaged");
    replace(&repo.loose(&other), "junk");
    assert_eq!(skipped(&range(&repo, &between(ids[1], ids[2])).expect(0).json()), [""; 0]);
    // Where something is missing, all of it is told.
    fs::remove_file(repo.loose(&hex::encode(shapes.commits[first].tree))).expect("a tree");
    let report = range(&repo, &hex::encode(ids[0])).expect(2).json();
    assert!(skipped(&report).contains(&"pack".to_owned()), "{report:#}");
}

#[test]
fn a_pack_that_is_cut_off_is_told_wherever_it_ends() {
    let repo = Repo::new();
    let mut shapes = Shapes::new(&repo);
    let (_, second, _) = two(&mut shapes);
    repo.git(["update-ref", "refs/heads/main", &hex::encode(shapes.commits[second].id)]);
    repo.git(["repack", "-adq"]);
    let pack = repo.packs("pack").pop().expect("a pack");
    let content = fs::read(&pack).expect("the pack");
    let head = hex::encode(shapes.commits[second].id);
    for length in (0..48).chain(content.len() - 24..content.len()) {
        replace(&pack, &content[..length]);
        // What comes before the cut may well be read, and hold the token.
        assert_ne!(range(&repo, &head).status(), 0, "{length} bytes");
    }
}
