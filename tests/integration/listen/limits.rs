//! What a sender may use up: long, slow and many requests.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::ops::ControlFlow;
use std::thread;
use std::time::Duration;

use intercom_sec::receiver::{Limits, Receiver, Settings, Stopper, Tally};
use intercom_sec::secret::Secret;
use intercom_sec::webhook::Secrets;

use crate::support::listener::{
    Answer, Listener, SECRET, connect, delivery, exchange, notification, post, signature,
};

/// A receiver of the library with other limits than the program's, and what it counted.
fn with_limits(change: impl FnOnce(&mut Limits), talk: impl FnOnce(SocketAddr)) -> Tally {
    let secrets = Secrets::client(vec![Secret::new(SECRET.into()).expect("not empty")]);
    let mut settings = Settings::new(([127, 0, 0, 1], 0).into(), secrets);
    change(&mut settings.limits);
    let receiver = Receiver::bind(settings).expect("a port");
    let (address, stopper) = (receiver.address(), receiver.stopper());
    thread::scope(|scope| {
        let running = scope.spawn(|| receiver.run(|_| ControlFlow::Continue(())).expect("it runs"));
        let stop = StopOnDrop(stopper);
        talk(address);
        drop(stop);
        running.join().expect("no panic")
    })
}

/// Stops a receiver even if the test fails, which would wait for its end otherwise.
struct StopOnDrop(Stopper);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stop();
    }
}

#[test]
fn a_body_over_the_limit_is_refused_and_one_at_the_limit_is_not() {
    let listener = Listener::start(["--max-body", "2KiB"]);
    let mut body = notification("notif_1");
    body.resize(2048, b' ');
    assert_eq!(listener.deliver(&body).status, 200);
    body.push(b' ');
    let answer = listener.deliver(&body);
    assert_eq!((answer.status, &answer.json()["error"]["code"]), (413, &"body-too-long".into()));
    assert!(answer.head.contains("connection: close"), "{answer:?}");
    let chunked = format!(
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nX-Hub-Signature: {}\r\n\r\n\
         1000\r\n{}\r\n0\r\n\r\n",
        signature(&body),
        " ".repeat(4096)
    );
    assert_eq!(listener.send(chunked.as_bytes()).status, 413);
}

/// A gigabyte that is told, and one that is not told.
#[test]
fn a_gigabyte_is_not_read() {
    let listener = Listener::start::<&str>([]);
    let signed = format!("X-Hub-Signature: sha1={}\r\n", "0".repeat(40));
    for (headers, status) in [
        (format!("{signed}Content-Length: 1073741824\r\n"), 413),
        (format!("{signed}Transfer-Encoding: chunked\r\n"), 413),
        ("Content-Length: 1073741824\r\n".to_owned(), 401),
    ] {
        let mut stream = connect(listener.address());
        let head = format!("POST / HTTP/1.1\r\nHost: a\r\n{headers}\r\n");
        stream.write_all(head.as_bytes()).expect("it reads");
        let sent = pour(&stream, headers.contains("chunked"));
        assert!(sent < 200 << 20, "{sent} bytes were taken");
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        assert_eq!(Answer::parse(&answer).status, status);
    }
    assert!(peak_memory(listener.id()) < 100 << 20, "{}", peak_memory(listener.id()));
    assert_eq!(listener.deliver(&notification("notif_1")).status, 200);
}

/// Writes up to a gigabyte until the other side has had enough.
fn pour(mut stream: &TcpStream, is_chunked: bool) -> usize {
    let piece = vec![b'x'; 1 << 16];
    let mut sent = 0;
    while sent < 1 << 30 {
        let result = if is_chunked {
            stream
                .write_all(b"10000\r\n")
                .and_then(|()| stream.write_all(&piece))
                .and_then(|()| stream.write_all(b"\r\n"))
        } else {
            stream.write_all(&piece)
        };
        if result.is_err() {
            break;
        }
        sent += piece.len();
    }
    sent
}

/// The most memory that a process had at a time, in bytes; 0 where the system does not tell.
fn peak_memory(id: u32) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<usize>().ok()).unwrap_or(0) << 10
}

#[test]
fn heads_beyond_the_limits_are_refused() {
    let listener = Listener::start::<&str>([]);
    let body = notification("notif_1");
    for headers in
        ["X-Long: ".to_owned() + &"a".repeat(100_000) + "\r\n", "X-Many: a\r\n".repeat(200)]
    {
        let answer = exchange(listener.address(), &post(&headers, &body));
        assert!(answer.is_empty() || Answer::parse(&answer).status == 431, "{answer:?}");
    }
    assert_eq!(listener.deliver(&body).status, 200);
}

