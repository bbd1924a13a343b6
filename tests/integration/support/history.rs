//! Random histories with tokens in every place that git stores text, from a seed.

use std::collections::{BTreeMap, HashMap};

use super::tokens::{self, Random};

/// A directory's files by their paths, as marks of a [`Stream`].
type Files = BTreeMap<String, Vec<u8>>;

/// A stream for `git fast-import`.
#[derive(Default)]
pub(crate) struct Stream {
    bytes: Vec<u8>,
    marks: usize,
    blobs: HashMap<Vec<u8>, usize>,
}

/// A commit of a [`Stream`]; its parents are marks.
pub(crate) struct Commit<'c> {
    pub(crate) reference: &'c str,
    pub(crate) author: &'c str,
    pub(crate) time: u64,
    pub(crate) zone: &'c str,
    pub(crate) message: &'c str,
    pub(crate) parents: &'c [usize],
    pub(crate) files: &'c Files,
}

impl Stream {
    fn mark(&mut self) -> usize {
        self.marks += 1;
        self.marks
    }

    fn data(&mut self, content: &[u8]) {
        self.line(&format!("data {}", content.len()));
        self.bytes.extend_from_slice(content);
        self.bytes.push(b'\n');
    }

    fn line(&mut self, line: &str) {
        self.bytes.extend_from_slice(line.as_bytes());
        self.bytes.push(b'\n');
    }

    /// Adds a blob, each content once; its mark.
    pub(crate) fn blob(&mut self, content: &[u8]) -> usize {
        if let Some(&mark) = self.blobs.get(content) {
            return mark;
        }
        let mark = self.mark();
        self.line("blob");
        self.line(&format!("mark :{mark}"));
        self.data(content);
        self.blobs.insert(content.to_vec(), mark);
        mark
    }

    /// Adds a commit; its mark.
    pub(crate) fn commit(&mut self, commit: &Commit<'_>) -> usize {
        let blobs: Vec<_> =
            commit.files.iter().map(|(path, content)| (path, self.blob(content))).collect();
        let mark = self.mark();
        // Without parents of its own a commit would continue the branch.
        self.line(&format!("reset {}", commit.reference));
        self.line(&format!("commit {}", commit.reference));
        self.line(&format!("mark :{mark}"));
        let date = format!("{} {}", commit.time, commit.zone);
        self.line(&format!("author {} <author@example.com> {date}", commit.author));
        self.line(&format!("committer Carl Committer <carl@example.com> {date}"));
        self.data(commit.message.as_bytes());
        for (at, parent) in commit.parents.iter().enumerate() {
            self.line(&format!("{} :{parent}", if at == 0 { "from" } else { "merge" }));
        }
        self.line("deleteall");
        for (path, blob) in blobs {
            self.line(&format!("M 100644 :{blob} {path}"));
        }
        mark
    }

