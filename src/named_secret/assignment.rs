//! Reads from a name to its value, in the ways in which programs and files assign one.
//!
//! It reads one token after another: quotes, operators, tags, a few words. Anything else ends the
//! search, and so does a comparison.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::value::{UUID_LEN, has_length};

/// How far after its name a value may begin, in bytes.
const MAX_GAP: usize = 256;

/// How far after its name a value in braces or in an entry of a list may begin, in bytes.
const MAX_BOX: usize = 600;

/// How many tokens, and how many line ends, may be between a name and its value.
const MAX_TOKENS: usize = 32;
const MAX_LINES: usize = 3;

/// Operators that assign a value or a default value. Longer ones come first.
const OPERATORS: [&[u8]; 16] = [
    b"||=", b"??=", b"?=", b":=", b"=>", b"->", b"<-", b"||", b"??", b"?:", b":-", b"::", b"=",
    b":", b"|", b"*",
];

/// Quotes, operators and spaces as URLs, JSON and HTML escape them.
const ESCAPES: [(&[u8], Token); 16] = [
    (b"%22", Token::Quote),
    (b"%27", Token::Quote),
    (b"%20", Token::Space),
    (b"%3D", Token::Operator),
    (b"%3d", Token::Operator),
    (b"%3A", Token::Operator),
    (b"%3a", Token::Operator),
    (b"&quot;", Token::Quote),
    (b"&#34;", Token::Quote),
    (b"&#39;", Token::Quote),
    (b"\\u0022", Token::Quote),
    (b"\\u0027", Token::Quote),
    (b"\\u003d", Token::Operator),
    (b"\\u003a", Token::Operator),
    (b"&'static ", Token::Space),
    (b"&str", Token::Space),
];

/// Typographic quotes, in UTF-8.
const TYPOGRAPHIC: [&[u8]; 4] =
    [b"\xe2\x80\x98", b"\xe2\x80\x99", b"\xe2\x80\x9c", b"\xe2\x80\x9d"];

/// Keys that name the value of an entry.
const VALUE_KEYS: [&str; 9] = [
    "value",
    "default",
    "default_value",
    "defaultvalue",
    "content",
    "val",
    "secret_string",
    "secretstring",
    "stringvalue",
];

/// Words that an assignment may hold: types, prefixes of literals, "or", constructors.
const WORDS: [&str; 23] = [
    "string",
    "str",
    "text",
    "char",
    "const",
    "static",
    "nsstring",
    "final",
    "as",
    "is",
    "or",
    "new",
    "b",
    "r",
    "f",
    "u",
    "rb",
    "raw",
    "android",
    "from",
    "bytes",
    "secretstr",
    "secret",
];

/// Options of commands whose argument is the value.
const FLAGS: [&[u8]; 5] = [b"--value", b"--body", b"--secret-string", b"-b ", b"-v "];

/// A value and its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Assigned {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) value: Vec<u8>,
    /// Whether it is encoded in base64.
    pub(super) is_base64: bool,
}

/// The value assigned to the name at this position.
pub(super) fn value_of(text: &[u8], start: usize, end: usize) -> Option<Assigned> {
    let mut gap = Gap::behind(text, end);
    match gap.run() {
        Some(assigned) => Some(assigned),
        None => match gap.brace {
            Some(brace) => boxed(text, brace + 1, Box::Braces),
            None if is_entry_name(text, start) => boxed(text, end, Box::Entry),
            None => None,
        },
    }
}

/// A construct that holds a name's value under a key such as `default` or `value`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Box {
    /// `variable "NAME" { default = … }`
    Braces,
    /// `- name: NAME`, `value: …`
    Entry,
}

/// The value in the braces or the entry that continues at `from`.
fn boxed(text: &[u8], from: usize, kind: Box) -> Option<Assigned> {
    let rest = text.get(from..text.len().min(from + MAX_BOX))?;
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(&byte) = rest.get(at) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => return None,
            b'}' => depth -= 1,
            b'\n' if kind == Box::Entry => {
                let line = rest.get(at + 1..)?.trim_ascii_start();
                if line.starts_with(b"- ") {
                    return None;
                }
            }
            byte if byte.is_ascii_alphabetic() => {
                let length = word_length(rest, at);
                let word = rest.get(at..at + length)?;
                if is_one_of(word, &VALUE_KEYS) {
                    let end = from + at + length;
                    if let Some(assigned) = Gap::behind(text, end).run() {
                        return Some(assigned);
                    }
                }
                at += length;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// Whether the name is the value of the key `name` or `key`.
fn is_entry_name(text: &[u8], start: usize) -> bool {
    let before = text.get(start.saturating_sub(32)..start).unwrap_or_default();
    let trimmed = |text: &[u8], more: &[u8]| {
        let is_gap = |byte: &u8| byte.is_ascii_whitespace() || more.contains(byte);
        text.len() - text.iter().rev().take_while(|byte| is_gap(byte)).count()
    };
    let key = &before[..trimmed(before, b"\"'\\:=>")];
    let gap = &before[key.len()..];
    let key = key.to_ascii_lowercase();
    gap.iter().any(|byte| b":=".contains(byte)) && (key.ends_with(b"name") || key.ends_with(b"key"))
}

/// The role of a piece of text in an assignment.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Token {
    Space,
    Line,
    Quote,
    Operator,
    /// `<string>`
    Tag,
    /// A key that names the value.
    Key,
    /// Another word, or a bracket.
    Other,
}

/// The text from a name to its value.
struct Gap<'t> {
    text: &'t [u8],
    name_end: usize,
    at: usize,
    /// Whether a quote ends the name, so that it is a string and not a variable.
    is_quoted: bool,
    /// Whether an operator or a tag announced a value.
    is_assigned: bool,
    /// Whether a new line began, so that only a key or a tag may follow.
    needs_key: bool,
    lines: usize,
    /// Where a brace opens.
    brace: Option<usize>,
}

