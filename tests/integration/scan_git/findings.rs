//! What `scan-git` finds, held against git's own listing of every object.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::{Repo, scan};
use crate::support::history::{self, SMALL, Size};
use crate::support::naive;
use crate::support::store::{self, Entry, Form};
use crate::support::tokens::{self, Random};

/// Scans a repository that is complete, and compares with the plain search; how many places.
#[track_caller]
fn assert_same_as_naive(repo: &Repo) -> usize {
    assert_same_from(repo, repo.path())
}

#[track_caller]
fn assert_same_from(repo: &Repo, path: &Path) -> usize {
    let run = scan(path);
    let places = naive::compare(&naive::objects(repo), &run.json());
    let places = places.unwrap_or_else(|difference| panic!("{difference}"));
    run.expect(i32::from(places > 0));
    places
}

/// A repository with a random history.
fn random_repo(seed: u64, size: Size, as_pack: bool, options: &[&str]) -> Repo {
    let repo = Repo::init(options);
    repo.import(&history::random(seed, size), as_pack);
    repo
}

#[test]
fn loose_objects() {
    for seed in 0..6 {
        let repo = random_repo(seed, SMALL, false, &[]);
        assert!(assert_same_as_naive(&repo) > 10);
    }
}

#[test]
fn one_pack_as_fast_import_leaves_it() {
    for seed in 10..14 {
        assert_same_as_naive(&random_repo(seed, SMALL, true, &[]));
    }
}

#[test]
fn one_pack_with_short_and_long_delta_chains() {
    for seed in 20..26 {
        let repo = random_repo(seed, Size { commits: 40, lines: 300 }, true, &[]);
        for depth in ["1", "50", "250"] {
            repo.repack(&[], &["--window=30", &format!("--depth={depth}")]);
            assert_same_as_naive(&repo);
        }
    }
}

#[test]
fn a_delta_chain_of_more_than_a_thousand() {
    let repo = Repo::new();
    // Fast-import makes each blob a delta against the one before, as deep as it is allowed to.
    let arguments = ["-c", "fastimport.unpackLimit=1", "fast-import", "--quiet", "--depth=4000"];
    repo.git_with(arguments, &history::long(30, 1200));
    let verbose = repo.ask(["verify-pack", "-v", repo.packs("idx")[0].to_str().expect("UTF-8")]);
    assert!(verbose.contains("chain length = 1000: "), "{verbose}");
    assert_same_as_naive(&repo);
}

#[test]
fn deltas_that_name_their_base_by_id() {
    for seed in 40..43 {
        let repo = random_repo(seed, SMALL, true, &[]);
        repo.repack(&["repack.useDeltaBaseOffset=false"], &["--window=50", "--depth=100"]);
        assert_same_as_naive(&repo);
    }
}

#[test]
fn several_packs_that_share_objects_with_each_other_and_with_loose_ones() {
    for seed in 50..53 {
        let repo = random_repo(seed, SMALL, false, &[]);
        let all = repo.ask(["rev-list", "--objects", "--all", "--no-object-names"]);
        let ids: Vec<_> = all.lines().collect();
        let mut random = Random::new(seed);
        for _ in 0..4 {
            let some: String =
                ids.iter().filter(|_| random.below(2) == 0).fold(String::new(), |mut list, id| {
                    let _ = writeln!(list, "{id}");
                    list
                });
            let target = repo.git_path("objects/pack/pack");
            repo.git_with(["pack-objects", "-q", target.to_str().expect("UTF-8")], some.as_bytes());
        }
        assert_eq!(repo.packs("pack").len(), 4);
        assert_same_as_naive(&repo);
    }
}

#[test]
fn a_pack_index_of_version_1() {
    let repo = random_repo(60, SMALL, true, &[]);
    repo.repack(&["pack.indexVersion=1"], &[]);
    let index = fs::read(&repo.packs("idx")[0]).expect("an index");
    assert_ne!(index[..4], *b"\xfftOc");
    assert_same_as_naive(&repo);
}

#[test]
fn packs_of_leftovers_and_an_index_over_several_packs() {
    let repo = random_repo(70, SMALL, false, &[]);
    repo.git(["branch", "-D", "side", "third"]);
    repo.blob(format!("left over {}\n", tokens::token(&mut Random::new(71))));
    repo.git(["repack", "-d", "-q", "--cruft"]);
    repo.import(&history::random(72, SMALL), true);
    repo.git(["multi-pack-index", "write"]);
    assert_same_as_naive(&repo);
}

