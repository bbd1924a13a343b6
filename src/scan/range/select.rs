//! Selects the commits of a range.
//!
//! It works as `git rev-list` does (`limit_list` in revision.c). Commits are taken from a queue,
//! the latest first, from both ends at once, and all that the excluded end leads to is marked.
//! Dates only give the order: a commit is left out because the excluded end leads to it, for no
//! other reason. Where clocks ran wrong, the walk may go on for longer than it had to.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use crate::git::gap::ObjectFault;
use crate::git::history::commit_graph::{CommitGraphFile, Generation, GraphCommit};
use crate::git::history::commits::Person;
use crate::git::object::id::{ObjectId, ObjectKind};
use crate::git::object::tree::CommitLinks;
use crate::git::odb::Object;
use crate::git::odb::verified::{Lack, Verified};
use crate::rules::Detector;
use crate::scan::search::found::Found;

/// The number of a commit among the commits that were met.
pub(super) type Number = u32;

/// When only excluded commits are left in the queue, and all are older than the range, so many more
/// are looked at: one of them may be older than what it leads to. (Git looks at five.)
const SLOP: u32 = 64;

/// The commits that were met, each read once for all ranges.
pub(super) struct Commits<'s> {
    objects: Verified<'s>,
    detector: &'s Detector,
    graph: Option<&'s CommitGraphFile>,
    numbers: HashMap<ObjectId, Number>,
    list: Vec<Commit>,
    /// The tokens in what was read, excluded commits included.
    pub(super) found: Found,
}

/// A commit that was met.
struct Commit {
    id: ObjectId,
    /// What was read, once it was.
    content: Option<Result<Content, Lack>>,
}

/// What a walk needs of a commit.
pub(super) struct Content {
    pub(super) tree: ObjectId,
    pub(super) parents: Vec<Number>,
    /// The committer's date.
    pub(super) time: i64,
    /// Its size in bytes.
    pub(super) size: u64,
}

/// What one range has.
pub(super) struct Selected {
    /// The commits that could be read.
    pub(super) commits: Vec<Number>,
    /// Excluded commits that some of them have as parents.
    pub(super) edges: Vec<Number>,
    /// Those that could not be read, each with a commit that names it, if one does.
    pub(super) lacking: Vec<(Number, Option<Number>)>,
}

impl<'s> Commits<'s> {
    pub(super) fn new(
        objects: Verified<'s>,
        detector: &'s Detector,
        graph: Option<&'s CommitGraphFile>,
    ) -> Self {
        let (numbers, list) = (HashMap::new(), Vec::new());
        Self { objects, detector, graph, numbers, list, found: Found::default() }
    }

    /// The number of the commit with this id, read or not.
    pub(super) fn number(&mut self, id: ObjectId) -> Number {
        let next = Number::try_from(self.list.len()).unwrap_or(Number::MAX);
        *self.numbers.entry(id).or_insert_with(|| {
            self.list.push(Commit { id, content: None });
            next
        })
    }

    pub(super) fn id(&self, number: Number) -> ObjectId {
        self.list[number as usize].id
    }

    /// What was read of a commit.
    pub(super) fn content(&self, number: Number) -> Option<&Content> {
        self.list[number as usize].content.as_ref()?.as_ref().ok()
    }

    /// What a commit that was read names, and its date.
    pub(super) fn links(&self, number: Number) -> Option<GraphCommit> {
        let Content { tree, parents, time, .. } = self.content(number)?;
        let parents = parents.iter().map(|&parent| self.id(parent)).collect();
        Some(GraphCommit { tree: *tree, parents, time: *time })
    }

    /// Why a commit could not be read.
    pub(super) fn lack(&self, number: Number) -> Option<&Lack> {
        self.list[number as usize].content.as_ref()?.as_ref().err()
    }

