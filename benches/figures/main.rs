//! The figures of `docs/performance.md` and `docs/comparison.md`, in turns, in one run.
//!
//! ```text
//! cargo bench --bench figures -- [OPTIONS] REPO...         the tables
//! cargo bench --bench figures -- floor REPO [--threads N]  one run of the floor
//! cargo bench --bench figures -- floor REPO --read         the same without mapping
//! ```
//!
//! | option | means |
//! |---|---|
//! | `--turns N` | how many runs the medians are of; one more warms the page cache |
//! | `--threads N` | for the scan and the floor; otherwise one for each core |
//! | `--peer-turns N` | how many runs of each other scanner; 0 leaves them out |
//! | `--peer-limit SECONDS` | after which one is ended |
//! | `--only LIST` | of the tables `whole`, `peers`, `again`, `staged`, `found` |
//!
//! Everything that is written is written in temporary directories (`TMPDIR`), where there has to be
//! room for a copy of the largest repository.
#![allow(unsafe_code, reason = "the floor maps packs, as the program does")]
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::disallowed_methods, missing_docs)]

mod abilities;
#[allow(dead_code, reason = "the tests need more of it")]
#[path = "../../tests/integration/support/archives.rs"]
mod archives;
mod floor;
#[allow(dead_code, reason = "the tests need more of it")]
#[path = "../../tests/integration/support/forms.rs"]
mod forms;
mod peers;
mod process;
mod scenarios;
#[allow(dead_code, reason = "the tests need more of it")]
#[path = "../../tests/integration/support/tokens.rs"]
mod tokens;
mod tool;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use abilities::{Case, Row};
use peers::{HISTORY, Peer, Peers, STAGED};
use process::{Runs, run, run_for};
use scenarios::Sample;
use tool::Tool;

/// How many leaks are planted.
const LEAKS: usize = 100;

/// How many files the index has whose changes are scanned.
const FILES: usize = 100_000;

struct Settings {
    tool: Tool,
    turns: usize,
    peer_turns: usize,
    peer_limit: Duration,
}

