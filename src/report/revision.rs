//! Says in words why a path is no repository, and why a revision names nothing.

use std::error::Error;
use std::fmt;

use super::gap;
use crate::advice::Advice;
use crate::git::refs::revision::{RevisionError, RevisionProblem, RevisionSyntaxError};
use crate::git::repository::locate::LocateError;

impl Error for RevisionSyntaxError {}

impl fmt::Display for RevisionSyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "nothing is named",
            Self::Unsupported => {
                "this form of a revision is not read here; give what `git rev-parse` prints for it"
            }
            Self::Malformed => "no revision can be written like this",
            Self::Range => "a range stands where one revision is asked for",
            Self::Symmetric => {
                "a range with three dots is not read here; A..B is all that B reaches and A does not"
            }
            Self::Negative => "a revision that is left out is given by itself, without the ^",
        })
    }
}

impl Error for RevisionError {}

impl fmt::Display for RevisionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.revision, problem(&self.problem))
    }
}

impl Advice for RevisionError {
    fn code(&self) -> &'static str {
        match self.problem {
            RevisionProblem::Ambiguous(_) => "ambiguous-revision",
            RevisionProblem::BadRef(_)
            | RevisionProblem::Circle
            | RevisionProblem::Unreadable(..) => "unreadable-revision",
            _ => "unknown-revision",
        }
    }

    fn hint(&self) -> Option<String> {
        Some(remedy(&self.problem, self.is_shallow).to_owned())
    }
}

/// Why a revision names nothing, as what is said of it.
pub(super) fn problem(problem: &RevisionProblem) -> String {
    use RevisionProblem::{
        Absent, Ambiguous, BadRef, Circle, CutOff, NoParent, NotACommit, Unborn, Unknown,
        Unreadable,
    };
    match problem {
        Unknown => "is not known here: no ref has this name, and no object this id".to_owned(),
        Ambiguous(count) => format!("is ambiguous: the ids of {count} objects begin with it"),
        Unborn => "leads to a branch without commits".to_owned(),
        Circle => "cannot be followed: its symbolic refs lead to no end".to_owned(),
        BadRef(gap) => format!("cannot be looked up: {}: {}", gap.subject, gap::git(&gap.cause)),
        Absent(id) => format!("names object {id}, which is not stored here"),
        CutOff(id) => format!("leads through object {id}, which is not stored here"),
        NoParent(id) => format!("names a parent that commit {id} does not have"),
        NotACommit(kind) => format!("asks for a commit where there is a {}", kind.name()),
        Unreadable(id, fault) => format!("cannot be read: object {id}: {}", gap::object(fault)),
    }
}

/// What to do about it.
pub(super) fn remedy(problem: &RevisionProblem, is_shallow: bool) -> &'static str {
    use RevisionProblem::{
        Absent, Ambiguous, BadRef, Circle, CutOff, NoParent, NotACommit, Unborn, Unknown,
        Unreadable,
    };
    match problem {
        Unknown | Absent(_) | CutOff(_) if is_shallow => {
            "this clone is shallow: fetch the whole history, in CI with fetch-depth: 0, here with \
             git fetch --unshallow"
        }
        Unknown | Absent(_) | CutOff(_) => {
            "check the name; a commit that a forced push has replaced can be fetched by its id: \
             git fetch origin ID"
        }
        Ambiguous(_) => "give more digits of the id",
        Unborn => "name a branch or commit that is there",
        Circle | BadRef(_) => "mend the ref, or give the commit's id",
        NoParent(_) => "go back less far, or leave out where the range begins",
        NotACommit(_) => "name a commit, or a tag of one",
        Unreadable(..) => "git fsck shows damage; git clone --mirror URL fetches a whole copy",
    }
}

impl Advice for LocateError {
    fn code(&self) -> &'static str {
        match self {
            Self::Path { .. } => "no-such-path",
            Self::NotARepository { .. } => "not-a-repository",
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Path { .. } => "check the path and its permissions".to_owned(),
            Self::NotARepository { .. } => {
                "give a working tree, a directory in one, or a bare repository".to_owned()
            }
        })
    }
}
