//! What proves to the Messenger who a user is: hashes for whole lists of users, why a hash does not
//! match, what a page hands to the Messenger, and tokens (JWT).
//!
//! Everything here is pure but for the streams that are handed in.

pub mod batch;
pub mod jwt;
pub mod mismatch;
mod platform;
pub mod settings;

pub use platform::Platform;
