//! Each kind of archive, with what is usual in it and what is seldom.

use intercom_sec::archive::{Format, Reason, TextKind, format_of};

use super::{lines, python, run, run_if_there, walk};
use crate::support::archives::{Entry, ZipFile, octal, tar_header, tar_member};

#[test]
fn streams_behind_each_other_are_one_content() {
    let directory = python(
        "import gzip, bz2, lzma
text = b'first\\n' * 5000
both = lambda pack: pack(text) + pack(b'second')
filters = [{'id': lzma.FILTER_X86}, {'id': lzma.FILTER_LZMA2, 'preset': 1}]
for name, data in {
    'gz': both(gzip.compress), 'gz-padded': both(gzip.compress) + bytes(1000),
    'gz-trailing': both(gzip.compress) + b'and something else',
    'bz2': both(bz2.compress), 'bz2-trailing': both(bz2.compress) + b'BZh and something else',
    'xz': both(lzma.compress), 'xz-padded': lzma.compress(text) + bytes(8) + lzma.compress(b'second') + bytes(4),
    'xz-trailing': both(lzma.compress) + b'something else',
    'xz-filtered': both(lambda data: lzma.compress(data, filters=filters, check=lzma.CHECK_SHA256)),
}.items():
    open(name, 'wb').write(data)
",
    );
    let content = [b"first\n".repeat(5000), b"second".to_vec()].concat();
    for (name, format) in [
        ("gz", "gzip"),
        ("gz-padded", "gzip"),
        ("gz-trailing", "gzip"),
        ("bz2", "bzip2"),
        ("bz2-trailing", "bzip2"),
        ("xz", "xz"),
        ("xz-padded", "xz"),
        ("xz-trailing", "xz"),
        ("xz-filtered", "xz"),
    ] {
        let file = std::fs::read(directory.path().join(name)).expect("made");
        let walked = walk(&file);
        assert_eq!(walked.complete(), [(format, "", content.as_slice())], "{name}");
    }
}

#[test]
fn frames_of_zstd_are_one_content_and_those_to_skip_are_skipped() {
    let text = lines(30_000);
    let pack =
        |text: &[u8], options: &[&str]| run_if_there("zstd", &[&["-qc"], options].concat(), text);
    let (Some(first), Some(second), Some(plain)) = (
        pack(&text, &[]),
        pack(&text, &["--ultra", "-22", "--long=27"]),
        pack(b"end", &["--no-check"]),
    ) else {
        return;
    };
    let skip = b"\x5f\x2a\x4d\x18\x05\0\0\0abcde";
    let file = [skip.as_slice(), &first, skip, &second, skip, &plain, skip].concat();
    let content = [text.as_slice(), &text, b"end"].concat();
    assert_eq!(walk(&file).complete(), [("zstd", "", content.as_slice())]);
    // Other formats begin with such a frame too.
    assert_eq!(
        walk(&[skip.as_slice(), b"something else"].concat()).complete(),
        [("zstd", "", [].as_slice())]
    );
}

#[test]
fn another_archive_behind_the_end_of_one_is_opened() {
    let directory = python(
        "import gzip, bz2
open('file', 'wb').write(gzip.compress(b'one') + bytes(7) + bz2.compress(b'two'))",
    );
    let file = std::fs::read(directory.path().join("file")).expect("made");
    let expected: [(&str, &str, &[u8]); 2] = [("bzip2", "", b"two"), ("gzip", "", b"one")];
    assert_eq!(walk(&file).complete(), expected);
}

#[test]
fn a_gzip_file_gives_its_name_and_comment() {
    let directory = python(
        "import zlib, struct
body = zlib.compressobj(9, zlib.DEFLATED, -15)
data = body.compress(b'content') + body.flush()
head = b'\\x1f\\x8b\\x08\\x1f' + bytes(6) + b'\\x04\\0AB\\0\\0' + b'a name\\0' + b'a comment\\0'
head += struct.pack('<H', zlib.crc32(head) & 0xffff)
open('file', 'wb').write(head + data + struct.pack('<II', zlib.crc32(b'content'), 7))",
    );
    let walked = walk(&std::fs::read(directory.path().join("file")).expect("made"));
    assert_eq!(walked.complete(), [("gzip", "", b"content".as_slice())]);
    assert_eq!(
        walked.texts,
        [
            (TextKind::Extra, b"AB\0\0".to_vec()),
            (TextKind::Name, b"a name".to_vec()),
            (TextKind::Comment, b"a comment".to_vec())
        ]
    );
}

