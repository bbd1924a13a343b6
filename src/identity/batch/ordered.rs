//! Work on blocks by several threads, the answers in the order of the blocks.

use std::io::Read;
use std::num::NonZeroUsize;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::blocks::{Block, Blocks};
use super::error::BatchError;

/// How many blocks wait at each thread: one to work on, one to go on with.
const WAITING: usize = 2;

/// Hands each block to `work` and each answer, in order, to `take`; the flag says that more input
/// may be long in coming. Answers are used again.
pub(super) fn run<A: Default + Send>(
    threads: NonZeroUsize,
    first: Option<Block>,
    blocks: &mut Blocks<impl Read>,
    work: impl Fn(Block, &mut A) + Sync,
    reuse: impl Fn(&mut A) -> Vec<u8>,
    mut take: impl FnMut(&A, bool) -> Result<(), BatchError>,
) -> Result<(), BatchError> {
    let mut pool: Vec<A> = Vec::new();
    let mut first = first;
    let mut next = |pool: &mut Vec<A>| {
        let mut answer = pool.pop().unwrap_or_default();
        let bytes = reuse(&mut answer);
        let block = match first.take() {
            Some(block) => Some(block),
            None => blocks.next(bytes)?,
        };
        Ok(block.map(|block| (block, answer)))
    };
    if threads.get() == 1 {
        while let Some((block, mut answer)) = next(&mut pool)? {
            let is_last = block.is_last_at_hand;
            work(block, &mut answer);
            take(&answer, is_last)?;
            pool.push(answer);
        }
        return Ok(());
    }
    let work = &work;
    thread::scope(|scope| {
        let workers: Vec<Worker<A>> = (0..threads.get())
            .map(|_| {
                let (jobs, waiting) = sync_channel::<(Block, A)>(WAITING);
                let (done, answers) = sync_channel(WAITING);
                scope.spawn(move || {
                    for (block, mut answer) in waiting {
                        work(block, &mut answer);
                        if done.send(answer).is_err() {
                            break;
                        }
                    }
                });
                Worker { jobs, answers }
            })
            .collect();
        // In turns: the answers come in the order in which the blocks went.
        let (mut sent, mut taken) = (0, 0);
        let mut take_next = |pool: &mut Vec<A>, taken: &mut usize, is_last: bool| {
            // Without an answer the worker has panicked, which the scope tells.
            if let Ok(answer) = workers[*taken % workers.len()].answers.recv() {
                take(&answer, is_last)?;
                pool.push(answer);
            }
            *taken += 1;
            Ok(())
        };
        while let Some((block, answer)) = next(&mut pool)? {
            let is_last = block.is_last_at_hand;
            let _ = workers[sent % workers.len()].jobs.send((block, answer));
            sent += 1;
            while sent - taken == WAITING * workers.len() || (is_last && taken < sent) {
                let is_flushed = is_last && taken + 1 == sent;
                take_next(&mut pool, &mut taken, is_flushed)?;
            }
        }
        while taken < sent {
            take_next(&mut pool, &mut taken, false)?;
        }
        Ok(())
    })
}

/// A thread, from outside.
struct Worker<A> {
    jobs: SyncSender<(Block, A)>,
    answers: Receiver<A>,
}
