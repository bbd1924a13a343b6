//! `intercom-sec jwt`.

use std::fs;

use intercom_sec::identity::Secrets;
use intercom_sec::identity::jwt::{Rule, Signature, Token, judge};
use intercom_sec::secret::Secret;
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::support::openssl::hmac;
use super::support::tokens::{self, Random, base64};
use super::support::tool::{Run, Tool};

const SECRET: &str = "messenger-api-secret-of-the-tests-0123456789";

/// A time that the tests stand at.
const NOW: i64 = 1_800_000_000;

fn jwt(arguments: &[&str]) -> Tool {
    Tool::new(["jwt"].iter().chain(arguments)).env("INTERCOM_IDENTITY_SECRET", SECRET)
}

fn url(bytes: &[u8]) -> String {
    base64(bytes).trim_end_matches('=').replace('+', "-").replace('/', "_")
}

/// A token with a signature by openssl.
fn made(header: &Value, claims: &Value, key: &str) -> String {
    let message =
        format!("{}.{}", url(header.to_string().as_bytes()), url(claims.to_string().as_bytes()));
    let signature =
        hex::decode(hmac("-sha256", key.as_bytes(), message.as_bytes())).expect("a value");
    format!("{message}.{}", url(&signature))
}

fn token(claims: &Value) -> String {
    made(&json!({"alg": "HS256", "typ": "JWT"}), claims, SECRET)
}

/// Claims that break no rule for the next years.
fn good() -> Value {
    json!({"user_id": "42", "exp": 9_999_999_999_i64, "iat": 9_999_990_000_i64})
}

fn judged(text: &str) -> Vec<Rule> {
    let secret = Secret::new(SECRET.into()).expect("a value");
    judge(&Token::parse(text).expect("a value"), Some(&Secrets::new(secret)), NOW).broken
}

fn codes(run: &Run) -> Vec<String> {
    run.json()["problems"]
        .as_array()
        .expect("problems")
        .iter()
        .map(|problem| problem["code"].as_str().expect("a code").to_owned())
        .collect()
}

#[test]
fn what_is_signed_verifies_and_says_what_was_asked_for() {
    let directory = TempDir::new().expect("a value");
    fs::write(directory.path().join("claims"), "\u{feff}{\"plan\": \"pro\", \"seats\": 3}")
        .expect("a value");
    let arguments = ["sign", "--user-id", "42", "--email", "ada@example.com", "--claims", "claims"];
    let run = jwt(&arguments).dir(&directory).run().expect(0);
    assert_eq!(run.stderr(), "");
    let text = run.stdout().trim_end().to_owned();
    // By openssl, too.
    let (message, signature) = text.rsplit_once('.').expect("a value");
    let expected =
        hex::decode(hmac("-sha256", SECRET.as_bytes(), message.as_bytes())).expect("a value");
    assert_eq!(signature, url(&expected));
    let explained = jwt(&["explain", "-", "--format", "json"]).stdin(text.as_str()).run().expect(0);
    let json = explained.json();
    assert_eq!(json["schema"], "intercom-sec.jwt/1");
    assert_eq!((&json["verdict"], &json["signature"]), (&json!("valid"), &json!("valid")));
    assert_eq!(json["header"], json!({"alg": "HS256", "typ": "JWT"}));
    let claims = &json["claims"];
    assert_eq!(claims["user_id"], "42");
    assert_eq!(claims["email"], "ada@example.com");
    assert_eq!((&claims["plan"], &claims["seats"]), (&json!("pro"), &json!(3)));
    assert_eq!(
        claims["exp"].as_i64().expect("a value") - claims["iat"].as_i64().expect("a value"),
        3_600
    );
    assert_eq!(json["problems"], json!([]));
    for by in [&["verify", text.as_str()][..], &["verify", "-"], &["verify", "--jwt-file", "-"]] {
        let run = jwt(by).stdin(format!("{text}\n")).run().expect(0);
        assert!(run.stdout().starts_with("valid: "), "{}", run.stdout());
        assert!(
            run.stdout().contains("it ends in 59 minutes") || run.stdout().contains("60 minutes")
        );
        assert!(!run.stdout().contains(&text[..40]));
    }
}

