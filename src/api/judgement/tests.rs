use serde_json::json;

use super::*;
use crate::secret::Secret;

const TOKEN: &str = "some-token-of-a-later-format==";

fn credential() -> Credential {
    Credential::parse(&Secret::new(TOKEN.as_bytes().to_vec()).unwrap()).unwrap()
}

fn answer(status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Answer {
    let headers = headers.iter().map(|&(key, value)| (key.to_owned(), value.to_owned()));
    Answer { status, headers: headers.collect(), body: Some(body.into()) }
}

fn judged(status: u16, body: impl Into<Vec<u8>>) -> Judgement {
    judge(&answer(status, &[], body), &credential())
}

fn errors(codes: &[&str]) -> String {
    let errors: Vec<_> = codes.iter().map(|code| json!({"code": code})).collect();
    json!({"type": "error.list", "request_id": null, "errors": errors}).to_string()
}

#[test]
fn every_error_code_has_its_verdict() {
    use Verdict::{Dead, Live, Unknown};
    for (status, code, verdict, reason) in [
        (401, "unauthorized", Dead, "unauthorized"),
        (401, "token_not_found", Dead, "token-not-found"),
        (401, "token_revoked", Dead, "token-revoked"),
        (401, "token_blocked", Dead, "token-blocked"),
        (401, "token_expired", Dead, "token-expired"),
        (401, "token_suspended", Dead, "token-suspended"),
        (401, "token_unauthorized", Unknown, "token-unauthorized"),
        (401, "forbidden", Unknown, "refusal-unknown"),
        (401, "something_new", Unknown, "refusal-unknown"),
        (403, "forbidden", Live, "scope-missing"),
        (403, "api_plan_restricted", Live, "plan-restricted"),
        (403, "unauthorized", Unknown, "refusal-unknown"),
        (403, "token_revoked", Unknown, "refusal-unknown"),
        (403, "something_new", Unknown, "refusal-unknown"),
        (400, "intercom_version_invalid", Unknown, "intercom-version-invalid"),
        (400, "parameter_invalid", Unknown, "unexpected-status"),
        (404, "not_found", Unknown, "not-found"),
        (408, "request_timeout", Unknown, "request-timeout"),
        (429, "rate_limit_exceeded", Unknown, "rate-limited"),
        (500, "server_error", Unknown, "server-error"),
        (503, "service_unavailable", Unknown, "server-error"),
        // The status counts first: a code alone is no verdict.
        (200, "token_revoked", Unknown, "answer-unexpected"),
        (500, "token_revoked", Unknown, "server-error"),
    ] {
        let judgement = judged(status, errors(&[code]));
        assert_eq!(
            (judgement.verdict(), judgement.reason.code()),
            (verdict, reason),
            "{status} {code}"
        );
        assert!(!judgement.proves_admin(), "{status} {code}");
        assert!(judgement.reason.hint().is_some() || verdict == Dead, "{status} {code}");
        if status != 200 {
            assert!(judgement.to_string().contains(&format!("HTTP {status}, {code}")), "{code}");
        }
    }
}

#[test]
fn other_statuses_tell_nothing() {
    for status in [100, 201, 202, 204, 206, 301, 302, 304, 307, 308, 402, 410, 418, 451, 600, 999] {
        assert_eq!(judged(status, r#"{"type":"admin"}"#).verdict(), Verdict::Unknown, "{status}");
    }
}

#[test]
fn dead_needs_every_error_to_say_so() {
    for (codes, verdict) in [
        (&["token_revoked", "unauthorized"][..], Verdict::Dead),
        (&["token_revoked", "token_unauthorized"], Verdict::Unknown),
        (&["token_unauthorized", "token_revoked"], Verdict::Unknown),
        (&["token_revoked", "something_new"], Verdict::Unknown),
        (&[], Verdict::Unknown),
    ] {
        assert_eq!(judged(401, errors(codes)).verdict(), verdict, "{codes:?}");
    }
    for body in [
        "",
        "no JSON",
        "<html>unauthorized</html>",
        "null",
        "[]",
        r#""unauthorized""#,
        r#"{"error":"unauthorized"}"#,
        r#"{"errors":[{"code":"unauthorized"}]}"#,
        r#"{"type":"error","errors":[{"code":"unauthorized"}]}"#,
        r#"{"type":"error.list","errors":{"code":"unauthorized"}}"#,
        r#"{"type":"error.list","errors":[{"code":401}]}"#,
        r#"{"type":"error.list","errors":[{"code":"unauthorized"},{}]}"#,
        r#"{"type":"error.list","errors":["unauthorized"]}"#,
        r#"{"type":"error.list","errors":[{"code":"Unauthorized"}]}"#,
        r#"{"type":"error.list","errors":[{"code":"unauthorized"}"#,
    ] {
        assert_eq!(judged(401, body).verdict(), Verdict::Unknown, "{body}");
        assert_eq!(judged(403, body).verdict(), Verdict::Unknown, "{body}");
    }
}

#[test]
fn a_refused_address_is_known_by_its_message() {
    for code in [json!("forbidden"), json!("ip_not_allowed"), json!(null)] {
        let message = "Your IP address is not on the allowlist for API access";
        let body = json!({"type": "error.list", "errors": [{"code": code, "message": message}]})
            .to_string();
        let judgement = judged(403, body);
        assert_eq!(judgement.verdict(), Verdict::Live, "{code}");
        assert_eq!(judgement.reason.code(), "address-not-allowed", "{code}");
    }
}

#[test]
fn a_missing_scope_is_named() {
    let message = "You do not have the required scope (read_single_admin)";
    let body = json!({"type": "error.list", "errors": [{"code": "forbidden", "message": message}]});
    let judgement = judged(403, body.to_string());
    assert!(judgement.to_string().contains(message), "{judgement}");
}

#[test]
fn an_admin_is_read_in_full() {
    let body = json!({
        "type": "admin", "id": "1", "name": "Ada", "email": "ada@example.com",
        "email_verified": true, "has_inbox_seat": true,
        "app": {
            "type": "app", "id_code": "abcd1234", "name": "Acme", "created_at": 1,
            "identity_verification": false, "region": "EU", "timezone": "UTC", "secure": true,
        },
    });
    let judgement = judged(200, body.to_string());
    assert!(judgement.proves_admin());
    assert_eq!(
        judgement.admin,
        Some(Admin {
            id: Some("1".to_owned()),
            name: Some("Ada".to_owned()),
            email_verified: Some(true)
        })
    );
    assert_eq!(
        judgement.workspace,
        Some(Workspace {
            id: Some("abcd1234".to_owned()),
            name: Some("Acme".to_owned()),
            region: Some("EU".to_owned()),
            identity_verification: Some(false),
        })
    );
}

#[test]
fn only_the_type_counts() {
    for (body, proven) in [
        (r#"{"type":"admin"}"#, true),
        (r#" {"type":"admin","app":null,"name":null,"id":null,"email_verified":null} "#, true),
        (r#"{"type":"admin","app":[],"name":{},"id":1.5,"email_verified":"yes"}"#, true),
        (r#"{"type":"admin","app":{"id_code":[],"name":7,"identity_verification":1}}"#, true),
        (r#"{"type":"user","name":"Ada"}"#, false),
        (r#"{"type":"Admin"}"#, false),
    ] {
        let judgement = judged(200, body);
        assert_eq!(judgement.verdict(), Verdict::Live, "{body}");
        assert_eq!(judgement.proves_admin(), proven, "{body}");
    }
}

#[test]
fn a_200_that_is_not_intercoms_tells_nothing() {
    let mut deep = "[".repeat(100_000);
    deep.push_str(&"]".repeat(100_000));
    for (body, code) in [
        ("", "answer-not-json"),
        ("<!DOCTYPE html><title>Sign in</title>", "answer-not-json"),
        (r#"{"type":"admin","na"#, "answer-not-json"),
        (r#"{"type":"admin"}{"type":"admin"}"#, "answer-not-json"),
        (deep.as_str(), "answer-not-json"),
        ("null", "answer-unexpected"),
        ("[]", "answer-unexpected"),
        (r#""admin""#, "answer-unexpected"),
        ("{}", "answer-unexpected"),
        (r#"{"type":null}"#, "answer-unexpected"),
        (r#"{"type":["admin"]}"#, "answer-unexpected"),
    ] {
        let judgement = judged(200, body);
        assert_eq!((judgement.verdict(), judgement.reason.code()), (Verdict::Unknown, code));
    }
    assert_eq!(judged(200, b"\xff\xfe{}".as_slice()).reason.code(), "answer-not-json");
}

#[test]
fn a_body_that_was_cut_short_is_no_verdict() {
    for (status, code) in
        [(200, "answer-too-long"), (401, "refusal-unknown"), (403, "refusal-unknown")]
    {
        let answer = Answer { status, headers: Vec::new(), body: None };
        let judgement = judge(&answer, &credential());
        assert_eq!((judgement.verdict(), judgement.reason.code()), (Verdict::Unknown, code));
        assert!(judgement.to_string().contains("longer than 1024 KiB"));
    }
}

#[test]
fn rate_limit_headers_are_a_hint_and_no_verdict() {
    let headers = [("x-ratelimit-limit", "10000")];
    for (status, code) in
        [(401, "token_revoked"), (401, "token_unauthorized"), (502, "server_error")]
    {
        let without = judged(status, errors(&[code]));
        let with = judge(&answer(status, &headers, errors(&[code])), &credential());
        assert_eq!(with.verdict(), without.verdict());
        assert!(with.to_string().contains("may be live"), "{with}");
        assert!(!without.to_string().contains("may be live"));
    }
}

#[test]
fn a_redirect_shows_the_host_alone() {
    for (location, shown) in [
        ("https://login.example.com/path?token=x", "points to login.example.com,"),
        ("//example.com/", "another address"),
        ("/login", "another address"),
        ("", "another address"),
        ("https://some-token-of-a-later-format.example.com", "points to [token].example.com,"),
    ] {
        let judgement = judge(&answer(302, &[("location", location)], ""), &credential());
        assert_eq!((judgement.verdict(), judgement.reason.code()), (Verdict::Unknown, "redirect"));
        assert!(judgement.to_string().contains(shown), "{judgement}");
        assert!(!judgement.to_string().contains("path"), "{judgement}");
    }
}

#[test]
fn no_text_of_the_server_repeats_the_token() {
    let long = format!("{} {TOKEN}", "x".repeat(MAX_TEXT - 10));
    for text in [TOKEN, TOKEN.trim_end_matches('='), long.as_str()] {
        let admin = json!({"type": "admin", "id": text, "name": text,
            "app": {"id_code": text, "name": text, "region": text}});
        let other = json!({"type": text});
        let list = json!({"type": "error.list", "errors": [{"code": text, "message": text}]});
        let scope =
            json!({"type": "error.list", "errors": [{"code": "forbidden", "message": text}]});
        for (status, body) in
            [(200, &admin), (200, &other), (401, &list), (403, &list), (403, &scope), (500, &list)]
        {
            let shown = format!("{:?}", judged(status, body.to_string()));
            assert!(!shown.contains("some-t"), "{status} {shown}");
        }
    }
}
