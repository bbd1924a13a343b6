//! `scan-git` in git's hooks.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Output;

use super::Repo;
use crate::documentation;
use crate::support::tokens::{self, Random};

fn token(seed: u64) -> String {
    tokens::token(&mut Random::new(seed))
}

/// A repository with the files `a`, `b` and `sub/c` whose commits are checked by `--staged`.
fn with_staged_hook() -> Repo {
    let repo = Repo::new();
    for path in ["a", "b", "sub/c"] {
        repo.write(path, "harmless\n");
    }
    repo.commit("add");
    install_with(&repo, "pre-commit", "--staged");
    repo
}

/// Runs `git commit` with these arguments, and tells whether the hook let it pass.
#[track_caller]
fn commits(repo: &Repo, directory: &Path, arguments: &[&str]) -> bool {
    let all = [&["commit", "--quiet", "-m", "x"], arguments].concat();
    let output = repo.git_in(directory, all);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let is_accepted = output.status.success();
    assert_eq!(told.contains("leaked access token"), !is_accepted, "{told}");
    assert_eq!(told.contains("clean: "), is_accepted, "{told}");
    is_accepted
}

fn install(repo: &Repo, hook: &str) {
    install_with(repo, hook, "");
}

fn install_with(repo: &Repo, hook: &str, options: &str) {
    install_script(repo, hook, &format!("#!/bin/sh\nexec intercom-sec scan-git {options}\n"));
}

fn install_script(repo: &Repo, hook: &str, script: &str) {
    let path = repo.git_path("hooks").join(hook);
    let program = format!("'{}' scan-git", env!("CARGO_BIN_EXE_intercom-sec"));
    let script = script.replace("intercom-sec scan-git", &program);
    fs::create_dir_all(repo.git_path("hooks")).expect("a directory");
    fs::write(&path, script).expect("a hook");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("an executable");
}

#[test]
fn a_pre_commit_hook_refuses_what_is_staged() {
    let repo = Repo::new();
    repo.commit_file("a", "harmless\n");
    install(&repo, "pre-commit");
    repo.write("b", tokens::token(&mut Random::new(901)));
    repo.git(["add", "b"]);
    let refused = repo.git_in(repo.path(), ["commit", "--quiet", "-m", "x"]);
    assert!(!refused.status.success(), "{refused:?}");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("leaked access token"));
}

#[test]
fn a_pre_receive_hook_refuses_a_push_with_a_token() {
    for objects_are_elsewhere in [false, true] {
        let server = Repo::init(&["--bare"]);
        if objects_are_elsewhere {
            let elsewhere = server.beside("objects");
            fs::rename(server.git_path("objects"), &elsewhere).expect("another place");
            symlink(&elsewhere, server.git_path("objects")).expect("a link");
        }
        install(&server, "pre-receive");
        let repo = Repo::new();
        let url = server.path().to_str().expect("UTF-8");
        let push = ["push", "--quiet", url, "main"];
        repo.commit_file("a", "harmless\n");
        let accepted = repo.git_in(repo.path(), push);
        assert!(accepted.status.success(), "{accepted:?}");
        repo.commit_file("b", tokens::token(&mut Random::new(902)));
        let refused = repo.git_in(repo.path(), push);
        assert!(!refused.status.success(), "{refused:?}");
        assert!(String::from_utf8_lossy(&refused.stderr).contains("leaked access token"));
    }
}

