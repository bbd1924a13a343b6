//! Where `scan-git` says a token comes from, held against `git log` and `git ls-tree`.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;

use intercom_sec::scan::Source;
use serde_json::Value;

use super::{Repo, library_scan, scan};
use crate::support::history::{self, SMALL};
use crate::support::naive;
use crate::support::repository::{AUTHOR, EMAIL};
use crate::support::tokens::{self, Random};

/// The only location of the only finding, of those in objects: git leaves messages elsewhere too.
#[track_caller]
fn only_location(repo: &Repo) -> Value {
    let report = scan(repo.path()).expect(1).json();
    let locations = naive::locations(&report).map(|(_, location)| location);
    let locations: Vec<_> = locations.filter(|location| location["object"].is_string()).collect();
    assert_eq!(locations.len(), 1, "{report:#}");
    locations[0].clone()
}

/// Path and commit of each location of a blob.
fn introductions(report: &Value) -> BTreeSet<(String, String)> {
    naive::locations(report)
        .filter(|(_, location)| location["source"] == "blob")
        .map(|(_, location)| {
            let text = |key: &str| location[key].as_str().unwrap_or_default().to_owned();
            (text("path"), text("commit"))
        })
        .collect()
}

fn token(seed: u64) -> String {
    tokens::token(&mut Random::new(seed))
}

/// A commit, by git's own account.
struct Commit {
    id: String,
    parents: Vec<String>,
    time: i64,
    /// Name, email and date of the author.
    author: [String; 3],
    /// Paths to blobs, with their ids.
    files: BTreeSet<(String, String)>,
}

fn commits(repo: &Repo) -> Vec<Commit> {
    let log =
        repo.ask(["log", "--all", "--no-color", "--format=%H%x00%P%x00%ct%x00%an%x00%ae%x00%aI"]);
    log.lines()
        .map(|line| {
            let fields: Vec<_> = line.split('\0').map(str::to_owned).collect();
            let files = repo.git(["ls-tree", "-r", "-z", "--full-tree", &fields[0]]);
            let files = String::from_utf8(files).expect("UTF-8");
            Commit {
                id: fields[0].clone(),
                parents: fields[1].split_whitespace().map(str::to_owned).collect(),
                time: fields[2].parse().expect("a number"),
                author: [fields[3].clone(), fields[4].clone(), fields[5].clone()],
                files: files
                    .split_terminator('\0')
                    .map(|entry| {
                        let (fields, path) = entry.split_once('\t').expect("a path");
                        let id = fields.rsplit(' ').next().expect("an id");
                        (path.to_owned(), id.to_owned())
                    })
                    .collect(),
            }
        })
        .collect()
}

/// For each path and blob, the first commit that has it there while no parent does.
fn first_commits(commits: &[Commit]) -> BTreeMap<(String, String), &Commit> {
    let by_id: HashMap<_, _> = commits.iter().map(|commit| (&commit.id, commit)).collect();
    let mut first: BTreeMap<_, &Commit> = BTreeMap::new();
    for commit in commits {
        for file in &commit.files {
            if commit.parents.iter().any(|parent| by_id[parent].files.contains(file)) {
                continue;
            }
            let known = first.entry(file.clone()).or_insert(commit);
            if (commit.time, &commit.id) < (known.time, &known.id) {
                *known = commit;
            }
        }
    }
    first
}

/// The refs that lead to a commit, by git's own account.
fn refs_containing(repo: &Repo, commit: &str) -> BTreeSet<String> {
    let contains = format!("--contains={commit}");
    let refs = repo.ask(["for-each-ref", "--format=%(refname)", &contains]);
    let mut refs: BTreeSet<_> = refs.lines().map(str::to_owned).collect();
    let is_ancestor = ["merge-base", "--is-ancestor", commit, "HEAD"];
    if repo.git_in(repo.path(), is_ancestor).status.success() {
        refs.insert("HEAD".to_owned());
    }
    refs
}

