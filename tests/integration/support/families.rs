//! Objects in families: each is a small change of an earlier one, as versions of a file are.

use std::collections::HashMap;

use intercom_sec::scan::HashKind;

use super::edits::{self, Pool};
use super::naive::Stored;
use super::pack;
use super::tokens::Random;

/// What a repository holds, before it is told how.
pub(crate) struct Model {
    pub(crate) hash: HashKind,
    pub(crate) objects: Vec<Stored>,
    /// Which earlier object each is a change of.
    pub(crate) bases: Vec<Option<usize>>,
    /// Refs and what they name.
    pub(crate) refs: Vec<(String, usize)>,
    numbers: HashMap<String, usize>,
    by_kind: HashMap<String, Vec<usize>>,
    /// Trees that name no other tree. No others are named by trees, or there would be more paths
    /// than can be listed.
    leaves: Vec<usize>,
    pool: Pool,
}

/// How much there is of everything.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) families: usize,
    pub(crate) versions: usize,
    /// Of a text, in bytes.
    pub(crate) text: usize,
    /// Versions and entries of a directory.
    pub(crate) trees: usize,
    pub(crate) entries: usize,
    pub(crate) commits: usize,
    /// One change of a directory in so many makes an entry name what is not stored.
    pub(crate) lost: usize,
    /// Whether each object is a change of the one before; otherwise of any earlier one.
    pub(crate) is_chain: bool,
}

/// So seldom that it does not happen.
pub(crate) const NEVER: usize = 1 << 30;

impl Size {
    /// Sizes such that a repository takes a fraction of a second, now many objects and now large
    /// ones.
    pub(crate) fn any(random: &mut Random) -> Self {
        let (versions, text) =
            random.pick(&[(30, 300), (60, 1500), (120, 200), (12, 20_000), (4, 150_000), (40, 0)]);
        let (trees, entries) = random.pick(&[(0, 0), (8, 12), (40, 30), (10, 300), (6, 2000)]);
        Self {
            families: 1 + random.below(3),
            versions,
            text,
            trees,
            entries,
            commits: random.below(30),
            lost: NEVER,
            is_chain: random.one_in(2),
        }
    }
}

impl Model {
    /// A repository's content that depends on the seed alone.
    pub(crate) fn random(hash: HashKind, size: Size, random: &mut Random) -> Self {
        let mut model = Self {
            hash,
            objects: Vec::new(),
            bases: Vec::new(),
            refs: Vec::new(),
            numbers: HashMap::new(),
            by_kind: HashMap::new(),
            leaves: Vec::new(),
            pool: Pool::default(),
        };
        for _ in 0..size.families {
            model.blobs(size, random);
        }
        model.leaves = model.trees(size, random);
        model.trees(size, random);
        model.commits(size, random);
        model
    }

    /// Adds an object that is a change of `base`; its number. An object that is there already stays
    /// what it is.
    pub(crate) fn add(&mut self, kind: &str, content: Vec<u8>, base: Option<usize>) -> usize {
        let id = hex::encode(pack::id(self.hash, kind, &content));
        if let Some(&number) = self.numbers.get(&id) {
            return number;
        }
        let number = self.objects.len();
        self.numbers.insert(id.clone(), number);
        self.by_kind.entry(kind.to_owned()).or_default().push(number);
        self.objects.push(Stored { id, kind: kind.to_owned(), content });
        self.bases.push(base);
        number
    }

    /// The id of an object, in bytes.
    pub(crate) fn id(&self, number: usize) -> Vec<u8> {
        hex::decode(&self.objects[number].id).expect("an id")
    }

    /// The numbers of all objects of a kind.
    fn of_kind(&self, kind: &str) -> &[usize] {
        self.by_kind.get(kind).map_or(&[], Vec::as_slice)
    }