#[test]
fn sha_256_repositories_loose_and_packed() {
    for (seed, as_pack) in [(80, false), (81, true)] {
        let repo = random_repo(seed, SMALL, as_pack, &["--object-format=sha256"]);
        assert_same_as_naive(&repo);
        repo.repack(&[], &["--depth=50"]);
        assert_same_as_naive(&repo);
        repo.repack(&["pack.indexVersion=1"], &["--depth=50"]);
        assert_same_as_naive(&repo);
    }
}

#[test]
fn objects_borrowed_from_other_repositories() {
    let far = random_repo(90, SMALL, true, &[]);
    let near = random_repo(91, SMALL, false, &[]);
    let repo = random_repo(92, SMALL, false, &[]);
    let alternates = |repo: &Repo| repo.git_path("objects/info/alternates");
    let far_objects = far.git_path("objects");
    // By an absolute path, with a comment, and by a path relative to the object directory.
    fs::write(alternates(&near), format!("# lent\n\n{}\n", far_objects.display())).expect("a file");
    let link = repo.beside("linked");
    #[cfg(unix)]
    std::os::unix::fs::symlink(near.git_path("objects"), &link).expect("a link");
    fs::write(alternates(&repo), "../../../linked\n").expect("a file");
    assert!(link.exists());
    let places = assert_same_as_naive(&repo);
    assert!(places > assert_same_as_naive(&near));
    // A circle of repositories that borrow from each other is read once.
    let back = format!("{}\n", repo.git_path("objects").display());
    fs::write(alternates(&far), back).expect("a file");
    let run = scan(repo.path());
    assert_eq!(naive::reported(&run.json()).len(), places);
}

#[test]
fn what_no_ref_leads_to() {
    let random = &mut Random::new(100);
    let mut token = || tokens::token(random);
    let repo = Repo::new();
    repo.commit_file("config", format!("token = {}\n", token()));
    repo.write("config", "token = from the environment\n");
    repo.git(["commit", "--quiet", "--all", "--amend", "-m", "amended"]);
    repo.blob(token());
    let blob = repo.blob("harmless");
    repo.tree(&format!("100644 blob {blob}\t{}\n", token()));
    let tree = repo.ask(["rev-parse", "HEAD^{tree}"]);
    repo.git(["commit-tree", "-m", &token(), &tree]);
    repo.git(["reflog", "expire", "--expire=now", "--all"]);
    assert_eq!(assert_same_as_naive(&repo), 4);
}

#[test]
fn notes_stashes_and_tags_of_tags() {
    let random = &mut Random::new(110);
    let mut token = || tokens::token(random);
    let repo = Repo::new();
    repo.commit_file("file", "1\n");
    repo.git(["notes", "add", "-m", &token()]);
    repo.write("file", token());
    repo.git(["stash", "--quiet"]);
    repo.write("file", token());
    repo.write("untracked", token());
    repo.git(["stash", "push", "--quiet", "--include-untracked", "-m", &token()]);
    repo.git(["tag", "-a", "-m", &token(), "inner"]);
    repo.git(["tag", "-a", "-m", &token(), "outer", "inner"]);
    repo.git(["tag", "-a", "-m", "of a blob", &token(), "HEAD:file"]);
    // The message of the second stash stands in its commit; the tag's name in its header.
    assert_eq!(assert_same_as_naive(&repo), 8);
}

#[test]
fn what_a_merge_resolution_alone_brings() {
    let random = &mut Random::new(120);
    let repo = Repo::new();
    repo.commit_file("file", "base\n");
    for branch in ["one", "two", "three"] {
        repo.git(["checkout", "--quiet", "-b", branch, "main"]);
        repo.commit_file(branch, branch);
    }
    repo.git(["checkout", "--quiet", "main"]);
    repo.git(["merge", "--quiet", "--no-commit", "one", "two", "three"]);
    repo.write("file", tokens::token(random));
    repo.git(["add", "file"]);
    repo.git(["commit", "--quiet", "-m", "octopus"]);
    repo.git(["checkout", "--quiet", "--orphan", "root"]);
    repo.commit_file("file", tokens::token(random));
    assert_eq!(assert_same_as_naive(&repo), 2);
}

