//! Tables of refs and reflogs: any bytes, and any blocks in a frame whose checksum fits.
#![no_main]

use intercom_sec::git::refs::reftable::{Stack, Table};
use intercom_sec::scan::HashKind;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = Table::parse(bytes, HashKind::Sha1);
    // The first byte says how much of the rest is one table, the others make another.
    let Some((&share, blocks)) = bytes.split_first() else { return };
    let (first, second) = blocks.split_at(blocks.len() * usize::from(share) / 256);
    for (version, id, hash) in [(1, &b""[..], HashKind::Sha1), (2, b"s256", HashKind::Sha256)] {
        let parse = |blocks| Table::parse(&framed(version, id, blocks), hash);
        let tables: Vec<_> = [first, second].into_iter().flat_map(parse).collect();
        let stack = Stack { tables };
        for (name, value) in stack.refs() {
            assert_eq!(stack.find(name), Some(value));
        }
        let _ = stack.logs();
    }
});

/// A table of these blocks. Where it has logs, the footer says so.
fn framed(version: u8, id: &[u8], blocks: &[u8]) -> Vec<u8> {
    let mut header = b"REFT".to_vec();
    header.extend([version, 0, 0, 0]);
    header.extend([0; 16]);
    header.extend(id);
    let log = blocks.iter().position(|&byte| byte == b'g').map_or(0, |at| header.len() + at);
    let mut footer = header.clone();
    footer.extend([0; 24]);
    footer.extend((log as u64).to_be_bytes());
    footer.extend([0; 8]);
    footer.extend(crc32fast::hash(&footer).to_be_bytes());
    [header, blocks.to_vec(), footer].concat()
}
