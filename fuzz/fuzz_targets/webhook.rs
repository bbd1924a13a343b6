//! Headers, signatures and bodies that were saved: no panic, and no match without the secret.
#![no_main]

use intercom_sec::identity::UserHash;
use intercom_sec::secret::Secret;
use intercom_sec::webhook::{Scheme, Signatures, WebhookSignature};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let secret = Secret::new(b"a secret that no input holds".to_vec()).expect("not empty");
    let (headers, body) = bytes.split_at(bytes.len() / 2);
    for signature in Signatures::in_headers(headers).iter().flat_map(Signatures::iter) {
        assert!(signature.verify(&secret, body).is_err());
    }
    let text = String::from_utf8_lossy(headers);
    if let Ok(signature) = WebhookSignature::parse(&text) {
        assert!(signature.verify(&secret, body).is_err());
    }
    for scheme in Scheme::ALL {
        if let Ok(signature) = WebhookSignature::parse_as(scheme, &text) {
            assert!(signature.verify(&secret, body).is_err());
        }
    }
    let _ = UserHash::parse(&text);
});
