//! A metered module without a host: the test plays the host.

use croquant_meter::{CONTROL, FUEL, Flag, Metered, instrument};
use wasmtime::{Config, Engine, Instance, Linker, Memory, Module, Result, Store, Trap, Val};

/// Where the modules of these tests have their flag.
pub(crate) const FLAG: Flag = Flag {
    address: 64,
    bit: 0x80,
};

/// A running module.
pub(crate) struct Stage {
    store: Store<()>,
    instance: Instance,
}

/// Puts `body` into a module with a memory, a table and a global, which the meter needs, and with the imports that it takes away.
pub(crate) fn module(body: &str) -> Metered {
    try_module(body).unwrap()
}

pub(crate) fn try_module(body: &str) -> Result<Metered, croquant_meter::Error> {
    let text = format!(
        r#"(module
        (import "croquant" "charge" (func $charge (param i32)))
        (import "croquant" "charges" (func $charges))
        (memory (export "memory") 2 16) (global (mut i32) (i32.const 0)) (table 4 funcref) {body})"#
    );
    instrument(&wat::parse_str(text).unwrap(), FLAG)
}

impl Stage {
    pub(crate) fn new(body: &str) -> Self {
        let mut config = Config::new();
        config.wasm_multi_memory(true);
        let engine = Engine::new(&config).unwrap();
        let module = Module::new(&engine, module(body).wasm).unwrap();
        let mut store = Store::new(&engine, ());
        // None is left: one would trap.
        let mut linker = Linker::new(&engine);
        linker.define_unknown_imports_as_traps(&module).unwrap();
        let instance = linker.instantiate(&mut store, &module).unwrap();
        Self { store, instance }
    }

    /// Calls the export `f` with `argument`, with `fuel` units and down to `floor`.
    pub(crate) fn call(&mut self, argument: i32, fuel: i64, floor: i64) -> Result<i32> {
        let global = self.instance.get_global(&mut self.store, FUEL).unwrap();
        global.set(&mut self.store, Val::I64(fuel))?;
        let control = self.memory(CONTROL);
        control.write(&mut self.store, 0, &floor.to_le_bytes())?;
        let f = self
            .instance
            .get_typed_func::<i32, i32>(&mut self.store, "f")?;
        f.call(&mut self.store, argument)
    }

    /// What is left.
    pub(crate) fn fuel(&mut self) -> i64 {
        let global = self.instance.get_global(&mut self.store, FUEL).unwrap();
        global.get(&mut self.store).unwrap_i64()
    }

    /// What `f(argument)` costs.
    pub(crate) fn cost(&mut self, argument: i32) -> i64 {
        const PLENTY: i64 = 1 << 40;
        self.call(argument, PLENTY, i64::MIN).unwrap();
        PLENTY - self.fuel()
    }

    /// Whether the flag is up; takes it down.
    pub(crate) fn take_flag(&mut self) -> bool {
        let memory = self.memory("memory");
        let at = FLAG.address as usize;
        let up = memory.data(&self.store)[at] == 0x80;
        memory.data_mut(&mut self.store)[at] = 0;
        up
    }

    fn memory(&mut self, name: &str) -> Memory {
        self.instance.get_memory(&mut self.store, name).unwrap()
    }
}

/// Runs `f(argument)` of a module that would go on for ever, and expects that it is stopped at its floor.
#[track_caller]
pub(crate) fn check_stops(body: &str, argument: i32) {
    let mut stage = Stage::new(body);
    let error = stage.call(argument, 1_000, -50_000_000).unwrap_err();
    let trap = error.downcast_ref::<Trap>();
    assert_eq!(trap, Some(&Trap::UnreachableCodeReached), "{error:?}");
    assert!(stage.take_flag(), "it was never asked to call the host");
    assert!(stage.fuel() < -50_000_000);
}
