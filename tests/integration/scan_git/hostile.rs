//! Repositories made to stop, mislead or use the program that reads them.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::{Repo, scan, scan_in, skipped};
use crate::support::naive;
use crate::support::repository::make_fifo;
use crate::support::store;
use crate::support::tokens::{self, Random};
use crate::support::tool::Tool;

fn token(seed: u64) -> String {
    tokens::token(&mut Random::new(seed))
}

fn with_leak() -> Repo {
    let repo = Repo::new();
    repo.commit_file("a", "1\n");
    repo.commit_file("secret.txt", token(600));
    repo
}

#[test]
fn no_configured_command_is_run_and_no_setting_changes_the_result() {
    let repo = with_leak();
    let expected = scan(repo.path()).expect(1).json();
    let witness = repo.beside("witness");
    let script = repo.beside("script");
    fs::write(&script, format!("#!/bin/sh\necho ran >> {}\ncat\n", witness.display()))
        .expect("a file");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("permissions");
    let run = script.display();
    let mut config = fs::read_to_string(repo.git_path("config")).expect("a file");
    let _ = write!(
        config,
        "[core]\n\tfsmonitor = {run}\n\tpager = {run}\n\teditor = {run}\n\taskPass = {run}\n\
         \tsshCommand = {run}\n\tgitProxy = {run}\n\thooksPath = {hooks}\n\talternateRefsCommand = {run}\n\
         \tattributesFile = {attributes}\n\tquotePath = false\n\tautocrlf = true\n\tbigFileThreshold = 1\n\
         [alias]\n\tcat-file = !{run}\n\trev-list = !{run}\n\tlog = !{run}\n\
         [diff]\n\texternal = {run}\n\torderFile = /dev/null\n\
         [diff \"x\"]\n\ttextconv = {run}\n\tcommand = {run}\n\
         [filter \"x\"]\n\tclean = {run}\n\tsmudge = {run}\n\tprocess = {run}\n\trequired = true\n\
         [color]\n\tui = always\n[pager]\n\tlog = {run}\n[gpg]\n\tprogram = {run}\n\
         [credential]\n\thelper = !{run}\n[uploadpack]\n\tpackObjectsHook = {run}\n\
         [remote \"origin\"]\n\turl = ext::{run}\n\tuploadpack = {run}\n\tvcs = ext\n\
         [log]\n\tshowSignature = true\n[commitGraph]\n\tchangedPaths = true\n\
         [include]\n\tpath = {run}\n[trailer \"x\"]\n\tcommand = {run}\n",
        hooks = repo.beside("hooks").display(),
        attributes = repo.beside("attributes").display(),
    );
    fs::write(repo.git_path("config"), config).expect("a file");
    fs::create_dir(repo.beside("hooks")).expect("a directory");
    for hooks in [repo.beside("hooks"), repo.git_path("hooks")] {
        fs::create_dir_all(&hooks).expect("a directory");
        for hook in [
            "pre-commit",
            "post-checkout",
            "fsmonitor-watchman",
            "post-index-change",
            "reference-transaction",
        ] {
            fs::copy(&script, hooks.join(hook)).expect("a copy");
        }
    }
    for attributes in [
        repo.beside("attributes"),
        repo.git_path("info/attributes"),
        repo.path().join(".gitattributes"),
    ] {
        fs::create_dir_all(attributes.parent().expect("a parent")).expect("a directory");
        fs::write(attributes, "* -diff diff=x filter=x export-ignore binary\n").expect("a file");
    }
    let path = repo.path().to_str().expect("UTF-8");
    let mut report = Tool::new(["scan-git", "--format", "json", path])
        .env("GIT_EXTERNAL_DIFF", &script)
        .env("GIT_PAGER", &script)
        .env("GIT_DIR", "/nowhere")
        .env("GIT_OBJECT_DIRECTORY", "/nowhere")
        .env("GIT_REPLACE_REF_BASE", "refs/x")
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", "core.fsmonitor")
        .env("GIT_CONFIG_VALUE_0", &script)
        .run()
        .expect(1)
        .json();
    // The hooks are files that are read.
    report["coverage"]["files"] = expected["coverage"]["files"].clone();
    assert_eq!(report, expected);
    assert!(!witness.exists(), "something was run");
}

