//! Judges an answer to `/me`: what it says about the token. A pure function.

use std::fmt;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use super::client::Answer;
use super::credential::Credential;
use super::reason::{BodyKind, Death, Reason, Refusal, Verdict};
use super::retry::MAX_WAIT;

/// How much of a server's text is passed on, in characters.
const MAX_TEXT: usize = 200;

/// What an answer says about a token. Texts from the server have the token removed, and are
/// otherwise as they came. `Display` writes the whole reason in words.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Judgement {
    /// Why the token gets its verdict.
    pub reason: Reason,
    /// The HTTP status of the answer.
    pub status: u16,
    /// The codes of Intercom's error list.
    pub codes: Vec<String>,
    /// Whether the answer has the rate-limit headers.
    pub has_rate_limit: bool,
    /// How long the server asks to wait, if that is longer than the check waits.
    pub refused_wait: Option<Duration>,
    /// Whose token it is. Only Intercom's answer to a live admin's token makes one of these.
    pub admin: Option<Admin>,
    /// The admin's workspace, if the answer names one.
    pub workspace: Option<Workspace>,
}

/// The admin whose token it is. Every field can be absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Admin {
    /// The admin's id.
    pub id: Option<String>,
    /// The admin's name.
    pub name: Option<String>,
    /// Whether the admin's email address is verified.
    pub email_verified: Option<bool>,
}

/// The workspace that the token opens. Every field can be absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Workspace {
    /// The workspace's id, which is the app id.
    pub id: Option<String>,
    /// The workspace's name.
    pub name: Option<String>,
    /// Where its data is kept.
    pub region: Option<String>,
    /// Whether its Messenger demands proof of who a visitor is.
    pub identity_verification: Option<bool>,
}

impl Judgement {
    /// Whether the token works.
    pub const fn verdict(&self) -> Verdict {
        self.reason.verdict()
    }

    /// Whether it is certain that the token belongs to a live admin.
    pub fn proves_admin(&self) -> bool {
        self.verdict() == Verdict::Live && self.admin.is_some()
    }
}

impl fmt::Display for Judgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.reason)?;
        if self.status != 200 {
            write!(f, " (HTTP {}", self.status)?;
            if !self.codes.is_empty() {
                write!(f, ", {}", shorten(self.codes.join(", ")))?;
            }
            f.write_str(")")?;
            if self.verdict() != Verdict::Live && self.has_rate_limit {
                f.write_str(
                    "; the answer has rate-limit headers, which Intercom sends for valid tokens \
                     only, so it may be live",
                )?;
            }
        }
        if let Some(wait) = self.refused_wait {
            let (asked, most) = (wait.as_secs(), MAX_WAIT.as_secs());
            write!(f, "; it asks to wait {asked} s, and this check waits {most} s at most")?;
        }
        Ok(())
    }
}

/// Judges the answer to `/me` by what Intercom documents. Anything else is unknown: a proxy or a
/// load balancer on the way answers with the same statuses.
pub fn judge(answer: &Answer, credential: &Credential) -> Judgement {
    let body = Body::read(answer);
    let reason = match answer.status {
        200 => me(&body, credential),
        401 => unauthorized(&body, credential),
        403 => forbidden(&body, credential),
        300..=399 => redirect(answer, credential),
        404 => Reason::NotFound,
        408 => Reason::RequestTimeout,
        429 => Reason::RateLimited,
        500..=599 => Reason::ServerError,
        _ if body.codes() == ["intercom_version_invalid"] => Reason::VersionInvalid,
        _ => Reason::UnexpectedStatus,
    };
    let (admin, workspace) = match (&reason, &body) {
        (Reason::Admin, Body::Json(value)) => {
            let workspace = value["app"].is_object().then(|| workspace(value, credential));
            (Some(admin(value, credential)), workspace)
        }
        _ => (None, None),
    };
    Judgement {
        reason,
        status: answer.status,
        codes: body.codes().iter().map(|code| clean(code, credential)).collect(),
        has_rate_limit: has_rate_limit(answer),
        refused_wait: None,
        admin,
        workspace,
    }
}

/// A body, as far as it can be read.
enum Body {
    Json(Value),
    Other(BodyKind),
}

impl Body {
    fn read(answer: &Answer) -> Self {
        let Some(bytes) = &answer.body else {
            return Self::Other(BodyKind::TooLong);
        };
        let text = bytes.trim_ascii();
        match serde_json::from_slice(text) {
            Ok(value) => Self::Json(value),
            Err(_) if text.is_empty() => Self::Other(BodyKind::Empty),
            Err(_) if text.starts_with(b"<") => Self::Other(BodyKind::Html),
            Err(_) => Self::Other(BodyKind::NotJson),
        }
    }

