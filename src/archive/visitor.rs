//! The interface to what a walk finds: members, their content, other texts.

use super::format::Format;

/// What is in an archive, as [`walk`](super::walk()) finds it.
///
/// A member that is an archive too is shown as its bytes first of all, and its own members in between:
/// the calls of one member enclose those of what is in it. So a text that an inner archive stores
/// uncompressed comes twice, in the inner member and in the one around it.
pub trait Visitor {
    /// What the visitor keeps of a member while its content comes.
    type Content;

    /// A member's content begins.
    fn begin(&mut self, member: &Member<'_>) -> Self::Content;

    /// The next bytes of the content. Pieces have any length, and come in order.
    fn piece(&mut self, content: &mut Self::Content, bytes: &[u8]);

    /// All of the content that can be read has come.
    fn end(&mut self, content: Self::Content);

    /// A text inside the archive that is no member's content.
    ///
    /// The archive's own bytes show it too, but for the caller of [`walk`](super::walk()) nothing tells what it
    /// belongs to.
    fn text(&mut self, _member: &Member<'_>, _kind: TextKind, _text: &[u8]) {}
}

/// A member of an archive, or the content of a compressed stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member<'m> {
    /// What had to be opened to get to it, the outermost first.
    pub chain: &'m [Format],
    /// Its name in the archive, as it is written there; behind `!/` its name in the next one.
    /// Compressed streams add nothing to it.
    pub path: &'m [u8],
}

/// What a text in an archive's own structure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextKind {
    /// The name of a member.
    Name,
    /// Where a link leads.
    Link,
    /// A comment, on a member or on the archive.
    Comment,
    /// Fields that not every program knows: zip's and gzip's extra fields, pax records.
    Extra,
}
