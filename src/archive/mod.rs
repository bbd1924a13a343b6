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
mod limits;
mod magic;
mod outcome;
mod sink;
mod tar;
mod visitor;
mod walk;
mod zip;
mod zstd;

pub use format::Format;
pub use limits::Limits;
pub use magic::{END, MAGICS, START, format_of, may_be, may_begin, may_end};
pub use outcome::{Outcome, Reason, Unopened};
pub use visitor::{Member, TextKind, Visitor};
pub use walk::walk;
