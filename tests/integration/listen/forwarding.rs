//! `--forward-to`: what goes on to the target, and what does not.

use std::io::{Read, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use crate::support::listener::{Listener, SECRET, notification, post, signature};
use crate::support::server::CLOSED_PORT;
use crate::support::tool::Tool;

const PATIENCE: Duration = Duration::from_secs(30);

/// A target that keeps the bytes of each request, and answers what it is told to, when it is told.
struct Target {
    address: SocketAddr,
    requests: Receiver<Vec<u8>>,
    answers: Sender<&'static str>,
}

impl Target {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let (sender, requests) = mpsc::channel();
        let (answers, answer) = mpsc::channel::<&'static str>();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { break };
                let request = read_request(&mut stream);
                if sender.send(request).is_err() {
                    break;
                }
                let Ok(answer) = answer.recv() else { break };
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        Self { address, requests, answers }
    }

    fn url(&self) -> String {
        format!("http://{}/webhooks?a=b", self.address)
    }

    fn answer(&self, answer: &'static str) {
        self.answers.send(answer).expect("it waits");
    }

    fn request(&self) -> Vec<u8> {
        self.requests.recv_timeout(PATIENCE).expect("a request")
    }
}

const NO_CONTENT: &str = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
const REFUSED: &str =
    "HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno";

/// A request whose length its head tells.
fn read_request(stream: &mut TcpStream) -> Vec<u8> {
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") && stream.read_exact(&mut byte).is_ok() {
        bytes.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&bytes).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).expect("a body");
    bytes.extend(body);
    bytes
}

#[test]
fn the_bytes_and_headers_go_on_as_they_came() {
    let target = Target::start();
    let listener = Listener::start(["--forward-to", &target.url()]);
    target.answer(NO_CONTENT);
    let body = "{\"id\":\"notif_1\",  \"topic\":\"é\\u00e9\"}\r\n".as_bytes();
    let headers = format!(
        "User-Agent: Intercom\r\nx-LOWER-Upper:  a  b \r\nX-Twice: 1\r\nX-Twice: 2\r\n\
         X-Hub-Signature: {}\r\nKeep-Alive: 5\r\nTE: trailers\r\nProxy-Authorization: Basic eA==\r\n\
         Upgrade: h2c\r\nX-Hop: 1\r\nConnection: X-Hop, X-Hub-Signature\r\n",
        signature(body)
    );
    assert_eq!(listener.send(&post(&headers, body)).status, 200);
    let request = String::from_utf8(target.request()).expect("text");
    let (head, got) = request.split_once("\r\n\r\n").expect("an empty line");
    assert_eq!(got.as_bytes(), body);
    let mut lines: Vec<_> = head.split("\r\n").collect();
    assert_eq!(lines.remove(0), "POST /webhooks?a=b HTTP/1.1");
    lines.sort_unstable();
    let mut expected = vec![
        format!("Host: {}", target.address),
        "Connection: close".to_owned(),
        "User-Agent: Intercom".to_owned(),
        "x-LOWER-Upper: a  b".to_owned(),
        "X-Twice: 1".to_owned(),
        "X-Twice: 2".to_owned(),
        format!("X-Hub-Signature: {}", signature(body)),
        format!("Content-Length: {}", body.len()),
    ];
    expected.sort_unstable();
    assert_eq!(lines, expected);
    assert!(!request.contains(SECRET));
    let record = listener.record_of("forwarded");
    assert_eq!((&record["status"], &record["id"]), (&204.into(), &"notif_1".into()));
}

#[test]
fn the_answer_does_not_wait_for_the_target() {
    let target = Target::start();
    let listener = Listener::start(["--forward-to", &target.url()]);
    // The target answers only after the sender has its answer.
    assert_eq!(listener.deliver(&notification("notif_1")).status, 200);
    assert_eq!(listener.record()["verdict"], "verified");
    target.request();
    target.answer(NO_CONTENT);
    assert_eq!(listener.record()["status"], 204);
}

#[test]
fn a_delivery_that_is_being_sent_on_is_waited_for_at_the_end() {
    let target = Target::start();
    let listener = Listener::start(["--forward-to", &target.url(), "--exit-after", "1"]);
    assert_eq!(listener.deliver(&notification("notif_1")).status, 200);
    target.request();
    target.answer(NO_CONTENT);
    let (status, records, _) = listener.wait();
    assert_eq!(status, Some(0));
    assert_eq!(records.last().expect("a summary")["forwarded"], 1);
}

