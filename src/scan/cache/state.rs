//! Writes what is remembered of a scan, and reads it back.

use std::collections::HashMap;
use std::sync::Arc;

use super::codec::{Reader, Writer};
use super::content::Digest;
use super::gaps::read_skipped;
use super::snapshot::Snapshot;
use crate::archive::Format;
use crate::git::object::id::{HashKind, ObjectId};
use crate::rules::{Detector, Rule, RuleSet};
use crate::scan::report::coverage::Coverage;
use crate::scan::report::finding::{Finding, Location, Origin, Source};
use crate::token::{Confidence, Encoding};

/// What is remembered of a scan that read everything that is stored. It holds for one repository
/// and one version of the rules only, as long as the files are what they were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State {
    /// Of all that has to be the same, besides the files and claims.
    pub(super) binding: Digest,
    /// Of refs, reflogs and indexes.
    pub(super) claims: Digest,
    /// The files that were read.
    pub(super) files: Snapshot,
    /// Whether the report holds for these files in a larger repository, too: there is no finding,
    /// and each object that is named and not stored is a gap.
    pub(super) can_grow: bool,
    /// What refs, reflogs and indexes named, in ascending order; only kept if there are gaps.
    pub(super) claimed: Vec<ObjectId>,
    pub(super) coverage: Coverage,
    pub(super) findings: Vec<Finding>,
}

const SOURCES: [Source; 6] = [
    Source::Blob,
    Source::CommitMessage,
    Source::CommitHeader,
    Source::TagMessage,
    Source::TagHeader,
    Source::Path,
];

const CONFIDENCES: [Confidence; 2] = [Confidence::Medium, Confidence::High];

impl State {
    /// As bytes; `None` if it says something that must not be kept, or cannot be.
    pub(super) fn write(&self) -> Option<Vec<u8>> {
        let mut writer = Writer::default();
        writer.raw(&self.binding);
        writer.raw(&self.claims);
        self.files.write(&mut writer);
        writer.flag(self.can_grow);
        writer.count(self.claimed.len());
        for id in &self.claimed {
            writer.raw(id.as_bytes());
        }
        let coverage = &self.coverage;
        writer.u64(coverage.objects);
        writer.u64(coverage.bytes);
        writer.flag(coverage.has_unlisted_places);
        let mut texts = Texts { writer, detector: Detector::new(RuleSet::All) };
        texts.writer.count(coverage.skipped.len());
        for skipped in &coverage.skipped {
            texts.skipped(skipped)?;
        }
        texts.findings(&self.findings)?;
        Some(texts.writer.bytes)
    }

    /// Reads a state. Reports name the repository as `shown` does.
    pub(super) fn read(bytes: &[u8], hash: HashKind, shown: &str) -> Option<Self> {
        let mut reader = Reader::new(bytes, hash);
        let binding = reader.array()?;
        let claims = reader.array()?;
        let files = Snapshot::read(&mut reader)?;
        let can_grow = reader.flag()?;
        let claimed = reader.list(Reader::id)?;
        let objects = reader.u64()?;
        let coverage = Coverage {
            objects,
            bytes: reader.u64()?,
            has_unlisted_places: reader.flag()?,
            skipped: reader.list(read_skipped)?,
            ..Coverage::default()
        };
        let findings = read_findings(&mut reader, &shown.into())?;
        let state = Self { binding, claims, files, can_grow, claimed, coverage, findings };
        reader.is_at_end().then_some(state)
    }
}

/// Writes texts from the repository. None of them may hold a token or secret.
pub(super) struct Texts {
    pub(super) writer: Writer,
    pub(super) detector: Detector,
}

impl Texts {
    pub(super) fn text(&mut self, text: &[u8]) -> Option<()> {
        if !self.detector.matches(text).is_empty() {
            return None;
        }
        self.writer.text(text);
        Some(())
    }

