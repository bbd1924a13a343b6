//! Archives and compressed streams, made by the programs that everybody makes them with.

mod damage;
mod hostile;
mod kinds;
mod nested;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use intercom_sec::archive::{self, Limits, Member, Outcome, Reason, TextKind, Visitor};
use tempfile::TempDir;

/// A member as the visitor saw it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Seen {
    /// Formats with `>` between.
    chain: String,
    path: String,
    content: Vec<u8>,
}

/// What a walk came to.
struct Walked {
    members: Vec<Seen>,
    texts: Vec<(TextKind, Vec<u8>)>,
    outcome: Outcome,
}

/// Keeps all, and makes sure that members end in the reverse order of their beginnings.
#[derive(Default)]
struct Keep {
    members: Vec<Seen>,
    open: Vec<usize>,
    texts: Vec<(TextKind, Vec<u8>)>,
}

impl Visitor for Keep {
    type Content = usize;

    fn begin(&mut self, member: &Member<'_>) -> usize {
        self.members.push(Seen {
            chain: chain(member.chain),
            path: String::from_utf8_lossy(member.path).into_owned(),
            content: Vec::new(),
        });
        self.open.push(self.members.len() - 1);
        self.members.len() - 1
    }

    fn piece(&mut self, &mut content: &mut usize, bytes: &[u8]) {
        assert!(!bytes.is_empty());
        assert!(self.open.contains(&content));
        self.members[content].content.extend_from_slice(bytes);
    }

    fn end(&mut self, content: usize) {
        assert_eq!(self.open.pop(), Some(content));
    }

    fn text(&mut self, _member: &Member<'_>, kind: TextKind, text: &[u8]) {
        self.texts.push((kind, text.to_vec()));
    }
}

fn chain(formats: &[archive::Format]) -> String {
    formats.iter().map(|format| format.name()).collect::<Vec<_>>().join(">")
}

fn walk_within(content: &[u8], limits: &Limits) -> Walked {
    let mut keep = Keep::default();
    let outcome = archive::walk(content, limits, &mut keep);
    assert_eq!(keep.open, [0; 0]);
    assert_eq!(outcome.members, keep.members.len() as u64);
    let bytes: usize = keep.members.iter().map(|member| member.content.len()).sum();
    assert_eq!(outcome.bytes, bytes as u64);
    Walked { members: keep.members, texts: keep.texts, outcome }
}

/// The default limits with some of them changed.
fn limits(change: impl FnOnce(&mut Limits)) -> Limits {
    let mut limits = Limits::default();
    change(&mut limits);
    limits
}

fn walk(content: &[u8]) -> Walked {
    walk_within(content, &Limits::default())
}

impl Walked {
    /// The members as (chain, path, content), in order of chain and path; nothing may be unread.
    #[track_caller]
    fn complete(&self) -> Vec<(&str, &str, &[u8])> {
        assert_eq!(self.outcome.unopened, []);
        self.all()
    }

    fn all(&self) -> Vec<(&str, &str, &[u8])> {
        let mut all: Vec<_> = self
            .members
            .iter()
            .map(|seen| (seen.chain.as_str(), seen.path.as_str(), seen.content.as_slice()))
            .collect();
        all.sort_unstable();
        all
    }

    fn reasons(&self) -> Vec<Reason> {
        self.outcome.unopened.iter().map(|unopened| unopened.reason).collect()
    }

    fn has(&self, content: &[u8]) -> bool {
        self.members.iter().any(|seen| seen.content == content)
    }
}

/// Runs Python code in a new directory. Its standard library is the outside truth of these tests.
fn python(code: &str) -> TempDir {
    let directory = TempDir::new().expect("a directory");
    run("python3", &["-W", "ignore", "-"], code.as_bytes(), directory.path());
    directory
}

/// What a program makes of its input.
fn run(program: &str, arguments: &[&str], input: &[u8], directory: &Path) -> Vec<u8> {
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("these tests compare with {program}: install it: {error}"));
    let mut stdin = child.stdin.take().expect("piped");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().expect("the program ends");
    writer.join().expect("the writer ends");
    assert!(output.status.success(), "{program}: {output:?}");
    output.stdout
}

/// Like [`run`], for a program that not every machine has: says so, and gives nothing.
#[expect(clippy::print_stderr, reason = "a test that is not made must be seen")]
fn run_if_there(program: &str, arguments: &[&str], input: &[u8]) -> Option<Vec<u8>> {
    let is_there = Command::new(program).arg("--version").output().is_ok();
    if !is_there {
        eprintln!("NOT TESTED: {program} is not on this machine");
        return None;
    }
    Some(run(program, arguments, input, Path::new("/")))
}

/// Some lines of text that compress well, but not to nothing.
fn lines(count: usize) -> Vec<u8> {
    let mut random = super::support::tokens::Random::new(count as u64);
    let mut text = Vec::new();
    for number in 0..count {
        writeln!(text, "line {number}: {}", random.below(1 << 30)).expect("memory");
    }
    text
}