#[test]
fn zip_files_are_read_whatever_made_them() {
    let directory = python(
        "import zipfile, subprocess
text = b'some text\\n' * 5000
for name, method in {'stored': 0, 'deflate': 8, 'bzip2': 12, 'lzma': 14}.items():
    with zipfile.ZipFile(name, 'w', method) as file:
        file.comment = b'of the archive'
        file.writestr('dir/', b'')
        file.writestr('dir/a', text)
        with file.open('long', 'w', force_zip64=True) as entry: entry.write(b'64 bits')
        file.writestr('dir/a', b'the same name')
        info = zipfile.ZipInfo('../../up'); info.comment = b'of the entry'; info.compress_type = method
        file.writestr(info, b'')
# Nowhere to seek to: sizes and checksums stand behind the data.
class Pipe:
    def __init__(self, file): self.file = file
    def write(self, data): return self.file.write(data)
    def flush(self): pass
for name, method in {'piped-stored': 0, 'piped-deflate': 8, 'piped-bzip2': 12, 'piped-lzma': 14}.items():
    with open(name, 'wb') as out, zipfile.ZipFile(Pipe(out), 'w', method) as file:
        file.comment = b'of the archive'
        file.writestr('dir/', b'')
        file.writestr('dir/a', text)
        with file.open('long', 'w', force_zip64=True) as entry: entry.write(b'64 bits')
        file.writestr('dir/a', b'the same name')
        info = zipfile.ZipInfo('../../up'); info.comment = b'of the entry'; info.compress_type = method
        file.writestr(info, b'')
for name in ['stored', 'deflate', 'piped-deflate']:
    data = open(name, 'rb').read()
    open('run-' + name, 'wb').write(b'#!/usr/bin/env python3\\n' + data)
    open('padded-' + name, 'wb').write(data + b'something behind it')
",
    );
    let text = b"some text\n".repeat(5000);
    let mut count = 0;
    for file in std::fs::read_dir(directory.path()).expect("made") {
        let path = file.expect("made").path();
        let walked = walk(&std::fs::read(&path).expect("made"));
        let mut members = walked.complete();
        // Directories, and nothing else, may have no content.
        members.retain(|(_, name, content)| !content.is_empty() || *name != "dir/");
        let expected: [(&str, &str, &[u8]); 4] = [
            ("zip", "../../up", b""),
            ("zip", "dir/a", &text),
            ("zip", "dir/a", b"the same name"),
            ("zip", "long", b"64 bits"),
        ];
        assert!(members == expected, "{}: {:?}", path.display(), walked.outcome);
        for comment in ["of the archive", "of the entry"] {
            let is_there = |(kind, text): &(TextKind, Vec<u8>)| {
                *kind == TextKind::Comment && text == comment.as_bytes()
            };
            assert!(walked.texts.iter().any(is_there), "{}", path.display());
        }
        count += 1;
    }
    assert_eq!(count, 14);
}

#[test]
fn the_rarer_methods_of_zip_are_read() {
    let directory = python(
        "import zlib, lzma
pack = zlib.compressobj(9, zlib.DEFLATED, -15)
open('deflate', 'wb').write(pack.compress(b'by deflate 64') + pack.flush())
open('xz', 'wb').write(lzma.compress(b'by xz'))",
    );
    let read = |name| std::fs::read(directory.path().join(name)).expect("made");
    let (deflated, xz) = (read("deflate"), read("xz"));
    let zstd = run_if_there("zstd", &["-qc"], b"by zstd");
    let mut file = ZipFile::default();
    // What is short and has no long matches is the same in both kinds of deflate.
    file.add(&Entry::new("9", 9, &deflated, b"by deflate 64"));
    file.add(&Entry::new("95", 95, &xz, b"by xz"));
    if let Some(zstd) = &zstd {
        file.add(&Entry::new("93", 93, zstd, b"by zstd"));
        file.add(&Entry::new("20", 20, zstd, b"by zstd"));
    }
    let walked = walk(&file.finish());
    assert_eq!(walked.complete().len(), if zstd.is_some() { 4 } else { 2 });
    assert!(walked.has(b"by deflate 64") && walked.has(b"by xz"));
    assert!(zstd.is_none() || walked.has(b"by zstd"));
}