#[test]
fn random_histories_are_attributed_as_git_tells_them() {
    for seed in 200..206 {
        let repo = Repo::new();
        repo.import(&history::random(seed, SMALL), seed % 2 == 0);
        let commits = commits(&repo);
        let first = first_commits(&commits);
        let head = repo.ask(["rev-parse", "HEAD"]);
        let at_head = commits.iter().find(|commit| commit.id == head).expect("a commit");
        let report = scan(repo.path()).json();
        let (mut told, mut refs) = (BTreeSet::new(), HashMap::new());
        for (_, location) in naive::locations(&report) {
            let text = |key: &str| location[key].as_str().unwrap_or_default().to_owned();
            let commit = match location["source"].as_str() {
                Some("blob") => {
                    let file = (text("path"), text("object"));
                    assert_eq!(location["present_at_head"], at_head.files.contains(&file));
                    told.insert(file.clone());
                    first[&file]
                }
                Some("commit-message" | "commit-header") => {
                    let id = text("object");
                    commits.iter().find(|commit| commit.id == id).expect("a commit")
                }
                _ => continue,
            };
            assert_eq!(text("commit"), commit.id, "{location:#}");
            let [name, email, date] = &commit.author;
            // A token in a name is shown by its ends only.
            let is_token = !naive::tokens_in(name.as_bytes()).is_empty();
            assert!(location["author"]["name"] == **name || is_token);
            assert_eq!(location["author"]["email"], **email);
            assert_eq!(text("date"), date.replace('Z', "+00:00"));
            let refs = refs.entry(&commit.id).or_insert_with(|| refs_containing(&repo, &commit.id));
            let total = (refs.len() > 10).then_some(refs.len());
            assert_eq!(location["refs_total"], serde_json::json!(total));
            for name in location["refs"].as_array().expect("refs") {
                assert!(refs.contains(name.as_str().expect("a name")));
            }
            assert_eq!(location["refs"].as_array().map(Vec::len), Some(refs.len().min(10)));
        }
        // No path to a blob with a token is left out.
        let objects = naive::objects(&repo);
        let leaks: BTreeSet<_> = objects
            .iter()
            .filter(|object| object.kind == "blob" && !naive::tokens_in(&object.content).is_empty())
            .map(|object| &object.id)
            .collect();
        let wanted: BTreeSet<_> =
            first.keys().filter(|(_, id)| leaks.contains(id)).cloned().collect();
        assert_eq!(told, wanted, "seed {seed}");
    }
}

#[test]
fn names_in_random_histories_are_attributed_to_the_first_commit_that_has_them() {
    for seed in 220..226 {
        let repo = Repo::new();
        repo.import(&history::random(seed, SMALL), true);
        let commits = commits(&repo);
        // Every file or directory whose own name holds a token, by commit.
        let named: HashMap<_, BTreeSet<_>> =
            commits.iter().map(|commit| (&commit.id, leaking_names(commit))).collect();
        let mut first: BTreeMap<&String, &Commit> = BTreeMap::new();
        for commit in &commits {
            for path in &named[&commit.id] {
                let is_new = !commit.parents.iter().any(|parent| named[parent].contains(path));
                let known = first.get(path).map(|known| (known.time, &known.id));
                if is_new && known.is_none_or(|known| (commit.time, &commit.id) < known) {
                    first.insert(path, commit);
                }
            }
        }
        let head = repo.ask(["rev-parse", "HEAD"]);
        let expected: BTreeSet<_> = first
            .into_iter()
            .map(|(path, commit)| (path.clone(), commit.id.clone(), named[&head].contains(path)))
            .collect();
        assert!(!expected.is_empty());
        let findings = library_scan(repo.path(), 2).findings;
        let told: BTreeSet<_> = findings
            .iter()
            .flat_map(|finding| &finding.locations)
            .filter(|location| location.source == Source::Path)
            .map(|location| {
                let path = String::from_utf8(location.path.clone().expect("a path").to_vec());
                let commit = location.commit.clone().expect("a commit").id.to_string();
                (path.expect("UTF-8"), commit, location.present_at_head)
            })
            .collect();
        assert_eq!(told, expected, "seed {seed}");
    }
}