fn main() {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo bench` adds this to what it runs.
    arguments.retain(|argument| argument != "--bench");
    let mut take = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.remove(at);
        Some(arguments.remove(at))
    };
    let only = take("--only").unwrap_or_else(|| "whole,peers,again,staged,found".to_owned());
    let mut number =
        |name: &str, usual: usize| take(name).map_or(usual, |value| value.parse().unwrap());
    let cores = std::thread::available_parallelism().map_or(1, Into::into);
    let threads = number("--threads", cores);
    let settings = Settings {
        turns: number("--turns", 5),
        peer_turns: number("--peer-turns", 1),
        peer_limit: Duration::from_secs(number("--peer-limit", 600) as u64),
        tool: Tool::new(threads),
    };
    if arguments.is_empty() && !["staged", "found"].contains(&only.as_str()) {
        println!("usage: cargo bench --bench figures -- [OPTIONS] REPO...");
    } else if arguments.first().is_some_and(|first| first == "floor") {
        let is_mapped = !arguments.iter().any(|argument| argument == "--read");
        floor::run(Path::new(&arguments[1]), threads, is_mapped);
    } else {
        // What runs elsewhere has to find them too.
        let repositories: Vec<PathBuf> =
            arguments.iter().map(|path| Path::new(path).canonicalize().unwrap()).collect();
        for table in only.split(',') {
            match table {
                "whole" => settings.whole(&repositories),
                "peers" => settings.peers(&repositories),
                "again" => settings.again(&repositories),
                "staged" => settings.staged(),
                "found" => settings.found(),
                other => panic!("no such table: {other}"),
            }
        }
    }
}

impl Settings {
    /// Whole scans against the floor.
    fn whole(&self, repositories: &[PathBuf]) {
        let threads = self.tool.threads;
        println!("Whole scans, {threads} threads, medians of {} runs in turns:\n", self.turns);
        println!(
            "| repository | packs | objects | floor | scan | ratio | 1 thread | anonymous memory | exit |"
        );
        println!("|---|---|---|---|---|---|---|---|---|");
        for repository in repositories {
            let report = self.tool.report(repository);
            let (mut floors, mut scans, mut alone) =
                (Runs::default(), Runs::default(), Runs::default());
            for turn in 0..=self.turns {
                let floor = run(&mut floor_command(repository, threads));
                let scan = self.tool.scan(repository);
                let one = run(&mut Tool::whole(repository, 1));
                // The first turn warms the page cache.
                if turn > 0 {
                    floors.push(floor);
                    scans.push(scan);
                    alone.push(one);
                }
            }
            let packs = floor::packs(repository);
            let size: u64 = packs.iter().map(|pack| pack.metadata().unwrap().len()).sum();
            println!(
                "| {} | {} MB | {} | {:.2} s | {:.2} s | {:.2} | {:.2} times | {} MB | {} |",
                name(repository),
                size / 1_000_000,
                grouped(report["coverage"]["objects"].as_u64().unwrap()),
                floors.seconds(),
                scans.seconds(),
                scans.ratio(&floors),
                alone.ratio(&scans),
                scans.megabytes(),
                scans.status().unwrap_or(-1),
            );
        }
        println!();
    }

    /// Other scanners of the same history, as factors of the scan's time. There are leaks in it, so
    /// that it shows when one has read nothing.
    fn peers(&self, repositories: &[PathBuf]) {
        let rules = Peers::new();
        let (there, absent) = of_which_installed(&HISTORY);
        if self.peer_turns == 0 {
            return;
        }
        println!(
            "Other scanners of the same histories with {LEAKS} leaks, by how many times the scan's"
        );
        println!("time they take, medians of {} runs in turns:\n", self.peer_turns);
        println!("| repository | scan | {} |", names(&there).join(" | "));
        println!("|---|---|{}", "---|".repeat(there.len()));
        for repository in repositories {
            let sample = Sample::copy(repository);
            sample.plant(LEAKS);
            let _ = self.tool.scan(sample.path());
            let mut scans = Runs::default();
            let mut others: Vec<Runs> = there.iter().map(|_| Runs::default()).collect();
            for _ in 0..self.peer_turns {
                scans.push(self.tool.scan(sample.path()));
                for (peer, runs) in there.iter().zip(&mut others) {
                    runs.push(run_for(&mut peer.command(&rules, sample.path()), self.peer_limit));
                }
            }
            let cells = cells(&there, &others, &scans);
            let scan = format!("{:.2} s, {} MB", scans.seconds(), scans.megabytes());
            println!("| {} | {scan} | {cells} |", name(repository));
        }
        println!("\n{absent}");
    }

    /// Scans of what was scanned before, and of a history with leaks.
    fn again(&self, repositories: &[PathBuf]) {
        println!("Leaks, and scans that come again, medians of {} runs in turns:\n", self.turns);
        println!(
            "| repository | scan | with {LEAKS} leaks | more | nothing new | one new commit |"
        );
        println!("|---|---|---|---|---|---|");
        for repository in repositories {
            let (plain, leaky, more) = self.leaks(repository);
            let (same, new) = self.rescans(repository);
            println!(
                "| {} | {plain:.2} s | {leaky:.2} s | {more:.2} s | {same:.3} s | {new:.3} s |",
                name(repository)
            );
        }
        println!();
    }

    /// The seconds without and with leaks, and the difference.
    fn leaks(&self, repository: &Path) -> (f64, f64, f64) {
        let (plain, leaky) = (Sample::copy(repository), Sample::copy(repository));
        leaky.plant(LEAKS);
        let count =
            |sample: &Sample| self.tool.report(sample.path())["findings"].as_array().unwrap().len();
        assert_eq!(count(&leaky), count(&plain) + LEAKS, "all leaks are found");
        let (mut without, mut with) = (Runs::default(), Runs::default());
        for _ in 0..self.turns {
            without.push(self.tool.scan(plain.path()));
            with.push(self.tool.scan(leaky.path()));
        }
        (without.seconds(), with.seconds(), with.seconds() - without.seconds())
    }

    /// The seconds of a scan that finds nothing new, and of one with a new commit.
    fn rescans(&self, repository: &Path) -> (f64, f64) {
        let sample = Sample::copy(repository);
        let scan = || {
            let mut command = self.tool.any(sample.path());
            // Whatever is kept goes with the sample.
            run(command
                .env("XDG_CACHE_HOME", sample.beside("cache"))
                .env("HOME", sample.beside("home")))
        };
        let (mut same, mut new) = (Runs::default(), Runs::default());
        for turn in 0..self.turns {
            // Files that are as new as this are not vouched for: they may still be written to.
            std::thread::sleep(Duration::from_millis(200));
            let _ = scan();
            same.push(scan());
            sample.commit(turn);
            new.push(scan());
        }
        (same.seconds(), new.seconds())
    }

    /// What each scanner finds, and whether it calls clean what it could not read.
    fn found(&self) {
        let rules = Peers::new();
        let (there, absent) = of_which_installed(&HISTORY);
        println!("What is found, and what is not called clean:\n");
        println!("| | scan-git | {} |", names(&there).join(" | "));
        println!("|---|---|{}", "---|".repeat(there.len()));
        for Row { title, cases } in abilities::rows() {
            let all = cases.len();
            let count = |is_right: &dyn Fn(&Case) -> bool| {
                let right = cases.iter().filter(|case| is_right(case)).count();
                match right {
                    0 => "no".to_owned(),
                    _ if right == all => "yes".to_owned(),
                    _ => format!("{right} of {all}"),
                }
            };
            let own = count(&|case| {
                let status = self.tool.scan(case.path()).status;
                status == Some(if case.has_token { 1 } else { 2 })
            });
            let others = there.iter().map(|peer| {
                count(&|case| {
                    let mut command = peer.command(&rules, case.path());
                    let status = run_for(&mut command, self.peer_limit).status;
                    let has_found = status.is_some_and(|status| peer.has_found(status));
                    // Where nothing can be found, any failure will do.
                    has_found || (!case.has_token && peer.has_failed(status))
                })
            });
            println!("| {title} | {own} | {} |", others.collect::<Vec<_>>().join(" | "));
        }
        println!("\n{absent}");
    }

    /// What is staged, against git's own look at it.
    fn staged(&self) {
        let sample = Sample::staged(FILES);
        let rules = Peers::new();
        let (there, absent) = of_which_installed(&STAGED);
        let (mut git, mut scans) = (Runs::default(), Runs::default());
        let mut others: Vec<Runs> = there.iter().map(|_| Runs::default()).collect();
        for turn in 0..=self.turns {
            let mut diff = Command::new("git");
            let diff = run(diff.current_dir(sample.path()).args(["diff", "--cached", "--quiet"]));
            let mut command = self.tool.any(sample.path());
            let scan = run(command.arg("--staged"));
            if turn > 0 {
                git.push(diff);
                scans.push(scan);
            }
            for (peer, runs) in there.iter().zip(&mut others).filter(|_| turn < self.peer_turns) {
                runs.push(run_for(&mut peer.command(&rules, sample.path()), self.peer_limit));
            }
        }
        let title = "git diff --cached --quiet | scan-git --staged | ratio";
        println!(
            "What is staged of {} files, medians of {} runs in turns:\n",
            grouped(FILES as u64),
            self.turns
        );
        println!("| {title} | {} |", names(&there).join(" | "));
        println!("|---|---|---|{}", "---|".repeat(there.len()));
        println!(
            "| {:.3} s | {:.3} s | {:.2} | {} |\n\n{absent}",
            git.seconds(),
            scans.seconds(),
            scans.ratio(&git),
            cells(&there, &others, &scans),
        );
    }
}

/// This program, for one run of the floor.
fn floor_command(repository: &Path, threads: usize) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.arg("floor").arg(repository).args(["--threads", &threads.to_string()]);
    command
}

/// The peers that are installed, and words for those that are not.
fn of_which_installed(peers: &'static [Peer]) -> (Vec<&'static Peer>, String) {
    let (there, absent): (Vec<_>, Vec<_>) = peers.iter().partition(|peer| peer.is_there());
    let absent = if absent.is_empty() {
        String::new()
    } else {
        format!("skipped, not installed: {}\n", names(&absent).join(", "))
    };
    (there, absent)
}

fn names(peers: &[&Peer]) -> Vec<&'static str> {
    peers.iter().map(|peer| peer.name).collect()
}

/// What peers did, against the scan.
fn cells(peers: &[&Peer], runs: &[Runs], scans: &Runs) -> String {
    let cells = peers.iter().zip(runs).map(|(peer, runs)| {
        if runs.is_empty() {
            return "not run".to_owned();
        }
        let seconds = runs.seconds();
        let factor = seconds / scans.seconds();
        match runs.status() {
            None => format!("more than {factor:.0} times (ended after {seconds:.0} s)"),
            Some(status) if !peer.has_found(status) => {
                format!("found nothing (exit {status} after {seconds:.1} s)")
            }
            Some(_) => format!("{factor:.1} times ({seconds:.1} s, {} MB)", runs.megabytes()),
        }
    });
    cells.collect::<Vec<_>>().join(" | ")
}

/// The last part of a repository's path that names it.
fn name(repository: &Path) -> String {
    let parts = repository.iter().filter_map(|part| part.to_str());
    let mut parts = parts.filter(|part| !matches!(*part, ".git" | "repo")).collect::<Vec<_>>();
    parts.pop().unwrap_or_default().trim_end_matches(".git").to_owned()
}

/// A number with a comma after each three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
