//! Archives of any bytes: no panic, an end in bounded time and memory, and calls that fit together.
#![no_main]

use intercom_sec::archive::{self, Limits, Member, Visitor};
use libfuzzer_sys::fuzz_target;

/// Counts what is open.
#[derive(Default)]
struct Count {
    open: usize,
    members: u64,
    bytes: u64,
}

impl Visitor for Count {
    type Content = usize;

    fn begin(&mut self, member: &Member<'_>) -> usize {
        assert!(!member.chain.is_empty());
        self.members += 1;
        self.open += 1;
        self.open
    }

    fn piece(&mut self, depth: &mut usize, bytes: &[u8]) {
        assert!(*depth <= self.open);
        self.bytes += bytes.len() as u64;
    }

    fn end(&mut self, depth: usize) {
        assert_eq!(depth, self.open);
        self.open -= 1;
    }
}

fuzz_target!(|bytes: &[u8]| {
    let mut limits = Limits::default();
    limits.bytes = 4 << 20;
    limits.ratio_from = 1 << 20;
    limits.memory = 8 << 20;
    limits.members = 1000;
    let mut count = Count::default();
    let outcome = archive::walk(bytes, &limits, &mut count);
    assert_eq!(count.open, 0);
    assert_eq!((outcome.members, outcome.bytes), (count.members, count.bytes));
    assert!(count.members <= limits.members && count.bytes <= limits.bytes);
    assert!(outcome.is_complete() || outcome.format.is_some());
});
