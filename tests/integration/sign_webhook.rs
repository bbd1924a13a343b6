//! `intercom-sec sign-webhook`.

use std::fs;
use std::sync::{Arc, Mutex};

use tempfile::TempDir;

use super::support::openssl;
use super::support::server::{CLOSED_PORT, Server, Stream, answer};
use super::support::tool::Tool;

const SECRET: &str = "intercom-client-secret-for-testing";

fn sign(directory: &TempDir, arguments: &[&str]) -> Tool {
    Tool::new(["sign-webhook"].iter().chain(arguments))
        .dir(directory)
        .env("INTERCOM_WEBHOOK_SECRET", SECRET)
        .env("INTERCOM_FIN_WEBHOOK_SECRET", "fin-secret")
}

fn with_body(body: &[u8]) -> TempDir {
    let directory = TempDir::new().expect("a directory");
    fs::write(directory.path().join("body"), body).expect("a file");
    directory
}

#[test]
fn the_header_of_each_scheme_agrees_with_openssl() {
    let body = "héllo, 🦀 world!".as_bytes();
    let directory = with_body(body);
    let sha256 = |secret: &[u8]| openssl::hmac("-sha256", secret, body);
    for (scheme, line) in [
        ("hub", "X-Hub-Signature: sha1=d72606999d26b9d813065af8727267d2e8aecc07\n".to_owned()),
        ("body", format!("X-Body-Signature: {}\n", sha256(SECRET.as_bytes()))),
        ("fin", format!("X-Fin-Agent-API-Webhook-Signature: sha256={}\n", sha256(b"fin-secret"))),
    ] {
        let run = sign(&directory, &["body", "--scheme", scheme]).run().expect(0);
        assert_eq!(run.stdout(), line);
        let run = sign(&directory, &["-", "--scheme", scheme]).stdin(body).run().expect(0);
        assert_eq!(run.stdout(), line);
        let run = sign(&directory, &["body", "--scheme", scheme, "--format", "json"]).run();
        assert_eq!(run.expect(0).json()["scheme"], scheme);
    }
}

#[test]
fn every_topic_makes_a_request_that_verifies() {
    let directory = with_body(b"");
    let topics = sign(&directory, &["--list-topics"]).run().expect(0).stdout();
    assert!(topics.lines().count() > 50 && topics.starts_with("ping\n"), "{topics}");
    for (topic, scheme) in topics.lines().step_by(7).zip(["hub", "body", "fin"].iter().cycle()) {
        let run = sign(&directory, &["--topic", topic, "--scheme", scheme]).run().expect(0);
        let saved = run.stdout();
        let verify = |saved: String| {
            Tool::new(["verify-webhook", "-", "--format", "json"])
                .env("INTERCOM_WEBHOOK_SECRET", SECRET)
                .env("INTERCOM_FIN_WEBHOOK_SECRET", "fin-secret")
                .stdin(saved)
                .run()
        };
        let json = verify(saved.clone()).expect(0).json();
        assert_eq!(json["notification"]["topic"], topic);
        assert_eq!(json["scheme"], *scheme);
        verify(saved.replace(topic, "another")).expect(1);
    }
    let run = sign(&directory, &["--topic", "no.such"]).run().expect(2);
    assert!(run.stderr().contains("there is no template of this topic"), "{}", run.stderr());
}

#[test]
fn a_delivery_is_posted_and_the_answer_shown_without_its_controls() {
    let directory = with_body(b"{\"a\":1}");
    let bodies: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
    let seen = Arc::clone(&bodies);
    let answers = [
        answer(200, &[], "{\"received\":true}"),
        answer(401, &[], "\u{1b}[2Jno\u{202e}\n"),
        answer(302, &[("location", "http://127.0.0.1:1/")], ""),
    ];
    let server = Server::http(move |stream: &mut dyn Stream, index: usize, head: &str| {
        let length = head
            .lines()
            .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        stream.read_exact(&mut body).expect("a body");
        seen.lock().expect("no panic").push(body);
        let _ = stream.write_all(answers[index.min(2)].as_bytes());
    });
    let address = format!("{}/hook?a=b", server.url());
    let send = ["body", "--send-to", &address];
    let run = sign(&directory, &send).env("HTTP_PROXY", "http://127.0.0.1:1").run().expect(0);
    assert_eq!(run.stdout(), "accepted: the endpoint answered 200\n  {\"received\":true}\n");
    let run = sign(&directory, &send).run().expect(1);
    assert_eq!(run.stdout(), "refused: the endpoint answered 401\n  \\u{1b}[2Jno\\u{202e}\\n\n");
    let run = sign(&directory, &[&send[..], &["--format", "json"]].concat()).run().expect(1);
    assert_eq!(run.json()["http_status"], 302);
    assert_eq!(*bodies.lock().expect("no panic"), vec![b"{\"a\":1}".to_vec(); 3]);
    let signature = openssl::hmac("-sha1", SECRET.as_bytes(), b"{\"a\":1}");
    for head in server.requests() {
        let head = head.to_lowercase();
        assert!(head.starts_with("post /hook?a=b http/1.1\r\n"), "{head}");
        assert!(head.contains(&format!("x-hub-signature: sha1={signature}\r\n")), "{head}");
        assert!(head.contains("content-type: application/json; charset=utf-8\r\n"), "{head}");
        assert!(!head.contains(SECRET));
    }
}

#[test]
fn nothing_is_sent_to_another_machine_or_without_an_answer() {
    let directory = with_body(b"{}");
    for (address, message, hint) in [
        ("https://hooks.example/a", "--send-to is not on this machine", "--allow-remote"),
        ("http://u:p@localhost/", "--send-to holds a user name", "leave it out"),
        ("localhost:3000", "--send-to is not an http:// or https:// URL", "http://localhost"),
        (&format!("http://127.0.0.1:{CLOSED_PORT}/"), "the endpoint cannot be reached", "port"),
    ] {
        let run = sign(&directory, &["body", "--send-to", address]).run().expect(2);
        assert!(run.stderr().contains(message), "{}", run.stderr());
        assert!(run.stderr().contains(hint), "{}", run.stderr());
        assert!(!run.stderr().contains("u:p"), "{}", run.stderr());
    }
    let plain = ["body", "--send-to", "http://hooks.example/a", "--allow-remote"];
    let run = sign(&directory, &plain).run().expect(2);
    assert!(run.stderr().contains("another machine over plain HTTP"), "{}", run.stderr());
}

#[test]
fn what_is_signed_is_given_once() {
    let directory = with_body(b"{}");
    for arguments in [
        &[][..],
        &["body", "--topic", "ping"],
        &["--topic", "ping", "--list-topics"],
        &["body", "--allow-remote"],
        &["body", "--send-to", "http://localhost/", "--output", "header"],
    ] {
        sign(&directory, arguments).run().expect(2);
    }
    let run = Tool::new(["sign-webhook", "-", "--secret-file", "-"]).stdin("x").run().expect(2);
    assert!(run.stderr().contains("both PAYLOAD and --secret-file"), "{}", run.stderr());
    let run = Tool::new(["sign-webhook", "body"]).dir(&directory).run().expect(2);
    assert!(run.stderr().contains("no client secret was given"), "{}", run.stderr());
}
