//! Repositories made by the real `git`, in an environment that nothing outside can change.

use std::cell::Cell;
use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// The names that every commit has, unless a test says otherwise.
pub(crate) const AUTHOR: &str = "Ada Author";
pub(crate) const EMAIL: &str = "ada@example.com";

/// Of the first commit; each further one is a thousand seconds later.
const FIRST_DATE: u64 = 1_700_000_000;

/// A repository in a directory of its own, which goes with it.
pub(crate) struct Repo {
    root: TempDir,
    path: PathBuf,
    clock: Cell<u64>,
}

impl Repo {
    /// An empty repository with a working tree, on the branch `main`.
    pub(crate) fn new() -> Self {
        Self::init(&[])
    }

    /// As [`Repo::new`], with more options for `git init`.
    pub(crate) fn init(options: &[&str]) -> Self {
        let root = TempDir::new().expect("a directory");
        let path = root.path().join("repo");
        fs::create_dir(&path).expect("a directory");
        let repo = Self { root, path, clock: Cell::new(FIRST_DATE) };
        repo.git([["init", "--quiet"].as_slice(), options].concat());
        repo
    }

    /// A repository that `git clone` with these options makes of this one.
    pub(crate) fn cloned(&self, options: &[&str]) -> Self {
        let root = TempDir::new().expect("a directory");
        let path = root.path().join("repo");
        let url = format!("file://{}", self.path.display());
        let clone = Self { root, path, clock: Cell::new(self.clock.get()) };
        let mut command = clone.command(clone.root.path());
        command.args(["clone", "--quiet"]).args(options).arg(url).arg(&clone.path);
        expect_success(&run(command, b""));
        clone
    }

    /// Where `git init` or `git clone` was told to make it.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// A path beside the repository, in the directory that goes with it.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Leaves the repository where it is; its path.
    pub(crate) fn keep(self) -> PathBuf {
        let _ = self.root.keep();
        self.path
    }

    /// A path in the git directory.
    pub(crate) fn git_path(&self, name: &str) -> PathBuf {
        let dot_git = self.path.join(".git");
        if dot_git.is_dir() { dot_git.join(name) } else { self.path.join(name) }
    }

    /// Runs `git` and hands back its standard output; a failure fails the test.
    #[track_caller]
    pub(crate) fn git<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Vec<u8> {
        self.git_with(arguments, b"")
    }

    /// As [`Repo::git`], as text without the last line ending.
    #[track_caller]
    pub(crate) fn ask<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> String {
        text(self.git(arguments))
    }

