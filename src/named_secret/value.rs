//! Decides whether a value is a secret: its format, and whether it looks random.

use std::fmt;
use std::hash::{Hash, Hasher};

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::kind::SecretKind;

/// The length of a UUID.
pub(super) const UUID_LEN: usize = 36;

/// The lengths of identity secrets: older ones, and newer ones (32 bytes in base64url).
pub(super) const IDENTITY_LENS: [usize; 2] = [40, 43];

/// Words of placeholders, in lowercase. Shorter words occur in random values by chance.
const WORDS: [&str; 19] = [
    "secret",
    "example",
    "change",
    "placeholder",
    "replace",
    "dummy",
    "sample",
    "identity",
    "intercom",
    "client",
    "webhook",
    "verification",
    "messenger",
    "password",
    "redacted",
    "insert",
    "deadbeef",
    "cafebabe",
    "abcdef0123",
];

/// UUIDs that documents and standards have as examples.
const KNOWN_UUIDS: [&str; 8] = [
    "123e4567-e89b-12d3-a456-426614174000",
    "123e4567-e89b-12d3-a456-426655440000",
    "550e8400-e29b-41d4-a716-446655440000",
    "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
    "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
    "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d",
    "a1b2c3d4-e5f6-7890-abcd-ef1234567890",
    "3fa85f64-5717-4562-b3fc-2c963f66afa6",
];

/// A secret that was found by its name. It is wiped on drop.
#[derive(Clone, PartialEq, Eq)]
pub struct NamedSecret {
    value: Zeroizing<String>,
    kind: SecretKind,
}

impl NamedSecret {
    /// A secret of this kind, if `value` has its format and looks random.
    pub(super) fn new(value: &[u8], kind: SecretKind) -> Option<Self> {
        let is_secret = match kind {
            SecretKind::Client => is_random_uuid(value),
            SecretKind::Identity => is_random_identity(value),
            SecretKind::Webhook => is_random_uuid(value) || is_random_identity(value),
        };
        let text = std::str::from_utf8(value).ok().filter(|_| is_secret)?;
        Some(Self { value: Zeroizing::new(text.to_owned()), kind })
    }

    /// What the secret is for.
    pub const fn kind(&self) -> SecretKind {
        self.kind
    }

    /// The value. Code that keeps it out of reports calls this.
    pub(crate) fn expose(&self) -> &str {
        &self.value
    }

    /// SHA-256 of the value, in lowercase hex: identifies the secret without revealing it.
    pub fn fingerprint(&self) -> String {
        hex::encode(Sha256::digest(self.value.as_bytes()))
    }

    /// The first four and the last two characters: enough to recognize it, too few to use it.
    pub fn mask(&self) -> String {
        let text = self.value.as_str();
        format!("{}…{}", &text[..4], &text[text.len() - 2..])
    }
}

impl Hash for NamedSecret {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.value.as_bytes().hash(state);
    }
}

impl fmt::Debug for NamedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NamedSecret({:?}, {})", self.kind, self.mask())
    }
}

/// Whether a value of this length may be a secret.
pub(super) fn has_length(length: usize) -> bool {
    length == UUID_LEN || IDENTITY_LENS.contains(&length)
}

/// Whether it is a UUID in lowercase that looks random.
fn is_random_uuid(value: &[u8]) -> bool {
    let is_form = value.len() == UUID_LEN
        && value.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        });
    let digits: Vec<u8> = value.iter().copied().filter(|&byte| byte != b'-').collect();
    is_form
        && !KNOWN_UUIDS.iter().any(|known| known.as_bytes() == value)
        // A random UUID has 3.6 bits per digit, and practically never fewer than 3.
        && entropy(&digits) >= 3.0
        && digits.iter().any(u8::is_ascii_digit)
        && digits.iter().any(u8::is_ascii_alphabetic)
        && !is_patterned(&digits, 13)
        && !has_word(&digits)
}

/// Whether it is 40 or 43 letters, digits, `_` and `-` that look random.
fn is_random_identity(value: &[u8]) -> bool {
    let is_form = IDENTITY_LENS.contains(&value.len())
        && value.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(byte));
    // Hex digits alone are the id of a git object or a digest. Of random values, 1 in 10^24 is hex.
    let is_hex = value.iter().all(u8::is_ascii_hexdigit);
    is_form
        && !is_hex
        && value.iter().any(u8::is_ascii_uppercase)
        && value.iter().any(u8::is_ascii_lowercase)
        // A random value has 4.8 bits per character.
        && entropy(value) >= 4.0
        // A random value changes its class 24 times. Words do so only at their starts.
        && class_changes(value) >= 11
        && !is_wordy(value)
        && !is_patterned(value, 12)
        && !has_word(value)
}