    fn findings(&mut self, findings: &[Finding]) -> Option<()> {
        // Many places share an origin.
        let mut origins: Vec<&Arc<Origin>> = Vec::new();
        let mut numbers = HashMap::new();
        let locations = findings.iter().flat_map(|finding| &finding.locations);
        for origin in locations.filter_map(|location| location.commit.as_ref()) {
            numbers.entry(Arc::as_ptr(origin)).or_insert_with(|| {
                origins.push(origin);
                origins.len() as u64 - 1
            });
        }
        self.writer.count(origins.len());
        for origin in origins {
            self.origin(origin)?;
        }
        self.writer.count(findings.len());
        for finding in findings {
            self.writer.byte(position(&Rule::ALL, &finding.rule)?);
            self.text(finding.fingerprint.as_bytes())?;
            self.writer.text(finding.mask.as_bytes());
            self.writer.byte(position(&CONFIDENCES, &finding.confidence)?);
            self.writer.count(finding.locations.len());
            for location in &finding.locations {
                let origin = location.commit.as_ref().map(|origin| numbers[&Arc::as_ptr(origin)]);
                self.location(location, origin)?;
            }
        }
        Some(())
    }

    fn origin(&mut self, origin: &Origin) -> Option<()> {
        self.writer.i64(origin.order);
        self.writer.i64(origin.time);
        self.writer.i64(origin.zone.into());
        self.writer.raw(origin.id.as_bytes());
        self.text(&origin.name)?;
        self.text(&origin.email)?;
        self.writer.count(origin.refs.len());
        for name in &origin.refs {
            self.text(name.as_bytes())?;
        }
        self.writer.count(origin.refs_total);
        Some(())
    }

    fn location(&mut self, location: &Location, origin: Option<u64>) -> Option<()> {
        self.writer.byte(position(&SOURCES, &location.source)?);
        // What stands outside of the objects is read by each scan anew.
        self.writer.raw(location.object?.as_bytes());
        self.writer.flag(location.path.is_some());
        if let Some(path) = &location.path {
            self.text(path)?;
        }
        self.writer.count(location.encoding.len());
        for encoding in &location.encoding {
            self.writer.text(encoding_named(encoding.as_bytes())?.as_bytes());
        }
        self.writer.flag(location.member.is_some());
        if let Some(member) = &location.member {
            self.text(member)?;
        }
        self.writer.optional(location.line, Writer::u64);
        self.writer.optional(location.column, Writer::u64);
        self.writer.optional(origin, Writer::u64);
        self.writer.flag(location.present_at_head);
        Some(())
    }
}

fn read_findings(reader: &mut Reader<'_>, repository: &Arc<str>) -> Option<Vec<Finding>> {
    let origins = reader.list(|reader| read_origin(reader).map(Arc::new))?;
    reader.list(|reader| {
        Some(Finding {
            rule: choose(&Rule::ALL, reader)?,
            fingerprint: reader.string()?,
            mask: reader.string()?,
            confidence: choose(&CONFIDENCES, reader)?,
            locations: reader.list(|reader| read_location(reader, &origins, repository))?,
        })
    })
}

fn read_origin(reader: &mut Reader<'_>) -> Option<Origin> {
    Some(Origin {
        order: reader.i64()?,
        time: reader.i64()?,
        zone: reader.i64()?.try_into().ok()?,
        id: reader.id()?,
        name: reader.text()?.to_vec(),
        email: reader.text()?.to_vec(),
        refs: reader.list(Reader::string)?,
        refs_total: reader.u64()?.try_into().ok()?,
    })
}

fn read_location(
    reader: &mut Reader<'_>,
    origins: &[Arc<Origin>],
    repository: &Arc<str>,
) -> Option<Location> {
    let source = choose(&SOURCES, reader)?;
    let object = Some(reader.id()?);
    let path = reader.optional(Reader::text)?.map(Arc::from);
    let encoding = reader.list(|reader| encoding_named(reader.text()?))?;
    let member = reader.optional(Reader::text)?.map(Arc::from);
    let line = reader.optional(Reader::u64)?;
    let column = reader.optional(Reader::u64)?;
    let commit = match reader.optional(Reader::u64)? {
        Some(number) => Some(Arc::clone(origins.get(usize::try_from(number).ok()?)?)),
        None => None,
    };
    let present_at_head = reader.flag()?;
    let repository = Arc::clone(repository);
    Some(Location {
        source,
        repository,
        object,
        path,
        member,
        line,
        column,
        encoding,
        commit,
        present_at_head,
    })
}

