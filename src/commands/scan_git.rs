//! `scan-git`: repositories in, findings and coverage out.

use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;
use std::time::{Instant, UNIX_EPOCH};

use intercom_sec::report::scan_git as report;
use intercom_sec::scan::{
    Accepted, Cache, IndexFile, Progress, Range, RangeSpec, Repository, Revision, Scope, Skipped,
    Verdict, scan,
};

use crate::cli::advice::Program;
use crate::cli::args::{AcceptedArgs, RevisionArgs, ScanFormat, ScanGitArgs};
use crate::cli::conclusion::Conclusion;
use crate::cli::environment;
use crate::cli::exit::Exit;
use crate::cli::terminal::Terminal;

pub(super) fn run(args: &ScanGitArgs, terminal: &mut Terminal) -> Conclusion {
    let start = Instant::now();
    let mut lost = Vec::new();
    let paths =
        if args.repositories.is_empty() { vec![around()] } else { args.repositories.clone() };
    let mut repositories: Vec<Repository> =
        paths.iter().filter_map(|path| locate(path, args, terminal, &mut lost)).collect();
    let scope = scope(args);
    if let Scope::Staged { index_file: Some(IndexFile { path, git_dir: None }) } = &scope
        && repositories.len() > 1
    {
        lost.push(Skipped::ambiguous_index(&path.display().to_string()));
    }
    if let Some(cache) = cache(args) {
        let remembered = repositories.into_iter();
        repositories = remembered.map(|repository| repository.remembered(cache.clone())).collect();
    }
    if args.worktree {
        repositories = repositories.into_iter().map(Repository::with_worktree).collect();
    }
    // Worktrees of one repository have an index and a `HEAD` each. What they share is read once.
    let mut seen = HashSet::new();
    repositories.retain(|repository| seen.insert(repository.git_dir().to_owned()));

    let threads =
        args.threads.or_else(|| available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN);
    let progress = Progress::new();
    let line = || {
        report::progress_line(
            progress.total(),
            progress.objects(),
            progress.bytes(),
            progress.hits(),
        )
    };
    let mut found =
        terminal.with_progress(line, || scan(&repositories, &scope, threads, &progress));
    for error in &found.unresolved {
        terminal.failure(&error.clone().into());
    }
    let is_nothing_read = repositories.is_empty()
        || matches!(scope, Scope::Range(_)) && found.coverage.commits.is_none();
    found.coverage.skipped.extend(lost);
    let AcceptedArgs { shallow, partial: promised, missing: objects } = args.accepted.clone();
    found.coverage.accept(&Accepted { shallow, promised, objects });

    match args.format {
        ScanFormat::Human if is_nothing_read => {}
        ScanFormat::Human => {
            let paint = |role, text: &str| terminal.paint(role, text);
            let text = report::human(&found, start.elapsed(), &Program, paint);
            terminal.report(&text);
        }
        ScanFormat::Json => terminal.json(&report::json(&found, &Program)),
        ScanFormat::Ndjson => terminal.json_lines(report::ndjson(&found, &Program)),
    }
    let verdict = found.verdict();
    let exit = Exit::of(verdict == Verdict::Leak, verdict == Verdict::Incomplete);
    Conclusion::new(exit, report::words(&found))
}

/// The repository that git names to a hook, or the one around the current directory.
fn around() -> PathBuf {
    environment::GIT_DIR.read().map_or_else(|| PathBuf::from("."), PathBuf::from)
}

/// What to read. The index that git tells a hook about belongs to one repository.
fn scope(args: &ScanGitArgs) -> Scope {
    if args.staged {
        // The one in which git runs the hook.
        let index_file = environment::GIT_INDEX_FILE.read_filled().map(|path| IndexFile {
            path: path.into(),
            git_dir: Repository::locate(&around(), None).ok().map(|own| own.git_dir().to_owned()),
        });
        return Scope::Staged { index_file };
    }
    let RevisionArgs { range, since, not, not_remotes } = args.revisions.clone();
    if range.is_empty() && since.is_none() && not.is_empty() && not_remotes.is_none() {
        return Scope::Everything;
    }
    let since = since.map(|since| Range { from: Some(since), to: Revision::head() });
    let ranges = range.into_iter().chain(since).collect();
    Scope::Range(RangeSpec { ranges, not, not_remotes })
}

/// Where scans are remembered, unless they are not to be.
fn cache(args: &ScanGitArgs) -> Option<Cache> {
    let chosen =
        args.cache_dir.clone().or_else(|| environment::CACHE_DIR.read().map(PathBuf::from));
    let caches = || Some(environment::user_cache_dir()?.join("intercom-sec"));
    let directory = chosen.or_else(caches);
    let directory = directory.filter(|path| !args.no_cache && !path.as_os_str().is_empty())?;
    // A scan by another build, older or newer, is not trusted: it may have had other rules.
    let path = std::env::current_exe().ok()?;
    let file = std::fs::metadata(&path).ok()?;
    let built = file.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    let mut program = format!("{} {} ", file.len(), built.as_nanos()).into_bytes();
    program.extend_from_slice(path.as_os_str().as_encoded_bytes());
    Some(Cache::at(directory, program))
}

/// Finds a repository; one that is not there is told at once and makes the scan incomplete, but
/// does not keep the others from being scanned.
fn locate(
    path: &Path,
    args: &ScanGitArgs,
    terminal: &Terminal,
    lost: &mut Vec<Skipped>,
) -> Option<Repository> {
    let quarantine = environment::GIT_QUARANTINE_PATH.read().map(PathBuf::from);
    match Repository::locate(path, quarantine.as_deref()) {
        Ok(repository) => Some(repository.with_rules(args.rules.into())),
        Err(error) => {
            lost.push(Skipped::no_repository(&path.display().to_string(), error.clone()));
            terminal.failure(&error.into());
            None
        }
    }
}
