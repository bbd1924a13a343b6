//! What a git directory holds besides the objects.

use std::fs;

use serde_json::Value;

use super::{Repo, places, scan, scan_in, skipped, staged};
use crate::support::naive;
use crate::support::tokens::{self, Random};
use crate::support::tool::Tool;

fn token(seed: u64) -> String {
    tokens::token(&mut Random::new(seed))
}

fn repository() -> Repo {
    let repo = Repo::new();
    repo.commit_file("a", "1\n");
    repo
}

fn put(repo: &Repo, path: &str, content: impl AsRef<[u8]>) {
    let path = repo.git_path(path);
    fs::create_dir_all(path.parent().expect("a parent")).expect("directories");
    fs::write(path, content).expect("a file");
}

/// The places of one token, as the report has them.
fn places_of(report: &Value, token: &str) -> Vec<(String, String)> {
    let fingerprint = naive::fingerprint(token);
    let mut found: Vec<_> = naive::locations(report)
        .filter(|(found, _)| *found == fingerprint)
        .map(|(_, location)| {
            let text = |key: &str| location[key].as_str().unwrap_or_default().to_owned();
            (text("source"), text("path"))
        })
        .collect();
    found.sort();
    found
}

#[track_caller]
fn assert_places(report: &Value, token: &str, expected: &[(&str, &str)]) {
    let mask = format!("{}…{}", &token[..8], &token[56..]);
    let mut expected: Vec<_> = expected
        .iter()
        .map(|(source, path)| ((*source).to_owned(), path.replace(token, &mask)))
        .collect();
    expected.sort();
    assert_eq!(places_of(report, token), expected);
}

#[test]
fn every_file_is_searched_and_told_with_its_place() {
    let repo = repository();
    scan(repo.path()).expect(0);
    let files = [
        ("git-dir", "FETCH_HEAD"),
        ("git-dir", "ORIG_HEAD"),
        ("git-dir", "MERGE_HEAD"),
        ("git-dir", "MERGE_MSG"),
        ("git-dir", "COMMIT_EDITMSG"),
        ("git-dir", "SQUASH_MSG"),
        ("git-dir", "TAG_EDITMSG"),
        ("git-dir", "BISECT_LOG"),
        ("git-dir", "rebase-merge/message"),
        ("git-dir", "rebase-apply/final-commit"),
        ("git-dir", "sequencer/todo"),
        ("git-dir", "info/exclude"),
        ("git-dir", "info/attributes"),
        ("git-dir", "info/grafts"),
        ("git-dir", "info/sparse-checkout"),
        ("git-dir", "description"),
        ("git-dir", "hooks/pre-push"),
        ("git-dir", "rr-cache/0/preimage"),
        ("git-dir", "refs/../any/thing at all"),
        ("git-dir", "objects/pack/pack-1.keep"),
        ("git-dir", "objects/info/note"),
        ("git-dir", "index.lock"),
        ("git-dir", "worktrees/w/hooks/x"),
        ("git-dir", "modules/no-repository/x"),
        ("config", "config.worktree"),
        ("config", "worktrees/w/config.worktree"),
        ("reflog", "logs/refs/heads/gone"),
        ("reflog", "worktrees/w/logs/HEAD"),
        ("lfs", "lfs/objects/ab/cd/abcd"),
    ];
    let mut expected = Vec::new();
    for (number, (source, path)) in files.iter().enumerate() {
        let number = number as u64;
        let lines = usize::try_from(number).expect("small");
        put(&repo, path, format!("{}  = {}\n", "line\n".repeat(lines), token(number)));
        let path = path.replace("refs/../", "");
        expected.push(((*source).to_owned(), path, number + 1, 5));
    }
    expected.sort();
    let run = scan(repo.path()).expect(1);
    let report = run.json();
    assert_eq!(places(&report), expected);
    assert_eq!(report["coverage"]["skipped"], serde_json::json!([]));
    for (_, location) in naive::locations(&report) {
        for key in ["object", "commit", "author", "date"] {
            assert_eq!(location.get(key), None);
        }
        assert_eq!(location["repository"], *repo.path().to_str().expect("UTF-8"));
        assert_eq!(location["present_at_head"], false);
    }
    let text = scan_in("human", repo.path()).expect(1).stdout();
    assert!(text.contains("  info/exclude:12:5\n    a file of the git directory\n"), "{text}");
    // What was asked for has nothing of it.
    staged(repo.path()).expect(0);
    let path = repo.path().to_str().expect("UTF-8");
    Tool::new(["scan-git", "--range", "HEAD", path]).run().expect(0);
}

