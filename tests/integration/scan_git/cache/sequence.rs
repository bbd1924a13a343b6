//! Random lives of repositories: after each step, a scan that remembers says what one says that
//! does not.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::{Memory, Repo, cached, make_writable, plain, settle};
use crate::support::tokens::{self, Random};
use crate::support::tool::Tool;

/// A repository that things happen to.
struct Life {
    repo: Repo,
    other: Repo,
    random: Random,
    /// Every commit there ever was.
    commits: Vec<String>,
    /// What was taken away, damaged or added: its place, and its bytes before.
    undo: Vec<(PathBuf, Option<Vec<u8>>)>,
}

impl Life {
    fn new(seed: u64) -> Self {
        let repo = Repo::new();
        repo.commit_file("a", "first\n");
        let other = repo.cloned(&[]);
        other.commit_file("b", "elsewhere\n");
        let commits = vec![repo.head()];
        Self { repo, other, random: Random::new(seed), commits, undo: Vec::new() }
    }

    fn git(&self, arguments: &[&str]) {
        // In a repository with gaps and damage, git may refuse.
        self.repo.tick();
        let _ = self.repo.git_in(self.repo.path(), arguments);
    }

    fn commit(&mut self, content: &str) {
        let name = format!("{}/{}", self.random.below(3), self.random.below(3));
        self.repo.write(&name, content);
        self.git(&["add", "--all", "--force"]);
        self.git(&["commit", "--quiet", "-m", "x"]);
        let head = self.repo.git_in(self.repo.path(), ["rev-parse", "HEAD"]);
        if head.status.success() {
            self.commits.push(String::from_utf8_lossy(&head.stdout).trim().to_owned());
        }
    }

    /// Some file of the objects.
    fn object_file(&mut self, is_pack: bool) -> Option<PathBuf> {
        let mut files = Vec::new();
        collect(&self.repo.git_path("objects"), &mut files);
        files.retain(|path| path.extension().is_some_and(|end| end == "pack") == is_pack);
        files.retain(|path| is_pack || path.extension().is_none());
        files.retain(|path| !path.starts_with(self.repo.git_path("objects/info")));
        files.sort();
        let at = self.random.below(files.len().max(1));
        files.get(at).cloned()
    }

    fn flip(&mut self, path: &Path) {
        let Ok(intact) = fs::read(path) else { return };
        let modified = fs::metadata(path).and_then(|found| found.modified()).expect("a time");
        let mut damaged = intact.clone();
        damaged[self.random.below(intact.len())] ^= 1 << self.random.below(8);
        make_writable(path);
        fs::write(path, damaged).expect("written");
        let file = File::options().write(true).open(path).expect("a file");
        file.set_modified(modified).expect("a time");
        self.undo.push((path.to_owned(), Some(intact)));
    }

    fn remove(&mut self, path: &Path) {
        self.undo.push((path.to_owned(), Some(fs::read(path).expect("a file"))));
        fs::remove_file(path).expect("a file");
    }

    fn restore(&mut self) {
        while let Some((path, content)) = self.undo.pop() {
            let _ = fs::remove_file(&path);
            let Some(content) = content else { continue };
            fs::create_dir_all(path.parent().expect("above")).expect("a directory");
            fs::write(&path, content).expect("written");
        }
    }

    fn some_commit(&mut self) -> String {
        self.commits[self.random.below(self.commits.len())].clone()
    }