    /// The generation of a commit, if the graph has it.
    pub(super) fn generation(&self, number: Number) -> Option<Generation> {
        let graph = self.graph?;
        graph.generation(graph.position(&self.id(number))?)
    }

    /// Reads a commit, unless it was read before; what is to be known of it, if it can be read.
    pub(super) fn read(&mut self, number: Number) -> Option<&Content> {
        if self.list[number as usize].content.is_none() {
            let id = self.id(number);
            let bytes = self.objects.read_as(&id, ObjectKind::Commit);
            let content = bytes.and_then(|bytes| self.parse(id, &bytes));
            self.list[number as usize].content = Some(content);
        }
        self.content(number)
    }

    /// The number of a commit that was read well.
    pub(super) fn known(&self, id: &ObjectId) -> Option<Number> {
        let number = *self.numbers.get(id)?;
        self.content(number).map(|_| number)
    }

    /// Takes a commit over that was read elsewhere; its number.
    pub(super) fn put(&mut self, id: ObjectId, bytes: &[u8]) -> Number {
        let number = self.number(id);
        if self.list[number as usize].content.is_none() {
            let content = self.parse(id, bytes);
            self.list[number as usize].content = Some(content);
        }
        number
    }

    fn parse(&mut self, id: ObjectId, bytes: &[u8]) -> Result<Content, Lack> {
        let size = bytes.len() as u64;
        let object = Object::new(ObjectKind::Commit, size, id);
        self.found.search(self.detector, &object, bytes);
        let links = CommitLinks::parse(bytes, self.objects.hash);
        let links = links.ok_or(Lack::Fault(ObjectFault::Malformed(ObjectKind::Commit)))?;
        let time = Person::in_header(bytes, b"committer ").map_or(0, |person| person.time);
        let parents = links.parents().map(|parent| self.number(parent)).collect();
        Ok(Content { tree: links.tree, parents, time, size })
    }

    /// The commits that `tips` lead to and `excluded` do not.
    pub(super) fn select(&mut self, tips: &[Number], excluded: &[Number]) -> Selected {
        let mut walk = Walk::default();
        for &number in excluded {
            walk.exclude(number, self);
            walk.enter(number, self);
        }
        for &number in tips {
            walk.enter(number, self);
        }
        let mut limit = None;
        while let Some((time, _, number)) = walk.queue.pop() {
            let is_excluded = walk.is(number, EXCLUDED);
            if !is_excluded {
                walk.waiting -= 1;
            } else if walk.waiting == 0 {
                let limit = limit.get_or_insert_with(|| Limit::new(&walk, self));
                match limit.judge(number, time, self) {
                    Judgement::GoOn => {}
                    Judgement::Pass => continue,
                    Judgement::Stop => break,
                }
            }
            walk.set(number, TAKEN);
            let parents = self.content(number).map(|content| content.parents.clone());
            for parent in parents.unwrap_or_default() {
                if is_excluded {
                    walk.exclude(parent, self);
                }
                walk.enter(parent, self);
            }
        }
        walk.finish(tips, self)
    }
}

/// The commit was met, and is or was in the queue if it can be read.
const MET: u8 = 1;
/// It was taken from the queue, and its parents were met.
const TAKEN: u8 = 2;
/// The excluded end leads to it.
const EXCLUDED: u8 = 4;

#[derive(Default)]
struct Walk {
    /// By number.
    marks: Vec<u8>,
    /// The latest first, and of those with one date the first that came.
    queue: BinaryHeap<(i64, Reverse<u32>, Number)>,
    entered: u32,
    /// How many in the queue are not excluded.
    waiting: usize,
}

impl Walk {
    fn is(&self, number: Number, mark: u8) -> bool {
        self.marks.get(number as usize).is_some_and(|marks| marks & mark != 0)
    }

    fn set(&mut self, number: Number, mark: u8) {
        let at = number as usize;
        if at >= self.marks.len() {
            self.marks.resize(at + 1, 0);
        }
        self.marks[at] |= mark;
    }

