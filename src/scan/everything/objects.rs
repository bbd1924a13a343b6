//! Reads every object that a repository stores, or what an earlier scan has not read.

use std::collections::HashSet;

use crate::git::gap::{Cause, Gap, ObjectFault, Subject};
use crate::git::history::containment::Containment;
use crate::git::history::{History, missing};
use crate::git::odb::{Inventory, ObjectStore, Unread};
use crate::scan::attribution::{Attributed, Attribution};
use crate::scan::cache::Memory;
use crate::scan::job::Job;
use crate::scan::report::coverage::Coverage;
use crate::scan::report::findings::Findings;
use crate::scan::report::gap::Skipped;
use crate::scan::repository::Repository;
use crate::scan::search::found::Found;
use crate::scan::search::hit::{Hit, Part};
use crate::scan::search::objects::search_all;

/// The objects of a repository that were read.
pub(super) struct Objects {
    pub(super) coverage: Coverage,
    /// Where they are, for single questions.
    pub(super) store: ObjectStore,
}

/// Reads every object that the repository stores, or what an earlier scan has not read.
pub(super) fn scan(job: &Job<'_>, repository: &Repository<'_>, findings: &mut Findings) -> Objects {
    let cache = job.options.cache.as_ref();
    // The files are looked at before anything of them is read.
    let memory = cache.and_then(|cache| Memory::of(cache, repository, job.options.rules));
    if let Some(known) =
        memory.as_ref().and_then(|memory| memory.recall(&job.detector, job.threads()))
    {
        findings.absorb(known.findings);
        let (store, _) = ObjectStore::open(&repository.located.objects, repository.located.hash());
        return Objects { coverage: known.coverage, store };
    }
    read(job, repository, findings, memory.as_ref())
}

/// Reads every object that the repository stores.
fn read(
    job: &Job<'_>,
    repository: &Repository<'_>,
    findings: &mut Findings,
    memory: Option<&Memory<'_>>,
) -> Objects {
    let located = &repository.located;
    let hash = located.hash();
    let (store, mut gaps) = ObjectStore::open(&located.objects, hash);
    gaps.extend_from_slice(&located.gaps);
    let (store, faults) = Inventory::take(store, job.threads());
    gaps.extend(faults);
    job.progress.expect(store.entries());
    let bytes_before = job.progress.bytes();
    let (found, unread) = search_all(&store, hash, &job.detector, job.threads(), job.progress);

    let claims = repository.claims();
    gaps.extend_from_slice(&claims.gaps);
    let history = History::new(&store, &found.mentioned, claims, hash, job.threads());
    gaps.extend(missing::find(&history, located.config.is_partial_clone));
    let mut own = Findings::default();
    let attributed = attribute(&history, &found, &repository.shown, &mut own);

    let objects = store.distinct() - distinct(&unread);
    let object = |id, fault| Gap::new(Subject::Object(id), Cause::Object { fault, referrer: None });
    gaps.extend(unread.into_iter().map(|Unread { id, fault }| object(id, fault)));
    let malformed = found.malformed.iter();
    gaps.extend(malformed.map(|&(id, kind)| object(id, ObjectFault::Malformed(kind))));
    let mut skipped: Vec<Skipped> = gaps.into_iter().map(Skipped::from).collect();
    skipped.extend(attributed.gaps);
    skipped.sort();
    skipped.dedup();
    let bytes = job.progress.bytes() - bytes_before;
    let has_unlisted_places = attributed.has_unlisted_places;
    let coverage = Coverage { objects, bytes, skipped, has_unlisted_places, ..Coverage::default() };
    let (own, secrets) = own.finish();
    if let Some(memory) = memory.filter(|_| !secrets.are_in(&own)) {
        memory.keep(&found.mentioned, &coverage, &own, job.threads());
    }
    findings.absorb(own);
    findings.absorb_secrets(secrets);
    drop(found);
    Objects { coverage, store: store.into_store() }
}

/// Attributes the hits to commits, which is only worth its time where there are some.
fn attribute(
    history: &History<'_>,
    found: &Found,
    repository: &str,
    findings: &mut Findings,
) -> Attributed {
    if found.is_empty() {
        return Attributed::default();
    }
    let is_content = |hit: &Hit| matches!(hit.part, Part::Content(_));
    let blobs = found.hits.iter().filter(|(_, hits)| hits.iter().any(is_content));
    let wanted = blobs.map(|(&object, _)| object).chain(found.unopened.iter().map(|gap| gap.0));
    let containment = Containment::search(history, wanted, found.names());
    let graph = history.graph();
    let attribution = Attribution {
        repository,
        objects: history.store.verified(),
        graph,
        commits: graph.numbers().collect(),
        head: history.head(),
        refs: history.refs(),
        all_refs: &history.claims.refs,
        containment: &containment,
    };
    attribution.run(found, findings)
}

fn distinct(unread: &[Unread]) -> u64 {
    unread.iter().map(|unread| unread.id).collect::<HashSet<_>>().len() as u64
}