#[test]
fn texts_with_every_kind_of_line_ending_and_nuls() {
    let random = &mut Random::new(130);
    let token = tokens::token(random);
    let repo = Repo::new();
    for (number, text) in [
        token.clone(),
        format!("{token}\n"),
        format!("\n\n\r\n{token}\r\n"),
        format!("\r{token}\r"),
        format!("\0\0{token}\0{token}\0"),
        format!("{}\n{token}", "é".repeat(1000)),
        format!("{token} {token}\n{token}"),
    ]
    .iter()
    .enumerate()
    {
        repo.write(format!("file-{number}"), text);
    }
    repo.write("utf-8-mark", format!("\u{feff}{token}"));
    repo.commit("add");
    assert_eq!(assert_same_as_naive(&repo), 11);
}

#[test]
fn thousands_of_tokens_in_one_file_and_across_files() {
    let random = &mut Random::new(140);
    let repo = Repo::new();
    let lines: Vec<_> = (0..1500).map(|_| tokens::token(random)).collect();
    repo.write("many", lines.join("\n"));
    for number in 0..20 {
        repo.write(format!("file-{number}"), lines[number * 10..number * 10 + 10].join(" "));
    }
    repo.commit("add");
    assert_eq!(assert_same_as_naive(&repo), 1700);
    assert_eq!(scan(repo.path()).json()["findings"].as_array().map(Vec::len), Some(1500));
}

/// What large blobs are read in, in bytes.
const PIECE: usize = 256 * 1024;

/// 33 MiB, above the size from which blobs are read in pieces, with tokens at every place around
/// the pieces' ends.
///
/// The ends are `step` bytes apart. A token is one where the text before it has an even number, if
/// `is_even`.
fn huge_blob(seed: u64, step: usize, is_even: bool) -> Vec<u8> {
    let random = &mut Random::new(seed);
    let mut blob = Vec::with_capacity(33 << 20);
    while blob.len() < 33 << 20 {
        blob.extend_from_slice(format!("{:060}\n", random.next()).as_bytes());
    }
    for number in 0..131 {
        // The token walks through the place from which a search waits for the next piece, 121 bytes
        // before the end of one, with a text before it that makes it one or not.
        let at = PIECE + number * step - 121 + number - 65;
        let token = tokens::token(random);
        let before: &[u8] = if (number % 2 == 0) == is_even { b"\\u003d" } else { b"=x" };
        blob[at - before.len()..at].copy_from_slice(before);
        blob[at..at + 60].copy_from_slice(token.as_bytes());
        blob[at + 60] = b'\n';
    }
    let token = tokens::token(random);
    let end = blob.len() - 60;
    blob[end - 1] = b'"';
    blob[end..].copy_from_slice(token.as_bytes());
    blob
}

#[test]
fn blobs_too_large_to_hold_loose_packed_and_as_deltas() {
    let repo = Repo::new();
    repo.git(["config", "core.compression", "1"]);
    let mut blob = huge_blob(150, PIECE, true);
    let first = repo.blob(&blob);
    let extra = format!("{}\n", tokens::token(&mut Random::new(151)));
    // What follows is moved by an odd number of bytes, so that what was a token at the one place
    // where a search waits is none in the other blob, and the other way round.
    blob.splice(1_000_000..1_000_000, extra.bytes());
    let second = repo.blob(&blob);
    for id in [&first, &second] {
        repo.git(["tag", &format!("t-{id}"), id]);
    }
    let places = assert_same_as_naive(&repo);
    assert!(places > 130);
    repo.repack(&[], &["--window=0"]);
    assert_eq!(assert_same_as_naive(&repo), places);
    repo.repack(&[], &["--window=5"]);
    let verbose = repo.ask(["verify-pack", "-v", repo.packs("idx")[0].to_str().expect("UTF-8")]);
    assert!(verbose.contains("chain length = 1: 1 object"), "{verbose}");
    assert_eq!(assert_same_as_naive(&repo), places);
}