#[test]
fn a_commit_of_all_changes_is_checked_with_what_it_adds() {
    let repo = with_staged_hook();
    repo.write("a", token(910));
    // Nothing is staged before git stages it for this commit, in an index of its own.
    assert!(!commits(&repo, repo.path(), &["-a"]));
    assert!(!commits(&repo, &repo.path().join("sub"), &["-a"]));
    assert!(!commits(&repo, repo.path(), &["--", "a"]));
    assert!(!commits(&repo, &repo.path().join("sub"), &["../a"]));
    repo.git(["add", "a"]);
    repo.write("b", "changed\n");
    // Only `b` would be committed.
    assert!(commits(&repo, repo.path(), &["--", "b"]));
    assert!(!commits(&repo, repo.path(), &["--amend"]));
    assert!(!commits(&repo, repo.path(), &["--include", "b"]));
    repo.git(["reset", "--quiet", "a"]);
    repo.write("sub/c", "changed\n");
    assert!(commits(&repo, repo.path(), &["--include", "sub/c"]));
    assert!(!commits(&repo, repo.path(), &["-a", "--amend"]));
}

#[test]
fn a_commit_is_checked_as_it_is_staged_and_not_as_the_files_are() {
    let repo = with_staged_hook();
    repo.write("a", "harmless\nstaged\n");
    repo.git(["add", "a"]);
    repo.write("a", format!("harmless\nstaged\n{}\n", token(920)));
    assert!(commits(&repo, repo.path(), &[]));
    repo.git(["add", "a"]);
    repo.write("a", "harmless\n");
    assert!(!commits(&repo, repo.path(), &[]));
    // Parts of a file, as `git add --patch` takes them.
    repo.git(["reset", "--quiet"]);
    let lines: Vec<_> = (0..40).map(|number| format!("line {number}\n")).collect();
    repo.write("b", lines.concat());
    assert!(commits(&repo, repo.path(), &["b"]));
    let changed = format!("first\n{}{}\n", lines.concat(), token(921));
    repo.write("b", changed);
    repo.git_with(["add", "--patch", "b"], b"y\nn\n");
    assert!(commits(&repo, repo.path(), &[]));
    repo.git_with(["add", "--patch", "b"], b"y\n");
    assert!(!commits(&repo, repo.path(), &[]));
}

#[test]
fn commits_of_every_kind_of_repository_are_checked() {
    let repo = with_staged_hook();
    let tree = repo.beside("tree");
    let name = tree.to_str().expect("UTF-8");
    repo.git(["worktree", "add", "--quiet", "-b", "side", name]);
    fs::write(tree.join("a"), token(930)).expect("a file");
    assert!(commits(&repo, repo.path(), &["--allow-empty"]));
    assert!(!commits(&repo, &tree, &["-a"]));
    assert!(!commits(&repo, &tree, &["--", "a"]));
    assert!(repo.git_in(&tree, ["add", "a"]).status.success());
    assert!(!commits(&repo, &tree, &[]));
    assert!(commits(&repo, repo.path(), &["--allow-empty"]));

    repo.git(["config", "core.splitIndex", "true"]);
    repo.git(["config", "splitIndex.maxPercentChange", "100"]);
    repo.git(["update-index", "--split-index"]);
    repo.write("b", token(931));
    assert!(!commits(&repo, repo.path(), &["-a"]));
    assert!(!commits(&repo, repo.path(), &["--", "b"]));
    repo.write("b", "changed\n");
    assert!(commits(&repo, repo.path(), &["-a"]));

    // The first commit, in a repository that has no index yet.
    let first = Repo::new();
    install_with(&first, "pre-commit", "--staged");
    assert!(commits(&first, first.path(), &["--allow-empty"]));
    let first = Repo::new();
    install_with(&first, "pre-commit", "--staged");
    first.write("a", token(932));
    first.git(["add", "a"]);
    assert!(!commits(&first, first.path(), &[]));
}

#[test]
fn a_merge_is_checked_when_its_conflicts_are_settled() {
    let repo = with_staged_hook();
    repo.git(["checkout", "--quiet", "-b", "side"]);
    repo.write("a", "theirs\n");
    assert!(commits(&repo, repo.path(), &["-a"]));
    repo.git(["checkout", "--quiet", "main"]);
    repo.write("a", "ours\n");
    assert!(commits(&repo, repo.path(), &["-a"]));
    assert!(!repo.git_in(repo.path(), ["merge", "side"]).status.success());
    repo.write("a", token(940));
    repo.git(["add", "a"]);
    assert!(!commits(&repo, repo.path(), &[]));
    repo.write("a", "both\n");
    repo.git(["add", "a"]);
    assert!(commits(&repo, repo.path(), &[]));
}

