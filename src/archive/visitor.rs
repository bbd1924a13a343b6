//! Defines how a caller receives what a walk finds: members, their content, other texts.

use super::format::Format;

/// Receives what is in an archive, as [`walk`](super::walk()) finds it.
///
/// A member that is an archive itself comes as its own bytes, and its members come in between: the
/// calls for one member enclose the calls for what is in it. So a text that an inner archive stores
/// uncompressed comes twice, in the inner member and in the outer one.
pub trait Visitor {
    /// What the visitor keeps for a member while its content comes.
    type Content;

    /// A member's content begins.
    fn begin(&mut self, member: &Member<'_>) -> Self::Content;

    /// The next bytes of the content. Pieces have any length and come in order.
    fn piece(&mut self, content: &mut Self::Content, bytes: &[u8]);

    /// The content has ended, or the rest cannot be read.
    fn end(&mut self, content: Self::Content);

    /// A text inside the archive that is not a member's content.
    ///
    /// The archive's own bytes show it too, but not which member it belongs to.
    fn text(&mut self, _member: &Member<'_>, _kind: TextKind, _text: &[u8]) {}
}

/// A member of an archive, or the content of a compressed stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Member<'m> {
    /// The archives around it, the outermost first.
    pub chain: &'m [Format],
    /// Its name in the archive, as it is written there. Behind `!/`, its name in the next archive.
    /// Compressed streams add nothing.
    pub path: &'m [u8],
}

/// The meaning of a text in an archive's own structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TextKind {
    /// The name of a member.
    Name,
    /// The target of a link.
    Link,
    /// A comment on a member or on the archive.
    Comment,
    /// Optional fields: the extra fields of zip and gzip, pax records.
    Extra,
}