/// A pack with `blob` as a delta: its pieces between the cuts, which the base has in reverse order,
/// so that every cut goes through the result.
fn pieced_together(blob: &[u8], cuts: &[usize]) -> [Entry; 2] {
    let pieces: Vec<_> = cuts.windows(2).map(|ends| &blob[ends[0]..ends[1]]).collect();
    let base = pieces.iter().rev().copied().collect::<Vec<_>>().concat();
    let mut delta = [store::size(base.len() as u64), store::size(blob.len() as u64)].concat();
    let mut at = base.len();
    for (number, piece) in pieces.iter().enumerate() {
        at -= piece.len();
        if piece.len() < 128 && number % 2 == 0 {
            delta.push(u8::try_from(piece.len()).expect("7 bits"));
            delta.extend(*piece);
        } else {
            delta.push(0xff);
            delta.extend(u32::try_from(at).expect("32 bits").to_le_bytes());
            delta.extend(&u32::try_from(piece.len()).expect("24 bits").to_le_bytes()[..3]);
        }
    }
    let base = Entry::blob(&base);
    let form = Form::OffsetDelta(base.bytes().len() as u64);
    [base, Entry { id: store::id("blob", blob), form, content: delta, claimed_size: None }]
}

#[test]
fn tokens_that_a_huge_delta_puts_together_from_copies_of_any_length() {
    let random = &mut Random::new(155);
    let mut cuts = vec![0];
    let blob = huge_blob(156, PIECE, true);
    while let Some(&last) = cuts.last()
        && last < blob.len()
    {
        let length = [1, 30, 5000, 70_000, 2_000_000][random.below(5)];
        cuts.push((last + 1 + random.below(length)).min(blob.len()));
    }
    let mut packs = vec![pieced_together(&blob, &cuts)];
    // Copies of these lengths make each search end, and wait, exactly where a token begins: it
    // keeps 137 bytes of what was searched.
    let step = PIECE - 137;
    for is_even in [false, true] {
        let blob = huge_blob(157, step, is_even);
        let ends = (0..).map(|number| PIECE + number * step);
        let ends = ends.take_while(|&end| end < blob.len());
        let cuts: Vec<_> = [0].into_iter().chain(ends).chain([blob.len()]).collect();
        packs.push(pieced_together(&blob, &cuts));
    }
    for pack in packs {
        let repo = Repo::init(&["--bare"]);
        store::write_pack(&repo.git_path("objects"), &pack);
        assert!(assert_same_as_naive(&repo) > 65);
    }
}

#[test]
fn every_path_to_a_repository_finds_the_same() {
    let repo = random_repo(160, SMALL, true, &[]);
    repo.git(["checkout", "--quiet", "--force", "main"]);
    repo.write("some/sub/directory/file", "x");
    let tree = repo.beside("linked-tree");
    repo.git(["worktree", "add", "--quiet", "--detach", tree.to_str().expect("UTF-8")]);
    let places = assert_same_as_naive(&repo);
    for path in [
        repo.path().join(".git"),
        repo.path().join("some/sub/directory"),
        repo.path().join("some/../some/sub"),
        repo.git_path("objects"),
        tree.clone(),
        repo.git_path("worktrees/linked-tree"),
    ] {
        assert_eq!(assert_same_from(&repo, &path), places, "{}", path.display());
    }
    let bare = repo.cloned(&["--mirror"]);
    assert_same_as_naive(&bare);
}

#[test]
fn a_submodule_is_a_repository_of_its_own() {
    let inner = Repo::new();
    inner.commit_file("secret", tokens::token(&mut Random::new(170)));
    let outer = Repo::new();
    outer.git(["submodule", "--quiet", "add", inner.path().to_str().expect("UTF-8"), "inner"]);
    outer.commit("add a submodule");
    // The commit that the outer tree names is no gap: it lives elsewhere.
    assert_eq!(assert_same_as_naive(&outer.cloned(&[])), 0);
    scan(outer.path()).expect(1);
    scan(outer.path().join("inner")).expect(1);
    scan(outer.git_path("modules/inner")).expect(1);
}

#[test]
fn repositories_without_commits_are_clean() {
    let empty = Repo::new();
    assert_eq!(assert_same_as_naive(&empty), 0);
    assert_eq!(assert_same_as_naive(&Repo::init(&["--bare"])), 0);
    // A branch that has no commit yet, beside one that has.
    let unborn = Repo::new();
    unborn.commit_file("file", "x");
    unborn.git(["checkout", "--quiet", "--orphan", "next"]);
    assert_eq!(assert_same_as_naive(&unborn), 0);
}
