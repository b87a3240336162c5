//! The door: pages, sessions and the Jupyter kernel protocol over a websocket.
//!
//! A [`Config`] and the sandbox's engine make an [`AppState`]; [`router`] answers requests with it, [`serve`] does so on a listener.
//! Pages come from a folder or from the example tutorial, and are made live on the way ([`page`]); each reader has a session for
//! each page.

mod assets;
mod config;
mod error;
mod guard;
mod identity;
mod kernel;
mod mime;
pub mod page;
mod server;
mod site;

pub use assets::licences;
pub use config::{Config, ConfigError, Pages};
pub use server::{AppState, router, serve};
