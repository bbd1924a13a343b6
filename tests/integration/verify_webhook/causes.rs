//! Each cause of a mismatch is made and has to be named; none is ever accepted.
//!
//! What serialisers write is taken from themselves where they are installed (Python, Node).

use std::io::Write as _;
use std::process::{Command, Stdio};

use intercom_sec::secret::Secret;
use intercom_sec::webhook::{
    Certainty, Claim, Diagnosis, Scheme, VerifyError, WebhookSignature, diagnose,
};
use proptest::prelude::*;

use super::super::support::openssl;
use super::super::support::tokens::{self, Random};
use super::{COMPACT, Case, NOTIFICATION, SECRET, sign};

/// A body with all that serialisers write in different ways.
const RICH: &str = "{\"type\":\"notification_event\",\"app_id\":\"abcd1234\",\"data\":{\"type\":\
    \"notification_event_data\",\"item\":{\"type\":\"conversation\",\"id\":\"1\",\"body\":\
    \"<p>Zoë & 🦀 it's / \\\"fine\\\"</p>\",\"empty\":[],\"none\":{},\"list\":[1,2.50,null,true]}},\
    \"id\":\"notif_1\",\"topic\":\"conversation.user.created\",\"created_at\":1700000000}";

fn diagnosed(secret: &[u8], signature: &str, body: &[u8]) -> Diagnosis {
    let secrets = [Secret::new(secret.to_vec()).expect("not empty")];
    let signature = WebhookSignature::parse(signature).expect("well-formed");
    let judged = signature.verify(&secrets[0], body);
    assert!(matches!(judged, Err(VerifyError::Mismatch(_))), "{judged:?}");
    diagnose(&(&signature).into(), &secrets, &[], body)
}

fn codes(diagnosis: &Diagnosis) -> Vec<&'static str> {
    diagnosis.causes.iter().map(|cause| cause.code()).collect()
}

#[track_caller]
fn assert_proven(diagnosis: &Diagnosis, expected: &[&str]) {
    assert_eq!(diagnosis.certainty, Certainty::Proven, "{diagnosis:?}");
    assert_eq!(codes(diagnosis), expected, "{}", diagnosis.sentence());
}

/// What `signed` is changed to, is named.
#[track_caller]
fn assert_body_cause(
    signed: impl AsRef<[u8]>,
    given: impl AsRef<[u8]>,
    expected: &[&str],
) -> String {
    let signature = sign(SECRET.as_bytes(), signed.as_ref());
    let diagnosis = diagnosed(SECRET.as_bytes(), &signature, given.as_ref());
    assert_proven(&diagnosis, expected);
    diagnosis.sentence()
}

#[test]
fn a_changed_body_is_named() {
    let text = "{\"a\":1,\n\"b\":[2]}";
    for (signed, given, code) in [
        (NOTIFICATION.to_owned(), format!("{NOTIFICATION}\n"), "final-newline-added"),
        (NOTIFICATION.to_owned(), format!("{NOTIFICATION}\r\n"), "final-newline-added"),
        (format!("{NOTIFICATION}\n"), NOTIFICATION.to_owned(), "final-newline-missing"),
        (format!("{NOTIFICATION}\r\n"), NOTIFICATION.to_owned(), "final-newline-missing"),
        (text.to_owned(), text.replace('\n', "\r\n"), "crlf-for-lf"),
        (text.replace('\n', "\r\n"), text.to_owned(), "lf-for-crlf"),
        (NOTIFICATION.to_owned(), format!("\u{feff}{NOTIFICATION}"), "bom-added"),
        (format!("\u{feff}{NOTIFICATION}"), NOTIFICATION.to_owned(), "bom-missing"),
        (NOTIFICATION.to_owned(), format!("  {NOTIFICATION}\n\n"), "white-space-around"),
        (
            NOTIFICATION.to_owned(),
            format!("POST / HTTP/1.1\r\nHost: a\r\n\r\n{NOTIFICATION}"),
            "with-headers",
        ),
        (String::new(), NOTIFICATION.to_owned(), "signed-empty"),
        (RICH.to_owned(), serde_json::to_string(RICH).unwrap(), "json-string"),
        (RICH.to_owned(), tokens::base64(RICH.as_bytes()), "body-base64"),
        (
            RICH.to_owned(),
            format!("{{\"type\":\"Buffer\",\"data\":{:?}}}", RICH.as_bytes()),
            "node-buffer",
        ),
    ] {
        assert_body_cause(signed, given, &[code]);
    }
}

