//! Renders results as text for people and as JSON for scripts.
//!
//! One file a format and command: a format renders, it decides nothing. Text from outside passes the
//! [`gate`].

mod advisor;
pub mod causes;
pub mod check_token;
pub mod gap;
pub mod gate;
pub mod jwt;
mod label;
pub mod listen;
mod quantity;
mod revision;
mod role;
pub mod scan_git;
pub mod settings;
pub mod sign_webhook;
pub mod time;
pub mod user_hash;
pub mod user_hashes;
pub mod verify_webhook;
mod words;

pub use self::gate as text;
pub use advisor::{Advisor, Plain};
pub use label::Label;
pub use role::Role;
pub use words::Words;
