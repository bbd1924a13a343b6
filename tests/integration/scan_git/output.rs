//! What `scan-git` shows: masked, escaped, in the promised shape, and never the token.

use std::fs;
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::{Repo, scan, scan_in, skipped};
use crate::support::history::{self, SMALL};
use crate::support::naive;
use crate::support::tokens::{self, Random};
use crate::support::tool::{Run, Tool};

const FORMATS: [&str; 3] = ["human", "json", "ndjson"];

fn token(seed: u64) -> String {
    tokens::token(&mut Random::new(seed))
}

/// Neither stream holds the token, nor any part of its middle.
#[track_caller]
fn assert_hides(run: &Run, secret: &str) {
    let shown = run.stdout() + &run.stderr();
    for part in [secret, &secret[8..56], &secret[..20], &secret[40..]] {
        assert!(!shown.contains(part), "{shown}");
    }
}

/// Nothing on either stream steers a terminal, besides line endings.
#[track_caller]
fn assert_tame(run: &Run) {
    let shown = run.stdout() + &run.stderr();
    let steering = |c: char| {
        (c.is_control() && c != '\n')
            || ('\u{200b}'..='\u{200f}').contains(&c)
            || ('\u{2028}'..='\u{202e}').contains(&c)
            || ('\u{2066}'..='\u{2069}').contains(&c)
            || c == '\u{feff}'
    };
    assert!(!shown.contains(steering), "{shown:?}");
}

#[test]
fn decoys_are_not_reported() {
    let repo = Repo::new();
    let decoded = tokens::decoded(&mut Random::new(700));
    let lines = [
        "Authorization: Basic dG9rZW4=".to_owned(),
        tokens::base64(b"token: take this one, it is only prose in base64, and long enough too"),
        tokens::base64(b"tok:"),
        tokens::base64(b"tok:abcdefghi"),
        format!("{}{}", &token(700)[..8], "x".repeat(51)),
        format!("{}=", "dG9rOj".to_owned() + &"x".repeat(53)),
        tokens::base64(decoded.replace('_', "-").as_bytes()),
        tokens::base64(format!("user:to{decoded}").as_bytes()),
        tokens::base64(format!("uid{decoded}").as_bytes()),
        decoded,
    ];
    repo.commit_file(".env", lines.join("\n"));
    let report = scan(repo.path()).expect(0).json();
    assert_eq!(report["findings"], json!([]));
}

#[test]
fn control_characters_from_a_repository_never_reach_the_terminal() {
    let nasty = "\x1b]0;title\x07\x1b[2J\r\u{202e}\u{2066}\u{200b}\u{feff}\u{9b}31m\u{85}\t";
    let repo = Repo::init(&["--bare"]);
    let blob = repo.blob(token(701));
    let id = hex::decode(&blob).expect("hex");
    let mut tree = Vec::new();
    for name in [format!("{nasty}\nname"), "::error::x\n::warning file=y".to_owned()] {
        tree.extend([b"100644 ", name.as_bytes(), b"\0", &id].concat());
    }
    tree.extend([b"100644 \xff\xfe\x80", b"\0".as_slice(), &id].concat());
    let write = |kind: &str, content: &[u8]| {
        let id =
            repo.git_with(["hash-object", "-w", "--literally", "-t", kind, "--stdin"], content);
        String::from_utf8(id).expect("ASCII").trim().to_owned()
    };
    let tree = write("tree", &tree);
    let person = format!("{nasty} \u{2028} <{nasty}> 1700000000 +0000");
    let commit = write(
        "commit",
        format!("tree {tree}\nauthor {person}\ncommitter {person}\n\n{nasty}{}\n", token(702))
            .as_bytes(),
    );
    let name = "refs/heads/\u{202e}bidi\u{200b}\u{9b}";
    fs::write(repo.git_path(name), &commit).expect("a ref");
    fs::write(repo.git_path("refs/heads/line\nending\x1b[31m"), &commit).expect("a ref");
    fs::write(repo.git_path("refs/heads/broken\n\x1b[31m"), "nothing").expect("a ref");
    let run = scan_in("human", repo.path()).expect(1);
    assert_tame(&run);
    for shown in ["\\u{1b}", "\\u{202e}", "\\u{9b}", "\\nname", "\\xff\\xfe\\x80", "\\r"] {
        assert!(run.stdout().contains(shown), "{shown} in {}", run.stdout());
    }
    assert!(!run.stdout().lines().any(|line| line.starts_with("::")), "{}", run.stdout());
    for format in ["json", "ndjson"] {
        assert_tame(&scan_in(format, repo.path()).expect(1));
    }
    let paths = scan(repo.path()).json();
    let paths: Vec<_> = naive::locations(&paths)
        .filter_map(|(_, place)| place["path"].as_str())
        .map(str::to_owned)
        .collect();
    assert!(paths.contains(&format!("{nasty}\nname")), "JSON has the name itself: {paths:?}");
}

