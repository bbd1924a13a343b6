//! The detector of named secrets, and the gate for text: no panic, nothing found outside the text or
//! out of order, and nothing left to find after redaction. Each text is also put behind a
//! name.
#![no_main]

use intercom_sec::named_secret::NamedSecretDetector;
use intercom_sec::report::text;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let detector = NamedSecretDetector::new();
    let named = [&b"intercom: {client_secret: "[..], bytes].concat();
    for text in [bytes, &named] {
        let mut last = 0;
        let hits = detector.matches(text);
        for hit in &hits {
            assert!(last <= hit.start && hit.start < hit.end && hit.end <= text.len());
            last = hit.start;
        }
        assert!(hits.is_empty() || detector.suspects(text));
        let shown = text::readable(text);
        assert_eq!(detector.matches(shown.as_bytes()), []);
    }
});