#[test]
fn a_life_of_more_than_a_day_is_warned_of_and_a_wrong_one_refused() {
    let sign = |life: &str| jwt(&["sign", "--user-id", "42", "--expires-in", life]).run();
    assert_eq!(sign("1d").expect(0).stderr(), "");
    for life in ["25h", "2d", "3650d"] {
        let run = sign(life).expect(0);
        assert!(run.stderr().contains("more than a day"), "{}", run.stderr());
        let explained =
            jwt(&["verify", "-", "--format", "json"]).stdin(run.stdout()).run().expect(0);
        assert_eq!(codes(&explained), ["long-life"]);
    }
    for life in ["0s", "1", "h", "", "-1h", "1w", "3651d", "1.5h", "99999999999999999999d"] {
        sign(life).expect(2);
    }
    let json = jwt(&["sign", "--user-id", "42", "--format", "json"]).run().expect(0).json();
    assert_eq!(json["verdict"], "signed");
    assert_eq!(json["token"].as_str().expect("a value").matches('.').count(), 2);
}

#[test]
fn claims_that_contradict_or_tell_a_secret_are_not_signed() {
    let directory = TempDir::new().expect("a value");
    let token = tokens::token(&mut Random::new(11));
    for (claims, message) in [
        ("{\"exp\": 1}".to_owned(), "the claims already have exp"),
        ("{\"user_id\": \"43\"}".to_owned(), "the claims already have another user_id"),
        (format!("{{\"a\": [\"{token}\"]}}"), "the claims hold a secret"),
        (format!("{{\"a\": {{\"b\": \"x{SECRET}\"}}}}"), "the claims hold a secret"),
        ("[1]".to_owned(), "the claims are not a JSON object"),
        ("{\"plan\": 1, \"plan\": 2}".to_owned(), "a name stands twice in the claims"),
        (format!("{{\"{SECRET}"), "the claims are not a JSON object"),
    ] {
        fs::write(directory.path().join("claims"), claims).expect("a value");
        let run = jwt(&["sign", "--user-id", "42", "--claims", "claims"]).dir(&directory).run();
        let run = run.expect(2);
        assert!(run.stderr().contains(message), "{}", run.stderr());
        assert!(!run.stderr().contains(SECRET) && !run.stderr().contains(&token));
    }
    for user_id in ["", SECRET] {
        let run = jwt(&["sign", "--user-id", user_id]).run().expect(2);
        assert!(!run.stderr().contains(SECRET) && run.stdout().is_empty());
    }
    jwt(&["sign"]).run().expect(2);
    fs::write(directory.path().join("claims"), "{\"user_id\": \"42\"}").expect("a value");
    jwt(&["sign", "--user-id", "42", "--claims", "claims"]).dir(&directory).run().expect(0);
}

#[test]
fn another_algorithm_is_never_accepted() {
    for algorithm in [
        json!("none"),
        json!("None"),
        json!("NONE"),
        json!("nOnE"),
        json!("HS512"),
        json!("RS256"),
        json!("hs256"),
        json!("HS256 "),
        json!(""),
        Value::Null,
        json!(1),
        json!(["HS256"]),
    ] {
        let signed = made(&json!({"alg": algorithm, "typ": "JWT"}), &good(), SECRET);
        let (unsigned, _) = signed.rsplit_once('.').expect("a value");
        for text in [signed.clone(), format!("{unsigned}.")] {
            for action in ["verify", "explain"] {
                let run =
                    jwt(&[action, "-", "--format", "json"]).stdin(text.as_str()).run().expect(1);
                assert_eq!(run.json()["verdict"], "refused", "{algorithm}");
                assert_ne!(run.json()["signature"], "valid", "{algorithm}");
                let is_none =
                    algorithm.as_str().is_some_and(|name| name.eq_ignore_ascii_case("none"));
                let code = if is_none { "algorithm-none" } else { "algorithm" };
                assert!(codes(&run).contains(&code.to_owned()), "{:?}", codes(&run));
            }
        }
    }
    // A key in the header, or an extension, is of no use either.
    let header = json!({"alg": "HS256", "crit": ["x"], "x": 1});
    assert_eq!(judged(&made(&header, &good(), SECRET))[0], Rule::Critical);
    let header = json!({"alg": "HS256", "jwk": {"kty": "oct", "k": url(b"other")}});
    assert!(judged(&made(&header, &good(), "other")).contains(&Rule::WrongSignature(Vec::new())));
}