/// The paths of a commit that end in a name with a token.
fn leaking_names(commit: &Commit) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for (path, _) in &commit.files {
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        for path in ends.map(|end| &path[..end]) {
            let name = path.rsplit('/').next().expect("a name");
            if !naive::tokens_in(name.as_bytes()).is_empty() {
                paths.insert(path.to_owned());
            }
        }
    }
    paths
}

#[test]
fn the_first_commit_is_the_one_that_git_log_names() {
    let repo = Repo::new();
    repo.commit_file("readme", "1");
    let leak = repo.commit_file("src/config.env", format!("a\nTOKEN={}\n", token(1)));
    repo.commit_file("readme", "2");
    let location = only_location(&repo);
    let blob = repo.ask(["rev-parse", "HEAD:src/config.env"]);
    let find = format!("--find-object={blob}");
    assert_eq!(repo.ask(["log", "--format=%H", &find]), leak);
    assert_eq!(location["commit"], *leak);
    assert_eq!(location["object"], *blob);
    assert_eq!(location["path"], "src/config.env");
    assert_eq!((&location["line"], &location["column"]), (&2.into(), &7.into()));
    assert_eq!(location["author"]["name"], AUTHOR);
    assert_eq!(location["author"]["email"], EMAIL);
    assert_eq!(location["date"], *repo.ask(["log", "-1", "--format=%aI", &leak]));
    assert_eq!(location["refs"], serde_json::json!(["refs/heads/main", "HEAD"]));
    assert_eq!(location["present_at_head"], true);
    assert_eq!(location["repository"], repo.path().to_str().expect("UTF-8"));
}

#[test]
fn a_root_commit_introduces_what_it_has() {
    let repo = Repo::new();
    let root = repo.commit_file("a", token(2));
    assert_eq!(only_location(&repo)["commit"], *root);
}

#[test]
fn a_rename_and_a_copy_are_places_of_their_own() {
    let repo = Repo::new();
    let first = repo.commit_file("a", token(3));
    repo.git(["mv", "a", "b"]);
    let renamed = repo.commit("rename");
    fs::create_dir(repo.path().join("dir")).expect("a directory");
    fs::copy(repo.path().join("b"), repo.path().join("dir/c")).expect("a copy");
    let copied = repo.commit("copy");
    let report = scan(repo.path()).expect(1).json();
    let expected = [("a", first), ("b", renamed), ("dir/c", copied)];
    let expected: BTreeSet<_> =
        expected.into_iter().map(|(path, commit)| (path.to_owned(), commit)).collect();
    assert_eq!(introductions(&report), expected);
    let locations = report["findings"][0]["locations"].as_array().expect("locations");
    let at_head: Vec<_> = locations.iter().map(|place| &place["present_at_head"]).collect();
    assert_eq!(at_head, [false, true, true]);
}

#[test]
fn what_was_removed_and_put_back_was_introduced_the_first_time() {
    let repo = Repo::new();
    let first = repo.commit_file("a", token(4));
    repo.commit_file("a", "removed");
    repo.commit_file("a", token(4));
    let location = only_location(&repo);
    assert_eq!((&location["commit"], &location["present_at_head"]), (&first.into(), &true.into()));
}

#[test]
fn what_a_merge_resolution_brings_is_the_merges() {
    let repo = Repo::new();
    repo.commit_file("a", "1");
    repo.git(["checkout", "--quiet", "-b", "side"]);
    repo.commit_file("b", "1");
    repo.git(["checkout", "--quiet", "main"]);
    repo.commit_file("c", "1");
    repo.tick();
    repo.git(["merge", "--quiet", "--no-commit", "side"]);
    let merge = repo.commit_file("d", token(5));
    assert_eq!(repo.ask(["rev-list", "--count", "--merges", "HEAD"]), "1");
    assert_eq!(only_location(&repo)["commit"], *merge);
}

