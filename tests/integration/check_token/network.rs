//! Retries, redirects, and connections that fail.

use super::{ADMIN, check, token};
use crate::support::server::{CLOSED_PORT, Server, Stream, answer};

#[test]
fn a_passing_failure_is_asked_again() {
    let unlimited = answer(200, &[], ADMIN);
    for (status, header, value) in [
        (429, "Retry-After", "0"),
        (429, "Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT"),
        (429, "X-RateLimit-Reset", "784111777"),
        (408, "Retry-After", "0"),
        (500, "Retry-After", "0"),
        (503, "Retry-After", "0"),
    ] {
        let busy = answer(status, &[(header, value)], "");
        let server = Server::answers([busy.clone(), busy, unlimited.clone()]);
        let run = check(&server.url(), &["--format", "json"]).run().expect(0);
        assert_eq!(run.json()["attempts"], 3, "{status}");
        assert_eq!(server.requests().len(), 3, "{status}");
    }
}

#[test]
fn retries_are_bounded() {
    for (retries, requests) in [("0", 1), ("1", 2), ("2", 3), ("10", 11)] {
        let server = Server::answers([answer(503, &[("Retry-After", "0")], "")]);
        let run = check(&server.url(), &["--retries", retries]).run().expect(2);
        assert_eq!(server.requests().len(), requests);
        assert!(run.stderr().contains(&format!("attempts: {requests}")), "{}", run.stderr());
    }
}

#[test]
fn a_wait_that_is_too_long_is_not_waited() {
    for (header, value) in [("Retry-After", "3600"), ("X-RateLimit-Reset", "99999999999")] {
        let server = Server::answers([answer(429, &[(header, value)], "")]);
        let run = check(&server.url(), &[]).run().expect(2);
        assert_eq!(server.requests().len(), 1);
        assert!(run.stderr().contains("it asks to wait"), "{}", run.stderr());
    }
}

#[test]
fn a_verdict_is_not_asked_for_twice() {
    for status in [200, 302, 400, 401, 403, 404] {
        let server = Server::answers([answer(status, &[("Retry-After", "0")], "{}")]);
        check(&server.url(), &[]).run().expect(2);
        assert_eq!(server.requests().len(), 1, "{status}");
    }
}

#[test]
fn a_redirect_is_not_followed() {
    let elsewhere = Server::trap();
    for status in [301, 302, 303, 307, 308] {
        let location = format!("http://localhost:{}/me", elsewhere.port());
        let server = Server::answers([answer(status, &[("Location", &location)], "")]);
        let run = check(&server.url(), &["--format", "json"]).run().expect(2);
        assert_eq!(run.json()["verdict"], "unknown", "{status}");
        assert_eq!(run.json()["reason"]["code"], "redirect", "{status}");
        assert!(run.stdout().contains("points to localhost"), "{}", run.stdout());
        assert_eq!(server.requests().len(), 1, "{status}");
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[test]
fn a_refused_connection_is_one_clear_error() {
    let base = format!("http://127.0.0.1:{CLOSED_PORT}");
    let run = check(&base, &["--retries", "1"]).run().expect(2);
    assert!(run.stderr().contains("connection refused (attempts: 2)"), "{}", run.stderr());
    assert!(run.stderr().contains("hint: "), "{}", run.stderr());
    let run = check(&base, &["--retries", "0", "--format", "json"]).run().expect(2);
    assert_eq!(run.json()["verdict"], "unknown");
    assert_eq!(run.json()["reason"]["code"], "network-connect");
}

#[test]
fn a_connection_that_breaks_off_is_asked_again() {
    for start in ["", "HTTP/1.1 200 x\r\n", "HTTP/1.1 200 x\r\ncontent-length: 50\r\n\r\n{\"type\""]
    {
        let server = Server::http(move |stream: &mut dyn Stream, index, _: &str| {
            let whole = answer(200, &[], ADMIN);
            let text = if index == 0 { start } else { &whole };
            let _ = stream.write_all(text.as_bytes());
        });
        check(&server.url(), &[]).run().expect(0);
        assert_eq!(server.requests().len(), 2, "{start}");
        let server = Server::answers([start.to_owned()]);
        let run = check(&server.url(), &["--retries", "0"]).run().expect(2);
        assert!(run.stderr().contains("broke off"), "{}", run.stderr());
    }
}

#[test]
fn what_is_not_http_is_one_clear_error() {
    for noise in ["SSH-2.0-OpenSSH_9.6\r\n\r\n", "HTTP/9 200\r\n\r\n", "\0\0\0\0\r\n\r\n"] {
        let server = Server::answers([noise.to_owned()]);
        let run = check(&server.url(), &["--retries", "0"]).run().expect(2);
        assert!(run.stderr().contains("error: no answer from"), "{}", run.stderr());
    }
    let many = "x-a: b\r\n".repeat(100_000);
    let server = Server::answers([format!("HTTP/1.1 200 x\r\n{many}\r\n")]);
    check(&server.url(), &["--retries", "0"]).run().expect(2);
}

#[test]
fn a_proxy_never_sees_plain_http_to_this_machine() {
    let proxy = Server::trap();
    let server = Server::answers([answer(200, &[], ADMIN)]);
    for base in [server.url(), format!("http://localhost:{}", server.port())] {
        let mut tool = check(&base, &[]);
        for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"] {
            tool = tool.env(name, proxy.url());
        }
        tool.run().expect(0);
    }
    assert_eq!((server.requests().len(), proxy.connections()), (2, 0));
    assert!(server.requests()[0].contains(&token()));
}