    /// Adds an annotated tag of a commit.
    pub(crate) fn tag(&mut self, name: &str, commit: usize, message: &str) {
        self.line(&format!("tag {name}"));
        self.line(&format!("from :{commit}"));
        self.line("tagger Tag Tagger <tag@example.com> 1700000000 -0330");
        self.data(message.as_bytes());
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// How much a random history has of everything.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) commits: usize,
    pub(crate) lines: usize,
}

pub(crate) const SMALL: Size = Size { commits: 24, lines: 60 };

/// A history with branches, merges of two and more, several roots, files that move, are copied,
/// removed and put back, and tokens in files, messages, names of authors, files and directories.
pub(crate) fn random(seed: u64, size: Size) -> Vec<u8> {
    let random = &mut Random::new(seed);
    let mut stream = Stream::default();
    let pool: Vec<String> = (0..12).map(|_| tokens::token(random)).collect();
    let branches = ["refs/heads/main", "refs/heads/side", "refs/heads/third"];
    let mut heads: Vec<Option<(usize, Files)>> = vec![None; branches.len()];
    for number in 0..size.commits {
        let branch = random.below(branches.len());
        let others: Vec<usize> = (0..branches.len())
            .filter(|&other| other != branch && heads[other].is_some() && random.below(4) == 0)
            .collect();
        let (mut parents, mut files) = match &heads[branch] {
            Some((mark, files)) => (vec![*mark], files.clone()),
            // A new branch begins at another one's head, or as a root of its own.
            None => match heads.iter().flatten().next() {
                Some((mark, files)) if random.below(2) == 0 => (vec![*mark], files.clone()),
                _ => (Vec::new(), Files::new()),
            },
        };
        if !parents.is_empty() {
            for other in others {
                let Some((mark, theirs)) = &heads[other] else { continue };
                if !parents.contains(mark) {
                    parents.push(*mark);
                    files.extend(theirs.iter().map(|(path, text)| (path.clone(), text.clone())));
                }
            }
        }
        for _ in 0..=random.below(2) {
            edit(&mut files, random, &pool, size.lines);
        }
        let message = match random.below(4) {
            0 => format!("Change {number}\n\nUse {} here.\n", surrounded(random, &pool)),
            _ => format!("Change {number}\n"),
        };
        let author = match random.below(8) {
            0 => pool[random.below(pool.len())].clone(),
            _ => "Anna Author".to_owned(),
        };
        let mark = stream.commit(&Commit {
            reference: branches[branch],
            author: &author,
            // Clocks differ: a commit may seem older than its parents.
            time: 1_600_000_000 + 3600 * random.below(2 * size.commits) as u64,
            zone: ["+0000", "+0530", "-0800"][random.below(3)],
            message: &message,
            parents: &parents,
            files: &files,
        });
        if random.below(6) == 0 {
            stream.tag(&format!("v{number}"), mark, &surrounded(random, &pool));
        }
        heads[branch] = Some((mark, files));
    }
    stream.finish()
}

/// One file in many versions, each a small change of the one before.
pub(crate) fn long(seed: u64, versions: usize) -> Vec<u8> {
    let random = &mut Random::new(seed);
    let pool: Vec<_> = (0..5).map(|_| tokens::token(random)).collect();
    let mut lines: Vec<String> = (0..40).map(|at| format!("line {at} {}", random.next())).collect();
    let mut stream = Stream::default();
    let mut parents = Vec::new();
    for number in 0..versions {
        let at = random.below(lines.len());
        lines[at] = match random.below(4) {
            0 => surrounded(random, &pool),
            _ => format!("line {at} {}", random.next()),
        };
        let files = [("file".to_owned(), lines.join("\n").into_bytes())].into();
        parents = vec![stream.commit(&Commit {
            reference: "refs/heads/main",
            author: "Anna Author",
            time: 1_600_000_000 + number as u64,
            zone: "+0000",
            message: "change",
            parents: &parents,
            files: &files,
        })];
    }
    stream.finish()
}

/// One change of a working tree.
fn edit(files: &mut Files, random: &mut Random, pool: &[String], lines: usize) {
    let directories = ["", "src/", "src/deep/er/", "docs/"];
    let path = format!(
        "{}{}",
        directories[random.below(directories.len())],
        ["a.txt", "b.env", "c.js"][random.below(3)]
    );
    let existing: Vec<String> = files.keys().cloned().collect();
    match random.below(10) {
        0 if !existing.is_empty() => {
            files.remove(&existing[random.below(existing.len())]);
        }
        1 if !existing.is_empty() => {
            let content = files[&existing[random.below(existing.len())]].clone();
            files.insert(format!("copies/{}", random.below(5)), content);
        }
        2 => {
            let token = &pool[random.below(pool.len())];
            let path = [format!("names/x-{token}"), format!("{token}/inside")];
            files.insert(path[random.below(2)].clone(), b"named\n".to_vec());
        }
        _ => {
            let mut text: Vec<Vec<u8>> = match files.get(&path) {
                Some(content) => content.split(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect(),
                None => (0..=random.below(lines)).map(|_| line(random, pool)).collect(),
            };
            for _ in 0..=random.below(3) {
                let at = random.below(text.len());
                match random.below(4) {
                    0 => text.insert(at, line(random, pool)),
                    1 if text.len() > 1 => drop(text.remove(at)),
                    // A change within a line makes a delta cut through what stands there.
                    2 if !text[at].is_empty() => {
                        let column = random.below(text[at].len());
                        text[at][column] = b"0aZ=\0\r "[random.below(7)];
                    }
                    _ => text[at] = line(random, pool),
                }
            }
            files.insert(path, text.join(&b"\n"[..]));
        }
    }
}

fn line(random: &mut Random, pool: &[String]) -> Vec<u8> {
    match random.below(6) {
        0 => surrounded(random, pool).into_bytes(),
        1 => random.bytes(20),
        2 => format!("{}\r", "word ".repeat(random.below(12))).into_bytes(),
        _ => {
            let length = random.below(40);
            tokens::base64(&random.bytes(length)).into_bytes()
        }
    }
}

/// A token as it stands in texts, or something that only looks like one.
pub(crate) fn surrounded(random: &mut Random, pool: &[String]) -> String {
    let token = &pool[random.below(pool.len())];
    let bare = token.trim_end_matches('=');
    let before = [
        "",
        " ",
        "\"",
        "Bearer ",
        "=",
        "%3D",
        "%3d",
        "\\n",
        "\\u0022",
        "\\x22",
        "\\042",
        "=3D",
        "curl -u",
        "\x1b[31m",
        "\x1b[1;31m",
        "https://host/",
        "x",
        "9",
        "\\q",
        "\\u00",
        "%3",
        "=3d",
        "x-u",
        "[31m",
        "_",
        "+",
        "-",
        "é",
        "X3RvdG9r",
        "\\\\n",
        "-H'-u",
    ];
    let after =
        ["", " ", "\"", ":", "/path", "%3D", "\\n", "=", "==", "x", "0", "_", "+", "é", "\n"];
    let (before, after) = (before[random.below(before.len())], after[random.below(after.len())]);
    match random.below(8) {
        0 => format!("{before}{bare}{after}"),
        1 => format!("{before}{token}{token}{after}"),
        2 => format!("{before}{}{after}", &token[..random.below(token.len())]),
        3 => {
            // A tail that no token has yet, and an identifier that is not of version 4.
            let tail = [":7", ":1:0:22", ":", "", ":12:x", ":1:0:333333333333"][random.below(6)];
            let uuid = tokens::decoded(random).replace("_4", "_1");
            let text = uuid.replace(":1:0", tail);
            format!("{before}{}{after}", tokens::base64(text.as_bytes()))
        }
        4 => {
            let text = tokens::decoded(random);
            let decoys = [
                tokens::base64(text.to_uppercase().as_bytes()),
                tokens::base64(text.replace('_', "-").as_bytes()),
                tokens::base64(b"token: not one at all, only prose that begins like it"),
                tokens::base64(format!("to{text}").as_bytes()),
            ];
            format!("{before}{}{after}", decoys[random.below(decoys.len())])
        }
        _ => format!("{before}{token}{after}"),
    }
}
