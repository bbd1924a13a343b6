//! An independent HMAC. Without `openssl` on the machine the tests fail: an oracle that is
//! skipped proves nothing.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// The lowercase hex of HMAC with `digest`, as the option that names it (`-sha1`, `-sha256`).
pub(crate) fn hmac(digest: &str, key: &[u8], message: &[u8]) -> String {
    let mut option = "hexkey:".to_owned();
    for byte in key {
        let _ = write!(option, "{byte:02x}");
    }
    let mut child = Command::new("openssl")
        .args(["dgst", digest, "-mac", "HMAC", "-macopt", &option])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("these tests compare with openssl: install it");
    child.stdin.take().expect("piped").write_all(message).expect("openssl reads the message");
    let output = child.wait_with_output().expect("openssl ends");
    assert!(output.status.success(), "{output:?}");
    // "SHA2-256(stdin)= hex", and other words before the hex in other versions.
    let text = String::from_utf8(output.stdout).expect("ASCII");
    text.split_whitespace().last().expect("a digest").to_owned()
}
