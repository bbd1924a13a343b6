//! Writes the gaps of a scan, and reads them.
//!
//! Of a scan that is remembered, all stored objects were read. So only what is missing is a gap, and
//! archives that were not opened.

use super::codec::Reader;
use super::state::{Texts, choose, position};
use crate::archive::{Feature, Format, Reason};
use crate::git::gap::{Cause, Gap, Referrer, Subject};
use crate::scan::report::gap::{ArchiveFault, SkipCause, Skipped};

impl Texts {
    /// `None` when it is no gap that can be remembered.
    pub(super) fn skipped(&mut self, skipped: &Skipped) -> Option<()> {
        self.writer.raw(skipped.object()?.as_bytes());
        match &skipped.cause {
            SkipCause::Git(Cause::NotStored(referrer)) => {
                self.writer.byte(0);
                self.referrer(referrer)?;
            }
            SkipCause::Git(Cause::NotFetched(referrer)) => {
                self.writer.byte(1);
                self.referrer(referrer)?;
            }
            SkipCause::Git(Cause::Shallow { commits }) => {
                self.writer.byte(2);
                self.writer.count(*commits);
            }
            SkipCause::Archive(fault) => {
                self.writer.byte(3);
                self.archive(fault)?;
                self.optional(skipped.path.as_deref())?;
            }
            _ => return None,
        }
        Some(())
    }

    fn referrer(&mut self, referrer: &Referrer) -> Option<()> {
        let (tag, id, text) = match referrer {
            Referrer::Ref(name) => (0, None, Some(name)),
            Referrer::Reflog(name) => (1, None, Some(name)),
            Referrer::Index(path) => (2, None, Some(path)),
            Referrer::TreeOf(id) => (3, Some(id), None),
            Referrer::ParentOf(id) => (4, Some(id), None),
            Referrer::Tag(id) => (5, Some(id), None),
            Referrer::Commit(id, path) => (6, Some(id), path.as_ref()),
            Referrer::Tree(id, path) => (7, Some(id), path.as_ref()),
            Referrer::Unplaced => (8, None, None),
            _ => return None,
        };
        self.writer.byte(tag);
        self.writer.optional(id, |writer, id| writer.raw(id.as_bytes()));
        self.optional(text.map(String::as_str))
    }

    fn archive(&mut self, fault: &ArchiveFault) -> Option<()> {
        match fault {
            ArchiveFault::TooLarge => self.writer.byte(0),
            ArchiveFault::TooLargeAtEnd => self.writer.byte(1),
            ArchiveFault::Member { chain, member, reason } => {
                self.writer.byte(2);
                self.writer.count(chain.len());
                for format in chain {
                    self.writer.byte(position(&Format::ALL, format)?);
                }
                self.text(member.as_bytes())?;
                let (tag, number) = reason_as_numbers(*reason)?;
                self.writer.byte(tag);
                self.writer.u64(number);
            }
            ArchiveFault::MoreMembers(count) => {
                self.writer.byte(3);
                self.writer.u64(*count);
            }
        }
        Some(())
    }

    fn optional(&mut self, text: Option<&str>) -> Option<()> {
        self.writer.flag(text.is_some());
        text.map_or(Some(()), |text| self.text(text.as_bytes()))
    }
}

pub(super) fn read_skipped(reader: &mut Reader<'_>) -> Option<Skipped> {
    let subject = Subject::Object(reader.id()?);
    let cause = match reader.byte()? {
        0 => Cause::NotStored(read_referrer(reader)?),
        1 => Cause::NotFetched(read_referrer(reader)?),
        2 => Cause::Shallow { commits: reader.u64()?.try_into().ok()? },
        3 => {
            let fault = read_archive(reader)?;
            return Some(Skipped::archive(subject, fault, reader.optional(Reader::string)?));
        }
        _ => return None,
    };
    Some(Gap::new(subject, cause).into())
}

fn read_referrer(reader: &mut Reader<'_>) -> Option<Referrer> {
    let tag = reader.byte()?;
    let (id, text) = (reader.optional(Reader::id)?, reader.optional(Reader::string)?);
    Some(match (tag, id, text) {
        (0, None, Some(name)) => Referrer::Ref(name),
        (1, None, Some(name)) => Referrer::Reflog(name),
        (2, None, Some(path)) => Referrer::Index(path),
        (3, Some(id), None) => Referrer::TreeOf(id),
        (4, Some(id), None) => Referrer::ParentOf(id),
        (5, Some(id), None) => Referrer::Tag(id),
        (6, Some(id), path) => Referrer::Commit(id, path),
        (7, Some(id), path) => Referrer::Tree(id, path),
        (8, None, None) => Referrer::Unplaced,
        _ => return None,
    })
}

