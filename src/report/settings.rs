//! The result of checking saved settings, for people and for scripts.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::Serialize;

use super::causes::{self, HASH};
use super::gate::{Envelope, for_terminal, redact};
use super::jwt;
use super::role::Role;
use crate::advice::Advice as _;
use crate::identity::explain::Explanation;
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
    let content = Content {
        settings: checked.settings,
        right_hashes: checked.right_hashes,
        problems: checked.problems.iter().map(Record::new).collect(),
    };
    Envelope::document("hash", verdict(checked), content)
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
        let _ = writeln!(report, "line {line}: {level}: {}", for_terminal(&sentence(problem)));
        let _ = writeln!(report, "  next: {}", advice(problem));
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

/// What is wrong, as one sentence without a final period.
fn sentence(problem: &Problem) -> String {
    match problem {
        Problem::NoSettings => "no settings of the Messenger were found".into(),
        Problem::SettingsUnknown => {
            "the settings are not written out here: only a run of the page tells them".into()
        }
        Problem::MoreUnknown => {
            "some settings come from elsewhere (a spread, a computed name, a template)".into()
        }
        Problem::ValueUnknown(what) => {
            format!("{what} is not written out: only a run of the page tells it")
        }
        Problem::NotCompared => "there is no secret to compare with".into(),
        Problem::AccessToken(mask) => format!("an access token stands in the page: {mask}"),
        Problem::IdentitySecret => "the identity verification secret stands in the page".into(),
        Problem::SecretNamed => {
            "a setting has the name and the length of a secret: it is sent to every visitor".into()
        }
        Problem::NoAppId => "there is no app_id".into(),
        Problem::AppIdShape => "app_id has not the shape of one: 8 lowercase letters and digits".into(),
        Problem::EmptyIdentifier => "the user_id or email is empty".into(),
        Problem::NumberIdentifier => {
            "the user_id is a number: the hash is of its decimal text, and digits get lost above 2^53"
                .into()
        }
        Problem::BothIdentifiers => {
            "user_id and email are both there: the hash has to be the user_id's".into()
        }
        Problem::NoProof => {
            "a user is named without a user_hash or token: anyone can pose as that user".into()
        }
        Problem::HashWithoutUser => "there is a user_hash, and no user_id or email".into(),
        Problem::HashNotText => "user_hash is not a text".into(),
        Problem::HashMalformed(malformed, None) => malformed.to_string(),
        Problem::HashMalformed(malformed, Some(explanation)) => {
            format!("{malformed}: {}", because(explanation))
        }
        Problem::UpperCase => {
            "the user_hash is in upper case: the web takes it, the mobile SDKs refuse it".into()
        }
                Problem::Mismatch(explanation) if explanation.causes.is_empty() => {
            "the user_hash is not the user's, for no reason that is known".into()
        }
        Problem::Mismatch(explanation) => {
            format!("the user_hash is not the user's: {}", because(explanation))
        }
        Problem::HashBesideJwt => "intercom_user_jwt is there, and user_hash along with it".into(),
        Problem::JwtMalformed(malformed) => format!("intercom_user_jwt: {malformed}"),
        Problem::JwtRule(rule, _) => format!("intercom_user_jwt: {}", jwt::sentence(rule)),
    }
}

/// What to do, as one sentence without a final period.
fn advice(problem: &Problem) -> String {
    match problem {
        Problem::NoSettings => "save the page as the browser has it (the page's source, or a HAR's answer)",
        Problem::SettingsUnknown | Problem::MoreUnknown | Problem::ValueUnknown(_) => {
            "save what the page has at run time: copy(JSON.stringify(window.intercomSettings)) in the \
             browser's console"
        }
        Problem::NotCompared => "give the identity verification secret too, to compare the hash with",
        Problem::AccessToken(_) => {
            "take it out, and regenerate it in Intercom's Developer Hub: every visitor has it"
        }
        Problem::IdentitySecret | Problem::SecretNamed => {
            "take it out, and replace it: who has it can pose as every user; hash on the server"
        }
        Problem::NoAppId => "set app_id to the workspace's id",
        Problem::AppIdShape => "copy the app id from the workspace's settings; it is no secret",
        Problem::EmptyIdentifier => "leave it out for visitors, or look for the variable that had no value",
        Problem::NumberIdentifier => "send the id as a text",
        Problem::BothIdentifiers => "hash the user_id; the email needs no hash of its own",
        Problem::NoProof => "add the user_hash, or better an intercom_user_jwt",
        Problem::HashWithoutUser => "set the user_id or email that was hashed",
        Problem::HashNotText => "write the 64 hex digits as a text",
        Problem::HashMalformed(malformed, None) => {
            return malformed.hint().unwrap_or_default();
        }
        Problem::Mismatch(explanation) if explanation.causes.is_empty() => {
            "check that the secret is this workspace's and this platform's, and what is hashed"
        }
        Problem::HashMalformed(_, Some(explanation)) | Problem::Mismatch(explanation) => {
            return causes::all_advice(&explanation.causes, HASH);
        }
        Problem::UpperCase => "write the hash in lowercase hex, which every platform takes",
        Problem::HashBesideJwt => "take user_hash out: the token proves the user",
        Problem::JwtMalformed(malformed) => return malformed.hint().unwrap_or_default(),
        Problem::JwtRule(rule, _) => return jwt::advice(rule),
    }
    .to_owned()
}
fn because(explanation: &Explanation) -> String {
    causes::sentence(&explanation.causes, HASH)
}

#[derive(Serialize)]
struct Content {
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
    causes: Vec<Cow<'static, str>>,
}

impl Record {
    fn new((line, problem): &(u64, Problem)) -> Self {
        let causes = match problem {
            Problem::Mismatch(explanation) | Problem::HashMalformed(_, Some(explanation)) => {
                causes::codes(&explanation.causes)
            }
            Problem::JwtRule(rule, _) => vec![rule.code().into()],
            _ => Vec::new(),
        };
        Self {
            line: *line,
            code: problem.code(),
            level: problem.level().name(),
            message: redact(&sentence(problem)).into_owned(),
            advice: advice(problem),
            causes,
        }
    }
}
