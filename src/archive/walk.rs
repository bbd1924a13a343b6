//! From the content to its members, and on into those that are archives.

use std::cell::RefCell;

use super::codec::{Bzip2, Decoded, Xz};
use super::feed::{Fault, Feed, Peek, Slice};
use super::gzip::Gzip;
use super::zstd::Zstd;
use super::{
    Format, Limits, Member, Outcome, Reason, START, TextKind, Unopened, Visitor, format_of, tar,
    zip,
};

/// Shows `visitor` each member of the archive that `content` is, and the members of those; nothing if
/// it is none. The content itself is not shown.
pub fn walk(content: &[u8], limits: &Limits, visitor: &mut impl Visitor) -> Outcome {
    let format = format_of(content.get(..START).unwrap_or(content));
    let format = format.or_else(|| zip::ends_here(content).then_some(Format::Zip));
    let Some(format) = format else { return Outcome::default() };
    let walk = Walk::new(limits, content.len() as u64, visitor);
    let place = Place::default();
    match format {
        Format::Zip => zip::open(&walk, &place, content),
        format => {
            let mut feed = Slice(content);
            let mut tee = Tee::new(&walk, &place, &mut feed, None);
            open(&walk, &place, format, &mut tee);
            look_behind(&walk, &place, &mut tee);
        }
    }
    Outcome { format: Some(format), ..walk.state.into_inner().outcome }
}

/// A walk under way.
pub(super) struct Walk<'v, V: Visitor> {
    pub(super) limits: Limits,
    // Every archive that is open has to reach it, for a chunk at a time.
    state: RefCell<State<'v, V>>,
}

struct State<'v, V> {
    visitor: &'v mut V,
    outcome: Outcome,
    /// How many bytes may still be read and made, and what it means that there are none.
    budget: u64,
    scarce: Reason,
    /// How much memory may still be used to hold inner zip files.
    memory: usize,
    stopped: bool,
}

/// Where in the content something is.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    chain: Vec<Format>,
    path: Vec<u8>,
}

impl Place {
    /// The content of a compressed stream here.
    pub(super) fn inside(&self, format: Format) -> Self {
        let mut inner = self.clone();
        inner.chain.push(format);
        inner
    }

    /// A member of an archive here.
    pub(super) fn member(&self, format: Format, name: &[u8]) -> Self {
        let mut inner = self.inside(format);
        if !inner.path.is_empty() {
            inner.path.extend_from_slice(b"!/");
        }
        inner.path.extend_from_slice(name);
        inner
    }

    fn as_member(&self) -> Member<'_> {
        Member { chain: &self.chain, path: &self.path }
    }
}

/// How a member's content ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub(super) read: u64,
    pub(super) fault: Option<Fault>,
}

impl<'v, V: Visitor> Walk<'v, V> {
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

    /// Whether a limit that holds for all was reached: then nothing more is read.
    pub(super) fn is_stopped(&self) -> bool {
        self.state.borrow().stopped
    }

    /// Remembers something that was not read. After a limit that holds for all was reached, nothing
    /// more is: all that comes then is its consequence.
    pub(super) fn note(&self, place: &Place, reason: Reason) {
        let mut state = self.state.borrow_mut();
        if !state.stopped {
            let (chain, path) = (place.chain.clone(), place.path.clone());
            state.outcome.note(Unopened { chain, path, reason });
        }
    }

    /// Remembers a fault, if no other layer tells of it.
    pub(super) fn note_fault(&self, place: &Place, fault: Fault, read: u64) {
        if let Some(reason) = fault.reason(read) {
            self.note(place, reason);
        }
    }

    /// Remembers why nothing more is read at all.
    fn stop(&self, place: &Place, reason: Reason) {
        self.note(place, reason);
        self.state.borrow_mut().stopped = true;
    }

    /// Shows a text of an archive's structure.
    pub(super) fn text(&self, place: &Place, kind: TextKind, text: &[u8]) {
        // Headers may overlap, and so their texts come again and again.
        if self.spend(place, text.len()) == text.len() && !text.is_empty() {
            self.state.borrow_mut().visitor.text(&place.as_member(), kind, text);
        }
    }

    /// Takes `count` bytes from the budget; how many of them it had.
    pub(super) fn spend(&self, place: &Place, count: usize) -> usize {
        let mut state = self.state.borrow_mut();
        let granted = usize::try_from(state.budget).map_or(count, |budget| budget.min(count));
        state.budget -= granted as u64;
        let reason = state.scarce;
        drop(state);
        if granted < count {
            self.stop(place, reason);
        }
        granted
    }

    /// Counts a member. False when there were too many.
    fn enter(&self, place: &Place) -> bool {
        let mut state = self.state.borrow_mut();
        if state.stopped {
            return false;
        }
        if state.outcome.members < self.limits.members {
            state.outcome.members += 1;
            return true;
        }
        drop(state);
        self.stop(place, Reason::Members);
        false
    }

    /// Sets memory aside. Give it back with [`Walk::release`].
    fn reserve(&self, most: usize) -> usize {
        let mut state = self.state.borrow_mut();
        let granted = state.memory.min(most);
        state.memory -= granted;
        granted
    }

    fn release(&self, count: usize) {
        self.state.borrow_mut().memory += count;
    }
}

/// Shows a member whose content `feed` gives, and what is in it.
pub(super) fn member<V: Visitor>(walk: &Walk<'_, V>, place: &Place, feed: &mut dyn Feed) -> End {
    if !walk.enter(place) {
        return End { read: 0, fault: Some(Fault::Below) };
    }
    let content = walk.state.borrow_mut().visitor.begin(&place.as_member());
    let mut tee = Tee::new(walk, place, feed, Some(content));
    look_into(walk, place, &mut tee);
    tee.drain();
    let Tee { content, read, fault, .. } = tee;
    if let Some(content) = content {
        walk.state.borrow_mut().visitor.end(content);
    }
    End { read, fault }
}

