//! `scan-git`: repositories in, findings and coverage out.

use std::path::{Path, PathBuf};
use std::time::{Instant, UNIX_EPOCH};

use intercom_sec::report::scan_git as report;
use intercom_sec::scan::{
    Accepted, Cache, IndexFile, Options, Progress, Range, RangeSpec, Revision, Scope, Skipped,
    Target, Verdict, scan,
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
    let targets: Vec<Target> =
        paths.iter().filter_map(|path| locate(path, terminal, &mut lost)).collect();
    let scope = scope(args);
    if let Scope::Staged { index_file: Some(IndexFile { path, git_dir: None, .. }) } = &scope
        && targets.len() > 1
    {
        lost.push(Skipped::ambiguous_index(&path.display().to_string()));
    }
    let is_range = matches!(scope, Scope::Range(_));
    let options = options(args, scope);
    let progress = Progress::new();
    let line = || {
        report::progress_line(
            progress.total(),
            progress.objects(),
            progress.bytes(),
            progress.hits(),
        )
    };
    let mut found = terminal.with_progress(line, || scan(&targets, &options, &progress));
    for error in &found.unresolved {
        terminal.failure(&error.clone().into());
    }
    let is_nothing_read = targets.is_empty() || is_range && found.coverage.commits.is_none();
    found.coverage.skipped.extend(lost);

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

/// How to scan.
fn options(args: &ScanGitArgs, scope: Scope) -> Options {
    let AcceptedArgs { shallow, partial, missing } = args.accepted.clone();
    let accepted = Accepted::none().shallow(shallow).promised(partial).objects(missing);
    let options = Options::new()
        .scope(scope)
        .rules(args.rules.into())
        .worktree(args.worktree)
        .accept(accepted);
    let options = match args.threads {
        Some(threads) => options.threads(threads),
        None => options,
    };
    match cache(args) {
        Some(cache) => options.cache(cache),
        None => options,
    }
}

/// What to read. The index that git names to a hook belongs to one repository.
fn scope(args: &ScanGitArgs) -> Scope {
    if args.staged {
        // The one in which git runs the hook.
        let own_git_dir =
            || Target::locate(&around(), None).ok().map(|own| own.git_dir().to_owned());
        let index_file = environment::GIT_INDEX_FILE.read_filled();
        let index_file = index_file.map(|path| IndexFile::new(path.into(), own_git_dir()));
        return Scope::Staged { index_file };
    }
    let RevisionArgs { range, since, not, not_remotes } = args.revisions.clone();
    if range.is_empty() && since.is_none() && not.is_empty() && not_remotes.is_none() {
        return Scope::Everything;
    }
    let since = since.map(|since| Range { from: Some(since), to: Revision::head() });
    let ranges = range.into_iter().chain(since).collect();
    Scope::Range(RangeSpec::new(ranges).without(not).without_remotes(not_remotes))
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

/// Finds a repository. One that is not there is reported at once and makes the scan incomplete. The
/// others are scanned.
fn locate(path: &Path, terminal: &Terminal, lost: &mut Vec<Skipped>) -> Option<Target> {
    let quarantine = environment::GIT_QUARANTINE_PATH.read().map(PathBuf::from);
    match Target::locate(path, quarantine.as_deref()) {
        Ok(target) => Some(target),
        Err(error) => {
            lost.push(Skipped::no_repository(&path.display().to_string(), error.clone()));
            terminal.failure(&error.into());
            None
        }
    }
}
