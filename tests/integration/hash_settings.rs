//! `intercom-sec hash --settings`.

use serde_json::json;

use super::support::openssl::hmac;
use super::support::tokens::{self, Random, base64};
use super::support::tool::{Run, Tool};

const SECRET: &str = "identity-secret-of-the-tests-0123456789_ABC";

fn lint(page: &str) -> Run {
    Tool::new(["hash", "--settings", "-", "--format", "json"])
        .env("INTERCOM_IDENTITY_SECRET", SECRET)
        .stdin(page)
        .run()
}

fn of(value: &str) -> String {
    hmac("-sha256", SECRET.as_bytes(), value.as_bytes())
}

fn page(settings: &str) -> String {
    format!(
        "<html><body>it's\n<script>\n window.intercomSettings = {{ app_id: 'abcd1234', {settings} }};\n</script>"
    )
}

fn codes(run: &Run) -> Vec<String> {
    let problems = run.json()["problems"].as_array().expect("problems").clone();
    problems.iter().map(|problem| problem["code"].as_str().expect("a code").to_owned()).collect()
}

#[track_caller]
fn assert_told(page: &str, status: i32, expected: &[&str]) -> Run {
    let run = lint(page);
    assert_eq!(codes(&run), expected, "{}", run.stdout());
    let verdict = ["right", "wrong", "incomplete"][usize::try_from(status).expect("a value")];
    assert_eq!(run.json()["verdict"], verdict);
    run.expect(status)
}