#[test]
fn names_of_refs_are_found_wherever_git_keeps_them() {
    let repo = repository();
    let secret: Vec<_> = (20..30).map(token).collect();
    let name = |number: usize| format!("refs/heads/feature/{}", secret[number]);
    repo.git(["branch", &format!("feature/{}", secret[0])]);
    repo.git(["pack-refs", "--all"]);
    repo.git(["branch", &format!("feature/{}", secret[1])]);
    repo.git(["tag", "-a", "-m", "m", &format!("v-{}", secret[2])]);
    repo.git(["update-ref", &format!("refs/odd/{}/x", secret[3]), "HEAD"]);
    repo.git(["symbolic-ref", "refs/heads/link", &name(4)]);
    repo.git(["symbolic-ref", "HEAD", &name(5)]);
    // A branch that is gone, and its log is not.
    put(&repo, &format!("logs/refs/heads/feature/{}", secret[6]), "");
    let report = scan(repo.path()).expect(1).json();
    let logged = |number: usize| ("ref-name", name(number));
    assert_places(&report, &secret[0], &[(logged(0).0, &logged(0).1)]);
    assert_places(&report, &secret[1], &[(logged(1).0, &logged(1).1)]);
    let tag = format!("refs/tags/v-{}", secret[2]);
    assert_places(&report, &secret[2], &[("ref-name", &tag), ("tag-header", "")]);
    assert_places(&report, &secret[3], &[("ref-name", &format!("refs/odd/{}", secret[3]))]);
    assert_places(&report, &secret[4], &[("ref-name", "refs/heads/link")]);
    // The branch that a message in a reflog names, too.
    let of_head = places_of(&report, &secret[5]);
    assert!(of_head.contains(&("ref-name".to_owned(), "HEAD".to_owned())), "{of_head:?}");
    assert_places(&report, &secret[6], &[("ref-name", &name(6))]);
    let output = scan_in("json", repo.path()).stdout() + &scan_in("human", repo.path()).stdout();
    assert!(secret.iter().all(|secret| !output.contains(secret.as_str())));
}

#[test]
fn reflogs_are_searched_with_who_moved_the_ref_and_why() {
    let repo = repository();
    let secret: Vec<_> = (30..36).map(token).collect();
    repo.git(["update-ref", "--create-reflog", "-m", &secret[0], "refs/heads/b", "HEAD"]);
    let before = fs::read_to_string(repo.git_path("logs/HEAD")).expect("a log");
    put(&repo, "logs/refs/heads/c", before.replace("Carl Committer", &secret[1]));
    repo.write("a", "2\n");
    repo.git(["stash", "push", "--quiet", "-m", &secret[2]]);
    let report = scan(repo.path()).expect(1).json();
    assert_places(&report, &secret[0], &[("reflog", "logs/refs/heads/b")]);
    let stash = places_of(&report, &secret[2]);
    assert!(stash.contains(&("reflog".to_owned(), "logs/refs/stash".to_owned())), "{stash:?}");
    assert!(stash.iter().any(|place| place.0 == "commit-message"));
    // Names stand there too, which no object has.
    let of_name = places_of(&report, &secret[1]);
    assert!(of_name.contains(&("reflog".to_owned(), "logs/refs/heads/c".to_owned())));
    let log = fs::read_to_string(repo.git_path("logs/refs/heads/b")).expect("a log");
    let column = log.find(&secret[0]).expect("the message") as u64 + 1;
    assert!(places(&report).contains(&(
        "reflog".to_owned(),
        "logs/refs/heads/b".to_owned(),
        1,
        column
    )));
}

#[test]
fn what_commands_leave_behind_is_found() {
    let repo = repository();
    let secret = token(40);
    repo.commit(&format!("message {secret}"));
    let report = scan(repo.path()).expect(1).json();
    assert_places(
        &report,
        &secret,
        &[
            ("commit-message", ""),
            ("git-dir", "COMMIT_EDITMSG"),
            ("reflog", "logs/HEAD"),
            ("reflog", "logs/refs/heads/main"),
        ],
    );

    let (lender, repo) = (repository(), repository());
    let secret = token(41);
    let odd = lender.beside(&secret);
    fs::rename(lender.path(), &odd).expect("another name");
    let odd = odd.to_str().expect("UTF-8");
    repo.git(["remote", "add", "origin", odd]);
    repo.git(["fetch", "--quiet", "origin"]);
    let report = scan(repo.path()).expect(1).json();
    let found = places_of(&report, &secret);
    for place in [("config", "config"), ("git-dir", "FETCH_HEAD")] {
        assert!(found.contains(&(place.0.to_owned(), place.1.to_owned())), "{found:?}");
    }

    // A merge and a rebase that stopped.
    let repo = repository();
    let secret = token(42);
    repo.git(["checkout", "--quiet", "-b", "side"]);
    repo.commit_file("a", "2\n");
    repo.git(["checkout", "--quiet", "main"]);
    repo.commit_file("a", "3\n");
    let merge = ["merge", "-m", &secret, "side"];
    assert!(!repo.git_in(repo.path(), merge).status.success());
    let report = scan(repo.path()).expect(1).json();
    assert_places(&report, &secret, &[("git-dir", "MERGE_MSG")]);
}

