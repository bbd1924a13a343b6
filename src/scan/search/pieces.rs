//! Searches a text that comes in pieces as if it were whole.

use super::hit::{Hit, Position};
use crate::rules::Detector;
use crate::token::{Mark, REACH_AFTER, REACH_BEFORE, TokenDetector};

/// Searches a text that comes in pieces.
#[derive(Default)]
pub(crate) struct PieceSearch {
    /// The pieces that were not searched yet, behind what a form needs to see of those before.
    window: Vec<u8>,
    /// Where in the text the window begins.
    start: u64,
    /// What the text's first bytes say about its characters.
    mark: Option<Mark>,
    /// How many bytes of the window were searched for the start of a token.
    searched: usize,
    /// Line endings before the window, and where the line that the window begins in begins.
    lines: u64,
    line_start: u64,
    /// Whether something in the text begins like base64 of an archive.
    has_packed: bool,
}

impl PieceSearch {
    /// Short pieces wait for more: what is searched twice is a small part of this.
    pub(crate) const BATCH: usize = 1 << 20;

    /// All of the text so far, while it is shorter than [`PieceSearch::BATCH`].
    pub(crate) fn text(&self) -> &[u8] {
        if self.start == 0 { &self.window } else { &[] }
    }

    /// The next piece. Adds the tokens that are certain.
    pub(crate) fn push(&mut self, detector: &Detector, piece: &[u8], hits: &mut Vec<Hit>) {
        let mut rest = piece;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(Self::BATCH));
            self.push_some(detector, now, hits);
            rest = later;
        }
    }

    fn push_some(&mut self, detector: &Detector, piece: &[u8], hits: &mut Vec<Hit>) {
        self.window.extend_from_slice(piece);
        if self.start == 0 {
            self.mark = TokenDetector::mark(&self.window);
        }
        if self.window.len() < Self::BATCH {
            return;
        }
        // What begins in the last bytes may go on in the next piece.
        let certain = self.window.len() - REACH_AFTER;
        self.search(detector, certain, hits);
        // A multiple of the width of every character.
        let keep_from = certain.saturating_sub(REACH_BEFORE) & !3;
        let gone = &self.window[..keep_from];
        self.lines += memchr::memchr_iter(b'\n', gone).count() as u64;
        if let Some(last) = memchr::memrchr(b'\n', gone) {
            self.line_start = self.start + last as u64 + 1;
        }
        self.start += keep_from as u64;
        self.searched = certain - keep_from;
        self.window.drain(..keep_from);
    }

    /// The text is over. Adds the tokens that are left. Where archives may stand in the text in
    /// base64, it is handed back: what [`PieceSearch::text`] has of it.
    pub(crate) fn finish(mut self, detector: &Detector, hits: &mut Vec<Hit>) -> Option<Vec<u8>> {
        self.search(detector, self.window.len(), hits);
        let text = if self.start == 0 { self.window } else { Vec::new() };
        self.has_packed.then_some(text)
    }

    /// Adds the tokens that begin before `end` and were not added.
    fn search(&mut self, detector: &Detector, end: usize, hits: &mut Vec<Hit>) {
        let mut lines = LineCounter::default();
        let (found, has_packed) = detector.matches_in_part(&self.window, self.mark);
        self.has_packed |= has_packed;
        for hit in found {
            if hit.start < self.searched || hit.start >= end {
                continue;
            }
            let Position { line, column } = lines.position(&self.window, hit.start);
            // The window's first line may have begun before the window.
            let before = if line == 1 { self.start - self.line_start } else { 0 };
            let position = Position { line: self.lines + line, column: before + column };
            hits.push(Hit::new(position, self.start, hit));
        }
    }
}

/// Counts lines up to ascending offsets of one text, each byte once.
#[derive(Default)]
pub(crate) struct LineCounter {
    counted: usize,
    lines: u64,
    line_start: usize,
}

impl LineCounter {
    pub(crate) fn position(&mut self, text: &[u8], offset: usize) -> Position {
        let new = &text[self.counted..offset];
        self.lines += memchr::memchr_iter(b'\n', new).count() as u64;
        if let Some(last) = memchr::memrchr(b'\n', new) {
            self.line_start = self.counted + last + 1;
        }
        self.counted = offset;
        Position { line: self.lines + 1, column: (offset - self.line_start) as u64 + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::{PieceSearch, Position, REACH_AFTER};
    use crate::rules::{Detector, RuleSet};
    use crate::token::samples::token;

    #[test]
    fn tokens_are_found_once_wherever_a_piece_ends() {
        const BATCH: usize = PieceSearch::BATCH;
        let detector = Detector::new(RuleSet::All);
        let certain = BATCH - REACH_AFTER;
        for around in (certain - 130..certain + 60).chain(BATCH - 130..BATCH + 60).step_by(9) {
            let mut text = vec![b'.'; around];
            for at in (0..around).step_by(97) {
                text[at] = b'\n';
            }
            let line = memchr::memchr_iter(b'\n', &text).count() as u64 + 1;
            let column = text.iter().rev().take_while(|&&byte| byte != b'\n').count() as u64 + 1;
            text.extend(token(7).bytes());
            text.extend(vec![b'\n'; 3 * BATCH / 2]);
            text.extend(token(8).bytes());
            for piece in [text.len(), 9_999] {
                let (mut search, mut hits) = (PieceSearch::default(), Vec::new());
                for piece in text.chunks(piece) {
                    search.push(&detector, piece, &mut hits);
                }
                search.finish(&detector, &mut hits);
                let found: Vec<_> = hits
                    .iter()
                    .map(|hit| (hit.position().expect("lines"), hit.end))
                    .map(|(Position { line, column }, end)| (line, column, end))
                    .collect();
                let second = (line + 3 * BATCH as u64 / 2, 1, text.len() as u64);
                assert_eq!(found, [(line, column, around as u64 + 60), second]);
            }
        }
    }
}
