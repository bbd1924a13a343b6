//! Skips what may be in the middle of a token without belonging to it: a line break, or the end of
//! one string literal and the start of the next.

use super::boundary::SEQUENCE_STARTS;
use super::encoding::Encoding;

/// The longest break, in bytes.
const MAX_JOIN: usize = 512;

/// The longest code between two literals that more than an operator joins, in bytes.
const MAX_CODE: usize = 200;

/// The operators that join strings. Longer ones come before their prefixes.
const OPERATORS: [&[u8]; 15] = [
    b"..", b"++", b"<>", b"||", b"<<", b"+", b".", b"&", b"~", b"^", b",", b"_", b"\\", b":", b"%",
];

/// Invisible characters, and marks where a word may be broken, plain and as markup and source code
/// write them.
const INVISIBLE: [&[u8]; 14] = [
    b"\xe2\x80\x8b",
    b"\xe2\x80\x8c",
    b"\xe2\x80\x8d",
    b"\xe2\x81\xa0",
    b"\xc2\xad",
    b"\xef\xbb\xbf",
    b"&shy;",
    b"&#173;",
    b"&#8203;",
    b"&#x200b;",
    b"&#x200B;",
    b"\\u200b",
    b"\\u200B",
    b"\\u00ad",
];

/// The operators that append to a variable.
const ASSIGNMENTS: [&[u8]; 6] = [b"..=", b"+=", b".=", b"&=", b"~=", b"<<"];

/// Quotation marks in markup.
const QUOTE_REFERENCES: [&[u8]; 5] = [b"&quot;", b"&apos;", b"&#34;", b"&#39;", b"&#x27;"];

/// The kind of a break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Break {
    /// A soft line break of quoted-printable.
    Soft,
    /// The end of a string literal, and the start of one that is joined to it.
    Literal,
    /// A line end, or invisible marks. The text may as well end there.
    Other,
}

impl Break {
    pub(super) fn encoding(self) -> Encoding {
        if self == Self::Soft { Encoding::QuotedPrintable } else { Encoding::Split }
    }
}

/// Skips a break at `at`. Returns where the text continues, and the kind of the break.
pub(super) fn skip(text: &[u8], at: usize) -> Option<(usize, Break)> {
    skip_cursor(text, at).map(|(cursor, kind)| (at + cursor.at, kind))
}

/// As [`skip`]. Also skips the code between two literals, and the marks of a diff. Those look like
/// other text, so the caller must check the joined text to its end.
pub(super) fn skip_more(text: &[u8], at: usize) -> Option<(usize, Break)> {
    let (cursor, kind) = if let Some(found) = skip_cursor(text, at) {
        found
    } else {
        let rest = &text[at.min(text.len())..];
        let cursor = Cursor { text: &rest[..rest.len().min(MAX_JOIN)], at: 0 };
        (cursor.code()?, Break::Literal)
    };
    let is_mark = kind == Break::Other && matches!(cursor.rest().first(), Some(b'+' | b'-'));
    let cursor = if is_mark { Cursor { at: cursor.at + 1, ..cursor }.blanks() } else { cursor };
    Some((at + cursor.at, kind))
}

/// Whether the text ends too early to decide whether there is a break at `at`.
pub(super) fn may_be_cut(text: &[u8], at: usize) -> bool {
    let rest = &text[at.min(text.len())..];
    rest.len() < MAX_JOIN && rest.first().is_some_and(|&byte| may_begin(byte))
}

/// Whether a break may begin with this byte. A quick test: most texts end at another byte.
fn may_begin(byte: u8) -> bool {
    matches!(
        byte,
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
            | b'^'
            | b'\x1b'
            | b'%'
            | 0xc2
            | 0xe2
            | 0xef
    )
}

fn skip_cursor(text: &[u8], at: usize) -> Option<(Cursor<'_>, Break)> {
    let rest = &text[at.min(text.len())..];
    let rest = &rest[..rest.len().min(MAX_JOIN)];
    if !may_begin(*rest.first()?) {
        return None;
    }
    let cursor = Cursor { text: rest, at: 0 };
    if let Some(skipped) = cursor.soft_break() {
        return Some((skipped, Break::Soft));
    }
    if let Some(skipped) = cursor.literals() {
        return Some((skipped, Break::Literal));
    }
    let other = cursor.lines().or_else(|| cursor.tags()).or_else(|| cursor.colours());
    Some((other.or_else(|| cursor.invisible())?, Break::Other))
}

