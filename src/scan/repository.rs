//! One repository, from its path to its findings and coverage.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::bytes::to_text;
use crate::git::gap::{Cause, Gap, ObjectFault, Subject};
use crate::git::history::History;
use crate::git::history::missing;
use crate::git::object::id::HashKind;
use crate::git::odb::{Inventory, Kinds, ObjectSource as _, ObjectStore, Pairs, Unread};
use crate::git::progress::Progress;
use crate::git::refs::claims::Claims;
use crate::git::repository::locate::{LocateError, Located, locate, locate_submodule};
use crate::rules::{Detector, RuleSet};
use crate::scan::attribution;
use crate::scan::cache::{Cache, Memory};
use crate::scan::report::coverage::Coverage;
use crate::scan::report::finding::Findings;
use crate::scan::report::gap::Skipped;
use crate::scan::search::objects::{Found, Search};

/// A repository that was found and not read yet.
#[derive(Debug)]
pub struct Repository {
    /// The path as it was given, for reports.
    pub(super) shown: String,
    pub(super) located: Located,
    cache: Option<Cache>,
    pub(super) reads_worktree: bool,
    pub(super) rules: RuleSet,
}

impl Repository {
    /// Finds the repository that `path` is, or lies in.
    ///
    /// `quarantine` is where git keeps the objects of a push while it waits for a hook's answer
    /// (githooks, "pre-receive"); a directory outside of the repository is ignored.
    pub fn locate(path: &Path, quarantine: Option<&Path>) -> Result<Self, LocateError> {
        let located = locate(path, quarantine)?;
        Ok(Self {
            shown: path.display().to_string(),
            located,
            cache: None,
            reads_worktree: false,
            rules: RuleSet::default(),
        })
    }

    /// The repository of a submodule, by its git directory.
    pub(super) fn submodule(&self, git_dir: PathBuf, name: &[u8]) -> Self {
        Self {
            shown: format!("{} (submodule {})", self.shown, to_text(name)),
            located: locate_submodule(git_dir),
            cache: self.cache.clone(),
            reads_worktree: false,
            rules: self.rules,
        }
    }

    /// Remembers scans there, and reads only what is new since an earlier one.
    #[must_use]
    pub fn remembered(self, cache: Cache) -> Self {
        Self { cache: Some(cache), ..self }
    }

    /// Reads the working tree too: the files on disk that git would add, and tracked files as they
    /// are there.
    #[must_use]
    pub fn with_worktree(self) -> Self {
        Self { reads_worktree: true, ..self }
    }

    /// Looks for what these rules call a leak; without, for access tokens.
    #[must_use]
    pub fn with_rules(self, rules: RuleSet) -> Self {
        Self { rules, ..self }
    }

    /// The directory that all of the repository's worktrees share: its identity.
    pub fn common_dir(&self) -> &Path {
        &self.located.common
    }

    /// The git directory of the worktree that was given: its identity among the worktrees.
    pub fn git_dir(&self) -> &Path {
        &self.located.git_dir
    }

    /// Reads every object that the repository stores, or what an earlier scan has not read.
    pub(super) fn scan_objects(
        &self,
        threads: usize,
        progress: &Progress,
        findings: &mut Findings,
    ) -> Coverage {
        let cache = self.cache.as_ref();
        let memory =
            cache.and_then(|cache| Memory::of(cache, &self.located, &self.shown, self.rules));
        if let Some(known) = memory.as_ref().and_then(|memory| memory.recall(threads)) {
            findings.absorb(known.findings);
            return known.coverage;
        }
        self.read(threads, progress, findings, memory.as_ref())
    }

    /// Reads every object that the repository stores.
    fn read(
        &self,
        threads: usize,
        progress: &Progress,
        findings: &mut Findings,
        memory: Option<&Memory<'_>>,
    ) -> Coverage {
        let hash = self.located.hash();
        let (store, mut gaps) = ObjectStore::open(&self.located.objects, hash);
        gaps.extend_from_slice(&self.located.gaps);
        let (store, faults) = Inventory::take(store, threads);
        gaps.extend(faults);
        progress.expect(store.entries());
        let bytes_before = progress.bytes();
        let (found, unread) = search(&store, hash, self.rules, threads, progress);

        let claims = Claims::read(&self.located);
        gaps.extend_from_slice(&claims.gaps);
        let history = History::new(&store, &found.mentioned, &claims, hash, threads);
        gaps.extend(missing::find(&history, self.located.config.is_partial_clone));
        let mut own = Findings::default();
        let told = attribution::attribute(&history, &found, &self.shown, &mut own);

        let objects = store.distinct() - distinct(&unread);
        let object =
            |id, fault| Gap::new(Subject::Object(id), Cause::Object { fault, referrer: None });
        gaps.extend(unread.into_iter().map(|Unread { id, fault }| object(id, fault)));
        let malformed = found.malformed.iter();
        gaps.extend(malformed.map(|&(id, kind)| object(id, ObjectFault::Malformed(kind))));
        let mut skipped: Vec<Skipped> = gaps.into_iter().map(Skipped::from).collect();
        skipped.extend(told.gaps);
        skipped.sort();
        skipped.dedup();
        let bytes = progress.bytes() - bytes_before;
        let has_unlisted_places = told.has_unlisted_places;
        let coverage =
            Coverage { objects, bytes, skipped, has_unlisted_places, ..Coverage::default() };
        let (own, secrets) = own.finish();
        if let Some(memory) = memory.filter(|_| !secrets.are_in(&own)) {
            memory.keep(&claims, &found.mentioned, &coverage, &own, threads);
        }
        findings.absorb(own);
        findings.absorb_secrets(secrets);
        coverage
    }
}

/// Searches every object; tells what cannot be read.
pub(super) fn search(
    store: &Inventory,
    hash: HashKind,
    rules: RuleSet,
    threads: usize,
    progress: &Progress,
) -> (Found, Vec<Unread>) {
    let detector = Detector::new(rules);
    let pairs = detector.anchors().map(Pairs::of);
    let pairs = pairs.as_ref();
    let mut visitors: Vec<_> =
        (0..threads).map(|_| Search::new(&detector, pairs, store, hash, progress)).collect();
    let unread = store.visit(Kinds::ALL, &mut visitors, progress);
    let mut found = Found::default();
    for visitor in visitors {
        found.merge(visitor.finish());
    }
    (found, unread)
}

fn distinct(unread: &[Unread]) -> u64 {
    unread.iter().map(|unread| unread.id).collect::<HashSet<_>>().len() as u64
}
