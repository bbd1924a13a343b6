//! Every command, with a known secret in every input: no stream shows it.

use std::fs;

use tempfile::TempDir;

use crate::support::repository::{Repo, make_fifo};
use crate::support::server::{Server, answer};
use crate::support::tokens::{self, Random};
use crate::support::tool::Tool;

/// The ways to show a result that every command has, where it has them.
const OUTPUTS: [&[&str]; 4] = [&[], &["--quiet"], &["--color", "always"], &["--format", "json"]];

/// A known secret, and how much of it a mask may show at a stretch.
struct Known {
    text: String,
    shown: usize,
}

impl Known {
    fn token() -> Self {
        Self { text: tokens::token(&mut Random::new(99)), shown: 8 }
    }

    /// As the identity and client secrets are: no form to know it by.
    fn opaque() -> Self {
        let text = hex::encode(Random::new(98).bytes(20)).to_uppercase();
        Self { text, shown: 4 }
    }

    /// Runs the tool in every output and looks for any stretch of the secret.
    #[track_caller]
    fn stays_inside(&self, arguments: &[&str], set_up: impl Fn(Tool) -> Tool) {
        for output in OUTPUTS {
            // The same option twice would be another error than the one that is wanted.
            if output.first().is_some_and(|option| arguments.contains(option)) {
                continue;
            }
            let run = set_up(Tool::new(arguments.iter().chain(output))).run();
            run.status();
            for (stream, text) in [("output", run.stdout()), ("error", run.stderr())] {
                let leak =
                    self.text.as_bytes().windows(self.shown + 1).find(|part| {
                        text.as_bytes().windows(part.len()).any(|window| window == *part)
                    });
                assert!(
                    leak.is_none(),
                    "{arguments:?} {output:?} shows a part of the secret on standard {stream}:\n{text}"
                );
            }
        }
    }
}

/// Files that hold the secret in each way that a person might have saved it.
struct Files {
    directory: TempDir,
}

impl Files {
    fn new(secret: &str) -> Self {
        let directory = TempDir::new().expect("a directory");
        let files = Self { directory };
        files.write("plain", secret);
        files.write("line", &format!("{secret}\n"));
        files.write("twice", &format!("{secret}\n{secret}\n"));
        files.write("quoted", &format!("\"{secret}\""));
        files.write("named", &format!("INTERCOM_TOKEN={secret}\n"));
        files.write("spaced", &format!(" {secret} "));
        files.write("long", &secret.repeat(5000));
        files.write("body", &format!("{{\"type\":\"notification_event\",\"topic\":\"{secret}\"}}"));
        files.write("headers", &format!("POST / HTTP/1.1\nX-Hub-Signature: sha1={secret}\n\n"));
        files.write("odd-headers", &format!("{secret}\n"));
        files
    }

    fn write(&self, name: &str, content: &str) {
        fs::write(self.directory.path().join(name), content).expect("a file");
    }

    fn path(&self, name: &str) -> String {
        self.directory.path().join(name).to_str().expect("UTF-8").to_owned()
    }
}

const SAVED: [&str; 7] = ["plain", "line", "twice", "quoted", "named", "spaced", "long"];
const DIGEST: &str = "sha1=f8446672f033e4b2beafc5ca3a71eafcd2cafb6e";

#[test]
fn listen_shows_its_secrets_nowhere() {
    for known in [Known::opaque(), Known::token()] {
        let secret = known.text.as_str();
        let files = Files::new(secret);
        // So that it ends once it has read them.
        let unusable = files.path("plain/below");
        let all = |tool: Tool| {
            let tool = tool.env("INTERCOM_WEBHOOK_SECRET", secret);
            tool.env("INTERCOM_IDENTITY_SECRET", secret).env("INTERCOM_SEC_BEARER_KEY", secret)
        };
        let settings = ["--settings-app-id", "abcd1234"];
        for name in SAVED {
            let file = files.path(name);
            for option in ["--secret-file", "--identity-secret-file", "--bearer-key-file"] {
                let arguments = ["listen", "--port", "0", "--save", &unusable, option, &file];
                known.stays_inside(&[&arguments[..], &settings].concat(), all);
            }
        }
        // By mistake, in the place of something else.
        for arguments in [
            ["listen", secret].as_slice(),
            &["listen", "--port", secret],
            &["listen", "--host", secret],
            &["listen", "--max-body", secret],
            &["listen", "--forward-to", secret],
            &["listen", "--forward-timeout", secret],
            &["listen", "--secret-file", secret],
            &["listen", "--secret-env", secret],
            &["listen", "--settings-app-id", "a", "--bearer-key-file", secret],
            &["listen", "--settings-app-id", "a", "--settings-origin", secret],
        ] {
            known.stays_inside(arguments, all);
        }
    }
}

