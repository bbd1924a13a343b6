//! Finds for each hit the commits and paths that introduced it, and who made them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::report::finding::{Location, MAX_MORE_PLACES, MAX_REFS, Origin, Source};
use super::report::findings::Findings;
use super::report::gap::{ArchiveFault, Skipped};
use super::search::found::Found;
use super::search::hit::{Hit, Part};
use crate::bytes::to_text;
use crate::git::gap::Subject;
use crate::git::history::ancestry::{Ancestry, CommitNumber};
use crate::git::history::commits::{CommitGraph, Person};
use crate::git::history::containment::Containment;
use crate::git::history::introductions::{Introduction, Introductions, Wanted};
use crate::git::object::id::{ObjectId, ObjectKind};
use crate::git::odb::verified::Verified;

/// A graph of commits that knows what they are.
pub(crate) trait Lineage: Ancestry + Sync {
    /// The number of a commit, if it is in the graph.
    fn number(&self, id: &ObjectId) -> Option<CommitNumber>;

    /// The id of a commit.
    fn id(&self, number: CommitNumber) -> ObjectId;

    /// The tree of a commit, if it is stored.
    fn tree(&self, number: CommitNumber) -> Option<ObjectId>;

    /// Its place in time, never before that of a parent.
    fn order(&self, number: CommitNumber) -> i64;
}

impl Lineage for CommitGraph<'_> {
    fn number(&self, id: &ObjectId) -> Option<CommitNumber> {
        self.number(id)
    }

    fn id(&self, number: CommitNumber) -> ObjectId {
        self.id(number)
    }

    fn tree(&self, number: CommitNumber) -> Option<ObjectId> {
        self.tree(number)
    }

    fn order(&self, number: CommitNumber) -> i64 {
        self.order(number)
    }
}

/// What the history says about the objects that have hits.
pub(crate) struct Attribution<'h, L> {
    /// As it was given.
    pub(crate) repository: &'h str,
    pub(crate) objects: Verified<'h>,
    pub(crate) graph: &'h L,
    /// The commits that may have introduced something.
    pub(crate) commits: Vec<CommitNumber>,
    /// The commit that `HEAD` leads to.
    pub(crate) head: Option<CommitNumber>,
    /// The refs that lead to commits, branches first.
    pub(crate) refs: Vec<(String, CommitNumber)>,
    /// Every ref, with the object that it names.
    pub(crate) all_refs: &'h BTreeMap<String, ObjectId>,
    /// Which trees lead to the objects and names.
    pub(crate) containment: &'h Containment,
}

/// What the attribution leaves to be reported besides the findings.
#[derive(Debug, Default)]
pub(crate) struct Attributed {
    /// Whether there are paths that are not listed.
    pub(crate) has_unlisted_places: bool,
    /// The archives that were not read whole.
    pub(crate) gaps: Vec<Skipped>,
}

