//! The token detector against a plain search written from the format's description.

use intercom_sec::token::{AccessToken, Encoding, TokenDetector};
use proptest::prelude::*;

use super::support::naive;
use super::support::tokens::{self, Random};

/// What the detector and the plain search say of plain tokens must be the same; how many tokens
/// that is. A token whose end is escaped ends later for the detector, and one that a break has cut is
/// longer.
fn assert_agreement(text: &[u8]) -> usize {
    let detected = TokenDetector::new().matches(text);
    let naive = naive::tokens_in(text);
    let shown = String::from_utf8_lossy(text);
    for hit in &naive {
        let same = detected.iter().find(|one| one.start == hit.start);
        let same = same.unwrap_or_else(|| panic!("{hit:?} is not found in {shown:?}"));
        let is_escaped = !same.encoding.is_empty() && same.end > hit.end;
        assert!(is_escaped || same.end == hit.end, "{hit:?} in {shown:?}");
        if !same.encoding.contains(&Encoding::Split) {
            assert_eq!(same.found.expose(), hit.canonical, "in {shown:?}");
        }
    }
    for hit in detected.iter().filter(|hit| hit.encoding.is_empty()) {
        assert!(naive.iter().any(|one| one.start == hit.start), "{hit:?} in {shown:?}");
    }
    naive.len()
}

/// A piece of text that touches the rules: what stands before, in, or after a token.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        // Tokens, whole and not, with tails of other lengths.
        6 => any::<u64>().prop_map(|seed| tokens::token(&mut Random::new(seed)).into_bytes()),
        2 => (any::<u64>(), 0_usize..60).prop_map(|(seed, length)| {
            tokens::token(&mut Random::new(seed)).into_bytes()[..length].to_vec()
        }),
        2 => (any::<u64>(), "(:?[0-9]{0,12}){0,6}").prop_map(|(seed, tail)| {
            let text = tokens::decoded(&mut Random::new(seed));
            tokens::base64((text[..40].to_owned() + &tail).as_bytes()).into_bytes()
        }),
        2 => (any::<u64>(), 0_usize..60, any::<u8>()).prop_map(|(seed, at, byte)| {
            let mut token = tokens::token(&mut Random::new(seed)).into_bytes();
            token[at] = byte;
            token
        }),
        // Escapes and options, and texts that are nearly some.
        6 => "(\\\\|%|=|-|\x1b\\[|\\[)?[0-9a-fA-Fux;]{0,5}[abefnrtvum]?".prop_map(String::into_bytes),
        1 => "[\\\\%=\"' ,`\\[]?-u".prop_map(String::into_bytes),
        1 => "(\x1b|\\\\x1[bB]|\\\\u001[bB]|\\\\033|\\\\e|\\^\\[)\\[[0-9;]{0,16}m".prop_map(String::into_bytes),
        1 => "[A-Za-z0-9+/]{0,24}={0,2}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..6),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_detector_finds_what_a_plain_search_finds(
        pieces in prop::collection::vec(piece(), 0..8)
    ) {
        assert_agreement(&pieces.concat());
    }

    #[test]
    fn a_token_alone_is_read_with_and_without_its_padding(seed: u64, padded: bool) {
        let token = tokens::token(&mut Random::new(seed));
        let text = if padded { token.as_str() } else { token.trim_end_matches('=') };
        let parsed = AccessToken::parse(text.as_bytes()).expect("a token");
        prop_assert_eq!(parsed.expose(), token.as_str());
        prop_assert_eq!(parsed.fingerprint(), naive::fingerprint(&token));
        let shown = format!("{parsed:?}{}", parsed.mask());
        prop_assert!(!shown.contains(&token[8..56]));
    }

    #[test]
    fn no_text_around_a_token_makes_it_two_or_moves_it(
        seed: u64, before in "[ \"'=:/\n]{0,20}", after in "[ \"':/\n]{0,20}"
    ) {
        let token = tokens::token(&mut Random::new(seed));
        let text = format!("{before}{token}{after}");
        prop_assert_eq!(assert_agreement(text.as_bytes()), 1);
        let hit = TokenDetector::new().matches(text.as_bytes()).into_iter().next().expect("the token");
        prop_assert_eq!(&text[hit.start..hit.end], token.as_str());
        prop_assert!(hit.encoding.is_empty());
    }
}

#[test]
fn the_surroundings_that_leaks_have_do_not_hide_them() {
    let token = tokens::token(&mut Random::new(1));
    let bare = token.trim_end_matches('=');
    for before in [
        "Authorization: Bearer ",
        "INTERCOM_ACCESS_TOKEN=",
        "{\"token\":\"",
        "curl -u",
        "curl -u ",
        "a\\n",
        "\\r\\n",
        "token%3D",
        "%22",
        "\\u003d",
        "\\x3d",
        "=3D",
        "\x1b[0m",
        "\x1b[1;31m",
        "\\u001b[32m",
        "%253D",
        "%25252B",
        "\\U00000022",
        "\\u001b[38;2;255;255;255m",
        "\\x1b[0m",
        "\\033[1m",
        "\\e[1;31m",
        "^[[31m",
        "https://api.intercom.io/",
        "é",
        "\0",
        "_",
        "-",
        "\\\\",
        "\\\"",
        "&#61;",
    ] {
        for after in
            ["", " ", "\"", "'", "\n", "\0", ":", "/me", "%3D", "\\u003d", "&#61;", "_", "é"]
        {
            for token in [token.as_str(), bare] {
                let text = format!("{before}{token}{after}");
                assert_eq!(assert_agreement(text.as_bytes()), 1, "{text:?}");
            }
        }
    }
}

#[test]
fn texts_that_only_begin_like_a_token_are_none() {
    let random = &mut Random::new(2);
    let text = tokens::decoded(random);
    let token = tokens::base64(text.as_bytes());
    for decoy in [
        tokens::base64(b"token"),
        tokens::base64(b"tok:"),
        tokens::base64(b"tok:abcdefghi"),
        tokens::base64(b"tok: is how many of our sentences begin, and this one is long enough"),
        tokens::base64(text.replace('_', "-").as_bytes()),
        tokens::base64(text.to_uppercase().replace("TOK", "tok").as_bytes()),
        tokens::base64(&text.as_bytes()[..40]),
        tokens::base64(text.replace(":1:0", ":1:").as_bytes()),
        format!("{}{}", &token[..8], "x".repeat(52)),
        // By chance inside another base64 text, at the same alignment.
        tokens::base64(format!("user=to{text}").as_bytes()),
        tokens::base64(format!("uid{text}").as_bytes()),
        format!("abc{token}"),
        token.trim_end_matches('=').to_owned() + "A",
    ] {
        assert_eq!(
            assert_agreement(decoy.as_bytes()),
            usize::from(decoy.ends_with(":1:")),
            "{decoy}"
        );
    }
}
