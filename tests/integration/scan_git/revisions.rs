//! How `scan-git` reads the names of revisions: held against `git rev-parse`.

use std::fs;
use std::os::unix::fs::symlink;

use super::{Repo, skipped};
use crate::support::repository::make_fifo;
use crate::support::tokens::{self, Random};
use crate::support::tool::{Run, Tool};

/// `scan-git --range REVISION`.
fn range(repo: &Repo, revision: &str) -> Run {
    let path = repo.path().to_str().expect("UTF-8");
    Tool::new(["scan-git", "--format", "json", path, "--range", revision]).run()
}

/// How many commits a revision reaches.
#[track_caller]
fn commits(repo: &Repo, revision: &str) -> u64 {
    range(repo, revision).expect(0).json()["coverage"]["commits"].as_u64().expect("a number")
}

/// Asserts that a revision means what git says that it means: a range from there has nothing, and
/// one that leaves out its parents has one commit.
#[track_caller]
fn assert_same(repo: &Repo, revision: &str) {
    let id = repo.ask(["rev-parse", "--verify", &format!("{revision}^{{commit}}")]);
    assert_eq!(commits(repo, &format!("{revision}..{id}")), 0, "{revision}");
    assert_eq!(commits(repo, &format!("{id}..{revision}")), 0, "{revision}");
}

/// The error and the hint on standard error; the report has it too.
#[track_caller]
fn refusal(repo: &Repo, revision: &str) -> String {
    let run = range(repo, revision).expect(2);
    let report = run.json();
    assert_eq!(skipped(&report), ["revision"], "{revision}");
    assert_eq!(report["verdict"], "incomplete", "{revision}");
    assert!(run.stderr().contains("\nhint: "), "{}", run.stderr());
    run.stderr()
}

/// A merge of two branches, and tags.
fn merged() -> Repo {
    let repo = Repo::new();
    repo.commit_file("a", "1\n");
    repo.commit_file("a", "2\n");
    repo.git(["checkout", "-q", "-b", "side", "HEAD~"]);
    repo.commit_file("b", "1\n");
    repo.commit_file("b", "2\n");
    repo.git(["checkout", "-q", "main"]);
    repo.git(["merge", "-q", "--no-ff", "-m", "merge", "side"]);
    repo.commit_file("a", "3\n");
    repo.git(["tag", "light", "HEAD~"]);
    repo.git(["tag", "-a", "-m", "x", "heavy", "HEAD~"]);
    repo.git(["tag", "-a", "-m", "x", "heavier", "heavy"]);
    repo
}

