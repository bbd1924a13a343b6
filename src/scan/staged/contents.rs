//! Reads and searches what staged files hold.

use super::difference::StagedFile;
use super::stored::Stored;
use crate::bytes::to_text;
use crate::git::gap::Subject;
use crate::git::object::id::{ObjectId, ObjectKind};
use crate::git::odb::Object;
use crate::scan::job::Job;
use crate::scan::report::gap::Skipped;
use crate::scan::search::found::Found;
use crate::threads;

/// How many contents a thread takes at once.
const AT_ONCE: usize = 16;

/// What the staged files hold.
#[derive(Default)]
pub(super) struct Contents {
    pub(super) found: Found,
    pub(super) skipped: Vec<Skipped>,
    /// How many different contents were read, and how many bytes they have.
    pub(super) objects: u64,
    pub(super) bytes: u64,
    /// How many files have them.
    pub(super) files: u64,
}

/// The numbers of the files, those with the same content next to each other. A submodule has none.
pub(super) fn by_content(files: &[StagedFile<'_>]) -> Vec<usize> {
    let mut numbers: Vec<usize> = (0..files.len()).filter(|&at| !files[at].is_gitlink).collect();
    numbers.sort_by_key(|&at| files[at].id);
    numbers
}

/// The numbers of the files that have this content.
pub(super) fn with_content<'f>(
    files: &[StagedFile<'_>],
    by_content: &'f [usize],
    id: &ObjectId,
) -> &'f [usize] {
    let first = by_content.partition_point(|&at| files[at].id < *id);
    let end = by_content.partition_point(|&at| files[at].id <= *id);
    &by_content[first..end]
}

impl Contents {
    /// Reads each content once.
    pub(super) fn read(
        job: &Job<'_>,
        files: &[StagedFile<'_>],
        by_content: &[usize],
        stored: &Stored<'_>,
    ) -> Self {
        let groups: Vec<&[usize]> =
            by_content.chunk_by(|&a, &b| files[a].id == files[b].id).collect();
        job.progress.expect(groups.len() as u64);
        let parts = threads::share(&groups, AT_ONCE, job.threads(), |queue| {
            let mut contents = Self::default();
            for &group in queue.shares().flatten() {
                contents.add(job, &files[group[0]], group.len(), stored);
            }
            contents
        });
        let mut contents = Self::default();
        for part in parts {
            contents.merge(part);
        }
        contents
    }

    /// Reads the content that `count` files have. `first` is one of them.
    fn add(&mut self, job: &Job<'_>, first: &StagedFile<'_>, count: usize, stored: &Stored<'_>) {
        let content = match stored.blob(&first.id, &first.path) {
            Ok(content) => content,
            Err(gap) => return self.skipped.push(gap.into()),
        };
        let bytes = content.len() as u64;
        let before = self.found.count();
        self.found.search(&job.detector, &Object::new(ObjectKind::Blob, bytes, first.id), &content);
        let unopened = std::mem::take(&mut self.found.unopened);
        self.skipped.extend(unopened.into_iter().map(|(id, fault)| {
            Skipped::archive(Subject::Object(id), fault, Some(to_text(&first.path)))
        }));
        job.progress.found(self.found.count() - before);
        job.progress.read(1, bytes);
        self.objects += 1;
        self.bytes += bytes;
        self.files += count as u64;
    }

    fn merge(&mut self, other: Self) {
        self.found.merge(other.found);
        self.skipped.extend(other.skipped);
        self.objects += other.objects;
        self.bytes += other.bytes;
        self.files += other.files;
    }
}
