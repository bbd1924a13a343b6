//! `scan-git --range`, `--since`, `--not`: held against `git rev-list --objects`.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs;

use intercom_sec::report::{Plain, scan_git};
use intercom_sec::scan::{self, Options, Progress, RangeSpec, Scope, Target};
use serde_json::Value;

use super::{Repo, skipped};
use crate::support::naive::{self, Place, Stored};
use crate::support::shapes::{self, Leaf};
use crate::support::tokens::{self, Random};
use crate::support::tool::{Run, Tool};

/// Ends of a range as options.
fn spec(ranges: &[&str], not: &[&str]) -> RangeSpec {
    let ranges = ranges.iter().map(|range| range.parse().expect("a range")).collect();
    let not = not.iter().map(|revision| revision.parse().expect("a revision")).collect();
    RangeSpec::new(ranges).without(not)
}

/// A scan in this process, as JSON.
fn library_range(repo: &Repo, spec: RangeSpec, threads: usize) -> Value {
    let target = Target::locate(repo.path(), None).expect("a repository");
    let threads = threads.try_into().expect("a thread");
    let options = Options::new().scope(Scope::Range(spec)).threads(threads);
    let report = scan::scan(&[target], &options, &Progress::new());
    assert_eq!(report.unresolved, []);
    serde_json::to_value(scan_git::json(&report, &Plain)).expect("JSON")
}

/// `scan-git --format json REPO OPTIONS`.
fn scan_with(repo: &Repo, options: &[&str]) -> Run {
    let path = repo.path().to_str().expect("UTF-8");
    Tool::new([&["scan-git", "--format", "json", path], options].concat()).run()
}

/// The objects that `git rev-list --objects` lists.
fn listed(repo: &Repo, arguments: &[&str]) -> HashSet<String> {
    let output = repo.ask([&["rev-list", "--objects"], arguments].concat());
    output.lines().map(|line| line.split(' ').next().expect("an id").to_owned()).collect()
}

/// The places with a token in some of the objects.
fn places(objects: &[Stored], ids: &HashSet<String>) -> BTreeSet<Place> {
    let part = objects.iter().filter(|object| ids.contains(&object.id));
    let copy = |object: &Stored| Stored {
        id: object.id.clone(),
        kind: object.kind.clone(),
        content: object.content.clone(),
    };
    naive::places(&part.map(copy).collect::<Vec<_>>())
}

/// How the objects of a history are stored.
fn store(repo: &Repo, form: u64) {
    match form % 4 {
        0 => {}
        1 => repo.repack(&[], &["--depth=20"]),
        2 => drop(repo.git(["commit-graph", "write", "--reachable"])),
        _ => {
            repo.repack(&[], &[]);
            repo.git([
                "-c",
                "commitGraph.generationVersion=1",
                "commit-graph",
                "write",
                "--reachable",
            ]);
        }
    }
}

#[test]
fn a_range_has_what_git_lists_for_it() {
    for seed in 0..12 {
        let repo = Repo::new();
        let shapes = shapes::random(&repo, seed, false);
        let objects = naive::objects(&repo);
        store(&repo, seed);
        let random = &mut Random::new(9000 + seed);
        let commits = shapes.commits.len();
        for _ in 0..12 {
            let from = random.below(commits);
            let tips: Vec<usize> = (0..=random.below(2)).map(|_| random.below(commits)).collect();
            let hex = |at: usize| hex::encode(shapes.commits[at].id);
            let ranges: Vec<_> =
                tips.iter().map(|&at| format!("{}..{}", hex(from), hex(at))).collect();
            let mut arguments: Vec<_> = tips.iter().map(|&at| hex(at)).collect();
            arguments.extend(["--not".to_owned(), hex(from)]);
            let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
            let ids = listed(&repo, &arguments);
            // The shapes know it too, which the next test relies on.
            let known: HashSet<_> = shapes.range(&tips, &[from]).iter().map(hex::encode).collect();
            assert_eq!(known, ids, "seed {seed}: {arguments:?}");
            let ranges: Vec<_> = ranges.iter().map(String::as_str).collect();
            let report = library_range(&repo, spec(&ranges, &[]), 1 + random.below(3));
            assert_eq!(naive::reported(&report), places(&objects, &ids), "seed {seed}: {ranges:?}");
            assert_eq!(skipped(&report), [""; 0], "seed {seed}: {ranges:?}");
            assert!(report["coverage"]["objects"].as_u64() >= Some(ids.len() as u64));
        }
    }
}

