//! Walks from a content to its members, and on into those that are archives.

use std::cell::RefCell;

use super::codec::{Bzip2, Decoded, Xz};
use super::feed::{Fault, Feed, Peek, Slice};
use super::format::Format;
use super::gzip::Gzip;
use super::limits::Limits;
use super::magic::{START, format_of};
use super::outcome::{Outcome, Reason, Unopened};
use super::sink::{End, Location, Sink};
use super::visitor::{TextKind, Visitor};
use super::zstd::Zstd;
use super::{tar, zip};

/// Shows `visitor` each member of the archive that `content` is, and the members of those. Shows
/// nothing if `content` is no archive. The content itself is not shown.
pub fn walk(content: &[u8], limits: &Limits, visitor: &mut impl Visitor) -> Outcome {
    let format = format_of(content.get(..START).unwrap_or(content));
    let format = format.or_else(|| zip::ends_here(content).then_some(Format::Zip));
    let Some(format) = format else { return Outcome::default() };
    let extraction = Extraction::new(limits, content.len() as u64, visitor);
    let location = Location::default();
    match format {
        Format::Zip => zip::open(&extraction, &location, content),
        format => {
            let mut feed = Slice(content);
            let mut tee = Tee::new(&extraction, &location, &mut feed, None);
            extraction.open(&location, format, &mut tee);
            extraction.open_what_follows(&location, &mut tee);
        }
    }
    Outcome { format: Some(format), ..extraction.state.into_inner().outcome }
}

/// A walk under way.
struct Extraction<'v, V: Visitor> {
    limits: Limits,
    // Every open archive reaches it, for a chunk at a time.
    state: RefCell<State<'v, V>>,
}

struct State<'v, V> {
    visitor: &'v mut V,
    outcome: Outcome,
    /// How many bytes may still be read and made.
    budget: u64,
    /// What to report when the budget is used up.
    scarce: Reason,
    /// How much memory may still hold inner zip files.
    memory: usize,
    stopped: bool,
}

impl<V: Visitor> Sink for Extraction<'_, V> {
    fn member(&self, location: &Location, feed: &mut dyn Feed) -> End {
        if !self.enter(location) {
            return End { read: 0, fault: Some(Fault::Below) };
        }
        let content = self.state.borrow_mut().visitor.begin(&location.as_member());
        let mut tee = Tee::new(self, location, feed, Some(content));
        self.look_into(location, &mut tee);
        tee.drain();
        let Tee { content, read, fault, .. } = tee;
        if let Some(content) = content {
            self.state.borrow_mut().visitor.end(content);
        }
        End { read, fault }
    }

    fn text(&self, location: &Location, kind: TextKind, text: &[u8]) {
        // Headers may overlap, and then their texts come again and again.
        if self.spend(location, text.len()) == text.len() && !text.is_empty() {
            self.state.borrow_mut().visitor.text(&location.as_member(), kind, text);
        }
    }

    /// Once a limit for the whole walk was reached, nothing more is recorded: what comes after it
    /// is only its consequence.
    fn note(&self, location: &Location, reason: Reason) {
        let mut state = self.state.borrow_mut();
        if !state.stopped {
            let (chain, path) = (location.chain.clone(), location.path.clone());
            state.outcome.note(Unopened { chain, path, reason });
        }
    }

    fn spend(&self, location: &Location, count: usize) -> usize {
        let mut state = self.state.borrow_mut();
        let granted = usize::try_from(state.budget).map_or(count, |budget| budget.min(count));
        state.budget -= granted as u64;
        let reason = state.scarce;
        drop(state);
        if granted < count {
            self.stop(location, reason);
        }
        granted
    }

    fn is_stopped(&self) -> bool {
        self.state.borrow().stopped
    }

    fn memory(&self) -> usize {
        self.limits.memory
    }
}

impl<'v, V: Visitor> Extraction<'v, V> {
    fn new(limits: &Limits, length: u64, visitor: &'v mut V) -> Self {
        let by_ratio = length.saturating_mul(limits.ratio).max(limits.ratio_from);
        let (budget, scarce) = if by_ratio < limits.bytes {
            (by_ratio, Reason::Ratio)
        } else {
            (limits.bytes, Reason::Bytes)
        };
        let outcome = Outcome::default();
        let memory = limits.memory;
        let state = State { visitor, outcome, budget, scarce, memory, stopped: false };
        Self { limits: *limits, state: RefCell::new(state) }
    }

