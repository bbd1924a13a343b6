//! A load that goes on for a while: every delivery gets the right answer, and with `--save` what was
//! acknowledged is on the disk.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{Receiver, SENDERS, float, request};

/// One delivery of so many has a signature that is not its own.
const FORGED: usize = 16;

/// With `--save`, so many times shorter: a disk is filled soon.
const SHORTER: u32 = 6;

/// Runs the load, and prints what came of it. Panics at the first wrong answer.
pub(super) fn run(seconds: usize, connections: usize) {
    println!(
        "| receiver | seconds | connections | verified | refused | a second | median | p99 | slowest | memory |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let time = Duration::from_secs(u64::try_from(seconds).unwrap());
    for (name, saves, time) in [("plain", false, time), ("with --save", true, time / SHORTER)] {
        let directory = tempfile::TempDir::new().unwrap();
        let receiver = Receiver::start(saves.then(|| directory.path()));
        let start = Instant::now();
        let mut times = send(receiver.address, connections, start + time);
        let took = start.elapsed().as_secs_f64();
        let accepted = times.iter().filter(|(is_forged, _)| !is_forged).count();
        let refused = times.len() - accepted;
        if saves {
            let files = std::fs::read_dir(directory.path()).unwrap().count();
            assert_eq!(files, accepted, "what was acknowledged is on the disk, and nothing else");
        }
        times.sort_unstable_by_key(|(_, time)| *time);
        let at = |share: usize| times[(times.len() - 1) * share / 100].1.as_secs_f64() * 1e3;
        println!(
            "| {name} | {took:.0} | {connections} | {accepted} | {refused} | {:.0} | {:.1} ms | {:.1} ms | {:.0} ms | {} |",
            float(times.len()) / took,
            at(50),
            at(99),
            at(100),
            receiver.peak_memory()
        );
    }
}

/// Sends until the end; whether each delivery was a forged one, and how long its answer took.
fn send(address: SocketAddr, connections: usize, end: Instant) -> Vec<(bool, Duration)> {
    let next = Arc::new(AtomicUsize::new(0));
    let senders: Vec<_> = (0..SENDERS)
        .map(|_| {
            let next = Arc::clone(&next);
            thread::spawn(move || {
                let runtime =
                    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async move {
                    let clients: Vec<_> = (0..connections.div_ceil(SENDERS))
                        .map(|_| tokio::spawn(client(address, Arc::clone(&next), end)))
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
    senders.into_iter().flat_map(|sender| sender.join().unwrap()).collect()
}

async fn client(
    address: SocketAddr,
    next: Arc<AtomicUsize>,
    end: Instant,
) -> Vec<(bool, Duration)> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut times = Vec::new();
    while Instant::now() < end {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let is_forged = number % FORGED == FORGED - 1;
        let mut request = request(number);
        if is_forged && let Some(last) = request.last_mut() {
            *last = b' ';
        }
        let start = Instant::now();
        stream.write_all(&request).await.unwrap();
        let answer = answer(&mut stream).await;
        let wanted: &[u8] = if is_forged { b"HTTP/1.1 401" } else { b"HTTP/1.1 200" };
        assert!(answer.starts_with(wanted), "{}", String::from_utf8_lossy(&answer));
        times.push((is_forged, start.elapsed()));
    }
    times
}

/// One answer, with its body.
async fn answer(stream: &mut TcpStream) -> Vec<u8> {
    let mut answer = Vec::new();
    loop {
        let read = stream.read_buf(&mut answer).await.unwrap();
        assert!(read > 0, "{}", String::from_utf8_lossy(&answer));
        let text = String::from_utf8_lossy(&answer).to_ascii_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if length.is_some_and(|length| length.trim().parse() == Ok(body.len())) {
            return answer;
        }
    }
}
