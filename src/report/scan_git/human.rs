//! Renders a scan as text for people.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use super::place::{gap, place, short};
use super::verdict::{advice, what_was_found};
use crate::report::Advisor;
use crate::report::gate::{for_terminal, readable};
use crate::report::label::Label;
use crate::report::quantity::{counted, duration, grouped, plural, size};
use crate::report::role::Role;
use crate::report::time::rfc3339;
use crate::scan::{Coverage, Finding, Location, ScanReport, Skipped, Source, Verdict};

/// So many places of a finding are shown; JSON has them all.
const MAX_PLACES: usize = 10;

/// So many gaps are shown, and so many notes; JSON has them all.
const MAX_SKIPPED: usize = 10;

/// The report. `paint` colours parts as the reader's terminal can show, `advisor` says what to do
/// about what was not read.
pub fn human(
    report: &ScanReport,
    took: Duration,
    advisor: &dyn Advisor,
    paint: impl Fn(Role, &str) -> String,
) -> String {
    let mut text = String::new();
    let names: BTreeSet<_> = report
        .findings
        .iter()
        .flat_map(|finding| finding.locations.iter().map(|location| &location.repository))
        .collect();
    for finding in &report.findings {
        write_finding(&mut text, finding, names.len() > 1, &paint);
        text.push('\n');
    }
    let coverage = &report.coverage;
    write_gaps(&mut text, (Role::Dim, "not read, as accepted"), &coverage.accepted, &paint);
    write_gaps(&mut text, (Role::Warning, "not read"), &coverage.skipped, &paint);
    if !coverage.is_complete() {
        let remedies: BTreeSet<_> =
            coverage.skipped.iter().filter_map(|gap| advisor.remedy(gap)).collect();
        for remedy in remedies {
            text += "  ";
            text += &Label::Next.line(remedy, &paint);
        }
        text.push('\n');
    }
    let (role, verdict) = match report.verdict() {
        Verdict::Clean if coverage.accepted.is_empty() => (Role::Good, "clean".to_owned()),
        Verdict::Clean => (Role::Good, "clean except for what was accepted".to_owned()),
        Verdict::Incomplete => (Role::Warning, "incomplete".to_owned()),
        Verdict::Leak => (Role::Bad, what_was_found(&report.findings)),
    };
    let _ = writeln!(text, "{}: {}", paint(role, &verdict), what_was_read(report, took));
    write_notes(&mut text, coverage, &paint);
    if coverage.has_unlisted_places {
        let note = "a file with a token has more paths, or deeper ones, than are listed";
        text += &Label::Note.line(note, &paint);
    }
    for advice in advice(report) {
        text += &Label::Next.line(&advice, &paint);
    }
    text
}

/// What was left out, rightly.
fn write_notes(text: &mut String, coverage: &Coverage, paint: &impl Fn(Role, &str) -> String) {
    for note in coverage.notes.iter().take(MAX_SKIPPED) {
        let (id, reason) = (for_terminal(&note.id), for_terminal(&note.reason));
        *text += &Label::Note.line(&format!("{id}: {reason}"), paint);
    }
    if coverage.notes.len() > MAX_SKIPPED {
        let more = coverage.notes.len() - MAX_SKIPPED;
        let more = counted(more, "more note", "more notes");
        let line = format!("  … and {more} (the JSON report lists all)");
        let _ = writeln!(text, "{}", paint(Role::Dim, &line));
    }
}

/// What was not read: the first few things.
fn write_gaps(
    text: &mut String,
    (role, heading): (Role, &str),
    gaps: &[Skipped],
    paint: &impl Fn(Role, &str) -> String,
) {
    let count = gaps.len();
    if count == 0 {
        return;
    }
    let heading = format!("{heading}: {}", counted(count, "thing", "things"));
    let _ = writeln!(text, "{}", paint(role, &heading));
    for one in gaps.iter().take(MAX_SKIPPED) {
        let _ = writeln!(text, "  {}", gap(one));
    }
    if count > MAX_SKIPPED {
        let more = count - MAX_SKIPPED;
        let line = format!("  … and {more} more (the JSON report lists all)");
        let _ = writeln!(text, "{}", paint(Role::Dim, &line));
    }
}

