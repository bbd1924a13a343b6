//! The program that is measured.

use std::path::Path;
use std::process::Command;

use crate::process::{Run, run};

/// `intercom-sec scan-git`, and what this build of it can do.
pub(crate) struct Tool {
    help: String,
    pub(crate) threads: usize,
}

impl Tool {
    pub(crate) fn new(threads: usize) -> Self {
        let help = command().arg("--help").output().unwrap().stdout;
        Self { help: String::from_utf8(help).unwrap(), threads }
    }

    pub(crate) fn has(&self, option: &str) -> bool {
        self.help.contains(option)
    }

    /// Reads everything, whatever an earlier scan has left.
    pub(crate) fn whole(&self, repository: &Path, threads: usize) -> Command {
        let mut command = command();
        command.args(["--threads", &threads.to_string()]).arg(repository);
        command.args(self.has("--no-cache").then_some("--no-cache"));
        command
    }

    /// Reads what an earlier scan has not.
    pub(crate) fn any(&self, repository: &Path) -> Command {
        let mut command = command();
        command.args(["--threads", &self.threads.to_string()]).arg(repository);
        command
    }

    pub(crate) fn scan(&self, repository: &Path) -> Run {
        run(&mut self.whole(repository, self.threads))
    }

    /// What a scan tells.
    pub(crate) fn report(&self, repository: &Path) -> serde_json::Value {
        let mut command = self.whole(repository, self.threads);
        let output = command.args(["--format", "json"]).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_intercom-sec"));
    command.args(["scan-git", "--no-cache"]);
    command
}
