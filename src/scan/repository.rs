//! One repository, from its path to its findings and coverage.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::attribution::{Introduction, Introductions, Wanted};
use super::commits::{CommitGraph, CommitNumber, Person};
use super::containment::Containment;
use super::coverage::{Coverage, Skipped, What};
use super::finding::{Findings, Location, MAX_REFS, Origin, Source};
use super::id::{HashKind, ObjectId};
use super::locate::{LocateError, Located, locate};
use super::objects::{Kinds, ObjectSource as _, ObjectStore, Unread};
use super::progress::Progress;
use super::refs::Claims;
use super::search::{Found, ObjectHit, Part, Position, Search};
use super::tree::tag_target;
use crate::token::Detector;

/// A repository that was found and not read yet.
#[derive(Debug)]
pub struct Repository {
    /// The path as it was given, for reports.
    shown: String,
    located: Located,
}

impl Repository {
    /// Finds the repository that `path` is, or lies in.
    pub fn locate(path: &Path) -> Result<Self, LocateError> {
        Ok(Self { shown: path.display().to_string(), located: locate(path)? })
    }

    /// The directory that all of the repository's worktrees share: its identity.
    pub fn common_dir(&self) -> &PathBuf {
        &self.located.common
    }

    /// Reads everything that the repository stores.
    pub(super) fn scan(
        &self,
        threads: usize,
        progress: &Progress,
        findings: &mut Findings,
    ) -> Coverage {
        let hash = self.located.hash();
        let (store, mut skipped) = ObjectStore::open(&self.located.objects, hash);
        skipped.extend_from_slice(&self.located.skipped);
        progress.expect(store.entries());
        let detector = Detector::new();
        let mut visitors: Vec<_> = (0..threads)
            .map(|_| Search::new(&detector, hash, store.known_ids(), progress))
            .collect();
        let bytes_before = progress.bytes();
        let unread = store.visit(Kinds::ALL, &mut visitors, progress);
        let mut found = Found::default();
        visitors.into_iter().for_each(|visitor| found.merge(visitor.finish()));

        let claims = Claims::read(&self.located);
        skipped.extend_from_slice(&claims.skipped);
        let inquiry = Inquiry {
            repository: self,
            store: &store,
            claims: &claims,
            hash,
            threads,
            graph: OnceCell::new(),
        };
        let gaps = inquiry.missing(&found);
        skipped.extend(gaps);
        inquiry.attribute(found.hits, findings);

        let objects = store.distinct() - distinct(&unread);
        skipped.extend(unread.into_iter().map(|Unread { id, reason }| {
            Skipped::new(What::Object, id.to_string(), reason.to_string())
        }));
        skipped.extend(found.malformed.into_iter().map(|(id, kind)| {
            Skipped::new(
                What::Object,
                id.to_string(),
                format!("the {} makes no sense", kind.name()),
            )
        }));
        skipped.sort();
        skipped.dedup();
        Coverage { objects, bytes: progress.bytes() - bytes_before, skipped }
    }
}

fn distinct(unread: &[Unread]) -> u64 {
    unread.iter().map(|unread| unread.id).collect::<HashSet<_>>().len() as u64
}

/// The questions that come up after all objects were read: what is missing, where does a token
/// come from. Both need the graph of commits, which is read when the first asks for it.
struct Inquiry<'r> {
    repository: &'r Repository,
    store: &'r ObjectStore,
    claims: &'r Claims,
    hash: HashKind,
    threads: usize,
    graph: OnceCell<CommitGraph>,
}

