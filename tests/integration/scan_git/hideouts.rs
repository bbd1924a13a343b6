//! Every place times every form, from a seed: what is found is what was hidden, each with its place's
//! source and its form's steps, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::io::Write as _;

use crate::support::forms::{FORMS, Form, PACKED};
use crate::support::naive;
use crate::support::repository::Repo;
use crate::support::tokens::{self, Random};
use crate::support::tool::Tool;

/// Where something is hidden: the source that a report has for it, and the texts that it can hold.
struct Place {
    source: &'static str,
    holds: fn(&[u8]) -> bool,
    hide: fn(&mut Hiding, &[u8]),
}

fn anything(_: &[u8]) -> bool {
    true
}

fn without_nul(text: &[u8]) -> bool {
    !text.contains(&0)
}

fn one_line(text: &[u8]) -> bool {
    text.iter().all(|&byte| byte >= b' ')
}

/// One part of a path, not too long for a file's name.
fn a_name(text: &[u8]) -> bool {
    one_line(text) && text.len() < 250 && !text.contains(&b'/')
}

/// A name, of which git takes white space, dots and the like off both ends.
fn a_person(text: &[u8]) -> bool {
    let is_bare = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let is_plain = text.iter().all(|byte| !b"<>".contains(byte));
    one_line(text) && text.is_ascii() && is_plain && is_bare(text.first()) && is_bare(text.last())
}

/// git-check-ref-format.
fn a_ref_name(text: &[u8]) -> bool {
    text.iter().all(|byte| byte.is_ascii_alphanumeric() || b"=%+-_&#;".contains(byte))
        && text.len() < 240
}

const PLACES: &[Place] = &[
    Place {
        source: "blob",
        holds: anything,
        hide: |hiding, text| hiding.commit("refs/heads/main", "", text, "x"),
    },
    // A merge's own blob, on both sides new.
    Place {
        source: "blob",
        holds: anything,
        hide: |hiding, text| {
            hiding.commit("refs/heads/side", "", b"side", "x");
            hiding.commit("refs/heads/main", "merge refs/heads/side\n", text, "x");
        },
    },
    Place {
        source: "blob",
        holds: anything,
        hide: |hiding, text| hiding.commit("refs/notes/commits", "", text, "x"),
    },
    Place {
        source: "blob",
        holds: anything,
        hide: |hiding, text| hiding.commit("refs/hidden/deep/down", "", text, "x"),
    },
    Place {
        source: "blob",
        holds: anything,
        hide: |hiding, text| hiding.commit("refs/stash", "", text, "x"),
    },
    Place {
        source: "commit-header",
        holds: a_person,
        hide: |hiding, text| {
            let number = hiding.next();
            let name = String::from_utf8(text.to_vec()).expect("ASCII");
            let author =
                format!("author {name} <a@example.com> {} +0000\n", 1_700_000_000 + number);
            hiding.header_by("refs/heads/main", &author);
            hiding.data(b"change");
        },
    },
    Place {
        source: "tag-header",
        holds: a_person,
        hide: |hiding, text| {
            let name = String::from_utf8(text.to_vec()).expect("ASCII");
            hiding.tag_by(&name, b"a tag");
        },
    },
    // A blob that nothing leads to.
    Place { source: "blob", holds: anything, hide: |hiding, text| drop(hiding.repo.blob(text)) },
    Place {
        source: "commit-message",
        holds: without_nul,
        hide: |hiding, text| hiding.message("refs/heads/main", text),
    },
    Place {
        source: "tag-message",
        holds: without_nul,
        hide: |hiding, text| hiding.tag_by("A", text),
    },
    Place {
        source: "path",
        holds: a_name,
        hide: |hiding, text| {
            let name = String::from_utf8(text.to_vec()).expect("ASCII");
            hiding.commit("refs/heads/main", "", b"named", &name);
        },
    },
    Place {
        source: "ref-name",
        holds: a_ref_name,
        hide: |hiding, text| {
            let name = String::from_utf8(text.to_vec()).expect("ASCII");
            hiding.refs.push(format!("refs/odd/{name}"));
        },
    },
    Place {
        source: "reflog",
        holds: one_line,
        hide: |hiding, text| {
            hiding.reflog.extend_from_slice(text);
            hiding.reflog.push(b'\n');
        },
    },
    Place {
        source: "config",
        holds: one_line,
        hide: |hiding, text| {
            let quoted = text.iter().flat_map(|byte| match byte {
                b'\\' | b'"' => vec![b'\\', *byte],
                _ => vec![*byte],
            });
            let quoted: Vec<u8> = quoted.collect();
            // What git would read differently is no such form any more.
            if quoted == text {
                hiding.append("config", &[b"\n[x]\n\ty = \"", quoted.as_slice(), b"\"\n"].concat());
            } else {
                hiding.append("config", &[b"\n# ", text, b"\n"].concat());
            }
        },
    },
    Place { source: "git-dir", holds: anything, hide: |hiding, text| hiding.file("hooks", text) },
    Place {
        source: "git-dir",
        holds: without_nul,
        hide: |hiding, text| hiding.append("FETCH_HEAD", &[b"\n", text, b"\n"].concat()),
    },
    Place {
        source: "worktree",
        holds: anything,
        hide: |hiding, text| {
            let name = format!("untracked-{}", hiding.next());
            hiding.repo.write(name, text);
        },
    },
];

