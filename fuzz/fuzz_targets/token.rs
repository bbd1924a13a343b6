//! The token detector and the gate for text: no panic, nothing found outside the text, and nothing
//! left to find after redaction.
#![no_main]

use intercom_sec::report::text;
use intercom_sec::token::{AccessToken, TokenDetector};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let detector = TokenDetector::new();
    let mut last = 0;
    for hit in detector.matches(bytes) {
        assert!(last <= hit.start && hit.start < hit.end && hit.end <= bytes.len());
        last = hit.start;
        let found = &bytes[hit.start..hit.end];
        assert_eq!(AccessToken::parse(found).as_ref(), Ok(&hit.found));
    }
    let shown = text::readable(bytes);
    assert_eq!(detector.matches(shown.as_bytes()).len(), 0);
    assert!(text::for_terminal(&shown).chars().all(|character| !character.is_control()));
});
