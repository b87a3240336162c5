//! Metering: a pass over the guest's module that makes it count its own work.
//!
//! The pass adds a mutable `i64` global, [`FUEL`], which counts down, and a memory of one page, [`CONTROL`], which holds the floor: the value
//! below which the guest stops at once. Every loop header, and the entry of every function through which a recursion could run, subtracts the
//! cost of the code up to the next such point, as a constant. Below zero the guest sets a bit in a flag of its own memory (CPython's
//! `eval_breaker`), so that its interpreter calls the host at the next safe point; below the floor it traps (`unreachable`).
//!
//! A loop may charge by itself instead, for as much as it says: CPython's evaluation loop does, which knows better than its header what it ran
//! through.
//!
//! The module is ours and trusted, only the Python in it is hostile, and wasm's globals cannot be reached from linear memory: so
//! the count cannot be forged from inside.

mod body;
mod cost;
mod graph;
mod module;

pub use module::{
    CONTROL, Error, FUEL, Flag, IDENTITY, Metered, UNIT_VERSION, instrument, unmetered,
};
