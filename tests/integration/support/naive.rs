//! A second opinion: a slow and plain search for tokens, written from the format's description.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use intercom_sec::token::TokenDetector;
use sha2::{Digest as _, Sha256};

use super::repository::Repo;

/// A token in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NaiveHit {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// With its padding restored.
    pub(crate) canonical: String,
}

/// Every token in `text`, found by trying each length at each place.
pub(crate) fn tokens_in(text: &[u8]) -> Vec<NaiveHit> {
    let mut hits = Vec::new();
    for start in 0..text.len() {
        if !text[start..].starts_with(b"dG9rO") || !may_begin_after(&text[..start]) {
            continue;
        }
        // 120 characters are the longest text that is taken for a token, its padding included.
        for length in 1..120 {
            let Some(candidate) = text.get(start..start + length) else { break };
            let rest = &text[start + length..];
            if rest.first().is_some_and(u8::is_ascii_alphanumeric) {
                continue;
            }
            if candidate.last().is_none_or(|&byte| sextet(byte).is_none()) {
                break;
            }
            if !decode(candidate).is_some_and(|decoded| is_token_text(&decoded)) {
                continue;
            }
            let missing = (4 - length % 4) % 4;
            let present = rest.iter().take(missing).take_while(|&&byte| byte == b'=').count();
            let canonical = String::from_utf8(candidate.to_vec()).expect("base64 is ASCII");
            hits.push(NaiveHit {
                start,
                end: start + length + present,
                canonical: canonical + &"=".repeat(missing),
            });
        }
    }
    hits
}

/// Every token in `text` in whatever form. For those that stand there plainly, the plain search is
/// asked; for the others there is no second opinion here, for they are searched in texts that were
/// read by git.
fn all_in(text: &[u8]) -> Vec<NaiveHit> {
    static DETECTOR: LazyLock<TokenDetector> = LazyLock::new(TokenDetector::new);
    let hits = DETECTOR.matches(text);
    let is_plain = |start| hits.iter().any(|hit| hit.start == start && hit.encoding.is_empty());
    let plain = tokens_in(text).into_iter().filter(|hit| is_plain(hit.start));
    let others = hits.iter().filter(|hit| !hit.encoding.is_empty()).map(|hit| NaiveHit {
        start: hit.start,
        end: hit.end,
        canonical: hit.found.expose().to_owned(),
    });
    plain.chain(others).collect()
}

/// The name of a token in reports.
pub(crate) fn fingerprint(canonical: &str) -> String {
    hex::encode(Sha256::digest(canonical))
}

/// The value of a base64 character.
fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

/// Base64 without padding, bit by bit; `None` when an encoder would not have written it.
fn decode(text: &[u8]) -> Option<String> {
    let mut bits = Vec::new();
    for &byte in text {
        let value = sextet(byte)?;
        bits.extend((0..6).rev().map(|bit| value >> bit & 1));
    }
    let (bytes, rest) = bits.as_chunks::<8>();
    if rest.len() == 6 || rest.contains(&1) {
        return None;
    }
    let bytes = bytes.iter().map(|byte| byte.iter().fold(0, |value, bit| value << 1 | bit));
    String::from_utf8(bytes.collect()).ok()
}

/// `tok:`, a UUID in lower case with `_`, and one or more numbers.
fn is_token_text(text: &str) -> bool {
    let parts: Vec<_> = text.split(':').collect();
    let [head, uuid, tail @ ..] = parts.as_slice() else { return false };
    let groups: Vec<_> = uuid.split('_').collect();
    let lengths: Vec<_> = groups.iter().map(|group| group.len()).collect();
    let is_hex = |group: &&str| group.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
    *head == "tok"
        && lengths == [8, 4, 4, 4, 12]
        && groups.iter().all(is_hex)
        && !tail.is_empty()
        && tail.iter().all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit()))
}