/// The name of an encoding or of an archive's format, as reports have it.
fn encoding_named(name: &[u8]) -> Option<&'static str> {
    let encodings = Encoding::ALL.iter().map(|encoding| encoding.name());
    let formats = Format::ALL.iter().map(|format| format.name());
    encodings.chain(formats).find(|known| known.as_bytes() == name)
}

pub(super) fn position<T: PartialEq>(all: &[T], wanted: &T) -> Option<u8> {
    all.iter().position(|one| one == wanted)?.try_into().ok()
}

pub(super) fn choose<T: Copy>(all: &[T], reader: &mut Reader<'_>) -> Option<T> {
    all.get(usize::from(reader.byte()?)).copied()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::git::gap::{Cause, Gap, ObjectFault, Subject};

    fn state() -> State {
        let id = ObjectId::new(&[7; 20]);
        let commit = Arc::new(Origin {
            order: 1,
            time: -2,
            zone: 60,
            id,
            name: b"Ada".to_vec(),
            email: b"\xff".to_vec(),
            refs: vec!["refs/heads/main".to_owned()],
            refs_total: 12,
        });
        let location = |path: Option<&[u8]>| Location {
            source: Source::Blob,
            repository: "shown".into(),
            object: Some(id),
            path: path.map(Arc::from),
            member: path.map(Arc::from),
            line: Some(3),
            column: None,
            encoding: Vec::new(),
            commit: path.map(|_| Arc::clone(&commit)),
            present_at_head: true,
        };
        let finding = Finding {
            rule: Rule::WebhookSecret,
            fingerprint: "00".repeat(32),
            mask: "start…end".to_owned(),
            confidence: Confidence::Medium,
            locations: vec![location(Some(b"a/b")), location(None), location(Some(b"c"))],
        };
        State {
            binding: [1; 32],
            claims: [2; 32],
            files: Snapshot::default(),
            can_grow: false,
            claimed: vec![id],
            coverage: Coverage {
                objects: 4,
                bytes: 5,
                skipped: vec![Gap::new(Subject::Object(id), Cause::Shallow { commits: 2 }).into()],
                has_unlisted_places: true,
                ..Coverage::default()
            },
            findings: vec![finding],
        }
    }

    #[test]
    fn a_state_reads_as_what_was_written() {
        let bytes = state().write().unwrap();
        assert_eq!(State::read(&bytes, HashKind::Sha1, "shown"), Some(state()));
        for length in 0..bytes.len() {
            assert_eq!(State::read(&bytes[..length], HashKind::Sha1, "shown"), None);
        }
    }

    #[test]
    fn what_a_state_cannot_say_is_not_kept() {
        let changed = |change: fn(&mut State)| {
            let mut state = state();
            change(&mut state);
            state.write()
        };
        assert!(changed(|_| {}).is_some());
        assert_eq!(changed(|state| state.findings[0].locations[1].encoding.push("another")), None);
        assert_eq!(changed(|state| state.findings[0].locations[1].object = None), None);
        let damage = |state: &mut State| {
            let fault = ObjectFault::Header;
            let subject = state.coverage.skipped[0].subject.clone();
            let damage = Gap::new(subject, Cause::Object { fault, referrer: None });
            state.coverage.skipped.push(damage.into());
        };
        assert_eq!(changed(damage), None);
    }

    proptest! {
        #[test]
        fn reading_any_bytes_ends_well(
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
            bytes in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            for hash in [HashKind::Sha1, HashKind::Sha256] {
                let _ = State::read(&bytes, hash, "shown");
                let mut changed = state().write().unwrap();
                for (at, byte) in &changes {
                    let at = at.index(changed.len());
                    changed[at] = *byte;
                }
                let _ = State::read(&changed, hash, "shown");
            }
        }
    }
}
