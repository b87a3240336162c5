//! Making the image: pre-initialisation, metering and ahead-of-time compilation. Used by the recipe, never when running.

use croquant_meter::Flag;
use wasmtime::error::{Context, format_err};
use wasmtime::{
    Caller, Config, Engine, Extern, Inlining, Instance, Linker, Memory, Module, OptLevel, Result,
    Store, Val,
};
use wasmtime_wizer::{InstanceState, SnapshotVal, ValType, Wizer};

/// The clock while the image is made, nanoseconds since 1970: 2025-01-01. No session sees it.
const CLOCK_NS: i64 = 1_735_689_600_000_000_000;

const SUCCESS: i32 = 0;
const EBADF: i32 = 8;
const EFAULT: i32 = 21;

/// The configuration that compiled code depends on; the engine that runs the image starts from the same.
pub fn config() -> Config {
    crate::config::shared()
}

/// A module whose initialisation has run.
#[derive(Debug)]
pub struct Initialised {
    /// The module, with the memory that its initialisation left.
    pub wasm: Vec<u8>,
    /// Where the end of a slice is announced in that memory.
    pub slice: Flag,
}

/// Runs the guest's `_initialize` and `wizer-initialize` once and writes the memory that they leave back into the module.
/// The guest gets a fixed clock and fixed random numbers, so that the same module always makes the same image.
///
/// # Errors
/// The module is not valid, asks for something that does not exist while an image is made, or its initialisation failed;
/// then the error ends with what it wrote.
pub fn preinitialise(wasm: &[u8]) -> Result<Initialised> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(initialise(wasm))
}

/// Makes the module count its own work, in fuel.
///
/// # Errors
/// The module is not valid, or uses what the meter does not know.
pub fn meter(wasm: &[u8], slice: Flag) -> Result<Vec<u8>> {
    Ok(croquant_meter::instrument(wasm, slice)?.wasm)
}

/// The same module as [`meter`] makes, without metering; for measuring what that costs, and for nothing else.
///
/// # Errors
/// As [`meter`].
pub fn unmetered(wasm: &[u8]) -> Result<Vec<u8>> {
    Ok(croquant_meter::unmetered(wasm)?)
}

/// Compiles the module to this machine's code, in the form that `Module::deserialize` loads.
///
/// # Errors
/// The module is not valid.
pub fn precompile(wasm: &[u8]) -> Result<Vec<u8>> {
    Engine::new(&config())?.precompile_module(wasm)
}

async fn initialise(wasm: &[u8]) -> Result<Initialised> {
    let wizer = Wizer::new();
    let (context, instrumented) = wizer.instrument(wasm)?;
    let mut config = config();
    // This code runs once: compile it quickly, and with what a backtrace needs.
    config
        .cranelift_opt_level(OptLevel::None)
        .compiler_inlining(Inlining::No)
        .generate_address_map(true);
    let engine = Engine::new(&config)?;
    let module = Module::new(&engine, &instrumented)?;
    let mut store = Store::new(&engine, Host::default());
    let linker = linker(&engine, &module)?;
    let instance = linker.instantiate_async(&mut store, &module).await?;
    for name in ["_initialize", wizer.get_init_func()] {
        let function = instance.get_typed_func::<(), ()>(&mut store, name)?;
        if let Err(error) = function.call_async(&mut store, ()).await {
            let output = String::from_utf8_lossy(&store.data().output);
            return Err(format_err!("`{name}` failed: {error:?}\n{output}"));
        }
    }
    let slice = slice_flag(&mut store, &instance).await?;
    let wasm = wizer
        .snapshot(&context, &mut State { store, instance })
        .await?;
    Ok(Initialised { wasm, slice })
}

/// The first and the fifth word of the interrupt block: the eval breaker's address, and the bit that ends a slice.
async fn slice_flag(store: &mut Store<Host>, instance: &Instance) -> Result<Flag> {
    let block = instance.get_typed_func::<(), u32>(&mut *store, "croquant_interrupt_block")?;
    let block = block.call_async(&mut *store, ()).await? as usize;
    let memory = instance
        .get_memory(&mut *store, "memory")
        .context("the guest exports no memory")?;
    let word = |index: usize| {
        let at = block + 4 * index;
        let bytes = memory.data(&*store).get(at..at + 4)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?))
    };
    let flag = word(0).zip(word(4));
    let (address, bit) = flag.context("the interrupt block points nowhere")?;
    Ok(Flag { address, bit })
}

/// What the guest has while the image is made.
#[derive(Default)]
struct Host {
    /// State of the generator behind `random_get` (SplitMix64): the same numbers for every image.
    random: u64,
    /// What the guest wrote. The cells that warm the interpreter up print too, so it is only shown after a failure.
    output: Vec<u8>,
}

