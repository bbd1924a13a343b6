//! Archives in archives, at random: what Python put in is what is found.

use super::{python, walk};

/// Python code that packs 300 random trees of archives and writes down each member: the chain of
/// formats, the path, the length and the checksum.
const PACK: &str = "
import bz2, gzip, io, json, lzma, random, shutil, subprocess, tarfile, zipfile, zlib
has_zstd = shutil.which('zstd') is not None
def leaf(r):
    if r.random() < 0.1: return r.randbytes(r.randrange(1, 3000))
    if r.random() < 0.05: return bytes(r.randrange(1, 300000))
    return b''.join(b'planted %d\\n' % r.randrange(10**9) for _ in range(r.choice([1, 3, 50, 5000])))
def stream(r, kind, data):
    if kind == 'gzip': return gzip.compress(data, r.randrange(10))
    if kind == 'bzip2': return bz2.compress(data, r.randrange(1, 10))
    if kind == 'xz': return lzma.compress(data, preset=r.randrange(3), check=r.choice([lzma.CHECK_NONE, lzma.CHECK_CRC32, lzma.CHECK_CRC64]))
    return subprocess.run(['zstd', '-qc', '-%d' % r.randrange(1, 20)], input=data, stdout=subprocess.PIPE, check=True).stdout
class Pipe:
    def __init__(self, file): self.file = file
    def write(self, data): return self.file.write(data)
    def flush(self): pass
def build(r, depth):
    'Some bytes, and the (chain, path, content) of all in them.'
    if depth == 0 or r.random() < 0.15: return leaf(r), []
    kind = r.choice(['gzip', 'bzip2', 'xz', 'zip', 'zip', 'tar', 'tar'] + ['zstd'] * has_zstd)
    if kind not in ('zip', 'tar'):
        data, inner = build(r, depth - 1)
        return stream(r, kind, data), [([kind], '', data)] + [([kind] + c, p, d) for c, p, d in inner]
    out, members = io.BytesIO(), []
    if kind == 'zip':
        target = out if r.random() < 0.7 else Pipe(out)
        if r.random() < 0.2: out.write(b'#!/bin/sh\\nexit 1\\n')
        file = zipfile.ZipFile(target, 'w', r.choice([0, 8, 8, 12, 14]))
        if r.random() < 0.3: file.comment = b'a comment'
    else:
        file = tarfile.open(fileobj=out, mode='w', format=r.choice([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]))
    for number in range(r.randrange(1, 4)):
        name = r.choice(['a', 'dir/b', '../c', 'long' * 22]) + str(number)
        data, inner = build(r, depth - 1)
        if kind == 'zip': file.writestr(name, data)
        else:
            info = tarfile.TarInfo(name); info.size = len(data); file.addfile(info, io.BytesIO(data))
        members.append(([kind], name, data))
        members += [([kind] + c, name + ('!/' + p if p else ''), d) for c, p, d in inner]
    file.close()
    return out.getvalue(), members
manifest = []
for seed in range(300):
    r = random.Random(seed)
    data, members = build(r, r.randrange(1, 5))
    open(str(seed), 'wb').write(data)
    manifest.append([['>'.join(c), p, len(d), zlib.crc32(d)] for c, p, d in members])
json.dump(manifest, open('manifest', 'w'))
";

#[test]
fn all_that_was_packed_is_found_and_nothing_else() {
    type Entry = (String, String, usize, u32);
    let directory = python(PACK);
    let manifest = std::fs::read(directory.path().join("manifest")).expect("made");
    let manifest: Vec<Vec<Entry>> = serde_json::from_slice(&manifest).expect("a list");
    let mut count = 0;
    for (seed, mut expected) in manifest.into_iter().enumerate() {
        let walked = walk(&std::fs::read(directory.path().join(seed.to_string())).expect("made"));
        assert_eq!(walked.outcome.unopened, [], "seed {seed}");
        let mut found: Vec<Entry> = walked
            .members
            .into_iter()
            .map(|seen| (seen.chain, seen.path, seen.content.len(), crc32fast::hash(&seen.content)))
            .collect();
        count += found.len();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "seed {seed}");
    }
    assert!(count > 1000, "only {count} members");
}
