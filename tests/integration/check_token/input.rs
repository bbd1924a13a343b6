//! How the token and the address are handed over.

use super::{ADMIN, check, token};
use crate::support::server::{Server, answer};
use crate::support::tool::Tool;

fn admin() -> Server {
    Server::answers([answer(200, &[], ADMIN)])
}

/// The token that the only request carried.
fn sent(server: &Server) -> String {
    let requests = server.requests();
    assert_eq!(requests.len(), 1, "{requests:?}");
    let line = requests[0].lines().find_map(|line| line.strip_prefix("authorization: Bearer "));
    line.expect("an Authorization header").to_owned()
}

#[test]
fn the_request_is_a_plain_get_of_me() {
    let server = admin();
    check(&server.url(), &[]).run().expect(0);
    let request = server.requests().remove(0);
    let mut lines: Vec<_> = request.trim_end().lines().map(str::to_lowercase).collect();
    assert_eq!(lines.remove(0), "get /me http/1.1");
    lines.sort_unstable();
    let authorization = format!("authorization: bearer {}", token().to_lowercase());
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        lines,
        [
            "accept: application/json".to_owned(),
            authorization,
            format!("host: {}", server.address()),
            format!("user-agent: intercom-sec/{version}"),
        ]
    );
}

#[test]
fn the_token_comes_from_a_file_standard_input_or_a_variable() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("token.txt");
    std::fs::write(&path, token() + "\r\n").unwrap();
    let path = path.to_str().unwrap();
    let asked = |options: &[&str]| {
        let server = admin();
        let mut arguments = vec!["check-token".to_owned(), "--base-url".to_owned(), server.url()];
        arguments.extend(options.iter().map(|&option| option.to_owned()));
        (Tool::new(arguments), server)
    };
    for (options, stdin, variable) in [
        (&["--token-file", path][..], "", ("NONE", "")),
        (&["--token-file", "-"], "TOKEN\n", ("NONE", "")),
        (&["--token-env", "MY_TOKEN"], "", ("MY_TOKEN", "TOKEN")),
        (&[], "", ("INTERCOM_ACCESS_TOKEN", "TOKEN")),
        (&[], "", ("INTERCOM_TOKEN", "TOKEN")),
        (&["--token-file", path], "", ("INTERCOM_ACCESS_TOKEN", "another")),
    ] {
        let (tool, server) = asked(options);
        let value = variable.1.replace("TOKEN", &token());
        let run = tool.stdin(stdin.replace("TOKEN", &token())).env(variable.0, value).run();
        run.expect(0);
        assert_eq!(sent(&server), token(), "{options:?}");
    }
    let (tool, server) = asked(&[]);
    let run = tool.run().expect(2);
    assert!(run.stderr().contains("no access token was given"), "{}", run.stderr());
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_token_that_no_header_can_carry_is_refused_unsent() {
    let token = token();
    let (start, end) = token.split_at(30);
    for (text, problem) in [
        (format!("{start} {end}"), "white space"),
        (format!(" {token}"), "white space"),
        (format!("{token}\t"), "white space"),
        (format!("Bearer {token}"), "white space"),
        (format!("{start}\n{end}"), "continues after line 1"),
        (format!("{token}\n\n"), "continues after line 1"),
        (format!("{start}\0{end}"), "characters that no token has"),
        (format!("{start}\u{200b}{end}"), "characters that no token has"),
        (format!("\u{feff}{token}"), "characters that no token has"),
        (format!("\"{token}\""), "something else around the token"),
        (format!("INTERCOM_TOKEN={token}"), "something else around the token"),
        (format!("{token}="), "something else around the token"),
        ("a".repeat(5000), "longer than any token"),
        ("\n".to_owned(), "is empty"),
        (String::new(), "is empty"),
    ] {
        let server = admin();
        let run = check(&server.url(), &["--token-file", "-", "--format", "json"])
            .stdin(text.clone())
            .run()
            .expect(2);
        assert!(run.stderr().contains(problem), "{problem}: {}", run.stderr());
        assert!(run.stderr().contains("hint: "), "{problem}: {}", run.stderr());
        assert_eq!(run.json()["verdict"], "error", "{problem}");
        for part in [start, end, "aaaa"] {
            assert!(!(run.stdout() + &run.stderr()).contains(part), "{problem}: {}", run.stderr());
        }
        assert_eq!(server.connections(), 0, "{problem}");
    }
}

