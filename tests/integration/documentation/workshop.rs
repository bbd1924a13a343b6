//! A directory with everything that the examples of the documents name, made anew for each of them.

use std::fs::{self, File};
use std::io::Read as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use tempfile::TempDir;

use crate::support::openssl;
use crate::support::tokens::{self, Random};

/// Signs users in the examples; its hashes are those of Intercom's public test suites.
const IDENTITY_SECRET: &str = "s3cre7";
const CLIENT_SECRET: &str = "secret";

const BODY: &str = concat!(
    r#"{"app_id":"abcd1234","created_at":1772442900,"data":{"item":{"id":"1"}},"#,
    r#""delivery_attempts":1,"id":"notif_8a2f6c1e-0b7d-4c53-9a31-5de2f0c4b716","#,
    r#""topic":"conversation.user.created","type":"notification_event"}"#,
);

/// The repository of the examples: a token that was committed and taken out again, and put back
/// into the file without a commit.
const REPOSITORY: &str = r#"
git init --quiet --template= shop
cd shop
mkdir config .git/hooks
printf 'The shop.\n' > README.md
printf 'intercom:\n  region: eu\n  access_token: %s\n' "$TOKEN" > config/app.yml
git add .
git commit --quiet -m 'Add the configuration'
git branch old
printf 'intercom:\n  region: eu\n' > config/app.yml
export GIT_COMMITTER_DATE=2026-03-03T09:15:00+01:00 GIT_AUTHOR_DATE=2026-03-03T09:15:00+01:00
git commit --quiet -a -m 'Take the token out'
printf 'intercom:\n  region: us\n  access_token: %s\n' "$TOKEN" > config/app.yml
git clone --quiet --mirror . ../shop.git
"#;

/// The directory, and the environment of what runs in it.
pub(super) struct Workshop {
    root: TempDir,
}

impl Workshop {
    pub(super) fn new() -> Self {
        let workshop = Self { root: TempDir::new().expect("a directory") };
        let programs = workshop.root.path().join("programs");
        fs::create_dir_all(workshop.path().join("deliveries")).expect("directories");
        fs::create_dir(workshop.path().join("tests")).expect("a directory");
        fs::create_dir(&programs).expect("a directory");
        symlink(env!("CARGO_BIN_EXE_intercom-sec"), programs.join("intercom-sec")).expect("a link");
        let output = workshop.run(REPOSITORY);
        assert!(output.status.success(), "{}", shown(&output));
        workshop.write_identity();
        workshop.write_webhooks();
        workshop.write("old-token.txt", &(token() + "\n"));
        workshop
    }

    /// Where the examples run.
    pub(super) fn path(&self) -> PathBuf {
        self.root.path().join("work")
    }

    fn write(&self, name: &str, content: &str) {
        fs::write(self.path().join(name), content).expect("a file");
    }

