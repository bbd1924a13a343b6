//! What each kind of MAC has words of its own for.

use std::borrow::Cow;

use crate::explain::{Difference, Nothing, Own};

/// What a sentence calls the MAC and what it is of.
#[derive(Clone, Copy, Debug)]
pub struct Nouns {
    pub(super) mac: &'static str,
    pub(super) message: &'static str,
    /// The secret that belongs there.
    pub(super) secret: &'static str,
    /// The usual causes that no search can try.
    pub(super) untried: &'static str,
}

/// The words of the causes that only one kind of MAC has.
pub trait Words: Own {
    /// What happened, as one clause.
    fn clause(&self, nouns: Nouns) -> Cow<'static, str>;

    /// What to do, as one clause.
    fn advice(&self) -> &'static str;

    /// What to do about a message that is not the one that was signed.
    fn message_advice(difference: Difference) -> &'static str;

    /// What it means that something that stands for "nothing" was signed.
    fn nothing_signed(nothing: Nothing) -> String;
}