    /// Records why nothing more is read at all.
    fn stop(&self, location: &Location, reason: Reason) {
        self.note(location, reason);
        self.state.borrow_mut().stopped = true;
    }

    /// Counts a member. False when there were too many.
    fn enter(&self, location: &Location) -> bool {
        let mut state = self.state.borrow_mut();
        if state.stopped {
            return false;
        }
        if state.outcome.members < self.limits.members {
            state.outcome.members += 1;
            return true;
        }
        drop(state);
        self.stop(location, Reason::Members);
        false
    }

    /// Sets memory aside. Give it back with [`Extraction::release`].
    fn reserve(&self, most: usize) -> usize {
        let mut state = self.state.borrow_mut();
        let granted = state.memory.min(most);
        state.memory -= granted;
        granted
    }

    fn release(&self, count: usize) {
        self.state.borrow_mut().memory += count;
    }

    fn is_too_deep(&self, location: &Location) -> bool {
        location.chain.len() >= self.limits.depth
    }

    /// Opens a member's content, if it is an archive.
    fn look_into(&self, location: &Location, tee: &mut Tee<'_, '_, V>) {
        let Ok(start) = tee.peek(START) else { return };
        let format = format_of(start.get(..START).unwrap_or(start));
        match format {
            Some(format) if self.is_too_deep(location) => {
                self.note(&location.inside(format), Reason::Depth);
            }
            Some(Format::Zip) | None => self.open_zip(location, format.is_some(), tee),
            Some(format) => {
                self.open(location, format, tee);
                self.open_what_follows(location, tee);
            }
        }
    }

    /// Opens the archives that follow an archive. Anything else there is padding.
    fn open_what_follows(&self, location: &Location, tee: &mut Tee<'_, '_, V>) {
        while let Ok(rest) = tee.peek(START)
            && let Some(format) = format_of(rest.get(..START).unwrap_or(rest))
        {
            let before = tee.consumed;
            self.open(location, format, tee);
            if tee.consumed == before {
                return;
            }
        }
    }

    /// Opens a content that begins as a zip file does (`begins`), or ends as one.
    ///
    /// A zip file's directory is at its end, so the content is held in memory if there is room.
    fn open_zip(&self, location: &Location, begins: bool, tee: &mut Tee<'_, '_, V>) {
        let room = self.reserve(usize::MAX);
        let (held, is_whole) = tee.hold(room);
        self.release(room.saturating_sub(held.capacity()));
        let is_zip = begins || (is_whole && zip::ends_here(&held));
        if is_zip && self.is_too_deep(location) {
            self.note(&location.inside(Format::Zip), Reason::Depth);
        } else if is_zip && is_whole {
            zip::open(self, location, &held);
        } else if is_zip {
            let capacity = held.capacity();
            tee.give_back(held);
            zip::read_through(self, location, tee);
            self.release(capacity.min(room));
            return;
        }
        self.release(held.capacity().min(room));
    }

    /// Opens what begins in `tee` as `format`.
    fn open(&self, location: &Location, format: Format, tee: &mut Tee<'_, '_, V>) {
        let memory = self.limits.memory;
        let inner = location.inside(format);
        match format {
            Format::Zip => zip::read_through(self, location, tee),
            Format::Tar => tar::open(self, location, tee),
            Format::Gzip => {
                let text = |kind, text: &[u8]| self.text(&inner, kind, text);
                self.stream(&inner, &mut Decoded::new(tee, Gzip::new(&text)), 1);
            }
            Format::Xz => self.stream(&inner, &mut Decoded::new(tee, Xz::new(memory)), 0),
            Format::Bzip2 => self.stream(&inner, &mut Decoded::new(tee, Bzip2::new()), 0),
            Format::Zstd => self.stream(&inner, &mut Zstd::new(tee, memory), 0),
        }
    }

    /// Shows the content of a compressed stream. A fault is recorded if `least` bytes came before
    /// it.
    fn stream(&self, location: &Location, feed: &mut dyn Feed, least: u64) {
        let End { read, fault } = self.member(location, feed);
        if let Some(fault) = fault
            && read >= least
        {
            self.note_fault(location, fault, read);
        }
    }
}

