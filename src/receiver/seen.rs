//! Remembers the ids of earlier deliveries, up to a number.

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest as _, Sha256};

/// Remembers the most recently used ids.
pub(super) struct Seen {
    room: usize,
    /// Counts every use.
    clock: u64,
    last_use: HashMap<Key, u64>,
    by_age: BTreeMap<u64, Key>,
}

/// The digest of an id: an id may have any length, and two ids must not be confused.
pub(super) type Key = [u8; 32];

/// The digest that an id is remembered by.
pub(super) fn key(id: &str) -> Key {
    Sha256::digest(id.as_bytes()).into()
}

impl Seen {
    pub(super) fn with_room(room: usize) -> Self {
        Self { room, clock: 0, last_use: HashMap::new(), by_age: BTreeMap::new() }
    }

    /// Whether the id came before. Asking counts as a use.
    pub(super) fn has(&mut self, key: &Key) -> bool {
        let is_known = self.last_use.contains_key(key);
        if is_known {
            self.add(*key);
        }
        is_known
    }

    /// Remembers an id, in place of the least recently used one.
    pub(super) fn add(&mut self, key: Key) {
        self.clock += 1;
        if let Some(before) = self.last_use.insert(key, self.clock) {
            self.by_age.remove(&before);
        }
        self.by_age.insert(self.clock, key);
        while self.by_age.len() > self.room
            && let Some((_, oldest)) = self.by_age.pop_first()
        {
            self.last_use.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_id_that_was_not_used_for_longest_is_forgotten() {
        let mut seen = Seen::with_room(2);
        seen.add(key("a"));
        seen.add(key("b"));
        assert!(seen.has(&key("a")));
        seen.add(key("c"));
        assert!(seen.has(&key("a")) && seen.has(&key("c")) && !seen.has(&key("b")));
    }

    proptest! {
        #[test]
        fn it_does_what_a_plain_list_does(
            room in 1_usize..6,
            steps in proptest::collection::vec((any::<bool>(), 0_u8..9), 0..80),
        ) {
            let mut seen = Seen::with_room(room);
            let mut list: Vec<Key> = Vec::new();
            for (adds, id) in steps {
                let key = key(&id.to_string());
                let is_known = list.contains(&key);
                if !adds {
                    prop_assert_eq!(seen.has(&key), is_known);
                }
                if adds || is_known {
                    if adds {
                        seen.add(key);
                    }
                    list.retain(|other| *other != key);
                    list.push(key);
                    let surplus = list.len().saturating_sub(room);
                    list.drain(..surplus);
                }
                let count = seen.last_use.len();
                prop_assert!(count <= room && seen.by_age.len() == count);
            }
        }
    }
}
