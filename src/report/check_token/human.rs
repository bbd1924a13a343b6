//! Renders the check of a token as text for people.

use super::verdict::in_words;
use crate::api::{Check, Verdict, Workspace};
use crate::report::gate::for_terminal;
use crate::report::label::Label;
use crate::report::role::Role;

/// The report. `paint` colours a part of it.
pub fn human(check: &Check, paint: impl Fn(Role, &str) -> String) -> String {
    let judgement = &check.judgement;
    let role = match judgement.verdict() {
        Verdict::Live if judgement.proves_admin() => Role::Good,
        Verdict::Live | Verdict::Unknown => Role::Warning,
        Verdict::Dead => Role::Bad,
    };
    let verdict = paint(role, in_words(judgement));
    let mut report = format!("{verdict}: {}\n", for_terminal(&judgement.to_string()));
    let mut line = |label: &str, value: &str| {
        report += &paint(Role::Dim, &format!("{label:<22}"));
        report += value;
        report.push('\n');
    };
    if let Some(admin) = &judgement.admin {
        let absent = Workspace::default();
        let workspace = judgement.workspace.as_ref().unwrap_or(&absent);
        line("workspace", &paint(Role::Strong, &shown(workspace.name.as_deref())));
        line("workspace id", &shown(workspace.id.as_deref()));
        line("region", &shown(workspace.region.as_deref()));
        line("identity verification", either(workspace.identity_verification, "on", "off"));
        line("admin", &shown(admin.name.as_deref()));
        line("admin's email", either(admin.email_verified, "verified", "not verified"));
    }
    line("asked", &for_terminal(&check.host));
    if let Some(hint) = judgement.reason.hint() {
        report += &Label::Next.line(hint, &paint);
    }
    report
}

/// A text of the server, or what stands for an absent one.
fn shown(value: Option<&str>) -> String {
    value.map_or_else(|| "unknown".to_owned(), for_terminal)
}

fn either(value: Option<bool>, yes: &'static str, no: &'static str) -> &'static str {
    value.map_or("unknown", |value| if value { yes } else { no })
}
