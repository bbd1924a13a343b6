//! Renders a scan as one JSON document.

use serde::Serialize;

use super::records::{self, COMMAND, CoverageRecord};
use crate::report::gate::Envelope;
use crate::scan::{Finding, ScanReport};

/// The document.
pub fn json(report: &ScanReport) -> impl Serialize + '_ {
    let content =
        Content { findings: &report.findings, coverage: CoverageRecord::new(&report.coverage) };
    Envelope::document(COMMAND, report.verdict().name(), content)
}

#[derive(Serialize)]
struct Content<'r> {
    #[serde(serialize_with = "records::findings")]
    findings: &'r [Finding],
    coverage: CoverageRecord,
}
