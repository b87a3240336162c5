//! The wall against a guest of few words (`guest.wat`): every way to end, each limit with a twin that stays within it,
//! and what a hostile guest may try.

mod begin;
mod endings;
mod host;
mod interrupts;
mod mounts;
mod overseer;
mod passed;
mod restores;
mod stage;
mod watch;
