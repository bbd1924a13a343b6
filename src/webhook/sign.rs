//! Signs a webhook, for test deliveries.

use std::io::{self, Read};

use super::scheme::Scheme;
use crate::crypto::hmac::Keyed;
use crate::secret::Secret;

/// The value of the scheme's header for this body, read to its end in pieces.
///
/// ```
/// use intercom_sec::secret::Secret;
/// use intercom_sec::webhook::{Scheme, sign_webhook};
///
/// let secret = Secret::new(b"secret".to_vec()).expect("not empty");
/// let value = sign_webhook(Scheme::Hub, &secret, br#"{"a":1}"#.as_slice())?;
/// assert_eq!(value, "sha1=f8446672f033e4b2beafc5ca3a71eafcd2cafb6e");
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn sign_webhook(scheme: Scheme, secret: &Secret, mut body: impl Read) -> io::Result<String> {
    // Exposed because a key is what the secret is for.
    let mut mac = Keyed::new(scheme.algorithm(), secret.expose());
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match body.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => mac.update(buffer.get(..length).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(format!("{}{}", scheme.prefix(), hex::encode(mac.finish())))
}
