//! Answers of whatever stands where Intercom should: no panic, and the token is never repeated.
#![no_main]

use intercom_sec::api::{Answer, Credential, judge};
use intercom_sec::secret::Secret;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let secret = Secret::new(b"Abc123Def456".to_vec()).expect("not empty");
    let credential = Credential::parse(&secret).expect("a token");
    let Some((&status, body)) = bytes.split_first() else { return };
    let status = [200, 302, 400, 401, 403, 408, 429, 500][usize::from(status % 8)];
    let header = String::from_utf8_lossy(&body[..body.len().min(64)]).into_owned();
    let headers = vec![("location".to_owned(), header)];
    let judgement = judge(&Answer { status, headers, body: Some(body.to_vec()) }, &credential);
    let told = format!("{judgement:?}").to_lowercase();
    assert!(!told.contains("abc123def456"), "{told}");
});
