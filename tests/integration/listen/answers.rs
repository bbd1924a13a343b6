//! What is answered and shown.

use std::net::TcpListener;

use crate::support::listener::{
    Listener, SECRET, delivery, exchange, notification, post, signature,
};
use crate::support::openssl;
use crate::support::tokens::{self, Random};
use crate::support::tool::Tool;

#[test]
fn a_delivery_with_the_right_signature_is_received_and_shown() {
    let listener = Listener::start::<&str>([]);
    let body = notification("notif_1");
    let answer = listener.deliver(&body);
    assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"received":true}"#));
    assert!(answer.head.contains("content-type: application/json"), "{answer:?}");
    let record = listener.record();
    for (name, value) in [
        ("record", "delivery".into()),
        ("schema", "intercom-sec.listen/1".into()),
        ("verdict", "verified".into()),
        ("status", 200.into()),
        ("topic", "contact.created".into()),
        ("id", "notif_1".into()),
        ("app_id", "abcd1234".into()),
        ("created_at", "2023-11-14T22:13:20Z".into()),
        ("delivery_attempts", 1.into()),
        ("bytes", body.len().into()),
        ("duplicate", false.into()),
        ("reason", serde_json::Value::Null),
    ] {
        assert_eq!(record[name], value, "{name} in {record}");
    }
    let (status, records, errors) = listener.stop();
    assert_eq!((status, errors.as_str()), (Some(0), ""));
    assert_eq!(records.len(), 1);
    assert_eq!((&records[0]["record"], &records[0]["verified"]), (&"summary".into(), &1.into()));
}

#[test]
fn head_is_answered_and_other_methods_are_not() {
    let listener = Listener::start::<&str>([]);
    let ask = |method: &str| {
        listener
            .send(format!("{method} / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").as_bytes())
    };
    let head = ask("HEAD");
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    for method in ["GET", "PUT", "DELETE", "OPTIONS", "PATCH"] {
        let answer = ask(method);
        assert_eq!(answer.status, 405, "{method}");
        assert!(answer.head.contains("allow: head, post"), "{answer:?}");
    }
}

#[test]
fn what_is_not_signed_is_refused_and_told_why() {
    let listener = Listener::start::<&str>([]);
    let body = notification("notif_1");
    let right = signature(&body);
    let by_another = format!("sha1={}", openssl::hmac("-sha1", b"another", &body));
    for (headers, code) in [
        (String::new(), "signature-missing"),
        (format!("X-Hub-Signature: {by_another}\r\n"), "signature-mismatch"),
        (format!("X-Hub-Signature: {}\r\n", &right[5..]), "signature-malformed"),
        ("X-Hub-Signature: sha1=\r\n".to_owned(), "signature-malformed"),
        (
            format!("X-Hub-Signature: {right}\r\nX-Hub-Signature: {by_another}\r\n"),
            "signature-conflicting",
        ),
    ] {
        let answer = listener.send(&post(&headers, &body));
        assert_eq!(answer.status, 401, "{headers}");
        let document = answer.json();
        assert_eq!(document["received"], false);
        assert_eq!(document["error"]["code"], code, "{document}");
        let message = document["error"]["message"].as_str().expect("a sentence");
        assert!(message.len() > 10 && !message.contains('\n'), "{message}");
        let record = listener.record();
        assert_eq!((&record["verdict"], &record["status"]), (&"refused".into(), &401.into()));
        assert_eq!(record["reason"]["code"], code);
        assert!(record["reason"]["hint"].is_string(), "{record}");
        // Whoever reads it could forge the next request.
        let told = format!("{}{}{record}", answer.head, answer.body);
        assert!(!told.contains(&right[5..]), "{told}");
    }
    let empty = listener.send(&post(&format!("X-Hub-Signature: {right}\r\n"), b""));
    assert_eq!((empty.status, &empty.json()["error"]["code"]), (401, &"payload-empty".into()));
}

