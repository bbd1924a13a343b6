//! Any text outside of the objects → the tokens in it.
//!
//! Files of any size are read in pieces, so that memory does not depend on them.

use std::io::{self, Read};

use super::search::Position;
use crate::token::{AccessToken, Detector, LEFT_CONTEXT, MAX_LEN};

/// How many bytes are searched at once: a search has a fixed price.
const WINDOW: usize = 256 * 1024;

/// A token in a text.
pub(super) struct TextHit {
    /// Where it begins.
    pub(super) position: Position,
    /// Where it ends (exclusive), in bytes from the start of the text.
    pub(super) end: u64,
    pub(super) token: AccessToken,
}

/// What the search of a text has found.
#[derive(Default)]
pub(super) struct Searched {
    pub(super) hits: Vec<TextHit>,
    /// How many bytes were read.
    pub(super) bytes: u64,
    /// Why the rest of the text could not be read.
    pub(super) error: Option<io::Error>,
}

/// Searches a text to its end, or as far as it can be read.
pub(super) fn tokens_in_text(detector: &Detector, mut text: impl Read) -> Searched {
    let mut searched = Searched::default();
    let mut window = Window::default();
    loop {
        let read = window.fill(&mut text);
        let is_last = match read {
            Ok(added) => {
                searched.bytes += added;
                window.bytes.len() < WINDOW
            }
            Err(error) => {
                searched.error = Some(error);
                true
            }
        };
        // A token that begins in the last bytes may go on in the next piece.
        let certain = window.bytes.len() - if is_last { 0 } else { MAX_LEN + 1 };
        window.search(detector, certain, &mut searched.hits);
        if is_last {
            return searched;
        }
        window.move_on(certain);
    }
}

/// The piece of a text that is searched, behind what the left boundary needs to see.
#[derive(Default)]
struct Window {
    bytes: Vec<u8>,
    /// Where in the text it begins.
    start: u64,
    /// How many of its bytes were searched for the start of a token.
    searched: usize,
    /// Line endings before it, and where the line that it begins in begins.
    lines: u64,
    line_start: u64,
}

impl Window {
    /// Reads on until the window is full or the text ends; tells how many bytes were added.
    fn fill(&mut self, text: &mut impl Read) -> io::Result<u64> {
        let room = WINDOW - self.bytes.len();
        text.take(room as u64).read_to_end(&mut self.bytes).map(|added| added as u64)
    }

    /// Reports the tokens that begin before `end` and were not reported.
    fn search(&self, detector: &Detector, end: usize, hits: &mut Vec<TextHit>) {
        let (mut counted, mut lines, mut line_start) = (0, self.lines, self.line_start);
        for hit in detector.hits(&self.bytes) {
            if hit.start < self.searched || hit.start >= end {
                continue;
            }
            let passed = &self.bytes[counted..hit.start];
            lines += memchr::memchr_iter(b'\n', passed).count() as u64;
            if let Some(last) = memchr::memrchr(b'\n', passed) {
                line_start = self.start + (counted + last) as u64 + 1;
            }
            counted = hit.start;
            let column = self.start + hit.start as u64 - line_start + 1;
            let position = Position { line: lines + 1, column };
            hits.push(TextHit { position, end: self.start + hit.end as u64, token: hit.token });
        }
    }

    /// Drops what was searched, but for what the next piece's left boundary may need.
    fn move_on(&mut self, searched: usize) {
        let keep_from = searched.saturating_sub(LEFT_CONTEXT);
        let gone = &self.bytes[..keep_from];
        self.lines += memchr::memchr_iter(b'\n', gone).count() as u64;
        if let Some(last) = memchr::memrchr(b'\n', gone) {
            self.line_start = self.start + last as u64 + 1;
        }
        self.start += keep_from as u64;
        self.searched = searched - keep_from;
        self.bytes.drain(..keep_from);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::{WINDOW, tokens_in_text};
    use crate::token::Detector;

    /// A token of no workspace, made here so that none stands in the source.
    fn token(number: u64) -> String {
        const ALPHABET: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let text = format!("tok:{number:08x}_0000_4000_8000_000000000000:1:0");
        let mut token = String::new();
        for chunk in text.as_bytes().chunks(3) {
            let mut group = [0; 3];
            group[..chunk.len()].copy_from_slice(chunk);
            let bits = u32::from_be_bytes([0, group[0], group[1], group[2]]);
            for at in 0..=chunk.len() {
                token.push(char::from(ALPHABET[(bits >> (18 - 6 * at) & 63) as usize]));
            }
        }
        token + "="
    }

    /// Hands out few bytes at a time.
    struct Slow<'t>(&'t [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let length = self.0.len().min(buffer.len()).min(1000);
            buffer[..length].copy_from_slice(&self.0[..length]);
            self.0 = &self.0[length..];
            Ok(length)
        }
    }

    #[test]
    fn tokens_are_found_once_wherever_a_piece_ends() {
        let detector = Detector::new();
        for around in (WINDOW - 200)..(WINDOW + 60) {
            let mut text = vec![b'.'; around];
            for at in (0..around).step_by(97) {
                text[at] = b'\n';
            }
            let line = memchr::memchr_iter(b'\n', &text).count() as u64 + 1;
            let column = text.iter().rev().take_while(|&&byte| byte != b'\n').count() as u64 + 1;
            text.extend(token(7).bytes());
            text.extend(vec![b'\n'; 3 * WINDOW / 2]);
            text.extend(token(8).bytes());
            for searched in
                [tokens_in_text(&detector, text.as_slice()), tokens_in_text(&detector, Slow(&text))]
            {
                assert!(searched.error.is_none());
                assert_eq!(searched.bytes, text.len() as u64);
                let found: Vec<_> = searched
                    .hits
                    .iter()
                    .map(|hit| (hit.position.line, hit.position.column, hit.end))
                    .collect();
                let second = (line + 3 * WINDOW as u64 / 2, 1, text.len() as u64);
                assert_eq!(found, [(line, column, around as u64 + 60), second]);
            }
        }
    }

    #[test]
    fn what_was_read_before_a_failure_counts() {
        struct Fails<'t>(&'t [u8]);
        impl Read for Fails<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                if self.0.is_empty() {
                    return Err(std::io::Error::other("a broken disk"));
                }
                self.0.read(buffer)
            }
        }
        let text = token(9);
        let searched = tokens_in_text(&Detector::new(), Fails(text.as_bytes()));
        assert_eq!((searched.hits.len(), searched.error.is_some()), (1, true));
    }
}
