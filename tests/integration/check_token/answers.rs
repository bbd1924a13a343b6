//! What each answer means.

use std::sync::mpsc;
use std::time::Duration;

use serde_json::json;

use super::{ADMIN, check, token};
use crate::support::server::{Server, Stream, answer, wait_for_the_end};

fn error_list(code: &str, message: &str) -> String {
    json!({"type": "error.list", "request_id": null,
        "errors": [{"code": code, "message": message}]})
    .to_string()
}

#[test]
fn every_answer_has_its_verdict_and_exit_status() {
    const LIMIT: &[(&str, &str)] = &[("X-RateLimit-Limit", "10000"), ("Retry-After", "0")];
    let list = |code| error_list(code, "no");
    let scope = error_list("forbidden", "You do not have the required scope (read_single_admin)");
    let address = error_list("x", "Your IP address is not on the allowlist for API access");
    let html = "<html><title>Sign in</title></html>".to_owned();
    for (status, headers, body, exit, verdict, code) in [
        (200, &[][..], ADMIN.to_owned(), 0, "live", "admin"),
        (200, &[], r#"{"type":"admin","app":null}"#.to_owned(), 0, "live", "admin"),
        (200, &[], r#"{"type":"user"}"#.to_owned(), 2, "live", "not-an-admin"),
        (200, &[], "{}".to_owned(), 2, "unknown", "answer-unexpected"),
        (200, &[], html.clone(), 2, "unknown", "answer-not-json"),
        (200, &[], ADMIN[..40].to_owned(), 2, "unknown", "answer-not-json"),
        (200, &[], String::new(), 2, "unknown", "answer-not-json"),
        (204, &[], String::new(), 2, "unknown", "unexpected-status"),
        (401, &[], list("unauthorized"), 1, "dead", "unauthorized"),
        (401, &[], list("token_not_found"), 1, "dead", "token-not-found"),
        (401, &[], list("token_revoked"), 1, "dead", "token-revoked"),
        (401, &[], list("token_blocked"), 1, "dead", "token-blocked"),
        (401, &[], list("token_expired"), 1, "dead", "token-expired"),
        (401, &[], list("token_suspended"), 1, "dead", "token-suspended"),
        (401, &[], list("token_unauthorized"), 2, "unknown", "token-unauthorized"),
        (401, LIMIT, list("token_unauthorized"), 2, "unknown", "token-unauthorized"),
        (401, &[], list("brand_new"), 2, "unknown", "refusal-unknown"),
        (401, &[], html.clone(), 2, "unknown", "refusal-unknown"),
        (403, &[], scope, 2, "live", "scope-missing"),
        (403, &[], address, 2, "live", "address-not-allowed"),
        (403, &[], list("api_plan_restricted"), 2, "live", "plan-restricted"),
        (403, &[], list("brand_new"), 2, "unknown", "refusal-unknown"),
        (403, &[], html.clone(), 2, "unknown", "refusal-unknown"),
        (400, &[], list("intercom_version_invalid"), 2, "unknown", "intercom-version-invalid"),
        (404, &[], list("not_found"), 2, "unknown", "not-found"),
        (408, LIMIT, list("request_timeout"), 2, "unknown", "request-timeout"),
        (429, LIMIT, list("rate_limit_exceeded"), 2, "unknown", "rate-limited"),
        (500, LIMIT, list("server_error"), 2, "unknown", "server-error"),
        (502, LIMIT, html, 2, "unknown", "server-error"),
        (503, LIMIT, list("service_unavailable"), 2, "unknown", "server-error"),
    ] {
        let server = Server::answers([answer(status, headers, &body)]);
        let run = check(&server.url(), &["--format", "json"]).run();
        let document = run.json();
        let row = format!("{status} {headers:?} {body}: {document}");
        assert_eq!(run.status(), exit, "{row}");
        assert_eq!(document["schema"], "intercom-sec.check-token/1", "{row}");
        assert_eq!(document["verdict"], verdict, "{row}");
        assert_eq!(document["proof_of_admin"], exit == 0, "{row}");
        assert_eq!(document["admin"].is_object(), exit == 0, "{row}");
        assert_eq!(document["reason"]["code"], code, "{row}");
        assert_eq!(document["http_status"], status, "{row}");
        assert_eq!(document["reason"]["hint"].is_string(), exit == 2, "{row}");
        // Whatever the format is, standard error says why there is no "yes".
        let said = run.stderr();
        let label = match verdict {
            _ if exit == 0 => "",
            "unknown" => "error: whether the token is live is unknown: ",
            "live" => "live, but no proof of an admin: ",
            word => word,
        };
        assert!(said.starts_with(label) && said.is_empty() == (exit == 0), "{row} {said}");

        // For people: the word itself, and what to do where there is no verdict.
        let run = check(&server.url(), &[]).run().expect(exit);
        let shown = run.stdout() + &run.stderr();
        assert!(shown.contains(verdict), "{row} {shown}");
        assert_eq!(
            exit == 2,
            shown.contains("hint: ") || shown.contains("next: "),
            "{row} {shown}"
        );
        assert_eq!(run.stdout().is_empty(), verdict == "unknown", "{row}");
    }
}

#[test]
fn the_document_names_workspace_and_admin_and_no_address() {
    let server = Server::answers([answer(200, &[], ADMIN)]);
    let run = check(&server.url(), &["--format", "json"]).run().expect(0);
    let document = run.json();
    assert_eq!(
        document,
        json!({
            "schema": "intercom-sec.check-token/1",
            "version": env!("CARGO_PKG_VERSION"),
            "verdict": "live",
            "proof_of_admin": true,
            "reason": {"code": "admin", "message": "the token of a live admin", "hint": null},
            "workspace": {
                "id": "abcd1234", "name": "Acme", "region": "EU", "identity_verification": true
            },
            "admin": {"id": "814860", "name": "Ada Lovelace", "email_verified": true},
            "host": server.address().to_string(),
            "attempts": 1,
            "http_status": 200,
        })
    );
    assert!(!run.stdout().contains("ada@"));
}

#[test]
fn the_report_names_workspace_and_admin() {
    let server = Server::answers([answer(200, &[], ADMIN)]);
    let run = check(&server.url(), &[]).run().expect(0);
    let report = run.stdout();
    for line in [
        "live: the token of a live admin\n",
        "workspace             Acme\n",
        "workspace id          abcd1234\n",
        "region                EU\n",
        "identity verification on\n",
        "admin                 Ada Lovelace\n",
        "admin's email         verified\n",
    ] {
        assert!(report.contains(line), "{line:?} in {report}");
    }
    assert!(!report.contains("ada@"), "{report}");
    assert_eq!(run.stderr(), "");

    let server = Server::answers([answer(200, &[], r#"{"type":"admin","app":{"name":null}}"#)]);
    let report = check(&server.url(), &[]).run().expect(0).stdout();
    assert_eq!(report.matches("unknown").count(), 6, "{report}");
}

#[test]
fn quiet_leaves_the_exit_status_and_errors() {
    let server = Server::answers([answer(200, &[], ADMIN)]);
    let run = check(&server.url(), &["--quiet"]).run().expect(0);
    assert_eq!((run.stdout().as_str(), run.stderr().as_str()), ("", ""));
    let server = Server::answers([answer(200, &[], "<html>")]);
    let run = check(&server.url(), &["--quiet"]).run().expect(2);
    assert_eq!(run.stdout(), "");
    assert!(run.stderr().contains("error: ") && run.stderr().contains("hint: "));
}

#[test]
fn text_of_the_server_cannot_steer_the_terminal() {
    let body = json!({"type": "admin", "name": "A\u{1b}[2J\n\u{202e}B", "app": {"name": "\u{7}"}});
    let server = Server::answers([answer(200, &[], &body.to_string())]);
    let report = check(&server.url(), &[]).run().expect(0).stdout();
    assert!(report.contains(r"A\u{1b}[2J\n\u{202e}B"), "{report}");
    assert!(!report.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{report}");
}

#[test]
fn an_endless_answer_is_cut_off() {
    for head in [
        "HTTP/1.1 200 x\r\ncontent-length: 1073741824\r\n\r\n",
        "HTTP/1.1 200 x\r\nconnection: close\r\n\r\n",
        "HTTP/1.1 401 x\r\ntransfer-encoding: chunked\r\n\r\n",
    ] {
        let (sent, amount) = mpsc::channel();
        let server = Server::http(move |stream: &mut dyn Stream, _, _: &str| {
            let mut total = 0_u64;
            let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
            let _ = stream.write_all(head.as_bytes());
            while total < 1 << 30 && stream.write_all(chunk.as_bytes()).is_ok() {
                total += chunk.len() as u64;
            }
            let _ = sent.send(total);
        });
        let run = check(&server.url(), &["--format", "json"]).run().expect(2);
        assert_eq!(run.json()["verdict"], "unknown");
        assert!(run.stdout().contains("longer than 1024 KiB"), "{}", run.stdout());
        // What was under way when the client closed: the buffers of both ends.
        let total = amount.recv_timeout(Duration::from_secs(20)).expect("the server ends");
        assert!(total < 64 << 20, "{total} bytes were taken");
        assert_eq!(server.connections(), 1);
    }
}

#[test]
fn a_body_that_never_comes_runs_into_the_timeout() {
    for head in ["", "HTTP/1.1 200 x\r\ncontent-length: 50\r\n\r\n{\"type\":\"admin\""] {
        let server = Server::http(move |stream: &mut dyn Stream, _, _: &str| {
            let _ = stream.write_all(head.as_bytes());
            wait_for_the_end(stream);
        });
        let run = check(&server.url(), &["--timeout", "0.3", "--retries", "0"]).run().expect(2);
        assert!(run.stderr().contains("no complete answer within 0.3 s"), "{}", run.stderr());
        assert!(run.stderr().contains("hint: "), "{}", run.stderr());
        assert_eq!(run.stdout(), "");
    }
}

#[test]
fn a_body_that_trickles_in_runs_into_the_timeout() {
    let server = Server::http(|stream: &mut dyn Stream, _, _: &str| {
        let _ = stream.write_all(b"HTTP/1.1 200 x\r\ncontent-length: 200\r\n\r\n");
        for _ in 0..200 {
            let _ = stream.write_all(b" ");
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    let run = check(&server.url(), &["--timeout", "0.3", "--retries", "0"]).run().expect(2);
    assert!(run.stderr().contains("no complete answer within 0.3 s"), "{}", run.stderr());
}

#[test]
fn a_server_that_repeats_the_token_cannot_make_it_shown() {
    let token = token();
    let stem = token.trim_end_matches('=').to_owned();
    let upper = stem.to_uppercase();
    let escaped = token.replace('=', "%3D").replace('d', "%64");
    for echo in [token.clone(), stem.clone(), escaped.clone(), format!("a{token}"), upper.clone()] {
        let list = error_list("forbidden", &echo);
        let location = format!("https://{stem}.example.com/{stem}");
        for (status, body) in [
            (
                200,
                json!({"type": "admin", "id": echo, "name": echo,
                "app": {"name": echo, "id_code": echo, "region": echo}})
                .to_string(),
            ),
            (200, json!({ "type": echo }).to_string()),
            (302, echo.clone()),
            (401, error_list(&echo, &echo)),
            (403, list.clone()),
            (500, error_list(&echo, &echo)),
        ] {
            let headers =
                [("Location", location.as_str()), ("X-Token", &echo), ("Retry-After", "0")];
            let server = Server::answers([answer(status, &headers, &body)]);
            for format in ["human", "json"] {
                let run = check(&server.url(), &["--format", format, "--color", "always"]).run();
                let shown = (run.stdout() + &run.stderr()).to_uppercase();
                assert!(!shown.contains(&upper), "{status} {body}: {shown}");
                assert!(!shown.contains(&escaped.to_uppercase()), "{status} {body}: {shown}");
            }
        }
    }
}
