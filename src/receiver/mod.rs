//! A local receiver of webhooks, for development: answers as an endpoint in production has to, and
//! tells what came.
//!
//! A request goes through these steps, and stops at the first that refuses it:
//!
//! ```text
//! limits → signatures → seen before? → saved on disk → told → acknowledged (200) → forwarded
//! ```
//!
//! Nothing is accepted because of where it comes from: neither the sender's address nor the `Host`
//! header counts, only signatures and bearer tokens. So a page that a browser of this machine shows
//! can gain nothing by sending requests here, by whatever name (DNS rebinding), and the receiver can
//! stand behind a tunnel, which sends a name of its own.

mod bearer;
mod body;
mod bound;
mod connection;
mod delivery;
mod event;
mod explain;
mod forward;
mod messenger;
mod saved;
mod seen;
mod state;
mod verify;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

pub use bearer::{BearerError, BearerKey, BearerKeyError};
pub use bound::{BindError, Receiver, Stopper};
pub use event::{
    Delivery, Event, ForwardFailure, Forwarded, Refusal, SettingsAnswer, Tally, Verdict,
};
pub use forward::{Target, TargetError};
pub use messenger::{MessengerSettings, SETTINGS_PATH};
pub use saved::{file_name, request_head};

use crate::secret::Secret;

/// The longest body that is read unless something else is asked for, in bytes. Intercom's
/// notifications have a few KB, with long conversations some hundred.
pub const MAX_BODY: usize = 10 * 1024 * 1024;

/// How many ids are remembered to know duplicates by.
pub const REMEMBERED_IDS: usize = 65_536;

/// What the receiver does.
#[derive(Debug)]
pub struct Settings {
    /// Where it listens; port 0 takes a free one.
    pub address: SocketAddr,
    /// The secrets that sign.
    pub secrets: Secrets,
    /// What a sender may use up.
    pub limits: Limits,
    /// The directory in which deliveries are saved before they are acknowledged.
    pub save: Option<PathBuf>,
    /// Where verified deliveries go on to.
    pub forward: Option<Forwarding>,
    /// Whether a delivery with an id that was there before is left out.
    pub drops_duplicates: bool,
    /// Stop after so many verified deliveries.
    pub stop_after: Option<u64>,
    /// What `GET /api/intercom-settings` answers from.
    pub messenger: Option<MessengerSettings>,
}

/// The secrets that sign; several of a kind while one is replaced by another. Without any of a kind,
/// deliveries that are signed with it are refused.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    /// Of `X-Hub-Signature` and `X-Body-Signature`.
    pub client: Vec<Secret>,
    /// Of `X-Fin-Agent-API-Webhook-Signature`.
    pub fin: Vec<Secret>,
}

/// What a sender may use up: whoever can reach the port may send anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest body that is read, in bytes.
    pub body: usize,
    /// How many connections are served at a time. Further ones wait in the system's queue.
    pub connections: usize,
    /// How long a request's head may take to arrive, and a connection wait for its next request.
    pub head_time: Duration,
    /// How long a body may take to arrive.
    pub body_time: Duration,
    /// How long requests that are under way have when the receiver stops.
    pub end_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: MAX_BODY,
            connections: 512,
            head_time: Duration::from_secs(15),
            body_time: Duration::from_secs(30),
            end_time: Duration::from_secs(10),
        }
    }
}

/// Where verified deliveries go on to, and how long that may take.
#[derive(Clone, Debug)]
pub struct Forwarding {
    /// The address.
    pub target: Target,
    /// From the connection to the end of the answer.
    pub timeout: Duration,
}
