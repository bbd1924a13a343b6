//! Questions to a graph of commits that need nothing but its parents.

/// The number of a commit in its graph.
pub(crate) type CommitNumber = u32;

/// Commits that are numbered from 0, with their parents.
pub(crate) trait Ancestry {
    /// How many commits there are.
    fn len(&self) -> usize;

    /// The parents of a commit, those that are in the graph.
    fn parents(&self, number: CommitNumber) -> &[CommitNumber];

    /// Which commits the given ones lead to, themselves included.
    fn reachable(&self, tips: impl IntoIterator<Item = CommitNumber>) -> Vec<bool> {
        let mut is_reached = vec![false; self.len()];
        let mut waiting: Vec<_> = tips.into_iter().collect();
        while let Some(number) = waiting.pop() {
            if !std::mem::replace(&mut is_reached[number as usize], true) {
                waiting.extend_from_slice(self.parents(number));
            }
        }
        is_reached
    }

    /// For each of `commits`, which of `tips` lead to it: the first `most` (as positions in `tips`)
    /// and how many there are.
    fn tips_containing(
        &self,
        commits: &[CommitNumber],
        tips: &[CommitNumber],
        most: usize,
    ) -> Vec<(Vec<usize>, usize)> {
        let order = self.parents_first();
        let mut containing = vec![(Vec::new(), 0); commits.len()];
        // Sixty-four commits at once: one bit each, handed on from parents to children.
        for (chunk, containing) in commits.chunks(64).zip(containing.chunks_mut(64)) {
            let mut masks = vec![0_u64; self.len()];
            for (bit, &commit) in chunk.iter().enumerate() {
                masks[commit as usize] |= 1 << bit;
            }
            for &number in &order {
                for &parent in self.parents(number) {
                    masks[number as usize] |= masks[parent as usize];
                }
            }
            for (at, &tip) in tips.iter().enumerate() {
                let mut mask = masks[tip as usize];
                while mask != 0 {
                    let (first, total) = &mut containing[mask.trailing_zeros() as usize];
                    if first.len() < most {
                        first.push(at);
                    }
                    *total += 1;
                    mask &= mask - 1;
                }
            }
        }
        containing
    }

    /// Places in time: the committers' dates, moved so that no commit comes before its parents.
    /// Clocks differ, and many commits are made in one second.
    fn orders_of(&self, times: &[i64]) -> Vec<i64> {
        let mut orders = times.to_vec();
        for number in self.parents_first() {
            let after = |&parent: &CommitNumber| orders[parent as usize].saturating_add(1);
            let earliest = self.parents(number).iter().map(after).max();
            let order = &mut orders[number as usize];
            *order = (*order).max(earliest.unwrap_or(i64::MIN));
        }
        orders
    }

    /// Parents before their children.
    fn parents_first(&self) -> Vec<CommitNumber> {
        let mut order = Vec::with_capacity(self.len());
        let mut is_placed = vec![false; self.len()];
        let mut path: Vec<(CommitNumber, usize)> = Vec::new();
        for start in (0..).take(self.len()) {
            if std::mem::replace(&mut is_placed[start as usize], true) {
                continue;
            }
            path.push((start, 0));
            while let Some((number, next)) = path.last_mut() {
                if let Some(&parent) = self.parents(*number).get(*next) {
                    *next += 1;
                    if !std::mem::replace(&mut is_placed[parent as usize], true) {
                        path.push((parent, 0));
                    }
                } else {
                    order.push(*number);
                    path.pop();
                }
            }
        }
        order
    }
}
