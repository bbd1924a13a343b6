//! Packs put together from the input, with deltas of any instructions: what is found in the blobs is
//! what is found in their contents, and what cannot be read is told.
#![no_main]
#![allow(dead_code, reason = "the tests need more of what is shared with them")]

#[path = "../../tests/integration/support/pack.rs"]
mod pack;
#[path = "../../tests/integration/support/store.rs"]
mod store;
#[path = "../../tests/integration/support/tokens.rs"]
mod tokens;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::LazyLock;

use intercom_sec::scan::{GapKind, HashKind, Options, Progress, Source, Target, Verdict, scan};
use intercom_sec::token::TokenDetector;
use libfuzzer_sys::fuzz_target;
use pack::{IndexForm, PackFile};
use tempfile::TempDir;
use tokens::Random;

/// Nothing grows above this, in bytes: it is the instructions that matter.
const LIMIT: usize = 150_000;

static TOKENS: LazyLock<[String; 2]> =
    LazyLock::new(|| [1, 2].map(|seed| tokens::token(&mut Random::new(seed))));

static DIRECTORY: LazyLock<TempDir> = LazyLock::new(|| {
    let directory = TempDir::new().expect("a directory");
    for name in ["refs", "objects"] {
        fs::create_dir(directory.path().join(name)).expect("a directory");
    }
    fs::write(directory.path().join("HEAD"), "ref: refs/heads/main\n").expect("a file");
    directory
});

/// The input, of which there are zeros behind the end.
struct Input<'i>(&'i [u8]);

