//! Hundreds of random repositories, each scanned and compared with a plain search through all of
//! its objects.
//!
//! Each repository depends on its seed alone. One that fails is kept, and its seed and path are
//! told. More seeds than the usual ones: `DIFFERENTIAL_SEEDS=1000..2000 cargo test differential`.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::fs;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use intercom_sec::report::Plain;
use intercom_sec::report::scan_git::json;
use intercom_sec::scan::HashKind;
use serde_json::Value;

use super::{Repo, library_scan};
use crate::support::families::{self, Model, NEVER};
use crate::support::history::{self, SMALL, Size};
use crate::support::layout::Layout;
use crate::support::naive::{self, Stored};
use crate::support::store;
use crate::support::tokens::Random;

/// The seeds to try.
fn seeds(usual: Range<u64>) -> Range<u64> {
    let Ok(seeds) = std::env::var("DIFFERENTIAL_SEEDS") else { return usual };
    let (first, end) = seeds.split_once("..").expect("FIRST..END");
    first.parse().expect("a number")..end.parse().expect("a number")
}

/// Makes a repository of each seed and holds the scan of it against the plain search.
fn check_seeds<S: Debug>(
    usual: Range<u64>,
    make: impl Fn(u64, &mut Random) -> (S, Repo, Vec<Stored>),
) {
    let mut places = 0;
    for seed in seeds(usual) {
        let (shape, repo, objects) = make(seed, &mut Random::new(seed));
        places += check(seed, &shape, repo, |report| naive::compare(&objects, report));
    }
    assert!(places > 0, "no token was in any of the repositories");
}

/// Scans a repository. Where the report is not what it should be, the repository is kept.
fn check<T>(
    seed: u64,
    shape: &impl Debug,
    repo: Repo,
    compare: impl Fn(&Value) -> Result<T, String>,
) -> T {
    // A panic of the scan is a difference too.
    let result = catch_unwind(AssertUnwindSafe(|| {
        let report = library_scan(repo.path(), 1 + (seed % 3) as usize);
        compare(&serde_json::to_value(json(&report, &Plain)).expect("JSON"))
    }));
    let difference = match result {
        Ok(Ok(same)) => return same,
        Ok(Err(difference)) => difference,
        Err(_) => "the scan panics".to_owned(),
    };
    panic!("seed {seed}, kept in {}: {difference}\n{shape:#?}", repo.keep().display());
}

/// Puts a repository together by hand; also what git says that it holds.
fn by_hand(
    size: families::Size,
    layout: Layout,
    random: &mut Random,
) -> ((families::Size, Layout), Repo, Vec<Stored>) {
    let hash = if random.one_in(5) { HashKind::Sha256 } else { HashKind::Sha1 };
    let model = Model::random(hash, size, random);
    let repo = layout.store(&model, random);
    let mut objects = model.objects;
    // Should git not see what was meant, the comparison would be worth nothing.
    if !layout.is_thin {
        let mut listed = naive::objects(&repo);
        listed.sort_by(|a, b| a.id.cmp(&b.id));
        objects.sort_by(|a, b| a.id.cmp(&b.id));
        assert!(listed == objects, "git sees other objects in {}", repo.keep().display());
    }
    ((size, layout), repo, objects)
}

fn any_by_hand(_: u64, random: &mut Random) -> ((families::Size, Layout), Repo, Vec<Stored>) {
    by_hand(families::Size::any(random), Layout::any(random), random)
}

#[test]
fn repositories_put_together_by_hand() {
    check_seeds(0..100, any_by_hand);
}

#[test]
fn more_repositories_put_together_by_hand() {
    check_seeds(100..200, any_by_hand);
}

#[test]
fn delta_chains_of_a_thousand_put_together_by_hand() {
    check_seeds(0..6, |_, random| {
        let size = families::Size {
            families: 1,
            versions: 1000,
            text: 200,
            trees: 0,
            entries: 0,
            commits: 2,
            lost: NEVER,
            is_chain: true,
        };
        let made = by_hand(size, Layout::deep(random), random);
        let longest = longest_chain(&made.1);
        assert!(longest > 900, "{longest}");
        made
    });
}

#[test]
fn long_histories_of_one_directory_put_together_by_hand() {
    check_seeds(0..6, |_, random| {
        let size = families::Size {
            families: 1,
            versions: 10,
            text: 200,
            trees: 300,
            entries: 60,
            commits: 100,
            lost: NEVER,
            is_chain: random.one_in(2),
        };
        by_hand(size, Layout::deep(random), random)
    });
}

#[test]
fn what_is_missing_from_repositories_put_together_by_hand() {
    let mut found = 0;
    for seed in seeds(0..60) {
        let random = &mut Random::new(seed + 10_000);
        let (trees, entries) = random.pick(&[(10, 12), (40, 60), (8, 600)]);
        let size = families::Size {
            families: 1,
            versions: 10,
            text: 100,
            trees,
            entries,
            commits: 3 + random.below(10),
            lost: random.pick(&[10, 100]),
            is_chain: random.one_in(2),
        };
        let model = Model::random(HashKind::Sha1, size, random);
        let layout = Layout::any(random);
        let repo = layout.store(&model, random);
        let tips = model.refs.iter().map(|(_, number)| model.objects[*number].id.clone());
        let expected = naive::missing(&model.objects, tips);
        found += expected.len();
        check(seed, &(size, layout), repo, |report| {
            let told: BTreeSet<_> = super::skipped_ids(report, "missing-object").collect();
            if told == expected { Ok(()) } else { Err(format!("told {told:?}, not {expected:?}")) }
        });
    }
    assert!(found > 0, "nothing was missing from any of the repositories");
}