#[test]
fn hash_shows_its_secret_nowhere() {
    for known in [Known::opaque(), Known::token()] {
        let secret = known.text.as_str();
        let files = Files::new(secret);
        for form in ["text", "json", "snippet"] {
            for name in SAVED {
                let file = files.path(name);
                known.stays_inside(
                    &["hash", "1", "--secret-file", &file, "--format", form],
                    |tool| tool,
                );
            }
            let from_stdin = ["hash", "1", "--secret-file", "-", "--format", form];
            known.stays_inside(&from_stdin, |tool| tool.stdin(secret));
            for name in ["INTERCOM_IDENTITY_SECRET", "INTERCOM_IDENTITY_VERIFICATION_SECRET"] {
                known.stays_inside(&["hash", "1", "--format", form], |tool| tool.env(name, secret));
            }
            let named = ["hash", "1", "--secret-env", "OTHER", "--format", form];
            known.stays_inside(&named, |tool| tool.env("OTHER", secret));
        }
        // By mistake, in the place of something else.
        let with_secret = |tool: Tool| tool.env("INTERCOM_IDENTITY_SECRET", secret);
        for arguments in [
            ["hash", secret].as_slice(),
            &["hash", "1", secret],
            &["hash", "1", "--verify", secret],
            &["hash", "1", "--format", secret],
            &["hash", "1", "--secret-file", secret],
            &["hash", "1", "--secret-env", secret],
            &["hash", "1", "--secret", secret],
            &["hash", "1", &format!("--secret={secret}")],
            &["hash", "1", "--color", secret],
        ] {
            known.stays_inside(arguments, with_secret);
        }
    }
}

#[test]
fn verify_webhook_shows_its_secret_nowhere() {
    for known in [Known::opaque(), Known::token()] {
        let secret = known.text.as_str();
        let files = Files::new(secret);
        let body = files.path("plain");
        for name in SAVED {
            let file = files.path(name);
            let arguments =
                ["verify-webhook", &body, "--signature", DIGEST, "--secret-file", &file];
            known.stays_inside(&arguments, |tool| tool);
        }
        let from_stdin = ["verify-webhook", &body, "--signature", DIGEST, "--secret-file", "-"];
        known.stays_inside(&from_stdin, |tool| tool.stdin(secret));
        for name in ["INTERCOM_WEBHOOK_SECRET", "INTERCOM_CLIENT_SECRET"] {
            let arguments = ["verify-webhook", &body, "--signature", DIGEST];
            known.stays_inside(&arguments, |tool| tool.env(name, secret));
        }
        let with_secret = |tool: Tool| tool.env("INTERCOM_WEBHOOK_SECRET", secret);
        let (headers, odd) = (files.path("headers"), files.path("odd-headers"));
        for arguments in [
            ["verify-webhook", &body, "--signature", secret].as_slice(),
            &["verify-webhook", &body, "--headers", &headers],
            &["verify-webhook", &body, "--headers", &odd],
            &["verify-webhook", &body, "--signature", DIGEST, "--secret-file", secret],
            &["verify-webhook", &body, "--signature", DIGEST, "--secret-env", secret],
            &["verify-webhook", &body, "--signature", DIGEST, secret],
        ] {
            known.stays_inside(arguments, with_secret);
        }
    }
}

#[test]
fn a_token_in_a_verified_body_is_masked() {
    let known = Known::token();
    let files = Files::new(&known.text);
    let body = files.path("body");
    let content = fs::read(&body).expect("a file");
    let signature = format!("sha1={}", crate::support::openssl::hmac("-sha1", b"secret", &content));
    let arguments = ["verify-webhook", &body, "--signature", &signature];
    known.stays_inside(&arguments, |tool| tool.env("INTERCOM_WEBHOOK_SECRET", "secret"));
    let run = Tool::new(arguments).env("INTERCOM_WEBHOOK_SECRET", "secret").run().expect(0);
    assert!(run.stdout().contains("topic"), "{}", run.stdout());
}

