//! What the tests share: running the program, an independent HMAC, servers on loopback, repositories
//! made by git, a second opinion on what they hold, and making token-shaped data at run time.

pub(crate) mod archives;
pub(crate) mod deltas;
pub(crate) mod edits;
pub(crate) mod families;
pub(crate) mod forms;
pub(crate) mod history;
pub(crate) mod layout;
#[cfg(unix)]
pub(crate) mod listener;
pub(crate) mod naive;
pub(crate) mod named;
pub(crate) mod openssl;
pub(crate) mod pack;
pub(crate) mod repository;
pub(crate) mod server;
pub(crate) mod shapes;
pub(crate) mod store;
pub(crate) mod tokens;
pub(crate) mod tool;
