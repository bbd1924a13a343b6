//! `scan-git --rules all`: secrets that their names tell.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::cache::{Memory, cached, settle};
use super::{Repo, places};
use crate::support::naive;
use crate::support::named::{Purpose, uuid};
use crate::support::tokens::{self, Random, base64};
use crate::support::tool::{Run, Tool};

fn run(options: &[&str], repository: impl AsRef<Path>) -> Run {
    let repository = repository.as_ref().to_str().expect("UTF-8");
    Tool::new(
        [&["scan-git", "--rules", "all", "--format", "json"], options, &[repository]].concat(),
    )
    .run()
}

fn value(purpose: Purpose, seed: u64) -> String {
    purpose.value(&mut Random::new(seed))
}

fn fingerprint(value: &str) -> String {
    hex::encode(Sha256::digest(value))
}

/// The rule and the fingerprint of each finding.
fn found(report: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let findings = report["findings"].as_array().expect("findings").iter();
    let mut found: Vec<_> =
        findings.map(|finding| (text(&finding["rule"]), text(&finding["fingerprint"]))).collect();
    found.sort();
    found
}

fn wanted(values: &[(Purpose, &str)]) -> Vec<(String, String)> {
    let one = |(purpose, value): &(Purpose, &str)| (purpose.rule().to_owned(), fingerprint(value));
    let mut wanted: Vec<_> = values.iter().map(one).collect();
    wanted.sort();
    wanted
}

#[test]
fn secrets_are_told_when_all_rules_are_asked_for_and_else_not() {
    let client = value(Purpose::Client, 4201);
    let identity = value(Purpose::Identity, 4202);
    let token = tokens::token(&mut Random::new(4203));
    let repo = Repo::new();
    let text = format!("# Intercom\nINTERCOM_TOKEN={token}\nCLIENT_SECRET={client}\n");
    repo.commit_file(".env", &text);
    repo.commit_file("config.yml", format!("intercom:\n  identity_secret: {identity}\n"));
    for rules in [&["--rules", "tokens"][..], &[]] {
        let path = repo.path().to_str().expect("UTF-8");
        let all = [&["scan-git", "--format", "json"], rules, &[path]].concat();
        let report = Tool::new(all).run().expect(1).json();
        assert_eq!(found(&report), [("intercom-access-token".to_owned(), fingerprint(&token))]);
    }
    let report = run(&[], repo.path()).expect(1).json();
    let mut all = wanted(&[(Purpose::Client, &client), (Purpose::Identity, &identity)]);
    all.push(("intercom-access-token".to_owned(), fingerprint(&token)));
    all.sort();
    assert_eq!(found(&report), all);
    let place = |path: &str, line, column| ("blob".to_owned(), path.to_owned(), line, column);
    let expected = [place(".env", 2, 16), place(".env", 3, 15), place("config.yml", 2, 20)];
    assert_eq!(places(&report), expected);
    for finding in report["findings"].as_array().expect("findings") {
        if finding["rule"] != "intercom-access-token" {
            assert_eq!(finding["confidence"], "medium");
            let mask = finding["mask"].as_str().expect("a mask");
            assert_eq!(mask.chars().count(), 7);
        }
    }

    let human = Tool::new(["scan-git", "--rules", "all"]).dir(repo.path()).run().expect(1);
    let text = human.stdout();
    let (start, end) = (&identity[..4], &identity[identity.len() - 2..]);
    let line = format!(
        "possible identity secret  {start}…{end}  medium confidence  sha256:{}\n",
        &fingerprint(&identity)[..16]
    );
    assert!(text.contains(&line), "{text}");
    assert!(text.contains("\n1 leaked token, 2 possible secrets: "), "{text}");
    assert!(text.contains("next: regenerate each token"), "{text}");
    assert!(text.contains("next: replace a client secret"), "{text}");
    assert!(text.contains("next: for an identity secret, make another"), "{text}");
    for secret in [&client, &identity, &token] {
        assert!(!text.contains(secret.as_str()) && !report.to_string().contains(secret.as_str()));
    }
    let records = Tool::new(["scan-git", "--rules", "all", "--format", "ndjson"]);
    let records = records.dir(repo.path()).run().expect(1).stdout();
    assert!(records.contains("\"rule\":\"intercom-client-secret\""), "{records}");
    assert!(!records.contains(&client) && !records.contains(&identity), "{records}");
    Tool::new(["scan-git", "--rules", "some"]).dir(repo.path()).run().expect(2);
}