    fn blobs(&mut self, size: Size, random: &mut Random) {
        let length = random.below(size.text + 1);
        let mut members = vec![self.add("blob", edits::plain(length, random), None)];
        for _ in 1..size.versions {
            let base = earlier(&members, size, random);
            let mut text = self.objects[base].content.clone();
            for _ in 0..=random.below(2) {
                edits::edit(&mut text, &mut self.pool, random);
            }
            // No text grows forever.
            if text.len() > 2 * size.text + 500 {
                let start = random.below(text.len());
                let end = (start + size.text).min(text.len());
                text.drain(start..end);
            }
            let number = self.add("blob", text, Some(base));
            // A chain does not go back, nor to what is too short for a delta.
            if !size.is_chain || number > base && !self.objects[number].content.is_empty() {
                members.push(number);
            }
        }
    }

    fn trees(&mut self, size: Size, random: &mut Random) -> Vec<usize> {
        let mut members: Vec<usize> = Vec::new();
        let mut listings: Vec<Listing> = Vec::new();
        for _ in 0..size.trees {
            let base = (!members.is_empty()).then(|| earlier(&members, size, random));
            let mut listing = match base.and_then(|base| members.iter().position(|&m| m == base)) {
                Some(at) => listings[at].clone(),
                None => (0..random.below(size.entries + 1)).map(|_| self.entry(random)).collect(),
            };
            for _ in 0..=random.below(3) {
                if random.one_in(size.lost) {
                    lose(&mut listing, random);
                } else {
                    self.edit_tree(&mut listing, random);
                }
            }
            members.push(self.add("tree", tree(&listing), base));
            listings.push(listing);
        }
        members
    }

    fn edit_tree(&mut self, listing: &mut Listing, random: &mut Random) {
        let chosen = random.below(listing.len() + 1 + listing.len() / 2);
        let Some(name) = listing.keys().nth(chosen).cloned() else {
            return listing.extend([self.entry(random)]);
        };
        let Some((mode, id)) = listing.remove(&name) else { return };
        match random.below(6) {
            // A directory keeps its name: the order of its entries depends on it.
            0 => {}
            1 | 2 => {
                let mut new = name.clone();
                for _ in 0..=random.below(2) {
                    edits::edit(&mut new, &mut self.pool, random);
                }
                listing.insert(as_name(&new), (mode, id));
            }
            3 => {
                let (_, other) = self.entry(random);
                listing.insert(name.clone(), other);
            }
            // Ids that hold the pieces of a token, which a delta can make a name of.
            4 => {
                let token = self.pool.token(random);
                for (at, piece) in token.as_bytes().chunks(self.hash.len()).enumerate() {
                    let mut id = piece.to_vec();
                    id.resize(self.hash.len(), b'=');
                    listing.insert(format!("piece {at}").into_bytes(), ("160000", id));
                }
            }
            _ => {
                let token = self.pool.surrounded(random);
                listing.insert(as_name(token.as_bytes()), (mode, id));
            }
        }
    }

