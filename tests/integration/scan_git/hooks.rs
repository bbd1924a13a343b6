//! `scan-git` in git's hooks.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::Repo;
use crate::support::tokens::{self, Random};

fn install(repo: &Repo, hook: &str) {
    let path = repo.git_path("hooks").join(hook);
    let script = format!("#!/bin/sh\nexec '{}' scan-git\n", env!("CARGO_BIN_EXE_intercom-sec"));
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
