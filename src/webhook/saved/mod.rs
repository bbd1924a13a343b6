//! Reads saved deliveries, one or many: HTTP requests, HAR, NDJSON, directories.
//!
//! | form | what it is |
//! |---|---|
//! | [`Form::Request`] | an HTTP request as it was received: request line, headers, an empty line, body |
//! | [`Form::Har`] | an HTTP archive, as browsers and proxies save them |
//! | [`Form::Ndjson`] | an object a line: `headers` and `body`, or `body_base64` for other bytes than text |
//! | [`Form::Directory`] | files `NAME.http`, each a request; read in the order of their names |
//!
//! Bodies stay as they are, byte for byte. Only the chunked transfer coding is removed: it belongs to
//! the connection, not to the body.

mod delivery;
mod directory;
mod form;
mod har;
mod ndjson;
mod request;
mod sequence;
mod summary;

pub use self::delivery::{DeliveryError, Entry, MAX_DELIVERY, MAX_HAR, Oddity, SavedDelivery};
pub use self::directory::read_directory;
pub use self::form::{Form, SNIFFED};
pub use self::har::read_har;
pub use self::ndjson::read_ndjson;
pub use self::request::read_request;
pub use self::sequence::{Remark, Sequence};
pub use self::summary::{Outcome, Summary};