/// Whether a token may begin here: not after a letter or digit, unless that is the end of an
/// escape sequence or of the option `-u`.
fn may_begin_after(before: &[u8]) -> bool {
    let ends_run = |byte: &u8| !byte.is_ascii_alphanumeric();
    let Some(lead) = before.iter().rposition(ends_run) else { return before.is_empty() };
    // No rule looks back further than this.
    let context = &before[before.len().saturating_sub(32)..];
    let run = &before[lead + 1..];
    if run.len() >= context.len() && !run.is_empty() {
        return false;
    }
    let run = std::str::from_utf8(run).expect("ASCII");
    let hex =
        |text: &str, length| text.len() == length && text.chars().all(|c| c.is_ascii_hexdigit());
    let octal = |text: &str| text.chars().all(|c| ('0'..='7').contains(&c));
    let upper = |text: &str| !text.chars().any(|c| c.is_ascii_lowercase());
    let earlier = &context[..context.len() - run.len() - 1];
    if run.is_empty() {
        return true;
    }
    let after_backslash = || {
        ["a", "b", "e", "f", "n", "r", "t", "v"].contains(&run)
            || run.strip_prefix('u').is_some_and(|code| hex(code, 4))
            || run.strip_prefix('U').is_some_and(|code| hex(code, 8))
            || run.strip_prefix('x').is_some_and(|code| hex(code, 2))
            || (run.len() <= 3 && octal(run))
    };
    let is_allowed = match before[lead] {
        b'\\' => after_backslash(),
        b'%' => {
            let again = (run.len().max(2) - 2) / 2;
            run.len() >= 2 && run.starts_with(&"25".repeat(again)) && hex(&run[2 * again..], 2)
        }
        b'=' => hex(run, 2) && upper(run) && octal(&run[..1]),
        b'-' => run == "u" && earlier.last().is_none_or(|b| b" \t\n\r\x0c'\"`,[".contains(b)),
        _ => false,
    };
    is_allowed || ends_color_sequence(context)
}

/// `ESC [ numbers m`, with the ESC itself or as source code and logs write it.
fn ends_color_sequence(context: &[u8]) -> bool {
    (0..context.len()).any(|at| {
        ["\x1b", "\\x1b", "\\x1B", "\\u001b", "\\u001B", "\\033", "\\e", "^["].iter().any(
            |escape| {
                let rest = context[at..].strip_prefix(escape.as_bytes());
                rest.and_then(|rest| rest.strip_prefix(b"[")?.strip_suffix(b"m")).is_some_and(
                    |numbers| numbers.iter().all(|byte| byte.is_ascii_digit() || *byte == b';'),
                )
            },
        )
    })
}

/// An object as `git cat-file` shows it.
#[derive(PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) content: Vec<u8>,
}

/// Every object of a repository, by git's own account.
pub(crate) fn objects(repo: &Repo) -> Vec<Stored> {
    let listing = repo.git(["cat-file", "--batch-all-objects", "--batch", "--unordered"]);
    let mut rest = listing.as_slice();
    let mut objects = Vec::new();
    while !rest.is_empty() {
        let end = rest.iter().position(|&byte| byte == b'\n').expect("a header line");
        let header = std::str::from_utf8(&rest[..end]).expect("ASCII");
        let fields: Vec<_> = header.split(' ').collect();
        let [id, kind, size] = fields.as_slice() else { panic!("not a header: {header}") };
        let size: usize = size.parse().expect("a number");
        let content = rest[end + 1..end + 1 + size].to_vec();
        objects.push(Stored { id: (*id).to_owned(), kind: (*kind).to_owned(), content });
        rest = &rest[end + 1 + size + 1..];
    }
    objects
}

/// A place with a token: source, object, fingerprint, line and column (0 where there is none).
pub(crate) type Place = (String, String, String, u64, u64);

/// Every place with a token, by the slow way. Places in path names carry no object: each version
/// of a directory holds the name again, and a report lists only those that introduce it.
pub(crate) fn places(objects: &[Stored]) -> BTreeSet<Place> {
    let mut places = BTreeSet::new();
    for Stored { id, kind, content } in objects {
        let mut add = |source: &str, object: &str, hit: &NaiveHit, at: (u64, u64)| {
            let fingerprint = fingerprint(&hit.canonical);
            places.insert((source.to_owned(), object.to_owned(), fingerprint, at.0, at.1));
        };
        match kind.as_str() {
            "blob" => {
                for hit in all_in(content) {
                    add("blob", id, &hit, line_and_column(content, hit.start));
                }
            }
            "tree" => {
                for [_, name, _] in tree_entries(content, id.len() / 2) {
                    for hit in all_in(name) {
                        add("path", "", &hit, (0, 0));
                    }
                }
            }
            kind => {
                let message =
                    content.windows(2).position(|pair| pair == b"\n\n").expect("a message") + 2;
                for hit in all_in(content) {
                    if hit.start < message {
                        add(&format!("{kind}-header"), id, &hit, (0, 0));
                    } else {
                        let at = line_and_column(&content[message..], hit.start - message);
                        add(&format!("{kind}-message"), id, &hit, at);
                    }
                }
            }
        }
    }
    places
}

/// The modes, names and ids in a tree.
fn tree_entries(content: &[u8], id_length: usize) -> Vec<[&[u8]; 3]> {
    let mut entries = Vec::new();
    let mut rest = content;
    while !rest.is_empty() {
        let space = rest.iter().position(|&byte| byte == b' ').expect("a mode");
        let nul = rest.iter().position(|&byte| byte == 0).expect("a name");
        let (entry, more) = rest.split_at(nul + 1 + id_length);
        entries.push([&entry[..space], &entry[space + 1..nul], &entry[nul + 1..]]);
        rest = more;
    }
    entries
}

