//! How long a large body takes to verify, against openssl, in turns, in one run.
//!
//! ```text
//! cargo bench --bench webhook -- [--turns N] [--megabytes N]
//! ```
//!
//! The body is written to a temporary directory (`TMPDIR`) and read from the page cache.
#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

#[allow(dead_code, reason = "the other bench needs more of it")]
#[path = "../figures/process.rs"]
mod process;
#[allow(dead_code, reason = "the tests need more of it")]
#[path = "../../tests/integration/support/tokens.rs"]
mod tokens;

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::Command;

use process::{Runs, run};

/// Any will do; it stands in the arguments of openssl.
const KEY: &str = "a-client-secret-of-a-bench";

fn main() {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo bench` adds this to what it runs.
    arguments.retain(|argument| argument != "--bench");
    let number = |name: &str, usual: usize| {
        let at = arguments.iter().position(|argument| argument == name);
        at.map_or(usual, |at| arguments[at + 1].parse().unwrap())
    };
    let (turns, megabytes) = (number("--turns", 5), number("--megabytes", 1000));
    let directory = tempfile::tempdir().unwrap();
    let body = directory.path().join("body");
    write_body(&body, megabytes);
    let signature = signature(&body);
    println!("A body of {megabytes} MB, medians of {turns} runs in turns:\n");
    println!("| | openssl | verify-webhook | ratio | memory |");
    println!("|---|---|---|---|---|");
    row("match", turns, &body, &signature, 0);
    row("mismatch", turns, &body, &format!("sha1={}", "0".repeat(40)), 1);
}

fn row(name: &str, turns: usize, body: &Path, signature: &str, status: i32) {
    let (mut peers, mut ours) = (Runs::default(), Runs::default());
    for turn in 0..=turns {
        let peer = run(&mut openssl(body));
        let mut command = Command::new(env!("CARGO_BIN_EXE_intercom-sec"));
        command.arg("verify-webhook").arg(body).args(["--signature", signature]);
        let our = run(command.env("INTERCOM_WEBHOOK_SECRET", KEY));
        assert_eq!((peer.status, our.status), (Some(0), Some(status)));
        // The first turn warms the page cache.
        if turn > 0 {
            peers.push(peer);
            ours.push(our);
        }
    }
    println!(
        "| {name} | {:.2} s | {:.2} s | {:.2} | {} MB |",
        peers.seconds(),
        ours.seconds(),
        ours.ratio(&peers),
        ours.megabytes()
    );
}

fn openssl(body: &Path) -> Command {
    let mut command = Command::new("openssl");
    command.args(["dgst", "-sha1", "-hmac", KEY]).arg(body);
    command
}

fn signature(body: &Path) -> String {
    let output = openssl(body).output().expect("this bench compares with openssl: install it");
    let text = String::from_utf8(output.stdout).unwrap();
    format!("sha1={}", text.split_whitespace().last().unwrap())
}

/// Bytes without a pattern, a megabyte of them again and again.
fn write_body(path: &Path, megabytes: usize) {
    let piece = tokens::Random::new(1).bytes(1_000_000);
    let mut file = BufWriter::new(File::create(path).unwrap());
    for _ in 0..megabytes {
        file.write_all(&piece).unwrap();
    }
    file.flush().unwrap();
}
