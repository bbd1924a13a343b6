//! Remembers scans, so that the next one reads only what is new.
//!
//! ```text
//! snapshot (files) ─┬→ state ←→ vault (a sealed file)
//! claims ───────────┘    └→ growth (reads what was added)
//! ```
//!
//! A state says what a scan of certain files said. The files are known by the checksums that packs
//! and indexes end with, and by their numbers, sizes and times. When the files are the same, and so
//! is all that names objects, that is the answer. When there are more files, those are read. When
//! anything else has happened, the repository is read whole.
//!
//! States are kept in a directory of the user, never in the repository: what is scanned must not be
//! able to vouch for itself.

mod codec;
mod content;
mod gaps;
mod growth;
mod snapshot;
mod state;
mod vault;

use std::cell::Cell;
use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest as _, Sha256};

use self::codec::Writer;
use self::content::Digest;
use self::growth::Now;
use self::snapshot::Snapshot;
use self::state::State;
use self::vault::Vault;
use crate::git::history::links::Mentioned;
use crate::git::object::id::{HashKind, ObjectId};
use crate::git::refs::claims::{Claims, NamedBy};
use crate::git::repository::locate::Located;
use crate::rules::{Detector, RuleSet};
use crate::scan::report::coverage::Coverage;
use crate::scan::report::finding::Finding;
use crate::scan::report::gap::{GapKind, Skipped};
use crate::scan::repository::Repository;

/// The version of what is kept.
const FORMAT: u64 = 4;

/// Where scans are remembered.
#[derive(Clone, Debug)]
pub struct Cache {
    vault: Vault,
    program: Vec<u8>,
}

impl Cache {
    /// Remembers scans in a directory, which is made when there is something to keep. A failure
    /// there costs the next scan time and nothing else.
    ///
    /// `program` names this build of the program. Another build might have other rules and forget
    /// to say so.
    pub fn at(directory: PathBuf, program: Vec<u8>) -> Self {
        Self { vault: Vault::at(directory), program }
    }
}

/// What an earlier scan has found, if that is still so.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) coverage: Coverage,
    pub(super) findings: Vec<Finding>,
}

/// The memory of one repository.
pub(super) struct Memory<'r> {
    cache: &'r Cache,
    repository: &'r Repository<'r>,
    rules: RuleSet,
    start: SystemTime,
    files: Snapshot,
    /// Whether a digest of the packs would have helped.
    wants_digests: Cell<bool>,
}

impl<'r> Memory<'r> {
    /// Looks at the repository's files, before anything of them is read. `None` when they are in a
    /// state that is not remembered.
    pub(super) fn of(
        cache: &'r Cache,
        repository: &'r Repository<'_>,
        rules: RuleSet,
    ) -> Option<Self> {
        let start = SystemTime::now();
        let located = &repository.located;
        if !located.gaps.is_empty() {
            return None;
        }
        let files = Snapshot::take(&located.objects, located.hash())?;
        Some(Self { cache, repository, rules, start, files, wants_digests: Cell::new(false) })
    }

    /// What a scan would say, if an earlier one is enough to know it.
    pub(super) fn recall(&self, detector: &Detector, threads: usize) -> Option<Known> {
        let located = &self.repository.located;
        let bytes = self.cache.vault.load(&self.name())?;
        let state = State::read(&bytes, located.hash(), &self.repository.shown)?;
        if state.binding != self.binding() {
            return None;
        }
        let claims = self.repository.claims();
        if !claims.gaps.is_empty() {
            return None;
        }
        if state.files == self.files && state.claims == digest(claims) {
            let known_objects = state.coverage.objects;
            let coverage = Coverage { known_objects, ..state.coverage };
            return Some(Known { coverage, findings: state.findings });
        }
        let wants_digests = &self.wants_digests;
        let now = Now { located, files: &self.files, detector, threads, wants_digests };
        let coverage = growth::grow(&now, &state, claims)?;
        let mut files = self.files.clone();
        files.take_digests(&state.files);
        self.keep_state(files, true, &coverage, &[]);
        Some(Known { coverage, findings: Vec::new() })
    }

    /// Remembers a scan, if that can be trusted later.
    pub(super) fn keep(
        &self,
        mentioned: &Mentioned,
        coverage: &Coverage,
        findings: &[Finding],
        threads: usize,
    ) {
        let is_missing = |kind| matches!(kind, GapKind::MissingObject | GapKind::PromisedObject);
        let gaps = coverage.skipped.iter().filter(|gap| is_missing(gap.kind));
        let gaps: HashSet<ObjectId> = gaps.filter_map(Skipped::object).collect();
        let is_gap = |id: &ObjectId| gaps.contains(id);
        let can_grow = findings.is_empty()
            && self.repository.claims().shallow.is_empty()
            && mentioned.missing.keys().all(is_gap);
        let mut files = self.files.clone();
        if can_grow && self.wants_digests.get() {
            files.digest(&self.repository.located.objects, threads);
        }
        self.keep_state(files, can_grow, coverage, findings);
    }

