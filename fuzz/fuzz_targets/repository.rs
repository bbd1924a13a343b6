//! A small repository with bytes changed in one of its files: the scan ends, without a panic.
//!
//! The pack has an index of version 1, which has no checksum for each entry, so that changed bytes
//! get as far as inflating and the deltas. The first byte of the input chooses the file; then each
//! three bytes are a place, and the byte that is written there.
#![no_main]

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use intercom_sec::scan::{Progress, RangeSpec, Repository, Scope, scan};
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

/// A repository made by git, and the files in it that are changed, with what they hold.
struct Sample {
    _root: TempDir,
    path: PathBuf,
    files: Vec<(PathBuf, Vec<u8>)>,
}

static SAMPLE: LazyLock<Sample> = LazyLock::new(|| {
    let root = TempDir::new().expect("a directory");
    let path = root.path().to_owned();
    let git = |arguments: &[&str]| {
        let status = Command::new("git")
            .current_dir(&path)
            .args(["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgSign=false"])
            .args(arguments)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .status();
        assert!(status.expect("git is there").success());
    };
    git(&["init", "--quiet", "--initial-branch=main"]);
    for number in 0..8 {
        let line = |at: usize| format!("line {at} of {}\n", at * at);
        let content: String = (0..40 + number).map(line).collect();
        fs::create_dir_all(path.join("a/b")).expect("directories");
        fs::write(path.join("a/b/file"), content).expect("a file");
        fs::write(path.join("a/other"), number.to_string()).expect("a file");
        git(&["add", "."]);
        git(&["commit", "--quiet", "-m", "message"]);
    }
    git(&["tag", "-a", "-m", "tag", "v1"]);
    git(&["-c", "pack.indexVersion=1", "repack", "-adfq", "--depth=50"]);
    git(&["pack-refs", "--all"]);
    fs::write(path.join("a/other"), "loose").expect("a file");
    git(&["commit", "--quiet", "-am", "loose"]);
    git(&["commit-graph", "write", "--reachable"]);
    let mut files = Vec::new();
    collect(&path.join(".git/objects"), &mut files);
    for name in ["index", "packed-refs", "HEAD", "config", "logs/HEAD"] {
        let path = path.join(".git").join(name);
        files.push((path.clone(), fs::read(path).expect("a file")));
    }
    Sample { _root: root, path, files }
});

fn collect(directory: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            // Git makes objects read-only.
            let bytes = fs::read(&path).expect("a file");
            fs::remove_file(&path).expect("a file");
            fs::write(&path, &bytes).expect("a file");
            files.push((path, bytes));
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let sample = &*SAMPLE;
    let Some((&chosen, changes)) = bytes.split_first() else { return };
    let (path, original) = &sample.files[usize::from(chosen) % sample.files.len()];
    let mut changed = original.clone();
    for change in changes.chunks_exact(3) {
        let at = usize::from(u16::from_be_bytes([change[0], change[1]]));
        if let Some(byte) = changed.get_mut(at) {
            *byte = change[2];
        } else if at > 60_000 {
            changed.truncate(at - 60_000);
        }
    }
    fs::write(path, &changed).expect("a file");
    let range = "main~5..HEAD".parse().expect("a range");
    let range = RangeSpec { ranges: vec![range], ..RangeSpec::default() };
    for scope in
        [Scope::Everything, Scope::Staged { index_file: None }, Scope::Range(range)]
    {
        if let Ok(repository) = Repository::locate(&sample.path, None) {
            let report = scan(&[repository], &scope, NonZeroUsize::MIN, &Progress::new());
            assert!(report.findings.is_empty());
        }
    }
    fs::write(path, original).expect("a file");
});