fn look_into<V: Visitor>(walk: &Walk<'_, V>, place: &Place, tee: &mut Tee<'_, '_, V>) {
    let Ok(start) = tee.peek(START) else { return };
    let format = format_of(start.get(..START).unwrap_or(start));
    if format.is_some() && place.chain.len() >= walk.limits.depth {
        if let Some(format) = format {
            walk.note(&place.inside(format), Reason::Depth);
        }
        return;
    }
    match format {
        Some(Format::Zip) | None => look_for_zip(walk, place, format.is_some(), tee),
        Some(format) => {
            open(walk, place, format, tee);
            look_behind(walk, place, tee);
        }
    }
}

/// What follows an archive is padding, if it is no archive itself.
fn look_behind<V: Visitor>(walk: &Walk<'_, V>, place: &Place, tee: &mut Tee<'_, '_, V>) {
    while let Ok(rest) = tee.peek(START)
        && let Some(format) = format_of(rest.get(..START).unwrap_or(rest))
    {
        let before = tee.consumed;
        open(walk, place, format, tee);
        if tee.consumed == before {
            return;
        }
    }
}

/// A zip file's directory is at its end, so it is held in memory if there is room. A file that begins
/// with something else may be one too.
fn look_for_zip<V: Visitor>(
    walk: &Walk<'_, V>,
    place: &Place,
    begins: bool,
    tee: &mut Tee<'_, '_, V>,
) {
    let room = walk.reserve(usize::MAX);
    let (held, is_whole) = tee.hold(room);
    walk.release(room.saturating_sub(held.capacity()));
    let is_zip = begins || (is_whole && zip::ends_here(&held));
    if is_zip && place.chain.len() >= walk.limits.depth {
        walk.note(&place.inside(Format::Zip), Reason::Depth);
    } else if is_zip && is_whole {
        zip::open(walk, place, &held);
    } else if is_zip {
        let capacity = held.capacity();
        tee.give_back(held);
        zip::read_through(walk, place, tee);
        walk.release(capacity.min(room));
        return;
    }
    walk.release(held.capacity().min(room));
}

/// Opens what begins in `tee` as `format`.
fn open<V: Visitor>(walk: &Walk<'_, V>, place: &Place, format: Format, tee: &mut Tee<'_, '_, V>) {
    let memory = walk.limits.memory;
    match format {
        Format::Zip => zip::read_through(walk, place, tee),
        Format::Tar => tar::open(walk, place, tee),
        Format::Gzip => {
            let inner = place.inside(format);
            let text = |kind, text: &[u8]| walk.text(&inner, kind, text);
            stream(walk, &inner, &mut Decoded::new(tee, Gzip::new(&text)), 1);
        }
        Format::Xz => {
            stream(walk, &place.inside(format), &mut Decoded::new(tee, Xz::new(memory)), 0);
        }
        Format::Bzip2 => {
            stream(walk, &place.inside(format), &mut Decoded::new(tee, Bzip2::new()), 0);
        }
        Format::Zstd => stream(walk, &place.inside(format), &mut Zstd::new(tee, memory), 0),
    }
}

/// Shows the content of a compressed stream. A fault is told of if `least` bytes came before it.
fn stream<V: Visitor>(walk: &Walk<'_, V>, place: &Place, feed: &mut dyn Feed, least: u64) {
    let End { read, fault } = member(walk, place, feed);
    if let Some(fault) = fault
        && read >= least
    {
        walk.note_fault(place, fault, read);
    }
}

/// A feed that shows the visitor what comes through it, once, and keeps to the budget.
pub(super) struct Tee<'t, 'v, V: Visitor> {
    walk: &'t Walk<'v, V>,
    place: &'t Place,
    feed: &'t mut dyn Feed,
    /// The visitor's part; nothing if it knows these bytes.
    content: Option<V::Content>,
    /// Bytes that were taken from the feed and come again, from an offset on.
    head: Vec<u8>,
    at: usize,
    /// How many of the bytes that the feed gives next were shown.
    shown: usize,
    read: u64,
    /// How many bytes were consumed.
    consumed: u64,
    fault: Option<Fault>,
}

impl<'t, 'v, V: Visitor> Tee<'t, 'v, V> {
    fn new(
        walk: &'t Walk<'v, V>,
        place: &'t Place,
        feed: &'t mut dyn Feed,
        content: Option<V::Content>,
    ) -> Self {
        let head = Vec::new();
        Self {
            walk,
            place,
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

    /// Reads the rest, for its being shown.
    fn drain(&mut self) {
        while let Ok(chunk) = self.fill()
            && !chunk.is_empty()
        {
            let length = chunk.len();
            self.consume(length);
        }
    }

    /// Takes the rest into memory, but not more than `room` bytes; whether that is all.
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

    /// Lets bytes that were taken come again.
    fn give_back(&mut self, mut held: Vec<u8>) {
        held.extend_from_slice(self.head.get(self.at..).unwrap_or_default());
        (self.head, self.at) = (held, 0);
    }

    /// The feed's next bytes, shown.
    fn pull(&mut self) -> Result<&[u8], Fault> {
        if self.fault.is_some() || self.walk.is_stopped() {
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
            let granted = self.walk.spend(self.place, new.len());
            let new = new.get(..granted).unwrap_or(new);
            if let Some(content) = &mut self.content {
                let mut state = self.walk.state.borrow_mut();
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
                // What comes before the fault is looked at first.
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
