//! Repositories in repositories: what is stored with a superproject is scanned with it.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{Repo, scan, scan_in};
use crate::support::naive;
use crate::support::tokens::{self, Random};
use crate::support::tool::Tool;

fn token(seed: u64) -> String {
    tokens::token(&mut Random::new(seed))
}

/// A repository with a token in its history, and none at its end.
fn leaking(seed: u64) -> Repo {
    let repo = Repo::new();
    repo.commit_file("a", token(seed));
    repo.commit_file("a", "1\n");
    repo
}

fn add_submodule(to: &Repo, source: &Repo, name: &str, path: &str) {
    let url = source.path().to_str().expect("UTF-8");
    to.git(["submodule", "--quiet", "add", "--name", name, url, path]);
    to.commit("submodule");
}

/// The repositories of the report's places, without the path of the superproject.
fn repositories(report: &Value, repo: &Repo) -> Vec<String> {
    let path = repo.path().to_str().expect("UTF-8");
    let mut names: Vec<_> = naive::locations(report)
        .map(|(_, location)| location["repository"].as_str().expect("a name").replace(path, ""))
        .collect();
    names.sort();
    names.dedup();
    names
}

fn notes(report: &Value, what: &str) -> Vec<String> {
    let notes = report["coverage"]["notes"].as_array().cloned().unwrap_or_default();
    let of_kind = notes.iter().filter(|note| note["what"] == what);
    of_kind.map(|note| note["id"].as_str().expect("an id").to_owned()).collect()
}

#[test]
fn repositories_of_submodules_are_scanned_however_deep() {
    let (inner, middle, outer) = (leaking(1000), leaking(1001), Repo::new());
    outer.commit_file("a", "1\n");
    add_submodule(&middle, &inner, "in/ner", "deps/inner");
    add_submodule(&outer, &middle, "middle", "vendor/middle");
    outer.git(["submodule", "--quiet", "update", "--init", "--recursive"]);
    let report = scan(outer.path()).expect(1).json();
    assert_eq!(
        repositories(&report, &outer),
        [" (submodule middle)", " (submodule middle) (submodule in/ner)"]
    );
    assert_eq!(report["coverage"]["complete"], true);
    assert_eq!(notes(&report, "absent-submodule"), [""; 0]);
    let objects: usize =
        [&outer, &middle, &inner].iter().map(|repo| naive::objects(repo).len()).sum();
    assert_eq!(report["coverage"]["objects"], objects);
    // Their own reflogs, hooks and so on count too.
    let hook = outer.git_path("modules/middle/modules/in/ner/hooks/x");
    fs::write(hook, token(1002)).expect("a file");
    assert_eq!(scan(outer.path()).json()["findings"].as_array().map(Vec::len), Some(3));
    // Given twice, read once.
    let path = outer.path().to_str().expect("UTF-8");
    let stored = outer.git_path("modules/middle");
    let stored = stored.to_str().expect("UTF-8");
    let both = Tool::new(["scan-git", "--format", "json", path, stored]).run().expect(1).json();
    assert_eq!(both["coverage"]["objects"], objects);
    // What is left of one that was removed is still stored.
    outer.git(["submodule", "--quiet", "deinit", "--force", "vendor/middle"]);
    outer.git(["rm", "--quiet", "vendor/middle"]);
    outer.commit("without");
    assert_eq!(scan(outer.path()).expect(1).json()["findings"].as_array().map(Vec::len), Some(3));
}

#[test]
fn damage_in_a_submodule_makes_the_scan_incomplete() {
    let inner = Repo::new();
    let id = inner.commit_file("a", "1\n");
    let outer = Repo::new();
    outer.commit_file("a", "1\n");
    add_submodule(&outer, &inner, "inner", "inner");
    scan(outer.path()).expect(0);
    let object = outer.git_path("modules/inner/objects").join(&id[..2]).join(&id[2..]);
    fs::remove_file(object).expect("a loose object");
    let report = scan(outer.path()).expect(2).json();
    assert_eq!(report["coverage"]["skipped"][0]["what"], "missing-object");
}