#[test]
fn what_cannot_be_read_in_a_zip_file_is_told() {
    let mut file = ZipFile::default();
    file.add(&Entry { flags: 1, ..Entry::stored("secret", b"............") });
    file.add(&Entry { method: 99, ..Entry::stored("aes", b"............") });
    file.add(&Entry { method: 98, ..Entry::stored("ppmd", b"............") });
    file.add(&Entry { sum: 1, ..Entry::stored("sum", b"plain") });
    let walked = walk(&file.finish());
    let told: Vec<_> = walked
        .outcome
        .unopened
        .iter()
        .map(|unopened| (unopened.path.as_slice(), unopened.reason))
        .collect();
    let expected: [(&[u8], Reason); 4] = [
        (b"secret", Reason::Encrypted),
        (b"aes", Reason::Encrypted),
        (b"ppmd", Reason::Method(98)),
        (b"sum", Reason::Checksum { read: 5 }),
    ];
    assert_eq!(told, expected);
}

#[test]
fn an_entry_that_zip_encrypts_is_told() {
    let directory = tempfile::TempDir::new().expect("a directory");
    std::fs::write(directory.path().join("file"), b"content").expect("written");
    if run_if_there("zip", &["--version"], b"").is_none() {
        return;
    }
    run("zip", &["-qP", "password", "out.zip", "file"], b"", directory.path());
    let walked = walk(&std::fs::read(directory.path().join("out.zip")).expect("made"));
    assert_eq!(walked.reasons(), [Reason::Encrypted]);
    assert!(walked.members.is_empty());
}

#[test]
fn tar_files_are_read_whatever_made_them() {
    let directory = python(
        "import tarfile, io
kinds = {'ustar': tarfile.USTAR_FORMAT, 'gnu': tarfile.GNU_FORMAT, 'pax': tarfile.PAX_FORMAT}
for name, kind in kinds.items():
    for pack in ['', 'gz', 'bz2', 'xz']:
        with tarfile.open(name + '.' + pack, 'w:' + pack, format=kind) as file:
            def add(path, data, **more):
                info = tarfile.TarInfo(path); info.size = len(data)
                for key, value in more.items(): setattr(info, key, value)
                file.addfile(info, io.BytesIO(data))
            add('a', b'first')
            add('d' * 120 + '/' + 'e' * 90, b'x' * 1024)
            add('empty', b'')
            add('link', b'', type=tarfile.SYMTYPE, linkname='l' * 95)
            add('hard', b'', type=tarfile.LNKTYPE, linkname='a')
            add('dir', b'', type=tarfile.DIRTYPE)
            if name != 'ustar': add('n' * 300, b'long name', linkname='')
            if name == 'pax': add('p', b'noted', pax_headers={'comment': 'a pax comment'})
data = open('gnu.', 'rb').read()
open('twice.', 'wb').write(data + data)
",
    );
    let long = "n".repeat(300);
    let deep = format!("{}/{}", "d".repeat(120), "e".repeat(90));
    let block = [b'x'; 1024];
    for kind in ["ustar", "gnu", "pax", "twice"] {
        for (pack, format) in [("", ""), ("gz", "gzip"), ("bz2", "bzip2"), ("xz", "xz")] {
            if kind == "twice" && !pack.is_empty() {
                continue;
            }
            let path = directory.path().join(format!("{kind}.{pack}"));
            let walked = walk(&std::fs::read(path).expect("made"));
            let mut members = walked.complete();
            members.retain(|(chain, ..)| *chain != format);
            let tar = if format.is_empty() { "tar".to_owned() } else { format!("{format}>tar") };
            let mut expected: Vec<(&str, &str, &[u8])> =
                vec![(&tar, "a", b"first"), (&tar, &deep, &block)];
            if kind != "ustar" {
                expected.push((&tar, &long, b"long name"));
            }
            if kind == "pax" {
                expected.push((&tar, "p", b"noted"));
                let records: Vec<u8> = walked
                    .texts
                    .iter()
                    .filter(|(kind, _)| *kind == TextKind::Extra)
                    .flat_map(|(_, text)| text.clone())
                    .collect();
                assert!(records.windows(13).any(|text| text == b"a pax comment"));
            }
            if kind == "twice" {
                expected.extend(expected.clone());
                expected.sort_unstable();
            }
            assert_eq!(members, expected, "{kind} {pack}");
            let link = (TextKind::Link, "l".repeat(95).into_bytes());
            assert!(walked.texts.contains(&link), "{kind} {pack}");
        }
    }
}

