//! The one wasmtime configuration, for compiling the image and for running it.

use wasmtime::{Config, Inlining, WasmBacktraceDetails};

/// How much of the wasm stack the guest may use. CPython's recursion checks are calibrated so that every known attack on
/// them ends in a `RecursionError` within this much; at a quarter of it some trap.
const WASM_STACK_BYTES: usize = 8 << 20;

/// What a fiber has beyond the guest's share: room for the host's own frames, which must never run out (that aborts).
const HOST_STACK_BYTES: usize = 2 << 20;

/// Everything that compiled code depends on. What only matters when running (the pool) is added by the engine.
pub(crate) fn shared() -> Config {
    let mut config = Config::new();
    config
        .max_wasm_stack(WASM_STACK_BYTES)
        .async_stack_size(WASM_STACK_BYTES + HOST_STACK_BYTES)
        // 32-bit memories in 4 GiB of reserved addresses need no bounds checks: the hardware traps. Smaller ones cost 40 %.
        .memory_reservation(4 << 30)
        .memory_may_move(false)
        .signals_based_traps(true)
        .memory_init_cow(true)
        // What the C compiler left. Not beyond wasmtime's own limits: that doubles the memory that compiling takes, and gains nothing.
        .compiler_inlining(Inlining::Yes)
        // The meter's floor lies in a memory of its own.
        .wasm_multi_memory(true)
        // What a charge does when fuel is short stands out of the way of what it mostly does.
        .wasm_branch_hinting(true)
        // The guest is one thread of plain wasm; nothing that it does not need is accepted.
        .wasm_threads(false)
        .wasm_memory64(false)
        .wasm_relaxed_simd(false)
        .wasm_backtrace_details(WasmBacktraceDetails::Disable)
        .generate_address_map(false);
    config
}
