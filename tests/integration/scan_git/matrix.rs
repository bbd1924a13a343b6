//! The matrix of repositories: what each state of one means for the verdict, the exit status and the
//! record of what was read, and the command that mends it.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::PathBuf;

use super::{Repo, scan_in, skipped};
use crate::support::repository::replace;
use crate::support::tokens::{self, Random};
use crate::support::tool::Tool;

/// What a scan must say that is not complete: the kind of gap, its reason, what mends it.
type Gap = (&'static str, &'static str, &'static str);

/// A repository in some state.
struct Case {
    name: &'static str,
    /// Makes it; the path to scan.
    make: fn() -> (Repo, PathBuf),
    status: i32,
    /// All kinds of gaps that there are.
    gaps: &'static [Gap],
}

impl Case {
    const fn clean(name: &'static str, make: fn() -> (Repo, PathBuf)) -> Self {
        Self { name, make, status: 0, gaps: &[] }
    }

    const fn leak(name: &'static str, make: fn() -> (Repo, PathBuf)) -> Self {
        Self { name, make, status: 1, gaps: &[] }
    }

    const fn gap(name: &'static str, make: fn() -> (Repo, PathBuf), gaps: &'static [Gap]) -> Self {
        Self { name, make, status: 2, gaps }
    }
}

const FSCK: &str = "git fsck shows damage";
const COPY: &str = "git clone --mirror URL";
const UNFETCHED: Gap =
    ("missing-object", "it was not fetched (partial clone)", "git fetch --refetch --no-filter");

const MATRIX: [Case; 37] = [
    Case::clean("an ordinary repository", || own(harmless())),
    Case::clean("an empty repository", || own(Repo::new())),
    Case::clean("an empty bare repository", || own(Repo::init(&["--bare"]))),
    Case::clean("a bare clone", || own(harmless().cloned(&["--bare"]))),
    Case::clean("a mirror", || own(harmless().cloned(&["--mirror"]))),
    Case::clean("a directory in a working tree", || {
        let repo = harmless();
        let path = repo.path().join("dir");
        (repo, path)
    }),
    Case::clean("a git directory", || {
        let repo = harmless();
        let path = repo.git_path("");
        (repo, path)
    }),
    Case::clean("a linked worktree", || {
        let repo = harmless();
        let tree = repo.beside("tree");
        repo.git(["worktree", "add", "--quiet", "--detach", tree.to_str().expect("UTF-8")]);
        (repo, tree)
    }),
    Case::clean("SHA-256", || own(filled(Repo::init(&["--object-format=sha256"])))),
    Case::clean("reftable", || own(filled(Repo::init(&["--ref-format=reftable"])))),
    Case::clean("SHA-256 and reftable, bare", || {
        let repo = filled(Repo::init(&["--object-format=sha256", "--ref-format=reftable"]));
        own(repo.cloned(&["--mirror", "--ref-format=reftable"]))
    }),
    Case::clean("extensions that change nothing", || {
        let repo = harmless();
        repo.git(["config", "core.repositoryFormatVersion", "1"]);
        repo.git(["config", "extensions.worktreeConfig", "true"]);
        repo.git(["config", "extensions.preciousObjects", "true"]);
        own(repo)
    }),
    Case::clean("a foreign owner", || {
        let repo = harmless();
        if fs::metadata(repo.path()).expect("metadata").uid() == 0 {
            for path in [repo.path().to_owned(), repo.git_path(""), repo.git_path("config")] {
                chown(path, Some(65534), Some(65534)).expect("the owner changes");
            }
            assert!(!repo.git_in(repo.path(), ["status"]).status.success(), "git refuses it");
        }
        own(repo)
    }),
    Case::clean("a submodule that is declared and absent", || {
        let repo = harmless();
        repo.write(".gitmodules", "[submodule \"s\"]\n\tpath = s\n\turl = https://example.com/s\n");
        repo.git(["add", ".gitmodules"]);
        let entry = format!("160000,{},s", "5".repeat(40));
        repo.git(["update-index", "--add", "--cacheinfo", &entry]);
        repo.git(["commit", "--quiet", "-m", "a submodule"]);
        own(repo)
    }),
    Case::clean("a pointer to a file of Git LFS", || {
        let repo = harmless();
        repo.write(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n");
        let oid = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393";
        let pointer =
            format!("version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 12345\n");
        repo.commit_file("large.bin", pointer);
        own(repo)
    }),
    Case::leak("a commit that refs/replace hides", || {
        let (repo, leak) = leaking();
        repo.git(["replace", &leak, &repo.ask(["rev-parse", &format!("{leak}~")])]);
        own(repo)
    }),
    Case::leak("a commit that grafts hide", || {
        let (repo, leak) = leaking();
        let before = repo.ask(["rev-parse", &format!("{leak}~")]);
        fs::write(repo.git_path("info/grafts"), format!("{} {before}\n", repo.head()))
            .expect("a file");
        own(repo)
    }),
    Case::leak("settings that change what git shows", || {
        let (repo, _) = leaking();
        let attributes = repo.beside("attributes");
        fs::write(&attributes, "* -diff -text binary export-ignore diff=x filter=x\n")
            .expect("a file");
        fs::write(repo.git_path("info/attributes"), "* -diff diff=x filter=x\n").expect("a file");
        let order = repo.beside("order");
        fs::write(&order, "nothing\n").expect("a file");
        for (key, value) in [
            ("color.ui", "always"),
            ("color.diff.new", "red reverse"),
            ("core.attributesFile", attributes.to_str().expect("UTF-8")),
            ("core.autocrlf", "true"),
            ("core.bigFileThreshold", "1"),
            ("core.ignoreCase", "true"),
            ("core.logAllRefUpdates", "false"),
            ("core.precomposeUnicode", "true"),
            ("core.quotePath", "true"),
            ("core.sparseCheckout", "true"),
            ("core.worktree", "/nowhere"),
            ("core.excludesFile", "/dev/null"),
            ("diff.noprefix", "true"),
            ("diff.orderFile", order.to_str().expect("UTF-8")),
            ("diff.x.binary", "true"),
            ("diff.x.textconv", "true"),
            ("filter.x.clean", "true"),
            ("filter.x.smudge", "true"),
            ("i18n.logOutputEncoding", "UTF-16"),
            ("log.excludeDecoration", "refs/heads/*"),
            ("transfer.hideRefs", "refs"),
            ("uploadpack.hideRefs", "refs"),
        ] {
            repo.git(["config", key, value]);
        }
        own(repo)
    }),
    Case::gap(
        "a shallow clone",
        || own(harmless().cloned(&["--depth=1"])),
        &[(
            "shallow-boundary",
            "the history before this commit was not fetched",
            "git fetch --unshallow",
        )],
    ),
    Case::gap("a partial clone without files", || own(partial("blob:none")), &[UNFETCHED]),
    Case::gap("a partial clone without trees", || own(partial("tree:0")), &[UNFETCHED]),
    Case::gap(
        "a partial clone that also lost an object of its own",
        || {
            let clone = partial("blob:none");
            let blob = clone.blob("of its own\n");
            let tree = clone.tree(&format!("100644 blob {blob}\tmine\n"));
            let commit = clone.ask(["commit-tree", "-m", "mine", "-p", "HEAD", &tree]);
            clone.git(["update-ref", "refs/heads/mine", &commit]);
            fs::remove_file(clone.loose(&blob)).expect("a loose object");
            own(clone)
        },
        &[UNFETCHED, ("missing-object", "has it at mine; it is not stored here", COPY)],
    ),
    Case::gap(
        "one missing object",
        || {
            let repo = harmless();
            fs::remove_file(repo.loose(&repo.ask(["rev-parse", "HEAD~:dir/b"]))).expect("a blob");
            own(repo)
        },
        &[("missing-object", "has it at dir/b; it is not stored here", COPY)],
    ),
    Case::gap(
        "one damaged loose object",
        || {
            let repo = harmless();
            replace(&repo.loose(&repo.ask(["rev-parse", "HEAD:a"])), "no stream");
            own(repo)
        },
        &[("object", "its compressed bytes are damaged", FSCK)],
    ),
    Case::gap(
        "one damaged entry of a pack",
        || {
            let repo = packed();
            let path = &repo.packs("pack")[0];
            let mut pack = fs::read(path).expect("a pack");
            // Behind the header of the pack and that of its first entry.
            pack[16] ^= 0x40;
            replace(path, pack);
            own(repo)
        },
        &[("object", "its packed bytes do not match the index's checksum", FSCK)],
    ),
    Case::gap(
        "a pack without its index",
        || {
            let repo = packed();
            fs::remove_file(&repo.packs("idx")[0]).expect("an index");
            own(repo)
        },
        &[("pack", "the pack has no index", "git index-pack PACK"), LOST],
    ),
    Case::gap(
        "an index without its pack",
        || {
            let repo = packed();
            fs::remove_file(&repo.packs("pack")[0]).expect("a pack");
            own(repo)
        },
        &[("pack", "", FSCK), LOST],
    ),
    Case::gap(
        "a pack that is cut short",
        || {
            let repo = packed();
            let path = &repo.packs("pack")[0];
            let pack = fs::read(path).expect("a pack");
            replace(path, &pack[..pack.len() * 2 / 3]);
            own(repo)
        },
        &[("pack", "", FSCK), LOST],
    ),
    Case::gap(
        "the index of another pack",
        || {
            let (repo, other) = (packed(), packed());
            other.commit_file("more", "more\n");
            other.repack(&[], &[]);
            replace(&repo.packs("idx")[0], fs::read(&other.packs("idx")[0]).expect("an index"));
            own(repo)
        },
        &[("pack", "", FSCK), LOST],
    ),
    Case::gap(
        "alternates that are gone",
        || {
            let lender = harmless();
            let repo = Repo::new();
            repo.git(["fetch", "--quiet", lender.path().to_str().expect("UTF-8"), "main"]);
            repo.git(["reset", "--quiet", "--hard", "FETCH_HEAD"]);
            fs::write(repo.git_path("objects/info/alternates"), "/gone/objects\n").expect("a file");
            own(repo)
        },
        &[("alternate", "objects are borrowed from a directory that cannot be read", COPY)],
    ),
    Case::gap(
        "a damaged ref",
        || {
            let repo = harmless();
            fs::write(repo.git_path("refs/heads/odd"), "no id\n").expect("a file");
            own(repo)
        },
        &[("ref", "the ref names no object", FSCK)],
    ),
    Case::gap(
        "a damaged index",
        || {
            let repo = harmless();
            replace(&repo.git_path("index"), "DIRC");
            own(repo)
        },
        &[("file", "the index cannot be read", "rm .git/index && git reset")],
    ),
    Case::gap(
        "a directory that is a file",
        || {
            let repo = harmless();
            fs::create_dir(repo.git_path("config.d")).expect("a directory");
            fs::remove_file(repo.git_path("config")).expect("a file");
            fs::rename(repo.git_path("config.d"), repo.git_path("config")).expect("a directory");
            own(repo)
        },
        &[("file", "cannot be read: not a regular file", "mend the file or its permissions")],
    ),
    Case::gap(
        "an extension that is not known",
        || {
            let repo = harmless();
            configure(&repo, "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tfoo = bar\n");
            own(repo)
        },
        &[("repository", "extensions.foo is not known here", "git clone --mirror REPO COPY")],
    ),
    Case::gap(
        "a layout of another version",
        || {
            let repo = harmless();
            configure(&repo, "[core]\n\trepositoryformatversion = 99\n");
            own(repo)
        },
        &[(
            "repository",
            "core.repositoryFormatVersion = 99 is not known here",
            "git clone --mirror REPO COPY",
        )],
    ),
    Case::gap(
        "refs of a kind that is not known",
        || {
            let repo = harmless();
            configure(
                &repo,
                "[core]\n\trepositoryformatversion = 1\n[extensions]\n\trefstorage = other\n",
            );
            own(repo)
        },
        &[("repository", "extensions.refstorage = other", "git clone --mirror REPO COPY")],
    ),
    Case::gap(
        "a hash that is not known",
        || {
            let repo = harmless();
            configure(
                &repo,
                "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectformat = sha3\n",
            );
            own(repo)
        },
        &[("repository", "extensions.objectformat = sha3", "git clone --mirror REPO COPY")],
    ),
];

/// What a lost pack leaves behind: refs that lead to nothing.
const LOST: Gap = ("missing-object", "it is not stored here", COPY);

fn own(repo: Repo) -> (Repo, PathBuf) {
    let path = repo.path().to_owned();
    (repo, path)
}

fn filled(repo: Repo) -> Repo {
    repo.commit_file("a", "1\n");
    repo.commit_file("dir/b", "2\n");
    repo.git(["tag", "-a", "-m", "a tag", "v1"]);
    repo.commit_file("dir/b", "3\n");
    repo
}

fn harmless() -> Repo {
    filled(Repo::new())
}

fn packed() -> Repo {
    let repo = harmless();
    repo.repack(&[], &[]);
    repo
}

fn leaking() -> (Repo, String) {
    let repo = harmless();
    let leak = repo.commit_file("secret", tokens::token(&mut Random::new(8000)));
    repo.commit_file("secret", "gone\n");
    (repo, leak)
}

/// A partial clone whose remote is no longer there.
fn partial(filter: &str) -> Repo {
    let origin = harmless();
    origin.git(["config", "uploadpack.allowFilter", "true"]);
    origin.cloned(&[&format!("--filter={filter}"), "--no-checkout"])
}

fn configure(repo: &Repo, settings: &str) {
    let path = repo.git_path("config");
    let config = fs::read_to_string(&path).expect("a file");
    fs::write(path, config + settings).expect("a file");
}

#[test]
fn each_state_of_a_repository_has_its_verdict_its_reason_and_what_mends_it() {
    for Case { name, make, status, gaps } in MATRIX {
        let (_repo, path) = make();
        let run = scan_in("json", &path);
        let report = run.json();
        let record = &report["coverage"];
        assert_eq!(run.status(), status, "{name}: {record:#}");
        let verdict = match status {
            0 => "clean",
            1 => "leak",
            _ => "incomplete",
        };
        assert_eq!(report["verdict"], verdict, "{name}");
        assert_eq!(record["complete"], gaps.is_empty(), "{name}: {record:#}");
        let told: Vec<_> = record["skipped"].as_array().expect("skipped").iter().collect();
        for &(what, reason, mend) in gaps {
            let is_told = told.iter().any(|gap| {
                let words = gap["reason"].as_str().expect("a reason");
                gap["what"] == what && words.contains(reason) && words.contains(mend)
            });
            assert!(is_told, "{name}: {what} {reason} {mend} is not in {record:#}");
        }
        for kind in skipped(&report) {
            let is_expected = gaps.iter().any(|(what, ..)| *what == kind);
            assert!(is_expected, "{name}: {kind} in {record:#}");
        }
        // People are told the same.
        let text = scan_in("human", &path).expect(status).stdout();
        for (_, _, mend) in gaps {
            assert!(text.contains(mend), "{name}: {mend} is not in {text}");
        }
    }
}

#[test]
fn what_is_no_repository_is_told_with_a_hint() {
    let repo = Repo::new();
    let plain = repo.beside("plain");
    fs::create_dir(&plain).expect("a directory");
    fs::write(plain.join("file"), "x").expect("a file");
    for (path, reason) in [
        (plain.clone(), "not a git repository"),
        (plain.join("file"), "not a git repository"),
        (plain.join("gone"), "cannot open"),
    ] {
        let run = scan_in("json", &path).expect(2);
        assert_eq!(skipped(&run.json()), ["repository"]);
        assert!(run.json()["coverage"]["skipped"].to_string().contains(reason));
        assert!(run.stderr().contains("\nhint: "), "{}", run.stderr());
    }
}

#[test]
fn accepted_gaps_leave_a_scan_clean_and_are_told() {
    let scan = |repo: &Repo, format: &str, options: &[&str]| {
        let path = repo.path().to_str().expect("UTF-8");
        Tool::new([&["scan-git", "--format", format, path], options].concat()).run()
    };
    let shallow = harmless().cloned(&["--depth=1"]);
    let partial = partial("blob:none");
    let missing = harmless();
    let lost = missing.ask(["rev-parse", "HEAD~:dir/b"]);
    fs::remove_file(missing.loose(&lost)).expect("a loose object");
    let damaged = harmless();
    let bad = damaged.ask(["rev-parse", "HEAD:a"]);
    replace(&damaged.loose(&bad), "no stream");
    let other = "5".repeat(40);
    for (repo, accept, others, what) in [
        (
            &shallow,
            &["--allow-shallow"][..],
            &["--allow-partial", "--allow-missing", &other][..],
            "shallow-boundary",
        ),
        (&partial, &["--allow-partial"], &["--allow-shallow"], "missing-object"),
        (
            &missing,
            &["--allow-missing", &lost],
            &["--allow-shallow", "--allow-partial", "--allow-missing", &other],
            "missing-object",
        ),
        (&damaged, &["--allow-missing", &bad], &["--allow-partial"], "object"),
    ] {
        scan(repo, "json", others).expect(2);
        let report = scan(repo, "json", accept).expect(0).json();
        assert_eq!(report["verdict"], "clean");
        // Not everything was read, and the record does not say so.
        assert_eq!(report["coverage"]["complete"], false, "{what}");
        assert_eq!(report["coverage"]["skipped"], serde_json::json!([]));
        let accepted = report["coverage"]["accepted"].as_array().expect("what was accepted");
        assert!(!accepted.is_empty() && accepted.iter().all(|gap| gap["what"] == what));
        assert!(accepted.iter().all(|gap| gap["reason"].is_string() && gap["id"].is_string()));
        let text = scan(repo, "human", accept).expect(0).stdout();
        assert!(text.contains("clean except for what was accepted"), "{text}");
        assert!(!text.contains("everything was read"), "{text}");
        assert!(text.contains(&what.replace('-', " ")), "{text}");
        let records = scan(repo, "ndjson", accept).expect(0).stdout();
        assert!(records.contains("\"accepted\":[{\"what\":"), "{records}");
    }
    // A gap that nobody named, beside one that was accepted.
    shallow.commit_file("new", "new\n");
    fs::remove_file(shallow.loose(&shallow.ask(["rev-parse", "HEAD:new"]))).expect("a blob");
    let report = scan(&shallow, "json", &["--allow-shallow"]).expect(2).json();
    assert_eq!(skipped(&report), ["missing-object"]);
    assert_eq!(report["coverage"]["accepted"][0]["what"], "shallow-boundary");
    // What a partial clone made itself was promised by nobody.
    let blob = partial.blob("of its own\n");
    let tree = partial.tree(&format!("100644 blob {blob}\tmine\n"));
    partial.git(["update-ref", "refs/trees/mine", &tree]);
    scan(&partial, "json", &["--allow-partial"]).expect(0);
    fs::remove_file(partial.loose(&blob)).expect("a loose object");
    let report = scan(&partial, "json", &["--allow-partial"]).expect(2).json();
    assert_eq!(report["coverage"]["skipped"][0]["id"], *blob);
    // A leak is a leak.
    let secret = tokens::token(&mut Random::new(8100));
    let leak = harmless().cloned(&["--depth=1"]);
    leak.commit_file("secret", secret);
    scan(&leak, "json", &["--allow-shallow"]).expect(1);
    for id in ["", "1234", "HEAD", &format!("{other}5")] {
        scan(&missing, "json", &["--allow-missing", id]).expect(2);
    }
}

#[test]
fn what_is_accepted_has_nothing_to_do_with_what_is_remembered() {
    let repo = harmless();
    let lost = repo.ask(["rev-parse", "HEAD~:dir/b"]);
    fs::remove_file(repo.loose(&lost)).expect("a loose object");
    let partial = partial("blob:none");
    let cache = repo.beside("cache");
    for (repo, option) in
        [(&repo, format!("--allow-missing={lost}")), (&partial, "--allow-partial".into())]
    {
        let path = repo.path().to_str().expect("UTF-8");
        let scan = |options: &[&str]| {
            let cache = cache.to_str().expect("UTF-8");
            let arguments = [&["scan-git", "--cache-dir", cache, path], options].concat();
            Tool::new(arguments).run().status()
        };
        for _ in 0..2 {
            assert_eq!((scan(&[]), scan(&[option.as_str()]), scan(&[])), (2, 0, 2));
        }
    }
    // Without its mark, a pack is no longer one whose names somebody has promised.
    let path = partial.path().to_str().expect("UTF-8");
    for mark in partial.packs("promisor") {
        fs::remove_file(mark).expect("a mark");
    }
    let cache = cache.to_str().expect("UTF-8");
    Tool::new(["scan-git", "--cache-dir", cache, path, "--allow-partial"]).run().expect(2);
}
