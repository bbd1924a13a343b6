//! Explains mismatches beside the work: neither an answer nor another delivery waits for it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::phase::{Phase, reached};
use crate::webhook::{Diagnosis, MAX_EXPLAINED};

/// How many deliveries wait to be explained. Of a flood, the others are shown without it.
const WAITING: usize = 8;

/// How long the receiver's end waits for explanations.
const GRACE: Duration = Duration::from_secs(1);

/// Explains one delivery at a time.
pub(super) struct Explainer {
    waiting: Arc<Semaphore>,
    turn: Arc<Semaphore>,
    phases: watch::Receiver<Phase>,
}

/// A place among those that wait.
pub(super) struct Place(
    #[expect(dead_code, reason = "it is given back when it is dropped")] OwnedSemaphorePermit,
);

impl Explainer {
    pub(super) fn new(phases: watch::Receiver<Phase>) -> Self {
        let (waiting, turn) = (Semaphore::new(WAITING), Semaphore::new(1));
        Self { waiting: Arc::new(waiting), turn: Arc::new(turn), phases }
    }

    /// A place for a body of this length, if there is one.
    pub(super) fn place(&self, length: usize) -> Option<Place> {
        let place = || Arc::clone(&self.waiting).try_acquire_owned().ok().map(Place);
        (length <= MAX_EXPLAINED).then(place).flatten()
    }

    /// Looks for the cause, when it is this one's turn, and gives up soon after the receiver is
    /// stopped. What searches must not hold the state: that would put the end off.
    pub(super) async fn explain(
        &self,
        place: Place,
        search: impl FnOnce() -> Diagnosis + Send + 'static,
    ) -> Option<Diagnosis> {
        let mut phases = self.phases.clone();
        let is_over = async {
            reached(Phase::Stopping, &mut phases).await;
            sleep(GRACE).await;
        };
        tokio::select! {
            diagnosis = self.search(place, search) => diagnosis,
            () = is_over => None,
        }
    }

    /// Afterwards as long a rest: whoever sends what does not match shall not keep a core busy.
    async fn search(
        &self,
        place: Place,
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
        drop(place);
        diagnosis
    }
}