#[test]
fn names_are_no_commands_for_the_runner_of_a_job() {
    // GitHub reads `::` at the start of a line, behind white space, and `##[` anywhere; Azure and
    // TeamCity read `##NAME[` (actions/runner, `ActionCommand.cs`).
    let names = [
        "::add-mask::x",
        " \u{2003}::error file=a::b",
        "##[add-path]/evil",
        "a ##vso[task.setvariable variable=PATH]x",
        "##teamcity[buildStatus text='x']",
        "###[error]x",
    ];
    let repo = Repo::new();
    for name in names {
        repo.write(name, token(703));
        fs::write(repo.git_path(&format!("refs/heads/{}", name.replace('/', "-"))), "no id")
            .expect("a ref");
    }
    repo.git(["add", "--all"]);
    repo.git(["commit", "--quiet", "--author", "::error::A <##[error]@x>", "-m", "add"]);
    let path = repo.path().to_str().expect("UTF-8");
    for (format, scope) in
        [("human", &[][..]), ("json", &[]), ("ndjson", &[]), ("human", &["--range", "##[error]x"])]
    {
        let run = Tool::new([&["scan-git", "--format", format, path], scope].concat()).run();
        let shown = run.stdout() + &run.stderr();
        assert!(!shown.contains("##"), "{shown}");
        assert!(!shown.lines().any(|line| line.trim_start().starts_with("::")), "{shown}");
    }
    let report = scan(repo.path()).expect(1).json();
    let paths = naive::locations(&report).filter_map(|(_, place)| place["path"].as_str());
    let mut paths: Vec<_> = paths.collect();
    paths.sort_unstable();
    let mut expected = names.to_vec();
    expected.sort_unstable();
    // Whoever reads the JSON has the names as they are; one of them is a file in a directory.
    assert_eq!(paths, expected);
}

#[test]
fn a_token_in_any_name_is_masked_in_every_format() {
    let secret = token(710);
    let repo = Repo::new();
    repo.write(format!("dir-{secret}/file-{secret}"), &secret);
    repo.git(["add", "."]);
    let author = format!("{secret} <{secret}@example.com>");
    repo.git(["commit", "-q", "-m", &format!("{secret}\n\n{secret}"), "--author", &author]);
    repo.git(["branch", &secret]);
    repo.git(["branch", &format!("feature/{secret}/x")]);
    repo.git(["tag", "-a", &format!("tag-{secret}"), "-m", &secret]);
    // A place that is not read has the token in its name, and so has the repository's path.
    fs::write(repo.git_path(&format!("refs/heads/broken-{secret}")), "x").expect("a ref");
    fs::write(repo.git_path("objects/info/alternates"), format!("/gone/{secret}\n"))
        .expect("a file");
    let renamed = repo.beside(&secret);
    fs::rename(repo.path(), &renamed).expect("another name");
    for format in FORMATS {
        let run = scan_in(format, &renamed).expect(1);
        assert_hides(&run, &secret);
        assert!(run.stdout().contains(&format!("{}…{}", &secret[..8], &secret[56..])));
        assert_hides(&scan_in(format, repo.beside(&format!("gone-{secret}"))).expect(2), &secret);
        assert_hides(
            &Tool::new(["scan-git", "--format", format, "."]).dir(&renamed).run(),
            &secret,
        );
    }
    assert_hides(&Tool::new(["scan-git", &format!("--{secret}")]).run().expect(2), &secret);
    assert_hides(&Tool::new(["scan-git", "--format", &secret]).run().expect(2), &secret);
    assert_hides(&Tool::new(["scan-git", "--threads", &secret]).run().expect(2), &secret);
}

#[test]
fn no_token_of_a_random_history_is_ever_shown() {
    for seed in 720..723 {
        let repo = Repo::new();
        repo.import(&history::random(seed, SMALL), true);
        let mut secrets = Vec::new();
        for object in naive::objects(&repo) {
            secrets.extend(naive::tokens_in(&object.content).into_iter().map(|hit| hit.canonical));
        }
        secrets.sort();
        secrets.dedup();
        fs::write(repo.git_path("HEAD"), "broken").expect("a file");
        for format in FORMATS {
            let run = scan_in(format, repo.path()).expect(1);
            let shown = run.stdout() + &run.stderr();
            for secret in &secrets {
                assert!(!shown.contains(secret.trim_end_matches('=')), "seed {seed}");
            }
        }
    }
}

