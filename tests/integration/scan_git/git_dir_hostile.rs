//! Git directories made to stop, mislead or exhaust the program that reads them.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::process::Command;

use serde_json::Value;

use super::{Repo, places, scan, scan_in, skipped};
use crate::support::repository::make_fifo;
use crate::support::tokens::{self, Random};

fn token(seed: u64) -> String {
    tokens::token(&mut Random::new(seed))
}

fn repository() -> Repo {
    let repo = Repo::new();
    repo.commit_file("a", "1\n");
    repo
}

fn notes(report: &Value) -> Vec<String> {
    let notes = report["coverage"]["notes"].as_array().cloned().unwrap_or_default();
    let mut notes: Vec<_> =
        notes.iter().map(|note| note["what"].as_str().expect("what").to_owned()).collect();
    notes.sort();
    notes
}

#[test]
fn what_is_no_file_is_noted_and_never_opened() {
    let repo = repository();
    make_fifo(&repo.git_path("hooks/pre-push"));
    make_fifo(&repo.git_path("lfs"));
    let _socket = UnixListener::bind(repo.git_path("fsmonitor--daemon.ipc")).expect("a socket");
    let report = scan(repo.path()).expect(0).json();
    assert_eq!(notes(&report), ["special-file"; 3]);
    assert_eq!(report["coverage"]["complete"], true);
    let text = scan_in("human", repo.path()).expect(0).stdout();
    assert!(text.contains("fsmonitor--daemon.ipc: a socket, which was not opened"), "{text}");
}

#[test]
fn links_are_read_and_not_followed() {
    let repo = repository();
    let outside = repo.beside("outside");
    fs::create_dir(&outside).expect("a directory");
    fs::write(outside.join("file"), token(900)).expect("a file");
    symlink(&outside, repo.git_path("rr-cache")).expect("a link");
    symlink(outside.join("file"), repo.git_path("hooks/pre-push")).expect("a link");
    symlink(".", repo.git_path("around")).expect("a link");
    symlink("loop", repo.git_path("loop")).expect("a link");
    symlink("/dev/zero", repo.git_path("zero")).expect("a link");
    let report = scan(repo.path()).expect(0).json();
    assert_eq!(notes(&report), ["link"; 3]);
    let secret = token(901);
    symlink(format!("/nowhere/{secret}"), repo.git_path("hooks/pre-commit")).expect("a link");
    let report = scan(repo.path()).expect(1).json();
    let expected = ("git-dir".to_owned(), "hooks/pre-commit".to_owned(), 1, 10);
    assert_eq!(places(&report), [expected]);
    // Git reads its configuration and refs through links, and so does the scan.
    let repo = repository();
    let config = repo.beside("config");
    let mut text = fs::read_to_string(repo.git_path("config")).expect("a file");
    let _ = write!(text, "[x]\n\ty = {}\n", token(902));
    fs::write(&config, text).expect("a file");
    fs::remove_file(repo.git_path("config")).expect("a file");
    symlink(&config, repo.git_path("config")).expect("a link");
    let report = scan(repo.path()).expect(1).json();
    assert_eq!(places(&report)[0].0, "config");
}

#[test]
fn a_branch_that_looks_like_a_repository_hides_nothing() {
    let repo = repository();
    let secret = token(910);
    for name in ["x/HEAD", "x/objects/a", "x/refs/b", "x/index", "x/config"] {
        repo.git(["update-ref", &format!("refs/heads/{name}"), "HEAD"]);
    }
    repo.git(["update-ref", &format!("refs/heads/x/{secret}"), "HEAD"]);
    let report = scan(repo.path()).expect(1).json();
    assert_eq!(report["coverage"]["complete"], true);
    assert_eq!(places(&report).len(), 1);
}

