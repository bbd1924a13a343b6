//! Reads a saved HTTP request.

use super::delivery::{DeliveryError, Oddity, SavedDelivery};
use super::form::is_request_line;
use crate::webhook::headers::header_values;

/// Reads an HTTP request as it was received: request line, headers, an empty line, body. The header
/// lines end with CRLF or LF.
///
/// ```
/// use intercom_sec::webhook::saved::read_request;
///
/// let saved = b"POST /hook HTTP/1.1\r\nHost: a\r\n\r\n{\"a\":1}\n".to_vec();
/// assert_eq!(read_request("saved.http", saved)?.body, b"{\"a\":1}\n");
/// # Ok::<(), intercom_sec::webhook::saved::DeliveryError>(())
/// ```
pub fn read_request(name: &str, mut saved: Vec<u8>) -> Result<SavedDelivery, DeliveryError> {
    let blank = saved.iter().take_while(|byte| b"\r\n".contains(byte)).count();
    let text = saved.get(blank..).unwrap_or_default();
    let first = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
    if !is_request_line(first.trim_ascii_end()) {
        return Err(DeliveryError::NoRequestLine);
    }
    let Some((head_end, body_start)) = end_of_head(text) else {
        return Err(DeliveryError::NoEndOfHead);
    };
    let body = saved.split_off(blank + body_start);
    saved.truncate(blank + head_end);
    saved.drain(..blank);
    let (body, oddity) = unframed(&saved, body);
    Ok(SavedDelivery { name: name.to_owned(), head: saved, body, oddity })
}

/// Where the last header line ends, and where the body begins.
fn end_of_head(text: &[u8]) -> Option<(usize, usize)> {
    memchr::memchr_iter(b'\n', text).find_map(|at| match text.get(at + 1..)? {
        [b'\n', ..] => Some((at + 1, at + 2)),
        [b'\r', b'\n', ..] => Some((at + 1, at + 3)),
        _ => None,
    })
}

/// The body without the chunks of the connection.
fn unframed(head: &[u8], body: Vec<u8>) -> (Vec<u8>, Option<Oddity>) {
    let coding = header_values(head, "transfer-encoding").last();
    let is_chunked = coding.is_some_and(|coding| {
        let last = coding.rsplit(|&byte| byte == b',').next().unwrap_or_default();
        last.trim_ascii().eq_ignore_ascii_case(b"chunked")
    });
    if is_chunked {
        return match from_chunks(&body) {
            Some(joined) => (joined, None),
            None => (body, Some(Oddity::NotChunked)),
        };
    }
    let stated = header_values(head, "content-length").last();
    let stated: Option<u64> =
        stated.and_then(|value| std::str::from_utf8(value).ok()?.parse().ok());
    let found = body.len() as u64;
    let oddity = stated.and_then(|stated| match found.cmp(&stated) {
        std::cmp::Ordering::Less => Some(Oddity::Shorter { stated, found }),
        std::cmp::Ordering::Equal => None,
        std::cmp::Ordering::Greater => Some(Oddity::Longer { stated, found }),
    });
    (body, oddity)
}

/// Joins the chunks (RFC 9112, section 7.1); `None` where they are not whole to the last one.
fn from_chunks(body: &[u8]) -> Option<Vec<u8>> {
    let mut joined = Vec::with_capacity(body.len());
    let mut rest = body;
    loop {
        // LF is read as CRLF: an editor changes the line endings of the chunks too.
        let end = memchr::memchr(b'\n', rest)?;
        let (line, after) = rest.split_at_checked(end + 1)?;
        let digits = line.split(|&byte| byte == b';').next()?.trim_ascii();
        let digits = std::str::from_utf8(digits).ok()?;
        let is_size = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let size = is_size.then(|| usize::from_str_radix(digits, 16).ok()).flatten()?;
        if size == 0 {
            // Trailers may follow, and an empty line ends them.
            let is_end = [b"\r\n".as_slice(), b"\n"].contains(&after)
                || after.ends_with(b"\r\n\r\n")
                || after.ends_with(b"\n\n");
            return is_end.then_some(joined);
        }
        let (chunk, after) = after.split_at_checked(size)?;
        joined.extend_from_slice(chunk);
        rest = after.strip_prefix(b"\r\n").or_else(|| after.strip_prefix(b"\n"))?;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> SavedDelivery {
        read_request("x", text.as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn the_body_stays_as_it_is() {
        for (text, body) in [
            ("POST / HTTP/1.1\r\nHost: a\r\n\r\n{}\r\n", "{}\r\n"),
            ("POST / HTTP/1.1\nHost: a\n\n\n{}", "\n{}"),
            ("\r\nPOST / HTTP/2\r\nHost: a\n\r\n", ""),
            ("POST / HTTP/1.1\r\n\r\nHost: a\r\n\r\n", "Host: a\r\n\r\n"),
        ] {
            assert_eq!(read(text).body, body.as_bytes(), "{text:?}");
        }
    }

    #[test]
    fn other_files_are_refused() {
        for text in ["", "{}", "HTTP/1.1 200 OK\r\n\r\n", "POST / HTTP/1.1\r\nHost: a\r\n", "a\n\n"]
        {
            assert!(read_request("x", text.as_bytes().to_vec()).is_err(), "{text:?}");
        }
    }

    #[test]
    fn chunks_are_joined_where_the_headers_name_them() {
        let head = "POST / HTTP/1.1\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n";
        let chunked = read(&format!("{head}4;a=b\r\n{{\"a\"\r\n3\r\n:1}}\r\n0\r\n\r\n"));
        assert_eq!((chunked.body.as_slice(), chunked.oddity), (b"{\"a\":1}".as_slice(), None));
        let lines = read(&format!("{head}4\n{{\"a\"\n3\n:1}}\n0\n\n"));
        assert_eq!((lines.body.as_slice(), lines.oddity), (b"{\"a\":1}".as_slice(), None));
        for body in
            ["{\"a\":1}", "4\r\n{\"a\"\r\n", "+4\r\nabcd\r\n0\r\n\r\n", "fffffffffffffffff\r\n"]
        {
            let plain = read(&format!("{head}{body}"));
            assert_eq!(plain.body, body.as_bytes());
            assert_eq!(plain.oddity, Some(Oddity::NotChunked));
        }
    }

    #[test]
    fn another_length_than_the_stated_one_is_found() {
        let read = |length: u64| {
            read(&format!("POST / HTTP/1.1\r\nContent-Length: {length}\r\n\r\nabc")).oddity
        };
        assert_eq!(read(3), None);
        assert_eq!(read(4), Some(Oddity::Shorter { stated: 4, found: 3 }));
        assert_eq!(read(2), Some(Oddity::Longer { stated: 2, found: 3 }));
    }

    proptest! {
        #[test]
        fn any_chunks_are_joined_to_the_whole(pieces: Vec<Vec<u8>>) {
            let mut body = Vec::new();
            for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
                body.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
                body.extend_from_slice(piece);
                body.extend_from_slice(b"\r\n");
            }
            body.extend_from_slice(b"0\r\n\r\n");
            prop_assert_eq!(from_chunks(&body), Some(pieces.concat()));
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(text: Vec<u8>) {
            let _ = from_chunks(&text);
            let _ = read_request("x", [b"POST / HTTP/1.1\r\n".as_slice(), &text].concat());
        }
    }
}
