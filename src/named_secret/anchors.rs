//! Searches for anchors: every text that holds a named secret holds one of these byte strings.
//!
//! Every match is near the word `intercom`, so each encoding of a text holds the word in that
//! encoding. In plain text and UTF-16, the second half of the word is searched: four letters have
//! few spellings.

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// The word, in lowercase.
pub(super) const WORD: &[u8] = b"intercom";

/// Its second half.
const HALF: &[u8] = b"rcom";

/// How an anchor is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Plain. The position is that of the word.
    Plain,
    /// With a zero between letters. The position is that of the first letter of the second half.
    Wide,
    /// In base64. The first character has this position in its group of four.
    Base64(u8),
}

/// The prepared search.
#[derive(Clone, Debug)]
pub(super) struct Anchors {
    /// `None` only if it cannot be built.
    search: Option<AhoCorasick>,
    forms: Vec<Form>,
}

impl Anchors {
    pub(super) fn new() -> Self {
        let mut all: Vec<(Vec<u8>, Form)> = Vec::new();
        for spelling in spellings(HALF) {
            let wide = spelling.iter().flat_map(|&byte| [byte, 0]).take(spelling.len() * 2 - 1);
            all.push((wide.collect(), Form::Wide));
            all.push((spelling, Form::Plain));
        }
        for word in [&b"intercom"[..], b"Intercom", b"INTERCOM"] {
            all.extend(base64_images(word));
        }
        let (texts, forms): (Vec<_>, Vec<_>) = all.into_iter().unzip();
        let search = AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(&texts).ok();
        Self { search, forms }
    }

    /// Every anchor in `text`, from left to right.
    pub(super) fn find<'t>(&'t self, text: &'t [u8]) -> impl Iterator<Item = (usize, Form)> + 't {
        let all = self.search.iter().flat_map(move |search| search.find_iter(text));
        all.filter_map(move |found| {
            let form = *self.forms.get(found.pattern().as_usize())?;
            match form {
                Form::Plain => {
                    let end = found.end();
                    let start = end.checked_sub(WORD.len())?;
                    text.get(start..end)?.eq_ignore_ascii_case(WORD).then_some((start, form))
                }
                _ => Some((found.start(), form)),
            }
        })
    }
}

/// All spellings of a word in upper and lower case.
fn spellings(word: &[u8]) -> Vec<Vec<u8>> {
    word.iter().fold(vec![Vec::new()], |all, byte| {
        let both = |start: Vec<u8>| {
            [byte.to_ascii_lowercase(), byte.to_ascii_uppercase()].map(|byte| {
                let mut longer = start.clone();
                longer.push(byte);
                longer
            })
        };
        all.into_iter().flat_map(both).collect()
    })
}

/// The characters that every base64 text of something that holds `word` holds: one text for each
/// position of the word in its group of three bytes. Each is in two parts that share one character,
/// so that a line break leaves one part whole.
fn base64_images(word: &[u8]) -> Vec<(Vec<u8>, Form)> {
    let mut parts = Vec::new();
    for before in 0..3 {
        let mut bytes = vec![0; before];
        bytes.extend_from_slice(word);
        let text = STANDARD_NO_PAD.encode(&bytes);
        // Only the characters that depend on the word alone.
        let first = (before * 8).div_ceil(6);
        let last = bytes.len() * 8 / 6;
        let middle = first.midpoint(last);
        for (from, to) in [(first, middle + 1), (middle, last)] {
            let part = text.as_bytes().get(from..to).unwrap_or_default().to_vec();
            parts.push((part, Form::Base64((from % 4).to_le_bytes()[0])));
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::{Anchors, Form};

    #[test]
    fn the_word_is_found_in_any_case_and_form() {
        let anchors = Anchors::new();
        let find = |text: &[u8]| anchors.find(text).collect::<Vec<_>>();
        assert_eq!(find(b"x InTeRcOm y intercom"), [(2, Form::Plain), (13, Form::Plain)]);
        assert_eq!(find(b"telecom, percom, intecom, rcom"), []);
        assert_eq!(find(b"r\0C\0o\0m"), [(0, Form::Wide)]);
        // "intercom", "xintercom" and "xxintercom" in base64.
        for text in [&b"aW50ZXJjb20"[..], b"eGludGVyY29t", b"eHhpbnRlcmNvbQ"] {
            assert!(matches!(find(text)[..], [(_, Form::Base64(_)), ..]), "{:?}", find(text));
        }
    }
}
