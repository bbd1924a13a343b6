//! HMAC (RFC 2104), the algorithms of JWT (RFC 7518), and digests as hexadecimal digits.

pub(crate) mod hex_digits;
pub(crate) mod hmac;
pub(crate) mod jwt;

pub use self::hex_digits::{HexCase, NotHex};
pub use self::hmac::Algorithm;