#[test]
fn clocks_that_run_wrong_change_no_range() {
    for seed in 100..110 {
        let repo = Repo::new();
        let shapes = shapes::random(&repo, seed, true);
        let objects = naive::objects(&repo);
        store(&repo, seed);
        let random = &mut Random::new(9000 + seed);
        for _ in 0..12 {
            let [from, to] = [(); 2].map(|()| random.below(shapes.commits.len()));
            let ids: HashSet<_> = shapes.range(&[to], &[from]).iter().map(hex::encode).collect();
            let [from, to] = [from, to].map(|at| hex::encode(shapes.commits[at].id));
            let report = library_range(&repo, spec(&[&to], &[&from]), 1);
            assert_eq!(
                naive::reported(&report),
                places(&objects, &ids),
                "seed {seed}: {from} {to}"
            );
        }
    }
}

#[test]
fn several_ranges_stand_each_for_itself() {
    for seed in 200..208 {
        let repo = Repo::new();
        let shapes = shapes::random(&repo, seed, false);
        let objects = naive::objects(&repo);
        let random = &mut Random::new(9000 + seed);
        for _ in 0..12 {
            let mut ends =
                || (random.below(shapes.commits.len()), random.below(shapes.commits.len()));
            let ranges = [ends(), ends(), ends()];
            let (not, _) = ends();
            // Ranges that leave out the same are one.
            let mut tips: BTreeMap<_, Vec<_>> = BTreeMap::new();
            for (from, to) in ranges {
                tips.entry(from).or_default().push(to);
            }
            let parts = tips.iter().map(|(&from, tips)| shapes.range(tips, &[from, not]));
            let ids: HashSet<_> = parts.flatten().map(hex::encode).collect();
            let hex = |at: usize| hex::encode(shapes.commits[at].id);
            let ranges = ranges.map(|(from, to)| format!("{}..{}", hex(from), hex(to)));
            let spec = spec(&ranges.each_ref().map(String::as_str), &[&hex(not)]);
            let report = library_range(&repo, spec, 2);
            assert_eq!(naive::reported(&report), places(&objects, &ids), "seed {seed}: {ranges:?}");
        }
    }
}

#[test]
fn everything_by_ranges_is_told_as_a_scan_of_everything_tells_it() {
    for seed in 300..308 {
        let repo = Repo::new();
        let shapes = shapes::random(&repo, seed, seed % 2 == 0);
        store(&repo, seed);
        let mut whole = super::scan(repo.path()).expect(1).json();
        // Blobs that came into no commit.
        let findings = whole["findings"].as_array_mut().expect("findings");
        findings.retain(|finding| !finding["locations"][0]["commit"].is_null());
        let tags = shapes.tags.iter().map(|tag| tag.0);
        let tips: Vec<_> =
            shapes.commits.iter().map(|made| made.id).chain(tags).map(hex::encode).collect();
        let tips: Vec<_> = tips.iter().map(String::as_str).collect();
        let report = library_range(&repo, spec(&tips, &[]), 2);
        assert_eq!(report["findings"], whole["findings"], "seed {seed}");
        // Every object but those that nothing leads to.
        let reachable = listed(&repo, &["--all"]).len() as u64;
        assert_eq!(report["coverage"]["objects"], reachable, "seed {seed}");
        assert_eq!(report["coverage"]["commits"], shapes.commits.len(), "seed {seed}");
    }
}

