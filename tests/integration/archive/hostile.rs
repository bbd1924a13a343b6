//! Archives that are made to hide something, or to take all time and memory.

use intercom_sec::archive::Reason;

use super::{limits, python, walk, walk_within};
use crate::support::archives::{Entry, ZipFile};

#[test]
fn an_entry_that_the_directory_leaves_out_is_read() {
    let mut file = ZipFile::default();
    file.local(&Entry::stored("first", b"hidden at the start"));
    file.add(&Entry::stored("shown", b"in plain sight"));
    file.local(&Entry::stored("last", b"hidden at the end"));
    let file = file.finish();
    let expected: [(&str, &str, &[u8]); 3] = [
        ("zip", "first", b"hidden at the start"),
        ("zip", "last", b"hidden at the end"),
        ("zip", "shown", b"in plain sight"),
    ];
    assert_eq!(walk(&file).complete(), expected);
}

#[test]
fn a_local_header_that_contradicts_the_directory_is_read_too() {
    let directory = python(
        "import zlib
pack = zlib.compressobj(9, zlib.DEFLATED, -15)
open('data', 'wb').write(pack.compress(b'by the directory') + pack.flush())",
    );
    let data = std::fs::read(directory.path().join("data")).expect("made");
    let listed = Entry::new("name", 8, &data, b"by the directory");
    let mut file = ZipFile::default();
    let at = file.local(&Entry { method: 0, name: "gnam", ..listed });
    file.list(&listed, at);
    let walked = walk(&file.finish());
    assert!(walked.has(b"by the directory"));
    assert!(walked.has(&data));
    assert!(walked.texts.iter().any(|(_, text)| text == b"gnam"));
    assert!(walked.outcome.is_complete());
}

#[test]
fn an_entry_behind_the_length_that_its_header_claims_is_read() {
    let directory = python(
        "import zlib
pack = zlib.compressobj(9, zlib.DEFLATED, -15)
open('data', 'wb').write(pack.compress(b'shown') + pack.flush())",
    );
    let data = std::fs::read(directory.path().join("data")).expect("made");
    let mut inner = ZipFile::default();
    inner.local(&Entry::stored("hidden", b"behind deflate's end"));
    // The stream ends before its stated length, which covers the other entry.
    let both = [data.as_slice(), &inner.bytes].concat();
    let mut file = ZipFile::default();
    file.add(&Entry::new("shown", 8, &both, b"shown"));
    let walked = walk(&file.finish());
    assert!(walked.has(b"shown") && walked.has(b"behind deflate's end"));
}

#[test]
fn an_archive_in_an_archive_is_opened_to_a_depth_and_then_told() {
    let directory = python(
        "import gzip
data = b'innermost'
for depth in range(1, 14):
    data = gzip.compress(data)
    open(str(depth), 'wb').write(data)",
    );
    for depth in 1..14 {
        let file = std::fs::read(directory.path().join(depth.to_string())).expect("made");
        let walked = walk(&file);
        assert_eq!(walked.has(b"innermost"), depth <= 10, "{depth}");
        if depth > 10 {
            assert_eq!(walked.reasons(), [Reason::Depth]);
            assert_eq!(walked.outcome.unopened[0].chain.len(), 11);
        }
    }
}

#[test]
fn bombs_end_at_the_limits() {
    let directory = python(
        "import gzip, bz2, lzma, zipfile
zeros = bytes(50_000_000)
open('gz', 'wb').write(gzip.compress(zeros, 1))
open('gzgz', 'wb').write(gzip.compress(gzip.compress(zeros)))
open('bz2', 'wb').write(bz2.compress(zeros))
open('xz', 'wb').write(lzma.compress(zeros, preset=1))
with zipfile.ZipFile('zip', 'w', 8) as file: file.writestr('a', zeros)
with zipfile.ZipFile('zips', 'w', 8) as file:
    for n in range(20): file.write('zip', str(n))",
    );
    let ratio = limits(|limits| (limits.ratio_from, limits.ratio) = (1_000_000, 10));
    for name in ["gz", "gzgz", "bz2", "xz", "zip", "zips"] {
        let file = std::fs::read(directory.path().join(name)).expect("made");
        let walked = walk_within(&file, &ratio);
        assert_eq!(walked.reasons(), [Reason::Ratio], "{name}");
        let most = (file.len() * 10).max(1_000_000) as u64;
        assert!(walked.outcome.bytes <= most, "{name}: {}", walked.outcome.bytes);
        assert!(walked.outcome.bytes > most / 2, "{name}: {}", walked.outcome.bytes);
        let mut bytes = ratio;
        bytes.bytes = 500_000;
        let walked = walk_within(&file, &bytes);
        assert_eq!(walked.reasons(), [Reason::Bytes], "{name}");
    }
}

