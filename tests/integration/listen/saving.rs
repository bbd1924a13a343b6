//! `--save`: what is acknowledged is on the disk, whole.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use rustix::process::Signal;
use tempfile::TempDir;

use crate::support::listener::{
    Answer, Listener, SECRET, delivery, exchange, notification, post, signature,
};
use crate::support::tool::Tool;

fn saving(directory: &Path) -> Listener {
    Listener::start(["--save".as_ref(), directory.as_os_str()])
}

/// The finished files, by name.
fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).expect("a directory");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<_> =
        paths.filter(|path| path.extension() == Some("http".as_ref())).collect();
    paths.sort();
    paths
}

/// Head and body of a saved request.
fn split(path: &Path) -> (String, Vec<u8>) {
    let bytes = fs::read(path).expect("a file");
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("an empty line");
    (String::from_utf8(bytes[..end].to_vec()).expect("text"), bytes[end + 4..].to_vec())
}

#[test]
fn a_delivery_is_saved_as_it_came_and_verifies_again() {
    let directory = TempDir::new().expect("a directory");
    let target = directory.path().join("deliveries");
    let listener = saving(&target);
    let body =
        "{\"id\":\"notif_../ü\",\"topic\":\"contact.created\",\"a\":\"é\\u00e9  \"}\n".as_bytes();
    let request =
        post(&format!("X-Other:  a b \r\nX-Hub-Signature: {}\r\n", signature(body)), body);
    assert_eq!(listener.send(&request).status, 200);
    let record = listener.record();
    let name = record["saved_as"].as_str().expect("a name");
    assert!(name.ends_with("Z-notif_____.http"), "{name}");
    let [path] = &files(&target)[..] else { panic!("one file") };
    assert_eq!(path, &target.join(name));
    assert_eq!(fs::metadata(path).expect("a file").permissions().mode() & 0o777, 0o600);
    let (head, saved) = split(path);
    assert_eq!(saved, body);
    let lines: Vec<_> = head.split("\r\n").collect();
    let length = format!("content-length: {}", body.len());
    let signed = format!("x-hub-signature: {}", signature(body));
    let expected = [
        "POST /hook HTTP/1.1",
        "host: shop.example",
        "connection: close",
        "x-other: a b",
        &signed,
        &length,
    ];
    assert_eq!(lines, expected);

    Tool::new(["verify-webhook", "deliveries"])
        .dir(&directory)
        .env("INTERCOM_WEBHOOK_SECRET", SECRET)
        .run()
        .expect(0);
    fs::write(directory.path().join("headers"), head).expect("a file");
    fs::write(directory.path().join("body"), saved).expect("a file");
    Tool::new(["verify-webhook", "body", "--headers", "headers"])
        .dir(&directory)
        .env("INTERCOM_WEBHOOK_SECRET", SECRET)
        .run()
        .expect(0);
}

#[test]
fn a_chunked_body_is_saved_without_the_marks_of_the_transfer() {
    let directory = TempDir::new().expect("a directory");
    let listener = saving(directory.path());
    let body = notification("notif_1");
    let (first, second) = body.split_at(30);
    let head = format!(
        "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\
         X-Hub-Signature: {}\r\n\r\n{:x}\r\n",
        signature(&body),
        first.len()
    );
    let middle = format!("\r\n{:x}\r\n", second.len());
    let request = [head.as_bytes(), first, middle.as_bytes(), second, b"\r\n0\r\n\r\n"].concat();
    assert_eq!(listener.send(&request).status, 200);
    let (head, saved) = split(&files(directory.path())[0]);
    assert_eq!(saved, body);
    assert!(!head.contains("chunked"), "{head}");
    assert!(head.ends_with(&format!("\r\ncontent-length: {}", body.len())), "{head}");
}

#[test]
fn what_is_refused_or_a_duplicate_is_not_saved() {
    let directory = TempDir::new().expect("a directory");
    let listener = saving(directory.path());
    assert_eq!(listener.send(&post("", b"{}")).status, 401);
    assert_eq!(listener.deliver(&notification("notif_1")).status, 200);
    assert_eq!(listener.deliver(&notification("notif_1")).status, 200);
    assert_eq!(files(directory.path()).len(), 1);
}

#[test]
fn duplicates_are_saved_when_that_is_asked_for() {
    let directory = TempDir::new().expect("a directory");
    let listener = Listener::start([
        "--keep-duplicates".as_ref(),
        "--save".as_ref(),
        directory.path().as_os_str(),
    ]);
    for _ in 0..3 {
        assert_eq!(listener.deliver(&notification("notif_1")).status, 200);
        assert_eq!(listener.record()["verdict"], "verified");
    }
    assert_eq!(files(directory.path()).len(), 3);
}