/// Whether it looks like words without spaces: mostly lowercase letters, and as many vowels as
/// words have. (Of random letters, 19 % are vowels.)
fn is_wordy(text: &[u8]) -> bool {
    let count = |class: fn(&u8) -> bool| text.iter().filter(|byte| class(byte)).count();
    let vowels = count(|byte| b"aeiou".contains(&byte.to_ascii_lowercase()));
    count(u8::is_ascii_lowercase) * 100 >= text.len() * 65
        && vowels * 10 >= count(u8::is_ascii_alphabetic) * 3
}

/// The Shannon entropy, in bits per character.
#[expect(clippy::cast_precision_loss, reason = "lengths below 100")]
fn entropy(text: &[u8]) -> f64 {
    let mut counts = [0_usize; 256];
    for &byte in text {
        counts[usize::from(byte)] += 1;
    }
    let share = |&count: &usize| count as f64 / text.len() as f64;
    counts.iter().filter(|&&count| count > 0).map(share).map(|share| -share * share.log2()).sum()
}

/// How many times a letter or digit has a successor of another class: uppercase, lowercase, digit.
/// `_` and `-` are skipped.
fn class_changes(text: &[u8]) -> usize {
    let class = |byte: &u8| match byte {
        b'A'..=b'Z' => Some(0),
        b'a'..=b'z' => Some(1),
        b'0'..=b'9' => Some(2),
        _ => None,
    };
    let classes: Vec<_> = text.iter().filter_map(class).collect();
    classes.windows(2).filter(|pair| pair[0] != pair[1]).count()
}

/// Whether at least `limit` adjacent characters are in order or equal, or characters with one
/// between them, or whether most of the text repeats.
fn is_patterned(text: &[u8], limit: usize) -> bool {
    let follows = |distance: usize, step: u8| {
        let pairs = text.iter().zip(text.iter().skip(distance));
        let follow = |(a, b): &(&u8, &u8)| {
            let (a, b) = (a.to_ascii_lowercase(), b.to_ascii_lowercase());
            b.wrapping_sub(a) <= step || (a, b) == (b'9', b'0') || (a, b) == (b'9', b'a')
        };
        pairs.filter(follow).count()
    };
    let repeats = |distance: usize| {
        let pairs = text.iter().zip(text.iter().skip(distance));
        pairs.filter(|(a, b)| a == b).count() * 5 >= (text.len() - distance) * 4
    };
    follows(1, 1) >= limit
        || follows(2, 1) >= limit + 2
        || (1..=text.len() / 2).any(repeats)
        || text.iter().eq(text.iter().rev())
}

fn has_word(text: &[u8]) -> bool {
    let text = text.to_ascii_lowercase();
    WORDS.iter().any(|word| memchr::memmem::find(&text, word.as_bytes()).is_some())
}

#[cfg(test)]
mod tests {
    use super::NamedSecret;
    use crate::named_secret::SecretKind;

    #[test]
    fn what_somebody_made_up_is_no_secret() {
        let repeated = "4fd1".repeat(10);
        for text in [
            "00000000-0000-0000-0000-000000000000",
            "12345678-1234-1234-1234-123456789012",
            "01234567-89ab-cdef-0123-456789abcdef",
            "a1b2c3d4-e5f6-7890-abcd-ef1234567890",
            "a1b2c3d4-e5f6-4789-a0b1-c2d3e4f5a6b7",
            "11111111-2222-3333-4444-555555555555",
            "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
            "deadbeef-dead-beef-dead-beefdeadbeef",
            "550e8400-e29b-41d4-a716-446655440000",
            "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
            "your-intercom-client-secret-goes-here",
            "your_identity_verification_secret_goes_0",
            "INTERCOM_IDENTITY_VERIFICATION_SECRET_01",
            "intercomIdentityVerificationSecretForWeb",
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN",
            "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCd",
            "1a2B3c4D5e6F7g8H9i0J1k2L3m4N5o6P7q8R9s0T",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709",
            "VerifyUserHashOnEveryRequestOfTheApp2Now",
            &repeated,
        ] {
            for kind in [SecretKind::Client, SecretKind::Webhook, SecretKind::Identity] {
                assert_eq!(NamedSecret::new(text.as_bytes(), kind), None, "{text}");
            }
        }
    }
}
