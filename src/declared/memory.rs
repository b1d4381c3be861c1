//! What earlier readings found out and the next one may keep: tables whose code, with all that it read, has not changed.
//!
//! While a variable is evaluated or a table put into plain data, every module-level variable and list of exports that is
//! read is noted. A table's facts are kept as long as all of those are declared by the same statements as before. Code that
//! changes what other statements made (an assignment, a `push`) depends on the order of all, so nothing is kept then.

use std::collections::HashMap;
use std::sync::Arc;

use super::evaluate::Evaluator;
use super::modules::ModuleId;
use super::value::Location;
use super::{DeclaredTable, Request, Unresolved};
use crate::syntax::tree::Island;
use crate::syntax::{Name, ParsedFile};
use crate::text::{FilePath, Place, Span};

/// How long a chain of variables may be that is followed.
const MAX_CHAIN: u32 = 200;

/// A file's number, the same in every reading.
pub(super) type FileNumber = u32;

/// Something that an evaluation read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Read {
    /// A module-level variable, be it there or not.
    Variable(FileNumber, Name),
    /// Which names a module exports.
    Exports(FileNumber),
    /// Anything in the file.
    Whole(FileNumber),
}

/// How a variable was declared when it was last evaluated, and what went into it.
#[derive(Debug)]
struct Record {
    /// The statement that declares it; `None` where none does.
    island: Option<Arc<Island>>,
    /// What an import's module was resolved to.
    import: Option<(Box<str>, Option<FilePath>)>,
    reads: Box<[Read]>,
}

/// A table's facts, and what they rest on.
#[derive(Debug)]
struct Kept {
    table: DeclaredTable,
    unresolved: Vec<Unresolved>,
    reads: Box<[Read]>,
    anchors: Vec<Anchor>,
    /// The reading that last found it to hold.
    reading: u64,
}

/// A statement that the places of a table lie in, and where it stood.
#[derive(Debug)]
struct Anchor {
    file: FilePath,
    island: Arc<Island>,
    start: usize,
}

/// A file as the last reading met it.
#[derive(Debug)]
struct Met {
    parsed: Arc<ParsedFile>,
    export_list: u64,
}

/// What is known from earlier readings, and what the present one notes.
#[derive(Debug, Default)]
pub(super) struct Memory {
    request: Option<Request>,
    reading: u64,
    numbers: HashMap<FilePath, FileNumber>,
    met: HashMap<FileNumber, Met>,
    records: HashMap<(FileNumber, Name), Record>,
    /// What the present reading evaluated. The next one compares with it, the present one with those before.
    fresh_records: HashMap<(FileNumber, Name), Record>,
    kept: HashMap<(FileNumber, Name), Kept>,
    /// The key that named a builder which several tables share, by the builder's statement and place in it.
    named: HashMap<(usize, u32), (Arc<Island>, Name)>,
    /// Whether each variable is declared as it was, as far as this reading asked.
    verdicts: HashMap<(FileNumber, Name), bool>,
    /// What the present evaluation has read.
    pub reads: Vec<Read>,
    /// Whether something changed what another statement made.
    pub effects: bool,
    /// How many tables this reading kept.
    pub reused: usize,
}

impl Memory {
    /// Begins a reading of `request`; what was read for another is of no use.
    pub fn begin(&mut self, request: &Request) {
        if self.request.as_ref() != Some(request) {
            *self = Self { request: Some(request.clone()), ..Self::default() };
        }
        self.reading += 1;
        self.reads.clear();
        self.verdicts.clear();
        self.fresh_records.clear();
        self.effects = false;
        self.reused = 0;
    }

    /// Forgets everything, for the reading to begin again.
    pub fn forget(&mut self) {
        *self = Self { request: self.request.take(), reading: self.reading, ..Self::default() };
    }

    fn number(&mut self, file: &FilePath) -> FileNumber {
        if let Some(number) = self.numbers.get(file) {
            return *number;
        }
        let number = FileNumber::try_from(self.numbers.len()).unwrap_or(FileNumber::MAX);
        self.numbers.insert(file.clone(), number);
        number
    }
}

