//! The result of `check-token`, for people and for scripts.

use serde::Serialize;

use super::advisor::Advisor;
use super::gate::{Envelope, Reason, for_terminal, redact};
use super::role::Role;
use crate::advice::Advice as _;
use crate::api::{Admin, Check, Unanswered, Verdict, Workspace};

/// The name of the command whose shape this is.
const COMMAND: &str = "check-token";

/// The JSON document. Its texts have passed the gate.
pub fn document(check: &Check) -> impl Serialize + use<> {
    let judgement = &check.judgement;
    let gate = |text: &Option<String>| text.as_deref().map(|text| redact(text).into_owned());
    let reason = &judgement.reason;
    let content = Content {
        proof_of_admin: judgement.proves_admin(),
        reason: Reason::new(reason.code(), &judgement.to_string(), reason.hint()),
        workspace: judgement.workspace.as_ref().map(|workspace| Workspace {
            id: gate(&workspace.id),
            name: gate(&workspace.name),
            region: gate(&workspace.region),
            identity_verification: workspace.identity_verification,
        }),
        admin: judgement.admin.as_ref().map(|admin| Admin {
            id: gate(&admin.id),
            name: gate(&admin.name),
            email_verified: admin.email_verified,
        }),
        host: check.host.clone(),
        attempts: check.attempts,
        http_status: Some(judgement.status),
    };
    Envelope::document(COMMAND, name(judgement.verdict()), content)
}

/// The JSON document when no answer came: whether the token is live is unknown.
pub fn unanswered(unanswered: &Unanswered, advisor: &dyn Advisor) -> impl Serialize + use<> {
    let hint = advisor.hint(unanswered);
    let content = Content {
        proof_of_admin: false,
        reason: Reason::new(unanswered.code(), &unanswered.to_string(), hint.as_deref()),
        workspace: None,
        admin: None,
        host: unanswered.host.clone(),
        attempts: unanswered.attempts,
        http_status: None,
    };
    Envelope::document(COMMAND, name(Verdict::Unknown), content)
}

const fn name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Live => "live",
        Verdict::Dead => "dead",
        Verdict::Unknown => "unknown",
    }
}

#[derive(Serialize)]
struct Content {
    proof_of_admin: bool,
    reason: Reason,
    workspace: Option<Workspace>,
    admin: Option<Admin>,
    host: String,
    attempts: u32,
    http_status: Option<u16>,
}

/// The report for people. `paint` colours a part of it.
pub fn lines(check: &Check, paint: impl Fn(Role, &str) -> String) -> String {
    let judgement = &check.judgement;
    let proven = judgement.proves_admin();
    let verdict = match judgement.verdict() {
        Verdict::Live if proven => paint(Role::Good, "live"),
        Verdict::Live => paint(Role::Warning, "live, but no proof of an admin"),
        Verdict::Dead => paint(Role::Bad, "dead"),
        Verdict::Unknown => paint(Role::Warning, "unknown"),
    };
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
    report
}

/// A text of the server, or what stands for an absent one.
fn shown(value: Option<&str>) -> String {
    value.map_or_else(|| "unknown".to_owned(), for_terminal)
}

fn either(value: Option<bool>, yes: &'static str, no: &'static str) -> &'static str {
    value.map_or("unknown", |value| if value { yes } else { no })
}