#[test]
fn quiet_says_it_by_the_exit_status_alone() {
    let clean = Repo::new();
    clean.commit_file("a", "1");
    let leak = Repo::new();
    leak.commit_file("a", token(730));
    let incomplete = clean.cloned(&["--depth=1", "--no-tags"]);
    clean.commit_file("a", "2");
    incomplete.git(["fetch", "--quiet", "--depth=1"]);
    incomplete.git(["update-ref", "refs/heads/main", "FETCH_HEAD"]);
    for (repo, status) in [(clean, 0), (leak, 1), (incomplete, 2)] {
        let path = repo.path().to_str().expect("UTF-8");
        let run = Tool::new(["--quiet", "scan-git", path]).run().expect(status);
        assert_eq!((run.stdout(), run.stderr()), (String::new(), String::new()));
        let run = Tool::new(["scan-git", "--quiet", path]).run().expect(status);
        assert_eq!((run.stdout(), run.stderr()), (String::new(), String::new()));
    }
}

#[test]
fn the_report_for_people_names_place_author_and_refs() {
    let repo = Repo::new();
    repo.commit_file("a", token(731));
    let human = scan_in("human", repo.path()).stdout();
    for part in [
        "leaked access token",
        "a:1:1",
        "Ada Author <ada@example.com>",
        "on main",
        "still at HEAD",
        "1 leaked token: ",
    ] {
        assert!(human.contains(part), "{part} in {human}");
    }
    let colored = |options: &[&str]| {
        let path = repo.path().to_str().expect("UTF-8");
        Tool::new([&["scan-git", path], options].concat()).run().stdout().contains('\x1b')
    };
    assert!(!colored(&[]) && !colored(&["--color", "never"]) && colored(&["--color", "always"]));
    assert!(!colored(&["--color", "always", "--format", "json"]));
}

