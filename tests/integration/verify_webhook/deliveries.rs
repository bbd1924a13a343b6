//! Saved deliveries, one or many: requests, HAR, NDJSON, directories.

use std::fs;

use serde_json::{Value, json};

use super::{Case, NOTIFICATION, SECRET, UNICODE, UNICODE_BODY, assert_fails, header};
use crate::support::tokens;

const SECRETS: [(&str, &str); 2] =
    [("INTERCOM_WEBHOOK_SECRET", SECRET), ("INTERCOM_FIN_WEBHOOK_SECRET", "fin-secret")];

/// A notification with its own id, time and attempt.
fn notification(id: &str, created_at: i64, attempt: i64) -> String {
    NOTIFICATION
        .replace("notif_00000000-0000-4000-8000-000000000001", id)
        .replace("\"created_at\":1700000000", &format!("\"created_at\":{created_at}"))
        .replace("\"delivery_attempts\":1", &format!("\"delivery_attempts\":{attempt}"))
}

fn request(header: &str, body: &str) -> String {
    let length = body.len();
    format!("POST /hook HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n{header}\r\n\r\n{body}")
}

fn signed(body: &str) -> String {
    request(&header("hub", SECRET.as_bytes(), body.as_bytes()), body)
}

fn json(case: &Case, payload: &str, status: i32) -> Value {
    let mut tool = case.bare(&[payload, "--format", "json"]);
    for (name, secret) in SECRETS {
        tool = tool.env(name, secret);
    }
    tool.run().expect(status).json()
}

#[test]
fn a_saved_request_needs_nothing_beside_it() {
    let case = Case::new("");
    for (saved, status) in [
        (signed(NOTIFICATION), 0),
        (signed(NOTIFICATION).replace("\r\n", "\n"), 0),
        (signed(NOTIFICATION).replace("POST /hook HTTP/1.1", "POST https://a/b HTTP/2"), 0),
        (format!("\r\n{}", signed(UNICODE_BODY)), 0),
        (signed(NOTIFICATION) + "\n", 1),
        (signed(NOTIFICATION).replace("contact.created", "contact.deleted"), 1),
        (request("X: y", NOTIFICATION), 2),
    ] {
        case.file("saved.http", &saved);
        case.tool(&[]).run().expect(2);
        let run = case.bare(&["saved.http"]).env("INTERCOM_WEBHOOK_SECRET", SECRET).run();
        let run = run.expect(status);
        if status == 1 && saved.ends_with('\n') {
            assert!(run.stderr().contains("Content-Length states"), "{}", run.stderr());
            assert!(run.stderr().contains("line ending that was not signed"), "{}", run.stderr());
        }
        let stdin = case.bare(&["-"]).env("INTERCOM_WEBHOOK_SECRET", SECRET).stdin(saved);
        stdin.run().expect(status);
    }
    let run = case.bare(&["saved.http", "--input", "har"]).env("INTERCOM_WEBHOOK_SECRET", SECRET);
    assert_fails(run.run(), "PAYLOAD is not an HTTP archive", "--input");
}

#[test]
fn a_chunked_body_is_joined_and_a_short_one_is_named() {
    let case = Case::new("");
    let line = header("hub", SECRET.as_bytes(), NOTIFICATION.as_bytes());
    let (first, second) = NOTIFICATION.split_at(100);
    let chunks =
        format!("{:x}\r\n{first}\r\n{:X};x\r\n{second}\r\n0\r\n\r\n", first.len(), second.len());
    let head = format!("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n{line}\r\n\r\n");
    case.file("saved.http", format!("{head}{chunks}"));
    case.bare(&["saved.http"]).env("INTERCOM_WEBHOOK_SECRET", SECRET).run().expect(0);
    // A receiver may have joined them before it saved them.
    case.file("saved.http", format!("{head}{NOTIFICATION}"));
    let run = case.bare(&["saved.http"]).env("INTERCOM_WEBHOOK_SECRET", SECRET).run().expect(0);
    assert!(run.stderr().contains("it was taken as it is"), "{}", run.stderr());
    let saved = signed(NOTIFICATION);
    case.file("saved.http", &saved[..saved.len() - 10]);
    let run = case.bare(&["saved.http"]).env("INTERCOM_WEBHOOK_SECRET", SECRET).run().expect(1);
    assert!(run.stderr().contains("probably the body breaks off"), "{}", run.stderr());
}

