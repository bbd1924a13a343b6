//! `scan-git` of a repository that was scanned before.

mod sequence;
mod tampering;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::Repo;
use super::skipped;
use crate::support::tokens::{self, Random};
use crate::support::tool::{Run, Tool};

/// Where a test's scans are remembered.
pub(super) struct Memory {
    directory: PathBuf,
}

impl Memory {
    pub(super) fn beside(repo: &Repo) -> Self {
        Self { directory: repo.beside("cache") }
    }

    fn scan(&self, repository: &Path) -> Run {
        self.run(&["--format", "json"], repository)
    }

    pub(super) fn run(&self, options: &[&str], repository: &Path) -> Run {
        let directory = self.directory.to_str().expect("UTF-8");
        let repository = repository.to_str().expect("UTF-8");
        Tool::new([&["scan-git", "--cache-dir", directory], options, &[repository]].concat()).run()
    }

    /// The files in which something is remembered, and the key.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(&self.directory) else { return Vec::new() };
        let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
        files.sort();
        files
    }

    fn state(&self) -> PathBuf {
        let is_state = |path: &PathBuf| path.extension().is_some_and(|end| end == "scan");
        let mut states = self.files().into_iter().filter(is_state);
        let state = states.next().expect("a state");
        assert_eq!(states.next(), None);
        state
    }
}

/// Waits until what was written is old enough to be remembered: the file system's clock moves in
/// steps, and what was changed in the current one may be changed again with the same time.
pub(super) fn settle() {
    let end = SystemTime::now() + Duration::from_millis(130);
    while let Ok(rest) = end.duration_since(SystemTime::now()) {
        std::thread::park_timeout(rest);
    }
}

/// How many objects an earlier scan has read.
pub(super) fn cached(run: &Run) -> u64 {
    run.json()["coverage"]["cached_objects"].as_u64().unwrap_or(0)
}

fn objects(run: &Run) -> u64 {
    run.json()["coverage"]["objects"].as_u64().expect("a number")
}

/// A report without what tells how it came about.
fn plain(run: &Run) -> Value {
    let mut report = run.json();
    report["coverage"].as_object_mut().expect("an object").remove("cached_objects");
    report
}

/// Asserts that a scan says what it would say without memory.
#[track_caller]
fn expect_the_truth(run: &Run, repository: &Path) {
    let path = repository.to_str().expect("UTF-8");
    let truth = Tool::new(["scan-git", "--no-cache", "--format", "json", path]).run();
    assert_eq!(plain(run), plain(&truth));
    assert_eq!(run.status(), truth.status());
}

#[test]
fn a_rescan_reads_only_what_is_new() {
    let repo = Repo::new();
    let memory = Memory::beside(&repo);
    repo.commit_file("a", "one\n");
    repo.repack(&[], &[]);
    repo.commit_file("b", "two\n");
    settle();
    let first = memory.scan(repo.path()).expect(0);
    assert_eq!((cached(&first), objects(&first)), (0, 6));
    let again = memory.scan(repo.path()).expect(0);
    assert_eq!((cached(&again), objects(&again)), (6, 6));
    expect_the_truth(&again, repo.path());

    // A commit, as loose objects; then a branch alone; then a pack that a fetch brings.
    // (Had all files been added, git would have renewed the pack's time.)
    repo.write("c", "three\n");
    repo.git(["add", "c"]);
    repo.git(["commit", "--quiet", "-m", "c"]);
    settle();
    let grown = memory.scan(repo.path()).expect(0);
    assert_eq!((cached(&grown), objects(&grown)), (6, 9));
    expect_the_truth(&grown, repo.path());
    repo.git(["branch", "other"]);
    assert_eq!(cached(&memory.scan(repo.path()).expect(0)), 9);
    let clone = repo.cloned(&[]);
    clone.commit_file("d", "four\n");
    let url = clone.path().to_str().expect("UTF-8");
    repo.git(["-c", "fetch.unpackLimit=1", "fetch", "--quiet", url, "main:fetched"]);
    settle();
    let fetched = memory.scan(repo.path()).expect(0);
    assert_eq!((cached(&fetched), objects(&fetched)), (9, 12));
    expect_the_truth(&fetched, repo.path());
    assert_eq!(cached(&memory.scan(repo.path()).expect(0)), 12);
}