#[test]
fn compressed_bodies_are_named() {
    for (format, code) in [
        (sirocco::Format::Gzip, "gzip"),
        (sirocco::Format::Zlib, "(deflate)"),
        (sirocco::Format::Deflate, "raw deflate"),
    ] {
        let level = sirocco::deflate::Level::DEFAULT;
        let given = sirocco::compress(format, level, RICH.as_bytes());
        let sentence = assert_body_cause(RICH, given, &["compressed"]);
        assert!(sentence.contains(code), "{sentence}");
    }
}

#[test]
fn url_encodings_are_named() {
    // By the rules of RFC 3986, written again.
    let percent = |text: &str, space: &str| -> String {
        text.bytes()
            .map(|byte| match byte {
                b' ' => space.to_owned(),
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                    char::from(byte).to_string()
                }
                _ => format!("%{byte:02X}"),
            })
            .collect()
    };
    assert_body_cause(RICH, percent(RICH, "%20"), &["percent-encoded"]);
    assert_body_cause(RICH, percent(RICH, "+"), &["percent-encoded"]);
    for space in ["%20", "+"] {
        let form = format!("ok=1&payload={}&x=y", percent(RICH, space));
        assert_body_cause(RICH, form, &["form-field"]);
    }
    let plain = NOTIFICATION;
    assert_body_cause(percent(plain, "%20"), plain, &["signed-percent-encoded"]);
}

#[test]
fn charsets_are_named() {
    let text = "{\"name\":\"Zoë\"}";
    let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let twice: String = text.bytes().map(char::from).collect();
    let units = |swap: bool| -> Vec<u8> {
        let pair = |unit: u16| if swap { unit.to_be_bytes() } else { unit.to_le_bytes() };
        text.encode_utf16().flat_map(pair).collect()
    };
    assert_body_cause(text, &latin, &["latin-1"]);
    assert_body_cause(&latin, text, &["signed-latin-1"]);
    assert_body_cause(text, &twice, &["encoded-twice"]);
    assert_body_cause(text, units(false), &["utf-16"]);
    assert_body_cause(text, units(true), &["utf-16"]);
    assert_body_cause(text, [b"\xff\xfe".as_slice(), &units(false)].concat(), &["utf-16"]);
    assert_body_cause(units(false), text, &["signed-utf-16"]);
    assert_body_cause("{\"a\":\"€\"}", b"{\"a\":\"\x80\"}", &["latin-1"]);
}

/// A program's answer to a script that reads standard input; `None` when it is not installed.
#[allow(clippy::print_stderr, reason = "a skipped comparison must be seen")]
fn script(program: &str, option: &str, code: &str, input: &str) -> Option<Vec<u8>> {
    let child = Command::new(program)
        .args([option, code])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        eprintln!("SKIPPED: {program} is not installed, its serialiser is not compared with");
        return None;
    };
    child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{code}");
    Some(output.stdout)
}

#[test]
fn the_serialisers_of_python_and_node_are_named() {
    let python = |arguments: &str| {
        let code = format!(
            "import sys,json;d=json.loads(sys.stdin.buffer.read());\
             sys.stdout.buffer.write(json.dumps(d{arguments}).encode())"
        );
        script("python3", "-c", &code, &RICH.replace("2.50", "2.5"))
    };
    let node = |arguments: &str| {
        let code = format!(
            "const d=JSON.parse(require('fs').readFileSync(0,'utf8'));\
             process.stdout.write(JSON.stringify(d{arguments}))"
        );
        script("node", "-e", &code, &RICH.replace("2.50", "2.5"))
    };
    let signed = RICH.replace("2.50", "2.5");
    for (given, name) in [
        (python(""), "Python's json.dumps (a space after , and :)"),
        (python(", ensure_ascii=False"), "ensure_ascii=False"),
        (python(", separators=(',', ':')"), "Flask's jsonify"),
        (python(", indent=2"), "indent=2"),
        (python(", indent=4"), "indent=4"),
        (node(", null, 2"), "JSON.stringify(…, null, 2)"),
        (node(", null, 4"), "JSON.stringify(…, null, 4)"),
        (node(", null, '\\t'"), "JSON.stringify(…, null, '\\t')"),
    ] {
        let Some(given) = given else { continue };
        let sentence = assert_body_cause(&signed, &given, &["reserialised"]);
        assert!(sentence.contains(name), "{sentence}");
        // And the other way: who verifies signs what was serialised again.
        let sentence = assert_body_cause(&given, &signed, &["signed-reserialised"]);
        assert!(sentence.contains(name), "{sentence}");
    }
    // Node writes it as Intercom may, once the escapes that Intercom may use are gone.
    let escaped = signed.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    let sentence = assert_body_cause(&escaped, &signed, &["reserialised"]);
    assert!(sentence.contains("JSON.stringify (no spaces"), "{sentence}");
    let sorted = python(", sort_keys=True, separators=(',', ':')");
    if let Some(sorted) = sorted {
        assert_body_cause(sorted, &signed, &["signed-keys-sorted"]);
    }
}

