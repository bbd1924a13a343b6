//! Lists, pages and tokens from outside: no panic, no match without the secret.
#![no_main]

use std::num::NonZeroUsize;

use intercom_sec::identity::batch::{Batch, Column, Input, Tally, Verify};
use intercom_sec::identity::jwt::{Token, judge};
use intercom_sec::identity::settings::check;
use intercom_sec::identity::{ClaimedHash, Secrets, UserHashKey, Verdict};
use intercom_sec::report::user_hashes::{Style, UserHashes};
use intercom_sec::secret::Secret;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let secret = Secret::new(b"a secret that no input holds".to_vec()).expect("not empty");
    let secrets = Secrets::new(secret);
    let text = String::from_utf8_lossy(bytes);
    if let Ok(token) = Token::parse(&text) {
        assert!(!judge(&token, Some(&secrets), 1_800_000_000).is_valid());
    }
    assert_eq!(check(&text, Some(&secrets), 1_800_000_000).right_hashes, 0);
    if let Ok(claimed) = ClaimedHash::parse(&text) {
        assert!(!matches!(claimed.verify(b"42", None, &secrets), Verdict::Match(_)));
    }
    let key = UserHashKey::new(&secrets.secret);
    let column = |name: &str| Column(name.to_owned());
    let csv = Input::Csv {
        delimiter: b',',
        has_header: false,
        id: column("1"),
        hash: Some(column("2")),
        email: None,
    };
    for (input, from_lines) in [(Input::Lines, true), (csv, false)] {
        for is_verified in [false, true] {
            let style = Style::Csv { delimiter: b',', from_lines };
            let renderer = UserHashes { style, verifies: is_verified };
            let batch = Batch {
                input: input.clone(),
                key: &key,
                verify: is_verified.then(|| Verify::new(&secrets)),
                threads: NonZeroUsize::MIN,
            };
            let (mut out, mut tally) = (Vec::new(), Tally::default());
            let _ = batch.run(bytes, &mut out, &renderer, &mut tally, &mut |_, _| {});
            assert!(!is_verified || tally.good == 0);
        }
    }
});
