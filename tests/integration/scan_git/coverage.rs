//! Never a false "clean": what is missing, damaged or cut off makes a scan incomplete.

use std::fs;
use std::path::Path;

use super::{Repo, scan, skipped};
use crate::support::history::{self, SMALL};
use crate::support::repository::{make_fifo, replace};
use crate::support::tokens::{self, Random};
use crate::support::tool::Tool;

/// A working repository with three commits, a branch and an annotated tag, and no token.
fn harmless() -> Repo {
    let repo = Repo::new();
    repo.commit_file("a", "1\n");
    repo.commit_file("dir/b", "2\n");
    repo.git(["tag", "-a", "-m", "a tag", "v1"]);
    repo.commit_file("dir/b", "3\n");
    repo.git(["branch", "side", "HEAD~"]);
    scan(repo.path()).expect(0);
    repo
}

/// The same in one pack, without loose objects.
fn packed() -> Repo {
    let repo = harmless();
    repo.repack(&[], &[]);
    scan(repo.path()).expect(0);
    repo
}

fn token(seed: u64) -> String {
    tokens::token(&mut Random::new(seed))
}

/// Takes something away that the repository claims to have; what the report must say is missing.
type Damage = fn(&Repo) -> &'static str;

fn remove(repo: &Repo, revision: &str) {
    fs::remove_file(repo.loose(&repo.ask(["rev-parse", revision]))).expect("a loose object");
}

#[track_caller]
fn assert_incomplete(repo: &Repo, what: &str, case: &str) {
    let run = scan(repo.path());
    let report = run.json();
    assert_eq!(run.status(), 2, "{case}: {report:#}");
    assert_eq!(report["verdict"], "incomplete", "{case}");
    assert_eq!(report["coverage"]["complete"], false, "{case}");
    let skipped = skipped(&report);
    assert!(skipped.iter().any(|found| found == what), "{case}: {what} is not in {skipped:?}");
}

const MISSING: [(&str, Damage); 17] = [
    ("a blob of the current commit", |repo| {
        remove(repo, "HEAD:a");
        "missing-object"
    }),
    ("a blob of an earlier commit only", |repo| {
        remove(repo, "HEAD~:dir/b");
        "missing-object"
    }),
    ("a tree", |repo| {
        remove(repo, "HEAD:dir");
        "missing-object"
    }),
    ("a root tree", |repo| {
        remove(repo, "HEAD~^{tree}");
        "missing-object"
    }),
    ("the current commit", |repo| {
        remove(repo, "HEAD");
        "missing-object"
    }),
    ("an earlier commit", |repo| {
        remove(repo, "HEAD~2");
        "missing-object"
    }),
    ("an annotated tag", |repo| {
        remove(repo, "v1");
        "missing-object"
    }),
    ("what a tag is about", |repo| {
        let blob = repo.blob("only the tag names it");
        repo.git(["tag", "-a", "-m", "x", "v2", &blob]);
        fs::remove_file(repo.loose(&blob)).expect("a loose object");
        "missing-object"
    }),
    ("a blob that only the index names", |repo| {
        repo.write("staged", "staged\n");
        repo.git(["add", "staged"]);
        remove(repo, ":staged");
        "missing-object"
    }),
    ("a commit that only a reflog names", |repo| {
        repo.git(["checkout", "--quiet", "--detach"]);
        let gone = repo.commit_file("a", "detached\n");
        repo.git(["checkout", "--quiet", "main"]);
        fs::remove_file(repo.loose(&gone)).expect("a loose object");
        "missing-object"
    }),
    ("a blob of a commit that only a reflog names", |repo| {
        repo.git(["checkout", "--quiet", "--detach"]);
        repo.commit_file("a", "detached\n");
        remove(repo, "HEAD:a");
        repo.git(["checkout", "--quiet", "main"]);
        "missing-object"
    }),
    ("a blob of a commit behind a tag that only a reflog names", |repo| {
        repo.git(["checkout", "--quiet", "--detach"]);
        repo.commit_file("a", "tagged\n");
        repo.git(["tag", "-a", "-m", "x", "gone"]);
        let tag = repo.ask(["rev-parse", "gone"]);
        remove(repo, "HEAD:a");
        repo.git(["checkout", "--quiet", "main"]);
        repo.git(["tag", "-d", "gone"]);
        let line = format!("{} {tag} A <a@example.com> 1700000000 +0000\tx\n", "0".repeat(40));
        fs::write(repo.git_path("logs/HEAD"), line).expect("a reflog");
        "missing-object"
    }),
    ("a blob of a stash", |repo| {
        repo.write("a", "stashed\n");
        repo.git(["stash", "--quiet"]);
        remove(repo, "stash:a");
        "missing-object"
    }),
    ("a blob of a linked worktree's detached head", |repo| {
        let tree = repo.beside("tree");
        repo.git(["worktree", "add", "--quiet", "--detach", tree.to_str().expect("UTF-8")]);
        fs::write(tree.join("a"), "in the worktree\n").expect("a file");
        repo.git_in(&tree, ["commit", "--quiet", "-a", "-m", "x"]);
        let id = repo.git_in(&tree, ["rev-parse", "HEAD:a"]).stdout;
        let id = String::from_utf8(id).expect("ASCII");
        fs::remove_file(repo.loose(id.trim())).expect("a loose object");
        fs::remove_dir_all(repo.git_path("worktrees/tree/logs")).expect("logs");
        "missing-object"
    }),
    ("a ref to nothing", |repo| {
        fs::write(repo.git_path("refs/heads/lost"), format!("{}\n", "12".repeat(20)))
            .expect("a file");
        "missing-object"
    }),
    ("a packed ref to nothing", |repo| {
        let line = format!("{} refs/heads/lost\n", "12".repeat(20));
        fs::write(repo.git_path("packed-refs"), line).expect("a file");
        "missing-object"
    }),
    ("a ref in a place of its own to nothing", |repo| {
        fs::create_dir_all(repo.git_path("refs/pull/1")).expect("directories");
        fs::write(repo.git_path("refs/pull/1/head"), "34".repeat(20)).expect("a file");
        "missing-object"
    }),
];