/// The character before `at` in a text that may be broken into lines.
pub(super) fn previous(text: &[u8], at: usize, belongs: impl Fn(u8) -> bool) -> Option<usize> {
    let is_blank = |at: usize| matches!(text[at], b' ' | b'\t');
    let mut at = at;
    let start = at;
    while at > 0 && start - at < MAX_JOIN && is_blank(at - 1) {
        at -= 1;
    }
    if at > 0 && matches!(text[at - 1], b'\n' | b'\r') {
        at -= 1;
        at -= usize::from(text[at] == b'\n' && at > 0 && text[at - 1] == b'\r');
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

/// Whether this is only an operator, perhaps with an escaped line end, or with a conversion of the
/// literal before it: `.to_string() +`, `as string +`.
fn is_operator(code: &[u8]) -> bool {
    let mut code = code.trim_ascii();
    let call = code.strip_prefix(b".");
    if let Some(call) = call.filter(|call| call.first().is_some_and(u8::is_ascii_alphabetic)) {
        let name = call.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_');
        let name = name.count();
        code = call[name..].strip_prefix(b"()").unwrap_or(b"x");
    } else if let Some(kind) = code.strip_prefix(b"as ") {
        code = kind.trim_ascii_start();
        code = &code[code.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count()..];
    }
    let mut before = 0;
    code.iter().all(|&byte| {
        let is_escape = before == b'\\' && matches!(byte, b'n' | b'r' | b't');
        before = byte;
        is_escape || byte.is_ascii_whitespace() || b"+.&|*^~<>\\,()".contains(&byte)
    })
}

/// Whether this is a call with the next literal as its argument, after the end of an earlier call:
/// `.append(`, `); strcat(text, `, ` stringByAppendingString:@`.
fn is_call(code: &[u8]) -> bool {
    let is_plain = |byte: &u8| {
        byte.is_ascii_alphanumeric()
            || byte.is_ascii_whitespace()
            || b"_.,;():@!?$&->".contains(byte)
    };
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.,@& ".contains(byte);
    // A colon alone follows a key.
    let end = memchr::memrchr(b'(', code).or_else(|| memchr::memmem::rfind(code, b":@"));
    let arguments = end.map_or(b"+".as_slice(), |at| &code[at + 1..]);
    code.iter().all(is_plain) && arguments.iter().all(is_name)
}

/// A position in a text. Each method that matches returns the position after the match.
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
        self.eat_any(&[b"\n", b"\r\n", b"\r"])
    }

    /// `=` at the end of a line (RFC 2045, section 6.7, rule 5).
    fn soft_break(self) -> Option<Self> {
        self.eat(b"=")?.blanks().line_end()
    }

    /// Line ends, plain or escaped, and the marks of quotes or comments before the next line.
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
        // Haskell has a backslash on either side of the gap.
        let is_mark = |byte| matches!(byte, b'>' | b'#' | b'*' | b'|' | b';' | b'\\');
        Some(cursor.eat_while(is_mark).blanks())
    }

    /// `\n`, `\r\n`, `\\n`, `%0A`, `&#10;`, or a backslash (in batch files a caret) before the line
    /// end.
    fn escaped_line_end(self) -> Option<Self> {
        const REFERENCES: [&[u8]; 8] =
            [b"%0D%0A", b"%0d%0a", b"%0A", b"%0a", b"&#13;&#10;", b"&#10;", b"&#xA;", b"&#xa;"];
        if let Some(cursor) = self.eat_any(&REFERENCES) {
            return Some(cursor);
        }
        if let Some(caret) = self.eat(b"^") {
            return caret.line_end();
        }
        let cursor = self.eat(b"\\")?.eat_while(|byte| byte == b'\\');
        // Lua's `\z` skips the white space after it.
        cursor
            .line_end()
            .or_else(|| cursor.eat(b"z")?.line_end())
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
            // PowerShell has a backquote there, and Basic an underscore.
            let mark = cursor.eat_any(&[b"\\", b"`", b"_"]);
            if let Some(next) = mark.and_then(|next| next.blanks().line_end()) {
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

    /// The name of a variable, with its fields and indices.
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

    /// The end of a string literal, and the start of one that is joined to it.
    fn literals(self) -> Option<Self> {
        let closed = self.quote()?;
        // In Fortran, `//` joins strings.
        let slashes = closed.blanks().eat(b"//").and_then(|slashes| slashes.blanks().quote());
        if slashes.is_some() {
            return slashes;
        }
        let spaced = closed.space();
        let between = [spaced.operator(), spaced.assignment(), Some(spaced)];
        between.into_iter().flatten().find_map(|cursor| {
            let cursor = cursor.space();
            let cursor = cursor.eat(b"(").unwrap_or(cursor);
            let is_prefix = |byte: u8| b"fFbBrRuULl@$".contains(&byte);
            cursor.quote().or_else(|| cursor.eat_while(is_prefix).quote())
        })
    }

    /// The end of a string literal, code that joins another one to it, and the start of that one.
    fn code(self) -> Option<Self> {
        let closed = self.quote()?;
        let rest = closed.rest();
        let rest = &rest[..rest.len().min(MAX_CODE)];
        let length = rest.iter().position(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
        let code = &rest[..length];
        let opened = Self { at: closed.at + length, ..closed }.quote()?;
        if is_operator(code) || is_call(code) {
            return Some(opened);
        }
        // In the shell, the variable's old text comes before the new text.
        let variable = opened.eat(b"${")?.variable()?.eat(b"}")?;
        code.ends_with(b"=").then_some(variable)
    }

    /// Tags in the middle of a word, from word processors and syntax highlighters.
    fn tags(self) -> Option<Self> {
        let mut cursor = self;
        while let Some(open) = cursor.eat(b"<") {
            let closed = open.eat_while(|byte| byte != b'<' && byte != b'>').eat(b">");
            let Some(closed) = closed else { break };
            cursor = closed.eat_while(|byte| byte.is_ascii_whitespace());
        }
        (cursor.at > self.at).then_some(cursor)
    }

    /// Colour sequences of a terminal (ECMA-48, "SGR" and "EL"), plain or as source code and logs
    /// write them.
    fn colours(self) -> Option<Self> {
        let mut cursor = self;
        while let Some(open) = cursor.eat_any(&SEQUENCE_STARTS) {
            let codes = open.eat_while(|byte| byte.is_ascii_digit() || byte == b';');
            let Some(closed) = codes.eat_any(&[b"m", b"K"]) else { break };
            cursor = closed;
        }
        (cursor.at > self.at).then_some(cursor)
    }

    /// Invisible characters.
    fn invisible(self) -> Option<Self> {
        let mut cursor = self;
        while let Some(next) = cursor.eat_any(&INVISIBLE) {
            cursor = next;
        }
        (cursor.at > self.at).then_some(cursor)
    }
}
