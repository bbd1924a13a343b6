//! The results of `jwt`, for people and for scripts.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Map, Value};

use super::causes::{self, TOKEN};
use super::gate::{Envelope, for_terminal, redact};
use super::role::Role;
use super::time::{in_words, rfc3339};
use crate::identity::jwt::{Judgement, Rule, SKEW, Severity, Signature, Token};

/// The subcommand that the documents are of.
const COMMAND: &str = "jwt";

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
    let content =
        Content { token: Some(token), expires_at: rfc3339(expires_at, 0), ..Content::default() };
    Envelope::document(COMMAND, "signed", content)
}

/// The JSON document of a token that was judged; with `contents`, of what it says too. Its texts
/// have passed the gate.
pub fn judged(token: &Token, judgement: &Judgement, contents: bool) -> impl Serialize + use<> {
    let content: Content<'static> = Content {
        signature: Some(signature(&judgement.signature)),
        header: contents.then(|| gated_object(token.header())),
        claims: contents.then(|| gated_object(token.claims())),
        expires_at: judgement.expires_at.and_then(|time| rfc3339(time, 0)),
        problems: Some(judgement.broken.iter().map(Problem::new).collect()),
        ..Content::default()
    };
    Envelope::document(COMMAND, verdict(judgement), content)
}

/// What a token says, line by line.
pub fn contents(token: &Token, paint: impl Fn(Role, &str) -> String) -> String {
    let mut report = String::new();
    for (title, object) in [("header", token.header()), ("claims", token.claims())] {
        report += &paint(Role::Strong, title);
        report.push('\n');
        for (name, value) in object {
            let label = paint(Role::Dim, &format!("{:<10}", for_terminal(name)));
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
    let (role, told) = match verdict(judgement) {
        "valid" => (Role::Good, "the token is signed with this secret".to_owned()),
        "unverified" => {
            (Role::Warning, "there is no secret to verify the signature with".to_owned())
        }
        _ => (Role::Bad, "the Messenger does not take this token".to_owned()),
    };
    let mut report = format!("{}: {told}", paint(role, verdict(judgement)));
    if let Some(end) = judgement.expires_at.filter(|&end| end > now) {
        let _ = write!(report, "; it ends in {}", in_words(end - now));
    }
    report.push('\n');
    for rule in &judgement.broken {
        let (role, label) = match rule.severity() {
            Severity::Refused => (Role::Bad, "broken"),
            Severity::Warning => (Role::Warning, "warning"),
        };
        let _ = writeln!(report, "  {}: {}", paint(role, label), sentence(rule));
        let _ = writeln!(report, "    next: {}", advice(rule));
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
    let text = for_terminal(&value.to_string());
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn gated_object(object: &Map<String, Value>) -> Value {
    let entries = object.iter();
    Value::Object(entries.map(|(name, value)| (redact(name).into_owned(), gated(value))).collect())
}

/// A value whose texts hold no access token.
fn gated(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(redact(text).into_owned()),
        Value::Array(values) => values.iter().map(gated).collect(),
        Value::Object(object) => gated_object(object),
        other => other.clone(),
    }
}

/// What is broken, as one sentence without a final period.
pub(super) fn sentence(rule: &Rule) -> String {
    match rule {
        Rule::AlgorithmNone => {
            "the header says alg none: the token is not signed, and is never accepted".into()
        }
        Rule::Algorithm => {
            "the header does not say alg HS256, the only one that is accepted".into()
        }
        Rule::Critical => "the header asks for extensions (crit), and none is known".into(),
        Rule::Repeated { part, name } => format!(
            "{} stands twice in the {part}: one reader takes the first, another the last",
            name.unwrap_or("a name")
        ),
        Rule::NoSignature => "there is no signature".into(),
        Rule::WrongSignature(causes) if causes.is_empty() => {
            "the signature was not made with this secret".into()
        }
        Rule::WrongSignature(causes) => format!(
            "the signature was not made with this secret: {}",
            causes::sentence(causes, TOKEN)
        ),
        Rule::NoUserId => "there is no user_id, and a token without one is refused".into(),
        Rule::UserIdNumber => "user_id is a number, not a text".into(),
        Rule::UserIdShape => "user_id is empty, or neither a text nor a number".into(),
        Rule::Expired(seconds) => format!("the token ended {} ago", in_words(*seconds)),
        Rule::NotYet(seconds) => format!("the token begins only in {}", in_words(*seconds)),
        Rule::TimeShape(name) => format!("{name} is not a number of seconds"),
        Rule::Milliseconds(name) => {
            format!("{name} is in milliseconds: read as seconds it is thousands of years away")
        }
        Rule::NoExpiry => "there is no exp: who gets hold of the token can use it for ever".into(),
        Rule::LongLife(seconds) => format!("the token lives for {}", in_words(*seconds)),
        Rule::IssuedLater(seconds) => {
            format!("iat is {} in the future: a clock is wrong", in_words(*seconds))
        }
        Rule::HashInside => "user_hash is among the claims, and a token needs none".into(),
        Rule::SecretInside => "a secret stands in the claims, which everyone can read".into(),
    }
}

/// What to change, as one sentence without a final period.
pub(super) fn advice(rule: &Rule) -> String {
    match rule {
        Rule::AlgorithmNone | Rule::Algorithm | Rule::NoSignature => {
            "sign with HS256 and the Messenger API secret".into()
        }
        Rule::Critical => "leave crit out of the header".into(),
        Rule::Repeated { .. } => "write each name once; let a JWT library write the token".into(),
        Rule::WrongSignature(causes) if causes.is_empty() => {
            "check that it is the Messenger API secret of this workspace and platform".into()
        }
        Rule::WrongSignature(causes) => {
            causes::all_advice(causes, TOKEN)
        }
        Rule::NoUserId | Rule::UserIdNumber | Rule::UserIdShape => {
            "sign the id of the user in your own system as the text user_id".into()
        }
        Rule::Expired(seconds) if *seconds <= SKEW => {
            "sign a new token for each page or session; if it is new, a clock is wrong (here or where \
             it was signed): times are compared exactly"
                .into()
        }
        Rule::Expired(_) => "sign a new token for each page or session".into(),
        Rule::NotYet(_) | Rule::IssuedLater(_) => {
            "set the clock of the server that signs, or this machine's: times are compared exactly"
                .into()
        }
        Rule::TimeShape(_) | Rule::Milliseconds(_) => {
            "write times as whole seconds since 1970 (in JavaScript Math.floor(Date.now() / 1000))"
                .into()
        }
        Rule::NoExpiry | Rule::LongLife(_) => "let the token end soon: an hour is usual".into(),
        Rule::HashInside => "leave user_hash out of the claims and of the page".into(),
        Rule::SecretInside => "take the secret out, and replace it".into(),
    }
}
#[derive(Default, Serialize)]
struct Content<'a> {
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

#[derive(Serialize)]
struct Problem {
    code: &'static str,
    severity: &'static str,
    message: String,
    advice: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    causes: Vec<Cow<'static, str>>,
}

impl Problem {
    fn new(rule: &Rule) -> Self {
        let causes = match rule {
            Rule::WrongSignature(causes) => causes::codes(causes),
            _ => Vec::new(),
        };
        Self {
            code: rule.code(),
            severity: if rule.severity() == Severity::Refused { "refused" } else { "warning" },
            message: sentence(rule),
            advice: advice(rule),
            causes,
        }
    }
}
