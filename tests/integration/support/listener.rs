//! A running `intercom-sec listen`, and a client that sends exactly the bytes it is given.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::openssl;

/// Nothing here takes a fraction of this; what does hangs.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) const SECRET: &str = "intercom-client-secret-for-testing";

/// A receiver on a free port, which writes records.
pub(crate) struct Listener {
    child: Child,
    lines: Receiver<String>,
    errors: Receiver<String>,
    address: SocketAddr,
}

impl Listener {
    /// `listen --port 0 --format ndjson` with more arguments and the client secret.
    pub(crate) fn start<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Self {
        Self::start_with(arguments, &[])
    }

    /// The same with environment variables.
    pub(crate) fn start_with<A: AsRef<OsStr>>(
        arguments: impl IntoIterator<Item = A>,
        variables: &[(&str, &str)],
    ) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_intercom-sec"));
        command.args(["listen", "--port", "0", "--format", "ndjson"]).args(arguments);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("INTERCOM_") {
                command.env_remove(name);
            }
        }
        command.env("INTERCOM_WEBHOOK_SECRET", SECRET).envs(variables.iter().copied());
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let lines = lines_of(child.stdout.take().expect("piped"));
        let errors = lines_of(child.stderr.take().expect("piped"));
        let Ok(first) = lines.recv_timeout(PATIENCE) else {
            panic!("it does not listen: {:?}", errors.iter().collect::<Vec<_>>());
        };
        let first: Value = serde_json::from_str(&first).expect("a record");
        assert_eq!(first["record"], "listening", "{first}");
        let address = format!("127.0.0.1:{}", first["port"]).parse().expect("an address");
        Self { child, lines, errors, address }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The next record.
    #[track_caller]
    pub(crate) fn record(&self) -> Value {
        let line = self.lines.recv_timeout(PATIENCE).expect("a record");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error} in {line:?}"))
    }

    /// The next record of this kind; others before it are passed over.
    #[track_caller]
    pub(crate) fn record_of(&self, kind: &str) -> Value {
        loop {
            let record = self.record();
            if record["record"] == kind {
                return record;
            }
        }
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.id()).expect("an id");
        kill_process(Pid::from_raw(id).expect("not zero"), signal).expect("it is running");
    }

    /// Waits for the end: the exit status (none after a signal), the records that were not read,
    /// and standard error.
    pub(crate) fn wait(mut self) -> (Option<i32>, Vec<Value>, String) {
        let mut records = Vec::new();
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => records.push(serde_json::from_str(&line).expect("a record")),
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
                Err(mpsc::RecvTimeoutError::Timeout) => panic!("it does not end"),
            }
        }
        let errors: Vec<String> = self.errors.iter().collect();
        (self.child.wait().expect("it ends").code(), records, errors.join("\n"))
    }

    /// Asks it to stop, and waits for the end.
    pub(crate) fn stop(self) -> (Option<i32>, Vec<Value>, String) {
        self.signal(Signal::TERM);
        self.wait()
    }

    /// Sends a request and returns the answer.
    #[track_caller]
    pub(crate) fn send(&self, request: &[u8]) -> Answer {
        Answer::parse(&exchange(self.address, request))
    }

    /// Posts a body with its right signature.
    #[track_caller]
    pub(crate) fn deliver(&self, body: &[u8]) -> Answer {
        self.send(&delivery(body))
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines_of(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stream).lines() {
            let Ok(line) = line else { break };
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    lines
}

/// A connection that gives up before the test would hang.
pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    stream.set_write_timeout(Some(PATIENCE)).expect("a timeout");
    stream
}

/// Sends these bytes on a connection of their own, and reads to its end.
pub(crate) fn exchange(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = connect(address);
    // A receiver that has refused already may read no more.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    answer
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    #[track_caller]
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8(bytes.to_vec()).expect("UTF-8");
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{text:?}"));
        let status = head.get(9..12).and_then(|status| status.parse().ok());
        let status = status.unwrap_or_else(|| panic!("{text:?}"));
        Self { status, head: head.to_lowercase(), body: body.to_owned() }
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// The value of `X-Hub-Signature`, by openssl.
pub(crate) fn signature(body: &[u8]) -> String {
    format!("sha1={}", openssl::hmac("-sha1", SECRET.as_bytes(), body))
}

/// A delivery with its right signature.
pub(crate) fn delivery(body: &[u8]) -> Vec<u8> {
    post(&format!("X-Hub-Signature: {}\r\n", signature(body)), body)
}

/// A POST with these header lines.
pub(crate) fn post(headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "POST /hook HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n{headers}\
         Content-Length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// A notification with this id.
pub(crate) fn notification(id: &str) -> Vec<u8> {
    format!(
        r#"{{"type":"notification_event","app_id":"abcd1234","data":{{"item":{{"id":"1"}}}},"id":"{id}","topic":"contact.created","delivery_attempts":1,"created_at":1700000000}}"#
    )
    .into_bytes()
}