    /// A file, a directory or a submodule.
    fn entry(&mut self, random: &mut Random) -> (Vec<u8>, (&'static str, Vec<u8>)) {
        let name = match random.below(12) {
            0 => self.pool.surrounded(random),
            1 => format!(
                "a long name to be searched, number {}, of no meaning at all",
                random.next()
            ),
            _ => format!("{:x}", random.next() >> random.below(60)),
        };
        // Few, or there would be a million paths.
        let (mode, numbers) = match random.below(40) {
            0 => ("40000", self.leaves.as_slice()),
            1 => ("100755", self.of_kind("blob")),
            2..6 => ("100644", self.of_kind("blob")),
            _ => ("160000", [].as_slice()),
        };
        let target = match numbers {
            // What a submodule names is stored elsewhere.
            [] => ("160000", random.bytes(self.hash.len())),
            numbers => (mode, self.id(random.pick(numbers))),
        };
        (as_name(name.as_bytes()), target)
    }

    fn commits(&mut self, size: Size, random: &mut Random) {
        let empty = self.add("tree", Vec::new(), None);
        let mut members: Vec<usize> = Vec::new();
        let mut message = edits::plain(80, random);
        for number in 0..size.commits {
            let trees = self.of_kind("tree");
            let tree = if random.one_in(4) { empty } else { random.pick(trees) };
            let mut header = vec![format!("tree {}", self.objects[tree].id)];
            for _ in 0..random.below(3).min(members.len()) {
                let parent = random.pick(&members);
                header.push(format!("parent {}", self.objects[parent].id));
            }
            let name = match random.below(6) {
                0 => as_line(&self.pool.surrounded(random)),
                _ => "Ada Author".to_owned(),
            };
            let time = 1_700_000_000 + 100 * number;
            header.push(format!("author {name} <ada@example.com> {time} +0100"));
            header.push(format!("committer Carl <carl@example.com> {time} +0000"));
            if random.one_in(8) {
                header.push(format!("note {}", as_line(&self.pool.surrounded(random))));
            }
            edits::edit(&mut message, &mut self.pool, random);
            let content = [header.join("\n").as_bytes(), b"\n\n", &message].concat();
            let base = (!members.is_empty()).then(|| earlier(&members, size, random));
            let commit = self.add("commit", content, base);
            members.push(commit);
            if random.one_in(5) {
                self.refs.push((format!("refs/heads/branch-{number}"), commit));
            }
            if random.one_in(5) {
                let name = as_line(&self.pool.surrounded(random));
                let object = &self.objects[commit].id;
                let header = format!(
                    "object {object}\ntype commit\ntag {name}\ntagger T <t@example.com> {time} +0000\n\n"
                );
                let content = [header.as_bytes(), &message].concat();
                let base = self.of_kind("tag").last().copied();
                let tag = self.add("tag", content, base);
                self.refs.push((format!("refs/tags/v{number}"), tag));
            }
        }
    }
}

/// Makes an entry name what is not stored.
fn lose(listing: &mut Listing, random: &mut Random) {
    let skipped = random.below(listing.len() + 1);
    if random.one_in(4) {
        // Only the mode told that it is stored elsewhere.
        if let Some((mode, _)) = listing.values_mut().nth(skipped) {
            *mode = "100644";
        }
    } else {
        // The last byte is the smallest part of an entry that a delta can change.
        let own = listing.values_mut().skip(skipped).find(|(mode, _)| *mode != "160000");
        if let Some((_, id)) = own {
            *id.last_mut().expect("a byte") ^= 1;
        }
    }
}

/// Names with modes and ids, in the order of a tree.
type Listing = std::collections::BTreeMap<Vec<u8>, (&'static str, Vec<u8>)>;

fn tree(listing: &Listing) -> Vec<u8> {
    let mut entries: Vec<_> = listing.iter().collect();
    // A directory sorts as if its name ended in a slash (gitformat, "tree objects").
    entries.sort_by_key(|(name, (mode, _))| {
        let mut key = (*name).clone();
        key.extend((*mode == "40000").then_some(b'/'));
        key
    });
    let mut content = Vec::new();
    for (name, (mode, id)) in entries {
        content.extend([mode.as_bytes(), b" ", name, b"\0", id].concat());
    }
    content
}

fn as_name(text: &[u8]) -> Vec<u8> {
    let bytes = text.iter().map(|&byte| if b"/\0".contains(&byte) { b'.' } else { byte });
    // Git keeps some names for itself, and an empty one is none.
    let front = (text.is_empty() || text[0] == b'.').then_some(b'n');
    front.into_iter().chain(bytes).take(300).collect()
}

fn as_line(text: &str) -> String {
    text.replace(['\n', '<', '>', '\0'], " ")
}

fn earlier(members: &[usize], size: Size, random: &mut Random) -> usize {
    if size.is_chain { members[members.len() - 1] } else { random.pick(members) }
}
