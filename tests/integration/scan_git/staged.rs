//! `scan-git --staged`: the files that it reads are those that `git diff --cached` names.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::{Repo, skipped, staged};
use crate::support::history;
use crate::support::tokens::{self, Random};
use crate::support::tool::{Run, Tool};

/// Paths with the ids of the blobs that are staged at them.
type Files = BTreeSet<(String, String)>;

fn token(seed: u64) -> String {
    tokens::token(&mut Random::new(seed))
}

/// What git says is staged: what differs from `HEAD`, and in a conflict each side that `HEAD` does
/// not have.
fn told_by_git(repo: &Repo, directory: &Path) -> Files {
    let git = |arguments: &[&str]| {
        let output = repo.git_in(directory, arguments);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let mut files = Files::new();
    let raw = git(&["diff", "--cached", "--raw", "-z", "--no-renames", "--no-abbrev"]);
    let mut fields = raw.split_terminator('\0');
    while let (Some(change), Some(path)) = (fields.next(), fields.next()) {
        let parts: Vec<_> = change.split(' ').collect();
        let [old_mode, mode, old, new, state] = parts[..] else { panic!("{change}") };
        let is_same = old == new && old_mode != ":160000";
        if !["D", "U"].contains(&state) && mode != "160000" && !is_same {
            files.insert((path.to_owned(), new.to_owned()));
        }
    }
    let unmerged = git(&["ls-files", "--unmerged", "-z"]);
    if !unmerged.is_empty() {
        let is_born = repo.git_in(directory, ["rev-parse", "HEAD"]).status.success();
        let head = if is_born { git(&["ls-tree", "-r", "-z", "HEAD"]) } else { String::new() };
        let head: BTreeSet<_> = head.split_terminator('\0').map(mode_id_path).collect();
        for entry in unmerged.split_terminator('\0').map(mode_id_path) {
            if entry.0 != "160000" && !head.iter().any(|own| (own.1, own.2) == (entry.1, entry.2)) {
                files.insert((entry.2.to_owned(), entry.1.to_owned()));
            }
        }
    }
    files
}

/// Of `mode type id TAB path` or `mode id stage TAB path`, what these tests need.
fn mode_id_path(line: &str) -> (&str, &str, &str) {
    let (fields, path) = line.split_once('\t').expect("a path");
    let id = fields.split(' ').find(|field| field.len() >= 40).expect("an id");
    (fields.split(' ').next().expect("a mode"), id, path)
}

/// Where the scan found tokens in staged content.
fn found(run: &Run) -> Files {
    let report = run.json();
    let findings = report["findings"].as_array().expect("findings");
    let locations = findings.iter().filter_map(|finding| finding["locations"].as_array());
    let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    locations
        .flatten()
        .filter(|location| location["source"] == "index")
        .map(|location| (text(&location["path"]), text(&location["object"])))
        .collect()
}

/// Every blob holds a token, so the places with a token are the blobs that were read.
#[track_caller]
fn assert_same(repo: &Repo, directory: &Path, case: &str) {
    let expected = told_by_git(repo, directory);
    let run = staged(directory);
    assert_eq!(found(&run), expected, "{case}");
    let run = run.expect(i32::from(!expected.is_empty()));
    let coverage = &run.json()["coverage"];
    let objects: BTreeSet<_> = expected.iter().map(|file| &file.1).collect();
    assert_eq!(coverage["complete"], true, "{case}");
    assert_eq!(coverage["objects"], objects.len(), "{case}");
    assert_eq!(coverage["staged_files"], expected.len(), "{case}");
}

/// Stores files that hold a token each; their ids.
fn blobs(repo: &Repo, random: &mut Random, count: usize) -> Vec<String> {
    let directory = repo.beside("contents");
    fs::create_dir_all(&directory).expect("a directory");
    let mut list = String::new();
    for number in 0..count {
        let path = directory.join(number.to_string());
        fs::write(&path, format!("{number}\n  {}\n", tokens::token(random))).expect("a file");
        let _ = writeln!(list, "{}", path.display());
    }
    let ids = repo.git_with(["hash-object", "-w", "--stdin-paths"], list.as_bytes());
    String::from_utf8(ids).expect("UTF-8").lines().map(str::to_owned).collect()
}

/// An index as `git update-index --index-info` takes it: by its paths modes and ids.
type Entries = BTreeMap<String, (&'static str, String)>;

/// Adds a file, and removes what cannot be there beside it.
fn put(entries: &mut Entries, path: &str, mode: &'static str, id: &str) {
    entries.retain(|other, _| {
        !other.starts_with(&format!("{path}/")) && !path.starts_with(&format!("{other}/"))
    });
    entries.insert(path.to_owned(), (mode, id.to_owned()));
}

/// A path, short names of which sort differently as files and as directories.
fn path(random: &mut Random) -> String {
    let names = ["a", "a-b", "a.b", "a0", "b", "lib", "é", "x y", "longer-name.txt"];
    let depth = 1 + random.below(4);
    let parts: Vec<_> = (0..depth).map(|_| names[random.below(names.len())]).collect();
    parts.join("/")
}

/// A few random changes.
fn change(entries: &mut Entries, random: &mut Random, ids: &[String]) {
    for _ in 0..random.below(12) {
        let paths: Vec<String> = entries.keys().cloned().collect();
        let id = &ids[random.below(ids.len())];
        let known = (!paths.is_empty()).then(|| paths[random.below(paths.len())].clone());
        let is_file = |path: &String| entries[path].0 != "160000";
        match (random.below(8), known) {
            (0, Some(known)) => drop(entries.remove(&known)),
            (1, Some(known)) if is_file(&known) => {
                let id = entries[&known].1.clone();
                put(entries, &known, ["100644", "100755", "120000"][random.below(3)], &id);
            }
            (2, Some(known)) => {
                // A directory and all in it.
                let directory = known.split('/').next().expect("a name").to_owned();
                entries.retain(|path, _| !path.starts_with(&directory));
            }
            (3, Some(known)) if is_file(&known) => {
                let id = entries[&known].1.clone();
                put(entries, &path(random), "100644", &id);
            }
            (4, _) => put(entries, &path(random), "160000", &"1".repeat(id.len())),
            (5, Some(known)) => put(entries, &known, "100644", id),
            _ => put(entries, &path(random), "100644", id),
        }
    }
}

fn write_index(repo: &Repo, before: &Entries, after: &Entries) {
    let length = before.values().next().map_or(40, |entry| entry.1.len());
    let zero = "0".repeat(length);
    let mut lines = String::new();
    for path in before.keys().filter(|path| !after.contains_key(*path)) {
        let _ = writeln!(lines, "0 {zero}\t{path}");
    }
    for (path, entry) in after.iter().filter(|(path, entry)| before.get(*path) != Some(entry)) {
        let _ = writeln!(lines, "{} {}\t{path}", entry.0, entry.1);
    }
    repo.git_with(["update-index", "--index-info"], lines.as_bytes());
}

#[test]
fn what_is_read_is_what_git_tells_of_random_indexes() {
    for seed in 0..40 {
        let random = &mut Random::new(1000 + seed);
        let format = if seed % 10 == 9 { "sha256" } else { "sha1" };
        let repo = Repo::init(&["--object-format", format]);
        let ids = blobs(&repo, random, 40);
        let version = ["2", "4", "4", "2"][random.below(4)];
        repo.git(["config", "index.version", version]);
        // Git names the shared part of a split index by its hash, and loses it without one.
        let is_split = random.below(3) == 0;
        let skips_hash = !is_split && random.below(2) == 0;
        repo.git(["config", "index.skipHash", &skips_hash.to_string()]);
        let mut entries = Entries::new();
        for _ in 0..random.below(40) {
            put(&mut entries, &path(random), "100644", &ids[random.below(ids.len())]);
        }
        write_index(&repo, &Entries::new(), &entries);
        if random.below(8) > 0 {
            repo.git(["commit", "--quiet", "--allow-empty", "-m", "x"]);
        }
        match random.below(4) {
            0 => drop(repo.git(["pack-refs", "--all"])),
            1 if repo.git_in(repo.path(), ["rev-parse", "HEAD"]).status.success() => {
                repo.git(["update-ref", "--no-deref", "HEAD", "HEAD"]);
                repo.git(["symbolic-ref", "HEAD", "refs/heads/main"]);
            }
            _ => {}
        }
        let case = format!("seed {seed}");
        assert_same(&repo, repo.path(), &case);
        if is_split {
            repo.git(["config", "core.splitIndex", "true"]);
            repo.git(["config", "splitIndex.maxPercentChange", "100"]);
            repo.git(["update-index", "--split-index"]);
        }
        for round in 0..3 {
            let before = entries.clone();
            change(&mut entries, random, &ids);
            write_index(&repo, &before, &entries);
            // The index of version 3.
            if let Some((path, _)) = entries.iter().find(|(_, entry)| entry.0 == "100644") {
                repo.git(["update-index", "--skip-worktree", "--", path]);
            }
            assert_same(&repo, repo.path(), &format!("{case}, round {round}"));
        }
        let side = |stage: usize| format!("100644 {} {stage}\tconflict\n", ids[stage]);
        let sides = [side(1), side(2), side(3)].concat();
        repo.git_with(["update-index", "--index-info"], sides.as_bytes());
        assert_same(&repo, repo.path(), &format!("{case}, in conflict"));
        repo.write("announced/later", token(seed));
        repo.git(["add", "--intent-to-add", "announced/later"]);
        assert_same(&repo, repo.path(), &format!("{case}, announced"));
        let info = format!("100644 {}\tconflict\n", ids[9]);
        repo.git_with(["update-index", "--index-info"], info.as_bytes());
        assert_same(&repo, repo.path(), &format!("{case}, settled"));
        let name = fs::read_dir(repo.git_path("")).expect("a directory");
        let is_shared = |name: &str| name.starts_with("sharedindex.");
        let has_shared = name
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .any(|name| is_shared(&name));
        assert_eq!(has_shared, is_split, "{case}");
    }
}

/// Directories `in` and `out` with two commits that differ in both; only `in` is checked out.
fn sparse() -> Repo {
    let repo = Repo::new();
    let random = &mut Random::new(2000);
    for round in 0..3 {
        for path in ["in/a", "out/b", "out/deep/c", "out/deep/er/d", "other/e", "top"] {
            if round == 0 || random.below(2) == 0 {
                repo.write(path, tokens::token(random));
            }
        }
        repo.write(format!("out/new-{round}/f"), tokens::token(random));
        repo.commit("change");
    }
    repo.git(["sparse-checkout", "set", "--cone", "--sparse-index", "in"]);
    let sparse = repo.ask(["ls-files", "--sparse", "--stage"]);
    assert!(sparse.contains("040000"), "{sparse}");
    repo
}

#[test]
fn directories_that_stand_for_their_files_are_compared_as_trees() {
    let repo = sparse();
    assert_same(&repo, repo.path(), "nothing staged");
    repo.write("in/new", token(2001));
    repo.git(["add", "in/new"]);
    assert_same(&repo, repo.path(), "staged beside them");
    repo.git(["reset", "--quiet", "--soft", "HEAD~2"]);
    assert_same(&repo, repo.path(), "other trees than those of HEAD");
    assert!(repo.ask(["ls-files", "--sparse", "--stage"]).contains("040000"));
    repo.git(["update-ref", "-d", "refs/heads/main"]);
    assert_same(&repo, repo.path(), "no commit");
}

#[test]
fn a_tree_that_the_index_names_must_be_there() {
    let repo = sparse();
    let listing = repo.ask(["ls-files", "--sparse", "--stage", "out/"]);
    let tree = listing.split(' ').nth(1).expect("an id").to_owned();
    // HEAD has it too: what is in it need not be known.
    fs::rename(repo.loose(&tree), repo.beside("hidden")).expect("a loose tree");
    staged(repo.path()).expect(0);
    repo.git(["update-ref", "refs/heads/main", "HEAD~1"]);
    assert_eq!(skipped(&staged(repo.path()).expect(1).json()), ["missing-object"]);
}

#[test]
fn each_file_is_told_with_its_place() {
    let repo = Repo::new();
    repo.commit_file("old", token(2100));
    let content = format!("first\n\u{e9} = {}\n", token(2101));
    for path in ["config/b", "config/a", "z"] {
        repo.write(path, &content);
    }
    repo.write("untracked", token(2102));
    repo.git(["add", "config", "z"]);
    repo.write("z", "taken out again, but not staged\n");
    let run = staged(repo.path()).expect(1);
    let report = run.json();
    let findings = report["findings"].as_array().expect("findings");
    assert_eq!(findings.len(), 1);
    let locations = findings[0]["locations"].as_array().expect("locations");
    let paths: Vec<_> = locations.iter().map(|location| location["path"].clone()).collect();
    assert_eq!(paths, ["config/a", "config/b", "z"]);
    for location in locations {
        let object = repo.ask(["rev-parse", ":z"]);
        let expected = serde_json::json!({
            "source": "index", "repository": repo.path(), "object": object,
            "path": location["path"], "line": 2, "column": 6, "encoding": [], "refs": [],
            "present_at_head": false,
        });
        assert_eq!(location, &expected);
    }
    let bytes = content.len();
    let coverage = serde_json::json!({
        "complete": true, "objects": 1, "bytes": bytes, "staged_files": 3, "skipped": [],
    });
    assert_eq!(report["coverage"], coverage);
    assert_eq!(report["verdict"], "leak");
}

#[test]
fn names_that_are_tokens_are_found() {
    let repo = Repo::new();
    let (old, new, submodule) = (token(2200), token(2201), token(2202));
    repo.commit_file(&format!("{old}/a"), "harmless\n");
    staged(repo.path()).expect(0);
    for name in ["x", "y", "deeper/z"] {
        repo.write(format!("directory/{new}/{name}"), "harmless\n");
    }
    repo.git(["add", "directory"]);
    let entry = format!("160000 {} 0\t{submodule}\n", "1".repeat(40));
    repo.git_with(["update-index", "--index-info"], entry.as_bytes());
    let report = staged(repo.path()).expect(1).json();
    let findings = report["findings"].as_array().expect("findings");
    assert_eq!(findings.len(), 2);
    let mut masked = Vec::new();
    for finding in findings {
        let locations = finding["locations"].as_array().expect("locations");
        assert_eq!(locations.len(), 1, "{locations:?}");
        assert_eq!(locations[0]["source"], "path");
        masked.push(locations[0]["path"].as_str().expect("a path").to_owned());
    }
    masked.sort();
    assert!(masked[1].starts_with("directory/dG9r") && masked[0].starts_with("dG9r"), "{masked:?}");
    assert!(masked.iter().all(|path| path.contains('…')), "{masked:?}");
}

#[test]
fn only_what_is_staged_counts() {
    let repo = Repo::new();
    repo.commit_file("a", "harmless\n");
    repo.write("a", token(2300));
    staged(repo.path()).expect(0);
    repo.git(["add", "a"]);
    repo.write("a", "harmless\n");
    staged(repo.path()).expect(1);
    repo.git(["commit", "--quiet", "-m", "now it is committed"]);
    staged(repo.path()).expect(0);
    // What the file brought is still in it, and the commit would bring it once more.
    repo.write("a", token(2300) + "\nmore\n");
    repo.git(["add", "a"]);
    staged(repo.path()).expect(1);
}

#[test]
fn links_and_submodules_are_what_git_stages() {
    let repo = Repo::new();
    repo.commit_file("a", "harmless\n");
    symlink(token(2400), repo.path().join("link")).expect("a link");
    repo.git(["add", "link"]);
    assert_eq!(found(&staged(repo.path()).expect(1)), told_by_git(&repo, repo.path()));
    repo.git(["rm", "--quiet", "--cached", "link"]);
    let inner = Repo::new();
    inner.commit_file("secret", token(2401));
    let url = inner.path().to_str().expect("UTF-8");
    repo.git(["submodule", "--quiet", "add", url, "inner"]);
    let report = staged(repo.path()).expect(0).json();
    assert_eq!(report["coverage"]["staged_files"], 1, "only .gitmodules");
}

#[test]
fn every_worktree_has_an_index_of_its_own() {
    let repo = Repo::new();
    repo.commit_file("a", "harmless\n");
    let tree = repo.beside("tree");
    let name = tree.to_str().expect("UTF-8");
    repo.git(["worktree", "add", "--quiet", "-b", "side", name]);
    fs::write(tree.join("b"), token(2500)).expect("a file");
    assert!(repo.git_in(&tree, ["add", "b"]).status.success());
    staged(repo.path()).expect(0);
    assert_same(&repo, &tree, "a linked worktree");
    let own = repo.path().to_str().expect("UTF-8");
    let both = Tool::new(["scan-git", "--staged", "--format", "json", own, name]).run().expect(1);
    assert_eq!(found(&both).len(), 1);
    // A branch without commits, beside one that has some.
    assert!(repo.git_in(&tree, ["symbolic-ref", "HEAD", "refs/heads/new"]).status.success());
    fs::write(tree.join("a"), token(2501)).expect("a file");
    assert!(repo.git_in(&tree, ["add", "a"]).status.success());
    assert_same(&repo, &tree, "an unborn branch in a linked worktree");
}

#[test]
fn another_index_is_read_when_git_names_it() {
    let repo = Repo::new();
    repo.commit_file("a", "harmless\n");
    let other = repo.path().join("other-index");
    fs::copy(repo.git_path("index"), &other).expect("a copy");
    let id = repo.blob(token(2600));
    repo.git(["update-index", "--add", "--cacheinfo", &format!("100644,{id},b")]);
    let path = repo.path().to_str().expect("UTF-8");
    let scan = |index: &str, repositories: &[&str]| {
        let tool =
            Tool::new([["scan-git", "--staged", "--quiet"].as_slice(), repositories].concat());
        tool.env("GIT_INDEX_FILE", index).dir(repo.path()).run().status()
    };
    assert_eq!(scan("other-index", &[path]), 0);
    assert_eq!(scan(other.to_str().expect("UTF-8"), &[]), 0);
    assert_eq!(scan(".git/index", &[]), 1);
    assert_eq!(scan("", &[]), 1);
    // It belongs to the worktree in which git runs the hook, whatever else is scanned.
    let second = Repo::new();
    let second_path = second.path().to_str().expect("UTF-8");
    assert_eq!(scan("other-index", &[path, second_path]), 0);
    assert_eq!(scan("other-index", &[path, path]), 0);
    second.git([
        "update-index",
        "--add",
        "--cacheinfo",
        &format!("100644,{},b", second.blob(token(2601))),
    ]);
    assert_eq!(scan("other-index", &[path, second_path]), 1);
    assert_eq!(scan("other-index", &[second_path]), 1);
    // Outside of every worktree, it cannot be told whose it is.
    let elsewhere = tempfile::tempdir().expect("a directory");
    let both = Tool::new(["scan-git", "--staged", "--quiet", path, path]);
    let index = other.to_str().expect("UTF-8");
    assert_eq!(both.env("GIT_INDEX_FILE", index).dir(elsewhere.path()).run().status(), 2);
    // A name that leads nowhere is no empty index.
    assert_eq!(scan("missing", &[path]), 2);
    assert_eq!(scan("missing/index", &[path]), 2);
}

#[test]
fn without_an_index_nothing_is_staged() {
    let repo = Repo::new();
    let text = |path: &Path| {
        let path = path.to_str().expect("UTF-8");
        Tool::new(["scan-git", "--staged", path]).run().expect(0).stdout()
    };
    assert_eq!(text(repo.path()), "clean: nothing new is staged\n");
    repo.commit_file("a", token(2700));
    assert_eq!(text(repo.path()), "clean: nothing new is staged\n");
    repo.git(["rm", "--quiet", "--cached", "a"]);
    assert_eq!(text(repo.path()), "clean: nothing new is staged\n");
    let bare = repo.cloned(&["--bare"]);
    assert_eq!(text(bare.path()), "clean: nothing new is staged\n");
}

#[test]
fn the_text_tells_how_much_was_read() {
    let repo = Repo::new();
    for name in ["a", "b"] {
        repo.write(name, "same\n");
    }
    repo.git(["add", "."]);
    let path = repo.path().to_str().expect("UTF-8");
    let text = Tool::new(["scan-git", "--staged", path]).run().expect(0).stdout();
    assert!(text.starts_with("clean: 2 staged files read (5 B) in "), "{text}");
    assert!(!text.contains("everything"), "{text}");
    repo.write("a", token(2800));
    repo.git(["add", "."]);
    let text = Tool::new(["scan-git", "--staged", path]).run().expect(1).stdout();
    let blob = &repo.ask(["rev-parse", ":a"])[..12];
    assert!(
        text.contains(&format!("  a:1:1\n    staged, in no commit yet  blob {blob}\n")),
        "{text}"
    );
    assert!(text.contains("1 leaked token: 2 staged files read ("), "{text}");
    assert!(text.contains("next: take each token out of its file"), "{text}");
}

#[test]
fn of_a_hundred_thousand_files_only_the_changed_ones_are_read() {
    let repo = Repo::new();
    let random = &mut Random::new(2900);
    let ids = blobs(&repo, random, 3);
    // No content of these files is stored: none is needed.
    let mut lines = String::new();
    for number in 0..100_000_u32 {
        let id = hex::encode([number.to_be_bytes().as_slice(), &[7; 16]].concat());
        let (package, module) = (number / 2000, number / 40 % 50);
        let _ = writeln!(lines, "100644 {id}\tpackage-{package}/src/module-{module}/file-{number}");
    }
    repo.git_with(["update-index", "--index-info"], lines.as_bytes());
    let tree = repo.ask(["write-tree", "--missing-ok"]);
    let commit = repo.ask(["commit-tree", "-m", "x", &tree]);
    repo.git(["update-ref", "HEAD", &commit]);
    staged(repo.path()).expect(0);
    for (number, id) in ids.iter().enumerate() {
        let path = format!("package-{number}/src/module-7/file-{}", number * 2000 + 7 * 40);
        repo.git(["update-index", "--cacheinfo", &format!("100644,{id},{path}")]);
    }
    assert_same(&repo, repo.path(), "three changed files");
    for settings in [["index.version", "4"], ["core.splitIndex", "true"]] {
        repo.git([["config"].as_slice(), &settings].concat());
        repo.git(["update-index", "--force-write-index"]);
        assert_same(&repo, repo.path(), settings[0]);
    }
}

#[test]
fn the_first_commit_of_many_files_is_read_by_many_threads() {
    let repo = Repo::new();
    let random = &mut Random::new(3000);
    let mut stream = history::Stream::default();
    let files: BTreeMap<String, Vec<u8>> = (0..3000)
        .map(|number| {
            let content = format!("{number}\n{}\n", tokens::token(random));
            (format!("d{}/f{number}", number % 70), content.into_bytes())
        })
        .collect();
    stream.commit(&history::Commit {
        reference: "refs/heads/side",
        author: "A",
        time: 1_600_000_000,
        zone: "+0000",
        message: "x",
        parents: &[],
        files: &files,
    });
    repo.import(&stream.finish(), true);
    repo.git(["read-tree", "side"]);
    assert_same(&repo, repo.path(), "3000 files");
    let path = repo.path().to_str().expect("UTF-8");
    let scan = |threads: &str| {
        let arguments = ["scan-git", "--staged", "--format=ndjson", "--threads", threads, path];
        Tool::new(arguments).run().expect(1).stdout()
    };
    assert_eq!(scan("1"), scan("7"));
}