#[test]
fn names_and_steps_mean_what_git_says() {
    let repo = merged();
    let id = repo.head();
    repo.git(["update-ref", "refs/remotes/origin/main", "HEAD~"]);
    repo.git(["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
    repo.git(["update-ref", "refs/odd/one", "side"]);
    repo.git(["symbolic-ref", "refs/heads/pointer", "refs/heads/side"]);
    // One name for several: a tag comes before a branch, a remote's branch last.
    repo.git(["update-ref", "refs/heads/same", "HEAD"]);
    repo.git(["update-ref", "refs/tags/same", "side"]);
    repo.git(["update-ref", "refs/remotes/same/HEAD", "HEAD~3"]);
    repo.git(["update-ref", "refs/same", "HEAD~2"]);
    // A name that could be an id.
    repo.git(["update-ref", "refs/heads/abcdef", "side~"]);
    repo.git(["fetch", "-q", ".", "side"]);
    for packed in [false, true] {
        if packed {
            repo.git(["pack-refs", "--all", "--prune"]);
            repo.repack(&[], &[]);
            repo.git(["update-ref", "refs/tags/light", "HEAD~2"]);
        }
        let names = [
            "HEAD",
            "@",
            "main",
            "heads/main",
            "refs/heads/main",
            "side",
            "light",
            "tags/light",
            "heavy",
            "heavier",
            "heavier^{}",
            "heavy^{commit}",
            "heavy^0",
            "heavier~0",
            "heavy~1",
            "origin",
            "origin/main",
            "origin/HEAD",
            "remotes/origin/main",
            "odd/one",
            "pointer",
            "same",
            "heads/same",
            "remotes/origin/HEAD",
            "abcdef",
            "FETCH_HEAD",
            "HEAD~",
            "HEAD^",
            "HEAD~1",
            "HEAD~~",
            "HEAD^^2",
            "HEAD^^2~1",
            "main~1^2^",
            "@~2^0~1",
            "HEAD~3",
            &id,
            &id[..12],
            &id[..7],
            &id.to_uppercase(),
            &format!("{}~2", &id[..10]),
        ];
        for name in names {
            assert_same(&repo, name);
        }
    }
}

#[test]
fn both_ends_of_a_range_may_be_left_out() {
    let repo = merged();
    let count = |range: &str| -> u64 {
        repo.ask(["rev-list", "--count", range]).parse().expect("a number")
    };
    for range in ["side..", "..side", "light..heavy", "side..main", "main~1^2..main"] {
        assert_eq!(commits(&repo, range), count(range), "{range}");
    }
}

#[test]
fn what_names_nothing_is_an_error_with_advice() {
    let repo = merged();
    let absent = "1234567890123456789012345678901234567890";
    for (revision, words) in [
        ("no-such-branch", "no ref has this name"),
        ("side~9", "a parent that commit"),
        ("HEAD^3", "a parent that commit"),
        (absent, "git fetch origin ID"),
        (&absent.repeat(2)[..64], "no object this id"),
        ("123456789", "no object this id"),
        ("abc", "no ref has this name"),
        ("refs/heads", "no ref has this name"),
        ("config", "no ref has this name"),
        ("index", "no ref has this name"),
        ("logs/HEAD", "no ref has this name"),
        ("ORIG_HEADS", "no ref has this name"),
    ] {
        let error = refusal(&repo, revision);
        assert!(error.contains(words), "{revision}: {error}");
    }
    repo.git(["update-ref", "refs/trees/one", "HEAD^{tree}"]);
    assert!(refusal(&repo, "refs/trees/one~1").contains("asks for a commit where there is a tree"));
    // Both ends are told at once, and the other repositories are scanned.
    let other = merged();
    let paths = [&repo, &other].map(|repo| repo.path().to_str().expect("UTF-8"));
    other.git(["branch", "one"]);
    other.git(["branch", "two"]);
    let ends = ["--range", "one..two"];
    let run = Tool::new([&["scan-git"], &paths[..], &ends].concat()).run().expect(2);
    assert!(run.stderr().contains("error: one is not"), "{}", run.stderr());
    assert!(run.stderr().contains("error: two is not"), "{}", run.stderr());
    assert!(run.stdout().contains("incomplete: 0 commits, 0 objects read"), "{}", run.stdout());
    let run = Tool::new(["scan-git", "--quiet", paths[0], "--since", "one"]).run().expect(2);
    assert_eq!(run.stdout(), "");
    assert!(run.stderr().contains("error: one is not"), "{}", run.stderr());
}

#[test]
fn forms_that_are_not_read_are_wrong_usage() {
    let repo = merged();
    for (revision, words) in [
        ("HEAD@{1}", "git rev-parse"),
        ("@{upstream}..", "git rev-parse"),
        (":/fix", "git rev-parse"),
        ("main:a", "git rev-parse"),
        ("main^{tree}", "git rev-parse"),
        ("main^@", "git rev-parse"),
        ("main^!", "git rev-parse"),
        ("main...side", "A..B"),
        ("^main", "--not"),
        ("..", "nothing is named"),
        ("", "nothing is named"),
        ("main..side..x", "a range stands"),
        ("/etc/passwd", "no revision can be written"),
        ("a/../../x", "no revision can be written"),
        ("a b", "no revision can be written"),
        ("main~x", "no revision can be written"),
    ] {
        let error = range(&repo, revision).expect(2).stderr();
        assert!(error.contains(words), "{revision}: {error}");
        assert!(error.contains("--range"), "{revision}: {error}");
    }
}

#[test]
fn what_is_staged_is_no_part_of_a_range() {
    let repo = merged();
    let path = repo.path().to_str().expect("UTF-8");
    for option in ["--range=HEAD", "--since=HEAD", "--not=HEAD", "--not-remotes"] {
        let error = Tool::new(["scan-git", path, "--staged", option]).run().expect(2).stderr();
        assert!(error.contains("cannot be used with"), "{error}");
    }
}

#[test]
fn an_abbreviation_of_several_ids_is_refused() {
    let repo = Repo::new();
    repo.commit_file("a", "1\n");
    // Until two blobs begin with the same four digits.
    let mut random = Random::new(77);
    let mut seen = std::collections::HashMap::new();
    let digits = loop {
        let content = random.next().to_string();
        let id = hex::encode(crate::support::store::id("blob", content.as_bytes()));
        if let Some(other) = seen.insert(id[..4].to_owned(), content.clone()) {
            repo.blob(&content);
            repo.git(["tag", "one", &repo.blob(other)]);
            break id[..4].to_owned();
        }
    };
    for _ in 0..2 {
        let error = refusal(&repo, &digits);
        assert!(error.contains("is ambiguous: the ids of 2 objects begin with it"), "{error}");
        repo.repack(&[], &[]);
    }
}

#[test]
fn symbolic_refs_that_lead_nowhere_are_errors() {
    let repo = merged();
    let write = |name: &str, content: &str| fs::write(repo.git_path(name), content).expect("a ref");
    write("refs/heads/one", "ref: refs/heads/two\n");
    write("refs/heads/two", "ref: refs/heads/one\n");
    write("refs/heads/self", "ref: refs/heads/self\n");
    for name in ["one", "two", "self"] {
        assert!(refusal(&repo, name).contains("lead to no end"));
    }
    write("refs/heads/damaged", "not an id\n");
    assert!(refusal(&repo, "damaged").contains("names no object"));
    write("refs/heads/absent", "1234567890123456789012345678901234567890\n");
    assert!(refusal(&repo, "absent").contains("names object 12345678"));
    // A ref leads to refs only.
    let secret = repo.beside("secret");
    fs::write(&secret, repo.head()).expect("a file");
    write("refs/heads/out", "ref: refs/../../../secret\n");
    write("refs/heads/file", "ref: description\n");
    for name in ["out", "file"] {
        assert!(refusal(&repo, name).contains("names no object"), "{name}");
    }
    make_fifo(&repo.git_path("refs/heads/pipe"));
    assert!(refusal(&repo, "pipe").contains("not a regular file"));
    symlink("/nowhere", repo.git_path("refs/heads/link")).expect("a link");
    assert!(refusal(&repo, "link").contains("no ref has this name"));
}

#[test]
fn a_branch_without_commits_leaves_nothing_out_and_is_no_end() {
    let repo = Repo::new();
    assert!(refusal(&repo, "HEAD").contains("branch without commits"));
    let path = repo.path().to_str().expect("UTF-8");
    let tree = repo.tree("");
    let zeros = "0".repeat(40);
    for options in [["--range", &tree, "--not", "HEAD"], ["--range", &zeros, "--not", "@"]] {
        Tool::new([&["scan-git", path], &options[..]].concat()).run().expect(0);
    }
    Tool::new(["scan-git", path, "--range", &tree, "--not", "other"]).run().expect(2);
}

#[test]
fn refs_in_tables_are_looked_up_too() {
    let repo = Repo::init(&["--ref-format=reftable"]);
    repo.commit_file("a", "1\n");
    let id = repo.commit_file("a", "2\n");
    let parent = repo.ask(["rev-parse", "HEAD~"]);
    for name in ["HEAD", "main", "heads/main", "refs/heads/main", &id, &id[..9]] {
        assert_eq!(commits(&repo, &format!("{parent}..{name}")), 1);
    }
    assert!(refusal(&repo, "other").contains("not known"));
    fs::remove_file(repo.git_path("reftable/tables.list")).expect("a list of tables");
    assert!(refusal(&repo, "HEAD").contains("list of its tables"));
    assert_eq!(commits(&repo, &format!("{parent}..{id}")), 1);
}

#[test]
fn sha256_repositories_have_ranges_too() {
    let repo = Repo::init(&["--object-format=sha256"]);
    repo.commit_file("a", "1\n");
    let id = repo.commit_file("a", tokens::token(&mut Random::new(3)));
    repo.git(["commit-graph", "write", "--reachable"]);
    for name in [id.as_str(), &id[..8], "HEAD"] {
        assert_eq!(
            range(&repo, &format!("{name}~..{name}")).expect(1).json()["coverage"]["commits"],
            1
        );
    }
    let zeros = "0".repeat(64);
    assert_eq!(range(&repo, &format!("{zeros}..HEAD")).expect(1).json()["coverage"]["commits"], 2);
}

#[test]
fn hostile_names_are_shown_as_text() {
    let repo = merged();
    // Names that git allows, and one that it does not.
    let steering = "\u{202e}evil\u{200b}\u{9b}31m";
    repo.git(["update-ref", &format!("refs/heads/{steering}"), "HEAD"]);
    repo.commit_file("leak", tokens::token(&mut Random::new(4)));
    repo.git(["branch", "-f", steering]);
    let path = repo.path().to_str().expect("UTF-8");
    let run = Tool::new(["scan-git", path, "--range", &format!("{steering}~..{steering}")]).run();
    let text = run.expect(1).stdout();
    assert!(text.contains("\\u{202e}evil\\u{200b}\\u{9b}31m"), "{text}");
    assert!(!text.contains(['\u{202e}', '\u{200b}', '\u{9b}']), "{text}");
    let run = range(&repo, &format!("{steering}x")).expect(2);
    assert!(!run.stderr().contains(['\u{202e}', '\u{200b}', '\u{9b}']), "{}", run.stderr());
    assert!(!run.stdout().contains(['\u{202e}', '\u{200b}', '\u{9b}']), "{}", run.stdout());
    // A token as a name is masked.
    let token = tokens::token(&mut Random::new(5));
    let run = range(&repo, &token).expect(2);
    assert!(!run.stderr().contains(&token) && !run.stdout().contains(&token), "{}", run.stderr());
}