#[test]
fn the_configuration_is_searched_and_what_it_includes_is_named_so() {
    let repo = repository();
    let secret: Vec<_> = (50..57).map(token).collect();
    repo.git(["config", "remote.origin.url", &format!("https://u:{}@example.com/x", secret[0])]);
    let header = format!("Authorization: Bearer {}", secret[1]);
    repo.git(["config", "http.https://example.com/.extraHeader", &header]);
    repo.git(["config", "include.path", "own.inc"]);
    repo.git(["config", "--add", "include.path", "../outside.inc"]);
    let absolute = repo.git_path("deep/absolute.inc");
    repo.git(["config", "--add", "includeIf.gitdir:/x/.path", absolute.to_str().expect("UTF-8")]);
    put(&repo, "own.inc", format!("[x]\n\ty = {}\n[include]\npath = more.inc\n", secret[2]));
    put(&repo, "more.inc", format!("[x]\n\ty = {}\n", secret[3]));
    put(&repo, "deep/absolute.inc", format!("[x]\n\ty = {}\n", secret[4]));
    put(&repo, "other.inc", format!("[x]\n\ty = {}\n", secret[5]));
    fs::write(repo.path().join("outside.inc"), &secret[6]).expect("a file");
    let report = scan(repo.path()).expect(1).json();
    let expected = [
        &[("config", "config")][..],
        &[("config", "config")],
        &[("config", "own.inc")],
        &[("config", "more.inc")],
        &[("config", "deep/absolute.inc")],
        &[("git-dir", "other.inc")],
        &[],
    ];
    for (secret, expected) in secret.iter().zip(expected) {
        assert_places(&report, secret, expected);
    }
}

/// Puts a file with a token in its name into the index, by one of git's ways.
fn in_index(repo: &Repo, way: &str, secret: &str) {
    let path = format!("dir/{secret}.txt");
    match way {
        "added" | "version 4" | "split" | "split twice" => {
            repo.write(&path, "x");
            repo.git(["add", "--all"]);
        }
        "intent to add" => {
            repo.write(&path, "x");
            repo.git(["add", "--intent-to-add", "--all"]);
        }
        "conflict" => {
            let blob = repo.blob("x");
            let lines = [1, 2, 3].map(|stage| format!("100644 {blob} {stage}\t{path}\n")).concat();
            repo.git_with(["update-index", "--index-info"], lines.as_bytes());
        }
        "resolved conflict" => {
            in_index(repo, "conflict", secret);
            repo.git(["rm", "--quiet", "--cached", &path]);
        }
        "untracked" => {
            // Git remembers the names of untracked files.
            repo.write(&path, "x");
            repo.git(["update-index", "--force-untracked-cache"]);
            repo.git(["status"]);
        }
        _ => unreachable!(),
    }
    match way {
        "version 4" => drop(repo.git(["update-index", "--index-version=4"])),
        "split" => drop(repo.git(["update-index", "--split-index"])),
        "split twice" => {
            repo.git(["update-index", "--split-index"]);
            repo.git(["config", "splitIndex.maxPercentChange", "100"]);
            // Now only the shared part has it.
            repo.git(["update-index", "--force-remove", &path]);
        }
        _ => {}
    }
}

#[test]
fn names_that_are_in_the_index_alone_are_found() {
    let ways = [
        "added",
        "version 4",
        "split",
        "split twice",
        "intent to add",
        "conflict",
        "resolved conflict",
        "untracked",
    ];
    for (number, way) in ways.iter().enumerate() {
        let secret = token(60 + number as u64);
        let repo = repository();
        in_index(&repo, way, &secret);
        let report = scan(repo.path()).expect(1).json();
        let found = places_of(&report, &secret);
        let mask = format!("{}…{}", &secret[..8], &secret[56..]);
        let named = ("index".to_owned(), format!("dir/{mask}.txt"));
        let expected = match *way {
            "resolved conflict" | "untracked" => ("index".to_owned(), "index".to_owned()),
            _ => named,
        };
        assert_eq!(found, [expected], "{way}");
        assert_eq!(skipped(&report), [""; 0], "{way}");
    }
}