fn read_archive(reader: &mut Reader<'_>) -> Option<ArchiveFault> {
    Some(match reader.byte()? {
        0 => ArchiveFault::TooLarge,
        1 => ArchiveFault::TooLargeAtEnd,
        2 => ArchiveFault::Member {
            chain: reader.list(|reader| choose(&Format::ALL, reader))?,
            member: reader.string()?,
            reason: reason_of_numbers(reader.byte()?, reader.u64()?)?,
        },
        3 => ArchiveFault::MoreMembers(reader.u64()?),
        _ => return None,
    })
}

/// A reason as a tag, and the number that belongs to it.
fn reason_as_numbers(reason: Reason) -> Option<(u8, u64)> {
    Some(match reason {
        Reason::Damaged { read } => (0, read),
        Reason::Checksum { read } => (1, read),
        Reason::Truncated { read } => (2, read),
        Reason::Encrypted => (3, 0),
        Reason::Method(method) => (4, method.into()),
        Reason::Unsupported(what) => (5, position(&Feature::ALL, &what)?.into()),
        Reason::Memory => (6, 0),
        Reason::Depth => (7, 0),
        Reason::Members => (8, 0),
        Reason::Bytes => (9, 0),
        Reason::Ratio => (10, 0),
    })
}

fn reason_of_numbers(tag: u8, number: u64) -> Option<Reason> {
    Some(match (tag, number) {
        (0, read) => Reason::Damaged { read },
        (1, read) => Reason::Checksum { read },
        (2, read) => Reason::Truncated { read },
        (3, 0) => Reason::Encrypted,
        (4, method) => Reason::Method(method.try_into().ok()?),
        (5, at) => Reason::Unsupported(*Feature::ALL.get(usize::try_from(at).ok()?)?),
        (6, 0) => Reason::Memory,
        (7, 0) => Reason::Depth,
        (8, 0) => Reason::Members,
        (9, 0) => Reason::Bytes,
        (10, 0) => Reason::Ratio,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::codec::Writer;
    use super::*;
    use crate::git::gap::ObjectFault;
    use crate::git::object::id::{HashKind, ObjectId};
    use crate::rules::{Detector, RuleSet};
    use crate::token::samples::token;

    fn write(skipped: &Skipped) -> Option<Vec<u8>> {
        let mut texts = Texts { writer: Writer::default(), detector: Detector::new(RuleSet::All) };
        texts.skipped(skipped)?;
        Some(texts.writer.bytes)
    }

    fn gap(cause: Cause) -> Skipped {
        Gap::new(Subject::Object(ObjectId::new(&[7; 20])), cause).into()
    }

    #[test]
    fn gaps_read_as_what_was_written() {
        let id = ObjectId::new(&[8; 20]);
        let text = || "text".to_owned();
        let referrers = [
            Referrer::Ref(text()),
            Referrer::Reflog(text()),
            Referrer::Index(text()),
            Referrer::TreeOf(id),
            Referrer::ParentOf(id),
            Referrer::Tag(id),
            Referrer::Commit(id, Some(text())),
            Referrer::Tree(id, None),
            Referrer::Unplaced,
        ];
        let mut gaps: Vec<_> =
            referrers.iter().map(|referrer| gap(Cause::NotStored(referrer.clone()))).collect();
        gaps.extend(referrers.map(|referrer| gap(Cause::NotFetched(referrer))));
        gaps.push(gap(Cause::Shallow { commits: 3 }));
        let reasons = [
            Reason::Damaged { read: 1 },
            Reason::Checksum { read: 2 },
            Reason::Truncated { read: 3 },
            Reason::Encrypted,
            Reason::Method(99),
            Reason::Memory,
            Reason::Depth,
            Reason::Members,
            Reason::Bytes,
            Reason::Ratio,
        ];
        let reasons = reasons.into_iter().chain(Feature::ALL.map(Reason::Unsupported));
        let faults = reasons
            .map(|reason| ArchiveFault::Member {
                chain: Format::ALL.to_vec(),
                member: text(),
                reason,
            })
            .chain([ArchiveFault::TooLarge, ArchiveFault::TooLargeAtEnd])
            .chain([ArchiveFault::MoreMembers(5)]);
        for (fault, path) in faults.zip([None, Some(text())].into_iter().cycle()) {
            gaps.push(Skipped::archive(Subject::Object(id), fault, path));
        }
        for gap in gaps {
            let bytes = write(&gap).unwrap();
            let mut reader = Reader::new(&bytes, HashKind::Sha1);
            assert_eq!(read_skipped(&mut reader), Some(gap));
            assert!(reader.is_at_end());
        }
    }

    #[test]
    fn what_is_no_lasting_gap_is_not_kept() {
        let damage = Cause::Object { fault: ObjectFault::Delta, referrer: None };
        assert_eq!(write(&gap(damage)), None);
        assert_eq!(write(&gap(Cause::NotStored(Referrer::Request))), None);
        assert_eq!(write(&gap(Cause::NotStored(Referrer::Ref(token(1))))), None);
        let member =
            ArchiveFault::Member { chain: Vec::new(), member: token(1), reason: Reason::Depth };
        assert_eq!(write(&Skipped::archive(gap(Cause::ForeignIds).subject, member, None)), None);
    }
}