impl Input<'_> {
    fn byte(&mut self) -> u8 {
        let Some((&byte, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        byte
    }

    fn number(&mut self) -> usize {
        usize::from(u16::from_be_bytes([self.byte(), self.byte()]))
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        let (bytes, rest) = self.0.split_at(count.min(self.0.len()));
        self.0 = rest;
        bytes.to_vec()
    }

    /// A few bytes: of a token, of what tokens are made of, or any.
    fn piece(&mut self) -> Vec<u8> {
        let kind = self.byte();
        let length = usize::from(self.byte());
        match kind % 8 {
            0 | 1 => {
                let token = TOKENS[usize::from(kind % 2)].as_bytes();
                let start = length % token.len();
                let end = start + usize::from(self.byte()) % (token.len() - start + 1);
                token[start..end].to_vec()
            }
            2 => vec![self.byte(); length * 8],
            3 => {
                [b'+'..=b'9', b'A'..=b'Z', b'a'..=b'z', b'='..=b'='].into_iter().flatten().collect()
            }
            _ => self.bytes(length),
        }
    }
}

/// What must come of an entry.
#[derive(Clone)]
enum Fate {
    /// It is read, and this is it.
    Read(Vec<u8>),
    /// It cannot be read.
    Lost,
    /// Nobody knows without inflating: it only must not panic.
    Open,
}

struct Made {
    id: Vec<u8>,
    kind: &'static str,
    fate: Fate,
    /// In which pack, and where.
    place: (usize, u64),
}

/// A delta from the input, and what it makes of the base.
fn delta(base: &Fate, input: &mut Input<'_>) -> (Vec<u8>, Fate) {
    let content: &[u8] = if let Fate::Read(content) = base { content } else { b"" };
    let (mut body, mut result) = (Vec::new(), Some(Vec::new()));
    let sizes = input.byte();
    for _ in 0..input.byte() % 32 {
        let operation = input.byte();
        match operation % 8 {
            // Copies that fit.
            0..4 => {
                let from = input.number() % (content.len() + 1);
                let length = match operation / 8 % 4 {
                    0 => 1,
                    1 => 1 + usize::from(input.byte() % 8),
                    2 => input.number(),
                    _ => 0x1_0000,
                };
                let length = length.min(content.len() - from);
                let made = result.as_ref().map_or(0, Vec::len);
                if length > 0 && made + length < LIMIT {
                    copy(&mut body, from, length);
                    result.iter_mut().for_each(|r| r.extend(&content[from..from + length]));
                }
            }
            // A whole token, in pieces: copied from where they stand in the base, or inserted.
            4 => {
                let mut rest = TOKENS[usize::from(operation / 8 % 2)].as_bytes();
                while !rest.is_empty() {
                    let choice = input.byte();
                    let (piece, more) = rest.split_at(rest.len().min(1 + usize::from(choice % 16)));
                    let place = content.windows(piece.len()).position(|window| window == piece);
                    match place.filter(|_| choice < 192) {
                        Some(from) => copy(&mut body, from, piece.len()),
                        None => {
                            body.push(piece.len() as u8);
                            body.extend(piece);
                        }
                    }
                    result.iter_mut().for_each(|r| r.extend(piece));
                    rest = more;
                }
            }
            5 => {
                let mut piece = input.piece();
                piece.truncate(127);
                if !piece.is_empty() {
                    body.push(piece.len() as u8);
                    body.extend(&piece);
                    result.iter_mut().for_each(|r| r.extend(&piece));
                }
            }
            // Whatever these bytes mean.
            6 => {
                let raw = input.piece();
                if !raw.is_empty() {
                    body.extend(raw);
                    result = None;
                }
            }
            _ => {
                if operation == 7 {
                    body.push(0);
                    return (with_sizes(content.len(), 0, &body), lost(base));
                }
            }
        }
    }
    let Some(result) = result else {
        return (with_sizes(content.len(), input.number(), &body), Fate::Open);
    };
    let (of_base, of_result) = (content.len(), result.len());
    match sizes {
        0 => (with_sizes(of_base + 1, of_result, &body), lost(base)),
        1 => (with_sizes(of_base, of_result + 1, &body), lost(base)),
        2 if of_result > 0 => (with_sizes(of_base, of_result - 1, &body), lost(base)),
        _ => {
            let fate = match base {
                Fate::Read(_) => Fate::Read(result),
                other => other.clone(),
            };
            (with_sizes(of_base, of_result, &body), fate)
        }
    }
}

/// A delta that does not fit a base that is there. Of a base that nobody knows, nobody knows.
fn lost(base: &Fate) -> Fate {
    if let Fate::Open = base { Fate::Open } else { Fate::Lost }
}

fn with_sizes(base: usize, result: usize, body: &[u8]) -> Vec<u8> {
    [store::size(base as u64), store::size(result as u64), body.to_vec()].concat()
}

fn copy(delta: &mut Vec<u8>, from: usize, length: usize) {
    let at = delta.len();
    delta.push(0x80);
    let length = if length == 0x1_0000 { 0 } else { length };
    let from = (0..4).map(|byte| (byte, from));
    for (bit, value) in from.chain((4..7).map(|byte| (byte, length))) {
        let byte = value.to_le_bytes()[if bit < 4 { bit } else { bit - 4 }];
        if byte != 0 {
            delta[at] |= 1 << bit;
            delta.push(byte);
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let input = &mut Input(bytes);
    let flags = input.byte();
    let hash = if flags & 1 == 0 { HashKind::Sha1 } else { HashKind::Sha256 };
    let form = [IndexForm::V2, IndexForm::V1, IndexForm::V2Large][usize::from(flags >> 1) % 3];
    let mut packs = vec![PackFile::new(hash, 2)];
    let mut all: Vec<Made> = Vec::new();
    while !input.0.is_empty() && all.len() < 60 {
        let choice = input.byte();
        let earlier = all.get(usize::from(input.byte()) % all.len().max(1));
        let current = packs.last().expect("a pack");
        let place = (packs.len() - 1, current.end());
        let (kind, start, fate, mut stream) = match (choice % 8, earlier) {
            (0, _) if choice > 200 => {
                packs.push(PackFile::new(hash, 2));
                continue;
            }
            // An entry of whatever kind, with a stream or not.
            (1, _) if choice > 200 => {
                let content = input.piece();
                let stream = if choice % 2 == 0 { content } else { store::zlib(&content) };
                let start = [pack::entry_start(choice % 7, input.number() as u64), input.piece()];
                ("blob", start.concat(), Fate::Open, stream)
            }
            (0..3, _) | (_, None) => {
                let kinds = [("blob", 3), ("tree", 2), ("commit", 1), ("tag", 4)];
                let (kind, code) = kinds[usize::from((choice >> 3).saturating_sub(24)) % 4];
                let mut content = Vec::new();
                for _ in 0..input.byte() % 8 {
                    content.extend(input.piece());
                }
                let start = pack::entry_start(code, content.len() as u64);
                let stream = store::zlib(&content);
                (kind, start, Fate::Read(content), stream)
            }
            (_, Some(base)) => {
                let (delta, fate) = delta(&base.fate, input);
                let size = delta.len() as u64;
                let start = if choice & 8 == 0 && base.place.0 == place.0 {
                    let distance = pack::distance_field(place.1 - base.place.1);
                    [pack::entry_start(6, size), distance].concat()
                } else {
                    [pack::entry_start(7, size), base.id.clone()].concat()
                };
                (base.kind, start, fate, store::zlib(&delta))
            }
        };
        let fate = if choice == 255 { Fate::Open } else { fate };
        if choice == 255 {
            stream.truncate(stream.len() / 2);
        }
        let entry = [start, stream].concat();
        let id = match &fate {
            Fate::Read(content) => pack::id(hash, kind, content),
            _ => pack::id(hash, "no object", &entry),
        };
        // Two of one content may each be a delta of the other.
        if all.iter().any(|made| made.id == id) {
            continue;
        }
        packs.last_mut().expect("a pack").push(&id, &entry);
        all.push(Made { id, kind, fate, place });
    }
    let objects = DIRECTORY.path().join("objects");
    let _ = fs::remove_dir_all(objects.join("pack"));
    let format = if flags & 1 == 0 { "" } else { "[extensions]\nobjectFormat = sha256\n" };
    let config = format!("[core]\nrepositoryFormatVersion = 1\n{format}");
    fs::write(DIRECTORY.path().join("config"), config).expect("a file");
    for pack in packs {
        pack.write(&objects, form);
    }
    check(DIRECTORY.path(), &all);
});

/// Scans what was written, and compares.
fn check(path: &Path, all: &[Made]) {
    let target = Target::locate(path, None).expect("a repository");
    let options = Options::new().threads(NonZeroUsize::MIN);
    let report = scan(&[target], &options, &Progress::new());
    let skipped: BTreeSet<String> = report
        .coverage
        .skipped
        .iter()
        .filter(|skipped| skipped.kind == GapKind::Object)
        .map(|skipped| skipped.subject.to_string())
        .collect();
    let mut blobs: BTreeMap<String, &[u8]> = BTreeMap::new();
    for made in all {
        let id = hex::encode(&made.id);
        match &made.fate {
            Fate::Read(content) if made.kind == "blob" => {
                assert!(!skipped.contains(&id), "{id} is read: {:?}", report.coverage.skipped);
                blobs.insert(id, content);
            }
            Fate::Lost => {
                assert!(skipped.contains(&id), "{id} is lost: {:?}", report.coverage.skipped);
                assert_ne!(report.verdict(), Verdict::Clean);
            }
            Fate::Read(_) | Fate::Open => {}
        }
    }
    let detector = TokenDetector::new();
    let mut expected = BTreeSet::new();
    for (id, content) in &blobs {
        for hit in detector.matches(content) {
            let before = &content[..hit.start];
            let line = before.iter().filter(|&&byte| byte == b'\n').count() as u64 + 1;
            let column = before.iter().rev().take_while(|&&byte| byte != b'\n').count() as u64 + 1;
            expected.insert((id.clone(), hit.found.fingerprint(), line, column));
        }
    }
    let mut found = BTreeSet::new();
    for finding in &report.findings {
        for location in finding.locations.iter().filter(|at| at.source == Source::Blob) {
            let id = location.object.expect("an object").to_string();
            if blobs.contains_key(&id) {
                let (line, column) = (location.line.expect("a line"), location.column);
                let column = column.expect("a column");
                found.insert((id, finding.fingerprint.clone(), line, column));
            }
        }
    }
    assert_eq!(found, expected);
}