    fn write_identity(&self) {
        let (ada, number) = (user_hash("abcdef"), user_hash("12345"));
        self.write("identity-secret.txt", &format!("{IDENTITY_SECRET}\n"));
        self.write("new-secret.txt", "another secret\n");
        self.write("users.csv", "name,user_id\nAda,abcdef\n");
        let wrong = user_hash("42\n");
        self.write(
            "out.csv",
            &format!("name,user_id,user_hash\nAda,abcdef,{ada}\nBo,42,{wrong}\n"),
        );
        self.write(
            "page.html",
            &format!(
                "<script>\nwindow.intercomSettings = {{\n  app_id: \"abcd1234\",\n  user_id: \
                 \"abcdef\",\n  user_hash: \"{ada}\"\n}};\n</script>\n"
            ),
        );
        self.write("tests/identity-secret", &format!("{IDENTITY_SECRET}\n"));
        self.write("tests/user_hash.txt", &format!("{number}\n"));
        let head = base64url(br#"{"alg":"HS256","typ":"JWT"}"#);
        let text = format!("{head}.{}", base64url(br#"{"user_id":"12345","exp":4102444800}"#));
        let mac = openssl::hmac("-sha256", IDENTITY_SECRET.as_bytes(), text.as_bytes());
        let mac = base64url(&hex::decode(mac).expect("hex"));
        self.write("tests/token.txt", &format!("{text}.{mac}\n"));
    }

    fn write_webhooks(&self) {
        let header = format!("X-Hub-Signature: {}\r\n", signature(BODY));
        let head = "Host: shop.example\r\nContent-Type: application/json; charset=utf-8\r\n";
        self.write("client-secret.txt", &format!("{CLIENT_SECRET}\n"));
        self.write("tests/client-secret", &format!("{CLIENT_SECRET}\n"));
        self.write("small.json", "{\"a\":1}");
        for (body, headers) in
            [("body.json", "headers.txt"), ("tests/ping.json", "tests/ping.headers")]
        {
            self.write(body, BODY);
            self.write(headers, &format!("{head}{header}"));
        }
        let parsed: serde_json::Value = serde_json::from_str(BODY).expect("JSON");
        let indented = serde_json::to_string_pretty(&parsed).expect("JSON");
        self.write("logged-body.json", &indented);
        for (name, end) in [("1", ""), ("2", ""), ("3", "\n")] {
            let request = format!("POST /webhook HTTP/1.1\r\n{head}{header}\r\n{BODY}{end}");
            self.write(&format!("deliveries/{name}.http"), &request);
        }
    }

    /// Runs a script of the shell, until a command fails.
    pub(super) fn run(&self, script: &str) -> Output {
        self.run_with(script, &[])
    }

    pub(super) fn run_with(&self, script: &str, variables: &[(&str, &str)]) -> Output {
        self.command(script).envs(variables.iter().copied()).output().expect("a shell")
    }

    fn command(&self, script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-euc", script]).current_dir(self.path()).env_clear();
        let programs = std::env::var("PATH").expect("the programs");
        let own = self.root.path().join("programs");
        command.env("PATH", format!("{}:{programs}", own.display()));
        for (name, value) in [
            ("LC_ALL", "C"),
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_CONFIG_COUNT", "1"),
            ("GIT_CONFIG_KEY_0", "init.defaultBranch"),
            ("GIT_CONFIG_VALUE_0", "main"),
            ("GIT_AUTHOR_NAME", "Ada Example"),
            ("GIT_AUTHOR_EMAIL", "ada@example.com"),
            ("GIT_AUTHOR_DATE", "2026-03-02T09:15:00+01:00"),
            ("GIT_COMMITTER_NAME", "Ada Example"),
            ("GIT_COMMITTER_EMAIL", "ada@example.com"),
            ("GIT_COMMITTER_DATE", "2026-03-02T09:15:00+01:00"),
            // No directory can be made there: nothing is remembered.
            ("INTERCOM_SEC_CACHE_DIR", "/dev/null/none"),
            ("TEST_SECRET", CLIENT_SECRET),
        ] {
            command.env(name, value);
        }
        command
            .env("HOME", self.root.path())
            .env("TOKEN", token())
            .env("HASH", user_hash("ada@example.com"))
            .env("LOGGED_SIGNATURE", signature(BODY))
            .env("NO_COLOR", "1")
            .stdin(Stdio::null());
        command
    }

    /// Runs a script of the shell as in a terminal: what a person would see.
    pub(super) fn run_in_terminal(&self, script: &str) -> String {
        let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&terminal).expect("a terminal");
        unlockpt(&terminal).expect("a terminal");
        let name = ptsname(&terminal, Vec::new()).expect("its name");
        let other = File::options()
            .read(true)
            .write(true)
            .open(name.to_str().expect("UTF-8"))
            .expect("its other end");
        let mut command = self.command(script);
        command.stdout(other.try_clone().expect("a copy")).stderr(other);
        let mut child = command.spawn().expect("a shell");
        // The ends that it holds, or there would be no end to read.
        drop(command);
        let mut bytes = Vec::new();
        // On Linux, what was closed on the other end is an error.
        let _ = File::from(terminal).read_to_end(&mut bytes);
        child.wait().expect("it ends");
        let text = String::from_utf8(bytes).expect("UTF-8").replace("\r\n", "\n");
        // Progress is written over, and its line emptied at the end.
        let lines = text.split_inclusive('\n').map(|line| line.rsplit("\r\u{1b}[K").next());
        lines.flatten().collect()
    }

    /// Makes a script one of the hooks of the repository.
    pub(super) fn install(&self, hook: &str, script: &str) {
        let path = self.path().join("shop/.git/hooks").join(hook);
        fs::write(&path, script).expect("a hook");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("an executable");
    }
}

/// What a run printed, to be read where a test fails.
pub(super) fn shown(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}\n{}{}", output.status, text(&output.stdout), text(&output.stderr))
}

/// The token that leaked.
fn token() -> String {
    tokens::token(&mut Random::new(20_260_302))
}

fn user_hash(value: &str) -> String {
    openssl::hmac("-sha256", IDENTITY_SECRET.as_bytes(), value.as_bytes())
}

fn signature(body: &str) -> String {
    format!("sha1={}", openssl::hmac("-sha1", CLIENT_SECRET.as_bytes(), body.as_bytes()))
}

fn base64url(bytes: &[u8]) -> String {
    tokens::base64(bytes).trim_end_matches('=').replace('+', "-").replace('/', "_")
}
