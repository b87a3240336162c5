//! A page's blocks in one session, as a reader runs them from top to bottom.

use crate::recording::Recording;
use crate::{Page, Shown};
use anyhow::{Context, Result, ensure};
use croquant_sandbox::{Cell, Engine, EngineConfig, Limits, Policy, Session};
use croquant_tests::{block_on, image};
use croquant_web::page::Entry;
use std::time::Duration;

/// How long an entry runs before the reader presses Stop. Only the tutorial's endless loop needs it.
const PATIENCE: Duration = Duration::from_secs(2);

pub(crate) fn engine() -> Result<Engine> {
    Ok(Engine::new(image()?, &EngineConfig::server(4))?)
}

/// Runs every entry of the page.
pub(crate) fn run(engine: &Engine, page: &Page) -> Result<Shown> {
    let (console, recording) = Recording::new();
    recording.answer(page.answers.iter().cloned());
    block_on(async {
        let mut session =
            Session::start(engine, &Policy::default(), &Limits::tutorial(), console).await?;
        let mut shown = Shown::new();
        for (number, block) in page.blocks.iter().enumerate() {
            let mut entries = Vec::new();
            for entry in block {
                run_entry(&mut session, entry)
                    .await
                    .with_context(|| format!("{} block {number}: `{}`", page.name, entry.source))?;
                ensure!(
                    session.is_alive(),
                    "{} block {number}: `{}` ended the session",
                    page.name,
                    entry.source
                );
                let said = recording.take();
                entries
                    .push(said.stdout + &said.stderr + said.error.as_deref().unwrap_or_default());
            }
            shown.push(entries);
        }
        Ok(shown)
    })
}

async fn run_entry(session: &mut Session, entry: &Entry) -> Result<()> {
    let cell = if entry.plain {
        Cell::new(&entry.source)
    } else {
        Cell::prompt(&entry.source)
    };
    let stop = session.interrupter();
    let mut execution = std::pin::pin!(session.execute(&cell));
    tokio::select! {
        report = &mut execution => report?,
        () = tokio::time::sleep(PATIENCE) => {
            stop.interrupt();
            execution.await?
        }
    };
    Ok(())
}
