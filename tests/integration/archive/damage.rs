//! Archives that were cut off or changed: what is there is shown, and that it is not all is told.

use intercom_sec::archive::{Reason, format_of};
use proptest::prelude::*;

use super::{lines, python, run_if_there, walk};
use crate::support::archives::{Entry, ZipFile, octal, tar_member};

/// Whether a reason speaks of bytes that are not there.
fn is_cut(reason: Reason) -> bool {
    matches!(reason, Reason::Truncated { .. } | Reason::Damaged { .. })
}

#[test]
fn a_gzip_file_that_is_cut_shows_what_zlib_gets_out_of_it() {
    let directory = python(
        "import gzip, zlib, random
random.seed(3)
text = b''.join(b'line %d\\n' % random.randrange(10**6) for _ in range(300))
data = gzip.compress(text)
open('file.gz', 'wb').write(data)
open('text', 'wb').write(text)
with open('lengths', 'w') as out:
    for end in range(len(data)):
        pack = zlib.decompressobj(31)
        out.write('%d\\n' % len(pack.decompress(data[:end])))",
    );
    let read = |name| std::fs::read(directory.path().join(name)).expect("made");
    let (file, text) = (read("file.gz"), read("text"));
    let lengths = String::from_utf8(read("lengths")).expect("text");
    for (end, length) in lengths.lines().enumerate() {
        let length: usize = length.parse().expect("a number");
        let walked = walk(&file[..end]);
        let shown = walked.members.first().map_or(&[][..], |seen| &seen.content);
        assert_eq!(shown, &text[..length], "cut at {end}");
        if length > 0 {
            let expected = [Reason::Truncated { read: length as u64 }];
            assert_eq!(walked.reasons(), expected, "cut at {end}");
        }
    }
}

#[test]
fn cut_streams_of_other_kinds_show_what_was_whole() {
    let directory = python(
        "import bz2, lzma, random
random.seed(4)
text = b''.join(b'line %d\\n' % random.randrange(10**9) for _ in range(20000))
open('text', 'wb').write(text)
open('bzip2', 'wb').write(bz2.compress(text, 1))
open('xz', 'wb').write(lzma.compress(text))",
    );
    let read = |name| std::fs::read(directory.path().join(name)).expect("made");
    let text = read("text");
    let mut files = vec![read("bzip2"), read("xz")];
    files.extend(run_if_there("zstd", &["-qc"], &text));
    for file in files {
        let format = format_of(&file[..512]).expect("an archive");
        let mut most = 0;
        for cut in 1..40 {
            let walked = walk(&file[..file.len() - file.len() * cut / 40]);
            if cut == 39 && walked.outcome.format.is_none() {
                continue;
            }
            let shown = walked.members.first().map_or(&[][..], |seen| &seen.content);
            assert!(text.starts_with(shown), "{}", format.name());
            assert!(walked.reasons().iter().any(|&reason| is_cut(reason)), "{}", format.name());
            most = most.max(shown.len());
        }
        // Blocks are decoded as a whole; all but the last one come.
        assert!(most >= text.len() / 2, "{}: {most}", format.name());
    }
}

#[test]
fn a_tar_file_that_is_cut_shows_the_start_of_its_last_member() {
    let first = tar_member("a", b"ustar\x0000", &octal(700), &[b'x'; 700]);
    let file = [first.clone(), tar_member("b", b"ustar\x0000", &octal(600), &[b'y'; 600])].concat();
    let contents = [vec![b'x'; 700], vec![b'y'; 600]].concat();
    for end in 513..file.len() {
        let walked = walk(&file[..end]);
        let shown: Vec<u8> = walked.members.iter().flat_map(|seen| seen.content.clone()).collect();
        let there = match end {
            ..1536 => (end - 512).min(700),
            1536..2048 => 700,
            _ => 700 + (end - 2048).min(600),
        };
        assert_eq!(shown, contents[..there], "cut at {end}");
        // What lacks only its padding lacks nothing.
        let is_whole = (1212..=1536).contains(&end) || end >= 2648;
        assert_eq!(walked.outcome.is_complete(), is_whole, "cut at {end}");
    }
}

#[test]
fn a_zip_file_that_is_cut_is_told_and_shows_the_entries_before() {
    let (first, second) = (lines(20), lines(30));
    let directory = python(
        "import zlib, sys
for name in ['a']:
    pack = zlib.compressobj(9, zlib.DEFLATED, -15)
    open(name, 'wb').write(pack.compress(b'deflated ' * 50) + pack.flush())",
    );
    let deflated = std::fs::read(directory.path().join("a")).expect("made");
    let content = b"deflated ".repeat(50);
    let mut file = ZipFile::default();
    file.add(&Entry::stored("1", &first));
    file.add(&Entry::new("2", 8, &deflated, &content));
    file.add(&Entry::stored("3", &second));
    let file = file.finish();
    for end in 31..file.len() {
        let walked = walk(&file[..end]);
        assert!(!walked.outcome.is_complete(), "cut at {end}");
        let shown = |name: &str| {
            let seen = walked.members.iter().find(|seen| seen.path == name);
            seen.map_or(&[][..], |seen| seen.content.as_slice())
        };
        let there = (end - 31).min(first.len());
        assert_eq!(shown("1"), &first[..there], "cut at {end}");
        assert!(content.starts_with(shown("2")) && second.starts_with(shown("3")));
        if end > 31 + first.len() + 31 + deflated.len() {
            assert_eq!(shown("2"), content, "cut at {end}");
        }
    }
}

