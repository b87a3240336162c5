//! The door: pages, sessions and the Jupyter kernel protocol over a websocket.

pub mod page;