    fn keep_state(
        &self,
        files: Snapshot,
        can_grow: bool,
        coverage: &Coverage,
        findings: &[Finding],
    ) {
        let (located, claims) = (&self.repository.located, self.repository.claims());
        let is_push = located.objects.len() > located.own_objects;
        if is_push || !self.files.is_settled(self.start) {
            return;
        }
        let has_gaps = !coverage.skipped.is_empty();
        let claimed = if can_grow && has_gaps { growth::claimed(claims) } else { Vec::new() };
        let state = State {
            binding: self.binding(),
            claims: digest(claims),
            files,
            can_grow,
            claimed,
            coverage: Coverage { known_objects: 0, ..coverage.clone() },
            findings: findings.to_vec(),
        };
        // What was read are these files only if they are still the same.
        let now = Snapshot::take(&located.objects, located.hash());
        if let Some(bytes) = state.write().filter(|_| now.as_ref() == Some(&self.files)) {
            // A full disk or a directory that cannot be written is no failure of the scan.
            let _ = self.cache.vault.keep(&self.name(), bytes);
        }
    }

    /// The name of the state's file. Each worktree has its own, as reports say what is at `HEAD`,
    /// and so has each set of rules, so that none replaces another's.
    fn name(&self) -> String {
        let located = &self.repository.located;
        let mut name = Writer::default();
        name.text(located.common.as_os_str().as_encoded_bytes());
        name.text(located.head.as_bytes());
        if self.rules != RuleSet::default() {
            name.text(self.rules.name().as_bytes());
        }
        format!("{}.scan", hex::encode(&Sha256::digest(name.bytes)[..16]))
    }

    /// All that has to be the same, besides the files and claims.
    fn binding(&self) -> Digest {
        let located = &self.repository.located;
        let Located { common, head, objects, own_objects, config, .. } = located;
        let mut binding = Writer::default();
        binding.u64(FORMAT);
        let (tokens, secrets) = self.rules.version();
        binding.u64(tokens.into());
        binding.u64(secrets.into());
        binding.text(self.rules.name().as_bytes());
        binding.text(env!("CARGO_PKG_VERSION").as_bytes());
        binding.text(&self.cache.program);
        binding.text(common.as_os_str().as_encoded_bytes());
        binding.text(head.as_bytes());
        binding.flag(located.hash() == HashKind::Sha256);
        binding.flag(config.has_reftable);
        binding.flag(config.is_partial_clone);
        if config.is_partial_clone {
            // What is missing counts as promised because of them.
            for name in promisors(objects) {
                binding.text(name.as_encoded_bytes());
            }
        }
        binding.count(*own_objects);
        for directory in objects.iter().take(*own_objects) {
            binding.text(directory.as_os_str().as_encoded_bytes());
        }
        Sha256::digest(binding.bytes).into()
    }
}

/// The names of the packs that came from the remote of a partial clone.
fn promisors(directories: &[PathBuf]) -> Vec<OsString> {
    let listings = directories.iter().filter_map(|path| path.join("pack").read_dir().ok());
    let names = listings.flat_map(|entries| entries.flatten().map(|entry| entry.file_name()));
    let mut names: Vec<_> = names
        .filter(|name| Path::new(name).extension().is_some_and(|end| end == "promisor"))
        .collect();
    names.sort_unstable();
    names
}

/// Refs, reflogs, indexes and the shallow boundary: all that the answer depends on besides objects.
fn digest(claims: &Claims) -> Digest {
    let Claims { refs, head, others, shallow, has_unknown_refs, .. } = claims;
    let mut writer = Writer::default();
    writer.count(refs.len());
    for (name, id) in refs {
        writer.text(name.as_bytes());
        writer.raw(id.as_bytes());
    }
    writer.optional(head.as_ref(), |writer, id| writer.raw(id.as_bytes()));
    writer.count(others.len());
    for (id, named_by) in others {
        writer.raw(id.as_bytes());
        let (is_index, name) = match named_by {
            NamedBy::Reflog(name) => (false, name),
            NamedBy::Index(path) => (true, path),
        };
        writer.flag(is_index);
        writer.text(name.as_bytes());
    }
    writer.count(shallow.len());
    for id in shallow {
        writer.raw(id.as_bytes());
    }
    writer.flag(*has_unknown_refs);
    Sha256::digest(writer.bytes).into()
}