    /// As [`Repo::git`], with standard input.
    #[track_caller]
    pub(crate) fn git_with<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
        input: &[u8],
    ) -> Vec<u8> {
        let mut command = self.command(&self.path);
        command.args(arguments);
        expect_success(&run(command, input)).stdout.clone()
    }

    /// As [`Repo::git`] in another directory; success or not.
    pub(crate) fn git_in<A: AsRef<OsStr>>(
        &self,
        directory: &Path,
        arguments: impl IntoIterator<Item = A>,
    ) -> Output {
        let mut command = self.command(directory);
        command.args(arguments);
        run(command, b"")
    }

    fn command(&self, directory: &Path) -> Command {
        let date = format!("{} +0200", self.clock.get());
        let mut command = Command::new("git");
        command.current_dir(directory).env_clear();
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command
            .env("HOME", self.root.path())
            .env("LC_ALL", "C")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_AUTHOR_NAME", AUTHOR)
            .env("GIT_AUTHOR_EMAIL", EMAIL)
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_NAME", "Carl Committer")
            .env("GIT_COMMITTER_EMAIL", "carl@example.com")
            .env("GIT_COMMITTER_DATE", &date);
        for setting in [
            "commit.gpgSign=false",
            "core.fsync=none",
            "gc.auto=0",
            "maintenance.auto=false",
            "init.defaultBranch=main",
            "protocol.file.allow=always",
            "advice.detachedHead=false",
        ] {
            command.args(["-c", setting]);
        }
        command
    }

    /// Writes a file of the working tree.
    pub(crate) fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        let path = self.path.join(path);
        fs::create_dir_all(path.parent().expect("a directory above")).expect("directories");
        fs::write(path, content).expect("a file");
    }

    /// Commits the working tree as it is; the new commit's id.
    #[track_caller]
    pub(crate) fn commit(&self, message: &str) -> String {
        self.tick();
        self.git(["add", "--all", "--force"]);
        self.git(["commit", "--quiet", "--allow-empty", "-m", message]);
        self.head()
    }

    /// Moves the clock on, for commits that are not made by [`Repo::commit`].
    pub(crate) fn tick(&self) {
        self.clock.set(self.clock.get() + 1000);
    }

    /// Commits one file.
    #[track_caller]
    pub(crate) fn commit_file(&self, path: &str, content: impl AsRef<[u8]>) -> String {
        self.write(path, content);
        self.commit(&format!("change {path}"))
    }

    #[track_caller]
    pub(crate) fn head(&self) -> String {
        self.ask(["rev-parse", "HEAD"])
    }

    /// Stores a blob that nothing names; its id.
    #[track_caller]
    pub(crate) fn blob(&self, content: impl AsRef<[u8]>) -> String {
        text(self.git_with(["hash-object", "-w", "--stdin"], content.as_ref()))
    }

    /// Stores a tree of `mode type id TAB name` lines, as `git ls-tree` writes them; its id.
    #[track_caller]
    pub(crate) fn tree(&self, entries: &str) -> String {
        text(self.git_with(["mktree", "--missing"], entries.as_bytes()))
    }

    /// Imports a stream for `git fast-import`, as loose objects or as a pack.
    #[track_caller]
    pub(crate) fn import(&self, stream: &[u8], as_pack: bool) {
        let limit = if as_pack { "1" } else { "1000000" };
        let setting = format!("fastimport.unpackLimit={limit}");
        self.git_with(["-c", &setting, "fast-import", "--quiet", "--force"], stream);
    }

    /// The file of a loose object.
    pub(crate) fn loose(&self, id: &str) -> PathBuf {
        self.git_path("objects").join(&id[..2]).join(&id[2..])
    }

    /// The files in the pack directory that end in `extension`.
    pub(crate) fn packs(&self, extension: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.git_path("objects/pack")).expect("a pack directory");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        let mut paths: Vec<_> =
            paths.filter(|path| path.extension().is_some_and(|found| found == extension)).collect();
        paths.sort();
        paths
    }

    /// Makes one pack of everything that is reachable, and drops what that replaces.
    #[track_caller]
    pub(crate) fn repack(&self, settings: &[&str], options: &[&str]) {
        let settings = settings.iter().flat_map(|setting| ["-c", setting]);
        let arguments: Vec<_> =
            settings.chain(["repack", "-adfq"]).chain(options.iter().copied()).collect();
        self.git(arguments);
        self.git(["prune-packed", "--quiet"]);
    }
}

/// Replaces a file; git's own object files are read-only.
pub(crate) fn replace(path: &Path, content: impl AsRef<[u8]>) {
    fs::remove_file(path).expect("the file was there");
    fs::write(path, content).expect("the file is written");
}

/// Makes a pipe that nobody writes to: opening it for reading never returns.
pub(crate) fn make_fifo(path: &Path) {
    if path.exists() {
        fs::remove_file(path).expect("the file was there");
    }
    let status = Command::new("mkfifo").arg(path).status().expect("mkfifo runs");
    assert!(status.success());
}

fn run(mut command: Command, input: &[u8]) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("these tests need git: install it");
    let mut stdin = child.stdin.take().expect("piped");
    std::thread::scope(|scope| {
        scope.spawn(move || drop(stdin.write_all(input)));
        child.wait_with_output().expect("git ends")
    })
}

#[track_caller]
fn expect_success(output: &Output) -> &Output {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

fn text(output: Vec<u8>) -> String {
    String::from_utf8(output).expect("UTF-8").trim_end_matches('\n').to_owned()
}