#[test]
fn a_pipe_in_the_place_of_any_file_is_not_waited_for() {
    // What must be read makes the scan incomplete; the others change nothing.
    let cases = [
        ("HEAD", false),
        ("config", false),
        ("config.worktree", true),
        ("index", false),
        ("packed-refs", false),
        ("refs/heads/x", false),
        ("refs/heads/main", false),
        ("refs/x", false),
        ("logs/HEAD", false),
        ("logs/refs/heads/main", false),
        ("shallow", false),
        ("commondir", false),
        ("gitdir", true),
        ("objects/info/alternates", false),
        ("objects/info/packs", true),
        ("objects/info/commit-graph", true),
        ("objects/pack/multi-pack-index", true),
        ("objects/pack/pack-x.keep", true),
        ("objects/tmp_obj_x", true),
        ("info/grafts", true),
        ("info/attributes", true),
        ("info/exclude", true),
        ("description", true),
        ("FETCH_HEAD", true),
        ("worktrees", true),
        ("modules", true),
    ];
    for (file, is_harmless) in cases {
        let repo = Repo::new();
        repo.commit_file("a", "1\n");
        let path = repo.git_path(file);
        fs::create_dir_all(path.parent().expect("a parent")).expect("directories");
        make_fifo(&path);
        let status = scan(repo.path()).status();
        assert_eq!(status, if is_harmless { 0 } else { 2 }, "{file}");
    }
}

#[test]
fn pipes_around_a_repository_are_not_waited_for() {
    let repo = with_leak();
    let directory = repo.beside("outside");
    fs::create_dir(&directory).expect("a directory");
    make_fifo(&directory.join(".git"));
    scan(&directory).expect(2);
    make_fifo(&directory.join("fifo"));
    scan(directory.join("fifo")).expect(2);
    // A worktree whose `.git` points to a pipe, and one whose `commondir` is one.
    fs::remove_file(directory.join(".git")).expect("a pipe");
    fs::write(directory.join(".git"), format!("gitdir: {}/fifo\n", directory.display()))
        .expect("a file");
    scan(&directory).expect(2);
    // Configuration that includes a pipe is not followed.
    let mut config = fs::read_to_string(repo.git_path("config")).expect("a file");
    for section in ["include", "includeIf \"gitdir:/\""] {
        let _ = write!(config, "[{section}]\n\tpath = {}/fifo\n", directory.display());
    }
    fs::write(repo.git_path("config"), config).expect("a file");
    scan(repo.path()).expect(1);
}

#[test]
fn links_in_circles_end() {
    let repo = with_leak();
    symlink("loop", repo.git_path("refs/heads/loop")).expect("a link");
    symlink("..", repo.git_path("refs/heads/up")).expect("a link");
    symlink(repo.git_path("refs"), repo.git_path("refs/around")).expect("a link");
    symlink(repo.path(), repo.path().join("around")).expect("a link");
    symlink(".", repo.git_path("logs/around")).expect("a link");
    let report = scan(repo.path()).expect(1).json();
    assert_eq!(report["coverage"]["complete"], false);
    for objects in ["objects/00", "objects/pack/pack-1.idx"] {
        let repo = Repo::new();
        repo.commit_file("a", "1\n");
        let path = repo.git_path(objects);
        if path.exists() {
            fs::remove_dir_all(&path).expect("a directory");
        }
        symlink(path.file_name().expect("a name"), &path).expect("a link");
        scan(repo.path()).expect(2);
    }
}

#[test]
fn symbolic_refs_in_circles_end() {
    let repo = with_leak();
    fs::write(repo.git_path("refs/heads/one"), "ref: refs/heads/two\n").expect("a file");
    fs::write(repo.git_path("refs/heads/two"), "ref: refs/heads/one\n").expect("a file");
    fs::write(repo.git_path("HEAD"), "ref: HEAD\n").expect("a file");
    scan(repo.path()).expect(1);
}

#[test]
fn refs_whose_names_are_no_text_are_told_apart() {
    let repo = Repo::new();
    repo.commit_file("a", "1\n");
    let head = repo.head();
    let heads = repo.git_path("refs/heads");
    // Both names are the same once their last byte is replaced by U+FFFD.
    let name = |byte: u8| heads.join(std::ffi::OsStr::from_bytes(&[b'x', byte]));
    for first in [0xfe, 0xff] {
        fs::write(name(first), format!("{}\n", "12".repeat(20))).expect("a file");
        fs::write(name(first ^ 1), &head).expect("a file");
        assert_eq!(skipped(&scan(repo.path()).expect(2).json()), ["missing-object"]);
    }
    let packed = |byte| [head.as_bytes(), b" refs/heads/y", &[byte], b"\n"].concat();
    let lost = [&[b'1'; 40], b" refs/heads/y\xfe\n".as_slice()].concat();
    for byte in [0xfd, 0xff] {
        fs::remove_file(name(byte)).unwrap_or_default();
        fs::remove_file(name(0xfe)).unwrap_or_default();
        fs::write(repo.git_path("packed-refs"), [lost.clone(), packed(byte)].concat())
            .expect("a file");
        assert!(
            skipped(&scan(repo.path()).expect(2).json()).contains(&"missing-object".to_owned())
        );
    }
}