#[test]
fn a_rescan_reports_the_finding_again() {
    let mut random = Random::new(801);
    let (early, late) = (tokens::token(&mut random), tokens::token(&mut random));
    let repo = Repo::new();
    let memory = Memory::beside(&repo);
    repo.commit_file("a", format!("first\nkey = {early}\n"));
    repo.git(["tag", "-a", "-m", &format!("it is {late}"), "v1"]);
    repo.git(["rm", "--quiet", "a"]);
    repo.commit("clean up");
    settle();
    let first = memory.scan(repo.path()).expect(1);
    let again = memory.scan(repo.path()).expect(1);
    assert_eq!(cached(&again), objects(&first));
    assert_eq!(plain(&again), plain(&first));
    let text = memory.run(&[], repo.path()).expect(1).stdout();
    assert!(text.contains(", all by an earlier scan ("), "{text}");
    // By another path, the report names that; in a list, the findings of all are merged.
    let below = repo.path().join(".git");
    expect_the_truth(&memory.scan(&below).expect(1), &below);
    let other = repo.cloned(&[]);
    settle();
    for _ in 0..2 {
        let both =
            memory.run(&["--format", "json", other.path().to_str().expect("UTF-8")], repo.path());
        assert_eq!(both.json()["findings"].as_array().map(Vec::len), Some(2));
    }
    // A new commit cannot hide it, and a new token is found beside it.
    repo.commit_file("b", "harmless\n");
    expect_the_truth(&memory.scan(repo.path()).expect(1), repo.path());
    repo.commit_file("c", tokens::token(&mut random));
    let run = memory.scan(repo.path()).expect(1);
    assert_eq!(run.json()["findings"].as_array().map(Vec::len), Some(3));
}

#[test]
fn a_token_in_something_new_is_found() {
    let mut random = Random::new(802);
    let repo = Repo::new();
    let memory = Memory::beside(&repo);
    repo.commit_file("a", "harmless\n");
    settle();
    memory.scan(repo.path()).expect(0);
    let token = tokens::token(&mut random);
    repo.blob(&token);
    let found = memory.scan(repo.path()).expect(1);
    expect_the_truth(&found, repo.path());
    repo.git(["prune", "--expire=now"]);
    assert_eq!(cached(&memory.scan(repo.path()).expect(0)), 3);
    // In a pack that brings nothing else.
    let clone = repo.cloned(&[]);
    clone.commit_file("b", &token);
    let url = clone.path().to_str().expect("UTF-8");
    repo.git(["-c", "fetch.unpackLimit=1", "fetch", "--quiet", url, "main:fetched"]);
    expect_the_truth(&memory.scan(repo.path()).expect(1), repo.path());
}

#[test]
fn a_gap_stays_a_gap_until_it_is_filled() {
    let repo = Repo::new();
    let memory = Memory::beside(&repo);
    repo.commit_file("directory/a", "one\n");
    let blob = repo.ask(["rev-parse", "HEAD:directory/a"]);
    repo.commit_file("directory/a", "two\n");
    let elsewhere = repo.beside("object");
    fs::rename(repo.loose(&blob), &elsewhere).expect("it was loose");
    settle();
    memory.scan(repo.path()).expect(2);
    assert_eq!(cached(&memory.scan(repo.path()).expect(2)), 7);

    repo.commit_file("directory/a", "three\n");
    settle();
    let grown = memory.scan(repo.path()).expect(2);
    assert_eq!((cached(&grown), objects(&grown)), (7, 11));
    expect_the_truth(&grown, repo.path());
    // Nothing that is claimed leads there any more.
    repo.git(["checkout", "--quiet", "--orphan", "new"]);
    repo.git(["reflog", "expire", "--expire=now", "--all"]);
    repo.commit_file("other", "four\n");
    repo.git(["branch", "--quiet", "-D", "main"]);
    repo.git(["reflog", "expire", "--expire=now", "--all"]);
    settle();
    let thrown_away = memory.scan(repo.path()).expect(0);
    expect_the_truth(&thrown_away, repo.path());
    // A commit that was thrown away comes back, and the gap with it.
    let dangling = repo.ask(["fsck", "--unreachable", "--no-reflogs"]);
    let commit = dangling.lines().find_map(|line| line.strip_prefix("unreachable commit "));
    repo.git(["branch", "back", commit.expect("a commit")]);
    let back = memory.scan(repo.path()).expect(2);
    assert_eq!(skipped(&back.json()), ["missing-object"]);
    expect_the_truth(&back, repo.path());
    fs::rename(&elsewhere, repo.loose(&blob)).expect("its place");
    settle();
    expect_the_truth(&memory.scan(repo.path()).expect(0), repo.path());
}

#[test]
fn what_an_added_object_names_must_be_there() {
    let repo = Repo::new();
    let memory = Memory::beside(&repo);
    repo.commit_file("a", "one\n");
    settle();
    memory.scan(repo.path()).expect(0);
    let absent = "1234567890123456789012345678901234567890";
    let tree = repo.tree(&format!("100644 blob {absent}\tname\n"));
    let commit = repo.ask(["commit-tree", "-m", "x", &tree]);
    // Named by what nothing leads to, it is no gap; by a branch, it is.
    for status in [0, 2] {
        let run = memory.scan(repo.path()).expect(status);
        expect_the_truth(&run, repo.path());
        repo.git(["update-ref", "refs/heads/new", &commit]);
    }
}

