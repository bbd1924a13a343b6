//! Every verdict other than a "yes" says why on standard error, whatever the format is: a job that
//! keeps standard output in a file must not fail in silence.

use std::fs;

use tempfile::TempDir;

use crate::support::listener::{Listener, delivery, notification, post};
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

#[test]
fn verify_webhook_says_its_verdict() {
    let formats = ["human", "json"];
    let directory = TempDir::new().expect("a directory");
    let save = |name: &str, content: &[u8]| {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        fs::write(path, content).expect("a file");
    };
    let signed = delivery(&notification("notif_1"));
    let changed = [&signed[..], b"\n"].concat();
    save("right.http", &signed);
    save("wrong.http", &changed);
    save("right/1.http", &signed);
    save("wrong/1.http", &changed);
    save("wrong/2.http", b"nonsense");
    save("unknown/1.http", &signed);
    save("unknown/2.http", b"nonsense");
    let verify = |name: &'static str| {
        let directory = directory.path();
        move |options: &[&str]| {
            let tool = Tool::new([&["verify-webhook", name], options].concat()).dir(directory);
            tool.env("INTERCOM_WEBHOOK_SECRET", crate::support::listener::SECRET)
        }
    };
    says_nothing(&formats, verify("right"));
    says_nothing(&formats, verify("right.http"));
    says(1, "mismatch", &formats, verify("wrong"));
    says(2, "incomplete", &formats, verify("unknown"));
    let said = verify("unknown")(&["--format", "json"]).run().stderr();
    assert_eq!(said, "incomplete: no verdict on 1 of 2 deliveries\n");
    // That the file says another length than it has is a note beside the verdict.
    for format in formats {
        let said = verify("wrong.http")(&["--format", format]).run().expect(1).stderr();
        let lines: Vec<_> = said.lines().filter(|line| !line.starts_with("note: ")).collect();
        assert!(lines[0].starts_with("mismatch: the body was not signed"), "{said}");
        assert!(lines[1].starts_with("why: ") && lines.len() == 2, "{said}");
    }
}

#[test]
fn sign_webhook_says_its_verdict() {
    let formats = ["human", "json"];
    let send = |status: u16| {
        let server = Server::answers([answer(status, &[], "no")]);
        move |options: &[&str]| {
            let url = server.url();
            let arguments = ["sign-webhook", "--topic", "ping", "--send-to", &url];
            let tool = Tool::new([&arguments, options].concat());
            tool.env("INTERCOM_WEBHOOK_SECRET", "secret")
        }
    };
    says_nothing(&formats, send(200));
    says(1, "refused", &formats, send(500));
}

#[test]
fn listen_says_its_verdict() {
    for (options, verdict) in [(&[][..], "refused: "), (&["--quiet"], "")] {
        let listener = Listener::start([&["--exit-after", "1"], options].concat());
        assert_eq!(listener.send(&post("", b"{}")).status, 401);
        assert_eq!(listener.deliver(&notification("notif_1")).status, 200);
        let (status, _, said) = listener.wait();
        assert_eq!(status, Some(1));
        assert!(said.starts_with(verdict) && said.is_empty() == verdict.is_empty(), "{said}");
    }
    let listener = Listener::start(["--exit-after", "1"]);
    let (status, _, said) = listener.stop();
    assert_eq!((status, said.as_str()), (Some(2), "incomplete: 0 verified, 0 refused"));
}