#[test]
fn each_of_intercoms_signatures_is_verified_with_its_secret() {
    let body = notification("notif_1");
    let by = |secret: &str| openssl::hmac("-sha256", secret.as_bytes(), &body);
    let body_signature = format!("X-Body-Signature: {}\r\n", by(SECRET));
    let fin = format!("X-Fin-Agent-API-Webhook-Signature: sha256={}\r\n", by("fin"));
    let fin_by_client = format!("X-Fin-Agent-API-Webhook-Signature: sha256={}\r\n", by(SECRET));
    let without = Listener::start::<&str>([]);
    let with = Listener::start_with::<&str>([], &[("INTERCOM_FIN_WEBHOOK_SECRET", "fin")]);
    for (listener, headers, status, code) in [
        (&without, &body_signature, 200, None),
        (&with, &body_signature, 200, None),
        (&with, &fin, 200, None),
        (&with, &fin_by_client, 401, Some("signature-mismatch")),
        (&without, &fin, 401, Some("secret-missing")),
        (&without, &fin_by_client, 401, Some("secret-missing")),
    ] {
        let answer = listener.send(&post(headers, &body));
        assert_eq!(answer.status, status, "{headers}: {answer:?}");
        let told = answer.json()["error"]["code"].as_str().map(str::to_owned);
        assert_eq!(told.as_deref(), code);
    }
}

#[test]
fn deliveries_of_the_old_and_the_new_secret_are_verified_while_one_is_replaced() {
    let listener = Listener::start_with(
        ["--secret-env", "OLD", "--secret-env", "NEW"],
        &[("OLD", "old secret"), ("NEW", SECRET)],
    );
    for (id, secret, status) in
        [("notif_1", SECRET, 200), ("notif_2", "old secret", 200), ("notif_3", "another", 401)]
    {
        let body = notification(id);
        let value = openssl::hmac("-sha1", secret.as_bytes(), &body);
        let answer = listener.send(&post(&format!("X-Hub-Signature: sha1={value}\r\n"), &body));
        assert_eq!(answer.status, status, "{id}");
    }
}

#[test]
fn one_changed_byte_is_refused() {
    let listener = Listener::start::<&str>([]);
    let request = delivery(&notification("notif_1"));
    let start = request.len() - notification("notif_1").len();
    for at in [start, start + 40, request.len() - 1] {
        let mut changed = request.clone();
        changed[at] ^= 1;
        assert_eq!(listener.send(&changed).status, 401, "{at}");
    }
    assert_eq!(listener.send(&request).status, 200);
}

#[test]
fn a_duplicate_is_acknowledged_and_shown_as_one() {
    let listener = Listener::start::<&str>([]);
    let again = String::from_utf8(notification("notif_1")).expect("text");
    let again = again.replace("\"delivery_attempts\":1", "\"delivery_attempts\":2");
    let bodies = [notification("notif_1"), again.into_bytes(), notification("notif_2")];
    let verdicts = ["verified", "duplicate", "verified"];
    for (body, verdict) in bodies.iter().zip(verdicts) {
        assert_eq!(listener.deliver(body).body, r#"{"received":true}"#);
        let record = listener.record();
        assert_eq!(record["verdict"], verdict);
        assert_eq!(record["duplicate"], verdict == "duplicate");
    }
    let (_, records, _) = listener.stop();
    assert_eq!((&records[0]["verified"], &records[0]["duplicates"]), (&2.into(), &1.into()));
}

#[test]
fn a_forged_delivery_does_not_make_the_true_one_a_duplicate() {
    let listener = Listener::start::<&str>([]);
    let body = notification("notif_1");
    let forged = format!("X-Hub-Signature: sha1={}\r\n", "0".repeat(40));
    assert_eq!(listener.send(&post(&forged, &body)).status, 401);
    assert_eq!(listener.record()["verdict"], "refused");
    assert_eq!(listener.deliver(&body).status, 200);
    assert_eq!(listener.record()["verdict"], "verified");
}

#[test]
fn deliveries_without_an_id_are_never_duplicates() {
    let listener = Listener::start::<&str>([]);
    for body in [br#"{"topic":"ping"}"#.as_slice(), br#"{"topic":"ping"}"#, b"{}", b"{}"] {
        assert_eq!(listener.deliver(body).status, 200);
        assert_eq!(listener.record()["verdict"], "verified");
    }
}

#[test]
fn many_requests_go_over_one_connection() {
    let listener = Listener::start::<&str>([]);
    let keep = |id: &str| {
        String::from_utf8(delivery(&notification(id)))
            .expect("text")
            .replace("Connection: close\r\n", "")
    };
    let unsigned = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}";
    let all = format!("{}{unsigned}{}", keep("notif_1"), keep("notif_2"));
    let last = delivery(&notification("notif_3"));
    let answers = exchange(listener.address(), &[all.as_bytes(), &last].concat());
    let answers = String::from_utf8(answers).expect("text");
    let statuses: Vec<_> =
        answers.match_indices("HTTP/1.1 ").map(|(at, _)| &answers[at + 9..at + 12]).collect();
    assert_eq!(statuses, ["200", "401", "200", "200"]);
}