impl<'t> Gap<'t> {
    fn behind(text: &'t [u8], name_end: usize) -> Self {
        Self {
            text,
            name_end,
            at: name_end,
            is_quoted: false,
            is_assigned: false,
            needs_key: false,
            lines: 0,
            brace: None,
        }
    }

    fn run(&mut self) -> Option<Assigned> {
        for _ in 0..MAX_TOKENS {
            if self.at > self.name_end + MAX_GAP {
                return None;
            }
            if self.at > self.name_end && !self.needs_key {
                let assigned = value_at(self.text, self.at);
                if assigned.is_some() {
                    return assigned;
                }
            }
            let (token, length) = self.next()?;
            self.take(token, length)?;
        }
        None
    }

    /// Moves on. `None` if this is not an assignment.
    fn take(&mut self, token: Token, length: usize) -> Option<()> {
        match token {
            Token::Space | Token::Other => {}
            Token::Quote => self.is_quoted |= self.at == self.name_end,
            Token::Operator if self.needs_key => return None,
            Token::Operator => self.is_assigned = true,
            Token::Tag => {
                self.is_assigned = true;
                self.needs_key = false;
            }
            Token::Key => self.needs_key = false,
            Token::Line => {
                self.lines += 1;
                self.needs_key |= !self.is_assigned;
                if self.lines > MAX_LINES {
                    return None;
                }
            }
        }
        self.at += length;
        Some(())
    }

    /// The token here and its length. `None` if it does not belong to an assignment.
    fn next(&mut self) -> Option<(Token, usize)> {
        let rest = self.text.get(self.at..)?;
        let byte = *rest.first()?;
        if let Some((escape, token)) = ESCAPES.iter().find(|(escape, _)| rest.starts_with(escape)) {
            return Some((*token, escape.len()));
        }
        match byte {
            b' ' | b'\t' | b'\r' => Some((Token::Space, 1)),
            b'\n' => Some((Token::Line, 1)),
            b'"' | b'\'' | b'`' => Some((Token::Quote, 1)),
            0xe2 if TYPOGRAPHIC.iter().any(|quote| rest.starts_with(quote)) => {
                Some((Token::Quote, 3))
            }
            b'\\' => escaped(rest),
            b'@' if rest.get(1) == Some(&b'"') => Some((Token::Other, 1)),
            b',' => self.comma(),
            b')' | b']' if !self.is_assigned => Some((Token::Other, 1)),
            b'(' | b'[' if self.is_assigned || self.is_quoted => Some((Token::Other, 1)),
            b'{' if (self.is_assigned || self.is_quoted) && self.brace.is_none() => {
                self.brace = Some(self.at);
                Some((Token::Other, 1))
            }
            b'<' if !rest.starts_with(b"<-") => tag(rest),
            b'>' => self.greater(rest),
            b'-' if !rest.starts_with(b"->") => {
                let flag = FLAGS.iter().find(|flag| rest.starts_with(flag))?;
                Some((Token::Operator, flag.len()))
            }
            byte if byte.is_ascii_alphabetic() || byte == b'_' => self.word(),
            _ => operator(rest),
        }
    }

    /// A comma is part of a call, `fetch("NAME", "value")`, or of an entry, `"name": "NAME", …`.
    fn comma(&self) -> Option<(Token, usize)> {
        let between = self.text.get(self.name_end..self.at)?;
        let is_end_of_name = self.is_quoted && between.iter().all(|byte| b"\\\"'`".contains(byte));
        is_end_of_name.then_some((Token::Other, 1))
    }

    /// `>` ends the tag around the name, or begins a block of YAML.
    fn greater(&self, rest: &[u8]) -> Option<(Token, usize)> {
        let is_tag = self.at == self.name_end || self.is_quoted && !self.is_assigned;
        if is_tag {
            return Some((Token::Operator, 1));
        }
        let blocks = [&b">\n"[..], b">\r", b">-\n", b">-\r"];
        let block = blocks.iter().find(|block| self.is_assigned && rest.starts_with(block))?;
        Some((Token::Operator, block.len() - 1))
    }