#[test]
fn check_token_shows_its_token_nowhere() {
    for known in [Known::token(), Known::opaque()] {
        let secret = known.text.as_str();
        let files = Files::new(secret);
        // A server that repeats what it was sent, wherever it can.
        let echo = format!(
            r#"{{"type":"admin","id":"{secret}","name":"{secret}","app":{{"name":"{secret}"}}}}"#
        );
        let refusal = format!(
            r#"{{"type":"error.list","errors":[{{"code":"{secret}","message":"no {secret}"}}]}}"#
        );
        for (status, text) in [(200, &echo), (401, &refusal), (403, &refusal), (500, &echo)] {
            let location = format!("https://{secret}/{secret}");
            let headers = [("location", location.as_str()), ("x-ratelimit-reset", secret)];
            let server = Server::answers([answer(status, &headers, text)]);
            let url = server.url();
            let ask = ["check-token", "--base-url", &url, "--retries", "0"];
            known.stays_inside(&ask, |tool| tool.env("INTERCOM_ACCESS_TOKEN", secret));
            known.stays_inside(&ask, |tool| tool.env("INTERCOM_TOKEN", secret));
            let named = [ask.as_slice(), &["--token-env", "OTHER"]].concat();
            known.stays_inside(&named, |tool| tool.env("OTHER", secret));
            for name in SAVED {
                let file = files.path(name);
                known.stays_inside(&[ask.as_slice(), &["--token-file", &file]].concat(), |t| t);
            }
            let from_stdin = [ask.as_slice(), &["--token-file", "-"]].concat();
            known.stays_inside(&from_stdin, |tool| tool.stdin(secret));
        }
        let with_token = |tool: Tool| tool.env("INTERCOM_ACCESS_TOKEN", secret);
        let user = format!("https://{secret}@api.intercom.io");
        let query = format!("https://api.intercom.io/?token={secret}");
        for arguments in [
            ["check-token", secret].as_slice(),
            &["check-token", "--token-file", secret],
            &["check-token", "--token-env", secret],
            &["check-token", "--region", secret],
            &["check-token", "--base-url", secret],
            &["check-token", "--base-url", &user],
            &["check-token", "--base-url", &query],
            &["check-token", "--timeout", secret],
            &["check-token", "--retries", secret],
            &["check-token", "--token", secret],
        ] {
            known.stays_inside(arguments, with_token);
        }
        let in_proxy = |tool: Tool| {
            with_token(tool).env("HTTPS_PROXY", format!("http://user:{secret}@127.0.0.1:9"))
        };
        known.stays_inside(&["check-token", "--retries", "0", "--timeout", "1"], in_proxy);
    }
}

#[test]
fn scan_git_shows_a_token_nowhere_whatever_holds_it() {
    let known = Known::token();
    let token = known.text.as_str();
    let repo = Repo::new();
    repo.commit_file("file", format!("a {token}\n"));
    repo.commit_file(&format!("directory/{token}/file"), format!("b {token}\n"));
    repo.commit(&format!("message with {token}"));
    repo.git(["tag", "-a", "-m", token, &format!("v-{token}")]);
    repo.git(["branch", &format!("b-{token}")]);
    repo.git([
        "-c",
        &format!("user.name={token}"),
        "-c",
        &format!("user.email={token}"),
        "commit",
        "--quiet",
        "--allow-empty",
        "--allow-empty-message",
        "-m",
        "",
    ]);
    let path = repo.path().to_str().expect("UTF-8");
    for format in ["human", "json", "ndjson"] {
        known.stays_inside(&["scan-git", path, "--format", format], |tool| tool);
    }
    // In what could not be read, and in the path of the repository itself.
    make_fifo(&repo.git_path(&format!("refs/heads/f-{token}")));
    fs::write(repo.git_path(&format!("refs/heads/g-{token}")), "no id").expect("a file");
    fs::write(repo.git_path("objects/info/alternates"), format!("/{token}\n")).expect("a file");
    fs::write(repo.git_path(&format!("objects/pack/pack-{token}.idx")), "").expect("a file");
    let named = repo.beside(token);
    fs::rename(repo.path(), &named).expect("another name");
    let named = named.to_str().expect("UTF-8");
    for format in ["human", "json", "ndjson"] {
        known.stays_inside(&["scan-git", named, "--format", format], |tool| tool);
        known.stays_inside(&["scan-git", token, "--format", format], |tool| tool);
        known.stays_inside(&["scan-git", "--format", format], |tool| tool.env("GIT_DIR", token));
    }
    known.stays_inside(&["scan-git", "--threads", token], |tool| tool);
}

#[test]
fn lists_settings_and_tokens_show_their_secret_nowhere() {
    let known = Known::opaque();
    let secret = known.text.as_str();
    let files = Files::new(secret);
    let with_secret = |tool: Tool| {
        tool.env("INTERCOM_IDENTITY_SECRET", secret)
            .env("INTERCOM_IDENTITY_SECRET_IOS", secret)
            .stdin("42,0000\n")
    };
    let page = files.path("body");
    let wrong = "0".repeat(64);
    for arguments in [
        ["hash", "--ids", "-"].as_slice(),
        &["hash", "--ids", "-", "--verify"],
        &["hash", "--ids", "-", "--platform", "ios"],
        &["hash", "--ids", "-", "--ios-secret-file", secret, "--platform", "ios"],
        &["hash", "--ids", "-", "--platform", secret],
        &["hash", "--settings", &page],
        &["hash", "42", "--verify", &wrong, "--also-email", secret],
        &["jwt", "sign", "--user-id", secret],
        &["jwt", "sign", "--user-id", "42", "--email", secret],
        &["jwt", "sign", "--user-id", "42", "--claims", &page],
        &["jwt", "sign", "--user-id", "42", "--expires-in", secret],
        &["jwt", "verify", secret],
        &["jwt", "explain", secret],
        &["jwt", "verify", "--jwt-file", secret],
        &["jwt", "explain", "--jwt-file", &page],
        &["jwt", secret],
    ] {
        known.stays_inside(arguments, with_secret);
    }
}