#[test]
fn a_delivery_that_cannot_be_saved_is_not_acknowledged_and_may_come_again() {
    let directory = TempDir::new().expect("a directory");
    let (target, away) = (directory.path().join("target"), directory.path().join("away"));
    let listener = saving(&target);
    fs::rename(&target, &away).expect("it moves");
    let answer = listener.deliver(&notification("notif_1"));
    assert_eq!((answer.status, &answer.json()["error"]["code"]), (500, &"unwritable".into()));
    let record = listener.record();
    assert_eq!(
        (&record["verdict"], &record["saved_as"]),
        (&"failed".into(), &serde_json::Value::Null)
    );
    fs::rename(&away, &target).expect("it moves");
    assert_eq!(listener.deliver(&notification("notif_1")).status, 200);
    assert_eq!(listener.record()["verdict"], "verified");
    assert_eq!(files(&target).len(), 1);
}

#[test]
fn a_directory_that_cannot_be_used_is_told_at_once() {
    let directory = TempDir::new().expect("a directory");
    fs::write(directory.path().join("file"), "").expect("a file");
    for path in ["file", "no/such/parent", "file/below"] {
        let run = Tool::new(["listen", "--port", "0", "--save", path])
            .dir(&directory)
            .env("INTERCOM_WEBHOOK_SECRET", SECRET)
            .run()
            .expect(2);
        assert!(run.stderr().contains("error: cannot save to"), "{}", run.stderr());
        assert!(run.stderr().contains("hint: "), "{}", run.stderr());
    }
}

#[test]
fn many_of_one_id_at_once_are_saved_once_and_none_is_acknowledged_before() {
    let directory = TempDir::new().expect("a directory");
    let listener = saving(directory.path());
    let (address, request) = (listener.address(), delivery(&notification("notif_1")));
    thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| {
                assert_eq!(Answer::parse(&exchange(address, &request)).status, 200);
                assert_eq!(files(directory.path()).len(), 1);
            });
        }
    });
}

/// Long bodies, so that the end comes in the middle of some files.
#[test]
fn all_that_was_acknowledged_before_a_kill_is_on_the_disk_whole() {
    let directory = TempDir::new().expect("a directory");
    for round in 0..5 {
        let listener = saving(directory.path());
        let address = listener.address();
        let is_over = AtomicBool::new(false);
        let body = |thread: usize, number: usize| {
            let text = "x".repeat(200_000);
            format!(r#"{{"id":"notif_{round}-{thread}-{number}","topic":"ping","text":"{text}"}}"#)
                .into_bytes()
        };
        // Signed before: openssl takes longer than a delivery.
        let requests: Vec<Vec<Vec<u8>>> = (0..4)
            .map(|thread| (0..8).map(|number| delivery(&body(thread, number))).collect())
            .collect();
        let acknowledged: Vec<(usize, usize)> = thread::scope(|scope| {
            let clients: Vec<_> = requests
                .iter()
                .enumerate()
                .map(|(thread, requests)| {
                    let is_over = &is_over;
                    scope.spawn(move || {
                        let mut done = Vec::new();
                        for (number, request) in requests.iter().enumerate() {
                            if is_over.load(Ordering::SeqCst) {
                                break;
                            }
                            if exchange_if_up(address, request) {
                                done.push((thread, number));
                            }
                        }
                        done
                    })
                })
                .collect();
            // In the middle of the work: after some records, at another one in each round.
            for _ in 0..=round * 3 {
                listener.record();
            }
            listener.signal(Signal::KILL);
            is_over.store(true, Ordering::SeqCst);
            clients.into_iter().flat_map(|client| client.join().expect("no panic")).collect()
        });
        assert_eq!(listener.wait().0, None);
        let saved: HashMap<Vec<u8>, String> = files(directory.path())
            .iter()
            .map(|path| {
                let (head, body) = split(path);
                (body, head)
            })
            .collect();
        for (thread, number) in acknowledged {
            assert!(saved.contains_key(&body(thread, number)), "{round}-{thread}-{number} is lost");
        }
        for (body, head) in saved {
            assert!(
                head.contains(&format!("content-length: {}", body.len())),
                "half a file: {head}"
            );
        }
    }
}

/// Whether the request was acknowledged; the receiver may be gone.
fn exchange_if_up(address: std::net::SocketAddr, request: &[u8]) -> bool {
    if std::net::TcpStream::connect(address).is_err() {
        return false;
    }
    std::panic::catch_unwind(|| exchange(address, request))
        .is_ok_and(|answer| answer.starts_with(b"HTTP/1.1 200"))
}
