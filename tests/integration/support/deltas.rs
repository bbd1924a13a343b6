//! Deltas that make one text of another in ways that git would never choose.

use super::store;
use super::tokens::Random;

/// How a delta takes the text apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Long copies and what is between them, as git does.
    Long,
    /// Copies and inserts of a few bytes, from anywhere in the base.
    Short,
    /// Copies and inserts of one byte.
    Single,
    /// Inserts alone.
    Inserts,
    /// One manner here and another there.
    Mixed,
}

impl Manner {
    pub(crate) fn any(random: &mut Random) -> Self {
        random.pick(&[
            Self::Long,
            Self::Long,
            Self::Mixed,
            Self::Short,
            Self::Single,
            Self::Inserts,
        ])
    }
}

/// The delta that makes `target` of `base`. No copy or insert goes over one of the `cuts`, which are
/// places in the target in ascending order, but for a few that are overlooked.
pub(crate) fn encode(
    base: &[u8],
    target: &[u8],
    manner: Manner,
    cuts: &[usize],
    random: &mut Random,
) -> Vec<u8> {
    let sizes = sizes(base.len(), target.len(), random);
    [sizes, instructions(base, target, manner, cuts, random)].concat()
}

/// The delta without the two sizes that it begins with.
pub(crate) fn instructions(
    base: &[u8],
    target: &[u8],
    manner: Manner,
    cuts: &[usize],
    random: &mut Random,
) -> Vec<u8> {
    let mut delta = Vec::new();
    let places = Places::of(base);
    let (mut at, mut inserted) = (0, 0);
    let mut now = manner;
    // Git copies 64 KiB at most and reads longer copies too.
    let longest = if random.one_in(2) { 0x1_0000 } else { 0xff_ffff };
    while at < target.len() {
        if manner == Manner::Mixed && (at == 0 || random.one_in(6)) {
            now = random.pick(&[Manner::Long, Manner::Short, Manner::Single, Manner::Inserts]);
        }
        let next_cut = cuts.get(cuts.partition_point(|&cut| cut <= at));
        let end = match next_cut {
            Some(&cut) if !random.one_in(10) => cut.min(target.len()),
            _ => target.len(),
        };
        let rest = &target[at..end];
        let wanted = match now {
            Manner::Long => longest,
            Manner::Short => 1 + random.below(6),
            _ => 1,
        };
        let found = match now {
            Manner::Long => places.longest(rest),
            Manner::Inserts => None,
            _ if random.one_in(4) => None,
            _ => places.any(rest, random),
        };
        if let Some((from, length)) = found {
            insert(&mut delta, &target[inserted..at]);
            let length = length.min(wanted);
            copy(&mut delta, from, length, random);
            at += length;
            inserted = at;
        } else {
            at += if now == Manner::Short { wanted.min(rest.len()) } else { 1 };
            let is_over = at == end || at - inserted >= 100;
            if is_over || matches!(now, Manner::Short | Manner::Single) {
                insert(&mut delta, &target[inserted..at]);
                inserted = at;
            }
        }
    }
    insert(&mut delta, &target[inserted..at]);
    delta
}

/// The two sizes, sometimes in more bytes than they need.
pub(crate) fn sizes(base: usize, target: usize, random: &mut Random) -> Vec<u8> {
    let mut sizes = store::size(base as u64);
    let mut last = store::size(target as u64);
    if random.one_in(16) {
        *last.last_mut().expect("a byte") |= 0x80;
        last.extend([0x80, 0x80, 0]);
    }
    sizes.append(&mut last);
    sizes
}

/// Adds the instruction that copies from the base.
pub(crate) fn copy(delta: &mut Vec<u8>, from: usize, length: usize, random: &mut Random) {
    assert!((1..=0xff_ffff).contains(&length));
    // Zero stands for this one.
    let stated = if length == 0x1_0000 && random.one_in(2) { 0 } else { length };
    let spell_out = random.one_in(8);
    let opcode_at = delta.len();
    delta.push(0x80);
    let mut fields = |value: usize, bytes: usize, first: usize| {
        for at in 0..bytes {
            let byte = value.to_le_bytes()[at];
            // A byte that is left out is zero.
            if byte != 0 || spell_out {
                delta[opcode_at] |= 1 << (first + at);
                delta.push(byte);
            }
        }
    };
    fields(from, 4, 0);
    fields(stated, 3, 4);
}

/// Adds the instructions that insert bytes.
pub(crate) fn insert(delta: &mut Vec<u8>, bytes: &[u8]) {
    for piece in bytes.chunks(127) {
        delta.push(u8::try_from(piece.len()).expect("7 bits"));
        delta.extend(piece);
    }
}

/// Where the pieces of a base stand in it.
struct Places<'b> {
    base: &'b [u8],
    /// Places of each byte.
    of_byte: Vec<Vec<usize>>,
    /// A few places of each four bytes, by their hash.
    of_four: Vec<Vec<usize>>,
}

impl<'b> Places<'b> {
    fn of(base: &'b [u8]) -> Self {
        let mut of_byte = vec![Vec::new(); 256];
        for (at, &byte) in base.iter().enumerate() {
            of_byte[usize::from(byte)].push(at);
        }
        let mut of_four = vec![Vec::new(); base.len().next_power_of_two()];
        for (at, four) in base.windows(4).enumerate() {
            let places = &mut of_four[Self::hash(four, base.len())];
            if places.len() < 8 {
                places.push(at);
            }
        }
        Self { base, of_byte, of_four }
    }

    fn hash(four: &[u8], length: usize) -> usize {
        let hash = four.iter().fold(0, |hash: usize, &byte| (hash * 31 + usize::from(byte)) * 31);
        hash & (length.next_power_of_two() - 1)
    }

    /// The longest of a few pieces that `text` begins with, and of four bytes at least.
    fn longest(&self, text: &[u8]) -> Option<(usize, usize)> {
        let places = &self.of_four[Self::hash(text.get(..4)?, self.base.len())];
        let pieces = places.iter().map(|&from| (from, self.common(from, text)));
        pieces.max_by_key(|piece| piece.1).filter(|piece| piece.1 >= 4)
    }

    /// Any place where the byte stands that `text` begins with.
    fn any(&self, text: &[u8], random: &mut Random) -> Option<(usize, usize)> {
        let places = &self.of_byte[usize::from(*text.first()?)];
        let from = *places.get(random.below(places.len().max(1)))?;
        Some((from, self.common(from, text)))
    }

    fn common(&self, from: usize, text: &[u8]) -> usize {
        self.base[from..].iter().zip(text).take_while(|(a, b)| a == b).count()
    }
}
