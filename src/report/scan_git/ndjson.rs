//! Renders a scan as JSON records, one a line.

use std::iter::once;

use serde::Serialize;

use super::records::{COMMAND, CoverageRecord, FindingRecord};
use crate::report::Advisor;
use crate::report::gate::Envelope;
use crate::scan::ScanReport;

/// The records: the findings, then the coverage, which is there even when nothing was found.
/// `advisor` says what to do about what was not read.
pub fn ndjson<'r>(
    report: &'r ScanReport,
    advisor: &dyn Advisor,
) -> impl Iterator<Item = impl Serialize + use<'r>> + use<'r> {
    let findings = report.findings.iter().map(|finding| {
        Record::Finding(Envelope::record("finding", COMMAND, FindingRecord::new(finding)))
    });
    let coverage = End { coverage: CoverageRecord::new(&report.coverage, advisor) };
    let end = Envelope::last("coverage", COMMAND, report.verdict().name(), coverage);
    findings.chain(once(Record::Coverage(end)))
}

#[derive(Serialize)]
#[serde(untagged)]
enum Record<'r> {
    Finding(Envelope<FindingRecord<'r>>),
    Coverage(Envelope<End>),
}

#[derive(Serialize)]
struct End {
    coverage: CoverageRecord,
}
