//! Renders a scan as one JSON document.

use serde::Serialize;

use super::records::{self, COMMAND, CoverageRecord};
use crate::report::Advisor;
use crate::report::gate::Envelope;
use crate::scan::{Finding, ScanReport};

/// The document. `advisor` says what to do about what was not read.
pub fn json<'r>(report: &'r ScanReport, advisor: &dyn Advisor) -> impl Serialize + use<'r> {
    let coverage = CoverageRecord::new(&report.coverage, advisor);
    let content = Content { findings: &report.findings, coverage };
    Envelope::document(COMMAND, report.verdict().name(), content)
}

#[derive(Serialize)]
struct Content<'r> {
    #[serde(serialize_with = "records::findings")]
    findings: &'r [Finding],
    coverage: CoverageRecord,
}
