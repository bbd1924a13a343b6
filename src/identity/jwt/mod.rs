//! The Messenger's tokens (JWT): HS256 with the Messenger API secret, and nothing else.
//!
//! Signatures are made and verified by a library, which gets no other algorithm to choose from. What
//! the Messenger asks of a token besides is judged here.

mod claims;
mod hs256;
mod judgement;
mod token;

pub use self::claims::{Claims, LONG_LIFE, MalformedClaims, SignError, parse_claims, sign};
pub use self::judgement::{Judgement, Rule, SKEW, Severity, Signature, judge};
pub use self::token::{MalformedToken, Token};
