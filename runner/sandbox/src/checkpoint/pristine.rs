//! The image's memory as every session begins with it.

use wasmtime::{Engine, Linker, Memory, Module, Result, Store, format_err};

/// An instance in which nothing ever runs. It shares all its pages with the image, so it weighs nothing.
pub(crate) struct Pristine {
    store: Store<()>,
    memory: Memory,
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
        Ok(Self { store, memory })
    }

    /// Its memory.
    pub(crate) fn data(&self) -> &[u8] {
        self.memory.data(&self.store)
    }
}
