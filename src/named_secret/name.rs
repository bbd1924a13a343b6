//! Reads the names of Intercom's secrets, after the word `intercom` or alone.

use super::anchors::WORD;
use super::kind::SecretKind;

/// The words of each name, and the kind of its secret.
const NAMES: [(&[&str], SecretKind); 14] = [
    (&["identity", "secret"], SecretKind::Identity),
    (&["identity", "verification", "secret"], SecretKind::Identity),
    (&["secret", "key"], SecretKind::Identity),
    (&["api", "secret"], SecretKind::Identity),
    (&["hmac", "secret"], SecretKind::Identity),
    (&["jwt", "secret"], SecretKind::Identity),
    (&["messenger", "secret"], SecretKind::Identity),
    (&["messenger", "api", "secret"], SecretKind::Identity),
    (&["messenger", "jwt", "secret"], SecretKind::Identity),
    (&["client", "secret"], SecretKind::Client),
    (&["app", "client", "secret"], SecretKind::Client),
    (&["webhook", "secret"], SecretKind::Webhook),
    (&["hub", "secret"], SecretKind::Webhook),
    (&["fin", "webhook", "secret"], SecretKind::Webhook),
];

/// The first words of names that only Intercom's Messenger has.
const DISTINCTIVE: [&str; 2] = ["identity", "messenger"];

/// Environments, platforms and regions. They may be before a name (`INTERCOM_IOS_…`) and after it.
const WHERE: [&str; 20] = [
    "production",
    "prod",
    "staging",
    "stage",
    "development",
    "dev",
    "testing",
    "test",
    "sandbox",
    "qa",
    "uat",
    "live",
    "local",
    "web",
    "ios",
    "android",
    "mobile",
    "eu",
    "us",
    "au",
];

/// Other words that may be before a name.
const BEFORE: [&str; 5] = ["app", "oauth2", "oauth", "messenger", "chat"];

/// Other words that may be after a name.
const BEHIND: [&str; 6] = ["old", "new", "key", "value", "default", "current"];

/// What may be between `intercom` and a name, besides one separator or nothing.
const LINKS: [&[u8]; 14] = [
    b"::",
    b"__",
    b"->",
    b"?.",
    b"'s ",
    b"']['",
    b"\"][\"",
    b"][:",
    b"]['",
    b"][\"",
    b"][",
    b"\\\"][\\\"",
    b"', '",
    b"\", \"",
];

/// How many such words may be before a name, and after it.
const MAX_MORE: usize = 3;

/// A name that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) kind: SecretKind,
    /// Where it ends (exclusive).
    pub(super) end: usize,
    /// Whether only Intercom's Messenger has such a name.
    pub(super) is_distinctive: bool,
}

/// The name after the word `intercom` at `word`.
pub(super) fn behind_word(text: &[u8], word: usize) -> Option<Name> {
    let at = word + WORD.len();
    let rest = text.get(at..)?;
    let linked = LINKS.iter().filter(|link| rest.starts_with(link)).map(|link| at + link.len());
    let mut starts = std::iter::once(at).chain(separator(text, at)).chain(linked);
    starts.find_map(|start| read(text, start, MAX_MORE))
}

/// The name that begins at `start`, where a word begins.
pub(super) fn alone(text: &[u8], start: usize) -> Option<Name> {
    read(text, start, MAX_MORE)
}

fn read(text: &[u8], at: usize, more: usize) -> Option<Name> {
    let whole = NAMES.iter().find_map(|(words, kind)| {
        let end = end_of(text, words_end(text, at, words)?)?;
        let is_distinctive = words.first().is_some_and(|word| DISTINCTIVE.contains(word))
            || words.first() == Some(&"fin");
        Some(Name { kind: *kind, end, is_distinctive })
    });
    if whole.is_some() || more == 0 {
        return whole;
    }
    WHERE.iter().chain(&BEFORE).find_map(|word| {
        let end = word_end(text, at, word)?;
        let next = separator(text, end).unwrap_or(end);
        read(text, next, more - 1)
    })
}

/// Where these words end, if they are there.
fn words_end(text: &[u8], at: usize, words: &[&str]) -> Option<usize> {
    let mut end = at;
    for (number, word) in words.iter().enumerate() {
        let start = if number == 0 { end } else { separator(text, end).unwrap_or(end) };
        end = word_end(text, start, word)?;
    }
    Some(end)
}

