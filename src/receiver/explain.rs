//! Why deliveries do not match, looked for beside the work: neither an answer nor another delivery
//! waits for it.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use crate::signature::{Diagnosis, MAX_EXPLAINED};

/// How many deliveries wait to be explained. Of a flood, the others are shown without it.
const WAITING: usize = 8;

/// Explains one delivery at a time.
pub(super) struct Explainer {
    waiting: Arc<Semaphore>,
    turn: Arc<Semaphore>,
}

/// A place among those that wait.
pub(super) struct Place(
    #[expect(dead_code, reason = "it is given back when it is dropped")] OwnedSemaphorePermit,
);

impl Explainer {
    pub(super) fn new() -> Self {
        Self { waiting: Arc::new(Semaphore::new(WAITING)), turn: Arc::new(Semaphore::new(1)) }
    }

    /// A place for a body of this length, if there is one.
    pub(super) fn place(&self, length: usize) -> Option<Place> {
        let place = || Arc::clone(&self.waiting).try_acquire_owned().ok().map(Place);
        (length <= MAX_EXPLAINED).then(place).flatten()
    }

    /// Looks for the cause, when it is this one's turn. Afterwards as long a rest: whoever sends what
    /// does not match shall not keep a core busy.
    pub(super) async fn explain(
        &self,
        place: Place,
        search: impl FnOnce() -> Option<Diagnosis> + Send + 'static,
    ) -> Option<Diagnosis> {
        let turn = Arc::clone(&self.turn).acquire_owned().await.ok()?;
        let start = Instant::now();
        let diagnosis = spawn_blocking(search).await.ok().flatten();
        let took = start.elapsed();
        tokio::spawn(async move {
            sleep(took).await;
            drop(turn);
        });
        drop(place);
        diagnosis
    }
}
