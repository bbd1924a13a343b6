//! How the receiver ends: nothing that it has begun is lost, and the status tells what was.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use rustix::process::Signal;

use crate::support::listener::{Answer, Listener, connect, delivery, notification, post};

#[test]
fn a_delivery_that_is_under_way_is_finished_after_a_signal() {
    for signal in [Signal::TERM, Signal::INT] {
        let listener = Listener::start::<&str>([]);
        let (mut stream, body) = begin(&listener);
        listener.signal(signal);
        wait_until_closed(&listener);
        stream.write_all(&body).expect("it still reads");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer");
        assert_eq!(Answer::parse(&answer).status, 200);
        let (status, records, _) = listener.wait();
        assert_eq!(status, Some(0));
        let last = records.last().expect("a summary");
        assert_eq!((&last["verified"], &last["complete"]), (&1.into(), &true.into()));
    }
}

/// Sends the head of a delivery, and returns when its body is waited for.
fn begin(listener: &Listener) -> (TcpStream, Vec<u8>) {
    let body = notification("notif_1");
    let request = delivery(&body);
    let head = String::from_utf8(request[..request.len() - body.len()].to_vec()).expect("text");
    let head = head.replace("Content-Length", "Expect: 100-continue\r\nContent-Length");
    let mut stream = connect(listener.address());
    stream.write_all(head.as_bytes()).expect("it reads");
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).expect("an interim answer");
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    (stream, body)
}

/// Waits until no connection is accepted any more.
fn wait_until_closed(listener: &Listener) {
    while TcpStream::connect(listener.address()).is_ok() {
        std::thread::yield_now();
    }
}

#[test]
fn idle_and_half_begun_connections_do_not_keep_it() {
    let listener = Listener::start::<&str>([]);
    let idle = connect(listener.address());
    let mut used = connect(listener.address());
    used.write_all(b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n").expect("it reads");
    let mut answer = [0; 12];
    used.read_exact(&mut answer).expect("an answer");
    let (status, ..) = listener.stop();
    assert_eq!(status, Some(0));
    drop((idle, used));
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let listener = Listener::start::<&str>([]);
    let _held = begin(&listener);
    listener.signal(Signal::TERM);
    wait_until_closed(&listener);
    listener.signal(Signal::TERM);
    let (status, records, _) = listener.wait();
    assert_eq!(status, Some(2));
    assert_eq!(records.last().expect("a summary")["complete"], false);
}

#[test]
fn it_stops_after_so_many_deliveries() {
    let listener = Listener::start(["--exit-after", "2"]);
    assert_eq!(listener.deliver(&notification("notif_1")).status, 200);
    // One more of the same is not a second one.
    assert_eq!(listener.deliver(&notification("notif_1")).status, 200);
    assert_eq!(listener.deliver(&notification("notif_2")).status, 200);
    let (status, records, _) = listener.wait();
    assert_eq!(status, Some(0));
    assert_eq!(records.last().expect("a summary")["verdict"], "ok");
}

#[test]
fn a_refused_delivery_among_them_is_status_1() {
    let listener = Listener::start(["--exit-after", "1"]);
    assert_eq!(listener.send(&post("", b"{}")).status, 401);
    assert_eq!(listener.deliver(&notification("notif_1")).status, 200);
    let (status, records, _) = listener.wait();
    assert_eq!(status, Some(1));
    assert_eq!(records.last().expect("a summary")["verdict"], "refused");
}

#[test]
fn stopping_before_they_came_is_no_verdict() {
    let listener = Listener::start(["--exit-after", "2"]);
    assert_eq!(listener.deliver(&notification("notif_1")).status, 200);
    let (status, records, _) = listener.stop();
    assert_eq!(status, Some(2));
    assert_eq!(records.last().expect("a summary")["verdict"], "incomplete");
}

#[test]
fn it_ends_when_nobody_reads_what_it_tells() {
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_intercom-sec"))
        .args(["listen", "--port", "0"])
        .env("INTERCOM_WEBHOOK_SECRET", crate::support::listener::SECRET)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut stdout = child.stdout.take().expect("piped");
    let mut first = Vec::new();
    let mut byte = [0];
    while first.last() != Some(&b'\n') {
        stdout.read_exact(&mut byte).expect("a line");
        first.push(byte[0]);
    }
    drop(stdout);
    let first = String::from_utf8(first).expect("text");
    let address = first.trim().strip_prefix("listening on http://").expect("an address");
    let request = delivery(&notification("notif_1"));
    let answer = crate::support::listener::exchange(address.parse().expect("an address"), &request);
    assert_eq!(Answer::parse(&answer).status, 200);
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}
