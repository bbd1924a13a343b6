//! Other scanners, with a rule for access tokens alone, as each reads the whole history.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// What every peer looks for.
const PATTERN: &str = "dG9rO[A-Za-z0-9+/=_-]{50,}";

/// The rules and whatever else the peers need, in a directory that goes away.
pub(crate) struct Peers {
    directory: TempDir,
}

/// One way to search for tokens that is not this program.
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    /// The program that has to be there.
    program: &'static str,
    /// The exit statuses that mean that it came to its end and found something.
    found: &'static [i32],
    command: fn(&Peers, &Path) -> Command,
}

/// Those that read a history.
pub(crate) const HISTORY: [Peer; 7] = [
    Peer {
        name: "git log -p and grep",
        program: "git",
        found: &[0],
        command: |_, repository| shell(repository, "git log --all -p | grep -a -c dG9rO"),
    },
    Peer {
        name: "git cat-file and grep",
        program: "git",
        found: &[0],
        command: |_, repository| {
            shell(
                repository,
                "git cat-file --batch-all-objects --batch --unordered | grep -a -c dG9rO",
            )
        },
    },
    Peer {
        name: "kingfisher",
        program: "kingfisher",
        found: &[200, 205],
        command: |peers, repository| {
            let mut command = Command::new("kingfisher");
            command.arg("scan").arg(repository);
            command.args(["--no-update-check", "--no-validate", "--load-builtins", "false"]);
            command.arg("--rules-path").arg(peers.path("kingfisher"));
            command.args(["--rule", "all", "-c", "low", "-f", "json"]);
            command
        },
    },
    Peer {
        name: "noseyparker",
        program: "noseyparker",
        // It says no more by its status.
        found: &[0],
        command: |peers, repository| {
            // Each scan begins anew.
            let _ = fs::remove_dir_all(peers.path("datastore"));
            let mut command = Command::new("noseyparker");
            command.arg("scan").arg("--datastore").arg(peers.path("datastore"));
            command.args(["--load-builtins", "false", "--ruleset", "all", "--progress", "never"]);
            command.arg("--rules-path").arg(peers.path("noseyparker")).arg(repository);
            command
        },
    },
    Peer {
        name: "gitleaks",
        program: "gitleaks",
        found: &[3],
        command: |peers, repository| gitleaks(peers, &[], repository),
    },
    Peer {
        name: "trufflehog",
        program: "trufflehog",
        found: &[183],
        command: |peers, repository| {
            let mut command = Command::new("trufflehog");
            command.arg("git").arg(format!("file://{}", repository.display()));
            if repository.join("HEAD").exists() {
                command.arg("--bare");
            }
            command.args(["--no-update", "--no-verification", "--fail", "--config"]);
            command.arg(peers.path("trufflehog.yaml"));
            command.args(["--include-detectors", "CustomRegex"]);
            command
        },
    },
    Peer {
        name: "git-secrets",
        program: "git-secrets",
        found: &[1],
        command: |_, repository| git_secrets(&["--scan-history"], repository),
    },
];

/// Those that read what is staged.
pub(crate) const STAGED: [Peer; 2] = [
    Peer {
        name: "gitleaks",
        program: "gitleaks",
        found: &[3],
        command: |peers, repository| gitleaks(peers, &["--pre-commit", "--staged"], repository),
    },
    Peer {
        name: "git-secrets",
        program: "git-secrets",
        found: &[1],
        command: |_, repository| git_secrets(&["--pre_commit_hook"], repository),
    },
];

impl Peer {
    /// Whether it is installed.
    pub(crate) fn is_there(&self) -> bool {
        let path = env::var_os("PATH").unwrap_or_default();
        env::split_paths(&path).any(|directory| directory.join(self.program).is_file())
    }

    pub(crate) fn command(&self, peers: &Peers, repository: &Path) -> Command {
        let mut command = (self.command)(peers, repository);
        // A partial clone is not to be completed while it is measured.
        command.env("GIT_NO_LAZY_FETCH", "1").env("GIT_TERMINAL_PROMPT", "0");
        command
    }

    /// Whether this exit status says that it found something.
    pub(crate) fn has_found(&self, status: i32) -> bool {
        self.found.contains(&status)
    }

    /// Whether it says by its exit status that it could not do its work. Of a pipeline, only the last
    /// program has one.
    pub(crate) fn has_failed(&self, status: Option<i32>) -> bool {
        status != Some(0) && !self.name.ends_with("grep")
    }
}

impl Peers {
    /// Writes the rules.
    pub(crate) fn new() -> Self {
        let peers = Self { directory: TempDir::new().unwrap() };
        fs::create_dir(peers.path("kingfisher")).unwrap();
        fs::create_dir(peers.path("noseyparker")).unwrap();
        let rule = format!(
            "rules:\n- name: Intercom access token\n  id: local.intercom.1\n  pattern: '({PATTERN})'\n"
        );
        let sure = format!("{rule}  confidence: low\n  min_entropy: 0\n");
        fs::write(peers.path("kingfisher/rule.yml"), sure).unwrap();
        fs::write(peers.path("noseyparker/rule.yml"), rule).unwrap();
        let rule = format!(
            "[[rules]]\nid = \"intercom\"\nregex = '''{PATTERN}'''\nkeywords = [\"dg9ro\"]\n"
        );
        fs::write(peers.path("gitleaks.toml"), rule).unwrap();
        let rule = format!(
            "detectors:\n- name: intercom\n  keywords: [dG9rO]\n  regex:\n    token: '({PATTERN})'\n"
        );
        fs::write(peers.path("trufflehog.yaml"), rule).unwrap();
        peers
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }
}

fn shell(repository: &Path, pipeline: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", pipeline]).current_dir(repository);
    command
}

fn gitleaks(peers: &Peers, options: &[&str], repository: &Path) -> Command {
    let mut command = Command::new("gitleaks");
    command.arg("git").args(options).args(["--no-banner", "--exit-code", "3", "--config"]);
    command.arg(peers.path("gitleaks.toml")).arg(repository);
    command
}

fn git_secrets(arguments: &[&str], repository: &Path) -> Command {
    let mut command = Command::new("git");
    // Instead of a line in the repository's configuration.
    let setting = format!("secrets.patterns={PATTERN}");
    command.current_dir(repository).args(["-c", &setting, "secrets"]).args(arguments);
    command
}
