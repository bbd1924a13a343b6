//! Holds what all connections share.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Mutex as AsyncMutex, MutexGuard, Semaphore, mpsc, watch};

use super::body::Memory;
use super::event::Event;
use super::explain::Explainer;
use super::forward::Forwarder;
use super::messenger::MessengerSettings;
use super::phase::Phase;
use super::saved::SaveDirectory;
use super::seen::{Key, Seen};
use super::settings::{Limits, REMEMBERED_IDS, Settings};
use crate::webhook::Verifier;

/// How many events may wait for the reader. When the queue is full, deliveries wait: no event is
/// lost.
pub(super) const EVENTS: usize = 1024;

/// How many deliveries are written to disk at a time.
const SAVES: usize = 64;

/// Deliveries with the same id are handled one after the other: a duplicate must not be
/// acknowledged before the first is on disk. Ids share this many locks.
const TURNS: usize = 64;

/// What all connections share.
pub(super) struct State {
    pub(super) verifier: Arc<Verifier>,
    pub(super) limits: Limits,
    pub(super) memory: Memory,
    pub(super) directory: Option<Arc<SaveDirectory>>,
    pub(super) saves: Semaphore,
    pub(super) forwarder: Option<Arc<Forwarder>>,
    pub(super) messenger: Option<MessengerSettings>,
    pub(super) explainer: Explainer,
    seen: Option<Mutex<Seen>>,
    turns: Vec<AsyncMutex<()>>,
    events: mpsc::Sender<Event>,
}

impl State {
    pub(super) fn new(
        settings: Settings,
        directory: Option<SaveDirectory>,
        events: mpsc::Sender<Event>,
        phases: watch::Receiver<Phase>,
    ) -> Self {
        Self {
            verifier: Arc::new(Verifier::new(settings.secrets)),
            limits: settings.limits,
            memory: Memory::for_bodies_of(settings.limits.body),
            directory: directory.map(Arc::new),
            saves: Semaphore::new(SAVES),
            forwarder: settings.forward.map(|forwarding| Arc::new(Forwarder::new(forwarding))),
            messenger: settings.messenger,
            explainer: Explainer::new(phases),
            seen: settings.drops_duplicates.then(|| Mutex::new(Seen::with_room(REMEMBERED_IDS))),
            turns: (0..TURNS).map(|_| AsyncMutex::default()).collect(),
            events,
        }
    }

    /// Reports an event. Waits if the reader is behind.
    pub(super) async fn tell(&self, event: Event) {
        // Without a reader, the program is about to end.
        let _ = self.events.send(event).await;
    }

    /// Waits until no other delivery that may have the same id is being handled.
    pub(super) async fn turn(&self, key: &Key) -> Option<MutexGuard<'_, ()>> {
        let turn = self.turns.get(usize::from(key[0]) % TURNS)?;
        Some(turn.lock().await)
    }

    /// Whether an id came before.
    pub(super) fn has_seen(&self, key: &Key) -> bool {
        let Some(seen) = &self.seen else { return false };
        seen.lock().unwrap_or_else(PoisonError::into_inner).has(key)
    }

    /// Remembers an id.
    pub(super) fn remember(&self, key: Key) {
        if let Some(seen) = &self.seen {
            seen.lock().unwrap_or_else(PoisonError::into_inner).add(key);
        }
    }
}
