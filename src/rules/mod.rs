//! Defines what counts as a leak: the rules, and one detector for the chosen rules.

mod detector;
mod redact;
mod rule;

pub use self::detector::{Detector, Leak};
pub use self::redact::{holds_leak, redact};
pub use self::rule::{Rule, RuleSet};
