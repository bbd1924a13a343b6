//! Archives and compressed streams: what is in them, nested ones included.
//!
//! [`walk`] opens gzip, zip (jar, docx, whl, apk), tar, zstd, xz and bzip2, whatever they are called,
//! and hands each member's content to a [`Visitor`] in pieces. Nothing is written anywhere, so a
//! member's path is only a text. What could not be read is in the [`Outcome`], with the reason.
//!
//! **What counts as an archive.** A file that merely begins with a magic number is none, and nothing
//! is said about it: [`format_of`] checks headers as far as they can be checked, and a gzip stream
//! that breaks before its first byte of content is taken for no gzip. An archive that breaks later is
//! [`Reason::Damaged`] or [`Reason::Truncated`], and what comes before the break is read. Bytes after
//! the end of a stream are padding. They are no part of it, but they stand in the content that the
//! visitor gets of the member around it (of the outermost content, the caller has them).
//!
//! **What is read of zip files** is everything that any reader would see: the entries of the central
//! directory, those that only local headers show, and both readings of an entry where the two
//! disagree. An archive behind other data (a program that extracts itself) is found by its end record.
//!
//! **What is bounded**: see [`Limits`]. An archive that contains itself ends by depth, one that is
//! made to explode by ratio or bytes; entries that share their data count each time.
//!
//! ```
//! use intercom_sec::archive::{self, Limits, Member, Visitor};
//!
//! struct Texts(Vec<u8>);
//!
//! impl Visitor for Texts {
//!     type Content = ();
//!     fn begin(&mut self, _: &Member<'_>) {}
//!     fn piece(&mut self, _: &mut (), bytes: &[u8]) {
//!         self.0.extend_from_slice(bytes);
//!     }
//!     fn end(&mut self, _: ()) {}
//! }
//!
//! // "hello hello hello", as gzip stores it.
//! let file = b"\x1f\x8b\x08\0\0\0\0\0\0\xff\xcbH\xcd\xc9\xc9W\xc8@\x90\0\x80\x88\xf9\xe5\x11\0\0\0";
//! let mut texts = Texts(Vec::new());
//! let outcome = archive::walk(file, &Limits::default(), &mut texts);
//! assert_eq!(texts.0, b"hello hello hello");
//! assert!(outcome.is_complete());
//! ```

mod codec;
mod feed;
mod format;
mod gzip;
mod outcome;
mod tar;
mod walk;
mod zip;
mod zstd;

pub use format::{END, Format, MAGICS, START, format_of, may_be, may_begin, may_end};
pub use outcome::{Outcome, Reason, Unopened};
pub use walk::walk;

/// What is in an archive, as [`walk`] finds it.
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
    /// The archive's own bytes show it too, but for the caller of [`walk`] nothing tells what it
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

/// How far [`walk`] goes. What is left out for one of these is in the [`Outcome`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many archives may stand one in the other.
    pub depth: usize,
    /// How many members are read, all together.
    pub members: u64,
    /// How many bytes are read and made, all together and at every depth.
    pub bytes: u64,
    /// How many times the content's own length that may be.
    pub ratio: u64,
    /// What is below the ratio's notice.
    pub ratio_from: u64,
    /// How many bytes are held in memory at once, by a decoder or to find the directory at the end of
    /// an inner zip file. A longer one is read by its local headers alone.
    pub memory: usize,
}

impl Default for Limits {
    /// 10 archives deep, a million members, 4 GiB, 1000 times the content or 64 MiB, and 128 MiB of
    /// memory: what `xz -9` and `zstd --ultra -22` need to be read.
    fn default() -> Self {
        Self {
            depth: 10,
            members: 1_000_000,
            bytes: 4 << 30,
            ratio: 1000,
            ratio_from: 64 << 20,
            memory: 129 << 20,
        }
    }
}