#[test]
fn a_directory_is_judged_file_by_file() {
    let case = Case::new("");
    let directory = case.0.path().join("saved");
    fs::create_dir(&directory).expect("a directory");
    let save = |name: &str, content: &str| {
        fs::write(directory.join(name), content).expect("a file");
    };
    save("1.http", &signed(&notification("notif_a", 10, 1)));
    save("2.http", &signed(&notification("notif_b", 30, 1)));
    save("3.http", &signed(&notification("notif_c", 20, 1)));
    save("4.http", &signed(&notification("notif_a", 10, 1)));
    save("5.http", &signed(&notification("notif_b", 30, 2)));
    let fin = header("fin", b"fin-secret", NOTIFICATION.as_bytes());
    save("6.http", &request(&fin, NOTIFICATION));
    save("notes.txt", "not a delivery");
    let report = json(&case, "saved", 0);
    assert_eq!(report["verdict"], "match");
    let expected = json!({
        "deliveries": 6, "matching": 6, "mismatching": 0, "unreadable": 0, "duplicates": 1,
        "repeated_attempts": 1, "out_of_order": 1, "ignored": 1,
    });
    assert_eq!(report["summary"], expected);
    let remark = |index: usize| report["deliveries"][index]["remarks"][0]["text"].clone();
    assert_eq!(remark(2), "out of order: made before 2.http");
    assert_eq!(remark(3), "duplicate of 1.http");
    assert_eq!(remark(4), "attempt 2 of 2.http");
    assert_eq!(report["deliveries"][5]["scheme"], "fin");

    save("7.http", "nonsense");
    let report = json(&case, "saved", 2);
    assert_eq!(report["verdict"], "incomplete");
    assert_eq!(report["deliveries"][6]["verdict"], "unreadable");
    save("8.http", &(signed(NOTIFICATION) + "\n"));
    let report = json(&case, "saved", 1);
    assert_eq!(report["verdict"], "mismatch");
    assert_eq!(report["deliveries"][7]["causes"][0]["code"], "final-newline-added");

    let mut tool = case.bare(&["saved"]);
    for (name, secret) in SECRETS {
        tool = tool.env(name, secret);
    }
    let shown = tool.run().expect(1).stdout();
    assert!(shown.contains("match       1.http  contact.created  notif_a\n"), "{shown}");
    assert!(shown.contains("unreadable  7.http: it is not a saved HTTP request"), "{shown}");
    assert!(shown.ends_with(
        "8 deliveries: 6 match, 1 do not, 1 unreadable; 1 duplicate; 1 repeated attempt; \
         1 out of order; 1 other left out\n"
    ));
}

#[test]
fn an_unverified_delivery_says_nothing_about_the_others() {
    let case = Case::new("");
    let directory = case.0.path().join("saved");
    fs::create_dir(&directory).expect("a directory");
    let forged = signed(NOTIFICATION).replace("1700000000", "1900000000");
    fs::write(directory.join("1.http"), forged).expect("a file");
    fs::write(directory.join("2.http"), signed(NOTIFICATION)).expect("a file");
    let report = json(&case, "saved", 1);
    assert_eq!(report["deliveries"][1]["remarks"], json!([]));
}

