//! `intercom-sec verify-webhook`.

mod causes;
mod deliveries;

use std::fs;

use intercom_sec::secret::Secret;
use intercom_sec::webhook::{VerifyError, WebhookSignature};
use tempfile::TempDir;

use super::support::openssl;
use super::support::tokens::{self, Random};
use super::support::tool::{Run, Tool};

const SECRET: &str = "intercom-client-secret-for-testing";
const EMPTY_BODY: &str = "sha1=791cab26adf4ef564b06818281a43afef3880572";
const UNICODE_BODY: &str = "héllo, 🦀 world!";
const UNICODE: &str = "sha1=d72606999d26b9d813065af8727267d2e8aecc07";
/// Of `{"a":1}` with the secret `secret`.
const COMPACT: &str = "sha1=f8446672f033e4b2beafc5ca3a71eafcd2cafb6e";

const NOTIFICATION: &str = r#"{"type":"notification_event","app_id":"abcd1234","data":{"type":"notification_event_data","item":{"type":"user","id":"1"}},"links":{},"id":"notif_00000000-0000-4000-8000-000000000001","topic":"contact.created","delivery_status":"pending","delivery_attempts":1,"delivered_at":0,"first_sent_at":1700000001,"created_at":1700000000,"self":null}"#;

/// A directory with a payload and what goes with it.
struct Case(TempDir);

impl Case {
    fn new(body: impl AsRef<[u8]>) -> Self {
        let case = Self(TempDir::new().expect("a directory"));
        case.file("body", body);
        case
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.0.path().join(name), content).expect("a file");
    }

    /// `verify-webhook body`, with the client secret in the environment.
    fn tool(&self, arguments: &[&str]) -> Tool {
        self.bare(&[&["body"], arguments].concat()).env("INTERCOM_WEBHOOK_SECRET", SECRET)
    }

    /// `verify-webhook` with nothing given.
    fn bare(&self, arguments: &[&str]) -> Tool {
        Tool::new(["verify-webhook"].iter().chain(arguments)).dir(&self.0)
    }
}

fn sign(secret: &[u8], body: &[u8]) -> String {
    format!("sha1={}", openssl::hmac("-sha1", secret, body))
}

fn matches(secret: &[u8], signature: &str, body: &[u8]) -> bool {
    let secret = Secret::new(secret.to_vec()).expect("not empty");
    let signature = WebhookSignature::parse(signature).expect("well-formed");
    match signature.verify(&secret, body) {
        Ok(_) => true,
        Err(VerifyError::Mismatch(_) | VerifyError::EmptyPayload) => false,
        Err(error) => panic!("{error}"),
    }
}

#[track_caller]
fn assert_fails(run: Run, message: &str, hint: &str) -> Run {
    let run = run.expect(2);
    assert!(run.stderr().contains(&format!("error: {message}")), "{}", run.stderr());
    assert!(run.stderr().contains("hint: ") && run.stderr().contains(hint), "{}", run.stderr());
    assert_eq!(run.stdout(), "");
    run
}

#[track_caller]
fn assert_hides(run: &Run, secret: &str) {
    assert!(!(run.stdout() + &run.stderr()).contains(secret), "{}{}", run.stdout(), run.stderr());
}

#[test]
fn the_public_vectors_match() {
    for (secret, body, signature) in [
        (SECRET, UNICODE_BODY, UNICODE),
        (SECRET, "", EMPTY_BODY),
        ("secret", "{\"a\":1}", COMPACT),
        ("secret", "{\"a\":1}\n", "sha1=2e7f9c55f5f87fee8b189a5b522dccbef46f3ce6"),
    ] {
        assert!(matches(secret.as_bytes(), signature, body.as_bytes()));
        let case = Case::new(body);
        let arguments = ["body", "--signature", signature];
        let run = case.bare(&arguments).env("INTERCOM_WEBHOOK_SECRET", secret).run().expect(0);
        assert!(run.stdout().starts_with("match: the body was signed with this secret\n"));
    }
}

