//! Findings and coverage as JSON, in the shape that scripts depend on.

use serde::{Serialize, Serializer};

use super::text::{readable, redact};
use super::time::rfc3339;
use crate::scan::{Coverage, Finding, Location, MAX_REFS, ScanReport, Skipped};
use crate::token::Confidence;

/// The name and version of the shape; a change that breaks a reader gets a new number.
const SCHEMA: &str = "intercom-sec.scan-git/1";

/// A scan as one document.
pub fn scan_document(report: &ScanReport) -> impl Serialize + '_ {
    ScanDocument {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION"),
        verdict: report.verdict().name(),
        findings: &report.findings,
        coverage: CoverageRecord::new(&report.coverage),
    }
}

/// A scan as records, to be written one a line: the findings, then the coverage, which is there
/// even when nothing was found.
pub fn scan_records(report: &ScanReport) -> impl Iterator<Item = impl Serialize + '_> {
    let coverage = Summary {
        version: env!("CARGO_PKG_VERSION"),
        verdict: report.verdict().name(),
        coverage: CoverageRecord::new(&report.coverage),
    };
    let findings = report.findings.iter().map(|finding| {
        let content = FindingRecord::new(finding);
        Record::Finding(Line { record: "finding", schema: SCHEMA, content })
    });
    let end = Line { record: "coverage", schema: SCHEMA, content: coverage };
    findings.chain(std::iter::once(Record::Coverage(end)))
}

#[derive(Serialize)]
#[serde(untagged)]
enum Record<'r> {
    Finding(Line<FindingRecord<'r>>),
    Coverage(Line<Summary>),
}

#[derive(Serialize)]
struct ScanDocument<'r> {
    schema: &'static str,
    version: &'static str,
    verdict: &'static str,
    #[serde(serialize_with = "findings")]
    findings: &'r [Finding],
    coverage: CoverageRecord,
}

#[derive(Serialize)]
struct Line<T> {
    record: &'static str,
    schema: &'static str,
    #[serde(flatten)]
    content: T,
}

#[derive(Serialize)]
struct Summary {
    version: &'static str,
    verdict: &'static str,
    coverage: CoverageRecord,
}

// Records are made one by one while they are written: a leak that nobody mended has as many places
// as its file has versions.
fn findings<S: Serializer>(findings: &[Finding], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(findings.iter().map(FindingRecord::new))
}

fn locations<S: Serializer>(locations: &[Location], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(locations.iter().map(LocationRecord::new))
}

#[derive(Serialize)]
struct FindingRecord<'r> {
    rule: &'static str,
    fingerprint: &'r str,
    mask: &'r str,
    confidence: Confidence,
    #[serde(serialize_with = "locations")]
    locations: &'r [Location],
}

impl<'r> FindingRecord<'r> {
    fn new(finding: &'r Finding) -> Self {
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
    object: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
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
            object: location.object.to_string(),
            path: location.path.as_deref().map(readable),
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

#[derive(Serialize)]
struct CoverageRecord {
    complete: bool,
    objects: u64,
    bytes: u64,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unlisted_places: bool,
    skipped: Vec<SkippedRecord>,
}

impl CoverageRecord {
    fn new(coverage: &Coverage) -> Self {
        Self {
            complete: coverage.is_complete(),
            objects: coverage.objects,
            bytes: coverage.bytes,
            unlisted_places: coverage.has_unlisted_places,
            skipped: coverage.skipped.iter().map(SkippedRecord::new).collect(),
        }
    }
}

#[derive(Serialize)]
struct SkippedRecord {
    what: String,
    id: String,
    reason: String,
}

impl SkippedRecord {
    fn new(skipped: &Skipped) -> Self {
        Self {
            what: skipped.what.name().to_owned(),
            id: redact(&skipped.id).into_owned(),
            reason: match skipped.mend {
                Some(mend) => format!("{}; {mend}", redact(&skipped.reason)),
                None => redact(&skipped.reason).into_owned(),
            },
        }
    }
}
