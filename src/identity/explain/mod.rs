//! Why a `user_hash` does not match: what is special about user hashes, for the search of
//! [`crate::explain`].
//!
//! This only explains. Whoever asks has compared already and knows that the hash is wrong: nothing
//! here answers "it matches", and the right hash is neither shown nor kept.

mod cause;
mod claim;
mod explainer;
mod number;
mod token;
mod value;

pub use self::cause::{Cause, Explanation, ValueCause};
pub use self::claim::Claim;
pub use self::explainer::{Explainer, Question};
pub(super) use self::token::explain_signature;