#[test]
fn right_settings_are_right_in_every_way_to_write_them() {
    let hash = of("42");
    let object = format!("app_id: 'abcd1234', user_id: \"42\", user_hash: `{hash}`");
    for page in [
        format!("window.intercomSettings = {{ {object}, }};"),
        format!("window.intercomSettings={{{object}}}"),
        format!("window['intercomSettings'] = {{ // boot\n {object} /* end */ }}"),
        format!("Intercom('boot', {{ {object} }});"),
        format!("window.Intercom(\"update\",{{ {object} }})"),
        format!("Intercom({{ {object} }});"),
        format!("<p>it's</p><script>Intercom( 'boot' , {{ {object} }} )</script>"),
        format!("{{ {object} }}"),
        format!(r#"{{"app_id": "abcd1234", "user_id": "42", "user_hash": "{hash}"}}"#),
        format!(
            r#"{{"a": 1, "intercomSettings": {{"app_id": "abcd1234", "user_id": "42", "user_hash": "{hash}"}}}}"#
        ),
    ] {
        let run = lint(&page).expect(0);
        assert_eq!(run.json()["right_hashes"], 1, "{page}: {}", run.stdout());
        assert_eq!(run.json()["problems"], json!([]), "{page}");
    }
    let attributes = format!("user_id=\"42\" user_hash='{hash}'");
    for page in [
        format!("return <Intercom appID=\"abcd1234\" {attributes} />;"),
        format!("<Intercom\n  app_id='abcd1234'\n  {attributes}\n  open>"),
        format!("<Intercom app_id={{'abcd1234'}} user_id={{`42`}} user_hash={{\"{hash}\"}}/>"),
        format!(
            "<IntercomProvider appId='abcd1234' autoBoot autoBootProps={{{{ userId: '42', userHash: '{hash}' }}}}>"
        ),
    ] {
        let run = lint(&page).expect(0);
        assert_eq!(run.json()["right_hashes"], 1, "{page}: {}", run.stdout());
        assert_eq!(run.json()["problems"], json!([]), "{page}");
    }
    // A visitor needs no hash.
    assert_told("Intercom('boot', { app_id: 'abcd1234' })", 0, &[]);
    let email = page(&format!("email: 'a@b.c', user_hash: '{}'", of("a@b.c")));
    assert_told(&email, 0, &[]);
}

#[test]
fn a_wrong_hash_is_explained() {
    for (settings, cause) in [
        (format!("user_id: '42', email: 'a@b.c', user_hash: '{}'", of("a@b.c")), "email-hashed"),
        (format!("user_id: '42', user_hash: '{}'", of("42\n")), "hashed-line-ending"),
        (format!("email: 'A@b.c', user_hash: '{}'", of("a@b.c")), "letter-case"),
        (format!("user_id: 42, user_hash: '{}'", of("42.0")), "number-form"),
        (format!("user_id: '42', user_hash: '{}'", of("undefined")), "no-value"),
    ] {
        let run = lint(&page(&settings)).expect(1);
        let problems = run.json()["problems"].as_array().expect("a value").clone();
        let mismatch = problems.iter().find(|problem| problem["code"] == "mismatch").expect("told");
        assert_eq!(mismatch["causes"], json!([cause]));
        assert_eq!(mismatch["line"], 3);
        assert!(!run.stdout().contains(&of("42")[..16]));
    }
    let other = page(&format!("user_id: '42', user_hash: '{}'", "0".repeat(64)));
    assert_told(&other, 1, &["mismatch"]);
    let in_base64 = base64(&hex::decode(of("42")).expect("a value"));
    let run = assert_told(
        &page(&format!("user_id: '42', user_hash: '{in_base64}'")),
        1,
        &["hash-malformed"],
    );
    assert_eq!(run.json()["problems"][0]["causes"], json!(["base64"]));
    assert_told(&page("user_id: '42', user_hash: 'abc'"), 1, &["hash-malformed"]);
    assert_told(&page("user_id: '42', user_hash: true"), 1, &["hash-not-text"]);
}

#[test]
fn what_else_is_wrong_is_named() {
    let hash = of("42");
    let upper = hash.to_uppercase();
    for (settings, status, codes) in [
        (format!("user_hash: '{hash}'"), 1, &["hash-without-user"][..]),
        (
            format!("user_id: '', user_hash: '{hash}'"),
            1,
            &["identifier-empty", "hash-without-user"],
        ),
        (format!("user_id: null, user_hash: '{hash}'"), 1, &["hash-without-user"]),
        (format!("user_id: '42', user_hash: '{upper}'"), 0, &["upper-case"]),
        (format!("user_id: 42, user_hash: '{hash}'"), 0, &["user-id-number"]),
        (format!("user_id: '42', email: 'a@b', user_hash: '{hash}'"), 0, &["both-identifiers"]),
        ("user_id: '42'".to_owned(), 0, &["no-user-hash"]),
        ("email: user.email".to_owned(), 0, &["no-user-hash"]),
    ] {
        assert_told(&page(&settings), status, codes);
    }
    assert_told("Intercom('boot', { a: 1 })", 0, &["no-app-id"]);
    for app_id in ["'ABCD1234'", "'abc'", "12345678"] {
        assert_told(&format!("Intercom('boot', {{ app_id: {app_id} }})"), 0, &["app-id-shape"]);
    }
}

#[test]
fn what_only_a_run_would_tell_is_no_verdict() {
    let hash = of("42");
    for (page, codes) in [
        (page(&format!("user_id: user.id, user_hash: '{hash}'")), &["value-unknown"][..]),
        (page(&format!("user_id: '{{{{ user.id }}}}', user_hash: '{hash}'")), &["value-unknown"]),
        (page(&format!("user_id: `u${{id}}`, user_hash: '{hash}'")), &["value-unknown"]),
        (page("user_id: '42', user_hash: hash"), &["value-unknown"]),
        (page("user_id: '42', intercom_user_jwt: token"), &["value-unknown"]),
        (
            page(&format!("...user, user_hash: '{hash}'")),
            &["more-settings-unknown", "value-unknown"],
        ),
        ("window.intercomSettings = settings;".to_owned(), &["settings-unknown"]),
        ("Intercom('boot', settings);".to_owned(), &["settings-unknown"]),
        ("window.intercomSettings = { app_id: 'abcd1234'".to_owned(), &["settings-unknown"]),
        ("// window.intercomSettings = {}".to_owned(), &["no-settings"]),
        (
            "window.intercomSettings == x; Intercom('show'); MyIntercom({})".to_owned(),
            &["no-settings"],
        ),
        (String::new(), &["no-settings"]),
    ] {
        assert_told(&page, 2, codes);
    }
    let unasked = Tool::new(["hash", "--settings", "-", "--format", "json"])
        .stdin(page(&format!("user_id: '42', user_hash: '{hash}'")))
        .run()
        .expect(2);
    assert_eq!(codes(&unasked), ["not-compared"]);
    // What is wrong is wrong, whatever else is unknown.
    let both = page("user_hash: '00'") + "\nIntercom('boot', settings);";
    let run = lint(&both).expect(1);
    assert_eq!(codes(&run), ["hash-without-user", "settings-unknown"]);
    assert_eq!(run.json()["problems"][1]["line"], 5);
}

#[test]
fn a_secret_in_the_page_is_a_leak_and_not_shown() {
    let token = tokens::token(&mut Random::new(21));
    for (text, code) in [
        (format!("{}\n<!-- {SECRET} -->", page("")), "identity-secret-in-page"),
        (page(&format!("user_hash: '{SECRET}', user_id: '42'")), "identity-secret-in-page"),
        (page(&format!("token: '{token}'")), "access-token-in-page"),
        (
            page(&format!("identity_verification_secret: '{}'", "x".repeat(43))),
            "secret-in-settings",
        ),
    ] {
        for format in ["json", "text"] {
            let run = Tool::new(["hash", "--settings", "-", "--format", format])
                .env("INTERCOM_IDENTITY_SECRET", SECRET)
                .stdin(text.as_str())
                .run()
                .expect(1);
            assert!(!run.stdout().contains(&SECRET[..20]) && !run.stdout().contains(&token));
            assert!(!run.stdout().contains(&"x".repeat(10)));
            if format == "json" {
                assert!(codes(&run).contains(&code.to_owned()), "{:?}", codes(&run));
            }
        }
    }
}

#[test]
fn a_token_in_the_page_is_judged_too() {
    let sign = |more: &[&str]| {
        let run = Tool::new(["jwt", "sign", "--user-id", "42"].iter().chain(more))
            .env("INTERCOM_IDENTITY_SECRET", SECRET)
            .run()
            .expect(0);
        run.stdout().trim_end().to_owned()
    };
    let good = sign(&[]);
    assert_told(&page(&format!("intercom_user_jwt: '{good}'")), 0, &[]);
    let hash = of("42");
    let both = page(&format!("user_id: '42', user_hash: '{hash}', intercom_user_jwt: '{good}'"));
    assert_told(&both, 0, &["hash-beside-jwt"]);
    let long = sign(&["--expires-in", "9d"]);
    assert_told(&page(&format!("intercom_user_jwt: '{long}'")), 0, &["jwt-rule"]);
    let (signed, signature) = good.rsplit_once('.').expect("a signature");
    let other = if signature.starts_with('A') { "B" } else { "A" };
    let forged = format!("{signed}.{other}{}", &signature[1..]);
    let run = assert_told(&page(&format!("intercom_user_jwt: '{forged}'")), 1, &["jwt-rule"]);
    assert_eq!(run.json()["problems"][0]["causes"], json!(["wrong-signature"]));
    assert_told(&page("intercom_user_jwt: 'x'"), 1, &["jwt-malformed"]);
}

#[test]
fn text_for_people_has_lines_and_advice() {
    let run = Tool::new(["hash", "--settings", "-"])
        .env("INTERCOM_IDENTITY_SECRET", SECRET)
        .stdin(page("user_id: '42', user_hash: 'abc'"))
        .run()
        .expect(1);
    assert_eq!(
        run.stdout(),
        "line 3: wrong: the hash has 3 characters where 64 hex digits belong\n  \
         next: a user_hash is 64 hex digits and nothing else\n\
         wrong: 1 place with settings, 0 user_hashes compared and right\n"
    );
    for arguments in [&["--verify"][..], &["--format", "csv"], &["--email"], &["--ids", "x"]] {
        let all = ["hash", "--settings", "-"].iter().chain(arguments);
        Tool::new(all).env("INTERCOM_IDENTITY_SECRET", SECRET).run().expect(2);
    }
}

#[test]
fn elements_of_jsx_are_judged_as_far_as_they_are_written_out() {
    let hash = of("42");
    for (page, status, codes) in [
        (
            format!("<Intercom app_id='abcd1234' user_id=\"43\" user_hash='{hash}' />"),
            1,
            &["mismatch"][..],
        ),
        (
            format!("<Intercom app_id='abcd1234' user_id={{user.id}} user_hash='{hash}' />"),
            2,
            &["value-unknown"],
        ),
        (
            "<Intercom app_id='abcd1234' user_id='42' user_hash={hash} />".to_owned(),
            2,
            &["value-unknown"],
        ),
        ("<Intercom app_id='abcd1234' {...user} />".to_owned(), 2, &["more-settings-unknown"]),
        ("<IntercomProvider appId='abcd1234'>".to_owned(), 2, &["no-settings"]),
        (
            "<IntercomProvider appId='abcd1234' autoBootProps={props}>".to_owned(),
            2,
            &["more-settings-unknown"],
        ),
        (
            "<Intercom app_id='abcd1234' user_id='42' user_hash='".to_owned(),
            2,
            &["settings-unknown"],
        ),
        ("let a: Map<Intercom, Other> = new Map<Intercom>();".to_owned(), 2, &["no-settings"]),
    ] {
        assert_told(&page, status, codes);
    }
}

/// What is not looked at is not known to be right.
#[test]
fn what_stands_behind_many_mentions_is_not_passed_over() {
    let settings = |id: &str| {
        let hash = of("42");
        format!(
            "Intercom('boot', {{ app_id: 'abcd1234', user_id: '{id}', user_hash: '{hash}' }});\n"
        )
    };
    let mentions = "Intercom ".repeat(3_000);
    assert_told(&(settings("42") + &mentions), 0, &[]);
    assert_told(&(settings("42") + &mentions + &settings("43")), 1, &["mismatch"]);
    assert_told(&(settings("42").repeat(100) + &settings("43")), 2, &["settings-unknown"]);
}
