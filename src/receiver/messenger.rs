//! Answers `GET /api/intercom-settings`: the Messenger's settings, for the user who asks alone.

use hyper::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    AUTHORIZATION, CACHE_CONTROL, HeaderMap, HeaderValue, ORIGIN, VARY, WWW_AUTHENTICATE,
};
use hyper::{Method, StatusCode};
use serde::Serialize;

use super::bearer::{BearerError, BearerKey};
use super::body::{Answer, answer_json, answer_refusal, empty};
use crate::identity::user_hash;
use crate::secret::Secret;

/// The path of the settings.
pub const SETTINGS_PATH: &str = "/api/intercom-settings";

/// What the receiver needs to answer with the Messenger's settings.
#[derive(Debug)]
#[non_exhaustive]
pub struct MessengerSettings {
    /// The workspace's id.
    pub app_id: String,
    /// The identity verification secret for the web.
    pub secret: Secret,
    /// The key that verifies bearer tokens.
    pub key: BearerKey,
    /// The only other origin whose pages may ask, such as `http://localhost:5173`.
    pub origin: Option<String>,
}

impl MessengerSettings {
    /// Answers pages of this origin only, for users whose bearer token `key` verifies.
    pub const fn new(app_id: String, secret: Secret, key: BearerKey) -> Self {
        Self { app_id, secret, key, origin: None }
    }
}

/// The settings in the form that the Messenger takes.
#[derive(Serialize)]
struct Settings<'s> {
    app_id: &'s str,
    user_id: &'s str,
    user_hash: String,
}

/// Answers a request. Also returns whose hash the answer holds, or why it holds none.
pub(super) fn answer(
    settings: &MessengerSettings,
    method: &Method,
    headers: &HeaderMap,
) -> (Answer, Option<Result<String, BearerError>>) {
    if method == Method::OPTIONS {
        return (preflight(settings, headers), None);
    }
    let outcome = bearer(headers).and_then(|value| settings.key.subject(value.as_bytes()));
    let mut answer = match &outcome {
        Ok(subject) => answer_json(
            StatusCode::OK,
            &Settings {
                app_id: &settings.app_id,
                user_id: subject,
                user_hash: user_hash(&settings.secret, subject.as_bytes()).to_string(),
            },
        ),
        Err(error) => {
            let mut answer = answer_refusal(StatusCode::UNAUTHORIZED, error);
            let challenge = if *error == BearerError::Missing {
                HeaderValue::from_static("Bearer")
            } else {
                HeaderValue::from_static("Bearer error=\"invalid_token\"")
            };
            answer.headers_mut().insert(WWW_AUTHENTICATE, challenge);
            answer
        }
    };
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    allow_origin(settings, headers, &mut answer);
    (answer, Some(outcome))
}

/// The only `Authorization` header. If there are two, a proxy may have checked the other one.
fn bearer(headers: &HeaderMap) -> Result<&HeaderValue, BearerError> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    match (values.next(), values.next()) {
        (None, _) => Err(BearerError::Missing),
        (Some(value), None) => Ok(value),
        (Some(_), Some(_)) => Err(BearerError::Several),
    }
}

/// Answers a browser that asks whether a page of another origin may send `Authorization`.
fn preflight(settings: &MessengerSettings, headers: &HeaderMap) -> Answer {
    let mut answer = empty(StatusCode::NO_CONTENT);
    if allow_origin(settings, headers, &mut answer) {
        let allowed = answer.headers_mut();
        allowed.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET"));
        allowed.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("authorization"));
    }
    answer
}

/// Lets pages of the allowed origin read the answer.
fn allow_origin(settings: &MessengerSettings, headers: &HeaderMap, answer: &mut Answer) -> bool {
    let Some(allowed) = &settings.origin else { return false };
    answer.headers_mut().insert(VARY, HeaderValue::from_static("origin"));
    let Some(origin) = headers.get(ORIGIN).filter(|origin| origin.as_bytes() == allowed.as_bytes())
    else {
        return false;
    };
    answer.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    true
}
