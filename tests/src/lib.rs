//! What the tests and the benches share.

mod built;
mod folder;
mod process;

pub use built::{Recipe, built, image, unmetered_image};
pub use folder::{copy, tree};
pub use process::wait;

use std::future::Future;

/// Waits for a session's future on this thread.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    use tokio::runtime::{Builder, Runtime};
    thread_local! {
        static RUNTIME: Runtime = Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
    }
    RUNTIME.with(|runtime| runtime.block_on(future))
}
