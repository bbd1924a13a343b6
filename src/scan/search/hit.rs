//! Says of a leak where in an object or file it stands, and how it is written there.

use std::sync::Arc;

use crate::rules::Leak;
use crate::scan::report::finding::{Location, Source};
use crate::token::Match;

/// A leak in an object or a file.
#[derive(Clone, Debug)]
pub(crate) struct Hit {
    pub(crate) leak: Arc<Leak>,
    pub(crate) part: Part,
    /// Where it ends (exclusive), in bytes from the start of the content.
    pub(crate) end: u64,
    /// How it is written there, the outermost encoding first.
    pub(crate) encoding: Vec<&'static str>,
    /// The member of an archive that holds it. The position is in that member's content.
    pub(crate) member: Option<Arc<[u8]>>,
}

/// The part of an object or file in which a leak stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Of a blob, or of a file outside of the objects.
    Content(Position),
    CommitHeader,
    CommitMessage(Position),
    TagHeader,
    TagMessage(Position),
    /// The name of a tree's entry.
    Name(Box<[u8]>),
}

/// A place in a text, both from 1. The column counts bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    pub(crate) line: u64,
    pub(crate) column: u64,
}

impl Hit {
    /// What matched in a content, `start` bytes from its start.
    pub(crate) fn new(position: Position, start: u64, matched: Match<Leak>) -> Self {
        Self {
            leak: Arc::new(matched.found),
            part: Part::Content(position),
            end: start + matched.end as u64,
            encoding: matched.encoding.iter().map(|encoding| encoding.name()).collect(),
            member: None,
        }
    }

    /// Where it begins, if it stands in a text that has lines.
    pub(crate) const fn position(&self) -> Option<Position> {
        match self.part {
            Part::Content(position)
            | Part::CommitMessage(position)
            | Part::TagMessage(position) => Some(position),
            Part::CommitHeader | Part::TagHeader | Part::Name(_) => None,
        }
    }

    /// Whether trees lead to what holds it.
    pub(crate) const fn is_in_tree(&self) -> bool {
        matches!(self.part, Part::Content(_) | Part::Name(_))
    }

    /// Its place in a report, as far as the hit alone says.
    pub(crate) fn location(&self, source: Source, repository: &Arc<str>) -> Location {
        let position = self.position();
        Location {
            member: self.member.clone(),
            line: position.map(|position| position.line),
            column: position.map(|position| position.column),
            encoding: self.encoding.clone(),
            ..Location::new(source, repository)
        }
    }
}
