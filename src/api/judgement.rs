//! What an answer to `/me` says about the token: a pure function.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;

use super::client::{Answer, MAX_BODY};
use super::credential::Credential;

/// The longest text of a server that is passed on, in characters.
const MAX_TEXT: usize = 200;

const SCOPE_HINT: &str = "give the app the permission \"Read one admin\" and ask again";
const NOT_INTERCOM_HINT: &str = "check the base URL, and what stands between here and Intercom";
const LATER_HINT: &str = "ask again later";

/// Whether the token works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Intercom accepts it.
    Live,
    /// Intercom refuses it for good.
    Dead,
    /// The answer does not tell.
    Unknown,
}

/// Why, for people and for scripts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// A stable name in kebab case.
    pub code: &'static str,
    /// The same in words.
    pub message: String,
    /// What to do next.
    pub hint: Option<&'static str>,
}

/// A verdict and what it rests on. Texts of the server are without the token that was asked
/// about, but otherwise as they came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// Whether the token works.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// Whose token it is. Only Intercom's answer to a live admin's token makes one of these.
    pub admin: Option<Admin>,
    /// The admin's workspace, if the answer names one.
    pub workspace: Option<Workspace>,
}

/// The admin whose token it is. Every field can be absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
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
    /// Whether it is sure that the token is a live admin's.
    pub fn proves_admin(&self) -> bool {
        self.verdict == Verdict::Live && self.admin.is_some()
    }

    fn new(
        verdict: Verdict,
        code: &'static str,
        message: impl Into<String>,
        hint: Option<&'static str>,
    ) -> Self {
        let reason = Reason { code, message: message.into(), hint };
        Self { verdict, reason, admin: None, workspace: None }
    }

    fn unknown(code: &'static str, message: impl Into<String>, hint: &'static str) -> Self {
        Self::new(Verdict::Unknown, code, message, Some(hint))
    }
}

/// Judges the answer to `/me` by what Intercom documents about it. What is not documented is
/// unknown: a proxy or a load balancer on the way answers with the same statuses.
pub fn judge(answer: &Answer, credential: &Credential) -> Judgement {
    let body = Body::read(answer);
    let status = answer.status;
    let mut judgement = match status {
        200 => me(&body, credential),
        401 => unauthorized(&body, credential),
        403 => forbidden(&body, credential),
        300..=399 => redirect(answer, credential),
        404 => {
            Judgement::unknown("not-found", "there is no /me at this address", NOT_INTERCOM_HINT)
        }
        408 => Judgement::unknown("request-timeout", "the server gave up waiting", LATER_HINT),
        429 => Judgement::unknown("rate-limited", "too many requests were sent", LATER_HINT),
        500..=599 => Judgement::unknown("server-error", "the server failed", LATER_HINT),
        _ => match body.codes().as_slice() {
            ["intercom_version_invalid"] => Judgement::unknown(
                "intercom-version-invalid",
                "the app's API version is refused",
                "choose another API version for the app in the Developer Hub",
            ),
            _ => Judgement::unknown(
                "unexpected-status",
                "this status says nothing about the token",
                NOT_INTERCOM_HINT,
            ),
        },
    };
    if status != 200 {
        let message = &mut judgement.reason.message;
        let _ = write!(message, " (HTTP {status}{})", body.code_list(credential));
        if judgement.verdict != Verdict::Live && has_rate_limit(answer) {
            *message += "; the rate-limit headers that came along are sent for \
                                         valid tokens only, so it may be live";
        }
    }
    judgement
}

/// A body, as far as it can be read.
enum Body {
    Json(Value),
    TooLong,
    Empty,
    Html,
    Other,
}

impl Body {
    fn read(answer: &Answer) -> Self {
        let Some(bytes) = &answer.body else {
            return Self::TooLong;
        };
        let text = bytes.trim_ascii();
        match serde_json::from_slice(text) {
            Ok(value) => Self::Json(value),
            Err(_) if text.is_empty() => Self::Empty,
            Err(_) if text.starts_with(b"<") => Self::Html,
            Err(_) => Self::Other,
        }
    }

    /// The errors of Intercom's own error list; empty for any other body.
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

    /// The codes as a part of a message: `, token_revoked`.
    fn code_list(&self, credential: &Credential) -> String {
        let codes = self.codes().join(", ");
        if codes.is_empty() { codes } else { format!(", {}", clean(&codes, credential)) }
    }

    /// What the body is, where it should have been Intercom's JSON.
    fn what(&self) -> String {
        match self {
            Self::Json(_) => "JSON of an unknown form".to_owned(),
            Self::TooLong => format!("longer than {} KiB", MAX_BODY / 1024),
            Self::Empty => "empty".to_owned(),
            Self::Html => "HTML, not JSON".to_owned(),
            Self::Other => "not JSON, or only a part of it".to_owned(),
        }
    }

    fn is_not_intercoms(&self) -> Judgement {
        let code = match self {
            Self::TooLong => "answer-too-long",
            Self::Json(_) => "answer-unexpected",
            _ => "answer-not-json",
        };
        Judgement::unknown(code, format!("the answer is {}", self.what()), NOT_INTERCOM_HINT)
    }
}