#[test]
fn a_delivery_whose_secret_is_absent_is_unreadable() {
    let case = Case::new("");
    let fin = header("fin", b"fin-secret", NOTIFICATION.as_bytes());
    let lines = format!(
        "{}\n{}\n",
        line(&signed_line(NOTIFICATION), NOTIFICATION),
        line(&fin, NOTIFICATION)
    );
    case.file("saved.ndjson", lines);
    let tool = case.bare(&["saved.ndjson"]).env("INTERCOM_WEBHOOK_SECRET", SECRET);
    let shown = tool.run().expect(2).stdout();
    assert!(shown.contains("line 2: no Fin Agent API webhook secret was given"), "{shown}");
    assert!(shown.contains("2 deliveries: 1 match, 0 do not, 1 unreadable"), "{shown}");
}

fn signed_line(body: &str) -> String {
    header("hub", SECRET.as_bytes(), body.as_bytes())
}

fn line(header: &str, body: &str) -> Value {
    let (name, value) = header.split_once(": ").expect("a header");
    json!({ "headers": { "host": "a", name: value }, "body": body })
}

#[test]
fn ndjson_holds_headers_in_any_shape_and_bodies_as_text_or_base64() {
    let case = Case::new("");
    let (name, value) = ("X-Hub-Signature", UNICODE);
    let body = UNICODE_BODY;
    let encoded = tokens::base64(body.as_bytes());
    let lines = [
        json!({ "headers": { name: value }, "body": body }),
        json!({ "headers": { name: [value] }, "body": body, "name": "second" }),
        json!({ "headers": [[name, value]], "body_base64": encoded }),
        json!({ "headers": [{ "name": name, "value": value }], "body": body }),
    ];
    let text = lines.each_ref().map(ToString::to_string).join("\n\n");
    case.file("saved", &text);
    assert_eq!(json(&case, "saved", 0)["summary"]["matching"], 4);
    for (bad, message) in [
        (json!({ "headers": { name: value } }), "has no body"),
        (json!({ "headers": { name: value }, "body": {} }), "it was parsed"),
        (json!({ "headers": { name: value }, "body": body, "body_base64": encoded }), "both"),
        (json!({ "headers": { name: value }, "body_base64": "%" }), "not base64"),
        (json!({ "headers": 1, "body": body }), "has no headers"),
        (json!({ "headers": { "a": "b\r\nX-Hub-Signature: c" }, "body": body }), "line break"),
        (json!([1]), "is not a JSON object"),
    ] {
        case.file("saved.jsonl", format!("{bad}\n{}", lines[0]));
        let report = json(&case, "saved.jsonl", 2);
        let error = report["deliveries"][0]["error"]["message"].as_str().expect("a message");
        assert!(error.contains(message), "{error}");
        assert_eq!(report["summary"]["matching"], 1);
    }
}

#[test]
fn an_http_archive_is_searched_for_deliveries() {
    let case = Case::new("");
    let entry = |headers: Value, data: Value| json!({ "request": { "method": "POST", "url": "https://a/", "headers": headers, "postData": data, "bodySize": 5 } });
    let signature = json!([{ "name": "x-hub-signature", "value": UNICODE }]);
    let archive =
        |entries: Value| json!({ "log": { "version": "1.2", "entries": entries } }).to_string();
    let encoded = tokens::base64(UNICODE_BODY.as_bytes());
    case.file("a.har", archive(json!([
        entry(signature.clone(), json!({ "mimeType": "application/json", "text": UNICODE_BODY })),
        entry(signature.clone(), json!({ "text": encoded, "encoding": "base64" })),
        { "request": { "method": "GET", "url": "https://a/logo", "headers": [] } },
        entry(json!([]), json!({ "text": "a=b" })),
    ])));
    let report = json(&case, "a.har", 0);
    assert_eq!(report["summary"]["matching"], 2);
    assert_eq!(report["summary"]["ignored"], 2);
    for (bad, message) in [
        (entry(signature.clone(), Value::Null), "without the content"),
        (entry(signature.clone(), json!({ "mimeType": "x" })), "no text of its body"),
        (entry(json!([]), json!({ "text": NOTIFICATION })), "hold no X-Hub-Signature"),
        (json!({ "response": {} }), "has no request"),
    ] {
        case.file("a.har", archive(json!([bad])));
        let report = json(&case, "a.har", 2);
        let error = report["deliveries"][0]["error"]["message"].as_str().expect("a message");
        assert!(error.contains(message), "{error}");
    }
    case.file("a.har", archive(json!([{ "request": { "headers": [] } }])));
    let run = case.bare(&["a.har"]).env("INTERCOM_WEBHOOK_SECRET", SECRET).run();
    assert_fails(run, "there is no delivery in PAYLOAD", "NAME.http");
}

