//! What proves to the Messenger who a user is: hashes for whole lists of users, why a hash does not
//! match, what a page hands to the Messenger, and tokens (JWT).
//!
//! Everything here is pure but for the streams that are handed in.

pub mod batch;
pub mod explain;
pub mod jwt;
mod platform;
pub mod settings;
mod snippet;
mod user_hash;

pub use platform::Platform;
pub use snippet::{Identifier, messenger_settings};
pub use user_hash::{MalformedHash, UserHash, UserHashKey, user_hash};