const DAMAGED: [(&str, Damage); 23] = [
    ("a ref that is damaged", |repo| {
        fs::write(repo.git_path("refs/heads/side"), "deadbeef\n").expect("a file");
        "ref"
    }),
    ("a ref that is empty", |repo| {
        fs::write(repo.git_path("refs/heads/side"), "").expect("a file");
        "ref"
    }),
    ("packed refs that are damaged", |repo| {
        fs::write(repo.git_path("packed-refs"), "12 refs/heads/lost\n").expect("a file");
        "ref"
    }),
    ("packed refs of which a byte is wrong", |repo| {
        repo.git(["pack-refs", "--all"]);
        let path = repo.git_path("packed-refs");
        let text = fs::read_to_string(&path).expect("refs").replacen(" refs/", "$refs/", 1);
        replace(&path, text);
        "ref"
    }),
    ("packed refs that are cut short", |repo| {
        repo.git(["pack-refs", "--all"]);
        let path = repo.git_path("packed-refs");
        let text = fs::read(&path).expect("refs");
        replace(&path, &text[..text.len() - 1]);
        "ref"
    }),
    ("packed refs in which a name is overwritten", |repo| {
        repo.git(["pack-refs", "--all"]);
        let path = repo.git_path("packed-refs");
        let text = fs::read_to_string(&path).expect("refs").replacen("heads", "h\0\0ds", 1);
        replace(&path, text);
        "ref"
    }),
    ("a head with something behind it", |repo| {
        replace(&repo.git_path("HEAD"), "ref: refs/heads/main\n\u{1}\u{2}");
        "ref"
    }),
    ("a head that leads to no branch", |repo| {
        replace(&repo.git_path("HEAD"), "ref: refs/heaAds/main\n");
        "ref"
    }),
    ("a head that is cut short", |repo| {
        replace(&repo.git_path("HEAD"), "ref: refs/heads/");
        "ref"
    }),
    ("a ref with letters behind its id", |repo| {
        let text = repo.head() + "00\n";
        replace(&repo.git_path("refs/heads/main"), text);
        "ref"
    }),
    ("a shallow boundary that is no id", |repo| {
        fs::write(repo.git_path("shallow"), "garbage\n").expect("a file");
        "file"
    }),
    ("a configuration that git refuses", |repo| {
        let path = repo.git_path("config");
        let text = fs::read_to_string(&path).expect("a configuration").replacen(']', "", 1);
        replace(&path, text);
        "file"
    }),
    ("an index that is cut short", |repo| {
        let index = fs::read(repo.git_path("index")).expect("an index");
        fs::write(repo.git_path("index"), &index[..index.len() / 2]).expect("a file");
        "file"
    }),
    ("an alternate that is gone", |repo| {
        fs::write(repo.git_path("objects/info/alternates"), "/gone/objects\n").expect("a file");
        "alternate"
    }),
    ("a relative alternate that is gone", |repo| {
        fs::write(repo.git_path("objects/info/alternates"), "../../gone\n").expect("a file");
        "alternate"
    }),
    ("a loose object that is empty", |repo| {
        replace(&repo.loose(&repo.ask(["rev-parse", "HEAD:a"])), "");
        "object"
    }),
    ("a loose object that is no zlib stream", |repo| {
        replace(&repo.loose(&repo.ask(["rev-parse", "HEAD:a"])), "not compressed at all");
        "object"
    }),
    ("a loose object under another one's name", |repo| {
        let other = fs::read(repo.loose(&repo.blob("another"))).expect("a loose object");
        replace(&repo.loose(&repo.ask(["rev-parse", "HEAD:a"])), other);
        "object"
    }),
    ("a loose object with something behind it", |repo| {
        let path = repo.loose(&repo.ask(["rev-parse", "HEAD:a"]));
        let content = [fs::read(&path).expect("a loose object"), b"more".to_vec()].concat();
        replace(&path, content);
        "object"
    }),
    ("a directory in the place of a loose object", |repo| {
        let path = repo.loose(&repo.ask(["rev-parse", "HEAD:a"]));
        fs::remove_file(&path).expect("a loose object");
        fs::create_dir(&path).expect("a directory");
        "object"
    }),
    ("a pipe in the place of a loose object", |repo| {
        make_fifo(&repo.loose(&repo.ask(["rev-parse", "HEAD:a"])));
        "object"
    }),
    ("a tree that is no tree", |repo| {
        let id = repo.git_with(
            ["hash-object", "-w", "--literally", "-t", "tree", "--stdin"],
            b"100644 name without an end",
        );
        assert_eq!(id.len(), 41);
        "object"
    }),
    ("a commit that is no commit", |repo| {
        repo.git_with(
            ["hash-object", "-w", "--literally", "-t", "commit", "--stdin"],
            b"tree of oak\n\n",
        );
        "object"
    }),
];

