//! What a state may hold, and states that nobody should believe.

use std::fs;
use std::num::NonZeroUsize;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use intercom_sec::scan::{self, Cache, Options, Progress, ScanReport, Target};

use super::{Memory, Repo, cached, settle};
use crate::support::repository::make_fifo;
use crate::support::tokens::{self, Random};

/// A scan in this process, for tests that make thousands.
fn scan_with(memory: &Memory, program: &str, repository: &Path) -> ScanReport {
    let cache = Cache::at(memory.directory.clone(), program.as_bytes().to_vec());
    let target = Target::locate(repository, None).expect("a repository");
    let options = Options::new().cache(cache).threads(NonZeroUsize::MIN);
    scan::scan(&[target], &options, &Progress::new())
}

#[test]
fn a_state_that_was_changed_is_ignored() {
    let repo = Repo::new();
    let memory = Memory::beside(&repo);
    repo.commit_file("a", tokens::token(&mut Random::new(811)));
    settle();
    let scan = || scan_with(&memory, "", repo.path());
    let truth = scan();
    assert_eq!(scan().coverage.known_objects, 3);
    for path in memory.files() {
        let intact = fs::read(&path).expect("a file");
        let others: Vec<_> = memory.files().into_iter().filter(|other| *other != path).collect();
        let others: Vec<_> = others
            .into_iter()
            .map(|other| (other.clone(), fs::read(other).expect("a file")))
            .collect();
        let ignored = |content: &[u8], what: String| {
            fs::write(&path, content).expect("written");
            assert_eq!(scan(), truth, "{what}");
            // The scan has written another one.
            for (other, content) in &others {
                fs::write(other, content).expect("written");
            }
        };
        for at in 0..intact.len() {
            let mut changed = intact.clone();
            changed[at] ^= 1 << (at % 8);
            ignored(&changed, format!("byte {at} of {}", path.display()));
        }
        for length in 0..intact.len() {
            ignored(&intact[..length], format!("{length} bytes of {}", path.display()));
        }
        ignored(&[&intact[..], b"x"].concat(), format!("more than {}", path.display()));
        fs::write(&path, &intact).expect("written");
        assert_eq!(scan().coverage.known_objects, 3);
    }
}

#[test]
fn a_state_of_another_origin_is_ignored() {
    let (one, two) = (Repo::new(), Repo::new());
    let memory = Memory::beside(&one);
    for repo in [&one, &two] {
        repo.commit_file("a", "harmless\n");
    }
    two.blob(tokens::token(&mut Random::new(812)));
    settle();
    memory.scan(one.path()).expect(0);
    let state = memory.state();
    let of_one = fs::read(&state).expect("a state");
    fs::remove_file(&state).expect("a state");
    memory.scan(two.path()).expect(1);
    let of_two = memory.state();
    fs::write(&of_two, &of_one).expect("written");
    let run = memory.scan(two.path()).expect(1);
    assert_eq!(cached(&run), 0, "another repository's state");

    let elsewhere = Memory { directory: one.beside("elsewhere") };
    elsewhere.scan(one.path()).expect(0);
    fs::write(elsewhere.state(), &of_one).expect("written");
    assert_eq!(cached(&elsewhere.scan(one.path()).expect(0)), 0, "another key");

    // A repository in the place of the one that was scanned.
    fs::write(&state, &of_one).expect("written");
    fs::remove_file(&of_two).expect("a state");
    make_private(&state);
    assert_eq!(cached(&memory.scan(one.path()).expect(0)), 3);
    let git_dir = one.path().join(".git");
    fs::rename(&git_dir, one.beside("away")).expect("away");
    fs::rename(two.path().join(".git"), &git_dir).expect("its place");
    assert_eq!(cached(&memory.scan(one.path()).expect(1)), 0);
}

fn make_private(path: &Path) {
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("permissions");
}

#[test]
fn another_build_of_the_program_trusts_nothing() {
    let repo = Repo::new();
    let memory = Memory::beside(&repo);
    repo.commit_file("a", "harmless\n");
    settle();
    let known = |program| scan_with(&memory, program, repo.path()).coverage.known_objects;
    assert_eq!([known("one"), known("one"), known("two"), known("two")], [0, 3, 0, 3]);
}

#[test]
fn only_private_files_of_the_user_are_read() {
    let repo = Repo::new();
    let memory = Memory::beside(&repo);
    repo.commit_file("a", "harmless\n");
    settle();
    memory.scan(repo.path()).expect(0);
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&memory.directory), 0o700);
    for path in memory.files() {
        assert_eq!(mode(&path), 0o600);
        assert_eq!(cached(&memory.scan(repo.path()).expect(0)), 3);
        let intact = fs::read(&path).expect("a file");
        let elsewhere = repo.beside("file");
        fs::write(&elsewhere, &intact).expect("written");
        make_private(&elsewhere);
        let ignored = |what: &str| {
            assert_eq!(cached(&memory.scan(repo.path()).expect(0)), 0, "{what}");
            // It was replaced by one that counts.
            assert_eq!(cached(&memory.scan(repo.path()).expect(0)), 3, "{what}");
        };
        fs::set_permissions(&path, fs::Permissions::from_mode(0o620)).expect("permissions");
        ignored("writable by others");
        fs::remove_file(&path).expect("a file");
        symlink(&elsewhere, &path).expect("a link");
        ignored("a link");
        make_fifo(&path);
        ignored("a pipe");
        fs::remove_file(&path).expect("a file");
        fs::create_dir(&path).expect("a directory");
        fs::write(path.join("file"), "").expect("a file");
        for _ in 0..2 {
            assert_eq!(cached(&memory.scan(repo.path()).expect(0)), 0, "a directory");
        }
        fs::remove_dir_all(&path).expect("a directory");
        ignored("nothing");
        // Only an administrator can give a file away.
        if std::os::unix::fs::chown(&path, Some(12345), None).is_ok() {
            ignored("of another user");
        }
    }
}

#[test]
fn no_token_is_remembered() {
    let mut random = Random::new(813);
    let token = tokens::token(&mut random);
    let places: [&dyn Fn(&Repo); 6] = [
        &|repo| drop(repo.commit_file("a", format!("key = {token}\n"))),
        &|repo| drop(repo.commit_file(&format!("d/{token}/a"), "x")),
        &|repo| drop(repo.commit(&format!("message {token}"))),
        &|repo| {
            repo.commit_file("a", &token);
            repo.git(["branch", &format!("b/{token}")]);
        },
        &|repo| {
            let author = format!("--author={token} <a@b>");
            repo.git(["commit", "--quiet", "--allow-empty", "-m", "x", &author]);
        },
        &|repo| {
            // The path to a gap.
            repo.commit_file(&format!("d/{token}"), "x");
            let blob = repo.ask(["rev-parse", &format!("HEAD:d/{token}")]);
            fs::remove_file(repo.loose(&blob)).expect("a loose object");
        },
    ];
    for (number, place) in places.iter().enumerate() {
        let repo = Repo::new();
        let memory = Memory::beside(&repo);
        place(&repo);
        settle();
        for _ in 0..2 {
            let report = memory.scan(repo.path()).expect(1);
            super::expect_the_truth(&report, repo.path());
        }
        for path in memory.files() {
            let content = fs::read(&path).expect("a file");
            for part in token.as_bytes().windows(9) {
                let has_part = content.windows(9).any(|window| window == part);
                assert!(!has_part, "place {number}: {}", path.display());
            }
        }
    }
}