fn me(body: &Body, credential: &Credential) -> Judgement {
    let Body::Json(value) = body else {
        return body.is_not_intercoms();
    };
    // Only `type` is dependable: every other field, and `app` itself, can be absent or null.
    match value["type"].as_str() {
        None | Some("error.list") => body.is_not_intercoms(),
        Some("admin") => {
            let mut judgement =
                Judgement::new(Verdict::Live, "admin", "the token of a live admin", None);
            judgement.admin = Some(Admin {
                id: text(&value["id"], credential),
                name: text(&value["name"], credential),
                email_verified: value["email_verified"].as_bool(),
            });
            judgement.workspace = value["app"].is_object().then(|| workspace(value, credential));
            judgement
        }
        Some(other) => Judgement::new(
            Verdict::Live,
            "not-an-admin",
            format!("it belongs to an object of type {}, not admin", clean(other, credential)),
            Some("make the token in the Developer Hub, as an admin of the workspace"),
        ),
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

fn unauthorized(body: &Body, credential: &Credential) -> Judgement {
    let codes = body.codes();
    let mut reasons = codes.iter().map(|code| dead(code));
    // A wrong "dead" closes a rotation while the token still works, so every error has to say it.
    if let Some(Some((code, message))) = reasons.next()
        && reasons.all(|reason| reason.is_some())
        && codes.len() == body.errors().len()
    {
        return Judgement::new(Verdict::Dead, code, message, None);
    }
    if codes.contains(&"token_unauthorized") {
        return Judgement::unknown(
            "token-unauthorized",
            "the token is dead, or it may not read /me",
            SCOPE_HINT,
        );
    }
    not_understood(body, credential)
}

/// The codes that Intercom gives for a token that works no more.
fn dead(code: &str) -> Option<(&'static str, &'static str)> {
    Some(match code {
        "unauthorized" => ("unauthorized", "Intercom does not accept the token"),
        "token_not_found" => ("token-not-found", "Intercom knows no such token"),
        "token_revoked" => ("token-revoked", "the token was revoked"),
        "token_blocked" => ("token-blocked", "the token was blocked"),
        "token_expired" => ("token-expired", "the token has expired"),
        "token_suspended" => ("token-suspended", "the app of the token was deleted"),
        _ => return None,
    })
}

/// Intercom checks the token before it refuses what the token asks for.
fn forbidden(body: &Body, credential: &Credential) -> Judgement {
    for error in body.errors() {
        let message = error["message"].as_str().unwrap_or_default();
        // This one is known by its text; which code it carries is not documented.
        if message.contains("IP address") && message.contains("allowlist") {
            return Judgement::new(
                Verdict::Live,
                "address-not-allowed",
                "the workspace's IP allowlist refuses this machine",
                Some("ask from an address on the list"),
            );
        }
        match error["code"].as_str() {
            Some("forbidden") => {
                let mut text = "it may not read /me".to_owned();
                if !message.is_empty() {
                    text = format!("{text}: {}", clean(message, credential));
                }
                return Judgement::new(Verdict::Live, "scope-missing", text, Some(SCOPE_HINT));
            }
            Some("api_plan_restricted") => {
                return Judgement::new(
                    Verdict::Live,
                    "plan-restricted",
                    "the workspace's plan does not include this part of the API",
                    Some("check the plan, or ask with a token of another workspace"),
                );
            }
            _ => {}
        }
    }
    not_understood(body, credential)
}

/// A refusal that may be Intercom's or anyone's on the way.
fn not_understood(body: &Body, credential: &Credential) -> Judgement {
    let message = match body.errors().iter().find_map(|error| error["message"].as_str()) {
        Some(message) => format!("the refusal is an unknown one: {}", clean(message, credential)),
        None if body.codes().is_empty() => {
            format!("the body of the refusal is {}", body.what())
        }
        None => "the refusal is an unknown one".to_owned(),
    };
    Judgement::unknown("refusal-unknown", message, NOT_INTERCOM_HINT)
}

fn redirect(answer: &Answer, credential: &Credential) -> Judgement {
    // The host alone: the rest of the address may repeat what was sent.
    let host = answer
        .header("location")
        .and_then(|location| reqwest::Url::parse(location).ok())
        .and_then(|url| url.host_str().map(|host| clean(host, credential)));
    let message = match host {
        Some(host) => {
            format!("the server points to {host}, and the token is sent to one host only")
        }
        None => "the server points to another address, and no redirect is followed".to_owned(),
    };
    Judgement::unknown("redirect", message, NOT_INTERCOM_HINT)
}

/// Intercom sends `X-RateLimit-*` for valid credentials only, as far as was seen.
fn has_rate_limit(answer: &Answer) -> bool {
    answer.headers.iter().any(|(name, _)| name.starts_with("x-ratelimit-"))
}

/// A text, or a number where Intercom might send one in its place.
fn text(value: &Value, credential: &Credential) -> Option<String> {
    match value {
        Value::String(text) => Some(clean(text, credential)),
        Value::Number(number) => Some(clean(&number.to_string(), credential)),
        _ => None,
    }
}

/// A server's text without the token, and no longer than a line. Shortened last: half a token
/// would not be recognised.
fn clean(text: &str, credential: &Credential) -> String {
    let mut shown = credential.hide_in(text);
    if let Some((end, _)) = shown.char_indices().nth(MAX_TEXT) {
        shown.truncate(end);
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests;