#[test]
fn the_document_has_the_promised_fields() {
    let repo = Repo::new();
    let secret = token(740);
    let commit = repo.commit_file("dir/a", format!("x\n  {secret}"));
    let report = scan(repo.path()).expect(1).json();
    let keys = |value: &Value| {
        let mut keys: Vec<_> = value.as_object().expect("an object").keys().cloned().collect();
        keys.sort();
        keys
    };
    assert_eq!(keys(&report), ["coverage", "findings", "schema", "verdict", "version"]);
    assert_eq!(report["schema"], "intercom-sec.scan-git/1");
    assert_eq!(report["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(report["verdict"], "leak");
    let finding = &report["findings"][0];
    assert_eq!(keys(finding), ["confidence", "fingerprint", "locations", "mask", "rule"]);
    assert_eq!(finding["rule"], "intercom-access-token");
    assert_eq!(finding["fingerprint"], *naive::fingerprint(&secret));
    assert_eq!(finding["mask"], *format!("{}…{}", &secret[..8], &secret[56..]));
    assert_eq!(finding["confidence"], "high");
    let expected = json!([{
        "source": "blob",
        "repository": repo.path(),
        "object": repo.ask(["rev-parse", "HEAD:dir/a"]),
        "path": "dir/a",
        "line": 2,
        "column": 3,
        "encoding": [],
        "commit": commit,
        "author": { "name": "Ada Author", "email": "ada@example.com" },
        "date": repo.ask(["log", "-1", "--format=%aI"]),
        "refs": ["refs/heads/main", "HEAD"],
        "present_at_head": true,
    }]);
    assert_eq!(finding["locations"], expected);
    let bytes: usize = naive::objects(&repo).iter().map(|object| object.content.len()).sum();
    let files = &report["coverage"]["files"];
    assert!(files.as_u64().is_some_and(|files| files > 5), "{files}");
    let expected =
        json!({ "complete": true, "objects": 4, "bytes": bytes, "files": files, "skipped": [] });
    assert_eq!(report["coverage"], expected);
}

#[test]
fn a_token_without_its_padding_or_of_another_version_is_the_same_finding_or_less_certain() {
    let repo = Repo::new();
    let secret = token(741);
    repo.commit_file("a", format!("{secret}\n{}\n", secret.trim_end_matches('=')));
    let other = tokens::decoded(&mut Random::new(742)).replace("_4", "_1");
    repo.commit_file("b", tokens::base64(other.as_bytes()));
    let report = scan(repo.path()).expect(1).json();
    let findings = report["findings"].as_array().expect("findings");
    assert_eq!(findings.len(), 2);
    assert_eq!(findings[0]["locations"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        (&findings[0]["confidence"], &findings[1]["confidence"]),
        (&"high".into(), &"medium".into())
    );
}

#[test]
fn ndjson_ends_with_a_coverage_record_even_when_clean() {
    let clean = Repo::new();
    clean.commit_file("a", "1");
    let leak = Repo::new();
    leak.commit_file("a", token(750) + "\n" + &token(751));
    fs::write(leak.git_path("refs/heads/broken"), "x").expect("a ref");
    for (repo, verdict, findings) in [(&clean, "clean", 0), (&leak, "leak", 2)] {
        let document = scan(repo.path()).json();
        let text = scan_in("ndjson", repo.path()).stdout();
        assert!(text.ends_with('\n'));
        let mut lines: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        assert_eq!(lines.len(), findings + 1);
        assert!(lines.iter().all(|line| line["schema"] == "intercom-sec.scan-git/1"));
        let last = lines.pop().expect("a line");
        assert_eq!(last["record"], "coverage");
        assert_eq!(last["verdict"], verdict);
        assert_eq!(last["coverage"], document["coverage"]);
        for (line, finding) in lines.iter().zip(document["findings"].as_array().expect("findings"))
        {
            assert_eq!(line["record"], "finding");
            for (key, value) in finding.as_object().expect("an object") {
                assert_eq!(line[key], *value);
            }
        }
    }
}

#[test]
fn a_result_that_cannot_be_written_is_no_verdict_but_a_leak_stays_one() {
    let clean = Repo::new();
    clean.commit_file("a", "1");
    let leak = Repo::new();
    leak.commit_file("a", token(760));
    for (repo, status) in [(clean, 2), (leak, 1)] {
        for format in FORMATS {
            let full = fs::File::options().write(true).open("/dev/full").expect("/dev/full");
            let path = repo.path().to_str().expect("UTF-8");
            let run = Tool::new(["scan-git", "--format", format, path]).stdout(full).run();
            let run = run.expect(status);
            assert!(run.stderr().starts_with("error: cannot write the result"), "{}", run.stderr());
        }
    }
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly_with_the_verdicts_status() {
    let random = &mut Random::new(761);
    let leak = Repo::new();
    let lines: Vec<_> = (0..2000).map(|_| tokens::token(random)).collect();
    leak.commit_file("a", lines.join("\n"));
    for format in FORMATS {
        let mut child = Command::new(env!("CARGO_BIN_EXE_intercom-sec"))
            .args(["scan-git", "--format", format])
            .arg(leak.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        // Far less than the report has, and more than a pipe holds is never read.
        let mut stdout = child.stdout.take().expect("piped");
        stdout.read_exact(&mut [0; 10]).expect("the report begins");
        drop(stdout);
        let output = child.wait_with_output().expect("the program ends");
        assert_eq!(output.status.code(), Some(1), "{format}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{format}");
    }
}

#[test]
fn thousands_of_findings_are_all_told_and_shown_short_where_people_read() {
    let random = &mut Random::new(770);
    let repo = Repo::new();
    let lines: Vec<_> = (0..1200).map(|_| tokens::token(random)).collect();
    repo.commit_file("many", lines.join("\n"));
    for copy in 0..30 {
        repo.write(format!("copy-{copy:02}"), &lines[0]);
    }
    repo.commit("copies");
    let report = scan(repo.path()).expect(1).json();
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(1200));
    assert_eq!(naive::locations(&report).count(), 1230);
    let human = scan_in("human", repo.path()).expect(1).stdout();
    assert!(
        human.contains("1200 leaked tokens") && human.contains("and 21 more places"),
        "{human}"
    );
}

#[test]
fn what_was_not_read_is_shown_short_where_people_read_and_whole_in_json() {
    let repo = Repo::new();
    repo.commit_file("a", "1");
    for number in 0..25 {
        fs::write(repo.git_path(&format!("refs/heads/b{number}")), "x").expect("a ref");
    }
    let human = scan_in("human", repo.path()).expect(2).stdout();
    assert!(human.contains("not read: 25 things") && human.contains("and 15 more"), "{human}");
    assert!(human.contains("incomplete: ") && !human.contains("clean"), "{human}");
    assert_eq!(skipped(&scan(repo.path()).json()).len(), 25);
}

#[test]
fn a_repository_path_that_is_no_text_is_read_and_shown() {
    let repo = Repo::new();
    repo.commit_file("a", token(780));
    let path = repo.beside("x").with_file_name(std::ffi::OsStr::from_bytes(b"\xff\x1b[31m"));
    fs::rename(repo.path(), &path).expect("another name");
    for format in FORMATS {
        let run = Tool::new([
            "scan-git".as_ref(),
            "--format".as_ref(),
            format.as_ref(),
            path.as_os_str(),
        ])
        .run()
        .expect(1);
        assert_tame(&run);
    }
}

#[test]
fn any_number_of_threads_reports_the_same() {
    let repo = Repo::new();
    repo.import(&history::random(790, SMALL), true);
    repo.import(&history::random(791, SMALL), false);
    let path = repo.path().to_str().expect("UTF-8");
    let run = |threads: &str| {
        Tool::new(["scan-git", "--format", "json", "--threads", threads, path])
            .run()
            .expect(1)
            .stdout()
    };
    let one = run("1");
    for threads in ["2", "3", "16", "16"] {
        assert_eq!(run(threads), one);
    }
    Tool::new(["scan-git", "--threads", "0", path]).run().expect(2);
}
