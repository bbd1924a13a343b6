//! Renders the check of a token as one JSON document.

use serde::Serialize;

use super::verdict::name;
use crate::advice::Advice as _;
use crate::api::{Admin, Check, Unanswered, Verdict, Workspace};
use crate::report::advisor::Advisor;
use crate::report::gate::{Envelope, Reason, redact};

/// The name of the command whose shape this is.
const COMMAND: &str = "check-token";

/// The document. Its texts have passed the gate.
pub fn json(check: &Check) -> impl Serialize + use<> {
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

/// The document when no answer came: whether the token is live is unknown.
pub fn unanswered_json(unanswered: &Unanswered, advisor: &dyn Advisor) -> impl Serialize + use<> {
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
