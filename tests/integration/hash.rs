//! `intercom-sec hash`.

use std::ffi::OsStr;
use std::fs;

use intercom_sec::identity::{UserHash, user_hash};
use intercom_sec::secret::Secret;
use tempfile::TempDir;

use super::support::openssl;
use super::support::tokens::{self, Random};
use super::support::tool::{Run, Tool};

/// Secret, value, hash: from the public test suites of other implementations.
const VECTORS: [(&str, &str, &str); 5] = [
    ("bar", "baz", "c8acc43edc084edb8207a50320ba4ec5d113686cf8050274a305480c98512e45"),
    ("secret", "Message", "aa747c502a898200f9e4fa21bac68136f886a0e27aec70ba06daf2e2a5cb5597"),
    (
        "s3cre7",
        "test@intercom.io",
        "844240a2deab99438ade8e7477aa832e22adb0e1eb1ad7754ff8d4054fb63869",
    ),
    ("s3cre7", "abcdef", "532cd9cd6bfa49528cf2503db0743bb72456bda2cb7424d2894c5b11f6cad6cf"),
    ("foo", "foo@bar.com", "a95b0a1ab461c0721d91fbe32a5f5f2a27ac0bfa4bfbcfced168173fa80d4e14"),
];

/// The hash of `abcdef` with the secret `s3cre7`.
const HASH: &str = VECTORS[3].2;

/// `hash` with the secret `s3cre7` in the environment.
fn hash(arguments: &[&str]) -> Tool {
    Tool::new(["hash"].iter().chain(arguments)).env("INTERCOM_IDENTITY_SECRET", "s3cre7")
}

fn library(secret: &[u8], value: &[u8]) -> String {
    user_hash(&Secret::new(secret.to_vec()).expect("not empty"), value).to_string()
}

#[track_caller]
fn assert_fails(run: Run, message: &str, hint: &str) -> Run {
    let run = run.expect(2);
    assert!(run.stderr().contains(&format!("error: {message}")), "{}", run.stderr());
    assert!(run.stderr().contains("hint: ") && run.stderr().contains(hint), "{}", run.stderr());
    run
}

#[test]
fn prints_the_hash_alone() {
    for (secret, value, expected) in VECTORS {
        let run = Tool::new(["hash", value]).env("INTERCOM_IDENTITY_SECRET", secret).run();
        let run = run.expect(0);
        assert_eq!(run.stdout(), format!("{expected}\n"));
        assert_eq!(run.stderr(), "");
    }
}

#[test]
fn quiet_still_prints_what_was_asked_for() {
    for format in ["text", "json", "snippet"] {
        let run = hash(&["abcdef", "--quiet", "--format", format]).run().expect(0);
        assert!(run.stdout().contains(HASH), "{}", run.stdout());
        assert_eq!(run.stderr(), "");
    }
}