impl<L: Lineage> Attribution<'_, L> {
    /// Adds each hit to the findings, at every path where a commit introduced it.
    pub(crate) fn run(mut self, found: &Found, findings: &mut Findings) -> Attributed {
        let commits = std::mem::take(&mut self.commits);
        let introductions = self.introductions(commits);
        let with_hits: HashMap<ObjectId, CommitNumber> =
            found.hits.keys().filter_map(|id| Some((*id, self.graph.number(id)?))).collect();
        let mut commits = introductions.commits();
        commits.extend(with_hits.values());
        commits.sort_unstable();
        commits.dedup();
        let is_at_head = self.graph.reachable(self.head);
        let at_head = |(id, number)| (id, (number, is_at_head[number as usize]));
        let places = Places {
            repository: self.repository.into(),
            origins: self.origins(&commits),
            commits: with_hits.into_iter().map(at_head).collect(),
            taggers: self.taggers(found),
            introductions,
        };
        places.report(found, findings)
    }

    /// Where the objects and names come from. Commits that a ref leads to come first, then the
    /// earliest.
    fn introductions(&self, mut commits: Vec<CommitNumber>) -> Introductions {
        let graph = self.graph;
        let leads_there = |tree: ObjectId| !self.containment.edges(&tree).is_empty();
        commits.retain(|&number| graph.tree(number).is_some_and(leads_there));
        let is_reachable = graph.reachable(self.refs.iter().map(|tip| tip.1));
        commits.sort_by_cached_key(|&number| {
            (!is_reachable[number as usize], graph.order(number), graph.id(number))
        });
        let trees = |number: CommitNumber| {
            let parents = graph.parents(number).iter().filter_map(|&parent| graph.tree(parent));
            Some((graph.tree(number)?, parents.collect()))
        };
        let head_tree = self.head.and_then(|head| graph.tree(head));
        Introductions::find(commits, trees, self.containment, head_tree)
    }

    /// Author, date and refs of commits.
    fn origins(&self, commits: &[CommitNumber]) -> HashMap<CommitNumber, Arc<Origin>> {
        let tips: Vec<_> = self.refs.iter().map(|tip| tip.1).collect();
        let containing = self.graph.tips_containing(commits, &tips, MAX_REFS);
        let mut origins = HashMap::new();
        for (&number, (first, total)) in commits.iter().zip(containing) {
            let id = self.graph.id(number);
            if let Ok(content) = self.objects.read_as(&id, ObjectKind::Commit) {
                let names = first.iter().map(|&at| self.refs[at].0.clone()).collect();
                let origin = origin(id, &content, b"author ", (names, total));
                let order = self.graph.order(number);
                origins.insert(number, Arc::new(Origin { order, ..origin }));
            }
        }
        origins
    }

    /// Tagger, date and refs of the tags among the hits.
    fn taggers(&self, found: &Found) -> HashMap<ObjectId, Arc<Origin>> {
        let is_in_tag = |hit: &Hit| matches!(hit.part, Part::TagHeader | Part::TagMessage(_));
        let tags = found.hits.iter().filter(|(_, hits)| hits.iter().any(is_in_tag));
        let mut refs: HashMap<ObjectId, (Vec<String>, usize)> =
            tags.map(|(&tag, _)| (tag, (Vec::new(), 0))).collect();
        if refs.is_empty() {
            return HashMap::new();
        }
        for (name, id) in self.all_refs {
            if let Some((names, total)) = refs.get_mut(id) {
                if names.len() < MAX_REFS {
                    names.push(name.clone());
                }
                *total += 1;
            }
        }
        let tagger = |(id, refs)| {
            let content = self.objects.read_tag(&id)?;
            Some((id, Arc::new(origin(id, &content, b"tagger ", refs))))
        };
        refs.into_iter().filter_map(tagger).collect()
    }
}

/// What the header of a commit or tag says of who made it, on the line with this key.
fn origin(id: ObjectId, content: &[u8], key: &[u8], refs: (Vec<String>, usize)) -> Origin {
    let person = Person::in_header(content, key);
    let time = person.as_ref().map_or(0, |person| person.time);
    Origin {
        order: time,
        time,
        zone: person.as_ref().map_or(0, |person| person.zone),
        id,
        name: person.as_ref().map(|person| person.name.to_vec()).unwrap_or_default(),
        email: person.as_ref().map(|person| person.email.to_vec()).unwrap_or_default(),
        refs: refs.0,
        refs_total: refs.1,
    }
}

/// Where each hit is reported.
struct Places {
    repository: Arc<str>,
    /// Where blobs and names were introduced.
    introductions: Introductions,
    /// The commits that introduced something, or have a hit themselves.
    origins: HashMap<CommitNumber, Arc<Origin>>,
    /// The commits that have a hit themselves, and whether the current commit leads to them.
    commits: HashMap<ObjectId, (CommitNumber, bool)>,
    /// The tags that have a hit.
    taggers: HashMap<ObjectId, Arc<Origin>>,
}

