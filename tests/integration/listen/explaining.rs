//! Why a delivery does not match, shown beside the work.

use std::io::Write as _;

use serde_json::Value;

use crate::support::listener::{Listener, SECRET, connect, notification, post, signature};
use crate::support::openssl;
use crate::support::tokens;

fn codes(record: &Value) -> Vec<&str> {
    let causes = record["reason"]["causes"].as_array().expect("causes");
    causes.iter().filter_map(|cause| cause["code"].as_str()).collect()
}

#[test]
fn the_cause_of_a_mismatch_is_named_as_verify_webhook_names_it() {
    let listener = Listener::start::<&str>([]);
    let body = String::from_utf8(notification("notif_1")).expect("text");
    let value: Value = serde_json::from_str(&body).expect("JSON");
    let pretty = serde_json::to_string_pretty(&value).expect("JSON");
    let spaced = body.replace("\":", "\": ").replace(",\"", ", \"");
    let hub = format!("X-Hub-Signature: {}\r\n", signature(body.as_bytes()));
    let by = |key: &str| {
        let digest = openssl::hmac("-sha1", key.as_bytes(), body.as_bytes());
        format!("X-Hub-Signature: sha1={digest}\r\n")
    };
    for (headers, sent, certainty, expected) in [
        (&hub, format!("{body}\n"), "proven", vec!["final-newline-added"]),
        (&hub, format!("\u{feff}{body}"), "proven", vec!["bom-added"]),
        (&hub, spaced, "proven", vec!["reserialised"]),
        (&hub, tokens::base64(body.as_bytes()), "proven", vec!["body-base64"]),
        (&by(&format!("{SECRET}\n")), body.clone(), "proven", vec!["signer-secret-white-space"]),
        (
            &by(&format!("{SECRET}\n")),
            format!("{body}\n"),
            "proven",
            vec!["final-newline-added", "signer-secret-white-space"],
        ),
        (&hub, pretty.replace('\n', "\r\n"), "proven", vec!["keys-sorted"]),
        (&by("another"), body.clone(), "unknown", vec![]),
    ] {
        let answer = listener.send(&post(headers, sent.as_bytes()));
        // The sender learns nothing of it.
        assert_eq!(answer.status, 401);
        assert_eq!(answer.json()["error"]["message"], "the signature does not match the body");
        let record = listener.record();
        assert_eq!(record["verdict"], "refused", "{record}");
        assert_eq!(record["reason"]["certainty"], certainty, "{record}");
        assert_eq!(codes(&record), expected, "{record}");
        assert!(!record.to_string().contains(&signature(sent.as_bytes())[5..]), "{record}");
    }
    let (status, records, _) = listener.stop();
    assert_eq!((status, &records[0]["refused"]), (Some(0), &8.into()));
}

#[test]
fn of_a_flood_of_mismatches_every_one_is_answered_and_shown_and_some_are_explained() {
    const CONNECTIONS: usize = 40;
    let listener = Listener::start::<&str>([]);
    // Long enough to keep the search busy.
    let mut body = b"{\"a\":[".to_vec();
    while body.len() < 700_000 {
        body.extend_from_slice(b"\"<p>x/y</p>\",");
    }
    body.extend_from_slice(b"1]}");
    let forged = post(&format!("X-Hub-Signature: {}\r\n", signature(b"another")), &body);
    let mut streams: Vec<_> = (0..CONNECTIONS).map(|_| connect(listener.address())).collect();
    for stream in &mut streams {
        stream.write_all(&forged).expect("it reads");
    }
    // In their midst a right one gets its answer, and every wrong one too.
    assert_eq!(listener.deliver(&notification("notif_1")).status, 200);
    for mut stream in streams {
        let mut answer = String::new();
        std::io::Read::read_to_string(&mut stream, &mut answer).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    }
    // The cause of one is found, however long that takes.
    let mut records = Vec::new();
    while records.last().is_none_or(|record: &Value| !record["reason"]["certainty"].is_string()) {
        records.push(listener.record());
    }
    let (status, rest, _) = listener.stop();
    assert_eq!(status, Some(0));
    records.extend(rest);
    let summary = records.last().expect("a summary");
    assert_eq!((&summary["verified"], &summary["refused"]), (&1.into(), &CONNECTIONS.into()));
    assert!(
        records
            .iter()
            .all(|record| record["verdict"] != "refused" || record["reason"]["hint"].is_string())
    );
}

/// Whoever asks it to stop does not wait for explanations that take long.
#[test]
fn the_end_comes_while_causes_are_looked_for() {
    let listener = Listener::start::<&str>([]);
    let mut body = b"{\"a\":[".to_vec();
    while body.len() < 1_000_000 {
        body.extend_from_slice(b"\"<p>x/y</p>\",");
    }
    body.extend_from_slice(b"1]}");
    let forged = post(&format!("X-Hub-Signature: {}\r\n", signature(b"another")), &body);
    for _ in 0..6 {
        assert_eq!(listener.send(&forged).status, 401);
    }
    let (status, records, errors) = listener.stop();
    assert_eq!((status, errors.as_str()), (Some(0), ""));
    assert_eq!(records.last().expect("a summary")["refused"], 6);
    assert_eq!(records.last().expect("a summary")["complete"], true);
}
