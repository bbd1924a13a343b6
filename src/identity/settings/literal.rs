//! Object literals of JavaScript (and so of JSON), read without running anything.
//!
//! Only what is written out is known: a variable, a call or a template's placeholder is told as
//! unknown, never guessed.

/// The value of a setting, as far as it is written out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    /// A text.
    Text(String),
    /// A number, as it is written.
    Number(String),
    /// `null` or `undefined`.
    Nothing,
    /// Something else that is written out: `true`, an object, a list.
    Other,
    /// Something that only a run of the page would tell.
    Unknown,
}

/// One setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) value: Setting,
    /// Where it begins, in bytes from the start of the text.
    pub(super) at: usize,
}

/// An object literal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Literal {
    pub(super) entries: Vec<Entry>,
    /// Whether other objects are spread into it, or names are computed.
    pub(super) has_more: bool,
}

/// Reads the object literal whose `{` stands at `at`; `None` where it does not end.
pub(super) fn read(text: &str, at: usize) -> Option<Literal> {
    let mut reader = Reader { text, at };
    reader.take('{')?;
    let mut literal = Literal::default();
    loop {
        reader.skip_blank();
        if reader.take('}').is_some() {
            return Some(literal);
        }
        if reader.take(',').is_some() {
            continue;
        }
        let at = reader.at;
        if reader.rest().starts_with("...") || reader.rest().starts_with('[') {
            literal.has_more = true;
            reader.skip_expression()?;
            continue;
        }
        let Some(name) = reader.name() else {
            // Not a setting that is known: a template's own syntax, perhaps with more of them.
            literal.has_more = true;
            reader.skip_expression()?;
            continue;
        };
        reader.skip_blank();
        let value = if reader.take(':').is_some() {
            reader.value()?
        } else {
            // `{ user_id }` or a method.
            reader.skip_expression()?;
            Setting::Unknown
        };
        literal.entries.push(Entry { name, value, at });
    }
}

pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    pub(super) fn take(&mut self, wanted: char) -> Option<()> {
        (self.peek()? == wanted).then(|| self.at += wanted.len_utf8())
    }

    /// Skips white space and comments.
    pub(super) fn skip_blank(&mut self) {
        loop {
            let rest = self.rest();
            let blank = rest.len() - rest.trim_start().len();
            self.at += blank;
            let rest = self.rest();
            let comment = if rest.starts_with("//") {
                rest.find('\n').unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                rest.find("*/").map_or(rest.len(), |end| end + 2)
            } else {
                return;
            };
            self.at += comment;
        }
    }

    /// A name, with or without quotes.
    pub(super) fn name(&mut self) -> Option<String> {
        match self.peek()? {
            '"' | '\'' => match self.string()? {
                Setting::Text(name) => Some(name),
                _ => None,
            },
            first if is_name(first) => {
                let rest = self.rest();
                let end = rest.find(|character| !is_name(character)).unwrap_or(rest.len());
                self.at += end;
                Some(rest.get(..end)?.to_owned())
            }
            _ => None,
        }
    }

    /// The value behind a colon; `None` where the text ends in it.
    pub(super) fn value(&mut self) -> Option<Setting> {
        self.skip_blank();
        let start = self.at;
        let known = match self.peek()? {
            '"' | '\'' | '`' => self.string(),
            character if character.is_ascii_digit() || "-+.".contains(character) => self.number(),
            character if is_name(character) => match self.name()?.as_str() {
                "null" | "undefined" => Some(Setting::Nothing),
                "true" | "false" => Some(Setting::Other),
                _ => None,
            },
            _ => None,
        };
        self.skip_blank();
        if let (Some(known), Some(',' | '}')) = (known, self.peek()) {
            return Some(known);
        }
        // An expression: written out in parts, or not at all.
        self.at = start;
        let is_nested = matches!(self.peek()?, '{' | '[') && !self.rest().starts_with("{{");
        self.skip_expression()?;
        let is_template = self.text.get(start..self.at)?.contains("{%");
        Some(if is_nested && !is_template { Setting::Other } else { Setting::Unknown })
    }

    fn number(&mut self) -> Option<Setting> {
        let rest = self.rest();
        let is_part =
            |character: char| character.is_ascii_alphanumeric() || "+-._".contains(character);
        let end = rest.find(|character| !is_part(character)).unwrap_or(rest.len());
        self.at += end;
        Some(Setting::Number(rest.get(..end)?.to_owned()))
    }

    /// A string literal; one with a placeholder in it is unknown.
    fn string(&mut self) -> Option<Setting> {
        let quote = self.next()?;
        let mut text = String::new();
        let mut is_known = true;
        loop {
            match self.next()? {
                end if end == quote => break,
                '\n' if quote != '`' => return None,
                '\\' => match self.escape()? {
                    Escape::Text(character) => text.push(character),
                    Escape::Nothing => {}
                    Escape::Bad => is_known = false,
                },
                '$' if quote == '`' && self.peek() == Some('{') => {
                    is_known = false;
                    self.skip_brackets()?;
                }
                character => text.push(character),
            }
        }
        // What a template engine replaces before the page is sent.
        let is_placeholder =
            ["{{", "{%", "<%", "<?", "#{", "${", "@{"].iter().any(|mark| text.contains(mark));
        Some(if is_known && !is_placeholder { Setting::Text(text) } else { Setting::Unknown })
    }

    /// What a backslash begins.
    fn escape(&mut self) -> Option<Escape> {
        let character = match self.next()? {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'v' => '\u{b}',
            '0' if !self.peek().is_some_and(|next| next.is_ascii_digit()) => '\0',
            '\n' => return Some(Escape::Nothing),
            'x' => {
                return Some(
                    self.code(2).and_then(char::from_u32).map_or(Escape::Bad, Escape::Text),
                );
            }
            'u' => return Some(self.unicode()),
            digit if digit.is_ascii_digit() => return Some(Escape::Bad),
            other => other,
        };
        Some(Escape::Text(character))
    }

    fn unicode(&mut self) -> Escape {
        if self.take('{').is_some() {
            let rest = self.rest();
            let Some(end) = rest.find('}').filter(|&end| end <= 8) else {
                return Escape::Bad;
            };
            self.at += end + 1;
            let code = rest.get(..end).and_then(|code| u32::from_str_radix(code, 16).ok());
            return code.and_then(char::from_u32).map_or(Escape::Bad, Escape::Text);
        }
        let Some(first) = self.code(4) else {
            return Escape::Bad;
        };
        if !(0xd800..0xdc00).contains(&first) {
            return char::from_u32(first).map_or(Escape::Bad, Escape::Text);
        }
        // The second half of a character outside the basic plane.
        if !self.rest().starts_with("\\u") {
            return Escape::Bad;
        }
        self.at += 2;
        match self.code(4) {
            Some(second) if (0xdc00..0xe000).contains(&second) => {
                let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                char::from_u32(code).map_or(Escape::Bad, Escape::Text)
            }
            _ => Escape::Bad,
        }
    }

    fn code(&mut self, digits: usize) -> Option<u32> {
        let code = self.rest().get(..digits)?;
        if !code.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        self.at += digits;
        u32::from_str_radix(code, 16).ok()
    }

    /// Skips what stands before the next comma or closing bracket of this object.
    fn skip_expression(&mut self) -> Option<()> {
        let start = self.at;
        loop {
            self.skip_blank();
            match self.peek()? {
                ',' if self.at > start => return Some(()),
                '}' => return Some(()),
                // A bracket that was never opened: not an object that can be read.
                ')' | ']' if self.at == start => return None,
                '(' | '[' | '{' => self.skip_brackets()?,
                '"' | '\'' | '`' => {
                    self.string()?;
                }
                _ => {
                    self.next();
                }
            }
        }
    }

    /// Skips from an opening bracket to the one that closes it, with all that is between.
    pub(super) fn skip_brackets(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            self.skip_blank();
            match self.peek()? {
                '(' | '[' | '{' => {
                    depth += 1;
                    self.next();
                }
                ')' | ']' | '}' => {
                    depth = depth.checked_sub(1)?;
                    self.next();
                    if depth == 0 {
                        return Some(());
                    }
                }
                // A template literal within one would call this again: its inside is read plainly.
                '`' => {
                    self.next();
                    let rest = self.rest();
                    self.at += rest.find('`')? + 1;
                }
                '"' | '\'' => {
                    self.string()?;
                }
                _ => {
                    self.next();
                }
            }
        }
    }
}

