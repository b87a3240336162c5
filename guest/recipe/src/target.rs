//! How C becomes WebAssembly: the compiler, the target and the flags that all of the guest's code shares.

use std::path::Path;

/// The C compiler. Debian's clang 19 finds its runtime library for `wasm32-wasi`, not for `wasm32-wasip1`.
pub(crate) const CLANG: &str = "clang-19";
/// The archiver for its objects.
pub(crate) const AR: &str = "llvm-ar-19";
/// The archive indexer.
pub(crate) const RANLIB: &str = "llvm-ranlib-19";
/// The linker.
pub(crate) const LINKER: &str = "wasm-ld-19";

/// The instruction set, beyond WebAssembly's first version, that the guest may use.
pub(crate) const FEATURES: &[&str] = &[
    "-msimd128",
    "-mbulk-memory",
    "-mnontrapping-fptoint",
    "-mextended-const",
];

/// The compiler's command for the sysroot of wasi-libc.
pub(crate) fn compiler(sysroot: &Path) -> String {
    format!(
        "{CLANG} --target=wasm32-wasi --sysroot={}",
        sysroot.display()
    )
}

/// Optimisation of CPython and its libraries: whole-program.
pub(crate) fn optimised() -> String {
    format!("-DNDEBUG -O3 -flto {}", FEATURES.join(" "))
}
