//! States that working repositories come to: the usual ones are complete, and those that cannot be
//! read say so.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use super::{Repo, scan, skipped};
use crate::support::store;
use crate::support::tokens::{self, Random};

type Change = fn(&Repo);

fn token(seed: u64) -> String {
    tokens::token(&mut Random::new(seed))
}

/// Two branches that change the same file.
fn conflicting() -> Repo {
    let repo = Repo::new();
    repo.commit_file("a", "1\n");
    repo.git(["checkout", "--quiet", "-b", "side"]);
    repo.commit_file("a", "2\n");
    repo.git(["checkout", "--quiet", "main"]);
    repo.commit_file("a", "3\n");
    repo
}

const EVERYDAY: [(&str, Change); 22] = [
    ("a split index", |repo| {
        repo.git(["update-index", "--split-index"]);
    }),
    ("a split index with changes since", |repo| {
        for number in 0..200 {
            repo.write(format!("f{number}"), number.to_string());
        }
        repo.git(["add", "."]);
        repo.git(["update-index", "--split-index"]);
        repo.git(["config", "core.splitIndex", "true"]);
        repo.git(["config", "splitIndex.maxPercentChange", "100"]);
        for number in (0..200).step_by(3) {
            repo.write(format!("f{number}"), format!("other {number}"));
        }
        repo.git(["add", "."]);
        repo.git(["rm", "--quiet", "--cached", "f1", "f100"]);
        assert!(repo.git_path("index").exists());
        // What was replaced or removed may be gone, and is no gap.
        let gone: Vec<_> = (0..200)
            .filter(|number| number % 3 == 0 || [1, 100].contains(number))
            .map(|number| store::id("blob", number.to_string().as_bytes()))
            .collect();
        for id in gone {
            fs::remove_file(repo.loose(&hex::encode(id))).expect("a loose object");
        }
    }),
    ("a sparse index", |repo| {
        for path in ["in/a", "out/b", "out/deep/c"] {
            repo.commit_file(path, path);
        }
        repo.git(["sparse-checkout", "set", "--cone", "--sparse-index", "in"]);
    }),
    ("files of a desktop among the refs", |repo| {
        for path in ["refs/.DS_Store", "refs/heads/.DS_Store", "logs/.DS_Store"] {
            fs::write(repo.git_path(path), "no ref").expect("a file");
        }
    }),
    ("a merge with conflicts", |repo| {
        assert!(!repo.git_in(repo.path(), ["merge", "side"]).status.success());
    }),
    ("a rebase that stopped", |repo| {
        assert!(!repo.git_in(repo.path(), ["rebase", "side"]).status.success());
    }),
    ("a bisection", |repo| {
        repo.git(["bisect", "start"]);
        repo.git(["bisect", "bad"]);
    }),
    ("files that will be added", |repo| {
        repo.write("later", "x");
        repo.git(["add", "--intent-to-add", "later"]);
    }),
    ("staged and removed files", |repo| {
        repo.write("new", "x");
        repo.git(["add", "new"]);
        repo.git(["rm", "--quiet", "--cached", "a"]);
    }),
    ("an index of version 4", |repo| {
        repo.git(["update-index", "--index-version=4"]);
    }),
    ("an index with a cache of untracked files", |repo| {
        repo.git(["update-index", "--force-untracked-cache"]);
        repo.git(["status"]);
    }),
    ("files that are not checked out", |repo| {
        repo.git(["update-index", "--skip-worktree", "a"]);
        repo.git(["sparse-checkout", "set", "nowhere"]);
    }),
    ("a detached head", |repo| {
        repo.git(["checkout", "--quiet", "--detach", "side"]);
    }),
    ("amended and collected", |repo| {
        repo.git(["commit", "--quiet", "--amend", "-m", "amended"]);
        repo.git(["reflog", "expire", "--expire-unreachable=now", "--all"]);
        repo.git(["gc", "--quiet", "--prune=now"]);
    }),
    ("collected with everything in the reflog", |repo| {
        repo.git(["reset", "--quiet", "--hard", "side"]);
        repo.git(["gc", "--quiet", "--prune=now"]);
    }),
    ("dropped stashes, collected", |repo| {
        for content in ["x", "y", "z"] {
            repo.write("a", content);
            repo.git(["stash", "--quiet"]);
        }
        repo.git(["stash", "drop", "--quiet", "stash@{1}"]);
        repo.git(["gc", "--quiet", "--prune=now"]);
    }),
    ("a packed ref that a newer one outdates", |repo| {
        repo.git(["pack-refs", "--all"]);
        repo.git(["commit", "--quiet", "--amend", "-m", "amended"]);
        repo.git(["reflog", "expire", "--expire=now", "--all"]);
        repo.git(["prune", "--expire=now"]);
    }),
    ("a remote branch that is gone, and what pointed to it", |repo| {
        repo.git(["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/gone"]);
    }),
    ("a worktree whose directory is gone", |repo| {
        let tree = repo.beside("tree");
        repo.git(["worktree", "add", "--quiet", tree.to_str().expect("UTF-8"), "side"]);
        fs::remove_dir_all(tree).expect("a directory");
    }),
    ("leftovers of commands that were interrupted", |repo| {
        for name in [
            "index.lock",
            "refs/heads/main.lock",
            "objects/pack/tmp_pack_x",
            "objects/pack/tmp_idx_x",
            "objects/tmp_obj_x",
            "packed-refs.lock",
        ] {
            fs::write(repo.git_path(name), "half of").expect("a file");
        }
    }),
    ("commit graph, bitmaps, reverse index and an index over packs", |repo| {
        repo.git(["repack", "-adbq"]);
        repo.git(["commit-graph", "write", "--reachable", "--changed-paths"]);
        repo.git(["multi-pack-index", "write"]);
    }),
    ("a pack without objects", |repo| store::write_pack(&repo.git_path("objects"), &[])),
];

