use std::io;

use proptest::prelude::*;

use super::*;
use crate::webhook::notification::{Details, MAX_DETAILS};
use crate::webhook::sign_webhook;

/// Reads in pieces of changing size, interrupted now and then as by signals.
struct Pieces<'a> {
    rest: &'a [u8],
    sizes: Vec<usize>,
    turn: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let size = self.sizes[self.turn % self.sizes.len()];
        self.turn += 1;
        if size == 0 && self.turn % 2 == 1 {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let length = size.max(1).min(buffer.len());
        (&mut self.rest).take(length as u64).read(buffer)
    }
}

/// A reader that fails at once.
struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::TimedOut.into())
    }
}

fn secret(bytes: &[u8]) -> Secret {
    Secret::new(bytes.to_vec()).unwrap()
}

fn secrets<const N: usize>(all: [&[u8]; N]) -> Vec<Secret> {
    all.map(secret).to_vec()
}

fn by_kind(client: Vec<Secret>, fin_agent: Vec<Secret>) -> Secrets {
    Secrets::ByKind { client, fin_agent }
}

fn value(scheme: Scheme, key: &[u8], body: impl Read) -> String {
    sign_webhook(scheme, &secret(key), body).unwrap()
}

fn sign(scheme: Scheme, key: &[u8], body: &[u8]) -> WebhookSignature {
    WebhookSignature::parse_as(scheme, &value(scheme, key, body)).unwrap()
}

fn all<const N: usize>(signatures: [&WebhookSignature; N]) -> Signatures {
    Signatures::new(signatures.map(Clone::clone)).unwrap()
}

fn verify(secrets: Secrets, signatures: &Signatures) -> Result<Verified, VerifyError> {
    Verifier::new(secrets).verify(signatures, b"body".as_slice())
}

