//! Searches files and names outside of the objects, and reports what is found there.

use std::fs::FileType;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::hit::Hit;
use super::text::{Searched, leaks_in_text};
use crate::git::gap::{Gap, Subject};
use crate::git::io::small_file::{is_absent, open_regular};
use crate::git::object::id::ObjectId;
use crate::scan::job::Job;
use crate::scan::report::coverage::{Coverage, Note, Noted};
use crate::scan::report::finding::{MAX_MORE_PLACES, Source};
use crate::scan::report::findings::Findings;
use crate::scan::report::gap::Skipped;
use crate::threads;

/// So many notes are listed for one repository: a directory may have a million links.
const MAX_NOTES: usize = 1000;

/// Where something that is searched stands.
#[derive(Clone, Copy)]
pub(crate) struct Place<'p> {
    pub(crate) source: Source,
    /// As reports show it.
    pub(crate) path: &'p [u8],
}

/// Whether a symbolic link in the place of a file is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Links {
    Follow,
    Refuse,
}

/// A search through files and names of one repository.
pub(crate) struct FileSearch<'f> {
    job: &'f Job<'f>,
    repository: Arc<str>,
    findings: &'f mut Findings,
    coverage: Coverage,
    /// How many more places may be listed.
    places_left: usize,
    more_notes: u64,
}

impl<'f> FileSearch<'f> {
    pub(crate) fn new(job: &'f Job<'_>, repository: &str, findings: &'f mut Findings) -> Self {
        Self {
            job,
            repository: repository.into(),
            findings,
            coverage: Coverage { files: Some(0), ..Coverage::default() },
            places_left: MAX_MORE_PLACES,
            more_notes: 0,
        }
    }

    /// What was read, and what not.
    pub(crate) fn finish(mut self) -> Coverage {
        if self.more_notes > 0 {
            let reason = format!("{} more notes of this repository", self.more_notes);
            self.coverage.notes.push(Note::new(Noted::More, &*self.repository, reason));
        }
        self.coverage
    }

    pub(crate) fn skip(&mut self, skipped: impl Into<Skipped>) {
        self.coverage.skipped.push(skipped.into());
    }

    pub(crate) fn note(&mut self, note: Note) {
        if self.coverage.notes.len() < MAX_NOTES {
            self.coverage.notes.push(note);
        } else {
            self.more_notes += 1;
        }
    }

    /// Searches a regular file, however large.
    pub(crate) fn file(&mut self, path: &Path, links: Links, place: Place<'_>) {
        let file = open_regular(path, links == Links::Follow);
        let searched = file.map(|file| leaks_in_text(&self.job.detector, file));
        self.report(path, searched, place);
    }

    /// Reports what the search of a file has found, if it could be opened.
    fn report(&mut self, path: &Path, searched: io::Result<Searched>, place: Place<'_>) {
        match searched {
            Ok(searched) => {
                self.count(path, &searched);
                for hit in searched.hits {
                    self.add(&hit, place, true, None);
                }
            }
            // It was there when its directory was listed: git renames and deletes files.
            Err(error) if is_absent(&error) => {}
            Err(error) => self.skip(Gap::unreadable(path, &error)),
        }
    }

    /// As [`FileSearch::file`] for many files, which are searched by several threads.
    pub(crate) fn files(&mut self, files: &[(PathBuf, Vec<u8>)], source: Source) {
        let detector = &self.job.detector;
        // A thread takes longer to start than a few files to search.
        let threads = if files.len() < 16 { 1 } else { self.job.threads() };
        let searched = threads::map(files, 1, threads, |(path, _)| {
            open_regular(path, false).map(|file| leaks_in_text(detector, file))
        });
        for ((path, name), searched) in files.iter().zip(searched) {
            self.report(path, searched, Place { source, path: name });
        }
    }

    /// Whether there is a token in a regular file. It is not reported.
    pub(crate) fn has_token(&mut self, path: &Path) -> io::Result<bool> {
        let searched = leaks_in_text(&self.job.detector, open_regular(path, true)?);
        self.count(path, &searched);
        Ok(!searched.hits.is_empty())
    }

    fn count(&mut self, path: &Path, searched: &Searched) {
        if let Some(error) = &searched.error {
            self.skip(Gap::unreadable(path, error));
        }
        for fault in &searched.unopened {
            self.skip(Skipped::archive(Subject::path(path), fault.clone(), None));
        }
        self.count_file(searched.bytes);
    }

