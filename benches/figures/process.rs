//! Running a program: how long it takes, and how much memory.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// One run of a program and of all that it starts.
#[derive(Clone, Copy)]
pub(crate) struct Run {
    pub(crate) seconds: f64,
    /// The peak of anonymous memory: without the mapped packs, which the system can take back.
    pub(crate) anonymous_kb: u64,
    /// The exit status; `None` when it was ended, by a signal or because it took too long.
    pub(crate) status: Option<i32>,
}

pub(crate) fn run(command: &mut Command) -> Run {
    run_for(command, Duration::MAX)
}

/// Runs a program, and ends it when it takes longer than `limit`.
pub(crate) fn run_for(command: &mut Command, limit: Duration) -> Run {
    let start = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let mut anonymous_kb = 0;
    // Sampled, because the system keeps no peak of it: VmHWM counts the mapped packs too.
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            let seconds = start.elapsed().as_secs_f64();
            return Run { seconds, anonymous_kb, status: status.code() };
        }
        if start.elapsed() > limit {
            let family = family(child.id());
            let ids = family.iter().map(ToString::to_string);
            let _ = Command::new("kill").arg("-KILL").args(ids).status();
            let _ = child.wait();
            return Run { seconds: limit.as_secs_f64(), anonymous_kb, status: None };
        }
        let now = family(child.id()).into_iter().map(anonymous);
        anonymous_kb = anonymous_kb.max(now.sum());
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A process and all that it has started.
fn family(process: u32) -> Vec<u32> {
    let mut family = vec![process];
    let mut at = 0;
    while let Some(&process) = family.get(at) {
        at += 1;
        let Ok(threads) = fs::read_dir(format!("/proc/{process}/task")) else { continue };
        for thread in threads.flatten() {
            let children = fs::read_to_string(thread.path().join("children"));
            family.extend(
                children.unwrap_or_default().split_whitespace().flat_map(str::parse::<u32>),
            );
        }
    }
    family
}

/// The anonymous memory of a process, in kB.
fn anonymous(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

/// Several runs of the same.
#[derive(Default)]
pub(crate) struct Runs(Vec<Run>);

impl Runs {
    pub(crate) fn push(&mut self, run: Run) {
        self.0.push(run);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The median of the times, in seconds.
    pub(crate) fn seconds(&self) -> f64 {
        median(self.0.iter().map(|run| run.seconds))
    }

    /// The median of the ratios of runs that were made in turns.
    pub(crate) fn ratio(&self, others: &Self) -> f64 {
        median(self.0.iter().zip(&others.0).map(|(run, other)| run.seconds / other.seconds))
    }

    /// The highest peak of memory, in MB.
    pub(crate) fn megabytes(&self) -> u64 {
        self.0.iter().map(|run| run.anonymous_kb).max().unwrap_or_default() / 1000
    }

    /// What the last one ended with.
    pub(crate) fn status(&self) -> Option<i32> {
        self.0.last().and_then(|run| run.status)
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() % 2 {
        _ if values.is_empty() => f64::NAN,
        0 => values[middle - 1].midpoint(values[middle]),
        _ => values[middle],
    }
}