/// Ten directories in a row, each with ten names for the next, and a file with a token below.
fn bomb(repo: &Repo, names: usize, levels: usize, bottom: &str) -> String {
    let mut id = bottom.to_owned();
    let mut kind = "100644 blob";
    for _ in 0..levels {
        let entries = (0..names).fold(String::new(), |mut entries, name| {
            let _ = writeln!(entries, "{kind} {id}\tname-{name}");
            entries
        });
        id = repo.tree(&entries);
        kind = "040000 tree";
    }
    id
}

#[test]
fn ten_thousand_million_paths_to_one_token_end_in_a_finding() {
    let repo = Repo::new();
    let bomb = bomb(&repo, 10, 10, &repo.blob(token(610)));
    for number in 0..5 {
        // The same again in each of several commits, with something new beside it.
        let other = repo.blob(number.to_string());
        let entries = format!("040000 tree {bomb}\tbomb\n100644 blob {other}\tother\n");
        let tree = repo.tree(&entries);
        let commit = repo.ask(["commit-tree", "-m", "bomb", &tree]);
        repo.git(["update-ref", &format!("refs/heads/b{number}"), &commit]);
    }
    repo.git(["symbolic-ref", "HEAD", "refs/heads/b4"]);
    let report = scan(repo.path()).expect(1).json();
    let locations = report["findings"][0]["locations"].as_array().expect("locations");
    assert!((1..=10_000).contains(&locations.len()), "{}", locations.len());
    assert!(locations.iter().all(|location| location["commit"].is_string()));
    assert!(locations.iter().any(|location| location["present_at_head"] == true));
    assert_eq!(report["coverage"]["unlisted_places"], true);
    assert_eq!(report["coverage"]["complete"], true);
}

#[test]
fn many_paths_to_a_token_are_all_told_up_to_a_thousand_with_their_first_commit() {
    let repo = Repo::new();
    let secret = token(611);
    let first: Vec<_> = (0..3)
        .map(|number| {
            for file in 0..300 {
                repo.write(format!("d{number}/f{file}"), &secret);
            }
            repo.commit("add")
        })
        .collect();
    let report = scan(repo.path()).expect(1).json();
    let locations = report["findings"][0]["locations"].as_array().expect("locations");
    assert_eq!(locations.len(), 900);
    for location in locations {
        let path = location["path"].as_str().expect("a path");
        let number: usize = path[1..2].parse().expect("a number");
        assert_eq!(location["commit"], *first[number]);
    }
}

#[test]
fn a_bomb_without_a_token_and_with_a_gap_below_ends() {
    let repo = Repo::new();
    let tree = bomb(&repo, 10, 10, &"9".repeat(40));
    let commit = repo.ask(["commit-tree", "-m", "bomb", &tree]);
    repo.git(["update-ref", "refs/heads/main", &commit]);
    let report = scan(repo.path()).expect(2).json();
    assert_eq!(skipped(&report), ["missing-object"]);
}

fn tree_entry(mode: &str, name: &str, id: [u8; 20]) -> Vec<u8> {
    [mode.as_bytes(), b" ", name.as_bytes(), b"\0", &id].concat()
}

#[test]
fn a_tree_that_contains_itself_ends() {
    for names in [1, 2, 5] {
        let repo = Repo::init(&["--bare"]);
        let objects = repo.git_path("objects");
        let secret = token(620);
        let blob = store::id("blob", secret.as_bytes());
        store::write_loose(&objects, blob, "blob", secret.as_bytes());
        // Under a name of our choice, because its own cannot be known before it is written.
        let forged = [0x42; 20];
        let mut content = Vec::new();
        for name in 0..names {
            content.extend(tree_entry("40000", &format!("again-{name}"), forged));
        }
        content.extend(tree_entry("100644", "secret", blob));
        store::write_loose(&objects, forged, "tree", &content);
        let commit = format!(
            "tree {}\nauthor A <a> 1 +0000\ncommitter A <a> 1 +0000\n\nm\n",
            hex::encode(forged)
        );
        let id = store::id("commit", commit.as_bytes());
        store::write_loose(&objects, id, "commit", commit.as_bytes());
        fs::write(repo.git_path("refs/heads/main"), hex::encode(id)).expect("a file");
        let run = scan(repo.path()).expect(1);
        // Its paths have any length.
        assert!(run.stdout().len() < 16 << 20, "{} bytes", run.stdout().len());
        let report = run.json();
        assert_eq!(report["coverage"]["complete"], false);
        assert!(skipped(&report).contains(&"object".to_owned()));
    }
}

