//! `scan-git --worktree`: the files on disk.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::{Repo, places, skipped};
use crate::support::naive;
use crate::support::repository::make_fifo;
use crate::support::tokens::{self, Random};
use crate::support::tool::{Run, Tool};

fn token(seed: u64) -> String {
    tokens::token(&mut Random::new(seed))
}

fn scan(path: impl AsRef<Path>) -> Run {
    scan_with(&[], path)
}

fn scan_with(options: &[&str], path: impl AsRef<Path>) -> Run {
    let path = path.as_ref().to_str().expect("UTF-8");
    let all = [&["scan-git", "--worktree", "--format", "json"], options, &[path]].concat();
    Tool::new(all).run()
}

/// The paths of the places in the working tree.
fn found(report: &Value) -> BTreeSet<String> {
    let places = places(report).into_iter();
    places.filter(|place| place.0 == "worktree").map(|place| place.1).collect()
}

fn set(paths: &[&str]) -> BTreeSet<String> {
    paths.iter().map(|path| (*path).to_owned()).collect()
}

fn notes(report: &Value) -> Vec<(String, String)> {
    let notes = report["coverage"]["notes"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    notes.iter().map(|note| (text(&note["what"]), text(&note["id"]))).collect()
}

#[test]
fn files_that_git_would_add_are_read_and_ignored_ones_are_left_alone() {
    let repo = Repo::new();
    repo.write(".gitignore", ".env\nbuild/\n*.log\n!keep.log\n");
    repo.write("tracked", "1\n");
    repo.write("build/tracked", "1\n");
    repo.write("deep/tracked.log", "1\n");
    repo.commit("files");
    scan(repo.path()).expect(0);
    for path in [
        ".env",
        "build/tracked",
        "build/other",
        "deep/x.log",
        "deep/keep.log",
        "deep/tracked.log",
        "new/er/file",
        "tracked",
        "local",
    ] {
        repo.write(path, format!("one\n  {}", token(1100)));
    }
    fs::write(repo.git_path("info/exclude"), "/local\n").expect("a file");
    let report = scan(repo.path()).expect(1).json();
    let expected =
        set(&["build/tracked", "deep/keep.log", "deep/tracked.log", "new/er/file", "tracked"]);
    assert_eq!(found(&report), expected);
    assert!(places(&report).contains(&("worktree".to_owned(), "tracked".to_owned(), 2, 3)));
    assert_eq!(report["coverage"]["worktree_files"], 6);
    assert_eq!(report["coverage"]["complete"], true);
    let without = super::scan(repo.path()).expect(0).json();
    assert_eq!(without["coverage"].get("worktree_files"), None);
    let text = Tool::new(["scan-git", "--worktree"]).dir(repo.path()).run().expect(1).stdout();
    assert!(text.contains("  tracked:2:3\n    on disk in the working tree\n"), "{text}");
    assert!(text.contains(", 6 files of the working tree in "), "{text}");
}

#[test]
fn the_working_tree_is_read_besides_what_is_staged_or_in_a_range() {
    let repo = Repo::new();
    repo.commit_file("old", token(1110));
    repo.commit_file("old", "1\n");
    repo.write("staged", token(1111));
    repo.git(["add", "staged"]);
    repo.write("staged", "1\n");
    scan_with(&["--staged"], repo.path()).expect(1);
    assert_eq!(
        places(&scan_with(&["--staged"], repo.path()).json())[0].0,
        "index",
        "what is on disk has no token"
    );
    scan_with(&["--range", "HEAD~..HEAD"], repo.path()).expect(0);
    repo.write("new", token(1112));
    for (options, count) in [(&["--staged"][..], 2), (&["--range", "HEAD~..HEAD"], 1), (&[], 3)] {
        let report = scan_with(options, repo.path()).expect(1).json();
        assert_eq!(report["findings"].as_array().map(Vec::len), Some(count), "{options:?}");
        assert_eq!(found(&report), set(&["new"]));
    }
    let clean = Repo::new();
    clean.commit_file("a", "1\n");
    let path = clean.path().to_str().expect("UTF-8");
    let text = Tool::new(["scan-git", "--staged", "--worktree", path]).run().expect(0).stdout();
    assert!(text.starts_with("clean: 0 staged files read (0 B), 1 file of the working"), "{text}");
}

#[test]
fn the_working_tree_is_found_as_hooks_are_told_of_it() {
    let repo = Repo::new();
    repo.commit_file("a", "1\n");
    let tree = repo.beside("tree");
    repo.git(["worktree", "add", "--quiet", tree.to_str().expect("UTF-8")]);
    fs::write(tree.join("new"), token(1120)).expect("a file");
    scan(repo.path()).expect(0);
    scan(&tree).expect(1);
    scan(repo.git_path("worktrees/tree")).expect(1);
    // Objects are read once, each working tree is read.
    let both = [repo.path(), &tree].map(|path| path.to_str().expect("UTF-8"));
    let run = Tool::new(["scan-git", "--worktree", "--format", "json", both[0], both[1]]).run();
    let report = run.expect(1).json();
    assert_eq!(found(&report), set(&["new"]));
    assert_eq!(report["coverage"]["objects"], 3);
    assert_eq!(report["coverage"]["worktree_files"], 3);
    repo.write("b", token(1121));
    fs::create_dir(repo.path().join("inner")).expect("a directory");
    for given in [repo.path().join("inner"), repo.git_path("")] {
        assert_eq!(found(&scan(given).expect(1).json()), set(&["b"]));
    }
    let run = Tool::new(["scan-git", "--worktree"]).env("GIT_DIR", ".git").dir(repo.path()).run();
    run.expect(1);
    // What there is not cannot be read.
    let bare = Repo::init(&["--bare"]);
    let report = scan(bare.path()).expect(2).json();
    assert_eq!(skipped(&report), ["directory"]);
    // A link back that nobody confirms leads nowhere.
    fs::write(tree.join(".git"), format!("gitdir: {}\n", bare.path().display())).expect("a file");
    scan(repo.git_path("worktrees/tree")).expect(2);
}

#[test]
fn what_is_no_file_is_not_opened_and_links_are_not_followed() {
    let repo = Repo::new();
    repo.commit_file("a", "1\n");
    let outside = repo.beside("outside");
    fs::create_dir(&outside).expect("a directory");
    fs::write(outside.join("file"), token(1130)).expect("a file");
    symlink(&outside, repo.path().join("directory")).expect("a link");
    symlink(outside.join("file"), repo.path().join("file")).expect("a link");
    symlink("..", repo.path().join("up")).expect("a link");
    symlink("loop", repo.path().join("loop")).expect("a link");
    symlink("/dev/zero", repo.path().join("zero")).expect("a link");
    make_fifo(&repo.path().join("pipe"));
    repo.write(".gitignore", "ignored*\n");
    make_fifo(&repo.path().join("ignored"));
    make_fifo(&repo.path().join("a"));
    let report = scan(repo.path()).expect(0).json();
    let expected: Vec<_> = ["a", "pipe"]
        .iter()
        .map(|name| ("special-file".to_owned(), repo.path().join(name).display().to_string()))
        .collect();
    assert_eq!(notes(&report), expected);
    let secret = token(1131);
    symlink(format!("x/{secret}"), repo.path().join("target")).expect("a link");
    assert_eq!(found(&scan(repo.path()).expect(1).json()), set(&["target"]));
    // A tracked directory that a link has replaced is not entered either.
    let repo = Repo::new();
    repo.commit_file("dir/file", "1\n");
    fs::remove_dir_all(repo.path().join("dir")).expect("a directory");
    symlink(&outside, repo.path().join("dir")).expect("a link");
    scan(repo.path()).expect(0);
    // A list of patterns that is a link, which git does not follow: it leaves nothing out.
    symlink(outside.join("patterns"), repo.path().join(".gitignore")).expect("a link");
    fs::write(outside.join("patterns"), "*\n").expect("a file");
    repo.write("new", token(1132));
    assert_eq!(found(&scan(repo.path()).expect(1).json()), set(&["new"]));
    fs::remove_file(repo.path().join(".gitignore")).expect("a link");
    make_fifo(&repo.path().join(".gitignore"));
    scan(repo.path()).expect(1);
}

#[test]
fn names_of_files_and_directories_are_searched() {
    let repo = Repo::new();
    repo.commit_file("a", "1\n");
    let (one, two) = (token(1140), token(1141));
    repo.write(format!("{one}/x"), "1");
    repo.write(format!("dir/{two}"), "1");
    let mask = |secret: &str| format!("{}…{}", &secret[..8], &secret[56..]);
    let expected = BTreeSet::from([mask(&one), format!("dir/{}", mask(&two))]);
    let run = scan(repo.path()).expect(1);
    assert_eq!(found(&run.json()), expected);
    assert!(!run.stdout().contains(&one));
}

#[test]
fn other_repositories_in_the_working_tree_are_noted_and_not_entered() {
    let repo = Repo::new();
    repo.commit_file("a", "1\n");
    repo.git(["init", "--quiet", "inner"]);
    repo.write("inner/file", token(1150));
    // Whoever only looks like one is a directory as any other.
    repo.write("fake/.git/config", "x");
    repo.write("false/.git", "gitdir: ../nowhere\n");
    let report = scan(repo.path()).expect(0).json();
    let inner = repo.path().join("inner").display().to_string();
    assert_eq!(notes(&report), [("nested-repository".to_owned(), inner)]);
    repo.write("fake/file", token(1151));
    repo.write("false/file", token(1151));
    assert_eq!(found(&scan(repo.path()).expect(1).json()), set(&["fake/file", "false/file"]));
    // An ignored one is nobody's business.
    repo.write(".gitignore", "inner\n/fake\n/false\n");
    assert_eq!(notes(&scan(repo.path()).expect(0).json()), []);
    // What was tracked before it became one still is.
    let repo = Repo::new();
    repo.commit_file("inner/file", "1\n");
    repo.git(["init", "--quiet", "inner"]);
    repo.write("inner/file", token(1152));
    repo.write("inner/other", token(1153));
    assert_eq!(found(&scan(repo.path()).expect(1).json()), set(&["inner/file"]));
}

#[test]
fn files_that_may_not_be_read_make_a_scan_incomplete() {
    use std::os::unix::fs::MetadataExt as _;
    use std::os::unix::process::CommandExt as _;
    for (path, status) in [("file", 2), ("dir", 2), ("sub/.gitignore", 2), ("ignored", 0)] {
        let repo = Repo::new();
        repo.commit_file("a", "1\n");
        repo.write(".gitignore", "ignored\n");
        repo.write("dir/x", "1\n");
        repo.write("file", "1\n");
        repo.write("sub/.gitignore", "1\n");
        repo.write("ignored", "1\n");
        let above = repo.path().parent().expect("a parent");
        let set = |path: &Path, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("permissions");
        };
        set(above, 0o755);
        set(&repo.path().join(path), 0);
        let mut command = Command::new(env!("CARGO_BIN_EXE_intercom-sec"));
        command.args(["scan-git", "--worktree", "--no-cache", "--quiet"]);
        command.arg(repo.path()).stdin(Stdio::null());
        if fs::metadata(above).expect("metadata").uid() == 0 {
            // The administrator may read everything.
            command.uid(65534).gid(65534).current_dir("/");
        }
        let result = command.status();
        set(&repo.path().join(path), 0o755);
        // Another user may not be allowed to run a program that was built here.
        let Ok(result) = result else { return };
        assert_eq!(result.code(), Some(status), "{path}");
    }
}