#[test]
fn the_library_verifies_the_vectors_of_rfc_2202() {
    let counting: Vec<u8> = (1..=25).collect();
    let cases: [(&[u8], &[u8], &str); 7] = [
        (&[0x0b; 20], b"Hi There", "b617318655057264e28bc0b6fb378c8ef146be00"),
        (b"Jefe", b"what do ya want for nothing?", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        (&[0xaa; 20], &[0xdd; 50], "125d7342b9ac11cd91a39af48aa17b4f63f175d3"),
        (&counting, &[0xcd; 50], "4c9007f4026250c6bc8414f9bf50c86c2d7235da"),
        (&[0x0c; 20], b"Test With Truncation", "4c1a03424b55e07fe7f27be1d58bb9324a9a5a04"),
        (
            &[0xaa; 80],
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "aa4ae5e15272d00e95705637ce8a3b55ed402112",
        ),
        (
            &[0xaa; 80],
            b"Test Using Larger Than Block-Size Key and Larger Than One Block-Size Data",
            "e8e99d0f45237d786d6bbaa7965c7808bbff1a91",
        ),
    ];
    for (key, data, digest) in cases {
        assert!(matches(key, &format!("sha1={digest}"), data), "{digest}");
        assert!(!matches(key, &format!("sha1={digest}"), &data[1..]), "{digest}");
    }
}

#[test]
fn random_keys_and_bodies_agree_with_openssl() {
    let mut random = Random::new(11);
    for _ in 0..60 {
        let length = 1 + random.below(200);
        let key = random.bytes(length);
        let length = random.below(2000);
        let body = random.bytes(length);
        assert!(matches(&key, &sign(&key, &body), &body), "{key:?} {body:?}");
    }
}

#[test]
fn the_program_agrees_with_openssl_on_raw_bytes() {
    let mut random = Random::new(12);
    for size in [1, 63, 64, 65, 65_536, 65_537, 300_000] {
        let (key, body) = (random.bytes(40), random.bytes(size));
        let case = Case::new(&body);
        // With a line ending of its own after it, a key may end in one.
        case.file("secret", [key.as_slice(), b"\r\n"].concat());
        let signature = sign(&key, &body);
        let secret = ["--secret-file", "secret", "--signature", &signature];
        case.bare(&[&["body"], &secret[..]].concat()).run().expect(0);
        case.bare(&[&["-"], &secret[..]].concat()).stdin(body).run().expect(0);
    }
}

#[test]
fn a_match_shows_what_the_notification_says() {
    let case = Case::new(NOTIFICATION);
    let signature = sign(SECRET.as_bytes(), NOTIFICATION.as_bytes());
    let run = case.tool(&["--signature", &signature]).run().expect(0);
    assert_eq!(
        run.stdout(),
        "match: the body was signed with this secret\n  \
         topic    contact.created\n  \
         id       notif_00000000-0000-4000-8000-000000000001\n  \
         app id   abcd1234\n  \
         time     2023-11-14T22:13:20Z\n  \
         attempt  1\n"
    );
    assert_eq!(run.stderr(), "");
    let run = case.tool(&["--signature", &signature, "--format", "json"]).run().expect(0);
    assert_eq!(
        run.json(),
        serde_json::json!({
            "schema": "intercom-sec.verify-webhook/1",
            "version": env!("CARGO_PKG_VERSION"),
            "verdict": "match",
            "scheme": "hub",
            "header": "X-Hub-Signature",
            "secret": { "position": 1, "name": "INTERCOM_WEBHOOK_SECRET" },
            "bytes": NOTIFICATION.len(),
            "notification": {
                "topic": "contact.created",
                "id": "notif_00000000-0000-4000-8000-000000000001",
                "app_id": "abcd1234",
                "created_at": "2023-11-14T22:13:20Z",
                "delivery_attempts": 1,
            },
        })
    );
}

/// What each scheme's header says of a body, by openssl.
fn header(scheme: &str, secret: &[u8], body: &[u8]) -> String {
    match scheme {
        "hub" => format!("X-Hub-Signature: sha1={}", openssl::hmac("-sha1", secret, body)),
        "body" => format!("X-Body-Signature: {}", openssl::hmac("-sha256", secret, body)),
        _ => {
            let digits = openssl::hmac("-sha256", secret, body);
            format!("X-Fin-Agent-API-Webhook-Signature: sha256={digits}")
        }
    }
}

#[test]
fn all_three_signatures_are_verified_by_header_and_by_form() {
    let case = Case::new(NOTIFICATION);
    for scheme in ["hub", "body", "fin"] {
        let line = header(scheme, SECRET.as_bytes(), NOTIFICATION.as_bytes());
        case.file("headers", &line);
        case.file("secret", SECRET);
        let value = line.split_once(": ").expect("a header").1;
        for source in [["--headers", "headers"], ["--signature", value], ["--signature", &line]] {
            let secret = ["--secret-file", "secret", "--format", "json"];
            let run = case.bare(&[&["body"], &source[..], &secret[..]].concat()).run().expect(0);
            assert_eq!(run.json()["scheme"], scheme);
            let other = [&["body"], &source[..], &["--secret-env", "OTHER"]].concat();
            case.bare(&other).env("OTHER", "another").run().expect(1);
        }
    }
    // The digest of RFC 4231, case 2, in both headers of SHA-256.
    let digits = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    let case = Case::new("what do ya want for nothing?");
    for value in [digits.to_owned(), format!("sha256={digits}")] {
        let arguments = ["body", "--signature", &value, "--secret-env", "KEY"];
        case.bare(&arguments).env("KEY", "Jefe").run().expect(0);
    }
}

#[test]
fn the_fin_agent_has_a_secret_of_its_own() {
    let case = Case::new(NOTIFICATION);
    case.file("fin", "fin-secret");
    case.file("client", SECRET);
    let fin = header("fin", b"fin-secret", NOTIFICATION.as_bytes());
    let hub = header("hub", SECRET.as_bytes(), NOTIFICATION.as_bytes());
    let tool = |line: &str, arguments: &[&str]| {
        case.bare(&[&["body", "--signature", line], arguments].concat())
    };
    tool(&fin, &[]).env("INTERCOM_FIN_WEBHOOK_SECRET", "fin-secret").run().expect(0);
    tool(&hub, &[]).env("INTERCOM_FIN_WEBHOOK_SECRET", SECRET).run().expect(2);
    let run = tool(&fin, &[]).env("INTERCOM_WEBHOOK_SECRET", "fin-secret").run();
    assert_fails(run, "no Fin Agent API webhook secret was given", "INTERCOM_FIN_WEBHOOK_SECRET");
    tool(&fin, &["--secret-file", "fin"]).run().expect(0);
    // Where both are given, neither stands in for the other.
    let both = ["--secret-file", "client", "--fin-secret-file", "fin"];
    tool(&fin, &both).run().expect(0);
    tool(&hub, &both).run().expect(0);
    let swapped = ["--secret-file", "fin", "--fin-secret-file", "client"];
    tool(&fin, &swapped).run().expect(1);
    tool(&hub, &swapped).run().expect(1);
}

#[test]
fn of_several_secrets_the_one_that_signed_is_told_by_its_name() {
    let case = Case::new(UNICODE_BODY);
    case.file("old.txt", "an old secret");
    case.file("new.txt", SECRET);
    let both = ["--signature", UNICODE, "--secret-file", "old.txt", "--secret-file", "new.txt"];
    let run = case.tool(&both).run().expect(0);
    assert!(run.stdout().starts_with("match: the body was signed with the secret of new.txt\n"));
    assert_hides(&run, SECRET);
    let run = case.tool(&[&both[..], &["--format", "json"]].concat()).run().expect(0);
    let secret = serde_json::json!({ "position": 2, "name": "new.txt" });
    assert_eq!(run.json()["secret"], secret);
    // Variables come after files, in their own order.
    let run = case
        .tool(&["--signature", UNICODE, "--secret-env", "NEW", "--secret-file", "old.txt"])
        .env("NEW", SECRET)
        .run()
        .expect(0);
    assert!(run.stdout().contains("the secret of NEW\n"), "{}", run.stdout());
    let neither = ["--signature", COMPACT, "--secret-file", "old.txt", "--secret-file", "new.txt"];
    let run = case.tool(&neither).run().expect(1);
    let verdict = "mismatch: the body was not signed with any of these secrets\nwhy: ";
    assert!(run.stdout().starts_with(verdict), "{}", run.stdout());
    // One that cannot be read is no reason to judge by the others.
    let absent = ["--signature", UNICODE, "--secret-file", "new.txt", "--secret-file", "absent"];
    case.tool(&absent).run().expect(2);
}

#[test]
fn quiet_leaves_the_exit_status_alone() {
    let case = Case::new(UNICODE_BODY);
    for (signature, status) in [(UNICODE, 0), (COMPACT, 1)] {
        let run = case.tool(&["--signature", signature, "--quiet"]).run().expect(status);
        assert_eq!((run.stdout(), run.stderr()), (String::new(), String::new()));
    }
}

#[test]
fn a_body_that_is_no_notification_still_matches() {
    let run = Case::new(UNICODE_BODY).tool(&["--signature", UNICODE]).run().expect(0);
    assert!(run.stdout().contains("the body is not a JSON notification"), "{}", run.stdout());
    let arguments = ["--signature", UNICODE, "--format", "json"];
    let run = Case::new(UNICODE_BODY).tool(&arguments).run().expect(0);
    assert_eq!(run.json()["verdict"], "match");
    assert_eq!(run.json()["notification"], serde_json::Value::Null);
    assert_eq!(run.json()["remark"], "the body is not a JSON notification");
}

#[test]
fn a_mismatch_is_a_no_with_its_usual_causes() {
    let case = Case::new(UNICODE_BODY);
    let run = case.tool(&["--signature", COMPACT]).run().expect(1);
    for said in [run.stdout(), run.stderr()] {
        let verdict = "mismatch: the body was not signed with this secret\nwhy: none of the usual";
        assert!(said.starts_with(verdict), "{said}");
    }
    let run = case.tool(&["--signature", COMPACT, "--format", "json"]).run().expect(1);
    assert_eq!(run.json()["verdict"], "mismatch");
    assert!(run.json()["hint"].as_str().is_some_and(|hint| hint.contains("another app's")));
    assert_eq!(run.json()["certainty"], "unknown");
}

#[test]
fn the_right_signature_is_never_told() {
    let case = Case::new(UNICODE_BODY);
    for format in ["human", "json"] {
        for signature in [COMPACT, "sha1=12", ""] {
            let run = case.tool(&["--signature", signature, "--format", format]).run();
            assert_hides(&run, &UNICODE["sha1=".len()..][..12]);
        }
    }
}

#[test]
fn a_malformed_signature_is_no_verdict_and_tells_the_reason() {
    let case = Case::new(UNICODE_BODY);
    let digits = &UNICODE["sha1=".len()..];
    for (value, message, hint) in [
        ("", "the signature is empty", "may be empty"),
        (digits, "the signature has no sha1= before its hex digits", "sha1="),
        (&UNICODE[..44], "the signature has 39 characters where 40 hex", "40 hex digits"),
        (&UNICODE.replace('9', "g"), "the signature has another character in place 7", "40"),
        (&format!(" {UNICODE}"), "the signature has white space around it", "remove"),
        (&format!("\"{UNICODE}\""), "the signature has quotes around it", "remove the quotes"),
        (&format!("sha1={}", "0".repeat(64)), "the signature is a SHA-256 one", "40 hex digits"),
        (&"0".repeat(128), "the signature is a SHA-512 one", "40 hex digits"),
        (&format!("sha256={digits}"), "the signature is a SHA-1 one", "64 hex digits"),
        (&format!("SHA1={digits}"), "the signature does not begin with sha1=", "40 hex digits"),
    ] {
        // The reason comes before any question for a secret.
        let run = case.bare(&["body", "--signature", value]).run();
        assert_fails(run, message, hint);
    }
    let run = case.tool(&["--signature", "sha1=12", "--format", "json"]).run().expect(2);
    assert_eq!(run.json()["schema"], "intercom-sec.verify-webhook/1");
    assert_eq!(run.json()["verdict"], "error");
    assert_eq!(run.json()["error"]["code"], "signature-malformed");
}

#[test]
fn a_header_line_pasted_whole_is_understood() {
    let case = Case::new(UNICODE_BODY);
    for line in [format!("X-Hub-Signature: {UNICODE}"), format!("x-hub-signature:{UNICODE} ")] {
        case.tool(&["--signature", &line]).run().expect(0);
    }
    let line = format!("X-Hub-Signature: {}", "0".repeat(64));
    let run = case.tool(&["--signature", &line]).run();
    assert_fails(run, "the signature is a SHA-256 one, and X-Hub-Signature is SHA-1", "40 hex");
}

#[test]
fn the_signature_is_found_in_saved_headers() {
    let case = Case::new(UNICODE_BODY);
    for headers in [
        format!("POST /hook HTTP/1.1\r\nHost: a\r\nX-Hub-Signature: {UNICODE}\r\n\r\nbody"),
        format!("HTTP/2 200\nx-hub-signature:\t{UNICODE}  \n"),
        format!("X-HUB-SIGNATURE: {UNICODE}"),
    ] {
        case.file("headers", &headers);
        case.tool(&["--headers", "headers"]).run().expect(0);
        case.tool(&["--headers", "-"]).stdin(headers).run().expect(0);
    }
}

#[test]
fn headers_without_one_clear_signature_are_no_verdict() {
    let case = Case::new(UNICODE_BODY);
    for (headers, message, hint) in [
        (String::new(), "the headers hold no X-Hub-Signature", "every webhook"),
        ("Host: a\r\n".to_owned(), "the headers hold no X-Hub-Signature", "proxy"),
        (
            format!("X-Fin-Agent-API-Webhook-Signature: {}\n", "0".repeat(64)),
            "the signature has no sha256= before its hex digits",
            "with its sha256=",
        ),
        ("X-Hub-Signature:\n".to_owned(), "the signature is empty", ""),
        (
            format!("X-Hub-Signature: {UNICODE}\nX-Hub-Signature: {COMPACT}\n"),
            "line 2 of the headers is a second X-Hub-Signature with another value",
            "one delivery",
        ),
        (
            format!("X-Hub-Signature:\n {UNICODE}\n"),
            "line 2 of the headers continues the X-Hub-Signature",
            "one line",
        ),
        (NOTIFICATION.to_owned(), "line 1 of the headers is not an HTTP header", "curl -D"),
        (
            format!("Host: a\nX: {}\n", "b".repeat(1 << 20)),
            "the input of --headers is longer than any server's headers",
            "without the body",
        ),
    ] {
        case.file("headers", headers);
        assert_fails(case.tool(&["--headers", "headers"]).run(), message, hint);
    }
}

#[test]
fn an_empty_payload_is_no_verdict_unless_it_was_signed() {
    let case = Case::new("");
    assert_fails(case.tool(&["--signature", UNICODE]).run(), "the payload is empty", "raw body");
    let run = case.tool(&["--signature", EMPTY_BODY]).run().expect(0);
    assert!(run.stdout().contains("the body is empty"), "{}", run.stdout());
}

#[test]
fn an_unreadable_payload_or_header_file_is_no_verdict() {
    let case = Case::new(UNICODE_BODY);
    for (arguments, message) in [
        (["absent", "--signature", UNICODE], "cannot read absent (PAYLOAD)"),
        ([".", "--signature", UNICODE], "cannot read . (PAYLOAD)"),
        (["body", "--headers", "absent"], "cannot read absent (--headers)"),
        (["body", "--headers", "."], "cannot read . (--headers)"),
    ] {
        assert_fails(case.bare(&arguments).run(), message, "");
    }
}

#[test]
fn a_signature_must_be_given_once() {
    let case = Case::new(UNICODE_BODY);
    assert_fails(case.tool(&[]).run(), "PAYLOAD is a body alone", "--signature");
    case.tool(&["--signature", UNICODE, "--headers", "headers"]).run().expect(2);
}

#[test]
fn stdin_goes_to_one_option_only() {
    let case = Case::new(UNICODE_BODY);
    for (arguments, both) in [
        (["-", "--headers", "-"].as_slice(), "both PAYLOAD and --headers"),
        (&["-", "--signature", UNICODE, "--secret-file", "-"], "both PAYLOAD and --secret-file"),
        (&["body", "--headers", "-", "--secret-file", "-"], "both --headers and --secret-file"),
    ] {
        let stdin = format!("X-Hub-Signature: {UNICODE}\n");
        let run = case.bare(arguments).stdin(stdin).run();
        assert_fails(run, &format!("{both} want standard input"), "give one of them a file");
    }
}

#[test]
fn the_secret_comes_from_a_file_stdin_or_a_variable() {
    let case = Case::new(UNICODE_BODY);
    for (content, status) in [
        (SECRET.to_owned(), 0),
        (format!("{SECRET}\n"), 0),
        (format!("{SECRET}\r\n"), 0),
        (format!("{SECRET}\n\n"), 1),
        (format!(" {SECRET}"), 1),
    ] {
        case.file("secret", &content);
        let arguments = ["body", "--signature", UNICODE, "--secret-file"];
        case.bare(&[&arguments[..], &["secret"]].concat()).run().expect(status);
        case.bare(&[&arguments[..], &["-"]].concat()).stdin(content).run().expect(status);
    }
    let arguments = ["body", "--signature", UNICODE];
    for name in ["INTERCOM_WEBHOOK_SECRET", "INTERCOM_CLIENT_SECRET"] {
        case.bare(&arguments).env(name, SECRET).run().expect(0);
    }
    let other = [&arguments[..], &["--secret-env", "OTHER"]].concat();
    case.bare(&other).env("OTHER", SECRET).run().expect(0);
}

#[test]
fn an_empty_or_missing_secret_is_refused() {
    // What an empty key would sign: a verifier that takes one is open to everyone.
    // HMAC fills a short key up with zeros (RFC 2104), so one zero byte signs like no byte.
    let forged = sign(b"\0", UNICODE_BODY.as_bytes());
    let case = Case::new(UNICODE_BODY);
    let arguments = ["body", "--signature", &forged];
    assert_fails(case.bare(&arguments).run(), "no client secret was given", "--secret-file");
    let run = case.bare(&arguments).env("INTERCOM_WEBHOOK_SECRET", "").run();
    assert_fails(run, "the client secret from INTERCOM_WEBHOOK_SECRET is empty", "");
    case.file("secret", "\n");
    let run = case.bare(&[&arguments[..], &["--secret-file", "secret"]].concat()).run();
    assert_fails(run, "the client secret from --secret-file is empty", "");
}

#[test]
fn the_secret_stands_in_no_output() {
    let case = Case::new(UNICODE_BODY);
    case.file("headers", "nonsense");
    case.file("secret", SECRET);
    for format in ["human", "json"] {
        for arguments in [
            ["body", "--signature", UNICODE],
            ["body", "--signature", COMPACT],
            ["body", "--signature", "sha1=12"],
            ["body", "--signature", SECRET],
            ["body", "--headers", "headers"],
            ["body", "--headers", "secret"],
            ["absent", "--signature", UNICODE],
        ] {
            let arguments = [&arguments[..], &["--format", format]].concat();
            let from_variable = case.bare(&arguments).env("INTERCOM_WEBHOOK_SECRET", SECRET).run();
            assert_hides(&from_variable, SECRET);
            let arguments = [&arguments[..], &["--secret-file", "secret"]].concat();
            assert_hides(&case.bare(&arguments).run(), SECRET);
        }
    }
}

#[test]
fn text_in_a_notification_can_neither_steer_the_terminal_nor_carry_a_token() {
    let token = tokens::token(&mut Random::new(14));
    let body = format!(r#"{{"topic":"\u001b[2J\u202e\nmatch","id":"{token}","app_id":"a"}}"#);
    let case = Case::new(&body);
    let signature = sign(SECRET.as_bytes(), body.as_bytes());
    let run = case.tool(&["--signature", &signature]).run().expect(0);
    assert!(run.stdout().contains("topic    \\u{1b}[2J\\u{202e}\\nmatch\n"), "{}", run.stdout());
    assert_hides(&run, &token);
    let run = case.tool(&["--signature", &signature, "--format", "json"]).run().expect(0);
    assert_hides(&run, &token);
    assert_eq!(run.json()["notification"]["app_id"], "a");
}

#[test]
fn a_body_too_long_for_its_details_is_verified() {
    let case = Case::new("");
    let file = fs::File::create(case.0.path().join("body")).expect("a file");
    file.set_len(40 << 20).expect("a sparse file");
    let signature = sign(SECRET.as_bytes(), &vec![0; 40 << 20]);
    let run = case.tool(&["--signature", &signature]).run().expect(0);
    assert!(run.stdout().contains("too long to read its details"), "{}", run.stdout());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_no_verdict_unless_the_answer_is_no() {
    let case = Case::new(UNICODE_BODY);
    for (signature, status) in [(UNICODE, 2), (COMPACT, 1)] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
        let run = case.tool(&["--signature", signature]).stdout(full).run().expect(status);
        assert!(run.stderr().contains("error: cannot write the result"), "{}", run.stderr());
    }
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let case = Case::new(UNICODE_BODY);
    for format in ["human", "json"] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let arguments = ["--signature", UNICODE, "--format", format];
        let run = case.tool(&arguments).stdout(writer).run().expect(0);
        assert_eq!(run.stderr(), "");
    }
}

#[test]
fn standard_input_for_two_options_is_refused_before_any_of_it_is_read() {
    let directory = tempfile::TempDir::new().unwrap();
    let body = directory.path().join("body");
    std::fs::write(&body, "{}").unwrap();
    let body = body.to_str().unwrap();
    for (arguments, both) in [
        (["--headers", "-", "--secret-file", "-"], ["--headers", "--secret-file"]),
        (["--signature", "x", "--secret-file", "-"], ["PAYLOAD", "--secret-file"]),
        (["--headers", "-", "--secret-env", "X"], ["PAYLOAD", "--headers"]),
    ] {
        let payload = if both[0] == "PAYLOAD" { "-" } else { body };
        let run = Tool::new(["verify-webhook", payload].iter().chain(&arguments)).stdin("x").run();
        let shown = run.expect(2).stderr();
        assert!(shown.contains(&format!("both {} and {}", both[0], both[1])), "{shown}");
    }
}
