//! A small repository with bytes changed in one of its files: the scan ends, without a panic.
//!
//! The first byte of the input chooses the file, the second whether checksums are made to fit what
//! was changed, which is what lets it get as far as inflating, the deltas and the entries of an
//! index; each further four bytes are a change.
#![no_main]

#[path = "../checksums.rs"]
mod checksums;

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use intercom_sec::scan::{Options, Progress, RangeSpec, Scope, Target, scan};
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
    let (lender, path) = (root.path().join("lender"), root.path().join("repo"));
    for directory in [&lender, &path] {
        git(root.path(), &["init", "--quiet", "--initial-branch=main", &text(directory)]);
    }
    commit(&lender, 100, 1);
    git(&lender, &["repack", "-adfq"]);
    commit(&path, 0, 8);
    git(&path, &["tag", "-a", "-m", "tag", "v1"]);
    // The older index has no checksum for each entry.
    git(&path, &["-c", "pack.indexVersion=1", "repack", "-adfq", "--depth=50"]);
    commit(&path, 8, 8);
    git(&path, &["repack", "-dfq", "--depth=50"]);
    git(&path, &["pack-refs", "--all"]);
    git(&path, &["commit-graph", "write", "--reachable"]);
    git(&path, &["multi-pack-index", "write"]);
    commit(&path, 16, 1);
    let dot_git = path.join(".git");
    let objects = lender.join(".git/objects");
    fs::write(dot_git.join("objects/info/alternates"), text(&objects) + "\n").expect("a file");
    let head = Command::new("git").current_dir(&path).args(["rev-parse", "HEAD~10"]).output();
    fs::write(dot_git.join("shallow"), head.expect("an id").stdout).expect("a file");
    fs::write(path.join("a/other"), "staged").expect("a file");
    git(&path, &["add", "."]);
    // What is read without being obeyed: patterns, attributes, includes, submodules.
    fs::write(path.join(".gitignore"), "*.[a-c]\n!/a/**/b?\n\\#x \nother/\n").expect("a file");
    fs::write(dot_git.join("info/exclude"), "**/x/*\n[!a]*.log\n").expect("a file");
    fs::write(dot_git.join("info/attributes"), "*/file filter=lfs\n\"a b\" -filter\n")
        .expect("a file");
    git(&path, &["config", "include.path", "info/exclude"]);
    let mut files = Vec::new();
    collect(&path.join(".gitignore"), &mut files);
    for name in ["exclude", "attributes"] {
        collect(&dot_git.join("info").join(name), &mut files);
    }
    collect(&dot_git.join("objects"), &mut files);
    collect(&objects, &mut files);
    for name in
        ["index", "packed-refs", "HEAD", "refs/heads/main", "config", "shallow", "logs/HEAD"]
    {
        collect(&dot_git.join(name), &mut files);
    }
    Sample { _root: root, path, files }
});

fn text(path: &Path) -> String {
    path.to_str().expect("UTF-8").to_owned()
}

fn git(directory: &Path, arguments: &[&str]) {
    let status = Command::new("git")
        .current_dir(directory)
        .args(["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgSign=false"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .status();
    assert!(status.expect("git is there").success());
}

/// Commits versions of a few files.
fn commit(path: &Path, first: usize, count: usize) {
    for number in first..first + count {
        let line = |at: usize| format!("line {at} of {}\n", at * at);
        let content: String = (0..40 + number).map(line).collect();
        fs::create_dir_all(path.join("a/b")).expect("directories");
        fs::write(path.join("a/b/file"), content).expect("a file");
        fs::write(path.join("a/other"), number.to_string()).expect("a file");
        git(path, &["add", "."]);
        git(path, &["commit", "--quiet", "-m", "message"]);
    }
}

/// Adds the files in a directory, or one file.
fn collect(path: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).expect("a directory") {
            collect(&entry.expect("an entry").path(), files);
        }
    } else {
        // Git makes objects read-only.
        let bytes = fs::read(path).expect("a file");
        fs::remove_file(path).expect("a file");
        fs::write(path, &bytes).expect("a file");
        files.push((path.to_owned(), bytes));
    }
}

/// Changes one byte, or takes one out, puts one in, or cuts the rest off.
fn change(bytes: &mut Vec<u8>, [operation, high, low, value]: [u8; 4]) {
    if bytes.is_empty() {
        return bytes.push(value);
    }
    let at = usize::from(u16::from_be_bytes([high, low])) % bytes.len();
    match operation % 16 {
        0 => bytes.insert(at, value),
        1 => drop(bytes.remove(at)),
        2 => bytes.truncate(at),
        _ => bytes[at] = value,
    }
}

fuzz_target!(|bytes: &[u8]| {
    let sample = &*SAMPLE;
    let [chosen, repair, changes @ ..] = bytes else { return };
    let (path, original) = &sample.files[usize::from(*chosen) % sample.files.len()];
    let mut changed = original.clone();
    for &four in changes.as_chunks::<4>().0 {
        change(&mut changed, four);
    }
    let mut written = vec![(path, original)];
    if repair % 2 == 1 {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("pack") => {
                checksums::mend_end(&mut changed);
                let index_path = path.with_extension("idx");
                let index =
                    sample.files.iter().find(|file| file.0 == index_path).expect("an index");
                let mut mended = index.1.clone();
                checksums::mend_index(&mut mended, &changed);
                fs::write(&index_path, mended).expect("a file");
                written.push((&index.0, &index.1));
            }
            Some("idx") if repair % 4 == 3 => {
                let pack = fs::read(path.with_extension("pack")).expect("a pack");
                checksums::mend_index(&mut changed, &pack);
            }
            Some("idx") => checksums::mend_end(&mut changed),
            None if ["index", "commit-graph"].iter().any(|name| path.ends_with(name)) => {
                checksums::mend_end(&mut changed);
            }
            _ => {}
        }
    }
    fs::write(path, &changed).expect("a file");
    let range = "main~5..HEAD".parse().expect("a range");
    let range = RangeSpec::new(vec![range]);
    for scope in [Scope::Everything, Scope::Staged { index_file: None }, Scope::Range(range)] {
        let options = Options::new().scope(scope).worktree(true).threads(NonZeroUsize::MIN);
        if let Ok(target) = Target::locate(&sample.path, None) {
            let report = scan(&[target], &options, &Progress::new());
            assert!(report.findings.is_empty());
        }
    }
    for (path, original) in written {
        fs::write(path, original).expect("a file");
    }
});
