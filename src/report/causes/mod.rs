//! The words of the causes that a search names: one place for webhooks, user hashes and tokens.
//!
//! No sentence holds the message, the secret or the right digest.

mod change;
mod nouns;
mod record;
mod user_hash;
mod words;

pub use self::nouns::{Nouns, Words};
pub use self::record::{CauseRecord, codes, records};
pub use self::user_hash::{HASH, TOKEN};
pub use self::words::{advice, all_advice, clause, outcome, sentence, unexplained};
