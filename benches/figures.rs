//! The figures of the README: a whole scan against its floor, in turns, in one run.
//!
//! The floor is what no scanner can go below: inflating every entry of the packs once, with the
//! same inflater, on as many threads, and doing nothing with what comes out.
//!
//! ```text
//! cargo bench --bench figures -- [--turns N] [--threads N] REPO...   the table
//! cargo bench --bench figures -- floor REPO [--threads N]            one run of the floor
//! cargo bench --bench figures -- floor REPO --read                   the same without mapping
//! ```
#![allow(unsafe_code, reason = "the floor maps packs, as the program does")]
#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use memmap2::Mmap;

fn main() {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo bench` adds this to what it runs.
    arguments.retain(|argument| argument != "--bench");
    let mut take_number = |name: &str, default: usize| {
        let Some(at) = arguments.iter().position(|argument| argument == name) else {
            return default;
        };
        let value = arguments.remove(at + 1).parse().expect("a number");
        arguments.remove(at);
        value
    };
    let threads =
        take_number("--threads", std::thread::available_parallelism().map_or(1, Into::into));
    let turns = take_number("--turns", 5);
    match arguments.first().map(String::as_str) {
        Some("floor") => {
            let mapped = !arguments.iter().any(|argument| argument == "--read");
            for pack in packs(Path::new(&arguments[1])) {
                floor(&pack, threads, mapped);
            }
        }
        Some(_) => table(&arguments, turns, threads),
        None => println!("usage: cargo bench --bench figures -- [--turns N] [--threads N] REPO..."),
    }
}

/// The packs of a repository given by its git directory or working tree.
fn packs(repository: &Path) -> Vec<PathBuf> {
    let directory = ["objects/pack", ".git/objects/pack"]
        .iter()
        .map(|below| repository.join(below))
        .find(|path| path.is_dir())
        .expect("a repository with packs");
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|extension| extension == "pack")).collect()
}

/// Inflates every entry of a pack once.
fn floor(pack: &Path, threads: usize, mapped: bool) {
    let offsets = offsets(&fs::read(pack.with_extension("idx")).unwrap());
    let file = File::open(pack).unwrap();
    // SAFETY: the benchmark's own repositories are not written to while it runs.
    let map = unsafe { Mmap::map(&file) }.unwrap();
    let end = map.len() - 20;
    let next = AtomicUsize::new(0);
    let inflated = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut decoder = sirocco::inflate::Decoder::new(sirocco::Format::Zlib);
                let (mut buffer, mut input) = (vec![0; 1 << 20], Vec::new());
                let mut total = 0;
                loop {
                    let first = next.fetch_add(64, Ordering::Relaxed);
                    if first >= offsets.len() {
                        break;
                    }
                    for at in first..offsets.len().min(first + 64) {
                        let range = offsets[at]..offsets.get(at + 1).copied().unwrap_or(end);
                        let entry = if mapped {
                            &map[range]
                        } else {
                            input.resize(range.len(), 0);
                            file.read_exact_at(&mut input, range.start as u64).unwrap();
                            &input
                        };
                        let (size, stream) = header(entry);
                        if buffer.len() < size + 64 {
                            buffer.resize(size + 64, 0);
                        }
                        decoder.reset();
                        let progress =
                            decoder.decompress(&entry[stream..], &mut buffer[..size + 64], true);
                        total += progress.unwrap().output.len();
                    }
                }
                inflated.fetch_add(total, Ordering::Relaxed);
            });
        }
    });
    println!("{} entries, {} bytes", offsets.len(), inflated.into_inner());
}

/// The offsets of an index of version 2, in ascending order.
fn offsets(index: &[u8]) -> Vec<usize> {
    let number = |at: usize| u32::from_be_bytes(index[at..at + 4].try_into().unwrap()) as usize;
    assert_eq!(&index[..8], b"\xfftOc\0\0\0\x02", "an index of version 2");
    let count = number(8 + 255 * 4);
    let table = 8 + 1024 + count * 24;
    let large = table + count * 4;
    let mut offsets: Vec<usize> = (0..count)
        .map(|at| match number(table + at * 4) {
            offset if offset < 0x8000_0000 => offset,
            offset => {
                let at = large + (offset - 0x8000_0000) * 8;
                number(at) << 32 | number(at + 4)
            }
        })
        .collect();
    offsets.sort_unstable();
    offsets
}

/// The size that an entry's header states, and where its stream begins.
fn header(entry: &[u8]) -> (usize, usize) {
    let (mut size, mut shift, mut at) = (usize::from(entry[0] & 15), 4, 1);
    while entry[at - 1] & 0x80 != 0 {
        size |= usize::from(entry[at] & 0x7f) << shift;
        (shift, at) = (shift + 7, at + 1);
    }
    match entry[0] >> 4 & 7 {
        6 => {
            while entry[at] & 0x80 != 0 {
                at += 1;
            }
            (size, at + 1)
        }
        7 => (size, at + 20),
        _ => (size, at),
    }
}

/// One run of a program: wall time, peak of anonymous memory, exit status.
struct Run {
    wall: Duration,
    anonymous_kb: u64,
    status: i32,
}

fn run(command: &mut Command) -> Run {
    let start = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let status_file = format!("/proc/{}/status", child.id());
    let mut anonymous_kb = 0;
    // Sampled, because the system keeps no peak of it: VmHWM counts the mapped packs too.
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            let wall = start.elapsed();
            return Run { wall, anonymous_kb, status: status.code().unwrap_or(-1) };
        }
        let status = fs::read_to_string(&status_file).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
        let now = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        anonymous_kb = anonymous_kb.max(now.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn table(repositories: &[String], turns: usize, threads: usize) {
    println!("| repository | objects' packs | floor | scan | ratio | anonymous memory | exit |");
    println!("|---|---|---|---|---|---|---|");
    let threads = threads.to_string();
    for repository in repositories {
        let (mut floors, mut scans, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        let (mut memory, mut status) = (0, 0);
        // The first turn warms the page cache and is not counted.
        for turn in 0..=turns {
            let mut command = Command::new(std::env::current_exe().unwrap());
            let floor = run(command.args(["floor", repository, "--threads", &threads]));
            let mut command = Command::new(env!("CARGO_BIN_EXE_intercom-sec"));
            let scan = run(command.args(["scan-git", repository, "--threads", &threads]));
            if turn > 0 {
                ratios.push(scan.wall.as_secs_f64() / floor.wall.as_secs_f64());
                floors.push(floor.wall.as_secs_f64());
                scans.push(scan.wall.as_secs_f64());
                memory = memory.max(scan.anonymous_kb);
                status = scan.status;
            }
        }
        let size: u64 =
            packs(Path::new(repository)).iter().map(|pack| pack.metadata().unwrap().len()).sum();
        println!(
            "| {} | {} MB | {:.2} s | {:.2} s | {:.2} | {} MB | {status} |",
            name(repository),
            size / 1_000_000,
            median(&mut floors),
            median(&mut scans),
            median(&mut ratios),
            memory / 1000,
        );
    }
}

/// The last part of a repository's path that names it.
fn name(repository: &str) -> &str {
    let mut parts = repository.rsplit('/').filter(|part| !matches!(*part, "" | ".git" | "repo"));
    parts.next().unwrap_or(repository).trim_end_matches(".git")
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