#[test]
fn what_a_merge_only_takes_over_is_the_side_branchs() {
    let repo = Repo::new();
    repo.commit_file("a", "1");
    repo.git(["checkout", "--quiet", "-b", "side"]);
    let leak = repo.commit_file("b", token(6));
    repo.git(["checkout", "--quiet", "main"]);
    repo.commit_file("c", "1");
    repo.git(["merge", "--quiet", "-m", "merge", "side"]);
    repo.git(["branch", "-D", "side"]);
    let location = only_location(&repo);
    assert_eq!(location["commit"], *leak);
    assert_eq!(location["refs"], serde_json::json!(["refs/heads/main", "HEAD"]));
}

#[test]
fn a_reachable_commit_is_named_before_an_older_one_that_no_ref_leads_to() {
    let repo = Repo::new();
    repo.commit_file("a", "1");
    let gone = repo.commit_file("a", token(7));
    repo.git(["reset", "--quiet", "--hard", "HEAD~"]);
    repo.git(["reflog", "expire", "--expire=now", "--all"]);
    assert_eq!(only_location(&repo)["commit"], *gone);
    assert_eq!(only_location(&repo)["refs"], serde_json::json!([]));
    repo.commit_file("unrelated", "1");
    let kept = repo.commit_file("a", token(7));
    assert_eq!(only_location(&repo)["commit"], *kept);
}

#[test]
fn a_name_is_told_with_its_whole_path_and_the_commit_that_made_it() {
    let repo = Repo::new();
    repo.commit_file("readme", "1");
    repo.write(format!("a/b/{}/c/file", token(8)), "x");
    let leak = repo.commit("add");
    repo.write(format!("a/b/{}/c/file", token(8)), "y");
    repo.commit("change");
    repo.commit_file("a/b/other", "z");
    let location = only_location(&repo);
    assert_eq!(location["source"], "path");
    assert_eq!(location["commit"], *leak);
    let path = location["path"].as_str().expect("a path");
    assert!(path.starts_with("a/b/dG9r") && path.contains('…'), "{path}");
    let tree = repo.ask(["rev-parse", &format!("{leak}:a/b")]);
    assert_eq!(location["object"], *tree);
    assert_eq!(location["present_at_head"], true);
    assert!(location.get("line").is_none() && location.get("column").is_none());
}

#[test]
fn messages_are_told_with_their_commit_or_tag_and_their_own_lines() {
    let repo = Repo::new();
    let commit = repo.commit(&format!("Subject\n\nkey {}", token(9)));
    let location = only_location(&repo);
    assert_eq!(location["source"], "commit-message");
    assert_eq!((&location["line"], &location["column"]), (&3.into(), &5.into()));
    assert_eq!((&location["commit"], &location["object"]), (&(*commit).into(), &(*commit).into()));
    assert_eq!(location["present_at_head"], true);

    let repo = Repo::new();
    repo.commit("harmless");
    repo.git(["tag", "-a", "v1", "-m", &token(10)]);
    repo.git(["tag", "-a", "v2", "-m", "of a tag", "v1"]);
    let location = only_location(&repo);
    assert_eq!(location["source"], "tag-message");
    assert_eq!(location["object"], *repo.ask(["rev-parse", "v1"]));
    assert_eq!(location["author"]["name"], "Carl Committer");
    assert_eq!(location["refs"], serde_json::json!(["refs/tags/v1"]));
}

#[test]
fn an_object_that_no_commit_leads_to_is_told_without_one() {
    let repo = Repo::new();
    repo.commit("harmless");
    let blob = repo.blob(token(11));
    let location = only_location(&repo);
    assert_eq!(location["object"], *blob);
    for key in ["commit", "path", "author", "date"] {
        assert!(location.get(key).is_none(), "{key}");
    }
    assert_eq!(location["present_at_head"], false);
}

#[test]
fn findings_come_in_the_order_in_which_they_were_introduced() {
    let repo = Repo::new();
    let commits: Vec<_> =
        (20..30).map(|seed| repo.commit_file(&format!("f{seed}"), token(seed))).collect();
    repo.blob(token(30));
    let report = scan(repo.path()).expect(1).json();
    let told = naive::locations(&report).map(|(_, location)| location["commit"].clone());
    let expected: Vec<Value> = commits.into_iter().map(Value::from).chain([Value::Null]).collect();
    let told: Vec<_> =
        told.map(|commit| if commit.is_string() { commit } else { Value::Null }).collect();
    assert_eq!(told, expected);
}

