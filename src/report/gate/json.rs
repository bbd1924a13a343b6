//! Writes JSON that steers neither a terminal nor the runner of a CI job.

use std::io;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use super::characters::{is_steering, makes_command};

/// Writes a value as JSON and a line ending, on several lines (`pretty`) or on one. Characters that
/// would steer a terminal, change how the text around them is shown, or make a command for the
/// runner of a CI job are written as `\u` escapes, which a reader of JSON takes for the same text.
///
/// # Errors
///
/// When `writer` fails.
pub fn write(writer: &mut dyn io::Write, value: &impl Serialize, pretty: bool) -> io::Result<()> {
    if pretty {
        let formatter = Tame(PrettyFormatter::new());
        value.serialize(&mut Serializer::with_formatter(&mut *writer, formatter))?;
    } else {
        value.serialize(&mut Serializer::with_formatter(&mut *writer, Tame(CompactFormatter)))?;
    }
    writer.write_all(b"\n")
}

/// A formatter that escapes what JSON itself does not.
struct Tame<F>(F);

macro_rules! delegate {
    ($($name:ident($($argument:ident: $type:ty),*);)*) => {
        $(fn $name<W: ?Sized + io::Write>(&mut self, writer: &mut W $(, $argument: $type)*) -> io::Result<()> {
            self.0.$name(writer $(, $argument)*)
        })*
    };
}

impl<F: Formatter> Formatter for Tame<F> {
    delegate! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        end_object_key();
        begin_object_value();
        end_object_value();
    }

    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut written = 0;
        for (at, character) in fragment.char_indices() {
            if !is_steering(character) && !makes_command(fragment, at) {
                continue;
            }
            writer.write_all(&fragment.as_bytes()[written..at])?;
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            written = at + character.len_utf8();
        }
        writer.write_all(&fragment.as_bytes()[written..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_steers_is_escaped_and_reads_as_the_same_text() {
        let texts = ["\u{1b}[31m", "a\u{202e}b", "##vso[x]", "\u{e0041}", "é\"\\\n"];
        for pretty in [true, false] {
            let mut written = Vec::new();
            write(&mut written, &texts, pretty).unwrap();
            let written = String::from_utf8(written).unwrap();
            assert!(!written.contains(['\u{1b}', '\u{202e}', '\u{e0041}']), "{written}");
            assert!(!written.contains("##"), "{written}");
            assert!(written.ends_with("]\n"), "{written}");
            assert_eq!(serde_json::from_str::<Vec<String>>(&written).unwrap(), texts);
        }
    }
}