#[test]
fn what_is_no_http_is_refused() {
    let listener = Listener::start::<&str>([]);
    for bytes in [
        b"\x16\x03\x01\x02\x00\x01\x00".as_slice(),
        b"nonsense\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: nonsense\r\n\r\n{}",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n{}",
        b"\0\0\0\0",
    ] {
        let mut stream = connect(listener.address());
        stream.write_all(bytes).expect("it reads");
        stream.shutdown(std::net::Shutdown::Write).expect("it is open");
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        assert!(answer.is_empty() || Answer::parse(&answer).status == 400, "{answer:?}");
    }
    assert_eq!(listener.deliver(&notification("notif_1")).status, 200);
}

#[test]
fn a_body_that_breaks_off_is_not_accepted() {
    let listener = Listener::start::<&str>([]);
    let request = delivery(&notification("notif_1"));
    let mut stream = connect(listener.address());
    stream.write_all(&request[..request.len() - 1]).expect("it reads");
    drop(stream);
    let record = listener.record();
    assert_eq!(record["reason"]["code"], "body-broken", "{record}");
    assert_eq!(listener.deliver(&notification("notif_1")).status, 200);
    assert_eq!(listener.record()["verdict"], "verified");
}

#[test]
fn heads_that_come_too_slowly_end_the_connection() {
    let head_time = Duration::from_millis(200);
    let tally = with_limits(
        |limits| limits.head_time = head_time,
        |address| {
            let request = delivery(&notification("notif_1"));
            for sent in [0, 40] {
                let mut stream = connect(address);
                stream.write_all(&request[..sent]).expect("it reads");
                let mut answer = Vec::new();
                let _ = stream.read_to_end(&mut answer);
                assert_eq!(String::from_utf8_lossy(&answer), "");
            }
            // A byte now and then does not help.
            let mut stream = connect(address);
            stream.set_read_timeout(Some(Duration::from_millis(20))).expect("a timeout");
            let mut head = request.iter().cycle().filter(|byte| !b"\r\n".contains(byte));
            while stream.write_all(&[*head.next().expect("a cycle")]).is_ok() {
                match stream.read(&mut [0]) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    // The end, in whichever way the system tells it.
                    Ok(0) | Err(_) => break,
                    Ok(_) => panic!("an answer to half a request"),
                }
            }
        },
    );
    assert_eq!((tally.verified, tally.refused), (0, 0));
}

#[test]
fn a_body_that_comes_too_slowly_is_refused() {
    let body_time = Duration::from_millis(200);
    let tally = with_limits(
        |limits| limits.body_time = body_time,
        |address| {
            let request = delivery(&notification("notif_1"));
            let answer = exchange(address, &request[..request.len() - 10]);
            assert_eq!(Answer::parse(&answer).status, 408);
        },
    );
    assert_eq!((tally.verified, tally.refused), (0, 1));
}

#[test]
fn slow_clients_do_not_keep_it_from_its_end() {
    let end_time = Duration::from_millis(100);
    let mut slow = None;
    let tally = with_limits(
        |limits| limits.end_time = end_time,
        |address| {
            let body = notification("notif_1");
            let headers =
                format!("X-Hub-Signature: {}\r\nExpect: 100-continue\r\n", signature(&body));
            let request = post(&headers, &body);
            let mut stream = connect(address);
            stream.write_all(&request[..request.len() - body.len()]).expect("it reads");
            // The body is waited for.
            stream.read_exact(&mut [0; 25]).expect("an interim answer");
            slow = Some(stream);
        },
    );
    // What was begun, and not acknowledged, is told of.
    assert!(tally.is_cut_short);
    let mut answer = Vec::new();
    let _ = slow.expect("a connection").read_to_end(&mut answer);
    assert_eq!(String::from_utf8_lossy(&answer), "");
}

#[test]
fn slow_clients_take_no_place_of_others_for_good() {
    let change = |limits: &mut Limits| {
        limits.connections = 4;
        limits.head_time = Duration::from_millis(300);
    };
    let tally = with_limits(change, |address| {
        let slow: Vec<_> = (0..12)
            .map(|_| {
                let mut stream = connect(address);
                stream.write_all(b"POST / HTTP/1.1\r\nX-Slow").expect("the system takes it");
                stream
            })
            .collect();
        // Behind twelve of them, at four places.
        let answer = exchange(address, &delivery(&notification("notif_1")));
        assert_eq!(Answer::parse(&answer).status, 200);
        drop(slow);
    });
    assert_eq!(tally.verified, 1);
}
