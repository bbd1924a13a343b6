//! Histories of any shape, written object by object: many parents, many roots, clocks that run
//! wrong, files that come back, tags of tags. What leads to what is known without asking git.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;
use std::fs;

use super::repository::Repo;
use super::store;
use super::tokens::{self, Random};

pub(crate) type Id = [u8; 20];

/// A directory's files by their paths.
pub(crate) type Files = BTreeMap<String, Leaf>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leaf {
    Blob(Id),
    /// A submodule's commit.
    Link(Id),
}

/// A commit that was written.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    pub(crate) id: Id,
    pub(crate) tree: Id,
    pub(crate) parents: Vec<usize>,
    pub(crate) files: Files,
}

/// Writes objects, and remembers what they name.
pub(crate) struct Shapes<'r> {
    repo: &'r Repo,
    pub(crate) commits: Vec<Made>,
    /// Each tag, with what it is about.
    pub(crate) tags: Vec<(Id, Id)>,
    /// What each tree names, submodules left out.
    trees: HashMap<Id, Vec<Id>>,
}

impl<'r> Shapes<'r> {
    pub(crate) fn new(repo: &'r Repo) -> Self {
        Self { repo, commits: Vec::new(), tags: Vec::new(), trees: HashMap::new() }
    }

    pub(crate) fn write(&self, kind: &str, content: &[u8]) -> Id {
        let id = store::id(kind, content);
        if !self.repo.loose(&hex::encode(id)).exists() {
            store::write_loose(&self.repo.git_path("objects"), id, kind, content);
        }
        id
    }

    pub(crate) fn blob(&self, content: impl AsRef<[u8]>) -> Leaf {
        Leaf::Blob(self.write("blob", content.as_ref()))
    }

    pub(crate) fn tree(&mut self, files: &Files) -> Id {
        let mut entries: Vec<(String, &str, Id)> = Vec::new();
        let mut directories: BTreeMap<&str, Files> = BTreeMap::new();
        for (path, leaf) in files {
            match (path.split_once('/'), leaf) {
                (Some((directory, rest)), _) => {
                    directories.entry(directory).or_default().insert(rest.to_owned(), *leaf);
                }
                (None, Leaf::Blob(id)) => entries.push((path.clone(), "100644", *id)),
                (None, Leaf::Link(id)) => entries.push((path.clone(), "160000", *id)),
            }
        }
        for (name, files) in directories {
            let id = self.tree(&files);
            // The slash is there for git's order.
            entries.push((format!("{name}/"), "40000", id));
        }
        entries.sort();
        let mut content = Vec::new();
        for (name, mode, id) in &entries {
            let name = name.trim_end_matches('/');
            content.extend_from_slice(format!("{mode} {name}\0").as_bytes());
            content.extend_from_slice(id);
        }
        let id = self.write("tree", &content);
        let named = entries.iter().filter(|entry| entry.1 != "160000");
        self.trees.insert(id, named.map(|entry| entry.2).collect());
        id
    }

    /// Writes a commit; its parents are positions in the list of commits.
    pub(crate) fn commit(
        &mut self,
        parents: &[usize],
        time: i64,
        message: &str,
        files: &Files,
    ) -> usize {
        let tree = self.tree(files);
        let mut content = format!("tree {}\n", hex::encode(tree));
        for &parent in parents {
            let _ = writeln!(content, "parent {}", hex::encode(self.commits[parent].id));
        }
        let _ = write!(
            content,
            "author Ada Author <ada@example.com> {time} +0100\n\
             committer Carl Committer <carl@example.com> {time} +0100\n\n{message}"
        );
        let id = self.write("commit", content.as_bytes());
        let parents = parents.to_vec();
        self.commits.push(Made { id, tree, parents, files: files.clone() });
        self.commits.len() - 1
    }

    pub(crate) fn tag(&mut self, target: Id, kind: &str, message: &str) -> Id {
        let head = format!("object {}\ntype {kind}\ntag t\n", hex::encode(target));
        let tagger = "tagger Tag Tagger <tag@example.com> 1700000000 -0330\n\n";
        let id = self.write("tag", format!("{head}{tagger}{message}").as_bytes());
        self.tags.push((id, target));
        id
    }

    pub(crate) fn set_ref(&self, name: &str, id: Id) {
        let path = self.repo.git_path(name);
        fs::create_dir_all(path.parent().expect("a directory")).expect("directories");
        fs::write(path, format!("{}\n", hex::encode(id))).expect("a ref");
    }

    /// All that a commit leads to, itself included, as positions.
    pub(crate) fn reached(&self, from: impl IntoIterator<Item = usize>) -> HashSet<usize> {
        let mut reached = HashSet::new();
        let mut open: Vec<_> = from.into_iter().collect();
        while let Some(at) = open.pop() {
            if reached.insert(at) {
                open.extend_from_slice(&self.commits[at].parents);
            }
        }
        reached
    }

    /// All that these trees hold, themselves included.
    fn below(&self, trees: impl IntoIterator<Item = Id>) -> HashSet<Id> {
        let mut below = HashSet::new();
        let mut open: Vec<_> = trees.into_iter().collect();
        while let Some(id) = open.pop() {
            if below.insert(id) {
                open.extend(self.trees.get(&id).into_iter().flatten());
            }
        }
        below
    }

