//! What a change happens to, and the form of every function that makes or undoes one.

use std::borrow::Cow;
use std::ops::ControlFlow;

use crate::explain::cause::Change;

/// What a change happens to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Secret = 1,
    /// A user id or email.
    Value = 2,
    /// A webhook's body.
    Body = 4,
}

/// Takes a text that may have been meant, or used; breaks off where that is enough.
pub(super) type Take<'t> = dyn FnMut(Change, Cow<'_, [u8]>) -> ControlFlow<()> + 't;

/// Hands over what a text becomes; nothing where the change does not apply.
pub(super) type Make = fn(Part, &[u8], &mut Take<'_>) -> ControlFlow<()>;
