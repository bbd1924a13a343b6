//! What may have been the key in the place of the secret at hand.

use std::ops::ControlFlow;

use zeroize::Zeroizing;

use super::budget::{Bounds, Budget};
use super::cause::{Cause, Nothing, Own};
use super::change::{Part, given, signed};
use crate::secret::Secret;

/// A longer secret is a file that was given for one, and no variants of it are kept.
const MAX_VARIED: usize = 64 * 1024;

/// What stands for "nothing". A word that someone chose would be a secret, and is not guessed.
const WORDS: [&str; 4] = ["undefined", "null", "None", "nil"];

/// A key that may have signed. Wiped on drop, as the secret that it was made of.
pub(super) struct Key<O> {
    /// The place of the secret that it was made of, among those that count.
    pub(super) secret: Option<usize>,
    /// How it differs from that; nothing for the secret itself.
    pub(super) causes: Vec<Cause<O>>,
    pub(super) bytes: Zeroizing<Vec<u8>>,
}

/// The secrets as they are, then what one mistake makes of them, then what two do; each key once.
///
/// `others` are secrets that do not count, each with the cause that it is if it signed.
pub(super) fn all<O: Own>(secrets: &[Secret], others: &[(O, &Secret)]) -> Vec<Key<O>> {
    let mut keys = Keys { all: Vec::new() };
    // Exposed to try what may have been meant by them; the copies are wiped, and none of it leaves.
    for (place, secret) in secrets.iter().enumerate() {
        keys.add(Some(place), &[], secret.expose());
    }
    for (own, secret) in others {
        keys.add(None, &[Cause::Own(own.clone())], secret.expose());
    }
    for (place, secret) in secrets.iter().enumerate() {
        keys.add_changed(Some(place), &[], secret.expose());
    }
    keys.add(None, &[Cause::NoSecret(Nothing::Empty)], b"");
    for word in WORDS {
        keys.add(None, &[Cause::NoSecret(Nothing::Word(word))], word.as_bytes());
    }
    for (own, secret) in others {
        keys.add_changed(None, &[Cause::Own(own.clone())], secret.expose());
    }
    for (place, secret) in secrets.iter().enumerate() {
        keys.add_changed_twice(place, secret.expose());
    }
    keys.all.sort_by_key(|key| key.causes.len());
    keys.all
}

struct Keys<O> {
    all: Vec<Key<O>>,
}

impl<O: Own> Keys<O> {
    fn add(&mut self, secret: Option<usize>, causes: &[Cause<O>], bytes: &[u8]) {
        if self.all.iter().all(|known| **known.bytes != *bytes) {
            let bytes = Zeroizing::new(bytes.to_vec());
            self.all.push(Key { secret, causes: causes.to_vec(), bytes });
        }
    }

    /// What one mistake makes of a secret.
    fn add_changed(&mut self, place: Option<usize>, causes: &[Cause<O>], secret: &[u8]) {
        if secret.len() > MAX_VARIED {
            return;
        }
        let bounds = Bounds::new(&Budget::VALUE);
        let mut add = |difference, bytes: std::borrow::Cow<'_, [u8]>| {
            let bytes = Zeroizing::new(bytes.into_owned());
            if !bytes.is_empty() {
                self.add(place, &[causes, &[Cause::Secret(difference)]].concat(), &bytes);
            }
            ControlFlow::Continue(())
        };
        let _ = given(Part::Secret, secret, &bounds, &mut add);
        let _ = signed(Part::Secret, secret, &bounds, &mut add);
    }

    /// What is left of a secret that was read carelessly in two ways, as a file with a mark that holds a
    /// line `NAME=value`.
    fn add_changed_twice(&mut self, place: usize, secret: &[u8]) {
        if secret.len() > MAX_VARIED {
            return;
        }
        let bounds = Bounds::new(&Budget::VALUE);
        let _ = given(Part::Secret, secret, &bounds, &mut |first, changed| {
            let changed = Zeroizing::new(changed.into_owned());
            given(Part::Secret, &changed, &bounds, &mut |second, twice| {
                let twice = Zeroizing::new(twice.into_owned());
                if !twice.is_empty() {
                    let causes = [Cause::Secret(first), Cause::Secret(second)];
                    self.add(Some(place), &causes, &twice);
                }
                ControlFlow::Continue(())
            })
        });
    }
}
