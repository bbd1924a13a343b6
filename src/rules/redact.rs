//! Masks access tokens and named secrets in text that comes from outside.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::detector::Detector;
use super::rule::RuleSet;

/// Replaces each access token in `text`, and each secret that is assigned to a known name, by its
/// mask. It applies all rules, whichever a scan applies: a secret that the scan ignores is still a
/// secret.
///
/// A path, an author's name or an error message may hold the very token that was found there.
pub fn redact(text: &str) -> Cow<'_, str> {
    static DETECTOR: LazyLock<Detector> = LazyLock::new(|| Detector::new(RuleSet::All));
    let mut redacted = String::new();
    let mut copied = 0;
    for hit in DETECTOR.matches(text.as_bytes()) {
        // A hit that overlaps with the one before is masked with it.
        if hit.start < copied {
            continue;
        }
        // A hit begins and ends at ASCII characters, so both are character boundaries.
        redacted.push_str(&text[copied..hit.start]);
        redacted.push_str(&hit.found.mask());
        copied = hit.end;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    redacted.push_str(&text[copied..]);
    Cow::Owned(redacted)
}

/// Whether a text holds an access token, or a secret that stands with its name.
pub fn holds_leak(text: &str) -> bool {
    matches!(redact(text), Cow::Owned(_))
}

#[cfg(test)]
mod tests {
    use base64::prelude::{BASE64_STANDARD, Engine as _};

    use super::*;

    #[test]
    fn a_token_in_a_text_is_masked_and_the_rest_stays() {
        let id = ["0b52d7c1", "9a3e", "4f6d", "8c2b", "5e1f7a90d3c4"].join("_");
        let token = BASE64_STANDARD.encode(format!("tok:{id}:1:0"));
        let text = format!("docs/{token}/né.md");
        let masked = redact(&text);
        assert!(!masked.contains(&token[8..40]), "{masked}");
        assert!(masked.starts_with("docs/dG9r") && masked.ends_with("/né.md"), "{masked}");
    }

    #[test]
    fn a_text_without_a_secret_is_not_copied() {
        assert!(matches!(redact("src/main.rs"), Cow::Borrowed("src/main.rs")));
    }
}
