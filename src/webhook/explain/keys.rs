//! What the signer's secret may have been instead of the one that was given.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use super::cause::SecretCause;
use crate::secret::Secret;
use crate::token::AccessToken;

/// A key that may have signed. Wiped on drop, as the secret it was made of.
pub(crate) struct Key {
    /// Of which secret it was made.
    pub(crate) secret: usize,
    /// How it differs from that; `None` for the secret itself.
    pub(crate) cause: Option<SecretCause>,
    pub(crate) bytes: Zeroizing<Vec<u8>>,
}

/// The secrets as they are, and then what may have been meant by them.
pub(crate) fn all(secrets: &[Secret]) -> Vec<Key> {
    let key =
        |secret, cause, bytes: &[u8]| Key { secret, cause, bytes: Zeroizing::new(bytes.to_vec()) };
    let mut keys = Vec::new();
    for (place, secret) in secrets.iter().enumerate() {
        // Exposed to try what may have been meant by it; none of it leaves.
        keys.push(key(place, None, secret.expose()));
    }
    for (place, secret) in secrets.iter().enumerate() {
        variants(secret.expose(), &mut |cause, bytes| {
            if !bytes.is_empty() && bytes != secret.expose() {
                keys.push(key(place, Some(cause), bytes));
            }
        });
    }
    keys.push(key(0, Some(SecretCause::SignerEmpty), b""));
    // What stands for "nothing". A word that someone chose would be a secret, and is not guessed.
    for word in ["undefined", "null", "None", "nil"] {
        keys.push(key(0, Some(SecretCause::SignerWord(word)), word.as_bytes()));
    }
    keys
}

fn variants(secret: &[u8], add: &mut impl FnMut(SecretCause, &[u8])) {
    let trimmed = secret.trim_ascii();
    add(SecretCause::Spaced, trimmed);
    add(SecretCause::Bom, secret.strip_prefix(b"\xef\xbb\xbf").unwrap_or(secret).trim_ascii());
    let unquoted = [b'"', b'\'', b'`']
        .into_iter()
        .find_map(|quote| trimmed.strip_prefix(&[quote])?.strip_suffix(&[quote]));
    add(SecretCause::Quoted, unquoted.unwrap_or(secret));
    if let Some(at) = trimmed.iter().position(|&byte| byte == b'=') {
        let value = trimmed.get(at + 1..).unwrap_or_default().trim_ascii();
        let value = value.trim_ascii_start();
        let unquoted = value.strip_prefix(b"\"").and_then(|inner| inner.strip_suffix(b"\""));
        add(SecretCause::Assignment, unquoted.unwrap_or(value));
    }
    for ending in [b"\n".as_slice(), b"\r\n", b" "] {
        add(SecretCause::SignerSpaced, &Zeroizing::new([secret, ending].concat()));
    }
    for quote in [b"\"".as_slice(), b"'"] {
        add(SecretCause::SignerQuoted, &Zeroizing::new([quote, secret, quote].concat()));
    }
    let plain = Zeroizing::new(without(secret, b'-'));
    for digits in [secret, &plain] {
        if let Ok(bytes) = hex::decode(digits).map(Zeroizing::new) {
            add(SecretCause::SignerHex, &bytes);
        }
    }
    let decoded = STANDARD.decode(secret).or_else(|_| URL_SAFE_NO_PAD.decode(secret));
    if let Ok(bytes) = decoded.map(Zeroizing::new) {
        add(SecretCause::SignerBase64, &bytes);
    }
    add(SecretCause::Case, &Zeroizing::new(secret.to_ascii_lowercase()));
    add(SecretCause::Case, &Zeroizing::new(secret.to_ascii_uppercase()));
    add(SecretCause::Hyphens, &plain);
    if let Some(uuid) = hyphenated(secret) {
        add(SecretCause::Hyphens, &uuid);
    }
    if secret.contains(&0) {
        let text = without(secret.strip_prefix(b"\xff\xfe").unwrap_or(secret), 0);
        add(SecretCause::Utf16, &Zeroizing::new(text));
    }
}

fn without(secret: &[u8], unwanted: u8) -> Vec<u8> {
    secret.iter().copied().filter(|&byte| byte != unwanted).collect()
}

/// 32 hex digits as a UUID.
fn hyphenated(secret: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let is_hex = secret.len() == 32 && secret.iter().all(u8::is_ascii_hexdigit);
    let mut uuid = Zeroizing::new(Vec::with_capacity(36));
    for (index, &byte) in secret.iter().enumerate().filter(|_| is_hex) {
        if matches!(index, 8 | 12 | 16 | 20) {
            uuid.push(b'-');
        }
        uuid.push(byte);
    }
    is_hex.then_some(uuid)
}

/// Another kind of credential, by its form.
pub(crate) fn other_credential(secret: &Secret) -> Option<SecretCause> {
    // Exposed to look at its form; only the verdict on that leaves.
    let text = secret.expose().trim_ascii();
    let is_base64url = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
    let is_lower = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    if AccessToken::parse(text).is_ok() {
        Some(SecretCause::AccessToken)
    } else if text.len() == 8 && text.iter().all(is_lower) {
        Some(SecretCause::AppId)
    } else if matches!(text.len(), 40 | 43) && text.iter().all(is_base64url) {
        Some(SecretCause::Identity)
    } else {
        None
    }
}