#[test]
fn people_get_a_line_for_each_delivery_that_cannot_steer_the_terminal() {
    // Over a pipe, so without colours.
    let tool = Tool::new(["listen", "--port", "0", "--exit-after", "2"]);
    let (port, run) = human(tool, |port| {
        let token = tokens::token(&mut Random::new(5));
        let body = format!(
            r#"{{"topic":"a\u001b[2J\u202e{token}","id":"notif_1","delivery_attempts":3}}"#
        );
        let mut answers = exchange(port, &delivery(body.as_bytes()));
        answers.extend(exchange(port, &post("", b"{}")));
        answers.extend(exchange(port, &delivery(b"not json")));
        (answers, token)
    });
    let ((answers, token), run) = (port, run.expect(1));
    assert_eq!(String::from_utf8(answers).expect("text").matches("HTTP/1.1 200").count(), 2);
    let lines: Vec<_> = run.1.lines().collect();
    assert_eq!(lines.len(), 5, "{lines:?}");
    assert!(lines[1].contains("Z verified   a\\u{1b}[2J\\u{202e}"), "{lines:?}");
    assert!(lines[1].ends_with("  notif_1  attempt 3"), "{lines:?}");
    assert!(
        lines[2].contains("Z refused    401: the headers hold no X-Hub-Signature"),
        "{lines:?}"
    );
    assert!(lines[3].contains("Z verified   (no topic)  (no id)"), "{lines:?}");
    assert_eq!(lines[4], "2 verified, 1 refused");
    assert!(!run.1.contains(&token));
}

/// A finished run for people.
struct Human(i32, String);

impl Human {
    #[track_caller]
    fn expect(self, status: i32) -> Self {
        assert_eq!(self.0, status, "{}", self.1);
        self
    }
}

/// Runs the program with its output in a file, and talks to it on its port.
fn human<T>(tool: Tool, talk: impl FnOnce(std::net::SocketAddr) -> T) -> (T, Human) {
    let directory = tempfile::TempDir::new().expect("a directory");
    let path = directory.path().join("out");
    let file = std::fs::File::create(&path).expect("a file");
    let tool = tool.env("INTERCOM_WEBHOOK_SECRET", SECRET).stdout(file);
    let running = std::thread::spawn(move || tool.run().status());
    let first = loop {
        let text = std::fs::read_to_string(&path).expect("text");
        if let Some((first, _)) = text.split_once('\n') {
            break first.to_owned();
        }
        std::thread::yield_now();
    };
    let address = first.strip_prefix("listening on http://").expect("the first line");
    let result = talk(address.parse().expect("an address"));
    let status = running.join().expect("it ends");
    (result, Human(status, std::fs::read_to_string(&path).expect("text")))
}

#[test]
fn a_port_in_use_is_told_with_a_way_out() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let run = Tool::new(["listen", "--port", &port]).env("INTERCOM_WEBHOOK_SECRET", "s").run();
    let run = run.expect(2);
    assert!(run.stderr().contains("error: cannot listen on 127.0.0.1:"), "{}", run.stderr());
    assert!(run.stderr().contains("hint: stop the program that uses the port"), "{}", run.stderr());
    let run = Tool::new(["listen", "--format", "ndjson", "--port", &port])
        .env("INTERCOM_WEBHOOK_SECRET", "s")
        .run()
        .expect(2);
    assert_eq!(run.json()["error"]["code"], "port-in-use");
}

