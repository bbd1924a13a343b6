//! The figures of `hash --ids`, in turns, in one run, all on one core.
//!
//! ```text
//! cargo bench --bench hash -- [--ids N] [--turns N]
//! cargo bench --bench hash -- floor N                 one run of the floor
//! ```
//!
//! The floor is the two compressions of SHA-256 that a short id costs, and nothing else: no input and
//! no output. The peers read the same file, a line at a time, and write the same hashes: Node's
//! `crypto`, and Python's `hmac` over OpenSSL with the fastest of its calls. The file is written to
//! a temporary directory (`TMPDIR`).
#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

#[allow(dead_code, reason = "the other bench needs more of it")]
#[path = "../figures/process.rs"]
mod process;

use std::fs::File;
use std::hint::black_box;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::Command;

use process::{Run, Runs, run};
use sha2::block_api::compress256;
use tempfile::TempDir;

/// The identity verification secret of the runs: 43 characters, as new ones have.
const SECRET: &str = "figures-figures-figures-figures-figures-123";

const NODE: &str = r#"
const { createHmac } = require("crypto");
const { createReadStream, createWriteStream } = require("fs");
const secret = process.env.INTERCOM_IDENTITY_SECRET;
let rest = "", out = [];
createReadStream(process.argv[1], { encoding: "utf8", highWaterMark: 1 << 18 })
  .on("data", (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop();
    for (const id of lines) out.push(createHmac("sha256", secret).update(id).digest("hex"));
    if (out.length) process.stdout.write(out.join("\n") + "\n");
    out = [];
  });
"#;

const PYTHON: &str = r#"
import hmac, os, sys
secret = os.environb[b"INTERCOM_IDENTITY_SECRET"]
digest, write = hmac.digest, sys.stdout.write
with open(sys.argv[1], "rb", 1 << 18) as ids:
    for id in ids:
        write(digest(secret, id[:-1], "sha256").hex() + "\n")
"#;

const PYTHON_NEW: &str = r#"
import hmac, os, sys
secret = os.environb[b"INTERCOM_IDENTITY_SECRET"]
new, write = hmac.new, sys.stdout.write
with open(sys.argv[1], "rb", 1 << 18) as ids:
    for id in ids:
        write(new(secret, id[:-1], "sha256").hexdigest() + "\n")
"#;

fn main() {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo bench` adds this to what it runs.
    arguments.retain(|argument| argument != "--bench");
    if let [first, count] = arguments.as_slice()
        && first == "floor"
    {
        return floor(count.parse().unwrap());
    }
    let number = |name: &str, usual: usize| {
        let at = arguments.iter().position(|argument| argument == name);
        at.map_or(usual, |at| arguments[at + 1].parse().unwrap())
    };
    figures(number("--ids", 10_000_000), number("--turns", 3));
}

fn figures(count: usize, turns: usize) {
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("ids");
    write_ids(&file, count);
    let commands: [(&str, Command); 5] = [
        ("intercom-sec hash --ids --threads 1", tool(&file)),
        ("two compressions alone", floor_command(count)),
        ("Node crypto", script("node", &["-e", NODE], &file)),
        ("Python hmac.digest", script("python3", &["-c", PYTHON], &file)),
        ("Python hmac.new", script("python3", &["-c", PYTHON_NEW], &file)),
    ];
    let mut runs: [Runs; 5] = Default::default();
    let mut commands = commands.map(|(name, command)| (name, on_one_core(&command)));
    for _ in 0..turns {
        for ((name, command), runs) in commands.iter_mut().zip(&mut runs) {
            if let Some(run) = run_if_there(name, command) {
                runs.push(run);
            }
        }
    }
    println!("{count} ids on one core, medians of {turns} runs in turns:\n");
    println!("| | seconds | by how many times the tool's | anonymous memory |\n|---|---|---|---|");
    for ((name, _), own) in commands.iter().zip(&runs) {
        if own.is_empty() {
            println!("| {name} | skipped: not installed | | |");
            continue;
        }
        let ratio = own.ratio(&runs[0]);
        println!("| {name} | {:.2} | {ratio:.2} | {} MB |", own.seconds(), own.megabytes());
    }
    println!("\nThe tool takes {:.2} times the two compressions.", runs[0].ratio(&runs[1]));
}

/// What no program can go below with this SHA-256: for each id the inner and the outer compression.
fn floor(count: usize) {
    let (inner, outer) = ([1_u32; 8], [2_u32; 8]);
    let (mut first, mut second) = ([0x36_u8; 64], [0x5c_u8; 64]);
    for id in 0..count {
        first[..8].copy_from_slice(&id.to_le_bytes());
        let mut state = inner;
        compress256(&mut state, &[first]);
        for (bytes, word) in second.chunks_exact_mut(4).zip(state) {
            bytes.copy_from_slice(&word.to_be_bytes());
        }
        let mut state = outer;
        compress256(&mut state, &[second]);
        black_box(state);
    }
}

fn write_ids(path: &Path, count: usize) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    for id in 0..count {
        writeln!(file, "user_{id}").unwrap();
    }
    file.flush().unwrap();
}

fn tool(file: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_intercom-sec"));
    command.args(["hash", "--threads", "1", "--ids"]).arg(file);
    command.env("INTERCOM_IDENTITY_SECRET", SECRET);
    command
}

fn floor_command(count: usize) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["floor", &count.to_string()]);
    command
}

fn script(program: &str, arguments: &[&str], file: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).arg(file).env("INTERCOM_IDENTITY_SECRET", SECRET);
    command
}

/// The same command, kept on one core where the system has a program for that.
fn on_one_core(command: &Command) -> Command {
    let is_there = Command::new("taskset").args(["-c", "0", "true"]).output().is_ok();
    let mut bound = if is_there {
        let mut bound = Command::new("taskset");
        bound.args(["-c", "0"]).arg(command.get_program());
        bound
    } else {
        Command::new(command.get_program())
    };
    bound.args(command.get_args());
    for (name, value) in command.get_envs() {
        bound.env(name, value.unwrap());
    }
    bound
}

/// Runs it; a peer that is not installed is left out.
fn run_if_there(name: &str, command: &mut Command) -> Option<Run> {
    let run = run(command);
    if run.status == Some(0) {
        return Some(run);
    }
    assert!(name.starts_with("Node") || name.starts_with("Python"), "{name}: {:?}", run.status);
    None
}
