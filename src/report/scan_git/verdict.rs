//! States the verdict of a scan and what to do next.

use std::collections::BTreeSet;

use super::place::{gap, place};
use crate::report::quantity::counted;
use crate::report::words::Words;
use crate::rules::Rule;
use crate::scan::{Finding, ScanReport, Verdict};

/// The verdict in a line or two.
pub fn words(report: &ScanReport) -> Words {
    let name = report.verdict().name();
    let gaps = &report.coverage.skipped;
    match (report.verdict(), report.findings.first()) {
        (Verdict::Leak, Some(finding)) => {
            let mut sentence = what_was_found(&report.findings);
            if let Some(first) = finding.locations.first() {
                sentence += ", first at ";
                sentence += &place(first, true);
            }
            if !gaps.is_empty() {
                sentence += "; not everything could be read";
            }
            let words = Words::new(name, sentence);
            match advice(report).into_iter().next() {
                Some(advice) => words.next(advice),
                None => words,
            }
        }
        (Verdict::Incomplete, _) => {
            let things = counted(gaps.len(), "thing", "things");
            let sentence = format!("nothing was found, but {things} could not be read");
            let words = Words::new(name, sentence);
            match gaps.first() {
                Some(first) => words.why(gap(first)),
                None => words,
            }
        }
        _ => Words::new(name, "everything was read"),
    }
}

/// How many leaks there are: tokens first, then what may be a secret.
pub(super) fn what_was_found(findings: &[Finding]) -> String {
    let is_token = |finding: &&Finding| finding.rule == Rule::AccessToken;
    let tokens = findings.iter().filter(is_token).count();
    let secrets = findings.len() - tokens;
    let parts = [
        (tokens, counted(tokens, "leaked token", "leaked tokens")),
        (secrets, counted(secrets, "possible secret", "possible secrets")),
    ];
    let parts: Vec<_> =
        parts.into_iter().filter(|(count, _)| *count > 0).map(|(_, counted)| counted).collect();
    parts.join(", ")
}

/// What to do about what was found, for each rule that found something.
pub(super) fn advice(report: &ScanReport) -> Vec<String> {
    let is_staged = report.coverage.staged_files.is_some();
    let rules: BTreeSet<Rule> = report.findings.iter().map(|finding| finding.rule).collect();
    rules
        .into_iter()
        .map(|rule| match (rule, is_staged) {
            (Rule::AccessToken, true) => "take each token out of its file and stage the file \
                 again; one that was shown or pushed before must be regenerated in Intercom's \
                 Developer Hub too"
                .to_owned(),
            (Rule::AccessToken, false) => {
                format!("{}; rewriting history does not make a leaked token safe", rule.remedy())
            }
            (rule, true) => format!(
                "take it out of its file and stage the file again; {}, once it was shown or pushed",
                rule.remedy()
            ),
            (rule, false) => rule.remedy().to_owned(),
        })
        .collect()
}
