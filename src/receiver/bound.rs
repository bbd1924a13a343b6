//! Runs a receiver, from its port to its end.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::sync::{mpsc, watch};

use super::connection::serve;
use super::event::{Event, Tally};
use super::phase::{Phase, advance, reached};
use super::saved::SaveDirectory;
use super::settings::Settings;
use super::state::{EVENTS, State};
use crate::advice::Advice;

/// How many events are passed on at a time.
const BATCH: usize = 256;

/// A receiver that has its port.
pub struct Receiver {
    listener: TcpListener,
    address: SocketAddr,
    settings: Settings,
    directory: Option<SaveDirectory>,
    runtime: Runtime,
    phase: watch::Sender<Phase>,
}

impl Receiver {
    /// Opens the port, and the directory if deliveries are saved.
    pub fn bind(settings: Settings) -> Result<Self, BindError> {
        let unbound = |cause| BindError::Port { address: settings.address, cause };
        let listener = TcpListener::bind(settings.address).map_err(unbound)?;
        listener.set_nonblocking(true).map_err(unbound)?;
        let address = listener.local_addr().map_err(unbound)?;
        if settings.forward.as_ref().is_some_and(|forwarding| forwarding.target.is(address)) {
            return Err(BindError::Loop);
        }
        let directory = match &settings.save {
            Some(path) => Some(
                SaveDirectory::open(path)
                    .map_err(|cause| BindError::Directory { path: path.clone(), cause })?,
            ),
            None => None,
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_io()
            .enable_time()
            .thread_name("receiver")
            .build()
            .map_err(BindError::Threads)?;
        let (phase, _) = watch::channel(Phase::Running);
        Ok(Self { listener, address, settings, directory, runtime, phase })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What ends [`run`](Self::run) from another thread.
    pub fn stopper(&self) -> Stopper {
        Stopper(self.phase.clone())
    }

    /// Receives until it is stopped, or has verified [`Settings::stop_after`] deliveries. Then it
    /// answers the open requests, and forwards the deliveries that wait.
    ///
    /// `show` gets the events in the order in which they happened. Only a delivery that does not
    /// match comes later, when its cause is known. When `show` breaks, the receiver stops. The
    /// receiver answers no faster than `show` returns.
    pub fn run(
        self,
        mut show: impl FnMut(&[Event]) -> ControlFlow<()>,
    ) -> Result<Tally, BindError> {
        let Self { listener, settings, directory, runtime, phase, .. } = self;
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener).map_err(BindError::Threads)?
        };
        let stop_after = settings.stop_after;
        let (sender, mut events) = mpsc::channel(EVENTS);
        let state = Arc::new(State::new(settings, directory, sender, phase.subscribe()));
        // The channel closes when the last task drops the state: that is the end.
        let serving = runtime.spawn(serve(listener, state, phase.clone()));
        let mut tally = Tally::default();
        let mut batch = Vec::with_capacity(BATCH);
        let mut abandoned = phase.subscribe();
        let mut is_shown = true;
        loop {
            batch.clear();
            let received = runtime.block_on(async {
                tokio::select! {
                    received = events.recv_many(&mut batch, BATCH) => received,
                    () = reached(Phase::Abandoned, &mut abandoned) => 0,
                }
            });
            if received == 0 {
                break;
            }
            for event in &batch {
                tally.count(event);
            }
            if is_shown && show(&batch).is_break() {
                is_shown = false;
            }
            let is_enough = stop_after.is_some_and(|enough| tally.verified >= enough);
            if is_enough || !is_shown {
                advance(&phase, Phase::Stopping);
            }
        }
        let is_abandoned = *phase.borrow() == Phase::Abandoned;
        // An abandoned receiver does not wait for its connections.
        let all_ended = !is_abandoned && runtime.block_on(serving).unwrap_or(false);
        tally.is_cut_short = !all_ended;
        runtime.shutdown_timeout(Duration::from_millis(100));
        Ok(tally)
    }
}

/// Ends a receiver.
#[derive(Clone)]
pub struct Stopper(watch::Sender<Phase>);

impl Stopper {
    /// Stops the receiver. The first call lets it finish what it is doing. The second stops it at
    /// once.
    pub fn stop(&self) {
        let next = match *self.0.borrow() {
            Phase::Running => Phase::Stopping,
            Phase::Stopping | Phase::Closing | Phase::Abandoned => Phase::Abandoned,
        };
        advance(&self.0, next);
    }
}

/// Why a receiver cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BindError {
    /// The port cannot be opened.
    #[error("cannot listen on {address}: {cause}")]
    Port {
        /// The address.
        address: SocketAddr,
        /// The system's error.
        #[source]
        cause: io::Error,
    },
    /// The directory for deliveries cannot be used.
    #[error("cannot save to {}: {cause}", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// The system's error.
        #[source]
        cause: io::Error,
    },
    /// It would forward deliveries to itself.
    #[error("the address to forward to is the receiver's own")]
    Loop,
    /// The system starts no threads.
    #[error("cannot start: {0}")]
    Threads(#[source] io::Error),
}

impl Advice for BindError {
    fn code(&self) -> &'static str {
        match self {
            Self::Port { cause, .. } if cause.kind() == io::ErrorKind::AddrInUse => "port-in-use",
            Self::Port { .. } => "port-unavailable",
            Self::Directory { .. } => "unwritable",
            Self::Loop => "forward-loop",
            Self::Threads(_) => "system",
        }
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Port { cause, .. } => match cause.kind() {
                io::ErrorKind::AddrInUse => {
                    "stop the program that uses the port, or give another port; 0 takes a free one"
                }
                io::ErrorKind::PermissionDenied => {
                    "give a port of 1024 or more: the system reserves the others"
                }
                _ => "give an address of this machine and a free port",
            },
            Self::Directory { .. } => {
                "give a directory that can be written to, or whose parent exists"
            }
            Self::Loop => "give the port of the server that takes the deliveries",
            Self::Threads(_) => "check the limits of the system on threads and open files",
        };
        Some(hint.to_owned())
    }
}
