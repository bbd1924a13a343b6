//! Saved deliveries and their explanations: no panic, and no explanation without a mismatch.
#![no_main]

use std::path::Path;

use intercom_sec::secret::Secret;
use intercom_sec::webhook::saved::{Entry, Form, read_har, read_ndjson, read_request};
use intercom_sec::webhook::{Claim, Scheme, Signatures, WebhookSignature, diagnose};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let secret = Secret::new(b"a secret that no input holds".to_vec()).expect("not empty");
    let secrets = std::slice::from_ref(&secret);
    let _ = Form::of(Path::new("a"), bytes);
    let mut entries: Vec<Entry> = read_ndjson(bytes).collect();
    entries.extend(read_har(bytes).unwrap_or_default());
    entries.extend(read_request("a", bytes.to_vec()).ok().map(Entry::Delivery));
    for entry in entries {
        let Entry::Delivery(delivery) = entry else { continue };
        for signature in Signatures::in_headers(&delivery.head).iter().flat_map(Signatures::iter) {
            assert!(signature.verify(&secret, delivery.body.as_slice()).is_err());
            let _ = diagnose(&signature.into(), secrets, &[], &delivery.body);
        }
    }
    let (value, body) = bytes.split_at(bytes.len().min(80));
    if let Some(claim) = Claim::read(Scheme::Hub, &String::from_utf8_lossy(value)) {
        let _ = diagnose(&claim, secrets, &[], body).sentence();
    }
    let zeros = WebhookSignature::parse(&format!("sha1={}", "0".repeat(40))).expect("well-formed");
    let _ = diagnose(&(&zeros).into(), secrets, &[], bytes).sentence();
});