    /// The errors of Intercom's own error list. Empty for any other body.
    fn errors(&self) -> &[Value] {
        match self {
            Self::Json(value) if value["type"] == "error.list" => {
                value["errors"].as_array().map_or(&[], Vec::as_slice)
            }
            _ => &[],
        }
    }

    fn codes(&self) -> Vec<&str> {
        self.errors().iter().filter_map(|error| error["code"].as_str()).collect()
    }

    const fn kind(&self) -> BodyKind {
        match self {
            Self::Json(_) => BodyKind::OtherJson,
            Self::Other(kind) => *kind,
        }
    }
}

fn me(body: &Body, credential: &Credential) -> Reason {
    let Body::Json(value) = body else {
        return Reason::NotIntercoms(body.kind());
    };
    // Only `type` is reliable. Every other field, and `app` itself, can be absent or null.
    match value["type"].as_str() {
        None | Some("error.list") => Reason::NotIntercoms(body.kind()),
        Some("admin") => Reason::Admin,
        Some(other) => Reason::NotAnAdmin { kind: clean(other, credential) },
    }
}

fn admin(value: &Value, credential: &Credential) -> Admin {
    Admin {
        id: text(&value["id"], credential),
        name: text(&value["name"], credential),
        email_verified: value["email_verified"].as_bool(),
    }
}

fn workspace(value: &Value, credential: &Credential) -> Workspace {
    let app = &value["app"];
    Workspace {
        id: text(&app["id_code"], credential),
        name: text(&app["name"], credential),
        region: text(&app["region"], credential),
        identity_verification: app["identity_verification"].as_bool(),
    }
}

fn unauthorized(body: &Body, credential: &Credential) -> Reason {
    let codes = body.codes();
    let mut deaths = codes.iter().map(|code| Death::of(code));
    // A wrong "dead" closes a rotation while the token still works, so every error has to say it.
    if let Some(Some(death)) = deaths.next()
        && deaths.all(|death| death.is_some())
        && codes.len() == body.errors().len()
    {
        return Reason::Dead(death);
    }
    if codes.contains(&"token_unauthorized") {
        return Reason::TokenUnauthorized;
    }
    unknown_refusal(body, credential)
}

/// Intercom checks the token before it refuses what the token asks for.
fn forbidden(body: &Body, credential: &Credential) -> Reason {
    for error in body.errors() {
        let message = error["message"].as_str().unwrap_or_default();
        // Intercom documents the text of this error, but not its code.
        if message.contains("IP address") && message.contains("allowlist") {
            return Reason::AddressNotAllowed;
        }
        match error["code"].as_str() {
            Some("forbidden") => {
                let message = (!message.is_empty()).then(|| clean(message, credential));
                return Reason::ScopeMissing { message };
            }
            Some("api_plan_restricted") => return Reason::PlanRestricted,
            _ => {}
        }
    }
    unknown_refusal(body, credential)
}

/// A refusal from Intercom, or from any server on the way.
fn unknown_refusal(body: &Body, credential: &Credential) -> Reason {
    let message = body.errors().iter().find_map(|error| error["message"].as_str());
    Reason::RefusalUnknown(match message {
        Some(message) => Refusal::Message(clean(message, credential)),
        None if body.codes().is_empty() => Refusal::Body(body.kind()),
        None => Refusal::Codes,
    })
}

fn redirect(answer: &Answer, credential: &Credential) -> Reason {
    let host = answer
        .header("location")
        .and_then(|location| reqwest::Url::parse(location).ok())
        .and_then(|url| url.host_str().map(|host| clean(host, credential)));
    Reason::Redirect { host }
}

/// As far as was seen, Intercom sends `X-RateLimit-*` for valid credentials only.
fn has_rate_limit(answer: &Answer) -> bool {
    answer.headers.iter().any(|(name, _)| name.starts_with("x-ratelimit-"))
}

/// A text, or a number, which Intercom might send instead.
fn text(value: &Value, credential: &Credential) -> Option<String> {
    match value {
        Value::String(text) => Some(clean(text, credential)),
        Value::Number(number) => Some(clean(&number.to_string(), credential)),
        _ => None,
    }
}

/// A server's text without the token, and no longer than a line. It is shortened last: half a token
/// would not be recognized.
fn clean(text: &str, credential: &Credential) -> String {
    shorten(credential.hide_in(text))
}

fn shorten(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(MAX_TEXT) {
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests;
