//! Scans repositories for leaks.
//!
//! ```text
//!             ┌→ everything → search ─┐
//! scan → job ─┼→ staged ────→ search ─┼→ attribution → report (findings, coverage)
//!             ├→ range ─────→ search ─┘
//!             └→ worktree ──→ search ────────────────→ report
//! ```
//!
//! `everything` reads all that a repository stores, reachable or not. Its objects are read in the
//! order of the packs' delta trees ([`crate::git::odb`]). `search` looks for leaks in each, checks
//! that what it names is stored too, and keeps what commits and trees name. The history is read
//! only when there is a leak or something is missing: `attribution` then finds the commits and
//! paths that introduced a leak. What was read, and by which rules, is remembered outside of the
//! repository (`cache`), so that the next scan reads what is new. Then come the rest of the git
//! directory (`git_dir`) and the repositories in it (`submodules`), which are read by each scan
//! anew.
//!
//! `staged` compares the index with the trees of `HEAD`, and reads the files in which they differ.
//! `range` reads a part of the history, from commits down to what they change. `worktree` reads the
//! files on disk, besides any of these, where that is asked for.

mod attribution;
mod cache;
mod everything;
mod job;
mod options;
mod range;
mod report;
mod repository;
mod search;
mod staged;
mod target;
mod worktree;

use std::collections::HashSet;

use self::job::Job;
use self::report::findings::Findings;
use self::repository::Repository;
pub use crate::git::gap::{Cause as GapCause, ObjectFault, Subject};
pub use crate::git::object::id::{HashKind, ObjectId, ObjectKind};
pub use crate::git::progress::Progress;
pub use crate::git::refs::revision::{
    Revision, RevisionError, RevisionProblem, RevisionSyntaxError,
};
pub use crate::git::repository::locate::LocateError;
pub use cache::Cache;
pub use options::{IndexFile, Options, Range, RangeSpec, Remotes, Scope};
pub use report::coverage::{Accepted, Coverage, Note, Noted};
pub use report::finding::{Finding, Location, MAX_REFS, Origin, Source};
pub use report::gap::{ArchiveFault, GapKind, SkipCause, Skipped};
pub use report::{ScanReport, Verdict};
pub use target::Target;

/// Scans repositories, one after the other.
///
/// A worktree that is given twice is read once, and so is what several worktrees of one repository
/// share.
///
/// ```
/// use intercom_sec::scan::{Options, Progress, Target, Verdict, scan};
///
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path();
/// # std::fs::create_dir_all(path.join("objects"))?;
/// # std::fs::create_dir_all(path.join("refs"))?;
/// # std::fs::write(path.join("HEAD"), "ref: refs/heads/main\n")?;
/// let target = Target::locate(path, None)?;
/// let report = scan(&[target], &Options::new(), &Progress::new());
/// assert_eq!(report.verdict(), Verdict::Clean);
///
/// // A token in a description, made at run time.
/// # use base64::prelude::{BASE64_STANDARD, Engine as _};
/// # let token = BASE64_STANDARD.encode("tok:5e7d1c2a_9b3f_4c8e_a1d2_0f6b7c8d9e0a:1:0");
/// std::fs::write(path.join("description"), format!("the token is {token}"))?;
/// let report = scan(&[Target::locate(path, None)?], &Options::new(), &Progress::new());
/// assert_eq!(report.verdict(), Verdict::Leak);
/// let location = &report.findings[0].locations[0];
/// assert_eq!((location.line, location.column), (Some(1), Some(14)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn scan(targets: &[Target], options: &Options, progress: &Progress) -> ScanReport {
    let job = Job::new(options, progress);
    let mut findings = Findings::default();
    let mut coverage = Coverage::default();
    let mut unresolved = Vec::new();
    // Worktrees of one repository have an index and a `HEAD` each. What they share is read once.
    let (mut worktrees, mut repositories) = (HashSet::new(), HashSet::new());
    for target in targets.iter().filter(|target| worktrees.insert(target.git_dir())) {
        let repository = Repository::new(target);
        let mut part = match &options.scope {
            Scope::Everything => {
                everything::scan(&job, &repository, &mut findings, &mut repositories)
            }
            Scope::Staged { index_file } => {
                let index_file = index_file.as_ref().filter(|file| file.belongs_to(target));
                let path = index_file.map(|file| file.path.as_path());
                staged::scan(&job, target, path, &mut findings)
            }
            Scope::Range(spec) => match range::scan(&job, &repository, spec, &mut findings) {
                Ok(part) => part,
                Err(errors) => {
                    coverage.skipped.extend(errors.iter().cloned().map(Skipped::from));
                    unresolved.extend(errors);
                    continue;
                }
            },
        };
        if options.worktree {
            part.add(worktree::read(&job, &repository, &mut findings));
            part.sort();
        }
        coverage.add(part);
    }
    let (mut findings, secrets) = findings.finish();
    secrets.conceal(&mut findings, &mut coverage);
    coverage.accept(&options.accepted);
    ScanReport { findings, coverage, unresolved }
}
