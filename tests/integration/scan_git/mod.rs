//! `intercom-sec scan-git`.

mod archives;
mod attribution;
mod bombs;
mod cache;
mod commands;
mod corpus;
mod coverage;
mod damage;
mod deltas;
mod differential;
mod findings;
mod git_dir;
mod git_dir_hostile;
mod hideouts;
mod hooks;
mod hostile;
mod hostile_ranges;
mod matrix;
mod output;
mod ranges;
mod reftable;
mod revisions;
mod rules;
mod sources;
mod staged;
mod staged_damage;
mod states;
mod submodules;
mod worktree;

use std::num::NonZeroUsize;
use std::path::Path;

use intercom_sec::scan::{self, Options, Progress, ScanReport, Target};

use super::support::naive;
use super::support::repository::Repo;
use super::support::tool::{Run, Tool};

/// `scan-git --format json` of a repository.
fn scan(repository: impl AsRef<Path>) -> Run {
    scan_in("json", repository)
}

/// `scan-git --format FORMAT` of a repository.
fn scan_in(format: &str, repository: impl AsRef<Path>) -> Run {
    let repository = repository.as_ref().to_str().expect("UTF-8").to_owned();
    Tool::new(["scan-git", "--format", format, &repository]).run()
}

/// `scan-git --staged --format json` of a repository.
fn staged(repository: impl AsRef<Path>) -> Run {
    let repository = repository.as_ref().to_str().expect("UTF-8").to_owned();
    Tool::new(["scan-git", "--staged", "--format", "json", &repository]).run()
}

/// The same scan in this process, for tests that make thousands.
fn library_scan(repository: &Path, threads: usize) -> ScanReport {
    let target = Target::locate(repository, None).expect("a repository");
    let threads = NonZeroUsize::new(threads).expect("a thread");
    scan::scan(&[target], &Options::new().threads(threads), &Progress::new())
}

/// Every place of every finding: source, path, line and column.
fn places(report: &serde_json::Value) -> Vec<(String, String, u64, u64)> {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let mut places: Vec<_> = naive::locations(report)
        .map(|(_, location)| {
            let number = |key: &str| location[key].as_u64().unwrap_or_default();
            (text(&location["source"]), text(&location["path"]), number("line"), number("column"))
        })
        .collect();
    places.sort();
    places
}

/// What of a repository was not read, as `what` of each.
fn skipped(report: &serde_json::Value) -> Vec<String> {
    let skipped = report["coverage"]["skipped"].as_array().expect("skipped");
    skipped.iter().map(|skipped| skipped["what"].as_str().expect("what").to_owned()).collect()
}

/// Which things of this kind were not read.
fn skipped_ids<'r>(
    report: &'r serde_json::Value,
    what: &'r str,
) -> impl Iterator<Item = String> + 'r {
    let skipped = report["coverage"]["skipped"].as_array().expect("skipped").iter();
    let of_kind = skipped.filter(move |skipped| skipped["what"] == what);
    of_kind.map(|skipped| skipped["id"].as_str().expect("an id").to_owned())
}
