use proptest::prelude::*;

use super::json::Value;
use super::*;
use crate::webhook::{Scheme, WebhookSignature, sign_webhook};

fn secret(text: &[u8]) -> Secret {
    Secret::new(text.to_vec()).unwrap()
}

fn signed(key: &[u8], body: &[u8]) -> Claim {
    let value = sign_webhook(Scheme::Hub, &secret(key), body).unwrap();
    Claim::from(&WebhookSignature::parse(&value).unwrap())
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Literal("null".to_owned())),
        any::<i32>().prop_map(|number| Value::Literal(number.to_string())),
        "[ -~é€🦀\n\u{2028}\u{7f}]{0,8}".prop_map(Value::String),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            proptest::collection::vec(("[a-z/<é]{0,4}", inner), 0..4).prop_map(Value::Object),
        ]
    })
}

#[test]
fn a_search_that_finds_nothing_ends_within_its_budget() {
    let mut body = b"{\"a\":[".to_vec();
    while body.len() < MAX_EXPLAINED - 10 {
        body.extend_from_slice(b"\"<p>x/y</p>\",");
    }
    body.extend_from_slice(b"1]}");
    let claim = signed(b"other", b"another body");
    assert_eq!(diagnose(&claim, &[secret(b"k")], &[], &body).certainty, Certainty::GivenUp);
    body.resize(MAX_EXPLAINED + 1, b' ');
    assert_eq!(diagnose(&claim, &[secret(b"k")], &[], &body), Diagnosis::too_long());
}

#[test]
fn no_sentence_is_more_than_one() {
    for cause in [
        Cause::Body(BodyCause::Reserialised(Some(Habit::Indent2))),
        Cause::Secret(SecretCause::SignerWord("undefined")),
        Cause::Construction(Construction::Swapped),
        Cause::Form(FormCause::OtherHash { scheme: Scheme::Hub, found: "SHA-256" }),
    ] {
        let diagnosis =
            Diagnosis { certainty: Certainty::Proven, causes: vec![cause], secret: Some(0) };
        let sentence = diagnosis.sentence();
        assert!(!sentence.ends_with('.') && !sentence.contains(". "), "{sentence}");
        assert!(!cause.code().is_empty() && sentence.starts_with(cause.clause().as_ref()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn what_a_habit_writes_is_read_back_and_known_again(value in value()) {
        for habit in Habit::ALL {
            let text = habit.write(&value);
            prop_assert_eq!(json::parse(&text), Parsed::Value(value.clone()));
            let known = Habit::of(&text, &value).expect("one that writes so");
            prop_assert_eq!(known.write(&value), text);
        }
    }

    #[test]
    fn a_body_that_any_serialiser_rewrote_is_explained(
        value in value(),
        written in proptest::sample::select(Habit::ALL.to_vec()),
        compact in proptest::sample::select(vec![Habit::Compact, Habit::Html]),
    ) {
        prop_assume!(!matches!(value, Value::Literal(_)));
        let (original, given) = (compact.write(&value), written.write(&value));
        prop_assume!(original != given);
        let diagnosis = diagnose(&signed(b"k", &original), &[secret(b"k")], &[], &given);
        prop_assert_eq!(diagnosis.certainty, Certainty::Proven);
        prop_assert_eq!(diagnosis.causes.len(), 1);
        prop_assert_eq!(diagnosis.causes[0].code(), "reserialised");
    }

    #[test]
    fn any_bytes_are_tried_without_a_panic(body: Vec<u8>, key in proptest::collection::vec(any::<u8>(), 1..50)) {
        let mut tried = 0;
        let _ = bodies::each(&body, &mut |_, _| {
            tried += 1;
            ControlFlow::Continue(())
        });
        prop_assert!(tried > 5);
        prop_assert!(keys::all(&[secret(&key)]).len() > 5);
        let _ = trace(&[secret(&key)], &body);
    }

    #[test]
    fn any_value_of_a_header_is_read_without_a_panic(value in "(sha1|sha256|md5)?[=:]?[0-9a-zA-Z+/=_-]{0,90}|.{0,40}") {
        for scheme in Scheme::ALL {
            if let Some(claim) = Claim::read(scheme, &value) {
                prop_assert_eq!(claim.digest.len(), claim.algorithm.length());
            }
        }
    }
}
