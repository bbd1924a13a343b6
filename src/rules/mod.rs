//! What counts as a leak: the rules, and one detector for those that were chosen.

mod detector;
mod rule;

pub use self::detector::{Detector, Leak};
pub use self::rule::{Rule, RuleSet};
