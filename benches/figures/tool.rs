//! The program that is measured.

use std::path::Path;
use std::process::Command;

use crate::process::{Run, run};

/// `intercom-sec scan-git`.
pub(crate) struct Tool {
    pub(crate) threads: usize,
}

impl Tool {
    pub(crate) const fn new(threads: usize) -> Self {
        Self { threads }
    }

    /// Reads everything, whatever an earlier scan has left.
    pub(crate) fn whole(repository: &Path, threads: usize) -> Command {
        let mut command = command();
        command.args(["--threads", &threads.to_string()]).arg(repository);
        command.arg("--no-cache");
        command
    }

    /// Reads what an earlier scan has not.
    pub(crate) fn any(&self, repository: &Path) -> Command {
        let mut command = command();
        command.args(["--threads", &self.threads.to_string()]).arg(repository);
        command
    }

    pub(crate) fn scan(&self, repository: &Path) -> Run {
        run(&mut Self::whole(repository, self.threads))
    }

    /// What a scan tells.
    pub(crate) fn report(&self, repository: &Path) -> serde_json::Value {
        let mut command = Self::whole(repository, self.threads);
        let output = command.args(["--format", "json"]).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_intercom-sec"));
    command.arg("scan-git");
    command
}
