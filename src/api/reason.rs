//! Names what an answer to `/me` can mean for a token.

use std::fmt;

use serde::Serialize;

use super::client::MAX_BODY;

/// Whether the token works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Intercom accepts it.
    Live,
    /// Intercom refuses it for good.
    Dead,
    /// The answer does not say.
    Unknown,
}

/// Why a token gets its verdict. Texts in it come from the server, without the token.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// Intercom answered with an admin.
    Admin,
    /// Intercom answered with something else.
    NotAnAdmin {
        /// The `type` of the answer.
        kind: String,
    },
    /// The workspace's allowlist refuses the address of this machine.
    AddressNotAllowed,
    /// The token may not read `/me`.
    ScopeMissing {
        /// What Intercom says about it, if anything.
        message: Option<String>,
    },
    /// The workspace's plan excludes this part of the API.
    PlanRestricted,
    /// Intercom says that the token does not work any more.
    Dead(Death),
    /// The token is dead, or it may not read `/me`: Intercom has one code for both.
    TokenUnauthorized,
    /// The server knows no `/me`.
    NotFound,
    /// The server gave up waiting.
    RequestTimeout,
    /// Too many requests were sent.
    RateLimited,
    /// The server failed.
    ServerError,
    /// The app's API version is refused.
    VersionInvalid,
    /// The status says nothing about the token.
    UnexpectedStatus,
    /// The server points elsewhere.
    Redirect {
        /// The host, if it is another server. The rest of the address may repeat what was sent.
        host: Option<String>,
    },
    /// The answer should be Intercom's JSON, and is something else.
    NotIntercoms(BodyKind),
    /// A refusal of unknown meaning: from Intercom, or from a server on the way.
    RefusalUnknown(Refusal),
}

/// How Intercom says that a token does not work any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Death {
    /// Intercom does not accept it.
    Unauthorized,
    /// Intercom does not know it.
    NotFound,
    /// It was revoked.
    Revoked,
    /// It was blocked.
    Blocked,
    /// It has expired.
    Expired,
    /// Its app was deleted.
    Suspended,
}

impl Death {
    /// Reads one of Intercom's error codes.
    pub(super) fn of(code: &str) -> Option<Self> {
        Some(match code {
            "unauthorized" => Self::Unauthorized,
            "token_not_found" => Self::NotFound,
            "token_revoked" => Self::Revoked,
            "token_blocked" => Self::Blocked,
            "token_expired" => Self::Expired,
            "token_suspended" => Self::Suspended,
            _ => return None,
        })
    }
}

/// What the body of an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BodyKind {
    /// JSON, but not what Intercom documents.
    OtherJson,
    /// Longer than [`MAX_BODY`].
    TooLong,
    /// Empty.
    Empty,
    /// HTML.
    Html,
    /// Not JSON, or only a part of it.
    NotJson,
}

/// What an unknown refusal says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The message of Intercom's error list.
    Message(String),
    /// Error codes without a message.
    Codes,
    /// Not Intercom's error list.
    Body(BodyKind),
}

impl Reason {
    /// Whether the token works.
    pub const fn verdict(&self) -> Verdict {
        match self {
            Self::Admin
            | Self::NotAnAdmin { .. }
            | Self::AddressNotAllowed
            | Self::ScopeMissing { .. }
            | Self::PlanRestricted => Verdict::Live,
            Self::Dead(_) => Verdict::Dead,
            Self::TokenUnauthorized
            | Self::NotFound
            | Self::RequestTimeout
            | Self::RateLimited
            | Self::ServerError
            | Self::VersionInvalid
            | Self::UnexpectedStatus
            | Self::Redirect { .. }
            | Self::NotIntercoms(_)
            | Self::RefusalUnknown(_) => Verdict::Unknown,
        }
    }

