//! Keeps the hits that belong to the range and attributes them to commits.

use std::collections::{HashMap, HashSet};

use super::descent::Descent;
use super::ends::Extent;
use super::near::NearCommits;
use super::select::{Commits, Number};
use crate::git::gap::{Cause, Gap, Referrer, Subject};
use crate::git::history::ancestry::CommitNumber;
use crate::git::history::branches_first;
use crate::git::history::commit_graph::CommitGraphFile;
use crate::git::history::missing;
use crate::git::object::id::ObjectId;
use crate::git::object::tree::tag_target;
use crate::git::odb::verified::{Lack, Verified};
use crate::git::refs::claims::read_shallow;
use crate::scan::attribution::{Attributed, Attribution, Lineage as _};
use crate::scan::report::findings::Findings;
use crate::scan::repository::Repository;
use crate::scan::search::found::Found;
use crate::scan::search::hit::Hit;

/// The repository that the range belongs to.
pub(super) struct Surroundings<'r> {
    pub(super) objects: Verified<'r>,
    pub(super) repository: &'r Repository<'r>,
}

/// What the range's objects gave.
pub(super) struct Gathered<'p> {
    pub(super) extents: &'p [Extent],
    /// The commits of all extents.
    pub(super) numbers: &'p [Number],
    pub(super) found: Found,
    /// Trees and blobs that could not be read, each with a commit that leads to it, if one does.
    pub(super) lacking: HashMap<ObjectId, (Lack, Option<Number>)>,
}

impl Surroundings<'_> {
    /// Adds what belongs to the range to the findings. Returns the gaps in its history, and what
    /// the attribution leaves to be reported.
    pub(super) fn settle(
        &self,
        gathered: Gathered<'_>,
        commits: Commits<'_>,
        graph: Option<&CommitGraphFile>,
        findings: &mut Findings,
    ) -> (Vec<Gap>, Attributed) {
        let Gathered { extents, numbers, mut found, lacking } = gathered;
        let mut gaps = self.gaps_of_history(extents, &commits);
        if found.is_empty() && lacking.is_empty() {
            return (gaps, Attributed::default());
        }
        let in_trees = found.hits.iter().filter(|(_, hits)| hits.iter().any(Hit::is_in_tree));
        let unopened = found.unopened.iter().map(|unopened| unopened.0);
        let wanted = in_trees.map(|(&object, _)| object).chain(unopened);
        let wanted = wanted.chain(lacking.keys().copied()).collect();
        let mut descent = Descent::new(self.objects, wanted, found.names());
        let is_of_range = belonging(extents, &commits, &mut descent);
        found.hits.retain(|object, hits| !hits.iter().any(Hit::is_in_tree) || is_of_range(object));
        found.unopened.retain(|unopened| is_of_range(&unopened.0));
        for (id, (lack, commit)) in lacking.into_iter().filter(|lacking| is_of_range(&lacking.0)) {
            let referrer = match commit {
                Some(number) => Referrer::Commit(commits.id(number), None),
                None => Referrer::Request,
            };
            gaps.push(self.gap(id, &lack, referrer));
        }
        if found.is_empty() {
            return (gaps, Attributed::default());
        }
        (gaps, self.attribute(&found, numbers, descent, commits, graph, findings))
    }

    /// Commits and tags that cannot be read.
    fn gaps_of_history(&self, extents: &[Extent], commits: &Commits<'_>) -> Vec<Gap> {
        let mut gaps = Vec::new();
        let lacking = || extents.iter().flat_map(|extent| &extent.selected.lacking);
        let mut boundary = Vec::new();
        if lacking().next().is_some() {
            let shallow: HashSet<_> = match read_shallow(&self.repository.located) {
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
        for (id, lack, tag) in extents.iter().flat_map(|extent| &extent.lacking) {
            let referrer = tag.map_or(Referrer::Request, Referrer::Tag);
            gaps.push(self.gap(*id, lack, referrer));
        }
        gaps
    }

    fn gap(&self, id: ObjectId, lack: &Lack, referrer: Referrer) -> Gap {
        match lack {
            Lack::Missing => {
                missing::absent(id, referrer, self.repository.located.config.is_partial_clone)
            }
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
    ) -> Attributed {
        let claims = self.repository.claims();
        // A million refs may name one object.
        let mut peeled = HashMap::new();
        let mut peel = |id| *peeled.entry(id).or_insert_with(|| self.peel(id));
        let tips: Vec<_> = claims.refs.iter().map(|(name, &id)| (name.clone(), peel(id))).collect();
        let near = NearCommits::walk(&mut commits, graph, numbers, tips.iter().map(|tip| tip.1));
        let with_number = |(name, id): (String, ObjectId)| Some((name, near.number(&id)?));
        let mut refs: Vec<_> = tips.into_iter().filter_map(with_number).collect();
        branches_first(&mut refs);

        let own = numbers.iter().filter_map(|&number| near.number(&commits.id(number)));
        let own: Vec<CommitNumber> = own.collect();
        let head = claims.head.and_then(|head| near.number(&head));
        descent.descend(own.iter().copied().chain(head).filter_map(|number| near.tree(number)));
        // A tree of the other side has the name too; it is this side that brings it.
        let named: HashSet<_> = found.names().map(|(tree, _)| tree).collect();
        let containment = descent.finish(|tree| named.contains(tree));
        let attribution = Attribution {
            repository: &self.repository.shown,
            objects: self.objects,
            graph: &near,
            commits: own,
            head,
            refs,
            all_refs: &claims.refs,
            containment: &containment,
        };
        attribution.run(found, findings)
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

/// Says whether a tree or blob belongs to one of the ranges: not when what is left out has it.
fn belonging(
    extents: &[Extent],
    commits: &Commits<'_>,
    descent: &mut Descent<'_>,
) -> impl Fn(&ObjectId) -> bool + use<> {
    let mut sides: Vec<(HashSet<ObjectId>, Option<HashSet<ObjectId>>)> = Vec::new();
    for extent in extents {
        descent.descend(extent.without.iter().copied());
        let without = descent.below(extent.without.iter().copied());
        // What was found in the only part is in it.
        let within = (extents.len() > 1).then(|| {
            let roots = extent.selected.commits.iter();
            let roots = roots.filter_map(|&number| Some(commits.content(number)?.tree));
            let roots = || roots.clone().chain(extent.trees.iter().copied());
            descent.descend(roots());
            let mut within = descent.below(roots());
            within.extend(&extent.blobs);
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