/// A part of a name or of a pattern.
const PARTS: [&str; 10] = ["a", "b", "ab", "a.c", "b.c", "x y", "[z]", "{a,b}", "!a", "#b"];

fn pattern(random: &mut Random) -> String {
    let wild =
        ["*", "?", "**", "*.c", "a*", "[ab]", "[!a]*", "?b", "[a-c].c", "\\[z]", "a**", "\\*"];
    let mut text = String::new();
    if random.one_in(4) {
        text.push('!');
    }
    if random.one_in(4) {
        text.push('/');
    }
    for number in 0..=random.below(3) {
        if number > 0 {
            text.push('/');
        }
        text.push_str(if random.one_in(2) { random.pick(&wild) } else { random.pick(&PARTS) });
    }
    if random.one_in(4) {
        text.push('/');
    }
    text.push_str(random.pick(&["", "", "", " ", "\r", "\\ "]));
    text
}

fn patterns(random: &mut Random) -> String {
    (0..=random.below(6)).map(|_| pattern(random) + "\n").collect()
}

#[test]
fn the_files_of_random_working_trees_are_those_that_git_lists() {
    for seed in 0..40 {
        let random = &mut Random::new(1200 + seed);
        let repo = Repo::new();
        let directory = |random: &mut Random| {
            (0..random.below(4)).map(|_| random.pick(&PARTS).to_owned() + "/").collect::<String>()
        };
        let write = |path: &str, content: &str| {
            let path = repo.path().join(path);
            // A file may be in the way of a directory, and the other way round.
            let _ = fs::create_dir_all(path.parent().expect("a parent"))
                .and_then(|()| fs::write(path, content));
        };
        for number in 0..40 {
            let path = directory(random) + random.pick(&PARTS);
            write(&path, &token(number));
        }
        for _ in 0..3 {
            let list = directory(random) + ".gitignore";
            write(&list, &patterns(random));
        }
        fs::write(repo.git_path("info/exclude"), patterns(random)).expect("a file");
        // Some are tracked, whatever the patterns say.
        let all = repo.git(["ls-files", "-z", "--others"]);
        for path in all.split(|&byte| byte == 0).filter(|path| !path.is_empty()) {
            if random.one_in(4) {
                let path = std::str::from_utf8(path).expect("UTF-8");
                repo.git(["add", "--force", "--", &format!(":(literal){path}")]);
            }
        }
        let listed = repo.git(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        let expected: BTreeSet<String> = listed
            .split(|&byte| byte == 0)
            .map(|path| String::from_utf8(path.to_vec()).expect("UTF-8"))
            .filter(|path| !path.is_empty() && !path.ends_with(".gitignore"))
            .collect();
        let report = scan_with(&["--staged"], repo.path()).json();
        assert_eq!(found(&report), expected, "seed {seed}");
        assert!(naive::locations(&report).count() >= expected.len());
    }
}
