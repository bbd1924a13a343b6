//! Lets the program around the library say in its own words what its user can do.

use super::gap;
use crate::advice::Advice;
use crate::scan::Skipped;

/// Words that depend on the program: the names of its options and variables, above all.
///
/// The library knows no option, so its own hints name none. A report that shows hints takes them
/// from an advisor: the program's, or [`Plain`] where there is none.
pub trait Advisor {
    /// What to do about an error, as one sentence without a final period.
    fn hint(&self, error: &(dyn Advice + 'static)) -> Option<String> {
        error.hint()
    }

    /// What to do about something that a scan did not read, as one sentence without a final period.
    fn remedy(&self, skipped: &Skipped) -> Option<&'static str> {
        gap::remedy(skipped)
    }
}

/// The library's own words.
#[derive(Clone, Copy, Debug)]
pub struct Plain;

impl Advisor for Plain {}