impl Inquiry<'_> {
    fn graph(&self) -> &CommitGraph {
        self.graph.get_or_init(|| CommitGraph::read(self.store, self.hash, self.threads))
    }

    /// What the repository claims to have and does not store.
    fn missing(&self, found: &Found) -> Vec<Skipped> {
        let mut gaps = BTreeMap::new();
        for (id, place) in self.claims.all() {
            if !self.store.contains(id) {
                gaps.entry(*id).or_insert_with(|| format!("{place} names it"));
            }
        }
        let is_shallow = !self.claims.shallow.is_empty();
        if !found.missing.is_empty() {
            for id in self.reachable_missing(found) {
                let namer = found.missing[&id];
                gaps.entry(id).or_insert_with(|| format!("{namer} names it"));
            }
        }
        let mut skipped = Vec::new();
        if is_shallow {
            let count = self.claims.shallow.len();
            let name = self.claims.shallow[0].to_string();
            skipped.push(Skipped::new(
                What::ShallowBoundary,
                name,
                format!(
                    "the history before {count} commit{} was not fetched; fetch it with: \
                     git fetch --unshallow",
                    if count == 1 { "" } else { "s" }
                ),
            ));
        }
        let advice = if self.repository.located.config.is_partial_clone {
            "it was not fetched (partial clone); clone again without --filter"
        } else {
            "it is not stored here; fetch a whole copy with: git clone --mirror URL"
        };
        skipped.extend(gaps.into_iter().map(|(id, place)| {
            Skipped::new(What::MissingObject, id.to_string(), format!("{place}; {advice}"))
        }));
        skipped
    }

    /// Which of the objects that are named and not stored belong to what refs, reflogs and indexes
    /// lead to: leftovers of history that was thrown away may lack anything.
    fn reachable_missing(&self, found: &Found) -> HashSet<ObjectId> {
        let missing: HashSet<ObjectId> = found.missing.keys().copied().collect();
        // The parents that a shallow clone cut off are told as one gap, not one by one.
        let shallow: HashSet<ObjectId> = self.claims.shallow.iter().copied().collect();
        let containment = Containment::search(
            self.store,
            self.hash,
            self.threads,
            missing.iter().copied(),
            std::iter::empty(),
        );
        let tips = self.tips();
        let everything = self.claims.has_unknown_refs;
        let graph = self.graph();
        let is_reached = if everything {
            vec![true; graph.commits.len()]
        } else {
            graph.reachable(tips.iter().filter_map(|tip| graph.number(tip)))
        };
        let mut reached = HashSet::new();
        let mut trees: Vec<ObjectId> = tips;
        for (commit, is_reached) in graph.commits.iter().zip(is_reached) {
            if !is_reached {
                continue;
            }
            trees.push(commit.tree);
            if !shallow.contains(&commit.id) {
                reached.extend(commit.absent_parents.iter().copied());
            }
        }
        reached.extend(containment.below(trees));
        if everything {
            // Trees that no commit leads to may belong to a ref that could not be read.
            let cut_off: HashSet<_> = graph
                .commits
                .iter()
                .filter(|commit| shallow.contains(&commit.id))
                .flat_map(|commit| commit.absent_parents.iter().copied())
                .collect();
            reached.extend(missing.iter().copied().filter(|id| !cut_off.contains(id)));
        }
        reached.retain(|id| missing.contains(id));
        reached
    }

    /// What refs, reflogs and indexes name, with tags followed to what they are about.
    fn tips(&self) -> Vec<ObjectId> {
        let mut tips = HashSet::new();
        for (id, _) in self.claims.all() {
            let mut id = *id;
            // A tag may be about a tag, and so on.
            while tips.insert(id) {
                match self.store.read_tag(&id) {
                    Some(content) => match tag_target(&content, self.hash) {
                        Some(target) => id = target,
                        None => break,
                    },
                    None => break,
                }
            }
        }
        tips.into_iter().collect()
    }

    /// Turns hits into places with commit, author, date and path.
    fn attribute(&self, hits: Vec<ObjectHit>, findings: &mut Findings) {
        if hits.is_empty() {
            return;
        }
        let wanted =
            hits.iter().filter(|hit| matches!(hit.part, Part::Blob(_))).map(|hit| hit.object);
        let named = hits.iter().filter_map(|hit| match &hit.part {
            Part::Name(name) => Some((hit.object, name.clone().into_boxed_slice())),
            _ => None,
        });
        let containment = Containment::search(self.store, self.hash, self.threads, wanted, named);
        let refs = self.refs();
        let head = self.claims.head;
        let graph = self.graph();
        let tips: Vec<(String, CommitNumber)> = refs
            .into_iter()
            .filter_map(|(name, target)| Some((name, graph.number(&target)?)))
            .collect();
        let is_reachable = graph.reachable(tips.iter().map(|tip| tip.1));
        let head = head.and_then(|head| graph.number(&head));
        let introductions = Introductions::find(graph, &containment, &is_reachable, head);
        let mut commits = introductions.commits();
        commits.extend(hits.iter().filter_map(|hit| graph.number(&hit.object)));
        commits.sort_unstable();
        commits.dedup();
        let origins = self.origins(&commits, &tips);
        let at_head = head.map(|head| self.graph().reachable([head]));
        for hit in hits {
            let place = Place { hit: &hit, repository: &self.repository.shown };
            match &hit.part {
                Part::Blob(position) => {
                    let wanted = Wanted::Object(hit.object);
                    let mut is_unreached = true;
                    for introduction in introductions.of(&wanted) {
                        is_unreached = false;
                        let location = place.introduced(Source::Blob, introduction, &origins);
                        findings.add(&hit.token, place.at(location, Some(*position)));
                    }
                    if is_unreached {
                        let location = place.bare(Source::Blob);
                        findings.add(&hit.token, place.at(location, Some(*position)));
                    }
                }
                Part::Name(name) => {
                    let wanted = Wanted::Name(name.clone().into_boxed_slice());
                    let mut is_unreached = true;
                    for introduction in introductions.of(&wanted) {
                        is_unreached = false;
                        let mut location = place.introduced(Source::Path, introduction, &origins);
                        // Every later version of the directory holds the name too.
                        location.object = introduction.tree.to_string();
                        findings.add(&hit.token, location);
                    }
                    if is_unreached {
                        let path = Some(name.clone());
                        findings.add(&hit.token, Location { path, ..place.bare(Source::Path) });
                    }
                }
                Part::CommitHeader | Part::CommitMessage(_) => {
                    let (source, position) = match hit.part {
                        Part::CommitMessage(position) => (Source::CommitMessage, Some(position)),
                        _ => (Source::CommitHeader, None),
                    };
                    let mut location = place.bare(source);
                    let number = self.graph().number(&hit.object);
                    location.commit = number.and_then(|number| origins.get(&number).cloned());
                    location.present_at_head = number
                        .zip(at_head.as_ref())
                        .is_some_and(|(number, at_head)| at_head[number as usize]);
                    findings.add(&hit.token, place.at(location, position));
                }
                Part::TagHeader | Part::TagMessage(_) => {
                    let (source, position) = match hit.part {
                        Part::TagMessage(position) => (Source::TagMessage, Some(position)),
                        _ => (Source::TagHeader, None),
                    };
                    let mut location = place.bare(source);
                    location.commit = self.tagger(&hit.object);
                    findings.add(&hit.token, place.at(location, position));
                }
            }
        }
    }

    /// Author, date and refs of commits.
    fn origins(
        &self,
        commits: &[CommitNumber],
        tips: &[(String, CommitNumber)],
    ) -> HashMap<CommitNumber, Origin> {
        let store = self.store;
        let graph = self.graph();
        let tip_numbers: Vec<_> = tips.iter().map(|tip| tip.1).collect();
        let containing = graph.tips_containing(commits, &tip_numbers);
        let mut origins = HashMap::new();
        for (&number, refs) in commits.iter().zip(containing) {
            let id = graph.get(number).id;
            let Ok(Some((_, content))) = store.read(&id) else { continue };
            let names = refs.iter().map(|&at| tips[at].0.clone());
            origins.insert(number, origin(id, &content, b"author ", names.collect()));
        }
        origins
    }

    fn tagger(&self, id: &ObjectId) -> Option<Origin> {
        let content = self.store.read_tag(id)?;
        let refs = self.claims.refs.iter().filter(|(_, target)| *target == id);
        Some(origin(*id, &content, b"tagger ", refs.map(|(name, _)| name.clone()).collect()))
    }

    /// Every ref with the commit that it leads to, branches first.
    fn refs(&self) -> Vec<(String, ObjectId)> {
        let mut refs: Vec<_> = self
            .claims
            .refs
            .iter()
            .map(|(name, &id)| {
                let mut id = id;
                // A chain of tags ends; a forged circle of them must too.
                for _ in 0..64 {
                    let target =
                        self.store.read_tag(&id).and_then(|tag| tag_target(&tag, self.hash));
                    let Some(target) = target else { break };
                    id = target;
                }
                (name.clone(), id)
            })
            .collect();
        let rank = |name: &str| {
            ["refs/heads/", "refs/remotes/", "refs/tags/", "refs/"]
                .iter()
                .position(|prefix| name.starts_with(prefix))
                .unwrap_or(4)
        };
        refs.sort_by(|a, b| (rank(&a.0), &a.0).cmp(&(rank(&b.0), &b.0)));
        refs
    }
}