impl Places {
    /// Adds each hit to the findings, at every path where a commit introduced it.
    fn report(&self, found: &Found, findings: &mut Findings) -> Attributed {
        let mut more_paths = MAX_MORE_PLACES;
        let mut is_cut_short = self.introductions.is_cut_short;
        // A fingerprint takes a hash: one for each leak, not for each of its hits.
        let mut numbers = HashMap::new();
        let mut by_leak: Vec<Vec<(ObjectId, &Hit)>> = Vec::new();
        for (&object, hits) in &found.hits {
            for hit in hits {
                let number = *numbers.entry(&hit.leak).or_insert(by_leak.len());
                if number == by_leak.len() {
                    by_leak.push(Vec::new());
                }
                by_leak[number].push((object, hit));
            }
        }
        for hits in by_leak {
            let locations = findings.of(&hits[0].1.leak);
            for (object, hit) in hits {
                let mut all = self.of(object, hit);
                // The first path of each hit is always listed.
                let more = (all.len() - 1).min(more_paths);
                is_cut_short |= more + 1 < all.len();
                more_paths -= more;
                all.truncate(more + 1);
                locations.append(&mut all);
            }
        }
        let gap = |(id, fault): &(ObjectId, ArchiveFault)| {
            Skipped::archive(Subject::Object(*id), fault.clone(), self.path_of(*id))
        };
        let gaps = found.unopened.iter().map(gap).collect();
        Attributed { has_unlisted_places: is_cut_short, gaps }
    }

    /// A path of an object; one at the head if there is any, because that is where it can be
    /// looked at.
    fn path_of(&self, id: ObjectId) -> Option<String> {
        let wanted = Wanted::Object(id);
        let introductions = self.introductions.of(&wanted);
        let introduction = introductions.min_by_key(|found| !found.present_at_head)?;
        Some(to_text(&introduction.path))
    }

    /// The places of one hit, one at least.
    fn of(&self, object: ObjectId, hit: &Hit) -> Vec<Location> {
        let bare = |source| {
            let location = hit.location(source, &self.repository);
            Location { object: Some(object), ..location }
        };
        match &hit.part {
            Part::Content(_) => self.introduced(&bare(Source::Blob), &Wanted::Object(object)),
            Part::Name(name) => {
                let mut locations =
                    self.introduced(&bare(Source::Path), &Wanted::Name(name.clone()));
                for location in &mut locations {
                    location.path.get_or_insert_with(|| (**name).into());
                }
                locations
            }
            Part::CommitHeader => vec![self.in_commit(bare(Source::CommitHeader), object)],
            Part::CommitMessage(_) => vec![self.in_commit(bare(Source::CommitMessage), object)],
            Part::TagHeader => vec![self.in_tag(bare(Source::TagHeader), object)],
            Part::TagMessage(_) => vec![self.in_tag(bare(Source::TagMessage), object)],
        }
    }

    fn introduced(&self, bare: &Location, wanted: &Wanted) -> Vec<Location> {
        let introductions = self.introductions.of(wanted);
        let mut locations: Vec<_> = introductions.map(|found| self.at(bare, found)).collect();
        if locations.is_empty() {
            locations.push(bare.clone());
        }
        locations
    }

    fn at(&self, bare: &Location, introduction: &Introduction) -> Location {
        let mut location = bare.clone();
        if location.source == Source::Path {
            // Every later version of the directory holds the name too: this is the first.
            location.object = Some(introduction.tree);
        }
        location.path = Some(introduction.path.clone());
        location.commit = self.origins.get(&introduction.commit).cloned();
        location.present_at_head = introduction.present_at_head;
        location
    }

    fn in_commit(&self, mut location: Location, object: ObjectId) -> Location {
        if let Some((number, is_at_head)) = self.commits.get(&object) {
            location.commit = self.origins.get(number).cloned();
            location.present_at_head = *is_at_head;
        }
        location
    }

    fn in_tag(&self, mut location: Location, object: ObjectId) -> Location {
        location.commit = self.taggers.get(&object).cloned();
        location
    }
}