#[test]
fn names_that_steer_a_terminal_are_shown_tame() {
    let repo = repository();
    let secret = token(920);
    let head = repo.head();
    let name = format!("refs/heads/\u{1b}[2J\u{202e}{secret}");
    let path = repo.git_path(&name);
    fs::write(&path, &head).expect("a ref");
    fs::write(repo.git_path("packed-refs"), format!("{head} {name}-packed\n{secret}\n"))
        .expect("a file");
    fs::write(repo.git_path("hooks/\u{1b}]0;x\u{7}\n::error::"), &secret).expect("a file");
    for format in ["human", "json", "ndjson"] {
        let output = scan_in(format, repo.path()).expect(1).stdout();
        assert!(!output.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{output:?}");
        assert!(!output.contains(&secret));
        assert!(!output.contains("\n::error::"), "{output:?}");
    }
    assert_eq!(places(&scan(repo.path()).json()).len(), 4);
}

#[test]
fn files_of_any_size_are_read_in_little_memory() {
    let repo = repository();
    let secret = token(930);
    let mut file = File::create(repo.git_path("hooks/huge")).expect("a file");
    // Two tokens: one over the end of a piece, one behind a gigabyte of nothing.
    let first = 256 * 1024 - 30;
    file.seek(SeekFrom::Start(first)).expect("a place");
    file.write_all(secret.as_bytes()).expect("a token");
    file.seek(SeekFrom::Start(1 << 30)).expect("a place");
    write!(file, "\n{secret}").expect("a token");
    drop(file);
    let path = repo.path().to_str().expect("UTF-8");
    // 300 MB of address space hold neither the file nor a map of it.
    let output = Command::new("sh")
        .args(["-c", "ulimit -v 300000 && exec \"$@\"", "sh", env!("CARGO_BIN_EXE_intercom-sec")])
        .args(["scan-git", "--no-cache", "--threads", "1", "--format", "json", path])
        .output()
        .expect("a shell");
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let place = |line, column| ("git-dir".to_owned(), "hooks/huge".to_owned(), line, column);
    assert_eq!(places(&report), [place(1, first + 1), place(2, 1)]);
}

#[test]
fn a_million_packed_refs_are_searched() {
    let repo = repository();
    let (head, secret) = (repo.head(), token(940));
    let mut packed = String::from("# pack-refs with: peeled fully-peeled sorted \n");
    for number in 0..1_000_000 {
        let _ = writeln!(packed, "{head} refs/heads/branch-{number:07}");
    }
    let _ = writeln!(packed, "{head} refs/heads/x-{secret}");
    fs::write(repo.git_path("packed-refs"), packed).expect("a file");
    let report = scan(repo.path()).expect(1).json();
    let mask = format!("refs/heads/x-{}…{}", &secret[..8], &secret[56..]);
    assert_eq!(places(&report), [("ref-name".to_owned(), mask, 0, 0)]);
}

#[test]
fn more_places_than_are_listed_are_told_to_be_so() {
    let repo = repository();
    let (head, secret) = (repo.head(), token(950));
    let mut packed = String::new();
    for number in 0..200_100 {
        let _ = writeln!(packed, "{head} refs/heads/{number}-{secret}");
    }
    fs::write(repo.git_path("packed-refs"), packed).expect("a file");
    let report = scan(repo.path()).expect(1).json();
    assert_eq!(places(&report).len(), 200_000);
    assert_eq!(report["coverage"]["unlisted_places"], true);
    // Notes are not without bound either.
    let repo = repository();
    for number in 0..1_100 {
        symlink(".", repo.git_path(&format!("hooks/{number}"))).expect("a link");
    }
    let report = scan(repo.path()).expect(0).json();
    assert_eq!(notes(&report).len(), 1_001);
}

#[test]
fn directories_nested_beyond_what_a_path_can_say_end() {
    let repo = repository();
    // Each step is made from within the last, as no path could name the end.
    let script = "cd \"$1\" && i=0 && while [ $i -lt 60 ]; do mkdir \"$2\" && cd -P \"$2\" || exit 0; \
                  i=$((i+1)); done";
    let status = Command::new("sh")
        .args(["-c", script, "sh"])
        .arg(repo.git_path(""))
        .arg("x".repeat(200))
        .status()
        .expect("a shell");
    assert!(status.success());
    let report = scan(repo.path()).json();
    assert!(["clean", "incomplete"].contains(&report["verdict"].as_str().expect("a verdict")));
    // What cannot be listed is told; where the system lists it, all is well.
    let is_complete = report["coverage"]["complete"] == true;
    assert_eq!(skipped(&report).is_empty(), is_complete);
    let status =
        Command::new("rm").arg("-rf").arg(repo.git_path("x".repeat(200).as_str())).status();
    assert!(status.expect("rm runs").success());
}

#[test]
fn a_damaged_index_is_searched_as_text() {
    let repo = repository();
    let secret = token(960);
    repo.write(&secret, "x");
    repo.git(["add", "--all"]);
    let index = repo.git_path("index");
    let mut bytes = fs::read(&index).expect("an index");
    // A version that is unknown, as if a later git had made it.
    bytes[7] = 9;
    fs::write(&index, bytes).expect("an index");
    let report = scan(repo.path()).expect(1).json();
    assert_eq!(report["coverage"]["complete"], false);
    assert_eq!(skipped(&report), ["file"]);
    assert_eq!(places(&report)[0].0, "index");
}