#[test]
fn each_place_names_the_commit_of_the_range_that_brought_it() {
    for seed in 400..408 {
        let repo = Repo::new();
        let shapes = shapes::random(&repo, seed, false);
        store(&repo, seed);
        let whole = super::scan(repo.path()).expect(1).json();
        // Each commit has a token in its message, so all refs of all commits are known.
        let refs_of: HashMap<_, _> = naive::locations(&whole)
            .filter(|(_, location)| location["source"] == "commit-message")
            .map(|(_, location)| (location["commit"].clone(), location["refs"].clone()))
            .collect();
        let random = &mut Random::new(9000 + seed);
        for _ in 0..8 {
            let [from, to] = [(); 2].map(|()| random.below(shapes.commits.len()));
            let objects = shapes.range(&[to], &[from]);
            let mut expected = BTreeMap::new();
            for made in shapes.commits.iter().filter(|made| objects.contains(&made.id)) {
                for (path, leaf) in &made.files {
                    let Leaf::Blob(blob) = leaf else { continue };
                    let is_in =
                        |&parent: &usize| shapes.commits[parent].files.get(path) == Some(leaf);
                    if objects.contains(blob) && !made.parents.iter().any(is_in) {
                        expected.entry((hex::encode(blob), path.clone())).or_insert(made.id);
                    }
                }
            }
            let [from, to] = [from, to].map(|at| hex::encode(shapes.commits[at].id));
            let report = library_range(&repo, spec(&[&format!("{from}..{to}")], &[]), 1);
            let mut found = BTreeMap::new();
            for (_, location) in naive::locations(&report) {
                let text = |key: &str| location[key].as_str().unwrap_or_default().to_owned();
                if location["source"] == "blob" {
                    found.insert((text("object"), text("path")), text("commit"));
                }
                if !location["source"].as_str().is_some_and(|source| source.starts_with("tag")) {
                    assert_eq!(location["refs"], refs_of[&location["commit"]], "{location:#}");
                }
            }
            // Blobs without a token are no findings.
            expected.retain(|place, _| found.contains_key(place));
            let expected: BTreeMap<_, _> =
                expected.into_iter().map(|(place, id)| (place, hex::encode(id))).collect();
            assert_eq!(found, expected, "seed {seed}: {from}..{to}");
        }
    }
}

fn token(seed: u64) -> String {
    tokens::token(&mut Random::new(seed))
}

const ZEROS: &str = "0000000000000000000000000000000000000000";

/// Three commits, with a token in the second.
fn leaked() -> Repo {
    let repo = Repo::new();
    repo.commit_file("a", "1\n");
    repo.commit_file("dir/b", format!("line\n  {}\n", token(1)));
    repo.commit_file("a", "2\n");
    repo
}

#[test]
fn a_finding_has_the_shape_that_a_scan_of_everything_gives_it() {
    let repo = leaked();
    let whole = super::scan(repo.path()).expect(1).json();
    for options in [&["--range", "HEAD~2..HEAD"][..], &["--since", "@~2"], &["--not", "main~2"]] {
        let report = scan_with(&repo, options).expect(1).json();
        assert_eq!(report["findings"], whole["findings"], "{options:?}");
        assert_eq!(report["verdict"], "leak");
        assert_eq!(report["coverage"]["commits"], 2);
        // Two commits, three trees, two blobs.
        assert_eq!(report["coverage"]["objects"], 7);
    }
    let location = &whole["findings"][0]["locations"][0];
    assert_eq!((&location["line"], &location["column"]), (&2.into(), &3.into()));
    assert_eq!(location["present_at_head"], true);
}

#[test]
fn what_is_outside_of_the_range_is_not_told() {
    let repo = leaked();
    for options in [
        &["--range", "HEAD~..HEAD"][..],
        &["--range", "HEAD~..", "--range", "@~2"],
        &["--since", "HEAD^"],
        &["--range", "main", "--not", "main~"],
        &["--not", "HEAD~", "--not", "HEAD~2"],
    ] {
        let report = scan_with(&repo, options).expect(0).json();
        assert_eq!(report["verdict"], "clean", "{options:?}");
    }
    let path = repo.path().to_str().expect("UTF-8");
    let text = Tool::new(["scan-git", path, "--since", "HEAD~"]).run().expect(0).stdout();
    assert!(text.starts_with("clean: 1 commit, 3 objects read ("), "{text}");
    assert!(text.ends_with("; everything in the range was read\n"), "{text}");
}

