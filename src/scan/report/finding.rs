//! What a scan has found: one finding a leak, all its places under it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use super::masking::Secrets;
use crate::git::object::id::ObjectId;
use crate::rules::{Leak, Rule};
use crate::token::Confidence;

/// A leaked access token, or another secret that a rule found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule that found it.
    pub rule: Rule,
    /// SHA-256 of the canonical token or of the secret, in hex.
    pub fingerprint: String,
    /// All but its ends left out.
    pub mask: String,
    /// How sure the finding is.
    pub confidence: Confidence,
    /// Every place that holds it, the earliest first.
    pub locations: Vec<Location>,
}

/// The kind of thing that a token was found in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// A file's content.
    Blob,
    /// A commit's message.
    CommitMessage,
    /// A commit's header: author, committer, signature, encoding.
    CommitHeader,
    /// An annotated tag's message.
    TagMessage,
    /// An annotated tag's header: its name, the tagger.
    TagHeader,
    /// The name of a file or directory.
    Path,
    /// The index: a file's content as it is staged, in no commit yet, or a name in it.
    Index,
    /// A ref's name, or the name that a symbolic ref leads to.
    RefName,
    /// A line of a reflog: who moved the ref, and why.
    Reflog,
    /// The repository's configuration.
    Config,
    /// Another file of the git directory, or its name.
    GitDir,
    /// A file that Git LFS keeps in the git directory.
    Lfs,
    /// A file of the working tree, as it is on disk.
    Worktree,
}

impl Source {
    /// The name as it stands in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Blob => "blob",
            Self::CommitMessage => "commit-message",
            Self::CommitHeader => "commit-header",
            Self::TagMessage => "tag-message",
            Self::TagHeader => "tag-header",
            Self::Path => "path",
            Self::Index => "index",
            Self::RefName => "ref-name",
            Self::Reflog => "reflog",
            Self::Config => "config",
            Self::GitDir => "git-dir",
            Self::Lfs => "lfs",
            Self::Worktree => "worktree",
        }
    }
}

/// One place that holds a token. Text in it may come from the repository: whoever shows it escapes
/// it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The kind of thing.
    pub source: Source,
    /// The repository, as it was given.
    pub repository: Arc<str>,
    /// The object that holds it; `None` when it stands outside of the objects.
    pub object: Option<ObjectId>,
    /// The file's path in the repository or, for what stands outside of the objects, in the git
    /// directory; or the path or ref that the token is part of. Bytes, as git stores it.
    pub path: Option<Arc<[u8]>>,
    /// The member of an archive that holds it; line and column are in its content. Behind `!/` is
    /// the path in an archive inside that one.
    pub member: Option<Arc<[u8]>>,
    /// The line in the file or message, from 1.
    pub line: Option<u64>,
    /// The column in that line in bytes, from 1.
    pub column: Option<u64>,
    /// The encodings around the token, the outermost first.
    pub encoding: Vec<&'static str>,
    /// The commit that introduced it; `None` when no commit leads to the object.
    pub commit: Option<Arc<Origin>>,
    /// Whether the current commit (`HEAD`) still has it.
    pub present_at_head: bool,
}

/// The commit or tag that introduced something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// Its place in time: the committer's date, moved so that no commit comes before its parents.
    pub order: i64,
    /// When, in seconds since 1970: the author's or tagger's date.
    pub time: i64,
    /// The author's or tagger's zone, in minutes east of Greenwich.
    pub zone: i32,
    /// Its id.
    pub id: ObjectId,
    /// The author's or tagger's name.
    pub name: Vec<u8>,
    /// The author's or tagger's email.
    pub email: Vec<u8>,
    /// Refs that lead to it, at most [`MAX_REFS`] of them.
    pub refs: Vec<String>,
    /// How many refs lead to it.
    pub refs_total: usize,
}

/// How many refs a location lists.
pub const MAX_REFS: usize = 10;

/// Gathers places by leak.
#[derive(Default)]
pub(crate) struct Findings {
    by_fingerprint: BTreeMap<String, Finding>,
    secrets: Secrets,
}

impl Findings {
    /// The places of a leak, for more to be added.
    pub(crate) fn of(&mut self, leak: &Leak) -> &mut Vec<Location> {
        let fingerprint = leak.fingerprint();
        self.secrets.note(&fingerprint, leak);
        let entry = self.by_fingerprint.entry(fingerprint);
        let finding = entry.or_insert_with_key(|fingerprint| Finding {
            rule: leak.rule(),
            fingerprint: fingerprint.clone(),
            mask: leak.mask(),
            confidence: leak.confidence(),
            locations: Vec::new(),
        });
        // One value may have several names; which comes first is chance.
        finding.rule = finding.rule.min(leak.rule());
        &mut finding.locations
    }

    /// Whether a leak is known to be in the name of this file or directory, or of any.
    pub(crate) fn has_name(&self, leak: &Leak, repository: &str, path: Option<&[u8]>) -> bool {
        let is_there = |location: &Location| {
            matches!(location.source, Source::Path | Source::Index)
                && &*location.repository == repository
                && (path.is_none() || location.path.as_deref() == path)
        };
        let finding = self.by_fingerprint.get(&leak.fingerprint());
        finding.is_some_and(|finding| finding.locations.iter().any(is_there))
    }

    /// Adds what another scan, or a part of this one, has found.
    pub(crate) fn absorb(&mut self, findings: Vec<Finding>) {
        for mut finding in findings {
            match self.by_fingerprint.entry(finding.fingerprint.clone()) {
                Entry::Vacant(entry) => drop(entry.insert(finding)),
                Entry::Occupied(mut entry) => {
                    let known = entry.get_mut();
                    known.rule = known.rule.min(finding.rule);
                    known.locations.append(&mut finding.locations);
                }
            }
        }
    }

    /// Adds the secrets of another part.
    pub(crate) fn absorb_secrets(&mut self, secrets: Secrets) {
        self.secrets.absorb(secrets);
    }

    /// In the order in which the leaks were introduced; with the secrets, which reports may not have.
    pub(crate) fn finish(self) -> (Vec<Finding>, Secrets) {
        let mut findings: Vec<_> = self.by_fingerprint.into_values().collect();
        for finding in &mut findings {
            finding.locations.sort_by(|a, b| order(a).cmp(&order(b)));
            finding.locations.dedup();
        }
        // Stable: findings of the same time stay in the order of their fingerprints.
        findings.sort_by(|a, b| {
            let first = |finding: &Finding| finding.locations.first().map(time);
            first(a).cmp(&first(b))
        });
        (findings, self.secrets)
    }
}

/// What no commit leads to comes last.
fn time(location: &Location) -> (bool, i64) {
    (location.commit.is_none(), location.commit.as_ref().map_or(0, |commit| commit.order))
}

/// The earliest first, what no commit leads to last, then by where it stands.
fn order(location: &Location) -> impl Ord + '_ {
    (
        time(location),
        &location.repository,
        location.commit.as_ref().map(|commit| commit.id),
        location.source,
        &location.path,
        &location.object,
        &location.member,
        location.line,
        location.column,
    )
}
