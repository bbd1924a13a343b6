//! How many deliveries `listen` verifies in a second, and how long it takes over one.
//!
//! ```text
//! cargo bench --bench listen -- [--turns N] [--count N] [--connections N] [--rate N]
//! cargo bench --bench listen -- --seconds 60 --connections 200
//! ```
//!
//! Each delivery has 2 KB, an id of its own and its own signature, made beforehand. The first table
//! is of as many deliveries as go through; the second of `--rate` a second (half of what is asked
//! for at least: 10,000), where a delivery's time counts from when it was due, so that one that had
//! to wait behind another counts as slow too. Receiver and sender share the machine's cores; the CPU
//! time is the receiver's alone (Linux).
//!
//! With `--seconds` it is a load instead, of right and forged deliveries: every answer is checked, and
//! with `--save` what is on the disk.
#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

mod load;

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const SECRET: &str = "intercom-client-secret-for-testing";
const BODY: usize = 2048;

/// How many threads send.
const SENDERS: usize = 2;

struct Settings {
    turns: usize,
    count: usize,
    connections: usize,
    rate: usize,
}

fn main() {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut number = |name: &str, usual: usize| {
        let Some(at) = arguments.iter().position(|argument| argument == name) else { return usual };
        arguments.remove(at);
        arguments.remove(at).parse().unwrap()
    };
    if arguments_have("--seconds") {
        let (seconds, connections) = (number("--seconds", 60), number("--connections", 200));
        return load::run(seconds, connections);
    }
    let settings = Settings {
        turns: number("--turns", 5),
        count: number("--count", 60_000),
        connections: number("--connections", 64),
        rate: number("--rate", 10_000),
    };
    let requests: Arc<Vec<Vec<u8>>> = Arc::new((0..settings.count).map(request).collect());
    println!(
        "{} deliveries of {BODY} bytes over {} connections, on {} cores; medians of {} turns\n",
        settings.count,
        settings.connections,
        thread::available_parallelism().map_or(1, Into::into),
        settings.turns
    );
    println!(
        "| receiver | verified a second | CPU time of one | at {} a second: median | p99 | slowest |",
        settings.rate
    );
    println!("|---|---|---|---|---|---|");
    for saves in [false, true] {
        let directory = tempfile::TempDir::new().unwrap();
        let save = saves.then(|| directory.path());
        // A disk takes fewer.
        let count = if saves { settings.count / 10 } else { settings.count };
        let (mut rates, mut costs) = (Vec::new(), Vec::new());
        for _ in 0..settings.turns {
            let receiver = Receiver::start(save);
            let start = Instant::now();
            run(receiver.address, &requests, count, settings.connections, None);
            rates.push(float(count) / start.elapsed().as_secs_f64());
            costs.push(receiver.cpu_time() * 1e6 / float(count));
        }
        let (rate, cost) = (median(rates), median(costs));
        if saves {
            println!("| with --save | {rate:.0} | {cost:.1} µs | | | |");
            continue;
        }
        let mut columns: [Vec<f64>; 3] = Default::default();
        for _ in 0..settings.turns {
            let receiver = Receiver::start(save);
            let mut times =
                run(receiver.address, &requests, count, settings.connections, Some(settings.rate));
            times.sort_unstable();
            let at = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1e3;
            for (column, share) in columns.iter_mut().zip([50, 99, 100]) {
                column.push(at(share));
            }
        }
        let [middle, late, last] = columns.map(median);
        println!(
            "| plain | {rate:.0} | {cost:.1} µs | {middle:.2} ms | {late:.2} ms | {last:.2} ms |"
        );
    }
}

fn arguments_have(name: &str) -> bool {
    std::env::args().any(|argument| argument == name)
}

/// The program, on a free port.
struct Receiver {
    child: Child,
    address: SocketAddr,
}

impl Receiver {
    fn start(save: Option<&Path>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_intercom-sec"));
        command.args(["listen", "--port", "0"]);
        if let Some(path) = save {
            command.arg("--save").arg(path);
        }
        let mut child =
            command.env("INTERCOM_WEBHOOK_SECRET", SECRET).stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        output.read_line(&mut first).unwrap();
        let address = first.trim().strip_prefix("listening on http://").unwrap().parse().unwrap();
        // A line for each delivery: someone has to read them.
        thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
        Self { child, address }
    }
}