#[track_caller]
fn mismatch(verdict: Result<Verified, VerifyError>) -> Mismatch {
    match verdict {
        Err(VerifyError::Mismatch(mismatch)) => mismatch,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_secret_that_signed_is_named_by_its_place() {
    let keys: [&[u8]; 3] = [b"a", b"b", b"c"];
    for scheme in Scheme::ALL {
        for (place, key) in keys.iter().enumerate() {
            let signatures = sign(scheme, key, b"body").into();
            let verified = verify(Secrets::AnyKind(secrets(keys)), &signatures).unwrap();
            assert_eq!(verified.secret, place);
            let others = keys[place + 1..].iter().map(|key| secret(key)).collect::<Vec<_>>();
            let has_others = !others.is_empty();
            let verdict = verify(Secrets::AnyKind(others), &signatures);
            let is_mismatch = matches!(verdict, Err(VerifyError::Mismatch(_)));
            assert_eq!(is_mismatch, has_others);
            assert_eq!(matches!(verdict, Err(VerifyError::NoSecret(_))), !has_others);
        }
    }
}

#[test]
fn every_signature_whose_secret_is_known_must_match() {
    use Scheme::{Body, FinAgent, Hub};
    let hub = sign(Hub, b"new", b"body");
    let right = sign(Body, b"old", b"body");
    let wrong = sign(Body, b"old", b"another");
    let fin = sign(FinAgent, b"fin", b"body");
    let fin_by_client = sign(FinAgent, b"new", b"body");
    let both = || by_kind(secrets([b"old", b"new"]), secrets([b"fin"]));
    let client = || Secrets::client(secrets([b"old", b"new"]));
    let only_fin = || by_kind(Vec::new(), secrets([b"fin"]));
    let of_any = || Secrets::AnyKind(secrets([b"old", b"new"]));
    for (known, signatures, scheme, not_verified) in [
        (both(), all([&hub, &right, &fin]), Hub, vec![]),
        (client(), all([&hub, &right, &fin]), Hub, vec![FinAgent]),
        (only_fin(), all([&hub, &right, &fin]), FinAgent, vec![Hub, Body]),
        (only_fin(), all([&hub, &wrong, &fin]), FinAgent, vec![Hub, Body]),
        // One secret cannot be of both kinds.
        (of_any(), all([&hub, &fin]), Hub, vec![FinAgent]),
        (of_any(), all([&fin_by_client]), FinAgent, vec![]),
    ] {
        let verified = verify(known, &signatures).unwrap();
        assert_eq!((verified.scheme, verified.not_verified), (scheme, not_verified));
    }
    for (known, signatures, scheme, matching) in [
        (both(), all([&hub, &wrong]), Body, vec![Hub]),
        (both(), all([&hub, &right, &fin_by_client]), FinAgent, vec![Hub, Body]),
        (both(), all([&fin_by_client]), FinAgent, vec![]),
        (client(), all([&hub, &wrong, &fin]), Body, vec![Hub]),
        (of_any(), all([&wrong, &fin]), Body, vec![]),
        (of_any(), all([&fin]), FinAgent, vec![]),
    ] {
        let found = mismatch(verify(known, &signatures));
        assert_eq!((found.scheme, found.matching), (scheme, matching));
        assert_eq!(found.is_one_of_several, signatures.are_several());
    }
    for (known, signatures, scheme) in [
        (client(), all([&fin]), FinAgent),
        (only_fin(), all([&hub, &right]), Hub),
        (Secrets::client(Vec::new()), all([&hub]), Hub),
        (Secrets::AnyKind(Vec::new()), all([&hub, &fin]), Hub),
    ] {
        let verdict = verify(known, &signatures);
        assert!(matches!(verdict, Err(VerifyError::NoSecret(missing)) if missing == scheme));
    }
}

/// Given as both kinds, one secret has to have made the signatures of both kinds: it is not known
/// to be a client secret alone, as one that was given without a kind is taken to be.
#[test]
fn one_secret_that_is_given_as_both_kinds_verifies_both() {
    let hub = sign(Scheme::Hub, b"same", b"body");
    let fin = sign(Scheme::FinAgent, b"fin", b"body");
    let known = || by_kind(secrets([b"same"]), secrets([b"same"]));
    let found = mismatch(verify(known(), &all([&hub, &fin])));
    assert_eq!((found.scheme, found.matching), (Scheme::FinAgent, vec![Scheme::Hub]));
    let right = sign(Scheme::FinAgent, b"same", b"body");
    assert_eq!(verify(known(), &all([&hub, &right])).unwrap().not_verified, []);
}

#[test]
fn only_secrets_that_are_needed_are_asked_for() {
    use SecretKind::{Client, FinAgent};
    let hub = sign(Scheme::Hub, b"k", b"body");
    let body = sign(Scheme::Body, b"k", b"body");
    let fin = sign(Scheme::FinAgent, b"k", b"body");
    let given = |client, fin_agent| Given::ByKind { client, fin_agent };
    for (signatures, given, kinds) in [
        (all([&hub, &body, &fin]), given(true, true), vec![Client, FinAgent]),
        (all([&hub, &body]), given(true, true), vec![Client]),
        (all([&fin]), given(true, true), vec![FinAgent]),
        (all([&hub, &fin]), given(true, false), vec![Client]),
        (all([&hub, &fin]), given(false, true), vec![FinAgent]),
        // Nothing verifies these: the first one's secret is asked for.
        (all([&hub, &fin]), Given::NOTHING, vec![Client]),
        (all([&fin]), given(true, false), vec![FinAgent]),
        (all([&hub]), given(false, true), vec![Client]),
        (all([&hub, &fin]), Given::AnyKind, vec![Client]),
        (all([&fin]), Given::AnyKind, vec![FinAgent]),
    ] {
        assert_eq!(Verifier::kinds_asked(&signatures, given), kinds, "{signatures:?} {given:?}");
    }
}

#[test]
fn a_body_over_the_limit_is_verified_without_its_details() {
    let body = || io::repeat(b'a').take(17 << 20);
    let signature = WebhookSignature::parse(&value(Scheme::Hub, b"k", body())).unwrap();
    let verified = signature.verify(&secret(b"k"), body()).unwrap();
    assert_eq!((verified.length, verified.details), (17 << 20, Details::TooLong));
}

#[test]
fn details_are_read_up_to_the_limit_exactly() {
    let key = secret(b"k");
    let mut body = br#"{"topic":"ping"}"#.to_vec();
    body.resize(MAX_DETAILS, b' ');
    let verified = sign(Scheme::Hub, b"k", &body).verify(&key, body.as_slice()).unwrap();
    assert!(matches!(verified.details, Details::Notification(_)));
    body.push(b' ');
    let verified = sign(Scheme::Hub, b"k", &body).verify(&key, body.as_slice()).unwrap();
    assert_eq!(verified.details, Details::TooLong);
}

#[test]
fn a_mismatch_names_the_cause_that_left_a_trace() {
    let signature = sign(Scheme::Hub, b"k", br#"{"a":1}"#);
    for (key, body, expected) in [
        (b"k".as_slice(), b"\x1f\x8b\x08\0".as_slice(), Some(Suspect::Compressed)),
        (b"k", b"\xef\xbb\xbf{\"a\":1}", Some(Suspect::ByteOrderMark)),
        (b"k", b"{\n  \"a\": 1\n}", Some(Suspect::Indented)),
        (b"k", b"{\"a\":1}\n", Some(Suspect::FinalLineEnding)),
        (b"k", b"{\"a\":2}", None),
        (b"k", b"\n", Some(Suspect::FinalLineEnding)),
        (b"k\n", b"{\"a\":1}", Some(Suspect::SpacedSecret)),
        (b"K", b"{\"a\":1}", None),
    ] {
        let found = mismatch(signature.verify(&secret(key), body));
        assert_eq!((found.suspect, found.diagnosis), (expected, None));
    }
}

#[test]
fn a_body_that_cannot_be_read_to_its_end_is_not_judged() {
    let key = secret(b"k");
    for signed in [b"body".as_slice(), b"another"] {
        let error = sign(Scheme::Hub, b"k", signed).verify(&key, b"body".chain(Broken));
        assert!(matches!(error, Err(VerifyError::Unreadable(_))), "{error:?}");
    }
}

/// `listen` refuses such a request. The stricter verdict is the one of both.
#[test]
fn a_body_that_is_shorter_than_stated_never_matches() {
    let verifier = Verifier::new(Secrets::client(secrets([b"k"])));
    let judge = |signed: &[u8], stated| {
        let signatures = sign(Scheme::Hub, b"k", signed).into();
        verifier.verify_and_explain(&signatures, b"body".as_slice(), stated)
    };
    for stated in [None, Some(4), Some(3), Some(0)] {
        assert!(judge(b"body", stated).is_ok(), "{stated:?}");
    }
    let error = judge(b"body", Some(5)).unwrap_err();
    assert!(matches!(error, VerifyError::BreaksOff { stated: 5, found: 4 }), "{error:?}");
    let diagnosis = mismatch(judge(b"body, whole", Some(11))).diagnosis.unwrap();
    assert_eq!(diagnosis.certainty, Certainty::Likely);
    assert_eq!(diagnosis.causes, [Cause::Body(BodyCause::Truncated)]);
    let proven = mismatch(judge(b"body\n", Some(11))).diagnosis.unwrap();
    assert_eq!(proven.certainty, Certainty::Proven);
}

#[test]
fn a_malformed_signature_is_explained_and_never_verified() {
    let verifier = Verifier::new(Secrets::client(secrets([b"k"])));
    let right = value(Scheme::Hub, b"k", b"body".as_slice());
    let bare = &right["sha1=".len()..];
    let explain = |text, body: &[u8]| verifier.explain_malformed(text, body);
    let line = format!("X-Hub-Signature: {bare}");
    for text in [SignatureText::Value(bare), SignatureText::of_value_or_line(&line)] {
        assert!(text.parse().is_err());
        let diagnosis = explain(text, b"body").unwrap();
        assert_eq!(diagnosis.causes[0].code(), "prefix-missing");
        assert_eq!((explain(text, b"another body"), explain(text, b"")), (None, None));
    }
    assert_eq!(explain(SignatureText::Value(&right), b"body"), None);
}

proptest! {
    #[test]
    fn the_pieces_a_body_comes_in_make_no_difference(
        body: Vec<u8>,
        key in proptest::collection::vec(any::<u8>(), 1..100),
        sizes in proptest::collection::vec(0_usize..20, 1..10),
    ) {
        let pieces = Pieces { rest: &body, sizes, turn: 0 };
        let verified = sign(Scheme::Hub, &key, &body).verify(&secret(&key), pieces).unwrap();
        prop_assert_eq!(verified.length, body.len() as u64);
    }

    #[test]
    fn one_flipped_bit_anywhere_is_no_match(
        body in proptest::collection::vec(any::<u8>(), 1..200),
        position: prop::sample::Index,
        bit in 0_u32..8,
        in_body: bool,
    ) {
        let mut digest = sign(Scheme::Hub, b"k", &body).digest().to_vec();
        let mut received = body.clone();
        if in_body {
            received[position.index(body.len())] ^= 1 << bit;
        } else {
            digest[position.index(20)] ^= 1 << bit;
        }
        let signature = WebhookSignature::parse(&format!("sha1={}", hex::encode(digest))).unwrap();
        prop_assert!(signature.verify(&secret(b"k"), received.as_slice()).is_err());
    }
}
