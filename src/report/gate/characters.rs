//! Knows the characters that do something besides being read.

/// Whether a character changes how the text around it is shown: controls (C0, DEL, C1), line and
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

/// Whether the character at `at` completes a command for the runner of a CI job: `##[error]`,
/// `##vso[…]` (Azure Pipelines), `##teamcity[…]`. The runner obeys them anywhere in a line.
pub(super) fn makes_command(text: &str, at: usize) -> bool {
    let bytes = text.as_bytes();
    bytes.get(at) == Some(&b'#') && at.checked_sub(1).is_some_and(|at| bytes.get(at) == Some(&b'#'))
}
