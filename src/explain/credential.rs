//! Other credentials that are given for a secret, by their form.

use super::cause::{Credential, Own, Subject};
use crate::secret::Secret;
use crate::token::AccessToken;

/// Which other credential a secret is, where its form says so.
pub(crate) fn other_credential<O: Own>(secret: &Secret) -> Option<Credential> {
    // Exposed to look at its form; only the verdict on that leaves.
    let text = secret.expose().trim_ascii();
    if AccessToken::parse(text).is_ok() {
        Some(Credential::AccessToken)
    } else if text.len() == 8 && text.iter().copied().all(is_lower_or_digit) {
        Some(Credential::AppId)
    } else if O::SUBJECT == Subject::Webhook && is_identity(text) {
        Some(Credential::Identity)
    } else if O::SUBJECT == Subject::UserHash && is_uuid(text) {
        Some(Credential::Client)
    } else {
        None
    }
}

const fn is_lower_or_digit(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

/// 40 characters, or 43 of base64url.
fn is_identity(text: &[u8]) -> bool {
    let is_base64url = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
    matches!(text.len(), 40 | 43) && text.iter().all(is_base64url)
}

fn is_uuid(text: &[u8]) -> bool {
    let is_right = |(at, byte): (usize, &u8)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    text.len() == 36 && text.iter().enumerate().all(is_right)
}