#[test]
fn old_and_large_numbers_in_tar_are_understood() {
    let binary = *b"\x80\0\0\0\0\0\0\0\0\0\0\x05";
    let old = tar_member("v7", b"", &octal(5), b"first");
    let large = tar_member("base256", b"ustar  \0", &binary, b"other");
    // A directory whose size field is not zero, as some programs write it.
    let odd = tar_header("dir", b'5', b"ustar\x0000", &octal(4096));
    let file =
        [old, large, odd.clone(), tar_member("z", b"ustar\x0000", &octal(4), b"last")].concat();
    let expected: [(&str, &str, &[u8]); 3] =
        [("tar", "base256", b"other"), ("tar", "v7", b"first"), ("tar", "z", b"last")];
    assert_eq!(walk(&[file, vec![0; 1024]].concat()).complete(), expected);
}

#[test]
fn what_only_begins_like_an_archive_is_none() {
    let random = super::super::support::tokens::Random::new(5).bytes(600);
    for start in [
        b"\x1f\x8b".as_slice(),
        b"\x1f\x8b\x08",
        b"\x1f\x8b\x08\xff",
        b"\x1f\x8b\x08\0\0\0\0\0\0\0\x07",
        b"\x1f\x8b\x09\0",
        b"PK",
        b"PK\x03\x04",
        b"PK\x05\x06",
        b"PK\x03\x04 and a text that goes on for more than thirty bytes",
        b"BZh9 is a text",
        b"BZh",
        b"\xfd7zXZ\0",
        b"\xfd7zXZ\0\0\x04\0\0\0\0",
        b"\x28\xb5\x2f\xfd",
        b"\x28\xb5\x2f\xfd\xff\xff\xff\xff",
        b"ustar",
        b"",
    ] {
        for rest in [b"".as_slice(), b"\n", &random] {
            let walked = walk(&[start, rest].concat());
            assert_eq!(walked.outcome.unopened, [], "{start:?}");
            assert_eq!(walked.outcome.bytes, 0, "{start:?}");
        }
    }
    let mut block = vec![b' '; 600];
    block[257..262].copy_from_slice(b"ustar");
    assert_eq!(format_of(&block), None);
}

#[test]
fn every_archive_has_one_of_the_magic_strings() {
    let directory = python(
        "import gzip, bz2, lzma, zipfile, tarfile
open('gzip', 'wb').write(gzip.compress(b''))
open('bzip2', 'wb').write(bz2.compress(b''))
open('xz', 'wb').write(lzma.compress(b''))
zipfile.ZipFile('zip', 'w').close()
with tarfile.open('tar', 'w') as file: file.addfile(tarfile.TarInfo('a'))",
    );
    for format in [Format::Gzip, Format::Bzip2, Format::Xz, Format::Zip, Format::Tar] {
        let file = std::fs::read(directory.path().join(format.name())).expect("made");
        assert_eq!(format_of(&file), Some(format));
        assert!(walk(&file).outcome.is_complete(), "{}", format.name());
    }
}
