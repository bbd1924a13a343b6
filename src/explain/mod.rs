//! Names why a MAC does not match, for webhooks and for user hashes alike.
//!
//! A search makes known mistakes again, one or two at a time: a message that something changed, a
//! secret that was read carelessly, another computation, another way to write the digest. A mistake
//! that gives the claimed digest is proven to be the cause. The caller hands in what is special about
//! its messages (`Variants`) and how much the search may cost ([`Budget`]).
//!
//! Nothing here can turn a mismatch into a match. The outcome is a [`Diagnosis`], which names causes
//! and holds no digest; who verifies does so elsewhere, before.

mod budget;
mod cause;
mod change;
mod claim;
mod code;
mod computation;
mod credential;
mod key;
mod search;

pub(crate) use self::budget::Bounds;
pub use self::budget::Budget;
pub use self::cause::{
    Cause, Certainty, Change, Computation, Credential, Diagnosis, Difference, Nothing, Own, Parts,
    Subject, Writing,
};
pub(crate) use self::change::{Part, given, signed};
pub(crate) use self::claim::Claim;
pub(crate) use self::credential::other_credential;
pub(crate) use self::search::{Depth, Explainer, Question, Variants, Visit};