    /// A stable name in kebab case.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::NotAnAdmin { .. } => "not-an-admin",
            Self::AddressNotAllowed => "address-not-allowed",
            Self::ScopeMissing { .. } => "scope-missing",
            Self::PlanRestricted => "plan-restricted",
            Self::Dead(Death::Unauthorized) => "unauthorized",
            Self::Dead(Death::NotFound) => "token-not-found",
            Self::Dead(Death::Revoked) => "token-revoked",
            Self::Dead(Death::Blocked) => "token-blocked",
            Self::Dead(Death::Expired) => "token-expired",
            Self::Dead(Death::Suspended) => "token-suspended",
            Self::TokenUnauthorized => "token-unauthorized",
            Self::NotFound => "not-found",
            Self::RequestTimeout => "request-timeout",
            Self::RateLimited => "rate-limited",
            Self::ServerError => "server-error",
            Self::VersionInvalid => "intercom-version-invalid",
            Self::UnexpectedStatus => "unexpected-status",
            Self::Redirect { .. } => "redirect",
            Self::NotIntercoms(BodyKind::TooLong) => "answer-too-long",
            Self::NotIntercoms(BodyKind::OtherJson) => "answer-unexpected",
            Self::NotIntercoms(_) => "answer-not-json",
            Self::RefusalUnknown(_) => "refusal-unknown",
        }
    }

    /// What to do next, as one sentence without a final period.
    pub const fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Admin | Self::Dead(_) => return None,
            Self::NotAnAdmin { .. } => {
                "make the token in the Developer Hub, as an admin of the workspace"
            }
            Self::AddressNotAllowed => "ask from an address on the list",
            Self::ScopeMissing { .. } | Self::TokenUnauthorized => {
                "give the app the permission \"Read one admin\" and ask again"
            }
            Self::PlanRestricted => "check the plan, or ask with a token of another workspace",
            Self::RequestTimeout | Self::RateLimited | Self::ServerError => "ask again later",
            Self::VersionInvalid => "choose another API version for the app in the Developer Hub",
            Self::NotFound
            | Self::UnexpectedStatus
            | Self::Redirect { .. }
            | Self::NotIntercoms(_)
            | Self::RefusalUnknown(_) => {
                "check the base URL, and the proxies between this machine and Intercom"
            }
        })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Admin => "the token of a live admin",
            Self::NotAnAdmin { kind } => {
                return write!(f, "it belongs to an object of type {kind}, not admin");
            }
            Self::AddressNotAllowed => "the workspace's IP allowlist refuses this machine",
            Self::ScopeMissing { message: None } => "it may not read /me",
            Self::ScopeMissing { message: Some(message) } => {
                return write!(f, "it may not read /me: {message}");
            }
            Self::PlanRestricted => "the workspace's plan does not include this part of the API",
            Self::Dead(death) => return death.fmt(f),
            Self::TokenUnauthorized => "the token is dead, or it may not read /me",
            Self::NotFound => "there is no /me at this address",
            Self::RequestTimeout => "the server gave up waiting",
            Self::RateLimited => "too many requests were sent",
            Self::ServerError => "the server failed",
            Self::VersionInvalid => "the app's API version is refused",
            Self::UnexpectedStatus => "this status says nothing about the token",
            Self::Redirect { host: None } => {
                "the server points to another address, and no redirect is followed"
            }
            Self::Redirect { host: Some(host) } => {
                return write!(
                    f,
                    "the server points to {host}, and the token is sent to one host only"
                );
            }
            Self::NotIntercoms(body) => return write!(f, "the answer is {body}"),
            Self::RefusalUnknown(Refusal::Message(message)) => {
                return write!(f, "the refusal is unknown: {message}");
            }
            Self::RefusalUnknown(Refusal::Codes) => "the refusal is unknown",
            Self::RefusalUnknown(Refusal::Body(body)) => {
                return write!(f, "the body of the refusal is {body}");
            }
        })
    }
}

impl fmt::Display for Death {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unauthorized => "Intercom does not accept the token",
            Self::NotFound => "Intercom does not know the token",
            Self::Revoked => "the token was revoked",
            Self::Blocked => "the token was blocked",
            Self::Expired => "the token has expired",
            Self::Suspended => "the app of the token was deleted",
        })
    }
}

impl fmt::Display for BodyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OtherJson => "JSON of an unknown form",
            Self::TooLong => return write!(f, "longer than {} KiB", MAX_BODY / 1024),
            Self::Empty => "empty",
            Self::Html => "HTML, not JSON",
            Self::NotJson => "not JSON, or only a part of it",
        })
    }
}