#[test]
fn a_changed_byte_never_hides_content_without_a_word() {
    let directory = python(
        "import gzip, bz2, lzma, zipfile
text = b'the content that is looked for, and some more of it'
open('gzip', 'wb').write(gzip.compress(text))
open('bzip2', 'wb').write(bz2.compress(text))
open('xz', 'wb').write(lzma.compress(text))
for name, method in {'zip': 8, 'zip-bzip2': 12}.items():
    with zipfile.ZipFile(name, 'w', method) as file: file.writestr('name', text)",
    );
    let text: &[u8] = b"the content that is looked for, and some more of it";
    for name in ["gzip", "bzip2", "xz", "zip", "zip-bzip2"] {
        let file = std::fs::read(directory.path().join(name)).expect("made");
        for at in 0..file.len() {
            for bit in 0..8 {
                let mut changed = file.clone();
                changed[at] ^= 1 << bit;
                let walked = walk(&changed);
                let is_told = !walked.outcome.is_complete();
                // A header that makes no sense is no archive; a gzip stream that breaks at once
                // is none either.
                let is_none = walked.outcome.format.is_none()
                    || (name == "gzip" && walked.outcome.bytes == 0);
                assert!(walked.has(text) || is_told || is_none, "{name}: bit {bit} of byte {at}");
            }
        }
    }
}

#[test]
fn what_comes_before_damage_in_a_long_gzip_file_is_shown() {
    let directory = python(
        "import gzip, random
random.seed(7)
text = b''.join(b'line %d\\n' % random.randrange(10**9) for _ in range(60000))
open('text', 'wb').write(text)
open('file', 'wb').write(gzip.compress(text))",
    );
    let read = |name| std::fs::read(directory.path().join(name)).expect("made");
    let (text, file) = (read("text"), read("file"));
    for tenth in 1..10 {
        let at = file.len() * tenth / 10;
        let mut changed = file.clone();
        changed[at..at + 64].fill(0xff);
        let walked = walk(&changed);
        assert!(!walked.outcome.is_complete());
        let shown = &walked.members[0].content;
        let same = shown.iter().zip(&text).take_while(|(a, b)| a == b).count();
        assert!(same > text.len() * tenth / 10 - 20_000, "{same} of {} at {at}", text.len());
    }
}

/// A small archive of every kind, each in the next.
fn archives() -> Vec<Vec<u8>> {
    let directory = python(
        "import gzip, bz2, lzma, zipfile, tarfile, io
def tar(data):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w', format=tarfile.PAX_FORMAT) as file:
        info = tarfile.TarInfo('m' * 120); info.size = len(data); file.addfile(info, io.BytesIO(data))
    return out.getvalue()
def pack(data, method=8):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', method) as file: file.writestr('m', data)
    return out.getvalue()
text = b'text ' * 40
kinds = [gzip.compress, bz2.compress, lzma.compress, tar, pack, lambda d: pack(d, 12), lambda d: pack(d, 14)]
number = 0
for outer in kinds:
    for inner in kinds:
        open('%02d' % number, 'wb').write(outer(inner(text))); number += 1",
    );
    let names = std::fs::read_dir(directory.path()).expect("made");
    let mut files: Vec<_> = names.map(|name| name.expect("made").path()).collect();
    files.sort_unstable();
    let mut files: Vec<_> =
        files.into_iter().map(|path| std::fs::read(path).expect("made")).collect();
    if let Some(zstd) = run_if_there("zstd", &["-qc"], &files[0]) {
        files.push(zstd);
    }
    files
}

#[test]
fn no_change_to_an_archive_breaks_the_walk() {
    let files = archives();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 3000,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let change = (any::<prop::sample::Index>(), any::<u8>());
    let strategy = (
        any::<prop::sample::Index>(),
        prop::collection::vec(change, 0..6),
        prop::option::of(any::<prop::sample::Index>()),
        prop::option::weighted(0.2, (any::<prop::sample::Index>(), any::<prop::sample::Index>())),
    );
    let result = runner.run(&strategy, |(which, changes, cut, doubled)| {
        let mut file = which.get(&files).clone();
        for (at, byte) in changes {
            let at = at.index(file.len());
            file[at] = byte;
        }
        if let Some((a, b)) = doubled {
            let (a, b) = (a.index(file.len()), b.index(file.len()));
            let part = file[a.min(b)..a.max(b)].to_vec();
            file.extend(part);
        }
        if let Some(cut) = cut {
            file.truncate(cut.index(file.len()));
        }
        // The helper checks that the calls of the visitor fit together.
        walk(&file);
        Ok(())
    });
    result.expect("no panic");
}
