//! Tells in which form deliveries were saved.

use std::path::Path;

/// How many bytes of an input tell its form.
pub const SNIFFED: usize = 16 * 1024;

/// How deliveries were saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A body alone.
    Raw,
    /// An HTTP request.
    Request,
    /// An HTTP archive.
    Har,
    /// A JSON object a line.
    Ndjson,
    /// A directory of requests.
    Directory,
}

impl Form {
    /// Tells the form by the file's name and its first bytes, up to [`SNIFFED`]. What is none of the
    /// others is a raw body.
    pub fn of(path: &Path, start: &[u8]) -> Self {
        let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
        let line = start.split(|&byte| byte == b'\n').next().unwrap_or_default().trim_ascii_end();
        let extension = path.extension().and_then(|extension| extension.to_str());
        if is_request_line(line) {
            Self::Request
        } else if extension == Some("har") || starts_with_key(start, b"log") {
            Self::Har
        } else if matches!(extension, Some("ndjson" | "jsonl"))
            || line.starts_with(b"{") && memchr::memmem::find(line, b"\"headers\"").is_some()
        {
            Self::Ndjson
        } else {
            Self::Raw
        }
    }
}

/// `POST /hook HTTP/1.1`.
pub(crate) fn is_request_line(line: &[u8]) -> bool {
    let mut words = line.split(|&byte| byte == b' ').filter(|word| !word.is_empty());
    let method = words.next().unwrap_or_default();
    let is_method = !method.is_empty() && method.iter().all(u8::is_ascii_uppercase);
    is_method && words.next_back().is_some_and(|version| version.starts_with(b"HTTP/"))
}

/// `{ "key"`.
fn starts_with_key(text: &[u8], key: &[u8]) -> bool {
    let inner = text.strip_prefix(b"{").map(<[u8]>::trim_ascii_start);
    let quoted = inner.and_then(|inner| inner.strip_prefix(b"\""));
    quoted
        .is_some_and(|quoted| quoted.strip_prefix(key).is_some_and(|rest| rest.starts_with(b"\"")))
}