/// One step in the life of a repository; what it was.
fn step(repo: &Repo, random: &mut Random) -> String {
    let settings = [
        // What several threads find to be good deltas depends on the time.
        "pack.threads=1",
        random.pick(&["repack.useDeltaBaseOffset=true", "repack.useDeltaBaseOffset=false"]),
        random.pick(&["pack.indexVersion=2", "pack.indexVersion=1"]),
        random.pick(&["pack.compression=0", "pack.compression=1", "pack.compression=9"]),
    ];
    let depth = random.pick(&["--depth=1", "--depth=50", "--depth=250", "--depth=4095"]);
    let window = random.pick(&["--window=5", "--window=40"]);
    let git = |arguments: &[&str]| {
        let settings = settings.iter().flat_map(|setting| ["-c", setting]);
        let arguments: Vec<_> = settings.chain(arguments.iter().copied()).collect();
        repo.git(&arguments);
        arguments.join(" ")
    };
    match random.below(12) {
        0..3 => git(&["repack", "-adfq", depth, window]),
        3 => git(&["repack", "-Adfq", depth, window]),
        4 => git(&["repack", "-dq", depth, window]),
        5 => git(&["gc", "--quiet", "--cruft", "--prune=never"]),
        6 => {
            for pack in repo.packs("pack") {
                fs::write(pack.with_extension("keep"), "").expect("a file");
            }
            "keep".to_owned()
        }
        // What the branches led to before is led to by nothing then.
        7 | 8 => {
            repo.import(&history::random(random.next(), SMALL), random.one_in(2));
            "import".to_owned()
        }
        9 => {
            let mut objects = naive::objects(repo);
            objects.retain(|_| random.one_in(2));
            let list: Vec<_> = objects.iter().map(|object| object.id.as_str()).collect();
            let target = repo.git_path("objects/pack/pack");
            let target = target.to_str().expect("UTF-8");
            repo.git_with(
                ["pack-objects", "-q", depth, window, target],
                list.join("\n").as_bytes(),
            );
            "pack-objects".to_owned()
        }
        10 => {
            for object in naive::objects(repo).iter().filter(|_| random.one_in(5)) {
                if !repo.loose(&object.id).exists() {
                    let id = hex::decode(&object.id).expect("an id");
                    let objects = repo.git_path("objects");
                    store::write_loose(&objects, id, &object.kind, &object.content);
                }
            }
            "loose".to_owned()
        }
        _ => {
            git(&["pack-refs", "--all"]);
            git(&["commit-graph", "write", "--reachable"]);
            if !repo.packs("pack").is_empty() {
                git(&["multi-pack-index", "write"]);
            }
            "indexes".to_owned()
        }
    }
}

fn made_by_git(_: u64, random: &mut Random) -> (Vec<String>, Repo, Vec<Stored>) {
    let format = if random.one_in(5) { "--object-format=sha256" } else { "--object-format=sha1" };
    let repo = Repo::init(&["--bare", "--template=", format]);
    let mut steps = vec![format.to_owned()];
    if random.one_in(4) {
        let lender = repo.beside("lender");
        let lender = lender.to_str().expect("UTF-8");
        repo.git(["init", "--quiet", "--bare", "--template=", format, lender]);
        let pack = "fastimport.unpackLimit=1";
        let import = ["--git-dir", lender, "-c", pack, "fast-import", "--quiet"];
        repo.git_with(import, &history::random(random.next(), SMALL));
        fs::create_dir_all(repo.git_path("objects/info")).expect("a directory");
        fs::write(repo.git_path("objects/info/alternates"), format!("{lender}/objects\n"))
            .expect("a file");
        steps.push("borrow".to_owned());
    }
    let size = Size { commits: 5 + random.below(40), lines: random.pick(&[20, 60, 300]) };
    repo.import(&history::random(random.next(), size), random.one_in(2));
    for _ in 0..random.below(5) {
        steps.push(step(&repo, random));
    }
    let objects = naive::objects(&repo);
    (steps, repo, objects)
}

#[test]
fn repositories_made_by_git() {
    check_seeds(0..40, made_by_git);
}

#[test]
fn delta_chains_of_a_thousand_made_by_git() {
    check_seeds(0..2, |seed, _| {
        let repo = Repo::init(&["--bare", "--template="]);
        // Each blob becomes a delta of the one before. Repacking keeps that, in other forms.
        let import = ["-c", "fastimport.unpackLimit=1", "fast-import", "--quiet", "--depth=4000"];
        repo.git_with(import, &history::long(seed, 1100));
        let bases = format!("repack.useDeltaBaseOffset={}", seed % 2 == 0);
        repo.git(["-c", &bases, "repack", "-adq", "--depth=4095"]);
        let longest = longest_chain(&repo);
        assert!(longest > 900, "{longest}");
        let objects = naive::objects(&repo);
        (bases, repo, objects)
    });
}

/// How many deltas stand one on the other at most.
fn longest_chain(repo: &Repo) -> usize {
    let mut longest = 0;
    for pack in repo.packs("idx") {
        let list = repo.ask(["verify-pack", "-v", pack.to_str().expect("UTF-8")]);
        let lengths = list.lines().filter_map(|line| line.strip_prefix("chain length = "));
        let lengths = lengths.filter_map(|rest| rest.split(':').next()?.parse().ok());
        longest = longest.max(lengths.max().unwrap_or(0));
    }
    longest
}
