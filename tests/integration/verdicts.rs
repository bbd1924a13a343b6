//! Every verdict other than a "yes" says why on standard error, whatever the format is: a job that
//! keeps standard output in a file must not fail in silence.

use crate::support::repository::Repo;
use crate::support::server::{Server, answer};
use crate::support::tokens::{self, Random};
use crate::support::tool::Tool;

/// Runs a command in each format, and with `--quiet`. Expects the verdict on standard error.
#[track_caller]
fn says(status: i32, verdict: &str, formats: &[&str], run: impl Fn(&[&str]) -> Tool) {
    for format in formats {
        let ran = run(&["--format", format]).run().expect(status);
        let said = ran.stderr();
        let lines: Vec<_> = said.lines().collect();
        let expected = format!("{verdict}: ");
        assert!(lines.first().is_some_and(|line| line.starts_with(&expected)), "{format}: {said}");
        assert!(lines.len() <= 2, "{format}: {said}");
        let more = lines.get(1).is_none_or(|line| {
            ["why: ", "next: ", "hint: "].iter().any(|label| line.starts_with(label))
        });
        assert!(more, "{format}: {said}");
        let quiet = run(&["--format", format, "--quiet"]).run().expect(status);
        assert_eq!(quiet.stderr(), "", "{format}");
    }
}

/// Expects nothing on standard error.
#[track_caller]
fn says_nothing(formats: &[&str], run: impl Fn(&[&str]) -> Tool) {
    for format in formats {
        assert_eq!(run(&["--format", format]).run().expect(0).stderr(), "", "{format}");
    }
}

#[test]
fn scan_git_says_its_verdict() {
    let formats = ["human", "json", "ndjson"];
    let clean = Repo::new();
    clean.commit_file("a", "1");
    let leak = Repo::new();
    leak.commit_file("a", tokens::token(&mut Random::new(770)));
    let shallow = clean.cloned(&["--depth=1", "--no-tags"]);
    clean.commit_file("a", "2");
    shallow.git(["fetch", "--quiet", "--depth=1"]);
    shallow.git(["update-ref", "refs/heads/main", "FETCH_HEAD"]);
    let scan = |repo: &Repo| {
        let path = repo.path().to_str().expect("UTF-8").to_owned();
        move |options: &[&str]| Tool::new([&["scan-git", &path], options].concat())
    };
    says_nothing(&formats, scan(&clean));
    says(1, "leak", &formats, scan(&leak));
    says(2, "incomplete", &formats, scan(&shallow));

    let said = scan(&leak)(&["--format", "json"]).run().stderr();
    assert!(said.starts_with("leak: 1 leaked token, first at a:1:1"), "{said}");
    assert!(said.contains("\nnext: regenerate"), "{said}");
    let said = scan(&shallow)(&["--format", "json"]).run().stderr();
    assert!(said.contains("1 thing could not be read\nwhy: shallow boundary"), "{said}");
}

#[test]
fn check_token_says_its_verdict() {
    let formats = ["human", "json"];
    let check = |status: u16, body: &str| {
        let server = Server::answers([answer(status, &[], body)]);
        move |options: &[&str]| {
            let url = server.url();
            let tool = Tool::new([&["check-token", "--base-url", &url], options].concat());
            tool.env("INTERCOM_ACCESS_TOKEN", tokens::token(&mut Random::new(771)))
        }
    };
    let list = |code: &str| format!(r#"{{"type":"error.list","errors":[{{"code":"{code}"}}]}}"#);
    says_nothing(&formats, check(200, r#"{"type":"admin"}"#));
    says(1, "dead", &formats, check(401, &list("token_revoked")));
    says(2, "live, but no proof of an admin", &formats, check(403, &list("api_plan_restricted")));

    // Without any verdict, it is an error, which --quiet does not leave out.
    for format in formats {
        for options in [&["--format", format][..], &["--format", format, "--quiet"]] {
            let said = check(404, &list("not_found"))(options).run().expect(2).stderr();
            let expected = "error: whether the token is live is unknown: ";
            assert!(said.starts_with(expected) && said.contains("\nhint: "), "{said}");
        }
    }
}