#[test]
fn a_range_without_commits_is_said_to_have_none() {
    let repo = leaked();
    for range in ["HEAD..HEAD~1", "HEAD..HEAD", "..main", &format!("HEAD..{ZEROS}"), ZEROS] {
        let report = scan_with(&repo, &["--range", range]).expect(0).json();
        assert_eq!(report["coverage"]["commits"], 0, "{range}");
        assert_eq!(report["coverage"]["objects"], 0, "{range}");
        let path = repo.path().to_str().expect("UTF-8");
        let text = Tool::new(["scan-git", path, "--range", range]).run().expect(0).stdout();
        assert!(text.starts_with("clean: 0 commits, 0 objects read"), "{text}");
        assert!(text.ends_with("; nothing is in the range\n"), "{text}");
    }
}

#[test]
fn zeros_where_a_range_begins_leave_nothing_out() {
    let repo = leaked();
    for options in [
        vec!["--range".to_owned(), format!("{ZEROS}..HEAD")],
        vec!["--since".to_owned(), ZEROS.to_owned()],
        vec!["--not".to_owned(), ZEROS.to_owned()],
        vec!["--range".to_owned(), format!("{}..HEAD", "0".repeat(64))],
        vec!["--range".to_owned(), "HEAD".to_owned()],
    ] {
        let options: Vec<_> = options.iter().map(String::as_str).collect();
        let report = scan_with(&repo, &options).expect(1).json();
        assert_eq!(report["coverage"]["commits"], 3, "{options:?}");
    }
}

#[test]
fn a_token_that_comes_back_is_told_unless_the_edge_of_the_range_has_it() {
    let repo = Repo::new();
    repo.commit_file("a", token(2));
    repo.commit_file("a", "gone\n");
    // It comes back at another path.
    repo.commit_file("b", token(2));
    repo.commit_file("c", token(2));
    let only = |range: &str| {
        let report = scan_with(&repo, &["--range", range]);
        (report.status(), naive::locations(&report.json()).count())
    };
    assert_eq!(only("HEAD~2..HEAD~"), (1, 1));
    assert_eq!(only("HEAD~2.."), (1, 2));
    assert_eq!(only("HEAD~.."), (0, 0));
}

#[test]
fn tags_trees_and_blobs_can_be_asked_for() {
    let repo = leaked();
    let tag = |name: &str, target: &str, message: &str| {
        repo.git(["tag", "-a", "-m", message, name, target]);
    };
    tag("outer-commit", "HEAD", &token(3));
    tag("again", "outer-commit", &token(4));
    tag("of-tree", "HEAD:dir", "a tree");
    tag("of-blob", "HEAD:dir/b", "a blob");
    repo.git(["update-ref", "refs/trees/one", "HEAD:dir"]);
    repo.git(["update-ref", "refs/blobs/one", "HEAD:dir/b"]);
    let objects = naive::objects(&repo);
    for (from, to, hits) in [
        ("HEAD", "again", 2),
        ("outer-commit", "again", 1),
        ("again", "outer-commit", 0),
        ("HEAD~2", "again", 3),
        ("again", "of-tree", 1),
        ("of-blob", "of-tree", 0),
        ("refs/trees/one", "refs/blobs/one", 0),
        ("refs/trees/one", "HEAD", 0),
        ("HEAD~2", "refs/blobs/one", 1),
    ] {
        let ids = listed(&repo, &[to, "--not", from]);
        let run = scan_with(&repo, &["--range", &format!("{from}..{to}")]);
        let report = run.expect(i32::from(hits > 0)).json();
        assert_eq!(naive::reported(&report), places(&objects, &ids), "{from}..{to}: {report:#}");
        assert_eq!(naive::locations(&report).count(), hits, "{from}..{to}");
    }
}