impl Host {
    fn next(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.random ^ (self.random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// The little of a host that initialisation may use; every other import traps and says its name.
fn linker(engine: &Engine, module: &Module) -> Result<Linker<Host>> {
    const GUEST: &str = "croquant";
    const WASI: &str = "wasi_snapshot_preview1";
    let mut linker = Linker::new(engine);
    linker.func_wrap(GUEST, "write", write)?;
    // Results and errors of the cells that warm the interpreter up: nobody reads them.
    linker.func_wrap(GUEST, "emit", |_kind: i32, _at: i32, _len: i32| {})?;
    // Modules ask at import whether `poll` works; no time passes here.
    linker.func_wrap(GUEST, "sleep", |_ns: i64| SUCCESS)?;
    // Nobody else waits to run.
    linker.func_wrap(GUEST, "slice", || {})?;
    // Nobody counts yet.
    linker.func_wrap(GUEST, "charge", |_bytes: i32| {})?;
    linker.func_wrap(GUEST, "charges", || {})?;
    linker.func_wrap(WASI, "clock_time_get", clock_time_get)?;
    linker.func_wrap(WASI, "clock_res_get", clock_res_get)?;
    linker.func_wrap(WASI, "random_get", random_get)?;
    linker.func_wrap(WASI, "sched_yield", || SUCCESS)?;
    linker.func_wrap(WASI, "fd_prestat_get", |_: i32, _: i32| EBADF)?;
    linker.func_wrap(WASI, "proc_exit", proc_exit)?;
    linker.define_unknown_imports_as_traps(module)?;
    Ok(linker)
}

fn write(mut caller: Caller<'_, Host>, _fd: i32, at: i32, len: i32) -> Result<i32> {
    let memory = memory(&mut caller)?;
    let (data, host) = memory.data_and_store_mut(&mut caller);
    let (start, bytes) = (at as u32 as usize, len as u32 as usize);
    let Some(bytes) = data.get(start..start.saturating_add(bytes)) else {
        return Ok(-EFAULT);
    };
    host.output.extend_from_slice(bytes);
    Ok(len)
}

fn clock_time_get(mut caller: Caller<'_, Host>, id: i32, _precision: i64, at: i32) -> Result<i32> {
    // Clocks other than the calendar's start at 0 in every session, and libc keeps the start of its processor clock.
    let now = if id == 0 { CLOCK_NS } else { 0 };
    put(&mut caller, at, &now.to_le_bytes())
}

fn clock_res_get(mut caller: Caller<'_, Host>, _id: i32, at: i32) -> Result<i32> {
    put(&mut caller, at, &1_i64.to_le_bytes())
}

fn random_get(mut caller: Caller<'_, Host>, at: i32, len: i32) -> Result<i32> {
    let mut bytes = vec![0; len as u32 as usize];
    for chunk in bytes.chunks_mut(8) {
        let value = caller.data_mut().next().to_le_bytes();
        chunk.copy_from_slice(&value[..chunk.len()]);
    }
    put(&mut caller, at, &bytes)
}

fn proc_exit(code: i32) -> Result<()> {
    Err(format_err!("the guest exited with {code}"))
}

fn memory(caller: &mut Caller<'_, Host>) -> Result<Memory> {
    caller
        .get_export("memory")
        .and_then(Extern::into_memory)
        .context("the guest exports no memory")
}

fn put(caller: &mut Caller<'_, Host>, at: i32, bytes: &[u8]) -> Result<i32> {
    let memory = memory(caller)?;
    Ok(memory
        .write(caller, at as u32 as usize, bytes)
        .map_or(EFAULT, |()| SUCCESS))
}

/// Lets the pre-initialiser read an instance.
struct State {
    store: Store<Host>,
    instance: Instance,
}

impl InstanceState for State {
    async fn global_get(&mut self, name: &str, _: ValType) -> SnapshotVal {
        let global = self
            .instance
            .get_global(&mut self.store, name)
            .expect("wizer exported it");
        match global.get(&mut self.store) {
            Val::I32(value) => SnapshotVal::I32(value),
            Val::I64(value) => SnapshotVal::I64(value),
            Val::F32(value) => SnapshotVal::F32(value),
            Val::F64(value) => SnapshotVal::F64(value),
            Val::V128(value) => SnapshotVal::V128(value.as_u128()),
            other => unreachable!("wizer refuses modules with mutable globals like {other:?}"),
        }
    }

    async fn memory_contents(&mut self, name: &str, contents: impl FnOnce(&[u8]) + Send) {
        let memory = self
            .instance
            .get_memory(&mut self.store, name)
            .expect("wizer exported it");
        contents(memory.data(&self.store));
    }
}