fn origin(id: ObjectId, content: &[u8], key: &[u8], mut refs: Vec<String>) -> Origin {
    let person = Person::in_header(content, key);
    let refs_total = refs.len();
    refs.truncate(MAX_REFS);
    Origin {
        time: person.as_ref().map_or(0, |person| person.time),
        zone: person.as_ref().map_or(0, |person| person.zone),
        id: id.to_string(),
        name: person.as_ref().map(|person| person.name.to_vec()).unwrap_or_default(),
        email: person.as_ref().map(|person| person.email.to_vec()).unwrap_or_default(),
        refs,
        refs_total,
    }
}

/// Makes locations of one hit.
struct Place<'h> {
    hit: &'h ObjectHit,
    repository: &'h str,
}

impl Place<'_> {
    fn bare(&self, source: Source) -> Location {
        Location {
            source,
            repository: self.repository.to_owned(),
            object: self.hit.object.to_string(),
            path: None,
            line: None,
            column: None,
            encoding: Vec::new(),
            commit: None,
            present_at_head: false,
        }
    }

    fn introduced(
        &self,
        source: Source,
        introduction: &Introduction,
        origins: &HashMap<CommitNumber, Origin>,
    ) -> Location {
        Location {
            path: Some(introduction.path.clone()),
            commit: origins.get(&introduction.commit).cloned(),
            present_at_head: introduction.present_at_head,
            ..self.bare(source)
        }
    }

    fn at(&self, location: Location, position: Option<Position>) -> Location {
        Location {
            line: position.map(|position| position.line),
            column: position.map(|position| position.column),
            ..location
        }
    }
}