#[test]
fn a_name_that_is_in_a_tree_too_is_told_with_its_commit_alone() {
    let repo = repository();
    let secret = token(70);
    repo.write(format!("{secret}/a"), "1\n");
    repo.commit("a directory");
    let report = scan(repo.path()).expect(1).json();
    let found: Vec<_> = places_of(&report, &secret).into_iter().map(|place| place.0).collect();
    assert_eq!(found, ["path"]);
}

#[test]
fn linked_worktrees_have_their_own_of_everything() {
    let repo = repository();
    let secret: Vec<_> = (80..84).map(token).collect();
    let tree = repo.beside("tree");
    let path = tree.to_str().expect("UTF-8");
    repo.git(["worktree", "add", "--quiet", "-b", "other", path]);
    fs::write(tree.join(format!("{}.txt", secret[0])), "x").expect("a file");
    assert!(repo.git_in(&tree, ["add", "."]).status.success());
    let ours = format!("refs/worktree/{}", secret[1]);
    assert!(repo.git_in(&tree, ["update-ref", &ours, "HEAD"]).status.success());
    repo.git(["config", "extensions.worktreeConfig", "true"]);
    assert!(repo.git_in(&tree, ["config", "--worktree", "x.y", &secret[2]]).status.success());
    put(&repo, "worktrees/tree/COMMIT_EDITMSG", &secret[3]);
    for given in [repo.path(), &tree, &repo.git_path("worktrees/tree")] {
        let report = scan(given).expect(1).json();
        assert_places(&report, &secret[0], &[("index", &format!("{}.txt", secret[0]))]);
        assert_places(&report, &secret[1], &[("ref-name", &format!("worktrees/tree/{ours}"))]);
        assert_places(&report, &secret[2], &[("config", "worktrees/tree/config.worktree")]);
        assert_places(&report, &secret[3], &[("git-dir", "worktrees/tree/COMMIT_EDITMSG")]);
    }
    // Both are one repository, which is read once.
    let run =
        Tool::new(["scan-git", "--format", "json", repo.path().to_str().expect("UTF-8"), path])
            .run()
            .expect(1)
            .json();
    assert_eq!(run, scan(repo.path()).json());
}

#[test]
fn lfs_files_are_searched_and_absent_ones_noted() {
    let repo = repository();
    let secret = token(95);
    let pointer = |oid: &str| {
        format!("version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 60\n")
    };
    let (here, gone) = ("ab".repeat(32), "cd".repeat(32));
    repo.write(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n");
    repo.write("here.bin", pointer(&here));
    repo.write("deep/gone.bin", pointer(&gone));
    repo.write("deep/no.txt", pointer(&gone));
    repo.write("plain.bin", "no pointer\n");
    repo.commit("files");
    put(&repo, &format!("lfs/objects/ab/ab/{here}"), &secret);
    let report = scan(repo.path()).expect(1).json();
    assert_places(&report, &secret, &[("lfs", &format!("lfs/objects/ab/ab/{here}"))]);
    let notes = report["coverage"]["notes"].as_array().expect("notes");
    assert_eq!(notes.len(), 1);
    assert_eq!(
        (&notes[0]["what"], &notes[0]["id"]),
        (&"absent-lfs-files".into(), &"deep/gone.bin".into())
    );
    let reason = notes[0]["reason"].as_str().expect("a reason");
    assert!(reason.starts_with("1 Git LFS file of the current commit"), "{reason}");
    assert_eq!(report["coverage"]["complete"], true);
    put(&repo, &format!("lfs/objects/cd/cd/{gone}"), "x");
    assert_eq!(scan(repo.path()).expect(1).json()["coverage"].get("notes"), None);
}

#[test]
fn what_a_broken_off_operation_has_left_is_told() {
    let repo = Repo::new();
    repo.commit_file("a", "1\n");
    let id = repo.blob("left");
    let (directory, name) = id.split_at(2);
    fs::rename(repo.loose(&id), repo.git_path(&format!("objects/{directory}/tmp_obj_x")))
        .expect("an object");
    fs::write(repo.git_path("objects/pack/tmp_pack_x"), "PACK").expect("a pack");
    let quarantine = repo.git_path(&format!("objects/tmp_objdir-incoming-1/{directory}"));
    fs::create_dir_all(&quarantine).expect("directories");
    fs::write(quarantine.join(name), "x").expect("an object");
    let report = scan(repo.path()).expect(0).json();
    let notes = report["coverage"]["notes"].as_array().expect("notes");
    assert_eq!(notes.len(), 3, "{notes:#?}");
    assert!(notes.iter().all(|note| note["what"] == "leftover"));
}
