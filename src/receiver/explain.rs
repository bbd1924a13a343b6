//! Explains mismatches beside the work: neither an answer nor another delivery waits for it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::phase::{Phase, reached};
use crate::webhook::{Diagnosis, MAX_EXPLAINED};

/// How many deliveries wait to be explained. In a flood, the others are shown without a cause.
const WAITING: usize = 8;

/// How long the receiver's end waits for explanations.
const GRACE: Duration = Duration::from_secs(1);

/// Explains one delivery at a time.
pub(super) struct Explainer {
    waiting: Arc<Semaphore>,
    turn: Arc<Semaphore>,
    phases: watch::Receiver<Phase>,
}

/// A place in the queue of deliveries to explain.
pub(super) struct ExplainSlot(
    #[expect(dead_code, reason = "it is given back when it is dropped")] OwnedSemaphorePermit,
);

impl Explainer {
    pub(super) fn new(phases: watch::Receiver<Phase>) -> Self {
        let (waiting, turn) = (Semaphore::new(WAITING), Semaphore::new(1));
        Self { waiting: Arc::new(waiting), turn: Arc::new(turn), phases }
    }

    /// A place for a body of this length. There is none for a long body, or in a full queue.
    pub(super) fn slot(&self, length: usize) -> Option<ExplainSlot> {
        let slot = || Arc::clone(&self.waiting).try_acquire_owned().ok().map(ExplainSlot);
        (length <= MAX_EXPLAINED).then(slot).flatten()
    }

    /// Looks for the cause when it is this delivery's turn, and gives up soon after the receiver is
    /// stopped. `search` must not hold the receiver's state: the end waits for that.
    pub(super) async fn explain(
        &self,
        slot: ExplainSlot,
        search: impl FnOnce() -> Diagnosis + Send + 'static,
    ) -> Option<Diagnosis> {
        let mut phases = self.phases.clone();
        let is_over = async {
            reached(Phase::Stopping, &mut phases).await;
            sleep(GRACE).await;
        };
        tokio::select! {
            diagnosis = self.search(slot, search) => diagnosis,
            () = is_over => None,
        }
    }

    /// Searches, and then rests for as long: a sender of forged deliveries must not keep a core busy.
    async fn search(
        &self,
        slot: ExplainSlot,
        search: impl FnOnce() -> Diagnosis + Send + 'static,
    ) -> Option<Diagnosis> {
        let turn = Arc::clone(&self.turn).acquire_owned().await.ok()?;
        let start = Instant::now();
        let diagnosis = spawn_blocking(search).await.ok();
        let took = start.elapsed();
        tokio::spawn(async move {
            sleep(took).await;
            drop(turn);
        });
        drop(slot);
        diagnosis
    }
}
