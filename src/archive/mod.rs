//! Reads archives and compressed streams, nested ones included.
//!
//! [`walk`] opens gzip, zip (jar, docx, whl, apk), tar, zstd, xz and bzip2 by their content, not by
//! the file's name. It hands each member's content to a [`Visitor`] in pieces. It writes nothing to
//! disk, so a member's path is only a text. The [`Outcome`] lists what could not be read, and why.
//!
//! **What counts as an archive.** A magic number alone does not make an archive, and nothing is
//! reported about such a file. [`format_of`] checks the header too. A gzip stream that breaks
//! before its first byte of content does not count as gzip. An archive that breaks later is
//! [`Reason::Damaged`] or [`Reason::Truncated`], and what comes before the break is read. Bytes
//! after the end of a stream are padding. The visitor gets them as content of the surrounding
//! member. For the outermost content, the caller has them already.
//!
//! **Zip files** are read as any reader may see them: the entries of the central directory, the
//! entries that only local headers show, and both readings of an entry if the two disagree. An
//! archive behind other data (a self-extracting program) is found by its end record.
//!
//! **Limits**: see [`Limits`]. The depth ends an archive that contains itself. The ratio and the
//! number of bytes end an archive that is made to explode. Entries that share their data count each
//! time.
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
//! let file = b"\x1f\x8b\x08\0\0\0\0\0\0\xff\
//!     \xcbH\xcd\xc9\xc9W\xc8@\x90\0\x80\x88\xf9\xe5\x11\0\0\0";
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
pub use magic::format_of;
pub(crate) use magic::{END, may_be, may_begin, may_end};
pub use outcome::{Feature, Outcome, Reason, Unopened};
pub use visitor::{Member, TextKind, Visitor};
pub use walk::walk;