#[test]
fn what_is_missing_or_damaged_makes_a_scan_incomplete_and_is_named() {
    for (case, damage) in MISSING.into_iter().chain(DAMAGED) {
        let repo = harmless();
        let what = damage(&repo);
        assert_incomplete(&repo, what, case);
    }
}

#[test]
fn packs_that_do_not_hold_together_make_a_scan_incomplete() {
    let cases: [(&str, Damage); 8] = [
        ("a pack without its index", |repo| {
            fs::remove_file(&repo.packs("idx")[0]).expect("an index");
            "pack"
        }),
        ("an index without its pack", |repo| {
            fs::remove_file(&repo.packs("pack")[0]).expect("a pack");
            "pack"
        }),
        ("an empty pack", |repo| {
            replace(&repo.packs("pack")[0], "");
            "pack"
        }),
        ("an empty index", |repo| {
            replace(&repo.packs("idx")[0], "");
            "pack"
        }),
        ("an index of another pack", |repo| {
            let other = packed();
            other.commit_file("more", "more\n");
            other.repack(&[], &[]);
            let index = fs::read(&other.packs("idx")[0]).expect("an index");
            replace(&repo.packs("idx")[0], index);
            "pack"
        }),
        ("a pipe in the place of a pack", |repo| {
            make_fifo(&repo.packs("pack")[0]);
            "pack"
        }),
        ("a pipe in the place of an index", |repo| {
            make_fifo(&repo.packs("idx")[0]);
            "pack"
        }),
        ("a pack with something behind it", |repo| {
            let path = &repo.packs("pack")[0];
            replace(path, [fs::read(path).expect("a pack"), b"more".to_vec()].concat());
            "pack"
        }),
    ];
    for (case, damage) in cases {
        let repo = packed();
        let what = damage(&repo);
        assert_incomplete(&repo, what, case);
    }
}