#[test]
fn everyday_states_are_complete() {
    for (case, change) in EVERYDAY {
        let repo = conflicting();
        change(&repo);
        let run = scan(repo.path());
        let report = run.json();
        assert_eq!(report["coverage"]["skipped"], serde_json::json!([]), "{case}");
        run.expect(0);
        let fsck = repo.git_in(repo.path(), ["fsck", "--full"]).stdout;
        assert!(!String::from_utf8_lossy(&fsck).contains("missing"), "{case}");
    }
}

#[test]
fn what_only_the_index_or_a_stopped_command_holds_is_found() {
    let repo = conflicting();
    repo.write("staged", token(800));
    repo.git(["add", "staged"]);
    scan(repo.path()).expect(1);
}

#[test]
fn a_setting_that_does_not_fit_the_repository_is_no_clean() {
    let cases: [(&str, Change); 1] = [("ref", |repo| {
        // The refs would be in another directory.
        repo.git(["config", "extensions.refStorage", "reftable"]);
    })];
    for (what, change) in cases {
        let repo = Repo::new();
        repo.commit_file("a", "1\n");
        change(&repo);
        assert!(skipped(&scan(repo.path()).expect(2).json()).contains(&what.to_owned()), "{what}");
    }
}

#[test]
fn what_a_split_index_names_in_either_part_must_be_there() {
    for changes in [false, true] {
        let repo = Repo::new();
        for number in 0..50 {
            repo.write(format!("f{number}"), format!("content {number}"));
        }
        repo.git(["add", "."]);
        repo.git(["update-index", "--split-index"]);
        repo.git(["config", "core.splitIndex", "true"]);
        repo.git(["config", "splitIndex.maxPercentChange", "100"]);
        if changes {
            repo.write("f7", "another content");
            repo.git(["add", "f7"]);
        }
        scan(repo.path()).expect(0);
        let shared = repo.ask(["rev-parse", ":f8"]);
        let hidden = repo.beside("hidden");
        fs::rename(repo.loose(&shared), &hidden).expect("a loose object");
        assert_eq!(skipped(&scan(repo.path()).expect(2).json()), ["missing-object"]);
        fs::rename(&hidden, repo.loose(&shared)).expect("it is back");
        if changes {
            fs::remove_file(repo.loose(&repo.ask(["rev-parse", ":f7"]))).expect("a loose object");
            assert_eq!(skipped(&scan(repo.path()).expect(2).json()), ["missing-object"]);
        }
    }
    let repo = Repo::new();
    repo.commit_file("a", "1\n");
    repo.git(["update-index", "--split-index"]);
    for entry in fs::read_dir(repo.git_path("")).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.to_string_lossy().contains("sharedindex.") {
            fs::remove_file(path).expect("the other part");
        }
    }
    assert_eq!(skipped(&scan(repo.path()).expect(2).json()), ["file"]);
}

