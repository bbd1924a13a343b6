//! What may stand in the middle of a token and does not belong to it: a line break, or the end of one
//! string literal and the beginning of the next.

use super::encoding::Encoding;

/// The longest of them, in bytes.
const MAX_JOIN: usize = 512;

/// The operators that put strings together, the longer before those that they begin with.
const OPERATORS: [&[u8]; 15] = [
    b"..", b"++", b"<>", b"||", b"<<", b"+", b".", b"&", b"~", b"^", b",", b"_", b"\\", b":", b"%",
];

/// Those that add to a variable.
const ASSIGNMENTS: [&[u8]; 6] = [b"..=", b"+=", b".=", b"&=", b"~=", b"<<"];

/// Quotation marks in markup.
const QUOTE_REFERENCES: [&[u8]; 5] = [b"&quot;", b"&apos;", b"&#34;", b"&#39;", b"&#x27;"];

/// How a text is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Break {
    /// As quoted-printable breaks lines.
    Soft,
    /// At the end of a string literal that another is put behind.
    Literal,
    /// By a line end, or by marks that are not shown. It may as well be the end of the text.
    Other,
}

impl Break {
    pub(super) fn encoding(self) -> Encoding {
        if self == Self::Soft { Encoding::QuotedPrintable } else { Encoding::Split }
    }
}

/// Skips a break at `at`: where the text goes on, and how it is broken.
pub(super) fn skip(text: &[u8], at: usize) -> Option<(usize, Break)> {
    let rest = &text[at.min(text.len())..];
    let rest = &rest[..rest.len().min(MAX_JOIN)];
    // Most texts end at something else, and this is asked for each.
    if !matches!(
        rest.first()?,
        b'=' | b'\\'
            | b' '
            | b'\t'
            | b'\r'
            | b'\n'
            | b'"'
            | b'\''
            | b'`'
            | b'&'
            | b'<'
            | b'\x1b'
            | b'%'
    ) {
        return None;
    }
    let whole = |skipped: Cursor<'_>| at + skipped.at;
    let cursor = Cursor { text: rest, at: 0 };
    if let Some(skipped) = cursor.soft_break() {
        return Some((whole(skipped), Break::Soft));
    }
    if let Some(skipped) = cursor.literals() {
        return Some((whole(skipped), Break::Literal));
    }
    let other = cursor.lines().or_else(|| cursor.tags()).or_else(|| cursor.colours())?;
    Some((whole(other), Break::Other))
}

/// The character before `at` in a text that may be broken into lines.
pub(super) fn previous(text: &[u8], at: usize, belongs: impl Fn(u8) -> bool) -> Option<usize> {
    let is_blank = |at: usize| matches!(text[at], b' ' | b'\t');
    let mut at = at;
    let start = at;
    while at > 0 && start - at < MAX_JOIN && is_blank(at - 1) {
        at -= 1;
    }
    if at > 0 && text[at - 1] == b'\n' {
        at -= 1;
        at -= usize::from(at > 0 && text[at - 1] == b'\r');
        while at > 0 && start - at < MAX_JOIN && is_blank(at - 1) {
            at -= 1;
        }
    } else if at < start {
        return None;
    } else {
        // A line end as JSON and source code write it.
        while at > 1 && matches!(text[at - 1], b'n' | b'r') && text[at - 2] == b'\\' {
            at -= 2;
            while at > 0 && start - at < MAX_JOIN && text[at - 1] == b'\\' {
                at -= 1;
            }
        }
    }
    let previous = at.checked_sub(1)?;
    belongs(text[previous]).then_some(previous)
}

/// A place in a text; each method that matches gives the place behind it.
#[derive(Clone, Copy)]
struct Cursor<'t> {
    text: &'t [u8],
    at: usize,
}