/// A feed that shows the visitor each byte once, and keeps to the budget.
struct Tee<'t, 'v, V: Visitor> {
    extraction: &'t Extraction<'v, V>,
    location: &'t Location,
    feed: &'t mut dyn Feed,
    /// What the visitor keeps. Nothing if the visitor knows these bytes already.
    content: Option<V::Content>,
    /// Bytes taken from the feed that come again, from the offset `at` on.
    head: Vec<u8>,
    at: usize,
    /// How many of the feed's next bytes were shown already.
    shown: usize,
    read: u64,
    /// How many bytes were consumed.
    consumed: u64,
    fault: Option<Fault>,
}

impl<'t, 'v, V: Visitor> Tee<'t, 'v, V> {
    fn new(
        extraction: &'t Extraction<'v, V>,
        location: &'t Location,
        feed: &'t mut dyn Feed,
        content: Option<V::Content>,
    ) -> Self {
        let head = Vec::new();
        Self {
            extraction,
            location,
            feed,
            content,
            head,
            at: 0,
            shown: 0,
            read: 0,
            consumed: 0,
            fault: None,
        }
    }

    /// Reads the rest, so that the visitor sees it.
    fn drain(&mut self) {
        while let Ok(chunk) = self.fill()
            && !chunk.is_empty()
        {
            let length = chunk.len();
            self.consume(length);
        }
    }

    /// Reads the rest into memory, up to `room` bytes. The flag says whether that is all.
    fn hold(&mut self, room: usize) -> (Vec<u8>, bool) {
        let mut held = Vec::new();
        loop {
            match self.fill() {
                Err(_) | Ok([]) => return (held, true),
                Ok(chunk) => {
                    let length = chunk.len();
                    if held.len() + length > room {
                        return (held, false);
                    }
                    held.extend_from_slice(chunk);
                    self.consume(length);
                }
            }
        }
    }

    /// Puts bytes back, so that they come again.
    fn give_back(&mut self, mut held: Vec<u8>) {
        held.extend_from_slice(self.head.get(self.at..).unwrap_or_default());
        (self.head, self.at) = (held, 0);
    }

    /// Shows the feed's next bytes, and returns them.
    fn pull(&mut self) -> Result<&[u8], Fault> {
        if self.fault.is_some() || self.extraction.is_stopped() {
            return Err(Fault::Below);
        }
        let chunk = match self.feed.fill() {
            Ok(chunk) => chunk,
            Err(fault) => {
                self.fault = Some(fault);
                return Err(Fault::Below);
            }
        };
        if let Some(new) = chunk.get(self.shown..).filter(|new| !new.is_empty()) {
            let granted = self.extraction.spend(self.location, new.len());
            let new = new.get(..granted).unwrap_or(new);
            if let Some(content) = &mut self.content {
                let mut state = self.extraction.state.borrow_mut();
                state.outcome.bytes += new.len() as u64;
                state.visitor.piece(content, new);
            }
            self.read += new.len() as u64;
            self.shown = chunk.len();
        }
        Ok(chunk)
    }
}

impl<V: Visitor> Feed for Tee<'_, '_, V> {
    fn fill(&mut self) -> Result<&[u8], Fault> {
        if self.at < self.head.len() {
            return Ok(self.head.get(self.at..).unwrap_or_default());
        }
        self.pull()
    }

    fn consume(&mut self, count: usize) {
        self.consumed += count as u64;
        if self.at < self.head.len() {
            self.at = (self.at + count).min(self.head.len());
        } else {
            self.feed.consume(count);
            self.shown = self.shown.saturating_sub(count);
        }
    }
}

impl<V: Visitor> Peek for Tee<'_, '_, V> {
    fn peek(&mut self, count: usize) -> Result<&[u8], Fault> {
        if self.at == self.head.len() && self.pull()?.len() >= count {
            return self.pull();
        }
        if self.head.len() - self.at < count {
            self.head.drain(..self.at);
            self.at = 0;
        }
        while self.head.len() - self.at < count {
            let missing = count - self.head.len();
            let is_first = self.head.is_empty();
            let chunk = match self.pull() {
                Ok(chunk) => chunk.get(..missing).unwrap_or(chunk).to_vec(),
                Err(fault) if is_first => return Err(fault),
                // The bytes before the fault come first.
                Err(_) => break,
            };
            if chunk.is_empty() {
                break;
            }
            self.head.extend_from_slice(&chunk);
            self.feed.consume(chunk.len());
            self.shown -= chunk.len();
        }
        Ok(self.head.get(self.at..).unwrap_or_default())
    }
}
