//! `GET /api/intercom-settings`: the hash of the token's own subject, and of nobody else.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use tempfile::TempDir;

use crate::support::listener::{Answer, Listener, SECRET};
use crate::support::openssl;
use crate::support::tokens::base64;
use crate::support::tool::Tool;

const IDENTITY: &str = "s3cre7";
const KEY: &str = "a key of bearer tokens with more than 32 bytes";

/// A receiver that answers for tokens of one key.
struct Case {
    directory: TempDir,
    listener: Listener,
}

impl Case {
    fn new(key: impl AsRef<[u8]>, more: &[&str]) -> Self {
        let directory = TempDir::new().expect("a directory");
        let path = directory.path().join("key");
        fs::write(&path, key).expect("a file");
        let path = path.to_str().expect("text");
        let arguments = ["--settings-app-id", "abcd1234", "--bearer-key-file", path];
        let listener = Listener::start_with(
            arguments.iter().chain(more),
            &[("INTERCOM_IDENTITY_SECRET", IDENTITY)],
        );
        Self { directory, listener }
    }

    fn ask(&self, headers: &str) -> Answer {
        let request = format!(
            "GET /api/intercom-settings HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{headers}\r\n"
        );
        self.listener.send(request.as_bytes())
    }

    fn bearer(&self, token: &str) -> Answer {
        self.ask(&format!("Authorization: Bearer {token}\r\n"))
    }