/// A repository with one pack, whose scan is remembered.
fn packed_and_scanned() -> (Repo, Memory) {
    let repo = Repo::new();
    let memory = Memory::beside(&repo);
    for number in 0..20 {
        repo.commit_file("a", format!("{number}\n").repeat(500));
    }
    repo.repack(&[], &[]);
    settle();
    memory.scan(repo.path()).expect(0);
    (repo, memory)
}

#[test]
fn damage_is_seen_when_size_and_time_are_the_same() {
    let (repo, memory) = packed_and_scanned();
    let state = fs::read(memory.state()).expect("a state");
    for extension in ["pack", "idx"] {
        let path = &repo.packs(extension)[0];
        let intact = fs::read(path).expect("a pack");
        let modified = fs::metadata(path).and_then(|found| found.modified()).expect("a time");
        make_writable(path);
        for byte in [intact.len() / 2, intact.len() - 30] {
            let mut damaged = intact.clone();
            damaged[byte] ^= 1;
            fs::write(path, &damaged).expect("written");
            let file = File::options().write(true).open(path).expect("a pack");
            file.set_modified(modified).expect("a time");
            drop(file);
            let run = memory.scan(repo.path()).expect(2);
            assert_eq!(cached(&run), 0);
        }
        // The same bytes again: what was remembered was about another state of the file.
        fs::write(path, &intact).expect("written");
        assert_eq!(fs::read(memory.state()).expect("a state"), state, "damage is not remembered");
        assert_eq!(cached(&memory.scan(repo.path()).expect(0)), 0);
        settle();
        memory.scan(repo.path()).expect(0);
        fs::write(memory.state(), &state).expect("as it was");
    }
}

#[test]
fn a_pack_with_another_time_is_read_again_once() {
    let (repo, memory) = packed_and_scanned();
    let path = &repo.packs("pack")[0];
    let intact = fs::read(path).expect("a pack");
    make_writable(path);
    for known in [0, 60, 60] {
        repo.blob(b"one\n");
        File::options()
            .write(true)
            .open(path)
            .and_then(|pack| pack.set_modified(SystemTime::now()))
            .expect("a time");
        settle();
        let run = memory.scan(repo.path()).expect(0);
        assert_eq!((cached(&run).min(60), objects(&run)), (known, 61));
        expect_the_truth(&run, repo.path());
    }
    // With other bytes it is another pack.
    let mut damaged = intact;
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    fs::write(path, &damaged).expect("written");
    let run = memory.scan(repo.path()).expect(2);
    assert_eq!(cached(&run), 0);
    expect_the_truth(&run, repo.path());
}

fn make_writable(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o644)).expect("permissions");
}

#[test]
fn what_is_fresh_is_not_remembered() {
    let repo = Repo::new();
    let memory = Memory::beside(&repo);
    repo.commit_file("a", "one\n");
    let ahead = SystemTime::now() + Duration::from_secs(3600);
    settle();
    // A time of modification that lies ahead says nothing; that of the change counts.
    let blob = repo.loose(&repo.ask(["rev-parse", "HEAD:a"]));
    make_writable(&blob);
    File::options().write(true).open(&blob).and_then(|file| file.set_modified(ahead)).expect("");
    memory.scan(repo.path()).expect(0);
    assert_eq!(memory.files(), [] as [PathBuf; 0]);
    settle();
    memory.scan(repo.path()).expect(0);
    assert_eq!(memory.files().len(), 2);
}

#[test]
fn worktrees_and_repositories_are_remembered_each_for_itself() {
    let repo = Repo::new();
    let memory = Memory::beside(&repo);
    let token = tokens::token(&mut Random::new(803));
    repo.commit_file("a", &token);
    repo.git(["branch", "other"]);
    repo.git(["rm", "--quiet", "a"]);
    repo.commit("clean up");
    let worktree = repo.beside("worktree");
    repo.git(["worktree", "add", "--quiet", worktree.to_str().expect("UTF-8"), "other"]);
    settle();
    for is_known in [false, true] {
        for path in [repo.path(), &worktree] {
            let run = memory.scan(path).expect(1);
            assert_eq!(cached(&run) > 0, is_known);
            expect_the_truth(&run, path);
        }
    }
    assert_eq!(memory.files().len(), 3);
}

