//! `croquant grade --serve-queue`: jobs from a queue, until Ctrl-C or SIGTERM.

use std::io::{self, Write as _};

use croquant_grade::queue::Queue;
use croquant_grade::report::json;
use croquant_grade::{Crew, Release, Task, View};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::exit::{Exit, Failure};

/// Takes jobs until it is asked to stop; those that are being done come to their end.
///
/// # Errors
/// A queue that cannot be used, or graders that cannot be had.
pub(super) fn serve(
    queue: &Queue,
    task: &Task,
    crew: Crew,
    release: Release,
) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(Failure::host)?;
    runtime.block_on(async {
        // Heard before anybody knows that the worker is there, so that no stop is lost.
        let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::host)?;
        let mut terminate = signal(SignalKind::terminate()).map_err(Failure::host)?;
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            // A worker that has ended hears nothing any more.
            let _ = stop.send(true);
        });
        let render = move |verdict: &_| json::render(&[View::new(verdict, release)]);
        let ready = || {
            // Without a reader of this line the worker is still of use.
            let _ = writeln!(
                io::stdout(),
                "taking jobs from `{}` (Ctrl-C stops)",
                queue.name
            );
        };
        let served = queue.serve(task, crew, render, ready, stopped).await;
        served.map_err(Failure::host)?;
        Ok(Exit::Program(0))
    })
}