    #[track_caller]
    fn assert_refuses(&self, answer: &Answer, code: &str) {
        assert_eq!(
            (answer.status, &answer.json()["error"]["code"]),
            (401, &code.into()),
            "{answer:?}"
        );
        assert!(answer.head.contains("cache-control: no-store"), "{answer:?}");
        assert!(answer.head.contains("www-authenticate: bearer"), "{answer:?}");
        let record = self.listener.record();
        assert_eq!((&record["record"], &record["status"]), (&"settings".into(), &401.into()));
        assert_eq!(record["reason"]["code"], code);
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs()
}

fn base64url(bytes: &[u8]) -> String {
    base64(bytes).trim_end_matches('=').replace('+', "-").replace('/', "_")
}

/// Header and claims, as they are signed.
fn unsigned(header: &str, claims: &str) -> String {
    format!("{}.{}", base64url(header.as_bytes()), base64url(claims.as_bytes()))
}

fn hs256(key: &[u8], claims: &str) -> String {
    let text = unsigned(r#"{"alg":"HS256","typ":"JWT"}"#, claims);
    let mac = hex::decode(openssl::hmac("-sha256", key, text.as_bytes())).expect("hex");
    format!("{text}.{}", base64url(&mac))
}

/// The claims of `sub`, in force for an hour.
fn claims(sub: &str) -> String {
    format!(r#"{{"sub":"{sub}","exp":{}}}"#, now() + 3600)
}

/// What openssl makes of its standard input.
fn openssl(directory: &Path, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new("openssl")
        .args(arguments)
        .current_dir(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("these tests compare with openssl: install it");
    child.stdin.take().expect("piped").write_all(input).expect("openssl reads");
    let output = child.wait_with_output().expect("openssl ends");
    assert!(output.status.success(), "{arguments:?}");
    output.stdout
}

#[test]
fn the_subject_of_the_token_gets_its_own_hash() {
    let case = Case::new(KEY, &[]);
    let answer = case.bearer(&hs256(KEY.as_bytes(), &claims("abcdef")));
    assert_eq!(answer.status, 200);
    assert!(answer.head.contains("cache-control: no-store"), "{answer:?}");
    assert!(answer.head.contains("content-type: application/json"), "{answer:?}");
    assert!(!answer.head.contains("access-control"), "{answer:?}");
    // The public vector of this secret and user.
    let hash = "532cd9cd6bfa49528cf2503db0743bb72456bda2cb7424d2894c5b11f6cad6cf";
    let expected =
        serde_json::json!({"app_id": "abcd1234", "user_id": "abcdef", "user_hash": hash});
    assert_eq!(answer.json(), expected);
    let record = case.listener.record();
    assert_eq!((&record["status"], &record["user_id"]), (&200.into(), &"abcdef".into()));
    assert!(!record.to_string().contains(hash), "{record}");
    // Parameters ask for nobody else.
    let token = hs256(KEY.as_bytes(), &claims("1"));
    let request = format!(
        "GET /api/intercom-settings?user_id=abcdef&sub=abcdef HTTP/1.1\r\nHost: a\r\n\
         Connection: close\r\nAuthorization: Bearer {token}\r\n\r\n"
    );
    assert_eq!(case.listener.send(request.as_bytes()).json()["user_id"], "1");
}

#[test]
fn tokens_that_are_not_in_force_are_refused() {
    let case = Case::new(KEY, &[]);
    let (key, now) = (KEY.as_bytes(), now());
    let good = hs256(key, &claims("abcdef"));
    let refuses = |answer: &Answer, code: &str| case.assert_refuses(answer, code);
    refuses(&case.ask(""), "bearer-missing");
    refuses(&case.ask("Authorization: Basic YTpi\r\n"), "bearer-missing");
    refuses(&case.ask("Authorization: Bearer\r\n"), "bearer-missing");
    let twice = format!("Authorization: Bearer {good}\r\nAuthorization: Bearer {good}\r\n");
    refuses(&case.ask(&twice), "bearer-missing");
    for token in ["", "a", "a.b.c", "..", &good[..good.len() - 60], &format!("{good}.a")] {
        let answer = case.bearer(token);
        let code = answer.json()["error"]["code"].as_str().expect("a code").to_owned();
        assert!(
            ["bearer-missing", "bearer-malformed", "bearer-signature"].contains(&&*code),
            "{code}"
        );
        refuses(&answer, &code);
    }
    refuses(&case.bearer(&hs256(b"another key", &claims("abcdef"))), "bearer-signature");
    for (claims, code) in [
        (format!(r#"{{"sub":"a","exp":{}}}"#, now - 120), "bearer-expired"),
        (format!(r#"{{"sub":"a","exp":{},"nbf":{}}}"#, now + 60, now + 120), "bearer-expired"),
        (r#"{"sub":"a"}"#.to_owned(), "bearer-claims"),
        (format!(r#"{{"exp":{}}}"#, now + 60), "bearer-claims"),
        (format!(r#"{{"sub":"","exp":{}}}"#, now + 60), "bearer-claims"),
        (format!(r#"{{"sub":"{}","exp":{}}}"#, "a".repeat(2000), now + 60), "bearer-claims"),
        (r#"{"sub":"a","exp":"never"}"#.to_owned(), "bearer-claims"),
        (format!(r#"{{"sub":7,"exp":{}}}"#, now + 60), "bearer-malformed"),
        ("[]".to_owned(), "bearer-malformed"),
    ] {
        let answer = case.bearer(&hs256(key, &claims));
        let told = answer.json()["error"]["code"].clone();
        assert!(told == code || told == "bearer-malformed", "{claims}: {told}");
        refuses(&answer, told.as_str().expect("a code"));
    }
    // Clocks may be a little apart.
    let late = hs256(key, &format!(r#"{{"sub":"a","exp":{}}}"#, now - 5));
    assert_eq!(case.bearer(&late).status, 200);
}

#[test]
fn the_key_decides_the_algorithm() {
    let case = Case::new(KEY, &[]);
    for header in
        [r#"{"alg":"none"}"#, r#"{"alg":"None"}"#, r#"{"alg":"HS512"}"#, r#"{"alg":"RS256"}"#, "{}"]
    {
        let text = unsigned(header, &claims("abcdef"));
        let mac = openssl::hmac("-sha256", KEY.as_bytes(), text.as_bytes());
        let mac = base64url(&hex::decode(mac).expect("hex"));
        for token in [format!("{text}."), format!("{text}.{mac}")] {
            assert_eq!(case.bearer(&token).status, 401, "{header}");
        }
    }
}

#[test]
fn a_public_key_takes_rs256_and_is_no_secret_of_hs256() {
    let keys = TempDir::new().expect("a directory");
    let run = |arguments: &[&str], input: &[u8]| openssl(keys.path(), arguments, input);
    for name in ["own", "other"] {
        run(&["genrsa", "-out", name, "2048"], b"");
    }
    let public = run(&["rsa", "-in", "own", "-pubout"], b"");
    let pkcs1 = run(&["rsa", "-in", "own", "-RSAPublicKey_out"], b"");
    let rs256 = |key: &str, claims: &str| {
        let text = unsigned(r#"{"alg":"RS256","typ":"JWT"}"#, claims);
        let signature = run(&["dgst", "-sha256", "-sign", key], text.as_bytes());
        format!("{text}.{}", base64url(&signature))
    };
    for key in [&public, &pkcs1] {
        let case = Case::new(key, &[]);
        let answer = case.bearer(&rs256("own", &claims("abcdef")));
        assert_eq!(answer.json()["user_id"], "abcdef", "{answer:?}");
        case.listener.record();
        case.assert_refuses(&case.bearer(&rs256("other", &claims("abcdef"))), "bearer-signature");
        // The public key is public: whoever takes it for a shared secret is to get nowhere.
        let trimmed = key.strip_suffix(b"\n").expect("a line ending");
        for secret in [key.as_slice(), trimmed] {
            let answer = case.bearer(&hs256(secret, &claims("abcdef")));
            case.assert_refuses(&answer, "bearer-algorithm");
        }
        assert!(case.directory.path().exists());
    }
    // Keys that cannot verify.
    run(&["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "ec"], b"");
    let ec = run(&["ec", "-in", "ec", "-pubout"], b"");
    let private = fs::read(keys.path().join("own")).expect("a file");
    for (key, message) in [
        (ec.as_slice(), "error: the bearer key is PEM, but not a public RSA key"),
        (&private, "error: the bearer key is a private key"),
        (b"-----BEGIN PUBLIC KEY-----\nbm8=\n-----END PUBLIC KEY-----\n", "not a public RSA key"),
    ] {
        fs::write(keys.path().join("key"), key).expect("a file");
        let run =
            Tool::new(["listen", "--port", "0", "--settings-app-id", "a", "--bearer-key-file"])
                .dir(&keys)
                .arg("key")
                .env("INTERCOM_WEBHOOK_SECRET", SECRET)
                .env("INTERCOM_IDENTITY_SECRET", IDENTITY)
                .run()
                .expect(2);
        assert!(run.stderr().contains(message), "{}", run.stderr());
    }
}

#[test]
fn a_short_secret_is_warned_of() {
    let case = Case::new("short", &[]);
    let (_, _, errors) = case.listener.stop();
    assert!(errors.contains("note: the key of bearer tokens is shorter than 32 bytes"), "{errors}");
}

#[test]
fn pages_of_other_origins_get_nothing_unless_one_is_named() {
    let origin = "http://localhost:5173";
    let token = hs256(KEY.as_bytes(), &claims("abcdef"));
    let preflight = |case: &Case, origin: &str| {
        let request = format!(
            "OPTIONS /api/intercom-settings HTTP/1.1\r\nHost: a\r\nConnection: close\r\nOrigin: \
             {origin}\r\nAccess-Control-Request-Method: GET\r\n\r\n"
        );
        case.listener.send(request.as_bytes()).head
    };
    let ask = |case: &Case, origin: &str| {
        case.ask(&format!("Authorization: Bearer {token}\r\nOrigin: {origin}\r\n")).head
    };
    let closed = Case::new(KEY, &[]);
    let open = Case::new(KEY, &["--settings-origin", origin]);
    for (case, from, is_open) in [
        (&closed, origin, false),
        (&open, origin, true),
        (&open, "http://localhost:5174", false),
        (&open, "http://localhost:5173.example", false),
        (&open, "null", false),
    ] {
        for head in [preflight(case, from), ask(case, from)] {
            let allows = format!("access-control-allow-origin: {origin}\r\n");
            assert_eq!(head.contains(&allows), is_open, "{from}: {head}");
            assert_eq!(head.contains("access-control"), is_open, "{from}: {head}");
        }
    }
    assert!(preflight(&open, origin).contains("access-control-allow-headers: authorization"));
}

#[test]
fn without_its_options_the_address_is_not_there() {
    let listener = Listener::start::<&str>([]);
    for method in ["GET", "POST"] {
        let request = format!(
            "{method} /api/intercom-settings HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\
             Content-Length: 0\r\n\r\n"
        );
        assert_eq!(listener.send(request.as_bytes()).status, 405);
    }
}