    fn word(&self) -> Option<(Token, usize)> {
        let length = word_length(self.text, self.at);
        let word = self.text.get(self.at..self.at + length)?;
        let last = word.rsplit(|&byte| byte == b'.').next()?;
        if is_one_of(last, &VALUE_KEYS) {
            return Some((Token::Key, length));
        }
        (!self.needs_key && is_one_of(last, &WORDS)).then_some((Token::Other, length))
    }
}

/// A backslash before a quote or a line end.
fn escaped(rest: &[u8]) -> Option<(Token, usize)> {
    let count = rest.iter().take(8).take_while(|&&byte| byte == b'\\').count();
    match rest.get(count)? {
        b'"' | b'\'' => Some((Token::Quote, count + 1)),
        b'\n' => Some((Token::Space, count + 1)),
        _ => None,
    }
}

/// `<string>`, `</key>`, `<![CDATA[`
fn tag(rest: &[u8]) -> Option<(Token, usize)> {
    const MAX_TAG: usize = 80;
    const CDATA: &[u8] = b"<![CDATA[";
    if rest.starts_with(CDATA) {
        return Some((Token::Tag, CDATA.len()));
    }
    let name = rest.get(1..)?;
    let name = name.strip_prefix(b"/").unwrap_or(name);
    if !name.first()?.is_ascii_alphabetic() {
        return None;
    }
    let end = memchr::memchr3(b'>', b'\n', b'<', rest.get(1..rest.len().min(MAX_TAG))?)? + 1;
    (rest.get(end) == Some(&b'>')).then_some((Token::Tag, end + 1))
}

fn operator(rest: &[u8]) -> Option<(Token, usize)> {
    // A comparison does not assign.
    if rest.starts_with(b"==") || rest.starts_with(b"=~") {
        return None;
    }
    // A value may begin with a dash.
    if rest.starts_with(b":-") && value_at(rest, 1).is_some() {
        return Some((Token::Operator, 1));
    }
    // A block of YAML.
    if [&b"|-\n"[..], b"|-\r", b"|+\n"].iter().any(|block| rest.starts_with(block)) {
        return Some((Token::Operator, 2));
    }
    let operator = OPERATORS.iter().find(|operator| rest.starts_with(operator))?;
    Some((Token::Operator, operator.len()))
}

/// The length of the word at `at`, including dots.
fn word_length(text: &[u8], at: usize) -> usize {
    const MAX_WORD: usize = 64;
    let rest = text.get(at..).unwrap_or_default().iter().take(MAX_WORD);
    rest.take_while(|byte| byte.is_ascii_alphanumeric() || b"_.".contains(byte)).count()
}

fn is_one_of(word: &[u8], words: &[&str]) -> bool {
    words.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()))
}

/// The value at `at`, if the text there has the length of a value and ends properly.
fn value_at(text: &[u8], at: usize) -> Option<Assigned> {
    /// Longer than any value.
    const MAX_RUN: usize = 64;
    let rest = text.get(at..)?;
    let run =
        |is_part: fn(&u8) -> bool| rest.iter().take(MAX_RUN).take_while(|b| is_part(b)).count();
    let length = run(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(byte));
    if has_length(length) && ends_well(&rest[length..], length) {
        let value = rest[..length].to_vec();
        return Some(Assigned { start: at, end: at + length, value, is_base64: false });
    }
    // 36 bytes make 48 characters; 43 and a line end make 60.
    let length = run(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(byte));
    if !(48..=60).contains(&length) || !length.is_multiple_of(4) {
        return None;
    }
    let mut value = STANDARD.decode(&rest[..length]).ok()?;
    let content = value.trim_ascii_end().len();
    value.truncate(content);
    let is_text = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-".contains(byte);
    (has_length(value.len()) && value.iter().all(is_text)).then(|| Assigned {
        start: at,
        end: at + length,
        value,
        is_base64: true,
    })
}

/// Whether a value of this length may end before `rest`.
fn ends_well(rest: &[u8], length: usize) -> bool {
    const ENDS: &[u8] = b"\"'`,;)]}<>&|#\\*\0";
    let Some(&byte) = rest.first() else { return true };
    match byte {
        b':' | b'!' | b'?' => rest.get(1).is_none_or(|byte| !byte.is_ascii_alphanumeric()),
        // In a path. In base64, `/` continues the text.
        b'/' => length == UUID_LEN,
        // The end of a sentence, or of a file's name.
        b'.' => {
            let word = rest[1..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
            let next = rest.get(1 + word).copied().unwrap_or_default();
            word == 0 || word <= 4 && !b".-_(".contains(&next)
        }
        // The escape of a character that may end a value.
        b'%' => {
            let is_more = [&b"%2D"[..], b"%2F", b"%3D", b"%2B"];
            rest.get(1).is_some_and(|byte| b"0123".contains(byte))
                && !is_more.iter().any(|more| rest.starts_with(more))
        }
        byte => ENDS.contains(&byte) || byte.is_ascii_whitespace() || !byte.is_ascii(),
    }
}