#[test]
fn a_shallow_clone_is_incomplete_until_it_is_deepened() {
    let origin = harmless();
    let clone = origin.cloned(&["--depth=1"]);
    assert_incomplete(&clone, "shallow-boundary", "depth 1");
    let report = scan(clone.path()).json();
    assert_eq!(skipped(&report), ["shallow-boundary"]);
    let reason = report["coverage"]["skipped"][0]["reason"].as_str().expect("a reason");
    assert!(reason.contains("git fetch --unshallow"), "{reason}");
    clone.git(["fetch", "--quiet", "--unshallow"]);
    scan(clone.path()).expect(0);
}

#[test]
fn a_shallow_clone_that_also_lost_an_object_says_both() {
    let clone = harmless().cloned(&["--depth=1", "--no-local"]);
    clone.commit_file("new", "new\n");
    remove(&clone, "HEAD:new");
    let mut skipped = skipped(&scan(clone.path()).expect(2).json());
    skipped.sort();
    assert_eq!(skipped, ["missing-object", "shallow-boundary"]);
}

#[test]
fn partial_clones_are_incomplete() {
    for filter in ["--filter=blob:none", "--filter=tree:0", "--filter=blob:limit=1"] {
        let origin = harmless();
        origin.git(["config", "uploadpack.allowFilter", "true"]);
        for checkout in ["--no-checkout", "--bare"] {
            let clone = origin.cloned(&[filter, checkout]);
            assert_incomplete(&clone, "missing-object", filter);
            let report = scan(clone.path()).json();
            let reason = report["coverage"]["skipped"][0]["reason"].as_str().expect("a reason");
            assert!(reason.contains("partial clone"), "{reason}");
        }
    }
}

#[test]
fn what_only_history_that_was_thrown_away_lacks_is_no_gap() {
    let repo = harmless();
    let blob = repo.blob("gone");
    let tree = repo.tree(&format!("100644 blob {blob}\tname\n"));
    let commit = repo.ask(["commit-tree", "-m", "unreachable", &tree]);
    repo.git(["commit-tree", "-m", "its child", "-p", &commit, &tree]);
    fs::remove_file(repo.loose(&blob)).expect("a loose object");
    scan(repo.path()).expect(0);
    fs::remove_file(repo.loose(&commit)).expect("a loose object");
    scan(repo.path()).expect(0);
    // The same blob is a gap as soon as a ref leads to it.
    repo.git(["update-ref", "refs/trees/x", &tree]);
    assert_incomplete(&repo, "missing-object", "a ref to the tree");
}

#[test]
fn a_leak_outweighs_what_could_not_be_read() {
    let repo = harmless();
    repo.commit_file("secret", token(1));
    remove(&repo, "HEAD:a");
    let report = scan(repo.path()).expect(1).json();
    assert_eq!(report["verdict"], "leak");
    assert_eq!(report["coverage"]["complete"], false);
    assert_eq!(skipped(&report), ["missing-object"]);
}

#[test]
fn a_damaged_copy_of_a_token_is_found_or_told() {
    let repo = harmless();
    let blob = repo.blob(token(2));
    let path = repo.loose(&blob);
    let whole = fs::read(&path).expect("a loose object");
    for length in 0..whole.len() {
        replace(&path, &whole[..length]);
        let run = scan(repo.path());
        assert_ne!(run.status(), 0, "cut to {length}");
        assert_eq!(run.json()["coverage"]["complete"], false, "cut to {length}");
    }
}

