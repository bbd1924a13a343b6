//! Finds named secrets in bytes.
//!
//! It searches for the word `intercom` first, in any encoding. Then it reads the names after the
//! word, and names near it without the word. Then it reads the values assigned to these names.

use std::ops::Range;

use super::anchors::{Anchors, Form, WORD};
use super::assignment::{Assigned, value_of};
use super::context;
use super::name::{self, Name};
use super::unwrap::{self, Unwrapped};
use super::value::NamedSecret;
use crate::token::{Encoding, Match};

/// The shortest text that holds a named secret, in bytes: `intercom`, the shortest name, an
/// operator and a UUID.
pub(crate) const MIN_LEN: usize = 54;

/// How many words a name without `intercom` may have, and the longest name, in bytes.
const MAX_WORDS: usize = 4;
const MAX_NAME: usize = 64;

/// Finds named secrets. Build it once and share it: it holds the prepared search.
#[derive(Clone, Debug)]
pub struct NamedSecretDetector {
    anchors: Anchors,
}

impl NamedSecretDetector {
    /// Prepares the search.
    pub fn new() -> Self {
        Self { anchors: Anchors::new() }
    }

    /// Whether `text` may hold a named secret. If this returns false, it holds none.
    pub fn suspects(&self, text: &[u8]) -> bool {
        self.anchors.find(text).next().is_some()
    }

    /// Every named secret in `text`, from left to right.
    ///
    /// ```
    /// use intercom_sec::named_secret::NamedSecretDetector;
    ///
    /// // A placeholder is not a secret.
    /// let text = b"INTERCOM_CLIENT_SECRET=00000000-0000-0000-0000-000000000000";
    /// assert!(NamedSecretDetector::new().matches(text).is_empty());
    /// ```
    pub fn matches(&self, text: &[u8]) -> Vec<Match<NamedSecret>> {
        let mut words = Vec::new();
        let mut matches = Vec::new();
        // How far UTF-16 is decoded, and base64 for each position in a group.
        let (mut wide_done, mut base64_done) = ([0; 2], [0; 4]);
        for (at, form) in self.anchors.find(text) {
            match form {
                Form::Plain => words.push(at),
                Form::Wide => {
                    let done = &mut wide_done[at % 2];
                    if at >= *done {
                        let unwrapped = unwrap::wide(text, at);
                        *done = unwrapped.done;
                        self.add(&unwrapped, &mut matches);
                    }
                }
                Form::Base64(place) => {
                    // Anchors of one text agree on where its groups begin, unless it has line ends.
                    let done = &mut base64_done[usize::from(place)];
                    if at >= *done {
                        let unwrapped = unwrap::base64(text, at, place);
                        *done = unwrapped.done;
                        self.add(&unwrapped, &mut matches);
                    }
                }
            }
        }
        plain(text, &words, &mut matches);
        matches.sort_by(|a, b| {
            let key = |found: &Match<NamedSecret>| {
                (found.start, found.end, found.encoding.len(), found.found.kind())
            };
            key(a).cmp(&key(b))
        });
        // A value with two names is one match.
        matches.dedup_by(|next, first| {
            next.start < first.end && next.found.expose() == first.found.expose()
        });
        matches
    }

    /// Adds the secrets in a decoded part of the text.
    fn add(&self, unwrapped: &Unwrapped, matches: &mut Vec<Match<NamedSecret>>) {
        let words = self.anchors.find(&unwrapped.bytes);
        let words: Vec<_> =
            words.filter(|(_, form)| *form == Form::Plain).map(|(at, _)| at).collect();
        let mut inner = Vec::new();
        plain(&unwrapped.bytes, &words, &mut inner);
        for found in inner {
            let Some((start, end)) = unwrapped.place(found.start, found.end) else { continue };
            let mut encoding = vec![unwrapped.encoding];
            encoding.extend(found.encoding);
            matches.push(Match { start, end, encoding, ..found });
        }
    }
}

impl Default for NamedSecretDetector {
    fn default() -> Self {
        Self::new()
    }
}

/// Adds the values of the names in `text`. `words` are the positions of the word `intercom`.
fn plain(text: &[u8], words: &[usize], matches: &mut Vec<Match<NamedSecret>>) {
    for &word in words {
        if let Some(name) = name::behind_word(text, word) {
            matches.extend(assigned(text, identifier_start(text, word), &name));
        }
    }
    let mut searched = 0;
    for &word in words {
        let from = searched.max(word + WORD.len());
        let to = text.len().min(word + WORD.len() + context::REACH);
        searched = searched.max(to);
        alone(text, words, from..to, matches);
    }
}

/// Adds the values of names without `intercom` whose word `secret` begins in this part of the text.
fn alone(text: &[u8], words: &[usize], part: Range<usize>, matches: &mut Vec<Match<NamedSecret>>) {
    const SECRET: &[u8] = b"secret";
    let from = part.start;
    let Some(part) = text.get(part) else { return };
    for at in memchr::memchr2_iter(b's', b'S', part).map(|at| from + at) {
        let Some(found) = text.get(at..at + SECRET.len()) else { continue };
        if !found.eq_ignore_ascii_case(SECRET) {
            continue;
        }
        let Some((start, name)) = name_around(text, at) else { continue };
        if let Some(found) = assigned(text, start, &name)
            && context::governs(text, words, start, &name)
        {
            matches.push(found);
        }
    }
}

/// The name without `intercom` around the word `secret` at `at`, and where it begins.
fn name_around(text: &[u8], at: usize) -> Option<(usize, Name)> {
    let mut start = at;
    for _ in 0..MAX_WORDS {
        start = identifier_start(text, start);
        if at - start > MAX_NAME {
            return None;
        }
        if let Some(name) = name::alone(text, start).filter(|name| name.end > at) {
            return Some((start, name));
        }
        // "Client secret: …"
        start = start.checked_sub(1).filter(|&space| text[space] == b' ')?;
    }
    None
}

/// Where the identifier begins that holds `at` or ends there.
fn identifier_start(text: &[u8], at: usize) -> usize {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-".contains(byte);
    let length = text[..at].iter().rev().take(MAX_NAME + 1).take_while(|b| is_part(b)).count();
    let start = at - length;
    // `--client-secret`, `_client_secret`
    start + text[start..at].iter().take_while(|byte| b"_-".contains(byte)).count()
}

/// The secret assigned to a name.
fn assigned(text: &[u8], start: usize, name: &Name) -> Option<Match<NamedSecret>> {
    let Assigned { start, end, value, is_base64 } = value_of(text, start, name.end)?;
    let secret = NamedSecret::new(&value, name.kind)?;
    let encoding = if is_base64 { vec![Encoding::Base64] } else { Vec::new() };
    Some(Match { start, end, found: secret, encoding })
}