#[track_caller]
fn assert_accepted(output: &Output) {
    assert!(output.status.success(), "{output:?}");
}

#[track_caller]
fn assert_refused(output: &Output) {
    assert!(!output.status.success(), "{output:?}");
    let text = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("leaked access token"), "{text}");
}

#[test]
fn a_pre_push_hook_reads_what_the_remote_does_not_have() {
    let server = Repo::init(&["--bare"]);
    let repo = Repo::new();
    // What the server has is no matter any more.
    repo.commit_file("old", token(950));
    repo.commit_file("old", "mended\n");
    let url = server.path().to_str().expect("UTF-8");
    repo.git(["remote", "add", "origin", url]);
    repo.git(["push", "--quiet", "origin", "main"]);
    install_script(&repo, "pre-push", &documentation::hook("pre-push"));
    let push = |arguments: &[&str]| {
        repo.git_in(repo.path(), [&["push", "--quiet", "origin"], arguments].concat())
    };
    repo.commit_file("a", "harmless\n");
    assert_accepted(&push(&["main"]));
    repo.git(["checkout", "-q", "-b", "new"]);
    repo.commit_file("b", "harmless\n");
    // A new branch, nothing at all, and a tag.
    assert_accepted(&push(&["new"]));
    assert_accepted(&push(&["new"]));
    repo.git(["tag", "-a", "-m", &token(951), "v1"]);
    assert_refused(&push(&["v1"]));
    repo.git(["tag", "-f", "-a", "-m", "harmless", "v1"]);
    assert_accepted(&push(&["v1"]));
    repo.commit_file("c", token(952));
    repo.commit_file("c", "mended too late\n");
    assert_refused(&push(&["new"]));
    assert_refused(&push(&["main", "new:other"]));
    repo.git(["branch", "again"]);
    assert_refused(&push(&["--all"]));
    // A deleted branch brings nothing, and a forced push only what is new in it.
    repo.git(["reset", "-q", "--hard", "HEAD~3"]);
    repo.commit_file("d", "harmless\n");
    assert_accepted(&push(&["--force", "new"]));
    assert_accepted(&push(&["--delete", "new"]));
    // To somewhere that has no name, everything is new.
    let other = Repo::init(&["--bare"]);
    let url = other.path().to_str().expect("UTF-8");
    assert_refused(&repo.git_in(repo.path(), ["push", "--quiet", url, "main"]));
}

#[test]
fn pre_receive_and_update_hooks_read_only_what_is_pushed() {
    for hook in ["pre-receive", "update"] {
        let server = Repo::init(&["--bare"]);
        let repo = Repo::new();
        repo.commit_file("old", token(960));
        repo.commit_file("old", "mended\n");
        let url = server.path().to_str().expect("UTF-8");
        let push = |refs: &[&str]| {
            let push = [&["push", "--quiet", url], refs].concat();
            repo.git_in(repo.path(), push).status.success()
        };
        assert!(push(&["main"]));
        install_script(&server, hook, &documentation::hook(hook));
        repo.commit_file("a", "harmless\n");
        repo.git(["branch", "side"]);
        assert!(push(&["main"]), "{hook}");
        assert!(push(&["side"]), "{hook}");
        repo.commit_file("b", token(961));
        repo.git(["branch", "leak"]);
        repo.commit_file("b", "mended too late\n");
        assert!(!push(&["main"]), "{hook}");
        assert!(!push(&["leak"]), "{hook}");
        assert!(push(&[":side"]), "{hook}");
    }
}