#[test]
fn alternates_with_quoted_paths_are_followed() {
    let lender = Repo::new();
    lender.commit_file("a", token(810));
    let odd = lender.beside("with \"quotes\"\tand é");
    fs::rename(lender.path(), &odd).expect("another name");
    let repo = Repo::new();
    repo.commit_file("b", "1\n");
    let above = odd.parent().expect("a parent").display();
    let quoted = format!("\"{above}/with \\\"quotes\\\"\\tand \\303\\251/.git/objects\"\n");
    fs::write(repo.git_path("objects/info/alternates"), quoted).expect("a file");
    let own = repo.git(["cat-file", "--batch-all-objects", "--batch-check"]);
    assert_eq!(own.split(|&byte| byte == b'\n').count(), 7);
    scan(repo.path()).expect(1);
}

#[test]
fn a_git_file_that_leads_nowhere_is_not_taken_for_the_repository_above() {
    let repo = Repo::new();
    repo.commit_file("a", "1\n");
    let inner = repo.path().join("inner");
    fs::create_dir(&inner).expect("a directory");
    scan(&inner).expect(0);
    for content in ["gitdir: ../nowhere\n", "not such a file", "", "gitdir: "] {
        fs::write(inner.join(".git"), content).expect("a file");
        scan(&inner).expect(2);
    }
    let elsewhere = repo.beside("git directory ");
    repo.git(["init", "--quiet", "--separate-git-dir", elsewhere.to_str().expect("UTF-8")]);
    scan(repo.path()).expect(0);
    fs::write(inner.join(".git"), format!("gitdir: {}\r\n", elsewhere.display())).expect("a file");
    scan(&inner).expect(0);
}

#[test]
fn directories_that_may_not_be_read_make_a_scan_incomplete() {
    use std::os::unix::fs::MetadataExt as _;
    use std::os::unix::process::CommandExt as _;
    for directory in ["objects/pack", "refs/heads", "logs", "worktrees", "objects/info"] {
        let repo = Repo::new();
        repo.commit_file("a", "1\n");
        fs::create_dir_all(repo.git_path(directory)).expect("a directory");
        let above = repo.beside("x");
        let above = above.parent().expect("a parent");
        let set = |path: &std::path::Path, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("permissions");
        };
        set(above, 0o755);
        set(&repo.git_path(directory), 0);
        let mut command = Command::new(env!("CARGO_BIN_EXE_intercom-sec"));
        command.args(["scan-git", "--quiet"]).arg(repo.path()).stdin(Stdio::null());
        if fs::metadata(above).expect("metadata").uid() == 0 {
            // The administrator may read everything.
            command.uid(65534).gid(65534).current_dir("/");
        }
        let status = command.status();
        set(&repo.git_path(directory), 0o755);
        // Another user may not be allowed to run a program that was built here.
        let Ok(status) = status else { return };
        assert_eq!(status.code(), Some(2), "{directory}");
    }
}

#[test]
fn a_chain_of_alternates_is_followed_as_far_as_git_follows_it() {
    let chain: Vec<Repo> = (0..7).map(|_| Repo::new()).collect();
    for (number, repo) in chain.iter().enumerate() {
        repo.commit_file("a", format!("{}\n", token(950 + number as u64)));
        if let Some(lender) = number.checked_sub(1).map(|before| &chain[before]) {
            let line = format!("{}\n", lender.git_path("objects").display());
            fs::write(repo.git_path("objects/info/alternates"), line).expect("a file");
        }
    }
    for length in 1..=7 {
        let report = scan(chain[length - 1].path()).expect(1).json();
        assert_eq!(report["findings"].as_array().map(Vec::len), Some(length));
        assert_eq!(report["coverage"]["complete"], true, "{length}");
    }
}

#[test]
fn a_setting_that_git_ignores_hides_no_object() {
    let repo = Repo::new();
    repo.blob(token(960));
    for section in ["extensions \"x\"", "extensions.x", "extension"] {
        let config = format!("[core]\n\tbare = false\n[{section}]\n\tobjectFormat = sha256\n");
        fs::write(repo.git_path("config"), config).expect("a file");
        scan(repo.path()).expect(1);
    }
    // One that git obeys, in a repository that is of the other hash: nothing can be read.
    fs::write(repo.git_path("config"), "[extensions]\n\tobjectFormat = sha256\n").expect("a file");
    assert_eq!(skipped(&scan(repo.path()).expect(2).json()), ["directory"]);
}
