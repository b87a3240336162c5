//! The wall with the real guest: what stops Python and what it keeps, attacks on its stack, many sessions at once.

mod bytecode;
mod calls;
mod chains;
mod chance;
mod compiled;
mod exchange;
mod imports;
mod interrupts;
mod limits;
mod long_calls;
mod many;
mod recursion;
mod restores;
mod snapshots;
mod stage;
mod twins;