fn word_end(text: &[u8], at: usize, word: &str) -> Option<usize> {
    // A quick test: most words differ in the first letter.
    let first = text.get(at)?.to_ascii_lowercase();
    if word.as_bytes().first() != Some(&first) {
        return None;
    }
    let end = at + word.len();
    text.get(at..end)?.eq_ignore_ascii_case(word.as_bytes()).then_some(end)
}

/// Where the separator at `at` ends.
fn separator(text: &[u8], at: usize) -> Option<usize> {
    text.get(at).filter(|byte| b"_-.:/ ".contains(byte)).map(|_| at + 1)
}

/// Where the name ends whose own words end at `at`. `None` if other words follow.
fn end_of(text: &[u8], mut at: usize) -> Option<usize> {
    for _ in 0..MAX_MORE {
        let start = text.get(at).filter(|byte| b"_-.".contains(byte)).map_or(at, |_| at + 1);
        let Some(end) = WHERE.iter().chain(&BEHIND).find_map(|word| word_end(text, start, word))
        else {
            break;
        };
        at = end;
    }
    // `_2`, `_V2`
    let rest = text.get(at..)?;
    let number = rest.strip_prefix(b"_").unwrap_or(rest);
    let number = number.strip_prefix(b"v").or(number.strip_prefix(b"V")).unwrap_or(number);
    let digits = number.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
    if digits > 0 {
        at = text.len() - number.len() + digits;
    }
    let next = |distance: usize| text.get(at + distance).copied().unwrap_or(b' ');
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let goes_on = is_word(next(0)) || b"-./".contains(&next(0)) && is_word(next(1));
    (!goes_on).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::{Name, alone, behind_word};
    use crate::named_secret::SecretKind;

    fn kind(text: &str) -> Option<SecretKind> {
        let found = behind_word(text.as_bytes(), 0).filter(|name: &Name| name.end == text.len());
        found.map(|name| name.kind)
    }

    #[test]
    fn names_of_the_table_are_read_in_every_style() {
        for (text, wanted) in [
            ("intercom_client_secret", SecretKind::Client),
            ("INTERCOM_APP_CLIENT_SECRET_PROD", SecretKind::Client),
            ("intercomClientSecret", SecretKind::Client),
            ("intercomclientsecret", SecretKind::Client),
            ("Intercom:ClientSecret", SecretKind::Client),
            ("Intercom__ClientSecret", SecretKind::Client),
            ("intercom.client-secret", SecretKind::Client),
            ("intercom/client_secret", SecretKind::Client),
            ("Intercom client secret", SecretKind::Client),
            ("intercom'][\'client_secret", SecretKind::Client),
            ("INTERCOM_WEBHOOK_SECRET", SecretKind::Webhook),
            ("INTERCOM_HUB_SECRET_2", SecretKind::Webhook),
            ("INTERCOM_FIN_WEBHOOK_SECRET", SecretKind::Webhook),
            ("INTERCOM_IDENTITY_VERIFICATION_SECRET_KEY", SecretKind::Identity),
            ("INTERCOM_IDENTITY_SECRET_IOS_STAGING", SecretKind::Identity),
            ("INTERCOM_WEB_IDENTITY_SECRET", SecretKind::Identity),
            ("intercomMessengerApiSecretProd", SecretKind::Identity),
            ("intercomMessengerJWTSecret", SecretKind::Identity),
            ("INTERCOM_SECRET_KEY", SecretKind::Identity),
            ("INTERCOM_HMAC_SECRET_KEY", SecretKind::Identity),
        ] {
            assert_eq!(kind(text), Some(wanted), "{text}");
        }
    }

    #[test]
    fn other_names_are_not() {
        for text in [
            "intercom_client_secret_file",
            "intercom_client_secrets",
            "intercom_client_secret-path",
            "intercom_client_id",
            "intercom_token",
            "intercom_stripe_client_secret",
            "intercomClientSecretary",
        ] {
            assert_eq!(behind_word(text.as_bytes(), 0), None, "{text}");
        }
        assert!(alone(b"api_secret = ", 0).is_some());
        assert!(alone(b"my_api_secret = ", 0).is_none());
    }
}