struct Hiding {
    repo: Repo,
    /// For `git fast-import`.
    stream: Vec<u8>,
    refs: Vec<String>,
    reflog: Vec<u8>,
    number: usize,
}

impl Hiding {
    fn next(&mut self) -> usize {
        self.number += 1;
        self.number
    }

    fn data(&mut self, text: &[u8]) {
        self.stream.extend(format!("data {}\n", text.len()).bytes());
        self.stream.extend_from_slice(text);
        self.stream.push(b'\n');
    }

    fn header(&mut self, name: &str) {
        self.header_by(name, "");
    }

    fn header_by(&mut self, name: &str, author: &str) {
        let number = self.next();
        let who = format!("committer A <a@example.com> {} +0000\n", 1_700_000_000 + number);
        self.stream.extend(format!("commit {name}\n{author}{who}").bytes());
    }

    fn commit(&mut self, name: &str, from: &str, text: &[u8], path: &str) {
        self.header(name);
        self.data(b"change");
        self.stream.extend(from.bytes());
        let number = self.number;
        let path = if path == "x" { format!("files/{number}") } else { path.to_owned() };
        let path = path.replace('\\', "\\\\").replace('"', "\\\"");
        self.stream.extend(format!("M 100644 inline \"{path}\"\n").bytes());
        self.data(text);
    }

    fn message(&mut self, name: &str, text: &[u8]) {
        self.header(name);
        self.data(text);
    }

    fn tag_by(&mut self, tagger: &str, text: &[u8]) {
        let number = self.next();
        let head = format!(
            "tag t{number}\nfrom refs/heads/main\ntagger {tagger} <a@example.com> {} +0000\n",
            1_700_000_000 + number
        );
        self.stream.extend(head.bytes());
        self.data(text);
    }

    fn file(&mut self, directory: &str, text: &[u8]) {
        let name = format!("{directory}/{}", self.next());
        fs::write(self.repo.git_path(&name), text).expect("a file");
    }

    fn append(&self, name: &str, text: &[u8]) {
        let file = OpenOptions::new().append(true).create(true).open(self.repo.git_path(name));
        file.and_then(|mut file| file.write_all(text)).expect("a file");
    }

    /// Hands all of it to git.
    fn finish(self, random: &mut Random) -> Repo {
        let Self { repo, stream, refs, reflog, .. } = self;
        repo.import(&stream, random.one_in(2));
        let head = repo.ask(["rev-parse", "refs/heads/main"]);
        let updates = refs
            .iter()
            .fold(String::new(), |updates, name| updates + &format!("create {name} {head}\n"));
        repo.git_with(["update-ref", "--stdin"], updates.as_bytes());
        let zeros = "0".repeat(head.len());
        let line = format!("{zeros} {head} A <a@example.com> 1700000000 +0000\t");
        let log: Vec<u8> = reflog
            .split(|&byte| byte == b'\n')
            .filter(|message| !message.is_empty())
            .flat_map(|message| [line.as_bytes(), message, b"\n"].concat())
            .collect();
        fs::create_dir_all(repo.git_path("logs/refs/heads")).expect("a directory");
        fs::write(repo.git_path("logs/refs/heads/main"), log).expect("a reflog");
        if random.one_in(2) {
            repo.git(["pack-refs", "--all"]);
        }
        repo
    }
}

/// Hides a token in each place in each form that it can hold, and scans.
fn hide_and_seek(seed: u64) {
    let random = &mut Random::new(seed);
    let mut hiding = Hiding {
        repo: Repo::new(),
        stream: Vec::new(),
        refs: Vec::new(),
        reflog: Vec::new(),
        number: 0,
    };
    hiding.commit("refs/heads/main", "", b"first", "x");
    let mut hidden: BTreeMap<String, (&str, &Form)> = BTreeMap::new();
    for place in PLACES {
        for form in FORMS.iter().chain(PACKED) {
            let token = tokens::token(random);
            let text = form.write(&token, random);
            if (place.holds)(&text) {
                (place.hide)(&mut hiding, &text);
                hidden.insert(naive::fingerprint(&token), (place.source, form));
            }
        }
    }
    assert!(hidden.len() > 400, "{}", hidden.len());
    let repo = hiding.finish(random);
    let path = repo.path().to_str().expect("UTF-8");
    let report =
        Tool::new(["scan-git", "--format", "json", "--worktree", path]).run().expect(1).json();
    assert_eq!(report["coverage"]["skipped"], serde_json::json!([]), "seed {seed}");
    let mut found: BTreeMap<String, BTreeSet<(String, Vec<String>)>> = BTreeMap::new();
    for (fingerprint, location) in naive::locations(&report) {
        let steps = location["encoding"].as_array().expect("a list").iter();
        let steps = steps.map(|step| step.as_str().expect("a name").to_owned()).collect();
        let source = location["source"].as_str().expect("a source").to_owned();
        found.entry(fingerprint).or_default().insert((source, steps));
    }
    for (fingerprint, (source, form)) in &hidden {
        let steps = form.chain.iter().map(|step| (*step).to_owned()).collect();
        let expected = ((*source).to_owned(), steps);
        let places = found.remove(fingerprint).unwrap_or_default();
        assert_eq!(places, BTreeSet::from([expected]), "seed {seed}, {} in {source}", form.name);
    }
    assert_eq!(found, BTreeMap::new(), "seed {seed}: invented");
}

#[test]
fn every_form_is_found_in_every_place() {
    for seed in 0..4 {
        hide_and_seek(seed);
    }
}