#[test]
fn listening_beyond_this_machine_is_warned_of() {
    let listener = Listener::start(["--host", "0.0.0.0"]);
    assert_eq!(listener.deliver(&notification("notif_1")).status, 200);
    let (status, _, errors) = listener.stop();
    assert_eq!(status, Some(0));
    assert!(errors.contains("note: this address is not this machine's own"), "{errors}");
}

#[test]
fn wrong_arguments_are_refused() {
    for arguments in [
        ["--host", "shop.example"],
        ["--port", "70000"],
        ["--max-body", "0"],
        ["--max-body", "2GiB"],
        ["--max-body", "lots"],
        ["--exit-after", "0"],
        ["--settings-origin", "*"],
        ["--settings-app-id", "abcd1234"],
        ["--bearer-key-env", "OTHER"],
        ["--forward-timeout", "0"],
    ] {
        let run = Tool::new(["listen"].iter().chain(&arguments))
            .env("INTERCOM_WEBHOOK_SECRET", "s")
            .run()
            .expect(2);
        assert_eq!(run.stdout(), "", "{arguments:?}");
    }
    let run = Tool::new(["listen", "--port", "0"]).run().expect(2);
    assert!(run.stderr().contains("error: no client secret was given"), "{}", run.stderr());
}

#[test]
fn of_several_signatures_each_has_to_match() {
    let body = notification("notif_1");
    let by = |secret: &str, body: &[u8]| openssl::hmac("-sha256", secret.as_bytes(), body);
    let hub = format!("X-Hub-Signature: {}\r\n", signature(&body));
    let right = format!("X-Body-Signature: {}\r\n", by(SECRET, &body));
    let wrong = format!("X-Body-Signature: {}\r\n", by(SECRET, b"another"));
    let fin = format!("X-Fin-Agent-API-Webhook-Signature: sha256={}\r\n", by("fin", &body));
    let wrong_fin = fin.replace(&by("fin", &body), &by(SECRET, &body));
    let one = Listener::start::<&str>([]);
    let both = Listener::start_with::<&str>([], &[("INTERCOM_FIN_WEBHOOK_SECRET", "fin")]);
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(&file, SECRET).expect("a file");
    let for_all = Listener::start(["--secret-file".as_ref(), file.path().as_os_str()]);
    for (listener, headers, message) in [
        (&one, format!("{hub}{right}"), None),
        (&one, format!("{hub}{wrong}"), Some("X-Body-Signature does not match the body")),
        (&one, format!("{wrong}{hub}"), Some("X-Body-Signature does not match the body")),
        (&one, format!("{hub}{wrong_fin}"), None),
        (&for_all, format!("{hub}{fin}"), None),
        (&both, format!("{hub}{right}{fin}"), None),
        (
            &both,
            format!("{hub}{wrong_fin}"),
            Some("X-Fin-Agent-API-Webhook-Signature does not match the body"),
        ),
        (
            &one,
            format!("{hub}X-Body-Signature: 00\r\n"),
            Some("the signature has 2 characters where 64 hex digits belong"),
        ),
    ] {
        let answer = listener.send(&post(&headers, &body));
        assert_eq!(answer.status, if message.is_some() { 401 } else { 200 }, "{headers}");
        assert_eq!(answer.json()["error"]["message"].as_str(), message, "{headers}");
    }
}

/// As `verify-webhook` does: given as both kinds, one secret has to have made the signatures of both.
#[test]
fn one_secret_given_as_both_kinds_verifies_both() {
    let body = notification("notif_1");
    let by = |secret: &str| openssl::hmac("-sha256", secret.as_bytes(), &body);
    let hub = format!("X-Hub-Signature: {}\r\n", signature(&body));
    let fin = |secret| format!("X-Fin-Agent-API-Webhook-Signature: sha256={}\r\n", by(secret));
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(&file, SECRET).expect("a file");
    let path = file.path().as_os_str();
    let listener = Listener::start([
        "--secret-file".as_ref(),
        path,
        "--fin-secret-file".as_ref(),
        path,
        "--keep-duplicates".as_ref(),
    ]);
    for (secret, status) in [(SECRET, 200), ("fin", 401)] {
        let answer = listener.send(&post(&format!("{hub}{}", fin(secret)), &body));
        assert_eq!(answer.status, status, "{secret}");
    }
}