    fn enter(&mut self, number: Number, commits: &mut Commits<'_>) {
        if self.is(number, MET) {
            return;
        }
        self.set(number, MET);
        if let Some(content) = commits.read(number) {
            self.queue.push((content.time, Reverse(self.entered), number));
            self.entered = self.entered.wrapping_add(1);
            if !self.is(number, EXCLUDED) {
                self.waiting += 1;
            }
        }
    }

    /// Marks a commit, and what it is known to lead to.
    fn exclude(&mut self, number: Number, commits: &Commits<'_>) {
        let mut open = vec![number];
        while let Some(number) = open.pop() {
            if self.is(number, EXCLUDED) {
                continue;
            }
            self.set(number, EXCLUDED);
            let Some(content) = commits.content(number) else { continue };
            if self.is(number, TAKEN) {
                open.extend_from_slice(&content.parents);
            } else if self.is(number, MET) {
                self.waiting -= 1;
            }
        }
    }

    /// The commits that were taken and not excluded so far.
    fn taken(&self) -> impl Iterator<Item = Number> + '_ {
        let is_taken = |marks: u8| marks & TAKEN != 0 && marks & EXCLUDED == 0;
        (0..).zip(&self.marks).filter(move |(_, marks)| is_taken(**marks)).map(|(number, _)| number)
    }

    fn finish(&self, tips: &[Number], commits: &Commits<'_>) -> Selected {
        let mut selected =
            Selected { commits: self.taken().collect(), edges: Vec::new(), lacking: Vec::new() };
        let mut is_lacking = |number: Number, namer: Option<Number>| {
            if !self.is(number, EXCLUDED) && commits.lack(number).is_some() {
                selected.lacking.push((number, namer));
            }
        };
        for &tip in tips {
            is_lacking(tip, None);
        }
        for &number in &selected.commits {
            for &parent in commits.content(number).map_or(&[][..], |content| &content.parents) {
                is_lacking(parent, Some(number));
                if self.is(parent, EXCLUDED) {
                    selected.edges.push(parent);
                }
            }
        }
        selected.lacking.sort_unstable();
        selected.lacking.dedup_by_key(|lacking| lacking.0);
        selected.edges.sort_unstable();
        selected.edges.dedup();
        selected
    }
}

/// How far to look for more of the excluded side, once nothing else is left in the queue.
struct Limit {
    /// No commit of the range is older.
    oldest: i64,
    /// No commit of the range has a lower generation; those that the graph does not have are higher
    /// than all that it has.
    lowest: Generation,
    is_empty: bool,
    slop: u32,
}

enum Judgement {
    GoOn,
    Pass,
    Stop,
}

impl Limit {
    fn new(walk: &Walk, commits: &Commits<'_>) -> Self {
        let times = walk.taken().filter_map(|number| Some(commits.content(number)?.time));
        let oldest = times.min();
        let generations = walk.taken().filter_map(|number| commits.generation(number));
        Self {
            oldest: oldest.unwrap_or(i64::MAX),
            lowest: generations.min().unwrap_or(Generation::MAX),
            is_empty: oldest.is_none(),
            slop: SLOP,
        }
    }

    /// Whether an excluded commit may lead to a commit of the range.
    fn judge(&mut self, number: Number, time: i64, commits: &Commits<'_>) -> Judgement {
        if self.is_empty {
            return Judgement::Stop;
        }
        // What the graph says is not proven. A lie here makes the range larger or the walk longer.
        match commits.generation(number) {
            Some(generation) if generation <= self.lowest => return Judgement::Pass,
            Some(_) => return Judgement::GoOn,
            None => {}
        }
        if time >= self.oldest {
            self.slop = SLOP;
        } else if self.slop == 0 {
            return Judgement::Stop;
        } else {
            self.slop -= 1;
        }
        Judgement::GoOn
    }
}
