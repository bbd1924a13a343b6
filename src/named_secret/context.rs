//! Decides whether a name without `intercom` is inside of something that names it: a key, a
//! section, a call, a block or a heading.

use super::anchors::WORD;
use super::name::Name;

/// How far before a name the context is read, in bytes.
pub(super) const REACH: usize = 4 << 10;

/// How many lines above a name may belong to it.
const MAX_LINES: usize = 6;

/// The longest text before an opening bracket that describes its content, in bytes.
const MAX_HEADER: usize = 200;

/// Whether the name that begins at `start` belongs to Intercom. `words` are the positions of the
/// word `intercom` in `text`, in order.
pub(super) fn governs(text: &[u8], words: &[usize], start: usize, name: &Name) -> bool {
    let before = Before { text, words, from: start.saturating_sub(REACH), start };
    before.has_word(before.from, start)
        && (before.is_in_chain()
            || before.is_in_brackets()
            || before.is_in_section()
            || before.is_indented_below()
            || before.is_in_manifest()
            || before.is_headed(name))
}

/// The text before a name.
struct Before<'t> {
    text: &'t [u8],
    words: &'t [usize],
    /// Where the context begins.
    from: usize,
    /// Where the name begins.
    start: usize,
}

impl Before<'_> {
    /// Whether the word is in this part of the text.
    fn has_word(&self, from: usize, to: usize) -> bool {
        let next = self.words.partition_point(|&word| word < from);
        self.words.get(next).is_some_and(|&word| word + WORD.len() <= to)
    }

    /// The lines above the name, the nearest first: where each begins and ends. The first is the
    /// name's own line, up to the name.
    fn lines(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let mut next = Some(self.start);
        std::iter::from_fn(move || {
            let end = next?;
            let above = memchr::memrchr(b'\n', &self.text[self.from..end]);
            let start = above.map_or(self.from, |at| self.from + at + 1);
            next = above.map(|at| self.from + at);
            Some((start, end))
        })
    }

    /// `IntercomRails.config.api_secret`
    fn is_in_chain(&self) -> bool {
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.:@![]'\"?>-".contains(byte);
        let before = self.text[self.from..self.start].iter().rev();
        let length = before.take(MAX_HEADER).take_while(|byte| is_part(byte)).count();
        self.has_word(self.start - length, self.start)
    }

    /// `intercom: { … `, `new Intercom.Client(…`, `function verifyIntercom() { …`
    fn is_in_brackets(&self) -> bool {
        let mut depth = 0_usize;
        for at in (self.from..self.start).rev() {
            match self.text[at] {
                b')' | b']' | b'}' => depth += 1,
                b'(' | b'[' | b'{' if depth > 0 => depth -= 1,
                b'(' | b'[' | b'{' if self.has_word(self.header(at), at) => return true,
                _ => {}
            }
        }
        false
    }

    /// Where the text begins that belongs to an opening bracket, including arguments.
    fn header(&self, bracket: usize) -> usize {
        let mut depth = 0_usize;
        let mut is_end = |byte: &u8| {
            match byte {
                b')' => depth += 1,
                b'(' if depth > 0 => depth -= 1,
                b'(' | b'[' | b'{' | b'}' | b';' | b',' | b'\n' => return depth == 0,
                _ => {}
            }
            false
        };
        let before = self.text[self.from..bracket].iter().rev();
        bracket - before.take(MAX_HEADER).take_while(|byte| !is_end(byte)).count()
    }

    /// `[intercom]` of TOML and INI files, `## Intercom` of Markdown.
    fn is_in_section(&self) -> bool {
        let mut lines = self.lines().skip(1);
        let section = lines.find(|&(start, end)| is_section(&self.text[start..end]));
        section.is_some_and(|(start, end)| self.has_word(start, end))
    }

    /// A line above with less indentation than the name and all lines between: a key of YAML, or
    /// the start of a block.
    fn is_indented_below(&self) -> bool {
        let mut lines = self.lines();
        let Some((start, end)) = lines.next() else { return false };
        let mut indent = indent_of_rest(&self.text[start..end]);
        for (start, end) in lines {
            let line = &self.text[start..end];
            if indent == 0 {
                return false;
            }
            if line.trim_ascii().is_empty() || is_comment(line) {
                continue;
            }
            let own = indent_of(line);
            if own < indent {
                if self.has_word(start, end) {
                    return true;
                }
                indent = own;
            }
        }
        false
    }

    /// The data of a Kubernetes manifest whose `metadata` has that name.
    fn is_in_manifest(&self) -> bool {
        let mut is_named = false;
        for (start, end) in self.lines().skip(1) {
            let line = &self.text[start..end];
            let text = line.trim_ascii();
            if text.starts_with(b"---") || is_named && indent_of(line) == 0 {
                return is_named && text == b"metadata:";
            }
            is_named |=
                text.starts_with(b"name:") && indent_of(line) > 0 && self.has_word(start, end);
        }
        false
    }

    /// A comment right above as a heading, or adjacent lines that name Intercom.
    fn is_headed(&self, name: &Name) -> bool {
        let mut lines = self.lines();
        let Some((start, end)) = lines.next() else { return false };
        let own = &self.text[start..end];
        // `config :intercom, …` of Elixir
        let is_setting = own.trim_ascii_start().starts_with(b"config ");
        if (name.is_distinctive || is_setting) && self.has_word(start, end) {
            return true;
        }
        let indent = indent_of_rest(own);
        let mut is_in_comment = false;
        for (start, end) in lines.take(MAX_LINES) {
            let line = &self.text[start..end];
            if line.trim_ascii().is_empty() || indent_of(line) != indent {
                return false;
            }
            let comment = is_comment(line);
            if is_in_comment && !comment {
                return false;
            }
            is_in_comment = comment;
            if self.has_word(start, end) && (comment || name.is_distinctive || is_value(line)) {
                return true;
            }
        }
        false
    }
}

/// Whether a line begins a section.
fn is_section(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    if line.starts_with(b"##") {
        return true;
    }
    let Some(name) = line.strip_prefix(b"[") else { return false };
    let Some(end) = memchr::memchr(b']', name) else { return false };
    let mut rest = name[end..].iter();
    let rest = rest.find(|byte| **byte != b']' && !byte.is_ascii_whitespace());
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.-\"': []/".contains(byte);
    rest.is_none_or(|byte| b"#;".contains(byte)) && name[..end].iter().all(is_name)
}

/// `provider: intercom`
fn is_value(line: &[u8]) -> bool {
    let without = |line: &[u8], ends: &[u8]| {
        line.len() - line.iter().rev().take_while(|byte| ends.contains(byte)).count()
    };
    let line = &line[..without(line, b",;\"' \t\r")];
    let Some(start) = line.len().checked_sub(WORD.len()) else { return false };
    let (key, value) = line.split_at(start);
    let key = &key[..without(key, b"\"' \t")];
    value.eq_ignore_ascii_case(WORD) && key.last().is_some_and(|byte| b":=>".contains(byte))
}

fn is_comment(line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    let starts: [&[u8]; 8] = [b"#", b"//", b"--", b";", b"/*", b"*", b"<!--", b"%"];
    starts.iter().any(|start| line.starts_with(start))
}

/// The indentation of a line.
fn indent_of(line: &[u8]) -> usize {
    line.iter().take_while(|byte| b" \t".contains(byte)).count()
}

/// The same for a name's own line. The mark of a YAML list counts as indentation.
fn indent_of_rest(line: &[u8]) -> usize {
    let indent = indent_of(line);
    if line[indent..].starts_with(b"- ") { indent + 2 } else { indent }
}
