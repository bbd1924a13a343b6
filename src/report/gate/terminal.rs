//! Escapes text for a terminal and for the log of a CI job.

use std::fmt::Write as _;

use super::characters::{is_steering, makes_command};
use crate::rules::redact;

/// Makes text from outside safe to show on a terminal and in the log of a CI job, on one line.
/// Tokens and secrets are masked. Control, bidirectional and invisible characters become `\u{…}`,
/// and so does a character that makes a command for the job's runner.
pub fn for_terminal(text: &str) -> String {
    let redacted = redact(text);
    let mut shown = String::with_capacity(redacted.len());
    // GitHub's runner obeys `::error::` at the start of a line, behind any white space.
    let command = redacted
        .trim_start()
        .starts_with("::")
        .then(|| redacted.len() - redacted.trim_start().len());
    for (at, character) in redacted.char_indices() {
        match character {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            _ if is_steering(character) || makes_command(&redacted, at) || command == Some(at) => {
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
            }
            _ => shown.push(character),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::for_terminal;

    #[test]
    fn what_would_steer_a_terminal_is_shown_as_an_escape() {
        for (text, shown) in [
            ("plain né 🦀", "plain né 🦀"),
            ("a\nb\r\tc", "a\\nb\\r\\tc"),
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("a\u{9b}m", "a\\u{9b}m"),
            ("user\u{202e}gpj.exe", "user\\u{202e}gpj.exe"),
            ("zero\u{200b}width\u{feff}", "zero\\u{200b}width\\u{feff}"),
        ] {
            assert_eq!(for_terminal(text), shown);
        }
    }

    #[test]
    fn what_a_ci_runner_would_obey_is_shown_as_an_escape() {
        for (text, shown) in [
            ("::error::x", "\\u{3a}:error::x"),
            ("  ::set-output name=a::b", "  \\u{3a}:set-output name=a::b"),
            ("a::b", "a::b"),
            ("##[error]x", "#\\u{23}[error]x"),
            ("x ##vso[task]", "x #\\u{23}vso[task]"),
        ] {
            assert_eq!(for_terminal(text), shown);
        }
    }
}
