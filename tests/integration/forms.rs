//! Each form of a token that is looked for, in texts from a seed.

use std::collections::BTreeSet;

use intercom_sec::token::TokenDetector;

use super::support::forms::{FORMS, Form};
use super::support::tokens::{self, Random};

/// What was found: each token once for each way in which it is written.
fn found(text: &[u8]) -> BTreeSet<(String, Vec<&'static str>)> {
    let hits = TokenDetector::new().matches(text);
    let found: BTreeSet<_> = hits
        .iter()
        .map(|hit| {
            let chain = hit.encoding.iter().map(|encoding| encoding.name()).collect();
            (hit.found.expose().to_owned(), chain)
        })
        .collect();
    assert_eq!(found.len(), hits.len(), "one hit a place in {:?}", String::from_utf8_lossy(text));
    found
}

fn assert_found(form: &Form, text: &[u8], token: &str, seed: u64) {
    let expected = BTreeSet::from([(token.to_owned(), form.chain.to_vec())]);
    let shown = String::from_utf8_lossy(text);
    assert_eq!(found(text), expected, "{} of seed {seed} in {shown:?}", form.name);
    assert!(TokenDetector::new().suspects(text) || TokenDetector::suspects_start(text));
}

#[test]
fn every_form_is_found_and_named() {
    for seed in 0..400 {
        let random = &mut Random::new(seed);
        for form in FORMS {
            let token = tokens::token(random);
            let text = form.write(&token, random);
            assert_found(form, &text, &token, seed);
        }
    }
}

#[test]
fn every_form_is_found_among_other_text() {
    for seed in 0..400 {
        let random = &mut Random::new(seed);
        for form in FORMS.iter().filter(|form| !form.is_whole) {
            let token = tokens::token(random);
            let before =
                random.pick(&["", "\"", "x = \"", "a: ", "\n", "<p>", "key='", "\u{e9} ", "1, "]);
            let after = random.pick(&["", "\"", "\";\n", "\n", "</p>", "'\nfoo\n", " end", ")"]);
            let mut text = before.as_bytes().to_vec();
            text.extend(form.write(&token, random));
            text.extend_from_slice(after.as_bytes());
            assert_found(form, &text, &token, seed);
        }
    }
}