#[test]
fn neither_a_lost_path_nor_a_directory_without_repository_is_clean() {
    let outside = Repo::new();
    for (path, code) in [("no-such-path", "cannot open"), (".", "not a git repository")] {
        let directory = outside.beside("plain");
        fs::create_dir_all(&directory).expect("a directory");
        for format in ["human", "json", "ndjson"] {
            let tool = Tool::new(["scan-git", "--format", format, path]).dir(&directory);
            let run = tool.run().expect(2);
            assert!(run.stderr().starts_with("error: ") && run.stderr().contains(code));
            assert!(run.stderr().contains("\nhint: "), "{}", run.stderr());
            if format == "json" {
                let report = run.json();
                assert_eq!(report["verdict"], "incomplete");
                assert_eq!(skipped(&report), ["repository"]);
            }
        }
    }
}

#[test]
fn one_lost_repository_of_several_keeps_the_others_from_being_clean_not_from_being_read() {
    let (good, leaking) = (harmless(), harmless());
    leaking.commit_file("secret", token(3));
    let all = |paths: &[&Path]| {
        let paths = paths.iter().map(|path| path.to_str().expect("UTF-8"));
        Tool::new(["scan-git", "--format", "json"].into_iter().chain(paths)).run()
    };
    let lost = good.beside("nothing here");
    all(&[good.path(), good.path()]).expect(0);
    let report = all(&[good.path(), &lost]).expect(2).json();
    assert_eq!(skipped(&report), ["repository"]);
    assert_eq!(report["coverage"]["objects"], scan(good.path()).json()["coverage"]["objects"]);
    let report = all(&[&lost, good.path(), leaking.path()]).expect(1).json();
    assert_eq!(report["coverage"]["complete"], false);
    let places = &report["findings"][0]["locations"];
    assert_eq!(places[0]["repository"], leaking.path().to_str().expect("UTF-8"));
    assert_eq!(places.as_array().map(Vec::len), Some(1));
}

#[test]
fn a_repository_of_another_owner_is_read() {
    use std::os::unix::fs::{MetadataExt as _, chown};
    let repo = harmless();
    repo.commit_file("secret", token(4));
    if fs::metadata(repo.path()).expect("metadata").uid() != 0 {
        // Only the administrator can give files away; elsewhere there is nothing to test.
        return;
    }
    let paths = [repo.path().to_owned(), repo.path().join(".git"), repo.git_path("config")];
    for path in paths {
        chown(path, Some(65534), Some(65534)).expect("the owner changes");
    }
    let refused = repo.git_in(repo.path(), ["status"]);
    assert!(!refused.status.success(), "git itself refuses it");
    scan(repo.path()).expect(1);
}

#[test]
fn replaced_and_grafted_history_hides_nothing() {
    let repo = Repo::new();
    repo.commit_file("a", "1\n");
    let leak = repo.commit_file("a", token(5));
    let after = repo.commit_file("a", "2\n");
    let before = scan(repo.path()).expect(1).json();
    let clean = repo.ask(["rev-parse", "HEAD~2"]);
    repo.git(["replace", &leak, &clean]);
    repo.git(["replace", &repo.ask(["rev-parse", "HEAD~:a"]), &repo.ask(["rev-parse", "HEAD:a"])]);
    fs::write(repo.git_path("info/grafts"), format!("{after} {clean}\n")).expect("a file");
    let report = scan(repo.path()).expect(1).json();
    assert_eq!(report["findings"][0]["locations"][0]["commit"], *leak);
    for key in ["objects", "bytes", "skipped"] {
        assert_eq!(report["coverage"][key], before["coverage"][key]);
    }
}

