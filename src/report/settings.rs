//! The result of checking saved settings, for people and for scripts.

use std::fmt::Write as _;

use serde::Serialize;

use super::gate as text;
use super::role::Role;
use crate::identity::settings::{Checked, Level, Problem};

/// The verdict in one word: `right`, `wrong`, or `incomplete` where something could not be checked.
pub fn verdict(checked: &Checked) -> &'static str {
    match checked.worst() {
        Some(Level::Wrong) => "wrong",
        Some(Level::Unknown) => "incomplete",
        Some(Level::Warning) | None => "right",
    }
}

/// The JSON document.
pub fn document(checked: &Checked) -> impl Serialize + use<> {
    Document {
        schema: "intercom-sec.hash/1",
        version: env!("CARGO_PKG_VERSION"),
        verdict: verdict(checked),
        settings: checked.settings,
        right_hashes: checked.right_hashes,
        problems: checked.problems.iter().map(Record::new).collect(),
    }
}

/// The lines for people.
pub fn lines(checked: &Checked, paint: impl Fn(Role, &str) -> String) -> String {
    let mut report = String::new();
    for (line, problem) in &checked.problems {
        let role = match problem.level() {
            Level::Wrong => Role::Bad,
            Level::Unknown => Role::Warning,
            Level::Warning => Role::Note,
        };
        let level = paint(role, problem.level().name());
        let _ =
            writeln!(report, "line {line}: {level}: {}", text::for_terminal(&problem.sentence()));
        let _ = writeln!(report, "  next: {}", problem.advice());
    }
    let role = match checked.worst() {
        Some(Level::Wrong) => Role::Bad,
        Some(Level::Unknown) => Role::Warning,
        _ => Role::Good,
    };
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    let _ = writeln!(
        report,
        "{}: {} place{} with settings, {} user_hash{} compared and right",
        paint(role, verdict(checked)),
        checked.settings,
        plural(checked.settings),
        checked.right_hashes,
        if checked.right_hashes == 1 { "" } else { "es" },
    );
    report
}

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    version: &'static str,
    verdict: &'static str,
    settings: usize,
    right_hashes: usize,
    problems: Vec<Record>,
}

#[derive(Serialize)]
struct Record {
    line: u64,
    code: &'static str,
    level: &'static str,
    message: String,
    advice: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    causes: Vec<&'static str>,
}

impl Record {
    fn new((line, problem): &(u64, Problem)) -> Self {
        let causes = match problem {
            Problem::Mismatch(Some(explanation)) | Problem::HashMalformed(_, Some(explanation)) => {
                explanation.causes().iter().map(crate::identity::explain::Cause::code).collect()
            }
            Problem::JwtRule(rule, _) => vec![rule.code()],
            _ => Vec::new(),
        };
        Self {
            line: *line,
            code: problem.code(),
            level: problem.level().name(),
            message: text::redact(&problem.sentence()).into_owned(),
            advice: problem.advice(),
            causes,
        }
    }
}