#[test]
fn the_serialisers_of_php_rails_go_and_dotnet_are_named() {
    let ascii = |text: &str, upper: bool| -> String {
        let escape = |unit: &u16| {
            if upper { format!("\\u{unit:04X}") } else { format!("\\u{unit:04x}") }
        };
        text.chars()
            .map(|c| match c {
                c if c.is_ascii() => c.to_string(),
                c => c.encode_utf16(&mut [0; 2]).iter().map(escape).collect(),
            })
            .collect()
    };
    let html =
        |text: &str| text.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    let php = ascii(&RICH.replace('/', "\\/"), false);
    let dot_net = ascii(
        &RICH
            .replace("\\\"", "\\u0022")
            .replace('<', "\\u003C")
            .replace('>', "\\u003E")
            .replace('&', "\\u0026")
            .replace('\'', "\\u0027"),
        true,
    );
    for (given, name) in [
        (php.clone(), "PHP's json_encode (\\/"),
        (RICH.replace('/', "\\/"), "JSON_UNESCAPED_UNICODE"),
        (html(RICH), "Rails' to_json or Go's encoding/json"),
        (dot_net, "System.Text.Json"),
    ] {
        let sentence = assert_body_cause(RICH, &given, &["reserialised"]);
        assert!(sentence.contains(name), "{sentence}");
    }
}

#[test]
fn sorted_keys_are_named_where_the_order_can_be_told_and_where_it_cannot() {
    let sorted = r#"{"app_id":"abcd1234","created_at":1,"data":{"item":{"id":"1","type":"user"},"type":"notification_event_data"},"id":"notif_1","topic":"ping","type":"notification_event"}"#;
    let signed = r#"{"type":"notification_event","app_id":"abcd1234","data":{"type":"notification_event_data","item":{"type":"user","id":"1"}},"id":"notif_1","topic":"ping","created_at":1}"#;
    let sentence = diagnosed(
        SECRET.as_bytes(),
        &sign(SECRET.as_bytes(), signed.as_bytes()),
        sorted.as_bytes(),
    );
    assert_eq!(codes(&sentence), ["keys-sorted"]);
    // In an order that nobody can know.
    let signed =
        signed.replace("{\"type\":\"user\",\"id\":\"1\"}", "{\"id\":\"1\",\"type\":\"user\"}");
    let signature = sign(SECRET.as_bytes(), signed.replace("\"ping\"", "\"pong\"").as_bytes());
    let diagnosis = diagnosed(SECRET.as_bytes(), &signature, sorted.as_bytes());
    assert_eq!((diagnosis.certainty, codes(&diagnosis)), (Certainty::Likely, vec!["keys-sorted"]));
    // By a serialiser that leaves a trace of its own.
    let spaced = sorted.replace("\":", "\": ").replace(",\"", ", \"");
    let diagnosis = diagnosed(SECRET.as_bytes(), &signature, spaced.as_bytes());
    assert_eq!(
        (diagnosis.certainty, codes(&diagnosis)),
        (Certainty::Likely, vec!["reserialised", "keys-sorted"])
    );
}

#[test]
fn a_body_that_cannot_be_restored_is_named_by_its_trace() {
    for (given, code) in [
        (&NOTIFICATION[..200], "truncated"),
        ("[object Object]", "object-object"),
        ("{'type': 'notification_event', 'id': 'x'}", "python-dict"),
        ("{\"name\":\"Zo\u{fffd}\"}", "characters-replaced"),
    ] {
        let diagnosis = diagnosed(SECRET.as_bytes(), COMPACT, given.as_bytes());
        assert_eq!((diagnosis.certainty, codes(&diagnosis)), (Certainty::Likely, vec![code]));
        assert!(diagnosis.sentence().starts_with("probably "));
    }
    let diagnosis = diagnosed(SECRET.as_bytes(), COMPACT, NOTIFICATION.as_bytes());
    assert_eq!((diagnosis.certainty, codes(&diagnosis)), (Certainty::Unknown, vec![]));
}