#[test]
fn names_from_a_directory_can_neither_steer_the_terminal_nor_carry_a_token() {
    let case = Case::new("");
    let token = tokens::token(&mut tokens::Random::new(31));
    let directory = case.0.path().join("saved");
    fs::create_dir(&directory).expect("a directory");
    let name = format!("\u{1b}[2J {token}.http");
    fs::write(directory.join(name), "nonsense").expect("a file");
    for format in ["human", "json"] {
        let run = case.tool(&[]).run();
        super::assert_hides(&run, &token);
        let run = case.bare(&["saved", "--format", format]).env("INTERCOM_WEBHOOK_SECRET", "x");
        let run = run.run().expect(2);
        super::assert_hides(&run, &token);
        assert!(!run.stdout().contains('\u{1b}'), "{}", run.stdout());
    }
}

/// Two signatures of one delivery: a receiver may look at either.
#[test]
fn of_several_signatures_each_has_to_match() {
    let case = Case::new("");
    let body = NOTIFICATION.as_bytes();
    let by = |scheme, secret: &str, body: &[u8]| header(scheme, secret.as_bytes(), body);
    let (hub, right) = (by("hub", SECRET, body), by("body", SECRET, body));
    let (wrong_hub, wrong) = (by("hub", "another", body), by("body", SECRET, b"another"));
    let (fin, wrong_fin) = (by("fin", "fin-secret", body), by("fin", SECRET, body));
    let names = ["X-Hub-Signature", "X-Body-Signature", "X-Fin-Agent-API-Webhook-Signature"];
    for (headers, mismatching, matching) in [
        (vec![&hub, &right], None, vec![]),
        (vec![&hub, &right, &fin], None, vec![]),
        (vec![&hub, &wrong], Some(names[1]), vec![names[0]]),
        (vec![&wrong, &hub], Some(names[1]), vec![names[0]]),
        (vec![&wrong_hub, &right], Some(names[0]), vec![names[1]]),
        (vec![&wrong_hub, &wrong], Some(names[0]), vec![]),
        (vec![&hub, &right, &wrong_fin], Some(names[2]), vec![names[0], names[1]]),
    ] {
        let lines: Vec<&str> = headers.iter().map(|line| line.as_str()).collect();
        case.file("saved.http", request(&lines.join("\r\n"), NOTIFICATION));
        let status = i32::from(mismatching.is_some());
        let document = json(&case, "saved.http", status);
        let verdict = if status == 0 { "match" } else { "mismatch" };
        assert_eq!(document["verdict"], verdict, "{lines:?}");
        if let Some(name) = mismatching {
            assert_eq!(document["header"], name, "{lines:?}");
            let expected = if matching.is_empty() { Value::Null } else { json!(matching) };
            assert_eq!(document["matching"], expected, "{lines:?}");
        }
        // The same headers beside the raw body.
        case.file("headers", lines.join("\n"));
        let mut tool = case.bare(&["payload.json", "--headers", "headers"]);
        for (name, secret) in SECRETS {
            tool = tool.env(name, secret);
        }
        case.file("payload.json", NOTIFICATION);
        tool.run().expect(status);
    }
    // One whose secret is not known is told, and one that is no signature is never passed over.
    case.file("saved.http", request(&format!("{hub}\r\n{fin}"), NOTIFICATION));
    let only_client = |arguments: &[&str]| {
        case.bare(&[&["saved.http"], arguments].concat()).env("INTERCOM_WEBHOOK_SECRET", SECRET)
    };
    let run = only_client(&[]).run().expect(0);
    assert!(run.stdout().contains("API-Webhook-Signature was not verified"), "{}", run.stdout());
    let run = only_client(&["--format", "json"]).run().expect(0);
    assert_eq!(run.json()["not_verified"], json!([names[2]]));
    case.file("secret", SECRET);
    case.bare(&["saved.http", "--secret-file", "secret"]).run().expect(0);
    for broken in [format!("{hub}\r\nX-Body-Signature: 00"), format!("{hub}\r\n{wrong_hub}")] {
        case.file("saved.http", request(&broken, NOTIFICATION));
        only_client(&[]).run().expect(2);
    }
}

