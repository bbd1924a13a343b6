//! The one gate for text that comes from outside: paths, names, messages, server answers.
//!
//! What passes it can neither steer a terminal nor carry an access token or a secret that its name tells.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::LazyLock;

use crate::bytes::to_text;
use crate::rules::{Detector, RuleSet};

/// Replaces each access token in `text`, and each secret with its name, by its mask. Whatever a
/// scan looks for: what it does not tell of is no less a secret.
///
/// A path, an author's name or an error message may hold the very token that was found there.
pub fn redact(text: &str) -> Cow<'_, str> {
    static DETECTOR: LazyLock<Detector> = LazyLock::new(|| Detector::new(RuleSet::All));
    let mut redacted = String::new();
    let mut copied = 0;
    for hit in DETECTOR.hits(text.as_bytes()) {
        // What overlaps with what is masked already is gone with it.
        if hit.start < copied {
            continue;
        }
        // A hit begins and ends at ASCII characters, so both are character boundaries.
        redacted.push_str(&text[copied..hit.start]);
        redacted.push_str(&hit.leak.mask());
        copied = hit.end;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    redacted.push_str(&text[copied..]);
    Cow::Owned(redacted)
}

/// Makes bytes from outside readable: tokens and secrets masked, invalid UTF-8 as `\xNN`.
pub fn readable(bytes: &[u8]) -> String {
    redact(&to_text(bytes)).into_owned()
}

/// Makes text from outside safe to show on a terminal and in the log of a CI job, on one line:
/// tokens and secrets masked, control, bidirectional and invisible characters as `\u{…}`, and so is what makes a
/// command for the job's runner.
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

/// Whether the character there makes a command for the runner of a CI job of what is before it:
/// `##[error]`, `##vso[…]` (Azure Pipelines), `##teamcity[…]`, anywhere in a line.
pub(super) fn makes_command(text: &str, at: usize) -> bool {
    let bytes = text.as_bytes();
    bytes.get(at) == Some(&b'#') && at.checked_sub(1).is_some_and(|at| bytes.get(at) == Some(&b'#'))
}

/// Characters that change how the text around them is shown: controls (C0, DEL, C1), line and
/// paragraph separators, bidirectional controls (Unicode TR 36, section 2.6), zero-width
/// characters, tags and the byte order mark.
pub(super) fn is_steering(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}