#[test]
fn commits_and_tags_that_lead_to_themselves_end() {
    let repo = Repo::init(&["--bare"]);
    let objects = repo.git_path("objects");
    let forged = [0x17; 20];
    let name = hex::encode(forged);
    let empty = store::id("tree", b"");
    store::write_loose(&objects, empty, "tree", b"");
    let commit = format!(
        "tree {}\nparent {name}\nparent {name}\nauthor A <a> 1 +0000\ncommitter A <a> 1 +0000\n\n{}\n",
        hex::encode(empty),
        token(621)
    );
    store::write_loose(&objects, forged, "commit", commit.as_bytes());
    let tag = [0x18; 20];
    let content = format!("object {}\ntype tag\ntag x\n\nm\n", hex::encode(tag));
    store::write_loose(&objects, tag, "tag", content.as_bytes());
    fs::write(repo.git_path("refs/heads/main"), &name).expect("a file");
    fs::write(repo.git_path("refs/tags/x"), hex::encode(tag)).expect("a file");
    scan(repo.path()).expect(1);
}

#[test]
fn headers_that_no_git_writes_hide_no_token() {
    let repo = Repo::init(&["--bare"]);
    let secret = token(622);
    let tree = repo.tree("");
    let parents = format!("parent {}\n", "5".repeat(40)).repeat(2000);
    for (number, lines) in [
        format!("author {secret}\ncommitter"),
        format!("author {secret} <x> 99999999999999999999 +9999\ncommitter > < 9 9"),
        format!("author A <{secret}> -1 -99999999999\ncommitter x"),
        format!("author A <a> 9223372036854775807 +0000\ncommitter A <a> {secret} +0000"),
        format!("{parents}author A <a> 1 +0000\nencoding {secret}"),
        format!("gpgsig -----BEGIN\n {secret}\n -----END"),
        format!("mergetag object x\n {secret}"),
    ]
    .iter()
    .enumerate()
    {
        let commit = format!("tree {tree}\n{lines}\n\nmessage {number}\n");
        repo.git_with(
            ["hash-object", "-w", "--literally", "-t", "commit", "--stdin"],
            commit.as_bytes(),
        );
    }
    repo.git_with(
        ["hash-object", "-w", "--literally", "-t", "tag", "--stdin"],
        format!("object {tree}\ntype tree\ntag {secret}\n").as_bytes(),
    );
    let report = scan(repo.path()).expect(1).json();
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(1));
    assert_eq!(naive::locations(&report).count(), 8);
    scan_in("human", repo.path()).expect(1);
}

#[test]
fn trees_with_names_that_no_git_writes_are_read() {
    let repo = Repo::init(&["--bare"]);
    let blob: [u8; 20] =
        hex::decode(repo.blob(token(623))).expect("hex").try_into().expect("an id");
    let names =
        ["", ".", "..", ".git", "a/b", "/etc/passwd", "../../up", "\x1b[2J", "new\nline", "-rf"];
    let mut content = Vec::new();
    for name in names {
        content.extend(tree_entry("100644", name, blob));
        content.extend(tree_entry("0", name, blob));
        content.extend(tree_entry("7777777", name, blob));
    }
    let arguments = ["hash-object", "-w", "--literally", "-t", "tree", "--stdin"];
    let tree = repo.git_with(arguments, &content);
    let tree = String::from_utf8(tree).expect("ASCII");
    let commit = repo.ask(["commit-tree", "-m", "names", tree.trim()]);
    repo.git(["update-ref", "refs/heads/main", &commit]);
    let report = scan(repo.path()).expect(1).json();
    let paths = naive::locations(&report).filter_map(|(_, location)| location["path"].as_str());
    let mut paths: Vec<_> = paths.collect();
    paths.sort_unstable();
    let mut expected = names.to_vec();
    expected.sort_unstable();
    assert_eq!(paths, expected);
}

#[test]
fn hundreds_of_levels_of_directories_end() {
    let repo = Repo::init(&["--bare"]);
    let mut id: [u8; 20] =
        hex::decode(repo.blob(token(624))).expect("hex").try_into().expect("an id");
    for level in 0..300 {
        let content = tree_entry(if level == 0 { "100644" } else { "40000" }, "x", id);
        id = store::id("tree", &content);
        store::write_loose(&repo.git_path("objects"), id, "tree", &content);
    }
    let tree = hex::encode(id);
    let commit = repo.ask(["commit-tree", "-m", "deep", &tree]);
    repo.git(["update-ref", "refs/heads/main", &commit]);
    scan(repo.path()).expect(1);
}