/// As `listen` does: given as both kinds, one secret has to have made the signatures of both.
#[test]
fn one_secret_given_as_both_kinds_verifies_both() {
    let case = Case::new("");
    case.file("secret", SECRET);
    let body = NOTIFICATION.as_bytes();
    let hub = header("hub", SECRET.as_bytes(), body);
    let right = header("fin", SECRET.as_bytes(), body);
    let wrong = header("fin", b"fin-secret", body);
    let both = ["saved.http", "--secret-file", "secret", "--fin-secret-file", "secret"];
    for (fin, as_any_kind, as_both) in [(right, 0, 0), (wrong, 0, 1)] {
        case.file("saved.http", request(&format!("{hub}\r\n{fin}"), NOTIFICATION));
        case.bare(&both[..3]).run().expect(as_any_kind);
        case.bare(&both).run().expect(as_both);
    }
}

/// `listen` refuses such a request. The stricter verdict is the one of both.
#[test]
fn a_body_that_breaks_off_never_matches() {
    let case = Case::new("");
    let whole = signed(NOTIFICATION);
    let stated = format!("Content-Length: {}", NOTIFICATION.len());
    assert!(whole.contains(&stated));
    let longer = whole.replace(&stated, &format!("Content-Length: {}", NOTIFICATION.len() + 1));
    case.file("saved.http", &longer);
    let run = case.bare(&["saved.http"]).env("INTERCOM_WEBHOOK_SECRET", SECRET).run();
    let run = assert_fails(run, "the body breaks off", "the signature matches the bytes");
    assert!(run.stderr().contains("note: the body breaks off"), "{}", run.stderr());
    let directory = case.0.path().join("saved");
    fs::create_dir(&directory).expect("a directory");
    fs::write(directory.join("1.http"), longer).expect("a file");
    let report = json(&case, "saved", 2);
    assert_eq!(report["deliveries"][0]["error"]["code"], "body-broken");
    assert_eq!(report["summary"]["unreadable"], 1);
}

/// One reader would take the first body or signature, and another the last.
#[test]
fn a_line_with_a_name_twice_is_no_delivery() {
    let case = Case::new("");
    let value = header("hub", SECRET.as_bytes(), NOTIFICATION.as_bytes());
    let (_, value) = value.split_once(": ").expect("a header");
    let body = json!(NOTIFICATION);
    let headers = format!(r#""headers":{{"X-Hub-Signature":"{value}"}}"#);
    let twice = format!(r#""headers":{{"X-Hub-Signature":"sha1=0","X-Hub-Signature":"{value}"}}"#);
    for (line, status) in [
        (format!(r#"{{{headers},"body":{body}}}"#), 0),
        (format!(r#"{{{twice},"body":{body}}}"#), 2),
        (format!(r#"{{{headers},"body":"another","body":{body}}}"#), 2),
    ] {
        case.file("lines.ndjson", line);
        json(&case, "lines.ndjson", status);
    }
}
