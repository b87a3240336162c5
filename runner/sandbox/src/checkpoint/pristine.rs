//! The image's memory as every session begins with it.

use std::ops::Range;

use super::{PAGE_BYTES, ZEROS};
use wasmtime::{Engine, Linker, Memory, Module, Result, Store, format_err};

/// An instance in which nothing ever runs. It shares all its pages with the image, so it weighs nothing.
pub(crate) struct Pristine {
    store: Store<()>,
    memory: Memory,
    extent: Range<usize>,
}

impl Pristine {
    /// Makes the instance. It takes one of the pool's slots, for good.
    pub(crate) fn new(engine: &Engine, module: &Module) -> Result<Self> {
        let mut linker = Linker::new(engine);
        linker.define_unknown_imports_as_traps(module)?;
        let mut store = Store::new(engine, ());
        let instance = linker.instantiate(&mut store, module)?;
        let memory = instance
            .get_memory(&mut store, "memory")
            .ok_or_else(|| format_err!("it exports no memory"))?;
        let extent = extent(memory.data(&store));
        Ok(Self {
            store,
            memory,
            extent,
        })
    }

    /// Whole pages of its memory from one with something in it to another: so all of them are mapped from the image's file. There may be some more.
    pub(crate) fn extent(&self) -> Range<usize> {
        self.extent.clone()
    }

    /// Its memory.
    pub(crate) fn data(&self) -> &[u8] {
        self.memory.data(&self.store)
    }
}

/// How many pages are skipped in the search for the image's extent, as a look costs a page fault: at first, and then.
const STRIDES: [usize; 2] = [256, 16];

fn extent(memory: &[u8]) -> Range<usize> {
    let is_something = |page: &usize| memory[page * PAGE_BYTES..][..PAGE_BYTES] != ZEROS;
    let pages = memory.len() / PAGE_BYTES;
    let [far, near] = STRIDES;
    let first = (0..pages).step_by(far).find(is_something).unwrap_or(0);
    let before = (1..=first / near).map(|steps| first - steps * near);
    let first = before.take_while(is_something).last().unwrap_or(first);
    let last = (first..pages).step_by(near).rfind(is_something);
    first * PAGE_BYTES..last.map_or(first, |last| last + 1) * PAGE_BYTES
}
