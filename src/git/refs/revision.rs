//! Names of revisions (`HEAD~3`, `origin/main`, `v1.2^{}`, `1a2b3c4`) → the objects that they mean.
//!
//! gitrevisions(7) has more forms than are read here. Those that need a reflog, a search or a path
//! are refused with the advice to let git resolve them.

use std::fmt;
use std::str::FromStr;

use crate::git::gap::{Gap, ObjectFault};
use crate::git::object::id::{HashKind, ObjectId, ObjectKind};
use crate::git::object::tree::{CommitLinks, tag_target};
use crate::git::odb::ObjectStore;
use crate::git::odb::verified::{Lack, Verified};
use crate::git::refs::claims::read_shallow;
use crate::git::refs::lookup::{LookupError, RefFiles, is_ref_name};
use crate::git::repository::locate::Located;

/// Git takes no abbreviation of an id that is shorter.
const MIN_DIGITS: usize = 4;

/// The name of an object, as a user writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// As it was written.
    text: String,
    /// A ref or an id.
    name: String,
    /// Where to go from there.
    steps: Vec<Step>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// `^{}`: through tags, to whatever they are about.
    Peeled,
    /// `^0`, `^{commit}`: through tags to a commit.
    Commit,
    /// `^2`: the second parent.
    Parent(u64),
    /// `~3`: three first parents back.
    Ancestor(u64),
}

/// What is wrong with the writing of a revision or range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RevisionSyntaxError {
    /// Nothing was written, or nothing before a suffix.
    Empty,
    /// A form of git's that is not read here.
    Unsupported,
    /// It is no name, no id, no form of git's.
    Malformed,
    /// A range where one revision is asked for.
    Range,
    /// `A...B`.
    Symmetric,
    /// `^A`.
    Negative,
}

impl Revision {
    /// The commit that is checked out.
    pub fn head() -> Self {
        Self { text: "HEAD".to_owned(), name: "HEAD".to_owned(), steps: Vec::new() }
    }

    /// Whether it is the id of zeros that git hands to hooks, and CI to jobs, for "none".
    pub fn is_none(&self) -> bool {
        let lengths = [HashKind::Sha1, HashKind::Sha256].map(|hash| hash.len() * 2);
        self.steps.is_empty()
            && lengths.contains(&self.name.len())
            && self.name.bytes().all(|byte| byte == b'0')
    }

    /// Whether it is `HEAD` itself.
    pub(crate) fn is_head(&self) -> bool {
        self.name == "HEAD" && self.steps.is_empty()
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Revision {
    type Err = RevisionSyntaxError;

    fn from_str(text: &str) -> Result<Self, RevisionSyntaxError> {
        if text.starts_with('^') {
            return Err(RevisionSyntaxError::Negative);
        }
        if text.contains("..") {
            return Err(RevisionSyntaxError::Range);
        }
        // `HEAD@{1}`, `:/fix`, `main:file`.
        if text.contains("@{") || text.contains(':') {
            return Err(RevisionSyntaxError::Unsupported);
        }
        let (name, suffix) = text.split_at(text.find(['~', '^']).unwrap_or(text.len()));
        let name = if name == "@" { "HEAD" } else { name };
        if name.is_empty() {
            return Err(RevisionSyntaxError::Empty);
        }
        if !is_ref_name(name.as_bytes()) {
            return Err(RevisionSyntaxError::Malformed);
        }
        Ok(Self { text: text.to_owned(), name: name.to_owned(), steps: steps(suffix)? })
    }
}

/// Reads `~2^2^{commit}`.
fn steps(mut suffix: &str) -> Result<Vec<Step>, RevisionSyntaxError> {
    let mut steps = Vec::new();
    while let Some(sign) = suffix.chars().next() {
        suffix = &suffix[sign.len_utf8()..];
        if let (Some(braced), '^') = (suffix.strip_prefix('{'), sign) {
            let (kind, rest) = braced.split_once('}').ok_or(RevisionSyntaxError::Malformed)?;
            steps.push(match kind {
                "" => Step::Peeled,
                "commit" => Step::Commit,
                _ => return Err(RevisionSyntaxError::Unsupported),
            });
            suffix = rest;
            continue;
        }
        let end = suffix.find(|next: char| !next.is_ascii_digit()).unwrap_or(suffix.len());
        let (digits, rest) = suffix.split_at(end);
        let number = match digits {
            "" => 1,
            _ => digits.parse().map_err(|_| RevisionSyntaxError::Malformed)?,
        };
        steps.push(match (sign, number) {
            ('~' | '^', 0) => Step::Commit,
            ('~', number) => Step::Ancestor(number),
            ('^', number) => Step::Parent(number),
            _ => return Err(RevisionSyntaxError::Malformed),
        });
        // `^@`, `^!` and `^-` are more than one revision.
        if sign == '^' && rest.starts_with(['@', '!', '-']) {
            return Err(RevisionSyntaxError::Unsupported);
        }
        suffix = rest;
    }
    Ok(steps)
}

/// A revision that names nothing in a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevisionError {
    /// The revision, as it was written.
    pub revision: String,
    /// What is wrong with it.
    pub problem: RevisionProblem,
    /// Whether the repository is a shallow clone, which lacks most of its history.
    pub is_shallow: bool,
}

/// Why a revision names nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum RevisionProblem {
    /// No ref and no stored object is called so.
    Unknown,
    /// Several objects have ids that begin so.
    Ambiguous(usize),
    /// The branch has no commits yet.
    Unborn,
    /// Its symbolic refs lead to one another.
    Circle,
    /// A ref that cannot be read.
    BadRef(Box<Gap>),
    /// The ref is there, the object is not.
    Absent(ObjectId),
    /// On the way through history something is not stored.
    CutOff(ObjectId),
    /// There is no such parent.
    NoParent(ObjectId),
    /// A suffix asks for a commit.
    NotACommit(ObjectKind),
    /// The object cannot be read.
    Unreadable(ObjectId, ObjectFault),
}