    /// Does something and names it.
    #[expect(clippy::too_many_lines, reason = "a list of what can happen")]
    fn step(&mut self) -> &'static str {
        let number = self.random.below(1000).to_string();
        match self.random.below(31) {
            0..=5 => {
                self.commit(&number.repeat(20));
                "commit"
            }
            6 => {
                let token = tokens::token(&mut self.random);
                let blob = self.repo.blob(token);
                self.undo.push((self.repo.loose(&blob), None));
                "a token that nothing names"
            }
            7 => {
                let start = self.some_commit();
                self.git(&["branch", "--force", "side", &start]);
                self.git(&["merge", "--quiet", "--no-edit", "-X", "ours", "side"]);
                "merge"
            }
            8 => {
                self.git(&["branch", "--quiet", "-D", "side"]);
                "delete a branch"
            }
            9 => {
                self.git(&["gc", "--quiet", "--prune=now"]);
                "gc"
            }
            10 | 11 => {
                self.git(&["repack", "-d", "-q"]);
                "repack"
            }
            12 => {
                self.git(&["prune", "--expire=now"]);
                "prune"
            }
            13 => {
                self.git(&["tag", "--force", "-a", "-m", "tag", "v1"]);
                "tag"
            }
            14 => {
                self.git(&["reflog", "expire", "--expire=now", "--all"]);
                "expire reflogs"
            }
            15 | 16 => {
                self.other.commit_file("b", &number);
                let url = self.other.path().to_str().expect("UTF-8").to_owned();
                let limit = format!("fetch.unpackLimit={}", self.random.below(2) * 99 + 1);
                self.git(&["-c", &limit, "fetch", "--quiet", &url, "+main:fetched"]);
                "fetch"
            }
            17 => {
                if let Some(path) = self.object_file(true) {
                    self.flip(&path);
                }
                "damage a pack"
            }
            18 => {
                if let Some(path) = self.object_file(false) {
                    self.flip(&path);
                }
                "damage a loose object"
            }
            19 | 20 => {
                if let Some(path) = self.object_file(false) {
                    self.remove(&path);
                }
                "lose a loose object"
            }
            21 => {
                if let Some(path) = self.object_file(true) {
                    self.remove(&path);
                    self.remove(&path.with_extension("idx"));
                }
                "lose a pack"
            }
            22 => {
                let boundary = self.some_commit();
                self.remove_or_write("shallow", &format!("{boundary}\n"));
                "shallow"
            }
            23 => {
                let objects = self.other.git_path("objects").display().to_string();
                self.remove_or_write("objects/info/alternates", &format!("{objects}\n"));
                "alternates"
            }
            24 => {
                self.repo.write("staged", &number);
                self.git(&["add", "staged"]);
                "stage"
            }
            25 | 26 => {
                let commit = self.some_commit();
                self.git(&["update-ref", &format!("refs/old/{}", number.len()), &commit]);
                "a ref to some commit"
            }
            30 => {
                if let Some(path) = self.object_file(true) {
                    make_writable(&path);
                    let file = File::options().write(true).open(path).expect("a file");
                    file.set_modified(std::time::SystemTime::now()).expect("a time");
                }
                "renew the time of a pack"
            }
            27 => {
                let back = self.some_commit();
                self.git(&["reset", "--quiet", "--hard", &back]);
                "reset"
            }
            28 => {
                let absent = format!("{number:0>40}");
                let tree = self.repo.tree(&format!("100644 blob {absent}\tname\n"));
                let commit = self.repo.git_in(self.repo.path(), ["commit-tree", "-m", "x", &tree]);
                let commit = String::from_utf8_lossy(&commit.stdout).trim().to_owned();
                if !commit.is_empty() {
                    self.commits.push(commit);
                }
                "a commit with a gap that nothing names"
            }
            _ => {
                let value = ["true", "false"][self.random.below(2)];
                self.git(&["config", "remote.origin.promisor", value]);
                "promisor"
            }
        }
    }

    fn remove_or_write(&mut self, name: &str, content: &str) {
        let path = self.repo.git_path(name);
        if fs::remove_file(&path).is_err() {
            fs::create_dir_all(path.parent().expect("above")).expect("a directory");
            fs::write(&path, content).expect("written");
        }
    }
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}

#[test]
fn whatever_happens_a_rescan_says_what_a_scan_says() {
    let seeds: std::ops::Range<u64> = match std::env::var("CACHE_SEEDS") {
        Ok(count) => 0..count.parse().expect("a number"),
        Err(_) => 0..4,
    };
    let (mut known, mut grown) = (0, 0);
    for seed in seeds {
        let mut life = Life::new(seed);
        let memory = Memory::beside(&life.repo);
        let mut story = Vec::new();
        for _ in 0..20 {
            if !life.undo.is_empty() && life.random.below(3) == 0 {
                life.restore();
                story.push("restore");
            }
            story.push(life.step());
            if life.random.below(8) > 0 {
                settle();
            }
            let path = life.repo.path().to_str().expect("UTF-8");
            let truth = Tool::new(["scan-git", "--no-cache", "--format", "json", path]).run();
            for _ in 0..2 {
                let run = memory.scan(life.repo.path());
                assert_eq!(plain(&run), plain(&truth), "seed {seed}: {story:?}");
                assert_eq!(run.status(), truth.status());
                let cached = cached(&run);
                known += u64::from(cached > 0);
                grown += u64::from(cached > 0 && cached < super::objects(&run));
            }
        }
    }
    // Without these, the test shows nothing.
    assert!(known > 20 && grown > 5, "{known} known, {grown} grown");
}
