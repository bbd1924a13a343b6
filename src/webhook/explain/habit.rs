//! How serialisers write JSON: their spaces, escapes and line breaks.

use std::fmt::Write as _;

use super::json::Value;

/// A way to write JSON, named by those who write so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Habit {
    /// No spaces, no needless escape: `JSON.stringify(value)`, Ruby's `JSON.generate`, serde.
    Compact,
    /// `<`, `>` and `&` as `\u003c`: Rails' `to_json`, Go's `encoding/json`.
    Html,
    /// A space after `,` and `:`, `\u` for all but ASCII: Python's `json.dumps(value)`.
    Python,
    /// The same with letters as they are: `json.dumps(value, ensure_ascii=False)`.
    PythonUnicode,
    /// No spaces, `\u` for all but ASCII: Flask's `jsonify`.
    Ascii,
    /// Indented by two: `JSON.stringify(value, null, 2)`, `JSON.pretty_generate`, `jq`.
    Indent2,
    /// Indented by four.
    Indent4,
    /// Indented by a tabulator.
    IndentTab,
    /// `json.dumps(value, indent=2)`.
    PythonIndent2,
    /// `json.dumps(value, indent=4)`.
    PythonIndent4,
    /// `\/` for `/` and `\u` for all but ASCII: PHP's `json_encode($value)`.
    Php,
    /// The same with letters as they are: `JSON_UNESCAPED_UNICODE`.
    PhpUnicode,
    /// `JSON_PRETTY_PRINT`.
    PhpPretty,
    /// Indented by two, with `\u003c`: Go's `json.MarshalIndent`.
    GoIndent,
    /// `\u` in upper case for all but ASCII and for `"&'+<>`: .NET's `System.Text.Json`.
    DotNet,
}

impl Habit {
    /// Those that are usual first: the first that fits gives the name.
    pub(crate) const ALL: [Self; 15] = [
        Self::Compact,
        Self::Html,
        Self::Python,
        Self::PythonUnicode,
        Self::Ascii,
        Self::Indent2,
        Self::Indent4,
        Self::IndentTab,
        Self::PythonIndent2,
        Self::PythonIndent4,
        Self::Php,
        Self::PhpUnicode,
        Self::PhpPretty,
        Self::GoIndent,
        Self::DotNet,
    ];

    /// Who writes so, and how it looks.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Compact => "JSON.stringify (no spaces, no needless escapes)",
            Self::Html => "Rails' to_json or Go's encoding/json (\\u003c for <)",
            Self::Python => "Python's json.dumps (a space after , and :)",
            Self::PythonUnicode => "Python's json.dumps with ensure_ascii=False",
            Self::Ascii => "Flask's jsonify or json.dumps without spaces (\\u for all but ASCII)",
            Self::Indent2 => {
                "JSON.stringify(…, null, 2), JSON.pretty_generate or jq (indented JSON)"
            }
            Self::Indent4 => "JSON.stringify(…, null, 4) or an editor (indented JSON)",
            Self::IndentTab => "JSON.stringify(…, null, '\\t') or an editor (indented JSON)",
            Self::PythonIndent2 => "Python's json.dumps with indent=2",
            Self::PythonIndent4 => "Python's json.dumps with indent=4",
            Self::Php => "PHP's json_encode (\\/ for / and \\u for all but ASCII)",
            Self::PhpUnicode => "PHP's json_encode with JSON_UNESCAPED_UNICODE (\\/ for /)",
            Self::PhpPretty => "PHP's json_encode with JSON_PRETTY_PRINT",
            Self::GoIndent => "Go's json.MarshalIndent",
            Self::DotNet => ".NET's System.Text.Json (\\u003C for <)",
        }
    }

    /// Whether a notification as it comes from Intercom can look like this.
    pub(crate) const fn is_intercoms(self) -> bool {
        matches!(self, Self::Compact | Self::Html)
    }

    /// Writes a value so.
    pub(crate) fn write(self, value: &Value) -> Vec<u8> {
        let mut writer = Writer { style: self.style(), text: String::new() };
        writer.value(value, 0);
        writer.text.into_bytes()
    }

    /// The first habit by which `text` was written, which is that value.
    pub(crate) fn of(text: &[u8], value: &Value) -> Option<Self> {
        Self::ALL.into_iter().find(|habit| habit.write(value) == text)
    }

    const fn style(self) -> Style {
        let compact = Style {
            comma: ",",
            colon: ":",
            indent: None,
            ascii: false,
            slash: false,
            html: false,
            is_dot_net: false,
        };
        let python = Style { comma: ", ", colon: ": ", ascii: true, ..compact };
        let indented = Style { colon: ": ", indent: Some("  "), ..compact };
        match self {
            Self::Compact => compact,
            Self::Html => Style { html: true, ..compact },
            Self::Python => python,
            Self::PythonUnicode => Style { ascii: false, ..python },
            Self::Ascii => Style { ascii: true, ..compact },
            Self::Indent2 => indented,
            Self::Indent4 => Style { indent: Some("    "), ..indented },
            Self::IndentTab => Style { indent: Some("\t"), ..indented },
            Self::PythonIndent2 => Style { ascii: true, ..indented },
            Self::PythonIndent4 => Style { ascii: true, indent: Some("    "), ..indented },
            Self::Php => Style { ascii: true, slash: true, ..compact },
            Self::PhpUnicode => Style { slash: true, ..compact },
            Self::PhpPretty => Style { ascii: true, slash: true, indent: Some("    "), ..indented },
            Self::GoIndent => Style { html: true, ..indented },
            Self::DotNet => Style { ascii: true, is_dot_net: true, ..compact },
        }
    }
}

