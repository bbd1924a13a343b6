//! Bearer tokens, names of files and heads of requests: no panic, and no token without the key.
#![no_main]

use intercom_sec::receiver::{BearerKey, ForwardTarget, file_name, request_head};
use intercom_sec::secret::Secret;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let secret =
        Secret::new(b"a secret that no input holds, of 32 bytes".to_vec()).expect("not empty");
    let key = BearerKey::parse(&secret).expect("a secret");
    assert!(key.subject(bytes).is_err());
    let (head, rest) = bytes.split_at(bytes.len() / 2);
    if let Some(other) = Secret::new(head.to_vec()) {
        if let Ok(key) = BearerKey::parse(&other) {
            let _ = key.subject(rest);
        }
    }
    let text = String::from_utf8_lossy(bytes);
    let _ = ForwardTarget::parse(&text, false);
    let name = file_name(bytes.len() as i64, Some(&text));
    assert!(!name.contains(['/', '\\', '\0']) && !name.starts_with('.'));
    let saved = request_head("POST / HTTP/1.1", [("x-hub-signature", rest)]);
    assert!(saved.starts_with(b"POST / HTTP/1.1\r\n"));
});
