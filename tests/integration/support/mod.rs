//! What the tests share: running the program, and making token-shaped data at run time.

pub(crate) mod tokens;
pub(crate) mod tool;