enum Escape {
    Text(char),
    Nothing,
    Bad,
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '$')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(text: &str) -> Vec<(String, Setting)> {
        let literal = read(text, 0).unwrap_or_default();
        literal.entries.into_iter().map(|entry| (entry.name, entry.value)).collect()
    }

    fn text(text: &str) -> Setting {
        Setting::Text(text.to_owned())
    }

    #[test]
    fn what_is_written_out_is_known_and_nothing_else() {
        for (source, value) in [
            ("{ a: 'x' }", text("x")),
            ("{ \"a\" : \"x\", }", text("x")),
            ("{ /* } */ a: // b\n 'x' /* , */ }", text("x")),
            ("{ a: `x` }", text("x")),
            (r#"{ a: "\x41\u0042\u{43}\n\'\ud83e\udd80" }"#, text("ABC\n'🦀")),
            ("{ a: 42 }", Setting::Number("42".to_owned())),
            ("{ a: 1e3 }", Setting::Number("1e3".to_owned())),
            ("{ a: null }", Setting::Nothing),
            ("{ a: undefined, b: 1 }", Setting::Nothing),
            ("{ a: true }", Setting::Other),
            ("{ a: { b: '}' } }", Setting::Other),
            ("{ a: user.id }", Setting::Unknown),
            ("{ a: 'x' + y }", Setting::Unknown),
            ("{ a: f('x', [1, 2]), b: 1 }", Setting::Unknown),
            ("{ a: `x${y}` }", Setting::Unknown),
            ("{ a: '{{ user.id }}' }", Setting::Unknown),
            ("{ a: {{ user.id }}, b: 1 }", Setting::Unknown),
            ("{ a: '<%= user.id %>' }", Setting::Unknown),
            ("{ a: <%= user.id %> }", Setting::Unknown),
            ("{ a }", Setting::Unknown),
            ("{ a: 42 + 1 }", Setting::Unknown),
        ] {
            assert_eq!(of(source).first(), Some(&("a".to_owned(), value)), "{source}");
        }
        assert_eq!(of("{ a: 1, ...rest, 'b': 'x' }").len(), 2);
        assert!(read("{ ...rest }", 0).unwrap().has_more);
        for open in ["{", "{ a: ", "{ a: 'x", "{ a: f(", "{ a: 1", "{ a: 'x\n' }"] {
            assert!(read(open, 0).is_none(), "{open}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_fail(text in "\\{[a-z:,'\"`\\\\{}()\\[\\]$.<% \n/*é0-9u]{0,60}") {
            let _ = read(&text, 0);
        }

        #[test]
        fn what_json_writes_is_read(values in proptest::collection::btree_map("[a-z_]{1,5}", "[^{<#$@]{0,9}", 0..5)) {
            let json = serde_json::to_string_pretty(&values).unwrap();
            let read: Vec<_> = of(&json);
            let expected: Vec<_> = values.into_iter().map(|(name, value)| (name, Setting::Text(value))).collect();
            prop_assert_eq!(read, expected);
        }
    }
}
