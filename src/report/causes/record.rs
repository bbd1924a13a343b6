//! The causes as JSON has them.

use std::borrow::Cow;

use serde::Serialize;

use super::nouns::{Nouns, Words};
use super::words::{advice, clause};
use crate::explain::{Cause, Own};

/// A cause as JSON has it.
#[derive(Serialize)]
pub struct CauseRecord {
    code: Cow<'static, str>,
    message: Cow<'static, str>,
    advice: Cow<'static, str>,
}

/// The causes as JSON has them.
pub fn records<O: Words>(causes: &[Cause<O>], nouns: Nouns) -> Vec<CauseRecord> {
    let record = |cause: &Cause<O>| CauseRecord {
        code: cause.code(),
        message: clause(cause, nouns),
        advice: advice(cause, nouns),
    };
    causes.iter().map(record).collect()
}

/// The codes of the causes.
pub fn codes<O: Own>(causes: &[Cause<O>]) -> Vec<Cow<'static, str>> {
    causes.iter().map(Cause::code).collect()
}
