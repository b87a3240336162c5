//! The server as its clients see it: a real one on the loopback interface, spoken to over HTTP and websockets.

#![expect(
    clippy::disallowed_methods,
    reason = "tests make folders and look at their own memory"
)]

mod access;
mod clients;
mod control;
mod harness;
mod input;
mod limits;
mod messages;
mod pages;
mod protocol;
mod sleep;
