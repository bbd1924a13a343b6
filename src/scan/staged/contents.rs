//! Reading what staged files hold.

use super::difference::StagedFile;
use super::stored::Stored;
use crate::bytes::to_text;
use crate::git::gap::Subject;
use crate::git::progress::Progress;
use crate::rules::Detector;
use crate::scan::report::gap::Skipped;
use crate::scan::search::content::inspect;
use crate::scan::search::pieces::TextHit;
use crate::threads;

/// How many contents a thread takes at once.
const AT_ONCE: usize = 16;

/// What the staged files hold.
#[derive(Default)]
pub(super) struct Contents<'f> {
    pub(super) hits: Vec<Hit<'f>>,
    pub(super) skipped: Vec<Skipped>,
    /// How many different contents were read, and how many bytes they have.
    pub(super) objects: u64,
    pub(super) bytes: u64,
    /// How many files have them.
    pub(super) files: u64,
}

/// A token in a content.
pub(super) struct Hit<'f> {
    /// The numbers of the files that have this content.
    pub(super) files: &'f [usize],
    pub(super) text: TextHit,
}

/// The numbers of the files, those with the same content next to each other. A submodule has none.
pub(super) fn by_content(files: &[StagedFile<'_>]) -> Vec<usize> {
    let mut numbers: Vec<usize> = (0..files.len()).filter(|&at| !files[at].is_gitlink).collect();
    numbers.sort_by_key(|&at| files[at].id);
    numbers
}

impl<'f> Contents<'f> {
    /// Reads each content once.
    pub(super) fn read(
        files: &[StagedFile<'_>],
        by_content: &'f [usize],
        stored: &Stored<'_>,
        detector: &Detector,
        threads: usize,
        progress: &Progress,
    ) -> Self {
        let groups: Vec<&'f [usize]> =
            by_content.chunk_by(|&a, &b| files[a].id == files[b].id).collect();
        progress.expect(groups.len() as u64);
        let parts = threads::share(&groups, AT_ONCE, threads, |queue| {
            let mut contents = Self::default();
            for &group in queue.flatten() {
                contents.add(files, group, stored, detector, progress);
            }
            contents
        });
        let mut contents = Self::default();
        for part in parts {
            contents.merge(part);
        }
        // The threads take the groups in any order.
        contents.hits.sort_by_key(|hit| (hit.files[0], hit.text.position));
        contents
    }

    fn add(
        &mut self,
        files: &[StagedFile<'_>],
        group: &'f [usize],
        stored: &Stored<'_>,
        detector: &Detector,
        progress: &Progress,
    ) {
        let first = &files[group[0]];
        let content = match stored.blob(&first.id, &first.path) {
            Ok(content) => content,
            Err(gap) => return self.skipped.push(gap.into()),
        };
        let before = self.hits.len();
        let inspection = inspect(detector, &content);
        self.skipped.extend(inspection.unopened.into_iter().map(|fault| {
            Skipped::archive(Subject::Object(first.id), fault, Some(to_text(&first.path)))
        }));
        self.hits.extend(inspection.hits.into_iter().map(|text| Hit { files: group, text }));
        progress.found((self.hits.len() - before) as u64);
        let bytes = content.len() as u64;
        progress.read(1, bytes);
        self.objects += 1;
        self.bytes += bytes;
        self.files += group.len() as u64;
    }

    fn merge(&mut self, other: Self) {
        self.hits.extend(other.hits);
        self.skipped.extend(other.skipped);
        self.objects += other.objects;
        self.bytes += other.bytes;
        self.files += other.files;
    }
}