#[test]
fn a_wrong_secret_is_named() {
    const UUID: &str = "01234567-89ab-4cde-8f01-23456789abcd";
    let hex = hex::decode(UUID.replace('-', "")).unwrap();
    let doubled: Vec<u8> = UUID.bytes().flat_map(|byte| [byte, 0]).collect();
    let upper = UUID.to_uppercase();
    let cases: Vec<(&[u8], Vec<u8>, &str)> = vec![
        (UUID.as_bytes(), format!("{UUID}\n").into(), "secret-white-space"),
        (UUID.as_bytes(), format!(" {UUID}\t").into(), "secret-white-space"),
        (b"01234567-89ab-4cde-8f01-23456789abcd\n", UUID.into(), "signer-secret-white-space"),
        (UUID.as_bytes(), format!("\"{UUID}\"").into(), "secret-quoted"),
        (UUID.as_bytes(), format!("'{UUID}'").into(), "secret-quoted"),
        (b"\"01234567-89ab-4cde-8f01-23456789abcd\"", UUID.into(), "signer-secret-quoted"),
        (UUID.as_bytes(), format!("CLIENT_SECRET={UUID}").into(), "secret-assignment"),
        (UUID.as_bytes(), format!("export S=\"{UUID}\"").into(), "secret-assignment"),
        (UUID.as_bytes(), format!("\u{feff}{UUID}").into(), "secret-bom"),
        (UUID.as_bytes(), doubled, "secret-utf-16"),
        (&hex, UUID.into(), "signer-secret-hex"),
        (b"secret bytes", tokens::base64(b"secret bytes").into(), "signer-secret-base64"),
        (upper.as_bytes(), UUID.into(), "secret-letter-case"),
        (UUID.as_bytes(), upper.clone().into(), "secret-letter-case"),
        (UUID.as_bytes(), UUID.replace('-', "").into(), "secret-hyphens"),
        (b"undefined", UUID.into(), "signer-secret-unset"),
    ];
    for (signer, given, code) in cases {
        let diagnosis =
            diagnosed(&given, &sign(signer, NOTIFICATION.as_bytes()), NOTIFICATION.as_bytes());
        assert_proven(&diagnosis, &[code]);
    }
    // openssl takes no empty key; zeros fill a short one up (RFC 2104).
    let signature = sign(b"\0", NOTIFICATION.as_bytes());
    assert_proven(&diagnosed(b"x", &signature, NOTIFICATION.as_bytes()), &["signer-secret-empty"]);
    let token = tokens::token(&mut Random::new(21));
    for (given, code) in [
        (token.as_str(), "secret-access-token"),
        ("ab12cd34", "secret-app-id"),
        (&"aB3_-".repeat(8), "secret-identity"),
        (&"aB3".repeat(14)[..], "secret-other"),
    ] {
        let diagnosis = diagnosed(given.as_bytes(), COMPACT, NOTIFICATION.as_bytes());
        let expected = if code == "secret-other" { vec![] } else { vec![code] };
        assert_eq!(codes(&diagnosis), expected, "{}", diagnosis.sentence());
        assert!(!diagnosis.sentence().contains(given));
    }
}

#[test]
fn the_secret_of_the_other_kind_is_named() {
    let secret = |text: &str| Secret::new(text.as_bytes().to_vec()).expect("not empty");
    let digits = openssl::hmac("-sha256", b"client", NOTIFICATION.as_bytes());
    let claim = Claim::read(Scheme::FinAgent, &format!("sha256={digits}")).expect("a digest");
    let body = NOTIFICATION.as_bytes();
    let diagnosis = diagnose(&claim, &[secret("fin")], &[secret("client")], body);
    assert_proven(&diagnosis, &["secret-other-kind"]);
}

