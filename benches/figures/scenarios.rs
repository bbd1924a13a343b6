//! Repositories that are made to be measured, each in a directory that goes away.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::tokens::{self, Random};

/// A repository in a directory that goes away.
pub(crate) struct Sample {
    directory: TempDir,
    git_dir: PathBuf,
}

impl Sample {
    /// A copy of a repository.
    pub(crate) fn copy(repository: &Path) -> Self {
        let directory = TempDir::new().unwrap();
        let git_dir = directory.path().join("copy.git");
        let dot_git = repository.join(".git");
        let source = if dot_git.is_dir() { dot_git } else { repository.to_owned() };
        let status = Command::new("cp").arg("-r").arg(source).arg(&git_dir).status().unwrap();
        assert!(status.success());
        let sample = Self { directory, git_dir };
        sample.git(&["config", "core.bare", "true"], "");
        sample
    }

    /// A repository whose index has this many files, of which ten are staged, each with
    /// a leak.
    pub(crate) fn staged(files: usize) -> Self {
        let directory = TempDir::new().unwrap();
        let git_dir = directory.path().join(".git");
        let sample = Self { directory, git_dir };
        let path = sample.directory.path().to_str().unwrap().to_owned();
        let init = ["init", "--quiet", "--initial-branch=main", &path];
        assert!(Command::new("git").args(init).status().unwrap().success());
        let mut stream = format!("{}data 0\n\n", start("refs/heads/main", 0));
        let path = |number: usize| format!("{}/{}/file-{number}.txt", number % 30, number % 700);
        for number in 0..files {
            let content = format!("the text of file {number}\n");
            let (path, length) = (path(number), content.len());
            let _ = write!(stream, "M 100644 inline {path}\ndata {length}\n{content}\n");
        }
        sample.import(&stream);
        sample.git(&["read-tree", "HEAD"], "");
        let random = &mut Random::new(2);
        for number in (0..files).step_by(files / 10) {
            let content = format!("key = \"{}\"\n", tokens::token(random));
            let id = sample.git(&["hash-object", "-w", "--stdin"], &content);
            let entry = format!("100644,{},{}", id.trim(), path(number));
            sample.git(&["update-index", "--cacheinfo", &entry], "");
        }
        sample
    }

    /// The path to scan.
    pub(crate) fn path(&self) -> &Path {
        if self.git_dir.ends_with(".git") { self.directory.path() } else { &self.git_dir }
    }

    /// A path beside the repository.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Commits this many leaks: half of them one after the other from `HEAD` on, half of them on
    /// commits all over the history, each in a directory that was there, and merged.
    pub(crate) fn plant(&self, count: usize) {
        let random = &mut Random::new(1);
        let head = self.git(&["rev-parse", "HEAD"], "");
        let all = self.git(&["rev-list", "--all"], "");
        let all: Vec<&str> = all.lines().collect();
        let mut stream = String::new();
        let mut tip = head.trim().to_owned();
        for number in 0..count {
            let is_side = number % 2 == 0;
            let old = all[number * all.len() / count];
            let parent = if is_side { old } else { tip.as_str() };
            let directories = self.git(&["ls-tree", "-r", "-d", "--name-only", old], "");
            let directories: Vec<_> = directories.lines().filter(is_plain).collect();
            let directory = match directories.as_slice() {
                [] => "new",
                some => some[random.below(some.len())],
            };
            let content = format!("key = \"{}\"\n", tokens::token(random));
            let entry = format!(
                "M 100644 inline {directory}/leak-{number}.env\ndata {}\n{content}\n",
                content.len()
            );
            let mark = 2 * number + 1;
            let branch = if is_side { format!("side-{number}") } else { "leaks".to_owned() };
            let start = start(&format!("refs/heads/{branch}"), mark);
            let _ = write!(stream, "{start}data 0\n\nfrom {parent}\n{entry}");
            if is_side {
                let start = self::start("refs/heads/leaks", mark + 1);
                let _ = write!(stream, "{start}data 0\n\nfrom {tip}\nmerge :{mark}\n{entry}");
                tip = format!(":{}", mark + 1);
            } else {
                tip = format!(":{mark}");
            }
        }
        self.import(&stream);
    }

    /// Adds a commit that changes one file.
    pub(crate) fn commit(&self, number: usize) {
        let content = format!("number {number}\n");
        let start = start("refs/heads/main-of-the-benchmark", 0);
        let head = self.git(&["rev-parse", "HEAD"], "");
        let stream = format!(
            "{start}data 0\n\nfrom {}\nM 100644 inline new-file\ndata {}\n{content}\n",
            head.trim(),
            content.len()
        );
        self.import(&stream);
    }

    fn import(&self, stream: &str) {
        // As a pack, however small: as loose objects they would be read one by one.
        self.git(&["-c", "fastimport.unpackLimit=1", "fast-import", "--quiet", "--force"], stream);
    }

    fn git(&self, arguments: &[&str], input: &str) -> String {
        let mut child = Command::new("git")
            .arg("--git-dir")
            .arg(&self.git_dir)
            .args(arguments)
            .env("GIT_NO_LAZY_FETCH", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let output = std::thread::scope(|scope| {
            scope.spawn(move || stdin.write_all(input.as_bytes()).unwrap());
            child.wait_with_output().unwrap()
        });
        assert!(output.status.success(), "git {arguments:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

/// The start of a commit in a stream for `git fast-import`; the mark 0 is none.
fn start(reference: &str, mark: usize) -> String {
    let mark = if mark == 0 { String::new() } else { format!("mark :{mark}\n") };
    let time = 1_700_000_000;
    format!("commit {reference}\n{mark}committer A <a@example.com> {time} +0000\n")
}

/// Whether a path needs no quotes.
fn is_plain(path: &&str) -> bool {
    path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte))
}
