//! Holds what a scan says: its findings, and what was read.

pub(crate) mod coverage;
pub(crate) mod finding;
pub(crate) mod findings;
pub(crate) mod gap;
pub(crate) mod masking;

use self::coverage::Coverage;
use self::finding::Finding;
use crate::git::refs::revision::RevisionError;

/// What a scan of one or more repositories says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScanReport {
    /// The leaks, in the order in which they were introduced.
    pub findings: Vec<Finding>,
    /// What was read, and what not.
    pub coverage: Coverage,
    /// Revisions that name nothing, so that a repository was not read. The coverage lists them too.
    pub unresolved: Vec<RevisionError>,
}

/// The answer in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// No leak, and everything was read except what was accepted.
    Clean,
    /// A token was found, or another secret that was looked for.
    Leak,
    /// Nothing was found, but something could not be read.
    Incomplete,
}

impl Verdict {
    /// The word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Leak => "leak",
            Self::Incomplete => "incomplete",
        }
    }
}

impl ScanReport {
    /// The answer in one word: a leak outweighs what could not be read.
    pub fn verdict(&self) -> Verdict {
        match (self.findings.is_empty(), self.coverage.skipped.is_empty()) {
            (false, _) => Verdict::Leak,
            (true, true) => Verdict::Clean,
            (true, false) => Verdict::Incomplete,
        }
    }
}