#[test]
fn another_computation_is_named() {
    let hash = |text: &[u8]| {
        let mut child = Command::new("openssl")
            .args(["dgst", "-sha1", "-r"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("openssl");
        child.stdin.take().expect("piped").write_all(text).expect("it reads");
        let output = child.wait_with_output().expect("it ends").stdout;
        format!("sha1={}", String::from_utf8_lossy(&output[..40]))
    };
    let body = NOTIFICATION.as_bytes();
    for (signature, code) in [
        (hash(body), "plain-hash"),
        (hash(&[SECRET.as_bytes(), body].concat()), "concatenated-hash"),
        (hash(&[body, SECRET.as_bytes()].concat()), "concatenated-hash"),
        (sign(body, SECRET.as_bytes()), "key-and-message-swapped"),
    ] {
        assert_proven(&diagnosed(SECRET.as_bytes(), &signature, body), &[code]);
    }
}

#[test]
fn a_signature_of_another_form_is_refused_and_named_when_the_secret_is_at_hand() {
    let body = NOTIFICATION.as_bytes();
    let sha1 = openssl::hmac("-sha1", SECRET.as_bytes(), body);
    let sha256 = openssl::hmac("-sha256", SECRET.as_bytes(), body);
    let sha512 = openssl::hmac("-sha512", SECRET.as_bytes(), body);
    let base64 = tokens::base64(&hex::decode(&sha1).unwrap());
    let case = Case::new(NOTIFICATION);
    for (line, clause) in [
        (format!("X-Hub-Signature: {sha1}"), "the signature lacks its sha1="),
        (format!("X-Hub-Signature: sha256={sha1}"), "another prefix than sha1="),
        (format!("X-Hub-Signature: sha1={base64}"), "in base64 where hex belongs"),
        (format!("X-Hub-Signature: {base64}"), "in base64 where hex belongs"),
        (format!("X-Hub-Signature: \"sha1={sha1}\""), "white space or quotes around it"),
        (format!("X-Hub-Signature: sha1={sha256}"), "made with SHA-256 where X-Hub-Signature has"),
        (format!("X-Hub-Signature: sha1={sha512}"), "made with SHA-512 where X-Hub-Signature has"),
        (format!("X-Hub-Signature: sha256={sha256}"), "that of X-Fin-Agent-API-Webhook-Signature"),
        (format!("X-Hub-Signature: {sha256}"), "that of X-Body-Signature"),
        (format!("X-Body-Signature: sha1={sha1}"), "that of X-Hub-Signature"),
        (format!("X-Body-Signature: sha512={sha256}"), "a prefix where none belongs"),
    ] {
        let run = case.tool(&["--signature", &line]).run().expect(2);
        assert!(run.stderr().contains(clause), "{line}: {}", run.stderr());
    }
    // Together with a changed body.
    case.file("body", format!("{NOTIFICATION}\n"));
    let run = case.tool(&["--signature", &sha1]).run().expect(2);
    assert!(run.stderr().contains("lacks its sha1=, and the body ends with"), "{}", run.stderr());
}

#[test]
fn a_signature_in_upper_case_matches_and_is_told() {
    let case = Case::new(NOTIFICATION);
    let digits = openssl::hmac("-sha1", SECRET.as_bytes(), NOTIFICATION.as_bytes());
    let upper = format!("sha1={}", digits.to_uppercase());
    let run = case.tool(&["--signature", &upper]).run().expect(0);
    assert!(run.stdout().contains("digits are in upper case"), "{}", run.stdout());
    let run = case.tool(&["--signature", &format!("SHA1={digits}")]).run().expect(2);
    assert!(run.stderr().contains("another prefix than sha1="), "{}", run.stderr());
}

#[test]
fn two_causes_together_are_named() {
    let signed = NOTIFICATION.as_bytes();
    let signature = sign(SECRET.as_bytes(), signed);
    let indented = {
        let value: serde_json::Value = serde_json::from_slice(br#"{"b":1,"c":["x"]}"#).unwrap();
        serde_json::to_string_pretty(&value).unwrap()
    };
    let spaced = format!("{SECRET} ");
    for (secret, signed, given, codes) in [
        (
            SECRET,
            NOTIFICATION,
            format!("\u{feff}{NOTIFICATION}\n"),
            vec!["final-newline-added", "bom-added"],
        ),
        (
            SECRET,
            r#"{"b":1,"c":["x"]}"#,
            format!("\u{feff}{indented}"),
            vec!["bom-added", "reserialised"],
        ),
        (
            &spaced,
            NOTIFICATION,
            format!("{NOTIFICATION}\n"),
            vec!["final-newline-added", "secret-white-space"],
        ),
        (
            SECRET,
            NOTIFICATION,
            tokens::base64(format!("{NOTIFICATION}\n").as_bytes()),
            vec!["body-base64", "final-newline-added"],
        ),
    ] {
        let signature = sign(SECRET.as_bytes(), signed.as_bytes());
        let diagnosis = diagnosed(secret.as_bytes(), &signature, given.as_bytes());
        assert_proven(&diagnosis, &codes);
    }
    let compressed = sirocco::compress(
        sirocco::Format::Gzip,
        sirocco::deflate::Level::DEFAULT,
        format!("{NOTIFICATION}\n").as_bytes(),
    );
    let diagnosis = diagnosed(SECRET.as_bytes(), &signature, &compressed);
    assert_proven(&diagnosis, &["compressed", "final-newline-added"]);
}

#[test]
fn the_program_tells_the_cause_and_never_the_signature() {
    let case = Case::new(format!("{NOTIFICATION}\n"));
    let signature = sign(SECRET.as_bytes(), NOTIFICATION.as_bytes());
    let right = sign(SECRET.as_bytes(), format!("{NOTIFICATION}\n").as_bytes());
    let run = case.tool(&["--signature", &signature]).run().expect(1);
    let verdict = "mismatch: the body was not signed with this secret\n\
                   why: the body ends with a line ending that was not signed: ";
    assert!(run.stdout().starts_with(verdict), "{}", run.stdout());
    assert!(run.stderr().starts_with(verdict), "{}", run.stderr());
    let run = case.tool(&["--signature", &signature, "--format", "json"]).run().expect(1);
    let json = run.json();
    assert_eq!(json["certainty"], "proven");
    assert_eq!(json["causes"][0]["code"], "final-newline-added");
    assert!(!run.stdout().contains(&right[5..]), "{}", run.stdout());
    for framework in ["express", "flask", "rails", "laravel", "axum"] {
        let run = case.tool(&["--signature", &signature, "--fix", framework]).run().expect(1);
        assert!(run.stdout().to_lowercase().contains("x-hub-signature"), "{}", run.stdout());
    }
}

#[test]
fn a_body_too_long_to_explain_is_said_to_be_so() {
    let case = Case::new(vec![b'a'; 2 << 20]);
    let run = case.tool(&["--signature", COMPACT]).run().expect(1);
    assert!(run.stderr().contains("too long to look for the cause"), "{}", run.stderr());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Whatever a diagnosis finds, the verdict stays; and what it calls proven is no match as it is.
    #[test]
    fn no_explanation_turns_a_mismatch_into_a_match(
        body in prop_oneof![
            proptest::collection::vec(any::<u8>(), 1..60),
            r#"\{"[a-c<é]{1,3}":("[ -~é]{0,8}"|[0-9]{1,3}|\[1, 2\])\}\n?"#.prop_map(String::into_bytes),
        ],
        secret in proptest::collection::vec(any::<u8>(), 1..40),
        other in proptest::collection::vec(any::<u8>(), 1..40),
        change in 0_usize..6,
    ) {
        let mut signed = body.clone();
        let mut key = other.clone();
        match change {
            0 => signed.push(b'\n'),
            1 => signed.insert(0, b' '),
            2 => signed.retain(|byte| *byte != b' '),
            3 => key.clone_from(&secret),
            4 => { key.clone_from(&secret); key.push(b'\n'); }
            _ => { signed.reverse(); key.clone_from(&secret); }
        }
        prop_assume!(key != secret || signed != body);
        // HMAC fills up with zeros, and hashes keys of more than a block.
        prop_assume!(key.iter().rev().skip_while(|b| **b == 0).ne(secret.iter().rev().skip_while(|b| **b == 0)) || signed != body);
        let given = Secret::new(secret.clone()).expect("not empty");
        let signature = intercom_sec::webhook::sign_webhook(Scheme::Hub, &Secret::new(key).expect("not empty"), signed.as_slice()).expect("memory");
        let signature = WebhookSignature::parse(&signature).expect("well-formed");
        let before = matches!(signature.verify(&given, body.as_slice()), Err(VerifyError::Mismatch(_)));
        let diagnosis = diagnose(&(&signature).into(), std::slice::from_ref(&given), &[], &body);
        let after = matches!(signature.verify(&given, body.as_slice()), Err(VerifyError::Mismatch(_)));
        prop_assert!(before && after);
        prop_assert!(!diagnosis.causes.is_empty() || diagnosis.certainty != Certainty::Proven);
    }
}
