//! What each scanner finds, and what it says of what it could not read: a small repository for each
//! place and each form, with one token in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::forms::{FORMS, Form, PACKED};
use crate::tokens::{self, Random};

/// Repositories that belong together: a row of the table.
pub(crate) struct Row {
    pub(crate) title: &'static str,
    /// Each with a token, or, where nothing can be found, not to be called clean.
    pub(crate) cases: Vec<Case>,
}

/// One repository.
pub(crate) struct Case {
    /// It goes with the case.
    _directory: TempDir,
    path: PathBuf,
    /// Whether there is a token that can be found.
    pub(crate) has_token: bool,
}

impl Case {
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// A place: its title, and how the token comes to be there.
type Place = (&'static str, fn(&Making, &str));

const PLACES: &[Place] = &[
    ("a file, deleted since", |making, token| {
        making.commit("settings.env", token);
        fs::remove_file(making.path("settings.env")).unwrap();
        making.git(&["commit", "--quiet", "--all", "--message=gone"]);
    }),
    ("what only a merge brings", |making, token| {
        making.git(&["checkout", "--quiet", "-b", "side"]);
        making.commit("side", "1");
        making.git(&["checkout", "--quiet", "main"]);
        making.commit("main", "1");
        making.git(&["merge", "--quiet", "--no-ff", "--no-commit", "side"]);
        making.commit("settings.env", token);
    }),
    ("a file with `-diff`, or binary", |making, token| {
        making.commit(".gitattributes", "*.env -diff\n");
        making.commit("settings.env", &format!("\0\0{token}\0"));
    }),
    ("a commit's message", |making, token| {
        making.git(&["commit", "--quiet", "--allow-empty", &format!("--message=use {token}")]);
    }),
    ("an author's name", |making, token| {
        let author = format!("--author={token} <a@example.com>");
        making.git(&["commit", "--quiet", "--allow-empty", "--message=x", &author]);
    }),
    ("an annotated tag's message", |making, token| {
        making.git(&["tag", "--annotate", &format!("--message=use {token}"), "v1"]);
    }),
    ("a note", |making, token| {
        making.git(&["notes", "add", &format!("--message=use {token}")]);
    }),
    ("a stash", |making, token| {
        making.commit("settings.env", "none\n");
        making.write("settings.env", token);
        making.git(&["stash", "--quiet"]);
    }),
    ("a commit that was amended", |making, token| {
        making.commit("settings.env", token);
        making.write("settings.env", "none\n");
        making.git(&["commit", "--quiet", "--all", "--amend", "--message=mended"]);
    }),
    ("an object that nothing leads to", |making, token| {
        making.write("settings.env", token);
        making.git(&["hash-object", "-w", "settings.env"]);
        fs::remove_file(making.path("settings.env")).unwrap();
    }),
    ("what is staged", |making, token| {
        making.write("settings.env", token);
        making.git(&["add", "."]);
        fs::remove_file(making.path("settings.env")).unwrap();
    }),
    ("a name of a file", |making, token| making.commit(&format!("export-{token}.csv"), "1")),
    ("a name of a branch", |making, token| {
        making.git(&["branch", &format!("try-{}", token.trim_end_matches('='))]);
    }),
    ("a reflog's message", |making, token| {
        let reason = format!("use {token}");
        making.git(&["update-ref", "--create-reflog", "-m", &reason, "refs/heads/x", "HEAD"]);
    }),
    ("`.git/config`", |making, token| {
        making.git(&["remote", "add", "origin", &format!("https://u:{token}@example.com/x.git")]);
    }),
    ("a hook", |making, token| making.write(".git/hooks/pre-push", token)),
    ("a submodule's history", |making, token| {
        let inner = Making::new();
        inner.commit("settings.env", token);
        let source = inner.directory.path().join("repo");
        let source = source.to_str().unwrap();
        let allow = "protocol.file.allow=always";
        making.git(&["-c", allow, "submodule", "--quiet", "add", source, "module"]);
        making.git(&["commit", "--quiet", "--message=module"]);
        fs::remove_dir_all(making.path("module")).unwrap();
    }),
];

/// A repository in which something hides, and the path that is given to the scanner.
type State = (&'static str, bool, fn(&Making, &str) -> PathBuf);

const STATES: &[State] = &[
    ("a linked worktree", true, |making, token| {
        making.commit("settings.env", token);
        making.git(&["worktree", "add", "--quiet", "--detach", "../linked"]);
        making.directory.path().join("linked")
    }),
    ("a directory in the working tree", true, |making, token| {
        making.commit("settings.env", token);
        making.commit("inner/file", "1");
        making.path("inner")
    }),
    ("a repository of SHA-256", true, |making, token| {
        fs::remove_dir_all(making.path(".git")).unwrap();
        making.git(&["init", "--quiet", "--initial-branch=main", "--object-format=sha256"]);
        making.commit("settings.env", token);
        making.path("")
    }),
    ("`refs/replace` hides the commit", true, |making, token| {
        making.commit("settings.env", token);
        making.git(&["replace", "HEAD", "HEAD~1"]);
        making.path("")
    }),
    ("a `textconv` and colours in the configuration", true, |making, token| {
        making.commit(".gitattributes", "* diff=x\n");
        making.git(&["config", "diff.x.textconv", "true"]);
        making.git(&["config", "color.ui", "always"]);
        making.commit("settings.env", token);
        making.path("")
    }),
    ("a shallow clone", false, |making, token| {
        making.commit("settings.env", token);
        making.write("settings.env", "none\n");
        making.git(&["commit", "--quiet", "--all", "--message=mended"]);
        making.clone(&["--depth=1"])
    }),
    ("a partial clone whose remote is gone", false, |making, token| {
        making.commit("settings.env", token);
        making.git(&["config", "uploadpack.allowFilter", "true"]);
        let clone = making.clone(&["--filter=blob:none", "--no-checkout"]);
        fs::rename(making.path(""), making.directory.path().join("elsewhere")).unwrap();
        clone
    }),
    ("a missing object", false, |making, token| {
        making.commit("settings.env", token);
        fs::remove_file(making.loose("HEAD:settings.env")).unwrap();
        making.path("")
    }),
    ("a damaged object", false, |making, token| {
        making.commit("settings.env", token);
        let path = making.loose("HEAD:settings.env");
        fs::remove_file(&path).unwrap();
        fs::write(path, "x").unwrap();
        making.path("")
    }),
    ("no repository at all", false, |making, _| {
        fs::remove_dir_all(making.path(".git")).unwrap();
        making.path("")
    }),
];

/// The row of a form, of which this is an example.
fn group(form: &Form, example: &[u8]) -> &'static str {
    let is_escaped = !form.chain.is_empty()
        && form
            .chain
            .iter()
            .all(|step| ["percent", "json", "html", "quoted-printable"].contains(step));
    let has_letters = example.starts_with(b"dG9");
    match form.chain {
        [] => "plain, or without its `=`",
        _ if is_escaped && !has_letters => {
            "every letter escaped (`%64`, `\\u0064`, `&#100;`, `=64`)"
        }
        ["base64"] => "base64 once more, in one line or many",
        ["base64", "base64"] => "base64 twice more",
        ["hex" | "decimal"] => "hex, arrays of numbers",
        ["split"] => "split over string literals, lines, tags",
        chain if chain.iter().any(|step| step.starts_with("utf")) && chain.len() < 2 => {
            "UTF-16 and UTF-32"
        }
        ["base64", "gzip" | "zip"] => "archives in base64",
        _ if PACKED.iter().any(|packed| packed.name == form.name) => "archives, nested too",
        [_, _] if !is_escaped => "two forms at once (base64 of UTF-16, UTF-16 of base64, split)",
        _ => "`=` escaped (`%3D`, `\\u003d`, `&#61;`, `=3D`)",
    }
}

/// All rows, the forms first: each in a file of its own.
pub(crate) fn rows() -> Vec<Row> {
    let random = &mut Random::new(12);
    let mut rows: Vec<Row> = Vec::new();
    for form in FORMS.iter().chain(PACKED) {
        let making = Making::new();
        let token = tokens::token(random);
        let content = form.write(&token, random);
        fs::write(making.path("settings"), &content).unwrap();
        making.git(&["add", "."]);
        making.git(&["commit", "--quiet", "--message=settings"]);
        let title = group(form, &content);
        let case = making.finish();
        match rows.iter_mut().find(|row| row.title == title) {
            Some(row) => row.cases.push(case),
            None => rows.push(Row { title, cases: vec![case] }),
        }
    }
    for (title, place) in PLACES {
        let making = Making::new();
        place(&making, &tokens::token(random));
        rows.push(Row { title, cases: vec![making.finish()] });
    }
    for (title, has_token, state) in STATES {
        let making = Making::new();
        let path = state(&making, &tokens::token(random));
        let case = Case { _directory: making.directory, path, has_token: *has_token };
        rows.push(Row { title, cases: vec![case] });
    }
    rows
}

/// A repository with a first commit, in which something is hidden.
struct Making {
    directory: TempDir,
}

impl Making {
    fn new() -> Self {
        let making = Self { directory: TempDir::new().unwrap() };
        fs::create_dir(making.path("")).unwrap();
        making.git(&["init", "--quiet", "--initial-branch=main"]);
        making.commit("first", "1\n");
        making
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join("repo").join(name)
    }

    fn write(&self, name: &str, content: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn commit(&self, name: &str, content: &str) {
        self.write(name, content);
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message=change"]);
    }

    fn clone(&self, options: &[&str]) -> PathBuf {
        let url = format!("file://{}", self.path("").display());
        self.git(&[&["clone", "--quiet"], options, &[&url, "../clone"]].concat());
        self.directory.path().join("clone")
    }

    /// Where a loose object is.
    fn loose(&self, name: &str) -> PathBuf {
        let id = self.git(&["rev-parse", name]);
        let (directory, file) = id.trim().split_at(2);
        self.path(".git/objects").join(directory).join(file)
    }

    fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .current_dir(self.path(""))
            .args(["-c", "user.name=A", "-c", "user.email=a@example.com"])
            .args(arguments)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .stderr(Stdio::inherit())
            .output()
            .unwrap();
        assert!(output.status.success(), "git {arguments:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn finish(self) -> Case {
        let path = self.path("");
        Case { _directory: self.directory, path, has_token: true }
    }
}
