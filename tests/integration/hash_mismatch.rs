//! Why a `user_hash` does not match: each mistake is made by other means, and named by the program.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use intercom_sec::identity::Platform;
use intercom_sec::identity::explain::{Claim, Explainer, Question};
use intercom_sec::identity::{UserHash, user_hash};
use intercom_sec::report::causes::{self, HASH};
use intercom_sec::secret::Secret;
use proptest::prelude::*;
use tempfile::TempDir;

use super::support::openssl::hmac;
use super::support::tokens::base64;
use super::support::tool::{Run, Tool};

const SECRET: &str = "s3cre7-of-the-web";

fn hash(arguments: &[&str]) -> Tool {
    Tool::new(["hash"].iter().chain(arguments)).env("INTERCOM_IDENTITY_SECRET", SECRET)
}

/// The right hash of something, by openssl.
fn of(value: impl AsRef<[u8]>) -> String {
    hmac("-sha256", SECRET.as_bytes(), value.as_ref())
}

/// A plain digest, by openssl.
fn digest(message: &str) -> String {
    let mut child = Command::new("openssl")
        .args(["dgst", "-sha256", "-r"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("these tests compare with openssl: install it");
    child.stdin.take().expect("piped").write_all(message.as_bytes()).expect("written");
    let output = child.wait_with_output().expect("it ends");
    String::from_utf8(output.stdout).expect("ASCII").split(' ').next().expect("hex").to_owned()
}

fn bytes(hex: &str) -> Vec<u8> {
    hex::decode(hex).expect("hex")
}

/// Asserts that the mismatch is explained by these causes, in text and in JSON, and that neither
/// tells the right hash.
#[track_caller]
fn assert_explained(value: &str, claimed: &str, more: &[&str], codes: &[&str]) -> Run {
    let arguments = [&[value, "--verify", claimed], more].concat();
    let text = hash(&arguments).run().expect(1);
    assert!(text.stdout().starts_with("mismatch: "), "{}", text.stdout());
    assert!(text.stdout().contains("\nwhy: "), "{codes:?}: {} {}", text.stdout(), text.stderr());
    assert!(text.stdout().contains("\nnext: "), "{}", text.stdout());
    let json = hash(&[&arguments[..], &["--format", "json"]].concat()).run().expect(1);
    let found: Vec<String> = json.json()["causes"]
        .as_array()
        .expect("causes")
        .iter()
        .map(|cause| cause["code"].as_str().expect("a code").to_owned())
        .collect();
    assert_eq!(found, codes, "{}", text.stdout());
    assert_eq!(json.json()["verdict"], "mismatch");
    let right = of(value);
    for run in [&text, &json] {
        assert!(!(run.stdout() + &run.stderr()).contains(&right[..16]));
        assert!(!(run.stdout() + &run.stderr()).contains(SECRET));
    }
    text
}

#[test]
fn white_space_and_line_endings_around_the_value() {
    assert_explained("42 ", &of("42"), &[], &["value-white-space"]);
    assert_explained("\t42\r\n", &of("42"), &[], &["value-white-space"]);
    assert_explained("\u{a0}42", &of("42"), &[], &["value-white-space"]);
    assert_explained("42", &of("42\n"), &[], &["hashed-line-ending"]);
    assert_explained("42", &of("42\r\n"), &[], &["hashed-line-ending"]);
    assert_explained("42", &of(" 42"), &[], &["hashed-white-space"]);
    assert_explained("42", &of("42 "), &[], &["hashed-white-space"]);
    assert_explained("42", &of("\u{feff}42"), &[], &["byte-order-mark"]);
}

#[test]
fn the_case_of_an_email() {
    for (sent, hashed) in [
        ("Ada@Example.com", "ada@example.com"),
        ("ada@example.com", "ADA@EXAMPLE.COM"),
        ("ada@example.com", "Ada@example.com"),
        ("ada.lovelace@example.com", "Ada.Lovelace@example.com"),
        ("Ada@EXAMPLE.com", "Ada@example.com"),
    ] {
        assert_explained(sent, &of(hashed), &[], &["letter-case"]);
    }
}

#[test]
fn the_email_instead_of_the_user_id() {
    let email = ["--also-email", "ada@example.com"];
    assert_explained("42", &of("ada@example.com"), &email, &["email-hashed"]);
    let codes = ["email-hashed", "letter-case"];
    assert_explained("42", &of("ADA@EXAMPLE.COM"), &email, &codes);
    // The user id wins: its own hash is right, whatever the email is.
    let right = of("42");
    hash(&["42", "--verify", &right, "--also-email", "ada@example.com"]).run().expect(0);
    hash(&["42", "--also-email", "ada@example.com"]).run().expect(2);
}

#[test]
fn a_number_written_another_way() {
    for (sent, hashed) in [
        ("1000", "1000.0"),
        ("1000", "1e3"),
        ("1000", "+1000"),
        ("1000", "00001000"),
        ("1000", "1,000"),
        ("1.0", "1"),
        ("1e3", "1000"),
        ("0042", "42"),
        ("+7", "7"),
    ] {
        let run = assert_explained(sent, &of(hashed), &[], &["number-form"]);
        assert!(run.stdout().contains(hashed), "{}", run.stdout());
    }
    let run =
        assert_explained("9007199254740993", &of("9007199254740992"), &[], &["number-rounded"]);
    assert!(run.stdout().contains("2^53"), "{}", run.stdout());
}

#[test]
fn quotes_and_what_stands_for_no_value() {
    assert_explained("42", &of("\"42\""), &[], &["hashed-quotes"]);
    assert_explained("42", &of("'42'"), &[], &["hashed-quotes"]);
    assert_explained("\"42\"", &of("42"), &[], &["value-quoted"]);
    for nothing in ["undefined", "null", "None", ""] {
        let run = assert_explained("42", &of(nothing), &[], &["no-value"]);
        assert!(run.stdout().contains("the same for everyone"), "{}", run.stdout());
    }
}

#[test]
fn unicode_forms_and_other_encodings() {
    let (composed, decomposed) = ("zoé", "zoe\u{301}");
    let run = assert_explained(composed, &of(decomposed), &[], &["unicode-form"]);
    assert!(run.stdout().contains("NFD"), "{}", run.stdout());
    let run = assert_explained(decomposed, &of(composed), &[], &["unicode-form"]);
    assert!(run.stdout().contains("NFC"), "{}", run.stdout());
    let run = assert_explained("ﬁn①", &of("fin1"), &[], &["unicode-form"]);
    assert!(run.stdout().contains("NFKC"), "{}", run.stdout());
    assert_explained("zoé", &of(b"zo\xe9"), &[], &["charset"]);
    assert_explained("42", &of(b"4\x002\x00"), &[], &["charset"]);
}

#[test]
fn the_secret_of_another_platform() {
    let directory = TempDir::new().expect("a value");
    for (platform, secret) in [("web", SECRET), ("ios", "of-ios"), ("android", "of-android")] {
        fs::write(directory.path().join(platform), format!("{secret}\n")).expect("a value");
    }
    let files = ["--web-secret-file", "web", "--ios-secret-file", "ios", "--android-secret-file"];
    let run = |platform: &str, claimed: &str| {
        Tool::new(
            ["hash", "42", "--verify", claimed, "--platform", platform]
                .iter()
                .chain(&files)
                .chain(&["android"]),
        )
        .dir(&directory)
        .run()
    };
    let of_ios = hmac("-sha256", b"of-ios", b"42");
    run("ios", &of_ios).expect(0);
    for (platform, by, name) in
        [("web", "of-ios", "iOS"), ("ios", SECRET, "web"), ("web", "of-android", "Android")]
    {
        let claimed = hmac("-sha256", by.as_bytes(), b"42");
        let run = run(platform, &claimed).expect(1);
        let why = format!("why: the hash was made with the secret of {name}\n");
        assert!(run.stdout().contains(&why), "{}", run.stdout());
    }
    // From the variables of the platforms.
    let variables = |arguments: &[&str]| {
        Tool::new(["hash", "42"].iter().chain(arguments))
            .env("INTERCOM_IDENTITY_SECRET_WEB", SECRET)
            .env("INTERCOM_IDENTITY_SECRET_IOS", "of-ios")
            .env("INTERCOM_IDENTITY_SECRET_ANDROID", "")
            .run()
    };
    assert_eq!(variables(&["--platform", "ios"]).expect(0).stdout(), format!("{of_ios}\n"));
    let explained = variables(&["--platform", "web", "--verify", &of_ios]).expect(1);
    assert!(explained.stdout().contains("secret of iOS"), "{}", explained.stdout());
    assert!(variables(&["--platform", "android"]).expect(2).stderr().contains("is empty"));
    // None of them is taken for the secret that counts without being asked for.
    variables(&[]).expect(2);
    let general = hash(&["42", "--platform", "ios"]).run().expect(2);
    assert!(general.stderr().contains("INTERCOM_IDENTITY_SECRET_IOS"), "{}", general.stderr());
    // One platform's file alone says which platform is meant; of several, one is chosen.
    let one = Tool::new(["hash", "42", "--ios-secret-file", "ios"]).dir(&directory).run().expect(0);
    assert_eq!(one.stdout(), format!("{of_ios}\n"));
    let several = Tool::new(["hash", "42"].iter().chain(&files).chain(&["android"]));
    assert!(several.dir(&directory).run().expect(2).stderr().contains("--platform"));
    let twice =
        ["hash", "42", "--ios-secret-file", "ios", "--secret-file", "web", "--platform", "ios"];
    Tool::new(twice).dir(&directory).run().expect(2);
}

#[test]
fn what_careless_reading_makes_of_the_secret() {
    for (used, code) in [
        (format!("{SECRET}\n"), "secret-line-ending"),
        (format!("{SECRET}\r\n"), "secret-line-ending"),
        (format!(" {SECRET}"), "secret-white-space"),
        (format!("{SECRET} "), "secret-white-space"),
        (format!("\"{SECRET}\""), "secret-quotes"),
    ] {
        assert_explained("42", &hmac("-sha256", used.as_bytes(), b"42"), &[], &[code]);
    }
    // The other way round: the secret given is the careless one.
    for given in [format!("{SECRET} "), format!("\"{SECRET}\"")] {
        let run = Tool::new(["hash", "42", "--verify", &of("42")])
            .env("INTERCOM_IDENTITY_SECRET", &given)
            .run()
            .expect(1);
        assert!(
            run.stdout().contains("around it, and the signer used it without"),
            "{}",
            run.stdout()
        );
    }
    let secret = "00112233445566778899aabbccddeeff";
    let decoded = hmac("-sha256", &bytes(secret), b"42");
    let run = Tool::new(["hash", "42", "--verify", &decoded])
        .env("INTERCOM_IDENTITY_SECRET", secret)
        .run()
        .expect(1);
    assert!(
        run.stdout().contains("the secret given is hex, and the signer used what it decodes to"),
        "{}",
        run.stdout()
    );
}

#[test]
fn another_computation() {
    let swapped = hmac("-sha256", b"42", SECRET.as_bytes());
    assert_explained("42", &swapped, &[], &["key-and-message-swapped"]);
    assert_explained("42", &digest("42"), &[], &["plain-sha256"]);
    assert_explained("42", &digest(&format!("42{SECRET}")), &[], &["plain-sha256"]);
    assert_explained("42", &digest(&format!("{SECRET}42")), &[], &["plain-sha256"]);
    let run =
        assert_explained("42", &hmac("-sha1", SECRET.as_bytes(), b"42"), &[], &["other-algorithm"]);
    assert!(run.stdout().contains("made with SHA-1 where SHA-256"), "{}", run.stdout());
    let sha512 = hmac("-sha512", SECRET.as_bytes(), b"42");
    assert_explained("42", &sha512, &[], &["other-algorithm"]);
}

#[test]
fn another_way_to_write_the_digest() {
    let right = of("45");
    let standard = base64(&bytes(&right));
    let url = standard.replace('+', "-").replace('/', "_");
    assert_ne!(standard, url, "a digest whose base64 has + or /");
    assert_explained("45", &standard, &[], &["base64"]);
    assert_explained("45", standard.trim_end_matches('='), &[], &["base64"]);
    assert_explained("45", &url, &[], &["base64url"]);
    assert_explained("45", url.trim_end_matches('='), &[], &["base64url"]);
    assert_explained("45", &base64(right.as_bytes()), &[], &["base64-of-hex"]);
    for length in [8, 32, 40, 63] {
        assert_explained("45", &right[..length], &[], &["truncated"]);
    }
    // Without a known mistake it is no hash, and there is nothing to compare.
    let other = base64(&bytes(&of("46")));
    let run = hash(&["45", "--verify", &other]).run().expect(2);
    assert!(run.stderr().contains("base64 where hex belongs"), "{}", run.stderr());
}

#[test]
fn upper_case_is_refused_on_mobile_alone() {
    let upper = of("42").to_uppercase();
    hash(&["42", "--verify", &upper]).run().expect(0);
    for (platform, status) in [("web", 0), ("ios", 1), ("android", 1)] {
        let variable = format!("INTERCOM_IDENTITY_SECRET_{}", platform.to_uppercase());
        let run = Tool::new(["hash", "42", "--verify", &upper, "--platform", platform])
            .env(&variable, SECRET)
            .run()
            .expect(status);
        assert_eq!(run.stdout().contains("upper-case hex"), status == 1, "{}", run.stdout());
    }
}

#[test]
fn two_mistakes_at_once() {
    let line = format!("{SECRET}\n");
    let by_line = |value: &str| hmac("-sha256", line.as_bytes(), value.as_bytes());
    assert_explained(
        "Ada@Example.com",
        &by_line("ada@example.com"),
        &[],
        &["letter-case", "secret-line-ending"],
    );
    assert_explained(
        " Ada@Example.com",
        &of("ada@example.com"),
        &[],
        &["value-white-space", "letter-case"],
    );
    let in_base64 = base64(&bytes(&of("42\n")));
    assert_explained("42", &in_base64, &[], &["hashed-line-ending", "base64"]);
    let by_key = hmac("-sha256", b"42\n", SECRET.as_bytes());
    assert_explained("42", &by_key, &[], &["hashed-line-ending", "key-and-message-swapped"]);
}

#[test]
fn a_mismatch_that_nothing_explains_says_so() {
    let run = hash(&["42", "--verify", &"0".repeat(64)]).run().expect(1);
    assert_eq!(run.stdout(), "mismatch: this is not the value's user_hash\n");
    assert!(run.stderr().contains("none of the known mistakes"), "{}", run.stderr());
    let json = hash(&["42", "--verify", &"0".repeat(64), "--format", "json"]).run().expect(1);
    assert!(json.json().get("causes").is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is claimed: only the very hash is right, and no explanation is an acceptance.
    #[test]
    fn no_explanation_turns_a_mismatch_into_a_pass(
        value in "[ a-zA-Z0-9é@.\"+]{1,12}",
        hashed in "[ a-zA-Z0-9é@.\"+]{0,12}",
        key in "[ -~]{1,12}",
        other in "[ -~]{1,12}",
        is_same in any::<bool>(),
    ) {
        let secret = Secret::new(key.into_bytes()).expect("a value");
        let other = Secret::new(other.into_bytes()).expect("a value");
        let right = user_hash(&secret, value.as_bytes());
        let hashed = if is_same { value.clone() } else { hashed };
        for by in [&secret, &other] {
            let claimed = user_hash(by, hashed.as_bytes());
            if claimed == right {
                continue;
            }
            let explainer = Explainer::new(&secret, &[(Platform::Ios, other.clone())]);
            let claim = Claim::of(&claimed);
            let question = Question { value: value.as_bytes(), email: None, claim: &claim };
            let explanation = explainer.explain(question);
            if explanation.is_proven() {
                // What explains is never "nothing is wrong", and never shows what would be right.
                let causes = explanation.causes.as_slice();
                prop_assert!(!causes.is_empty());
                let told = causes::sentence(causes, HASH) + &causes::all_advice(causes, HASH);
                prop_assert!(!told.contains(&right.to_string()));
                prop_assert!(causes.len() <= 2);
            } else {
                // The secret of another platform over the very value is always told.
                prop_assert!(hashed != value);
            }
            let is_accepted = UserHash::parse(&claimed.to_string()).expect("a value").0 == right;
            prop_assert!(!is_accepted);
        }
    }
}

#[test]
fn the_status_of_an_explained_mismatch_stays_1_in_every_form() {
    let mistakes = [of("42\n"), of("undefined"), digest("42"), of("42")[..40].to_owned()];
    for claimed in &mistakes {
        for more in [&[][..], &["--quiet"], &["--format", "json"], &["--color", "always"]] {
            hash(&[&["42", "--verify", claimed.as_str()], more].concat()).run().expect(1);
        }
    }
}
