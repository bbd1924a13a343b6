//! Takes what the reader of a format finds: members, texts, and what it cannot read.

use super::feed::{Fault, Feed};
use super::format::Format;
use super::outcome::Reason;
use super::visitor::{Member, TextKind};

/// What the readers of tar and zip hand their members to.
///
/// They know this trait instead of the walk that calls them: a member may be an archive too, so the
/// walk opens it with the same readers.
pub(super) trait Sink {
    /// Shows a member whose content `feed` gives, and what is in it.
    fn member(&self, location: &Location, feed: &mut dyn Feed) -> End;

    /// Shows a text of an archive's structure.
    fn text(&self, location: &Location, kind: TextKind, text: &[u8]);

    /// Records something that was not read.
    fn note(&self, location: &Location, reason: Reason);

    /// Takes `count` bytes from the budget and returns how many of them it had.
    fn spend(&self, location: &Location, count: usize) -> usize;

    /// Whether a limit for the whole walk was reached. Then nothing more is read.
    fn is_stopped(&self) -> bool;

    /// How much memory a decoder may use, in bytes.
    fn memory(&self) -> usize;

    /// Records a fault, unless another layer reports it.
    fn note_fault(&self, location: &Location, fault: Fault, read: u64) {
        if let Some(reason) = fault.reason(read) {
            self.note(location, reason);
        }
    }
}

/// Where in the content something is.
#[derive(Clone, Debug, Default)]
pub(super) struct Location {
    pub(super) chain: Vec<Format>,
    pub(super) path: Vec<u8>,
}

impl Location {
    /// The content of a compressed stream here.
    pub(super) fn inside(&self, format: Format) -> Self {
        let mut inner = self.clone();
        inner.chain.push(format);
        inner
    }

    /// A member of an archive here.
    pub(super) fn member(&self, format: Format, name: &[u8]) -> Self {
        let mut inner = self.inside(format);
        if !inner.path.is_empty() {
            inner.path.extend_from_slice(b"!/");
        }
        inner.path.extend_from_slice(name);
        inner
    }

    pub(super) fn as_member(&self) -> Member<'_> {
        Member { chain: &self.chain, path: &self.path }
    }
}

/// How a member's content ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub(super) read: u64,
    pub(super) fault: Option<Fault>,
}
