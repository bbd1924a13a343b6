//! Archives among a repository's files: what of them could not be read is told with its path.

use serde_json::Value;

use super::Repo;
use crate::support::archives::{bzip2, gzip, tar, zip};
use crate::support::tokens::{self, Random, base64};
use crate::support::tool::{Run, Tool};

/// A gzip file that ends too early.
fn cut() -> Vec<u8> {
    let whole = gzip(b"only a part of it can be read, because the rest is not there");
    whole[..whole.len() - 20].to_vec()
}

fn scan(repo: &Repo, options: &[&str]) -> Run {
    let path = repo.path().to_str().expect("UTF-8");
    Tool::new([&["scan-git", "--format", "json", path], options].concat()).run()
}

/// The paths of the archives that could not be opened.
fn unopened(report: &Value) -> Vec<&str> {
    let skipped = report["coverage"]["skipped"].as_array().expect("a list");
    assert!(skipped.iter().all(|gap| gap["what"] == "archive"), "{skipped:?}");
    skipped.iter().filter_map(|gap| gap["path"].as_str()).collect()
}

#[test]
fn an_archive_that_cannot_be_opened_is_a_gap_that_can_be_accepted() {
    let repo = Repo::new();
    repo.commit_file("cut.gz", cut());
    let id = repo.blob(cut());
    let path = repo.path().to_str().expect("UTF-8");
    let run = Tool::new(["scan-git", path]).run().expect(2);
    let shown = run.stdout() + &run.stderr();
    for expected in ["truncated", "--allow-missing", "(cut.gz)"] {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
    Tool::new(["scan-git", "--allow-missing", &id, path]).run().expect(0);
}

#[test]
fn the_path_of_an_archive_is_told_wherever_it_is_read() {
    let repo = Repo::new();
    repo.commit_file("first", "1\n");
    let base = repo.head();
    repo.commit_file("files/cut.gz", cut());
    let whole = scan(&repo, &[]).expect(2).json();
    assert_eq!(unopened(&whole), ["files/cut.gz"]);
    let again = scan(&repo, &[]).expect(2).json();
    assert_eq!(again["coverage"]["skipped"], whole["coverage"]["skipped"]);
    let range = scan(&repo, &["--since", &base]).expect(2).json();
    assert_eq!(range["coverage"]["skipped"], whole["coverage"]["skipped"]);
    repo.write("files/other.gz", [cut(), b"x".to_vec()].concat());
    repo.git(["add", "."]);
    assert_eq!(unopened(&scan(&repo, &["--staged"]).expect(2).json()), ["files/other.gz"]);
}

#[test]
fn the_path_at_the_head_is_preferred() {
    let repo = Repo::new();
    repo.commit_file("a/cut.gz", cut());
    repo.git(["mv", "a", "z"]);
    repo.commit("moved");
    assert_eq!(unopened(&scan(&repo, &[]).expect(2).json()), ["z/cut.gz"]);
}

#[test]
fn an_archive_that_was_there_before_is_no_gap_of_a_range() {
    let repo = Repo::new();
    repo.commit_file("a/cut.gz", cut());
    let base = repo.head();
    repo.git(["mv", "a", "z"]);
    repo.commit("moved");
    scan(&repo, &["--since", &base]).expect(0);
}

#[test]
fn an_archive_that_nothing_leads_to_has_no_path() {
    let repo = Repo::new();
    repo.commit_file("first", "1\n");
    let id = repo.blob(cut());
    let report = scan(&repo, &[]).expect(2).json();
    assert_eq!(report["coverage"]["skipped"][0]["id"], id);
    assert_eq!(unopened(&report), [] as [&str; 0]);
}

#[test]
fn the_place_in_archives_that_are_in_base64_in_archives_is_told() {
    let token = tokens::token(&mut Random::new(5));
    let inner = zip("app.env", format!("A=1\nTOKEN={token}\n").as_bytes());
    let outer = zip("release.json", format!("{{\n \"data\": \"{}\"}}", base64(&inner)).as_bytes());
    let repo = Repo::new();
    repo.commit_file("backup.zip", outer);
    let report = scan(&repo, &[]).expect(1).json();
    let locations = &report["findings"][0]["locations"];
    assert_eq!(locations.as_array().map(Vec::len), Some(1));
    assert_eq!(locations[0]["member"], "release.json!/app.env");
    assert_eq!(locations[0]["encoding"], serde_json::json!(["zip", "base64", "zip"]));
    // Where the base64 begins in the member that has it.
    assert_eq!((&locations[0]["line"], &locations[0]["column"]), (&2.into(), &11.into()));
}

#[test]
fn archives_in_base64_are_found_in_members_of_any_length() {
    for (length, is_found) in [(1000, true), (1 << 20, true), (5 << 20, true), (17 << 20, false)] {
        let token = tokens::token(&mut Random::new(length));
        let packed = base64(&gzip(format!("TOKEN={token}\n{}", "# more\n".repeat(50)).as_bytes()));
        let length = usize::try_from(length).expect("small");
        for before in [0, length / 2, length] {
            let text = ["\n".repeat(before), packed.clone(), "\n".repeat(length - before)].concat();
            let repo = Repo::new();
            repo.commit_file("backup.zip", zip("release.txt", text.as_bytes()));
            let report = scan(&repo, &[]).expect(i32::from(is_found)).json();
            assert_eq!(report["findings"].as_array().map(Vec::len), Some(usize::from(is_found)));
        }
    }
}

#[test]
fn what_cannot_be_opened_in_base64_in_an_archive_is_told() {
    let repo = Repo::new();
    // Long enough to be compressed, and not stored.
    let text = base64(&cut()) + &"\n".repeat(500);
    repo.commit_file("backup.zip", zip("release.json", text.as_bytes()));
    let report = scan(&repo, &[]).expect(2).json();
    assert_eq!(unopened(&report), ["backup.zip"]);
    let reason = report["coverage"]["skipped"][0]["reason"].as_str().expect("a reason");
    assert!(reason.starts_with("release.json: truncated"), "{reason}");
}

#[test]
fn a_zip_file_at_the_end_of_a_file_too_large_to_be_held_is_told() {
    let program = vec![0; 33 << 20];
    let zipped = zip("config.yml", b"a: 1\n");
    let repo = Repo::new();
    repo.commit_file("setup.exe", [program.as_slice(), &zipped].concat());
    assert_eq!(unopened(&scan(&repo, &[]).expect(2).json()), ["setup.exe"]);
    let repo = Repo::new();
    repo.commit_file("setup.exe", [program.as_slice(), &zipped, b"x"].concat());
    scan(&repo, &[]).expect(0);
    repo.write("other.exe", [program.as_slice(), &zipped].concat());
    let report = scan(&repo, &["--worktree"]).expect(2).json();
    let gap = &report["coverage"]["skipped"][0];
    assert!(gap["id"].as_str().is_some_and(|id| id.ends_with("other.exe")), "{gap}");
}

#[test]
fn what_is_packed_into_a_message_is_told_with_its_line() {
    let token = tokens::token(&mut Random::new(6));
    let packed = base64(&gzip(format!("TOKEN={token}\n{}", "# a comment\n".repeat(9)).as_bytes()));
    let repo = Repo::new();
    repo.write("a", "1\n");
    repo.git(["add", "."]);
    let commit = repo.commit(&format!("Deploy\n\nThe release: {packed}"));
    let report = scan(&repo, &[]).expect(1).json();
    let location = &report["findings"][0]["locations"][0];
    assert_eq!(location["source"], "commit-message");
    assert_eq!(location["commit"], *commit);
    assert_eq!((&location["line"], &location["column"]), (&3.into(), &14.into()));
    assert_eq!(location["encoding"], serde_json::json!(["base64", "gzip"]));
}

#[test]
fn a_tape_archive_that_is_cut_off_hides_nothing_but_what_is_packed_in_it_may() {
    let repo = Repo::new();
    let plain = tar("notes", &[b'x'; 3000]);
    repo.commit_file("plain.tar", &plain[..2000]);
    repo.commit_file("plain.tar.gz", gzip(&plain[..2000]));
    scan(&repo, &[]).expect(0);
    let packed = gzip(&Random::new(9).bytes(3000));
    repo.commit_file("packed.tar", &tar("notes.gz", &packed)[..2000]);
    assert_eq!(unopened(&scan(&repo, &[]).expect(2).json()), ["packed.tar"]);
}

#[test]
fn each_of_many_archives_in_base64_is_opened() {
    let repo = Repo::new();
    let random = &mut Random::new(7);
    // Of any length, with and without padding.
    let packed: Vec<String> = (0..40)
        .map(|number| {
            let text = format!("{}\n{}", tokens::token(random), "x".repeat(number));
            base64(&if number % 2 == 0 { gzip(text.as_bytes()) } else { bzip2(text.as_bytes()) })
        })
        .collect();
    repo.commit_file("padded", packed.join("\n"));
    let bare: Vec<&str> = packed.iter().map(|text| text.trim_end_matches('=')).collect();
    repo.commit_file("bare", bare.join("\n"));
    repo.commit_file("list", format!("[\"{}\"]", bare.join("\", \"")));
    let report = scan(&repo, &[]).expect(1).json();
    let findings = report["findings"].as_array().expect("a list");
    assert_eq!(findings.len(), packed.len());
    for finding in findings {
        assert_eq!(finding["locations"].as_array().map(Vec::len), Some(3), "{finding:#}");
    }
}

#[test]
fn archives_in_base64_that_explode_together_end_at_a_limit() {
    // Forty mebibytes in some fifty bytes, each within the limits.
    let bomb = base64(&bzip2(&vec![0; 40 << 20]));
    let repo = Repo::new();
    repo.commit_file("bombs", format!("a: {bomb}\nb: {bomb}\n"));
    let report = scan(&repo, &[]).expect(2).json();
    assert_eq!(unopened(&report), ["bombs"]);
}

#[test]
fn an_archive_full_of_tokens_is_read() {
    let random = &mut Random::new(8);
    let tokens: Vec<String> = (0..20_000).map(|_| tokens::token(random)).collect();
    let same = format!("{}\n", tokens[0]).repeat(30_000);
    let repo = Repo::new();
    repo.commit_file("tokens.zip", zip("tokens", tokens.join("\n").as_bytes()));
    repo.commit_file("same.zip", zip("same", same.as_bytes()));
    let report = scan(&repo, &[]).expect(1).json();
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(tokens.len()));
}

#[test]
fn an_archive_in_a_large_tar_file_is_opened() {
    let token = tokens::token(&mut Random::new(9));
    let mut content = tar("zeros", &vec![0; 33 << 20]);
    // Without the blocks that end it.
    content.truncate(content.len() - 1024);
    content.extend(tar("a.gz", &gzip(token.as_bytes())));
    let repo = Repo::new();
    repo.commit_file("backup.tar", content);
    let report = scan(&repo, &[]).expect(1).json();
    assert_eq!(report["findings"][0]["locations"][0]["member"], "a.gz");
}
