//! The tables of `docs/json.md` list the fields that the program prints: each command runs on cases
//! that make every field, and the two sets are the same.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use intercom_sec::receiver::Event;
use intercom_sec::report;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::markdown::{Document, code};
use super::workshop::Workshop;
use crate::support::archives;
use crate::support::listener::{self, Listener, notification};
use crate::support::openssl;
use crate::support::repository::Repo;
use crate::support::server::{CLOSED_PORT, Server, answer};
use crate::support::tokens::{self, Random};
use crate::support::tool::Tool;

/// In every document or record, and so in no table but the first.
const EVERYWHERE: [&str; 4] = ["schema", "version", "verdict", "record"];

/// Objects whose fields are somebody else's.
const FOREIGN: [&str; 2] = ["header", "claims"];

type Fields = BTreeSet<String>;

/// Adds the path to each field of a value.
fn collect(value: &Value, prefix: &str, fields: &mut Fields) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let path = join(prefix, name);
                if !FOREIGN.contains(&path.as_str()) {
                    collect(value, &path, fields);
                }
                fields.insert(path);
            }
        }
        Value::Array(values) => {
            for value in values {
                collect(value, &format!("{prefix}[]"), fields);
            }
        }
        _ => {}
    }
}

fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") }
}

/// The fields that have no fields of their own, without those that are everywhere.
fn leaves(fields: &Fields) -> Fields {
    let has_more = |path: &String| {
        let own = [format!("{path}."), format!("{path}[]")];
        fields.iter().any(|other| own.iter().any(|own| other.starts_with(own)))
    };
    let kept = fields.iter().filter(|path| {
        !has_more(path) && !EVERYWHERE.contains(&path.as_str()) && !path.ends_with("[]")
    });
    kept.cloned().collect()
}

/// The fields that the tables below a heading list. A heading below it that is code is the path to
/// what its table lists.
fn documented(section: &str) -> Fields {
    let mut fields = Fields::new();
    for table in Document::read("docs/json.md").tables() {
        if table.titles[0] != "field" || table.headings.get(1).is_none_or(|name| name != section) {
            continue;
        }
        let prefix = table.headings.get(2).and_then(|heading| code(heading).next());
        for name in table.rows.iter().flat_map(|row| code(&row[0])) {
            fields.insert(join(prefix.unwrap_or_default(), name));
        }
    }
    assert!(!fields.is_empty(), "no table of {section}");
    leaves(&fields)
}

#[track_caller]
fn assert_documented(section: &str, documents: &[Value]) {
    let mut fields = Fields::new();
    for document in documents {
        collect(document, "", &mut fields);
    }
    assert_eq!(leaves(&fields), documented(section), "{section}");
}

/// Records by their names, as the headings of the page have them.
fn by_name(records: Vec<Value>) -> Vec<Value> {
    let named = records.into_iter().map(|record| {
        let name = record["record"].as_str().expect("a name").to_owned();
        let Value::Object(mut members) = record else { panic!("an object") };
        for name in ["record", "schema", "version"] {
            members.remove(name);
        }
        json!({ name: members })
    });
    named.collect()
}

