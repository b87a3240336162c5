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
        .compiler_inlining(Inlining::Yes)
        // The meter's floor lies in a memory of its own.
        .wasm_multi_memory(true)
        // The guest is one thread of plain wasm; nothing that it does not need is accepted.
        .wasm_threads(false)
        .wasm_memory64(false)
        .wasm_relaxed_simd(false)
        .wasm_backtrace_details(WasmBacktraceDetails::Disable)
        .generate_address_map(false);
    inline_more(&mut config);
    config
}

/// Inlines functions of up to twice wasmtime's default size, as long as the sum stays within twice its default. A call costs more in
/// metered code than elsewhere, because the count is kept in a register within a function only.
#[expect(
    unsafe_code,
    reason = "compiler flags can only be set through an unsafe call"
)]
fn inline_more(config: &mut Config) {
    // SAFETY: the two flags bound the inliner; they do not change what the code means.
    unsafe {
        config.cranelift_flag_set("wasmtime_inlining_small_callee_size", "100");
        config.cranelift_flag_set("wasmtime_inlining_sum_size_threshold", "4000");
    }
}
