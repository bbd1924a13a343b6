//! What of that which was found belongs to the range, and where it comes from.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::descent::Descent;
use super::ends::Part;
use super::select::{Commits, Number};
use crate::git::gap::{Cause, Gap, Referrer, Subject};
use crate::git::history::ancestry::{Ancestry, CommitNumber};
use crate::git::history::branches_first;
use crate::git::history::commit_graph::{CommitGraphFile, Generation, GraphCommit};
use crate::git::history::introductions::Introductions;
use crate::git::history::missing;
use crate::git::object::id::{ObjectId, ObjectKind};
use crate::git::object::tree::tag_target;
use crate::git::odb::verified::{Lack, Verified};
use crate::git::refs::claims::{Claims, read_shallow};
use crate::git::repository::locate::Located;
use crate::scan::attribution::{Places, Told, origin, taggers};
use crate::scan::report::finding::{Findings, MAX_REFS, Origin};
use crate::scan::search::objects::{Found, Part as Place};

/// How far clocks are trusted when refs are sought that lead to a commit, in seconds. This decides
/// which refs are told with a token, not whether it is.
const CLOCK_ERROR: i64 = 24 * 60 * 60;

/// The repository, for what is told of it.
pub(super) struct Surroundings<'r> {
    pub(super) objects: Verified<'r>,
    pub(super) located: &'r Located,
    /// The repository, as it was given.
    pub(super) shown: &'r str,
}

/// What the range's objects gave.
pub(super) struct Gathered<'p> {
    pub(super) parts: &'p [Part],
    /// The commits of all parts.
    pub(super) numbers: &'p [Number],
    pub(super) found: Found,
    /// Trees and blobs that could not be read, each with a commit that leads to it, if one does.
    pub(super) lacking: HashMap<ObjectId, (Lack, Option<Number>)>,
}