#[test]
fn only_what_is_verified_and_new_goes_on() {
    let target = Target::start();
    let listener = Listener::start(["--forward-to", &target.url()]);
    target.answer(NO_CONTENT);
    target.answer(NO_CONTENT);
    assert_eq!(listener.send(&post("", &notification("notif_0"))).status, 401);
    for id in ["notif_1", "notif_1", "notif_2"] {
        assert_eq!(listener.deliver(&notification(id)).status, 200);
    }
    let (status, records, _) = listener.stop();
    assert_eq!(status, Some(0));
    assert_eq!(records.last().expect("a summary")["forwarded"], 2);
    let requests: Vec<_> = target.requests.try_iter().collect();
    assert_eq!(requests.len(), 2);
}

#[test]
fn a_target_that_refuses_is_status_1_and_one_that_is_down_no_verdict() {
    let target = Target::start();
    target.answer(REFUSED);
    let listener = Listener::start(["--forward-to", &target.url(), "--exit-after", "1"]);
    assert_eq!(listener.deliver(&notification("notif_1")).status, 200);
    assert_eq!(listener.record_of("forwarded")["status"], 401);
    assert_eq!(listener.wait().0, Some(1));

    let url = format!("http://localhost:{CLOSED_PORT}/");
    let listener = Listener::start(["--forward-to", &url, "--exit-after", "1"]);
    assert_eq!(listener.deliver(&notification("notif_1")).status, 200);
    let record = listener.record_of("forwarded");
    assert_eq!(record["reason"]["code"], "network-connect", "{record}");
    assert_eq!(listener.wait().0, Some(2));
}

#[test]
fn a_target_that_never_answers_is_given_up() {
    let target = Target::start();
    let url = target.url();
    let listener = Listener::start(["--forward-to", &url, "--forward-timeout", "0.2"]);
    assert_eq!(listener.deliver(&notification("notif_1")).status, 200);
    assert_eq!(listener.record_of("forwarded")["reason"]["code"], "network-timeout");
}

#[test]
fn a_redirect_is_not_followed() {
    let target = Target::start();
    let listener = Listener::start(["--forward-to", &target.url()]);
    target.answer(
        "HTTP/1.1 307 x\r\nLocation: http://shop.example/\r\nContent-Length: 0\r\n\
         Connection: close\r\n\r\n",
    );
    assert_eq!(listener.deliver(&notification("notif_1")).status, 200);
    assert_eq!(listener.record_of("forwarded")["status"], 307);
}

#[test]
fn targets_elsewhere_and_others_that_cannot_be_are_refused() {
    for (url, message) in [
        ("http://shop.example/hook", "is not on this machine"),
        ("http://192.0.2.1/hook", "is not on this machine"),
        ("http://localhost.example:80/", "is not on this machine"),
        ("https://localhost:4000/", "--forward-to is an https:// URL"),
        ("http://user:Zq8mistyped@localhost:4000/", "holds a user name or a password"),
        ("localhost:4000", "--forward-to is not an http:// URL"),
        ("ftp://localhost/", "--forward-to is not an http:// URL"),
        ("http://localhost:99999/", "--forward-to is not an http:// URL"),
        ("http://localhost:0/", "--forward-to is not an http:// URL"),
        ("", "--forward-to is not an http:// URL"),
    ] {
        let run = Tool::new(["listen", "--port", "0", "--forward-to", url])
            .env("INTERCOM_WEBHOOK_SECRET", SECRET)
            .run()
            .expect(2);
        assert!(run.stderr().contains(message), "{url}: {}", run.stderr());
        assert!(run.stderr().contains("hint: "), "{url}: {}", run.stderr());
        assert!(!run.stderr().contains("Zq8mistyped"), "{}", run.stderr());
    }
}

#[test]
fn a_receiver_does_not_forward_to_itself() {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let port = free.port().to_string();
    for host in ["localhost", "127.0.0.1"] {
        let url = format!("http://{host}:{port}/");
        let run = Tool::new(["listen", "--port", &port, "--forward-to", &url])
            .env("INTERCOM_WEBHOOK_SECRET", SECRET)
            .run()
            .expect(2);
        assert!(run.stderr().contains("is the receiver's own"), "{}", run.stderr());
    }
}