/// What is not stored of all that these objects lead to.
pub(crate) fn missing(objects: &[Stored], tips: impl Iterator<Item = String>) -> BTreeSet<String> {
    let stored: BTreeMap<_, _> = objects.iter().map(|object| (&*object.id, object)).collect();
    let (mut seen, mut missing) = (BTreeSet::new(), BTreeSet::new());
    let mut waiting: Vec<String> = tips.collect();
    while let Some(id) = waiting.pop() {
        let Some(object) = stored.get(&*id) else {
            missing.insert(id);
            continue;
        };
        if object.kind == "blob" || !seen.insert(id) {
            continue;
        }
        if object.kind == "tree" {
            let entries = tree_entries(&object.content, object.id.len() / 2);
            // What a submodule names is stored elsewhere.
            let own = entries.into_iter().filter(|[mode, ..]| mode != b"160000");
            waiting.extend(own.map(|[.., id]| hex::encode(id)));
            continue;
        }
        for line in object.content.split(|&byte| byte == b'\n').take_while(|line| !line.is_empty())
        {
            for key in ["tree ", "parent ", "object "] {
                let id = line.strip_prefix(key.as_bytes()).map(<[u8]>::to_vec);
                waiting.extend(id.map(|id| String::from_utf8(id).expect("an id")));
            }
        }
    }
    missing
}

fn line_and_column(text: &[u8], offset: usize) -> (u64, u64) {
    let (mut line, mut column) = (1, 1);
    for &byte in &text[..offset] {
        if byte == b'\n' {
            (line, column) = (line + 1, 1);
        } else {
            column += 1;
        }
    }
    (line, column)
}

/// The places of a JSON report that are in objects, in the same form.
pub(crate) fn reported(report: &serde_json::Value) -> BTreeSet<Place> {
    let mut places = BTreeSet::new();
    for (fingerprint, location) in locations(report) {
        let text = |key: &str| location[key].as_str().unwrap_or_default().to_owned();
        let number = |key: &str| location[key].as_u64().unwrap_or_default();
        let source = text("source");
        let is_index_name = source == "index" && number("line") == 0;
        if location.get("object").is_none() || is_index_name {
            continue;
        }
        let object = if source == "path" { String::new() } else { text("object") };
        places.insert((source, object, fingerprint, number("line"), number("column")));
    }
    places
}

/// Compares the report of a repository that is complete with the plain search through its objects:
/// how many places, or what is not the same.
pub(crate) fn compare(objects: &[Stored], report: &serde_json::Value) -> Result<usize, String> {
    let coverage = &report["coverage"];
    if coverage["skipped"] != serde_json::json!([]) || coverage["complete"] != true {
        return Err(format!("not complete: {coverage}"));
    }
    let stored: BTreeMap<_, _> = objects.iter().map(|object| (&*object.id, object)).collect();
    if coverage["objects"] != stored.len() {
        return Err(format!("{} objects read of {}", coverage["objects"], stored.len()));
    }
    let expected = places(objects);
    let reported = reported(report);
    let missed: Vec<_> = expected.difference(&reported).collect();
    let invented: Vec<_> = reported.difference(&expected).collect();
    if !missed.is_empty() || !invented.is_empty() {
        return Err(format!("missed {missed:?}, invented {invented:?}"));
    }
    // Every place in a name is told with a directory that has it.
    let mut names: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (fingerprint, location) in locations(report) {
        let Some(id) = location["object"].as_str().filter(|_| location["source"] == "path") else {
            continue;
        };
        let tree = stored.get(id).ok_or("a directory that is not stored")?;
        let in_names = names.entry(id).or_insert_with(|| {
            let entries = tree_entries(&tree.content, tree.id.len() / 2);
            let hits = entries.into_iter().flat_map(|[_, name, _]| all_in(name));
            hits.map(|hit| self::fingerprint(&hit.canonical)).collect()
        });
        if !in_names.contains(&fingerprint) {
            return Err(format!("not in this directory: {location}"));
        }
    }
    Ok(expected.len())
}

/// Every location of a JSON report, with the fingerprint of its finding.
pub(crate) fn locations(
    report: &serde_json::Value,
) -> impl Iterator<Item = (String, &serde_json::Value)> {
    let findings = report["findings"].as_array().expect("findings");
    findings.iter().flat_map(|finding| {
        let fingerprint = finding["fingerprint"].as_str().expect("a fingerprint");
        let locations = finding["locations"].as_array().expect("locations");
        locations.iter().map(|location| (fingerprint.to_owned(), location))
    })
}
