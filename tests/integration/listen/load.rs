//! Many at once: nothing unverified is accepted, and every delivery gets its answer.

use std::io::{Read as _, Write as _};
use std::thread;

use crate::support::listener::{Listener, connect, delivery, notification, post, signature};

const CONNECTIONS: usize = 200;
const EACH: usize = 20;

#[test]
fn two_hundred_connections_get_the_right_answers() {
    let directory = tempfile::TempDir::new().expect("a directory");
    let listener = Listener::start(["--save".as_ref(), directory.path().as_os_str()]);
    // One signature for all: openssl is a program of its own.
    let body = [br#"{"topic":"ping","text":""#.as_slice(), &[b'x'; 2000], b"\"}"].concat();
    let right = signature(&body);
    let keep = |headers: &str, body: &[u8]| {
        let request = post(headers, body);
        String::from_utf8(request).expect("text").replace("Connection: close\r\n", "").into_bytes()
    };
    let signed = keep(&format!("X-Hub-Signature: {right}\r\n"), &body);
    let forged = keep(&format!("X-Hub-Signature: {right}\r\n"), &[b"x", &body[1..]].concat());
    let verified: usize = thread::scope(|scope| {
        let clients: Vec<_> = (0..CONNECTIONS)
            .map(|client| {
                let (address, signed, forged) = (listener.address(), &signed, &forged);
                scope.spawn(move || {
                    let mut stream = connect(address);
                    (0..EACH)
                        .filter(|turn| {
                            let is_signed = (turn + client) % 4 != 0;
                            stream
                                .write_all(if is_signed { signed } else { forged })
                                .expect("it reads");
                            let status = status_of(&mut stream);
                            assert_eq!(status, if is_signed { 200 } else { 401 });
                            is_signed
                        })
                        .count()
                })
            })
            .collect();
        clients.into_iter().map(|client| client.join().expect("no panic")).sum()
    });
    let (status, records, _) = listener.stop();
    assert_eq!(status, Some(0));
    let summary = records.last().expect("a summary");
    assert_eq!(summary["verified"], verified);
    assert_eq!(summary["refused"], CONNECTIONS * EACH - verified);
    assert_eq!(records.len(), CONNECTIONS * EACH + 1);
    let files = std::fs::read_dir(directory.path()).expect("a directory").count();
    assert_eq!(files, verified);
}

/// The status of the next answer; its body is read too.
fn status_of(stream: &mut std::net::TcpStream) -> u16 {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).expect("an answer");
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).expect("text").to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.expect("a length").trim().parse().expect("a number");
    stream.read_exact(&mut vec![0; length]).expect("a body");
    head[9..12].parse().expect("a status")
}

/// A signature that was right once is no key to another body.
#[test]
fn a_replayed_signature_opens_nothing_else() {
    let listener = Listener::start::<&str>([]);
    let right = signature(&notification("notif_1"));
    assert_eq!(listener.send(&delivery(&notification("notif_1"))).status, 200);
    let other = post(&format!("X-Hub-Signature: {right}\r\n"), &notification("notif_2"));
    assert_eq!(listener.send(&other).status, 401);
}