impl Surroundings<'_> {
    /// Adds what belongs to the range to the findings; the gaps in its history, and what else is
    /// to be told.
    pub(super) fn settle(
        &self,
        gathered: Gathered<'_>,
        commits: Commits<'_>,
        graph: Option<&CommitGraphFile>,
        findings: &mut Findings,
    ) -> (Vec<Gap>, Told) {
        let Gathered { parts, numbers, mut found, lacking } = gathered;
        let mut gaps = self.gaps_of_history(parts, &commits);
        if found.hits.is_empty() && found.unopened.is_empty() && lacking.is_empty() {
            return (gaps, Told::default());
        }
        let in_trees = found.hits.iter().filter(|hit| is_in_tree(&hit.part));
        let unopened = found.unopened.iter().map(|unopened| unopened.0);
        let wanted = in_trees.map(|hit| hit.object).chain(unopened).chain(lacking.keys().copied());
        let mut descent = Descent::new(self.objects, wanted.collect(), names(&found));
        let is_of_range = belonging(parts, &commits, &mut descent);
        found.hits.retain(|hit| !is_in_tree(&hit.part) || is_of_range(&hit.object));
        found.unopened.retain(|unopened| is_of_range(&unopened.0));
        for (id, (lack, commit)) in lacking.into_iter().filter(|lacking| is_of_range(&lacking.0)) {
            let referrer = match commit {
                Some(number) => Referrer::Commit(commits.id(number), None),
                None => Referrer::Request,
            };
            gaps.push(self.gap(id, &lack, referrer));
        }
        if found.hits.is_empty() && found.unopened.is_empty() {
            return (gaps, Told::default());
        }
        (gaps, self.attribute(&found, numbers, descent, commits, graph, findings))
    }

    /// Commits and tags that cannot be read.
    fn gaps_of_history(&self, parts: &[Part], commits: &Commits<'_>) -> Vec<Gap> {
        let mut gaps = Vec::new();
        let lacking = || parts.iter().flat_map(|part| &part.selected.lacking);
        let mut boundary = Vec::new();
        if lacking().next().is_some() {
            let shallow: HashSet<_> = match read_shallow(self.located) {
                Ok(shallow) => shallow.into_iter().collect(),
                Err(gap) => {
                    gaps.push(gap);
                    HashSet::new()
                }
            };
            for &(number, namer) in lacking() {
                let Some(lack) = commits.lack(number) else { continue };
                let namer = namer.map(|namer| commits.id(namer));
                match namer {
                    Some(namer) if *lack == Lack::Missing && shallow.contains(&namer) => {
                        boundary.push(namer);
                    }
                    Some(namer) => {
                        let referrer = Referrer::ParentOf(namer);
                        gaps.push(self.gap(commits.id(number), lack, referrer));
                    }
                    None => gaps.push(self.gap(commits.id(number), lack, Referrer::Request)),
                }
            }
        }
        boundary.sort_unstable();
        boundary.dedup();
        gaps.extend(missing::shallow(&boundary));
        for (id, lack, tag) in parts.iter().flat_map(|part| &part.lacking) {
            let referrer = tag.map_or(Referrer::Request, Referrer::Tag);
            gaps.push(self.gap(*id, lack, referrer));
        }
        gaps
    }

    fn gap(&self, id: ObjectId, lack: &Lack, referrer: Referrer) -> Gap {
        match lack {
            Lack::Missing => missing::absent(id, referrer, self.located.config.is_partial_clone),
            Lack::Fault(fault) => {
                let (fault, referrer) = (fault.clone(), Some(referrer));
                Gap::new(Subject::Object(id), Cause::Object { fault, referrer })
            }
        }
    }

    fn attribute(
        &self,
        found: &Found,
        numbers: &[Number],
        mut descent: Descent<'_>,
        mut commits: Commits<'_>,
        graph: Option<&CommitGraphFile>,
        findings: &mut Findings,
    ) -> Told {
        let claims = Claims::read(self.located);
        // A million refs may name one object.
        let mut peeled = HashMap::new();
        let mut peel = |id| *peeled.entry(id).or_insert_with(|| self.peel(id));
        let tips: Vec<_> = claims.refs.iter().map(|(name, &id)| (name.clone(), peel(id))).collect();
        let near = Near::walk(&mut commits, graph, numbers, tips.iter().map(|tip| tip.1));
        let with_number = |(name, id): (String, ObjectId)| Some((name, near.number(&id)?));
        let mut refs: Vec<_> = tips.into_iter().filter_map(with_number).collect();
        branches_first(&mut refs);

        let own = numbers.iter().filter_map(|&number| near.number(&commits.id(number)));
        let mut own: Vec<CommitNumber> = own.collect();
        let is_reachable = near.reachable(refs.iter().map(|tip| tip.1));
        own.sort_by_key(|&number| {
            let at = number as usize;
            (!is_reachable[at], near.orders[at], near.ids[at])
        });
        let head = claims.head.and_then(|head| near.number(&head));
        let head_tree = head.map(|head| near.trees[head as usize]);
        descent.descend(own.iter().map(|&number| near.trees[number as usize]).chain(head_tree));
        // A tree of the other side has the name too; it is this side that brings it.
        let named: HashSet<_> = names(found).map(|(tree, _)| tree).collect();
        let containment = descent.finish(|tree| named.contains(tree));
        let trees = |number: CommitNumber| {
            let tree = |&number: &CommitNumber| near.trees[number as usize];
            Some((tree(&number), near.parents(number).iter().map(tree).collect()))
        };
        let introductions = Introductions::find(own, trees, &containment, head_tree);

        let hits = &found.hits;
        let with_hits: HashMap<ObjectId, CommitNumber> =
            hits.iter().filter_map(|hit| Some((hit.object, near.number(&hit.object)?))).collect();
        let mut told = introductions.commits();
        told.extend(with_hits.values());
        told.sort_unstable();
        told.dedup();
        let is_at_head = near.reachable(head);
        let places = Places {
            repository: self.shown.into(),
            introductions,
            origins: self.origins(&near, &told, &refs),
            commits: with_hits
                .into_iter()
                .map(|(id, number)| (id, (number, is_at_head[number as usize])))
                .collect(),
            taggers: taggers(&claims.refs, |tag| self.objects.read_tag(tag), hits),
        };
        places.tell(found, findings)
    }

    /// Author, date and refs of commits.
    fn origins(
        &self,
        near: &Near,
        told: &[CommitNumber],
        refs: &[(String, CommitNumber)],
    ) -> HashMap<CommitNumber, Arc<Origin>> {
        let tips: Vec<_> = refs.iter().map(|tip| tip.1).collect();
        let mut origins = HashMap::new();
        for (&number, (first, total)) in
            told.iter().zip(near.tips_containing(told, &tips, MAX_REFS))
        {
            let id = near.ids[number as usize];
            if let Ok(content) = self.objects.read_as(&id, ObjectKind::Commit) {
                let names = first.iter().map(|&at| refs[at].0.clone()).collect();
                let origin = origin(id, &content, b"author ", (names, total));
                let order = near.orders[number as usize];
                origins.insert(number, Arc::new(Origin { order, ..origin }));
            }
        }
        origins
    }

    /// Follows a tag to what it is about.
    fn peel(&self, mut id: ObjectId) -> ObjectId {
        let target = |id: ObjectId| tag_target(&self.objects.read_tag(&id)?, self.objects.hash);
        while let Some(next) = target(id) {
            id = next;
        }
        id
    }
}