#[allow(clippy::struct_excessive_bools, reason = "each is a habit of its own")]
#[derive(Clone, Copy)]
struct Style {
    comma: &'static str,
    colon: &'static str,
    indent: Option<&'static str>,
    /// `\u` for all but ASCII.
    ascii: bool,
    /// `\/`.
    slash: bool,
    /// `\u003c`, `\u003e`, `\u0026`, and the two line separators of JavaScript.
    html: bool,
    /// Upper-case digits, and more characters as `\u`.
    is_dot_net: bool,
}

struct Writer {
    style: Style,
    text: String,
}

impl Writer {
    fn value(&mut self, value: &Value, depth: usize) {
        match value {
            Value::Literal(literal) => self.text.push_str(literal),
            Value::String(string) => self.string(string),
            Value::Array(items) => self.list(('[', ']'), items, depth, |writer, item| {
                writer.value(item, depth + 1);
            }),
            Value::Object(members) => {
                self.list(('{', '}'), members, depth, |writer, (key, value)| {
                    writer.string(key);
                    writer.text.push_str(writer.style.colon);
                    writer.value(value, depth + 1);
                });
            }
        }
    }

    fn list<T>(
        &mut self,
        (open, close): (char, char),
        items: &[T],
        depth: usize,
        write: impl Fn(&mut Self, &T),
    ) {
        self.text.push(open);
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.text.push_str(self.style.comma);
            }
            self.line_break(depth + 1);
            write(self, item);
        }
        if !items.is_empty() {
            self.line_break(depth);
        }
        self.text.push(close);
    }

    fn line_break(&mut self, depth: usize) {
        if let Some(indent) = self.style.indent {
            self.text.push('\n');
            for _ in 0..depth {
                self.text.push_str(indent);
            }
        }
    }

    fn string(&mut self, string: &str) {
        self.text.push('"');
        for character in string.chars() {
            self.character(character);
        }
        self.text.push('"');
    }

    fn character(&mut self, character: char) {
        let style = self.style;
        let is_escaped_markup = (style.html || style.is_dot_net)
            && matches!(character, '<' | '>' | '&' | '\u{2028}' | '\u{2029}')
            || style.is_dot_net && matches!(character, '"' | '\'' | '+' | '`');
        match character {
            _ if is_escaped_markup => self.escape(character),
            '"' => self.text.push_str("\\\""),
            '\\' => self.text.push_str("\\\\"),
            '\u{8}' => self.text.push_str("\\b"),
            '\u{c}' => self.text.push_str("\\f"),
            '\n' => self.text.push_str("\\n"),
            '\r' => self.text.push_str("\\r"),
            '\t' => self.text.push_str("\\t"),
            '/' if style.slash => self.text.push_str("\\/"),
            '\0'..='\u{1f}' => self.escape(character),
            '\u{7f}'.. if style.ascii => self.escape(character),
            _ => self.text.push(character),
        }
    }

    fn escape(&mut self, character: char) {
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing to a string cannot fail.
            let _ = if self.style.is_dot_net {
                write!(self.text, "\\u{unit:04X}")
            } else {
                write!(self.text, "\\u{unit:04x}")
            };
        }
    }
}
