//! Holds what a scan has found: one finding a leak, all its places under it.

use std::sync::Arc;

use crate::git::object::id::ObjectId;
use crate::rules::Rule;
use crate::token::Confidence;

/// A leaked access token, or another secret that a rule found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
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
#[non_exhaustive]
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
#[non_exhaustive]
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

impl Location {
    /// A place in a repository, with nothing else known yet.
    pub(crate) fn new(source: Source, repository: &Arc<str>) -> Self {
        Self {
            source,
            repository: Arc::clone(repository),
            object: None,
            path: None,
            member: None,
            line: None,
            column: None,
            encoding: Vec::new(),
            commit: None,
            present_at_head: false,
        }
    }
}

/// The commit or tag that introduced something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
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

/// How many places a part of a scan lists besides the first one of each hit: a file with a thousand
/// tokens at a thousand paths would make a million.
pub(crate) const MAX_MORE_PLACES: usize = 200_000;