/// The names with a token, each with its tree.
fn names(found: &Found) -> impl Iterator<Item = (ObjectId, Box<[u8]>)> {
    found.hits.iter().filter_map(|hit| match &hit.part {
        Place::Name(name) => Some((hit.object, name.clone().into_boxed_slice())),
        _ => None,
    })
}

fn is_in_tree(part: &Place) -> bool {
    matches!(part, Place::Blob(_) | Place::Name(_))
}

/// Tells of trees and blobs whether they belong to some part: not when what is left out has them.
fn belonging(
    parts: &[Part],
    commits: &Commits<'_>,
    descent: &mut Descent<'_>,
) -> impl Fn(&ObjectId) -> bool + use<> {
    let mut sides: Vec<(HashSet<ObjectId>, Option<HashSet<ObjectId>>)> = Vec::new();
    for part in parts {
        descent.descend(part.without.iter().copied());
        let without = descent.below(part.without.iter().copied());
        // What was found in the only part is in it.
        let within = (parts.len() > 1).then(|| {
            let roots = part.selected.commits.iter();
            let roots = roots.filter_map(|&number| Some(commits.content(number)?.tree));
            let roots = || roots.clone().chain(part.trees.iter().copied());
            descent.descend(roots());
            let mut within = descent.below(roots());
            within.extend(&part.blobs);
            within
        });
        sides.push((without, within));
    }
    move |id| {
        sides.iter().any(|(without, within)| {
            !without.contains(id) && within.as_ref().is_none_or(|within| within.contains(id))
        })
    }
}

/// The range's commits, and those that may stand between refs and them.
struct Near {
    numbers: HashMap<ObjectId, CommitNumber>,
    ids: Vec<ObjectId>,
    trees: Vec<ObjectId>,
    parents: Vec<Vec<CommitNumber>>,
    orders: Vec<i64>,
}

impl Near {
    /// Goes from the range's commits to their parents, and from `refs` back as far as one of the
    /// range's commits may come.
    ///
    /// Where the graph file has a commit, it is asked: it can make a ref's name wrong that is told
    /// with a token, no more.
    fn walk(
        commits: &mut Commits<'_>,
        graph: Option<&CommitGraphFile>,
        numbers: &[Number],
        refs: impl IntoIterator<Item = ObjectId>,
    ) -> Self {
        let times = numbers.iter().filter_map(|&number| Some(commits.content(number)?.time));
        let oldest = times.min().unwrap_or(i64::MAX).saturating_sub(CLOCK_ERROR);
        let generations = numbers.iter().filter_map(|&number| commits.generation(number));
        let lowest = generations.min().unwrap_or(Generation::MAX);
        let is_own: HashSet<ObjectId> = numbers.iter().map(|&number| commits.id(number)).collect();
        let mut met = HashSet::new();
        let mut found: Vec<(ObjectId, GraphCommit)> = Vec::new();
        let mut open: Vec<ObjectId> = is_own.iter().copied().chain(refs).collect();
        while let Some(id) = open.pop() {
            if !met.insert(id) {
                continue;
            }
            let position = graph.and_then(|graph| graph.position(&id));
            let commit = if let Some(number) = commits.known(&id) {
                commits.links(number)
            } else if let Some(commit) = position.and_then(|position| graph?.commit(position)) {
                Some(commit)
            } else {
                let number = commits.number(id);
                commits.read(number);
                commits.links(number)
            };
            let Some(commit) = commit else { continue };
            let generation = position.and_then(|position| graph?.generation(position));
            let may_lead =
                generation.map_or(commit.time >= oldest, |generation| generation > lowest);
            if may_lead || is_own.contains(&id) {
                open.extend_from_slice(&commit.parents);
            }
            found.push((id, commit));
        }
        Self::of(found)
    }

    fn of(mut found: Vec<(ObjectId, GraphCommit)>) -> Self {
        found.sort_unstable_by_key(|found| found.0);
        let numbers: HashMap<_, _> = found.iter().map(|found| found.0).zip(0..).collect();
        let parents = |commit: &GraphCommit| {
            commit.parents.iter().filter_map(|parent| numbers.get(parent).copied()).collect()
        };
        let mut near = Self {
            ids: found.iter().map(|found| found.0).collect(),
            trees: found.iter().map(|found| found.1.tree).collect(),
            parents: found.iter().map(|found| parents(&found.1)).collect(),
            orders: Vec::new(),
            numbers,
        };
        let times: Vec<i64> = found.iter().map(|found| found.1.time).collect();
        near.orders = near.orders_of(&times);
        near
    }

    fn number(&self, id: &ObjectId) -> Option<CommitNumber> {
        self.numbers.get(id).copied()
    }
}

impl Ancestry for Near {
    fn len(&self) -> usize {
        self.ids.len()
    }

    fn parents(&self, number: CommitNumber) -> &[CommitNumber] {
        &self.parents[number as usize]
    }
}
