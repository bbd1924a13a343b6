//! What a search for a cause may cost: work, time and memory.

use std::cell::Cell;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// What one search may cost.
///
/// The work is counted the same on every machine. The time is the limit where a machine is slow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Budget {
    /// The longest message that is explained, in bytes.
    pub message: usize,
    /// How many bytes are hashed and made to be hashed, all variants together.
    pub work: usize,
    /// How long the search goes on.
    pub time: Duration,
    /// How many bytes the search holds at once, the message not counted.
    pub memory: usize,
}

impl Budget {
    /// The budget of one delivery of a webhook.
    pub const DELIVERY: Self = Self {
        message: 1024 * 1024,
        work: 192 * 1024 * 1024,
        time: Duration::from_secs(1),
        memory: 64 * 1000 * 1000,
    };

    /// The budget of one user's hash: enough for every mistake in an id or email, and for the likely
    /// ones in a longer text.
    pub const VALUE: Self = Self { work: 16 * 1024 * 1024, ..Self::DELIVERY };
}

/// How large the variants of a message may be, so that two levels of them fit into the memory.
#[derive(Debug)]
pub(crate) struct Bounds {
    /// The longest variant, in bytes.
    pub(crate) variant: usize,
    is_short: Cell<bool>,
}

impl Bounds {
    pub(crate) const fn new(budget: &Budget) -> Self {
        // A variant of a variant needs the first one, its structure and its own text: 5/16. The
        // message's own structure and the buffers that grow while they are filled need as much again.
        Self { variant: budget.memory / 8, is_short: Cell::new(false) }
    }

    /// Whether a variant of this length may be made. A refusal is remembered: not all was tried.
    pub(crate) fn allow(&self, length: usize) -> bool {
        let fits = length <= self.variant;
        if !fits {
            self.refuse();
        }
        fits
    }

    /// Remembers that something was left out.
    pub(crate) fn refuse(&self) {
        self.is_short.set(true);
    }

    /// Whether something was left out.
    pub(super) fn is_short(&self) -> bool {
        self.is_short.get()
    }
}

/// Counts what a search costs.
pub(super) struct Meter {
    left: usize,
    end: Option<Instant>,
    unchecked: usize,
    is_over: bool,
}

/// The clock is read after so much work, in bytes.
const CHECK: usize = 64 * 1024;

/// What the hash of nothing costs, in bytes.
const FIXED: usize = 256;

impl Meter {
    pub(super) fn new(budget: &Budget) -> Self {
        Self {
            left: budget.work,
            end: Instant::now().checked_add(budget.time),
            unchecked: 0,
            is_over: false,
        }
    }

    /// Pays for bytes that are hashed or made; breaks off when the budget is used up.
    pub(super) fn pay(&mut self, bytes: usize) -> ControlFlow<()> {
        let cost = bytes.saturating_add(FIXED);
        self.left = self.left.saturating_sub(cost);
        self.unchecked += cost;
        if self.unchecked >= CHECK {
            self.unchecked = 0;
            self.is_over |= self.end.is_some_and(|end| Instant::now() >= end);
        }
        self.is_over |= self.left == 0;
        if self.is_over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Whether the search was broken off.
    pub(super) const fn is_over(&self) -> bool {
        self.is_over
    }
}