#[test]
fn each_rule_is_named_when_it_is_broken() {
    let with = |name: &str, value: Value| {
        let mut claims = json!({"user_id": "42", "exp": NOW + 3_600, "iat": NOW - 60});
        if value.is_null() {
            claims.as_object_mut().expect("a value").remove(name);
        } else {
            claims[name] = value;
        }
        judged(&token(&claims))
    };
    assert_eq!(with("plan", json!("pro")), []);
    assert_eq!(with("user_id", Value::Null), [Rule::NoUserId]);
    assert_eq!(with("user_id", json!("")), [Rule::UserIdShape]);
    assert_eq!(with("user_id", json!({})), [Rule::UserIdShape]);
    assert_eq!(with("user_id", json!(42)), [Rule::UserIdNumber]);
    assert_eq!(with("exp", Value::Null), [Rule::NoExpiry]);
    assert_eq!(with("exp", json!(NOW)), [Rule::Expired(0)]);
    assert_eq!(with("exp", json!(NOW - 7_200)), [Rule::Expired(7_200)]);
    assert_eq!(with("exp", json!(1_800_000_000.5)), [Rule::Expired(0)]);
    assert_eq!(with("exp", json!("soon")), [Rule::TimeShape("exp")]);
    assert_eq!(with("exp", json!((NOW + 60) * 1_000)), [Rule::Milliseconds("exp")]);
    assert_eq!(with("exp", json!(NOW + 100_000)), [Rule::LongLife(100_060)]);
    assert_eq!(with("nbf", json!(NOW + 60)), [Rule::NotYet(60)]);
    assert_eq!(with("iat", json!(NOW + 60)), [Rule::IssuedLater(60)]);
    assert_eq!(with("user_hash", json!("00")), [Rule::HashInside]);
    assert_eq!(with("note", json!([SECRET])), [Rule::SecretInside]);
    let access_token = tokens::token(&mut Random::new(12));
    assert_eq!(with("note", json!(access_token)), [Rule::SecretInside]);
    let far = i64::MAX;
    for time in [json!(far), json!(-far), json!(1e300), json!(-1e300), json!(u64::MAX)] {
        for name in ["exp", "nbf", "iat"] {
            let _ = with(name, time.clone());
        }
    }
}

#[test]
fn a_wrong_signature_is_explained_where_it_can_be() {
    let by = |key: &str| made(&json!({"alg": "HS256"}), &good(), key);
    for (key, causes) in [
        (format!("{SECRET}\n"), vec!["secret-line-ending"]),
        (format!(" {SECRET}"), vec!["secret-white-space"]),
        ("of-ios".to_owned(), vec!["other-platform"]),
        ("of-nobody".to_owned(), vec![]),
    ] {
        let run = jwt(&["verify", "-", "--format", "json"])
            .env("INTERCOM_IDENTITY_SECRET_IOS", "of-ios")
            .stdin(by(&key))
            .run()
            .expect(1);
        let problem = &run.json()["problems"][0];
        assert_eq!(problem["code"], "wrong-signature");
        assert_eq!(problem.get("causes").cloned().unwrap_or(json!([])), json!(causes));
        let text = jwt(&["verify", "-"])
            .env("INTERCOM_IDENTITY_SECRET_IOS", "of-ios")
            .stdin(by(&key))
            .run()
            .expect(1);
        assert!(text.stdout().starts_with("refused: "), "{}", text.stdout());
        assert!(!text.stdout().contains(SECRET));
    }
}

#[test]
fn without_a_secret_a_token_is_explained_and_not_verified() {
    let explain = |claims: Value| Tool::new(["jwt", "explain", "-"]).stdin(token(&claims)).run();
    let run = explain(good()).expect(2);
    assert!(run.stdout().contains("unverified: there is no secret"), "{}", run.stdout());
    assert!(run.stdout().contains("2286-11-20T17:46:39+00:00"), "{}", run.stdout());
    assert!(run.stdout().contains("it ends in "), "{}", run.stdout());
    let run = explain(json!({"user_id": "42", "exp": 1_000_000_000})).expect(1);
    assert!(run.stdout().contains("broken: the token ended "), "{}", run.stdout());
    // To verify, a secret is needed.
    Tool::new(["jwt", "verify", "-"]).stdin(token(&good())).run().expect(2);
}

#[test]
fn what_is_no_token_is_no_verdict_and_not_shown() {
    let good = token(&good());
    let (message, signature) = good.rsplit_once('.').expect("a value");
    for (text, message) in [
        (format!("Bearer {good}"), "has Bearer before it"),
        (format!("\"{good}\""), "has quotes around it"),
        (format!("{good} "), "has white space around it"),
        (message.to_owned(), "has 2 parts where 3 belong"),
        (format!("{good}.x.y"), "has 5 parts"),
        (SECRET.to_owned(), "has 1 parts"),
        (format!("{message}.{signature}="), "plain base64"),
        (format!("{message}.!"), "is not base64url"),
        (format!("{}.{}.xw", url(b"[]"), url(b"{}")), "header cannot be read as a JSON object"),
        (format!("{}.{}.xw", url(b"{}"), url(b"\xff")), "claims cannot be read as a JSON object"),
        ("a".repeat(70_000), "longer than"),
    ] {
        let run = jwt(&["explain", "-"]).stdin(text.as_str()).run().expect(2);
        assert!(run.stderr().contains(message) || text.len() > 65_536, "{}", run.stderr());
        assert!(!run.stderr().contains(&good[..30]) && !run.stderr().contains(SECRET));
    }
    let run = Tool::new(["jwt", "verify", "--jwt-file", SECRET]).run().expect(2);
    assert!(!run.stderr().contains(SECRET), "{}", run.stderr());
    jwt(&["verify"]).run().expect(2);
    jwt(&["verify", "-", "--secret-file", "-"]).run().expect(2);
}

