//! The results of `jwt`, for people and for scripts.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Map, Value};

use super::gate as text;
use super::role::Role;
use super::time::rfc3339;
use crate::identity::explain::Cause;
use crate::identity::jwt::{Judgement, Rule, Severity, Signature, Token, in_words};

const SCHEMA: &str = "intercom-sec.jwt/1";

/// How much of a claim's value a line for people shows, in characters.
const SHOWN: usize = 200;

/// The claims that are times (RFC 7519, section 4.1).
const TIMES: [&str; 3] = ["exp", "nbf", "iat"];

/// The verdict in one word: `valid`, `refused`, or `unverified` where there was no secret.
pub fn verdict(judgement: &Judgement) -> &'static str {
    if judgement.is_refused() {
        "refused"
    } else if judgement.is_valid() {
        "valid"
    } else {
        "unverified"
    }
}

/// The JSON document of a token that was signed.
pub fn signed(token: &str, expires_at: i64) -> impl Serialize + '_ {
    Document {
        verdict: "signed",
        token: Some(token),
        expires_at: rfc3339(expires_at, 0),
        ..Document::default()
    }
}

/// The JSON document of a token that was judged; with `contents`, of what it says too. Its texts
/// have passed the gate.
pub fn judged(token: &Token, judgement: &Judgement, contents: bool) -> impl Serialize + use<> {
    Document {
        verdict: verdict(judgement),
        signature: Some(signature(&judgement.signature)),
        header: contents.then(|| gated_object(token.header())),
        claims: contents.then(|| gated_object(token.claims())),
        expires_at: judgement.expires_at.and_then(|time| rfc3339(time, 0)),
        problems: Some(judgement.broken.iter().map(Problem::new).collect()),
        ..Document::default()
    }
}

/// What a token says, line by line.
pub fn contents(token: &Token, paint: impl Fn(Role, &str) -> String) -> String {
    let mut report = String::new();
    for (title, object) in [("header", token.header()), ("claims", token.claims())] {
        report += &paint(Role::Strong, title);
        report.push('\n');
        for (name, value) in object {
            let label = paint(Role::Dim, &format!("{:<10}", text::for_terminal(name)));
            let date = value.as_i64().filter(|_| TIMES.contains(&name.as_str()));
            let date = date.and_then(|seconds| rfc3339(seconds, 0));
            let date = date.map(|date| format!("  ({date})")).unwrap_or_default();
            let _ = writeln!(report, "  {label} {}{date}", shown(value));
        }
    }
    report
}

/// The verdict and the rules that are broken.
pub fn verdict_lines(
    judgement: &Judgement,
    now: i64,
    paint: impl Fn(Role, &str) -> String,
) -> String {
    let (role, sentence) = match verdict(judgement) {
        "valid" => (Role::Good, "the token is signed with this secret".to_owned()),
        "unverified" => {
            (Role::Warning, "there is no secret to verify the signature with".to_owned())
        }
        _ => (Role::Bad, "the Messenger does not take this token".to_owned()),
    };
    let mut report = format!("{}: {sentence}", paint(role, verdict(judgement)));
    if let Some(end) = judgement.expires_at.filter(|&end| end > now) {
        let _ = write!(report, "; it ends in {}", in_words(end - now));
    }
    report.push('\n');
    for rule in &judgement.broken {
        let (role, label) = match rule.severity() {
            Severity::Refused => (Role::Bad, "broken"),
            Severity::Warning => (Role::Warning, "warning"),
        };
        let _ = writeln!(report, "  {}: {}", paint(role, label), rule.sentence());
        let _ = writeln!(report, "    next: {}", rule.advice());
    }
    report
}

const fn signature(signature: &Signature) -> &'static str {
    match signature {
        Signature::Valid => "valid",
        Signature::Wrong(_) => "wrong",
        Signature::Unverified => "unverified",
    }
}

/// A value as JSON, safe to show.
fn shown(value: &Value) -> String {
    let text = text::for_terminal(&value.to_string());
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn gated_object(object: &Map<String, Value>) -> Value {
    let entries = object.iter();
    Value::Object(
        entries.map(|(name, value)| (text::redact(name).into_owned(), gated(value))).collect(),
    )
}

/// A value whose texts hold no access token.
fn gated(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(text::redact(text).into_owned()),
        Value::Array(values) => values.iter().map(gated).collect(),
        Value::Object(object) => gated_object(object),
        other => other.clone(),
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    version: &'static str,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    header: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    claims: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problems: Option<Vec<Problem>>,
}

impl Default for Document<'_> {
    fn default() -> Self {
        Self {
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION"),
            verdict: "",
            token: None,
            signature: None,
            header: None,
            claims: None,
            expires_at: None,
            problems: None,
        }
    }
}

#[derive(Serialize)]
struct Problem {
    code: &'static str,
    severity: &'static str,
    message: String,
    advice: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    causes: Vec<&'static str>,
}

impl Problem {
    fn new(rule: &Rule) -> Self {
        let causes = match rule {
            Rule::WrongSignature(causes) => causes.iter().map(Cause::code).collect(),
            _ => Vec::new(),
        };
        Self {
            code: rule.code(),
            severity: if rule.severity() == Severity::Refused { "refused" } else { "warning" },
            message: rule.sentence(),
            advice: rule.advice(),
            causes,
        }
    }
}