/// Looks revisions up in one repository.
pub(crate) struct Revisions<'r> {
    located: &'r Located,
    objects: Verified<'r>,
    refs: RefFiles<'r>,
    hash: HashKind,
}

impl<'r> Revisions<'r> {
    pub(crate) fn new(located: &'r Located, store: &'r ObjectStore) -> Self {
        let hash = located.hash();
        let (objects, refs) = (Verified::new(store, hash), RefFiles::new(located));
        Self { located, objects, refs, hash }
    }

    /// The object that a revision means; it is stored, as far as can be told without reading it.
    pub(crate) fn resolve(&self, revision: &Revision) -> Result<ObjectId, RevisionError> {
        let mut resolved = self.named(&revision.name);
        for &step in &revision.steps {
            resolved = resolved.and_then(|id| self.step(id, step));
        }
        resolved.map_err(|problem| self.error(&revision.text, problem))
    }

    /// The objects that the remote-tracking refs name, all of them or those of one remote.
    pub(crate) fn of_remotes(&self, remote: Option<&str>) -> Result<Vec<ObjectId>, RevisionError> {
        let prefix = match remote {
            Some(remote) => format!("refs/remotes/{remote}"),
            None => "refs/remotes".to_owned(),
        };
        // The branches of a remote `origin/private` are below `refs/remotes/origin/` as well.
        let others = self.located.config.remotes.iter().filter_map(|other| {
            let is_below = other.strip_prefix(remote?)?.starts_with('/');
            is_below.then(|| format!("refs/remotes/{other}/"))
        });
        let found = self.refs.below(&prefix, &others.collect::<Vec<_>>());
        found.map_err(|fault| self.error(&prefix, fault.into()))
    }

    fn error(&self, revision: &str, problem: RevisionProblem) -> RevisionError {
        let is_shallow = read_shallow(self.located).is_ok_and(|shallow| !shallow.is_empty());
        RevisionError { revision: revision.to_owned(), problem, is_shallow }
    }

    /// In git's order: an id, a ref, the start of an id.
    fn named(&self, name: &str) -> Result<ObjectId, RevisionProblem> {
        if let Some(id) = ObjectId::from_hex(name.as_bytes(), self.hash) {
            return if self.objects.contains(&id) { Ok(id) } else { Err(RevisionProblem::Unknown) };
        }
        let is_start_of_id = (MIN_DIGITS..self.hash.len() * 2).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        match self.reference(name) {
            Ok(Some(id)) if self.objects.contains(&id) => Ok(id),
            Ok(Some(id)) => Err(RevisionProblem::Absent(id)),
            Ok(None) if is_start_of_id => {
                let mut found = self.objects.starting_with(name);
                match (found.pop(), found.len()) {
                    (Some(id), 0) => Ok(id),
                    (Some(_), others) => Err(RevisionProblem::Ambiguous(others + 1)),
                    (None, _) => Err(RevisionProblem::Unknown),
                }
            }
            Ok(None) if name == "HEAD" => Err(RevisionProblem::Unborn),
            Ok(None) => Err(RevisionProblem::Unknown),
            Err(problem) => Err(problem),
        }
    }