#[test]
fn submodules_of_old_versions_of_git_are_scanned() {
    let outer = Repo::new();
    outer.commit_file("a", "1\n");
    let inner = leaking(1010);
    let inside = outer.path().join("inner");
    let url = inner.path().to_str().expect("UTF-8");
    outer.git(["clone", "--quiet", url, "inner"]);
    assert!(inside.join(".git").is_dir());
    // Not a submodule yet: another repository that happens to lie there.
    scan(outer.path()).expect(0);
    outer.git(["add", "inner"]);
    outer.commit("submodule");
    let report = scan(outer.path()).expect(1).json();
    assert_eq!(repositories(&report, &outer), [" (submodule inner)"]);
    assert_eq!(notes(&report, "absent-submodule"), [""; 0]);
    // A path that leads out of the working tree by a link is not followed.
    fs::rename(&inside, outer.beside("moved")).expect("another place");
    std::os::unix::fs::symlink(outer.beside("moved"), &inside).expect("a link");
    let report = scan(outer.path()).expect(0).json();
    assert_eq!(notes(&report, "absent-submodule"), ["inner"]);
}

#[test]
fn absent_submodules_are_noted() {
    let inner = leaking(1020);
    let outer = Repo::new();
    outer.commit_file("a", "1\n");
    add_submodule(&outer, &inner, "named", "libs/inner");
    for clone in [outer.cloned(&[]), outer.cloned(&["--bare"])] {
        let report = scan(clone.path()).expect(0).json();
        assert_eq!(notes(&report, "absent-submodule"), ["libs/inner"]);
        let text = scan_in("human", clone.path()).expect(0).stdout();
        assert!(text.contains("note: libs/inner: a submodule that is declared"), "{text}");
    }
    // One whose repository is elsewhere is told with its place.
    let elsewhere = outer.beside("elsewhere.git");
    fs::rename(outer.git_path("modules/named"), &elsewhere).expect("another place");
    fs::write(outer.path().join("libs/inner/.git"), format!("gitdir: {}\n", elsewhere.display()))
        .expect("a file");
    let report = scan(outer.path()).expect(0).json();
    let note = &report["coverage"]["notes"][0];
    let reason = note["reason"].as_str().expect("a reason");
    assert!(reason.contains("elsewhere.git"), "{reason}");
}

#[test]
fn submodules_of_linked_worktrees_are_scanned() {
    let inner = leaking(1030);
    let outer = Repo::new();
    outer.commit_file("a", "1\n");
    add_submodule(&outer, &inner, "inner", "inner");
    fs::remove_dir_all(outer.git_path("modules")).expect("a directory");
    let tree = outer.beside("tree");
    outer.git(["worktree", "add", "--quiet", tree.to_str().expect("UTF-8")]);
    let update = ["submodule", "--quiet", "update", "--init"];
    assert!(outer.git_in(&tree, update).status.success());
    assert!(outer.git_path("worktrees/tree/modules/inner/HEAD").exists());
    let report = scan(outer.path()).expect(1).json();
    assert_eq!(repositories(&report, &outer), [" (submodule inner)"]);
}

#[test]
fn a_submodule_that_claims_to_be_a_part_of_another_repository_hides_nothing() {
    let inner = leaking(1040);
    let other = Repo::new();
    other.commit_file("other", token(1041));
    let outer = Repo::new();
    outer.commit_file("a", "1\n");
    add_submodule(&outer, &inner, "inner", "inner");
    let link = format!("{}\n", other.git_path("").display());
    fs::write(outer.git_path("modules/inner/commondir"), link).expect("a file");
    let report = scan(outer.path()).expect(1).json();
    let found: Vec<_> = naive::locations(&report).map(|(fingerprint, _)| fingerprint).collect();
    assert_eq!(found, [naive::fingerprint(&token(1040))]);
    assert!(Path::new(&outer.git_path("modules/inner")).exists());
}
