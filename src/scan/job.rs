//! Holds what all parts of a scan share.

use super::options::Options;
use crate::git::progress::Progress;
use crate::rules::Detector;

/// What all parts of a scan share.
pub(crate) struct Job<'s> {
    pub(crate) options: &'s Options,
    pub(crate) detector: Detector,
    pub(crate) progress: &'s Progress,
}

impl<'s> Job<'s> {
    pub(crate) fn new(options: &'s Options, progress: &'s Progress) -> Self {
        Self { options, detector: Detector::new(options.rules), progress }
    }

    /// How many threads may work.
    pub(crate) const fn threads(&self) -> usize {
        self.options.threads.get()
    }
}