#[test]
fn a_list_of_refs_is_cut_at_ten_and_says_how_many_there_are() {
    let repo = Repo::new();
    repo.commit_file("a", token(40));
    for number in 0..30 {
        repo.git(["tag", &format!("t{number}")]);
    }
    let location = only_location(&repo);
    assert_eq!(location["refs"].as_array().map(Vec::len), Some(10));
    assert_eq!(location["refs"][0], "refs/heads/main");
    assert_eq!(location["refs_total"], 32);
}

#[test]
fn an_ancestor_stands_before_its_descendants_whatever_the_clocks_say() {
    let repo = Repo::new();
    let secret = token(930);
    let commit = |content: &str, date: &str| {
        repo.write("f", content);
        repo.git(["add", "f"]);
        let date = format!("{date} +0000");
        let tree = repo.ask(["write-tree"]);
        let parent = repo.git_in(repo.path(), ["rev-parse", "-q", "--verify", "HEAD"]);
        let parent = String::from_utf8(parent.stdout).expect("ASCII");
        let parent = match parent.trim() {
            "" => String::new(),
            id => format!("parent {id}\n"),
        };
        let person = format!("A <a@example.com> {date}");
        let object = format!("tree {tree}\n{parent}author {person}\ncommitter {person}\n\nx\n");
        let id = repo.git_with(["hash-object", "-w", "-t", "commit", "--stdin"], object.as_bytes());
        let id = String::from_utf8(id).expect("ASCII").trim().to_owned();
        repo.git(["update-ref", "refs/heads/main", &id]);
        id
    };
    let dates = ["1700000500", "1700000500", "1700000100", "1600000000", "1700000500"];
    let commits: Vec<_> = dates
        .iter()
        .enumerate()
        .map(|(number, date)| commit(&format!("{secret}\n{}", "x\n".repeat(number)), date))
        .collect();
    let report = scan(repo.path()).expect(1).json();
    let locations = report["findings"][0]["locations"].as_array().expect("locations");
    let told: Vec<_> =
        locations.iter().map(|place| place["commit"].as_str().expect("it")).collect();
    assert_eq!(told, commits);
}

#[test]
fn a_file_a_thousand_directories_deep_is_told_with_its_path_and_commit() {
    let repo = Repo::new();
    let blob = repo.blob(token(931));
    let path = format!("{}f", "d/".repeat(1000));
    repo.git(["update-index", "--add", "--cacheinfo", &format!("100644,{blob},{path}")]);
    let tree = repo.ask(["write-tree"]);
    let commit = repo.ask(["commit-tree", "-m", "deep", &tree]);
    repo.git(["update-ref", "refs/heads/main", &commit]);
    for packed in [false, true] {
        if packed {
            repo.git(["repack", "-adq"]);
        }
        let report = scan(repo.path()).expect(1).json();
        let place = &report["findings"][0]["locations"][0];
        assert_eq!(
            (&place["path"], &place["commit"]),
            (&path.as_str().into(), &commit.as_str().into())
        );
        assert_eq!(report["coverage"]["unlisted_places"], serde_json::Value::Null);
    }
}

#[test]
fn what_is_at_head_is_asked_of_the_worktree_that_was_given() {
    let repo = Repo::new();
    repo.commit_file("a", "harmless\n");
    let other = repo.beside("other");
    let path = other.to_str().expect("UTF-8");
    repo.git(["worktree", "add", "--quiet", "-b", "other", path]);
    fs::write(other.join("b"), token(932)).expect("a file");
    repo.git_in(&other, ["add", "b"]);
    assert!(repo.git_in(&other, ["commit", "--quiet", "-m", "x"]).status.success());
    for (given, expected) in [(repo.path(), false), (other.as_path(), true)] {
        let report = scan(given).expect(1).json();
        assert_eq!(report["findings"][0]["locations"][0]["present_at_head"], expected);
    }
}