#[test]
fn a_push_is_added_to_what_was_there() {
    use std::os::unix::fs::PermissionsExt as _;
    let server = Repo::init(&["--bare"]);
    let memory = Memory::beside(&server);
    let repo = Repo::new();
    repo.commit_file("a", "harmless\n");
    let url = server.path().to_str().expect("UTF-8");
    let push = ["push", url, "main"];
    repo.git(push);
    settle();
    memory.scan(server.path()).expect(0);
    let state = fs::read(memory.state()).expect("a state");
    let hook = server.git_path("hooks/pre-receive");
    let script = format!(
        "#!/bin/sh\nexec '{}' scan-git --format ndjson --cache-dir '{}'\n",
        env!("CARGO_BIN_EXE_intercom-sec"),
        memory.directory.display()
    );
    fs::create_dir_all(server.git_path("hooks")).expect("a directory");
    fs::write(&hook, script).expect("a hook");
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).expect("an executable");
    repo.commit_file("b", "harmless, too\n");
    let accepted = repo.git_in(repo.path(), push);
    let answer = String::from_utf8_lossy(&accepted.stderr).into_owned();
    assert!(accepted.status.success(), "{answer}");
    assert!(answer.contains(r#""objects":6"#), "{answer}");
    assert!(answer.contains(r#""cached_objects":3"#), "{answer}");
    repo.commit_file("c", tokens::token(&mut Random::new(804)));
    let refused = repo.git_in(repo.path(), push);
    assert!(!refused.status.success(), "{refused:?}");
    assert_eq!(fs::read(memory.state()).expect("a state"), state, "a push is not remembered");
}

#[test]
fn without_a_place_to_remember_a_scan_goes_on() {
    let repo = Repo::new();
    repo.commit_file("a", "harmless\n");
    settle();
    let file = repo.beside("file");
    fs::write(&file, "").expect("a file");
    let below = file.join("cache");
    let path = repo.path().to_str().expect("UTF-8");
    let scan = |options: &[&str]| Tool::new([&["scan-git", path], options].concat());
    for directory in [file.to_str().expect("UTF-8"), below.to_str().expect("UTF-8"), ""] {
        for _ in 0..2 {
            let run = scan(&["--format", "json"]).env("INTERCOM_SEC_CACHE_DIR", directory);
            let run = run.run().expect(0);
            assert_eq!((cached(&run), run.stderr()), (0, String::new()));
        }
    }
    // By default it is the user's directory for caches. Neither variable need be there or make
    // sense.
    let home = repo.beside("home");
    let at_home = |options: &[&str], variables: &[(&str, &str)]| {
        let mut tool = scan(options).without("INTERCOM_SEC_CACHE_DIR");
        for name in ["HOME", "XDG_CACHE_HOME"] {
            tool = tool.without(name);
        }
        for (name, value) in variables {
            tool = tool.env(name, value);
        }
        tool.run().expect(0)
    };
    let home_text = home.to_str().expect("UTF-8");
    at_home(&[], &[]);
    at_home(&[], &[("HOME", ""), ("XDG_CACHE_HOME", "relative")]);
    at_home(&["--no-cache"], &[("HOME", home_text)]);
    assert!(!home.exists());
    let json = ["--format", "json"];
    for known in [0, 3] {
        let run = at_home(&json, &[("HOME", home_text), ("XDG_CACHE_HOME", "relative")]);
        assert_eq!(cached(&run), known);
    }
    if cfg!(target_os = "linux") {
        assert!(home.join(".cache/intercom-sec/key").exists());
    }
    assert_eq!(cached(&at_home(&["--format", "json", "--no-cache"], &[("HOME", home_text)])), 0);
}

#[test]
fn what_is_outside_of_the_objects_is_read_again_by_each_scan() {
    let repo = Repo::new();
    repo.commit_file("a", "1\n");
    let memory = Memory::beside(&repo);
    settle();
    memory.scan(repo.path()).expect(0);
    let cached = |report: &Value| {
        let coverage = &report["coverage"];
        assert_eq!(coverage["cached_objects"], coverage["objects"]);
    };
    cached(&memory.scan(repo.path()).expect(0).json());
    let description = repo.git_path("description");
    let secret = tokens::token(&mut Random::new(90));
    fs::write(&description, &secret).expect("a file");
    let report = memory.scan(repo.path()).expect(1).json();
    cached(&report);
    assert_eq!(report["findings"][0]["locations"][0]["path"], "description");
    fs::remove_file(&description).expect("a file");
    memory.scan(repo.path()).expect(0);
    // Nothing of it was remembered.
    let state = fs::read(memory.state()).expect("a state");
    assert!(memchr::memmem::find(&state, b"description").is_none());
    // Submodules are remembered each for itself.
    let stored = repo.git_path("modules/inner");
    fs::create_dir_all(stored.parent().expect("a parent")).expect("a directory");
    let path = repo.path().to_str().expect("UTF-8");
    repo.git(["clone", "--quiet", "--bare", path, stored.to_str().expect("UTF-8")]);
    settle();
    let first = memory.scan(repo.path()).expect(0).json();
    let again = memory.scan(repo.path()).expect(0).json();
    cached(&again);
    assert_eq!(first["coverage"]["objects"], again["coverage"]["objects"]);
}