#[test]
fn what_a_token_says_cannot_steer_a_terminal_or_tell_a_token() {
    let access_token = tokens::token(&mut Random::new(13));
    let claims = json!({
        "user_id": "4\u{1b}[31m2\u{202e}", "\u{1b}]0;x": "\r\n", "note": access_token,
        "exp": 9_999_999_999_i64,
    });
    for format in ["human", "json"] {
        let run = jwt(&["explain", "-", "--format", format]).stdin(token(&claims)).run().expect(1);
        let shown = run.stdout();
        assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}') && !shown.contains('\r'));
        assert!(!shown.contains(&access_token), "{shown}");
        assert!(shown.contains("secret"), "{shown}");
    }
}

#[test]
fn the_guide_names_both_settings_and_is_printed_whole() {
    let run = Tool::new(["jwt", "migrate"]).run().expect(0);
    for part in ["user_hash", "intercom_user_jwt", "HS256", "exp", "jose", "PyJWT", "403"] {
        assert!(run.stdout().contains(part), "{part}");
    }
    assert!(run.stdout().lines().all(|line| line.chars().count() <= 90));
}

proptest! {
    #[test]
    fn no_other_signature_is_valid(signature in proptest::collection::vec(any::<u8>(), 0..40)) {
        let text = token(&json!({"user_id": "42"}));
        let (message, right) = text.rsplit_once('.').expect("a value");
        let forged = url(&signature);
        prop_assume!(forged != right);
        let token = Token::parse(&format!("{message}.{forged}")).expect("a value");
        let secret = Secret::new(SECRET.into()).expect("a value");
        let judgement = judge(&token, Some(&Secrets::new(secret)), NOW);
        prop_assert_ne!(&judgement.signature, &Signature::Valid);
        prop_assert!(judgement.is_refused() && !judgement.is_valid());
    }

    #[test]
    fn any_text_is_a_token_or_refused(text in "[A-Za-z0-9_.=-]{0,80}|.{0,40}") {
        if let Ok(token) = Token::parse(&text) {
            let secret = Secret::new(SECRET.into()).expect("a value");
            prop_assert!(!judge(&token, Some(&Secrets::new(secret)), NOW).is_valid());
        }
    }
}

/// Two claims of one name: a server that takes the first lets in another user than one that takes the
/// last.
#[test]
fn a_name_that_stands_twice_is_refused_and_pointed_out() {
    let sign = |header: &str, claims: &str| {
        let message = format!("{}.{}", url(header.as_bytes()), url(claims.as_bytes()));
        let signature = hmac("-sha256", SECRET.as_bytes(), message.as_bytes());
        format!("{message}.{}", url(&hex::decode(signature).expect("a value")))
    };
    let (header, claims) = (r#"{"alg":"HS256"}"#, r#"{"user_id":"42","exp":9999999999}"#);
    jwt(&["verify", "-", "--quiet"]).stdin(sign(header, claims)).run().expect(0);
    for (header, claims, message) in [
        (
            header,
            r#"{"user_id":"41","exp":9999999999,"user_id":"42"}"#,
            "user_id stands twice in the claims",
        ),
        (header, r#"{"user_id":"42","exp":1,"exp":9999999999}"#, "exp stands twice in the claims"),
        (
            header,
            r#"{"user_id":"42","us\u0065r_id":"42","exp":9999999999}"#,
            "user_id stands twice in the claims",
        ),
        (
            header,
            r#"{"user_id":"42","exp":9999999999,"x":{"\u001b]y":1,"\u001b]y":2}}"#,
            "a name stands twice in the claims",
        ),
        (r#"{"alg":"none","alg":"HS256"}"#, claims, "alg stands twice in the header"),
        (r#"{"alg":"HS256","alg":"HS256"}"#, claims, "alg stands twice in the header"),
    ] {
        for action in ["verify", "explain"] {
            let text = sign(header, claims);
            let run = jwt(&[action, "-"]).stdin(text.as_str()).run().expect(1);
            assert!(run.stdout().contains(message), "{}", run.stdout());
            let run = jwt(&[action, "-", "--format", "json"]).stdin(text).run().expect(1);
            assert_eq!(run.json()["problems"][0]["code"], "repeated-name");
        }
    }
}