#[test]
fn a_shallow_history_that_meets_the_other_end_is_whole() {
    let origin = Repo::new();
    for number in 0..4 {
        origin.commit_file("a", number.to_string());
    }
    let clone = origin.cloned(&["--depth=2"]);
    assert_eq!(scan_with(&clone, &["--range", "HEAD~.."]).expect(0).json()["verdict"], "clean");
    let run = scan_with(&clone, &["--range", "HEAD"]).expect(2);
    let report = run.json();
    assert_eq!(skipped(&report), ["shallow-boundary"]);
    let reason = report["coverage"]["skipped"][0]["reason"].as_str().expect("a reason");
    assert!(reason.contains("git fetch --unshallow"), "{reason}");
    // The end itself is not there.
    for revision in ["HEAD~2".to_owned(), origin.ask(["rev-parse", "HEAD~2"])] {
        let run = scan_with(&clone, &["--since", &revision]).expect(2);
        assert!(run.stderr().contains("--unshallow"), "{}", run.stderr());
        assert_eq!(skipped(&run.json()), ["revision"]);
    }
}

#[test]
fn a_shallow_history_that_stops_before_the_other_end_is_a_gap() {
    let origin = Repo::new();
    origin.commit_file("a", "1\n");
    origin.git(["checkout", "-q", "-b", "side"]);
    for number in 0..4 {
        origin.commit_file("b", number.to_string());
    }
    origin.git(["checkout", "-q", "main"]);
    origin.commit_file("a", "2\n");
    let clone = origin.cloned(&["--depth=2", "--no-single-branch"]);
    let run = scan_with(&clone, &["--range", "origin/main..origin/side"]).expect(2);
    assert_eq!(skipped(&run.json()), ["shallow-boundary"]);
    clone.git(["fetch", "-q", "--unshallow"]);
    scan_with(&clone, &["--range", "origin/main..origin/side"]).expect(0);
}

#[test]
fn what_is_missing_in_the_range_makes_it_incomplete() {
    for gone in ["HEAD", "HEAD^{tree}", "HEAD:dir", "HEAD:dir/new", "HEAD~"] {
        let repo = Repo::new();
        repo.commit_file("dir/old", "1\n");
        repo.commit_file("dir/new", "2\n");
        repo.commit_file("dir/new", "3\n");
        repo.git(["tag", "-a", "-m", "x", "t"]);
        let start = repo.ask(["rev-parse", "HEAD~2"]);
        let end = repo.ask(["rev-parse", "t"]);
        fs::remove_file(repo.loose(&repo.ask(["rev-parse", gone]))).expect("a loose object");
        let report = scan_with(&repo, &["--range", &format!("{start}..{end}")]).expect(2).json();
        assert_eq!(skipped(&report), ["missing-object"], "{gone}");
    }
}

#[test]
fn what_is_missing_outside_of_the_range_does_not_matter() {
    let repo = Repo::new();
    repo.commit_file("dir/old", token(5));
    repo.commit_file("dir/old", "mended\n");
    repo.commit_file("dir/new", "2\n");
    repo.commit_file("dir/new", "3\n");
    let end = repo.ask(["rev-parse", "HEAD"]);
    let range = format!("{}..{end}", repo.ask(["rev-parse", "HEAD~2"]));
    // From far away to near.
    let gone = ["HEAD~3:dir/old", "HEAD~3", "HEAD~2:dir/old", "HEAD~2:dir", "HEAD~2^{tree}"];
    let gone = gone.map(|revision| repo.ask(["rev-parse", revision]));
    let objects =
        || scan_with(&repo, &["--range", &range]).expect(0).json()["coverage"]["objects"].clone();
    for id in &gone[..3] {
        fs::remove_file(repo.loose(id)).expect("a loose object");
        assert_eq!(objects(), 8);
    }
    // Without a tree to compare with, all of the new one is read; and nothing says any more that
    // the other end has what it names.
    fs::remove_file(repo.loose(&gone[3])).expect("a loose object");
    let report = scan_with(&repo, &["--range", &range]).expect(2).json();
    assert_eq!(skipped(&report), ["missing-object"]);
    repo.blob("mended\n");
    assert_eq!(objects(), 9);
    fs::remove_file(repo.loose(&gone[4])).expect("a loose object");
    assert_eq!(objects(), 9);
}

