//! Shares work out among threads, and waits for all of them.
//!
//! The threads end before the functions return. Should one panic, the caller panics too.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{ScopedJoinHandle, scope};

/// Items that threads take from, a few at a time.
#[derive(Debug)]
pub(crate) struct Queue<'i, T> {
    items: &'i [T],
    at_once: usize,
    next: AtomicUsize,
}

impl<'i, T> Queue<'i, T> {
    /// Hands out `items`, at most `at_once` at a time: taking one costs a wait for the other threads.
    pub(crate) const fn new(items: &'i [T], at_once: usize) -> Self {
        Self { items, at_once, next: AtomicUsize::new(0) }
    }

    /// What one thread gets, as long as there is something left.
    pub(crate) fn shares(&self) -> impl Iterator<Item = &'i [T]> {
        std::iter::from_fn(|| self.take())
    }

    fn take(&self) -> Option<&'i [T]> {
        let start = self.next.fetch_add(self.at_once, Ordering::Relaxed);
        let rest = self.items.get(start..).filter(|rest| !rest.is_empty())?;
        Some(&rest[..rest.len().min(self.at_once)])
    }
}

/// Hands out `items` to at most `threads` threads, at most `at_once` at a time. Returns what each
/// thread made of the items that it took.
pub(crate) fn share<'i, T: Sync, R: Send>(
    items: &'i [T],
    at_once: usize,
    threads: usize,
    work: impl Fn(&Queue<'i, T>) -> R + Sync,
) -> Vec<R> {
    let queue = Queue::new(items, at_once);
    // No thread starts that would find nothing to take.
    let threads = threads.min(items.len().div_ceil(at_once)).max(1);
    each(0..threads, |_| work(&queue))
}

/// What `make` makes of each item, in the order of the items.
pub(crate) fn map<T: Sync, R: Send>(
    items: &[T],
    at_once: usize,
    threads: usize,
    make: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let numbered: Vec<(usize, &T)> = items.iter().enumerate().collect();
    let parts = share(&numbered, at_once, threads, |queue| {
        queue.shares().flatten().map(|&(at, item)| (at, make(item))).collect::<Vec<_>>()
    });
    let mut results: Vec<(usize, R)> = parts.into_iter().flatten().collect();
    results.sort_unstable_by_key(|&(at, _)| at);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Runs `work` with each worker, each in a thread of its own. Returns the results in the order of
/// the workers.
pub(crate) fn each<W: Send, R: Send>(
    workers: impl IntoIterator<Item = W>,
    work: impl Fn(W) -> R + Sync,
) -> Vec<R> {
    let mut workers = workers.into_iter().peekable();
    let Some(first) = workers.next() else { return Vec::new() };
    // One worker needs no thread.
    if workers.peek().is_none() {
        return vec![work(first)];
    }
    scope(|scope| {
        let work = &work;
        let threads: Vec<_> = std::iter::once(first)
            .chain(workers)
            .map(|worker| scope.spawn(move || work(worker)))
            .collect();
        threads.into_iter().map(wait_for).collect()
    })
}

/// Runs both, the first in a thread of its own.
pub(crate) fn both<A: Send, B>(
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B,
) -> (A, B) {
    scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        (wait_for(one), other)
    })
}

fn wait_for<R>(thread: ScopedJoinHandle<'_, R>) -> R {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Barrier;

    use super::{both, each, map, share};

    #[test]
    fn each_item_is_handed_out_once_whatever_the_numbers_are() {
        for (count, at_once, threads) in
            [(0, 1, 4), (1, 16, 4), (99, 1, 1), (100, 7, 3), (100, 50, 8), (1000, 1, 0)]
        {
            let items: Vec<u32> = (0..count).collect();
            let parts = share(&items, at_once, threads, |queue| {
                queue
                    .shares()
                    .inspect(|share| assert!((1..=at_once).contains(&share.len())))
                    .flatten()
                    .copied()
                    .collect::<Vec<_>>()
            });
            assert!(parts.len() <= threads.max(1));
            let mut all: Vec<u32> = parts.into_iter().flatten().collect();
            all.sort_unstable();
            assert_eq!(all, items);
            let doubled: Vec<u32> = items.iter().map(|item| item * 2).collect();
            assert_eq!(map(&items, at_once, threads, |item| item * 2), doubled);
        }
    }

    #[test]
    fn workers_run_at_the_same_time_and_answer_in_order() {
        // Each waits for the others: one after the other they would never end.
        let meeting = Barrier::new(4);
        let mut workers = [1, 2, 3, 4];
        let answers = each(&mut workers, |worker| {
            meeting.wait();
            *worker *= 10;
            (*worker, std::thread::current().id())
        });
        assert_eq!(answers.iter().map(|answer| answer.0).collect::<Vec<_>>(), [10, 20, 30, 40]);
        assert_eq!(answers.iter().map(|answer| answer.1).collect::<HashSet<_>>().len(), 4);
        let meeting = Barrier::new(2);
        assert!(both(|| meeting.wait().is_leader(), || meeting.wait().is_leader()) != (true, true));
    }

    #[test]
    fn a_panic_of_a_thread_reaches_the_caller() {
        let panics = |count: u32| {
            let run = || each(0..count, |number| assert!(number != count - 1, "the last one"));
            catch_unwind(AssertUnwindSafe(run)).is_err()
        };
        assert!(panics(1) && panics(3));
        assert!(catch_unwind(|| both(|| panic!("the first one"), || ())).is_err());
    }
}
