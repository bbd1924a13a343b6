//! What counts as a leak: the rules, and one detector for those that were chosen.

mod detector;
mod redact;
mod rule;

pub use self::detector::{Detector, Leak};
pub use self::redact::redact;
pub use self::rule::{Rule, RuleSet};