#[test]
fn entries_that_share_their_data_count_each_time() {
    let directory = python(
        "import zlib
pack = zlib.compressobj(9, zlib.DEFLATED, -15)
open('data', 'wb').write(pack.compress(bytes(1_000_000)) + pack.flush())
open('empty', 'wb').write(b'\\0\\0\\0\\xff\\xff' * 40000 + b'\\x03\\0')",
    );
    let read = |name| std::fs::read(directory.path().join(name)).expect("made");
    let ratio = limits(|limits| (limits.ratio_from, limits.ratio) = (0, 20));
    for (data, content) in [(read("data"), vec![0; 1_000_000]), (read("empty"), Vec::new())] {
        let mut file = ZipFile::default();
        let entry = Entry::new("entry", 8, &data, &content);
        let at = file.local(&entry);
        for _ in 0..60_000 {
            file.list(&entry, at);
        }
        let file = file.finish();
        // Much input that makes nothing is bounded like much output.
        let walked = walk_within(&file, &ratio);
        assert_eq!(walked.reasons(), [Reason::Ratio]);
        let read = walked.outcome.members * (data.len() + content.len()) as u64;
        assert!(read <= (file.len() * 21 + data.len() + content.len()) as u64);
    }
}

#[test]
fn too_many_members_are_told() {
    let mut file = ZipFile::default();
    for number in 0..50 {
        file.add(&Entry::stored(&number.to_string(), b"content"));
    }
    let file = file.finish();
    let walked = walk_within(&file, &limits(|limits| limits.members = 20));
    assert_eq!(walked.members.len(), 20);
    assert_eq!(walked.reasons(), [Reason::Members]);
    let walked = walk_within(&file, &limits(|limits| limits.members = 50));
    assert!(walked.outcome.is_complete());
}

#[test]
fn of_many_places_that_cannot_be_read_all_are_counted() {
    let mut file = ZipFile::default();
    for number in 0..300 {
        file.add(&Entry { flags: 1, ..Entry::stored(&number.to_string(), b"............") });
    }
    let outcome = walk(&file.finish()).outcome;
    assert_eq!((outcome.unopened.len(), outcome.more), (100, 200));
    assert!(!outcome.is_complete());
}

#[test]
fn an_inner_zip_file_too_long_to_be_held_is_read_on_the_way() {
    let directory = python(
        "import gzip, zipfile, io, random
random.seed(1)
out = io.BytesIO()
with zipfile.ZipFile(out, 'w', 8) as file:
    for n in range(300): file.writestr('n%d' % n, random.randbytes(2000))
    file.writestr('stored', b'as it is', 0)
    file.writestr('text', b'text ' * 1000)
open('file', 'wb').write(gzip.compress(out.getvalue()))",
    );
    let file = std::fs::read(directory.path().join("file")).expect("made");
    let whole = walk(&file);
    let members = whole.complete();
    assert_eq!(members.len(), 303);
    let walked = walk_within(&file, &limits(|limits| limits.memory = 100_000));
    assert_eq!(walked.complete(), members);
}

#[test]
fn what_needs_too_much_memory_is_told() {
    let directory = python(
        "import lzma
filters = [{'id': lzma.FILTER_LZMA2, 'dict_size': 1 << 27}]
open('xz', 'wb').write(lzma.compress(b'content', filters=filters))",
    );
    let file = std::fs::read(directory.path().join("xz")).expect("made");
    let walked = walk_within(&file, &limits(|limits| limits.memory = 1 << 24));
    assert_eq!(walked.reasons(), [Reason::Memory]);
}
