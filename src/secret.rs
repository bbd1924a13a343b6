//! Holds a secret so that it cannot be printed by accident.

use std::fmt;

use zeroize::Zeroizing;

/// Secret bytes. They are wiped from memory on drop. There is no `Display`, and `Debug` shows
/// nothing of them, not even their number.
///
/// Intercom uses every secret as the literal bytes of its text, so the bytes are kept exactly as
/// they were given.
///
/// ```
/// use intercom_sec::secret::Secret;
///
/// let secret = Secret::new(b"s3cre7".to_vec()).expect("not empty");
/// assert_eq!(format!("{secret:?}"), "Secret(..)");
/// ```
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Takes over the bytes. `None` if there are none: anyone can sign with an empty key.
    pub fn new(bytes: Vec<u8>) -> Option<Self> {
        let bytes = Zeroizing::new(bytes);
        (!bytes.is_empty()).then_some(Self(bytes))
    }

    /// The bytes themselves. Every caller says why it needs them.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}