#[test]
fn replacements_and_grafts_change_no_range() {
    let repo = leaked();
    let ids = ["HEAD", "HEAD~", "HEAD~2"].map(|revision| repo.ask(["rev-parse", revision]));
    repo.git(["replace", "-f", "HEAD~:dir/b", "HEAD:a"]);
    repo.git(["replace", "-f", &ids[1], &ids[2]]);
    fs::create_dir_all(repo.git_path("info")).expect("a directory");
    // The last commit as a root, and as its own first ancestor's parent.
    let grafts = format!("{}\n{} {}\n", ids[0], ids[2], ids[0]);
    fs::write(repo.git_path("info/grafts"), grafts).expect("a file");
    let report = scan_with(&repo, &["--range", "HEAD~2.."]).expect(1).json();
    assert_eq!(report["coverage"]["commits"], 2);
}

#[test]
fn worktrees_have_their_own_head() {
    let repo = leaked();
    repo.git(["branch", "clean", "HEAD~2"]);
    let other = repo.beside("other");
    let path = other.to_str().expect("UTF-8");
    repo.git(["worktree", "add", "-q", path, "clean"]);
    fs::write(other.join("c"), "3\n").expect("a file");
    repo.git_in(&other, ["add", "c"]);
    repo.git_in(&other, ["commit", "-q", "-m", "harmless"]);
    let main = repo.path().to_str().expect("UTF-8");
    let scan = |paths: &[&str]| {
        Tool::new([&["scan-git", "--format", "json", "--since", "main~2"], paths].concat()).run()
    };
    assert_eq!(scan(&[path]).expect(0).json()["coverage"]["commits"], 1);
    assert_eq!(scan(&[main]).expect(1).json()["coverage"]["commits"], 2);
    assert_eq!(scan(&[path, main]).expect(1).json()["coverage"]["commits"], 3);
    repo.git_in(&other, ["update-ref", "refs/bisect/bad", "HEAD"]);
    let bisect = ["--range", "refs/bisect/bad", "--format", "json"];
    Tool::new([&["scan-git", path], &bisect[..]].concat()).run().expect(0);
    Tool::new([&["scan-git", main], &bisect[..]].concat()).run().expect(2);
}

#[test]
fn remote_tracking_branches_can_be_left_out() {
    let origin = leaked();
    let clone = origin.cloned(&[]);
    clone.commit_file("c", "3\n");
    let commits =
        |options: &[&str]| scan_with(&clone, options).json()["coverage"]["commits"].clone();
    assert_eq!(commits(&["--not-remotes"]), 1);
    assert_eq!(commits(&["--not-remotes=origin"]), 1);
    assert_eq!(commits(&["--not-remotes=orig"]), 4);
    assert_eq!(commits(&["--not-remotes=https://example.com/x.git"]), 4);
    assert_eq!(commits(&["--not-remotes=../heads"]), 4);
    assert_eq!(commits(&["--range", "HEAD~2", "--not-remotes"]), 0);
    // The name of another remote may begin with this one's.
    clone.git(["update-ref", "refs/remotes/origin/private/main", "HEAD"]);
    assert_eq!(commits(&["--not-remotes=origin"]), 0);
    clone.git(["config", "remote.origin/private.url", "../private"]);
    assert_eq!(commits(&["--not-remotes=origin"]), 1);
    assert_eq!(commits(&["--not-remotes"]), 0);
    clone.git(["update-ref", "-d", "refs/remotes/origin/private/main"]);
    clone.git(["pack-refs", "--all"]);
    assert_eq!(commits(&["--not-remotes"]), 1);
    // Forced back: what was packed is out of date.
    clone.git(["update-ref", "refs/remotes/origin/main", "HEAD~3"]);
    clone.git(["symbolic-ref", "-d", "refs/remotes/origin/HEAD"]);
    assert_eq!(commits(&["--not-remotes"]), 3);
    scan_with(&clone, &["--not-remotes="]).expect(2);
}
