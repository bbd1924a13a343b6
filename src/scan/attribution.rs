//! Tokens in objects → places with commit, author, date and path.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use crate::bytes::to_text;
use crate::git::gap::Subject;
use crate::git::history::History;
use crate::git::history::ancestry::{Ancestry as _, CommitNumber};
use crate::git::history::commits::Person;
use crate::git::history::containment::Containment;
use crate::git::history::introductions::{Introduction, Introductions, Wanted};
use crate::git::object::id::ObjectId;
use crate::git::odb::ObjectSource as _;
use crate::scan::report::finding::{Findings, Location, MAX_REFS, Origin, Source};
use crate::scan::report::gap::{ArchiveFault, Skipped};
use crate::scan::search::objects::{Found, ObjectHit, Part, Position};

/// How many places are told in all besides the first path of each hit: a file with a thousand
/// tokens at a thousand paths would make a million.
pub(super) const MAX_MORE_PATHS: usize = 200_000;

/// What remains to be told when the findings have their places.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Whether there are paths that are not listed.
    pub(super) has_unlisted_places: bool,
    /// The archives that were not read whole.
    pub(super) gaps: Vec<Skipped>,
}

/// Adds each hit to the findings, at every path where a commit introduced it.
pub(super) fn attribute(
    history: &History<'_>,
    found: &Found,
    repository: &str,
    findings: &mut Findings,
) -> Told {
    let hits = &found.hits;
    if hits.is_empty() && found.unopened.is_empty() {
        return Told::default();
    }
    let wanted = hits.iter().filter(|hit| matches!(hit.part, Part::Blob(_))).map(|hit| hit.object);
    let wanted = wanted.chain(found.unopened.iter().map(|unopened| unopened.0));
    let named = hits.iter().filter_map(|hit| match &hit.part {
        Part::Name(name) => Some((hit.object, name.clone().into_boxed_slice())),
        _ => None,
    });
    let containment = Containment::search(history, wanted, named);
    let graph = history.graph();
    let refs = history.refs();
    let is_reachable = graph.reachable(refs.iter().map(|tip| tip.1));
    // Commits that a ref leads to come first, then the earliest.
    let leads_there = |tree: ObjectId| !containment.edges(&tree).is_empty();
    let mut numbers: Vec<CommitNumber> =
        graph.numbers().filter(|&number| graph.tree(number).is_some_and(leads_there)).collect();
    numbers.sort_by_cached_key(|&number| {
        (!is_reachable[number as usize], graph.order(number), graph.id(number))
    });
    let trees = |number: CommitNumber| {
        let parents = graph.parents(number).iter().filter_map(|&parent| graph.tree(parent));
        Some((graph.tree(number)?, parents.collect()))
    };
    let head = history.head();
    let head_tree = head.and_then(|head| graph.tree(head));
    let introductions = Introductions::find(numbers, trees, &containment, head_tree);

    let is_at_head = graph.reachable(head);
    let with_hits: HashMap<ObjectId, CommitNumber> =
        hits.iter().filter_map(|hit| Some((hit.object, graph.number(&hit.object)?))).collect();
    let mut commits = introductions.commits();
    commits.extend(with_hits.values());
    commits.sort_unstable();
    commits.dedup();
    let at_head =
        |(id, number): (ObjectId, CommitNumber)| (id, (number, is_at_head[number as usize]));
    let places = Places {
        repository: repository.into(),
        introductions,
        origins: origins(history, &commits, &refs),
        commits: with_hits.into_iter().map(at_head).collect(),
        taggers: taggers(&history.claims.refs, |tag| history.store.read_tag(tag), hits),
    };
    places.tell(found, findings)
}

/// Author, date and refs of commits.
fn origins(
    history: &History<'_>,
    commits: &[CommitNumber],
    refs: &[(String, CommitNumber)],
) -> HashMap<CommitNumber, Arc<Origin>> {
    let graph = history.graph();
    let tips: Vec<_> = refs.iter().map(|tip| tip.1).collect();
    let containing = graph.tips_containing(commits, &tips, MAX_REFS);
    let mut origins = HashMap::new();
    for (&number, (first, total)) in commits.iter().zip(containing) {
        let id = graph.id(number);
        if let Ok(Some((_, content))) = history.store.read(&id) {
            let names = first.iter().map(|&at| refs[at].0.clone()).collect();
            let origin = origin(id, &content, b"author ", (names, total));
            origins.insert(number, Arc::new(Origin { order: graph.order(number), ..origin }));
        }
    }
    origins
}

/// Tagger, date and refs of the tags among the hits.
pub(super) fn taggers(
    all_refs: &BTreeMap<String, ObjectId>,
    read_tag: impl Fn(&ObjectId) -> Option<Vec<u8>>,
    hits: &[ObjectHit],
) -> HashMap<ObjectId, Arc<Origin>> {
    let is_in_tag = |hit: &&ObjectHit| matches!(hit.part, Part::TagHeader | Part::TagMessage(_));
    let tags: HashSet<ObjectId> = hits.iter().filter(is_in_tag).map(|hit| hit.object).collect();
    let mut refs: HashMap<ObjectId, (Vec<String>, usize)> = HashMap::new();
    for (name, id) in all_refs.iter().filter(|(_, id)| tags.contains(id)) {
        let (names, total) = refs.entry(*id).or_default();
        if names.len() < MAX_REFS {
            names.push(name.clone());
        }
        *total += 1;
    }
    let mut taggers = HashMap::new();
    for id in tags {
        if let Some(content) = read_tag(&id) {
            let refs = refs.remove(&id).unwrap_or_default();
            taggers.insert(id, Arc::new(origin(id, &content, b"tagger ", refs)));
        }
    }
    taggers
}