#[test]
fn secrets_are_found_in_every_place_and_printed_in_none() {
    let repo = Repo::new();
    let mut random = Random::new(4210);
    let mut planted = Vec::new();
    let mut next = || {
        let value = uuid(&mut random);
        planted.push(value.clone());
        format!("intercom_client_secret={value}")
    };
    let (blob, message, path, branch, tag, config, hook, wide) =
        (next(), next(), next(), next(), next(), next(), next(), next());
    let (reflog, index, worktree, packed) = (next(), next(), next(), next());
    repo.write("a", &blob);
    repo.write(format!("{path}/file"), "content\n");
    repo.write("wide", wide.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
    repo.write("secret.yml", format!("data:\n  env: {}\n", base64(packed.as_bytes())));
    repo.commit(&format!("use {message}"));
    repo.git(["branch", &branch]);
    repo.git(["tag", "-a", "-m", &tag, "v1"]);
    repo.git(["config", "x.y", &config]);
    fs::write(repo.git_path("hooks/old"), &hook).expect("a file");
    repo.git(["update-ref", "-m", &reflog, "--create-reflog", "refs/heads/z", "HEAD"]);
    repo.write(&index, "more\n");
    repo.git(["add", &index]);
    repo.write("new", &worktree);
    // The name stands in one field, the value in another.
    let split = uuid(&mut random);
    planted.push(split.clone());
    let author = format!("--author=intercom_client_secret={split} <{split}@example.com>");
    repo.git(["commit", "--quiet", "--allow-empty", &author, "-m", "later"]);

    let report = run(&["--worktree"], repo.path()).expect(1).json();
    let values: Vec<_> = planted.iter().map(|value| (Purpose::Client, value.as_str())).collect();
    assert_eq!(found(&report), wanted(&values));
    let sources: Vec<String> = places(&report).into_iter().map(|place| place.0).collect();
    for source in [
        "blob",
        "commit-message",
        "commit-header",
        "path",
        "ref-name",
        "tag-message",
        "config",
        "git-dir",
        "reflog",
        "worktree",
    ] {
        assert!(sources.iter().any(|one| one == source), "{source} in {sources:?}");
    }
    let repository = repo.path().to_str().expect("UTF-8");
    for format in ["human", "json", "ndjson"] {
        let all = ["scan-git", "--rules", "all", "--worktree", "--format", format, repository];
        let run = Tool::new(all).run().expect(1);
        let shown = run.stdout() + &run.stderr();
        for value in &planted {
            assert!(!shown.contains(value.as_str()), "{value} in {shown}");
        }
    }
    // Nor when they are not looked for: the path and the branch tell their names.
    let token = tokens::token(&mut Random::new(4211));
    repo.commit_file(&format!("{path}/token"), &token);
    let shown = super::scan(repo.path()).expect(1).stdout();
    assert!(planted.iter().all(|value| !shown.contains(value.as_str())), "{shown}");
}

#[test]
fn a_value_is_found_where_a_delta_puts_it_behind_a_name() {
    let mut random = Random::new(4220);
    for _ in 0..4 {
        let repo = Repo::new();
        let lines: Vec<_> =
            (0..200).map(|number| format!("line {number} {}\n", random.next())).collect();
        let filler = lines.concat();
        let value = uuid(&mut random);
        let name = "intercom:\n  client_secret: ";
        // First the name without the value, and the value without the name; then both.
        repo.commit_file("a", format!("{filler}{name}none\n{filler}x: {value}\n"));
        repo.commit_file("a", format!("{filler}{name}{value}\n{filler}x: {value}\n"));
        repo.commit_file("a", format!("{filler}{name}\n{filler}"));
        repo.repack(&[], &["-f", "--depth=50", "--window=50"]);
        let report = run(&[], repo.path()).expect(1).json();
        assert_eq!(found(&report), wanted(&[(Purpose::Client, &value)]));
        assert_eq!(naive::locations(&report).count(), 1);
    }
}

#[test]
fn parts_of_a_repository_are_searched_by_all_rules_too() {
    let repo = Repo::new();
    let mut random = Random::new(4230);
    let (old, new, staged, local) =
        (uuid(&mut random), uuid(&mut random), uuid(&mut random), uuid(&mut random));
    let text = |value: &str| format!("INTERCOM_WEBHOOK_SECRET: {value}\n");
    let all = |value: &str| vec![("intercom-webhook-secret".to_owned(), fingerprint(value))];
    repo.commit_file("a", text(&old));
    repo.commit_file("b", text(&new));
    let range = run(&["--range", "HEAD~1..HEAD"], repo.path()).expect(1).json();
    assert_eq!(found(&range), all(&new));
    run(&["--staged"], repo.path()).expect(0);
    repo.write("c", text(&staged));
    repo.git(["add", "c"]);
    assert_eq!(found(&run(&["--staged"], repo.path()).expect(1).json()), all(&staged));
    let human = Tool::new(["scan-git", "--staged", "--rules", "all"]).dir(repo.path()).run();
    assert!(human.expect(1).stdout().contains("next: take it out of its file"));
    repo.write("c", text(&local));
    let both = run(&["--staged", "--worktree"], repo.path()).expect(1).json();
    assert_eq!(found(&both).len(), 4);
    // The name of a file that is staged.
    let repo = Repo::new();
    repo.write(format!("intercom_webhook_secret={local}"), "x");
    repo.git(["add", "."]);
    let report = run(&["--staged"], repo.path()).expect(1);
    assert_eq!(found(&report.json()), all(&local));
    assert!(!report.stdout().contains(&local));
    // Two repositories.
    let other = Repo::new();
    other.commit_file("d", text(&old));
    let paths = [repo.path(), other.path()].map(|path| path.to_str().expect("UTF-8").to_owned());
    let both = Tool::new(["scan-git", "--rules", "all", "--format", "json", &paths[0], &paths[1]]);
    assert_eq!(found(&both.run().expect(1).json()).len(), 2);
}

#[test]
fn members_of_archives_are_searched_by_all_rules_too() {
    let repo = Repo::new();
    let value = value(Purpose::Identity, 4240);
    let text = format!("<key>IntercomApiSecret</key><string>{value}</string>");
    let mut gzip = Command::new("gzip");
    let child = gzip.arg("-c").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut child = child.expect("gzip");
    std::io::Write::write_all(&mut child.stdin.take().expect("piped"), text.as_bytes())
        .expect("written");
    repo.commit_file("app.gz", child.wait_with_output().expect("an end").stdout);
    let report = run(&[], repo.path()).expect(1).json();
    assert_eq!(found(&report), wanted(&[(Purpose::Identity, &value)]));
    let (_, location) = naive::locations(&report).next().expect("a place");
    assert_eq!(location["encoding"], serde_json::json!(["gzip"]));
}

#[test]
fn what_was_scanned_by_some_rules_is_not_remembered_for_others() {
    let repo = Repo::new();
    let memory = Memory::beside(&repo);
    let value = value(Purpose::Client, 4250);
    repo.commit_file("a", format!("INTERCOM_CLIENT_SECRET={value}\n"));
    settle();
    let all = &["--rules", "all", "--format", "json"];
    let tokens = &["--rules", "tokens", "--format", "json"];
    assert_eq!(cached(&memory.run(tokens, repo.path()).expect(0)), 0);
    let first = memory.run(all, repo.path()).expect(1);
    assert_eq!((cached(&first), found(&first.json()).len()), (0, 1));
    // Each has a memory of its own.
    assert_eq!(cached(&memory.run(tokens, repo.path()).expect(0)), 3);
    let again = memory.run(all, repo.path()).expect(1);
    assert_eq!(cached(&again), 3);
    assert_eq!(found(&again.json()), wanted(&[(Purpose::Client, &value)]));
    for file in memory.files() {
        let content = fs::read(file).expect("a file");
        assert_eq!(memchr::memmem::find(&content, value.as_bytes()), None);
    }
    // One in the place of the other is not believed.
    let states: Vec<_> = memory
        .files()
        .into_iter()
        .filter(|path| path.extension().is_some_and(|end| end == "scan"))
        .collect();
    let [one, other] = states.try_into().expect("two states");
    let aside = repo.beside("aside");
    fs::rename(&one, &aside).expect("a file");
    fs::rename(&other, &one).expect("a file");
    fs::rename(&aside, &other).expect("a file");
    assert_eq!(cached(&memory.run(tokens, repo.path()).expect(0)), 0);
    assert_eq!(cached(&memory.run(all, repo.path()).expect(1)), 0);

    // What is new is read by the rules that are asked for.
    let repo = Repo::new();
    let memory = Memory::beside(&repo);
    repo.commit_file("a", "INTERCOM_CLIENT_SECRET=\n");
    settle();
    memory.run(all, repo.path()).expect(0);
    repo.commit_file("a", format!("INTERCOM_CLIENT_SECRET={value}\n"));
    settle();
    let report = memory.run(all, repo.path()).expect(1).json();
    assert_eq!(found(&report), wanted(&[(Purpose::Client, &value)]));
}