impl Receiver {
    /// The seconds that it kept a core busy, to a hundredth: a tick of Linux. NaN elsewhere.
    fn cpu_time(&self) -> f64 {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()));
        let text = text.unwrap_or_default();
        // After the name, which may hold anything: user and system time are fields 14 and 15.
        let Some((_, fields)) = text.rsplit_once(") ") else { return f64::NAN };
        let ticks = fields.split(' ').skip(11).take(2).map(|field| field.parse::<f64>().unwrap());
        ticks.sum::<f64>() / 100.0
    }
}

impl Receiver {
    /// The most memory that it had, as Linux tells it.
    fn peak_memory(&self) -> String {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let text = text.unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        line.map_or("unknown", str::trim).to_owned()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One delivery, signed.
fn request(number: usize) -> Vec<u8> {
    let mut body = format!(
        r#"{{"type":"notification_event","app_id":"abcd1234","id":"notif_{number:032}","topic":"conversation.user.created","delivery_attempts":1,"created_at":1700000000,"data":{{"type":"notification_event_data","item":{{"type":"conversation","id":"{number}","parts":["#
    );
    while body.len() < BODY - 80 {
        let _ = write!(body, r#"{{"id":{number},"body":"<p>words &amp; more words</p>"}},"#);
    }
    body.push_str(r#"{"id":0}]}}"#);
    body.push_str(&" ".repeat(BODY - 1 - body.len()));
    body.push('}');
    let mut mac = Hmac::<Sha1>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let signature = hex::encode(mac.finalize().into_bytes());
    format!(
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         X-Hub-Signature: sha1={signature}\r\nContent-Length: {BODY}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// Sends all of them, as fast as they go or so many a second, and returns how long each took.
fn run(
    address: SocketAddr,
    requests: &Arc<Vec<Vec<u8>>>,
    count: usize,
    connections: usize,
    rate: Option<usize>,
) -> Vec<Duration> {
    let next = Arc::new(AtomicUsize::new(0));
    let senders: Vec<_> = (0..SENDERS)
        .map(|_| {
            let (requests, next) = (Arc::clone(requests), Arc::clone(&next));
            thread::spawn(move || {
                let runtime =
                    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async move {
                    let start = Instant::now();
                    let clients: Vec<_> = (0..connections / SENDERS)
                        .map(|_| {
                            let (requests, next) = (Arc::clone(&requests), Arc::clone(&next));
                            tokio::spawn(client(address, requests, next, count, start, rate))
                        })
                        .collect();
                    let mut times = Vec::new();
                    for client in clients {
                        times.extend(client.await.unwrap());
                    }
                    times
                })
            })
        })
        .collect();
    let times: Vec<Duration> =
        senders.into_iter().flat_map(|sender| sender.join().unwrap()).collect();
    assert_eq!(times.len(), count, "every delivery has its answer");
    times
}

async fn client(
    address: SocketAddr,
    requests: Arc<Vec<Vec<u8>>>,
    next: Arc<AtomicUsize>,
    count: usize,
    start: Instant,
    rate: Option<usize>,
) -> Vec<Duration> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut times = Vec::new();
    let mut answer = [0; 1024];
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= count {
            return times;
        }
        let due = match rate {
            Some(rate) => start + Duration::from_secs_f64(float(number) / float(rate)),
            None => Instant::now(),
        };
        tokio::time::sleep_until(due.into()).await;
        stream.write_all(&requests[number]).await.unwrap();
        let mut length = 0;
        while !answer[..length].ends_with(br#"{"received":true}"#) {
            let read = stream.read(&mut answer[length..]).await.unwrap();
            assert!(read > 0, "{}", String::from_utf8_lossy(&answer[..length]));
            length += read;
        }
        assert!(answer.starts_with(b"HTTP/1.1 200"));
        times.push(due.elapsed());
    }
}

fn float(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
