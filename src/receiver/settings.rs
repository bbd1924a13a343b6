//! Defines the settings of a receiver.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::messenger::MessengerSettings;
use super::target::Forwarding;
use crate::webhook::Secrets;

/// The default for [`Limits::body`], in bytes. Intercom's notifications have a few KB. With long
/// conversations they have a few hundred.
const MAX_BODY: usize = 10 * 1024 * 1024;

/// How many ids are remembered, to recognize duplicates.
pub(super) const REMEMBERED_IDS: usize = 65_536;

/// What a receiver does.
#[derive(Debug)]
#[non_exhaustive]
pub struct Settings {
    /// Where it listens. Port 0 takes a free port.
    pub address: SocketAddr,
    /// The secrets that sign deliveries. A delivery that none of them signed is refused.
    pub secrets: Secrets,
    /// How much a sender may use.
    pub limits: Limits,
    /// The directory in which deliveries are saved before they are acknowledged.
    pub save: Option<PathBuf>,
    /// Where verified deliveries are forwarded to.
    pub forward: Option<Forwarding>,
    /// Whether a delivery whose id came before is dropped.
    pub drops_duplicates: bool,
    /// Stops after so many verified deliveries.
    pub stop_after: Option<u64>,
    /// What `GET /api/intercom-settings` answers with.
    pub messenger: Option<MessengerSettings>,
}

impl Settings {
    /// A receiver that verifies deliveries and drops duplicates, within the default limits.
    pub fn new(address: SocketAddr, secrets: Secrets) -> Self {
        Self {
            address,
            secrets,
            limits: Limits::default(),
            save: None,
            forward: None,
            drops_duplicates: true,
            stop_after: None,
            messenger: None,
        }
    }
}

/// How much a sender may use. Everyone who reaches the port can send anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The longest body that is read, in bytes.
    pub body: usize,
    /// How many connections are served at a time. More connections wait in the system's queue.
    pub connections: usize,
    /// How long a request's head may take to arrive, and how long a connection may wait for its
    /// next request.
    pub head_time: Duration,
    /// How long a body may take to arrive.
    pub body_time: Duration,
    /// How long open requests may take when the receiver stops.
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