    /// The first ref that a short name can stand for (gitrevisions, "`refname`").
    fn reference(&self, name: &str) -> Result<Option<ObjectId>, RevisionProblem> {
        let full = [
            name.to_owned(),
            format!("refs/{name}"),
            format!("refs/tags/{name}"),
            format!("refs/heads/{name}"),
            format!("refs/remotes/{name}"),
            format!("refs/remotes/{name}/HEAD"),
        ];
        for name in full {
            if let Some(id) = self.refs.find(name.as_bytes())? {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    fn step(&self, id: ObjectId, step: Step) -> Result<ObjectId, RevisionProblem> {
        match step {
            Step::Peeled => self.peel(id).map(|(id, ..)| id),
            Step::Commit => self.commit(id).map(|(id, _)| id),
            Step::Parent(number) => self.parent(id, number),
            Step::Ancestor(number) => (0..number).try_fold(id, |id, _| self.parent(id, 1)),
        }
    }

    fn parent(&self, id: ObjectId, number: u64) -> Result<ObjectId, RevisionProblem> {
        let (id, parents) = self.commit(id)?;
        let at = usize::try_from(number - 1).ok();
        let parent = at.and_then(|at| parents.get(at)).copied();
        let parent = parent.ok_or(RevisionProblem::NoParent(id))?;
        if self.objects.contains(&parent) {
            Ok(parent)
        } else {
            Err(RevisionProblem::CutOff(parent))
        }
    }

    /// Follows tags to a commit; it and its parents.
    fn commit(&self, id: ObjectId) -> Result<(ObjectId, Vec<ObjectId>), RevisionProblem> {
        let (id, kind, content) = self.peel(id)?;
        if kind != ObjectKind::Commit {
            return Err(RevisionProblem::NotACommit(kind));
        }
        let damaged = || RevisionProblem::Unreadable(id, ObjectFault::Malformed(kind));
        let links = CommitLinks::parse(&content, self.hash).ok_or_else(damaged)?;
        Ok((id, links.parents().collect()))
    }

    /// Follows tags to what they are about.
    fn peel(&self, mut id: ObjectId) -> Result<(ObjectId, ObjectKind, Vec<u8>), RevisionProblem> {
        // No object can name itself by way of others: its id is a hash of theirs.
        loop {
            let (kind, content) = match self.objects.read(&id) {
                Ok(read) => read,
                Err(Lack::Missing) => return Err(RevisionProblem::CutOff(id)),
                Err(Lack::Fault(fault)) => return Err(RevisionProblem::Unreadable(id, fault)),
            };
            if kind != ObjectKind::Tag {
                return Ok((id, kind, content));
            }
            let damaged = || RevisionProblem::Unreadable(id, ObjectFault::Malformed(kind));
            id = tag_target(&content, self.hash).ok_or_else(damaged)?;
        }
    }
}

impl From<LookupError> for RevisionProblem {
    fn from(error: LookupError) -> Self {
        match error {
            LookupError::Circle => Self::Circle,
            LookupError::Unreadable(gap) => Self::BadRef(Box::new(gap)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Revision, RevisionSyntaxError, Step};

    fn parse(text: &str) -> Result<(String, Vec<Step>), RevisionSyntaxError> {
        text.parse().map(|revision: Revision| (revision.name, revision.steps))
    }

    #[test]
    fn names_and_suffixes_are_read_as_git_reads_them() {
        use Step::{Ancestor, Commit, Parent, Peeled};
        for (text, name, steps) in [
            ("HEAD", "HEAD", vec![]),
            ("@", "HEAD", vec![]),
            ("@~2", "HEAD", vec![Ancestor(2)]),
            ("main^", "main", vec![Parent(1)]),
            ("origin/main^^2~", "origin/main", vec![Parent(1), Parent(2), Ancestor(1)]),
            ("v1^0~0^{commit}^{}", "v1", vec![Commit, Commit, Commit, Peeled]),
        ] {
            assert_eq!(parse(text), Ok((name.to_owned(), steps)), "{text}");
        }
    }

    #[test]
    fn what_is_not_read_is_refused() {
        use RevisionSyntaxError::{Empty, Malformed, Negative, Range, Unsupported};
        for (text, error) in [
            ("", Empty),
            ("~1", Empty),
            ("^main", Negative),
            ("a..b", Range),
            ("HEAD@{1}", Unsupported),
            ("@{upstream}", Unsupported),
            (":/fix", Unsupported),
            ("main:file", Unsupported),
            ("main^{tree}", Unsupported),
            ("main^@", Unsupported),
            ("main^!", Unsupported),
            ("main^-1", Unsupported),
            ("main^{commit", Malformed),
            ("main~1x", Malformed),
            ("main~99999999999999999999", Malformed),
            ("refs/heads/", Malformed),
            ("/etc/passwd", Malformed),
            ("a b", Malformed),
            ("a//b", Malformed),
            (".git", Malformed),
            ("x.lock", Malformed),
        ] {
            assert_eq!(parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn zeros_stand_for_nothing() {
        let is_none = |text: &str| text.parse::<Revision>().unwrap().is_none();
        assert!(is_none(&"0".repeat(40)) && is_none(&"0".repeat(64)));
        assert!(!is_none("0000") && !is_none(&format!("{}~1", "0".repeat(40))));
    }
}