#[test]
fn the_library_computes_the_vectors_of_rfc_4231() {
    let counting: Vec<u8> = (1..=25).collect();
    let long_data = b"This is a test using a larger than block-size key and a larger than \
        block-size data. The key needs to be hashed before being used by the HMAC algorithm.";
    let cases: [(&[u8], &[u8], &str); 7] = [
        (
            &[0x0b; 20],
            b"Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        ),
        (
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            &[0xaa; 20],
            &[0xdd; 50],
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
        ),
        (
            &counting,
            &[0xcd; 50],
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
        ),
        // The RFC gives the first 128 bits only.
        (&[0x0c; 20], b"Test With Truncation", "a3b6167473100ee06e0c796c2955552b"),
        (
            &[0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
        (
            &[0xaa; 131],
            long_data,
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
        ),
    ];
    for (key, data, expected) in cases {
        let computed = library(key, data);
        assert_eq!(&computed[..expected.len()], expected);
    }
}

#[test]
fn random_keys_and_values_agree_with_openssl() {
    let mut random = Random::new(1);
    for _ in 0..60 {
        let length = 1 + random.below(200);
        let key = random.bytes(length);
        let length = random.below(500);
        let value = random.bytes(length);
        assert_eq!(library(&key, &value), openssl::hmac("-sha256", &key, &value), "{key:?}");
    }
}

#[cfg(unix)]
#[test]
fn the_hash_is_over_the_exact_bytes_of_the_argument() {
    use std::os::unix::ffi::OsStrExt as _;

    let directory = TempDir::new().unwrap();
    let file = directory.path().join("secret");
    let mut random = Random::new(2);
    let fixed: [&[u8]; 6] = [b" a ", b"A@B.C\n", b"42", "é".as_bytes(), b"e\xcc\x81", b"\xff"];
    let values = fixed.map(<[u8]>::to_vec).into_iter().chain((0..10).map(|_| {
        let length = 1 + random.below(40);
        random.bytes(length).into_iter().map(|byte| byte.max(1)).collect()
    }));
    for (index, value) in values.enumerate() {
        let key = Random::new(100 + index as u64).bytes(1 + index * 7);
        // With a line ending of its own after it, a key may end in one.
        fs::write(&file, [key.as_slice(), b"\r\n"].concat()).unwrap();
        let run = Tool::new([
            OsStr::new("hash"),
            OsStr::new("--secret-file"),
            file.as_os_str(),
            OsStr::new("--"),
            OsStr::from_bytes(&value),
        ])
        .run()
        .expect(0);
        assert_eq!(run.stdout().trim_end(), openssl::hmac("-sha256", &key, &value), "{value:?}");
    }
}

#[test]
fn the_secret_comes_from_a_file_stdin_or_a_variable_and_loses_one_line_ending() {
    let directory = TempDir::new().unwrap();
    for (content, secret) in [
        ("s3cre7", "s3cre7"),
        ("s3cre7\n", "s3cre7"),
        ("s3cre7\r\n", "s3cre7"),
        ("s3cre7\n\n", "s3cre7\n"),
        ("s3cre7\r\n\r\n", "s3cre7\r\n"),
        ("s3cre7\r", "s3cre7\r"),
        (" s3cre7 \n", " s3cre7 "),
    ] {
        let expected = library(secret.as_bytes(), b"abcdef") + "\n";
        fs::write(directory.path().join("secret"), content).unwrap();
        let from_file = Tool::new(["hash", "abcdef", "--secret-file", "secret"]);
        assert_eq!(from_file.dir(&directory).run().expect(0).stdout(), expected, "{content:?}");
        let from_stdin = Tool::new(["hash", "abcdef", "--secret-file", "-"]);
        assert_eq!(from_stdin.stdin(content).run().expect(0).stdout(), expected, "{content:?}");
    }
    for name in ["INTERCOM_IDENTITY_SECRET", "INTERCOM_IDENTITY_VERIFICATION_SECRET"] {
        let run = Tool::new(["hash", "abcdef"]).env(name, "s3cre7").run().expect(0);
        assert_eq!(run.stdout(), format!("{HASH}\n"));
    }
    let run = Tool::new(["hash", "abcdef", "--secret-env", "OTHER"])
        .env("OTHER", "s3cre7")
        .env("INTERCOM_IDENTITY_SECRET", "another")
        .run()
        .expect(0);
    assert_eq!(run.stdout(), format!("{HASH}\n"));
}

#[test]
fn an_empty_secret_is_refused_wherever_it_comes_from() {
    for content in ["", "\n", "\r\n"] {
        let run = Tool::new(["hash", "a", "--secret-file", "-"]).stdin(content).run();
        assert_fails(run, "the identity verification secret from --secret-file is empty", "");
    }
    let run = Tool::new(["hash", "a"])
        .env("INTERCOM_IDENTITY_SECRET", "")
        .env("INTERCOM_IDENTITY_VERIFICATION_SECRET", "s3cre7")
        .run();
    assert_fails(run, "the identity verification secret from INTERCOM_IDENTITY_SECRET is", "");
    let run = Tool::new(["hash", "a", "--secret-env", "OTHER"]).env("OTHER", "").run();
    assert_fails(run, "the identity verification secret from --secret-env is empty", "");
}

#[test]
fn a_missing_or_unreadable_secret_is_no_verdict() {
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("long"), vec![b'a'; 100_000]).unwrap();
    let run = Tool::new(["hash", "a"]).run();
    assert_fails(run, "no identity verification secret was given", "INTERCOM_IDENTITY_SECRET");
    for (arguments, message) in [
        (
            ["--secret-file", "absent"],
            "cannot read the file that --secret-file names: No such file",
        ),
        (["--secret-file", "."], "cannot read the file that --secret-file names: is a directory"),
        (["--secret-file", "long"], "the input of --secret-file is longer than any"),
        (["--secret-env", "ABSENT"], "the variable named by --secret-env is not set"),
    ] {
        let run = Tool::new(["hash", "a"].iter().chain(&arguments)).dir(&directory).run();
        assert_fails(run, message, "");
    }
}

#[test]
fn json_names_the_identifier() {
    for (arguments, identifier) in [
        (["abcdef", "--quiet"], "user_id"),
        (["abcdef", "--email"], "email"),
        (["a@b.c", "--quiet"], "email"),
        (["a@b.c", "--user-id"], "user_id"),
    ] {
        let run = hash(&arguments).run().expect(0);
        let run_json = hash(&[&arguments[..], &["--format", "json"]].concat()).run().expect(0);
        assert_eq!(
            run_json.json(),
            serde_json::json!({
                "schema": "intercom-sec.hash/1",
                "version": env!("CARGO_PKG_VERSION"),
                "identifier": identifier,
                "value": arguments[0],
                "user_hash": run.stdout().trim_end(),
            })
        );
    }
    hash(&["a", "--email", "--user-id"]).run().expect(2);
}

#[test]
fn a_snippet_sets_the_messengers_settings() {
    let arguments = ["abcdef", "--format", "snippet", "--app-id", "abcd1234"];
    let run = hash(&arguments).run().expect(0);
    let expected = format!(
        "window.intercomSettings = {{\n  app_id: \"abcd1234\",\n  user_id: \"abcdef\",\n  \
         user_hash: \"{HASH}\"\n}};\n"
    );
    assert_eq!(run.stdout(), expected);
    assert_eq!(run.stderr(), "");
}

#[test]
fn a_snippet_without_an_app_id_says_so() {
    let run = hash(&["a@b.c", "--format", "snippet"]).run().expect(0);
    assert!(run.stdout().contains("  app_id: \"YOUR_APP_ID\",\n  email: \"a@b.c\",\n"));
    assert!(run.stderr().contains("note: no --app-id was given"), "{}", run.stderr());
}

#[test]
fn no_value_can_leave_its_string_in_a_snippet() {
    let value = "</script><!--\"'\\\u{2028}\u{2029}\n\r\u{1b}[31m&`${1}é🦀";
    let run = hash(&[value, "--format", "snippet", "--app-id", value]).run().expect(0);
    let escaped = r#""\u003c/script\u003e\u003c!--\"\u0027\\\u2028\u2029\u000a\u000d\u001b[31m\u0026\u0060${1}\u00e9\ud83e\udd80""#;
    assert!(run.stdout().contains(&format!("app_id: {escaped},\n")), "{}", run.stdout());
    assert!(run.stdout().contains(&format!("user_id: {escaped},\n")), "{}", run.stdout());
    assert_eq!(serde_json::from_str::<String>(escaped).unwrap(), value);
}

#[test]
fn an_empty_value_or_app_id_is_refused() {
    assert_fails(hash(&[""]).run(), "VALUE is empty", "one for everyone");
    let run = hash(&["a", "--format", "snippet", "--app-id", ""]).run();
    assert_fails(run, "the app id is empty", "--app-id");
}

#[cfg(unix)]
#[test]
fn a_value_that_is_not_utf8_has_a_hash_and_no_json() {
    use std::os::unix::ffi::OsStrExt as _;

    for format in ["json", "snippet"] {
        let run = Tool::new([
            OsStr::new("hash"),
            OsStr::from_bytes(b"\xff"),
            OsStr::new("--format"),
            OsStr::new(format),
        ])
        .env("INTERCOM_IDENTITY_SECRET", "s3cre7")
        .run();
        assert_fails(run, "VALUE is not UTF-8", "--format text");
    }
}

#[test]
fn verify_says_yes_or_no() {
    let run = hash(&["abcdef", "--verify", HASH]).run().expect(0);
    assert_eq!(run.stdout(), "match: this is the value's user_hash\n");
    assert_eq!(run.stderr(), "");
    let run = hash(&["ghijkl", "--verify", HASH]).run().expect(1);
    assert_eq!(run.stdout(), "mismatch: this is not the value's user_hash\n");
    assert!(run.stderr().contains("usual causes: "), "{}", run.stderr());
    for (value, status) in [("abcdef", 0), ("abcdeF", 1)] {
        let run = hash(&[value, "--verify", HASH, "--quiet"]).run().expect(status);
        assert_eq!((run.stdout(), run.stderr()), (String::new(), String::new()));
    }
}

#[test]
fn verify_takes_upper_case_and_warns_that_mobile_does_not() {
    let run = hash(&["abcdef", "--verify", &HASH.to_uppercase()]).run().expect(0);
    assert!(run.stderr().contains("mobile SDKs refuse it"), "{}", run.stderr());
}

#[test]
fn verify_has_a_verdict_in_json() {
    for (claimed, status, verdict, case) in [
        (HASH.to_owned(), 0, "match", "lower"),
        (HASH.to_uppercase(), 0, "match", "upper"),
        ("0".repeat(64), 1, "mismatch", "lower"),
    ] {
        let arguments = ["abcdef", "--verify", &claimed, "--format", "json"];
        let run = hash(&arguments).run().expect(status);
        assert_eq!(
            run.json(),
            serde_json::json!({
                "schema": "intercom-sec.hash/1",
                "version": env!("CARGO_PKG_VERSION"),
                "verdict": verdict,
                "identifier": "user_id",
                "value": "abcdef",
                "case": case,
            })
        );
    }
}

#[test]
fn a_mismatch_never_tells_the_right_hash() {
    for format in ["text", "json"] {
        let run = hash(&["abcdef", "--verify", &"0".repeat(64), "--format", format]).run();
        let run = run.expect(1);
        assert!(!(run.stdout() + &run.stderr()).contains(&HASH[..16]));
    }
}

#[test]
fn verify_refuses_a_malformed_hash_with_its_reason() {
    for (claimed, message) in [
        (String::new(), "the hash is empty"),
        (HASH[1..].to_owned(), "the hash has 63 characters where 64 hex digits belong"),
        (format!("{HASH} "), "the hash has white space around it"),
        (format!("'{HASH}'"), "the hash has quotes around it"),
        (format!("sha256={HASH}"), "the hash has a prefix before its hex digits"),
        (HASH.replace('5', "x"), "the hash has another character in place 1 of its 64"),
    ] {
        // The reason comes before any question for a secret.
        let run = Tool::new(["hash", "abcdef", "--verify", &claimed]).run();
        let run = assert_fails(run, message, "");
        assert_eq!(run.stdout(), "");
    }
    let run = hash(&["a", "--verify", "zz", "--format", "json"]).run().expect(2);
    assert_eq!(run.json()["verdict"], "error");
    assert_eq!(run.json()["error"]["code"], "hash-malformed");
    let run = hash(&["a", "--verify", HASH, "--format", "snippet"]).run();
    assert_fails(run, "--verify has a verdict and no snippet", "--format snippet");
}

#[test]
fn an_access_token_as_value_or_app_id_is_told_and_not_shown() {
    let token = tokens::token(&mut Random::new(3));
    for format in ["text", "json"] {
        let run = hash(&[&token, "--format", format]).run().expect(0);
        assert!(run.stderr().contains("VALUE looks like an access token"), "{}", run.stderr());
        assert!(run.stdout().contains(&library(b"s3cre7", token.as_bytes())));
        assert_hides(&run, &token);
    }
    let run = hash(&[&token, "--format", "snippet", "--app-id", "abcd1234"]).run();
    assert_hides(&assert_fails(run, "VALUE holds an access token", "user id or email"), &token);
    let run = hash(&["a", "--format", "snippet", "--app-id", &token]).run();
    assert_hides(&assert_fails(run, "the app id holds an access token", "app id"), &token);
}

#[test]
fn a_value_that_is_the_secret_is_refused_and_not_shown() {
    for format in ["text", "json", "snippet"] {
        let run = hash(&["s3cre7", "--format", format]).run();
        assert_hides(&assert_fails(run, "VALUE is the secret itself", "replace"), "s3cre7");
    }
}

#[test]
fn the_secret_stands_in_no_output() {
    let secret = "identity-Secret_0123456789abcdefABCDEF-40";
    let wrong = "0".repeat(64);
    let runs: [&[&str]; 7] = [
        &["abcdef"],
        &["abcdef", "--format", "json"],
        &["abcdef", "--format", "snippet"],
        &["abcdef", "--verify", &wrong],
        &["abcdef", "--verify", "short", "--format", "json"],
        &[""],
        &[secret, "--format", "json"],
    ];
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("secret"), secret).unwrap();
    for arguments in runs {
        let tool = || Tool::new(["hash"].iter().chain(arguments));
        assert_hides(&tool().env("INTERCOM_IDENTITY_SECRET", secret).run(), secret);
        let with_file = ["--secret-file", "secret"];
        let tool = Tool::new(["hash"].iter().chain(arguments).chain(&with_file));
        assert_hides(&tool.dir(&directory).run(), secret);
    }
    // Handed over where only a variable's name belongs.
    assert_hides(&Tool::new(["hash", "a", "--secret-env", secret]).run(), secret);
    assert_hides(&Tool::new(["hash", "a", secret]).run().expect(2), secret);
}

#[track_caller]
fn assert_hides(run: &Run, secret: &str) {
    let output = run.stdout() + &run.stderr();
    assert!(!output.contains(secret) && !output.contains(&secret[..secret.len() / 2 + 2]));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_no_verdict_unless_the_answer_is_no() {
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let run = hash(&["abcdef"]).stdout(full()).run();
    assert_fails(run, "cannot write the result", "standard output");
    hash(&["abcdef", "--verify", HASH]).stdout(full()).run().expect(2);
    hash(&["abcdef", "--verify", &"0".repeat(64)]).stdout(full()).run().expect(1);
}

#[test]
fn a_closed_pipe_ends_quietly() {
    for format in ["text", "json", "snippet"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let arguments = ["abcdef", "--format", format, "--app-id", "abcd1234", "--quiet"];
        let run = hash(&arguments).stdout(writer).run().expect(0);
        assert_eq!(run.stderr(), "");
    }
}

#[test]
fn a_verdict_has_colour_when_it_is_wanted() {
    let run = hash(&["abcdef", "--verify", HASH, "--color", "always"]).run().expect(0);
    assert!(run.stdout().contains("\x1b[") && run.stdout().contains("match"));
    let run = hash(&["abcdef", "--color", "always"]).run().expect(0);
    assert_eq!(run.stdout(), format!("{HASH}\n"));
}

#[test]
fn the_library_reads_its_own_hashes_back() {
    for (_, _, expected) in VECTORS {
        assert_eq!(UserHash::parse(expected).unwrap().0.to_string(), expected);
    }
}
