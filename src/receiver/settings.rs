//! Holds what a receiver is set up with.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::messenger::MessengerSettings;
use super::target::Forwarding;
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
