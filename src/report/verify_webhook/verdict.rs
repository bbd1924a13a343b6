//! States the verdict on one delivery or on many.

use super::judged::Judged;
use crate::report::quantity::counted;
use crate::report::words::Words;
use crate::webhook::saved::{Outcome, Summary};

/// The verdict on the only delivery, in a line or two.
pub fn words(judged: &Judged) -> Words {
    let Some(why) = judged.why() else {
        return Words::new("match", "the body was signed with this secret");
    };
    Words::new("mismatch", sentence(judged)).why(why)
}

/// The verdict on many deliveries, in a line or two.
pub fn summary_words(summary: &Summary) -> Words {
    let all = counted(summary.deliveries(), "delivery", "deliveries");
    match summary.outcome() {
        Outcome::Match => Words::new("match", format!("{all} match")),
        Outcome::Mismatch => {
            Words::new("mismatch", format!("no match in {} of {all}", summary.mismatching))
        }
        Outcome::Unreadable => {
            Words::new("incomplete", format!("no verdict on {} of {all}", summary.unreadable))
        }
    }
}

/// What a mismatch of the only delivery is.
pub(super) fn sentence(judged: &Judged) -> String {
    let which = if judged.are_secrets_several() { "any of these secrets" } else { "this secret" };
    format!("the body was not signed with {which}")
}