impl<'t> Cursor<'t> {
    fn rest(self) -> &'t [u8] {
        &self.text[self.at..]
    }

    fn eat(self, what: &[u8]) -> Option<Self> {
        self.rest().starts_with(what).then(|| Self { at: self.at + what.len(), ..self })
    }

    fn eat_any(self, of: &[&[u8]]) -> Option<Self> {
        of.iter().find_map(|what| self.eat(what))
    }

    fn eat_while(self, wanted: impl Fn(u8) -> bool) -> Self {
        let count = self.rest().iter().take_while(|&&byte| wanted(byte)).count();
        Self { at: self.at + count, ..self }
    }

    fn blanks(self) -> Self {
        self.eat_while(|byte| byte == b' ' || byte == b'\t')
    }

    fn line_end(self) -> Option<Self> {
        self.eat(b"\n").or_else(|| self.eat(b"\r\n"))
    }

    /// `=` at the end of a line (RFC 2045, section 6.7, rule 5).
    fn soft_break(self) -> Option<Self> {
        self.eat(b"=")?.blanks().line_end()
    }

    /// Line ends, as they are or escaped, and what quotes or comments put before the next line.
    fn lines(self) -> Option<Self> {
        let mut cursor = self.blanks();
        let mut count = 0;
        while let Some(next) = cursor.line_end().or_else(|| cursor.escaped_line_end()) {
            cursor = next;
            count += 1;
        }
        if count == 0 {
            return None;
        }
        let cursor = cursor.blanks();
        Some(cursor.eat_while(|byte| matches!(byte, b'>' | b'#' | b'*' | b'|' | b';')).blanks())
    }

    /// `\n`, `\r\n`, `\\n`, `%0A`, `&#10;`, or a backslash before the line end.
    fn escaped_line_end(self) -> Option<Self> {
        const REFERENCES: [&[u8]; 8] =
            [b"%0D%0A", b"%0d%0a", b"%0A", b"%0a", b"&#13;&#10;", b"&#10;", b"&#xA;", b"&#xa;"];
        if let Some(cursor) = self.eat_any(&REFERENCES) {
            return Some(cursor);
        }
        let cursor = self.eat(b"\\")?.eat_while(|byte| byte == b'\\');
        cursor
            .line_end()
            .or_else(|| cursor.eat_any(&[b"n", b"r", b"u000a", b"u000d", b"u000A", b"u000D"]))
    }

    fn quote(self) -> Option<Self> {
        let cursor = self.eat_while(|byte| byte == b'\\');
        if let Some(cursor) = cursor.eat_any(&QUOTE_REFERENCES) {
            return Some(cursor);
        }
        [b"\"", b"'", b"`"].iter().find_map(|&mark| {
            let one = cursor.eat(mark)?;
            // Python, Kotlin, Swift and others have three.
            Some(one.eat(mark).and_then(|two| two.eat(mark)).unwrap_or(one))
        })
    }

    /// White space, comments, and backslashes before line ends.
    fn space(self) -> Self {
        let mut cursor = self;
        loop {
            let before = cursor.at;
            cursor = cursor.eat_while(|byte| byte.is_ascii_whitespace());
            if let Some(next) = cursor.eat(b"\\").and_then(|next| next.blanks().line_end()) {
                cursor = next;
            }
            if cursor.eat_any(&[b"//", b"#", b"--"]).is_some() {
                let line = cursor.eat_while(|byte| byte != b'\n');
                if let Some(next) = line.eat(b"\n") {
                    cursor = next;
                }
            } else if cursor.eat(b"/*").is_some()
                && let Some(end) = memchr::memmem::find(cursor.rest(), b"*/")
            {
                cursor.at += end + 2;
            }
            if cursor.at == before {
                return cursor;
            }
        }
    }

    fn operator(self) -> Option<Self> {
        self.eat_any(&OPERATORS)
    }

    /// The name of a variable, with what selects a part of it.
    fn variable(self) -> Option<Self> {
        let is_name = |byte: u8| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'@' | b'.' | b'[' | b']')
        };
        let cursor = self.eat_while(is_name);
        (cursor.at > self.at).then_some(cursor)
    }

    /// `; token +=`, or `; token = token +`.
    fn assignment(self) -> Option<Self> {
        let cursor = self.eat(b";").unwrap_or(self).space().variable()?.space();
        if let Some(cursor) = cursor.eat_any(&ASSIGNMENTS) {
            return Some(cursor);
        }
        cursor.eat(b"=")?.space().variable()?.space().operator()
    }

    /// The end of a string literal and the beginning of one that is put behind it.
    fn literals(self) -> Option<Self> {
        let closed = self.quote()?;
        let spaced = closed.space();
        let between = [spaced.operator(), spaced.assignment(), Some(spaced)];
        between.into_iter().flatten().find_map(|cursor| {
            let cursor = cursor.space();
            let cursor = cursor.eat(b"(").unwrap_or(cursor);
            let is_prefix = |byte: u8| b"fFbBrRuULl@$".contains(&byte);
            cursor.quote().or_else(|| cursor.eat_while(is_prefix).quote())
        })
    }

    /// Tags in the middle of a word, as word processors and syntax highlighters put them.
    fn tags(self) -> Option<Self> {
        let mut cursor = self;
        while let Some(open) = cursor.eat(b"<") {
            let closed = open.eat_while(|byte| byte != b'<' && byte != b'>').eat(b">");
            let Some(closed) = closed else { break };
            cursor = closed.eat_while(|byte| byte.is_ascii_whitespace());
        }
        (cursor.at > self.at).then_some(cursor)
    }

    /// Colour sequences of a terminal (ECMA-48, "SGR" and "EL").
    fn colours(self) -> Option<Self> {
        let mut cursor = self;
        while let Some(open) = cursor.eat(b"\x1b[") {
            let codes = open.eat_while(|byte| byte.is_ascii_digit() || byte == b';');
            let Some(closed) = codes.eat_any(&[b"m", b"K"]) else { break };
            cursor = closed;
        }
        (cursor.at > self.at).then_some(cursor)
    }
}