fn ndjson(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn what_is_in_every_document_is_listed() {
    let document = Tool::new(["hash", "1", "--format", "json"]).run().expect(2).json();
    let mut fields = Fields::new();
    collect(&document, "", &mut fields);
    for name in ["schema", "version", "verdict"] {
        assert!(fields.remove(name), "{name}");
    }
    assert_eq!(leaves(&fields), documented("Errors"));
}

/// A scan for each field that only some scans have.
fn scans() -> Vec<Value> {
    let repo = Repo::new();
    let random = &mut Random::new(1100);
    let leak = tokens::token(random);
    repo.write("app.yml", format!("access_token: {leak}\n"));
    repo.write("broken.gz", &archives::gzip(leak.as_bytes())[..30]);
    repo.write("config.gz", archives::gzip(leak.as_bytes()));
    repo.write("bundle.zip", archives::zip("config.yml", leak.as_bytes()));
    repo.commit("leak");
    for number in 0..11 {
        repo.git(["branch", &format!("b{number}")]);
    }
    let pipe = repo.git_path("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
    assert!(made.success(), "{made}");
    let broken = repo.ask(["rev-parse", "HEAD:broken.gz"]);
    let cache = repo.beside("cache");
    let cache = cache.to_str().expect("UTF-8");
    let path = repo.path().to_str().expect("UTF-8");
    let scan = |arguments: &[&str]| {
        Tool::new([&["scan-git", path, "--format", "json"], arguments].concat()).run().json()
    };
    let mut documents = vec![
        scan(&["--worktree", "--staged"]),
        scan(&["--range", "HEAD"]),
        scan(&["--allow-missing", &broken]),
    ];
    // What changed within the last tenth of a second is not remembered yet.
    let mut scans = std::iter::repeat_with(|| remembered(cache)).take(1000);
    documents.extend(scans.find(|scan| scan["coverage"]["cached_objects"].is_u64()));
    // Only a file at ten thousand paths makes this one, which takes a while: see `hostile`.
    documents.push(json!({ "coverage": { "unlisted_places": true } }));
    documents.push(scan(&[]));
    documents
}

/// A clean scan that remembers, or is remembered.
fn remembered(cache: &str) -> Value {
    let place = Path::new(cache).with_file_name("clean");
    if !place.exists() {
        let script = "git init --quiet --template= \"$0\" && cd \"$0\" && git -c user.name=a \
                      -c user.email=a@example.com commit --quiet --allow-empty -m a && \
                      find .git -exec touch -d 2020-01-01 {} +";
        let status = Command::new("sh").args(["-c", script]).arg(&place).status();
        assert!(status.expect("a shell").success());
    }
    let arguments = ["--format", "json", "--cache-dir", cache].map(AsRef::as_ref);
    Tool::new([&["scan-git".as_ref(), place.as_os_str()][..], &arguments].concat())
        .run()
        .expect(0)
        .json()
}

#[test]
fn fields_of_scan_git() {
    assert_documented("scan-git", &scans());
}

#[test]
fn records_of_scan_git_have_the_fields_of_the_document() {
    let workshop = Workshop::new();
    let script = |format: &str| format!("intercom-sec scan-git shop --format {format} || true");
    let text = |format| String::from_utf8(workshop.run(&script(format)).stdout).expect("UTF-8");
    let document: Value = serde_json::from_str(&text("json")).expect("JSON");
    let records = ndjson(&text("ndjson"));
    let [finding, coverage] = records.as_slice() else { panic!("{records:?}") };
    for (name, value) in document["findings"][0].as_object().expect("a finding") {
        assert_eq!(&finding[name], value);
    }
    assert_eq!(finding["record"], "finding");
    assert_eq!(coverage["record"], "coverage");
    assert_eq!(coverage["verdict"], document["verdict"]);
    assert_eq!(coverage["coverage"], document["coverage"]);
}

#[test]
fn the_document_that_the_page_shows_is_the_one_that_is_printed() {
    let blocks = Document::read("docs/json.md").blocks();
    let shown = blocks.iter().find(|block| block.language == "json").expect("an example");
    let shown: Value = serde_json::from_str(&shown.text).expect("JSON");
    let run = Workshop::new().run("intercom-sec scan-git shop --format json || true");
    let mut printed: Value = serde_json::from_slice(&run.stdout).expect("JSON");
    // It goes up with each release, and the number of files is git's own matter.
    for (field, value) in [("/version", "version"), ("/coverage/files", "coverage")] {
        *printed.pointer_mut(field).expect(value) = shown.pointer(field).expect(value).clone();
    }
    assert_eq!(printed, shown, "{printed:#}");
}

fn hash(arguments: &[&str], input: &str) -> Value {
    Tool::new([&["hash", "--format", "json"], arguments].concat())
        .env("INTERCOM_IDENTITY_SECRET", "s3cre7")
        .stdin(input)
        .run()
        .json()
}

#[test]
fn fields_of_hash() {
    let other = openssl::hmac("-sha256", b"s3cre7", b"Ada");
    let document = [hash(&["ada"], ""), hash(&["ada", "--verify", &other], "")];
    assert_documented("hash: one value", &document);

    let pairs = format!("ada {other}\nbo {}\n\u{0}\n", "0".repeat(64));
    // A quote that is not closed: longer than any record may be.
    let csv = format!("user_id\n\"{}", "x".repeat(1 << 21));
    let documents = [
        hash(&["--ids", "-"], "ada\n"),
        hash(&["--ids", "-", "--verify"], &pairs),
        hash(&["--csv", "-"], &csv),
    ];
    assert_documented("hash: a list", &documents);

    let page =
        format!("Intercom('boot', {{ app_id: 'abcd1234', user_id: 'ada', user_hash: '{other}' }})");
    assert_documented("hash: settings", &[hash(&["--settings", "-"], &page)]);
}

#[test]
fn fields_of_jwt() {
    let jwt = |arguments: &[&str], secret: &str, token: &str| {
        Tool::new([&["jwt"], arguments, &["--format", "json"]].concat())
            .env("INTERCOM_IDENTITY_SECRET", secret)
            .stdin(token)
            .run()
            .json()
    };
    let signed = jwt(&["sign", "--user-id", "12345"], "s3cre7\n", "");
    let token = signed["token"].as_str().expect("a token").to_owned();
    let documents = [signed, jwt(&["explain", "-"], "s3cre7", &token)];
    assert_documented("jwt", &documents);
}

/// A delivery in a directory of its own: a body, and the lines of its headers.
struct Delivery {
    directory: TempDir,
}

impl Delivery {
    fn new(body: &[u8], headers: &str) -> Self {
        let directory = TempDir::new().expect("a directory");
        fs::write(directory.path().join("body"), body).expect("a file");
        fs::write(directory.path().join("headers"), headers).expect("a file");
        Self { directory }
    }

    fn verified(&self, more: &[&str]) -> Value {
        let arguments = ["verify-webhook", "body", "--headers", "headers", "--format", "json"];
        Tool::new([&arguments, more].concat())
            .dir(self.directory.path())
            .env("INTERCOM_WEBHOOK_SECRET", listener::SECRET)
            .run()
            .json()
    }
}

#[test]
fn fields_of_verify_webhook() {
    let (body, other) = (notification("notif_1"), b"[]");
    let hub = |body: &[u8]| format!("X-Hub-Signature: {}\r\n", listener::signature(body));
    let wrong = "0".repeat(64);
    let fin = format!("X-Fin-Agent-API-Webhook-Signature: sha256={wrong}\r\n");
    let one = [
        Delivery::new(&body, &(hub(&body) + &fin)).verified(&[]),
        Delivery::new(other, &hub(other)).verified(&[]),
        Delivery::new(b"[]\n", &hub(other)).verified(&["--fix", "flask"]),
        Delivery::new(other, &format!("{}X-Body-Signature: {wrong}\r\n", hub(other))).verified(&[]),
    ];
    assert_documented("verify-webhook: one delivery", &one);

    let saved = TempDir::new().expect("a directory");
    for (name, request) in [
        ("1.http", listener::delivery(&body)),
        ("2.http", listener::delivery(&body)),
        ("3.http", listener::post(&hub(&body), &[&body[..], b"\n"].concat())),
        ("4.http", listener::post("", other)),
    ] {
        fs::write(saved.path().join(name), request).expect("a file");
    }
    let run = Tool::new(["verify-webhook", ".", "--fix", "flask", "--format", "json"])
        .dir(saved.path())
        .env("INTERCOM_WEBHOOK_SECRET", listener::SECRET)
        .run();
    let mut fields = Fields::new();
    collect(&run.expect(1).json(), "", &mut fields);
    // What of a delivery there can be stands above, whether or not it is in these four.
    let of_one = documented("verify-webhook: one delivery");
    let of_one = of_one.iter().filter(|name| !name.starts_with("fix."));
    let of_one: Fields = of_one.map(|name| format!("deliveries[].{name}")).collect();
    let own: Fields = leaves(&fields).difference(&of_one).cloned().collect();
    assert_eq!(own, documented("verify-webhook: many deliveries"));
}

#[test]
fn fields_of_sign_webhook() {
    let server = Server::answers([answer(200, &[], "thanks")]);
    let sign = |arguments: &[&str]| {
        Tool::new([&["sign-webhook", "--format", "json"], arguments].concat())
            .env("INTERCOM_WEBHOOK_SECRET", listener::SECRET)
            .stdin("{}")
            .run()
            .expect(0)
            .json()
    };
    let documents =
        [sign(&["-"]), sign(&["-", "--send-to", &server.url()]), sign(&["--list-topics"])];
    assert_documented("sign-webhook", &documents);
}

/// A request for the settings of the page, with a bearer token or without one.
fn settings_request(key: &str, subject: Option<&str>) -> Vec<u8> {
    let authorization = subject.map(|subject| {
        let url = |text: &str| {
            tokens::base64(text.as_bytes())
                .trim_end_matches('=')
                .replace('+', "-")
                .replace('/', "_")
        };
        let claims = format!(r#"{{"sub":"{subject}","exp":4102444800}}"#);
        let text = format!("{}.{}", url(r#"{"alg":"HS256"}"#), url(&claims));
        let mac = openssl::hmac("-sha256", key.as_bytes(), text.as_bytes());
        let mac = tokens::base64(&hex::decode(mac).expect("hex"));
        let mac = mac.trim_end_matches('=').replace('+', "-").replace('/', "_");
        format!("Authorization: Bearer {text}.{mac}\r\n")
    });
    let authorization = authorization.unwrap_or_default();
    format!(
        "GET /api/intercom-settings HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{authorization}\r\n"
    )
    .into_bytes()
}

#[test]
fn records_of_listen() {
    const KEY: &str = "a key of bearer tokens with more than 32 bytes";
    let target = Server::answers([answer(200, &[], "")]);
    let saved = TempDir::new().expect("a directory");
    let save = saved.path().to_str().expect("UTF-8");
    let secrets = [("INTERCOM_IDENTITY_SECRET", "s3cre7"), ("INTERCOM_SEC_BEARER_KEY", KEY)];
    let to = target.url();
    let arguments = ["--forward-to", &to, "--save", save, "--settings-app-id", "abcd1234"];
    let listener = Listener::start_with(arguments, &secrets);
    let mut records = Vec::new();
    listener.deliver(&notification("notif_1"));
    records.push(listener.record_of("delivery"));
    records.push(listener.record_of("forwarded"));
    let body = notification("notif_2");
    let signed = format!("X-Hub-Signature: {}\r\n", listener::signature(&body));
    listener.send(&listener::post(&signed, &[&body[..], b"\n"].concat()));
    records.push(listener.record_of("delivery"));
    for subject in [Some("12345"), None] {
        listener.send(&settings_request(KEY, subject));
        records.push(listener.record_of("settings"));
    }
    let (_, rest, _) = listener.stop();
    records.extend(rest);

    let closed = format!("http://127.0.0.1:{CLOSED_PORT}/");
    let listener = Listener::start(["--forward-to", &closed]);
    listener.deliver(&notification("notif_3"));
    records.push(listener.record_of("forwarded"));

    // No test can bring this about: a machine that has no room for a connection.
    let mut trouble = Vec::new();
    let event = Event::Trouble("too many open files".to_owned());
    report::gate::json::write(&mut trouble, &report::listen::record(&event, &report::Plain), false)
        .expect("written");
    records.push(serde_json::from_slice(&trouble).expect("JSON"));
    let address = "127.0.0.1:3000".parse().expect("an address");
    let mut start = Vec::new();
    report::gate::json::write(&mut start, &report::listen::start_record(address), false)
        .expect("written");
    records.push(serde_json::from_slice(&start).expect("JSON"));
    assert_documented("listen", &by_name(records));
}

#[test]
fn fields_of_check_token() {
    let admin = r#"{"type":"admin","id":"1","name":"Ada","email_verified":true,"app":{"type":"app",
        "id_code":"abcd1234","name":"Shop","region":"US","identity_verification":true}}"#;
    let check = |url: &str| {
        let arguments = ["check-token", "--format", "json", "--retries", "0", "--base-url", url];
        Tool::new(arguments)
            .env("INTERCOM_ACCESS_TOKEN", tokens::token(&mut Random::new(1101)))
            .run()
            .json()
    };
    let server = Server::answers([answer(200, &[], admin)]);
    let closed = format!("http://127.0.0.1:{CLOSED_PORT}");
    assert_documented("check-token", &[check(&server.url()), check(&closed)]);
}