/// What the header of a commit or tag says of who made it, on the line with this key.
pub(super) fn origin(
    id: ObjectId,
    content: &[u8],
    key: &[u8],
    refs: (Vec<String>, usize),
) -> Origin {
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

/// What is known about the places of all hits.
pub(super) struct Places {
    /// As it was given.
    pub(super) repository: Arc<str>,
    /// Where blobs and names were introduced.
    pub(super) introductions: Introductions,
    /// The commits that introduced something, or have a hit themselves.
    pub(super) origins: HashMap<CommitNumber, Arc<Origin>>,
    /// The commits that have a hit themselves, and whether the current commit leads to them.
    pub(super) commits: HashMap<ObjectId, (CommitNumber, bool)>,
    /// The tags that have a hit.
    pub(super) taggers: HashMap<ObjectId, Arc<Origin>>,
}

impl Places {
    /// Adds each hit to the findings, at every path where a commit introduced it.
    pub(super) fn tell(&self, found: &Found, findings: &mut Findings) -> Told {
        let mut more_paths = MAX_MORE_PATHS;
        let mut is_cut_short = self.introductions.is_cut_short;
        let mut by_token: Vec<&ObjectHit> = found.hits.iter().collect();
        by_token.sort_by_key(|hit| hit.token);
        for hits in by_token.chunk_by(|a, b| a.token == b.token) {
            let locations = findings.of(&found.tokens.list[hits[0].token as usize]);
            for hit in hits {
                let mut all = self.of(hit);
                // The first path of each hit is always told.
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
        Told { has_unlisted_places: is_cut_short, gaps: found.unopened.iter().map(gap).collect() }
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
    fn of(&self, hit: &ObjectHit) -> Vec<Location> {
        match &hit.part {
            Part::Blob(position) => {
                let wanted = Wanted::Object(hit.object);
                let mut locations = self.introduced(hit, Source::Blob, &wanted);
                for location in &mut locations {
                    put(location, *position);
                }
                locations
            }
            Part::Name(name) => {
                let wanted = Wanted::Name(name.clone().into_boxed_slice());
                let mut locations = self.introduced(hit, Source::Path, &wanted);
                for location in &mut locations {
                    location.path.get_or_insert_with(|| name.as_slice().into());
                }
                locations
            }
            Part::CommitHeader => vec![self.in_commit(hit, Source::CommitHeader)],
            Part::CommitMessage(position) => {
                let mut location = self.in_commit(hit, Source::CommitMessage);
                put(&mut location, *position);
                vec![location]
            }
            Part::TagHeader => vec![self.in_tag(hit, Source::TagHeader)],
            Part::TagMessage(position) => {
                let mut location = self.in_tag(hit, Source::TagMessage);
                put(&mut location, *position);
                vec![location]
            }
        }
    }

    fn introduced(&self, hit: &ObjectHit, source: Source, wanted: &Wanted) -> Vec<Location> {
        let mut locations: Vec<_> = self
            .introductions
            .of(wanted)
            .map(|introduction| self.at(hit, source, introduction))
            .collect();
        if locations.is_empty() {
            locations.push(self.bare(hit, source));
        }
        locations
    }

    fn at(&self, hit: &ObjectHit, source: Source, introduction: &Introduction) -> Location {
        let mut location = self.bare(hit, source);
        if source == Source::Path {
            // Every later version of the directory holds the name too: this is the first.
            location.object = Some(introduction.tree);
        }
        location.path = Some(introduction.path.clone());
        location.commit = self.origins.get(&introduction.commit).cloned();
        location.present_at_head = introduction.present_at_head;
        location
    }

    fn in_commit(&self, hit: &ObjectHit, source: Source) -> Location {
        let mut location = self.bare(hit, source);
        if let Some((number, is_at_head)) = self.commits.get(&hit.object) {
            location.commit = self.origins.get(number).cloned();
            location.present_at_head = *is_at_head;
        }
        location
    }

    fn in_tag(&self, hit: &ObjectHit, source: Source) -> Location {
        let mut location = self.bare(hit, source);
        location.commit = self.taggers.get(&hit.object).cloned();
        location
    }

    fn bare(&self, hit: &ObjectHit, source: Source) -> Location {
        Location {
            source,
            repository: Arc::clone(&self.repository),
            object: Some(hit.object),
            path: None,
            line: None,
            column: None,
            member: hit.member.clone(),
            encoding: hit.encoding.to_vec(),
            commit: None,
            present_at_head: false,
        }
    }
}

fn put(location: &mut Location, position: Position) {
    location.line = Some(position.line);
    location.column = Some(position.column);
}