#[test]
fn a_lost_object_is_noticed_in_random_histories_wherever_it_is() {
    let repo = Repo::init(&["--bare"]);
    repo.import(&history::random(300, SMALL), false);
    let reachable = repo.ask(["rev-list", "--objects", "--all", "--no-object-names"]);
    let (library, threads) = (super::library_scan, 1);
    assert!(library(repo.path(), threads).coverage.is_complete());
    for id in reachable.lines() {
        let path = repo.loose(id);
        let content = fs::read(&path).expect("a loose object");
        fs::remove_file(&path).expect("a loose object");
        let report = library(repo.path(), threads);
        let is_named =
            report.coverage.skipped.iter().any(|skipped| skipped.subject.to_string() == id);
        assert!(is_named, "{id}: {:?}", report.coverage);
        fs::write(&path, content).expect("the object is back");
    }
}

#[test]
fn a_lost_object_is_noticed_where_the_others_are_deltas_in_a_pack() {
    let source = Repo::init(&["--bare"]);
    source.import(&history::random(310, SMALL), true);
    let reachable = source.ask(["rev-list", "--objects", "--all", "--no-object-names"]);
    for (number, lost) in reachable.lines().enumerate() {
        if number % 4 != 0 {
            continue;
        }
        let repo = Repo::init(&["--bare"]);
        fs::copy(source.git_path("HEAD"), repo.git_path("HEAD")).expect("a copy");
        let refs = source.ask(["for-each-ref", "--format=%(objectname) %(refname)"]) + "\n";
        fs::write(repo.git_path("packed-refs"), refs).expect("a file");
        let kept = reachable.lines().filter(|id| *id != lost);
        let kept = kept.fold(String::new(), |list, id| list + id + "\n");
        let target = repo.git_path("objects/pack/pack");
        let target = target.to_str().expect("UTF-8");
        let arguments = ["pack-objects", "-q", "--window=50", "--depth=100", target];
        source.git_with(arguments, kept.as_bytes());
        let report = super::library_scan(repo.path(), 2);
        let named: Vec<_> =
            report.coverage.skipped.iter().map(|skipped| skipped.subject.to_string()).collect();
        assert!(named.iter().any(|id| id == lost), "{lost}: {named:?}");
        // What the lost object leads to is stored, so nothing else is missing.
        assert_eq!(named.len(), 1, "{lost}: {named:?}");
    }
}

#[test]
fn a_missing_object_is_told_with_what_really_names_it() {
    let gap = |repo: &Repo, spec: &str| {
        let id = repo.ask(["rev-parse", spec]);
        fs::remove_file(repo.loose(&id)).expect("a loose object");
        let report = scan(repo.path()).expect(2).json();
        let gaps = report["coverage"]["skipped"].as_array().expect("skipped").clone();
        assert_eq!(gaps.len(), 1, "{gaps:?}");
        assert_eq!(gaps[0]["id"], *id);
        gaps[0]["reason"].as_str().expect("a reason").to_owned()
    };
    let repo = Repo::new();
    let commit = repo.commit_file("dir/file", "content\n");
    let reason = gap(&repo, "HEAD:dir/file");
    assert!(reason.contains(&format!("commit {commit} has it at dir/file")), "{reason}");

    let repo = Repo::new();
    let commit = repo.commit_file("dir/file", "content\n");
    let reason = gap(&repo, "HEAD^{tree}");
    assert!(reason.contains(&format!("it is the tree of commit {commit}")), "{reason}");

    let repo = Repo::new();
    repo.commit_file("a", "1\n");
    let commit = repo.commit_file("a", "2\n");
    fs::remove_dir_all(repo.git_path("logs")).expect("reflogs");
    let reason = gap(&repo, "HEAD~");
    assert!(reason.contains(&format!("commit {commit} names it as a parent")), "{reason}");

    let repo = Repo::new();
    repo.commit_file("a", "1\n");
    let blob = repo.blob("only a tag names it");
    repo.git(["tag", "-a", "-m", "x", "v1", &blob]);
    let tag = repo.ask(["rev-parse", "v1"]);
    let reason = gap(&repo, "v1^{blob}");
    assert!(reason.contains(&format!("tag {tag} names it")), "{reason}");

    let repo = Repo::new();
    repo.commit_file("a", "1\n");
    repo.write("staged", "staged\n");
    repo.git(["add", "staged"]);
    let reason = gap(&repo, ":staged");
    assert!(reason.contains("the index ") && reason.contains("names it"), "{reason}");
}
