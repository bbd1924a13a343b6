//! What the tests share: running the program, an independent HMAC, servers on loopback, and making
//! token-shaped data at run time.

pub(crate) mod openssl;
pub(crate) mod server;
pub(crate) mod tokens;
pub(crate) mod tool;
