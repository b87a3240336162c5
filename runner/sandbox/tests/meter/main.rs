//! The meter by itself: what small modules count, that nothing runs without being counted, and that the count agrees with
//! wasmtime's own.

mod agreement;
mod counts;
mod escapes;
mod stage;
