//! One pattern of a `.gitignore` or `.gitattributes` file (gitignore, "PATTERN FORMAT").
//!
//! Patterns come from the repository that is scanned: each is matched in a time that grows with its
//! length times that of the name, whatever it says.

/// Part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Byte(u8),
    /// `?`
    Any,
    /// `[…]`; the bytes that it matches.
    Class(Box<[bool; 256]>),
    /// `*`
    Star,
    /// `**` as the last part of a path
    Rest,
    /// `**/`
    Directories,
}

/// A pattern, and what it says of the paths that match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    tokens: Vec<Token>,
    /// Whether what matches is not to be ignored.
    pub(crate) is_negated: bool,
    /// Whether only directories match.
    directories_only: bool,
    /// Whether the last part of a path is enough, at any depth.
    by_name: bool,
}

impl Pattern {
    /// Reads a line; `None` when it has no pattern, or one that nothing matches.
    pub(crate) fn parse(line: &[u8]) -> Option<Self> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.starts_with(b"#") {
            return None;
        }
        let line = without_trailing_spaces(line);
        let (is_negated, line) = match line.strip_prefix(b"!") {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        let (directories_only, line) = match line.strip_suffix(b"/") {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        let by_name = !line.contains(&b'/');
        let line = line.strip_prefix(b"/").unwrap_or(line);
        if line.is_empty() {
            return None;
        }
        let tokens = parse(line, !by_name)?;
        Some(Self { tokens, is_negated, directories_only, by_name })
    }

    /// Whether a path matches, given relative to the directory of the pattern's file.
    pub(crate) fn matches(&self, path: &[u8], is_directory: bool) -> bool {
        if self.directories_only && !is_directory {
            return false;
        }
        let name = memchr::memrchr(b'/', path).map_or(path, |slash| &path[slash + 1..]);
        matches(&self.tokens, if self.by_name { name } else { path })
    }
}

/// Spaces at the end do not count, unless a backslash is before them.
fn without_trailing_spaces(line: &[u8]) -> &[u8] {
    let mut end = 0;
    let mut bytes = line.iter().enumerate();
    while let Some((at, &byte)) = bytes.next() {
        if byte == b'\\' {
            // Whatever follows belongs to it.
            end = bytes.next().map_or(at, |(next, _)| next) + 1;
        } else if byte != b' ' {
            end = at + 1;
        }
    }
    &line[..end]
}

fn parse(pattern: &[u8], is_path: bool) -> Option<Vec<Token>> {
    // Git compares the plain start of a path first, and takes what follows for a pattern of its own:
    // `**` behind it stands at a start, too.
    let is_special = |byte: &u8| b"*?[\\".contains(byte);
    let plain = pattern.iter().position(is_special).filter(|_| is_path).unwrap_or_default();
    let mut tokens = Vec::with_capacity(pattern.len());
    let mut at = 0;
    while let Some(&byte) = pattern.get(at) {
        at += 1;
        match byte {
            b'\\' => {
                // A backslash at the end matches nothing.
                tokens.push(Token::Byte(*pattern.get(at)?));
                at += 1;
            }
            b'?' => tokens.push(Token::Any),
            b'[' => {
                let (class, end) = parse_class(pattern, at)?;
                tokens.push(Token::Class(class));
                at = end;
            }
            b'*' => {
                let start = at - 1;
                while pattern.get(at) == Some(&b'*') {
                    at += 1;
                }
                let is_start = start == 0 || start == plain || pattern[start - 1] == b'/';
                let is_part = at - start > 1 && is_start;
                match pattern.get(at) {
                    None if is_part => tokens.push(Token::Rest),
                    Some(b'/') if is_part => {
                        tokens.push(Token::Directories);
                        at += 1;
                    }
                    _ => tokens.push(Token::Star),
                }
            }
            byte => tokens.push(Token::Byte(byte)),
        }
    }
    Some(tokens)
}

/// Reads what follows a `[`, and tells where it ends.
fn parse_class(pattern: &[u8], mut at: usize) -> Option<(Box<[bool; 256]>, usize)> {
    let mut class = Box::new([false; 256]);
    let is_negated = matches!(pattern.get(at), Some(b'!' | b'^'));
    at += usize::from(is_negated);
    let first = at;
    // The byte before a `-` that a range may begin with.
    let mut last = None;
    loop {
        let byte = *pattern.get(at)?;
        match byte {
            b']' if at > first => break,
            b'-' if last.is_some() && !matches!(pattern.get(at + 1)?, b']') => {
                at += 1;
                at += usize::from(pattern[at] == b'\\');
                let end = *pattern.get(at)?;
                (last.unwrap_or(end)..=end).for_each(|byte| class[usize::from(byte)] = true);
                last = None;
            }
            b'[' if pattern.get(at + 1) == Some(&b':') => {
                let name = &pattern[at + 2..];
                let end = memchr::memchr(b']', name)?;
                if let Some(name) = name[..end].strip_suffix(b":") {
                    let is_member = named_class(name)?;
                    (0..=255).for_each(|byte| class[usize::from(byte)] |= is_member(&byte));
                    at += end + 2;
                    last = None;
                } else {
                    // No name after all: the bracket stands for itself.
                    class[usize::from(b'[')] = true;
                    last = Some(b'[');
                }
            }
            byte => {
                at += usize::from(byte == b'\\');
                let byte = *pattern.get(at)?;
                class[usize::from(byte)] = true;
                last = Some(byte);
            }
        }
        at += 1;
    }
    if is_negated {
        class.iter_mut().for_each(|is_member| *is_member = !*is_member);
    }
    class[usize::from(b'/')] = false;
    Some((class, at + 1))
}

fn named_class(name: &[u8]) -> Option<fn(&u8) -> bool> {
    Some(match name {
        b"alnum" => u8::is_ascii_alphanumeric,
        b"alpha" => u8::is_ascii_alphabetic,
        b"blank" => |byte| b" \t".contains(byte),
        b"cntrl" => u8::is_ascii_control,
        b"digit" => u8::is_ascii_digit,
        b"graph" => u8::is_ascii_graphic,
        b"lower" => u8::is_ascii_lowercase,
        b"print" => |byte| byte.is_ascii_graphic() || *byte == b' ',
        b"punct" => u8::is_ascii_punctuation,
        b"space" => |byte| byte.is_ascii_whitespace() || *byte == 0x0b,
        b"upper" => u8::is_ascii_uppercase,
        b"xdigit" => u8::is_ascii_hexdigit,
        _ => return None,
    })
}

/// Whether the tokens match all of a text: follows every way through it at once.
fn matches(tokens: &[Token], text: &[u8]) -> bool {
    // Most patterns begin with a name or end in one, and most texts do not.
    if let Some(Token::Byte(first)) = tokens.first()
        && text.first() != Some(first)
    {
        return false;
    }
    if let Some(Token::Byte(last)) = tokens.last()
        && text.last() != Some(last)
    {
        return false;
    }
    // Whether the tokens so far match the text up to there.
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    for token in tokens {
        if !step(token, text, &mut reached) {
            return false;
        }
    }
    reached[text.len()]
}

/// Moves on by one token. False when there is no way left.
fn step(token: &Token, text: &[u8], reached: &mut [bool]) -> bool {
    let mut one = |is_member: &dyn Fn(u8) -> bool| {
        for at in (0..text.len()).rev() {
            reached[at + 1] = reached[at] && is_member(text[at]);
        }
        reached[0] = false;
    };
    match token {
        Token::Byte(byte) => one(&|other| other == *byte),
        Token::Any => one(&|byte| byte != b'/'),
        Token::Class(class) => one(&|byte| class[usize::from(byte)]),
        Token::Star => {
            for at in 0..text.len() {
                reached[at + 1] |= reached[at] && text[at] != b'/';
            }
        }
        Token::Rest => {
            for at in 0..text.len() {
                reached[at + 1] |= reached[at];
            }
        }
        Token::Directories => {
            let mut is_begun = false;
            for at in 0..text.len() {
                is_begun |= reached[at];
                reached[at + 1] |= is_begun && text[at] == b'/';
            }
        }
    }
    reached.contains(&true)
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    fn matches(pattern: &str, path: &str) -> bool {
        let is_directory = path.ends_with('/');
        let path = path.trim_end_matches('/');
        Pattern::parse(pattern.as_bytes())
            .is_some_and(|pattern| pattern.matches(path.as_bytes(), is_directory))
    }

    #[test]
    fn patterns_match_what_the_manual_says() {
        for (pattern, yes, no) in [
            ("a", &["a", "b/a", "a/"][..], &["ab", "a/b"][..]),
            ("/a", &["a"], &["b/a"]),
            ("a/b", &["a/b"], &["c/a/b", "a/b/c"]),
            ("a/", &["a/", "b/a/"], &["a", "b/a"]),
            ("*.env", &[".env", "x/y.env"], &["env", ".envx"]),
            ("a*/b", &["a/b", "axy/b"], &["a/x/b", "b"]),
            ("**/a/b", &["a/b", "x/a/b", "x/y/a/b"], &["xa/b"]),
            ("a/**", &["a/b", "a/b/c"], &["a", "b/a/c"]),
            ("a/**/b", &["a/b", "a/x/b", "a/x/y/b"], &["a/xb", "ab"]),
            ("a**/b", &["ab", "a/b", "ax/y/b"], &["b", "x/ab"]),
            ("x/?**/b", &["x/yz/b"], &["x/y/z/b"]),
            ("a**b/c", &["ab/c", "axb/c"], &["a/b/c"]),
            ("a?c", &["abc"], &["a/c", "ac"]),
            ("[a-c]x", &["ax", "cx"], &["dx", "x"]),
            ("[!a-c]x", &["dx"], &["ax"]),
            ("[]a]", &["]", "a"], &["b"]),
            ("[[:digit:]]", &["1"], &["a", ":"]),
            ("[a", &[], &["a", "[a"]),
            ("\\#a", &["#a"], &["a"]),
            ("\\!a", &["!a"], &["a"]),
            ("a\\", &[], &["a", "a\\"]),
            ("a  ", &["a"], &["a  "]),
            ("a\\ ", &["a "], &["a"]),
            ("{a,b}", &["{a,b}"], &["a", "b"]),
            ("#a", &[], &["#a", "a"]),
            ("", &[], &[""]),
            ("/", &[], &["a/"]),
        ] {
            for path in yes {
                assert!(matches(pattern, path), "{pattern:?} {path:?}");
            }
            for path in no {
                assert!(!matches(pattern, path), "{pattern:?} {path:?}");
            }
        }
    }

    #[test]
    fn a_pattern_of_many_stars_ends() {
        let pattern = "*a".repeat(1000) + "/b";
        assert!(!matches(&pattern, &"a".repeat(4000)));
        assert!(matches(&pattern, &("a".repeat(4000) + "/b")));
    }
}
