//! Sharing a pack's delta trees out among threads.
//!
//! Each thread takes a few roots at a time from a counter. When there are none left, whoever still
//! has a large tree hands a part of it over; nobody waits for a lock before that.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::forest::EntryNumber;

/// How many roots a thread takes at once.
const ROOTS_AT_ONCE: usize = 16;

/// The delta trees of one pack, and which threads work on them.
#[derive(Debug)]
pub(crate) struct Work<'w, L> {
    roots: &'w [EntryNumber],
    next_root: OwnLine<AtomicUsize>,
    /// How many threads wait; what is decided on it is decided again under the lock.
    idle: OwnLine<AtomicUsize>,
    state: Mutex<State<L>>,
    changed: Condvar,
}

/// Keeps what is asked for each object apart from what is written for every few roots: in one line
/// of the cache, each write would take the other threads' copies away.
#[derive(Debug)]
#[repr(align(128))]
struct OwnLine<T>(T);

#[derive(Debug)]
struct State<L> {
    handed_over: Vec<L>,
    /// Threads that are there, and of these the ones that wait.
    present: usize,
    idle: usize,
}

/// What a thread does next.
#[derive(Debug)]
pub(crate) enum Share<'w, L> {
    Roots(&'w [EntryNumber]),
    Below(L),
}

impl<'w, L> Work<'w, L> {
    pub(crate) fn new(roots: &'w [EntryNumber], threads: usize) -> Self {
        Self {
            roots,
            next_root: OwnLine(AtomicUsize::new(0)),
            idle: OwnLine(AtomicUsize::new(0)),
            state: Mutex::new(State { handed_over: Vec::new(), present: threads, idle: 0 }),
            changed: Condvar::new(),
        }
    }

    /// Enters a thread, which is expected to take shares until it drops the answer.
    pub(crate) fn attend(&self) -> Attendance<'_, 'w, L> {
        Attendance(self)
    }

    /// The next share; `None` when there will be no more.
    pub(crate) fn take(&self) -> Option<Share<'w, L>> {
        let first = self.next_root.0.fetch_add(ROOTS_AT_ONCE, Ordering::Relaxed);
        if let Some(roots) = self.roots.get(first..).filter(|roots| !roots.is_empty()) {
            return Some(Share::Roots(&roots[..roots.len().min(ROOTS_AT_ONCE)]));
        }
        let mut state = self.lock();
        self.set_idle(&mut state, 1);
        while state.handed_over.is_empty() && state.idle < state.present {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let level = state.handed_over.pop();
        if level.is_some() {
            self.set_idle(&mut state, -1);
        } else {
            // The last one to find nothing tells the others.
            self.changed.notify_all();
        }
        level.map(Share::Below)
    }

    /// Whether some thread has nothing to do.
    #[inline]
    pub(crate) fn has_idle(&self) -> bool {
        self.idle.0.load(Ordering::Relaxed) > 0
    }

    /// Gives work to a thread that has none.
    pub(crate) fn hand_over(&self, level: L) {
        self.lock().handed_over.push(level);
        self.changed.notify_one();
    }

    fn set_idle(&self, state: &mut State<L>, change: isize) {
        state.idle = state.idle.saturating_add_signed(change);
        self.idle.0.store(state.idle, Ordering::Relaxed);
    }

    /// A thread that panicked holds no half-made change.
    fn lock(&self) -> MutexGuard<'_, State<L>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A thread that works; should it panic, the others do not wait for it.
#[derive(Debug)]
pub(crate) struct Attendance<'a, 'w, L>(&'a Work<'w, L>);

impl<L> Drop for Attendance<'_, '_, L> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.present -= 1;
        self.0.changed.notify_all();
    }
}