    /// The objects of a range: its commits, and what their trees have that those of the excluded
    /// parents do not.
    pub(crate) fn range(&self, tips: &[usize], without: &[usize]) -> HashSet<Id> {
        let excluded = self.reached(without.iter().copied());
        let mut included = self.reached(tips.iter().copied());
        included.retain(|at| !excluded.contains(at));
        let trees =
            |commits: &HashSet<usize>| self.below(commits.iter().map(|&at| self.commits[at].tree));
        let parents = included.iter().flat_map(|&at| &self.commits[at].parents);
        let edges: HashSet<usize> = parents.filter(|at| excluded.contains(at)).copied().collect();
        let mut objects = &trees(&included) - &trees(&edges);
        objects.extend(included.iter().map(|&at| self.commits[at].id));
        objects
    }
}

/// A random history with a token of its own in nearly every blob, message and name.
pub(crate) fn random(repo: &Repo, seed: u64, is_skewed: bool) -> Shapes<'_> {
    let random = &mut Random::new(seed);
    let mut shapes = Shapes::new(repo);
    let mut blobs: Vec<Leaf> = Vec::new();
    let count = 24 + random.below(12);
    for number in 0..count {
        let near = |random: &mut Random| match random.below(4) {
            0 => random.below(number.max(1)),
            _ => number - 1 - random.below(number.min(5)),
        };
        let wanted = match (number, random.below(12)) {
            (0, _) | (_, 0) => 0,
            (_, 1..=7) => 1,
            (_, 8..=10) => 2,
            _ => 3 + random.below(4),
        };
        let mut parents: Vec<usize> = Vec::new();
        for _ in 0..wanted {
            let parent = near(random);
            if !parents.contains(&parent) {
                parents.push(parent);
            }
        }
        let mut files = Files::new();
        for &parent in parents.iter().rev() {
            let theirs = shapes.commits[parent].files.clone();
            files.extend(theirs);
        }
        for _ in 0..random.below(4) {
            edit(&mut files, random, &shapes, &mut blobs);
        }
        let time =
            if is_skewed { random.below(2_000_000_000) } else { 1_600_000_000 + 100 * number };
        let time = i64::try_from(time).expect("a date");
        let message = format!("Change {number}\n\nwith {}\n", tokens::token(random));
        let at = shapes.commit(&parents, time, &message, &files);
        let id = shapes.commits[at].id;
        shapes.set_ref(&format!("refs/heads/c{number}"), id);
        if random.below(4) == 0 {
            let mut tag = shapes.tag(id, "commit", &tokens::token(random));
            if random.below(2) == 0 {
                tag = shapes.tag(tag, "tag", &format!("again {}", tokens::token(random)));
            }
            shapes.set_ref(&format!("refs/tags/t{number}"), tag);
        }
    }
    shapes.set_ref("refs/heads/main", shapes.commits[count - 1 - random.below(5)].id);
    shapes
}

fn edit(files: &mut Files, random: &mut Random, shapes: &Shapes<'_>, blobs: &mut Vec<Leaf>) {
    let directories = ["", "src/", "src/deep/er/", "docs/", "src/deep/"];
    let path = format!("{}{}", directories[random.below(5)], ["a", "b", "c.x"][random.below(3)]);
    // A directory cannot take a file's place.
    let is_free = |files: &Files, path: &str| {
        !files.keys().any(|other| {
            other.starts_with(&format!("{path}/")) || path.starts_with(&format!("{other}/"))
        })
    };
    if !is_free(files, &path) {
        return;
    }
    let existing: Vec<String> = files.keys().cloned().collect();
    let any = |random: &mut Random| existing[random.below(existing.len())].clone();
    match random.below(10) {
        0 if !existing.is_empty() => drop(files.remove(&any(random))),
        // A file moves.
        1 if !existing.is_empty() => {
            if let Some(leaf) = files.remove(&any(random)) {
                files.insert(path, leaf);
            }
        }
        // A content comes back that some commit once had somewhere.
        2 | 3 if !blobs.is_empty() => {
            files.insert(path, blobs[random.below(blobs.len())]);
        }
        4 => {
            let mut id = [0; 20];
            id.copy_from_slice(&random.bytes(20));
            files.insert(path, Leaf::Link(id));
        }
        5 => {
            let token = tokens::token(random);
            let path = [format!("names/x-{token}"), format!("{token}/inside")];
            files.insert(path[random.below(2)].clone(), shapes.blob("named\n"));
        }
        // All of a directory moves.
        6 => {
            let moved: Vec<_> =
                files.keys().filter(|path| path.starts_with("src/")).cloned().collect();
            for old in moved {
                if let Some(leaf) = files.remove(&old) {
                    files.insert(format!("lib/{old}"), leaf);
                }
            }
        }
        _ => {
            let leaf = shapes.blob(format!("line\n  {}\n", tokens::token(random)));
            blobs.push(leaf);
            files.insert(path, leaf);
        }
    }
}
