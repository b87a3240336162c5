//! The image's memory as every session begins with it.

use std::ops::Range;

use super::{PAGE_BYTES, ZEROS};
use wasmtime::{Engine, Linker, Memory, Module, Result, Store, format_err};

/// An instance in which nothing ever runs. It shares all its pages with the image, so it weighs nothing.
pub(crate) struct Pristine {
    store: Store<()>,
    memory: Memory,
    /// From the first page with something in it to the last: what a session's memory is mapped from the image's file for.
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

    /// Whole pages of its memory, outside of which there are only zeros.
    pub(crate) fn extent(&self) -> Range<usize> {
        self.extent.clone()
    }

    /// Its memory.
    pub(crate) fn data(&self) -> &[u8] {
        self.memory.data(&self.store)
    }
}

fn extent(memory: &[u8]) -> Range<usize> {
    let is_something = |page: &[u8]| page != ZEROS;
    let mut pages = memory.chunks(PAGE_BYTES);
    let first = pages.position(is_something).unwrap_or(0);
    let mut pages = memory.chunks(PAGE_BYTES);
    let last = pages.rposition(is_something).map_or(0, |last| last + 1);
    first * PAGE_BYTES..last * PAGE_BYTES
}
