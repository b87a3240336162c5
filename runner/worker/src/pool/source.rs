//! Where workers come from: processes of this executable, or threads of this process.

use std::os::unix::net::UnixStream;

use croquant_sandbox::Engine;

use crate::error::Error;
use crate::spawner::Spawner;
use crate::worker;

/// Where workers come from.
#[derive(Debug)]
pub(super) enum Source {
    Processes(Spawner),
    Threads(Engine),
}

impl Source {
    /// Starts a worker: its process, and the socket to it. Waits without giving way.
    pub(super) fn start(&self) -> Result<(u32, UnixStream), Error> {
        match self {
            Self::Processes(spawner) => spawner.worker(),
            Self::Threads(engine) => {
                let (own, other) = UnixStream::pair()?;
                let engine = engine.clone();
                // It ends when its socket closes.
                std::thread::Builder::new()
                    .name("worker".into())
                    .spawn(move || {
                        if let Err(error) = worker::run_here(other, engine) {
                            tracing::error!(%error, "a worker has ended");
                        }
                    })?;
                Ok((0, own))
            }
        }
    }

    /// Waits until no more can be had.
    pub(super) async fn ended(&self) {
        match self {
            Self::Processes(spawner) => {
                if let Err(error) = spawner.ended().await {
                    tracing::error!(%error, "the process that starts workers cannot be watched");
                    std::future::pending().await
                }
            }
            Self::Threads(_) => std::future::pending().await,
        }
    }

    /// Ends a worker that does not keep to the protocol, or does not notice that it is not wanted.
    pub(super) fn end(&self, process: u32) {
        match self {
            Self::Processes(spawner) => spawner.end(process),
            Self::Threads(_) => {}
        }
    }
}