#[test]
fn missing_padding_is_put_back() {
    let server = admin();
    let stripped = token().trim_end_matches('=').to_owned();
    let run = check(&server.url(), &[]).env("INTERCOM_ACCESS_TOKEN", stripped).run().expect(0);
    assert_eq!(sent(&server), token());
    assert!(run.stderr().contains("was put back"), "{}", run.stderr());
}

#[test]
fn a_token_of_an_unknown_format_is_asked_about_as_it_is() {
    let server = admin();
    let later = "v2.some/later+format~==";
    let run = check(&server.url(), &[]).env("INTERCOM_ACCESS_TOKEN", later).run().expect(0);
    assert_eq!(sent(&server), later);
    assert!(run.stderr().contains("does not look like"), "{}", run.stderr());
    assert!(!(run.stdout() + &run.stderr()).contains("later+format"));
}

#[test]
fn an_address_that_would_show_the_token_is_refused_unasked() {
    let trap = Server::trap();
    for (url, problem) in [
        ("http://api.intercom.test", "plain HTTP"),
        ("http://localhost.example.com", "plain HTTP"),
        ("http://10.0.0.1", "plain HTTP"),
        ("http://[2001:db8::1]", "plain HTTP"),
        ("https://name:hunter2@api.intercom.test", "user name"),
        ("https://api.intercom.test/?hunter2", "query"),
        ("https://api.intercom.test/#hunter2", "fragment"),
        ("ftp://api.intercom.test/hunter2", "HTTPS"),
        ("hunter2", "not a URL"),
    ] {
        // Whatever were sent, would go through these.
        let run = check(url, &[])
            .env("HTTP_PROXY", trap.url())
            .env("HTTPS_PROXY", trap.url())
            .env("ALL_PROXY", trap.url())
            .run()
            .expect(2);
        assert!(run.stderr().contains(problem), "{url}: {}", run.stderr());
        assert!(run.stderr().contains("hint: "), "{url}: {}", run.stderr());
        assert!(!run.stderr().contains("hunter2"), "{url}: {}", run.stderr());
    }
    assert_eq!(trap.connections(), 0);
}

#[test]
fn an_option_beats_a_variable_and_the_address_beats_the_region() {
    let bare = |options: &[&str]| {
        let mut arguments = vec!["check-token", "--retries", "0"];
        arguments.extend(options);
        Tool::new(arguments).env("INTERCOM_ACCESS_TOKEN", token())
    };
    // The address on the command line, whatever the region in the environment.
    for region in ["eu", "nowhere", ""] {
        let server = admin();
        check(&server.url(), &[]).env("INTERCOM_REGION", region).run().expect(0);
        assert_eq!(server.requests().len(), 1, "{region}");
    }
    // Both in the environment: the address.
    let server = admin();
    bare(&[])
        .env("INTERCOM_REGION", "eu")
        .env("INTERCOM_API_BASE_URL", server.url())
        .run()
        .expect(0);
    assert_eq!(server.requests().len(), 1);
    // A region, as the host that is asked of a proxy.
    for (options, variables, host) in [
        (&[][..], [("INTERCOM_REGION", ""), ("INTERCOM_API_BASE_URL", "")], "api.intercom.io"),
        (&[], [("INTERCOM_REGION", "eu"), ("NONE", "")], "api.eu.intercom.io"),
        (&["--region", "AU"], [("INTERCOM_REGION", "eu"), ("NONE", "")], "api.au.intercom.io"),
        (
            &["--region", "us"],
            [("INTERCOM_REGION", "eu"), ("INTERCOM_API_BASE_URL", "https://localhost:1")],
            "api.intercom.io",
        ),
    ] {
        let proxy = Server::answers([answer(502, &[], "")]);
        let mut tool = bare(options).env("HTTPS_PROXY", proxy.url());
        for (name, value) in variables {
            tool = tool.env(name, value);
        }
        tool.run().expect(2);
        let request = proxy.requests().remove(0);
        assert!(request.starts_with(&format!("CONNECT {host}:443 ")), "{request}");
        assert!(!request.contains(&token()), "{request}");
    }
    // Two options contradict each other; a region that does not exist is not guessed.
    let run = bare(&["--region", "eu", "--base-url", "https://localhost"]).run().expect(2);
    assert!(run.stderr().contains("cannot be used with"), "{}", run.stderr());
    let run = bare(&[]).env("INTERCOM_REGION", "mars").run().expect(2);
    assert!(run.stderr().contains("not one of us, eu and au"), "{}", run.stderr());
}
