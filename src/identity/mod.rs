//! What proves to the Messenger who a user is: user hashes and tokens (JWT), for one user or a list,
//! and what a saved page hands over.
//!
//! Everything here is pure, except for the streams that are handed in.
//!
//! A server signs for a user with the identity verification secret, as a hash or, better, as a token:
//!
//! ```
//! use std::time::Duration;
//! use intercom_sec::identity::jwt::{Claims, sign};
//! use intercom_sec::identity::user_hash;
//! use intercom_sec::secret::Secret;
//!
//! let secret = Secret::new(b"s3cre7".to_vec()).expect("not empty");
//! let hash = user_hash(&secret, b"42").to_string();
//! assert_eq!(hash.len(), 64);
//!
//! let claims = Claims { user_id: "42".to_owned(), ..Claims::default() };
//! let token = sign(&secret, &claims, Duration::from_secs(3600), 1_800_000_000)?;
//! assert_eq!(token.split('.').count(), 3);
//! # Ok::<(), intercom_sec::identity::jwt::SignError>(())
//! ```

pub mod batch;
pub mod explain;
pub mod jwt;
mod platform;
mod secrets;
pub mod settings;
mod snippet;
mod user_hash;
mod verify;

pub use self::platform::Platform;
pub use self::secrets::Secrets;
pub use self::snippet::{Identifier, messenger_settings};
pub use self::user_hash::{MalformedHash, UserHash, UserHashKey, user_hash};
pub use self::verify::{ClaimedHash, Mismatch, Verdict};
