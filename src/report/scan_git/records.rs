//! Holds the records of findings and coverage that the JSON formats share.

use serde::Serialize;

use crate::report::Advisor;
use crate::report::gap;
use crate::report::gate::{readable, redact};
use crate::report::time::rfc3339;
use crate::rules::Rule;
use crate::scan::{Coverage, Finding, Location, MAX_REFS, Note, Skipped};
use crate::token::Confidence;

/// The name of the command, as its schema has it.
pub(super) const COMMAND: &str = "scan-git";

// Records are made one by one while they are written: a leak that stays in a file has as many places
// as the file has versions.
pub(super) fn findings<S: serde::Serializer>(
    findings: &[Finding],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(findings.iter().map(FindingRecord::new))
}

fn locations<S: serde::Serializer>(
    locations: &[Location],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(locations.iter().map(LocationRecord::new))
}

/// A leak and all its places.
#[derive(Serialize)]
pub(super) struct FindingRecord<'r> {
    rule: Rule,
    fingerprint: &'r str,
    mask: &'r str,
    confidence: Confidence,
    #[serde(serialize_with = "locations")]
    locations: &'r [Location],
}

impl<'r> FindingRecord<'r> {
    pub(super) fn new(finding: &'r Finding) -> Self {
        Self {
            rule: finding.rule,
            fingerprint: &finding.fingerprint,
            mask: &finding.mask,
            confidence: finding.confidence,
            locations: &finding.locations,
        }
    }
}

#[derive(Serialize)]
struct LocationRecord<'r> {
    source: &'static str,
    repository: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    member: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u64>,
    encoding: &'r [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<PersonRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<String>,
    refs: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refs_total: Option<usize>,
    present_at_head: bool,
}

impl<'r> LocationRecord<'r> {
    fn new(location: &'r Location) -> Self {
        let origin = location.commit.as_ref();
        Self {
            source: location.source.name(),
            repository: redact(&location.repository).into_owned(),
            object: location.object.map(|object| object.to_string()),
            path: location.path.as_deref().map(readable),
            member: location.member.as_deref().filter(|name| !name.is_empty()).map(readable),
            line: location.line,
            column: location.column,
            encoding: &location.encoding,
            commit: origin.map(|origin| origin.id.to_string()),
            author: origin.map(|origin| PersonRecord {
                name: readable(&origin.name),
                email: readable(&origin.email),
            }),
            date: origin.and_then(|origin| rfc3339(origin.time, origin.zone)),
            refs: origin.map_or_else(Vec::new, |origin| {
                origin.refs.iter().map(|name| redact(name).into_owned()).collect()
            }),
            refs_total: origin.map(|origin| origin.refs_total).filter(|&total| total > MAX_REFS),
            present_at_head: location.present_at_head,
        }
    }
}

#[derive(Serialize)]
struct PersonRecord {
    name: String,
    email: String,
}

/// What was read, and what was not.
#[derive(Serialize)]
pub(super) struct CoverageRecord {
    complete: bool,
    objects: u64,
    bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    staged_files: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commits: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    worktree_files: Option<u64>,
    #[serde(skip_serializing_if = "is_zero")]
    cached_objects: u64,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unlisted_places: bool,
    skipped: Vec<SkippedRecord>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<NoteRecord>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    accepted: Vec<SkippedRecord>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl CoverageRecord {
    pub(super) fn new(coverage: &Coverage, advisor: &dyn Advisor) -> Self {
        let records =
            |gaps: &[Skipped]| gaps.iter().map(|gap| SkippedRecord::new(gap, advisor)).collect();
        Self {
            complete: coverage.is_complete(),
            objects: coverage.objects,
            bytes: coverage.bytes,
            staged_files: coverage.staged_files,
            commits: coverage.commits,
            files: coverage.files,
            worktree_files: coverage.worktree_files,
            cached_objects: coverage.known_objects,
            unlisted_places: coverage.has_unlisted_places,
            skipped: records(&coverage.skipped),
            notes: coverage.notes.iter().map(NoteRecord::new).collect(),
            accepted: records(&coverage.accepted),
        }
    }
}

#[derive(Serialize)]
struct SkippedRecord {
    what: &'static str,
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    reason: String,
}

impl SkippedRecord {
    fn new(skipped: &Skipped, advisor: &dyn Advisor) -> Self {
        let reason = gap::reason(skipped);
        let reason = redact(&reason);
        Self {
            what: skipped.kind.name(),
            id: redact(&skipped.subject.to_string()).into_owned(),
            path: skipped.path.as_deref().map(|path| redact(path).into_owned()),
            reason: match advisor.remedy(skipped) {
                Some(remedy) => format!("{reason}; {remedy}"),
                None => reason.into_owned(),
            },
        }
    }
}

#[derive(Serialize)]
struct NoteRecord {
    what: &'static str,
    id: String,
    reason: String,
}

impl NoteRecord {
    fn new(note: &Note) -> Self {
        Self {
            what: note.what.name(),
            id: redact(&note.id).into_owned(),
            reason: redact(&note.reason).into_owned(),
        }
    }
}
