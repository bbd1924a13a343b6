//! What may have been the key in the place of the secret.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use super::Cause;
use crate::identity::Platform;
use crate::identity::UserHashKey;
use crate::secret::Secret;

/// A key that may have been used, with what went wrong for that to happen.
pub(crate) struct KeyVariant {
    pub(crate) causes: Vec<Cause>,
    pub(crate) bytes: Zeroizing<Vec<u8>>,
    pub(crate) prepared: UserHashKey,
}

/// The secret, those of the other platforms, and what careless reading makes of them; each key once.
pub(crate) fn variants(secret: &Secret, others: &[(Platform, Secret)]) -> Vec<KeyVariant> {
    let mut all: Vec<KeyVariant> = Vec::new();
    let mut add = |causes: Vec<Cause>, bytes: Zeroizing<Vec<u8>>| {
        if !bytes.is_empty() && all.iter().all(|known| *known.bytes != *bytes) {
            let prepared = UserHashKey::from_bytes(&bytes);
            all.push(KeyVariant { causes, bytes, prepared });
        }
    };
    // Exposed because a key is what the secrets are for; the copies are wiped.
    add(Vec::new(), Zeroizing::new(secret.expose().to_vec()));
    for (platform, other) in others {
        let causes = vec![Cause::OtherPlatform(*platform)];
        add(causes, Zeroizing::new(other.expose().to_vec()));
    }
    for (cause, bytes) in mistakes(secret.expose()) {
        add(vec![cause], bytes);
    }
    for (platform, other) in others {
        for (cause, bytes) in mistakes(other.expose()) {
            add(vec![Cause::OtherPlatform(*platform), cause], bytes);
        }
    }
    all
}

/// What one mistake makes of a secret.
fn mistakes(secret: &[u8]) -> Vec<(Cause, Zeroizing<Vec<u8>>)> {
    let joined = |parts: [&[u8]; 3]| Zeroizing::new(parts.concat());
    let mut made = Vec::new();
    for ending in ["\n", "\r\n", "\r"] {
        made.push((Cause::SecretLine, joined([secret, ending.as_bytes(), b""])));
    }
    made.push((Cause::SecretSpaced, Zeroizing::new(secret.trim_ascii().to_vec())));
    for (before, after) in [("", " "), (" ", ""), (" ", " "), ("", "\t")] {
        made.push((Cause::SecretSpaced, joined([before.as_bytes(), secret, after.as_bytes()])));
    }
    for quote in ["\"", "'"] {
        let quote = quote.as_bytes();
        made.push((Cause::SecretQuoted, joined([quote, secret, quote])));
        let inside = secret.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        made.extend(inside.map(|inside| (Cause::SecretQuoted, Zeroizing::new(inside.to_vec()))));
    }
    let decoded =
        |encoding, bytes: Vec<u8>| (Cause::SecretDecoded(encoding), Zeroizing::new(bytes));
    let unpadded =
        secret.strip_suffix(b"==").or_else(|| secret.strip_suffix(b"=")).unwrap_or(secret);
    made.extend(hex::decode(secret).ok().map(|bytes| decoded("hex", bytes)));
    made.extend(STANDARD_NO_PAD.decode(unpadded).ok().map(|bytes| decoded("base64", bytes)));
    made.extend(URL_SAFE_NO_PAD.decode(unpadded).ok().map(|bytes| decoded("base64url", bytes)));
    made
}