/// How much was read, in how much time, and whether that is all.
fn what_was_read(report: &ScanReport, took: Duration) -> String {
    let coverage = &report.coverage;
    let gap = match (coverage.is_complete(), report.verdict()) {
        (true, _) => None,
        (false, Verdict::Clean) => Some("the rest was not read"),
        (false, Verdict::Leak) => Some("not everything could be read"),
        (false, _) => Some("no token was found, but not everything could be read"),
    };
    let (count, what) = match coverage.staged_files {
        Some(0)
            if report.verdict() == Verdict::Clean
                && coverage.is_complete()
                && coverage.worktree_files.is_none() =>
        {
            return "nothing new is staged".to_owned();
        }
        Some(files) => (files, ("staged file", "staged files")),
        None => (coverage.objects, ("object", "objects")),
    };
    let mut text = format!(
        "{}{} {} read{} ({}){} in {}",
        coverage.commits.map(commits).unwrap_or_default(),
        grouped(count),
        plural(usize::try_from(count).unwrap_or(2), what.0, what.1),
        known(coverage),
        size(coverage.bytes),
        coverage.worktree_files.map(worktree_files).unwrap_or_default(),
        duration(took),
    );
    let whole = match (coverage.commits, coverage.objects) {
        (Some(0), 0) => Some("nothing is in the range"),
        (Some(_), _) => Some("everything in the range was read"),
        // Of a scan of what is staged, "everything" would say too much.
        _ => coverage.staged_files.is_none().then_some("everything was read"),
    };
    if let Some(completeness) = gap.or(whole) {
        let _ = write!(text, "; {completeness}");
    }
    text
}

/// How many objects an earlier scan has read.
fn known(coverage: &Coverage) -> String {
    match (coverage.known_objects, coverage.objects - coverage.known_objects) {
        (0, _) => String::new(),
        (_, 0) => ", all by an earlier scan".to_owned(),
        (known, _) => format!(", {} of them by an earlier scan", grouped(known)),
    }
}

fn write_finding(
    text: &mut String,
    finding: &Finding,
    with_repository: bool,
    paint: &impl Fn(Role, &str) -> String,
) {
    let _ = writeln!(
        text,
        "{}  {}  {} confidence  sha256:{}",
        paint(Role::Bad, finding.rule.title()),
        paint(Role::Strong, &finding.mask),
        finding.confidence.name(),
        &finding.fingerprint[..16],
    );
    for location in finding.locations.iter().take(MAX_PLACES) {
        let _ = writeln!(text, "  {}", paint(Role::Strong, &place(location, with_repository)));
        let _ = writeln!(text, "    {}", paint(Role::Dim, &provenance(location)));
    }
    if finding.locations.len() > MAX_PLACES {
        let more = finding.locations.len() - MAX_PLACES;
        let more = counted(more, "more place", "more places");
        let line = format!("  … and {more} (the JSON report lists all)");
        let _ = writeln!(text, "{}", paint(Role::Dim, &line));
    }
}

fn provenance(location: &Location) -> String {
    let Some(origin) = &location.commit else {
        return without_commit(location);
    };
    let mut line = short(origin.id);
    if let Some(date) = rfc3339(origin.time, origin.zone) {
        let _ = write!(line, "  {}", &date[..10]);
    }
    let person = for_terminal(&readable(&origin.name));
    if !person.is_empty() {
        let _ = write!(line, "  {person} <{}>", for_terminal(&readable(&origin.email)));
    }
    let names = origin.refs.iter().take(3).map(|name| {
        let name = for_terminal(name);
        let short = ["refs/heads/", "refs/remotes/", "refs/tags/"]
            .iter()
            .find_map(|prefix| name.strip_prefix(prefix));
        short.unwrap_or(&name).to_owned()
    });
    let names: Vec<_> = names.collect();
    if names.is_empty() {
        line.push_str("  on no ref");
    } else {
        let _ = write!(line, "  on {}", names.join(", "));
        if origin.refs_total > names.len() {
            let _ = write!(line, " and {} more", origin.refs_total - names.len());
        }
    }
    if location.present_at_head {
        line.push_str("  still at HEAD");
    }
    line
}

/// Where a token stands that no commit introduced.
fn without_commit(location: &Location) -> String {
    let object = location.object.map(short).unwrap_or_default();
    let words = match location.source {
        Source::Index if location.line.is_some() => {
            return format!("staged, in no commit yet  blob {object}");
        }
        Source::Index => "a name in the index",
        Source::RefName => "the name of a ref",
        Source::Reflog => "a reflog in the git directory",
        Source::Config => "configuration in the git directory",
        Source::GitDir => "a file of the git directory",
        Source::Lfs => "a Git LFS file in the git directory",
        Source::Worktree => "on disk in the working tree",
        source => return format!("{} {object}, which no commit leads to", source.name()),
    };
    words.to_owned()
}

fn commits(count: u64) -> String {
    let noun = plural(usize::try_from(count).unwrap_or(2), "commit", "commits");
    format!("{} {noun}, ", grouped(count))
}

fn worktree_files(count: u64) -> String {
    let noun = plural(usize::try_from(count).unwrap_or(2), "file", "files");
    format!(", {} {noun} of the working tree", grouped(count))
}
