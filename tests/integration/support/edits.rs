//! Small changes of a text around the tokens in it: what a delta can do to a token.

use super::history::surrounded;
use super::tokens::{self, Random};

/// The start that all tokens have in common.
const LITERAL: &[u8] = b"dG9rO";

/// The tokens that have come up, of which old ones come back.
#[derive(Default)]
pub(crate) struct Pool(Vec<String>);

impl Pool {
    /// A new token, or an old one.
    pub(crate) fn token(&mut self, random: &mut Random) -> String {
        if self.0.is_empty() || random.one_in(2) {
            self.0.push(tokens::token(random));
            return self.0[self.0.len() - 1].clone();
        }
        self.0[random.below(self.0.len())].clone()
    }

    /// A token as it stands in texts, or something that only looks like one.
    pub(crate) fn surrounded(&mut self, random: &mut Random) -> String {
        let token = self.token(random);
        surrounded(random, &[token])
    }
}

/// Where a delta that means harm would cut `text`: in its tokens, at their edges, and beside them.
pub(crate) fn cuts(text: &[u8], random: &mut Random) -> Vec<usize> {
    let mut cuts = Vec::new();
    for at in literals(text) {
        for _ in 0..=random.below(3) {
            let place = [at + random.below(7), at + random.below(62), at + 55 + random.below(8)];
            cuts.push(random.pick(&place).saturating_sub(1));
        }
    }
    cuts.sort_unstable();
    cuts
}

fn literals(text: &[u8]) -> Vec<usize> {
    let starts = text.windows(3).enumerate().filter(|(_, bytes)| *bytes == &LITERAL[..3]);
    starts.map(|(at, _)| at).collect()
}

/// Changes a text in one place.
pub(crate) fn edit(text: &mut Vec<u8>, pool: &mut Pool, random: &mut Random) {
    let starts = literals(text);
    let anywhere = random.below(text.len() + 1);
    let start = if starts.is_empty() { anywhere } else { random.pick(&starts) };
    // In the token, at one of its edges, or just outside.
    let near = (start + random.below(64)).saturating_sub(2).min(text.len());
    let token = pool.token(random);
    match random.below(24) {
        0 | 1 => insert(text, anywhere, pool.surrounded(random).as_bytes()),
        2 => insert(text, 0, pool.surrounded(random).as_bytes()),
        3 => text.extend(pool.surrounded(random).into_bytes()),
        4 => insert(text, anywhere, &token.as_bytes()[..=random.below(6)]),
        5 => insert(text, anywhere, &token.as_bytes()[random.below(6)..]),
        // Goes on from the start of a token that stands there.
        6 | 7 => {
            let known =
                text[start..].iter().zip(token.bytes()).take_while(|(a, b)| *a == b).count();
            let gone = if random.one_in(2) { 0 } else { random.below(60) };
            let end = (start + known + gone).min(text.len());
            text.splice(start + known..end, token.bytes().skip(known));
        }
        8 | 9 if near < text.len() => text[near] = random.pick(b"0aZ=\0\r .+/"),
        10 => insert(text, near, &[random.pick(b"x9_= \n\"\0")]),
        11 | 12 if near < text.len() => drop(text.remove(near)),
        // Moves a piece, or doubles it.
        13 | 14 => {
            let from = near.saturating_sub(random.below(70));
            let end = (near + random.below(70)).min(text.len());
            let piece = text[from..end].to_vec();
            if random.one_in(2) {
                text.drain(from..end);
            }
            insert(text, random.below(text.len() + 1), &piece);
        }
        // What stands before a token, and behind it.
        15 => insert(text, start, random.pick(&BEFORE)),
        16 => insert(text, (start + 58 + random.below(3)).min(text.len()), random.pick(&BEHIND)),
        17 => {
            let half = 1 + random.below(token.len() - 1);
            insert(text, anywhere, &token.as_bytes()[half..]);
            insert(text, random.below(text.len() + 1), &token.as_bytes()[..half]);
        }
        18 => insert(text, anywhere, token.as_bytes()),
        19 => text.truncate(if random.one_in(2) { near } else { anywhere }),
        20 => {
            let noise = 1 + random.below(40);
            insert(text, anywhere, &random.bytes(noise));
        }
        21 if random.one_in(4) => text.clear(),
        22 if random.one_in(4) => {
            let returns = text.contains(&b'\r');
            let lines = text.iter().copied().filter(|&byte| byte != b'\r');
            *text = lines
                .flat_map(|byte| match byte {
                    b'\n' if !returns => vec![b'\r', b'\n'],
                    _ => vec![byte],
                })
                .collect();
        }
        _ => {
            let line = format!("line {}\n", random.next());
            insert(text, anywhere, line.as_bytes());
        }
    }
}

const BEFORE: [&[u8]; 12] =
    [b"x", b"9", b" ", b"\n", b"\\n", b"%3D", b"=3D", b"-u", b"\x1b[31m", b"_", b"\"", b"\\u0022"];

const BEHIND: [&[u8]; 8] = [b"=", b"x", b"0", b"+", b" ", b"\n", b":", b"\xc3\xa9"];

fn insert(text: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    text.splice(at..at, bytes.iter().copied());
}

/// A text without tokens.
pub(crate) fn plain(length: usize, random: &mut Random) -> Vec<u8> {
    let mut text = Vec::new();
    while text.len() < length {
        match random.below(5) {
            0 => {
                let bytes = random.bytes(30);
                text.extend(tokens::base64(&bytes).into_bytes());
            }
            1 => text.extend(random.bytes(8)),
            _ => text.extend(format!("the line {} of it", random.below(1000)).into_bytes()),
        }
        if !random.one_in(8) {
            text.push(b'\n');
        }
    }
    text.truncate(length);
    text
}