    /// Counts a file that was read in another way.
    pub(crate) fn count_file(&mut self, bytes: u64) {
        *self.coverage.files.get_or_insert_default() += 1;
        self.job.progress.read(0, bytes);
    }

    /// Searches a text that has lines.
    pub(crate) fn text(&mut self, text: &[u8], place: Place<'_>) {
        for hit in leaks_in_text(&self.job.detector, text).hits {
            self.add(&hit, place, true, None);
        }
    }

    /// Searches what a symbolic link leads to, without going there.
    pub(crate) fn link(&mut self, path: &Path, place: Place<'_>) {
        match std::fs::read_link(path) {
            Ok(target) => self.text(target.as_os_str().as_encoded_bytes(), place),
            Err(error) if is_absent(&error) => {}
            Err(error) => self.skip(Gap::unreadable(path, &error)),
        }
    }

    /// Searches bytes that have no lines, for names that are not known otherwise.
    pub(crate) fn more_names(&mut self, bytes: &[u8], place: Place<'_>) {
        for hit in leaks_in_text(&self.job.detector, bytes).hits {
            if self.findings.has_name(&hit.leak, &self.repository, None) {
                continue;
            }
            self.add(&hit, place, false, None);
        }
    }

    /// Searches a name that a directory lists: the last part of a path. The parts before it were
    /// searched when they were met.
    pub(crate) fn name(&mut self, place: Place<'_>) {
        let start = memchr::memrchr(b'/', place.path).map_or(0, |slash| slash + 1);
        if place.path.len() - start < self.job.detector.min_len() {
            return;
        }
        for hit in leaks_in_text(&self.job.detector, place.path).hits {
            if hit.end > start as u64 {
                self.add(&hit, place, false, None);
            }
        }
    }

    /// Searches a name that stands in a file, with all of its parts. A token in the name of a
    /// directory is reported once for all that is below it. True when there is a token.
    pub(crate) fn path(&mut self, place: Place<'_>, object: Option<ObjectId>) -> bool {
        if place.path.len() < self.job.detector.min_len() {
            return false;
        }
        let hits = leaks_in_text(&self.job.detector, place.path).hits;
        let is_hit = !hits.is_empty();
        for hit in hits {
            let end = usize::try_from(hit.end).unwrap_or(place.path.len()).min(place.path.len());
            let rest = &place.path[end..];
            let end = end + memchr::memchr(b'/', rest).unwrap_or(rest.len());
            let path = &place.path[..end];
            // What is in a tree too was reported with its commit.
            if place.source != Source::Index
                || !self.findings.has_name(&hit.leak, &self.repository, Some(path))
            {
                self.add(&hit, Place { path, ..place }, false, object);
            }
        }
        is_hit
    }

    /// Notes that something other than a file, directory or link is there.
    pub(crate) fn special(&mut self, path: &Path, kind: FileType) {
        let reason = format!("{}, which was not opened", special_name(kind));
        self.note(Note::new(Noted::SpecialFile, path.display().to_string(), reason));
    }

    /// Reports that a directory cannot be listed. One that is gone has nothing.
    pub(crate) fn unlisted(&mut self, path: &Path, error: &io::Error) {
        if !is_absent(error) {
            self.skip(Gap::unlistable(path, error));
        }
    }

    fn add(&mut self, hit: &Hit, place: Place<'_>, has_lines: bool, object: Option<ObjectId>) {
        self.job.progress.found(1);
        let locations = self.findings.of(&hit.leak);
        let mut location = hit.location(place.source, &self.repository);
        location.object = object;
        location.path = Some(place.path.into());
        if !has_lines {
            (location.line, location.column) = (None, None);
        }
        // Names of one directory come in a row, and a token may stand twice in a name.
        if locations.last() == Some(&location) {
            return;
        }
        if locations.is_empty() || self.places_left > 0 {
            self.places_left = self.places_left.saturating_sub(1);
            locations.push(location);
        } else {
            self.coverage.has_unlisted_places = true;
        }
    }
}

/// The kind of a file that holds nothing.
fn special_name(kind: FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        if kind.is_fifo() {
            return "a pipe";
        }
        if kind.is_socket() {
            return "a socket";
        }
    }
    let _ = kind;
    "a device"
}

/// A file's name as bytes.
pub(crate) fn name_bytes(name: &std::ffi::OsStr) -> &[u8] {
    name.as_encoded_bytes()
}

/// A path below a directory, in the form that git writes.
pub(crate) fn join(directory: &[u8], name: &[u8]) -> Vec<u8> {
    if directory.is_empty() { name.to_vec() } else { [directory, b"/", name].concat() }
}