impl Evaluator<'_> {
    /// The number of a file that becomes a module.
    pub fn file_number(&mut self, file: &FilePath) -> FileNumber {
        self.memory.number(file)
    }

    /// Notes that the present evaluation reads the variable `name` of module `id`.
    pub fn note_variable(&mut self, id: ModuleId, name: Name) {
        let module = &self.modules[id];
        let number = module.number;
        if !module.variables.contains_key(&name) {
            let record = Record { island: None, import: None, reads: Box::default() };
            self.memory.fresh_records.insert((number, name), record);
        }
        self.note(Read::Variable(number, name));
    }

    /// Notes that the present evaluation reads which names module `id` exports.
    pub fn note_exports(&mut self, id: ModuleId) {
        self.note(Read::Exports(self.modules[id].number));
    }

    /// Notes that the present evaluation depends on all of module `id`.
    pub fn note_whole(&mut self, id: ModuleId) {
        self.note(Read::Whole(self.modules[id].number));
    }

    fn note(&mut self, read: Read) {
        self.memory.reads.push(read);
    }

    /// Notes that code changed what another statement made, so that the order of all statements matters.
    pub fn note_effect(&mut self) {
        self.memory.effects = true;
    }

    /// What was read since `before`, once each; it is no longer the business of the evaluation around.
    pub fn reads_since(&mut self, before: usize) -> Box<[Read]> {
        let mut reads = self.memory.reads.split_off(before);
        reads.sort_unstable();
        reads.dedup();
        reads.into()
    }

    /// Notes what went into the variable `name` of module `id`, which has just been evaluated.
    pub fn record(&mut self, id: ModuleId, name: Name, import: Option<&str>, reads: &[Read]) {
        let module = &self.modules[id];
        let Some(variable) = module.variables.get(&name) else { return };
        let island = module.parsed.islands.get(variable.island).map(|(_, island)| island.clone());
        let (number, file) = (module.number, module.file.clone());
        let import = import.map(|specifier| {
            let target = self.resolver.resolve(self.files, &file, specifier);
            (Box::from(specifier), target)
        });
        self.memory.fresh_records.insert((number, name), Record { island, import, reads: reads.into() });
    }

    /// Notes that a table names the builder at `location`, which another statement made, by `key`. Which table does so first
    /// matters only where two keys differ.
    pub fn note_named(&mut self, location: Location, key: Name) {
        let islands = &self.modules[location.module].parsed.islands;
        let index = islands.partition_point(|(offset, _)| *offset <= location.start as usize);
        let Some((offset, island)) = index.checked_sub(1).and_then(|index| islands.get(index)) else { return };
        let inside = location.start - u32::try_from(*offset).unwrap_or(location.start);
        let place = (Arc::as_ptr(island).addr(), inside);
        // The island is held so that its address stays its own.
        let (_, known) = self.memory.named.entry(place).or_insert_with(|| (island.clone(), key));
        if *known != key {
            self.memory.effects = true;
        }
    }

    /// Whether the table that the variable `name` of module `id` declares is known from the last reading, and nothing that it
    /// rests on has changed.
    pub fn holds(&mut self, id: ModuleId, name: Name) -> bool {
        let key = (self.modules[id].number, name);
        let Some(kept) = self.memory.kept.get(&key) else { return false };
        if kept.reading == self.memory.reading {
            return true;
        }
        let reads = kept.reads.clone();
        let anchors: Vec<_> = kept.anchors.iter().map(|anchor| (anchor.file.clone(), anchor.island.clone())).collect();
        let holds = reads.iter().all(|read| self.read_holds(*read, 0))
            && anchors.iter().all(|(file, island)| {
                self.load(file).is_some_and(|module| self.modules[module].offset_of(island).is_some())
            });
        let reading = self.memory.reading;
        match self.memory.kept.get_mut(&key) {
            Some(kept) if holds => kept.reading = reading,
            _ => {
                self.memory.kept.remove(&key);
            }
        }
        holds
    }

    fn read_holds(&mut self, read: Read, depth: u32) -> bool {
        match read {
            Read::Variable(file, name) => self.variable_holds((file, name), depth),
            Read::Exports(file) | Read::Whole(file) => {
                let Some(id) = self.module_numbered(file) else { return false };
                let (module, met) = (&self.modules[id], self.memory.met.get(&file));
                met.is_some_and(|met| match read {
                    Read::Whole(_) => Arc::ptr_eq(&met.parsed, &module.parsed),
                    _ => met.export_list == module.export_list,
                })
            }
        }
    }

    fn variable_holds(&mut self, key: (FileNumber, Name), depth: u32) -> bool {
        if let Some(known) = self.memory.verdicts.get(&key) {
            return *known;
        }
        // A circle does not hold; evaluation does not get through one either.
        self.memory.verdicts.insert(key, false);
        let holds = depth < MAX_CHAIN && self.variable_holds_anew(key, depth);
        self.memory.verdicts.insert(key, holds);
        holds
    }

    fn variable_holds_anew(&mut self, key: (FileNumber, Name), depth: u32) -> bool {
        let Some(id) = self.module_numbered(key.0) else { return false };
        if self.modules[id].has_effects {
            self.run_module(id);
        }
        let Some(record) = self.memory.records.get(&key) else { return false };
        let module = &self.modules[id];
        let declared = module.variables.get(&key.1);
        let island = declared.and_then(|variable| module.parsed.islands.get(variable.island));
        let same = match (island, &record.island) {
            (Some((_, island)), Some(known)) => Arc::ptr_eq(island, known),
            (None, None) => true,
            _ => false,
        };
        if !same {
            return false;
        }
        let reads = record.reads.clone();
        if let Some((specifier, target)) = record.import.clone() {
            let file = self.modules[id].file.clone();
            if self.resolver.resolve(self.files, &file, &specifier) != target {
                return false;
            }
        }
        reads.iter().all(|read| self.read_holds(*read, depth + 1))
    }

    fn module_numbered(&mut self, number: FileNumber) -> Option<ModuleId> {
        if let Some(id) = self.numbered.get(&number) {
            return Some(*id);
        }
        let file = self.memory.numbers.iter().find(|(_, known)| **known == number).map(|(file, _)| file.clone())?;
        self.load(&file)
    }

    /// The facts of a table that [`Self::holds`], at the places where they stand now.
    pub fn recall(&mut self, id: ModuleId, name: Name) -> Option<(DeclaredTable, Vec<Unresolved>)> {
        let kept = self.memory.kept.get(&(self.modules[id].number, name))?;
        self.memory.reused += 1;
        let mut moves: Vec<(&FilePath, Span, usize)> = Vec::new();
        for anchor in &kept.anchors {
            let module = &self.modules[*self.module_of.get(&anchor.file)?];
            let start = module.offset_of(&anchor.island)?;
            moves.push((&anchor.file, Span::new(anchor.start, anchor.start + anchor.island.text.len()), start));
        }
        let (mut table, mut unresolved) = (kept.table.clone(), kept.unresolved.clone());
        if moves.iter().all(|(_, was, start)| was.start == *start) {
            return Some((table, unresolved));
        }
        let relocate = |place: &mut Place| {
            let found = moves.iter().find(|(file, was, _)| was.contains(place.span) && **file == place.file);
            if let Some((_, was, start)) = found {
                let begin = start + (place.span.start - was.start);
                place.span = Span::new(begin, begin + (place.span.end - place.span.start));
            }
        };
        table.places_mut().for_each(relocate);
        unresolved.iter_mut().map(|unresolved| &mut unresolved.place).for_each(relocate);
        Some((table, unresolved))
    }

    /// Keeps the facts of the table that the variable `name` of module `id` declares for the next reading.
    pub fn keep(
        &mut self,
        (id, name): (ModuleId, Name),
        table: &DeclaredTable,
        unresolved: &[Unresolved],
        reads: &[Read],
    ) {
        let mut table = table.clone();
        let mut unresolved = unresolved.to_vec();
        let mut anchors: Vec<Anchor> = Vec::new();
        let places = table.places_mut().chain(unresolved.iter_mut().map(|unresolved| &mut unresolved.place));
        for place in places {
            let within = |anchor: &Anchor| {
                Span::new(anchor.start, anchor.start + anchor.island.text.len()).contains(place.span)
                    && anchor.file == place.file
            };
            if anchors.iter().any(within) {
                continue;
            }
            let Some(module) = self.module_of.get(&place.file).map(|id| &self.modules[*id]) else { return };
            let islands = &module.parsed.islands;
            let index = islands.partition_point(|(offset, _)| *offset <= place.span.start);
            let Some((start, island)) = index.checked_sub(1).and_then(|index| islands.get(index)) else { return };
            if island.broken || start + island.text.len() < place.span.end {
                return;
            }
            anchors.push(Anchor { file: place.file.clone(), island: island.clone(), start: *start });
        }
        let key = (self.modules[id].number, name);
        let reads = reads.iter().copied().chain([Read::Variable(key.0, key.1)]).collect();
        let reading = self.memory.reading;
        self.memory.kept.insert(key, Kept { table, unresolved, reads, anchors, reading });
    }

    /// Ends a reading: what it did not find to hold is forgotten, and all where order matters.
    pub fn end_reading(&mut self) -> Memory {
        let mut memory = std::mem::take(&mut self.memory);
        memory.records.extend(std::mem::take(&mut memory.fresh_records));
        if memory.effects || self.out_of_steps() {
            memory.kept.clear();
            memory.named.clear();
            return memory;
        }
        let reading = memory.reading;
        memory.kept.retain(|_, kept| kept.reading == reading);
        for module in &self.modules {
            let met = Met { parsed: module.parsed.clone(), export_list: module.export_list };
            memory.met.insert(module.number, met);
        }
        memory
    }
}
